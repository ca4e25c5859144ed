"""From an article's commit to its alert in Slack: the daemon itself, on the stand-in, alone and with a mail server that hangs."""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from bot.app import App
from bot.places import packaged
from bot.settings import load
from bot.store import Store
from tests.fake_slack import TOKEN, FakeSlack
from tests.fake_slack import serving as slack_serving
from tests.fakes import FakeClock, InProcess
from tests.servers import Reply, Seen, Server

ROUNDS = 40
APART = 3.0  # seconds between two publications: Slack takes one message in 1.1
AIM = 10.0
CHANNEL = "C0123456789"
OPENINGS = (
    "The agency gave no account of how it had counted, and named no port.",
    "Officers told the defence committee that the trains ran by night.",
    "It had named a lower figure in its bulletin before, and did not explain the difference.",
)


class Registry:
    """A government's register that publishes one figure after the other, each among nine pages of other news."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.items: list[str] = []
        server.routes["/feed"] = self._feed
        self.notice(
            "Harbour office opens", "The harbour office opens on Monday, the ministry said in a notice to shipping."
        )

    def notice(self, title: str, text: str) -> None:
        """One page, and its item at the top of the feed."""
        path = f"/notice/{len(self.items)}"
        page = f"<!doctype html><html><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{text}</p></article></body></html>"
        self.server.routes[path] = Reply(200, (("content-type", "text/html; charset=utf-8"),), page.encode())
        when = format_datetime(datetime.now(UTC), usegmt=True)
        url = self.server.url(path)
        self.items.append(
            f"<item><title>{title}</title><link>{url}</link><guid>{url}</guid><pubDate>{when}</pubDate></item>"
        )

    def publish(self, number: int) -> None:
        """A figure that is higher than the one before, and nine notices that concern nobody."""
        for other in range(9):
            self.notice(
                f"Notice {number}-{other} on mooring",
                f"Mooring fees at quay {number}-{other} change on Tuesday, the port authority said.",
            )
        count = f"{int(20_000 * 1.12**number):,}"
        self.notice(
            f"Defence Intelligence Agency: North Korea has sent Russia {count} containers of munitions",
            f"North Korea has shipped more than {count} containers of artillery shells and other munitions to Russia as of "
            f"{datetime.now(UTC):%d %B %Y}, the Defence Intelligence Agency of South Korea said in bulletin {number} on Thursday. "
            + OPENINGS[number % len(OPENINGS)],
        )

    def _feed(self, seen: Seen) -> Reply:
        newest = "".join(reversed(self.items[-60:]))
        body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Register</title>{newest}</channel></rss>'
        return Reply(200, (("content-type", "application/rss+xml; charset=utf-8"),), body.encode())


@contextmanager
def hanging() -> Iterator[int]:
    """A mail server that takes connections and says nothing; its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield listener.getsockname()[1]


def configured(folder: Path, server: Server, slack: FakeSlack, mail: int) -> Path:
    """A watch on the register with alerts for one channel and, where `mail` is a port, five recipients that hang."""
    config = folder / "config.toml"
    readers = "".join(
        f'[[subscriptions]]\nname = "reader-{number}"\nchannel = "email"\ntarget = "r{number}@example.org"\nalerts = true\nalerts_per_day = 100\nquiet_hours = []\n'
        for number in range(5 if mail else 0)
    )
    config.write_text(
        f"schema = 1\nwatchlists = [{json.dumps(str(packaged('watchlists/russia-dprk-arms.toml')))}]\n"
        '[polling]\ntick = "1s"\nfloor = "1s"\nhost_gap = "0s"\nrobots = false\npage_budget = 100000\n'
        f'[network]\nallow = ["127.0.0.1:{server.port}"]\n[slack]\nbase_url = "{slack.base_url}"\n'
        + (f'[smtp]\nhost = "127.0.0.1"\nport = {mail}\nfrom = "watch@example.org"\n' if mail else "")
        + f'[[subscriptions]]\nname = "desk"\nchannel = "slack"\ntarget = "{CHANNEL}"\nalerts = true\nalerts_per_day = 100\nquiet_hours = []\n'
        f'{readers}[[feeds]]\nurl = "{server.url("/feed")}"\nname = "Register"\nlang = "en"\nkind = "government"\ninterval = "1s"\n',
        encoding="utf-8",
    )
    return config


def measured(*, hang: bool) -> list[float]:
    """Seconds from the commit of an article with its promise to the moment when the channel had the alert."""
    environ = {**os.environ, "ARMSWATCH_NETWORK": "loopback", "ARMSWATCH_SLACK_TOKEN": TOKEN}
    with (
        tempfile.TemporaryDirectory() as place,
        Server() as server,
        slack_serving(FakeSlack()) as slack,
        hanging() as port,
    ):
        folder, register = Path(place), Registry(server)
        config = configured(folder, server, slack, port if hang else 0)
        # The first poll of a feed alerts nobody, so it lies two hours back.
        clock = FakeClock(datetime.now(UTC) - timedelta(hours=2))
        with App(load(config, environ), clock=clock, parse=InProcess()) as app:
            for _ in range(2):  # a feed that was just configured is asked for the first time a moment later
                app.round()
                clock.advance(minutes=1)
            assert app.store.feeds.first_polled(server.url("/feed")), "the register was not polled"
        with (folder / "log").open("wb") as log:
            daemon = subprocess.Popen(
                [sys.executable, "-m", "bot", "--config", str(config), "run"], env=environ, stdout=log, stderr=log
            )
            try:
                pause = threading.Event()
                for number in range(ROUNDS):
                    register.publish(number)
                    pause.wait(APART)
                pause.wait(AIM * 2)
            finally:
                daemon.send_signal(signal.SIGTERM)
                daemon.wait(30)
        with Store.opened(folder / "armswatch.db", readonly=True) as store:
            promised = {one.delivery.receipt: one for one in store.outbox.listing() if one.delivery.channel == "slack"}
        # A message's ts is the second at which the stand-in took it; the receipt was written a moment later.
        return sorted((one.sent - one.created).total_seconds() for one in promised.values() if one.sent and one.created)


def main() -> None:
    """Print a table; the figure is from commit to receipt, which is later than the post."""
    print(f"{ROUNDS} statements, {APART:g} s apart, each among nine other pages; aim: < {AIM:g} s at p95")
    print("| | alerts | median, s | p95, s | longest, s |\n|---|---|---|---|---|")
    for name, hang in (("Slack alone", False), ("five mail recipients whose server hangs", True)):
        took = measured(hang=hang)
        p95 = statistics.quantiles(took, n=20)[-1]
        print(f"| {name} | {len(took)} | {statistics.median(took):.2f} | {p95:.2f} | {took[-1]:.2f} |", flush=True)


if __name__ == "__main__":
    main()
