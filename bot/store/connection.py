"""The one door to the database, whichever it is: statements with named parameters, and transactions of one writer."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.errors import StoreError, UsageError
from bot.places import Server
from bot.store.dialects import Dialect
from bot.store.rows import known

Params = Mapping[str, object]
Row = dict[str, Any]


class Connection(ABC):
    """One connection of this process, shared by its threads one at a time.

    `rows`, `row`, `value` and, inside a `write` block, `run` take SQL with named parameters and the fragments of
    bot.store.dialects. No cursor, rowid or driver's connection leaves the store.
    """

    dialect: Dialect
    fence: Callable[[Connection], None] | None = None
    """Called first in every transaction; what it raises ends it, with nothing written (bot.store.shards)."""

    def __init__(self, location: Path | Server, *, readonly: bool) -> None:
        self.location = location
        self.readonly = readonly
        self._threads = threading.RLock()
        self._depth = 0
        self._alone = True

    @property
    def for_share(self) -> str:
        """What makes a SELECT keep others from changing its rows until the transaction ends; a file has one writer anyway."""
        return "" if self.dialect.name == "sqlite" else " FOR SHARE"

    @contextmanager
    def write(self, *, alone: bool = True) -> Iterator[Connection]:
        """One transaction, the only writing one of all processes; nested blocks join it.

        `alone=False` neither waits for other writers nor holds them up, where the database can: for rows on which no
        other writer's decision hangs, when the statement itself decides (ON CONFLICT, a condition on the old state).
        """
        with self._threads, self._told():
            if self._depth:
                if alone and not self._alone:
                    raise StoreError("a write that must be alone, inside one that is not")
                self._depth += 1
                try:
                    yield self
                finally:
                    self._depth -= 1
                return
            with self._begun(alone):
                self._depth, self._alone = 1, alone
                try:
                    if self.fence is not None:
                        self.fence(self)
                    yield self
                    self._depth = 0
                    self._commit()
                except BaseException:
                    self._depth = 0
                    self._undo()
                    raise

    @abstractmethod
    def _told(self) -> AbstractContextManager[None]:
        """Turn the driver's words into ours: what, where, what to do."""

    @abstractmethod
    def _begun(self, alone: bool) -> AbstractContextManager[None]:
        """Begin a transaction, behind the other writers where it must be alone; what it holds, it holds until the end."""

    @abstractmethod
    def _commit(self) -> None:
        """End the transaction with all of it written, or raise."""

    @abstractmethod
    def _undo(self) -> None:
        """End the transaction with nothing of it written, if there still is one."""

    def _inside(self) -> None:
        if not self._depth:
            raise StoreError("a write outside of a transaction; use `with connection.write():`")

    @abstractmethod
    def rows(self, sql: str, params: Params | None = None) -> list[Row]:
        """All rows of a statement as dictionaries."""

    @abstractmethod
    def run(self, sql: str, params: Params | None = None) -> int:
        """Run a statement inside `write`; returns how many rows it changed."""

    @abstractmethod
    def run_many(self, sql: str, params: Sequence[Params]) -> None:
        """The same statement for each of many parameter sets, inside `write`."""

    @abstractmethod
    def close(self) -> None:
        """Give the connection back; safe to call twice."""

    def row(self, sql: str, params: Params | None = None) -> Row | None:
        """The first row of a statement, or None."""
        found = self.rows(sql, params)
        return found[0] if found else None

    def value(self, sql: str, params: Params | None = None) -> Any:
        """The first column of the first row, or None."""
        found = self.row(sql, params)
        return next(iter(found.values())) if found else None

    def version(self) -> str:
        """Which database it is, such as "SQLite 3.40.1"."""
        return str(self.value("SELECT {version} AS said"))

    def now(self) -> datetime:
        """The database's own time: the only clock that all workers share."""
        return known(self.value("SELECT {now} AS at"))


@contextmanager
def driven(server: Server) -> Iterator[None]:
    """For importing what needs the driver: says which extra brings it where it is absent."""
    try:
        yield
    except ImportError as error:
        raise UsageError(
            f'{server}: PostgreSQL needs the extra "cluster" ({error.name} is not installed): '
            'pip install "armswatch[cluster]"'
        ) from error


def connect(location: Path | Server, *, readonly: bool = False, copying: bool = False) -> Connection:
    """Open a database file or server, made or brought up to date where it is not; StoreError says what is wrong.

    What a copy was broken off in is a store only for the copy itself (`copying`).
    """
    opened = _connect(location, readonly=readonly)
    if not copying and opened.value("SELECT {exists:_copying} AS found"):
        opened.close()
        raise StoreError(
            f"{location}: a copy into it was broken off; give the same `armswatch store copy` again, and it goes on",
            subject=str(location),
        )
    return opened


def _connect(location: Path | Server, *, readonly: bool) -> Connection:
    if isinstance(location, Server):
        with driven(location):
            from bot.store.postgresql import PostgresConnection
        return PostgresConnection(location, readonly=readonly)
    from bot.store.sqlite import SqliteConnection

    return SqliteConnection(location, readonly=readonly)
