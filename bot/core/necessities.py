"""What a text must hold at least before a watchlist can find anything in it: parties, and the concepts of one rule or stream.

Everything here only ever grows with the text: where a part of a page meets a watchlist, the whole page does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bot.core.automata import Automaton
from bot.core.readings import SCRIPTS
from bot.core.terms import Term
from bot.core.text import clean, fold, read
from bot.core.watchlists import Watchlist

PIECE = 150_000  # code points that are looked at in one go: the automaton stops counting in a text of nothing but terms
OVERLAP = 400  # no term is longer
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\u202a-\u202e\u2066-\u2069]+")


class Keys(NamedTuple):
    """Terms of which a text holds at least one before a watchlist can find anything in it."""

    terms: tuple[Term, ...]
    missing: str  # what a text without any of them lacks, in words


def keys(watchlist: Watchlist) -> Keys | None:
    """Those of the party with the fewest terms, as every verdict needs all parties; without parties, those of the smallest
    group of each demand. None where nothing is needed.
    """
    concepts = watchlist.concepts
    count = dict.fromkeys((1 << concept.bit for concept in concepts.values()), 0)
    for term in watchlist.terms:
        count[1 << concepts[term.concept].bit] += 1

    def size(group: int) -> int:
        return sum(number for bit, number in count.items() if bit & group)

    wanted, missing = 0, "what any rule needs"
    named = {party: watchlist.named_by(party) for party in watchlist.parties}
    if named:
        party = min(named, key=lambda one: size(named[one]))
        wanted, missing = named[party], watchlist.parties[party]
    else:
        demands = demanded(watchlist)
        if not all(demands) or min(watchlist.scoring.match, watchlist.scoring.borderline) <= 0:
            return None
        for demand in demands:
            wanted |= min(demand, key=size)
    return Keys(tuple(term for term in watchlist.terms if wanted & 1 << concepts[term.concept].bit), missing)


def demanded(watchlist: Watchlist) -> tuple[tuple[int, ...], ...]:
    """The groups of concepts that each rule that gives points, and each stream, asks for."""
    rules = [rule.demand for rule in watchlist.rules if rule.points > 0]
    return tuple(demand.all for demand in (*rules, *(stream.demand for stream in watchlist.streams)))


class Necessities:
    """The necessary conditions of some watchlists. Holds nothing of a text; threads may share it.

    With `named` it asks of watchlists with parties only that all of them are named, which needs few of the terms.
    """

    def __init__(self, watchlists: Sequence[Watchlist], *, named: bool = False) -> None:
        self._conditions = []
        terms: list[Term] = []
        for watchlist in watchlists:
            asked = _naming(watchlist) if named and watchlist.parties else watchlist.terms
            self._conditions.append(_Conditions(watchlist, asked, len(terms), asks_rules=asked is watchlist.terms))
            terms.extend(asked)
        self._automaton = Automaton(terms)

    def joins(self, text: str) -> bool:
        """Whether a text names all parties of any watchlist, whatever else it says."""
        found: set[int] = set()
        find(self._automaton, text, found)
        return any(one.named(one.mask(found, (text,))) for one in self._conditions)

    def met(self, texts: Iterable[str]) -> bool:
        """Whether any watchlist may find something in some texts together, or in any part of them.

        No further text is asked for once that is sure: more text never takes anything away.
        """
        found: set[int] = set()
        seen: list[str] = []
        for text in texts:
            seen.append(text)
            find(self._automaton, text, found)
            if any(one.met(one.mask(found, seen)) for one in self._conditions):
                return True
        return False


def _naming(watchlist: Watchlist) -> tuple[Term, ...]:
    """The terms that name a party, and those that such a term counts beside."""
    concepts = {concept for party in watchlist.parties for concept in watchlist.naming(party)}
    beside = {need for term in watchlist.terms if term.concept in concepts for need in term.needs}
    return tuple(term for term in watchlist.terms if term.concept in concepts | beside)


def find(automaton: Automaton, text: str, found: set[int]) -> None:
    """Add the numbers of the terms that stand in the text, in the wanted case, to those found."""
    for piece in (piece for one in _spellings(text) for piece in _pieces(one)):
        reading = read(fold(piece))
        for start, end, number in automaton.hits(reading):
            if number in found:
                continue
            cased = automaton.terms[number].cased
            if cased:
                first, last = reading.span(start, end)
                if not piece[first:last].startswith(cased):
                    continue
            found.add(number)


def _spellings(text: str) -> Iterator[str]:
    """The text, and as articles have it where that differs: marks that stand apart belong to their letters, unseen ones between them or not."""
    yield text
    if text.isascii():
        return
    bare = _UNSEEN.sub("", text)
    if not unicodedata.is_normalized("NFC", bare):
        yield clean(text)
        yield clean(bare)


def _pieces(text: str) -> Iterator[str]:
    if len(text) <= PIECE:
        yield text
        return
    for start in range(0, len(text), PIECE - OVERLAP):
        yield text[start : start + PIECE]


class _Conditions:
    """Those of one watchlist, of whose terms these stand from `start` on in the automaton."""

    def __init__(self, watchlist: Watchlist, terms: Sequence[Term], start: int, *, asks_rules: bool) -> None:
        concepts = watchlist.concepts
        self._range = range(start, start + len(terms))
        self._terms = terms
        self._bit = tuple(1 << concepts[term.concept].bit for term in terms)
        self._needs = tuple(sum(1 << concepts[n].bit for n in term.needs) for term in terms)
        self._parties = tuple(map(watchlist.named_by, watchlist.parties))
        self._demands = demanded(watchlist) if asks_rules else ((),)

    def mask(self, found: set[int], texts: Sequence[str]) -> int:
        """The concepts of the texts, by their terms: what `bot.core.guards` asks of a hit wherever it stands, and no more."""
        numbers = [number - self._range.start for number in found if number in self._range]
        scripts = {script for n in numbers if (script := self._terms[n].script) in SCRIPTS}
        absent = {script for script in scripts if not any(map(SCRIPTS[script].search, texts))}
        numbers = [n for n in numbers if self._terms[n].script not in absent]
        near = 0
        for n in numbers:
            near |= self._bit[n]
        strong = 0
        weak: dict[int, set[str]] = {}
        for n in numbers:
            if self._needs[n] and not self._needs[n] & near:
                continue
            if self._terms[n].weak:
                weak.setdefault(self._bit[n], set()).add(self._terms[n].anchor)
            else:
                strong |= self._bit[n]
        return strong | sum(bit for bit, anchors in weak.items() if len(anchors) > 1 and not bit & strong)

    def named(self, mask: int) -> bool:
        return bool(mask) and all(mask & party for party in self._parties)

    def met(self, mask: int) -> bool:
        """Whether every party is named, and the concepts of some rule that gives points, or of some stream, are there."""
        return self.named(mask) and any(all(mask & group for group in demand) for demand in self._demands)
