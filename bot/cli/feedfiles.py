"""Rewriting config.toml and the feed files as a careful person would: comments kept, checked before and replaced at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import tomlkit
from tomlkit import TOMLDocument

from bot.core.opml import Outline, outlines, without
from bot.errors import ConfigError
from bot.settings import Settings, load

OPML = frozenset({".opml", ".xml"})


def rewrite(path: Path, change: Callable[[TOMLDocument], object]) -> None:
    """Apply `change` to a configuration; what results must load, or nothing is written."""
    load(path)  # a broken file is told as what it is, before it is touched
    document = tomlkit.parse(path.read_text(encoding="utf-8-sig"))
    change(document)
    aside = path.with_name(f".{path.name}.new")
    try:
        aside.write_text(tomlkit.dumps(document), encoding="utf-8")
        try:
            load(aside)
        except ConfigError as error:  # told of the file that the user knows
            told = [replace(one, file=one.file.replace(aside.name, path.name)) for one in error.problems]
            raise ConfigError(told, subject=str(path)) from None
        aside.chmod(path.stat().st_mode & 0o777)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def append(document: TOMLDocument, tables: Sequence[dict[str, Any]]) -> None:
    """Add [[feeds]] tables at the end."""
    found = document.get("feeds")
    if not isinstance(found, tomlkit.items.AoT):  # none yet, or `feeds = []`
        document.pop("feeds", None)
        found = tomlkit.aot()
        document["feeds"] = found
    for values in tables:
        table = tomlkit.table()
        table.update(values)
        if len(found):
            table.trivia.indent = "\n"
        found.append(table)


def remove(config: Path, url: str) -> Path:
    """Take a feed out of the file that names it, config.toml or a feed file; which one. UsageError where none does."""
    settings = load(config)
    if url in {feed.url for feed in settings.table.feeds}:
        rewrite(config, lambda document: _drop(document, url))
        return config
    for path in _files(settings):
        if path.suffix.lower() in OPML:
            if url in {one.url for one in outlines(path.read_bytes())}:
                _replace(path, without(path.read_bytes(), url))
                return path
            continue
        document = tomlkit.parse(path.read_text(encoding="utf-8-sig"))
        if _drop(document, url):
            _replace(path, tomlkit.dumps(document).encode())
            return path
    raise click.UsageError(f"{url}: no feed has this url; `armswatch feeds list` shows them")


def others(settings: Settings) -> dict[str, Outline]:
    """By feed: what other readers wrote about it in the OPML that it came from."""
    found: dict[str, Outline] = {}
    for path in _files(settings):
        if path.suffix.lower() in OPML:
            found |= {one.url: one for one in outlines(path.read_bytes())}
    for feed in settings.table.feeds:
        given = dict(feed.opml)
        found[feed.url] = Outline(feed.url, feed.name, folder=given.pop("folder", ""), others=tuple(given.items()))
    return found


def _drop(document: TOMLDocument, url: str) -> bool:
    tables = document.get("feeds", [])
    places = [index for index, table in enumerate(tables) if table.get("url") == url]
    if places:
        del tables[places[0]]
    if places and not tables:
        document.remove("feeds")
    return bool(places)


def _files(settings: Settings) -> list[Path]:
    return [settings.config.parent / name for name in settings.table.feed_files]


def _replace(path: Path, content: bytes) -> None:
    aside = path.with_name(f".{path.name}.new")
    try:
        aside.write_bytes(content)
        aside.chmod(path.stat().st_mode & 0o777)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
