"""Feed bytes in, entries out: RSS, Atom, RDF and JSON Feed; the only room that knows feedparser."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import feedparser

from bot.core import entry_names, items, jsonfeed, seen
from bot.core.charsets import decoded
from bot.core.dates import read_date
from bot.core.items import MAX_ENTRIES, MAX_TITLE, Raw
from bot.core.languages import language
from bot.core.markup import plain_line
from bot.core.slices import Slices, slices, without_cut_item
from bot.core.urls import safe_link
from bot.core.xmltext import mended, root_name
from bot.errors import FeedError
from bot.model import Entry, FeedDocument

# Ours instead of a reader that is not installed, which feedparser would look for with every document.
feedparser.api.PREFERRED_XML_PARSERS[:] = ["bot.core.xmlreader"]
# Dates are read by core.dates, which knows MSK and KST: feedparser need not try its ten readers on each.
feedparser.datetimes._date_handlers[:] = []  # noqa: SLF001 - it offers a way in (registerDateHandler) and none out

_NO_FEEDS = {"opml": "an OPML list", "urlset": "a sitemap", "sitemapindex": "a sitemap index"}
MAX_BODY = 20 * 1024 * 1024  # bytes; the client's cap for feeds is lower
_DATE_IN_ITEM = re.compile(
    r"<(?:[\w.-]+:)?(?:pubDate|published|updated|date|issued|modified)\b[^>]{0,200}>([^<]{6,60})<", re.IGNORECASE
)
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NOT_FEEDS = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"PK\x03\x04", "zip"),
    (b"\x1f\x8b", "gzip"),
)


def parse(
    body: bytes,
    *,
    url: str,
    headers: tuple[tuple[str, str], ...],
    now: datetime,
    feed: str = "",
    memory: str = "",
) -> FeedDocument:
    """The entries of one feed document, newest first, and its hints for pacing.

    Relative links are resolved against `url`, where the bytes came from. `feed` is the feed's configured URL, from which entry
    ids are minted wherever redirects lead (default: `url`). With the `memory` of the last reading, items whose raw text has
    not changed since are left out of `entries` and only counted in `known`: see core.seen. Raises FeedError,
    and nothing else, with reason `empty`, `html`, `opml`, `urlset`, `pdf`, `image`, `zip`, `gzip`,
    `json`, `too-large` or `malformed`.
    """
    try:
        return _parse(body, _Source(url, feed or url, now), dict(headers), seen.decoded(memory))
    except FeedError:
        raise
    except (Exception, RecursionError) as error:  # noqa: BLE001 - R-30: any bytes give a result or a FeedError; feedparser raises at will
        raise FeedError(f"unreadable feed: {type(error).__name__}: {str(error)[:200]}", subject=url) from None


@dataclass(frozen=True, slots=True)
class _Source:
    """Whose document it is, where it came from and when."""

    url: str
    feed: str
    now: datetime


def _parse(body: bytes, source: _Source, headers: Mapping[str, str], memory: seen.Memory | None) -> FeedDocument:
    if not body.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise FeedError("the feed is empty", reason="empty", subject=source.url)
    if len(body) > MAX_BODY:
        raise FeedError(f"the feed has {len(body)} bytes", reason="too-large", subject=source.url)
    for magic, reason in _NOT_FEEDS:
        if body.startswith(magic):
            raise FeedError(f"not a feed but {reason}", reason=reason, subject=source.url)
    read = decoded(body, headers.get("content-type", ""))
    text = read.text.lstrip("\ufeff \t\r\n\x00")
    notes = (read.note,) if read.note else ()
    if text.startswith(("{", "[")):
        document, raws = jsonfeed.read(text, source.url)
        return _finished(document, items.entries(raws, document.lang, source.feed, source.url, source.now), notes)
    root = root_name(text)
    if root in ("html", "body", "head", "script", "div", "p", "h1"):
        raise FeedError("an HTML page instead of a feed", reason="html", subject=source.url)
    if root in ("opml", "urlset", "sitemapindex"):
        raise FeedError(f"{_NO_FEEDS[root]}, no feed", reason=root, subject=source.url)
    text, doctype = mended(text)
    parts = slices(text)
    if memory and parts and len(parts.spans) <= MAX_ENTRIES and seen.frame_of(parts) == memory.frame:
        partial = _only_new(parts, memory, doctype, source)
        if partial is not None:
            return _finished(*partial, notes)
    return _finished(*_whole(text, parts, doctype, source), notes)


def _whole(text: str, parts: Slices | None, doctype: str, source: _Source) -> tuple[FeedDocument, list[Entry]]:
    """Every item of the document, and the memory for next time where it is well-formed."""
    notes: list[str] = []
    if parts is None and (whole := without_cut_item(text)) != text:
        text, parts = whole, slices(whole)
        notes.append("truncated: the last entry was cut off and left out")
    if parts and len(parts.spans) > MAX_ENTRIES:
        notes.append(f"{len(parts.spans)} entries cut to {MAX_ENTRIES}")
        text = parts.keep(_newest(parts))
        parts = slices(text)
    try:
        found = read_xml(text)
    except (Exception, RecursionError) as error:
        if parts is None:
            raise
        found = _one_by_one(parts, error)
        notes.append("unreadable entries left out")
    usable = [
        entry
        for entry in found["entries"]
        if dict.get(entry, "id") or dict.get(entry, "link") or dict.get(entry, "title")
    ]
    document = _described(found, parts, text, doctype, source.url, usable=bool(usable))
    raws = [_raw(entry) for entry in usable]
    entries = items.entries(raws, document.lang, source.feed, source.url, source.now)
    sound = parts is not None and not document.bozo and not notes and len(raws) == len(parts.spans)
    if sound and parts is not None and _independent(raws, entries, document.lang):
        made = seen.remembered(parts, zip(seen.hashes(parts), map(_sighting, entries), strict=True))
        document = replace(document, memory=made.encoded() if made else "")
    return replace(document, notes=tuple(notes)), entries


def _only_new(
    parts: Slices, memory: seen.Memory, doctype: str, source: _Source
) -> tuple[FeedDocument, list[Entry]] | None:
    """The document with its unread items only, or None where only the whole tells what they are."""
    marks = seen.hashes(parts)
    fresh = [index for index, mark in enumerate(marks) if mark not in memory.items]
    text = parts.keep(fresh)
    found = read_xml(text)
    if found.get("bozo") or len(found["entries"]) != len(fresh):
        return None
    document = _described(found, parts, text, doctype, source.url, usable=True)
    raws = [_raw(entry) for entry in found["entries"]]
    entries = items.entries(raws, document.lang, source.feed, source.url, source.now)
    if not _independent(raws, entries, document.lang):
        return None
    by_mark = {marks[index]: _sighting(entry) for index, entry in zip(fresh, entries, strict=True)}
    sightings = [(mark, by_mark.get(mark) or memory.items[mark]) for mark in marks]
    made = seen.remembered(parts, sightings)
    if made is None:
        return None
    known = tuple(sighting.published for mark, sighting in sightings if mark not in by_mark)
    return replace(document, known=known, memory=made.encoded()), entries


def _independent(raws: list[Raw], entries: list[Entry], lang: str) -> bool:
    """Whether each item means the same without the others: no zone judged by all, no identity made of a guessed date."""
    return not items.guesses_zone(raws, lang) and all(entry_names.named_by_itself(entry) for entry in entries)


def _sighting(entry: Entry) -> seen.Sighting:
    return seen.Sighting(seen.name_hash(entry_names.name_of(entry)), entry.published)


def _described(found: Any, parts: Slices | None, text: str, doctype: str, url: str, *, usable: bool) -> FeedDocument:
    """The document without its entries; raises FeedError for what is no feed (R-26)."""
    meta = found["feed"]
    version = str(found.get("version") or ("rss091n" if "netscape" in doctype.lower() else ""))
    if not usable and (found.get("bozo") or not version):
        why = str(found.get("bozo_exception", "")) or f"no feed in it, the first element is <{root_name(text)[:40]}>"
        raise FeedError(f"no readable feed: {why[:200]}", subject=url)
    links = {str(link.get("rel", "")): str(link.get("href", "")) for link in reversed(meta.get("links", []))}
    frame = parts.frame if parts else text[:50_000]
    hours = [int(hour) for hour in _in_frame(frame, "skipHours", "hour") if hour.isdigit()]
    days = [day.lower() for day in _in_frame(frame, "skipDays", "day")]
    return FeedDocument(
        version=version or "unknown",
        title=plain_line(str(meta.get("title", "")), MAX_TITLE),
        entries=(),
        link=safe_link(str(meta.get("link", "")), url),
        lang=language(str(meta.get("language", ""))),
        ttl=_ttl(meta),
        skip_hours=frozenset(hour % 24 for hour in hours if hour <= 24),
        skip_days=frozenset(_DAYS.index(day) for day in days if day in _DAYS),
        prev_archive=safe_link(links.get("prev-archive", ""), url),
        next_page=safe_link(links.get("next", ""), url),
        bozo=str(found.get("bozo_exception", "malformed"))[:200] if found.get("bozo") else "",
    )


def read_xml(text: str) -> Any:
    """Feedparser's result for mended text. Always a stream, never a URL or path: those it would open (R-45)."""
    data = b'<?xml version="1.0" encoding="utf-8"?>\n' + text.encode("utf-8", "replace")
    return feedparser.parse(
        io.BytesIO(data),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,  # everything becomes plain text here
        resolve_relative_uris=False,
    )


def _one_by_one(parts: Slices, error: BaseException) -> Any:
    """The document read one item at a time, so that the item that makes feedparser raise costs only itself."""
    result: Any = None
    for index in range(len(parts.spans)):
        try:
            found = read_xml(parts.keep([index]))
        except (Exception, RecursionError):  # noqa: BLE001, S112 - the same error again, now known to be this item's
            continue
        if result is None:
            result = found
        else:
            result["entries"].extend(found["entries"])
    if result is None:
        raise error
    return result


def _newest(parts: Slices) -> list[int]:
    """The indexes of the newest MAX_ENTRIES items in document order, by the first date in their raw text."""
    dated = []
    for index, (start, end) in enumerate(parts.spans):
        found = _DATE_IN_ITEM.search(parts.text, start, end)
        reading = read_date(found[1]) if found else None
        dated.append((reading.at.timestamp() if reading else float("-inf"), -index))
    best = sorted(dated, reverse=True)[:MAX_ENTRIES]
    return sorted(-index for _, index in best)


def _raw(entry: Any) -> Raw:
    def text(name: str) -> str:
        value = dict.get(entry, name)  # FeedParserDict would answer `updated` with `published`
        return value if isinstance(value, str) else ""

    content = max((str(part.get("value", "")) for part in dict.get(entry, "content") or []), key=len, default="")
    names = [str(author.get("name", "")) for author in dict.get(entry, "authors") or [] if author]
    source = dict.get(entry, "source")
    detail = dict.get(entry, "title_detail")
    return Raw(
        guid=text("id"),
        link=text("feedburner_origlink") or text("link"),
        title=text("title"),
        summary="" if text("summary") == content else text("summary"),  # feedparser repeats a lone content as summary
        content=content,
        published=text("published") or text("created"),
        updated=text("updated"),
        authors=tuple(name for name in names if name) or ((text("author"),) if text("author") else ()),
        outlet=str(source.get("title", "")) if isinstance(source, dict) else "",
        lang=str(detail.get("language") or "") if isinstance(detail, dict) else "",
    )


def _finished(document: FeedDocument, entries: list[Entry], notes: tuple[str, ...]) -> FeedDocument:
    named = items.newest_first(entry_names.named(entries))
    return replace(document, entries=tuple(named[:MAX_ENTRIES]), notes=document.notes + notes)


def _ttl(meta: Any) -> timedelta | None:
    """The feed's own wish: rss `ttl` in minutes or sy:updatePeriod / updateFrequency; nonsense gives None."""
    try:
        ttl = float(str(meta.get("ttl", "")).strip() or 0)
        if ttl > 0:
            return timedelta(minutes=min(ttl, 60 * 24 * 366))
        hours = _PERIODS.get(str(meta.get("sy_updateperiod", "")).strip().lower())
        if hours is None:
            return None
        frequency = float(str(meta.get("sy_updatefrequency", "")).strip() or 1)
        return timedelta(hours=min(hours / frequency, 24 * 366)) if frequency > 0 else None
    except (ValueError, OverflowError):
        return None


def _in_frame(frame: str, outer: str, inner: str) -> list[str]:
    block = re.search(rf"<{outer}\b[^>]*>(.{{0,3000}}?)</{outer}\s*>", frame, re.IGNORECASE | re.DOTALL)
    return re.findall(rf"<{inner}\b[^>]*>\s*(\w{{1,10}})\s*</{inner}", block[1], re.IGNORECASE) if block else []
