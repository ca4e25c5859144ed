"""Which part of the work a host belongs to: all feeds and pages of one registrable domain fall into one shard.

One shard runs on one worker at a time, so the gap between two requests to a host, kept within a process, holds
across any number of workers; no rate limiter has to be shared.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from bot.core.urls import registrable

BUCKETS = 65_536
"""Fine, fixed parts that rows are stored with; a shard is a bucket modulo the configured number, which may change."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `of` parts of all hosts, by its number from 0."""

    number: int
    of: int

    def has(self, host: str) -> bool:
        """Whether a host's (or URL's) requests belong to this part."""
        return bucket(host) % self.of == self.number


WHOLE = Shard(0, 1)
"""Everything: how one machine alone works."""


@lru_cache(maxsize=8192)
def bucket(host: str) -> int:
    """0 … BUCKETS - 1 for a host or URL, the same in every process and release; "" is a place like any other."""
    digest = hashlib.sha256(registrable(host).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:2], "big")


def rest(shards: int, most_a_second: float) -> timedelta:
    """How long a shard is left alone after a run, so that all of them together are woken at most so often a second."""
    return timedelta(seconds=shards / most_a_second)
