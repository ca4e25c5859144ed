"""`export`: what others can subscribe to or open in a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bot.cli.tables import day, listing, opened


def _out(text: str, target: Path | None) -> None:
    if target is None:
        click.echo(text, nl=False)
        return
    unfinished = target.with_name(f".{target.name}.part")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(target)  # a web server that serves the file never sees half of it
    click.echo(target)


@click.group()
def export() -> None:
    """Stories as a feed; matches, claims or stories as CSV or JSON."""


@export.command()
@click.option("--format", "form", type=click.Choice(["atom", "json"]), default="atom", show_default=True)
@click.option("--watchlist", default="", help="Only its stories [default: all].")
@click.option("--url", default="", help="Where the feed will stand, for its self link.")
@click.option(
    "--out", "target", type=click.Path(path_type=Path, dir_okay=False), help="File [default: standard output]."
)
@click.pass_obj
def feed(obj: dict[str, Any], form: str, watchlist: str, url: str, target: Path | None) -> None:
    """Stories of the newest digests as Atom or JSON Feed."""
    from bot.serve.subscriptions import feed_text

    with opened(obj) as (store, _):
        text = feed_text(store, form, watchlist=watchlist, self_url=url)
    _out(text, target)


def _table(command: Any) -> Any:
    for option in (
        click.option("--since", default="3650d", show_default=True, help="A date, or a time back such as 30d."),
        click.argument("what", type=click.Choice(["matches", "claims", "stories"]), default="matches"),
    ):
        command = option(command)
    return command


@export.command("csv")
@_table
@click.pass_obj
def csv_(obj: dict[str, Any], what: str, since: str) -> None:
    """Rows as CSV; no cell can become a formula."""
    listing(_rows(obj, what, since), as_csv=True, title=what, empty="")


@export.command("json")
@_table
@click.pass_obj
def json_(obj: dict[str, Any], what: str, since: str) -> None:
    """Rows as one JSON array."""
    listing(_rows(obj, what, since), as_json=True, title=what, empty="")


def _rows(obj: dict[str, Any], what: str, since: str) -> list[dict[str, Any]]:
    with opened(obj) as (store, now):
        return store.tables.rows(what, day(since, now))
