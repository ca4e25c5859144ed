"""One item of a feed as its format names it, and what becomes of it: a clean entry within the caps (R-25, R-35, R-37)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.dates import LOCAL_ZONE, Reading, plausible, read_date
from bot.core.languages import language
from bot.core.markup import plain, plain_line
from bot.core.urls import MAX_URL, safe_link
from bot.model import Entry

# A title or summary beyond these is cut with a note; of more entries the newest are kept.
MAX_ENTRIES = 500
MAX_TITLE = 500
MAX_SUMMARY = 20_000
MAX_CONTENT = 200_000


@dataclass(frozen=True, slots=True)
class Raw:
    """One entry as its format names it, before anything is cleaned; what the two readers (XML, JSON) agree on."""

    guid: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    published: str = ""
    updated: str = ""
    authors: tuple[str, ...] = ()
    outlet: str = ""
    lang: str = ""


def entries(raws: Iterable[Raw], lang: str, feed: str, url: str, now: datetime) -> list[Entry]:
    """The items as entries of `feed`, in document order and not yet named; relative links are resolved against `url`."""
    raws = list(raws)
    zone = LOCAL_ZONE.get(lang.split("-", maxsplit=1)[0])
    readings = [(read_date(raw.published, zone=zone), read_date(raw.updated, zone=zone)) for raw in raws]
    # A feed that calls its local time GMT shows dates that have not come yet: all its zero-offset dates are mended alike.
    shifted = zone is not None and any(
        first is not None and now + timedelta(minutes=10) < first.at <= now + zone and _claims_utc(raw.published)
        for raw, (first, _) in zip(raws, readings, strict=True)
    )
    shift = zone if shifted and zone else timedelta(0)
    return [
        _entry(raw, published, updated, shift if _claims_utc(raw.published) else timedelta(0), feed, url, now)
        for raw, (published, updated) in zip(raws, readings, strict=True)
    ]


def guesses_zone(raws: Iterable[Raw], lang: str) -> bool:
    """Whether the zone of these dates is judged by all of them together."""
    return lang.split("-", maxsplit=1)[0] in LOCAL_ZONE and any(_claims_utc(raw.published) for raw in raws)


def _claims_utc(text: str) -> bool:
    return bool(re.search(r"(?:GMT|UTC|UT|Z|[+-]00:?00)\s*$", text))


def _entry(
    raw: Raw, published: Reading | None, updated: Reading | None, shift: timedelta, feed: str, url: str, now: datetime
) -> Entry:
    notes = [reading.note for reading in (published,) if reading and reading.note]
    if shift:
        notes.append("local time called GMT, mended")
    at = plausible(published.at - shift, now) if published else None
    changed = plausible(updated.at - shift, now) if updated else None
    if (raw.published and at is None) or (raw.updated and changed is None):
        notes.append("unreadable or impossible date ignored")
    title = plain_line(raw.title)
    if len(title) > MAX_TITLE:
        title = title[:MAX_TITLE].rstrip()
        notes.append(f"title cut to {MAX_TITLE}")
    summary = plain(raw.summary, MAX_SUMMARY + 1)
    if len(summary) > MAX_SUMMARY:
        summary = summary[:MAX_SUMMARY].rstrip()
        notes.append(f"summary cut to {MAX_SUMMARY}")
    content = plain(raw.content, MAX_CONTENT)
    link = safe_link(raw.link, url) if raw.link else ""
    if not link and raw.guid.lower().startswith(("http://", "https://")):
        link = safe_link(raw.guid)
    if raw.link and not link:
        notes.append(f"link over {MAX_URL} dropped" if len(raw.link) > MAX_URL else "link is no web address")
    return Entry(
        id="",
        feed=feed,
        guid=raw.guid.strip()[:MAX_URL],
        url=link,
        title=title,
        summary=summary,
        content="" if content == summary else content,
        published=at or changed,
        published_basis="entry" if at or changed else "none",
        updated=changed,
        authors=tuple(name for name in (plain_line(author, 120) for author in raw.authors[:10]) if name),
        outlet=plain_line(raw.outlet, 120),
        lang=language(raw.lang),
        notes=tuple(dict.fromkeys(notes)),
    )


def newest_first(entries: list[Entry]) -> list[Entry]:
    """By date, newest first; an undated entry keeps its place beside the one before it in the document."""
    keyed, last = [], float("inf")
    for index, entry in enumerate(entries):
        last = entry.published.timestamp() if entry.published else last
        keyed.append((-last, index, entry))
    return [entry for _, _, entry in sorted(keyed, key=lambda row: row[:2])]
