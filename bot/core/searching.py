"""Full-text search that works without word boundaries: the same spelling for the index and for queries."""

from __future__ import annotations

import re

from bot.core.text import clean, fold

_CJK = re.compile("([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff])")
_PARTS = re.compile(r'"([^"]*)"|(\S+)')
_WORDS = re.compile(r"\w", re.UNICODE)


def searchable(text: str) -> str:
    """Folded text in which every CJK or Hangul character stands as a word of its own."""
    return _CJK.sub(r" \1 ", fold(text).text)


def match_expression(query: str) -> str:
    """An FTS5 expression for what a person typed: all words must occur, "quoted words" as a phrase, `word*` as a prefix.

    Never a syntax error: everything else is taken literally. "" where nothing can be searched.
    """
    wanted: list[str] = []
    for phrase, word in _PARTS.findall(clean(query)):
        raw = phrase or word
        prefix = not phrase and raw.endswith("*")
        spelled = " ".join(searchable(raw.rstrip("*")).replace('"', " ").split())
        if _WORDS.search(spelled):
            wanted.append(f'"{spelled}"' + ("*" if prefix else ""))
    return " ".join(wanted)
