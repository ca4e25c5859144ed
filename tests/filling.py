"""Backfill wired for tests: in-process parsing, the shipped watchlist, a fixed clock, any sources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.core.matches import Matcher
from bot.core.units import Source, Window
from bot.core.watchlists import load
from bot.jobs.backfill import Backfiller
from bot.jobs.gather import Gatherer
from bot.jobs.judge import Judge
from bot.ports import Clock, Fetch
from bot.store import Store
from tests.fakes import START, FakeClock, FakeFetch, InProcess

ROOT = Path(__file__).resolve().parents[1]
WATCHLIST = ROOT / "watchlists/russia-dprk-arms.toml"
BODY = (
    "North Korea has sent about 3,000 containers of artillery shells to Russia since August, South Korea's defence ministry said on "
    "Monday. The munitions left the port of Rajin on Russian vessels and went on by rail to depots near the front in Ukraine."
)
RELEVANT = ("North Korea shipped artillery shells to Russia, Seoul says", BODY)
MATCHER = Matcher([load(WATCHLIST.read_bytes(), file="russia-dprk-arms.toml")])


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
