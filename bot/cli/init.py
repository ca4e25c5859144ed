"""`init`: a commented configuration to start from, in the folder where one stands."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import click

from bot.places import config_path, packaged


@click.command()
@click.option("--force", is_flag=True, help="Overwrite what is there.")
@click.pass_obj
def init(obj: dict[str, Any], force: bool) -> None:
    """Write config.toml with every key explained, and the watchlists beside it."""
    target = config_path(obj.get("config"))
    if target.exists() and not force:
        raise click.UsageError(f"{target} is there already; --force overwrites it")
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.resolve() != packaged("config.toml").resolve():
        shutil.copyfile(packaged("config.toml"), target)
    lists = target.resolve().parent / "watchlists"
    written = _copied(packaged("watchlists"), lists, force)
    click.echo(f"wrote {target}" + (f" and {written} files in {lists}" if written else ""))
    click.echo(
        "next: `armswatch poll` does one round, `armswatch digest --preview` shows what it found, `armswatch run` keeps watching.\n"
        "Slack: put a token into ARMSWATCH_SLACK_TOKEN and add a [[subscriptions]] table. Mail: fill [smtp]."
    )


def _copied(source: Path, target: Path, force: bool) -> int:
    if source.resolve() == target.resolve():
        return 0
    target.mkdir(parents=True, exist_ok=True)
    count = 0
    for path in sorted(source.iterdir()):
        if (
            path.is_file()
            and path.suffix in {".toml", ".jsonl", ".tsv", ".json"}
            and (force or not (target / path.name).exists())
        ):
            shutil.copyfile(path, target / path.name)
            count += 1
    return count
