"""Where things lie: the configuration, the database, and what the package brings with it. Light: no heavy imports."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DEFAULT_DATABASE = "armswatch.db"
DEFAULT_BACKUPS = "armswatch-backups"
_PACKAGE = Path(__file__).resolve().parent


def config_path(given: str | None, environ: Mapping[str, str] | None = None) -> Path:
    """`--config`, else ARMSWATCH_CONFIG, else ./config.toml (decision 7)."""
    environ = os.environ if environ is None else environ
    return Path(given or environ.get("ARMSWATCH_CONFIG") or "config.toml")


def database_path(config: Path) -> Path:
    """The database that a configuration names, without checking anything else in it.

    For `status`, which must answer at once even where the configuration is broken elsewhere.
    """
    found = _raw(config).get("database")
    name = found if isinstance(found, str) and found else DEFAULT_DATABASE
    return config.resolve().parent / name


def backup_folder(config: Path) -> Path:
    """Where a configuration keeps copies of its database, without checking anything else in it."""
    table = _raw(config).get("backup")
    found = table.get("folder") if isinstance(table, dict) else None
    return config.resolve().parent / (found if isinstance(found, str) and found else DEFAULT_BACKUPS)


def _raw(config: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(config.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}


def packaged(name: str) -> Path:
    """A file that ships with armswatch (`watchlists/…`, `config.toml`): from the wheel, else from the checkout."""
    inside = _PACKAGE / "_data" / name
    return inside if inside.exists() else _PACKAGE.parent / name
