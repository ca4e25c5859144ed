"""What a page's tree says without extraction: its paragraphs, its meta elements, its scripts, its own address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.text import one_line
from bot.core.urls import safe_link

LONG = 100_000  # characters of a script; those of articles are a tenth of it, live blogs have nearly a million


def densest(tree: Any) -> str:
    """The paragraphs that stand in the same kind of box (tag and class), of the kind that holds most text outside of links."""
    boxes: dict[str, list[str]] = {}
    for node in list(tree.iter("p"))[:1000]:
        text = one_line("".join(node.itertext()))
        linked = sum(len("".join(link.itertext())) for link in node.iter("a"))
        if len(text) - linked > 40:
            box = node.getparent()
            boxes.setdefault(f"{box.tag} {box.get('class', '')}", []).append(text)
    return "\n".join(max(boxes.values(), key=lambda texts: sum(map(len, texts)), default=[]))


def paragraphs(tree: Any) -> int:
    """Characters in the page's longer paragraphs: far more than the text means that the fast way took the wrong part."""
    lengths = (len("".join(node.itertext()).strip()) for node in list(tree.iter("p"))[:400])
    return sum(length for length in lengths if length > 60)


def scripts(tree: Any) -> list[str]:
    """The page's JSON-LD scripts, as they stand."""
    return [str(node.text or "") for node in tree.iterfind(".//script[@type='application/ld+json']")][:30]


def without_long_scripts(tree: Any) -> None:
    """Empty the JSON-LD scripts that are longer than LONG: where one is broken, trafilatura searches it for more than a second."""
    for node in tree.iterfind(".//script[@type='application/ld+json']"):
        if len(node.text or "") > LONG:
            node.text = None


def meta(tree: Any) -> dict[str, str]:
    """The page's meta elements by lower-case property or name; the first of each counts."""
    found: dict[str, str] = {}
    for node in tree.iterfind(".//meta[@content]"):
        name = (node.get("property") or node.get("name") or node.get("itemprop") or "").strip().lower()
        if name and name not in found and len(found) < 300:
            found[name] = str(node.get("content")).strip()[:5000]
    return found


def canonical(tree: Any, meta: Mapping[str, str], url: str) -> str:
    """The page's own name for itself: rel=canonical or og:url, absolute, or ""."""
    links = [str(node.get("href") or "") for node in tree.iterfind(".//link[@rel='canonical']")]
    for value in (*links[:1], meta.get("og:url", "")):
        link = safe_link(value, url) if value else ""
        if link:
            return link
    return ""
