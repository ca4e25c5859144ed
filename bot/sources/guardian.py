"""The Guardian's Open Platform: search by day, with the whole text in the answer. Needs a key."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from bot.core.dates import parse_date
from bot.core.text import clean, one_line
from bot.core.units import Finding, Missed, Unit, Window, Words
from bot.errors import FetchError
from bot.ports import Fetch
from bot.sources.asking import Ask, Paced

BASE = "https://content.guardianapis.com"
QUERY = '("north korea" OR pyongyang OR dprk) AND (russia OR moscow OR kremlin)'
PAGE = 200  # the most that one answer holds
SPAN = timedelta(days=30)  # of one unit: few articles, and 500 requests a day are all there is
GAP = 1.0  # seconds between requests


class Guardian:
    """One unit a month and page."""

    name = "guardian"

    def __init__(
        self, fetch: Fetch, key: str, pause: Callable[[float], None], base: str = BASE, query: str = QUERY
    ) -> None:  # fmt: skip
        self._fetch: Fetch = Paced(fetch, 1 / GAP, pause)
        self._key, self._pause, self._base, self._query = key, pause, base.rstrip("/"), query

    def plan(self, window: Window) -> Iterator[Unit]:
        """Spans of 30 days."""
        first, last = window.since, window.until
        while first is not None and last is not None and first < last:
            after = min(first + SPAN, last)
            yield self._unit(first, after, 1)
            first = after

    def _unit(self, first: datetime, after: datetime, page: int) -> Unit:
        key = {"from": f"{first:%Y-%m-%d}", "to": f"{after - timedelta(microseconds=1):%Y-%m-%d}", "page": page}
        return Unit(source=self.name, key=json.dumps(key), requests=1, bytes=1_000_000)

    def read(self, unit: Unit, window: Window) -> Iterator[Finding]:
        """The articles of one answer; the first page says how many there are."""
        key = json.loads(unit.key)
        query = {
            "q": self._query, "from-date": key["from"], "to-date": key["to"], "page": key["page"], "page-size": PAGE,
            "order-by": "oldest", "show-fields": "bodyText,headline", "api-key": self._key,
        }  # fmt: skip
        ask = Ask(self._fetch, self._pause, secrets=(self._key,))
        found = ask.json(f"{self._base}/search?{urlencode(query)}")
        yield ask.read()
        answer = found.get("response") if isinstance(found, dict) else None
        if not isinstance(answer, dict) or answer.get("status") != "ok":
            raise FetchError(f"Guardian: {str(answer)[:160]}", subject=self._base)
        for row in answer.get("results") or ():
            yield _article(row)
        pages = answer.get("pages")
        if key["page"] == 1 and isinstance(pages, int):
            for number in range(2, pages + 1):
                yield Unit(source=self.name, key=json.dumps({**key, "page": number}), requests=1, bytes=1_000_000)


def _article(row: Any) -> Words | Missed:
    if not isinstance(row, dict) or not row.get("webUrl"):
        return Missed(place="guardian", reason="a result without an address")
    given = row.get("fields")
    fields: dict[str, Any] = given if isinstance(given, dict) else {}
    published = parse_date(str(row.get("webPublicationDate") or ""))
    return Words(
        title=one_line(str(fields.get("headline") or row.get("webTitle") or ""), 500),
        text=clean(str(fields.get("bodyText") or "")),
        place=str(row.get("id") or row["webUrl"]),
        url=str(row["webUrl"]),
        published=published,
        published_basis="given" if published else "none",
        lang="en",
        outlet="The Guardian",
    )
