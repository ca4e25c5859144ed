"""The nouns of backfill: a window of time, the smallest re-doable unit of work, and what reading a unit brings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol

from bot.model import DateBasis, Entry, Response

MARGIN = timedelta(days=1)
"""Dates on pages often have no zone: what lies this much outside of a window may still belong to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """[since, until): None is open. What has no date is inside: it cannot be shown to be outside."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, at: datetime | None) -> bool:
        """Whether something published at `at` belongs to the window."""
        if at is None:
            return True
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)

    def before(self, at: datetime | None) -> bool:
        """Whether `at` lies so far before the window that nothing older can belong to it."""
        return at is not None and self.since is not None and at < self.since - MARGIN

    def months(self) -> Iterator[tuple[int, int]]:
        """(year, month) of every calendar month that the window touches; both ends must be set."""
        if self.since is None or self.until is None:
            return
        last = self.until - timedelta(microseconds=1)
        number, stop = self.since.year * 12 + self.since.month - 1, last.year * 12 + last.month - 1
        while number <= stop:
            yield number // 12, number % 12 + 1
            number += 1

    def days(self) -> Iterator[datetime]:
        """Midnight UTC of every day that the window touches; both ends must be set."""
        if self.since is None or self.until is None:
            return
        day = self.since.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        while day < self.until:
            yield day
            day += timedelta(days=1)

    def words(self) -> str:
        """The window for a reader."""
        since = f"{self.since:%Y-%m-%d}" if self.since else "the beginning"
        until = f"{self.until - timedelta(microseconds=1):%Y-%m-%d}" if self.until else "now"
        return f"{since} to {until}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """The smallest piece of work that is done again as a whole; `key` says all that its source needs to know."""

    source: str
    key: str
    requests: int = 0  # estimate
    bytes: int = 0  # estimate of what is read, 0 where nobody can know

    def words(self) -> str:
        """The unit for a reader: its path or address, and which part of it."""
        try:
            key = json.loads(self.key)
        except ValueError:
            return self.key
        if not isinstance(key, dict):
            return self.key
        name = str(key.get("path") or key.get("url") or self.source)
        told = {"path", "url", "size", "changed", "stop", "pages", "ids"}
        rest = [
            part if value is True else f"{part} {value}"
            for part, value in key.items()
            if part not in told and value and value != name
        ]
        return " ".join([name, *rest])


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """An article that needs no extraction: plain text, a JSON line, a mail, an answer of an API."""

    title: str
    text: str
    place: str  # where it was read, for the report
    url: str = ""
    published: datetime | None = None
    published_basis: DateBasis = "none"
    lang: str = ""
    outlet: str = ""
    primary: bool = False  # a legal act in its issuer's own words
    quiet: bool = False  # part of a first look: stored, and nobody is told
    authors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBytes:
    """One page as it came; `gated` where the source has already found that it may hold a match."""

    response: Response
    place: str
    url: str = ""  # the page's own address where it was read from an archive
    title: str = ""  # what an index said of it
    published: datetime | None = None
    outlet: str = ""
    gated: bool = False
    bulk: bool = True  # the byte gate decides whether it is extracted


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedBytes:
    """One feed document as it came. `pages` is how its entries' pages are asked for: "" not at all, else a URL with `{url}`."""

    body: bytes
    url: str
    place: str
    headers: tuple[tuple[str, str], ...] = ()
    pages: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leads:
    """Entries whose pages are asked for; `pages` as in FeedBytes, `all` fetches without looking at the titles first."""

    entries: tuple[Entry, ...]
    place: str
    pages: str = "{url}"
    all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """Something that was not read: where, and why."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """The window of this unit is not complete, and why; said once a unit."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What reading cost and what was passed over: counts for the report and for `--max-bytes`."""

    documents: int = 0  # looked at
    dropped: int = 0  # of them without the watchlists' necessary terms
    requests: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSeen:
    """The state of a published list: each entry's own number and a digest of what it says."""

    name: str
    digests: Mapping[str, str]


Finding = Words | PageBytes | FeedBytes | Leads | Missed | Partial | Read | ListSeen | Unit
"""What reading a unit yields; a Unit is more work that was found."""


class Source(Protocol):
    """Where the past comes from. Raises ArmswatchErrors; anything else is the unit's failure, too."""

    name: str

    def plan(self, window: Window) -> Iterator[Unit]:
        """The units to begin with. May ask the network for a listing; more units may come out of `read`."""
        ...

    def read(self, unit: Unit, window: Window) -> Iterator[Finding]:
        """What one unit holds; ends when all of it was yielded."""
        ...


UnitState = Literal["waiting", "done", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a unit ended: its counts, what it missed, and whether its window is complete."""

    state: UnitState
    documents: int = 0
    dropped: int = 0
    articles: int = 0  # stored
    matches: int = 0
    borderline: int = 0
    duplicates: int = 0
    outside: int = 0  # dated outside of the window
    requests: int = 0
    bytes: int = 0
    partial: str = ""
    error: str = ""
    missed: tuple[Missed, ...] = field(default=())


def run_id(
    command: str, sources: Sequence[str], window: Window, places: Sequence[str], watchlists: Sequence[str]
) -> str:
    """`b-` + 12 hex: the same arguments and watchlists are the same run, which is how a killed one goes on."""
    parts = [command, sorted(sources), window.words() if window != Window() else "", list(places), sorted(watchlists)]
    return f"b-{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]}"
