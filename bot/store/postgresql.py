"""The store on a PostgreSQL server (the extra `cluster`): the same statements, one writer at a time by an advisory lock."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, TypeVar

import psycopg
from psycopg import errors as pg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row
from psycopg.types.string import StrDumper

from bot.errors import NewerDatabase, StoreError, StoreFull
from bot.places import Server
from bot.store.connection import Connection, Params, Row
from bot.store.dialects import NUL, POSTGRESQL
from bot.store.making import PostgresTables
from bot.store.rows import stamp
from bot.store.schema import MIGRATIONS

T = TypeVar("T")

OLDEST = 130000  # server_version_num: what Procrastinate asks for as well
PATIENCE = 10  # seconds for a connection
_KEY = "hashtextextended('armswatch writer ' || current_schema(), 0)"
# A worker that stands still inside a transaction would keep everybody else waiting: the server ends it.
_MANNERS = """SET idle_in_transaction_session_timeout = '60s'; SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10;
SET tcp_keepalives_count = 3; SET client_min_messages = warning; SET standard_conforming_strings = on"""
_LEDGER = """CREATE TABLE IF NOT EXISTS _migrations
(migration_set text NOT NULL, name text NOT NULL, applied_at text NOT NULL, PRIMARY KEY (migration_set, name))"""


class _Text(StrDumper):
    """A text is a text, never "unknown"; the one character that PostgreSQL cannot hold is shown for what it is."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", NUL) if "\0" in obj else obj)


class PostgresConnection(Connection):
    """One connection to a server, opened again where it was lost between two transactions."""

    dialect = POSTGRESQL

    def __init__(self, server: Server, *, readonly: bool = False) -> None:
        super().__init__(server, readonly=readonly)
        self._server = server
        self._closed = False
        self._pg = open_session(server, readonly=readonly)
        try:
            with self._told():
                self._prepare()
        except BaseException:
            self._pg.close()
            raise

    # ── made and brought up to date ───────────────────────────────────────────────────────────────────────────

    def _prepare(self) -> None:
        if self.readonly:
            waiting = self._waiting()
            if waiting:
                raise StoreError(
                    f"{self._server}: holds no watch yet, or one of an older armswatch (it lacks {waiting[0]}); "
                    "`armswatch poll` or `armswatch run` brings it up to date",
                    subject=str(self._server),
                )
        elif self._waiting():
            self._migrate()

    def _waiting(self) -> list[str]:
        """The migrations that are still to be run, in order; NewerDatabase where it has some that we do not know."""
        ours = [migration.name for migration in MIGRATIONS._migrations]  # noqa: SLF001 (no public list of names)
        if self.value("SELECT to_regclass('_migrations') AS found") is None:
            return ours
        rows = self.rows("SELECT name FROM _migrations WHERE migration_set = 'armswatch' ORDER BY name")
        theirs = {row["name"] for row in rows}
        unknown = sorted(theirs.difference(ours))
        if unknown:
            raise NewerDatabase(
                f"{self._server}: made by a newer armswatch (it has {', '.join(unknown)}); left untouched: "
                "install that version, or point `store.url` elsewhere",
                subject=str(self._server),
            )
        return [name for name in ours if name not in theirs]

    def _migrate(self) -> None:
        """All that is pending in one transaction: many workers may start at once, and a failed change leaves nothing."""
        with self.write():
            self._pg.execute(_LEDGER)
            waiting = set(self._waiting())
            tables: Any = PostgresTables(self._made)
            for migration in MIGRATIONS._migrations:  # noqa: SLF001 (no public list)
                if migration.name in waiting:
                    migration.fn(tables)
                    self.run(
                        "INSERT INTO _migrations (migration_set, name, applied_at) VALUES ('armswatch', :name, :now)",
                        {"name": migration.name, "now": stamp(datetime.now(UTC))},
                    )

    def _made(self, sql: str, values: Sequence[object]) -> list[Row]:
        cursor = self._pg.execute(sql, values or None)
        return cursor.fetchall() if cursor.description else []

    # ── statements and transactions ───────────────────────────────────────────────────────────────────────────

    @contextmanager
    def _begun(self, alone: bool) -> Iterator[None]:
        """Begin, and wait for the writers' lock of this schema where it must be alone; the server frees it at the end."""
        lock = f"; SELECT pg_advisory_xact_lock({_KEY})" if alone else ""
        self._again(lambda: self._pg.execute("BEGIN" + lock, prepare=False))
        yield

    def _commit(self) -> None:
        self._pg.execute("COMMIT")

    def _undo(self) -> None:
        with suppress(psycopg.Error):
            self._pg.execute("ROLLBACK")

    def rows(self, sql: str, params: Params | None = None) -> list[Row]:
        """All rows of a statement as dictionaries."""
        said = POSTGRESQL.statement(sql)

        def ask() -> list[Row]:
            cursor = self._pg.execute(said, params or {})
            return cursor.fetchall() if cursor.description else []

        with self._threads, self._told():
            return ask() if self._depth else self._again(ask)

    def run(self, sql: str, params: Params | None = None) -> int:
        """Run a statement inside `write`; returns how many rows it changed."""
        self._inside()
        return self._pg.execute(POSTGRESQL.statement(sql), params or {}).rowcount

    def run_many(self, sql: str, params: Sequence[Params]) -> None:
        """The same statement for each of many parameter sets, inside `write`, without waiting for each answer."""
        self._inside()
        with self._pg.cursor() as cursor:
            cursor.executemany(POSTGRESQL.statement(sql), params)

    def close(self) -> None:
        """Close the connection."""
        with self._threads:
            self._closed = True
            self._pg.close()

    def _again(self, ask: Callable[[], T]) -> T:
        """Ask; where the server went away since the last transaction, open a new session and ask once more."""
        try:
            return ask()
        except (psycopg.OperationalError, psycopg.InterfaceError):
            if self._closed or (not self._pg.broken and not self._pg.closed):
                raise
        self._pg = open_session(self._server, readonly=self.readonly)
        return ask()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn the server's words into ours: what, where, what to do."""
        try:
            yield
        except psycopg.IntegrityError:
            raise
        except psycopg.Error as error:
            raise _ours(self._server, error) from error


def open_session(server: Server, *, readonly: bool = False, name: str = "") -> psycopg.Connection[Row]:
    """A session of its own, in which every statement is a transaction unless it says BEGIN; StoreError says why not."""
    if os.environ.get("ARMSWATCH_NETWORK") == "loopback":
        _refuse_far(server)
    try:
        found = psycopg.connect(
            server.url,
            password=server.password or None,
            autocommit=True,
            row_factory=dict_row,
            connect_timeout=PATIENCE,
            application_name=name or f"armswatch pid {os.getpid()} on {platform.node()}",
            client_encoding="UTF8",
            # A network that swallows everything is found out within a minute, not within two hours.
            keepalives_idle=30,
            keepalives_interval=10,
            keepalives_count=3,
            tcp_user_timeout=60_000,
        )
    except psycopg.Error as error:
        raise _ours(server, error) from None  # the driver's own words may quote the URL
    try:
        fit(server, found)
        found.adapters.register_dumper(str, _Text)
        found.execute(_MANNERS)
        if readonly:
            found.execute("SET default_transaction_read_only = on")
    except psycopg.Error as error:
        found.close()
        raise _ours(server, error) from error
    except BaseException:
        found.close()
        raise
    return found


def fit(server: Server, session: psycopg.Connection[Row]) -> None:
    """Nothing where the server is new enough and holds UTF-8; else a StoreError."""
    if session.info.server_version < OLDEST:
        raise StoreError(
            f"{server}: PostgreSQL {session.info.server_version // 10000} is too old; armswatch needs "
            f"{OLDEST // 10000} or newer",
            subject=str(server),
        )
    encoding = session.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise StoreError(
            f"{server}: the database holds text as {encoding}; make one with ENCODING 'UTF8' TEMPLATE template0",
            subject=str(server),
        )


def _refuse_far(server: Server) -> None:
    try:
        parts = conninfo_to_dict(server.url)
    except psycopg.Error as error:
        raise _ours(server, error) from None
    named = [str(parts.get(key) or "") for key in ("host", "hostaddr")]
    for host in ",".join(named).split(","):
        if not host.startswith(("127.", "::1", "localhost", "/", "@")) and host:
            raise StoreError(
                f"{server}: ARMSWATCH_NETWORK=loopback allows a database on this machine only", subject=str(server)
            )


def _ours(server: Server, error: psycopg.Error) -> StoreError:
    """The server's or driver's error in our words."""
    words = _masked(server, " ".join(str(error).split()))
    if isinstance(error, pg.DiskFull | pg.ReadOnlySqlTransaction | pg.InsufficientPrivilege | pg.OutOfMemory):
        return StoreFull(
            f"{server}: cannot write ({words}); nothing was damaged: free some space or make it writable, then go on",
            subject=str(server),
        )
    if isinstance(error, pg.InvalidPassword | pg.InvalidAuthorizationSpecification) or "password" in words:
        hint = "is it the right user, and is ARMSWATCH_STORE_PASSWORD set?"
    elif isinstance(error, pg.InvalidCatalogName) or (
        "does not exist" in words and isinstance(error, psycopg.OperationalError)
    ):
        hint = "`createdb --encoding UTF8 NAME` makes one"
    elif error.sqlstate is None and "invalid" in words:
        hint = "expected postgresql://user@host:port/name"
    elif isinstance(error, psycopg.OperationalError):
        hint = "is the server up and reachable from here?"
    else:
        hint = ""
    return StoreError(f"{server}: {words}" + (f"; {hint}" if hint else ""), subject=str(server))


def _masked(server: Server, words: str) -> str:
    for secret in server.secrets:
        words = words.replace(secret, "***")
    return words
