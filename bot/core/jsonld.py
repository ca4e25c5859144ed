"""What a page says of itself in JSON-LD (schema.org): headline, dates, authors, language, whether it is behind a wall."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MAX_SCRIPT = 500_000  # characters of one script; larger ones are galleries and product lists
_ARTICLES = re.compile(r"Article|Report|BlogPosting|LiveBlog|Review|Posting$", re.IGNORECASE)
_TRAILING = re.compile(r",\s*([}\]])")
_WALKED = 3000  # nodes looked at in one page


@dataclass(frozen=True, slots=True)
class Self:
    """The first article found in the page's JSON-LD; every field "" or () where it is silent."""

    headline: str = ""
    published: str = ""
    authors: tuple[str, ...] = ()
    publisher: str = ""
    lang: str = ""
    body: str = ""
    url: str = ""
    free: bool | None = None  # isAccessibleForFree


def article(scripts: list[str]) -> Self:
    """What the scripts say; broken ones are skipped, never raised."""
    best: dict[str, Any] = {}
    for script in scripts[:30]:
        for node in _articles(script):
            if not best or (not best.get("headline") and node.get("headline")):
                best = node
            if best.get("headline") and best.get("datePublished"):
                break
    return Self(
        headline=_text(best.get("headline")) or _text(best.get("name")),
        published=_text(best.get("datePublished")),
        authors=tuple(dict.fromkeys(name for name in _names(best.get("author")) if name))[:10],
        publisher=next(iter(_names(best.get("publisher"))), ""),
        lang=_text(best.get("inLanguage"))
        or _text(
            (best.get("inLanguage") or {}).get("alternateName") if isinstance(best.get("inLanguage"), dict) else ""
        ),
        body=_text(best.get("articleBody")),
        url=_text(best.get("url")) or _text(best.get("mainEntityOfPage")),
        free=_free(best.get("isAccessibleForFree")),
    )


def _articles(script: str) -> Iterator[dict[str, Any]]:
    script = script.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    if not script or len(script) > MAX_SCRIPT or script.count("[") + script.count("{") > 20_000:
        return
    try:
        root = json.loads(script, strict=False)
    except (ValueError, RecursionError):
        try:
            root = json.loads(_TRAILING.sub(r"\1", script), strict=False)
        except (ValueError, RecursionError):
            return
    waiting, walked = [root], 0
    while waiting and walked < _WALKED:
        node = waiting.pop(0)
        walked += 1
        if isinstance(node, list):
            waiting.extend(node[:200])
        elif isinstance(node, dict):
            kind = node.get("@type")
            kinds = kind if isinstance(kind, list) else [kind]
            if any(isinstance(one, str) and _ARTICLES.search(one) for one in kinds):
                yield node
            waiting.extend(
                value
                for key, value in node.items()
                if key in ("@graph", "mainEntity", "itemListElement", "item", "hasPart", "mainEntityOfPage")
            )


def _names(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value.strip()
    elif isinstance(value, dict):
        name = value.get("name")
        yield from _names(name) if isinstance(name, list) else [_text(name)]
    elif isinstance(value, list):
        for one in value[:20]:
            yield from _names(one)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list) and value:
        return _text(value[0])
    if isinstance(value, dict):
        return _text(value.get("@id") or value.get("@value"))
    return ""


def _free(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(str(value).strip().lower())
