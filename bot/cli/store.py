"""`store copy`: everything that is stored, from a file to a server or back."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

import click

from bot.cli.tables import listing
from bot.errors import UsageError
from bot.places import Server, environment_secret, is_server


@click.group()
def store() -> None:
    """What is stored, and where."""


@store.command()
@click.argument("origin", metavar="FROM")
@click.argument("aim", metavar="TO")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
def copy(origin: str, aim: str, as_json: bool) -> None:
    """Copy a watch FROM a database TO an empty one, each a SQLite file or postgresql://user@host:port/name.

    Stop the watch before. A copy that was broken off goes on when the same command is given again; it counts only when
    every table has the same rows with the same digest on both sides. Passwords: ARMSWATCH_STORE_PASSWORD.
    """
    from contextlib import ExitStack, closing

    from bot.store.connection import connect
    from bot.store.locks import daemon_lock
    from bot.store.moving import copy as move

    source, target = _place(origin), _place(aim)
    if str(source) == str(target):
        raise UsageError(f"{source} cannot be copied into itself")
    with ExitStack() as held:
        here = held.enter_context(closing(connect(source, readonly=True)))
        held.enter_context(daemon_lock(source))
        held.enter_context(daemon_lock(target))
        there = held.enter_context(closing(connect(target, copying=True)))
        done = move(here, there, _tell)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in done], indent=1))
        return
    rows = [{"table": one.table, "rows": one.rows, "sha256 on both sides": one.digest[:16]} for one in done]
    click.echo(f"{source} is now in {target}")
    listing([row for row in rows if row["rows"]], title="", empty="It was empty.")
    name = "`store.url`" if isinstance(target, Server) else "`database`"
    click.echo(f"Name it in {name} of the configuration to work with it; {source} stays as it is.")


def _place(text: str) -> Path | Server:
    if is_server(text):
        return Server(text, environment_secret("ARMSWATCH_STORE_PASSWORD", os.environ))
    if "://" in text:
        raise UsageError(f"{text.partition('://')[0]}://…: expected a file, or postgresql://user@host:port/name")
    return Path(text).absolute()


def _tell(table: str, rows: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{table}: {rows} rows\033[K", err=True, nl=False)
