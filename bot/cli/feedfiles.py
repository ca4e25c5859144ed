"""Rewriting config.toml as a careful person would: comments kept, checked before it replaces the old one, atomically."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
import tomlkit
from tomlkit import TOMLDocument

from bot.settings import load


def rewrite(path: Path, change: Callable[[TOMLDocument], None]) -> None:
    """Apply `change` to a configuration; what results must load, or nothing is written."""
    load(path)  # a broken file is told as what it is, before it is touched
    document = tomlkit.parse(path.read_text(encoding="utf-8-sig"))
    change(document)
    aside = path.with_name(f".{path.name}.new")
    try:
        aside.write_text(tomlkit.dumps(document), encoding="utf-8")
        load(aside)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def append(document: TOMLDocument, tables: Sequence[dict[str, Any]]) -> None:
    """Add [[feeds]] tables at the end."""
    found = document.setdefault("feeds", tomlkit.aot())
    for values in tables:
        table = tomlkit.table()
        table.update(values)
        found.append(table)


def drop(document: TOMLDocument, url: str) -> None:
    """Take out the [[feeds]] table with this URL."""
    found = document.get("feeds", [])
    places = [index for index, table in enumerate(found) if table.get("url") == url]
    if not places:
        raise click.UsageError(
            f"{url}: no [[feeds]] table of config.toml has this url; `armswatch feeds list` shows them"
        )
    del found[places[0]]
