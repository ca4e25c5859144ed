"""Text as the watch reads it: hygiene at the door, folding that remembers offsets, sentences, scripts."""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right
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
_ONE_TO_ONE = tuple((chr(sign), plain) for sign, plain in _FOLDS.items() if plain and sign > 0x7F)
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
_EVEN_BYTES = bytes(code for code in range(256) if re.match(f"[{_EVEN}]", chr(code)))
_ODD = re.compile(f"[^{_EVEN}]+")
# One starter with the marks that combine with it, at most 32: a text of marks only must not become quadratic.
_CLUSTER = re.compile("(?s).[\u0300-\u036f\u0483-\u0487\u3099\u309a\u1160-\u11ff\u0591-\u05c7\u064b-\u0652]{0,32}")


def fold(text: str) -> Folded:
    """NFKC, casefold, ё→е, one kind of dash and quote, no soft hyphens or zero-width marks; offsets kept.

    Terms and articles go through the same function, so equal meaning is equal code points.
    """
    length = len(text)
    if _SURROGATES.search(text):
        text = _SURROGATES.sub("\ufffd", text)  # half of a pair: no matcher takes it, and its place must stay
    if text.isascii():
        return Folded(text.lower(), length)
    for sign, plain in _ONE_TO_ONE:
        if sign in text:
            text = text.replace(sign, plain)
    if _even(text):
        return Folded(text.lower(), length)
    out: list[str] = []
    places, sources, even = array("l"), array("l"), bytearray()
    done = place = 0
    for found in _ODD.finditer(text):
        start, end = found.span()
        if start > done and _CLUSTER.match(text, start - 1).end() > start:  # type: ignore[union-attr]  # always matches
            start -= 1  # a mark combines with the letter before it
        if start > done:
            places.append(place)
            sources.append(done)
            even.append(1)
            out.append(text[done:start].lower())
            place += start - done
        for cluster in _CLUSTER.finditer(text, start, end):
            folded = _fold_cluster(cluster[0])
            if folded:
                places.append(place)
                sources.append(cluster.start())
                even.append(0)
                out.append(folded)
                place += len(folded)
        done = end
    if not done:
        return Folded(text.lower(), length)
    places.append(place)
    sources.append(done)
    even.append(1)
    out.append(text[done:].lower())
    return Folded("".join(out), length, places, sources, even)


def _even(text: str) -> bool:
    """Whether Latin-1 text has no odd code point; False where it is not Latin-1. Much faster than the pattern."""
    try:
        return not text.encode("latin-1").translate(None, _EVEN_BYTES)
    except UnicodeEncodeError:
        return False


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

    def source(self, place: int) -> int:
        """The original's code point that this text's `place` came from."""
        if self.cuts and (first := bisect_right(self.cuts, place)):
            place += self.shifts[first - 1]
        return self.folded.source(place)


# Fold has made plain spaces of all other white space.
_SINGLES = ("\n", "-", "/", "\u00b7", "\u30fb", "\t", "\r", "\x0b", "\x0c", "\u2028", "\u2029")
_RUNS = re.compile("  +")
_ASCII_BARE = {ord(sign): " " for sign in "!\"#$%&'()*+,.:;<=>?@[\\]^_`{|}~\x0b\x0c"}
_OTHER_BARE = (
    "\u3001",
    "\u3002",
    "\u300c",
    "\u300d",
    "\u2026",
    "\u2022",
    "\u300e",
    "\u300f",
    "\u3010",
    "\u3011",
    "\u00bf",
    "\u00a1",
    "\u2018",
)


def read(folded: Folded) -> Reading:
    """The folded text with its separators as single spaces: "North-Korea", "North  Korea" and "north korea" are one."""
    text = folded.text
    for single in _SINGLES:
        if single in text:
            text = text.replace(single, " ")
    if "  " not in text:
        return Reading(text, " " + _bare(text), folded, (), ())
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
    return Reading(text, " " + _bare(text), folded, tuple(cuts), tuple(shifts))


def _bare(text: str) -> str:
    if text.isascii():
        return text.translate(_ASCII_BARE)
    for sign in _BARE_SIGNS:
        if sign in text:
            text = text.replace(sign, " ")
    return text


_BARE_SIGNS = tuple(map(chr, _ASCII_BARE)) + _OTHER_BARE


# Words whose full stop ends no sentence; single letters and initials are handled beside them.
_ABBREVIATIONS = frozenset(
    (  # noqa: SIM905 - five languages side by side read better as prose than as a hundred quoted strings
        "mr ms mrs dr st gen lt col sgt maj capt adm sen rep gov no vs jan feb aug sept sep oct nov dec jr sr prof "
        "г тыс млн млрд им ст руб ул тис ім вул "
        "ca mio mrd bzw usw vgl nr abs z.b d.h u.a "
        "br tys proc godz płn płd pn pd ds ws m.in wg tzw np ul św hab inż płk ppłk mjr kpt kpr plut sierż bryg "
        "sra ee.uu ud uds núm aprox m mm mme art"
    ).split()
)
# Polish ones that may as well end a sentence: what follows tells.
_OFTEN_LAST = frozenset(["ok", "mln", "mld", "min", "itd", "itp", "kal", "szt", "ur", "zm", "por"])
# One character class in front keeps the search fast; what the candidate is worth is looked at by hand.
_STOP = re.compile("[.!?…。！？\n][.!?…。！？]*[\"'”’»)\\]」』）]*\n*")
_KOREAN_ENDS = frozenset("다요까죠음함임됨")  # a predicate ends here, with or without a space after the full stop


def _ends_no_sentence(text: str, stop: int) -> bool:
    """Whether the full stop at `stop` belongs to an abbreviation, an initial or a list number."""
    begin = stop
    while begin and stop - begin < 8 and (text[begin - 1].isalpha() or text[begin - 1] == "."):
        begin -= 1
    word = text[begin:stop]
    if not word:
        return False
    if len(word) == 1:
        return True
    if word.lower() in {"no", "nr", "art", "abs"}:  # words of their own too: only before a number
        return text[stop + 1 : stop + 3].strip()[:1].isdigit()
    if word.lower() in _OFTEN_LAST:
        following = text[stop + 1 : stop + 3].strip()[:1]
        return following.isdigit() or following.islower()
    return word.lower() in _ABBREVIATIONS or (len(word) == 3 and word[1] == "." and word[0].isupper())


MAX_SENTENCE = 1200  # code points; longer runs are cut at white space so that "same sentence" keeps a meaning


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans [start, end) of the sentences of `text`, in order, white space outside; works without word boundaries."""
    spans: list[tuple[int, int]] = []
    start = 0
    length = len(text)
    for found in _STOP.finditer(text):
        first, end = found.span()
        sign = text[first]
        if sign in ".!?…" and end < length and not text[end - 1].isspace() and not text[end].isspace():
            glued = sign == "." and first and text[first - 1] in _KOREAN_ENDS and text[end] > "\u4e00"
            if not glued and not any(mark in "。！？" for mark in found[0]):
                continue
        if sign == "." and end < length and _ends_no_sentence(text, first):
            continue
        _add(spans, text, start, end)
        start = end
    _add(spans, text, start, len(text))
    return spans


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > MAX_SENTENCE:
        cut = text.rfind(" ", start + MAX_SENTENCE // 2, start + MAX_SENTENCE)
        cut = cut if cut > start else start + MAX_SENTENCE
        spans.append((start, cut))
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        spans.append((start, end))
