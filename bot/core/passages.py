"""A sentence as the reading of claims sees it: its mentions and numbers, and the sentence with a letter for each."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace

from bot.core.lexicon import Lexicon, Mention
from bot.core.numbers import QUANTITIES, Number, numbers
from bot.core.sentences import sentences
from bot.core.text import Folded, fold
from bot.core.words import latin_language
from bot.model import Item, Where

LETTERS = {
    "materiel": "M",
    "personnel": "P",
    "saying": "V",
    "denial": "Z",
    "legal": "L",
    "exchange": "E",
    "unit": "Y",
    "claimant": "K",
    "office": "J",
    "media": "B",
    "place": "W",
    "vessel": "W",
}
"""Kind of mention → its letter in `Passage.tagged`; parties are D and R (the two that the lexicon declares) and O (any other)."""
ROLES = {"give": "G", "get": "T", "use": "U", "carry": "C", "trade": "S", "deal": "X", "flow": "F"}
_TOWARDS = "対對对대援赴向给給从從访訪"
_COUNTED = frozenset(["materiel", "unit"])  # what can stand with a number
_ACTIVE = frozenset(["moving", "denial", "legal", "materiel", "unit"])  # without one of these a sentence claims nothing
_LEAD = 3  # the first sentences are read in any case: they may name the sayer
_SHORT = re.compile(r"(?:^|[ (])(?:ok|ws|tzw|np|m\.in|ub|godz|proc|płn|płd|gen|min|mjr)\.$")
_SAID_NEXT = re.compile(r"\s*(?:,? ?(?:że|iż|что|що)\b|[,:.„«\"]|[-–—] |$)")
_SAID_BEFORE = re.compile(r"(?:[-–—]|[\"”»’'],?|,)\s*$")
_RANK = {"party": 0, "moving": 1, "exchange": 1, "materiel": 2, "number": 3, "denial": 3, "legal": 3, "personnel": 4}


@dataclass(frozen=True, slots=True)
class Token:
    """One lettered place of a passage: where its letter stands in `tagged`, and what it stands for."""

    letter: str
    at: int
    mention: Mention | None = None
    number: Number | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence of an item. `tagged` is its folded text in which upper-case letters stand for mentions and numbers.

    Folded text has no upper case, so "the K said D had G N Y of M to R" can be read by patterns in any language.
    """

    where: Where
    index: int
    start: int
    end: int
    text: str
    mentions: tuple[Mention, ...]
    numbers: tuple[Number, ...]
    tagged: str
    tokens: tuple[Token, ...]
    parties: tuple[str, ...]  # whose letters are D and R

    def of(self, *kinds: str) -> list[Mention]:
        """Its mentions of these kinds, in order."""
        return [mention for mention in self.mentions if mention.kind in kinds]

    def has(self, *letters: str) -> bool:
        """Whether any of these letters stands in `tagged`."""
        return any(letter in self.tagged for letter in letters)

    def sides(self) -> set[str]:
        """The letters of the parties that it names, by themselves or by one of their places."""
        held = {letter for letter in "DR" if letter in self.tagged}
        sides = {place.concept.get("side") for place in self.of("place")}
        return held | {letter for letter, party in zip("DR", self.parties, strict=True) if party in sides}

    def part(self, start: int, end: int) -> Passage:
        """The same sentence of which only [start, end) of `tagged` is read; places and quote stay those of the whole."""
        tokens = tuple(token for token in self.tokens if start <= token.at < end)
        whats = [token.mention or token.number for token in tokens]
        first = min((what.start for what in whats if what is not None), default=self.start) if start else self.start
        cut = next((token.mention or token.number for token in self.tokens if token.at >= end), None)
        last = cut.start if cut is not None else self.end
        return replace(
            self,
            mentions=tuple(one for one in self.mentions if first <= one.start < last),
            numbers=tuple(one for one in self.numbers if first <= one.start < last),
            tagged=" " * start + self.tagged[start:end] + " " * (len(self.tagged) - end),
            tokens=tokens,
        )

    def token(self, at: int) -> Token:
        """The token whose letter stands at this place of `tagged`."""
        index = bisect_left(self.tokens, at, key=lambda token: token.at)
        return self.tokens[index]

    def words(self, mention: Mention) -> str:
        """The words of a mention as the item writes them."""
        return self.text[mention.start - self.start : mention.end - self.start]


def passages(item: Item, lexicon: Lexicon, title: Folded | None = None, text: Folded | None = None) -> list[Passage]:
    """The sentences of the title and of the text, in order; offsets are the item's. The folds are made if not given."""
    out: list[Passage] = []
    title, text = title or fold(item.title), text or fold(item.text)
    fields: tuple[tuple[Where, str, Folded], ...] = (("title", item.title, title), ("text", item.text, text))
    named: tuple[bool, ...] = ()
    lang = latin_language(f"{title.text} {text.text[:600]}")
    for where, words, folded in fields:
        clauses = _clauses(words)
        places = lexicon.party_places(folded.text)
        if where == "title":
            named = tuple(bool(of_one) for of_one in places)
        near = _near(clauses, places, named) if folded.places is None else frozenset(range(len(clauses)))
        mentions = lexicon.find(
            words, folded, lang=lang, ranges=_ranges(clauses, near) if folded.places is None else None
        )
        starts = [mention.start for mention in mentions]
        for index, (start, end) in enumerate(clauses):
            if index not in near:
                out.append(Passage(where, index, start, end, words[start:end], (), (), "", (), lexicon.parties))
                continue
            inside = mentions[bisect_left(starts, start) : bisect_left(starts, end)]
            low = folded.text[start:end] if folded.places is None else ""
            out.append(_passage(where, index, start, words[start:end], low, inside, lexicon.parties))
    return out


def _near(clauses: list[tuple[int, int]], places: tuple[list[int], ...], named: tuple[bool, ...]) -> frozenset[int]:
    """The sentences that can matter: the lead, and those within two of each party (a headline names one for them all)."""
    starts = [start for start, _ in clauses]
    near = set(range(len(clauses)))
    for party, of_one in enumerate(places):
        if not named[party]:
            around: set[int] = set()
            for place in of_one:
                index = bisect_right(starts, place) - 1
                around.update(range(index - 2, index + 3))
            near &= around
    if all(named):  # each by itself is enough
        near = {
            index + step
            for of_one in places
            for place in of_one
            for index in (bisect_right(starts, place) - 1,)
            for step in range(-2, 3)
        }
    return frozenset(near | set(range(min(_LEAD, len(clauses)))))


def _ranges(clauses: list[tuple[int, int]], near: frozenset[int]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for index, (start, end) in enumerate(clauses):
        if index not in near:
            continue
        if out and index - 1 in near:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out


def _clauses(text: str) -> list[tuple[int, int]]:
    """The sentences, cut at semicolons too: a live page strings unrelated news together with them."""
    out: list[tuple[int, int]] = []
    for start, end in sentences(text):
        first = start
        if out and _SHORT.search(text, out[-1][0], out[-1][1]):
            first = out.pop()[0]  # the sentence before ended in an abbreviation
        while (cut := text.find("; ", first, end)) >= 0:
            out.append((first, cut))
            first = cut + 2
        if first < end:
            out.append((first, end))
    return [(start, end) for start, end in out if text[start:end].strip()]


def _passage(
    where: Where, index: int, start: int, text: str, low: str, inside: list[Mention], parties: tuple[str, ...]
) -> Passage:
    end = start + len(text)
    inside = [mention for mention in inside if mention.end <= end]
    proper = [mention for mention in inside if mention.kind in {"entity", "claimant", "media"}]
    inside = [  # a thing in the name of a firm ("… Technology Trade Company") is no thing that moves
        mention
        for mention in inside
        if mention.kind != "materiel"
        or not any(one.start <= mention.start and mention.end <= one.end for one in proper)
    ]
    kinds = {mention.kind for mention in inside}
    found = _numbers(text, low, start) if kinds & _COUNTED else []
    tagged, tokens = _tagged(text, low, start, inside, found, parties) if index < _LEAD or kinds & _ACTIVE else ("", ())
    return Passage(where, index, start, end, text, tuple(inside), tuple(found), tagged, tokens, parties)


def _numbers(text: str, low: str, start: int) -> list[Number]:
    return [
        Number(one.start + start, one.end + start, one.value, one.value_max, one.op, one.text, one.kind)
        for one in numbers(Folded(low, len(low)) if low else text)
    ]


def _says(text: str, mention: Mention, start: int) -> bool:
    """Whether a verb that can mean both ("przekazał", "передает") says something here: words follow it, or stand before it."""
    return bool(_SAID_NEXT.match(text, mention.end - start) or _SAID_BEFORE.search(text, 0, mention.start - start))


def _letter(mention: Mention, parties: tuple[str, ...]) -> str:
    if mention.kind == "party":
        return "DR"[parties.index(mention.canonical)] if mention.canonical in parties else "O"
    if mention.kind == "claimant" and mention.concept.get("party") in parties:
        return "DR"[parties.index(mention.concept.get("party"))]
    if mention.kind == "moving":
        return ROLES.get(mention.concept.get("role"), "")
    return LETTERS.get(mention.kind, "")


def _tagged(
    text: str, low: str, start: int, inside: list[Mention], found: list[Number], parties: tuple[str, ...]
) -> tuple[str, tuple[Token, ...]]:
    candidates: list[tuple[int, int, int, str, Mention | Number]] = []
    things = [mention for mention in inside if mention.kind == "materiel"]
    spoken = {(one.start, one.end) for one in inside if one.kind == "saying"}
    for mention in inside:
        if mention.kind == "moving" and (mention.start, mention.end) in spoken and _says(text, mention, start):
            continue
        if mention.kind == "unit" and any(mention.start <= one.start and one.end <= mention.end for one in things):
            continue  # "KN-23 missiles" as a unit hides what is moved
        if letter := _letter(mention, parties):
            rank = _RANK.get(mention.kind, 5)
            candidates.append((mention.start, rank, mention.end, letter, mention))
    candidates.extend((one.start, _RANK["number"], one.end, "N", one) for one in found if one.kind in QUANTITIES)
    # Two readings of one place: the longer wins, then the kind that says more.
    candidates.sort(key=lambda one: (one[0], -(one[2] - one[0]), one[1]))
    if not low and (whole := fold(text)).places is None:
        low = whole.text  # else the places differ: each gap is folded by itself
    pieces: list[str] = []
    tokens: list[Token] = []
    length, reach = 0, start
    for first, _, last, letter, what in candidates:
        if first < reach:
            continue
        if letter in "DR" and text[last - start - 1] == "에":
            last -= 1  # noqa: PLW2901 — a Korean particle that the short form of a name needs to be known by
        if letter in "DR" and text[last - start - 1] in ",·" and last - first > 1:
            last -= 1  # noqa: PLW2901 — "러,": the sign that the short form is known by stays in the text
        if letter in "DR" and last - first == 2 and text[first - start] in _TOWARDS:
            first += 1  # noqa: PLW2901 — "對俄", "대러": the sign that says "to" stays in the text
        if letter == "F" and text[last - start - 1] == "自" and last - first > 1:
            last -= 1  # noqa: PLW2901 — "来自": the sign that says "from" stays in the text
        if letter == "S" and text[first - start : last - start].endswith(" of"):
            last -= 3  # noqa: PLW2901 — "transfer of North Korean munitions" keeps its preposition
        gap = low[reach - start : first - start] if low else fold(text[reach - start : first - start]).text
        pieces += [gap, letter]
        length += len(gap)
        tokens.append(
            Token(
                letter,
                length,
                mention=what if isinstance(what, Mention) else None,
                number=what if isinstance(what, Number) else None,
            )
        )
        length += 1
        reach = last
    pieces.append(low[reach - start :] if low else fold(text[reach - start :]).text)
    return "".join(pieces), tuple(tokens)
