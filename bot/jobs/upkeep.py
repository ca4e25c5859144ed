"""What the daemon does for itself once a day: a checked copy, forgetting what may be forgotten, and the canary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.errors import StoreError
from bot.model import Notice
from bot.places import Server
from bot.ports import Clock
from bot.store import Store
from bot.store.backup import backup
from bot.store.copies import copies

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """Everything that upkeep needs, handed in. `canary` gives (watchlist, where its canary stopped or "") pairs.

    What is due is computed from the copies in the folder and the heartbeats in the store, so that a restart forgets nothing.
    """

    store: Store
    clock: Clock
    folder: Path
    canary: Callable[[], list[tuple[str, str]]]
    keep: int = 7
    every: timedelta = DAY
    bodies: timedelta = timedelta(days=180)

    def run(self) -> list[str]:
        """Do what is due; what was done, in words."""
        return [*self._copied(), *self._forgotten(), *self._sung()]

    def _copied(self) -> list[str]:
        if isinstance(self.store.place, Server):
            return []  # a server has its own means: pg_dump, base backups (docs/operations.md)
        now, database = self.clock(), self.store.place
        daily = [copy for copy in copies(self.folder, database.stem) if copy.why == "daily"]
        if daily and timedelta(0) <= now - daily[0].at < self.every:
            return []
        notice = Notice(id="backup", kind="backup", subject=str(self.folder), text="", at=now)
        try:
            made = backup(database, self.folder, now, why="daily", keep=self.keep)
        except (StoreError, OSError) as error:
            text = f"no copy of the database could be made: {error}"
            self.store.runs.notice(Notice(id=notice.id, kind=notice.kind, subject=notice.subject, text=text, at=now))
            return [text]
        self.store.runs.recover(notice.id, now)
        return [f"copy {made.path.name}, {made.bytes / 1e6:.1f} MB"]

    def _forgotten(self) -> list[str]:
        now = self.clock()
        if not self._due("prune", now):
            return []
        dropped = self.store.retention.prune(now - self.bodies)
        self.store.runs.beat("prune", now, note=f"{dropped} texts dropped")
        return [f"{dropped} old texts that never matched dropped"] if dropped else []

    def _sung(self) -> list[str]:
        now = self.clock()
        if not self._due("canary", now):
            return []
        told = []
        for watchlist, stopped in self.canary():
            name = f"canary:{watchlist}"
            if stopped:
                text = f"the canary of {watchlist} did not come out: {stopped}"
                self.store.runs.notice(Notice(id=name, kind="canary", subject=watchlist, text=text, at=now))
                told.append(text)
            else:
                self.store.runs.recover(name, now)
        self.store.runs.beat("canary", now, note="; ".join(told) or "came out")
        return told

    def _due(self, job: str, now: datetime) -> bool:
        last = next((beat.at for beat in self.store.runs.beats() if beat.job == job), None)
        return last is None or not timedelta(0) <= now - last < DAY
