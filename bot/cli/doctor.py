"""`doctor`: everything that can be wrong with a watch, looked at once, with how to mend it."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import click

from bot.cli.status import age_option
from bot.places import Server, backup_folder, config_path, database_path, store_place

if TYPE_CHECKING:
    from bot.app import App
    from bot.jobs.doctor import Check
    from bot.settings import Settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object: {state, checks}.")
@click.option("--max-age", default="26h", show_default=True, metavar="AGE", help="How old the last round may be.")
@click.option("--offline", is_flag=True, help="Ask no feed, Slack or mail server; cheap enough for monitoring.")
@click.option("--post", is_flag=True, help="Send one test message to each Slack channel and take it back.")
@click.pass_obj
def doctor(obj: dict[str, Any], as_json: bool, max_age: str, offline: bool, post: bool) -> int:
    """Check configuration, watchlists, feeds, robots, Slack, mail, clock, disk, database, canary and heartbeat.

    Exit code 0: nothing is bad (warnings may be); 1: something is, the table says what and how to mend it.
    """
    from bot.jobs.doctor import worst

    oldest = timedelta(seconds=age_option(max_age))
    checks = list(_checks(config_path(obj.get("config")), oldest, offline=offline, post=post))
    state = worst(checks)
    if as_json:
        click.echo(
            json.dumps({"state": state, "checks": [asdict(one) for one in checks]}, ensure_ascii=False, indent=1)
        )
    else:
        show(checks)
    return int(state == "bad")


def _checks(config: Path, max_age: timedelta, *, offline: bool, post: bool) -> Iterator[Check]:
    from bot.errors import ConfigError, StoreError
    from bot.jobs import doctor as look
    from bot.jobs.doctor import Check
    from bot.settings import load
    from bot.store.locks import holder

    now = datetime.now(UTC)
    settings: Settings | None = None
    try:
        settings = load(config)
    except ConfigError as error:
        for problem in error.problems:
            found = f"{problem.key}: found {problem.found}" if problem.key else problem.found
            mend = f"expected {problem.expected}" + (f" ({problem.hint})" if problem.hint else "")
            yield Check(what="configuration", subject=problem.file, state="bad", found=found, mend=mend)
    database, place = (settings.database if settings else database_path(config)), store_place(config)
    if settings:
        yield from _settings(settings)
    yield look.disk(database)
    yield from look.database(place)
    every = settings.table.backup.every if settings else timedelta(days=1)
    yield look.copies_check(backup_folder(config), place, now, every)
    pid = None
    with suppress(StoreError):  # told already
        pid = holder(place)
    yield look.heartbeat(place, now, max_age, pid)
    yield look.outbox(place, now)
    if settings:
        lists = settings.table.sanctions
        yield look.lists_check(place, now, lists.lists, lists.every)
    if settings is None:
        yield Check(what="feeds", subject="", state="skip", found="the configuration cannot be used yet")
        return
    # A database of its own: looking must neither migrate the real one nor wait for its daemon.
    with tempfile.TemporaryDirectory(prefix="armswatch-doctor-") as folder:
        yield from _with_app(settings.on_file(Path(folder) / "doctor.db"), place, offline=offline, post=post)


def _settings(settings: Settings) -> Iterator[Check]:
    from bot.core.watchlists import lint
    from bot.jobs.doctor import Check

    counted = ", ".join(
        f"{len(found)} {word}" + "s" * (len(found) != 1)
        for word, found in (
            ("feed", settings.feeds), ("watchlist", settings.watchlists), ("subscription", settings.subscriptions)
        )
    )  # fmt: skip
    if settings.feeds:
        yield Check(what="configuration", subject=str(settings.config), state="ok", found=counted)
    else:
        mend = "`armswatch feeds add URL`, or name a feed file in feed_files"
        yield Check(what="configuration", subject=str(settings.config), state="bad", found="not one feed", mend=mend)
    if not settings.table.polling.contact:
        mend = "write a URL or mail address into [polling] contact: publishers who can reach you block less"
        yield Check(what="politeness", subject="contact", state="warn", found="publishers cannot reach you", mend=mend)
    for one in settings.watchlists:
        remarks = lint(one)
        found = f"{len(one.concepts)} concepts, {len(one.terms)} terms" + (f"; {remarks[0]}" if remarks else "")
        mend = "`armswatch watchlist check` shows every remark" if remarks else ""
        yield Check(what="watchlist", subject=one.name, state="warn" if remarks else "ok", found=found, mend=mend)
    now = datetime.now(UTC)
    zones = sorted({one.zone for one in settings.subscriptions})
    there = "".join(f", {now.astimezone(ZoneInfo(zone)):%H:%M} in {zone}" for zone in zones if zone != "UTC")
    yield Check(what="zone", subject="", state="ok", found=f"it is {now:%Y-%m-%d %H:%M} UTC{there}")
    for name in ("SLACK_TOKEN", "SLACK_APP_TOKEN", "SLACK_WEBHOOK", "SMTP_PASSWORD", "STORE_URL", "STORE_PASSWORD"):
        path = os.environ.get(f"ARMSWATCH_{name}_FILE", "")
        if path and Path(path).stat().st_mode & 0o077:
            mend = f"chmod 600 {path}"
            yield Check(
                what="secrets", subject=path, state="warn", found="others on this machine can read it", mend=mend
            )


def _with_app(settings: Settings, real: Path | Server, *, offline: bool, post: bool) -> Iterator[Check]:
    from bot.app import App

    with App(settings) as app:
        yield from _survived("canary", _canary(app))
        if offline:
            return
        yield from _survived("feeds", network_checks(app, real))
        yield from _survived("channels", channel_checks(app, post=post))


def _survived(what: str, checks: Iterator[Check]) -> Iterator[Check]:
    """The checks of one kind; an error nobody thought of becomes one of them, so that the rest is still looked at."""
    from bot.jobs.doctor import Check

    try:
        yield from checks
    except Exception as error:  # noqa: BLE001 (a doctor must not fall ill himself)
        mend = "this is a mistake of armswatch: please report it with this line"
        yield Check(what=what, subject="", state="bad", found=f"{type(error).__name__}: {error}", mend=mend)


def _canary(app: App) -> Iterator[Check]:
    from bot.core.evaluation import read_examples
    from bot.jobs.canary import Canary
    from bot.jobs.doctor import Check

    canary = Canary(
        matcher=app.matcher,
        lexicon=app.lexicon,
        parse=app.workers,
        clock=app.clock,
        folder=app.settings.database.parent,
    )
    for one, path in zip(app.watchlists, app.settings.watchlist_files, strict=True):
        examples = path.with_name(f"{path.stem}.examples.jsonl")
        if not examples.exists():
            mend = f"write some labelled items into {examples.name}"
            yield Check(what="canary", subject=one.name, state="skip", found="the watchlist has no examples", mend=mend)
            continue
        stopped = canary.sing(one.name, read_examples(examples.read_text(encoding="utf-8").splitlines()))
        found = stopped or "an invented article comes out as a match, from feed bytes to story"
        mend = "`armswatch watchlist test` and `armswatch watchlist check` say more" if stopped else ""
        yield Check(what="canary", subject=one.name, state="bad" if stopped else "ok", found=found, mend=mend)


def network_checks(app: App, real: Path | Server) -> Iterator[Check]:
    """Feeds, robots.txt and the clock; `real` is the database that knows what was polled lately."""
    from bot.errors import StoreError
    from bot.jobs import doctor as look
    from bot.jobs.doctor import Check
    from bot.store import Store
    from bot.web.robots import Robots

    try:
        with Store.opened(real, readonly=True) as store:
            statuses = {status.url: status for status in store.feeds.statuses()}
    except StoreError:
        statuses = {}
    asked = look.ask_feeds(
        app.settings.feeds, statuses, fetch=app.fetch, parse=app.workers, map_=app.map, clock=app.clock,
        floor=app.settings.table.polling.floor, environ=os.environ,
    )  # fmt: skip
    yield from look.network_check(asked)
    yield from (answer.check for answer in asked)
    if app.settings.table.polling.robots:
        rules = Robots(app.fetch, app.clock, lambda _host, _delay: None)
        yield from look.robots(
            app.settings.feeds, asked, lambda url, agent: rules.check(url, agent or app.settings.user_agent)
        )
    else:
        mend = "set robots = true in [polling]"
        yield Check(what="robots.txt", subject="", state="warn", found="it is not asked", mend=mend)
    yield look.clock_check(asked)


_MEND = {
    "slack": "docs/slack.md goes through the app, its scopes and the invitation",
    "email": "docs/mail.md has the settings of the usual servers",
    "setup": "set the secret in the environment, or take the subscription out",
    "file": "make the folder writable, or name another one in `output`",
}


def channel_checks(app: App, *, post: bool) -> Iterator[Check]:
    """Every channel that a subscription uses; nothing is sent but, with `post`, a message that is taken back."""
    from bot.jobs.doctor import Check

    names = {"slack": "Slack", "email": "mail", "setup": "subscription", "file": "files"}
    wrong = app.channels.check()
    for channel, problem in wrong:
        mend = _MEND.get(channel, "")
        yield Check(what=names.get(channel, channel), subject="", state="bad", found=problem, mend=mend)
    used = {one.channel for one in app.channels.subscriptions}
    for channel in sorted(used - {channel for channel, _ in wrong} - {"console"}):
        yield Check(what=names.get(channel, channel), subject="", state="ok", found="it would take a message")
    if post:
        yield from _trials(app)


def _trials(app: App) -> Iterator[Check]:
    from bot.jobs.doctor import Check
    from bot.send.trial import trial

    token, table = app.settings.secrets.slack_token, app.settings.table
    targets = sorted({one.target for one in app.channels.subscriptions if one.channel == "slack" and one.target})
    if not token or not targets:
        found = "no Slack channel by token; a webhook's message and a mail cannot be taken back, so none is sent"
        yield Check(what="Slack", subject="test message", state="skip", found=found)
        return
    for target in targets:
        problem = trial(
            token,
            target,
            base_url=table.slack.base_url,
            loopback_only=app.settings.loopback_only,
            proxy=table.network.proxy,
        )
        found = problem or "posted and taken back"
        yield Check(what="Slack", subject=target, state="bad" if problem else "ok", found=found, mend=_MEND["slack"] if problem else "")  # fmt: skip


_FEW = 3  # feeds in the same state that still have a line each


def _is_feed(check: Check) -> bool:
    return check.what.startswith(("feed ", "feeds"))


def _folded(checks: list[Check]) -> Iterator[Check]:
    """The checks, feeds that say the same in one line together."""
    alike: dict[tuple[str, str, str], list[Check]] = {}
    for one in checks:
        if _is_feed(one):
            said = one.found.replace(urlsplit(one.subject).hostname or " ", "…")
            alike.setdefault((one.state, said if one.state != "ok" else "", one.mend), []).append(one)
        else:
            yield one
    for (_, said, _), group in alike.items():
        if len(group) <= _FEW:
            yield from group
            continue
        names = ", ".join(one.what.removeprefix("feed ") for one in group[:_FEW])
        found = said or "answered"
        yield replace(group[0], what=f"feeds, {len(group)} of them", subject="", found=f"{found} ({names}, …)")


def show(checks: list[Check]) -> None:
    """The table for people: what is bad first, feeds that say the same in one line."""
    from bot.core.text import clean

    marks = {"ok": "ok  ", "warn": "WARN", "bad": "BAD ", "skip": "-   "}
    order = {"bad": 0, "warn": 1, "skip": 2, "ok": 3}
    # Feeds last of their state: there are many, and what else is wrong should be read first.
    for one in sorted(_folded(checks), key=lambda check: (order[check.state], _is_feed(check))):
        subject = f" {clean(one.subject, 80)}" if one.subject else ""
        click.echo(f"{marks[one.state]}  {clean(one.what, 60)}{subject}: {clean(one.found, 300)}")
        if one.mend:
            click.echo(f"      → {clean(one.mend, 300)}")
    counts = {state: sum(one.state == state for one in checks) for state in ("bad", "warn", "ok", "skip")}
    click.echo(f"{counts['bad']} bad, {counts['warn']} warnings, {counts['ok']} ok, {counts['skip']} not looked at")
