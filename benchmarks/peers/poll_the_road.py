"""Our full road, pages read, judged and stored: `poll_the_road.py PORT FEEDS FOLDER`, a round for each line read."""

import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path


class Clock:
    now = datetime(2026, 2, 2, 8, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.now


def main() -> None:
    from bot.app import App
    from bot.places import packaged
    from bot.settings import load

    port, feeds, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    tables = "\n".join(
        f'[[feeds]]\nurl = "http://127.0.0.1:{port}/feed/{number}"\nname = "Paper {number}"\nlang = "en"\ninterval = "60m"'
        for number in range(feeds)
    )
    config = folder / "config.toml"
    config.write_text(
        f"schema = 1\nwatchlists = [{json.dumps(str(packaged('watchlists/russia-dprk-arms.toml')))}]\n"
        f'[polling]\npage_budget = 100000\nrobots = false\n[network]\nallow = ["127.0.0.1:{port}"]\n{tables}\n'
    )
    clock = Clock()
    with App(load(config, {"ARMSWATCH_NETWORK": "loopback"}), clock=clock) as app:
        print(json.dumps({"ready": True}), flush=True)
        for _ in sys.stdin:
            report = app.round()
            print(
                json.dumps(
                    {
                        "new": report.entries_new,
                        "failed": report.feeds_failed + report.pages_failed,
                        "pages": report.pages_fetched,
                        "matches": report.matches,
                    }
                ),
                flush=True,
            )
            clock.now += timedelta(minutes=65)


if __name__ == "__main__":
    main()
