"""The daemon's tasks: a digest waits for the first look at the world."""

from __future__ import annotations

import threading
from pathlib import Path

from bot.app import App
from bot.cli.canonical import LoggedApp
from bot.cli.duties import FIRST_LOOK, Duties
from bot.cli.logs import logger
from bot.settings import load
from tests.cli.test_upkeep_wiring import configured
from tests.fakes import FakeClock


def made(app: App) -> bool:
    return app.store.digests.last("desk") is not None


def duties(folder: Path, clock: FakeClock) -> Duties:
    # The network is this machine's alone, so the one feed is refused: a round all the same.
    settings = load(
        configured(folder, '[[subscriptions]]\nname = "desk"\nchannel = "file"\nhour = 0\n'),
        {"ARMSWATCH_NETWORK": "loopback"},
    )
    return Duties(LoggedApp(settings, clock=clock), logger(), threading.Event())


def test_a_digest_that_is_due_at_the_start_waits_for_the_first_round(tmp_path: Path, clock: FakeClock):
    running = duties(tmp_path, clock)
    with running.app as app:
        running.digests()
        assert not made(app), "an empty one, before anything was looked at"
        clock.advance(seconds=20)
        running.round()
        running.digests()
        assert made(app)


def test_after_a_while_away_it_waits_for_a_round_of_this_start(tmp_path: Path, clock: FakeClock):
    before = duties(tmp_path, clock)
    with before.app:
        before.round()
    clock.advance(days=7)
    running = duties(tmp_path, clock)
    with running.app as app:
        running.digests()
        assert not made(app)


def test_a_first_round_that_takes_long_holds_no_digest_back(tmp_path: Path, clock: FakeClock):
    running = duties(tmp_path, clock)
    with running.app as app:
        clock.advance(seconds=FIRST_LOOK.total_seconds())
        running.digests()
        assert made(app)
