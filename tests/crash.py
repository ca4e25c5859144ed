"""A watch that kills itself: `python -m tests.crash CONFIG NOW POINT NTH` runs round, digest and delivery, and dies at a mark.

The Mark port of the app does nothing; this one sends SIGKILL to its own process at the NTH passing of POINT, the
hardest stop there is: no handler, no clean-up, no last write.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

POINTS = (
    "poll:fetched",
    "poll:before-save",
    "poll:saved",
    "read:before-fetch",
    "read:fetched",
    "read:before-save",
    "read:saved",
    "read:before-duplicate",
    "read:duplicate-noted",
    "digest:before-save",
    "digest:saved",
    "deliver:before-begin",
    "deliver:begun",
    "deliver:sent",
    "deliver:settled",
)


class KillAt:
    """The Mark port that kills at one point."""

    def __init__(self, point: str, nth: int) -> None:
        self._point, self._left = point, nth
        self._lock = threading.Lock()

    def __call__(self, point: str, /) -> None:
        if point != self._point:
            return
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def run(config: Path, now: datetime, point: str = "", nth: int = 1) -> int:
    """Run the watch once in a process of its own; the exit code, -9 where it was killed."""
    command = [sys.executable, "-m", "tests.crash", str(config), now.isoformat(), point, str(nth)]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, timeout=120, check=False).returncode


def main() -> None:
    from bot.app import App
    from bot.settings import load

    config, now, point, nth = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    with App(load(config), clock=lambda: now, mark=KillAt(point, nth)) as app:
        app.round()
        app.digester.run(force=True)
        app.deliverer.flush()


if __name__ == "__main__":
    main()
