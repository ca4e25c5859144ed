"""Which watchlists a command works with: those of the configuration, else those that ship with armswatch."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import click

from bot.core.watchlists import Watchlist, load
from bot.places import config_path, packaged

SHIPPED = "watchlists/russia-dprk-arms.toml"


def chosen(obj: dict[str, Any], name: str | None = None) -> list[Watchlist]:
    """The watchlists named by the configuration, or only the one named; filters need no valid configuration else."""
    if name and name.endswith(".toml"):
        return [_load(Path(name))]
    found = [_load(path) for path in files(obj)]
    if name is None:
        return found
    wanted = [item for item in found if item.name == name]
    extra = packaged(f"watchlists/{name}.toml")
    if not wanted and extra.exists():
        wanted = [_load(extra)]
    if not wanted:
        known = ", ".join(sorted({item.name for item in found} | {path.stem for path in shipped()}))
        raise click.BadParameter(f"no watchlist {name!r}; there are {known}", param_hint="--watchlist")
    return wanted


def files(obj: dict[str, Any]) -> list[Path]:
    """The watchlist files that the configuration names; the shipped one where there is no configuration."""
    config = config_path(obj.get("config"))
    if not config.exists():
        if obj.get("config"):
            raise click.UsageError(f"{config}: no such file")
        return [packaged(SHIPPED)]
    try:
        names = tomllib.loads(config.read_text(encoding="utf-8-sig")).get("watchlists", [SHIPPED])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{config}: {error}") from error
    base = config.resolve().parent
    return [base / item if (base / item).exists() else packaged(item) for item in names]


def shipped() -> list[Path]:
    """All watchlists that ship with armswatch."""
    return sorted(
        path
        for path in packaged("watchlists").glob("*.toml")
        if path.name.count(".") == 1 and path.stem != "publishers"
    )


def _load(path: Path) -> Watchlist:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise click.UsageError(f"{path}: {error.strerror}; name a watchlist file") from error
    return load(raw, file=str(path))
