"""The one verbatim quote of a story: an exact substring of what is stored, short enough to cite."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from bot.model import Article, Claim, Evidence

LIMIT = 240
"""Code points of a quote; the length that a citation may have without a licence, and that a phone shows whole."""


def quote_of(article: Article, claim: Claim | None, evidence: Iterable[Evidence]) -> str:
    """The best quote for `article`: its claim's, else that of its evidence, else "" — always an exact substring.

    A quote that is not in the stored text or title is not printed, whoever handed it over.
    """
    if claim is not None:
        found = _exact(article, claim.quote)
        if found:
            return cut(found)
    ranked = sorted(evidence, key=lambda one: (one.where != "text", one.start))
    counted: dict[str, set[str]] = {}
    for one in ranked:
        counted.setdefault(one.quote, set()).add(one.concept)
    # The sentence in which most concepts meet says most; of equals the earliest.
    for quote in sorted(counted, key=lambda each: -len(counted[each])):
        found = _exact(article, quote)
        if found:
            terms = [one.term for one in ranked if one.quote == quote]
            return cut(found, keep=terms[0] if terms else "")
    return ""


def is_cut(article: Article, quote: str) -> tuple[bool, bool]:
    """Whether the sentence of a quote begins before it in the stored text, and whether it goes on after it."""
    text = article.text if quote in article.text else article.title
    at = text.find(quote)
    if not quote or at < 0:
        return False, False
    before, after = text[:at].rstrip(" "), text[at + len(quote) :].lstrip(" ")
    begun = bool(before) and before[-1] not in _ENDS + _OPENS + _CLOSES and quote[0] not in _OPENS
    return begun, bool(after.strip()) and quote[-1] not in _ENDS and after[0] not in _ENDS + _CLOSES


_ENDS = ".!?。！？…:\n"
_OPENS = '"“«「『(（'
_CLOSES = '"”»」』)）'


def _exact(article: Article, quote: str) -> str:
    quote = quote.strip()
    return quote if quote and (quote in article.text or quote in article.title) else ""


def cut(quote: str, limit: int = LIMIT, keep: str = "") -> str:
    """A substring of `quote` of at most `limit` code points on one line, on word borders, with `keep` in it if it can."""
    start, end = 0, len(quote)
    place = quote.find(keep) if keep else -1
    newline = quote.find("\n")
    if newline >= 0:
        lines = quote.split("\n")
        line = next((one for one in lines if keep and keep in one), max(lines, key=len))
        return cut(line.strip(), limit, keep)
    if end <= limit:
        return quote
    if place > limit * 2 // 3:
        start = _border(quote, max(0, min(place - limit // 3, end - limit)), forward=True)
    end = start + limit
    if end < len(quote):
        end = _border(quote, end, forward=False)
    if end - start < limit // 2:  # no border near: a script without spaces, or one endless word
        end = _whole(quote, min(start + limit, len(quote)))
    return quote[start:end].strip()


def _border(text: str, at: int, *, forward: bool) -> int:
    """The word border nearest to `at` in one direction, at most 40 code points away; else `at` between whole characters."""
    if at <= 0 or at >= len(text):
        return max(0, min(at, len(text)))
    for step in range(40):
        place = at + step if forward else at - step
        if not 0 < place < len(text):
            break
        if text[place - 1].isspace() or (not forward and text[place].isspace()):
            return place
    return _whole(text, at)


def _whole(text: str, at: int) -> int:
    """`at`, moved back so that no combining mark, joiner or variation selector is cut off from its letter."""
    while 0 < at < len(text) and (
        unicodedata.combining(text[at]) or text[at] in "\u200d\ufe0e\ufe0f" or text[at - 1] == "\u200d"
    ):
        at -= 1
    return at
