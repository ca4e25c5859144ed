"""Memory of the daemon with a hundred feeds: right after its first round, and when it has nothing to do."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks._processes import Memory, cpu, family
from benchmarks.polling import ROOT, served

FEEDS = 100
PATIENCE = 300  # seconds for the first round
REST = float(os.environ.get("ARMSWATCH_BENCH_REST", "180"))  # seconds after which it counts as idle
CONFIG = """schema = 1
watchlists = ["{watchlist}"]
[polling]
host_gap = "0s"
[network]
allow = ["127.0.0.1:{port}"]
[[subscriptions]]
name = "desk"
channel = "file"
"""


def main() -> None:
    """Print both figures."""
    with tempfile.TemporaryDirectory(prefix="armswatch-idle-") as folder, served(FEEDS, pages=True) as port:
        config = Path(folder) / "config.toml"
        text = CONFIG.format(port=port, watchlist=ROOT / "watchlists/russia-dprk-arms.toml")
        feeds = (
            f'[[feeds]]\nurl = "http://127.0.0.1:{port}/feed/{number}"\nname = "Paper {number}"\n'
            for number in range(FEEDS)
        )
        config.write_text(text + "".join(feeds), encoding="utf-8")
        daemon = subprocess.Popen(
            [sys.executable, "-m", "bot", "--config", str(config), "run"],
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "ARMSWATCH_NETWORK": "loopback"},
        )
        assert daemon.stderr
        with closing(daemon.stderr):
            try:
                _wait_for_the_round(daemon)
                print(f"after the first round of {FEEDS} feeds: {_told(daemon.pid)}")
                used = cpu(daemon.pid)
                time.sleep(REST)
                print(
                    f"idle, {REST:.0f} s later: {_told(daemon.pid)}; {cpu(daemon.pid) - used:.1f} s of CPU in that time"
                )
            finally:
                daemon.terminate()
                daemon.wait(timeout=30)


def _wait_for_the_round(daemon: subprocess.Popen[str]) -> None:
    assert daemon.stderr
    end = time.monotonic() + PATIENCE
    for line in daemon.stderr:
        if '"round"' in line:
            return
        if time.monotonic() > end:
            break
    raise RuntimeError("no round ended")


def _told(pid: int) -> str:
    memory = Memory(pid)
    memory.look()
    alone = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6
    return f"main process {alone:.0f} MB, {len(family(pid))} processes together {memory.together:.0f} MB"


if __name__ == "__main__":
    main()
