"""The Wayback Machine: what it holds of a host, month by month; pages and archived feed documents in their own bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from bot.core.dates import parse_date
from bot.core.units import FeedBytes, Finding, Missed, PageBytes, Partial, Unit, Window
from bot.errors import FetchError
from bot.model import Response
from bot.ports import Clock, Fetch
from bot.sources.asking import Ask, stamp

BASE = "https://web.archive.org"
ROWS = 100  # captures in one unit
MOST = 150_000  # rows that a query gives at all
PATIENCE = 60.0  # seconds after a 429, which comes without Retry-After
FILTERS = (
    "statuscode:200",
    "mimetype:(text/html|application/xhtml.xml|application/rss.xml|application/atom.xml|text/xml|application/xml)",
)
_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF)\b", re.IGNORECASE)
_STAMP = re.compile(r"/web/(\d{14})id_/")
_FIELDS = "timestamp,original,mimetype,digest,length"


class Wayback:
    """Units are a host and month, cut by the resume keys that the index gives; `sites` are hosts or URL prefixes."""

    name = "wayback"

    def __init__(
        self, sites: Sequence[str], fetch: Fetch, clock: Clock, pause: Callable[[float], None], base: str = BASE
    ) -> None:  # fmt: skip
        self._sites, self._fetch, self._clock, self._pause = sites, fetch, clock, pause
        self._base = base.rstrip("/")

    def plan(self, window: Window) -> Iterator[Unit]:
        """One unit a site and calendar month."""
        for site in self._sites:
            for year, month in window.months():
                yield self._unit(url=site, month=f"{year:04d}{month:02d}")

    def _unit(self, **key: str) -> Unit:
        return Unit(source=self.name, key=json.dumps(key), requests=ROWS + 1, bytes=ROWS * 100_000)

    def read(self, unit: Unit, window: Window) -> Iterator[Finding]:
        """The captures of one part of a month, and the next part."""
        key = json.loads(unit.key)
        ask = Ask(self._fetch, self._pause, floor=PATIENCE)
        rows, resume = self._index(ask, key, window)
        yield ask.read()
        for row in rows:
            yield from self._capture(ask, row, window)
            yield ask.read()
        if resume:
            yield self._unit(url=key["url"], month=key["month"], resume=resume)
        elif len(rows) >= MOST:
            yield Partial(reason=f"{key['url']} {key['month']}: the index gives {MOST:,} rows at most")

    def _index(self, ask: Ask, key: dict[str, str], window: Window) -> tuple[list[dict[str, str]], str]:
        year, month = int(key["month"][:4]), int(key["month"][4:])
        first = datetime(year, month, 1, tzinfo=UTC)
        after = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        site = key["url"]
        bare = "/" not in site.partition("://")[2].rstrip("/") and "/" not in site.removeprefix("http://").removeprefix(
            "https://"
        ).rstrip("/")
        query: list[tuple[str, str]] = [
            ("url", site.partition("://")[2].rstrip("/") or site if bare else site),
            ("matchType", "domain" if bare else "prefix"),
            ("from", stamp(max(first, window.since or first))),
            ("to", stamp(min(after, window.until or after))),
            ("output", "json"),
            *(("filter", one) for one in FILTERS),
            ("collapse", "digest"),
            ("fl", _FIELDS),
            ("limit", str(ROWS)),
            ("showResumeKey", "true"),
        ]
        if "resume" in key:
            query.append(("resumeKey", key["resume"]))
        found = ask.json(f"{self._base}/cdx/search/cdx?{urlencode(query)}")
        return _rows(found, self._base)

    def _capture(self, ask: Ask, row: dict[str, str], window: Window) -> Iterator[Finding]:
        original, at = row["original"], row["timestamp"]
        url = f"{self._base}/web/{at}id_/{original}"
        try:
            answer = ask(url, cap=10 * 1024 * 1024)
        except FetchError as error:
            yield Missed(place=url, reason=str(error))
            return
        if answer.status != 200:
            yield Missed(place=url, reason=f"HTTP {answer.status}")
            return
        landed = _STAMP.search(answer.url)
        when = parse_date(landed[1] if landed else at)
        if landed and landed[1] != at and when and window.until and when >= window.until:
            yield Missed(place=url, reason="the archive answered with a later capture, outside of the window")
            return
        if _FEED.search(answer.body[:2000]):
            pages = f"{self._base}/web/{at}id_/{{url}}"
            yield FeedBytes(body=answer.body, url=original, place=url, headers=answer.headers, pages=pages)
            return
        yield PageBytes(response=_own(answer, when), place=url, url=original)


def _own(answer: Response, when: datetime | None) -> Response:
    """The answer with the headers of the page itself, which the archive keeps under another name."""
    original = tuple(
        (name.removeprefix("x-archive-orig-"), value)
        for name, value in answer.headers
        if name.startswith("x-archive-orig-")
    )
    headers = original or tuple(pair for pair in answer.headers if pair[0] == "content-type")
    return replace(answer, headers=headers, fetched=when or answer.fetched)


def _rows(found: Any, base: str) -> tuple[list[dict[str, str]], str]:
    """(captures, resume key) of an answer of the index."""
    if not isinstance(found, list) or not all(isinstance(row, list) for row in found):
        raise FetchError(f"{base}: the index gave no table", subject=base)
    resume = ""
    if len(found) >= 2 and found[-2] == [] and len(found[-1]) == 1:
        resume = str(found[-1][0])
        found = found[:-2]
    if not found:
        return [], resume
    names, *rows = found
    kept = [dict(zip(map(str, names), map(str, row), strict=False)) for row in rows]
    return [row for row in kept if row.get("original") and row.get("timestamp")], resume
