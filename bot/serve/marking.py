"""Evidence and search results as HTML: sentences verbatim, escaped, with the words that count marked."""

from __future__ import annotations

import html
import json
import re
from typing import Final

from bot.core.text import clean

SENTENCES: Final = 4
"""Sentences of evidence shown in one cell."""

OPEN, CLOSE = "\u27e6", "\u27e7"
"""What the search puts around the words that it found."""

# The index holds every CJK or Hangul character as a word of its own; for reading they are joined again.
_CJK: Final = "\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"
_SPREAD: Final = re.compile(f"(?<=[{_CJK}{OPEN}{CLOSE}]) {{1,2}}(?=[{_CJK}{OPEN}{CLOSE}])")
_GAP: Final = re.compile(" {3,}")  # two of our own and one of the text


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
    """The HTML of a search result: what was found between OPEN and CLOSE is marked."""
    joined = _SPREAD.sub("", _GAP.sub("\u2003", text))
    return html.escape(clean(joined.replace("\u2003", " "), 2000)).replace(OPEN, "<mark>").replace(CLOSE, "</mark>")


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
