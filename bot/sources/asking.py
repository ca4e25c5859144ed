"""How archives are asked: bounded GETs with patience for what is busy, counted for the report, paced where a rate is set."""

from __future__ import annotations

import gzip
import json
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.core.dates import read_date
from bot.core.units import Read
from bot.errors import FetchError, Refused, TooLarge, Unreachable
from bot.model import Request, Response
from bot.ports import Fetch

BUSY = frozenset({429, 500, 502, 503, 504, 520, 522, 524})
ATTEMPTS = 4
CAP = 100 * 1024 * 1024  # bytes of one answer, over the wire and decoded
LONGEST = 300.0  # seconds that one wait may take, whatever Retry-After says
DEADLINE = timedelta(minutes=10)


@dataclass(slots=True)
class Ask:
    """Callable with a URL; one for each unit, so that its counts are the unit's. Returns any answer that is final.

    `floor` is the least wait in seconds after a busy answer (archives that say nothing want a minute). Raises FetchError
    when the other side stayed busy or could not be reached; the message never holds what is in `secrets`.
    """

    fetch: Fetch
    pause: Callable[[float], None]
    floor: float = 1.0
    purpose: Any = "archive"
    secrets: tuple[str, ...] = ()
    apart: bool = False  # as in Request: wants a floor of a minute
    requests: int = field(default=0, init=False)
    bytes: int = field(default=0, init=False)

    def __call__(self, url: str, *, headers: tuple[tuple[str, str], ...] = (), cap: int = CAP) -> Response:
        """The answer to a GET: 200, 206 or an error status that asking again does not mend."""
        wait = self.floor
        for attempt in range(ATTEMPTS):
            self.requests += 1
            try:
                answer = self.fetch(
                    Request(
                        url=url,
                        headers=headers,
                        purpose=self.purpose,
                        wire_cap=cap,
                        decoded_cap=cap,
                        deadline=DEADLINE,
                        apart=self.apart,
                    )
                )
            except FetchError as error:
                if not error.transient or attempt == ATTEMPTS - 1:
                    raise self._told(error, url) from None
            else:
                self.bytes += len(answer.body)
                if answer.status not in BUSY:
                    return answer
                wait = max(wait, retry_after(answer))
                if attempt == ATTEMPTS - 1:
                    raise Unreachable(
                        f"{self._safe(url)}: HTTP {answer.status} {ATTEMPTS} times", subject=self._safe(url)
                    )
            self.pause(min(wait, LONGEST))
            wait *= 2
        raise AssertionError("unreachable")

    def json(self, url: str, **more: Any) -> Any:
        """The JSON of a 200 answer. Raises FetchError for anything else, with the beginning of what came instead."""
        answer = self(url, **more)
        if answer.status != 200:
            raise FetchError(f"{self._safe(url)}: HTTP {answer.status}: {said(answer.body)}", subject=self._safe(url))
        return self.parsed(answer)

    def parsed(self, answer: Response) -> Any:
        """The JSON of an answer, raw control characters and all."""
        try:
            return json.loads(answer.body.decode("utf-8-sig", "replace"), strict=False)
        except (ValueError, RecursionError):
            url = self._safe(answer.url)
            raise FetchError(f"{url}: text where JSON should be: {said(answer.body)}", subject=url) from None

    def read(self) -> Read:
        """What this asking cost so far, once: the counts begin again."""
        found = Read(requests=self.requests, bytes=self.bytes)
        self.requests = self.bytes = 0
        return found

    def _safe(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, "***") if secret else text
        return text

    def _told(self, error: FetchError, url: str) -> FetchError:
        if not any(secret and secret in str(error) for secret in self.secrets):
            return error
        return type(error)(self._safe(str(error)), subject=self._safe(url))


def said(body: bytes) -> str:
    """The beginning of an error text, for a message."""
    return " ".join(body[:300].decode("utf-8", "replace").split())[:160]


def retry_after(answer: Response) -> float:
    """Seconds that the other side asks to wait; 0 where it says nothing."""
    value = answer.header("retry-after").strip()
    if value.isdigit():
        return float(value)
    reading = read_date(value) if value else None
    return max(0.0, (reading.at - answer.fetched).total_seconds()) if reading else 0.0


def unzipped(body: bytes, cap: int = CAP) -> bytes:
    """A body that may be gzip without saying so. Raises TooLarge over `cap`; a truncated one gives what is there."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    machine = zlib.decompressobj(31)
    try:
        found = machine.decompress(body, cap + 1)
    except zlib.error:
        try:
            return gzip.decompress(body)[: cap + 1]
        except (OSError, EOFError, zlib.error):
            return b""
    if len(found) > cap:
        raise TooLarge(f"more than {cap // 1024**2} MB when unzipped")
    return found


class Paced:
    """A Fetch with at most `rate` requests a second over all its threads; what our own guard refuses takes no turn."""

    def __init__(self, fetch: Fetch, rate: float, pause: Callable[[float], None] = time.sleep) -> None:
        self._fetch, self._gap, self._pause = fetch, 1.0 / rate, pause
        self._lock = threading.Lock()
        self._next = 0.0

    def __call__(self, request: Request, /) -> Response:
        with self._lock:
            now = time.monotonic()
            start = max(now, self._next)
            self._next = start + self._gap
        if start > now:
            self._pause(start - now)
        try:
            return self._fetch(request)
        except Refused:
            with self._lock:
                self._next = min(self._next, start)  # nothing was sent: the next one need not wait for it
            raise


def stamp(at: datetime) -> str:
    """YYYYMMDDHHMMSS, as most archives write it."""
    return at.strftime("%Y%m%d%H%M%S")
