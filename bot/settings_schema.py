"""The shape of config.toml, key by key, with what each may hold; checked by pydantic, unknown keys refused."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bot.model import OutletKind
from bot.places import is_server

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)")
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}  # seconds
_SIZE = re.compile(r"(\d+)\s*(KB|MB|GB)", re.IGNORECASE)
_BYTES = {"kb": 1024, "mb": 1024**2, "gb": 1024**3}
SERVER_EXPECTED = "a URL such as postgresql://watch@db.example:5432/armswatch"


def duration(value: Any) -> timedelta:
    """A duration such as "45s", "15m", "2h", "1d"."""
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError('a duration such as "45s", "15m", "2h" or "1d"')
    return timedelta(seconds=float(found[1]) * _UNITS[found[2]])


def size(value: Any) -> int:
    """A size such as "512MB", in bytes."""
    found = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError('a size such as "5MB" or "512MB"')
    return int(found[1]) * _BYTES[found[2].lower()]


def zone(value: Any) -> str:
    """The name of a time zone of the IANA list."""
    try:
        ZoneInfo(value)
    except Exception:  # noqa: BLE001 (zoneinfo raises five kinds for a bad name)
        raise ValueError('a zone of the IANA list such as "Europe/Kyiv" or "UTC"') from None
    return str(value)


def web_url(value: Any) -> str:
    """An absolute http or https URL."""
    if not isinstance(value, str) or not re.fullmatch(r"https?://[^\s/@]+(/\S*)?", value):
        raise ValueError("an absolute http:// or https:// URL without user name")
    return value


def server_url(value: str) -> str:
    """The URL of a PostgreSQL database, without a password; "" for none."""
    if value and not is_server(value):
        raise ValueError(SERVER_EXPECTED)
    return value


def hours(value: Any) -> tuple[int, int] | None:
    """Local hours [from, to), such as [22, 7]; [] for none."""
    if isinstance(value, tuple):
        return value
    if value == []:
        return None
    if (
        not isinstance(value, list)
        or len(value) != 2
        or not all(isinstance(one, int) and 0 <= one <= 23 for one in value)
    ):
        raise ValueError("two hours from 0 to 23 such as [22, 7], or [] for none")
    return value[0], value[1]


def watchlist_name(value: Any) -> str:
    """The name of a watchlist: the file's name without .toml."""
    if not isinstance(value, str) or not value:
        raise ValueError('the name of a watchlist such as "russia-dprk-arms"')
    return value


def slack_user(value: Any) -> str:
    """The id of a Slack user: names change, ids do not."""
    if not isinstance(value, str) or not re.fullmatch(r"[UW][A-Z0-9]{2,}", value):
        raise ValueError("a Slack user's id such as U0123ABCD (profile → ⋮ → Copy member ID)")
    return value


Duration = Annotated[timedelta, BeforeValidator(duration)]
Size = Annotated[int, BeforeValidator(size)]
Zone = Annotated[str, BeforeValidator(zone)]
Url = Annotated[str, BeforeValidator(web_url)]
SlackUser = Annotated[str, BeforeValidator(slack_user)]
Name = Annotated[str, BeforeValidator(watchlist_name)]


class Table(BaseModel):
    """Base of all tables: unknown keys are errors, nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class FeedTable(Table):
    """One [[feeds]] table."""

    url: Url
    name: str = Field(min_length=1)
    lang: str = Field(default="", pattern=r"^$|^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    kind: OutletKind = "other"
    tier: Literal["A", "B", "C"] = "B"
    pages: bool = True
    user_agent: str = ""
    auth_env: str = Field(default="", pattern=r"^$|^[A-Z][A-Z0-9_]*$")
    interval: Duration | None = None
    catch_up: Duration | None = None
    watchlists: tuple[Name, ...] = Field(default=(), strict=False)
    opml: dict[str, str] = Field(
        default_factory=dict
    )  # what another reader wrote about it; `feeds export` gives it back


class FeedFile(Table):
    """A feed file in TOML that config.toml names in `feed_files`."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    feeds: tuple[FeedTable, ...] = Field(default=(), strict=False)


class PollingTable(Table):
    """[polling]: how often and how much."""

    tick: Duration = timedelta(seconds=45)
    floor: Duration = timedelta(minutes=60)
    ceiling: Duration = timedelta(hours=24)
    host_gap: Duration = timedelta(seconds=2)
    page_budget: int = Field(default=200, ge=0, le=100_000)
    concurrency: int = Field(default=16, ge=1, le=128)
    contact: str = ""
    user_agent: str = ""
    robots: bool = True


class NetworkTable(Table):
    """[network]: what may be reached."""

    proxy: str = ""
    allow: tuple[str, ...] = Field(default=(), strict=False)
    deadline: Duration = timedelta(seconds=30)
    loopback_at_once: int = Field(default=16, ge=1, le=256)


class WorkersTable(Table):
    """[workers]: the killable processes that read foreign bytes."""

    count: int = Field(default=2, ge=1, le=64)
    deadline: Duration = timedelta(seconds=10)
    memory: Size = 512 * 1024**2


class SlackTable(Table):
    """[slack]: where the Slack Web API is; the token comes from the environment."""

    base_url: Url = "https://slack.com/api/"
    allowed_users: list[SlackUser] = []
    """Who may press buttons and type commands; empty: every member of the workspace."""


class SmtpTable(Table):
    """[smtp]: the mail server; the password comes from the environment."""

    host: str = ""
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "implicit", "none"] = "starttls"
    user: str = ""
    from_: str = Field(default="", alias="from")
    ca_file: str = ""
    reply_to: str = ""
    envelope_from: str = ""
    allow_plaintext: bool = False
    unsubscribe_mailto: str = ""
    unsubscribe_url: str = ""
    one_click: bool = False


class SubscriptionTable(Table):
    """One [[subscriptions]] table."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    channel: Literal["slack", "email", "console", "file"]
    target: str = ""
    watchlists: tuple[Name, ...] = Field(default=(), strict=False)
    zone: Zone = "UTC"
    hour: int = Field(default=7, ge=0, le=23)
    every: Literal["day", "week"] = "day"
    max_stories: int = Field(default=10, ge=1, le=60)
    quiet: Literal["line", "nothing"] | None = None
    alerts: bool = False
    mention: str = Field(default="", pattern=r"^$|^S[A-Z0-9]{6,}$")
    alerts_per_day: int = Field(default=3, ge=0, le=100)
    quiet_hours: Annotated[tuple[int, int] | None, BeforeValidator(hours)] = (22, 7)
    in_scope_streams: tuple[str, ...] = Field(default=(), strict=False)


class BackupTable(Table):
    """[backup]: checked copies of the database, one a day by the daemon."""

    folder: str = "armswatch-backups"
    keep: int = Field(default=7, ge=1, le=1000)
    every: Duration = timedelta(days=1)
    bodies: Duration = Field(default=timedelta(days=180), ge=timedelta(days=30))


class SanctionsTable(Table):
    """[sanctions]: public sanctions lists that the daemon looks at; `urls` are copies of them by name."""

    lists: tuple[Literal["ofac", "un", "uk", "ofsi", "eu"], ...] = Field(default=(), strict=False)
    every: Duration = Field(default=timedelta(days=1), ge=timedelta(hours=1))
    urls: dict[Literal["ofac", "un", "uk", "ofsi", "eu"], Url] = Field(default_factory=dict)


class HeartbeatTable(Table):
    """[heartbeat]: proof of life for whoever watches the watch."""

    file: str = ""
    url: Annotated[str, BeforeValidator(lambda value: value if value == "" else web_url(value))] = ""
    every: Duration = timedelta(minutes=5)


class MetricsTable(Table):
    """[metrics]: a Prometheus text endpoint on this machine; port 0 means none."""

    port: int = Field(default=0, ge=0, le=65535)


class StoreTable(Table):
    """[store]: a PostgreSQL server in place of the file that `database` names (the extra `cluster`)."""

    url: Annotated[str, AfterValidator(server_url)] = ""


class EngineTable(Table):
    """[engine]: who runs the jobs: this process alone, or any number of workers over PostgreSQL."""

    mode: Literal["local", "cluster"] = "local"
    shards: int = Field(default=64, ge=1, le=65_536)
    jobs: int = Field(default=2, ge=1, le=64)
    pause: Duration = Field(default=timedelta(seconds=35), ge=timedelta(milliseconds=1))
    lease: Duration = Field(default=timedelta(seconds=90), ge=timedelta(seconds=5))


class ConfigTable(Table):
    """The whole of config.toml."""

    schema_: Literal[1] = Field(alias="schema")
    database: str = "armswatch.db"
    output: str = "armswatch-out"
    watchlists: tuple[str, ...] = Field(default=("watchlists/russia-dprk-arms.toml",), strict=False, min_length=1)
    feed_files: tuple[str, ...] = Field(default=(), strict=False)
    polling: PollingTable = PollingTable()
    network: NetworkTable = NetworkTable()
    workers: WorkersTable = WorkersTable()
    slack: SlackTable = SlackTable()
    smtp: SmtpTable = SmtpTable()
    backup: BackupTable = BackupTable()
    sanctions: SanctionsTable = SanctionsTable()
    heartbeat: HeartbeatTable = HeartbeatTable()
    metrics: MetricsTable = MetricsTable()
    store: StoreTable = StoreTable()
    engine: EngineTable = EngineTable()
    subscriptions: tuple[SubscriptionTable, ...] = Field(default=(), strict=False)
    feeds: tuple[FeedTable, ...] = Field(default=(), strict=False)
