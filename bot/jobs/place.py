"""Where an article belongs among the stored stories: what the store finds near, what core makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from bot.core.duplicates import Fingerprint
from bot.core.stories import Assignment, Candidate, Signature, assign
from bot.core.voices import kinship
from bot.model import Claim, Item
from bot.store import Store
from bot.store.nearness import Near

REACH_BACK = timedelta(days=46)
"""How much older a story may be to be followed; the pure part looks 45 days back."""

REACH_ON = timedelta(days=3)
"""How much younger: backfill may insert an article before what is stored."""

_signature = lru_cache(maxsize=8192)(Signature.from_json)  # the stories of a day are candidates again and again


@dataclass(frozen=True, slots=True, kw_only=True)
class Placer:
    """Core's assignment over the store's candidates. It reads; the caller stores."""

    store: Store

    def __call__(
        self, item: Item, seal: Signature, print_: Fingerprint, claims: Sequence[Claim], at: datetime
    ) -> Assignment:
        """The place of one article that has none yet, published at `at`."""
        near = self.store.stories.near(
            seal.weighted_keys(), print_.bands, earliest=at - REACH_BACK, latest=at + REACH_ON
        )
        candidates = [_candidate(one, claims) for one in near]
        found = assign(item, seal, candidates, print_=print_)
        if not found.merges:
            return found
        # Never two stories that rest on different voices: a merge cannot be undone.
        voices = {one.story: one.voices for one in near}
        mine = (*voices[found.story], *claims)
        return replace(found, merges=tuple(one for one in found.merges if kinship(mine, voices[one]) != "apart"))


def _candidate(near: Near, claims: Sequence[Claim]) -> Candidate:
    return Candidate(
        story=near.story,
        founded=near.founded,
        latest=near.latest,
        members=tuple(map(_signature, near.reports)),
        prints=tuple((article, at, Fingerprint.from_bytes(raw)) for article, at, raw in near.prints),
        kinship=kinship(claims, near.voices),
    )
