"""The doctor: names what is wrong and how to mend it, asks politely, and ends with a code for monitoring."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.cli.doctor import channel_checks, network_checks, show
from bot.core.evaluation import Example
from bot.core.matches import Matcher
from bot.core.watchlists import load
from bot.jobs import doctor as look
from bot.jobs.canary import Canary
from bot.model import Delivery
from bot.places import packaged
from bot.settings import load as load_settings
from bot.store import Store
from bot.store.backup import backup
from bot.workers import Workers
from tests.cli.conftest import Run
from tests.fake_slack import TOKEN, FakeSlack, serving
from tests.fakes import FakeClock, InProcess
from tests.servers import Reply, Server, feed, html, redirect

LIST = packaged("watchlists/russia-dprk-arms.toml")
RSS = (
    '<rss version="2.0"><channel><title>t</title><item><title>Ferry timetable</title><link>{base}/page</link>'
    "<guid>1</guid></item></channel></rss>"
)


@contextmanager
def environ(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def configured(folder: Path, *feeds: str, more: str = "", allow: tuple[str, ...] = (), last: str = "") -> Path:
    config = folder / "config.toml"
    tables = "".join(f'[[feeds]]\nurl = "{url}"\nname = "Feed {number}"\n' for number, url in enumerate(feeds))
    config.write_text(
        f"schema = 1\nwatchlists = [{json.dumps(str(LIST))}]\n{more}[network]\nallow = {json.dumps(allow)}\n"
        f'[polling]\ncontact = "desk@example.org"\n{last}{tables}'
    )
    return config


def looked(run: Run, config: Path, *words: str) -> tuple[int, list[dict[str, Any]]]:
    done = run("doctor", "--json", *words, config=config)
    assert "Traceback" not in done.err
    return done.code, json.loads(done.out)["checks"]


def asking(config: Path, *, post: bool = False) -> list[dict[str, Any]]:
    """What the network says, without a canary."""
    settings = load_settings(config)
    with App(replace(settings, database=config.parent / "doctor.db"), parse=InProcess()) as app:
        found = [*network_checks(app, settings.database), *channel_checks(app, post=post)]
    return [asdict(check) for check in found]


def of(checks: list[dict[str, Any]], what: str) -> list[dict[str, Any]]:
    return [check for check in checks if check["what"].startswith(what)]


def test_without_a_configuration_it_says_what_to_do_first(tmp_path: Path, run: Run):
    code, checks = looked(run, tmp_path / "config.toml")
    assert code == 1
    assert "armswatch init" in of(checks, "configuration")[0]["mend"]


def test_every_mistake_of_a_configuration_is_a_line_of_its_own(tmp_path: Path, run: Run):
    config = tmp_path / "config.toml"
    config.write_text('schema = 1\ntick = 3\n[polling]\nfloor = "soon"\n')
    code, checks = looked(run, config)
    assert code == 1
    assert len(of(checks, "configuration")) >= 2
    assert all(check["mend"] for check in of(checks, "configuration"))


@pytest.mark.criterion("R-76")
def test_each_feed_is_asked_once_and_told_apart(tmp_path: Path, run: Run):
    with Server() as server:
        base = server.url("")
        server.routes |= {
            "/good": feed(RSS.format(base=base), headers=(("Date", format_datetime(datetime.now(UTC), usegmt=True)),)),
            "/page-instead": html("<p>Subscribe to our newsletter"),
            "/gone": Reply(404),
            "/moved": redirect("/good", 301),
            "/robots.txt": Reply(200, (("content-type", "text/plain"),), b"User-agent: *\nDisallow: /page\n"),
        }
        names = ("good", "page-instead", "gone", "moved", "refused")
        config = configured(tmp_path, *(f"{base}/{name}" for name in names), allow=tuple(server.allow))
        checks = asking(config)
        states = {name: of(checks, f"feed Feed {number}")[0] for number, name in enumerate(names)}
        assert {name: check["state"] for name, check in states.items()} == {
            "good": "ok", "page-instead": "bad", "gone": "bad", "moved": "warn", "refused": "bad",
        }  # fmt: skip
        assert f'url = "{base}/good"' in states["moved"]["mend"]
        assert all(check["mend"] for check in states.values() if check["state"] != "ok")
        assert len(server.seen("/gone")) == 1
        assert len(server.seen("/robots.txt")) == 1
        assert not server.seen("/page")
        (rules,) = of(checks, "robots.txt")
        assert rules["state"] == "warn"
        assert "pages = false" in rules["mend"]


def test_a_feed_that_was_polled_within_the_hour_is_not_asked_again(tmp_path: Path):
    with Server() as server:
        server.routes["/good"] = feed(RSS.format(base=server.url("")))
        config = configured(tmp_path, server.url("/good"), allow=tuple(server.allow))
        with App(load_settings(config), parse=InProcess()) as app:
            app.round()
        before = len(server.requests)
        assert of(asking(config), "feed")[0]["state"] == "ok"
        assert len(server.requests) == before


def test_offline_asks_nobody(tmp_path: Path, run: Run):
    with Server() as server:
        config = configured(tmp_path, server.url("/good"), allow=tuple(server.allow))
        _, checks = looked(run, config, "--offline")
        assert not server.requests
        assert not of(checks, "feed ")
        assert of(checks, "canary")[0]["state"] == "ok"


def test_an_old_heartbeat_is_bad_by_the_age_that_was_asked_for(watch: Path):
    database, now = watch.parent / "armswatch.db", datetime.now(UTC)
    with Store.opened(database) as store:
        store.runs.beat("poll", now - timedelta(hours=30))
    assert look.heartbeat(database, now, timedelta(hours=26), None).state == "bad"
    assert look.heartbeat(database, now, timedelta(days=2), None).state == "ok"
    assert look.heartbeat(watch.parent / "none.db", now, timedelta(days=2), None).state == "warn"
    assert look.heartbeat(watch.parent / "none.db", now, timedelta(days=2), 17).state == "bad"


def test_a_parked_delivery_is_bad_and_names_the_command(watch: Path):
    database, now = watch.parent / "armswatch.db", datetime.now(UTC)
    owed = Delivery(kind="notice", subject="n-1", channel="slack", target="C0123456789", part=1, payload="{}")
    with Store.opened(database) as store:
        store.outbox.promise(owed, now)
        assert look.outbox(database, now).state == "ok"
        assert look.outbox(database, now + timedelta(days=2)).state == "bad"
        store.outbox.move(owed, replace(owed, state="parked", error="channel_not_found"), now)
    found = look.outbox(database, now)
    assert (found.state, "outbox retry" in found.mend) == ("bad", True)


def test_a_damaged_database_points_to_restore(watch: Path):
    database = watch.parent / "armswatch.db"
    whole = database.read_bytes()
    database.write_bytes(whole[:8192] + os.urandom(65536) + whole[73728:])
    (found, *_) = look.database(database)
    assert (found.state, "restore" in found.mend) == ("bad", True)


@pytest.mark.criterion("R-61")
@pytest.mark.parametrize(
    ("version", "states"),
    [
        ("SQLite 3.40.1", ["warn"]),
        ("SQLite 3.51.2", ["warn"]),
        ("SQLite 3.51.3", []),
        ("SQLite 3.52.0", []),
        ("PostgreSQL 15.6", []),
    ],
)
def test_a_sqlite_that_two_writers_can_damage_is_told(version: str, states: list[str]):
    assert [check.state for check in look.sqlite_check(version)] == states


@pytest.mark.criterion("R-61")
def test_the_sqlite_in_use_is_looked_at(watch: Path):
    found = look.database(watch.parent / "armswatch.db")
    expected = ["warn"] if sqlite3.sqlite_version_info < look.WAL_MENDED else []
    assert [check.state for check in found if check.subject == f"SQLite {sqlite3.sqlite_version}"] == expected


def test_a_record_that_was_touched_breaks_the_evidence(watch: Path):
    database = watch.parent / "armswatch.db"
    assert {check.state for check in look.database(database)[:2]} == {"ok"}
    with closing(sqlite3.connect(database)) as tampering:
        tampering.execute("UPDATE evidence SET record = x'00' WHERE id = (SELECT MIN(id) FROM evidence)")
        tampering.commit()
    assert look.database(database)[1].state == "bad"


def test_a_missing_or_old_copy_is_a_warning(watch: Path):
    database, now, day = watch.parent / "armswatch.db", datetime.now(UTC), timedelta(days=1)
    folder = watch.parent / "copies"
    assert look.copies_check(folder, database, now, day).state == "warn"
    backup(database, folder, now)
    assert look.copies_check(folder, database, now, day).state == "ok"
    assert look.copies_check(folder, database, now + timedelta(days=4), day).state == "warn"


def test_one_wrong_server_says_nothing_about_our_clock():
    def asked(seconds: float) -> look.Asked:
        return look.Asked(
            check=look.Check(what="feed", subject="", state="ok", found=""), skew=timedelta(seconds=seconds)
        )

    assert look.clock_check([asked(1), asked(-2), asked(90_000)]).state == "ok"
    assert look.clock_check([asked(300), asked(301), asked(299)]).state == "warn"
    assert look.clock_check([asked(-90_000), asked(-90_001), asked(-3)]).state == "bad"
    assert look.clock_check([asked(90_000)]).state == "skip"


SLACK = '[[subscriptions]]\nname = "team{number}"\nchannel = "slack"\ntarget = "{target}"\n'


def slack_config(folder: Path, slack: FakeSlack, *targets: str) -> Path:
    subscriptions = "".join(SLACK.format(number=number, target=target) for number, target in enumerate(targets))
    return configured(folder, last=f'[slack]\nbase_url = "{slack.base_url}"\n{subscriptions}')


def test_post_leaves_nothing_in_the_channel(tmp_path: Path):
    with serving(FakeSlack()) as slack, environ(ARMSWATCH_SLACK_TOKEN=TOKEN):
        checks = asking(slack_config(tmp_path, slack, "C0123456789"), post=True)
        assert [check["found"] for check in of(checks, "Slack") if check["subject"]] == ["posted and taken back"]
        assert "chat.postMessage" in slack.calls
        assert slack.messages["C0123456789"] == []
        assert TOKEN not in str(checks)


def test_slack_problems_are_named_with_the_page_that_helps(tmp_path: Path):
    with (
        serving(FakeSlack(scopes=frozenset({"chat:write", "channels:read"}))) as slack,
        environ(ARMSWATCH_SLACK_TOKEN=TOKEN),
    ):
        wrong = of(asking(slack_config(tmp_path, slack, "C0STRANGER0", "C0ARCHIVED0"), post=True), "Slack")
        said = " ".join(check["found"] for check in wrong)
        assert all(word in said for word in ("channels:history", "/invite", "archived", "not_in_channel"))
        assert all("docs/slack.md" in check["mend"] for check in wrong)
        assert not any(slack.messages.values())


def test_a_mail_server_that_does_not_answer_is_named_and_no_mail_is_sent(tmp_path: Path):
    mail = '[smtp]\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\nfrom = "watch@example.org"\n'
    to = '[[subscriptions]]\nname = "lena"\nchannel = "email"\ntarget = "lena@example.org"\n'
    (wrong,) = of(asking(configured(tmp_path, last=mail + to)), "mail")
    assert wrong["state"] == "bad"
    assert "127.0.0.1:9" in wrong["found"]
    assert "docs/mail.md" in wrong["mend"]


def test_the_table_puts_what_is_bad_first_and_names_the_remedy(tmp_path: Path, run: Run):
    done = run("doctor", "--offline", config=configured(tmp_path))
    lines = done.out.splitlines()
    assert lines[0].startswith("BAD ")
    assert lines[1].startswith("      → ")
    assert lines[-1].endswith("not looked at")


def test_the_zone_of_a_digest_is_told_by_its_own_clock(tmp_path: Path, run: Run):
    last = '[[subscriptions]]\nname = "desk"\nchannel = "console"\nzone = "Asia/Seoul"\n'
    _, checks = looked(run, configured(tmp_path, last=last), "--offline")
    said = re.fullmatch(r"it is \S+ (\d\d):(\d\d) UTC, (\d\d):(\d\d) in Asia/Seoul", of(checks, "zone")[0]["found"])
    assert said
    assert (int(said[3]) - int(said[1])) % 24 == 9
    assert said[2] == said[4]


def test_many_feeds_that_say_the_same_are_one_line_below_what_else_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with environ(ARMSWATCH_NETWORK="loopback", ARMSWATCH_SLACK_TOKEN=""):
        subscription = SLACK.format(number=1, target="C0123456789")
        config = configured(tmp_path, *(f"http://127.0.0.1:{port}/feed" for port in range(1, 6)), more="", last=subscription,
                            allow=tuple(f"127.0.0.1:{port}" for port in range(1, 6)))  # fmt: skip
        checks = asking(config)
    show([look.Check(**check) for check in checks])
    said = capsys.readouterr().out
    assert said.index("no Slack token") < said.index("feeds, 5 of them")
    assert "(Feed 0, Feed 1, Feed 2, …)" in said
    assert "Feed 3" not in said
    assert [check["found"] for check in of(checks, "network")] == ["none of 5 servers could be reached"]
    assert len(of(checks, "feed ")) == 5, "programs get every feed"


def test_a_database_of_an_older_version_is_no_lost_heartbeat(tmp_path: Path):
    (tmp_path / "old.db").write_bytes(b"")
    found = look.heartbeat(tmp_path / "old.db", datetime.now(UTC), timedelta(hours=1), None)
    assert (found.state, "no round yet" in found.found) == ("skip", False)
    assert look.heartbeat(tmp_path / "none.db", datetime.now(UTC), timedelta(hours=1), None).state == "warn"


def test_the_canary_says_where_it_stopped(tmp_path: Path, clock: FakeClock):
    watchlist = load(LIST.read_bytes(), file=str(LIST))
    good = Example(
        "1", "en", "in", "", "", "Pyongyang ships artillery shells to Moscow",
        "North Korea has delivered more than 40,000 artillery shells to Russia, South Korea's spy agency told lawmakers in Seoul.",
    )  # fmt: skip
    dull = Example(
        "2",
        "en",
        "in",
        "",
        "",
        "Choir wins prize",
        "A choir from a small town won a prize for its singing of old songs.",
    )
    with Workers(1) as workers:
        canary = Canary(matcher=Matcher([watchlist]), lexicon=None, parse=workers, clock=clock, folder=tmp_path)
        assert canary.sing(watchlist.name, [good]) == ""
        assert "stopped at the watchlist" in canary.sing(watchlist.name, [dull])
        assert "none is a match" in canary.sing("another", [good])
    assert list(tmp_path.iterdir()) == []
