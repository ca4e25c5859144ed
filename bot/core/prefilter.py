"""The lossless gates of backfill: may this page hold a match? Raw bytes first, then the whole text; in doubt, yes.

A watchlist judges an item only if every party is named in it: by one strong term, or by two different weak ones. The
first gate asks for any word of each party, so that a word too common to tell anything (a single character, a surname)
only counts as one of a pair; the second asks for what the watchlist asks, and for the concepts of one of its rules.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import re2

from bot.core import hiding
from bot.core.automata import Automaton
from bot.core.charsets import decoded
from bot.core.terms import Term, unspaced
from bot.core.text import fold, read
from bot.core.watchlists import Watchlist

VERSION = 1  # of the patterns: raise it when this room or `bot.core.hiding` makes others
MEMORY = 512 * 1024 * 1024  # bytes that re2 may use for one pattern's program and states
LONG = 7  # letters of a word that are looked for
LONG_UNSPACED = 3  # characters of a run of Hangul, kana or Han
SHORT = 4  # letters: a word up to this length is looked for with its boundaries
_BREAKS = (
    "address|article|aside|blockquote|body|br|caption|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]"
    "|head|header|hr|html|legend|li|link|main|meta|nav|ol|option|p|pre|script|section|select|summary|style|table|tbody|td|tfoot"
    "|th|thead|title|tr|ul"
)
_BLOCK = re.compile(rf"</?(?:{_BREAKS})\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"""<[!?/A-Za-z](?:[^<>"']++|"[^"<>]*+"|'[^'<>]*+'|["'])*+>""")
_CONTENT = re.compile(r"""<meta\b[^<>]*?\bcontent\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)
_JSON_LD = re.compile(r"<script\b[^<>]*\bld\+json[^<>]*>(.*?)</script", re.IGNORECASE | re.DOTALL)
_SCRIPT = re.compile(r"<(script|style)\b[^<>]*+>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
# Elements whose content one parser reads as text and the other as markup, and what is closed in XML's way or not at all.
_DOUBTFUL = re.compile(
    r"<(?:template|noframes|noembed|xmp|plaintext|frameset)\b|<iframe\b[^<>]*>(?!\s*</iframe)"
    r"|<(?:script|style|title|iframe|textarea|noscript)\b[^<>]*/>|<!--(?![^\0]*?-->)",
    re.IGNORECASE,
)
_JSON_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([nrtbf/\"]))")


def patterns(watchlists: Sequence[Watchlist]) -> bytes:
    """The first gate's patterns as bytes that the caller may keep on disk: building them costs more than loading them."""
    made: list[list[str]] = []
    exotic = hiding.exotic()
    for watchlist in watchlists:
        parties = []
        for terms in _parties(watchlist):
            strong = _kernels([term for term in terms if not term.weak], [])
            weak = _kernels([term for term in terms if term.weak], strong)
            coded = sorted({way for kernel in (*strong, *weak) for way in hiding.in_codecs(kernel.text)})
            parties.append(rb"|".join([*_ways([*strong, *weak]), exotic, *coded]).decode("latin-1"))
        made.append(parties)
    return json.dumps({"version": VERSION, "watchlists": [one.hash for one in watchlists], "patterns": made}).encode()


def _parties(watchlist: Watchlist) -> list[list[Term]]:
    """The terms that name each party; one list of all terms for a watchlist without parties."""
    if not watchlist.parties:
        return [list(watchlist.terms)]
    found = []
    for party in watchlist.parties:
        concepts = {
            name for name, concept in watchlist.concepts.items() if party in (*concept.parties, *concept.implies)
        }
        found.append([term for term in watchlist.terms if term.concept in concepts])
    return found


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


def _kernels(terms: Sequence[Term], known: Sequence[Kernel]) -> list[Kernel]:
    """The fewest words that every one of the terms is sure to hold: those of one word first, then what they do not cover."""
    found: list[Kernel] = []
    for term in sorted(terms, key=lambda term: (len(_words(term)), len(term.anchor), term.anchor)):
        words = _words(term)
        if not words:
            continue
        if term.cased and term.cased.isascii() and term.cased.isalnum() and len(words) == 1 and not term.stem:
            found.append(Kernel(term.anchor, True, True, term.cased))
            continue
        if any(
            kernel.covers(word, left=left, right=right) for kernel in (*known, *found) for word, left, right in words
        ):
            continue
        found.append(_chosen(words))
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


def _chosen(words: Sequence[tuple[str, bool, bool]]) -> Kernel:
    """What to look for: the words of a phrase in a row where that can be done, else one word, cut to what tells enough."""
    for word, _, _ in words:
        if unspaced(word[0]):
            return Kernel(word[:LONG_UNSPACED])
    if len(words) > 1 and all(left for _, left, _ in words):
        parts = [f"{word}{'' if closed else '*'}" for word, _, closed in words[:-1]]
        last, _, right = words[-1]
        return Kernel(" ".join([*parts, last[:LONG]]), True, right and len(last) <= LONG)
    word, left, right = max(words, key=lambda one: len(one[0]))
    return Kernel(word[:LONG], left, right and len(word) <= SHORT)


def _ways(kernels: Sequence[Kernel]) -> list[bytes]:
    """Every way in which the kernels may stand in the bytes of a page in UTF-8."""
    found = [hiding.exactly(kernel.cased) for kernel in kernels if kernel.cased]
    plain = [kernel for kernel in kernels if not kernel.cased]
    bounded = [(kernel.text, kernel.right) for kernel in plain if kernel.left]
    inside = [(kernel.text, kernel.right) for kernel in plain if not kernel.left and not kernel.text.isascii()]
    found += [hiding.words(bounded, left=True)] if bounded else []
    found += [hiding.words(inside, left=False)] if inside else []
    found += [
        hiding.loose(kernel.text, right=kernel.right) for kernel in plain if not kernel.left and kernel.text.isascii()
    ]
    return found


class Gate:
    """Both gates for some watchlists. Holds nothing of a page; threads may share it."""

    def __init__(self, watchlists: Sequence[Watchlist], cached: bytes = b"") -> None:
        self.watchlists = tuple(watchlists)
        self.cached = cached if _fits(cached, self.watchlists) else patterns(self.watchlists)
        made = json.loads(self.cached)["patterns"]
        self._bytes = tuple(tuple(map(_pattern, parties)) for parties in made)
        terms: list[Term] = []
        self._texts: list[list[dict[int, Term]]] = []
        self._starts: list[int] = []
        for watchlist in self.watchlists:
            start = len(terms)
            self._starts.append(start)
            terms.extend(watchlist.terms)
            names = [{id(term) for term in party} for party in _parties(watchlist)]
            self._texts.append(
                [{start + n: term for n, term in enumerate(watchlist.terms) if id(term) in ids} for ids in names]
            )
        self._automaton = Automaton(terms)

    def __call__(self, body: bytes, content_type: str = "") -> bool:
        """Whether the page must be extracted."""
        return self.first(body, content_type) and self.second(body, content_type)

    def first(self, body: bytes, content_type: str = "") -> bool:
        """The gate over raw bytes."""
        if _wide(body):
            body = decoded(body, content_type).text.encode("utf-8", "replace")
        return self._maybe(body)

    def _maybe(self, body: bytes) -> bool:
        return any(all(party.search(body) for party in parties) for parties in self._bytes)

    def second(self, body: bytes, content_type: str = "") -> bool:
        """The gate over the page's whole text, which no escape, tag or charset can hide from."""
        words = whole_text(decoded(body, content_type).text)
        # Most pages that pass the first gate owe it to scripts and addresses: their words alone do not pass it again.
        return self._maybe(words.encode("utf-8", "replace")) and self.text(words)

    def joins(self, reading: str) -> bool:
        """Whether a text names all parties of any watchlist, whatever else it says."""
        found = {number for _, _, number in self._automaton.hits(read(fold(reading)))}
        return any(all(_present(party, found) for party in parties) for parties in self._texts)

    def text(self, reading: str) -> bool:
        """Whether any watchlist finds all its parties in a text."""
        found = {number for _, _, number in self._automaton.hits(read(fold(reading)))}
        for watchlist, start, parties in zip(self.watchlists, self._starts, self._texts, strict=True):
            if all(_present(party, found) for party in parties) and _possible(watchlist, start, found):
                return True
        return False


def _possible(watchlist: Watchlist, start: int, found: set[int]) -> bool:
    """Whether any rule that gives points, or any stream, has a concept of each of its groups somewhere on the page."""
    mask = 0
    for number in found:
        if start <= number < start + len(watchlist.terms):
            mask |= 1 << watchlist.concepts[watchlist.terms[number - start].concept].bit
    demands = [rule.demand for rule in watchlist.rules if rule.points > 0] + [one.demand for one in watchlist.streams]
    return any(all(mask & group for group in demand.all) for demand in demands)


def _present(party: dict[int, Term], found: set[int]) -> bool:
    weak: set[str] = set()
    for number in found:
        term = party.get(number)
        if term is None:
            continue
        if not term.weak:
            return True
        weak.add(term.anchor)
    return len(weak) > 1


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


def whole_text(page: str) -> str:
    """All words of a page that extraction can take its article from: visible text, JSON-LD, descriptions.

    Where the page holds something that parsers read in different ways, everything between tags is taken instead.
    """
    from resiliparse.extract.html2text import extract_plain_text

    parts = [found[1] for found in _JSON_LD.finditer(page)] if "ld+json" in page or "LD+JSON" in page else []
    parts += ["\n".join(filter(None, found.groups())) for found in _CONTENT.finditer(page)]
    said = html.unescape(html.unescape(_unescaped("\n".join(parts))))
    parts = [said, _TAG.sub("", said), _TAG.sub(" ", said)] if "<" in said else [said]
    if _DOUBTFUL.search(page):
        blocks = _BLOCK.sub("\n", _SCRIPT.sub("\n", page))
        parts += [html.unescape(_TAG.sub(by, blocks)) for by in ("", " ")]
    else:
        parts.append(
            extract_plain_text(
                page, main_content=False, alt_texts=True, form_fields=True, noscript=True, preserve_formatting=False
            )
        )
    return "\n".join(parts)


def _unescaped(text: str) -> str:
    """JSON's escapes read; what stands outside of JSON hardly ever looks like one."""
    if "\\" not in text:
        return text

    def one(found: re.Match[str]) -> str:
        if found[1] or found[2]:
            return chr(int(found[1] or found[2], 16))
        return {"n": "\n", "r": "\n", "t": " ", "b": " ", "f": " "}.get(found[3], found[3])

    return _JSON_ESCAPE.sub(one, text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
