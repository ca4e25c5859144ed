"""Notices on feeds and languages: past a threshold, once, and over when it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.pacing import Limits
from bot.errors import Unreachable
from bot.jobs.coverage import coverage, watch_feeds
from bot.jobs.poll import Poller
from bot.model import Feed, FeedDocument, Response
from bot.store import Store
from tests.fakes import FakeClock, FakeFetch, FakeParse, entry, in_order

FEEDS = tuple(
    Feed(url=f"https://{name}.example/feed", name=name, lang=name[:2]) for name in ("ko1", "ko2", "ko3", "ru1")
)


class Watch:
    def __init__(self, store: Store) -> None:
        self.store, self.clock = store, FakeClock()
        self.fetch, self.parse = FakeFetch({}, self.clock), FakeParse()
        self.down: set[str] = set()
        self.poller = Poller(
            store=store, feeds=FEEDS, fetch=self.fetch, parse=self.parse, gate=lambda *_: False, clock=self.clock, map=in_order, limits=Limits()
        )  # fmt: skip

    def days(self, count: int) -> list[str]:
        """So many days of polling; what was told."""
        return self.hours(24 * count)

    def hours(self, count: int) -> list[str]:
        told = []
        for _ in range(count // 3):
            for number, feed in enumerate(FEEDS):
                body = f"{feed.url} {self.clock.now}".encode()
                at = self.clock.now - timedelta(minutes=5)
                news = entry(
                    number, feed=feed.url, title=f"{self.clock.now}", url=f"{feed.url}/{self.clock.now.timestamp()}"
                )
                self.parse.feeds[body] = FeedDocument(version="rss20", title="", entries=(news,), known=(at,))
                self.fetch.answers[feed.url] = (
                    Unreachable("no connection: refused")
                    if feed.name in self.down
                    else Response(url=feed.url, status=200, headers=(), body=body, fetched=self.clock.now)
                )
            self.poller.poll()
            told += watch_feeds(FEEDS, self.store, self.clock.now)
            self.clock.advance(hours=3)
        return told


@pytest.fixture
def watch(store: Store) -> Watch:
    made = Watch(store)
    assert made.days(2) == []
    return made


def test_a_language_that_goes_blind_is_told_once_and_so_is_its_return(watch: Watch):
    watch.down = {"ko1", "ko2"}
    told = watch.days(5)
    assert [text for text in told if text.startswith("ko:")] == [
        "ko: only 1 of 3 feeds tell us anything: ko1 failing, ko2 failing"
    ]
    assert len(told) == 3  # and one for each feed
    assert coverage(FEEDS, watch.store, watch.clock.now).by_lang == (("ko", 1, 3), ("ru", 1, 1))
    watch.down = set()
    told = watch.days(3)
    assert sum(text.startswith("ko: most feeds are back, after ") for text in told) == 1
    assert watch.store.runs.open_notices() == []


def test_one_failure_and_a_minority_are_no_hole(watch: Watch):
    watch.down = {"ru1", "ko1", "ko2", "ko3"}
    told = watch.hours(3)  # one round that fails everywhere is weather
    watch.down = {"ko1"}
    told += watch.days(5)
    assert [text for text in told if text.startswith(("ko:", "ru:"))] == []


def test_what_is_taken_out_of_the_configuration_is_over(watch: Watch):
    watch.down = {"ru1"}
    watch.days(4)
    assert {notice.subject for notice in watch.store.runs.open_notices()} == {"ru", FEEDS[3].url}
    watch_feeds(FEEDS[:3], watch.store, watch.clock.now)
    assert watch.store.runs.open_notices() == []
