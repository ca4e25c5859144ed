"""Processes that kill themselves: the watch, or one delivery, stopped by SIGKILL at a marked point or at any moment.

The Mark port of the app does nothing; the one here kills its own process at the NTH passing of POINT, the hardest stop
there is: no handler, no clean-up, no last write. A matrix needs thousands of starts, so a `Starter` imports the house
once, in a process without threads, and forks it for each start.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from bot.core.matches import Matcher
    from bot.settings import Settings

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

_HOUSE = (
    "bot.app",
    "bot.core.articles",
    "bot.core.entries",
    "bot.render.channels",
    "bot.send.console",
    "bot.send.email",
    "bot.send.files",
    "bot.send.slack",
    "bot.settings",
    "bot.web.client",
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


class Starter:
    """Starts `module.main(**order)` in a process of its own, as often as it is called; one at a time.

    Where `config` is given, `module.ready(config)` runs once before the first start.
    """

    def __init__(self, module: str, config: Path | None = None, environ: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash", module, *([str(config)] if config else [])],
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", "ARMSWATCH_NETWORK": "loopback", **(environ or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *, after: float = 0, **order: Any) -> int:
        """The exit code, -9 where it was killed; `after` seconds it is killed from outside if it still runs."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"after": after, "order": order}) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=30)


def serve(module: str, *config: str) -> None:
    """Read orders from stdin, one JSON object a line; write the exit code of each to stdout."""
    started = importlib.import_module(module)
    for name in _HOUSE:
        importlib.import_module(name)
    if config:
        started.ready(*config)
    for line in sys.stdin:
        given = json.loads(line)
        child = os.fork()
        if child == 0:
            _started(started.main, given["order"])
        print(_ended(child, given["after"]), flush=True)


def _ended(child: int, after: float) -> int:
    """The exit code of a child, which is killed when it still runs after so many seconds (0: it may take its time)."""
    end = time.monotonic() + after
    while after and time.monotonic() < end:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)  # a process of its own: there is nothing of ours to wake us
    if after:
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _started(main: Any, order: dict[str, Any]) -> None:
    """What the child does; it never returns to the loop of its parent."""
    code = 1
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, 0)
        os.dup2(nowhere, 1)
        signal.alarm(120)  # nobody waits for ever
        main(**order)
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


@lru_cache
def ready(config: str) -> tuple[Settings, Matcher]:
    """The configuration and its compiled watchlists, read before the first fork for all starts."""
    from bot.core.matches import Matcher
    from bot.settings import load

    settings = load(Path(config))
    return settings, Matcher(settings.watchlists)


def main(config: str, folder: str, now: str, point: str = "", nth: int = 1) -> None:
    """One round, digest and delivery over the database of `folder`; dies at the mark."""
    from bot.app import App
    from tests.fakes import InProcess

    at, there = datetime.fromisoformat(now), Path(folder)
    settings, matcher = ready(config)
    settings = replace(settings, database=there / "armswatch.db", output=there)
    # Parsing has its own processes and its own tests of how they die; here it is the ledger that must hold.
    with App(settings, clock=lambda: at, parse=InProcess(), mark=KillAt(point, nth)) as app:
        app.matcher = matcher
        app.round()
        app.digester.run(force=True)
        app.deliverer.flush()


if __name__ == "__main__":
    serve(*sys.argv[1:])
