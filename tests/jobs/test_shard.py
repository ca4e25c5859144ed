"""A shard's turn: claimed, worked, given back; taken over, it ends without a trace."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.jobs.shard import Turn
from bot.store import Store
from tests.fakes import START

FAR = START + timedelta(days=4000)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.opened(tmp_path / "watch.db") as opened:
        yield opened


@pytest.fixture
def other(store: Store, tmp_path: Path) -> Iterator[Store]:
    with Store.opened(tmp_path / "watch.db") as opened:
        yield opened


def turn(store: Store) -> Turn:
    minute = timedelta(minutes=1)
    return Turn(store=store, owner="me", lease=minute, pause=minute)


Stopping = Callable[[], bool]


def test_a_turn_holds_its_shard_and_rests_it_afterwards(store: Store, other: Store) -> None:
    def work(_: Stopping) -> str:
        assert other.shards.claim(3, "other", timedelta(minutes=1)) is None
        return "done"

    assert turn(store).hold(3, work) == "done"
    (status,) = store.shards.listing()
    assert (status.owner, status.until) == ("", None)
    assert other.shards.claim(3, "other", timedelta(minutes=1)) is None, "it rests"


def test_what_needs_no_rest_may_have_a_shard_that_rests(store: Store) -> None:
    assert turn(store).hold(3, lambda _: 1) == 1
    assert turn(store).hold(3, lambda _: 2) is None
    assert turn(store).hold(3, lambda _: 3, rested=False) == 3


def test_what_somebody_else_holds_is_left_alone(store: Store, other: Store) -> None:
    other.shards.claim(3, "other", timedelta(minutes=1))
    assert turn(store).hold(3, lambda _: pytest.fail("not ours"), rested=False) is None


def test_a_turn_that_was_taken_over_writes_nothing_more(store: Store, other: Store) -> None:
    def work(_: Stopping) -> str:
        store.runs.beat("before", START)
        assert other.shards.claim(3, "other", timedelta(minutes=1), now=FAR) is not None
        store.runs.beat("after", START)
        return "done"

    assert turn(store).hold(3, work) is None
    assert [beat.job for beat in store.runs.beats()] == ["before"]
    assert [status.owner for status in store.shards.listing()] == ["other"]


def test_a_turn_is_told_to_stop_when_its_lease_is_lost(store: Store, other: Store) -> None:
    ended = threading.Event()

    def work(stopping: Stopping) -> str:
        assert other.shards.claim(3, "other", timedelta(minutes=1), now=FAR) is not None
        while not stopping() and not ended.wait(0.005):
            pass
        return "done"

    guard = threading.Timer(10, ended.set)
    guard.start()
    short = replace(turn(store), lease=timedelta(milliseconds=30))
    assert short.hold(3, work) is None
    assert not ended.is_set()
    guard.cancel()


def test_a_lease_is_kept_for_as_long_as_the_turn_takes(store: Store, other: Store) -> None:
    renewed = threading.Event()

    def work(_: Stopping) -> str:
        first = other.shards.listing()[0].until
        for _n in range(2000):
            if other.shards.listing()[0].until != first:
                renewed.set()
                break
            renewed.wait(0.005)
        return "done"

    assert replace(turn(store), lease=timedelta(seconds=0.3)).hold(3, work) == "done"
    assert renewed.is_set()


def test_a_turn_that_fails_leaves_its_lease_to_run_out(store: Store, other: Store) -> None:
    def work(_: Stopping) -> str:
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="gone"):
        turn(store).hold(3, work)
    assert other.shards.claim(3, "other", timedelta(minutes=1)) is None
    assert other.shards.claim(3, "other", timedelta(minutes=1), now=FAR) is not None
