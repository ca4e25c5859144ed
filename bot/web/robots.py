"""robots.txt before every page (RFC 9309): fetched once a day and host, first 500 KiB, unreachable means no."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from protego import Protego

from bot.errors import FetchError, Refused
from bot.model import Request, Response

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
    """The rules of all hosts, kept for a day. `fetch` reads them, `slow_down` is told of a Crawl-delay."""

    def __init__(
        self,
        fetch: Callable[[Request], Response],
        clock: Callable[[], datetime],
        slow_down: Callable[[str, timedelta], None],
    ) -> None:
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
            if rules is None or not self._clock() < rules.until <= self._clock() + KEPT:
                rules = self._rules[origin] = self._read(origin, user_agent)
            return rules

    def _read(self, origin: str, user_agent: str) -> _Rules:
        now = self._clock()
        try:
            response = self._fetch(
                Request(
                    url=f"{origin}/robots.txt",
                    user_agent=user_agent,
                    purpose="robots",
                    wire_cap=LIMIT,
                    decoded_cap=LIMIT,
                    deadline=timedelta(seconds=15),
                )
            )
        except FetchError:
            return _Rules(None, allow_all=False, until=now + KEPT_UNREACHABLE)
        if response.status == 429 or response.status >= 500:
            return _Rules(None, allow_all=False, until=now + KEPT_UNREACHABLE)
        if response.status != 200:
            return _Rules(None, allow_all=True, until=now + KEPT)
        parsed = parse(response.body)
        delay = parsed.crawl_delay(token(user_agent))
        if delay:
            self._slow_down(urlsplit(origin).hostname or "", timedelta(seconds=min(float(delay), 3600.0)))
        return _Rules(parsed, allow_all=False, until=now + KEPT)


def parse(body: bytes) -> Any:
    """Protego's rules of the first 500 KiB; a byte order mark would hide the first group from it."""
    text = body[:LIMIT].decode("utf-8-sig", "replace")
    lines = (line for line in re.split(r"\r\n?|\n", text) if len(line) <= LONGEST_LINE)
    return Protego.parse("\n".join(lines))


def token(user_agent: str) -> str:
    """The product token of a User-Agent, which robots.txt names: "armswatch/1.0 (+…)" → "armswatch"."""
    found = _TOKEN.match(user_agent.strip())
    return found[0] if found else "armswatch"
