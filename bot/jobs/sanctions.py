"""The daemon's look at the public sanctions lists, once a day; a list that cannot be read is a notice until it can."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.jobs.backfill import BackfillReport
from bot.model import Notice
from bot.ports import Clock
from bot.store import Store

JOB = "sanctions"
AGAIN = timedelta(hours=1)
"""How long after a look that failed the next one is."""
FAILED = "not read"
"""How the note of a heartbeat begins where a list was not read whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Everything that it needs, handed in. `look` reads the lists of these names and stores what is new in them.

    What is due is computed from the heartbeat in the store, so that a restart neither forgets a look nor repeats it.
    """

    store: Store
    clock: Clock
    names: Sequence[str]
    look: Callable[[Sequence[str]], BackfillReport]
    every: timedelta = timedelta(days=1)

    def run(self) -> list[str]:
        """Look if a look is due; what was found, in words."""
        if not self.names or not self._due():
            return []
        report = self.look(self.names)
        if report.stopped:
            return []  # the watch ends; the next one looks
        now = self.clock()
        wrong = [f"{place}: {reason}" for place, reason in report.missed]
        if wrong:
            note = f"{FAILED}: {'; '.join(wrong[:3])}" + (f" and {len(wrong) - 3} more" if len(wrong) > 3 else "")
            text = f"sanctions lists {note}"
            self.store.runs.notice(Notice(id=JOB, kind=JOB, subject=", ".join(self.names), text=text, at=now))
        else:
            note = f"entries read: {report.documents}, matches new or changed: {report.matches}"
            self.store.runs.recover(JOB, now)
        self.store.runs.beat(JOB, now, note=note)
        return [f"sanctions lists: {note}"]

    def _due(self) -> bool:
        last = next((beat for beat in self.store.runs.beats() if beat.job == JOB), None)
        if last is None:
            return True
        pause = AGAIN if last.note.startswith(FAILED) else self.every
        return not timedelta(0) <= self.clock() - last.at < pause
