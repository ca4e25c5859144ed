"""One Aho–Corasick automaton over the folded text for the terms of all watchlists together."""

from __future__ import annotations

from collections.abc import Sequence

import ahocorasick_rs

from bot.core.terms import LONGEST_ENDING, Term, unspaced
from bot.core.text import Folded, Reading, read

_Anchor = tuple[int, tuple[int, ...], tuple[int, ...], dict[str, tuple[int, ...]], tuple[int, ...]]
"""Of one anchor: where its terms begin, labels of its plain terms and of its whole words, numbers of those with words
after it by the first letter of the next word, and of those that `span` has to look at in any case. Most need no look."""

_FEW = 6  # places that nearly always tell whether anything stands in a text
MOST_PLACES = 60_000  # looked at in one text; a text of nothing but terms has said it all by then


class Automaton:
    """Finds all terms in one pass; building costs once, the pass grows with the text and not with the terms."""

    def __init__(self, terms: Sequence[Term], labels: Sequence[int] | None = None, *, swift: bool = False) -> None:
        """`labels` stand for the terms in what `hits` finds; their numbers do where there are none.

        `swift` is for few terms: twice as fast for many times the memory, which is only worth it where a cache holds it.
        """
        self.terms = tuple(terms)
        self._labels = tuple(range(len(self.terms)) if labels is None else labels)
        by_anchor: dict[str, list[int]] = {}
        for number, term in enumerate(self.terms):
            by_anchor.setdefault(f" {_bare(term.anchor)}" if term.spaced else _bare(term.anchor), []).append(number)
        self._table = tuple(
            self._sorted_by_need(0 if anchor[0] == " " else -1, numbers) for anchor, numbers in by_anchor.items()
        )
        # Most anchors are one stem or one whole word and nothing else: their label, or its complement for a whole word.
        self._alone = tuple(_alone(row) for row in self._table)
        self._machine = (
            ahocorasick_rs.AhoCorasick(
                list(by_anchor), implementation=ahocorasick_rs.Implementation.DFA if swift else None
            )
            if by_anchor
            else None
        )

    def _sorted_by_need(self, shift: int, numbers: Sequence[int]) -> _Anchor:
        plain, whole, looked = [], [], []
        followed: dict[str, list[int]] = {}
        for number in numbers:
            term = self.terms[number]
            if term.plain or (term.whole and not _spells_a_word(term.anchor[-1])):
                plain.append(self._labels[number])
            elif term.whole:
                whole.append(self._labels[number])
            elif term.rest and not unspaced(term.rest[0].text[0]):
                followed.setdefault(term.rest[0].text[0], []).append(number)
            else:
                looked.append(number)
        return shift, tuple(plain), tuple(whole), {first: tuple(n) for first, n in followed.items()}, tuple(looked)

    def hits(self, reading: Reading) -> list[tuple[int, int, int]]:
        """(start, end, label) of all hits in `reading.text`, in order of their anchors' ends; overlapping ones too."""
        return self._stand(reading, self._places(reading))

    def opened(self, reading: Reading, most: int) -> set[int]:
        """The labels of what stands in `reading.text`. Looks no further than it takes to find `most` of them."""
        places = self._places(reading)
        found: set[int] = set()
        for first, last in ((0, _FEW), (_FEW, len(places))):
            if len(found) < most and first < len(places):
                found |= {label for _, _, label in self._stand(reading, places[first:last])}
        return found

    def _places(self, reading: Reading) -> list[tuple[int, int, int]]:
        """(anchor, start, end) in `reading.bare` of every anchor, overlapping ones too."""
        if self._machine is None or not reading.text:
            return []
        return self._machine.find_matches_as_indexes(reading.bare, overlapping=True)[:MOST_PLACES]

    def _stand(self, reading: Reading, places: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
        """The hits at some of the places."""
        found: list[tuple[int, int, int]] = []
        text, terms, labels, table, alone = reading.text, self.terms, self._labels, self._table, self._alone
        length = len(text)
        for anchor, first, last in places:
            label = alone[anchor]
            if label is not None:
                stop = last - 1
                if label >= 0:
                    found.append((first, stop, label))
                elif stop >= length or text[stop] == " " or not _spells_a_word(text[stop]):
                    found.append((first, stop, ~label))
                continue
            shift, plain, whole, followed, looked = table[anchor]
            start, stop = first + shift, last - 1
            for label in plain:  # plain loops: a generator for one hit costs more than the hit
                found.append((start, stop, label))  # noqa: PERF401
            # Another letter right after a whole word makes it another word, unless scripts meet there.
            if whole and (stop >= length or text[stop] == " " or not _spells_a_word(text[stop])):
                for label in whole:
                    found.append((start, stop, label))  # noqa: PERF401
            if followed:
                # The next word begins after the next space: nearly always with another letter than is asked for.
                space = text.find(" ", stop, stop + LONGEST_ENDING + 1)
                if space >= 0:
                    looked = followed.get(text[space + 1 : space + 2], ()) + looked
            for number in looked:
                span = terms[number].span(text, start, stop)
                if span is not None:
                    found.append((span[0], span[1], labels[number]))
        return found


def _alone(row: _Anchor) -> int | None:
    shift, plain, whole, followed, looked = row
    if shift or followed or looked or len(plain) + len(whole) != 1:
        return None
    return plain[0] if plain else ~whole[0]


def _spells_a_word(char: str) -> bool:
    """Whether a letter or digit is one of those that make a word with their neighbours, unlike Hangul, kana and Han."""
    return char.isalnum() and not unspaced(char)


def _bare(anchor: str) -> str:
    """The anchor as `Reading.bare` has it."""
    return read(Folded(anchor, len(anchor))).bare[1:]
