"""Ticks, not truths: a job that hangs, fails or is late holds up nothing but itself, and is never silent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from bot.schedule import Schedule, Tick

OFTEN = timedelta(seconds=0.05)
SELDOM = timedelta(hours=1)


class Counted:
    """A job that counts its calls, and does what it is told."""

    def __init__(self, does: Callable[[], object] = lambda: None) -> None:
        self.calls, self._does = 0, does

    def __call__(self) -> None:
        self.calls += 1
        self._does()


@contextmanager
def running(*ticks: Tick, failed: list[str] | None = None) -> Iterator[Schedule]:
    schedule = Schedule(
        list(ticks), on_error=lambda name, error: (failed if failed is not None else []).append(f"{name}: {error}")
    )
    schedule.start()
    try:
        yield schedule
    finally:
        schedule.stop()


def eventually(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not true() and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    return true()


@pytest.mark.criterion("R-65")
@pytest.mark.criterion("R-68")
def test_a_job_that_hangs_is_counted_and_the_others_go_on():
    held = threading.Event()
    hangs, other = Counted(lambda: held.wait(20)), Counted()
    with running(Tick("hangs", OFTEN, hangs), Tick("other", OFTEN, other)) as schedule:
        assert eventually(lambda: other.calls > 10 and schedule.trouble.skipped.get("hangs", 0) > 0)
        assert hangs.calls == 1
        held.set()
        assert eventually(lambda: hangs.calls > 3)  # late ticks melt into one, and it goes on
    assert "other" not in schedule.trouble.errors


def test_a_job_that_fails_is_told_and_called_again():
    def fails() -> None:
        raise ValueError("no")

    failed: list[str] = []
    job = Counted(fails)
    with running(Tick("fails", OFTEN, job), failed=failed) as schedule:
        assert eventually(lambda: job.calls > 2 and len(failed) > 2)
        assert schedule.trouble.errors == {"fails": "ValueError: no"}
    assert failed[0] == "fails: no"


@pytest.mark.criterion("R-65")
def test_every_job_is_called_at_once_and_when_it_is_woken():
    job = Counted()
    with running(Tick("job", SELDOM, job)) as schedule:
        assert eventually(lambda: job.calls == 1)
        schedule.wake("job")
        assert eventually(lambda: job.calls == 2)


def test_woken_while_it_runs_it_is_called_once_more_and_never_twice_at_a_time():
    held, inside = threading.Event(), threading.Semaphore(1)

    def alone() -> None:
        assert inside.acquire(blocking=False)
        held.wait(20)
        inside.release()

    job = Counted(alone)
    with running(Tick("job", SELDOM, job)) as schedule:
        assert eventually(lambda: job.calls == 1)
        for _ in range(5):
            schedule.wake("job")
        held.set()
        assert eventually(lambda: job.calls == 2)
    assert schedule.trouble.errors == {}


@pytest.mark.criterion("R-69")
def test_after_a_stop_nothing_is_called_any_more():
    job = Counted()
    with running(Tick("job", OFTEN, job)) as schedule:
        assert eventually(lambda: job.calls > 1)
        assert schedule.stop()
        calls = job.calls
        schedule.wake("job")
        assert not eventually_soon(lambda: job.calls > calls)


def eventually_soon(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 0.3
    while not true() and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    return true()
