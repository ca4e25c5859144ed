"""Work off the ledger of entries: fetch each page, make it an article, judge it, store it; nothing is ever dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.core.composition import from_entry, from_page, under_own_name
from bot.core.evidence import entry_record, response_record
from bot.core.identities import plain
from bot.core.outcomes import challenged
from bot.core.shards import WHOLE, Shard
from bot.core.urls import canonical
from bot.errors import ExtractError, FetchError, HostResting, Refused, WorkerError
from bot.jobs.judge import Judge
from bot.model import Article, Feed, Page, Quality, Request, Response, Verdict
from bot.ports import Clock, Fetch, Map, Mark, Parse, Wake, no_mark, no_wake
from bot.store import Store
from bot.store.articles import Judgement
from bot.store.entries import Work
from bot.store.evidence import Record
from bot.store.rows import dump

RETRY_AFTER = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
"""When a page that failed for now is tried again; after the last one the feed's own text has to do."""

BLOCKED_REST = timedelta(days=7)
"""How long a page behind a wall (401, 402, 403, 451, a challenge) is left alone; then it is looked at once more (R-18)."""

REVISIT = timedelta(hours=72)
"""How long a retitled article is read again (R-29), at most MAX_REVISIONS times."""

MAX_REVISIONS = 3

WAVE = 60
"""Entries that are fetched before they are settled; a crash costs at most so many pages a second request."""

_NO_PAGE_HOSTS = ("news.google.com",)
"""Links that only a browser can follow (decision 24): the feed's own words are all there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """What came of asking for one page: the page, or why there is none and when to ask again."""

    work: Work
    page: Page | None = None
    response: Response | None = None
    quality: Quality | None = None
    reason: str = ""
    retry: bool = False
    not_before: datetime | None = None  # the other side's or the wall's own time to ask again
    pages: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReport:
    """What one pass over the ledger did."""

    entries: int = 0
    pages_fetched: int = 0
    pages_failed: int = 0
    articles: int = 0
    duplicates: int = 0
    matches: int = 0
    borderline: int = 0

    def plus(self, **more: int) -> ReadReport:
        """The same with some counts raised."""
        return replace(self, **{name: getattr(self, name) + value for name, value in more.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Everything that reading needs, handed in."""

    store: Store
    fetch: Fetch
    parse: Parse
    judge: Judge
    clock: Clock
    map: Map
    feeds: Mapping[str, Feed]
    page_budget: int = 200  # pages a host and day
    extractor: str = "trafilatura"
    shard: Shard = WHOLE  # of all hosts, those whose pages this pass may ask for
    wake: Wake = no_wake  # an alert was promised: nobody waits for the end of the round (decision 20)
    mark: Mark = no_mark
    stopping: Callable[[], bool] = lambda: False

    def work_off(self, limit: int = 5000) -> ReadReport:
        """Read everything that waits, in waves in which no page is asked for twice."""
        report = ReadReport()
        while report.entries < limit and not self.stopping():
            wave = self._wave(self.store.entries.workable(self.clock(), limit=WAVE, shard=self.shard))
            if not wave:
                break
            # Fetched newest first (the budget may run out), settled oldest first: who came first founds the story.
            for got in sorted(self.map(self._get, wave), key=_age):
                report = self._settle(got, report.plus(entries=1))
                if self.stopping():
                    break
        return report

    def _wave(self, works: Iterable[Work]) -> list[Work]:
        wave: dict[str, Work] = {}
        for work in works:
            wave.setdefault(work.canonical_url or work.entry.id, work)
        return list(wave.values())

    def _get(self, work: Work) -> Got:
        """The network's part, safe to run in many threads; every failure is a value."""
        entry = work.entry
        feed = self.feeds.get(entry.feed)
        if self._known(work) is not None:
            return Got(work=work, pages=False)
        if not entry.url or not work.host or (feed is not None and not feed.pages) or work.host in _NO_PAGE_HOSTS:
            return Got(work=work, pages=False)
        day = self.clock().astimezone(UTC).date().isoformat()
        if not self.store.entries.spend(work.host, day, self.page_budget):
            return Got(work=work, reason=f"page budget of {work.host} for {day} is used up", retry=True)
        self.mark("read:before-fetch")
        try:
            response = self.fetch(Request(url=entry.url, user_agent=feed.user_agent if feed else "", purpose="page"))
        except Refused as error:
            return Got(work=work, quality="blocked", reason=str(error))
        except HostResting as error:
            return Got(work=work, reason=str(error), retry=True, not_before=error.retry_at)
        except FetchError as error:
            return Got(work=work, reason=str(error), retry=error.transient)
        self.mark("read:fetched")
        return self._parsed(work, response)

    def _parsed(self, work: Work, response: Response) -> Got:
        status = response.status
        if status in {404, 410}:
            # Some outlets announce a page minutes before it is there: one more look, then it is missing.
            return Got(
                work=work,
                response=response,
                quality="missing",
                reason=f"HTTP {status}",
                retry=work.attempts == 0 and status == 404,
            )
        if status in {401, 402, 403, 451} or challenged(response):
            return self._walled(work, response, f"HTTP {status}")
        if status != 200:
            return Got(work=work, response=response, reason=f"HTTP {status}", retry=status == 429 or status >= 500)
        try:
            page = self.parse.page(response.body, url=response.url, headers=response.headers, now=self.clock())
        except ExtractError as error:
            if error.reason in {"challenge", "blocked"}:
                return self._walled(work, response, str(error))
            return Got(work=work, response=response, reason=str(error))
        except WorkerError as error:
            return Got(
                work=work, response=response, reason=str(error), retry=error.reason == "died" and work.attempts == 0
            )
        return Got(work=work, page=page, response=response)

    def _walled(self, work: Work, response: Response, reason: str) -> Got:
        now = self.clock()
        once_more = now + BLOCKED_REST if now - work.first_seen < BLOCKED_REST else None
        return Got(
            work=work,
            response=response,
            quality="blocked",
            reason=reason,
            retry=once_more is not None,
            not_before=once_more,
        )

    def _settle(self, got: Got, report: ReadReport) -> ReadReport:
        """The store's part, one entry after the other; who waits for an alert is woken when it can be seen."""
        article = None if self._known(got.work) else self._article(got)
        verdicts = self.judge.verdicts(article) if article else ()  # takes longest, and needs nobody to wait
        with self.store.alone():
            report, promised = self._stored(got, article, verdicts, report)
        if promised:
            self.wake()
        return report

    def _article(self, got: Got) -> Article:
        """The article of a page, or of what the feed says where there is none."""
        work, now, entry = got.work, self.clock(), got.work.entry
        feed = self._feed(work)
        if got.page is None or got.response is None:
            return from_entry(entry, feed, quality=got.quality, policy=work.policy, now=now, note=got.reason)
        article = from_page(entry, feed, got.page, got.response, policy=work.policy, now=now, extractor=self.extractor)
        claimed = self.store.articles.by_url(article.canonical_url)
        return under_own_name(article, claimed, canonical(got.response.url or entry.url))

    def _feed(self, work: Work) -> Feed:
        return self.feeds.get(work.entry.feed) or Feed(url=work.entry.feed, name=work.entry.feed)

    def _stored(
        self, got: Got, read: Article | None, verdicts: tuple[Verdict, ...], report: ReadReport
    ) -> tuple[ReadReport, bool]:
        """Duplicates, places, and the one transaction; whether something was promised."""
        work, now = got.work, self.clock()
        entry, feed = work.entry, self._feed(work)
        known = self._known(work)
        if known is not None:
            self._duplicate(known, work, feed, canonical_url=work.canonical_url, how="url", now=now)
            return report.plus(duplicates=1), False
        article = read or self._article(got)
        if got.page is not None and got.response is not None:
            report = report.plus(pages_fetched=1)
        else:
            report = report.plus(pages_failed=int(got.pages))
        twin = self._twin(article, work)
        if twin is not None:
            name = article.canonical_url if article.canonical_url != work.canonical_url else work.canonical_url
            self._duplicate(
                twin, work, feed, canonical_url=name, how="text" if twin.canonical_url != name else "url", now=now
            )
            return report.plus(duplicates=1), False
        article = self._revised(article, work)
        retry = self._retry_at(got, now)
        judgement = self.judge(
            article,
            now,
            previous=self.store.articles.verdicts(article.id) if article.revision > 1 else (),
            verdicts=verdicts if read is not None and article.item() == read.item() else None,
        )
        judgement = replace(
            judgement,
            entry=entry.id,
            entry_state="retry" if retry else "done",
            entry_reason=got.reason,
            entry_retry=retry,
            urls=tuple(
                {work.canonical_url, canonical(got.response.url) if got.response else ""} - {"", article.canonical_url}
            ),
            records=self._records(judgement, got, now),
        )
        self.mark("read:before-save")
        self.store.articles.save(judgement, now)
        self.mark("read:saved")
        rank = judgement.rank
        report = report.plus(articles=1, matches=int(rank == "match"), borderline=int(rank == "borderline"))
        return report, bool(judgement.promises)

    def _known(self, work: Work) -> Article | None:
        """The stored article that this entry only repeats; None if it has to be read."""
        found = self.store.articles.by_url(work.canonical_url)
        if found is None or found.id == work.article:
            return None
        recent = found.first_seen is not None and self.clock() - found.first_seen < REVISIT
        if found.quality == "blocked" and found.first_seen and self.clock() - found.first_seen < BLOCKED_REST:
            return found  # a new headline does not take the wall away
        retitled = plain(found.title) != plain(work.entry.title) and found.entry != work.entry.id
        if retitled and recent and found.revision < MAX_REVISIONS and found.feed == work.entry.feed:
            return None  # the outlet changed it: read it again as the next revision
        return found

    def _twin(self, article: Article, work: Work) -> Article | None:
        """A stored article under another entry that has this canonical URL or the very same words."""
        if work.article:
            return None  # it is our own, read again
        for found in (self.store.articles.by_url(article.canonical_url), self.store.articles.by_text(article.text_sha)):
            if found is not None and (found.id != article.id or found.text_sha == article.text_sha != ""):
                return found
        return None

    def _revised(self, article: Article, work: Work) -> Article:
        before = self.store.articles.get(work.article) if work.article else self.store.articles.get(article.id)
        if before is None:
            return article
        if article.quality in {"blocked", "missing", "headline-only"} and len(before.text) > len(article.text):
            article = replace(article, text=before.text, text_sha=before.text_sha, quality=before.quality)
        same = before.text == article.text and before.title == article.title
        return replace(
            article,
            id=before.id,
            canonical_url=before.canonical_url,
            revision=before.revision + (0 if same else 1),
            first_seen=before.first_seen,
        )

    def _duplicate(
        self, article: Article, work: Work, feed: Feed, *, canonical_url: str, how: str, now: datetime
    ) -> None:
        self.mark("read:before-duplicate")
        entry = work.entry
        outlet = entry.outlet or feed.name
        self.store.articles.duplicate(
            article.id,
            entry=entry.id,
            feed=entry.feed,
            url=entry.url,
            outlet=outlet,
            canonical_url=canonical_url,
            how=how,
            now=now,
        )
        self.mark("read:duplicate-noted")

    def _retry_at(self, got: Got, now: datetime) -> datetime | None:
        attempts = got.work.attempts
        if not got.retry or attempts >= len(RETRY_AFTER):
            return None
        return max(got.not_before or now, now + RETRY_AFTER[attempts])

    def _records(self, judgement: Judgement, got: Got, now: datetime) -> tuple[Record, ...]:
        """What is kept for a match or an adjacent item; nothing for the rest."""
        if judgement.rank == "none":
            return ()
        entry = got.work.entry
        kept = [
            Record(what="entry", record=entry_record(entry, now, dump(entry)), url=entry.url or entry.feed, fetched=now)
        ]
        if got.response is not None:
            warc = response_record(got.response, requested=entry.url)
            kept.append(Record(what="response", record=warc, url=got.response.url, fetched=got.response.fetched))
        return tuple(kept)


def _age(got: Got) -> tuple[datetime, str]:
    return got.work.entry.published or got.work.first_seen, got.work.entry.id
