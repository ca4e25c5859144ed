"""A backfill that the workers of a cluster do: what each makes of the run's arguments, and how the command waits for them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bot.core.shards import bucket
from bot.core.urls import host_of
from bot.jobs.backfill import Backfiller, BackfillReport, Progress
from bot.store import Store
from bot.store.backfill import Backfills, Run

if TYPE_CHECKING:
    from bot.app import App
    from bot.core.units import Unit

AHEAD = 20
"""Units of a run that wait in the queue at once: the ledger holds the rest."""

LOOKED = 1.0  # seconds between two looks of the waiting command


class Fillers:
    """A worker's side: the backfiller of a run, made from the arguments that the ledger keeps."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._scanners: dict[str, Any] = {}

    def of(self, app: App, run: Run, stopping: Callable[[], bool]) -> Backfiller:
        """The backfiller of a run, over the store of `app`."""
        from bot.cli import archives
        from bot.cli.backfill import Wants, filler, gate_cache, watchlist_files
        from bot.sources.asking import Paced
        from bot.sources.scanners import Scanners

        recipe: Mapping[str, Any] = run.args["recipe"]  # type: ignore[assignment]
        with self._lock:
            if run.id not in self._scanners:
                self._scanners[run.id] = Scanners(watchlist_files(app), gate_cache(app), 1)
            scanners = self._scanners[run.id]
        wants = Wants(app)
        fetch = Paced(app.fetch, recipe["rate"]) if recipe["rate"] else app.fetch
        sources = archives.build(
            app,
            recipe["sources"],
            fetch=fetch,
            scan=scanners.scan,
            wants=wants.text,
            places=recipe["sites"],
            base=recipe["bases"],
            queries=recipe["queries"],
        )
        return filler(
            app, sources, run.window, jobs=1, notify=bool(run.args["notify"]), fetch=fetch, wants=wants, stopping=stopping
        )  # fmt: skip

    def close(self) -> None:
        """End the scanning processes."""
        with self._lock:
            for scanners in self._scanners.values():
                scanners.close()
            self._scanners.clear()


def shared(run: Run) -> bool:
    """Whether the workers may do it: a run over files of one machine is that machine's."""
    return "recipe" in run.args


def wishes(store: Store) -> Iterator[tuple[Run, Unit, int]]:
    """The units that wait in runs that are open, some of each; a run over its limit of bytes has none."""
    ledger = Backfills(store)
    for run in ledger.open_runs():
        if shared(run) and not _over(ledger, run):
            for stored in ledger.waiting(run.id, 0, AHEAD):
                yield run, stored.unit, stored.seq


def _over(ledger: Backfills, run: Run) -> bool:
    most = int(run.args.get("max_bytes", 0) or 0)  # type: ignore[call-overload]
    return bool(most) and ledger.read(run.id) >= most


def close_runs(store: Store, now: Any) -> None:
    """Runs of which nothing waits end; units that failed for now wait again first, up to their last attempt."""
    ledger = Backfills(store)
    for run in ledger.open_runs():
        if shared(run) and not ledger.waiting(run.id, 0, 1) and not ledger.again(run.id):
            ledger.end(run.id, now)


def shard_of(unit: Unit, shards: int) -> int | None:
    """The shard whose host a unit asks; None for the great archives, which many may read at once."""
    try:
        key = json.loads(unit.key)
    except ValueError:
        return None
    url = str(key.get("url") or "") if isinstance(key, dict) else ""
    # A site's own pages are asked for by whoever polls the site; an archive is made for being read.
    return bucket(url) % shards if host_of(url) and unit.source in {"feeds", "wordpress", "sitemaps"} else None


def watched(work: Backfiller, run: str, progress: Callable[[Progress], None]) -> BackfillReport:
    """Wait until the workers have ended the run, or cannot go on; interrupted, they go on all the same."""
    ledger = Backfills(work.store)
    while True:
        report = work.report(run)
        known = ledger.run_of(run)
        counts = ledger.counts(run)
        progress(
            Progress(
                done=counts.get("done", 0) + counts.get("failed", 0),
                known=sum(counts.values()),
                unit=None,
                outcome=None,
                documents=report.documents,
                matches=report.matches,
                borderline=report.borderline,
                bytes=report.bytes,
            )
        )
        if known is None or known.ended is not None or _over(ledger, known):
            return report
        time.sleep(LOOKED)  # for other processes
