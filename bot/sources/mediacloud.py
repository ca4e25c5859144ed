"""Media Cloud: what its index holds for a query, day by day; titles and addresses, no texts. Needs a token."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from bot.core.dates import parse_date
from bot.core.entry_names import entry_id
from bot.core.text import one_line
from bot.core.units import Finding, Leads, Unit, Window
from bot.core.urls import safe_link
from bot.errors import FetchError
from bot.model import Entry
from bot.ports import Fetch
from bot.sources.asking import Ask, Paced

BASE = "https://search.mediacloud.org/api"
PLATFORM = "onlinenews-mediacloud"
QUERY = '("north korea" OR pyongyang OR dprk) AND (russia OR moscow OR kremlin)'
PAGE = 1000
GAP = 6.0  # seconds between requests: ten a minute


class MediaCloud:
    """One unit a week and page; the next page is named by the one before it."""

    name = "mediacloud"

    def __init__(
        self, fetch: Fetch, token: str, pause: Callable[[float], None], base: str = BASE, query: str = QUERY,
        collections: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self._fetch: Fetch = Paced(fetch, 1 / GAP, pause)
        self._token, self._pause = token, pause
        self._base, self._query, self._collections = base.rstrip("/"), query, collections

    def plan(self, window: Window) -> Iterator[Unit]:
        """Weeks."""
        first, last = window.since, window.until
        while first is not None and last is not None and first < last:
            after = min(first + timedelta(days=7), last)
            key = {"from": f"{first:%Y-%m-%d}", "to": f"{after - timedelta(microseconds=1):%Y-%m-%d}"}
            yield Unit(source=self.name, key=json.dumps(key), requests=1, bytes=500_000)
            first = after

    def read(self, unit: Unit, window: Window) -> Iterator[Finding]:
        """The stories of one page as leads."""
        key = json.loads(unit.key)
        query: list[tuple[str, str]] = [
            ("q", self._query), ("start", key["from"]), ("end", key["to"]), ("platform", PLATFORM), ("page_size", str(PAGE)),
            *(("cs", one) for one in self._collections),
        ]  # fmt: skip
        if key.get("token"):
            query.append(("pagination_token", key["token"]))
        ask = Ask(self._fetch, self._pause, floor=60.0, secrets=(self._token,))
        url = f"{self._base}/search/story-list?{urlencode(query)}"
        found = ask.json(url, headers=(("authorization", f"Token {self._token}"),))
        yield ask.read()
        stories = found.get("stories") if isinstance(found, dict) else None
        if not isinstance(stories, list):
            raise FetchError(f"Media Cloud: {str(found)[:160]}", subject=self._base)
        yield Leads(entries=tuple(entry for row in stories if (entry := _entry(row)) is not None), place=url, all=True)
        token = found.get("pagination_token")
        if token:
            more = {**key, "token": str(token)}
            yield Unit(source=self.name, key=json.dumps(more), requests=1, bytes=500_000)


def _entry(row: Any) -> Entry | None:
    if not isinstance(row, dict):
        return None
    link = safe_link(str(row.get("url") or ""), "")
    if not link:
        return None
    published = parse_date(str(row.get("publish_date") or ""))
    return Entry(
        id=entry_id("mediacloud", link),
        feed="mediacloud:",
        guid=str(row.get("id") or link),
        url=link,
        title=one_line(str(row.get("title") or ""), 500),
        published=published,
        published_basis="given" if published else "none",
        outlet=one_line(str(row.get("media_name") or ""), 120),
        lang=str(row.get("language") or "")[:2],
    )
