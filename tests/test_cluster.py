"""A watch of several workers from outside: killed at random, its database crashed; nothing lost, doubled or impolite."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.places import Server, packaged
from bot.store import Store
from tests import archives
from tests.clusters import PASSWORD, Cluster, running
from tests.fake_slack import TOKEN, FakeSlack, serving
from tests.servers import Reply, Seen
from tests.servers import Server as ArchiveServer
from tests.town import Town

ROOT = Path(__file__).resolve().parents[1]
DESK = "C0123456789"


def until(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)  # waits for other processes, never for ourselves
    return False


def configured(
    folder: Path,
    town: Town,
    slack: FakeSlack | None,
    server: Server,
    *,
    floor: str = "1s",
    ceiling: str = "3s",
    **engine: object,
) -> Path:
    """A configuration of that town's feeds for workers on that server, with a desk in Slack where there is one."""
    source = packaged("watchlists/russia-dprk-arms.toml")
    for path in source.parent.glob(
        f"{source.stem}.*"
    ):  # of their own: an edited watchlist is matched again by every worker
        shutil.copy(path, folder)
    allowed = [f"{address}:{town.port}" for address in town.addresses]
    chosen = {"mode": "cluster", "shards": 16, "jobs": 2, "pause": "500ms", "lease": "6s", **engine}
    lines = [
        "schema = 1",
        f"watchlists = [{json.dumps(source.name)}]",
        "[store]",
        f"url = {json.dumps(server.url)}",
        "[engine]",
        *(f"{key} = {json.dumps(value)}" for key, value in chosen.items()),
        "[polling]",
        'tick = "1s"',
        f'floor = "{floor}"',
        f'ceiling = "{ceiling}"',
        'host_gap = "20ms"',
        "concurrency = 8",
        "[network]",
        f"allow = {json.dumps(allowed)}",
        "loopback_at_once = 1",  # as polite to these hosts as to any other
    ]
    if slack is not None:
        lines += [
            "[slack]",
            f"base_url = {json.dumps(slack.base_url)}",
            "[[subscriptions]]",
            'name = "desk"',
            'channel = "slack"',
            f'target = "{DESK}"',
            "hour = 0",
        ]
    for feed in range(town.feeds):
        lines += ["[[feeds]]", f"url = {json.dumps(town.url(feed))}", f'name = "Paper {feed}"', "pages = false"]
    config = folder / "config.toml"
    config.write_text("\n".join(lines))
    return config


@dataclass
class Crew:
    """Worker processes and who starts them again, as systemd would."""

    config: Path
    size: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    kills: int = 0
    starts: int = 0

    def tend(self) -> None:
        """Start what is not running."""
        for n in range(self.size):
            name = f"w{n}"
            if name in self.processes and self.processes[name].poll() is None:
                continue
            self.starts += 1
            log = (self.config.parent / f"{name}.log").open("ab")
            # `run` is a worker too where the engine is a cluster.
            verb = ["worker", "--name", f"{name}.{self.starts}"] if n else ["run"]
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "bot", "--config", str(self.config), *verb],
                env={
                    **os.environ,
                    "ARMSWATCH_NETWORK": "loopback",
                    "ARMSWATCH_STORE_PASSWORD": PASSWORD,
                    "ARMSWATCH_SLACK_TOKEN": TOKEN,
                    "PYTHONPATH": str(ROOT),
                },
                stdout=log,
                stderr=log,
            )  # fmt: skip
            log.close()

    def kill(self, chance: random.Random) -> None:
        """One of them, without a word."""
        name = chance.choice(sorted(self.processes))
        self.processes[name].kill()
        self.processes[name].wait()
        self.kills += 1

    def stop(self) -> list[int]:
        """All of them, asked; how each ended."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        return [process.wait(30) for process in self.processes.values()]

    def logs(self) -> str:
        """The ends of what they said."""
        return "\n".join(path.read_text(errors="replace")[-3000:] for path in sorted(self.config.parent.glob("w*.log")))


@pytest.fixture(scope="module")
def durable() -> Iterator[Cluster]:
    with running(durable=True) as cluster:
        yield cluster


def stored(server: Server) -> list[str]:
    """The guids of all entries."""
    with Store.opened(server, readonly=True) as store:
        rows = store.connection.rows("SELECT entry_json FROM entries")
    return [json.loads(row["entry_json"])["guid"] for row in rows]


def survived(
    cluster: Cluster,
    folder: Path,
    town: Town,
    *,
    kills: int,
    crashes: int,
    between: float,
    every: int = 1,
    patience: float = 90,
) -> None:
    """Workers die and come back while the town publishes; then everything is as if nothing had happened."""
    chance = random.Random(7)
    slack = FakeSlack()
    with town, serving(slack), cluster.database() as server:
        crew = Crew(configured(folder, town, slack, server), 3)
        try:
            crew.tend()
            for n in range(kills):
                until(lambda: False, between)
                if crashes and n % max(1, kills // (crashes + 1)) == kills // (crashes + 1) - 1 and crew.kills:
                    cluster.crash()
                    crashes -= 1
                crew.kill(chance)
                if n % every == 0:
                    town.publish()
                crew.tend()

            def done() -> bool:
                crew.tend()
                return len(stored(server)) >= len(town.items)

            assert until(done, patience), f"{len(stored(server))} of {len(town.items)} entries came\n{crew.logs()}"
            # A second worker may be about to store what the first has stored: it has all the time it wants.
            until(lambda: False, 3)
            found = stored(server)
            assert len(found) == len(set(found)), "an entry was stored twice"
            assert set(found) == town.items
            assert town.overlaps == [], "a host was asked by two at once"
            with Store.opened(server, readonly=True) as store:
                articles = store.connection.rows("SELECT canonical_url FROM articles")
                digests = store.connection.rows("SELECT id FROM digests")
                sent = store.outbox.count()
            assert len(articles) == len({row["canonical_url"] for row in articles})
            assert len(digests) == 1
            assert until(lambda: settled(server), 30), f"{sent}\n{crew.logs()}"
            told = [json.dumps(message.get("metadata"), sort_keys=True) for message in slack.messages[DESK]]
            assert told, "the digest was posted"
            assert len(told) == len(set(told)), "a post came twice"
            assert crew.stop() == [0, 0, 0], crew.logs()
        finally:
            for process in crew.processes.values():
                process.kill()
                process.wait()
    assert crew.kills == kills


def filled(place: Path | Server) -> set[tuple[str, str]]:
    """What a backfill left: (canonical URL, rank) of every article."""
    with Store.opened(place, readonly=True) as store:
        rows = store.connection.rows("SELECT canonical_url, rank FROM articles")
    return {(row["canonical_url"], row["rank"]) for row in rows}


def quarter(base: str) -> Callable[[Seen], Reply]:
    """GDELT's files, each of a quarter of an hour: one report that is on the site and some noise."""

    def answer(request: Seen) -> Reply:
        stamp = request.path.removeprefix("/").partition(".")[0]
        title = f"{archives.TITLE} ({stamp})"
        places = "1#North Korea#KN;1#Russia#RS"
        rows = [
            archives.gkg_row(f"{base}/shells/{stamp}", title, seen=stamp, places=places),
            archives.gkg_row(f"{base}/fair/{stamp}", f"Harbour festival opens ({stamp})", seen=stamp),
        ]
        return archives.gkg_file(request.path, rows)

    return answer


def pages(site: Callable[[Seen], Reply]) -> Callable[[Seen], Reply]:
    """A site that has the pages of those reports too."""

    def answer(request: Seen) -> Reply:
        if not request.path.startswith("/shells/"):
            return site(request)
        stamp = request.path.rpartition("/")[2]
        body = f"{archives.BODY} The train was seen at {stamp} and {random.Random(stamp).random():.9f} of it was new."
        return Reply(
            200, (("content-type", "text/html; charset=utf-8"),), archives.article(f"{archives.TITLE} ({stamp})", body)
        )

    return answer


def backfilling(config: Path, archive: ArchiveServer, site: ArchiveServer, **environ: str) -> subprocess.Popen[bytes]:
    asked = ["--since", "2023-10-12", "--until", "2023-10-12", "--source", "gdelt,wordpress", "--site", site.url("")]
    command = [
        sys.executable,
        "-m",
        "bot",
        "--config",
        str(config),
        "backfill",
        *asked,
        "--base",
        f"gdelt={archive.url('')}",
    ]
    environment = {**os.environ, "ARMSWATCH_NETWORK": "loopback", "PYTHONPATH": str(ROOT), **environ}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.mark.sampled
def test_workers_that_are_killed_fill_the_past_as_one_machine_does(durable: Cluster, tmp_path: Path) -> None:
    chance = random.Random(11)
    alone, together = tmp_path / "alone", tmp_path / "together"
    alone.mkdir()
    together.mkdir()
    with (
        Town(hosts=1, feeds=1) as town,
        ArchiveServer() as archive,
        ArchiveServer() as site,
        durable.database() as server,
    ):
        first = datetime(2023, 10, 11, tzinfo=UTC)
        dates = [(first + timedelta(hours=3 * n)).strftime("%Y-%m-%dT%H:%M:%S") for n in range(24)]
        site.fallback = pages(archives.WordPressSite(site.url(""), dates))
        archive.fallback = quarter(site.url(""))
        config = configured(together, town, None, server)
        lines = [
            json.loads(line.partition("= ")[2]) for line in config.read_text().splitlines() if line.startswith("allow")
        ]
        allowed = json.dumps([*lines[0], f"127.0.0.1:{archive.port}", f"127.0.0.1:{site.port}"])
        text = "\n".join(
            f"allow = {allowed}" if line.startswith("allow") else line for line in config.read_text().splitlines()
        )
        config.write_text(text)
        for path in together.glob("russia-dprk-arms.*"):
            shutil.copy(path, alone)
        single = alone / "config.toml"
        single.write_text(text.replace('mode = "cluster"', 'mode = "local"').replace(json.dumps(server.url), '""'))
        by_one = backfilling(single, archive, site)
        said, _ = by_one.communicate(timeout=240)
        assert by_one.returncode == 0, said.decode()
        expected = filled(alone / "armswatch.db")
        assert len(expected) > 80, said.decode()
        crew = Crew(config, 3)
        try:
            crew.tend()
            command = backfilling(config, archive, site, ARMSWATCH_STORE_PASSWORD=PASSWORD)
            for _ in range(2):
                until(lambda: command.poll() is not None, 3.0)
                crew.kill(chance)
                crew.tend()
            told, _ = command.communicate(timeout=240)
            assert command.returncode == 0, f"{told.decode()}\n{crew.logs()}"
            assert b"the window is complete" in told
            assert (
                filled(server) - {(url, rank) for url, rank in filled(server) if "paper-0.example" in url} == expected
            )
            with Store.opened(server, readonly=True) as store:
                urls = [row["canonical_url"] for row in store.connection.rows("SELECT canonical_url FROM articles")]
            assert len(urls) == len(set(urls))
            assert crew.stop() == [0, 0, 0], crew.logs()
        finally:
            for process in crew.processes.values():
                process.kill()
                process.wait()


def settled(server: Server) -> bool:
    """Nothing is owed any more."""
    with Store.opened(server, readonly=True) as store:
        return set(store.outbox.count()) <= {"sent"}


@pytest.mark.sampled
def test_three_workers_five_kills_and_a_crash_of_the_database(durable: Cluster, tmp_path: Path) -> None:
    town = Town(hosts=30, feeds=150, latency=0.02, relevant=6)
    survived(durable, tmp_path, town, kills=5, crashes=1, between=1.5)


@pytest.mark.torture
def test_three_workers_forty_kills_and_three_crashes_over_five_thousand_feeds(durable: Cluster, tmp_path: Path) -> None:
    town = Town(hosts=400, feeds=5000, latency=0.02, relevant=60)
    survived(durable, tmp_path, town, kills=40, crashes=3, between=4.0, every=8, patience=900)
