"""One Aho–Corasick automaton over the folded text for the terms of all watchlists together."""

from __future__ import annotations

from collections.abc import Sequence

import ahocorasick_rs

from bot.core.terms import Term
from bot.core.text import Folded, Reading, read

MOST_PLACES = 60_000  # looked at in one text; a text of nothing but terms has said it all by then


class Automaton:
    """Finds all terms in one pass; building costs once, the pass grows with the text and not with the terms."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = tuple(terms)
        by_anchor: dict[str, list[int]] = {}
        for number, term in enumerate(self.terms):
            by_anchor.setdefault(f" {_bare(term.anchor)}" if term.spaced else _bare(term.anchor), []).append(number)
        # Most hits need no second look: an anchor's plain terms, its whole words, those that `span` has to look at.
        self._table = tuple(
            (
                0 if anchor[0] == " " else -1,
                tuple(n for n in numbers if self.terms[n].plain),
                tuple(n for n in numbers if self.terms[n].whole),
                tuple(n for n in numbers if not self.terms[n].plain and not self.terms[n].whole),
            )
            for anchor, numbers in by_anchor.items()
        )
        self._machine = ahocorasick_rs.AhoCorasick(list(by_anchor)) if by_anchor else None

    def hits(self, reading: Reading) -> list[tuple[int, int, int]]:
        """(start, end, term) of all hits in `reading.text`, in order of their anchors' ends; overlapping ones too."""
        if self._machine is None or not reading.text:
            return []
        found: list[tuple[int, int, int]] = []
        text, terms, table = reading.text, self.terms, self._table
        length = len(text)
        places = self._machine.find_matches_as_indexes(reading.bare, overlapping=True)
        for anchor, first, last in places if len(places) <= MOST_PLACES else places[:MOST_PLACES]:
            shift, plain, whole, looked = table[anchor]
            start, stop = first + shift, last - 1
            for number in plain:  # plain loops: a generator for one hit costs more than the hit
                found.append((start, stop, number))  # noqa: PERF401
            # Another letter right after a whole word ends it; where scripts meet, `span` looks closer.
            if whole:
                if stop >= length or not text[stop].isalnum():
                    for number in whole:
                        found.append((start, stop, number))  # noqa: PERF401
                else:
                    found.extend((start, stop, n) for n in whole if terms[n].span(text, start, stop))
            for number in looked:
                span = terms[number].span(text, start, stop)
                if span is not None:
                    found.append((span[0], span[1], number))
        return found


def _bare(anchor: str) -> str:
    """The anchor as `Reading.bare` has it."""
    return read(Folded(anchor, len(anchor))).bare[1:]
