"""Where things lie: the configuration, the database, and what the package brings with it. Light: no heavy imports."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.errors import UsageError

DEFAULT_DATABASE = "armswatch.db"
DEFAULT_BACKUPS = "armswatch-backups"
_PACKAGE = Path(__file__).resolve().parent
# The password between the user's name and the last @ before the options, also where it should have been escaped; or in them.
_PASSWORD = re.compile(r"^(?P<before>[a-z]+://[^:@?]*:)(?P<inside>[^?]*)(?=@)|(?<=[?&]password=)(?P<option>[^&]+)")


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL database in place of a file. Its text form never shows the password."""

    url: str = field(repr=False)  # postgresql://user@host:port/name?options, as libpq takes it
    password: str = field(default="", repr=False)  # beside the URL, so that the URL can stand in a file

    def __str__(self) -> str:
        return _PASSWORD.sub(lambda found: f"{found['before'] or ''}***", self.url)

    def __repr__(self) -> str:
        return f"Server({self})"

    @property
    def secrets(self) -> list[str]:
        """What no log line may hold."""
        inside = [found["inside"] or found["option"] for found in _PASSWORD.finditer(self.url)]
        return [one for one in (self.password, *inside) if one]


def is_server(text: str) -> bool:
    """Whether a text names a database server, not a file."""
    return text.startswith(("postgresql://", "postgres://"))


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


def store_place(config: Path, environ: Mapping[str, str] | None = None) -> Path | Server:
    """Where the watch's rows are: ARMSWATCH_STORE_URL, else `store.url`, else the file that `database` names.

    Like `database_path` it checks nothing else; what is no URL of a server is told by `bot.settings` and left out here.
    """
    environ = os.environ if environ is None else environ
    table = _raw(config).get("store")
    given = table.get("url") if isinstance(table, dict) else None
    url = environment_secret("ARMSWATCH_STORE_URL", environ) or (given if isinstance(given, str) else "")
    if is_server(url):
        return Server(url, environment_secret("ARMSWATCH_STORE_PASSWORD", environ))
    return database_path(config)


def environment_secret(variable: str, environ: Mapping[str, str]) -> str:
    """A secret from the environment, or from the file that the variable with _FILE names; "" where there is neither."""
    value, path = environ.get(variable, ""), environ.get(f"{variable}_FILE", "")
    if path and not value:
        with suppress(OSError, UnicodeDecodeError):
            return Path(path).read_text(encoding="utf-8").strip()
    return value


def store_file(config: Path, instead: str) -> Path:
    """The file that a configuration stores in; UsageError with what to do `instead` where it is a server."""
    place = store_place(config)
    if isinstance(place, Server):
        raise UsageError(f"{place} is a server, no file: {instead}")
    return place


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
