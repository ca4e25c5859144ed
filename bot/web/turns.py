"""Turns at a host across processes: a backfill or a check beside the daemon keeps the same gap and the same one at a time (R-12)."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

PATIENCE = 60.0  # seconds; a process that holds a turn for longer was stopped by somebody, and must not blind the watch
LOOK_AGAIN = 0.1  # seconds
PLACES = 4096  # files at most; two hosts that share one only wait a little longer than they must


class Turns:
    """One small file a host: whoever holds its lock may ask, and leaves in it when the next one may.

    The kernel frees the lock of a process that dies. Where the folder cannot be written, each process keeps its own gaps only.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime], sleep: Callable[[float], object]) -> None:
        self._folder, self._now, self._sleep = folder, now, sleep

    @contextmanager
    def turn(self, host: str, gap: float) -> Iterator[None]:
        """Wait until no process asks this host and `gap` seconds have passed; the gap counts as in `Hosts`."""
        handle = self._opened(host)
        if handle is None:
            yield
            return
        try:
            self._locked(handle)
            wait = _read(handle) - self._now().timestamp()
            if 0 < wait <= gap:  # a longer one was left by a clock that ran ahead
                self._sleep(wait)
            after = self._now().timestamp() + gap
            try:
                yield
            finally:
                with suppress(OSError):
                    os.pwrite(handle, f"{max(after, self._now().timestamp() + gap / 2):<20.3f}".encode(), 0)
        finally:
            os.close(handle)

    def _locked(self, handle: int) -> None:
        waited = 0.0
        while waited < PATIENCE:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._sleep(LOOK_AGAIN)
                waited += LOOK_AGAIN
            else:
                return

    def _opened(self, host: str) -> int | None:
        place = int.from_bytes(hashlib.sha256(host.encode("utf-8", "replace")).digest()[:4], "big") % PLACES
        try:
            self._folder.mkdir(exist_ok=True)
            return os.open(self._folder / f"{place:04}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError:
            return None


def _read(handle: int) -> float:
    try:
        return float(os.pread(handle, 20, 0))
    except (ValueError, OSError):
        return 0.0
