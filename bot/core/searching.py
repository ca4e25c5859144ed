"""Full-text search that works without word boundaries: the same spelling for the index and for queries."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.core.text import clean, fold

_CJK = re.compile("([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff])")
_PARTS = re.compile(r'"([^"]*)"|(\S+)')
_WORDS = re.compile(r"\w", re.UNICODE)
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_ACCENTED = re.compile("[\u00c0-\u024f\u1e00-\u1eff]")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that must occur: words that follow each other, spelled as in the index; the last may be a beginning."""

    spelled: str
    prefix: bool = False


def searchable(text: str) -> str:
    """Folded text in which every CJK or Hangul character stands as a word of its own."""
    return _CJK.sub(r" \1 ", fold(text).text)


def words(spelled: str) -> list[str]:
    """The words of `searchable` text as SQLite's unicode61 cuts them: letters and digits, Latin ones without accents."""
    return _WORD.findall(_ACCENTED.sub(lambda found: unicodedata.normalize("NFD", found[0])[0], spelled))


def terms(query: str) -> tuple[Term, ...]:
    """What a person typed: all of it must occur, "quoted words" as a phrase, `word*` as a beginning.

    Everything else is taken literally; () where nothing can be searched.
    """
    wanted: list[Term] = []
    for phrase, word in _PARTS.findall(clean(query)):
        raw = phrase or word
        prefix = not phrase and raw.endswith("*")
        spelled = " ".join(searchable(raw.rstrip("*")).replace('"', " ").split())
        if _WORDS.search(spelled):
            wanted.append(Term(spelled, prefix))
    return tuple(wanted)


def phrase(name: str) -> tuple[Term, ...]:
    """A name as one phrase, with "*" behind it as a beginning; () where nothing can be searched."""
    return tuple(Term(term.spelled, name.endswith("*")) for term in terms(f'"{name.rstrip("*")}"'))


def match_expression(query: str) -> str:
    """An FTS5 expression for what a person typed; never a syntax error, "" where nothing can be searched."""
    return expression(terms(query))


def expression(wanted: tuple[Term, ...]) -> str:
    """An FTS5 expression for terms that must all occur."""
    return " ".join(f'"{term.spelled}"' + ("*" if term.prefix else "") for term in wanted)
