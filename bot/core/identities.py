"""Ids minted from content (decision 4): short, stable for ever, never a database id."""

from __future__ import annotations

import hashlib

from bot.core.text import fold


def mint(prefix: str, *parts: str) -> str:
    """`<prefix>-` and 12 hex digits of sha256 over the parts."""
    return f"{prefix}-{hashlib.sha256(chr(0).join(parts).encode('utf-8', 'replace')).hexdigest()[:12]}"


def article_id(canonical_url: str, title: str, text: str) -> str:
    """`a-…` of the page's one name, or of its words where it has none."""
    return mint("a", canonical_url) if canonical_url else mint("a", "", plain(title), plain(text))


def change_id(story: str, kind: str, article: str, fact: str) -> str:
    """`x-…` of what happened to a story: repeated work mints the same one."""
    return mint("x", story, kind, article, fact)


def alias(canonical_url: str, title: str, published: str) -> str:
    """What an entry is by another name than its guid: page (scheme and www aside) and title, or title and date.

    "" where that says nothing. A feed that rewrites all its guids is recognised by these (R-20, R-21).
    """
    bare = canonical_url.partition("://")[2].removeprefix("www.")
    words = plain(title)
    if bare and words:
        return mint("n", bare, words)
    if words and published:
        return mint("n", "", words, published)
    return ""


def text_sha(text: str) -> str:
    """sha256 of the folded words, white space aside; "" for less than 200 folded characters, which many pages share."""
    words = plain(text)
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest() if len(words) >= 200 else ""


def plain(text: str) -> str:
    """Folded, with single spaces."""
    return " ".join(fold(text).text.split())
