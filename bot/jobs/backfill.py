"""Work off a backfill unit by unit: read ahead in parallel, store in the plan's order, go on where a killed run stopped."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.units import Outcome, Source, Unit, Window
from bot.jobs.gather import Candidate, Gathered, Gatherer
from bot.jobs.judge import Judge
from bot.model import Article
from bot.ports import Clock, Mark, no_mark
from bot.store import Store
from bot.store.backfill import Backfills, StoredUnit

AHEAD = 2  # units read ahead for each job: bounds memory, keeps the readers busy while one is stored
ROUNDS = 2  # how often a run comes back to units that failed for now, before it ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run would do: its units with estimates, and what is done already."""

    run: str
    units: tuple[Unit, ...]
    done: int = 0

    @property
    def requests(self) -> int:
        """Estimated requests of what is left, listings included."""
        return sum(unit.requests for unit in self.units)

    @property
    def bytes(self) -> int:
        """Estimated bytes of what is left."""
        return sum(unit.bytes for unit in self.units)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is, said after every unit."""

    done: int
    known: int  # units of the run so far; more may be found
    unit: Unit | None
    outcome: Outcome | None
    documents: int
    matches: int
    borderline: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillReport:
    """Where a run stands: the counts are those of all its units, also those that ended before this call."""

    run: str
    window: Window
    units: int = 0  # ended in this call
    before: int = 0  # had ended before it
    failed: int = 0
    waiting: int = 0
    documents: int = 0
    dropped: int = 0
    articles: int = 0
    matches: int = 0
    borderline: int = 0
    duplicates: int = 0
    outside: int = 0
    requests: int = 0
    bytes: int = 0
    missed: tuple[tuple[str, str], ...] = ()  # (place, reason)
    partial: tuple[tuple[str, str], ...] = ()  # (unit, reason)
    stopped: str = ""  # why it ended before everything was done


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfiller:
    """Everything that backfilling needs, handed in."""

    store: Store
    gather: Gatherer
    judge: Judge
    clock: Clock
    sources: Mapping[str, Source]
    window: Window
    jobs: int = 1
    max_bytes: int = 0  # 0: no limit
    alerts: bool = False  # only a live source may alert (today's sanctions lists)
    mark: Mark = no_mark
    progress: Callable[[Progress], None] = lambda _: None
    stopping: Callable[[], bool] = lambda: False

    def plan(self, run: str) -> Plan:
        """What a run with these sources would do; writes nothing."""
        units = Backfills(self.store).units(run)
        if units:
            left = tuple(stored.unit for stored in units if stored.state != "done")
            return Plan(run=run, units=left, done=len(units) - len(left))
        return Plan(run=run, units=tuple(self._planned()))

    def _planned(self) -> Iterator[Unit]:
        for source in self.sources.values():
            yield from source.plan(self.window)

    def run(self, run: str, command: str, args: Mapping[str, object]) -> BackfillReport:
        """Do all that is left of the run. Raises what planning raises; a unit's failure is only counted and named."""
        ledger = Backfills(self.store)
        ledger.begin(run, command, self.window, dict(args), self.clock())
        # All units of the plan or none; made again at every call, so that new files and grown listings are found.
        ledger.add(run, list(self._planned()))
        self.mark("backfill:planned")
        before = ledger.counts(run).get("done", 0)
        ended: dict[int, Outcome] = {}
        stopped = ""
        for attempt in range(ROUNDS + 1):
            if ledger.again(run) == 0 and attempt:
                break
            stopped = self._pass(ledger, run, ended)
            if stopped:
                break
        counts = ledger.counts(run)
        if not counts.get("waiting", 0):
            ledger.end(run, self.clock())
        return self._report(ledger, run, ended, before, counts, stopped)

    def begin(self, run: str, command: str, args: Mapping[str, object]) -> BackfillReport:
        """Write the plan down and leave its units to the workers of a cluster."""
        ledger = Backfills(self.store)
        ledger.begin(run, command, self.window, dict(args), self.clock())
        ledger.add(run, list(self._planned()))
        ledger.again(run)
        return self.report(run)

    def one(self, run: str, seq: int) -> Outcome | None:
        """Do one unit of a run that was begun; None where it waits no more, or was told to stop. LeaseLost: another did it."""
        ledger = Backfills(self.store)
        stored = ledger.unit(run, seq)
        if stored is None or stored.state != "waiting":
            return None
        got = self.gather(stored.unit)
        return None if got.stopped else self._finish(ledger, run, stored, got)

    def report(self, run: str) -> BackfillReport:
        """Where a run stands."""
        ledger = Backfills(self.store)
        return self._report(ledger, run, {}, ledger.counts(run).get("done", 0), ledger.counts(run), "")

    def _pass(self, ledger: Backfills, run: str, ended: dict[int, Outcome]) -> str:
        """Every unit that waits, once; why it stopped early, "" if it did not."""
        spent = sum(outcome.bytes for outcome in ended.values())
        flight: deque[tuple[StoredUnit, Future[Gathered]]] = deque()
        last = 0
        with ThreadPoolExecutor(max_workers=self.jobs, thread_name_prefix="backfill") as pool:
            try:
                while True:
                    room = self.jobs * AHEAD - len(flight)
                    over = self.max_bytes and spent + sum(s.unit.bytes for s, _ in flight) >= self.max_bytes
                    for stored in ledger.waiting(run, last, room) if room > 0 and not over else ():
                        last = stored.seq
                        flight.append((stored, pool.submit(self.gather, stored.unit)))
                    if not flight:
                        waits = bool(over and ledger.waiting(run, 0, 1))
                        return "the limit of --max-bytes is reached; the same command goes on" if waits else ""
                    if self.stopping():
                        return "stopped; the same command goes on"
                    stored, future = flight.popleft()
                    got = future.result()
                    if got.stopped:
                        return "stopped; the same command goes on"
                    outcome = self._finish(ledger, run, stored, got)
                    ended[stored.seq] = outcome
                    spent += outcome.bytes
                    self._tell(ledger, run, stored.unit, outcome, ended)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
            finally:
                for _, future in flight:
                    future.cancel()

    def _finish(self, ledger: Backfills, run: str, stored: StoredUnit, got: Gathered) -> Outcome:
        """The unit's one transaction: what it brought, what it found, how it ended."""
        now = self.clock()
        # A failed unit is done again as a whole: nothing of its half is stored, nothing that it found is planned twice.
        kept = [] if got.error else got.candidates

        def store_all() -> Outcome:
            outcome = got.outcome()
            for candidate in kept:
                outcome = self._store(candidate, outcome, now)
            for seen in () if got.error else got.lists:
                ledger.remember(seen.name, seen.digests, now)
            self.mark("backfill:before-commit")
            return outcome

        outcome = ledger.finish(
            run, stored.seq, store_all=store_all, found=[] if got.error else got.units, now=now
        )  # fmt: skip
        self.mark("backfill:committed")
        return outcome

    def _store(self, candidate: Candidate, outcome: Outcome, now: datetime) -> Outcome:
        article, articles = candidate.article, self.store.articles
        known = articles.by_url(article.canonical_url)
        how = "url"
        if known is None:
            known, how = articles.by_text(article.text_sha), "text"
        if known is not None and not _richer(article, known):
            articles.duplicate(
                known.id,
                entry=article.entry,
                feed=article.feed,
                url=article.url,
                outlet=article.outlet,
                canonical_url=article.canonical_url,
                how=how,
                now=now,
            )
            return replace(outcome, duplicates=outcome.duplicates + 1)
        before = articles.verdicts(known.id) if known else ()
        if known is not None:
            article = replace(
                article,
                id=known.id,
                canonical_url=known.canonical_url,
                revision=known.revision + 1,
                first_seen=known.first_seen,
                policy=known.policy,
            )
        judgement = self.judge(article, now, previous=before)
        rank = judgement.rank
        if rank == "none":
            return outcome
        # Backfill never alerts (decision 16), whatever the judge was wired to promise; nor does the first look at a list.
        promises = judgement.promises if self.alerts and article.policy == "live" else ()
        articles.save(
            replace(judgement, promises=promises, entry=article.entry, records=candidate.records, urls=candidate.urls),
            now,
        )
        return replace(
            outcome,
            articles=outcome.articles + 1,
            matches=outcome.matches + int(rank == "match"),
            borderline=outcome.borderline + int(rank == "borderline"),
        )

    def _tell(self, ledger: Backfills, run: str, unit: Unit, outcome: Outcome, ended: Mapping[int, Outcome]) -> None:
        counts = ledger.counts(run)
        self.progress(
            Progress(
                done=counts.get("done", 0) + counts.get("failed", 0),
                known=sum(counts.values()),
                unit=unit,
                outcome=outcome,
                documents=sum(one.documents for one in ended.values()),
                matches=sum(one.matches for one in ended.values()),
                borderline=sum(one.borderline for one in ended.values()),
                bytes=sum(one.bytes for one in ended.values()),
            )
        )

    def _report(
        self, ledger: Backfills, run: str, ended: Mapping[int, Outcome], before: int, counts: Mapping[str, int], stopped: str
    ) -> BackfillReport:  # fmt: skip
        units = ledger.units(run)
        total = sum_of([one.outcome for one in units if one.outcome])
        return BackfillReport(
            run=run,
            window=self.window,
            units=len(ended),
            before=before,
            failed=counts.get("failed", 0),
            waiting=counts.get("waiting", 0),
            documents=total.documents,
            dropped=total.dropped,
            articles=total.articles,
            matches=total.matches,
            borderline=total.borderline,
            duplicates=total.duplicates,
            outside=total.outside,
            requests=total.requests,
            bytes=total.bytes,
            missed=missed(units),
            partial=partial(units),
            stopped=stopped,
        )


def sum_of(outcomes: Sequence[Outcome]) -> Outcome:
    """The counts of many units in one."""
    names = ("documents", "dropped", "articles", "matches", "borderline", "duplicates", "outside", "requests", "bytes")
    return Outcome(state="done", **{name: sum(getattr(one, name) for one in outcomes) for name in names})


def missed(units: Sequence[StoredUnit]) -> tuple[tuple[str, str], ...]:
    """(place, reason) of everything that a run did not read, failed units first."""
    failed = [(one.unit.words(), one.error) for one in units if one.state == "failed"]
    return (*failed, *((m.place, m.reason) for one in units if one.outcome for m in one.outcome.missed))


def partial(units: Sequence[StoredUnit]) -> tuple[tuple[str, str], ...]:
    """(unit, reason) of every window that is not complete."""
    return tuple((one.unit.words(), one.outcome.partial) for one in units if one.outcome and one.outcome.partial)


def _richer(article: Article, known: Article) -> bool:
    """Whether the past holds a text that the live watch could not get when it passed by."""
    if article.quality != "full" or known.quality == "full":
        return False
    return known.quality in {"headline-only", "blocked", "missing"} or len(article.text) > 2 * len(known.text)
