"""One Aho–Corasick automaton over the folded text for the terms of all watchlists together."""

from __future__ import annotations

from collections.abc import Sequence

import ahocorasick_rs

from bot.core.terms import Term


class Automaton:
    """Finds all terms in one pass; building costs once, the pass grows with the text and not with the terms."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = tuple(terms)
        by_anchor: dict[str, list[int]] = {}
        for number, term in enumerate(self.terms):
            by_anchor.setdefault(term.anchor, []).append(number)
        self._owners = tuple(tuple(numbers) for numbers in by_anchor.values())
        self._machine = ahocorasick_rs.AhoCorasick(list(by_anchor)) if by_anchor else None

    def hits(self, text: str) -> list[tuple[int, int, int]]:
        """(start, end, term) of all hits in folded `text`, in order of their anchors; overlapping ones too."""
        if self._machine is None or not text:
            return []
        found: list[tuple[int, int, int]] = []
        terms, owners = self.terms, self._owners
        for anchor, start, stop in self._machine.find_matches_as_indexes(text, overlapping=True):
            for number in owners[anchor]:
                term = terms[number]
                if term.regex is None:
                    end = term.end(text, start, stop)
                    if end >= 0:
                        found.append((start, end, number))
                else:
                    span = term.span(text, start, stop)
                    if span is not None:
                        found.append((span[0], span[1], number))
        return found
