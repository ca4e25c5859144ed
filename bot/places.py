"""Where things lie: the configuration, the database, and what the package brings with it. Light: no heavy imports."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

DEFAULT_DATABASE = "armswatch.db"
_PACKAGE = Path(__file__).resolve().parent


def config_path(given: str | None, environ: Mapping[str, str] | None = None) -> Path:
    """`--config`, else ARMSWATCH_CONFIG, else ./config.toml (decision 7)."""
    environ = os.environ if environ is None else environ
    return Path(given or environ.get("ARMSWATCH_CONFIG") or "config.toml")


def database_path(config: Path) -> Path:
    """The database that a configuration names, without checking anything else in it.

    For `status`, which must answer at once even where the configuration is broken elsewhere.
    """
    name = DEFAULT_DATABASE
    try:
        found = tomllib.loads(config.read_text(encoding="utf-8")).get("database")
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        found = None
    if isinstance(found, str) and found:
        name = found
    return config.resolve().parent / name


def packaged(name: str) -> Path:
    """A file that ships with armswatch (`watchlists/…`, `config.toml`): from the wheel, else from the checkout."""
    inside = _PACKAGE / "_data" / name
    return inside if inside.exists() else _PACKAGE.parent / name
