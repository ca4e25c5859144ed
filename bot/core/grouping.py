"""A whole batch of items at once: copies first, then developments, with hindsight and no store (`stories --jsonl`)."""

from __future__ import annotations

import heapq
from array import array
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.assignments import (
    APART,
    HUB,
    JOIN,
    SPAN,
    STRONG,
    stands_apart,
    story_id,
    within,
)
from bot.core.clusters import clusters
from bot.core.copies import copies
from bot.core.likeness import LEAST_OVERLAP, REACH, Profile, alike, profile
from bot.core.signatures import TELLING, Signature, signature
from bot.model import Item

if TYPE_CHECKING:
    from bot.core.lexicon import Lexicon

POSTING = 120  # the latest items under one key that are looked at
NEIGHBOURS = 64  # items that one item is compared with, those with most in common first
SAMPLE = 12  # neighbours of a hub that are looked at, the closest
LEAST_EDGE = 0.04  # a likeness below counts as none


@dataclass(frozen=True, slots=True)
class Grouped:
    """One item's line: its story, and the earliest member of its copies ("" where it is itself, or has none)."""

    id: str
    story: str
    copy_of: str = ""


def group(items: Sequence[Item], lexicon: Lexicon | None) -> list[Grouped]:
    """The stories of a batch, one line an item, in input order; every item has a story, alone if nothing fits.

    Read by date, then input order. The cost of an item does not grow with the batch: it meets at most 64 others,
    found through an inverted index that forgets what is out of reach in time.
    """
    order = sorted(range(len(items)), key=lambda number: (items[number].date is None, _time(items[number]), number))
    copy_of = copies(items, order)
    leads = [number for number in order if copy_of[number] == number]
    times = [_time(items[number]) if items[number].date else None for number in leads]
    edges = _edges(signature(items[number], lexicon) for number in leads)
    hubs = _hubs(edges)
    kept = ((one, two, value) for one, two, value in edges if one not in hubs and two not in hubs)
    roots = clusters(len(leads), kept, JOIN, times=times, span=SPAN.total_seconds())
    story_of = {leads[place]: story_id(items[leads[root]]) for place, root in enumerate(roots)}
    return [
        Grouped(
            id=item.id,
            story=story_of[copy_of[number]],
            copy_of=items[copy_of[number]].id if copy_of[number] != number else "",
        )
        for number, item in enumerate(items)
    ]


def _time(item: Item) -> float:
    return item.date.timestamp() if item.date else 0.0


class _Edges:
    """Pairs and their likeness in three flat arrays: ten million of them take 120 MB."""

    def __init__(self) -> None:
        self.left, self.right, self.values = array("I"), array("I"), array("f")

    def add(self, left: int, right: int, value: float) -> None:
        self.left.append(left)
        self.right.append(right)
        self.values.append(value)

    def __iter__(self) -> Iterator[tuple[int, int, float]]:
        return zip(self.left, self.right, self.values, strict=True)


def _hubs(edges: _Edges) -> set[int]:
    """Items that resemble several others which do not resemble one another: round-ups that do not call themselves so."""
    strong: dict[int, dict[int, float]] = defaultdict(dict)
    for one, two, value in edges:
        if value >= STRONG:
            strong[one][two] = value
            strong[two][one] = value
    found: set[int] = set()
    for number, near in strong.items():
        if len(near) < HUB:
            continue
        closest = heapq.nsmallest(SAMPLE, near, key=lambda other: (-near[other], other))
        pairs = [(a, b) for place, a in enumerate(closest) for b in closest[:place]]
        if sum(strong[a].get(b, 0.0) for a, b in pairs) < APART * len(pairs):
            found.add(number)
    return found


def _edges(signatures: Iterable[Signature]) -> _Edges:
    """The likeness of every pair that could report one development; live-blogs and the like have none.

    The signatures come in order of time; what is out of reach is forgotten.
    """
    reach = REACH + timedelta(days=1)  # a date without a time may be any moment of its day
    postings: dict[str, deque[int]] = defaultdict(lambda: deque(maxlen=POSTING))
    profiles: dict[int, Profile] = {}
    recent: deque[tuple[int, datetime | None]] = deque()
    edges = _Edges()
    for number, mine in enumerate(signatures):
        if stands_apart(mine):
            continue
        while recent and not within(recent[0][1], mine.when, reach):
            del profiles[recent.popleft()[0]]
        own = profile(mine)
        overlap: dict[int, float] = defaultdict(float)
        for name, weight in mine.features:
            if weight < TELLING:
                break
            posting = postings[name]
            while posting and posting[0] not in profiles:
                posting.popleft()
            for other in posting:
                overlap[other] += weight
            posting.append(number)
        profiles[number] = own
        recent.append((number, mine.when))
        nearest = [(-weight, other) for other, weight in overlap.items() if weight >= LEAST_OVERLAP]
        if len(nearest) > NEIGHBOURS:
            nearest = heapq.nsmallest(NEIGHBOURS, nearest)
        for _, other in nearest:
            value = alike(profiles[other], own)
            if value >= LEAST_EDGE:
                edges.add(other, number, value)
    return edges
