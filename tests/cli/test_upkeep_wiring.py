"""What the daemon wires beside its jobs: upkeep with the real canary, pulse and metrics as configured, secrets known to the log."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from bot.app import App
from bot.cli import upkeep
from bot.cli.canonical import HUNG, Metered
from bot.model import Request
from bot.places import packaged
from bot.settings import load
from bot.store.copies import copies
from tests.cli.test_doctor import environ
from tests.fakes import FakeClock, FakeFetch, InProcess

LIST = packaged("watchlists/russia-dprk-arms.toml")


def configured(folder: Path, more: str = "") -> Path:
    config = folder / "config.toml"
    config.write_text(
        f"schema = 1\nwatchlists = [{json.dumps(str(LIST))}]\n{more}"
        '[[feeds]]\nurl = "https://feeds.example/rss"\nname = "n"\nauth_env = "FEED_LOGIN"\n'
    )
    return config


def test_upkeep_makes_a_copy_where_configured_and_the_real_canary_comes_out(tmp_path: Path, clock: FakeClock):
    settings = load(configured(tmp_path, '[backup]\nfolder = "elsewhere"\nkeep = 3\n'))
    with App(settings, clock=clock, fetch=FakeFetch({}, clock), parse=InProcess()) as app:
        said = upkeep.upkeep(app).run()
        assert [copy.why for copy in copies(tmp_path / "elsewhere", "armswatch")] == ["daily"]
        beats = {beat.job: beat.note for beat in app.store.runs.beats()}
        assert beats["canary"] == "came out", said
        assert app.store.runs.open_notices() == []
        clock.advance(hours=1)
        assert upkeep.upkeep(app).run() == []


def test_pulse_and_metrics_are_only_what_was_asked_for(tmp_path: Path, clock: FakeClock):
    with App(load(configured(tmp_path)), clock=clock, fetch=FakeFetch({}, clock), parse=InProcess()) as app:
        assert upkeep.metrics(app) is None
        quiet = upkeep.pulse(app)
        assert (quiet.file, quiet.url) == (None, "")
    table = '[heartbeat]\nfile = "alive.json"\nurl = "https://ping.example/x"\nevery = "10m"\n'
    with environ(ARMSWATCH_HEARTBEAT_URL="https://ping.example/private", FEED_LOGIN="Basic abcdefgh"):
        settings = load(configured(tmp_path, table))
        with App(settings, clock=clock, fetch=FakeFetch({}, clock), parse=InProcess()) as app:
            loud = upkeep.pulse(app)
            assert (loud.file, loud.url, loud.every) == (
                tmp_path / "alive.json", "https://ping.example/private", timedelta(minutes=10),
            )  # fmt: skip
        assert {"https://ping.example/private", "Basic abcdefgh"} <= set(upkeep.secrets(settings))


def test_a_long_round_moves_as_long_as_requests_end(clock: FakeClock):
    metered = Metered(FakeFetch({"https://feeds.example/rss": b"x"}, clock), clock)
    clock.advance(minutes=30)
    assert clock() - metered.last > HUNG
    metered(Request(url="https://feeds.example/rss", purpose="feed"))
    assert metered.last == clock()
    assert metered.seen["https://feeds.example/rss"]["bytes"] == 1
