"""`demo`: the whole job on a bundled world on this machine, two rounds an hour apart on the demo's own clock."""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click


@click.command()
@click.option(
    "--out", "folder", default="armswatch-demo", show_default=True, type=click.Path(path_type=Path, file_okay=False)
)
@click.option(
    "--slack-url",
    default="",
    metavar="URL",
    help="Post it to this stand-in for Slack too, such as `python -m tests.fake_slack`.",
)
@click.pass_obj
def demo(obj: dict[str, Any], folder: Path, slack_url: str) -> int:
    """Poll, read, judge, group and render on invented outlets served by this machine: no account, no internet."""
    os.environ["ARMSWATCH_NETWORK"] = "loopback"
    from bot.app import App
    from bot.cli.digest import drained
    from bot.cli.previews import write_mail, write_slack
    from bot.cli.watch import show
    from bot.serve.demo import DemoWorld
    from bot.settings import load

    environ = {"ARMSWATCH_NETWORK": "loopback"}  # invented news goes to no account that the environment happens to name
    if slack_url:
        environ |= _stand_in(slack_url)
    _cleared(folder)
    folder = folder.resolve()
    started = datetime.now(UTC).replace(microsecond=0)
    with DemoWorld(now=started) as world:
        config = folder / "config.toml"
        config.write_text(world.config_text(folder, slack_url), encoding="utf-8")
        settings = load(config, environ)
        settings = settings.on_file(settings.database)  # whatever server the environment names
        feeds = len(settings.feeds)
        click.echo(f"A world of {feeds} invented outlets answers at {world.base_url} until this command ends.\n")
        with App(settings, clock=lambda: world.clock + (datetime.now(UTC) - started)) as app:
            failures = 0
            for number in (1, 2):
                world.round = number
                before = len(world.requests)
                click.echo(f"Round {number}, {world.clock:%H:%M} UTC on the demo's clock:")
                report = app.round()
                show(report)
                _show_requests(world.requests[before:])
                failures += report.feeds_failed
            _show_store(app)
            app.digester.run(force=True)
            click.echo("\nThe digest, as every subscription gets it once:\n")
            delivered = drained(app, patience=20)
            newest = app.store.digests.last(settings.subscriptions[0].name)
            paths = [
                *write_slack(app, folder, newest.id if newest else ""),
                *write_mail(app, folder, newest.id if newest else ""),
                _report(app, folder),
            ]
            for line in app.channels.fallbacks:
                click.echo(line)
            if slack_url:
                click.echo(f"subscription 'slack-preview': {_arrived(app)} at {slack_url}")
            click.echo("\nWritten for you to open:")
            for path in paths:
                click.echo(f"  {path}")
            _next_steps(folder, app)
    return int(delivered.parked > 0)


def _stand_in(url: str) -> dict[str, str]:
    """The secret for a Slack of this machine; invented news is posted to no other."""
    token = {name: value for name, value in os.environ.items() if name.startswith("ARMSWATCH_SLACK_TOKEN") and value}
    if urlsplit(url).hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise click.UsageError(
            f"--slack-url {url}: the news of the demo is invented; it goes to a Slack of this machine only"
        )
    if not token:
        raise click.UsageError("--slack-url needs a token in ARMSWATCH_SLACK_TOKEN; the stand-in prints one")
    return token


def _cleared(folder: Path) -> None:
    """Make the folder anew; one that the demo did not write itself is left alone."""
    from bot.serve.world.config import FIRST_LINE

    config = folder / "config.toml"
    ours = config.is_file() and config.read_text(encoding="utf-8", errors="replace").startswith(FIRST_LINE)
    if folder.exists() and any(folder.iterdir()) and not ours:
        raise click.UsageError(f"{folder} holds other things; choose an empty folder with --out")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _report(app: Any, folder: Path) -> Path:
    from bot.core.units import Window
    from bot.jobs.report import report
    from bot.render.report import html

    path = folder / "report.html"
    path.write_text(html(report(app.store, Window(), app.clock())), encoding="utf-8")
    return path


def _arrived(app: Any) -> str:
    listed = [one.delivery for one in app.store.outbox.listing(("owed", "sending", "parked", "sent"))]
    slack = [one for one in listed if one.channel == "slack"]
    wrong = next((one.error for one in slack if one.error), "")
    sent = sum(one.state == "sent" for one in slack)
    return f"{sent} of {len(slack)} messages sent" + (f" ({wrong})" if wrong else "")


def _show_requests(requests: Any) -> None:
    counts = Counter(
        f"{asked.status}" + (" to a conditional request" if asked.conditional else "") for asked in requests
    )
    click.echo("  requests: " + ", ".join(f"{count} × {what}" for what, count in sorted(counts.items())))


def _show_store(app: Any) -> None:
    ranks = app.store.articles.count()
    total = sum(ranks.values())
    sightings = app.store.articles.sightings()
    click.echo(
        f"\nStored: {total} articles from {sightings} sightings (copies are stored once): {ranks.get('match', 0)} in scope, "
        f"{ranks.get('borderline', 0)} adjacent, {ranks.get('none', 0)} neither."
    )


def _next_steps(folder: Path, app: Any) -> None:
    hit = next(iter(app.store.articles.since(datetime(1990, 1, 1, tzinfo=UTC), ("match",))), None)
    steps = [
        ("explain " + (hit.id if hit else "ID"), "why it matched"),
        ("search 포탄", "full text, any script"),
        ("stories", "developments, not articles"),
        ("claims", "who says what moved"),
        ("browse", "all of it in a browser"),
    ]
    program = _program()
    click.echo("\nWhat to try next:")
    for words, why in steps:
        click.echo(f"  {program} --config {os.path.relpath(folder / 'config.toml')} {words:<24} {why}")
    click.echo(f"  {program} init, in an empty folder: a watch of your own")


def _program() -> str:
    """What to type for this program, as it was called now."""
    called = Path(sys.argv[0])
    if called.name != "armswatch":
        return f"{Path(sys.executable).name} -m bot"
    found = shutil.which("armswatch")
    return "armswatch" if found and Path(found).resolve() == called.resolve() else os.path.relpath(called)
