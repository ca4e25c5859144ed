"""A shard's turn: claimed, worked, given back; taken over, it ends without a trace."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.shards import Shard
from bot.jobs.shard import Turn
from bot.model import RoundReport
from bot.store import Store
from tests.fakes import START

REPORT = RoundReport(started=START, ended=START)
FAR = START + timedelta(days=400_0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.opened(tmp_path / "watch.db") as opened:
        yield opened


@pytest.fixture
def other(store: Store, tmp_path: Path) -> Iterator[Store]:
    with Store.opened(tmp_path / "watch.db") as opened:
        yield opened


def turn(store: Store, work: Callable[[Shard, Callable[[], bool]], RoundReport]) -> Turn:
    minute = timedelta(minutes=1)
    return Turn(store=store, of=8, owner="me", lease=minute, pause=minute, work=work)


def test_a_turn_works_on_its_shard_and_rests_it_afterwards(store: Store, other: Store) -> None:
    seen: list[Shard] = []

    def work(shard: Shard, _: Callable[[], bool]) -> RoundReport:
        seen.append(shard)
        assert other.shards.claim(3, "other", timedelta(minutes=1)) is None
        return REPORT

    assert turn(store, work).take(3) == REPORT
    assert seen == [Shard(3, 8)]
    (status,) = store.shards.listing()
    assert (status.owner, status.until, status.note) == ("", None, "0 feeds polled, 0 articles")
    assert other.shards.claim(3, "other", timedelta(minutes=1)) is None, "it rests"


def test_what_somebody_else_holds_is_left_alone(store: Store, other: Store) -> None:
    other.shards.claim(3, "other", timedelta(minutes=1))
    assert turn(store, lambda *_: pytest.fail("not ours")).take(3) is None


def test_a_turn_that_was_taken_over_writes_nothing_more(store: Store, other: Store) -> None:
    def work(_: Shard, __: Callable[[], bool]) -> RoundReport:
        store.runs.beat("before", START)
        assert other.shards.claim(3, "other", timedelta(minutes=1), now=FAR) is not None
        store.runs.beat("after", START)
        return REPORT

    assert turn(store, work).take(3) is None
    assert [beat.job for beat in store.runs.beats()] == ["before"]
    assert [status.owner for status in store.shards.listing()] == ["other"]


def test_a_turn_is_told_to_stop_when_its_lease_is_lost(store: Store, other: Store) -> None:
    ended = threading.Event()

    def work(_: Shard, stopping: Callable[[], bool]) -> RoundReport:
        assert other.shards.claim(3, "other", timedelta(minutes=1), now=FAR) is not None
        while not stopping() and not ended.wait(0.005):
            pass
        return REPORT

    guard = threading.Timer(10, ended.set)
    guard.start()
    short = replace(turn(store, work), lease=timedelta(milliseconds=30))
    assert short.take(3) is None
    assert not ended.is_set()
    guard.cancel()


def test_a_lease_is_kept_for_as_long_as_the_turn_takes(store: Store, other: Store) -> None:
    renewed = threading.Event()

    def work(_: Shard, stopping: Callable[[], bool]) -> RoundReport:
        first = other.shards.listing()[0].until
        for _n in range(2000):
            if other.shards.listing()[0].until != first:
                renewed.set()
                break
            renewed.wait(0.005)
        return REPORT

    assert replace(turn(store, work), lease=timedelta(seconds=0.3)).take(3) == REPORT
    assert renewed.is_set()


def test_a_turn_that_fails_leaves_its_lease_to_run_out(store: Store, other: Store) -> None:
    def work(_: Shard, __: Callable[[], bool]) -> RoundReport:
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="gone"):
        turn(store, work).take(3)
    assert other.shards.claim(3, "other", timedelta(minutes=1)) is None
    assert other.shards.claim(3, "other", timedelta(minutes=1), now=FAR) is not None
