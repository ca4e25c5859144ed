"""Text as the watch reads it: hygiene at the door, and folding that remembers offsets."""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

# what no sink can carry or what makes a headline lie about itself.
_ILLEGAL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")


def clean(text: str, limit: int | None = None) -> str:
    r"""Text that every sink can carry: NFC, no surrogates, controls, bidi overrides or zero-width marks (R-37).

    Line ends become "\n", runs of other white space one space. `limit` cuts to that many code points.
    """
    if not text.isprintable():  # else there is nothing in it but letters, signs and plain spaces
        text = _LINE_ENDS.sub("\n", text)
        text = _ILLEGAL.sub("", text)
        text = _SPACES.sub(" ", text)
    elif "  " in text:
        text = _SPACES.sub(" ", text)
    text = unicodedata.normalize("NFC", text.strip())
    return text if limit is None or len(text) <= limit else text[:limit].rstrip()


def one_line(text: str, limit: int | None = None) -> str:
    """`clean` text on a single line."""
    return clean(" ".join(text.split()), limit)


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text with the way back: `span` maps a place in `text` to the original's code points.

    The text is a row of pieces: piece i begins at `places[i]` of `text` and at `sources[i]` of the original; in an
    even piece code point follows code point, an odd one (`even[i] == 0`) came as a whole from one original code point.
    """

    text: str
    length: int  # of the original
    places: array[int] | None = None  # None: the original has the same code points at the same places
    sources: array[int] | None = None
    even: bytearray | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's [start, end) of this text's [start, end)."""
        if self.places is None:
            return start, end
        first = self.source(start) if start < len(self.text) else self.length
        return first, (self.source(end - 1) + 1 if end > start else first)

    def source(self, place: int) -> int:
        """The original's code point that `place`, inside `text`, came from."""
        if self.places is None:
            return place
        assert self.sources is not None and self.even is not None  # noqa: PT018
        piece = bisect_right(self.places, place) - 1
        return self.sources[piece] + (place - self.places[piece] if self.even[piece] else 0)


_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")
_QUOTES = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u02bc\u02b9\uff07\u00b4"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02"), '"'),
}
_DROPPED = dict.fromkeys(
    map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_FOLDS = {**_DASHES, **_QUOTES, **_DROPPED, ord("ё"): "е", ord("Ё"): "е", 0xA0: " "}
# Also the signs that Chinese and Japanese sentences are full of: one by one they would cost more than all the rest.
_WIDE = {sign: unicodedata.normalize("NFKC", sign) for sign in "，（）：；？！"}
_ONE_TO_ONE = (*((chr(sign), plain) for sign, plain in _FOLDS.items() if plain and sign > 0x7F), *_WIDE.items())
# Code points that one `translate` and one `casefold` leave at one code point each, already in NFKC.
_EVEN = (
    (
        "\x00-\x7f\u00a0-\u00a7\u00a9\u00ab-\u00ac\u00ae\u00b0-\u00b1\u00b6-\u00b7\u00bb\u00bf-\u00de\u00e0-\u0130"
        "\u0134-\u013e\u0141-\u0148\u014a-\u017e\u0400-\u045f\u0490-\u0491\u0900-\u0957\u3001-\u301b\u3041-\u3096\u30a1-\u30fe"
        "\u4e00-\u9fff\uac00-\ud7a3\u1ea0-\u1ef9\u2010-\u2016\u2018-\u201f\u2020-\u2022\u2030\u20ac\u2212\uff02\uff07\uff0d\u02bc\u2116"
    )
    .replace("\u0130", "\u012f\u0131")
    .replace("\u2116", "")
)
# Latin-1 text is folded byte by byte, many times faster than code point by code point.
_EVEN_BYTES = bytes(code for code in range(256) if re.match(f"[{_EVEN}]", chr(code)))
_LOWER_BYTES = "".join(map(chr, range(256))).lower().encode("latin-1")
# Twice the class: with it alone in front the search runs in one tight loop.
_ODD = re.compile(f"[^{_EVEN}][^{_EVEN}]*")
_MARKS = "\u0300-\u036f\u0483-\u0487\u3099\u309a\u1160-\u11ff\u0591-\u05c7\u064b-\u0652"
_MARK = re.compile(f"[{_MARKS}]")
# One starter with the marks that combine with it, at most 32: a text of marks only must not become quadratic.
_CLUSTER = re.compile(f"(?s).[{_MARKS}]{{0,32}}")


def fold(text: str) -> Folded:
    """NFKC, casefold, ё→е, one kind of dash and quote, no soft hyphens or zero-width marks; offsets kept.

    Terms and articles go through the same function, so equal meaning is equal code points.
    """
    length = len(text)
    if text.isascii():
        return Folded(text.lower(), length)
    for sign, plain in _ONE_TO_ONE:
        if sign in text:
            text = text.replace(sign, plain)
    if text.isascii():
        return Folded(text.lower(), length)
    odd = _ODD
    try:
        raw = text.encode("latin-1")
        strange = raw.translate(None, _EVEN_BYTES)
        if not strange:
            return Folded(raw.translate(_LOWER_BYTES).decode("latin-1"), length)
        odd = _any_of(bytes(set(strange)).decode("latin-1"))
    except UnicodeEncodeError:
        try:
            text.encode()
        except UnicodeEncodeError:
            text = _SURROGATES.sub("\ufffd", text)  # half of a pair: no matcher takes it, and its place must stay
    return _fold_pieces(text, odd)


def _fold_pieces(text: str, odd: re.Pattern[str]) -> Folded:
    """`text` folded: what `odd` finds cluster by cluster, the rest as it stands in lower case."""
    out: list[str] = []
    places, sources, even = array("l"), array("l"), bytearray()
    done = place = 0
    for found in odd.finditer(text):
        start, end = found.span()
        clusters = _fold_run(found[0]) if end - start <= _LONGEST_RUN else None
        if clusters is None:
            if start > done and _CLUSTER.match(text, start - 1).end() > start:  # type: ignore[union-attr]  # always matches
                start -= 1  # a mark combines with the letter before it
            clusters = tuple(
                (cluster.start() - start, _fold_cluster(cluster[0])) for cluster in _CLUSTER.finditer(text, start, end)
            )
        if start > done:
            places.append(place)
            sources.append(done)
            even.append(1)
            out.append(text[done:start].lower())
            place += start - done
        for begin, folded in clusters:
            if folded:
                places.append(place)
                sources.append(start + begin)
                even.append(0)
                out.append(folded)
                place += len(folded)
        done = end
    if not done:
        return Folded(text.lower(), length=len(text))
    places.append(place)
    sources.append(done)
    even.append(1)
    out.append(text[done:].lower())
    return Folded("".join(out), len(text), places, sources, even)


_LONGEST_RUN = 4  # odd code points in a row that are remembered as one


@lru_cache(maxsize=4096)
def _fold_run(run: str) -> tuple[tuple[int, str], ...] | None:
    """(place, folded) of each code point of a short run; None where one of them combines with what is before it."""
    return None if _MARK.search(run) else tuple((place, _fold_cluster(char)) for place, char in enumerate(run))


@lru_cache(maxsize=256)
def _any_of(chars: str) -> re.Pattern[str]:
    known = f"[{re.escape(chars)}]"
    return re.compile(f"{known}{known}*")


@lru_cache(maxsize=4096)
def _fold_cluster(piece: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", piece.translate(_FOLDS)).casefold())
    return folded.translate(_FOLDS)


@dataclass(frozen=True, slots=True)
class Reading:
    """Folded text as the automaton reads it; `span` leads back to the original.

    In `text` every run of spaces, hyphens, slashes, line ends and middle dots is one space; `bare` is as long, with
    punctuation as spaces too and one space in front, so that " korea" is a word's beginning: `bare[i + 1]` is `text[i]`.
    """

    text: str
    bare: str
    folded: Folded
    cuts: tuple[int, ...]  # places in `text` after which code points were left out
    shifts: tuple[int, ...]  # how many had been left out up to there

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's [start, end) of this text's [start, end)."""
        if self.cuts:
            last = bisect_right(self.cuts, end - 1)
            first = bisect_right(self.cuts, start)
            start += self.shifts[first - 1] if first else 0
            end += self.shifts[last - 1] if last else 0
        return self.folded.span(start, end)

    def sources(self, places: Sequence[int]) -> Sequence[int]:
        """The original's code points that some places came from, in order: one walk over the text, no search for each."""
        cuts, shifts, folded = self.cuts, self.shifts, self.folded
        if cuts:
            moved: list[int] = []
            passed = shift = 0
            for place in places:
                while passed < len(cuts) and cuts[passed] <= place:
                    shift = shifts[passed]
                    passed += 1
                moved.append(place + shift)
            places = moved
        if folded.places is None:
            return places
        starts, origins, even = folded.places, folded.sources, folded.even
        assert origins is not None and even is not None  # noqa: PT018
        found: list[int] = []
        piece, last = 0, len(starts) - 1
        for place in places:
            while piece < last and starts[piece + 1] <= place:
                piece += 1
            found.append(origins[piece] + (place - starts[piece] if even[piece] else 0))
        return found


# Fold has made plain spaces of all other white space.
_SINGLES = ("\n", "-", "/", "\u00b7", "\u30fb", "\t", "\r", "\x0b", "\x0c", "\u2028", "\u2029")
_SIGNS = (
    *"!\"#$%&'()*+,.:;<=>?@[\\]^_`{|}~\x0b\x0c\u00bf\u00a1",
    *"\u3001\u3002\u300c\u300d\u2026\u2022\u300e\u300f\u3010\u3011\u2018",
)
_RUNS = re.compile("  +")


def _spaces_for(signs: tuple[str, ...]) -> bytes:
    """A table for `bytes.translate` that makes a space of each of the signs that Latin-1 has."""
    return bytes(0x20 if chr(code) in signs else code for code in range(256))


_SINGLE_BYTES, _SIGN_BYTES = _spaces_for(_SINGLES), _spaces_for(_SIGNS)


def read(folded: Folded) -> Reading:
    """The folded text with its separators as single spaces: "North-Korea", "North  Korea" and "north korea" are one."""
    text = _spaced(folded.text, _SINGLES, _SINGLE_BYTES)
    if "  " not in text:
        return Reading(text, " " + _spaced(text, _SIGNS, _SIGN_BYTES), folded, (), ())
    parts: list[str] = []
    cuts: list[int] = []
    shifts: list[int] = []
    done = left_out = 0
    for found in _RUNS.finditer(text):
        start, end = found.span()
        parts.append(text[done : start + 1])
        left_out += end - start - 1
        cuts.append(end - left_out)
        shifts.append(left_out)
        done = end
    parts.append(text[done:])
    text = "".join(parts)
    return Reading(text, " " + _spaced(text, _SIGNS, _SIGN_BYTES), folded, tuple(cuts), tuple(shifts))


def _spaced(text: str, signs: tuple[str, ...], table: bytes) -> str:
    try:
        return text.encode("latin-1").translate(table).decode("latin-1")
    except UnicodeEncodeError:
        for sign in signs:
            if sign in text:
                text = text.replace(sign, " ")
        return text
