"""When a feed's document was asked for outside of the feed's own rhythm: by hand, or for a backfill (R-14)."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from bot.core.politeness import NOT_AGAIN
from bot.errors import HostResting
from bot.model import Request

_STAMP = 20  # bytes


class Asked:
    """One small file a URL, beside the database, which need not exist: processes of one watch see each other's requests.

    What is older than a minute is swept once a minute, when something new is noted. Where the folder cannot be written nothing is known.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._folder, self._now = folder, now
        self._swept = 0.0  # epoch seconds

    def admit(self, url: str, request: Request) -> None:
        """Let a request for this document pass, or raise HostResting: its feed's own rhythm is not noted, only heeded."""
        ago = self.claim(url) if request.apart else self.since(url) if request.purpose == "feed" else None
        if ago is not None:
            raise HostResting(
                f"{url} was asked {ago.total_seconds():.0f} s ago: not again within a minute",
                retry_at=self._now() + NOT_AGAIN - ago,
                subject=url,
            )

    def since(self, url: str) -> timedelta | None:
        """How long ago the document was asked for, if that is less than a minute."""
        try:
            return self._age(self._place(url).read_bytes())
        except OSError:
            return None

    def claim(self, url: str) -> timedelta | None:
        """None: it may be asked for now, and that is noted; else how long ago it was, and nothing is noted."""
        try:
            self._folder.parent.mkdir(exist_ok=True)
            self._folder.mkdir(exist_ok=True)
            handle = os.open(self._place(url), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError:
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)  # held for a moment: of two at once one is the first
            age = self._age(os.pread(handle, _STAMP, 0))
            if age is None:
                os.pwrite(handle, f"{self._now().timestamp():<{_STAMP}.3f}".encode(), 0)
        except OSError:
            return None
        finally:
            os.close(handle)
        if age is None and abs(self._now().timestamp() - self._swept) >= NOT_AGAIN.total_seconds():
            self._swept = self._now().timestamp()
            self._sweep(self._place(url))
        return age

    def _age(self, stamp: bytes) -> timedelta | None:
        try:
            age = self._now().timestamp() - float(stamp)
        except ValueError:
            return None
        return timedelta(seconds=age) if 0 <= age < NOT_AGAIN.total_seconds() else None

    def _sweep(self, kept: Path) -> None:
        with suppress(OSError):
            for place in self._folder.iterdir():
                if place != kept and self._age(place.read_bytes()) is None:
                    place.unlink(missing_ok=True)

    def _place(self, url: str) -> Path:
        return self._folder / hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()[:32]
