"""Evidence and search results as HTML: sentences verbatim, escaped, with the words that count marked."""

from __future__ import annotations

import html
import json
import re
from typing import Final

from bot.core.searching import terms
from bot.core.text import clean, fold

SENTENCES: Final = 4
"""Sentences of evidence shown in one cell."""

OPEN, CLOSE = "\u27e6", "\u27e7"
"""What stands around the words that a search found."""

# The index holds every CJK or Hangul character as a word of its own.
_CJK: Final = "\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"
_SPREAD: Final = re.compile(f"(?<=[{_CJK}]) {{1,2}}(?=[{_CJK}])")
_WIDE: Final = re.compile(f"[{_CJK}]")

LONGEST_SEARCHED: Final = 200_000
AROUND, BEFORE, MARKS = 240, 80, 50
"""Characters of an excerpt, of them before the first word found, and places of one word that are looked at."""


def evidence(text: str) -> str:
    """The HTML of a JSON list of evidence: each sentence once, the terms that count marked, their concept as a hint."""
    try:
        pieces = json.loads(text)
    except ValueError:
        return html.escape(text)
    sentences: dict[str, dict[str, str]] = {}
    for piece in pieces:
        said, term = clean(str(piece.get("quote", ""))), clean(str(piece.get("term", "")))
        sentences.setdefault(said, {})[term] = str(piece.get("concept", ""))
    shown = [
        f'<p style="margin:0 0 .4em">“{_marked(said, terms)}”</p>'
        for said, terms in list(sentences.items())[:SENTENCES]
    ]
    more = len(sentences) - SENTENCES
    return "".join(shown) + (f'<p style="margin:0">and {more} more sentences</p>' if more > 0 else "")


def snippet(text: str) -> str:
    """The HTML of an excerpt: what was found between OPEN and CLOSE is marked."""
    return html.escape(clean(text, 2000)).replace(OPEN, "<mark>").replace(CLOSE, "</mark>")


def excerpt(text: str, query: str) -> str:
    """The passage where the words of a search stand in a text, verbatim, each word between OPEN and CLOSE; "" if none does."""
    folded = fold(text[:LONGEST_SEARCHED])
    found: list[tuple[int, int]] = []
    for term in terms(query):
        # The index spreads CJK and Hangul characters, and knows no punctuation: neither does this.
        spelled = _SPREAD.sub("", term.spelled)
        pattern = r"\W+".join(re.escape(word) for word in re.findall(r"\w+", spelled))
        edge = "" if _WIDE.match(spelled) else r"\b"
        ending = "" if term.prefix or not edge else edge
        found += [folded.span(*one.span()) for one in re.finditer(edge + pattern + ending, folded.text)][:MARKS]
    if not found:
        return ""
    found.sort()
    start = max(0, found[0][0] - BEFORE)
    start = text.find(" ", start, found[0][0]) + 1 if start and " " in text[start : found[0][0]] else start
    end = min(len(text), start + AROUND)
    out, place = ["… " if start else ""], start
    for first, last in found:
        if first >= place and last <= end:
            out += [text[place:first], OPEN, text[first:last], CLOSE]
            place = last
    return "".join([*out, text[place:end], " …" if end < len(text) else ""])


def _marked(said: str, terms: dict[str, str]) -> str:
    wanted = sorted(filter(None, terms), key=len, reverse=True)
    if not wanted:
        return html.escape(said)
    concepts = {term.casefold(): concept for term, concept in terms.items()}
    pattern = re.compile("|".join(re.escape(term) for term in wanted), re.IGNORECASE)
    out, place = [], 0
    for found in pattern.finditer(said):
        out.append(html.escape(said[place : found.start()]))
        out.append(f'<mark title="{html.escape(concepts.get(found[0].casefold(), ""))}">{html.escape(found[0])}</mark>')
        place = found.end()
    return "".join([*out, html.escape(said[place:])])
