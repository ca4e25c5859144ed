"""`backup`, `restore` and `prune`: copies of the database, and what may be forgotten."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from bot.cli.tables import listing
from bot.places import backup_folder, config_path, store_file, store_place
from bot.store.copies import KEEP, copies

LEAST_DAYS = 30  # re-matching after a changed watchlist looks back so far


@click.command()
@click.option(
    "--to", "folder", type=click.Path(path_type=Path, file_okay=False), help="Folder [default: backup.folder]."
)
@click.option("--keep", default=KEEP, show_default=True, type=click.IntRange(1), help="How many such copies stay.")
@click.option("--list", "only_list", is_flag=True, help="Only list the copies that there are.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
@click.pass_obj
def backup(obj: dict[str, Any], folder: Path | None, keep: int, only_list: bool, as_json: bool) -> None:
    """A checked copy of the database, also beside a running daemon."""
    config = config_path(obj.get("config"))
    database = store_file(
        config, 'copy it by `pg_dump -Fc`, or to a file by `armswatch store copy "$ARMSWATCH_STORE_URL" FILE`'
    )
    place = folder or backup_folder(config)
    if not only_list:
        from bot.store.backup import backup as take

        made = take(database, place, datetime.now(UTC), keep=keep)
        if not as_json:
            click.echo(f"{made.path}: {made.bytes / 1e6:.1f} MB, checked")
            return
    rows = [
        {"copy": str(one.path), "at": one.at.isoformat(), "why": one.why, "bytes": one.bytes}
        for one in copies(place, database.stem)
    ]
    listing(rows, as_json=as_json, title=f"copies in {place}", empty=f"no copy in {place}")


@click.command()
@click.argument("copy", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def restore(obj: dict[str, Any], copy: Path, yes: bool) -> None:
    """Put COPY, a path or a name of `backup --list`, in the database's place; what stands there is kept. Stop the daemon before."""
    from bot.store import Store
    from bot.store.backup import restore as put_back
    from bot.store.locks import DaemonLock

    config = config_path(obj.get("config"))
    database = store_file(config, "put a dump back by `pg_restore`, or a file by `armswatch store copy FILE URL`")
    folder = backup_folder(config)
    if not copy.exists() and (folder / copy.name).exists():
        copy = folder / copy.name  # by its name in the list
    if not yes and not sys.stdin.isatty():
        raise click.UsageError(f"nobody is there to ask whether {database} may be replaced; say --yes")
    with DaemonLock(database):
        if not yes:
            click.confirm(f"Replace {database} by {copy}?", abort=True)
        saved = put_back(copy, database, folder, datetime.now(UTC))
        with Store.opened(database) as store:  # an older copy is brought up to date here
            counts = store.articles.count()
    click.echo(f"{database} is {copy.name} again: {sum(counts.values())} articles, {counts.get('match', 0)} in scope")
    if saved is not None:
        click.echo(f"what stood there: {saved.path}")


@click.command()
@click.option(
    "--older", default=180, show_default=True, metavar="DAYS", type=click.IntRange(LEAST_DAYS),
    help="Drop bodies that never matched and are older.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def prune(obj: dict[str, Any], older: int, dry_run: bool, as_json: bool) -> None:
    """Drop the texts of old articles that never matched; titles, URLs, matches and all evidence stay for ever."""
    import json

    from bot.store import Store

    database = store_place(config_path(obj.get("config")))
    before = datetime.now(UTC) - timedelta(days=older)
    with Store.opened(database, readonly=dry_run) as store:
        found = store.retention.prunable(before)
        dropped = 0 if dry_run else store.retention.prune(before)
    value = {"older_days": older, "bodies": found.bodies, "bytes": found.bytes, "dropped": dropped}
    if as_json:
        click.echo(json.dumps(value))
        return
    verb = "would be dropped" if dry_run else "dropped"
    click.echo(
        f"{found.bodies} texts ({found.bytes / 1e6:.1f} MB) of articles older than {older} days that never matched {verb}"
    )
