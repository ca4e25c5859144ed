"""Tell the readers what they would not see: messages that do not arrive elsewhere, and a silence that may be blindness."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from bot.core.outbox import PARKED, parked_notice
from bot.core.silence import KIND as SILENCE
from bot.core.silence import QUIET_FOR, silence
from bot.model import Coverage, Delivery, Notice, Subscription
from bot.ports import Clock
from bot.store import Store

Render = Callable[[Notice, Subscription], Delivery]

TOLD: Final = frozenset({PARKED, SILENCE, "watchlist", "canary"})
"""Notices that are sent. A blind feed stands at the top of every digest; what is left is for whoever runs the watch."""

USUAL: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Warner:
    """Everything that telling of notices needs, handed in."""

    store: Store
    subscriptions: Sequence[Subscription]
    render: Render
    coverage: Callable[[datetime], Coverage]
    clock: Clock

    def run(self) -> int:
        """Write and end the notices that follow from what is stored, promise each open one once; promises made.

        Everything is read from rows, so a crash between the parking of a promise and its notice loses nothing.
        """
        now = self.clock()
        self._settle(PARKED, self._parked(now), now)
        self._settle(SILENCE, self._silent(now), now)
        opened = self.store.runs.open_notices()
        stuck = {one.subject for one in opened if one.kind == PARKED}
        made = 0
        for notice in opened:
            for promise in self._promises(notice, stuck):
                if self.store.outbox.get(promise.key) is None:
                    made += self.store.outbox.promise(promise, now)
        return made

    def _settle(self, kind: str, found: dict[str, Notice], now: datetime) -> None:
        opened = {one.id for one in self.store.runs.open_notices() if one.kind == kind}
        for over in opened - set(found):
            self.store.runs.recover(over, now)
        for new in set(found) - opened:
            self.store.runs.notice(found[new])

    def _parked(self, now: datetime) -> dict[str, Notice]:
        notices = (parked_notice(one.delivery, now) for one in self.store.outbox.listing(("parked",)))
        return {one.id: one for one in notices}

    def _silent(self, now: datetime) -> dict[str, Notice]:
        last = self.store.digests.last_told()
        if last is None or now - last < QUIET_FOR:
            return {}  # the usual case, every minute: nothing has to be counted
        seen = self.coverage(now)
        round_ = next((beat.at for beat in self.store.runs.beats() if beat.job == "poll"), now)
        days = self.store.entries.arrived_by_day(now - USUAL)[:-1]  # today is not over yet
        notice = silence(
            now,
            last_story=last,
            working=sum(working for _, working, _ in seen.by_lang),
            configured=sum(configured for _, _, configured in seen.by_lang),
            items=seen.items_read,
            usual=median(days) if days else 0,
            gap=now - round_,
        )
        return {notice.id: notice} if notice else {}

    def _promises(self, notice: Notice, stuck: set[str]) -> Iterator[Delivery]:
        """The notice for everybody who can be reached; that a channel is stuck is told by another one if there is any."""
        if notice.kind not in TOLD:
            return
        made = {one.key: one for one in (self.render(notice, each) for each in self.subscriptions)}.values()
        reached = [one for one in made if not {_place(one), _place(one, everywhere=True)} & stuck]
        if notice.kind == PARKED:
            family = notice.subject.partition(":")[0]
            reached = [one for one in reached if not _place(one).startswith(f"{family}:")] or reached
        yield from reached


def _place(promise: Delivery, *, everywhere: bool = False) -> str:
    """Where a promise goes, as the subject of a notice on parked promises names it."""
    family = "slack" if promise.channel == "webhook" else promise.channel
    return f"{family}:{'' if everywhere else promise.target}"
