"""Sitemaps: from robots.txt through indexes to the pages that may belong to the window."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from bot.core.dates import parse_date
from bot.core.entry_names import entry_id
from bot.core.text import one_line
from bot.core.units import MARGIN, Finding, Leads, Missed, Partial, Unit, Window
from bot.core.urls import safe_link
from bot.model import Entry
from bot.ports import Fetch
from bot.sources.asking import Ask, unzipped

GUESSES = ("/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml")
MAX_URLS = 50_000  # of one file, as the protocol has it
CAP = 50 * 1024 * 1024  # bytes of one file, unzipped, as the protocol has it
TOGETHER = 25  # pages in one unit


@dataclass(frozen=True, slots=True)
class Place:
    """One line of a sitemap."""

    url: str
    modified: datetime | None = None
    published: datetime | None = None
    title: str = ""


class Sitemaps:
    """Units are a site, a file, or a few pages. A loop of indexes ends because a unit is done once."""

    name = "sitemaps"

    def __init__(self, sites: Sequence[str], fetch: Fetch, pause: Callable[[float], None]) -> None:
        self._sites, self._fetch, self._pause = [site.rstrip("/") for site in sites], fetch, pause

    def plan(self, window: Window) -> Iterator[Unit]:
        """One unit a site."""
        for site in self._sites:
            yield self._unit(url=site, site=True)

    def _unit(self, requests: int = 1, **key: Any) -> Unit:
        return Unit(source=self.name, key=json.dumps(key), requests=requests, bytes=requests * 150_000)

    def read(self, unit: Unit, window: Window) -> Iterator[Finding]:
        """The files of a site, the pages of a file, or the pages themselves."""
        key = json.loads(unit.key)
        if "pages" in key:
            places = [Place(url, None, parse_date(date), title) for url, date, title in key["pages"]]
            titled = tuple(self._entry(place) for place in places if place.title)
            bare = tuple(self._entry(place) for place in places if not place.title)
            if titled:
                yield Leads(entries=titled, place=key["url"])
            if bare:
                yield Leads(entries=bare, place=key["url"], all=True)
        elif "site" in key:
            yield from self._site(key["url"])
        else:
            yield from self._file(key["url"], "guess" in key, window)

    def _entry(self, place: Place) -> Entry:
        return Entry(
            id=entry_id("sitemap", place.url),
            feed="sitemap:",
            guid=place.url,
            url=place.url,
            title=place.title,
            published=place.published,
            published_basis="given" if place.published else "none",
        )

    def _site(self, site: str) -> Iterator[Finding]:
        ask = Ask(self._fetch, self._pause, purpose="robots")
        answer = ask(f"{site}/robots.txt")
        named = (
            re.findall(r"(?im)^\s*sitemap\s*:\s*(\S+)", answer.body.decode("utf-8", "replace"))
            if answer.status == 200
            else []
        )
        links = [link for name in named if (link := safe_link(name, f"{site}/"))]
        yield ask.read()
        for url in dict.fromkeys(links):
            yield self._unit(url=url)
        if not links:
            for guess in GUESSES:
                yield self._unit(url=site + guess, guess=True)

    def _file(self, url: str, guess: bool, window: Window) -> Iterator[Finding]:
        ask = Ask(self._fetch, self._pause, purpose="page")
        answer = ask(url, cap=CAP)
        yield ask.read()
        if answer.status != 200:
            if not guess:  # a guess that was wrong is no loss
                yield Missed(place=url, reason=f"HTTP {answer.status}")
                yield Partial(reason=f"{url} could not be read")
            return
        body = unzipped(answer.body, CAP)
        files, pages, broken = parse(body, url)
        if broken:
            yield Missed(place=url, reason=broken)
            yield Partial(reason=f"{url} could not be read whole")
        for place in files[:MAX_URLS]:
            # A newer date proves nothing, an older one does: nothing in the file was touched since.
            if window.since and place.modified and place.modified < window.since - MARGIN:
                continue
            yield self._unit(url=place.url)
        wanted = [place for place in pages[:MAX_URLS] if _possible(place, window)]
        if len(pages) > MAX_URLS:
            yield Partial(reason=f"{url} lists more than {MAX_URLS:,} pages")
        for start in range(0, len(wanted), TOGETHER):
            part = wanted[start : start + TOGETHER]
            lines = [[one.url, one.published.isoformat() if one.published else "", one.title] for one in part]
            yield self._unit(len(part), url=url, part=start // TOGETHER + 1, pages=lines)


def _possible(place: Place, window: Window) -> bool:
    if place.published and not (window.holds(place.published) or _near(place.published, window)):
        return False
    return not (window.since and place.modified and place.modified < window.since - MARGIN)


def _near(at: datetime, window: Window) -> bool:
    return (window.since is None or at >= window.since - MARGIN) and (
        window.until is None or at < window.until + MARGIN
    )


def parse(body: bytes, url: str) -> tuple[list[Place], list[Place], str]:
    """(child files, pages, what is wrong) of a sitemap: XML index or leaf, or plain text with a URL a line."""
    head = body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head.startswith(b"<"):
        lines = body.decode("utf-8", "replace").split()
        pages = [Place(link) for line in lines[: MAX_URLS + 1] if (link := safe_link(line, url))]
        return [], pages, "" if pages else "no sitemap: neither XML nor a list of addresses"
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        return [], [], f"no XML: {error}"
    if root is None:
        return [], [], "no XML in it"
    name = etree.QName(root).localname.lower()
    if name not in {"sitemapindex", "urlset"}:
        return [], [], f"no sitemap: <{name}>"
    places = [place for node in root if isinstance(node.tag, str) and (place := _place(node, url)) is not None]
    broken = "" if not parser.error_log else f"broken off: {str(parser.error_log[0].message)[:100]}"
    return (places, [], broken) if name == "sitemapindex" else ([], places, broken)


def _place(node: Any, base: str) -> Place | None:
    values: dict[str, str] = {}
    for inner in node.iter():
        if isinstance(inner.tag, str) and inner.text and inner.text.strip():
            values.setdefault(etree.QName(inner).localname.lower(), inner.text.strip())
    link = safe_link(values.get("loc", ""), base)
    if not link:
        return None
    # A mirror may list its own pages under another scheme, never another site's.
    if urlsplit(link).hostname is None:
        return None
    return Place(
        link, parse_date(values.get("lastmod", "")), parse_date(values.get("publication_date", "")), one_line(values.get("title", ""), 500)
    )  # fmt: skip
