"""Polls with our own poller, feeds only: `poll_with_armswatch.py PORT FEEDS FOLDER`, a round for each line read."""

import json
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

HOUR = timedelta(hours=1)


class Clock:
    now = datetime(2026, 2, 2, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def main() -> None:
    from bot.core.pacing import Limits
    from bot.engine.threads import Threads
    from bot.jobs.poll import Poller
    from bot.model import Feed
    from bot.store import Store
    from bot.web.client import Client, ClientOptions
    from bot.workers import Workers

    port, feeds, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    allowed = frozenset({f"127.0.0.1:{port}"})
    clock = Clock()
    with (
        Store.opened(folder / "armswatch.db") as store,
        Workers(2, pages=False) as workers,
        closing(Threads(16)) as threads,
    ):
        poller = Poller(
            store=store,
            feeds=[
                Feed(url=f"http://127.0.0.1:{port}/feed/{number}", name=f"Paper {number}", lang="en", interval=HOUR)
                for number in range(feeds)
            ],
            fetch=Client(ClientOptions(allow=allowed, loopback_only=True), clock),
            parse=workers,
            gate=lambda title, text: False,
            clock=clock,
            map=threads,
            limits=Limits(),
            trusted=allowed,
        )
        print(json.dumps({"ready": True}), flush=True)
        for _ in sys.stdin:
            report = poller.poll()
            assert report.feeds_due == feeds, report
            print(json.dumps({"new": report.entries_new, "failed": report.feeds_failed}), flush=True)
            clock.now += HOUR + timedelta(minutes=5)


if __name__ == "__main__":
    main()
