"""Poll the feeds that are due: fetch, parse, note what is new, decide when to come back; one bad feed stops nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.core import pacing
from bot.model import Feed, FeedDocument
from bot.ports import Clock, Fetch, Map, Mark, Parse, no_mark
from bot.store import Store
from bot.store.feeds import DueFeed

LIVE_ON_FIRST_POLL = timedelta(hours=24)
"""What was published within this time is live on the first poll of a feed (decision 16)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What came of asking one feed."""

    due: DueFeed
    feed: Feed
    outcome: pacing.PollOutcome
    document: FeedDocument | None = None
    body_sha: str = ""
    status: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poller:
    """Everything that polling needs, handed in."""

    store: Store
    feeds: Sequence[Feed]
    fetch: Fetch
    parse: Parse
    gate: Callable[[str, str], bool]  # title, summary → may it matter? (decision 23)
    clock: Clock
    map: Map
    pace: pacing.Pace
    catch_up: Mapping[str, timedelta]
    mark: Mark = no_mark
    stopping: Callable[[], bool] = lambda: False
    environ: Mapping[str, str] = os.environ
