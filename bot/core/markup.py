"""HTML fragments of feeds as plain text, in linear time whatever they hold."""

from __future__ import annotations

import html
import re

from bot.core.text import clean, one_line

# Atomic and possessive groups: every pattern here reads each character once, also on unclosed tags and quotes.
_TAG = re.compile(
    r"""<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:_-]*+)(?:[^<>"']++|"[^"<]*+"|'[^'<]*+'|["'])*+>|<[!?][^<>]*+>"""
)
_BLOCK_WORDS = (
    "address article aside blockquote br caption center dd details div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol p pre section summary table tbody td tfoot th "
    "thead tr ul"
)
_BLOCK = frozenset(_BLOCK_WORDS.split())
_SPACE_BEFORE_LINE = re.compile(r"[ \t]*\n[ \t\n]*")
_HIDDEN = ("script", "style", "template", "noscript", "iframe")


def plain(fragment: str, limit: int | None = None) -> str:
    """The text of an HTML fragment: blocks become lines, scripts, styles and comments go, entities are read once.

    Text without any markup comes back as it is (cleaned as R-37 asks). `limit` is in code points of the result; markup
    far beyond it is not looked at.
    """
    if not fragment:
        return ""
    if limit is not None:
        fragment = fragment[: limit * 20 + 10_000]
    if "<" not in fragment and "&" not in fragment:
        return clean(fragment, limit)
    text = _TAG.sub(_between, _visible(fragment))
    text = clean(html.unescape(text))
    return (
        _SPACE_BEFORE_LINE.sub("\n", text).strip()[:limit].rstrip()
        if limit is not None
        else _SPACE_BEFORE_LINE.sub("\n", text).strip()
    )


def plain_line(fragment: str, limit: int | None = None) -> str:
    """`plain` on one line, for titles and names."""
    return one_line(plain(fragment, None if limit is None else limit * 2), limit)


def _between(tag: re.Match[str]) -> str:
    return "\n" if (tag["name"] or "").lower() in _BLOCK else ""


def _visible(fragment: str) -> str:
    """The fragment without comments and without what no reader sees."""
    if "<!--" in fragment:
        fragment = _without(fragment, "<!--", "-->")
    lowered = fragment.lower()
    for name in _HIDDEN:
        if f"<{name}" in lowered and len(lowered) == len(fragment):
            fragment = _without(fragment, f"<{name}", f"</{name}>", lowered)
            lowered = fragment.lower()
    return fragment


def _without(text: str, start: str, stop: str, lowered: str | None = None) -> str:
    """`text` without its stretches from `start` to `stop`; an unclosed one goes to the end."""
    haystack = text if lowered is None else lowered
    kept: list[str] = []
    place = 0
    while True:
        opening = haystack.find(start, place)
        if opening < 0:
            kept.append(text[place:])
            return "".join(kept)
        kept.append(text[place:opening])
        closing = haystack.find(stop, opening)
        if closing < 0:
            return "".join(kept)
        place = closing + len(stop)
