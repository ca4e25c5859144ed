"""Backfill wired for tests: in-process parsing, the shipped watchlist, a fixed clock, any sources."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.core import articles, entries
from bot.core.matches import Matcher
from bot.core.units import Source, Window
from bot.core.watchlists import load
from bot.errors import WorkerError
from bot.jobs.backfill import Backfiller
from bot.jobs.gather import Gatherer
from bot.jobs.judge import Judge
from bot.model import FeedDocument, Page
from bot.ports import Clock, Fetch
from bot.store import Store
from tests.fakes import START, FakeClock, FakeFetch

ROOT = Path(__file__).resolve().parents[1]
WATCHLIST = ROOT / "watchlists/russia-dprk-arms.toml"
BODY = (
    "North Korea has sent about 3,000 containers of artillery shells to Russia since August, South Korea's defence ministry said on "
    "Monday. The munitions left the port of Rajin on Russian vessels and went on by rail to depots near the front in Ukraine."
)
RELEVANT = ("North Korea shipped artillery shells to Russia, Seoul says", BODY)
MATCHER = Matcher([load(WATCHLIST.read_bytes(), file="russia-dprk-arms.toml")])


class InProcess:
    """The Parse port without processes; bytes that hold DEADLY kill their worker."""

    def feed(
        self,
        body: bytes,
        *,
        url: str,
        headers: tuple[tuple[str, str], ...],
        now: datetime,
        feed: str = "",
        memory: str = "",
    ) -> FeedDocument:
        return entries.parse(body, url=url, headers=headers, now=now, feed=feed, memory=memory)

    def page(self, body: bytes, *, url: str, headers: tuple[tuple[str, str], ...], now: datetime) -> Page:
        if b"DEADLY" in body:
            raise WorkerError("the worker died", reason="died", subject=url)
        return articles.extract(body, url=url, headers=headers, now=now)


def backfiller(
    store: Store,
    *sources: Source,
    window: Window | None = None,
    fetch: Fetch | None = None,
    clock: Clock | None = None,
    wants: Callable[[bytes, str], bool] = lambda *_: True,
    **more: Any,
) -> Backfiller:
    """A Backfiller over these sources."""
    clock = clock or FakeClock(START)
    window = window or Window()
    named = {source.name: source for source in sources}
    gather = Gatherer(
        sources=named,
        store=store,
        parse=InProcess(),
        matcher=MATCHER,
        clock=clock,
        fetch=fetch or FakeFetch({}),
        window=window,
        wants=wants,
    )
    judge = Judge(store=store, matcher=MATCHER, lexicon=None)
    return Backfiller(store=store, gather=gather, judge=judge, clock=clock, sources=named, window=window, **more)
