"""Words of which one stands wherever a term does, and the patterns that find them in the bytes of a page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core import hiding
from bot.core.terms import Term, script_of, unspaced

LONG = 12  # letters of a word that are looked for: more tell hardly more apart
LONG_UNSPACED = 3  # characters of a run of Hangul, kana or Han
_MARKED = ("hangul", "kana")  # scripts that tell a text's language
SHORT = 8  # letters: a word up to this length is looked for with its boundaries


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


def hushed(terms: Sequence[Term]) -> dict[str, frozenset[str]]:
    """Single characters that only count in texts of some script, as 北 does beside Hangul, and the scripts of each."""
    found: dict[str, frozenset[str]] = {}
    for char, script in filter(None, map(_hushed, terms)):
        found[char] = found.get(char, frozenset()) | {script}
    others = (
        {_chosen(words).text for term in terms if not _hushed(term) and (words := _words(term))} if found else set()
    )
    return {char: scripts for char, scripts in found.items() if char not in others}


def _hushed(term: Term) -> tuple[str, str] | None:
    """The single character by which a term would be found, and the script without which it does not stand there."""
    words = _words(term)
    char = _chosen(words).text if words and term.regex is None else ""
    if len(char) != 1 or script_of(char) in _MARKED:
        return None
    scripts = (term.script, *(script_of(word) for word, _, _ in words))
    return next(((char, script) for script in scripts if script in _MARKED), None)


def fewest(terms: Sequence[Term]) -> list[Kernel]:
    """The fewest words that every one of the terms is sure to hold, but for the hushed ones: those of one word first, then
    what they do not cover.
    """
    found: list[Kernel] = []
    for term in sorted(terms, key=lambda term: (len(_words(term)), len(term.anchor), term.anchor)):
        if _hushed(term):
            continue
        words = _words(term)
        if not words:
            continue
        if _exact(term) and len(words) == 1:
            found.append(Kernel(term.anchor, True, True, term.cased))
            continue
        if any(kernel.covers(word, left=left, right=right) for kernel in found for word, left, right in words):
            continue
        kernel = _chosen(words)
        if not any(one.within(kernel) for one in found):
            found.append(kernel)
    return sorted(set(found))


def _exact(term: Term) -> bool:
    """Whether a term is a whole word in one case, of letters that are written in one way only."""
    return term.cased.isalnum() and not term.stem and unicodedata.is_normalized("NFD", term.cased)


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


def bytewise(party: Sequence[Kernel], *, utf8: bool = False) -> list[bytes]:
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
