"""How listings look: a table for a person, JSON or CSV for a program; and how a command opens the store to read."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import click

from bot.core.text import clean
from bot.places import config_path, store_place
from bot.store import Store

_BACK = re.compile(r"(\d+)\s*(h|d|w)")
_HOURS = {"h": 1, "d": 24, "w": 168}


@contextmanager
def opened(obj: dict[str, Any]) -> Iterator[tuple[Store, datetime]]:
    """The store read-only, and the time now; needs no valid configuration but the database's name."""
    with Store.opened(store_place(config_path(obj.get("config"))), readonly=True) as store:
        yield store, datetime.now(UTC)


def day(text: str, now: datetime) -> datetime:
    """A date ("2023-10-13"), or a time back from now ("7d", "36h")."""
    back = _BACK.fullmatch(text.strip())
    if back:
        hours = int(back[1]) * _HOURS[back[2]]
        return (
            max(now - timedelta(hours=hours), datetime(1990, 1, 1, tzinfo=UTC))
            if hours < 1_000_000
            else datetime(1990, 1, 1, tzinfo=UTC)
        )
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise click.BadParameter(
            f"{text!r}: a date such as 2023-10-13, or a time back such as 7d", param_hint="--since"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def iso(value: object) -> str:
    """What json.dumps does not know: times as ISO 8601, anything else by its text."""
    return value.isoformat() if isinstance(value, date) else str(value)


def listing(
    rows: Sequence[dict[str, Any]], *, title: str, empty: str, as_json: bool = False, as_csv: bool = False
) -> None:
    """Print rows in the way that was asked for."""
    if as_json:
        click.echo(json.dumps(list(rows), ensure_ascii=False, indent=1))
        return
    if as_csv:
        click.echo(_csv(rows), nl=False)
        return
    if not rows:
        click.echo(empty)
        return
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table(title=title, title_justify="left", header_style="bold", show_edge=False)
    for name in rows[0]:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(safe(_cell(value)) for value in row.values()))
    if not console.is_terminal:
        console = Console(width=200)
    console.print(table, markup=False)


def safe(text: str) -> str:
    """Text for a terminal: no control sequences, no markup of rich."""
    return clean(text).replace("[", r"\[")


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(str(item) for item in value)
    return "" if value is None else str(value)


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    out = io.StringIO()
    if rows:
        writer = csv.writer(out)
        writer.writerow(rows[0].keys())
        for row in rows:
            writer.writerow([_unformula(clean(_cell(value))) for value in row.values()])
    return out.getvalue()


def _unformula(cell: str) -> str:
    # A headline that begins like a formula must not become one in a spreadsheet.
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} else cell
