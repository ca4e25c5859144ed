"""One worker against three: feeds of many slow hosts, all unchanged, on a PostgreSQL server that this starts itself.

The first table waits: each answer takes 200 ms, so it tells whether workers get in each other's way. The second has no
latency: it tells what the processors of this machine are good for, and has no floor.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bot.places import Server
from bot.store import Store
from tests.clusters import PASSWORD, binaries, running
from tests.test_cluster import configured
from tests.town import Town

ROOT = Path(__file__).resolve().parents[1]
HOSTS = 400


def round_of(config: Path, server: Server, town: Town, workers: int) -> tuple[float, float]:
    """Seconds from the first to the last request of one round over all feeds; CPU seconds of the workers in that time."""
    with Store(server).connection.write() as c:
        c.run("UPDATE feeds SET next_check = '2000-01-01T00:00:00.000000Z'")
        c.run("UPDATE shards SET rests_until = NULL, lease_until = NULL")
    town.began = town.ended = 0.0
    before = sum(town.asked.values())
    environ = {
        **os.environ,
        "ARMSWATCH_NETWORK": "loopback",
        "ARMSWATCH_STORE_PASSWORD": PASSWORD,
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "bot", "--config", str(config), "worker", "--log", "warning"]
    processes = [
        subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(workers)
    ]
    used: dict[int, float] = {}
    end = time.monotonic() + 600
    while sum(town.asked.values()) - before < town.feeds and time.monotonic() < end:
        if town.began and not used:
            used = {one.pid: _cpu(one.pid) for one in processes}
        time.sleep(0.02)
    spent = sum(_cpu(pid) - start for pid, start in used.items())
    for one in processes:
        one.send_signal(signal.SIGTERM)
    for one in processes:
        one.wait(60)
    if sum(town.asked.values()) - before < town.feeds:
        raise RuntimeError(f"only {sum(town.asked.values()) - before} of {town.feeds} feeds were asked in ten minutes")
    return town.ended - town.began, spent


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(feeds: int = 800) -> None:
    """Both tables."""
    if binaries() is None:
        print("   PostgreSQL is not installed here (Debian: apt install postgresql)")
        return
    for latency in (0.2, 0.0):
        print(
            f"   {feeds} feeds on {HOSTS} hosts, all unchanged, {latency * 1000:.0f} ms an answer, 8 connections a worker"
        )
        print("   workers │ seconds  feeds/s  CPU s   to one worker")
        with (
            running(durable=True) as cluster,
            cluster.database() as server,
            tempfile.TemporaryDirectory() as folder,
            Town(hosts=HOSTS, feeds=feeds) as town,
        ):
            config = configured(
                Path(folder), town, None, server, shards=64, pause="10m", lease="90s", floor="1h", ceiling="2h"
            )
            round_of(config, server, town, 2)  # the first round stores what is there
            town.latency = latency
            alone = 0.0
            for workers in (1, 2, 3):
                took, spent = min(round_of(config, server, town, workers) for _ in range(2))
                alone = alone or took
                print(f"   {workers:7d} │ {took:7.1f} {feeds / took:8.1f} {spent:6.1f}   {alone / took:.2f} ×")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
