"""Who works on which part: one holder at a time, and none writes after it lost its lease."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.shards import bucket
from bot.errors import LeaseLost
from bot.store import Store
from bot.store.feeds import NewEntry, PollResult
from bot.store.shards import WorkerStatus
from tests.fakes import START, entry

LEASE = timedelta(seconds=60)
PAUSE = timedelta(seconds=30)
FEED = "https://wire.example/feed"
OF = 8


def after(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def test_a_shard_has_one_holder(store: Store) -> None:
    assert store.shards.claim(3, "a", LEASE, START) is not None
    assert store.shards.claim(3, "b", LEASE, START + after(59)) is None
    assert store.shards.claim(4, "b", LEASE, START) is not None


def test_a_lease_that_ran_out_is_anybodys(store: Store) -> None:
    first = store.shards.claim(3, "a", LEASE, START)
    second = store.shards.claim(3, "b", LEASE, START + after(60))
    assert first is not None
    assert second is not None
    assert second.gen > first.gen


def test_a_lease_that_is_renewed_holds(store: Store) -> None:
    held = store.shards.claim(3, "a", LEASE, START)
    assert held is not None
    assert store.shards.renew(held, LEASE, START + after(40))
    assert store.shards.claim(3, "b", LEASE, START + after(90)) is None


def test_who_lost_a_lease_can_neither_renew_nor_release_it(store: Store) -> None:
    lost = store.shards.claim(3, "a", LEASE, START)
    held = store.shards.claim(3, "b", LEASE, START + after(61))
    assert lost is not None
    assert held is not None
    assert not store.shards.renew(lost, LEASE, START + after(62))
    assert not store.shards.release(lost, PAUSE, now=START + after(62))
    assert store.shards.claim(3, "c", LEASE, START + after(63)) is None


def test_a_shard_rests_after_its_run(store: Store) -> None:
    held = store.shards.claim(3, "a", LEASE, START)
    assert held is not None
    assert store.shards.release(held, PAUSE, START + after(5))
    assert store.shards.claim(3, "b", LEASE, START + after(34)) is None
    assert store.shards.claim(3, "b", LEASE, START + after(35)) is not None


def test_a_shard_may_be_taken_from_its_rest_but_not_from_its_holder(store: Store) -> None:
    held = store.shards.claim(3, "a", LEASE, START)
    assert held is not None
    assert store.shards.claim(3, "b", LEASE, START + after(1), rested=False) is None
    store.shards.release(held, PAUSE, START + after(5))
    assert store.shards.claim(3, "b", LEASE, START + after(6), rested=False) is not None


def test_who_lost_its_lease_writes_nothing(store: Store) -> None:
    lost = store.shards.claim(3, "a", LEASE, START)
    assert store.shards.claim(3, "b", LEASE, START + after(61)) is not None
    assert lost is not None
    with store.shards.fenced(lost), pytest.raises(LeaseLost, match="another worker has it"):
        store.runs.beat("poll", START)
    assert store.runs.beats() == []


def test_the_holder_writes_and_after_the_block_everybody_does(store: Store) -> None:
    held = store.shards.claim(3, "a", LEASE, START)
    assert held is not None
    with store.shards.fenced(held):
        store.runs.beat("poll", START)
    assert store.shards.claim(3, "b", LEASE, START + after(61)) is not None
    store.runs.beat("digest", START)
    assert {beat.job for beat in store.runs.beats()} == {"poll", "digest"}


def test_a_shard_is_due_while_a_feed_of_it_is(store: Store) -> None:
    number = bucket(FEED) % OF
    store.feeds.ensure([(FEED, "{}", START)])
    assert store.shards.due(OF, START - after(1)) == []
    assert store.shards.due(OF, START) == [number]
    held = store.shards.claim(number, "a", LEASE, START)
    assert held is not None
    assert store.shards.due(OF, START) == []
    store.shards.release(held, PAUSE, now=START)
    assert store.shards.due(OF, START + after(29)) == []
    assert store.shards.due(OF, START + after(30)) == [number]


def test_a_page_that_waits_makes_the_shard_of_its_host_due_not_of_its_feed(store: Store) -> None:
    item = entry(1)
    page = NewEntry(
        entry=item, alias="", canonical_url=item.url, host="elsewhere.example", policy="live", state="new"
    )  # fmt: skip
    store.feeds.ensure([(FEED, "{}", START)])
    store.feeds.poll_done(
        PollResult(url=FEED, state="{}", next_check=START + after(3600), status="200", entries=(page,)), START
    )
    assert store.shards.due(OF, START) == [bucket("elsewhere.example") % OF]


def test_a_feed_that_moved_belongs_to_the_shard_of_its_new_host(store: Store) -> None:
    store.feeds.ensure([(FEED, "{}", START)])
    moved = PollResult(
        url=FEED, state="{}", next_check=START, status="200", address="https://new.example/feed"
    )  # fmt: skip
    store.feeds.poll_done(moved, START)
    assert store.shards.due(OF, START) == [bucket("new.example") % OF]


def test_the_lag_is_that_of_the_feed_that_waits_longest(store: Store) -> None:
    assert store.shards.lag(START) == timedelta(0)
    store.feeds.ensure([(FEED, "{}", START), ("https://b.example/", "{}", START - after(40))])
    assert store.shards.lag(START) == after(40)


def test_workers_are_known_by_name_until_they_are_forgotten(store: Store) -> None:
    worker = WorkerStatus(
        name="host:1", host="host", pid=1, version="1", state="working", started=START, seen=START, jobs=0, doing=""
    )
    store.shards.report(worker)
    store.shards.report(replace(worker, jobs=5, doing="poll_shard 3", state="draining"))
    (known,) = store.shards.workers()
    assert (known.name, known.jobs, known.doing, known.state) == ("host:1", 5, "poll_shard 3", "draining")
    assert known.seen > START
    assert store.shards.forget(known.seen) == 0
    assert store.shards.forget(known.seen + after(1)) == 1
    assert store.shards.workers() == []
