"""One worker of a cluster: the duties of the watch, shard by shard, as the queue hands them out."""

from __future__ import annotations

import os
import platform
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from bot import __version__
from bot.cli.canonical import LoggedApp
from bot.cli.duties import Duties
from bot.cli.shared_runs import Fillers, close_runs, shard_of, shared, wishes
from bot.core.outbox import WAYS
from bot.core.shards import Shard
from bot.core.units import Outcome
from bot.engine import TaskName, Tasks
from bot.engine.cluster import Heartbeats, ProcrastinateEngine
from bot.errors import StoreError
from bot.jobs.rounds import sentence
from bot.jobs.shard import Turn
from bot.places import Server
from bot.schedule import Tick
from bot.serve.systemd import notify
from bot.store import Store
from bot.store.backfill import Backfills
from bot.store.shards import WorkerStatus

LOOK = timedelta(seconds=5)
"""How often each worker looks for shards that are due; that all do is what makes none of them needed."""

FORGOTTEN = timedelta(days=1)
"""How long a worker that is gone stays in the list."""


class Worker:
    """The tasks of one worker process over its app, and what it says of itself."""

    def __init__(self, app: LoggedApp, server: Server, log: Any, stop: threading.Event, *, name: str = "") -> None:
        self.app, self.log = app, log
        self.name = name or f"{platform.node()}:{os.getpid()}"
        self.table = app.settings.table.engine
        self.duties = Duties(app, log, stop)
        self._stop = stop
        self._started = app.store.connection.now()
        self._done = 0
        self._doing: set[str] = set()
        self._lock = threading.Lock()
        # A turn has a connection of its own: its lease fences every write on it.
        self._fillers = Fillers()
        self._stores: queue.LifoQueue[Store] = queue.LifoQueue()
        for _ in range(self.table.jobs):
            self._stores.put(Store(app.store.place))
        self.engine = ProcrastinateEngine(
            server,
            self.tasks,
            name=self.name,
            jobs=self.table.jobs,
            heartbeats=Heartbeats(every=self.table.lease / 9, dead_after=self.table.lease / 3),
        )
        app.wake = self.wake

    @property
    def tasks(self) -> Tasks:
        """What this worker can do."""
        return {
            "poll_shard": self._counted("poll_shard", self.poll_shard),
            "backfill_unit": self._counted("backfill_unit", self.backfill_unit),
            "flush_outbox": self._counted("flush_outbox", self.duties.flush),
            "digest": self._counted("digest", self.duties.digests),
            "sweep": self._counted("sweep", self.sweep),
        }

    @property
    def ticks(self) -> list[Tick]:
        """What every worker looks after; the queue melts the same wish of many into one job."""
        tick = self.app.settings.tick
        return [
            Tick("take up", tick, self.duties.take_up),
            Tick("look", LOOK, self.look),
            Tick("digest", min(tick, timedelta(seconds=60)), lambda: self.engine.defer("digest")),
            Tick("deliver", min(tick, timedelta(seconds=30)), self.deliver),
            Tick("sweep", timedelta(seconds=60), lambda: self.engine.defer("sweep")),
            Tick("rescue", self.table.lease / 6, self.rescue),
            Tick("report", timedelta(seconds=15), self.report),
        ]

    def wake(self) -> None:
        """Something is owed: a delivery is wanted now. Where the queue does not answer, the tick is the net."""
        with suppress(StoreError):
            self.deliver()

    def deliver(self) -> None:
        """A wake-up for each way out."""
        for way in WAYS:
            self.engine.defer("flush_outbox", way)

    def look(self) -> None:
        """A wake-up for every shard that is due."""
        if self._stop.is_set():
            return
        for number in self.app.store.shards.due(self.table.shards):
            self.engine.defer("poll_shard", str(number))
        for run, unit, seq in wishes(self.app.store):
            shard = shard_of(unit, self.table.shards)
            self.engine.defer("backfill_unit", f"{run.id}:{seq}", lock="" if shard is None else f"poll_shard:{shard}")

    def poll_shard(self, key: str) -> None:
        """One turn of one shard."""
        store = self._stores.get()
        try:
            turn = Turn(
                store=store,
                owner=self.name,
                lease=self.table.lease,
                pause=self.table.pause,
                stopping=self._stop.is_set,
            )
            self.app.fetch.recall(store.hosts.resting(self.app.clock()))
            part = self.app.over(store).part
            report = turn.hold(int(key), lambda stopping: part(Shard(int(key), self.table.shards), stopping))
        finally:
            self._stores.put(store)
        if report is not None and (report.feeds_due or report.articles):
            for url, why in report.failures:
                self.log.warning("polled", feed=url, error=why)
            self.log.info("turn", shard=int(key), what=sentence(report))

    def backfill_unit(self, key: str) -> None:
        """One unit of a backfill; where it asks a site for its pages, that site's shard is held meanwhile."""
        name, _, seq = key.rpartition(":")
        store = self._stores.get()
        try:
            ledger = Backfills(store)
            run, stored = ledger.run_of(name), ledger.unit(name, int(seq))
            if run is None or stored is None or not shared(run):
                return
            turn = Turn(
                store=store,
                owner=self.name,
                lease=self.table.lease,
                pause=self.app.settings.table.polling.host_gap,
                stopping=self._stop.is_set,
            )
            number = shard_of(stored.unit, self.table.shards)

            def work(stopping: Callable[[], bool]) -> Outcome | None:
                return self._fillers.of(self.app.over(store), run, stopping).one(run.id, stored.seq)

            outcome = work(self._stop.is_set) if number is None else turn.hold(number, work, rested=False)
        finally:
            self._stores.put(store)
        if outcome is not None:
            self.log.info("unit", run=run.id, what=stored.unit.words(), state=outcome.state, matches=outcome.matches)

    def rescue(self) -> None:
        """The jobs of workers that died go back into the queue. No job itself: its own worker could die with it."""
        for job in self.engine.rescue():
            self.log.warning("rescued", job=job)

    def sweep(self, _: str = "") -> None:
        """What one worker does for all: notices on feeds, the daily work, the sign of life."""
        store, now = self.app.store, self.app.store.connection.now()
        store.shards.forget(now - FORGOTTEN)
        close_runs(store, now)
        self.app.remember()
        self.app.watch()
        self.app.resigner.run()
        self.duties.upkeep()
        said = f"cluster of {len(alive(store, now))} workers, {len(store.shards.due(self.table.shards))} shards due"
        store.runs.beat("poll", self.app.clock(), note=said)
        store.runs.beat("alive", self.app.clock())
        self.duties.beat(said)

    def report(self, state: str = "") -> None:
        """Say what this worker does."""
        with self._lock:
            doing, done = ", ".join(sorted(self._doing)), self._done
        self.app.store.shards.report(
            WorkerStatus(
                name=self.name,
                host=platform.node(),
                pid=os.getpid(),
                version=__version__,
                state=state or ("draining" if self._stop.is_set() else "working"),
                started=self._started,
                seen=self._started,
                jobs=done,
                doing=doing,
            )
        )
        notify("WATCHDOG=1")

    def close(self) -> None:
        """Close the turns' connections."""
        self._fillers.close()
        while not self._stores.empty():
            self._stores.get().close()

    def _counted(self, name: TaskName, task: Any) -> Any:
        """The task, known while it runs; what it raises is told here, for the queue has no use for it."""

        def run(key: str) -> None:
            label = f"{name} {key}".strip()
            with self._lock:
                self._doing.add(label)
            try:
                task(key)
            except Exception as error:  # noqa: BLE001 (a task never ends the worker; the ledger still says what is due)
                self.duties.failed(label, error)
            finally:
                with self._lock:
                    self._doing.discard(label)
                    self._done += 1

        return run


def alive(store: Store, now: datetime) -> list[WorkerStatus]:
    """The workers that were seen within a minute and did not say good-bye."""
    return [one for one in store.shards.workers() if one.state != "stopped" and now - one.seen <= timedelta(seconds=60)]
