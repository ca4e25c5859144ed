"""One shard's turn on one worker: claim it, do what is to be done with its hosts, give it back; a lost lease ends the turn."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from bot.errors import LeaseLost
from bot.store import Store
from bot.store.shards import Lease

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Everything that a shard's turn needs, handed in. `store` is this turn's alone while it runs."""

    store: Store
    owner: str
    lease: timedelta
    pause: timedelta  # between two turns of one shard
    stopping: Callable[[], bool] = lambda: False

    def hold(self, number: int, work: Callable[[Callable[[], bool]], T], *, rested: bool = True) -> T | None:
        """What `work` made of the shard; it is handed a callable that says when to stop.

        None where somebody else has the shard, where it rests (unless that does not matter: `rested`), or where it was
        taken over on the way.
        """
        held = self.store.shards.claim(number, self.owner, self.lease, rested=rested)
        if held is None:
            return None
        ended = threading.Event()
        lost = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(held, ended, lost), name=f"lease {number}", daemon=True)
        keeper.start()
        try:
            with self.store.shards.fenced(held):
                made = work(lambda: lost.is_set() or self.stopping())
        except LeaseLost:
            return None
        finally:
            ended.set()
            keeper.join()
        return made if self.store.shards.release(held, self.pause) else None

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
