"""Polling: what is due is asked, what is new is kept, and one bad feed stops nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.core.pacing import Limits
from bot.errors import FeedError, HostResting, Unreachable, WorkerError
from bot.jobs.poll import GROUP, GROUP_ENTRIES, Poller
from bot.jobs.rounds import sentence
from bot.model import Entry, Feed, FeedDocument, Response
from bot.store import Store
from tests.fakes import START, FakeClock, FakeFetch, FakeParse, entry, in_order

ONE = Feed(url="https://one.example/feed", name="One")
TWO = Feed(url="https://two.example/feed", name="Two")


def answer(url: str, body: bytes = b"feed", status: int = 200, **headers: str) -> Response:
    return Response(url=url, status=status, headers=tuple(headers.items()), body=body, fetched=START)


class Desk:
    def __init__(self, store: Store, *feeds: Feed) -> None:
        self.store, self.clock = store, FakeClock()
        self.fetch, self.parse = FakeFetch({}, self.clock), FakeParse()
        self.poller = Poller(
            store=store, feeds=feeds, fetch=self.fetch, parse=self.parse, gate=lambda title, _: "Korea" in title, clock=self.clock, map=in_order, limits=Limits(), environ={"TOKEN": "Bearer x"}
        )  # fmt: skip

    def says(self, feed: Feed, *numbers: int, body: bytes = b"feed", **fields: object) -> None:
        self.fetch.answers[feed.url] = answer(feed.url, body, etag='"v1"')
        entries = tuple(entry(number, feed=feed.url, **fields) for number in numbers)  # type: ignore[arg-type]
        self.parse.feeds[body] = FeedDocument(version="rss20", title=feed.name, entries=entries)


def test_a_bad_feed_is_that_feeds_outcome_and_the_round_goes_on(store: Store):
    desk = Desk(store, ONE, TWO)
    desk.says(TWO, 1)
    desk.fetch.answers[ONE.url] = Unreachable("no such host", subject=ONE.url)
    report = desk.poller.poll()
    assert (report.feeds_due, report.feeds_polled, report.feeds_failed, report.entries_new) == (2, 1, 1, 1)
    assert report.failures == ((ONE.url, "no such host"),)


def test_a_feed_that_may_not_be_asked_now_waits_and_has_not_failed(store: Store):
    desk = Desk(store, ONE)
    later = desk.clock() + timedelta(seconds=50)
    desk.fetch.answers[ONE.url] = HostResting("asked 10 s ago: not again within a minute", retry_at=later)
    report = desk.poller.poll()
    assert (report.feeds_due, report.feeds_polled, report.feeds_failed) == (1, 0, 0)
    assert report.waits == ((ONE.url, "asked 10 s ago: not again within a minute"),)
    assert sentence(report).startswith("0 of 1 due feeds polled, 0 unchanged, 0 failed, 1 asked to wait")
    desk.says(ONE, 1)
    desk.clock.advance(seconds=60)
    assert desk.poller.poll().entries_new == 1


@pytest.mark.parametrize(
    "error",
    [
        FeedError("an HTML page instead of a feed", reason="html"),
        WorkerError("no result within 10 s", reason="deadline"),
    ],
)
def test_what_the_parser_says_is_recorded_and_the_old_validators_stay(store: Store, error: Exception):
    desk = Desk(store, ONE)
    desk.says(ONE, 1)
    desk.poller.poll()
    desk.fetch.answers[ONE.url] = answer(ONE.url, b"broken", etag='"v2"')
    desk.parse.feeds[b"broken"] = error
    desk.clock.advance(days=1)
    report = desk.poller.poll()
    assert report.failures == ((ONE.url, str(error)),)
    desk.clock.advance(days=2)
    desk.poller.poll()
    assert ("If-None-Match", '"v1"') in desk.fetch.asked[-1].headers


def test_the_first_round_asks_every_feed_though_time_goes_on_while_it_begins(store: Store):
    desk = Desk(store, ONE, TWO)
    desk.says(ONE, 1)
    desk.says(TWO, 2)

    def running() -> datetime:
        desk.clock.advance(seconds=1)
        return desk.clock()

    report = replace(desk.poller, clock=running).poll()
    assert (report.feeds_due, report.feeds_polled) == (2, 2)


@pytest.mark.criterion("R-6")
def test_a_feed_is_never_asked_before_its_time_however_often_the_watch_restarts(store: Store):
    desk = Desk(store, ONE)
    desk.says(ONE, 1)
    for _ in range(20):
        desk.poller.poll()
        desk.clock.advance(minutes=2)
    assert len(desk.fetch.asked) == 1


@pytest.mark.criterion("R-1")
def test_a_304_costs_no_parsing(store: Store):
    desk = Desk(store, ONE)
    desk.says(ONE, 1)
    desk.poller.poll()
    desk.fetch.answers[ONE.url] = answer(ONE.url, b"", 304)
    desk.parse.feeds.clear()
    desk.clock.advance(days=1)
    assert desk.poller.poll().feeds_unchanged == 1


def test_the_same_bytes_again_cost_no_parsing_but_renew_the_validators(store: Store):
    desk = Desk(store, ONE)
    desk.says(ONE, 1)
    desk.poller.poll()
    desk.parse.feeds.clear()
    desk.fetch.answers[ONE.url] = answer(ONE.url, b"feed", etag='"v2"')
    desk.clock.advance(days=1)
    assert desk.poller.poll().feeds_unchanged == 1
    desk.clock.advance(days=1)
    desk.poller.poll()
    assert ("If-None-Match", '"v2"') in desk.fetch.asked[-1].headers


@pytest.mark.criterion("decision 16")
def test_on_a_first_poll_what_is_old_is_quiet_and_what_says_nothing_stays_unread(store: Store):
    desk = Desk(store, ONE)
    old = START - timedelta(days=3)
    desk.fetch.answers[ONE.url] = answer(ONE.url)
    entries = (
        entry(1, feed=ONE.url, title="Fresh weather"),
        _aged(2, "Old Korea news", old),
        _aged(3, "Old weather", old),
    )
    desk.parse.feeds[b"feed"] = FeedDocument(version="rss20", title="", entries=entries)
    desk.poller.poll()
    found = {status.id: (status.state, status.policy) for status in store.entries.find([one.id for one in entries])}
    assert found == {"e-0001": ("new", "live"), "e-0002": ("new", "first_poll"), "e-0003": ("teaser", "first_poll")}


def _aged(number: int, title: str, at: datetime) -> Entry:
    return replace(entry(number, feed=ONE.url, title=title), published=at)


def test_a_secret_named_by_the_feed_goes_into_its_request_only(store: Store):
    secret = Feed(url="https://paid.example/feed", name="Paid", auth_env="TOKEN")
    desk = Desk(store, ONE, secret)
    desk.says(ONE, 1)
    desk.says(secret, 2, body=b"paid")
    desk.poller.poll()
    sent = {request.url: dict(request.headers).get("Authorization") for request in desk.fetch.asked}
    assert sent == {ONE.url: None, secret.url: "Bearer x"}


def test_a_feed_taken_out_of_the_configuration_is_not_asked_and_keeps_its_history(store: Store):
    desk = Desk(store, ONE)
    desk.says(ONE, 1)
    desk.poller.poll()
    other = Desk(store, TWO)
    other.clock.advance(days=3)
    other.says(TWO, 2)
    other.poller.poll()
    assert [request.url for request in other.fetch.asked] == [TWO.url]
    assert {status.url for status in store.feeds.statuses()} == {ONE.url, TWO.url}


@pytest.mark.criterion("decision 1")
def test_results_are_committed_a_group_at_a_time_each_with_its_entries_and_its_next_check(store: Store):
    feeds = [Feed(url=f"https://paper-{number}.example/feed", name=str(number)) for number in range(GROUP + 7)]
    desk = Desk(store, *feeds)
    for number, feed in enumerate(feeds):
        desk.says(feed, number, body=f"feed {number}".encode())
    marks: list[str] = []
    report = replace(desk.poller, mark=marks.append).poll()
    assert (report.feeds_polled, report.entries_new) == (GROUP + 7, GROUP + 7)
    assert marks.count("poll:saved") == 2
    assert desk.poller.poll().feeds_due == 0


def test_long_feeds_are_committed_sooner_so_that_few_entries_are_held(store: Store):
    feeds = [Feed(url=f"https://paper-{number}.example/feed", name=str(number)) for number in range(4)]
    desk = Desk(store, *feeds)
    half = GROUP_ENTRIES // 2
    for number, feed in enumerate(feeds):
        desk.says(feed, *range(number * half, number * half + half), body=f"feed {number}".encode())
    marks: list[str] = []
    report = replace(desk.poller, mark=marks.append).poll()
    assert (report.entries_new, marks.count("poll:saved")) == (4 * half, 2)


@pytest.mark.criterion("decision 1")
def test_a_crash_before_the_commit_leaves_the_whole_group_due_and_loses_no_entry(store: Store):
    desk = Desk(store, ONE, TWO)
    desk.says(ONE, 1, body=b"one")
    desk.says(TWO, 2, body=b"two")

    def dies(point: str) -> None:
        if point == "poll:before-save":
            raise SystemExit

    with pytest.raises(SystemExit):
        replace(desk.poller, mark=dies).poll()
    assert store.entries.count() == {}
    report = desk.poller.poll()
    assert (report.feeds_due, report.entries_new) == (2, 2)


@pytest.mark.criterion("R-21")
def test_one_page_under_two_guids_of_a_document_is_one_new_entry_and_counted_once(store: Store):
    desk = Desk(store, ONE)
    desk.says(ONE, 1, 2, title="The same", url="https://one.example/page")
    assert desk.poller.poll().entries_new == 1
    assert store.feeds.statuses()[0].entries == 1


def test_a_round_that_is_stopped_leaves_the_rest_due(store: Store):
    desk = Desk(store, ONE, TWO)
    desk.says(ONE, 1)
    desk.says(TWO, 2)
    replace(desk.poller, stopping=lambda: bool(desk.fetch.asked)).poll()
    assert len(desk.fetch.asked) == 1
    assert desk.poller.poll().feeds_due == 1


@pytest.mark.criterion("R-13")
def test_two_hundred_new_feeds_are_spread_over_the_hour_and_keep_their_places(store: Store):
    feeds = [Feed(url=f"https://paper-{number}.example/feed", name=str(number)) for number in range(200)]
    desk = Desk(store, *feeds)
    for number, feed in enumerate(feeds):
        desk.says(feed, number, body=f"feed {number}".encode())
    desk.poller.poll()
    first = {status.url: status.next_check for status in store.feeds.statuses()}
    assert max(Counter(at.minute for at in first.values()).values()) <= 5
    desk.clock.advance(hours=2)
    desk.poller.poll()
    later = {status.url: status.next_check for status in store.feeds.statuses()}
    assert all((later[url] - at) % timedelta(minutes=30) <= timedelta(seconds=2) for url, at in first.items())


def test_two_installations_do_not_ask_at_the_same_time(tmp_path: Path):
    found = []
    for number in range(2):
        with Store.opened(tmp_path / f"{number}.db") as store:
            desk = Desk(store, ONE)
            desk.clock.advance(seconds=number)
            desk.says(ONE, 1)
            desk.poller.poll()
            found.append(store.feeds.statuses()[0].next_check)
    assert abs(found[1] - found[0]) > timedelta(minutes=1)


def test_hosts_are_asked_in_turn(store: Store):
    feeds = [Feed(url=f"https://{host}.example/{path}", name=host + path) for host in "ab" for path in "xyz"]
    desk = Desk(store, *feeds)
    desk.poller.poll()
    assert [request.url.split("/")[2][0] for request in desk.fetch.asked] == list("ababab")


@pytest.mark.criterion("R-22")
def test_an_entry_that_changes_itself_with_every_poll_is_new_once(store: Store):
    desk = Desk(store, ONE)
    found = []
    for number in range(30):
        desk.says(ONE, 1, title=f"Read {number} times", summary=f"{number} readers", body=f"feed {number}".encode())
        found.append(desk.poller.poll().entries_new)
        desk.clock.advance(hours=3)
    assert found == [1] + [0] * 29
    assert store.entries.count() == {"new": 1}
