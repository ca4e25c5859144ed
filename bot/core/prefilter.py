"""The lossless gates of backfill: may this page hold a match? Raw bytes first, then what the page says; in doubt, yes.

A watchlist judges an item only if every party is named in it. The first gate asks the bytes as they are for any word of
the party that is named least, outside of scripts and styles. The second asks them for a word of each other party, and then
reads what stands around those words: terms of all parties send the page on (of 3,000 pages every one that named them also
held what a rule asks for), one party without any term drops it. Where that does not tell, as a term counts only beside
others (a single character or a surname, as one of a pair), the whole text is asked for all that the watchlist asks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import re2

from bot.core import hiding
from bot.core.charsets import decoded
from bot.core.necessities import Named, Necessities
from bot.core.pagetext import Spoken, spoken
from bot.core.surroundings import near
from bot.core.terms import Term, unspaced
from bot.core.watchlists import Watchlist

VERSION = 4  # of the patterns: raise it when this room or `bot.core.hiding` makes others
MEMORY = 512 * 1024 * 1024  # bytes that re2 may use for one pattern's program and states
LONG = 7  # letters of a word that are looked for in raw bytes
SHORTER = 5  # the same for the other parties, which are only looked for in what a page says
LONG_UNSPACED = 3  # characters of a run of Hangul, kana or Han
MANY = 30  # places of a party from which on a page is read as a whole
SHORT = 4  # letters: a word up to this length is looked for with its boundaries


def patterns(watchlists: Sequence[Watchlist]) -> bytes:
    """The first gate's patterns as bytes that the caller may keep on disk: building them costs more than loading them."""
    made = []
    for watchlist in watchlists:
        parties = kernels(watchlist)
        exotic = [hiding.exotic([kernel.text for kernel in party]) for party in parties]
        rarest = _rarest(_parties(watchlist))
        words = [kernel.text for kernel in parties[rarest]]
        coded = sorted({way for word in words for way in hiding.in_codecs(word)})
        legacy = [*_ways(parties[rarest]), exotic[rarest], *coded, *hiding.exotic_in_codecs(words)]
        plain = [
            rb"|".join([*_ways(party, utf8=True), more]).decode("latin-1")
            for party, more in zip(parties, exotic, strict=True)
        ]
        made.append({"rarest": rarest, "legacy": rb"|".join(legacy).decode("latin-1"), "parties": plain})
    return json.dumps({"version": VERSION, "watchlists": [one.hash for one in watchlists], "patterns": made}).encode()


def kernels(watchlist: Watchlist) -> list[list[Kernel]]:
    """The words of each party that a page must hold one of."""
    parties = _parties(watchlist)
    rarest = _rarest(parties)
    return [_kernels(terms, LONG if number == rarest else SHORTER) for number, terms in enumerate(parties)]


def _rarest(parties: Sequence[Sequence[Term]]) -> int:
    """The party with the fewest terms is the one that fewest pages name: its absence settles most of them."""
    return min(range(len(parties)), key=lambda number: len(parties[number]))


def _parties(watchlist: Watchlist) -> list[list[Term]]:
    """The terms that name each party; one list of all terms for a watchlist without parties."""
    if not watchlist.parties:
        return [list(watchlist.terms)]
    concepts = [watchlist.naming(party) for party in watchlist.parties]
    return [[term for term in watchlist.terms if term.concept in names] for names in concepts]


@dataclass(frozen=True, slots=True, order=True)
class Kernel:
    """One word that stands in every occurrence of a term; a short one only counts with its boundaries."""

    text: str
    left: bool = False
    right: bool = False
    cased: str = ""

    def covers(self, word: str, *, left: bool, right: bool) -> bool:
        """Whether finding the kernel is sure wherever this word stands."""
        if self.cased or " " in self.text:
            return False
        if self.left and self.right:
            return word == self.text and left and right
        if self.left:
            return word.startswith(self.text) and left
        return self.text in word and not self.right

    def within(self, row: Kernel) -> bool:
        """Whether these words in a row stand in a longer row, as "nord coréen" does in "obus nord coréen"."""
        if " " not in self.text or "*" in self.text or not row.left:
            return False
        return f" {self.text}{' ' if self.right else ''}" in f" {row.text}{' ' if row.right else ''}"


def _kernels(terms: Sequence[Term], long: int) -> list[Kernel]:
    """The fewest words that every one of the terms is sure to hold: those of one word first, then what they do not cover."""
    found: list[Kernel] = []
    for term in sorted(terms, key=lambda term: (len(_words(term)), len(term.anchor), term.anchor)):
        words = _words(term)
        if not words:
            continue
        if term.cased and term.cased.isascii() and term.cased.isalnum() and len(words) == 1 and not term.stem:
            found.append(Kernel(term.anchor, True, True, term.cased))
            continue
        if any(kernel.covers(word, left=left, right=right) for kernel in found for word, left, right in words):
            continue
        kernel = _chosen(words, long)
        if not any(one.within(kernel) for one in found):
            found.append(kernel)
    return sorted(set(found))


def _words(term: Term) -> list[tuple[str, bool, bool]]:
    """The words of a term, and whether each certainly has a boundary to its left and right."""
    open_left, open_right = (
        term.inside or term.regex is not None,
        term.stem or bool(term.rest) or term.regex is not None,
    )
    words = [*re.findall(r"[^\W_]+", term.anchor)]
    last = len(words) - 1
    found = [(word, n > 0 or not open_left, n < last or not open_right) for n, word in enumerate(words)]
    for chunk in term.rest:
        found.extend((word, True, not chunk.stem) for word in re.findall(r"[^\W_]+", chunk.text))
    return [(word, left and not unspaced(word[0]), right and not unspaced(word[-1])) for word, left, right in found]


def _chosen(words: Sequence[tuple[str, bool, bool]], long: int) -> Kernel:
    """What to look for: the words of a phrase in a row where that can be done, else one word, cut to what tells enough."""
    for word, _, _ in words:
        if unspaced(word[0]):
            return Kernel(word[:LONG_UNSPACED])
    if len(words) > 1 and all(left for _, left, _ in words):
        parts = [f"{word}{'' if closed else '*'}" for word, _, closed in words[:-1]]
        last, _, right = words[-1]
        return Kernel(" ".join([*parts, last[:long]]), True, right and len(last) <= long)
    word, left, right = max(words, key=lambda one: len(one[0]))
    return Kernel(word[:long], left, right and len(word) <= SHORT)


def _ways(party: Sequence[Kernel], *, utf8: bool = False) -> list[bytes]:
    """Every way in which the kernels may stand in the bytes of a page; `utf8`: which is all in UTF-8."""
    found = [hiding.exactly(kernel.cased, utf8=utf8) for kernel in party if kernel.cased]
    plain = [kernel for kernel in party if not kernel.cased]
    bounded = [(kernel.text, kernel.right) for kernel in plain if kernel.left]
    inside = [(kernel.text, kernel.right) for kernel in plain if not kernel.left and not kernel.text.isascii()]
    found += [hiding.words(bounded, left=True, utf8=utf8)] if bounded else []
    found += [hiding.words(inside, left=False)] if inside else []
    found += [
        hiding.loose(kernel.text, right=kernel.right) for kernel in plain if not kernel.left and kernel.text.isascii()
    ]
    return found


_Party = tuple[Any, Named | None]
"""The pattern for the words of a party, and what tells whether they name it."""


class Gate:
    """Both gates for some watchlists. Holds nothing of a page; threads may share it."""

    def __init__(self, watchlists: Sequence[Watchlist], cached: bytes = b"") -> None:
        self.watchlists = tuple(watchlists)
        self.cached = fitting(cached, self.watchlists)
        made = json.loads(self.cached)["patterns"]
        self._legacy_sources = tuple(one["legacy"] for one in made)
        self._parties = tuple(
            _rarest_first(tuple(zip(map(_pattern, one["parties"]), _named(watchlist), strict=True)), one["rarest"])
            for one, watchlist in zip(made, self.watchlists, strict=True)
        )
        self._rarest = tuple(parties[0][0] for parties in self._parties)
        self._necessities = Necessities(self.watchlists)

    @cached_property
    def _legacy(self) -> tuple[Any, ...]:
        """The patterns for other charsets, made when the first such page comes: few archives hold many."""
        return tuple(map(_pattern, self._legacy_sources))

    def __call__(self, body: bytes, content_type: str = "") -> bool:
        """Whether the page must be extracted."""
        said, utf8 = _as_it_stands(body, content_type)
        if not utf8:
            if not self._first(said, utf8=False):
                return False
            said = spoken(_in_utf8(body, content_type))
        return self._second(said)

    def first(self, body: bytes, content_type: str = "") -> bool:
        """The gate over raw bytes, in whatever charset: a word of the party that is named least, outside of scripts."""
        said, utf8 = _as_it_stands(body, content_type)
        return self._first(said, utf8=utf8)

    def second(self, body: bytes, content_type: str = "") -> bool:
        """The gate over what the page says: words of all parties by the patterns, then what the watchlists ask by their terms."""
        said, utf8 = _as_it_stands(body, content_type)
        return self._second(said if utf8 else spoken(_in_utf8(body, content_type)))

    def _first(self, said: Spoken, *, utf8: bool) -> bool:
        return any(party.search(said.raw) for party in (self._rarest if utf8 else self._legacy))

    def _second(self, said: Spoken) -> bool:
        unsure = False
        for rarest, parties in zip(self._rarest, self._parties, strict=True):
            if rarest.search(said.raw) is None:  # for a page in UTF-8 this is the first gate
                continue
            if not all(pattern.search(said.raw) for pattern, _ in parties if pattern is not rarest):
                continue
            told = _all_told(said, parties)
            if told:
                return True
            unsure = unsure or told is None
        if not unsure:
            return False
        outline = said.outline()
        if not any(all(pattern.search(outline) for pattern, _ in parties) for parties in self._parties):
            return False
        return self._necessities.met(said.readings())

    def joins(self, text: str) -> bool:
        """Whether a text names all parties of any watchlist, whatever else it says."""
        return self._necessities.joins(text)

    def text(self, text: str) -> bool:
        """Whether any watchlist may find something in a text."""
        return self._necessities.met((text,))


def _named(watchlist: Watchlist) -> tuple[Named | None, ...]:
    """What tells whether each party is named; a watchlist without parties asks for none."""
    return tuple(map(Named, _parties(watchlist))) if watchlist.parties else (None,)


def _rarest_first(parties: tuple[_Party, ...], rarest: int) -> tuple[_Party, ...]:
    return (parties[rarest], *parties[:rarest], *parties[rarest + 1 :])


def _all_told(said: Spoken, parties: Sequence[_Party]) -> bool | None:
    """Whether what stands around their words names all parties; None where that does not tell of one of them."""
    for pattern, named in parties:
        told = named.told(_around(said, pattern, named.reach)) if named else None
        if not told:
            # Of many places only some were looked at.
            return None if told is None or next(islice(_places(said, pattern), MANY, None), None) else False
    return True


def _around(said: Spoken, pattern: Any, letters: int) -> Iterator[str]:
    """What stands around the words of a party, in the markup and beside it."""
    yield from near(said, islice(_places(said, pattern), MANY), letters)
    if any(map(pattern.search, said.aside)):
        yield from said.beside()


def _places(said: Spoken, pattern: Any) -> Iterator[tuple[int, int]]:
    return (found.span() for found in pattern.finditer(said.markup))


def _as_it_stands(body: bytes, content_type: str) -> tuple[Spoken, bool]:
    """What the page says in its own bytes where the patterns can read them, else in UTF-8; and whether it is UTF-8."""
    if _wide(body):
        return spoken(_in_utf8(body, content_type)), True
    said = spoken(body)
    return said, _is_utf8(body, said)


def _in_utf8(body: bytes, content_type: str) -> bytes:
    return decoded(body, content_type).text.encode("utf-8", "replace")


def _is_utf8(body: bytes, said: Spoken) -> bool:
    """Whether the charsets room reads the page as UTF-8, which it does wherever that is possible; or as if it did."""
    if said.raw.isascii():
        return True  # what a script holds changes nothing in what is read
    try:
        # Its parts were cut at signs of ASCII; that one has no other letters is known much sooner than that they are well formed.
        said.raw.decode()
        for first, last in said.silent:
            script = body[first:last]
            if not script.isascii():
                script.decode()
    except UnicodeDecodeError:
        return False
    return True


def _pattern(source: str) -> Any:
    options = re2.Options()
    options.max_mem = MEMORY
    options.encoding = re2.Options.Encoding.LATIN1
    options.dot_nl = True
    options.log_errors = False
    options.never_capture = True
    try:
        return re2.compile(source.encode("latin-1"), options)
    except re2.error as error:
        # The error repeats the whole pattern, which nobody can read.
        raise ValueError(f"the gate's pattern is broken: {str(error)[:80]}") from None


def fitting(cached: bytes, watchlists: Sequence[Watchlist]) -> bytes:
    """The kept patterns where they are those of these watchlists, else new ones."""
    return cached if _fits(cached, watchlists) else patterns(watchlists)


def _fits(cached: bytes, watchlists: Sequence[Watchlist]) -> bool:
    try:
        head = json.loads(cached)
    except ValueError:
        return False
    return (
        isinstance(head, dict)
        and head.get("version") == VERSION
        and head.get("watchlists") == [one.hash for one in watchlists]
    )


def _wide(body: bytes) -> bool:
    """UTF-16, UTF-32 and ISO-2022-JP: their bytes are not those of the patterns."""
    return b"\x00" in body[:4096] or body.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x1b" in body
