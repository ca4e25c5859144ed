"""`demo`: the whole job on a bundled world on this machine, two rounds an hour apart on the demo's own clock."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click


@click.command()
@click.option(
    "--out", "folder", default="armswatch-demo", show_default=True, type=click.Path(path_type=Path, file_okay=False)
)
@click.pass_obj
def demo(obj: dict[str, Any], folder: Path) -> int:
    """Poll, read, judge, group and render on invented outlets served by this machine: no account, no internet."""
    os.environ["ARMSWATCH_NETWORK"] = "loopback"
    from bot.app import App
    from bot.cli.previews import write_mail, write_slack
    from bot.cli.watch import show
    from bot.serve.demo import DemoWorld
    from bot.settings import load

    if folder.exists() and not (folder / "config.toml").exists() and any(folder.iterdir()):
        raise click.UsageError(f"{folder} holds other things; choose an empty folder with --out")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder = folder.resolve()
    started = datetime.now(UTC).replace(microsecond=0)
    with DemoWorld(now=started) as world:
        config = folder / "config.toml"
        config.write_text(world.config_text(folder), encoding="utf-8")
        settings = load(config)
        settings = settings.on_file(settings.database)  # whatever server the environment names
        feeds = len(settings.feeds)
        click.echo(f"A world of {feeds} invented outlets answers at {world.base_url} until this command ends.\n")
        with App(settings, clock=lambda: world.clock) as app:
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
            delivered = app.deliverer.flush()
            newest = app.store.digests.last(settings.subscriptions[0].name)
            paths = [
                *write_slack(app, folder, newest.id if newest else ""),
                *write_mail(app, folder, newest.id if newest else ""),
            ]
            for line in app.channels.fallbacks:
                click.echo(line)
            click.echo("\nWritten for you to open:")
            for path in paths:
                click.echo(f"  {path}")
            _next_steps(folder, app)
    return int(delivered.parked > 0)


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
    config = os.path.relpath(folder / "config.toml")
    click.echo("\nWhat to try next:")
    if hit is not None:
        click.echo(f"  .venv/bin/armswatch --config {config} explain {hit.id}     why it matched")
    click.echo(f"  .venv/bin/armswatch --config {config} search 포탄            full text, any script")
    click.echo(f"  .venv/bin/armswatch --config {config} stories               developments, not articles")
    click.echo(f"  .venv/bin/armswatch --config {config} claims                who says what moved")
    click.echo("  make run                                                   the watch itself, on config.toml")
