"""The lossless gates of backfill: may this page hold a match? Raw bytes first, then what the page says; in doubt, yes.

A watchlist judges an item only if every party is named in it. The first gate asks the bytes as they are for any word of
the party that is named least, outside of scripts and styles. The second asks them for a word of each other party, and then
reads what stands around those words: terms of all parties send the page on (of 3,000 pages every one that named them also
held what a rule asks for), one party without any term drops it. Where that does not tell, as a term counts only beside
others (a single character or a surname, as one of a pair), the whole text is asked whether it names all parties.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from itertools import chain, islice
from typing import Any

import re2

from bot.core import hiding, transcoding
from bot.core.charsets import MALFORMED, decoded, is_utf8
from bot.core.kernels import Kernel, bytewise, fewest, hushed
from bot.core.naming import Named, far_reaching, shortest
from bot.core.necessities import Necessities
from bot.core.pagetext import TAG, WIDEST, Spoken, referred, spoken, ways, within_tag
from bot.core.readings import SCRIPTS
from bot.core.surroundings import near
from bot.core.terms import Term
from bot.core.watchlists import Watchlist

VERSION = 7  # of the patterns: raise it when this room, `kernels`, `hiding` or `transcoding` makes others
MEMORY = 512 * 1024 * 1024  # bytes that re2 may use for one pattern's program and states
_AND = ord("&")
_PARTING = b" \t\n\r<>,.:!?()\"'"  # signs beside a word that are no end of a reference
LONGEST_REFERENCE = 12  # bytes, as in `&#x000D5317;`
HEAD = 4096  # bytes of a page in which it may declare its charset
MANY = 30  # places of a party from which on a page is read as a whole


def patterns(watchlists: Sequence[Watchlist]) -> bytes:
    """The first gate's patterns as bytes that the caller may keep on disk: building them costs more than loading them."""
    made = []
    for watchlist in watchlists:
        parties = _parties(watchlist)
        rarest = _rarest(parties)
        least = [*fewest(parties[rarest]), *map(Kernel, hushed(parties[rarest]))]
        words = [kernel.text for kernel in least]
        coded = sorted({way for word in words for way in transcoding.in_codecs(word)})
        legacy = [*bytewise(least), hiding.exotic(words), *coded, *transcoding.exotic_in_codecs(words)]
        plain = [_source(terms, malformed=number == rarest) for number, terms in enumerate(parties)]
        far = [_source(far_reaching(terms)) if watchlist.parties else "" for terms in parties]
        made.append({"rarest": rarest, "legacy": rb"|".join(legacy).decode("latin-1"), "parties": plain, "far": far})
    return json.dumps({"version": VERSION, "watchlists": [one.hash for one in watchlists], "patterns": made}).encode()


def kernels(watchlist: Watchlist) -> list[list[Kernel]]:
    """The words of each party that a page must hold one of."""
    return [[*fewest(terms), *map(Kernel, hushed(terms))] for terms in _parties(watchlist)]


def _rarest(parties: Sequence[Sequence[Term]]) -> int:
    """The party with the fewest terms is the one that fewest pages name: its absence settles most of them."""
    return min(range(len(parties)), key=lambda number: len(parties[number]))


def _parties(watchlist: Watchlist) -> list[list[Term]]:
    """The fewest terms that name each party; one list of all terms for a watchlist without parties."""
    if not watchlist.parties:
        return [list(watchlist.terms)]
    concepts = [watchlist.naming(party) for party in watchlist.parties]
    return [shortest([term for term in watchlist.terms if term.concept in names]) for names in concepts]


def _source(terms: Sequence[Term], *, malformed: bool = False) -> str:
    """The pattern for a place of any of these terms in UTF-8, and with `malformed` for what is not UTF-8 at all."""
    if not terms:
        return ""
    words = fewest(terms)
    alone = list(map(Kernel, hushed(terms)))  # behind the others, which stand in the place of those that they begin
    exotic = hiding.exotic([kernel.text for kernel in (*words, *alone)])
    found = [*bytewise(words, utf8=True), *bytewise(alone, utf8=True), exotic]
    return rb"|".join([*found, MALFORMED] if malformed else found).decode("latin-1")


@dataclass(frozen=True, slots=True)
class _Party:
    """What tells whether a party is named; `named` is None where a watchlist asks for none."""

    words: Any  # the pattern for words of its terms
    far: Any  # the same for its terms that reach far, or None
    named: Named | None
    hushed: Mapping[bytes, tuple[str, ...]]  # characters, and the scripts beside which they count

    def places(self, said: Spoken, written: Written) -> Iterator[Place]:
        """Where its words stand, but for characters that do not count in this page."""
        for place in _places(said, self.words):
            char = _unescaped(said.raw[place[0] : place[1]])
            if char not in self.hushed or any(map(written, self.hushed[char])):
                yield place

    def told(self, said: Spoken, places: Iterator[Place], written: Written) -> bool | None:
        """Whether what stands around its words, which are at these places, names it; None where that does not tell."""
        if self.named is None:
            return None
        first = next(places, None)
        if first is None:
            return False
        # Nearly always the first word is a name that needs no look at what stands around it; a character alone is none.
        if not _single(said.raw[first[0] : first[1]]) and self._alone(said, first, self.named):
            return True
        places, far = chain((first,), places), _places(said, self.far)
        around = self._around(said, islice(places, MANY), islice(far, MANY), self.named)
        told = self.named.told(around, written)
        # Of many places only some were looked at.
        return told if told or next(chain(places, far), None) is None else None

    @staticmethod
    def _alone(said: Spoken, place: Place, named: Named) -> bool:
        """Whether the word at a place in the markup names the party by itself."""
        first, last = place
        if last > len(said.markup) or within_tag(said.markup, first):
            return False
        word = said.markup[first:last]
        begins, ends = word[0] in _PARTING, word[-1] in _PARTING
        return any(named.certain(one, begins=begins, ends=ends) for one in ways(TAG.split(word)))

    def _around(self, said: Spoken, places: Iterator[Place], far: Iterator[Place], named: Named) -> Iterator[str]:
        """What stands around its words, in the markup and beside it."""
        beside: list[Place] = []
        found = _in_markup(said, places, beside)
        yield from near(said, found, named.reach)
        yield from near(said, _in_markup(said, far, beside), named.far_reach)
        if beside:
            yield from said.beside()


Place = tuple[int, int]
"""Where in `Spoken.raw` a pattern found something: [first, last)."""
Written = Callable[[str], bool]
"""Whether a page may hold letters of a script."""


def _places(said: Spoken, pattern: Any) -> Iterator[Place]:
    return (found.span() for found in pattern.finditer(said.raw)) if pattern else iter(())


def _unescaped(found: bytes) -> bytes:
    """What was found, read if it is a single reference."""
    return referred(found.decode("utf-8", "replace")).encode() if found[0] == _AND and _single(found) else found


def _single(found: bytes) -> bool:
    """Whether what was found may be one character, as it is or as a reference, and is certainly little more."""
    return len(found) <= (LONGEST_REFERENCE if found[0] == _AND else WIDEST)


def _in_markup(said: Spoken, places: Iterator[Place], beside: list[Place]) -> Iterator[Place]:
    """Those of the places that are in the markup, while those that (also) stand beside it are added to others."""
    markup = said.markup
    for first, last in places:
        # Tags are no markup to read, but the value of one may be; of a place that holds a tag another may have begun in it.
        if last > len(markup) or markup.find(b"<", first, last) >= 0 or within_tag(markup, first):
            beside.append((first, last))
        if first < len(markup):
            yield first, min(last, len(markup))


class Gate:
    """Both gates for some watchlists. Holds nothing of a page; threads may share it."""

    def __init__(self, watchlists: Sequence[Watchlist], cached: bytes = b"") -> None:
        self.watchlists = tuple(watchlists)
        self.cached = fitting(cached, self.watchlists)
        made = json.loads(self.cached)["patterns"]
        self._legacy_sources = tuple(one["legacy"] for one in made)
        self._parties = tuple(
            _rarest_first(
                _made(watchlist, one["parties"], one["far"]),
                one["rarest"],
            )
            for one, watchlist in zip(made, self.watchlists, strict=True)
        )
        self._rarest = tuple(parties[0].words for parties in self._parties)
        self._naming = Necessities(self.watchlists, named=True)

    @cached_property
    def _legacy(self) -> tuple[Any, ...]:
        """The patterns for other charsets, made when the first such page comes: few archives hold many."""
        return tuple(map(_pattern, self._legacy_sources))

    def __call__(self, body: bytes, content_type: str = "") -> bool:
        """Whether the page must be extracted."""
        said = self._in_question(body, content_type)
        return said is not None and self._second(said)

    def first(self, body: bytes, content_type: str = "") -> bool:
        """The gate over raw bytes, in whatever charset: a word of the party that is named least, outside of scripts."""
        return self._in_question(body, content_type) is not None

    def second(self, body: bytes, content_type: str = "") -> bool:
        """The gate over what the page says: words of all parties by the patterns, then what the watchlists ask by their terms."""
        return self._second(_in_utf8(body, content_type))

    def _in_question(self, body: bytes, content_type: str) -> Spoken | None:
        """What a page that passes the first gate says, in UTF-8."""
        wide = _wide(body)
        said = _in_utf8(body, content_type) if wide else spoken(body)
        # Its signs mark every run of Japanese, so that one stands in what is read although the run reads like markup.
        if b"\x1b" in said.raw and _declares_2022(body, content_type):
            wide, said = True, _in_utf8(body, content_type)
        # One pass tells that a page is UTF-8 and without any of the words.
        if not any(rarest.search(said.raw) for rarest in self._rarest):
            return None
        if wide or is_utf8(said.raw):
            return said
        return _in_utf8(body, content_type) if any(words.search(said.raw) for words in self._legacy) else None

    def _second(self, said: Spoken) -> bool:
        unsure = loose = False
        for parties in self._parties:
            told = _all_told(said, parties)
            if told:
                return True
            unsure = unsure or told is None
            loose = loose or any(party.named is None for party in parties)
        if not unsure:
            return False
        # Without parties nothing but the pattern was asked, which also reads what stands in a tag.
        if loose and not any(_in_outline(said.outline(), parties) for parties in self._parties):
            return False
        return self._naming.met(said.readings())

    def joins(self, text: str) -> bool:
        """Whether a text names all parties of any watchlist, whatever else it says."""
        return self._naming.joins(text)

    def text(self, text: str) -> bool:
        """Whether any watchlist may find something in a text."""
        return self._all.met((text,))

    @cached_property
    def _all(self) -> Necessities:
        return Necessities(self.watchlists)


def _made(watchlist: Watchlist, words: Sequence[str], far: Sequence[str]) -> tuple[_Party, ...]:
    """The parties of a watchlist, by the sources of their patterns; a watchlist without parties names none."""
    found = []
    for terms, source, more in zip(_parties(watchlist), words, far, strict=True):
        named = Named(terms) if watchlist.parties else None
        alone = {char.encode(): tuple(sorted(scripts)) for char, scripts in hushed(terms).items()}
        found.append(_Party(_pattern(source), _pattern_or_none(more), named, alone))
    return tuple(found)


def _written(said: Spoken, script: str) -> bool:
    """Whether a page may hold letters of a script."""
    return _letters(script).search(said.raw) is not None


@cache
def _letters(script: str) -> Any:
    """The pattern for the letters of a script, in UTF-8 and escaped."""
    spans = re.findall(r"(.)-(.)", SCRIPTS[script].pattern)
    return _pattern(hiding.any_of([(ord(low), ord(high)) for low, high in spans]).decode("latin-1"))


def _rarest_first(parties: tuple[_Party, ...], rarest: int) -> tuple[_Party, ...]:
    return (parties[rarest], *parties[:rarest], *parties[rarest + 1 :])


def _all_told(said: Spoken, parties: Sequence[_Party]) -> bool | None:
    """Whether what stands around their words names all parties; None where that does not tell of one of them."""
    written = cache(partial(_written, said))
    found = []
    for party in parties:
        places = party.places(said, written)
        place = next(places, None)
        if place is None:
            return False
        found.append((party, chain((place,), places)))
    for party, places in found:
        told = party.told(said, places, written)
        if not told:
            return told
    return True


def _in_outline(outline: bytes, parties: Sequence[_Party]) -> bool:
    return all(party.words.search(outline) for party in parties)


def _in_utf8(body: bytes, content_type: str) -> Spoken:
    """What a page says, by the charset that the charsets room reads it with (which asks what it says, too)."""
    return spoken(decoded(body, content_type).text.encode("utf-8", "replace"))


def _pattern_or_none(source: str) -> Any:
    return _pattern(source) if source else None


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
    """UTF-16 and UTF-32: their bytes are not those of the patterns."""
    return body.find(b"\x00", 0, HEAD) >= 0 or body.startswith((b"\xff\xfe", b"\xfe\xff"))


def _declares_2022(body: bytes, content_type: str) -> bool:
    """ISO-2022-JP, whose letters are ASCII behind escapes, and which is read so only where it is declared."""
    return "2022" in content_type or body.find(b"2022", 0, HEAD) >= 0
