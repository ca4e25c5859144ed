"""Which feeds a page offers: what it declares in its head, then links that look like feeds; for `feeds discover`."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from bot.core.charsets import decoded
from bot.core.markup import plain_line
from bot.core.urls import alias, safe_link, same_site

MAX_FOUND = 50
MAX_TAGS = 10_000  # links looked at; a page has hundreds
_TYPES = {
    "application/rss+xml": "rss",
    "application/atom+xml": "atom",
    "application/rdf+xml": "rdf",
    "application/feed+json": "json",
    "application/x-rss+xml": "rss",
    "text/rss+xml": "rss",
}
# Possessive: each tag is read once, however broken. Quotes may hold ">".
_TAG = re.compile(r"""<(link|a|base)\b((?:[^<>"']++|"[^"<]*+"|'[^'<]*+'|["'])*+)>""", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z:-]{1,30})\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""")
_LIKE_A_FEED = re.compile(
    r"(?:^|[/._-])(?:rss2?|feeds?|atom|rdf)(?:[/._-]|$)|\.(?:rss|atom|rdf)$|[?&](?:feed|format|type)=(?:rss2?|atom)",
    re.IGNORECASE,
)
_NO_FEED = re.compile(r"(?:^|[/._-])comments?(?:[/._-]|$)|\.(?:html?|css|js|png|jpe?g|svg|ico)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One feed that a page offers. `kind` is rss, atom, rdf, json or "" where only the link looks like one."""

    url: str
    title: str = ""
    kind: str = ""
    declared: bool = False


def offers(body: bytes, *, url: str, content_type: str = "") -> tuple[Offer, ...]:
    """The feeds of a page, declared ones first, each once, comment feeds left out. Linear in the page, whatever it holds."""
    text = decoded(body[:2_000_000], content_type).text
    base = url
    declared: list[Offer] = []
    linked: list[Offer] = []
    for found in islice(_TAG.finditer(text), MAX_TAGS):
        given = {
            name.lower(): html.unescape(one or two or three) for name, one, two, three in _ATTRIBUTE.findall(found[2])
        }
        href = given.get("href", "").strip()
        link = safe_link(href, base) if href else ""
        if not link:
            continue
        tag = found[1].lower()
        if tag == "base":
            base = link
        elif tag == "link":
            kind = _TYPES.get(given.get("type", "").split(";")[0].strip().lower(), "")
            if kind and "alternate" in given.get("rel", "alternate").lower().split():
                title = plain_line(given.get("title", ""), 200)
                if not _NO_FEED.search(urlsplit(link).path):
                    declared.append(Offer(url=link, title=title, kind=kind, declared=True))
        elif same_site(link, url) and len(linked) < 1000:
            parts = urlsplit(link)
            if _LIKE_A_FEED.search(
                f"{parts.path}?{parts.query}" if parts.query else parts.path
            ) and not _NO_FEED.search(parts.path):
                linked.append(Offer(url=link, title=plain_line(given.get("title", ""), 200)))
    kept: dict[str, Offer] = {}
    for offer in (*declared, *linked):
        kept.setdefault(alias(offer.url), offer)
    return tuple(kept.values())[:MAX_FOUND]
