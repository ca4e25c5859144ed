"""One shard's turn on one worker: claim it, poll and read what is due of it, give it back; a lost lease ends the turn."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.core.shards import Shard
from bot.errors import LeaseLost
from bot.model import RoundReport
from bot.store import Store
from bot.store.shards import Lease

Work = Callable[[Shard, Callable[[], bool]], RoundReport]
"""Poll and read what is due of a shard until the callable says stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Everything that a shard's turn needs, handed in. `store` is this turn's alone while it runs."""

    store: Store
    of: int  # shards in all
    owner: str
    lease: timedelta
    pause: timedelta  # between two turns of one shard
    work: Work
    stopping: Callable[[], bool] = lambda: False

    def take(self, number: int) -> RoundReport | None:
        """The turn's report; None where somebody else has the shard, or took it over on the way."""
        held = self.store.shards.claim(number, self.owner, self.lease)
        if held is None:
            return None
        ended = threading.Event()
        lost = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(held, ended, lost), name=f"lease {number}", daemon=True)
        keeper.start()
        try:
            with self.store.shards.fenced(held):
                report = self.work(Shard(number, self.of), lambda: lost.is_set() or self.stopping())
        except LeaseLost:
            return None
        finally:
            ended.set()
            keeper.join()
        note = f"{report.feeds_polled} feeds polled, {report.articles} articles"
        return report if self.store.shards.release(held, self.pause, note) else None

    def _keep(self, held: Lease, ended: threading.Event, lost: threading.Event) -> None:
        """Renew the lease three times in its length, for as long as the turn takes."""
        while not ended.wait(self.lease.total_seconds() / 3):
            try:
                kept = self.store.shards.renew(held, self.lease)
            except LeaseLost:
                kept = False
            if not kept:
                lost.set()
                return
