"""`digest`: see what would be told now, or make and send what is due."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import click

from bot.places import config_path


@click.command()
@click.option("--preview", is_flag=True, help="Print the digest as it would be now; nothing is stored or sent.")
@click.option("--send", is_flag=True, help="Make the digests that are due and send what is owed, then exit.")
@click.option("--now", "force", is_flag=True, help="With --send: today's digest at once, whatever the hour.")
@click.option(
    "--check", is_flag=True, help="With --preview: also ask Slack and the mail server whether they would take it."
)
@click.option("--subscription", "name", default="", help="Only this one.")
@click.option("--json", "as_json", is_flag=True, help="With --preview: the digest as JSON.")
@click.pass_obj
def digest(obj: dict[str, Any], preview: bool, send: bool, force: bool, check: bool, name: str, as_json: bool) -> int:
    """Preview or send what is due: `--preview`, or `--send`."""
    if preview == send:
        raise click.UsageError("say either --preview or --send")
    from bot.app import App
    from bot.settings import load
    from bot.store.locks import daemon_lock

    settings = load(config_path(obj.get("config")))
    if send:
        with daemon_lock(settings.store), App(settings) as app:
            return _send(app, force)
    with App(settings) as app:
        return _preview(app, name, as_json, check)


def _send(app: Any, force: bool) -> int:
    made = app.digester.run(force=force)
    report = drained(app)
    if app.warner.run():
        told = drained(app)
        report = replace(
            report,
            sent=report.sent + told.sent,
            parked=report.parked + told.parked,
            errors=(*report.errors, *told.errors),
        )
    app.store.runs.beat("digest", app.clock())
    # From cron every quarter of an hour: where nothing happened, nothing is said, and nobody gets a mail about it.
    if not (made or report.sent or report.later or report.parked or sys.stderr.isatty()):
        return 0
    for line in app.channels.fallbacks:
        click.echo(line, err=True)
    click.echo(
        f"{len(made)} digests made; {report.sent} deliveries sent, {report.later} to be tried later, {report.parked} parked",
        err=True,
    )
    for line in report.errors:
        click.echo(f"  {line}", err=True)
    return int(report.parked > 0)


def drained(app: Any, patience: float = 60, way: str = "") -> Any:
    """Send until nothing is due within a few seconds: later parts wait for the pace that a channel allows."""
    import time
    from datetime import timedelta

    from bot.core.outbox import WAYS

    channels = WAYS[way] if way else ()
    total = app.deliverer.flush(way=way)
    end = time.monotonic() + patience
    while time.monotonic() < end:
        due = app.store.outbox.next_due(channels)
        if due is None or due > app.clock() + timedelta(seconds=5):
            break
        time.sleep(max(0.05, (due - app.clock()).total_seconds()))
        more = app.deliverer.flush(way=way)
        total = replace(
            more, sent=total.sent + more.sent, parked=total.parked + more.parked, errors=(*total.errors, *more.errors)
        )
    return total


def _preview(app: Any, name: str, as_json: bool, check: bool) -> int:
    from bot.render import console, record

    wanted = [one for one in app.channels.subscriptions if name in {"", one.name}]
    if not wanted:
        raise click.BadParameter(f"no subscription {name!r}", param_hint="--subscription")
    for one in wanted[:1] if not name else wanted:
        drafted = app.digester.draft(one, app.clock())
        click.echo(record.dumped(drafted) if as_json else console.text(drafted, limit=one.max_stories))
    return _check(app) if check else 0


def _check(app: Any) -> int:
    wrong = app.channels.check()
    for channel, problem in wrong:
        click.echo(f"check     {channel}: {problem}")
    if not wrong:
        click.echo("check     every channel would take it")
    return int(bool(wrong))
