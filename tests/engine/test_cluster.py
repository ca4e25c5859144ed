"""The engine of many processes, on a real PostgreSQL: one key at a time, one wish at a time, nothing stuck for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from bot.engine import Task, TaskName
from bot.engine.cluster import Heartbeats, ProcrastinateEngine
from bot.errors import StoreError
from bot.places import Server
from tests.clusters import Cluster

PATIENCE = 20  # seconds


@pytest.fixture
def server(cluster: Cluster) -> Iterator[Server]:
    with cluster.database() as made:
        yield made


def engine(server: Server, task: Task, name: TaskName = "poll_shard", *, jobs: int = 2) -> ProcrastinateEngine:
    grace = timedelta(seconds=5)
    return ProcrastinateEngine(server, {name: task}, name="test", jobs=jobs, grace=grace)


@contextmanager
def working(*engines: ProcrastinateEngine) -> Iterator[list[bool]]:
    """Workers that run in threads until the block ends; whether each ended because it was asked to."""
    ended: list[bool] = []
    started = [threading.Event() for _ in engines]
    threads = [
        threading.Thread(target=lambda one=one, up=up: ended.append(one.run(up.set)))
        for one, up in zip(engines, started, strict=True)
    ]
    for thread in threads:
        thread.start()
    try:
        for up in started:
            assert up.wait(PATIENCE), "the worker did not start"
        yield ended
    finally:
        for one in engines:
            one.stop()
        for thread in threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "the worker did not stop"


class Gate:
    """A task that waits to be let through, and counts who is in it."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.most = 0
        self._in = 0
        self._lock = threading.Lock()
        self.entered = threading.Semaphore(0)
        self.open = threading.Event()

    def __call__(self, key: str) -> None:
        with self._lock:
            self._in += 1
            self.most = max(self.most, self._in)
            self.seen.append(key)
        self.entered.release()
        assert self.open.wait(PATIENCE)
        with self._lock:
            self._in -= 1


def until(happened: Callable[[], bool]) -> bool:
    """Whether something came true within the patience."""
    pause = threading.Event()
    return any(happened() or pause.wait(0.05) for _ in range(PATIENCE * 20)) or happened()


def test_a_deferred_task_runs_with_its_key(server: Server) -> None:
    done = threading.Event()
    seen: list[str] = []

    def task(key: str) -> None:
        seen.append(key)
        done.set()

    one = engine(server, task)
    with working(one) as ended:
        assert one.defer("poll_shard", "17")
        assert done.wait(PATIENCE)
    assert seen == ["17"]
    assert ended == [True]


def test_a_key_runs_on_one_worker_at_a_time_and_waits_once(server: Server) -> None:
    gate = Gate()
    one, two = engine(server, gate), engine(server, gate)
    with working(one, two):
        assert one.defer("poll_shard", "17")
        assert gate.entered.acquire(timeout=PATIENCE)
        assert two.defer("poll_shard", "17"), "wanted again while it runs"
        assert not one.defer("poll_shard", "17"), "wanted already"
        assert one.defer("poll_shard", "18"), "another key"
        assert gate.entered.acquire(timeout=PATIENCE)
        assert sorted(gate.seen) == ["17", "18"]
        gate.open.set()
        assert gate.entered.acquire(timeout=PATIENCE)
    assert sorted(gate.seen) == ["17", "17", "18"]


def test_a_digest_does_not_wait_for_shards(server: Server) -> None:
    gate, told = Gate(), threading.Event()
    one = ProcrastinateEngine(
        server, {"poll_shard": gate, "digest": lambda _: told.set()}, name="test", jobs=1, grace=timedelta(seconds=5)
    )
    with working(one):
        for key in "abc":
            one.defer("poll_shard", key)
        assert gate.entered.acquire(timeout=PATIENCE)
        one.defer("digest")
        assert told.wait(PATIENCE)
        assert gate.most == 1
        gate.open.set()


def test_what_was_deferred_while_nobody_worked_is_done_later(server: Server) -> None:
    done = threading.Event()
    one = engine(server, lambda _: done.set())
    assert one.defer("poll_shard", "1")
    assert one.counts() == {"todo": 1, "doing": 0, "failed": 0}
    with working(one):
        assert done.wait(PATIENCE)
        assert until(lambda: one.counts() == {"todo": 0, "doing": 0, "failed": 0}), "finished jobs are not kept"


def test_the_job_of_a_worker_that_died_goes_back_into_the_queue(server: Server) -> None:
    gate = Gate()
    quick = Heartbeats(every=timedelta(seconds=0.1), dead_after=timedelta(seconds=1))
    dead = ProcrastinateEngine(server, {"poll_shard": gate}, name="dead", jobs=1, heartbeats=Heartbeats())
    heir = ProcrastinateEngine(server, {"poll_shard": gate}, name="heir", jobs=1, heartbeats=quick)
    with working(dead):
        dead.defer("poll_shard", "17")
        assert gate.entered.acquire(timeout=PATIENCE)
        # Its heartbeat comes every ten seconds; for who calls a second dead, it has died.
        with working(heir):
            assert until(lambda: heir.rescue() == ["poll_shard 17"])
            assert gate.entered.acquire(timeout=PATIENCE)
            gate.open.set()
    assert gate.seen == ["17", "17"]


def test_the_job_of_a_worker_that_died_gives_way_where_it_is_wanted_anew(server: Server) -> None:
    gate = Gate()
    quick = Heartbeats(every=timedelta(seconds=0.1), dead_after=timedelta(seconds=1))
    dead = ProcrastinateEngine(server, {"poll_shard": gate}, name="dead", jobs=1)
    heir = ProcrastinateEngine(server, {"poll_shard": gate}, name="heir", jobs=1, heartbeats=quick)
    with working(dead):
        dead.defer("poll_shard", "17")
        assert gate.entered.acquire(timeout=PATIENCE)
        assert dead.defer("poll_shard", "17")
        with working(heir):
            assert until(lambda: heir.rescue() == [] and heir.counts()["doing"] == 1 and len(gate.seen) == 2)
            gate.open.set()
    assert gate.seen == ["17", "17"]


def test_workers_that_start_together_make_the_queue_once(server: Server) -> None:
    several = [engine(server, lambda _: None) for _ in range(4)]
    with working(*several) as ended:
        assert several[0].counts()["todo"] == 0
    assert ended == [True] * 4


def test_workers_that_are_stopped_while_they_start_end(server: Server) -> None:
    """One round of these in two hung when their tasks were cancelled in place of being stopped."""
    for _ in range(8):
        with working(*(engine(server, lambda _: None) for _ in range(4))) as ended:
            pass
        assert ended == [True] * 4


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    nowhere = Server("postgresql://watch@127.0.0.1:1/watch", "hush-hush")
    with pytest.raises(StoreError, match="cannot be reached") as told:
        engine(nowhere, lambda _: None).defer("poll_shard", "1")
    assert "hush" not in str(told.value)
