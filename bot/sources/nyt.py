"""The New York Times' archive: everything of a month as metadata, with abstracts. Needs a key."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from bot.core.dates import parse_date
from bot.core.entry_names import entry_id
from bot.core.text import clean, one_line
from bot.core.units import Finding, Leads, Partial, Read, Unit, Window
from bot.core.urls import safe_link
from bot.errors import FetchError
from bot.model import Entry
from bot.ports import Fetch
from bot.sources.asking import Ask, Paced

BASE = "https://api.nytimes.com"
GAP = 12.0  # seconds between requests: five a minute


class NewYorkTimes:
    """One unit a calendar month. Pages are behind a wall: matched on headline, abstract and lead."""

    name = "nyt"

    def __init__(self, fetch: Fetch, key: str, pause: Callable[[float], None], base: str = BASE) -> None:
        self._fetch: Fetch = Paced(fetch, 1 / GAP, pause)
        self._key, self._pause, self._base = key, pause, base.rstrip("/")

    def plan(self, window: Window) -> Iterator[Unit]:
        """One unit a month."""
        for year, month in window.months():
            yield Unit(source=self.name, key=json.dumps({"month": f"{year}/{month}"}), requests=1, bytes=20_000_000)

    def read(self, unit: Unit, window: Window) -> Iterator[Finding]:
        """The month's articles that may belong to the window."""
        month = json.loads(unit.key)["month"]
        ask = Ask(self._fetch, self._pause, floor=GAP, secrets=(self._key,))
        found = ask.json(f"{self._base}/svc/archive/v1/{month}.json?api-key={self._key}")
        yield ask.read()
        answer = found.get("response") if isinstance(found, dict) else None
        docs = answer.get("docs") if isinstance(answer, dict) else None
        if not isinstance(docs, list):
            raise FetchError(f"New York Times: {str(found)[:160]}", subject=self._base)
        entries = [entry for row in docs if (entry := _entry(row)) is not None]
        yield Read(documents=len(docs) - len(entries))
        yield Leads(entries=tuple(entries), place=f"nyt {month}", pages="")
        hits = (answer or {}).get("meta", {}).get("hits")
        if isinstance(hits, int) and hits > len(docs):
            yield Partial(reason=f"New York Times {month}: {len(docs)} of {hits} articles given")


def _entry(row: Any) -> Entry | None:
    if not isinstance(row, dict):
        return None
    link = safe_link(str(row.get("web_url") or ""), "")
    headline = row.get("headline")
    title = one_line(str(headline.get("main") or "") if isinstance(headline, dict) else "", 500)
    if not link or not title:
        return None
    said = [clean(str(row.get(name) or "")) for name in ("abstract", "lead_paragraph")]
    published = parse_date(str(row.get("pub_date") or ""))
    return Entry(
        id=entry_id("nyt", link),
        feed="nyt:",
        guid=str(row.get("_id") or link),
        url=link,
        title=title,
        summary="\n".join(dict.fromkeys(filter(None, said))),
        published=published,
        published_basis="given" if published else "none",
        outlet="The New York Times",
        lang="en",
    )
