"""A delivery that kills itself: `python -m tests.send.dying CONFIG NOW POINT NTH` makes the digest and sends what is owed."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path

from tests.crash import ROOT, KillAt

POINTS = (
    "digest:before-save",
    "digest:saved",
    "deliver:before-begin",
    "deliver:begun",
    "deliver:sent",
    "deliver:settled",
)


def run(config: Path, now: datetime, secrets: dict[str, str], point: str = "", nth: int = 1) -> int:
    """One process: digest and deliveries due at `now`; the exit code, -9 where it was killed."""
    command = [sys.executable, "-m", "tests.send.dying", str(config), now.isoformat(), point, str(nth)]
    environ = {"PATH": "/usr/bin:/bin", "ARMSWATCH_NETWORK": "loopback", **secrets}
    return subprocess.run(
        command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, timeout=120, check=False
    ).returncode


def main() -> None:
    from bot.app import App
    from bot.settings import load

    config, now, point, nth = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    with App(load(config), clock=lambda: now, mark=KillAt(point, nth)) as app:
        app.digester.run(force=True)
        app.deliverer.flush()


if __name__ == "__main__":
    main()
