"""Bring the number of carriers up to date in messages of the last day; what else they say stays as it was posted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.errors import SendError
from bot.model import Delivery
from bot.ports import Clock
from bot.render.recounts import recounted, stories_in
from bot.store import Store

EVERY = timedelta(minutes=10)
"""A message is edited at most once in this time (S-13)."""

REACH = timedelta(days=1)
"""How long after its posting; later nobody looks at it again."""

MOST = 10
"""Edits in one run: Slack allows fifty a minute, and a digest that waits comes first."""

Update = Callable[[Delivery], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recounter:
    """Everything that counting anew needs, handed in. Editing is idempotent, so a crash costs nothing."""

    store: Store
    carriers: Callable[[str], int]  # how many outlets carry a story
    update: Update | None  # None: there is no bot that could edit
    clock: Clock

    def run(self) -> int:
        """Edit what has grown; how many messages. Nothing where the last run was less than ten minutes ago."""
        now = self.clock()
        last = next((beat.at for beat in self.store.runs.beats() if beat.job == "recount"), None)
        if self.update is None or (last is not None and timedelta(0) <= now - last < EVERY):
            return 0
        self.store.runs.beat("recount", now)
        edited = 0
        for posted in self.store.outbox.posted("slack", now - REACH):
            stories = stories_in(posted.payload)
            payload = recounted(posted.payload, {one: self.carriers(one) for one in stories}) if stories else None
            if payload is None:
                continue
            grown = replace(posted, payload=payload)
            try:
                self.update(grown)
            except SendError:
                continue  # the next run counts again
            self.store.outbox.edited(grown)
            edited += 1
            if edited == MOST:
                break
        return edited
