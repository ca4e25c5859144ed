"""The daemon looks at the sanctions lists once a day: what is new is live, what cannot be read is a notice and tried again."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli.canonical import LoggedApp
from bot.cli.duties import UPKEEP_AFTER, Duties
from bot.cli.logs import logger
from bot.core.units import Window
from bot.jobs.backfill import BackfillReport
from bot.jobs.doctor import lists_check
from bot.jobs.sanctions import AGAIN, Lists
from bot.places import packaged
from bot.settings import load
from bot.store import Store
from tests.fakes import FakeClock
from tests.servers import Reply, Server
from tests.sources.test_sanctions import REMARK, sdn

GOOD = BackfillReport(run="b-1", window=Window(), documents=7, matches=2)
BAD = BackfillReport(run="b-1", window=Window(), failed=1, missed=(("un", "HTTP 503"),))


@dataclass
class Looked:
    """What `Lists` calls: prepared reports, and the names that were asked for."""

    reports: list[BackfillReport]
    names: list[Sequence[str]] = field(default_factory=list)

    def __call__(self, names: Sequence[str]) -> BackfillReport:
        self.names.append(names)
        return self.reports.pop(0)


def lists(store: Store, clock: FakeClock, looked: Looked, *names: str) -> Lists:
    return Lists(store=store, clock=clock, names=names, look=looked)


def test_one_look_a_day_also_over_restarts(store: Store, clock: FakeClock):
    looked = Looked([GOOD, GOOD])
    for _ in range(7):
        lists(store, clock, looked, "ofac", "un").run()  # a fresh object each time: the daemon was started again
        clock.advance(hours=6)
    assert looked.names == [("ofac", "un")] * 2


def test_without_lists_nothing_is_asked_for(store: Store, clock: FakeClock):
    assert lists(store, clock, Looked([])).run() == []
    assert store.runs.beats() == []


def test_a_list_that_cannot_be_read_is_a_notice_and_is_tried_again_within_the_hour(store: Store, clock: FakeClock):
    looked = Looked([BAD, GOOD])
    said = lists(store, clock, looked, "un").run()
    assert said == ["sanctions lists: not read: un: HTTP 503"]
    assert [notice.kind for notice in store.runs.open_notices()] == ["sanctions"]
    clock.advance(minutes=30)
    assert lists(store, clock, looked, "un").run() == []
    clock.now += AGAIN
    assert lists(store, clock, looked, "un").run() == ["sanctions lists: entries read: 7, matches new or changed: 2"]
    assert store.runs.open_notices() == []


def test_a_look_that_the_end_of_the_watch_stopped_is_not_counted(store: Store, clock: FakeClock):
    looked = Looked([BackfillReport(run="b-1", window=Window(), stopped="stopped"), GOOD])
    assert lists(store, clock, looked, "un").run() == []
    assert lists(store, clock, looked, "un").run() != []


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_doctor_says_when_they_were_looked_at(store: Store, clock: FakeClock):
    every = timedelta(days=1)
    assert lists_check(store.place, clock(), (), every).state == "skip"
    assert lists_check(store.place, clock(), ("un",), every).state == "skip"
    lists(store, clock, Looked([BAD]), "un").run()
    bad = lists_check(store.place, clock(), ("un",), every)
    assert (bad.state, "HTTP 503" in bad.found) == ("warn", True)
    clock.advance(days=1)
    lists(store, clock, Looked([GOOD]), "un").run()
    assert lists_check(store.place, clock(), ("un",), every).state == "ok"
    assert lists_check(store.place, clock.advance(days=3), ("un",), every).state == "warn"


def test_the_daemons_duty_reads_a_real_list_and_what_is_new_alerts(tmp_path: Path, clock: FakeClock):
    """Day by day, with the daemon's own wiring, over loopback: a baseline that tells nobody, then one new entry."""
    old, new = (
        ("1", "AEROVOST LLC", "RUSSIA-EO14024 DPRK4", REMARK),
        ("3", "VOSTKARGO LLC", "RUSSIA-EO14024 DPRK4", REMARK),
    )
    with Server({"/sdn.xml": Reply(200, (("content-type", "text/xml"),), sdn(old))}) as server:
        config = tmp_path / "config.toml"
        config.write_text(
            f"schema = 1\nwatchlists = [{json.dumps(str(packaged('watchlists/russia-dprk-arms.toml')))}]\n"
            f'[network]\nallow = ["127.0.0.1:{server.port}"]\n[sanctions]\nlists = ["ofac"]\nurls = {{ ofac = "{server.url("/sdn.xml")}" }}\n'
            '[[subscriptions]]\nname = "desk"\nchannel = "console"\nalerts = true\nquiet_hours = []\n'
            '[[feeds]]\nurl = "https://feeds.invalid/rss"\nname = "n"\n'
        )
        app = LoggedApp(load(config), clock=clock)
        try:
            duties = Duties(app, logger(), threading.Event())
            duties.upkeep()
            assert server.requests == [], "a start is for looking at the world"
            clock.now += UPKEEP_AFTER
            duties.upkeep()
            assert len(server.requests) == 1
            baseline = app.store.articles.since(clock().replace(year=2000))
            assert [article.policy for article in baseline] == ["first_poll"]
            assert app.store.outbox.due(clock()) == []
            server.routes["/sdn.xml"] = Reply(200, (("content-type", "text/xml"),), sdn(old, new))
            clock.advance(days=1)
            duties.upkeep()
            [article] = [
                one for one in app.store.articles.since(clock().replace(year=2000)) if "VOSTKARGO" in one.title
            ]
            assert (article.policy, article.outlet_kind) == ("live", "government")
            assert app.store.articles.verdicts(article.id)[0].kind == "sanctions"
            owed = app.store.outbox.due(clock())
            assert [delivery.kind for delivery in owed] == ["alert"]
            assert "VOSTKARGO" in str(owed[0].payload)
        finally:
            app.close()
