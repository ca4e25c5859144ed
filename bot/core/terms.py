"""Watch terms: how one line of a watchlist is spelled, and whether a place in a folded text is that term.

A term is written as a reader would write it, folded like the articles are:

    weapon*          a stem: any ending may follow
    *munition*       the stem may also be the second half of a compound
    arms             a whole word
    north korea*     words in a row; a space stands for any run of spaces, hyphens, slashes, line ends, middle dots
    север* коре*     every word may be a stem
    북한, 北朝鮮      Hangul, kana and Han are found inside running text, with particles or without

A table adds guards: `after`, `before` (re2 patterns for what stands next to the term), `script`, `cased`, `weak`,
`needs`, `unless` (concepts of the same sentence), `regex` with its `anchor`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import re2

from bot.core.text import fold, read

SCRIPTS = ("hangul", "kana", "han", "latin", "cyrillic")
_UNSPACED_LANGS = frozenset({"ko", "ja", "zh", "*"})
_NEIGHBOUR = 12  # code points that a `before` or `after` pattern may look at
_REGEX_REACH = 160  # code points to either side of the anchor that a `regex` may look at
# Bound on what re2 may build for one pattern: a watchlist line is no program.
MAX_REGEX = 400
LONGEST_ENDING = 24  # code points: an ending or the rest of a compound, not a page without spaces


def unspaced(char: str) -> bool:
    """Whether a code point belongs to a script that is found inside running text (Hangul, kana, Han)."""
    return "\u3040" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7a3" or char == "々"


def script_of(text: str) -> str:
    """The script of a term, by its first letter: one of SCRIPTS, or '' for digits and signs."""
    for char in text:
        if "\u3040" <= char <= "\u30ff":
            return "kana"
        if "\uac00" <= char <= "\ud7a3":
            return "hangul"
        if "\u3400" <= char <= "\u9fff":
            return "han"
        if "\u0400" <= char <= "\u052f":
            return "cyrillic"
        if char.isalpha():
            return "latin"
    return ""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One word of a term: its folded letters, and whether an ending may follow."""

    text: str
    stem: bool


@dataclass(frozen=True, slots=True)
class Term:
    """One compiled watch term; `anchor` is the literal that the automaton looks for."""

    written: str
    lang: str
    concept: str
    anchor: str
    rest: tuple[Chunk, ...] = ()  # the words after the anchor
    stem: bool = False  # whether an ending may follow the anchor
    inside: bool = False  # no word boundary wanted to the left
    spaced: bool = False  # the automaton looks for a space before the anchor: the boundary is part of the literal
    before: Any = None  # compiled re2 pattern or None
    after: Any = None
    regex: Any = None
    script: str = ""
    cased: str = ""  # the exact spelling wanted, or ""
    weak: bool = False
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    seeds: tuple[int, ...] = field(default=(), compare=False)

    @property
    def key(self) -> tuple[object, ...]:
        """What the term is looked for, whichever language lists it."""
        patterns = tuple(p.pattern if p is not None else "" for p in (self.before, self.after, self.regex))
        guards = (self.script, self.cased, self.weak, self.needs, self.unless)
        return self.concept, self.anchor, self.rest, self.stem, self.inside, self.spaced, patterns, guards

    @property
    def guarded(self) -> bool:
        """Whether more than its letters decides that it counts."""
        patterns = self.before is not None or self.after is not None or self.regex is not None
        return patterns or bool(self.script or self.cased or self.weak or self.needs or self.unless)

    @property
    def plain(self) -> bool:
        """Whether the automaton's hit says it all: a stem with its left boundary in the anchor and no guard."""
        return (
            self.stem
            and not self.rest
            and self.before is None
            and self.after is None
            and self.regex is None
            and (self.inside or self.spaced)
        )

    @property
    def whole(self) -> bool:
        """Whether only the right boundary is left to look at: a whole word with its left boundary in the anchor."""
        unguarded = self.before is None and self.after is None and self.regex is None
        return self.spaced and not self.stem and not self.rest and unguarded

    @property
    def reach(self) -> int:
        """The most folded code points to either side of any place in it that decide whether it stands there."""
        if self.regex is not None:
            return _REGEX_REACH + len(self.anchor)
        chunks = (Chunk(self.anchor, self.stem), *self.rest)
        # How the last word ends matters only to what looks behind it; Hangul, kana and Han have no endings.
        ending = [chunk.stem and not unspaced(chunk.text[-1]) for chunk in chunks]
        ending[-1] = ending[-1] and self.after is not None
        length = sum(1 + len(chunk.text) for chunk in chunks) + LONGEST_ENDING * sum(ending)
        return length + 1 + _NEIGHBOUR * (self.before is not None or self.after is not None)

    def span(self, text: str, start: int, stop: int) -> tuple[int, int] | None:
        """The span of the term in `Reading.text` around its anchor at [start, stop), or None if it is not there."""
        if self.regex is not None:
            return self._around(text, start, stop)
        if not self.inside and not self.spaced and start and _joined(text[start - 1], text[start]):
            return None
        end = _word_end(text, stop, self.stem)
        for chunk in self.rest:
            begin = _gap(text, end)
            if begin < 0 or not text.startswith(chunk.text, begin):
                return None
            end = _word_end(text, begin + len(chunk.text), chunk.stem)
        if end < 0:
            return None
        if self.before is not None and not self.before.search(text[max(0, start - _NEIGHBOUR) : start]):
            return None
        if self.after is not None and not self.after.match(text[end : end + _NEIGHBOUR]):
            return None
        return start, end

    def _around(self, text: str, start: int, stop: int) -> tuple[int, int] | None:
        left = max(0, start - _REGEX_REACH)
        for found in self.regex.finditer(text[left : stop + _REGEX_REACH]):
            if found.start() + left <= start and stop <= found.end() + left:
                return found.start() + left, found.end() + left
        return None


def _joined(left: str, right: str) -> bool:
    """Whether two neighbouring code points belong to one word."""
    return left.isalnum() and right.isalnum() and not unspaced(left) and not unspaced(right)


def _word_end(text: str, end: int, stem: bool) -> int:
    length = len(text)
    # Nearly always a space follows.
    if end < 0 or end >= length or text[end] == " " or not _joined(text[end - 1], text[end]):
        return end
    if not stem:
        return -1
    limit = min(length, end + LONGEST_ENDING)
    while end < limit and text[end].isalnum() and not unspaced(text[end]):
        end += 1
    return end


def word_end(text: str, end: int) -> int:
    """Where the word that reaches `end` ends; the same place in scripts without spaces."""
    return _word_end(text, end, True)


def _gap(text: str, end: int) -> int:
    """Where the next word begins after one separator (or none between unspaced scripts), or -1."""
    if end < 0:
        return -1
    if end < len(text) and text[end] == " ":
        return end + 1
    return end if end < len(text) and unspaced(text[end]) else -1


def compile_term(written: str, *, lang: str, concept: str, options: dict[str, Any] | None = None) -> Term:
    """The compiled term. Raises ValueError with what is wrong, in words for the file's author."""
    options = options or {}
    extra: dict[str, Any] = {
        "script": str(options.get("script", "")),
        "weak": bool(options.get("weak", False)),
        "needs": tuple(options.get("needs", ())),
        "unless": tuple(options.get("unless", ())),
        "seeds": tuple(options.get("seeds", ())),
        "cased": written.replace("*", "") if options.get("cased") else "",
    }
    if options.get("before"):
        extra["before"] = pattern(f"(?:{options['before']})$")
    if options.get("after"):
        extra["after"] = pattern(str(options["after"]))
    if options.get("regex"):
        anchor = fold(str(options.get("anchor", ""))).text
        if not anchor.strip():
            raise ValueError("a regex needs an `anchor`: a literal that every match contains")
        return Term(written, lang, concept, anchor, regex=pattern(str(options["regex"])), **extra)
    words = read(fold(written)).text.split()
    if not words:
        raise ValueError("the term is empty")
    inside = words[0].startswith("*")
    chunks = [Chunk(word.strip("*"), word.endswith("*")) for word in words]
    if any("*" in chunk.text or not chunk.text for chunk in chunks) or any(w.startswith("*") for w in words[1:]):
        raise ValueError("`*` may stand at the end of a word, and at the beginning of the first one")
    if len(chunks[0].text) < 2 and chunks[0].stem:
        raise ValueError("a stem of one letter matches nearly every word")
    # Whole words in a row are one literal; what follows the first stem is looked at by hand.
    first = next((number for number, chunk in enumerate(chunks) if chunk.stem), len(chunks) - 1)
    anchor = " ".join(chunk.text for chunk in chunks[: first + 1])
    inside = inside or unspaced(anchor[0])
    return Term(
        written,
        lang,
        concept,
        anchor,
        rest=tuple(chunks[first + 1 :]),
        stem=chunks[first].stem or unspaced(anchor[-1]),
        inside=inside,
        # Letters and digits of other scripts stand right beside Hangul, kana and Han: no space to look for.
        spaced=not inside
        and anchor[0].isalpha()
        and lang[:2] not in _UNSPACED_LANGS
        and not any(map(str.isdigit, anchor)),
        **extra,
    )


def pattern(source: str) -> Any:
    """A linear-time pattern (google-re2). Raises ValueError when re2 cannot run it: look-around, back-references."""
    if len(source) > MAX_REGEX:
        raise ValueError(f"the pattern is longer than {MAX_REGEX} characters")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return re2.compile(source, options)
    except re2.error as error:
        detail = error.args[0] if error.args else error
        text = detail.decode() if isinstance(detail, bytes) else str(detail)
        raise ValueError(f"re2 refuses the pattern: {text}") from error
