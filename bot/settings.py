"""config.toml, the feed files and watchlists it names, and the secrets of the environment: checked once, at the door.

`load` returns frozen Settings or raises one ConfigError with every problem that there is: file, key path, what was
found, what is expected.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot import __version__
from bot.core.opml import outlines
from bot.core.watchlists import Watchlist
from bot.core.watchlists import load as load_watchlist
from bot.errors import ConfigError, Problem, WatchlistError
from bot.model import Feed, Subscription
from bot.places import Server, is_server, packaged
from bot.settings_schema import SERVER_EXPECTED, ConfigTable, FeedFile, FeedTable, StoreTable, SubscriptionTable

_SECRET_VALUE = re.compile(
    r"xox[abeprs]-|xapp-\d|hooks\.slack\.com/services/|^postgres(ql)?://([^/@\s]*:[^@\s]+@|\S*[?&]password=.)"
)
_LOGIN = re.compile(r"://[^/@\s]*:[^@\s]+@")
_SECRET_KEY = re.compile(r"(^|[._])(token|app_token|webhook|password|passwd|secret|api_key)$")
_SECRETS = ("SLACK_TOKEN", "SLACK_APP_TOKEN", "SLACK_WEBHOOK", "SMTP_PASSWORD", "STORE_URL", "STORE_PASSWORD")


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must never be in a file, a log or an error. Its text form shows only which are set."""

    slack_token: str = field(default="", repr=False)
    slack_app_token: str = field(default="", repr=False)
    slack_webhook: str = field(default="", repr=False)
    smtp_password: str = field(default="", repr=False)
    store_url: str = field(default="", repr=False)
    store_password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that was configured, ready to use; paths are absolute."""

    config: Path
    database: Path
    output: Path
    feeds: tuple[Feed, ...]
    watchlists: tuple[Watchlist, ...]
    watchlist_files: tuple[Path, ...]
    subscriptions: tuple[Subscription, ...]
    table: ConfigTable
    secrets: Secrets
    loopback_only: bool

    @property
    def store(self) -> Path | Server:
        """Where the watch's rows are: a server, else the file `database`; other files lie beside `database` in any case."""
        url = self.secrets.store_url or self.table.store.url
        return Server(url, self.secrets.store_password) if url else self.database

    @property
    def user_agent(self) -> str:
        """Our name, version and contact, as publishers see it."""
        polling = self.table.polling
        contact = f" (+{polling.contact})" if polling.contact else ""
        return polling.user_agent or f"armswatch/{__version__}{contact}"

    def on_file(self, database: Path) -> Settings:
        """The same watch over a file, whatever server was configured."""
        return replace(
            self,
            database=database,
            table=self.table.model_copy(update={"store": StoreTable()}),
            secrets=replace(self.secrets, store_url=""),
        )

    @property
    def tick(self) -> timedelta:
        """How often the daemon looks for what is due."""
        return self.table.polling.tick


def load(config: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings of a configuration file, or a ConfigError with all problems."""
    environ = os.environ if environ is None else environ
    problems: list[Problem] = []
    raw = _toml(config, problems)
    if raw is None:
        raise ConfigError(problems, subject=str(config))
    problems += _secrets_in(raw, str(config))
    table = _validated(ConfigTable, raw, str(config), problems)
    base = config.resolve().parent
    watchlists: list[Watchlist] = []
    files: list[Path] = []
    feeds: list[Feed] = []
    subscriptions: list[Subscription] = []
    # The parts that can be read are checked even where others cannot, so that all errors come at once.
    names = table.watchlists if table else tuple(name for name in raw.get("watchlists", ()) if isinstance(name, str))
    for index, name in enumerate(names):
        found = _watchlist(base, name, str(config), f"watchlists[{index}]", problems)
        if found:
            files.append(found[0])
            watchlists.append(found[1])
    if table:
        feeds = [_feed(item) for item in table.feeds]
        for index, name in enumerate(table.feed_files):
            feeds += _feed_file(base / name, str(config), f"feed_files[{index}]", problems)
        subscriptions = [_subscription(item) for item in table.subscriptions]
        _check_feeds(feeds, str(config), problems)
        _check_subscriptions(table, {item.name for item in watchlists}, str(config), problems)
        _check_paths(base, table, str(config), problems)
    else:
        _check_raw_feeds(raw, str(config), problems)
    secrets = _secrets(environ, problems)
    if secrets.store_url and not is_server(secrets.store_url):
        problems.append(Problem("environment", "ARMSWATCH_STORE_URL", "something else (not shown)", SERVER_EXPECTED))
    if table and table.engine.mode == "cluster" and not (secrets.store_url or table.store.url):
        hint = 'one machine alone needs no cluster: mode = "local"'
        given = "cluster, but the store is a file"
        problems.append(Problem(str(config), "engine.mode", given, "store.url of a PostgreSQL server", hint))
    if problems or table is None:
        raise ConfigError(problems, subject=str(config))
    return Settings(
        config=config.resolve(),
        database=base / table.database,
        output=base / table.output,
        feeds=tuple(feeds),
        watchlists=tuple(watchlists),
        watchlist_files=tuple(files),
        subscriptions=tuple(subscriptions) or (Subscription(name="console", channel="console", target=""),),
        table=table,
        secrets=secrets,
        loopback_only=environ.get("ARMSWATCH_NETWORK") == "loopback",
    )


def _toml(path: Path, problems: list[Problem]) -> dict[str, Any] | None:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        hint = "`armswatch init` writes one; or name it with --config"
        problems.append(Problem(str(path), "", "no such file", "a configuration in TOML", hint))
    except OSError as error:
        problems.append(Problem(str(path), "", error.strerror or str(error), "a readable file"))
    except UnicodeDecodeError as error:
        problems.append(Problem(str(path), "", f"bytes that are not UTF-8 at {error.start}", "a text file in UTF-8"))
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        line = int(place[1]) if place else None
        problems.append(Problem(str(path), "", str(error), "valid TOML", "see https://toml.io", line))
    return None


def _validated(kind: type[Any], raw: dict[str, Any], file: str, problems: list[Problem]) -> Any:
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        problems.extend(_problem(item, file, kind) for item in error.errors())
        return None


def _problem(item: Any, file: str, kind: type[Any]) -> Problem:
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in item["loc"]).lstrip(".")
    if item["type"] == "extra_forbidden":
        known = ", ".join(_keys_at(kind, item["loc"][:-1]))
        return Problem(file, key, "an unknown key", f"one of {known}" if known else "a known key")
    if item["type"] == "missing":
        return Problem(file, key, "nothing", "a value: this key is required")
    expected = str(item.get("ctx", {}).get("error") or item["msg"])
    expected = expected[0].lower() + expected[1:]
    hidden = _SECRET_KEY.search(key) or _LOGIN.search(str(item.get("input")))
    return Problem(file, key, "***" if hidden else repr(item.get("input")), expected)


def _keys_at(kind: type[Any], location: tuple[Any, ...]) -> list[str]:
    """The keys that the table at a place of the configuration knows."""
    here: Any = kind
    for part in location:
        if isinstance(part, int):
            continue
        wanted = next((f for name, f in here.model_fields.items() if part in {name, f.alias}), None)
        if wanted is None:
            return []
        here = next((t for t in _types(wanted.annotation) if hasattr(t, "model_fields")), None)
        if here is None:
            return []
    return sorted(f.alias or name for name, f in here.model_fields.items())


def _types(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _types(part)


def _secrets_in(raw: dict[str, Any], file: str) -> list[Problem]:
    found: list[Problem] = []
    for key, value in _walk(raw, ""):
        if isinstance(value, str) and value and (_SECRET_VALUE.search(value) or _SECRET_KEY.search(key.lower())):
            hint = (
                "set ARMSWATCH_"
                + ", ARMSWATCH_".join(_SECRETS)
                + " (or each with _FILE) instead, and change the secret"
            )
            found.append(Problem(file, key, "a secret (not shown)", "no secrets in a file", hint))
    return found


def _walk(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _walk(inner, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _walk(inner, f"{key}[{index}]")
    else:
        yield key, value


def _watchlist(base: Path, name: str, file: str, key: str, problems: list[Problem]) -> tuple[Path, Watchlist] | None:
    path = base / name
    if not path.exists() and packaged(name).exists() and not Path(name).is_absolute():
        path = packaged(name)  # an installed wheel brings its watchlists along
    try:
        return path, load_watchlist(path.read_bytes(), file=str(path))
    except WatchlistError as error:
        problems += error.problems
    except OSError as error:
        problems.append(
            Problem(
                file, key, f"{name!r} ({error.strerror})", "a watchlist file", "paths are relative to the configuration"
            )
        )
    return None


def _feed_file(path: Path, file: str, key: str, problems: list[Problem]) -> list[Feed]:
    if path.suffix.lower() in {".opml", ".xml"}:
        try:
            return [Feed(url=item.url, name=item.name, lang=item.lang) for item in outlines(path.read_bytes())]
        except (OSError, ValueError) as error:
            problems.append(Problem(file, key, f"{path.name!r} ({error})", "an OPML file"))
            return []
    if not path.exists():
        problems.append(
            Problem(
                file, key, f"{path.name!r} (no such file)", "a feed file", "paths are relative to the configuration"
            )
        )
        return []
    raw = _toml(path, problems)
    table = _validated(FeedFile, raw, str(path), problems) if raw is not None else None
    return [_feed(item) for item in table.feeds] if table else []


def _check_feeds(feeds: list[Feed], file: str, problems: list[Problem]) -> None:
    seen: dict[str, str] = {}
    for feed in feeds:
        if feed.url in seen:
            problems.append(
                Problem(
                    file, "feeds", f"{feed.url} twice ({seen[feed.url]!r} and {feed.name!r})", "one feed for each URL"
                )
            )
        seen.setdefault(feed.url, feed.name)


def _check_raw_feeds(raw: dict[str, Any], file: str, problems: list[Problem]) -> None:
    tables = raw.get("feeds")
    urls = (
        [Feed(url=str(item.get("url")), name=str(item.get("name"))) for item in tables if isinstance(item, dict)]
        if isinstance(tables, list)
        else []
    )
    _check_feeds([feed for feed in urls if feed.url != "None"], file, problems)


def _check_subscriptions(table: ConfigTable, watchlists: set[str], file: str, problems: list[Problem]) -> None:
    names: set[str] = set()
    for index, item in enumerate(table.subscriptions):
        key = f"subscriptions[{index}]"
        if item.name in names:
            problems.append(Problem(file, f"{key}.name", repr(item.name), "a name that no other subscription has"))
        names.add(item.name)
        if item.channel == "slack" and not item.target:
            problems.append(Problem(file, f"{key}.target", "''", 'a channel id such as "C0123456789"'))
        if item.channel == "email" and not re.fullmatch(r"[^@\s]+@[^@\s]+", item.target):
            problems.append(Problem(file, f"{key}.target", repr(item.target), "a mail address"))
        if item.channel == "email" and table.smtp.host and not table.smtp.from_:
            problems.append(Problem(file, "smtp.from", "''", "the sender's mail address"))
        for name in item.watchlists:
            if name not in watchlists:
                known = ", ".join(sorted(watchlists)) or "none"
                problems.append(Problem(file, f"{key}.watchlists", repr(name), f"a watchlist that is loaded ({known})"))
    for index, feed in enumerate(table.feeds):
        for name in feed.watchlists:
            if name not in watchlists:
                known = ", ".join(sorted(watchlists)) or "none"
                problems.append(
                    Problem(file, f"feeds[{index}].watchlists", repr(name), f"a watchlist that is loaded ({known})")
                )


def _check_paths(base: Path, table: ConfigTable, file: str, problems: list[Problem]) -> None:
    if table.smtp.ca_file and not (base / table.smtp.ca_file).exists():
        problems.append(Problem(file, "smtp.ca_file", repr(table.smtp.ca_file), "a file of CA certificates in PEM"))
    if table.polling.floor > table.polling.ceiling:
        problems.append(
            Problem(
                file, "polling.floor", str(table.polling.floor), f"at most polling.ceiling ({table.polling.ceiling})"
            )
        )


def _secrets(environ: Mapping[str, str], problems: list[Problem]) -> Secrets:
    values: dict[str, str] = {}
    for name in _SECRETS:
        variable = f"ARMSWATCH_{name}"
        value = environ.get(variable, "")
        path = environ.get(f"{variable}_FILE", "")
        if path and not value:
            try:
                value = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                problems.append(Problem("environment", f"{variable}_FILE", f"{path} ({error})", "a readable file"))
        values[name.lower()] = value
    return Secrets(**values)


def _feed(item: FeedTable) -> Feed:
    return Feed(**item.model_dump(exclude={"opml"}))


def _subscription(item: SubscriptionTable) -> Subscription:
    # A mail that says that nothing happened is a mail that is soon not read; a channel wants to see that the watch lives.
    quiet = item.quiet or ("nothing" if item.channel == "email" else "line")
    return Subscription(**item.model_dump() | {"quiet": quiet})
