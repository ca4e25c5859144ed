"""Bring the number of carriers and of votes up to date in messages that were posted; what else they say stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.errors import SendError, SendRejected
from bot.model import Delivery
from bot.ports import Clock
from bot.render.recounts import recounted, rows_in, stories_in, tallied
from bot.store import Store

EVERY = timedelta(minutes=10)
"""A message is edited at most once in this time for its carriers (S-13)."""

REACH = timedelta(days=1)
"""How long after its posting; later nobody looks at it again."""

VOTES_EVERY = timedelta(seconds=5)
"""Votes are shown at once, but many of them together: no edit sooner than this after the one before (I-5)."""

VOTES_REACH = timedelta(days=14)
"""How old a message may be whose buttons still count."""

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
        """Edit what has grown and what was voted on since; how many messages. Neither more often than it may."""
        if self.update is None:
            return 0
        now = self.clock()
        return self._votes(now, self.update) + self._carriers(now, self.update)

    def _carriers(self, now: datetime, update: Update) -> int:
        if self._since("recount", now)[0] < EVERY:
            return 0
        self.store.runs.beat("recount", now)
        edited = 0
        for posted in self.store.outbox.posted("slack", now - REACH):
            stories = stories_in(posted.payload)
            payload = recounted(posted.payload, {one: self.carriers(one) for one in stories}) if stories else None
            if payload is None:
                continue
            try:
                self._edit(replace(posted, payload=payload), update)
            except SendError:
                continue  # the next run counts again
            edited += 1
            if edited == MOST:
                break
        return edited

    def _votes(self, now: datetime, update: Update) -> int:
        since, counted = self._since("votes", now)
        latest = self.store.judgements.latest()
        if str(latest) == counted or since < VOTES_EVERY:
            return 0
        edited, whole = 0, True
        recent = [(one, rows_in(one.payload)) for one in self.store.outbox.posted("slack", now - VOTES_REACH)]
        votes = self.store.judgements.votes({story for _, stories in recent for story in stories})
        for posted, stories in recent:
            payload = tallied(posted.payload, votes) if stories else None
            if payload is None:
                continue
            if edited == MOST:
                whole = False
                break
            try:
                self._edit(replace(posted, payload=payload), update)
                edited += 1
            except SendRejected:
                continue  # deleted, or too old to be edited: asking again would not help
            except SendError:
                whole = False
        # What was not shown is counted again by the next run.
        self.store.runs.beat("votes", now, note=str(latest) if whole else counted)
        return edited

    def _edit(self, grown: Delivery, update: Update) -> None:
        update(grown)
        self.store.outbox.edited(grown)

    def _since(self, job: str, now: datetime) -> tuple[timedelta, str]:
        """How long ago a job last ran, and its note; for ever where it never did, or a clock went back."""
        for beat in self.store.runs.beats():
            if beat.job == job and beat.at <= now:
                return now - beat.at, beat.note
        return timedelta.max, ""
