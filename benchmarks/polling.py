"""Polling 1,000 feeds of 30 entries: ours beside lemon24/reader, sfeed, and a bare aiohttp + feedparser loop; and the full road."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import peers
from benchmarks._processes import Memory, cpu

FEEDS = int(os.environ.get("ARMSWATCH_BENCH_FEEDS", "1000"))
ROAD_FEEDS = 40
ROOT = Path(__file__).resolve().parents[1]
ROUNDS = (
    # what it is, how the server answers, how many feeds get a new item before it, how often it is measured
    ("first round", "plain", 0, 1),
    ("all 304", "plain", 0, 5),
    ("unchanged 200", "deaf", 0, 1),
    ("3 % of entries new", "plain", FEEDS, 1),
    ("3 % of feeds changed", "plain", FEEDS * 3 // 100, 2),
)[: int(os.environ.get("ARMSWATCH_BENCH_ROUNDS", "5"))]
ROAD = (("first round", "plain", 0, 1), ("all 304", "plain", 0, 3), ("one new page a feed", "plain", ROAD_FEEDS, 1))
AIMS = {"first round": 1.5, "all 304": 3.0, "3 % of entries new": 5.0}
"""How many times less CPU than reader we want to need."""


@dataclass
class Result:
    """What one peer's rounds cost; seconds, the best of the repetitions."""

    wall: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    largest: float = 0.0  # MB
    together: float = 0.0
    pages: dict[str, int] = field(default_factory=dict)


def main() -> None:
    """Print both tables."""
    _beside_peers()
    _road()


def _beside_peers() -> None:
    found = {
        "armswatch": measured([sys.executable, ROOT / "benchmarks/peers/poll_with_armswatch.py"]),
        "lemon24/reader 3.26": _peer("reader"),
        "aiohttp + feedparser": _peer("aio"),
        "sfeed_update": measured([sys.executable, ROOT / "benchmarks/peers/poll_with_sfeed.py"])
        if shutil.which("sfeed_update")
        else None,
    }
    print(f"   {FEEDS} feeds x 30 entries of 24.7 kB with ETag from 127.0.0.1; seconds CPU of all processes (wall)")
    names = [row[0] for row in ROUNDS]
    print(f"   {'':<24}" + "".join(f"{name:>23}" for name in names) + f"{'largest':>10}{'together':>10}  MB")
    reader = found["lemon24/reader 3.26"]
    for who, result in found.items():
        if result is None:
            print(f"   {who:<24}{'not measured':>23}")
            continue
        cells = "".join(f"{f'{result.cpu[name]:.2f} ({result.wall[name]:.2f})':>23}" for name in names)
        print(f"   {who:<24}{cells}{result.largest:>10.0f}{result.together:>10.0f}")
    ours = found["armswatch"]
    if ours and reader:
        ratios = "".join(
            f"{f'{reader.cpu[name] / ours.cpu[name]:.1f}x ({reader.wall[name] / ours.wall[name]:.1f}x)':>23}"
            for name in names
        )
        print(
            f"   {'reader needs more by':<24}{ratios}{reader.largest / ours.largest:>9.2f}x{reader.together / ours.together:>9.2f}x"
        )
        aims = "".join(f"{f'{AIMS[name]}x' if name in AIMS else '':>23}" for name in names)
        print(f"   {'aim':<24}{aims}")


def _road() -> None:
    script = ROOT / "benchmarks/peers/poll_the_road.py"
    result = measured([sys.executable, script], ROAD_FEEDS, ROAD, pages=True)
    print(
        f"   the full road (pages, verdicts, stories, claims, search), {ROAD_FEEDS} feeds of 30 entries with 8 kB pages"
    )
    for name, _, _, _ in ROAD:
        pages = result.pages[name]
        each = f"{result.cpu[name] / pages * 1000:.0f} ms a page" if pages else ""
        print(f"   {name:<24}{f'{result.cpu[name]:.2f} ({result.wall[name]:.2f})':>20}{pages:>8} pages   {each}")
    print(f"   largest process {result.largest:.0f} MB, all together {result.together:.0f} MB")


def _peer(name: str) -> Result | None:
    interpreter = peers.python(name)
    return measured([interpreter, ROOT / f"benchmarks/peers/poll_with_{name}.py"]) if interpreter else None


def measured(
    command: Sequence[str | Path],
    feeds: int = FEEDS,
    rounds: Sequence[tuple[str, str, int, int]] = ROUNDS,
    *,
    pages: bool = False,
) -> Result:
    """All rounds with one peer, in one process of its own, against a fresh server."""
    result = Result()
    with served(feeds, pages=pages) as port, tempfile.TemporaryDirectory() as folder:
        proxyless = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        peer = subprocess.Popen(
            [*command, str(port), str(feeds), folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**proxyless, "PYTHONPATH": str(ROOT)},
        )
        assert peer.stdin
        assert peer.stdout
        try:
            _said(peer)
            with Memory(peer.pid) as memory:
                for name, how, bump, times in rounds:
                    for _ in range(times):
                        _tell(port, how, bump)
                        used, began = cpu(peer.pid), time.perf_counter()
                        peer.stdin.write("round\n")
                        peer.stdin.flush()
                        said = _said(peer)
                        wall, spent = time.perf_counter() - began, cpu(peer.pid) - used
                        result.wall[name] = min(wall, result.wall.get(name, wall))
                        result.cpu[name] = min(spent, result.cpu.get(name, spent))
                        result.pages[name] = said.get("pages", 0)
                        expected = feeds * 30 if name == "first round" else bump
                        if said["new"] != expected or said["failed"]:
                            print(f"   {Path(str(command[-1])).stem}: {name}: {said}, {expected} new were expected")
            result.largest, result.together = memory.largest, memory.together
        finally:
            peer.stdin.close()
            peer.wait(timeout=60)
    return result


def _said(peer: subprocess.Popen[str]) -> dict[str, int]:
    assert peer.stdout
    line = peer.stdout.readline()
    if not line:
        raise RuntimeError(f"the peer ended with exit code {peer.wait(timeout=60)}")
    found: dict[str, int] = json.loads(line)
    return found


def _tell(port: int, how: str, bump: int) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}/now/{how}/{bump}", timeout=60) as answer:
        return str(answer.read().decode())


@contextmanager
def served(feeds: int, *, pages: bool) -> Iterator[int]:
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks._feedserver", str(feeds), *(["pages"] if pages else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert server.stdin
    assert server.stdout
    try:
        yield int(server.stdout.readline())
    finally:
        server.stdin.close()
        server.wait(timeout=60)


if __name__ == "__main__":
    main()
