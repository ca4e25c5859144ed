"""One start of a delivery for `tests.crash.Starter`: makes the digest, sends what is owed, and dies at a marked point."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from bot.app import App
from bot.model import Subscription
from bot.settings import Settings, load
from tests.crash import KillAt
from tests.fakes import FakeClock

POINTS = (
    "digest:before-save",
    "digest:saved",
    "deliver:before-begin",
    "deliver:begun",
    "deliver:sent",
    "deliver:settled",
)
TARGETS = {"bot": ("slack", "C0123456789"), "webhook": ("slack", "webhook"), "mail": ("email", "desk@example.org")}


def main(config: str, folder: str, way: str, now: str, point: str = "", nth: int = 1) -> None:
    """Digest and deliveries due at `now`, by one way, in the database of `folder`; the clock keeps Slack's pace."""
    channel, target = TARGETS[way]
    # A few stories in the channel, the rest in the thread: several parts to be killed between.
    desk = Subscription(name="crash-desk", channel=channel, target=target, max_stories=2)  # type: ignore[arg-type]
    there = Path(folder)
    settings = replace(_settings(config), database=there / "armswatch.db", output=there, subscriptions=(desk,))
    clock = FakeClock(datetime.fromisoformat(now))
    with App(settings, clock=clock, mark=KillAt(point, nth)) as app:
        app.digester.run(force=True)
        app.deliverer.flush()
        while (due := app.store.outbox.next_due()) is not None and due <= clock.now + timedelta(seconds=5):
            clock.now = max(due, clock.now + timedelta(milliseconds=1))
            app.deliverer.flush()


@lru_cache
def _settings(config: str) -> Settings:
    return load(Path(config))


def ready(config: str) -> None:
    """Read the configuration before the first fork, once for all starts."""
    _settings(config)
