"""The copies within a batch: for each item the earliest that has its text, in memory that does not grow with the years."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core.assignments import COPY_REACH, copy_reach, within
from bot.core.duplicates import Fingerprint, fingerprint, is_copy
from bot.model import Item

POSTING = 40  # the latest items under one fingerprint band that are checked


class _Shelf:
    """The fingerprints of the last one to two months and where to find them; older ones are forgotten a month at a time."""

    def __init__(self) -> None:
        self._began: datetime | None = None
        self._bands: tuple[dict[int, list[int]], dict[int, list[int]]] = ({}, {})
        self._twins: tuple[dict[int, int], dict[int, int]] = ({}, {})
        self._prints: tuple[dict[int, Fingerprint], dict[int, Fingerprint]] = ({}, {})

    def turn(self, now: datetime | None) -> None:
        """Forget what is out of reach of `now`; the items come in order of time."""
        if now is None:
            return
        if self._began is None:
            self._began = now
        elif now - self._began > COPY_REACH:
            self._began = now
            self._bands = (self._bands[1], {})
            self._twins = (self._twins[1], {})
            self._prints = (self._prints[1], {})

    def print_(self, number: int) -> Fingerprint:
        """The fingerprint that was put on the shelf."""
        return self._prints[1].get(number) or self._prints[0][number]

    def twin(self, mine: Fingerprint) -> int | None:
        """The last item with the very same text and title."""
        key = hash((mine.text_sha, mine.words, mine.figures))
        found = self._twins[1].get(key)
        return self._twins[0].get(key) if found is None else found

    def near(self, mine: Fingerprint) -> list[int]:
        """The items that share a band with this one, each once."""
        found: dict[int, None] = {}
        for band in mine.bands:
            key = hash(band)
            for bands in self._bands:
                for number in bands.get(key, ())[-POSTING:]:
                    found.setdefault(number)
        return list(found)

    def put(self, number: int, mine: Fingerprint) -> None:
        """Keep an item to be found later."""
        self._prints[1][number] = mine
        self._twins[1][hash((mine.text_sha, mine.words, mine.figures))] = number
        for band in mine.bands:
            self._bands[1].setdefault(hash(band), []).append(number)


def copies(items: Sequence[Item], order: Sequence[int]) -> list[int]:
    """For each item the number of the earliest of its copies, or its own; `order` are all numbers by time.

    Exactly the same item is found by its hash, so ten thousand of them cost ten thousand look-ups. A copy is tied to
    the earliest member within 30 days, not from one to the next: copies are no chain either.
    """
    first = list(range(len(items)))
    rank = {number: place for place, number in enumerate(order)}
    shelf = _Shelf()

    def root(number: int) -> int:
        while first[number] != number:
            first[number] = first[first[number]]
            number = first[number]
        return number

    def reaches(number: int, other: int, mine: Fingerprint, theirs: Fingerprint) -> bool:
        return within(items[number].date, items[other].date, copy_reach(mine, theirs))

    for number in order:
        shelf.turn(items[number].date)
        mine = fingerprint(items[number].title, items[number].text)
        twin = shelf.twin(mine)
        if twin is not None:
            theirs = shelf.print_(twin)
            if reaches(number, twin, mine, theirs) and is_copy(mine, theirs) is not None:
                first[number] = root(twin)
                continue
        for other in shelf.near(mine):
            theirs = shelf.print_(other)
            if reaches(number, other, mine, theirs) and is_copy(mine, theirs) is not None:
                early, late = sorted((root(number), root(other)), key=rank.__getitem__)
                if early != late and within(items[early].date, items[number].date, COPY_REACH):
                    first[late] = early
        shelf.put(number, mine)
    return [root(number) for number in range(len(items))]
