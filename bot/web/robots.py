"""robots.txt before every page (RFC 9309): fetched once a day and host, first 500 KiB, unreachable means no."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from protego import Protego

from bot.errors import FetchError, Refused, StoreError
from bot.model import Request, Response, RobotsFile
from bot.ports import RobotsMemory

LIMIT = 500 * 1024  # bytes that are parsed; RFC 9309 §2.5 asks at least that, R-17 exactly that
KEPT = timedelta(hours=24)  # RFC 9309 §2.4
KEPT_UNREACHABLE = timedelta(hours=1)  # how long a "no" by silence holds before we ask again
LONGEST_LINE = 4096  # characters; longer lines are no rules
_TOKEN = re.compile(r"[A-Za-z_-]+")


@dataclass(frozen=True, slots=True)
class _Rules:
    parsed: Any  # Protego, or None
    allow_all: bool
    until: datetime


class Robots:
    """The rules of all hosts, kept for a day. `fetch` reads them, `slow_down` is told of a Crawl-delay, `memory` keeps them longer than we live."""

    def __init__(
        self,
        fetch: Callable[[Request], Response],
        clock: Callable[[], datetime],
        slow_down: Callable[[str, timedelta], None],
        memory: RobotsMemory | None = None,
    ) -> None:
        self._memory = memory
        self._fetch, self._clock, self._slow_down = fetch, clock, slow_down
        self._rules: dict[str, _Rules] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def check(self, url: str, user_agent: str) -> None:
        """Raises Refused if the site's robots.txt keeps us from `url`, or could not be read for reasons of theirs."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        rules = self._of(origin, user_agent)
        if rules.allow_all:
            return
        if rules.parsed is None:
            raise Refused("robots.txt cannot be read, which means no (RFC 9309)", subject=url)
        if not rules.parsed.can_fetch(url, token(user_agent)):
            raise Refused("robots.txt forbids it", subject=url)

    def _of(self, origin: str, user_agent: str) -> _Rules:
        with self._lock:
            lock = self._locks.setdefault(origin, threading.Lock())
        with lock:  # many pages of one host wait for one robots.txt
            rules = self._rules.get(origin)
            if rules is None or not self._counts(rules.until):
                rules = self._rules[origin] = self._learned(self._file(origin, user_agent), user_agent)
            return rules

    def _counts(self, until: datetime) -> bool:
        return self._clock() < until <= self._clock() + KEPT

    def _file(self, origin: str, user_agent: str) -> RobotsFile:
        """What was read before us, while it counts; else what the origin says now."""
        if self._memory is None:
            return self._read(origin, user_agent)
        with suppress(StoreError):
            known = self._memory.robots(origin, self._clock())
            if known is not None and self._counts(known.until):
                return known
        found = self._read(origin, user_agent)
        with suppress(StoreError):  # a full disk costs a second request after a restart, not this page
            self._memory.keep_robots(found, self._clock())
        return found

    def _read(self, origin: str, user_agent: str) -> RobotsFile:
        now = self._clock()
        request = Request(
            url=f"{origin}/robots.txt",
            user_agent=user_agent,
            purpose="robots",
            wire_cap=LIMIT,
            decoded_cap=LIMIT,
            deadline=timedelta(seconds=15),
        )
        try:
            response = self._fetch(request)
        except FetchError:
            return RobotsFile(origin=origin, rule="closed", until=now + KEPT_UNREACHABLE)
        if response.status == 429 or response.status >= 500:
            return RobotsFile(origin=origin, rule="closed", until=now + KEPT_UNREACHABLE)
        if response.status != 200:
            return RobotsFile(origin=origin, rule="open", until=now + KEPT)
        return RobotsFile(origin=origin, rule="rules", text=readable(response.body), until=now + KEPT)

    def _learned(self, file: RobotsFile, user_agent: str) -> _Rules:
        if file.rule != "rules":
            return _Rules(None, allow_all=file.rule == "open", until=file.until)
        parsed = Protego.parse(file.text)
        delay = parsed.crawl_delay(token(user_agent))
        if delay:
            self._slow_down(urlsplit(file.origin).hostname or "", timedelta(seconds=min(float(delay), 3600.0)))
        return _Rules(parsed, allow_all=False, until=file.until)


def parse(body: bytes) -> Any:
    """Protego's rules of a robots.txt."""
    return Protego.parse(readable(body))


def readable(body: bytes) -> str:
    """The lines of the first 500 KiB that can be rules; a byte order mark would hide the first group from Protego."""
    text = body[:LIMIT].decode("utf-8-sig", "replace").replace("\0", "")
    lines = (line for line in re.split(r"\r\n?|\n", text) if len(line) <= LONGEST_LINE)
    return "\n".join(lines)


def token(user_agent: str) -> str:
    """The product token of a User-Agent, which robots.txt names: "armswatch/1.0 (+…)" → "armswatch"."""
    found = _TOKEN.match(user_agent.strip())
    return found[0] if found else "armswatch"
