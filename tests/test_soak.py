"""A simulated day of three hundred feeds, a tenth of them hostile, with workers killed on the way: flat, polite, complete."""

from __future__ import annotations

import gc
import os
import sqlite3
import threading
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.core.pacing import Limits, from_json
from bot.engine.threads import Threads
from bot.jobs.poll import Poller
from bot.model import Feed
from bot.store import Store
from bot.web.client import Client, ClientOptions
from bot.workers import Workers
from tests.fakes import FakeClock
from tests.servers import Reply, Route, Seen, Server
from tests.test_hostile import FEEDS, SERVERS

START = datetime(2026, 3, 2, tzinfo=UTC)
STEP = timedelta(minutes=10)
QUICK_TO_FAIL = (
    "closed before a word",
    "closed in the body",
    "gzip bomb",
    "a redirect to itself",
    "a status that is none",
    "a length that lies high",
)


class World:
    """A server of feeds on simulated time: each healthy feed has an entry every `gap`, the newest twenty in its document."""

    def __init__(self, clock: FakeClock, count: int) -> None:
        self.clock = clock
        self.asked: dict[int, list[datetime]] = {}
        hostile = [
            *(
                Reply(200, (("Content-Type", "application/rss+xml"),), body)
                for body in FEEDS.values()
                if len(body) < 50_000
            )
        ]
        hostile += [SERVERS[name] for name in QUICK_TO_FAIL]
        self.routes: dict[str, Route] = {}
        for number in range(count):
            self.routes[f"/{number}"] = (
                hostile[(number // 10) % len(hostile)] if self.is_hostile(number) else self.healthy(number)
            )

    @staticmethod
    def is_hostile(number: int) -> bool:
        return number % 10 == 9

    @staticmethod
    def gap(number: int) -> timedelta:
        return timedelta(minutes=(15, 30, 60, 240, 1440)[number % 5])

    def latest(self, number: int) -> int:
        return int((self.clock.now - START) / self.gap(number)) + 100

    def healthy(self, number: int) -> Route:
        def answer(seen: Seen) -> Reply:
            self.asked.setdefault(number, []).append(self.clock.now)
            latest = self.latest(number)
            tag = f'"{latest}"'
            if seen.header("If-None-Match") == tag:
                return Reply(304, (("ETag", tag),))
            items = "".join(
                f"<item><guid>{number}-{n}</guid><title>Feed {number} entry {n}</title><link>https://news.example.org/{number}/{n}</link>"
                f"<pubDate>{(START + self.gap(number) * (n - 100)).strftime('%a, %d %b %Y %H:%M:%S GMT')}</pubDate></item>"
                for n in range(latest, latest - 20, -1)
            )
            return Reply(
                200,
                (("ETag", tag),),
                f"<rss version='2.0'><channel><title>{number}</title>{items}</channel></rss>".encode(),
            )

        return answer


def memory() -> int:
    """Resident bytes of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def soak(folder: Path, *, feeds: int, hours: int, growth: int) -> None:
    clock = FakeClock(START)
    world = World(clock, feeds)
    with (
        Server(world.routes, keep=20) as server,
        Store.opened(folder / "soak.db") as store,
        Workers(2, deadline=timedelta(seconds=2)) as workers,
        closing(Threads(16)) as threads,
        closing(Client(ClientOptions(allow=server.allow, loopback_only=True), clock)) as fetch,
    ):
        configured = [Feed(url=server.url(f"/{number}"), name=str(number), lang="en") for number in range(feeds)]
        poller = Poller(
            store=store,
            feeds=configured,
            fetch=fetch,
            parse=workers,
            gate=lambda title, text: False,
            clock=clock,
            map=threads,
            limits=Limits(),
            trusted=server.allow,
        )
        marks, kills = [], 0
        rounds = int(timedelta(hours=hours) / STEP)
        for number in range(rounds):
            poller.poll()
            if number % 20 == 10 and workers.pids:
                with suppress(ProcessLookupError):
                    os.kill(workers.pids[0], 9)
                    kills += 1
            if number >= rounds // 3:
                gc.collect()
                marks.append((memory(), open_files(), threading.active_count()))
            clock.now += STEP

        assert max(mark[0] for mark in marks) - marks[0][0] < growth
        assert max(mark[1] for mark in marks[-20:]) <= max(mark[1] for mark in marks[:20]) + 8
        assert max(mark[2] for mark in marks[-20:]) <= max(mark[2] for mark in marks[:20]) + 8

        rows = sqlite3.connect(folder / "soak.db")
        states = [from_json(text) for (text,) in rows.execute("SELECT state_json FROM feeds")]
        assert len(states) == feeds
        assert sum(state.early for state in states) == 0
        by_url = {state.url: state for state in states}
        for number in range(feeds):
            if world.is_hostile(number):
                continue
            asked = world.asked[number]
            assert all(later - earlier >= timedelta(minutes=60) for earlier, later in pairwise(asked)), number
            url = server.url(f"/{number}")
            # A poll whose worker was killed gave nothing yet; the next one brings what it missed.
            last = by_url[url].last_success
            assert last is not None
            published = int((last - START) / world.gap(number)) + 20
            (stored,) = rows.execute("SELECT COUNT(*) FROM entries WHERE feed = ?", [url]).fetchone()
            assert stored == published, f"feed {number}: {stored} of {published} entries"
        (entries,) = rows.execute("SELECT COUNT(*) FROM entries").fetchone()
        rows.close()
        requests, unmodified = (sum(getattr(state, name) for state in states) for name in ("requests", "not_modified"))
        grown, files, running = (max(mark[n] for mark in marks) - marks[0][n] for n in range(3))
        print(
            f"\n{feeds} feeds, {hours} h: {requests} requests, {unmodified} of them 304, none early; {entries} entries, none lost; "
            f"{kills} workers killed; memory {grown / 1e6:+.1f} MB, descriptors {files:+}, threads {running:+} after the first third"
        )


@pytest.mark.criterion("R-74")
def test_six_hours_of_thirty_feeds(tmp_path):
    soak(tmp_path, feeds=30, hours=6, growth=60_000_000)


@pytest.mark.torture
@pytest.mark.criterion("R-74")
def test_a_day_of_three_hundred_feeds(tmp_path):
    soak(tmp_path, feeds=300, hours=24, growth=30_000_000)
