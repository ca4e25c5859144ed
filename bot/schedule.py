"""Which job when: APScheduler as nothing but a tick; what is due is computed from rows by the jobs themselves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

GRACE = timedelta(seconds=8)
"""How long a stop waits for jobs in flight; SIGTERM promises an end within ten seconds."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One job and how often it is called. The job decides itself whether anything is due."""

    name: str
    every: timedelta
    job: Callable[[], object]


@dataclass(slots=True)
class Trouble:
    """What went wrong since the start, by job: errors, missed and skipped ticks. A job that fails is never silent."""

    errors: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)


class Schedule:
    """A running set of ticks: `start`, `wake` one early, `stop` within a deadline."""

    def __init__(self, ticks: list[Tick], *, on_error: Callable[[str, BaseException], None]) -> None:
        self.trouble = Trouble()
        self._on_error = on_error
        self._ticks: Mapping[str, Tick] = {tick.name: tick for tick in ticks}
        self._idle = threading.Condition()
        self._running: dict[str, int] = {}
        self._again: set[str] = set()
        self._stopped = False
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(max(4, len(ticks) + 1))},
            # One instance of a job at a time, missed ticks melt into one, and none is ever dropped for being late:
            # with the default grace of one second a busy pool loses them.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_listener(self._heard, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)

    def start(self) -> None:
        """Tick at once, then at each interval."""
        for tick in self._ticks.values():
            self._scheduler.add_job(
                self._call,
                "interval",
                args=[tick.name],
                id=tick.name,
                seconds=tick.every.total_seconds(),
                replace_existing=True,
            )
        self._scheduler.start()
        for name in self._ticks:
            self.wake(name)

    def wake(self, name: str) -> None:
        """Call a job now, in a thread of the scheduler; while it runs already, once more when it has ended."""
        if self._stopped or not self._scheduler.running:
            return
        with self._idle:
            if self._running.get(name):
                self._again.add(name)
                return
        self._now(name)

    def _now(self, name: str) -> None:
        from datetime import UTC, datetime

        self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))

    def stop(self) -> bool:
        """No new work; wait at most GRACE for what runs. True if all ended. Safe to call twice."""
        self._stopped = True
        if not self._scheduler.running:
            return not any(self._running.values())
        self._scheduler.pause()
        with self._idle:
            ended = self._idle.wait_for(lambda: not any(self._running.values()), timeout=GRACE.total_seconds())
        self._scheduler.shutdown(wait=False)
        return ended

    def _call(self, name: str) -> None:
        if self._stopped:
            return
        with self._idle:
            self._running[name] = self._running.get(name, 0) + 1
        try:
            self._ticks[name].job()
        finally:
            with self._idle:
                self._running[name] -= 1
                again = name in self._again
                self._again.discard(name)
                self._idle.notify_all()
            if again and not self._stopped:
                self._now(name)

    def _heard(self, event: JobExecutionEvent | Any) -> None:
        if event.code == EVENT_JOB_ERROR:
            self.trouble.errors[event.job_id] = f"{type(event.exception).__name__}: {event.exception}"
            self._on_error(event.job_id, event.exception)
        else:
            self.trouble.skipped[event.job_id] = self.trouble.skipped.get(event.job_id, 0) + 1
