"""GDELT: the GKG 2.1 files of every quarter of an hour, and the DOC 2.0 search; both name pages, neither holds their text.

What only the body of a page names is not found here: title and entity level.
"""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlencode

from bot.core.dates import parse_date
from bot.core.entry_names import entry_id
from bot.core.text import one_line
from bot.core.units import Finding, Leads, Missed, Partial, Read, Unit, Window
from bot.core.urls import safe_link
from bot.errors import FetchError
from bot.model import Entry, Response
from bot.ports import Fetch
from bot.sources.asking import Ask, Paced, said, stamp

BULK = "http://data.gdeltproject.org/gdeltv2"  # plain http: its certificate has been wrong for long stretches
FIRST = datetime(2015, 2, 18, tzinfo=UTC)  # of GKG 2.1
EDITIONS = ("gkg", "translation.gkg")  # English, and what GDELT translated
MAX_FILE = 400 * 1024 * 1024  # bytes of one unzipped file
COLUMNS = 27
DOC = "https://api.gdeltproject.org/api/v2/doc/doc"
DOC_GAP = 6.5  # seconds between searches; it allows one every five
DOC_MOST = 250  # results of one search
DOC_LEAST = timedelta(minutes=15)  # shorter windows are not told apart
QUERY = '("north korea" OR pyongyang OR dprk) (russia OR moscow OR kremlin)'
_TITLE = re.compile(r"<PAGE_TITLE>(.*?)</PAGE_TITLE>", re.DOTALL)
_COUNTRIES = {"#KN#": "North Korea", "#RS#": "Russia"}  # FIPS codes in the locations
_LANGUAGES = {"English": "en", "Korean": "ko", "Russian": "ru", "Ukrainian": "uk", "Japanese": "ja", "Chinese": "zh", "German": "de",
              "French": "fr", "Spanish": "es", "Polish": "pl"}  # fmt: skip
# Errors come as text, some under HTTP 200: (sign, what to do about it).
_REFUSALS = (
    ("limit requests", "busy"), ("too short or too long", "query"), ("surrounded by ()", "query"), ("parenthes", "query"),
    ("phrase is too short", "query"), ("illegal character", "query"), ("had an error", "query"), ("timespan", "query"),
)  # fmt: skip


class Gkg:
    """One unit an hour and edition: four files, each of which may be absent. `wants` is the gate over names and titles."""

    name = "gdelt"

    def __init__(
        self, fetch: Fetch, wants: Callable[[str], bool], pause: Callable[[float], None], base: str = BULK
    ) -> None:  # fmt: skip
        self._fetch, self._wants, self._pause, self._base = fetch, wants, pause, base.rstrip("/")

    def plan(self, window: Window) -> Iterator[Unit]:
        """Every hour of the window, both editions."""
        for day in window.days():
            for hour in range(24):
                at = day + timedelta(hours=hour)
                if at < FIRST or not _touches(at, timedelta(hours=1), window):
                    continue
                for edition in EDITIONS:
                    key = json.dumps({"url": f"{self._base}/", "hour": f"{at:%Y%m%d%H}", "edition": edition})
                    yield Unit(source=self.name, key=key, requests=4, bytes=4 * 7_000_000)

    def read(self, unit: Unit, window: Window) -> Iterator[Finding]:
        """The rows of four files whose names and titles pass the gate, as leads."""
        key = json.loads(unit.key)
        ask = Ask(self._fetch, self._pause)
        for minute in (0, 15, 30, 45):
            url = f"{self._base}/{key['hour']}{minute:02d}00.{key['edition']}.csv.zip"
            answer = ask(url)
            yield ask.read()
            if answer.status == 404:
                yield Missed(place=url, reason="absent")
                continue
            if answer.status != 200:
                raise FetchError(f"{url}: HTTP {answer.status}", subject=url)
            yield from self._file(answer, url)

    def _file(self, answer: Response, url: str) -> Iterator[Finding]:
        rows = dropped = bad = 0
        entries: list[Entry] = []
        try:
            for line in _lines(answer.body):
                rows += 1
                columns = line.split("\t")
                if len(columns) != COLUMNS:
                    bad += 1
                    continue
                entry = self._entry(columns, url)
                if entry is None:
                    dropped += 1
                else:
                    entries.append(entry)
        except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError) as error:
            yield Missed(place=url, reason=f"broken zip: {error}")
            yield Partial(reason="files of GDELT that were broken")
        if bad:
            yield Missed(place=url, reason=f"{bad} rows without {COLUMNS} columns")
        yield Read(documents=rows - len(entries), dropped=dropped)
        yield Leads(entries=tuple(entries), place=url, all=True)

    def _entry(self, columns: Sequence[str], feed: str) -> Entry | None:
        link = safe_link(columns[4], "")
        if not link or columns[2] != "1":
            return None
        found = _TITLE.search(columns[26])
        title = one_line(html.unescape(found[1]), 500) if found else ""
        countries = [name for sign, name in _COUNTRIES.items() if sign in columns[9] or sign in columns[10]]
        names = (columns[11], columns[13], columns[23])
        text = "\n".join((title, unquote(columns[4]).replace("-", " "), *names, *countries))
        if not self._wants(text.replace(";", "\n")):
            return None
        seen = parse_date(columns[1])
        return Entry(
            id=entry_id("gdelt", link),
            feed=feed,
            guid=columns[0],
            url=link,
            title=title,
            summary=" · ".join(dict.fromkeys(countries)),
            published=seen,
            published_basis="first-seen",
        )


def _lines(body: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        names = archive.infolist()
        if len(names) != 1 or names[0].file_size > MAX_FILE:
            raise zipfile.BadZipFile(f"{len(names)} files, {sum(one.file_size for one in names)} bytes")
        with archive.open(names[0]) as stream:
            for line in io.TextIOWrapper(stream, encoding="utf-8", errors="replace", newline="\n"):
                if line.strip():
                    yield line.rstrip("\n")


class Doc:
    """One unit a day and query; a full answer is cut in two until it is not full."""

    name = "gdelt-doc"

    def __init__(
        self, fetch: Fetch, pause: Callable[[float], None], base: str = DOC, queries: Sequence[str] = (QUERY,)
    ) -> None:  # fmt: skip
        # One gap for all threads: the search counts what comes from one address.
        self._fetch: Fetch = Paced(fetch, 1 / DOC_GAP, pause)
        self._pause, self._base, self._queries = pause, base, queries

    def plan(self, window: Window) -> Iterator[Unit]:
        """One unit a day and query."""
        for day in window.days():
            for query in self._queries:
                first, last = (
                    max(day, window.since or day),
                    min(day + timedelta(days=1), window.until or day + timedelta(days=1)),
                )
                yield self._unit(query, first, last)

    def _unit(self, query: str, first: datetime, last: datetime) -> Unit:
        key = json.dumps({"query": query, "from": first.isoformat(), "to": last.isoformat()})
        return Unit(source=self.name, key=key, requests=1, bytes=100_000)

    def read(self, unit: Unit, window: Window) -> Iterator[Finding]:
        """What one search found, or two halves of it where there was more than it tells."""
        key = json.loads(unit.key)
        first, last = datetime.fromisoformat(key["from"]), datetime.fromisoformat(key["to"])
        query = {
            "query": key["query"], "mode": "artlist", "format": "json", "maxrecords": DOC_MOST, "sort": "dateasc",
            "startdatetime": stamp(first), "enddatetime": stamp(last - timedelta(seconds=1)),
        }  # fmt: skip
        url = f"{self._base}?{urlencode(query)}"
        ask = Ask(self._fetch, self._pause, floor=DOC_GAP)
        rows = self._rows(ask, url)
        yield ask.read()
        if len(rows) >= DOC_MOST:
            if last - first >= 2 * DOC_LEAST:
                middle = first + (last - first) / 2
                yield self._unit(key["query"], first, middle)
                yield self._unit(key["query"], middle, last)
                return
            yield Partial(reason=f"{DOC_MOST} of {DOC_MOST} or more in one quarter of an hour: GDELT tells no more")
        yield Leads(entries=tuple(entry for row in rows if (entry := _article(row)) is not None), place=url, all=True)

    def _rows(self, ask: Ask, url: str) -> list[Any]:
        for _ in range(4):
            answer = ask(url)
            if answer.status == 200 and answer.body.lstrip()[:1] in {b"{", b"["}:
                found = ask.parsed(answer)
                rows = found.get("articles", []) if isinstance(found, dict) else []
                return rows if isinstance(rows, list) else []
            text = said(answer.body)
            kind = next((kind for sign, kind in _REFUSALS if sign in text.lower()), "")
            if kind != "busy":
                # Text where results should be is never "nothing found".
                raise FetchError(f"GDELT DOC: HTTP {answer.status}: {text or 'an empty answer'}", subject=url)
            self._pause(2 * DOC_GAP)
        raise FetchError("GDELT DOC: too busy, four times", subject=url)


def _article(row: Any) -> Entry | None:
    if not isinstance(row, dict):
        return None
    link = safe_link(str(row.get("url") or ""), "")
    if not link:
        return None
    title = re.sub(r"\s+([,.:;!?%)])", r"\1", one_line(str(row.get("title") or ""), 500))
    seen = parse_date(str(row.get("seendate") or ""))
    return Entry(
        id=entry_id("gdelt", link),
        feed="gdelt-doc:",
        guid=link,
        url=link,
        title=title,
        published=seen,
        published_basis="first-seen",
        lang=_LANGUAGES.get(str(row.get("language")), ""),
    )


def _touches(at: datetime, span: timedelta, window: Window) -> bool:
    return (window.since is None or at + span > window.since) and (window.until is None or at < window.until)
