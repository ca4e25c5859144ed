"""The embedded database: one file, opened, made and migrated through sqlite-utils; transactions that begin IMMEDIATE."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlite_utils

from bot.errors import NewerDatabase, StoreError, StoreFull
from bot.store.connection import Connection, Params, Row
from bot.store.dialects import SQLITE
from bot.store.locks import WriterLock
from bot.store.schema import MIGRATIONS

_FULL = (
    "database or disk is full",
    "attempt to write a readonly database",
    "disk i/o error",
    "unable to open database",
)


class SqliteConnection(Connection):
    """One SQLite connection; a file lock beside the database keeps the writers of all processes in one row."""

    dialect = SQLITE

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        super().__init__(path, readonly=readonly)
        self.path = path
        self._writer = WriterLock(path)
        self._sqlite = _connect(path, readonly=readonly)
        self.db = sqlite_utils.Database(self._sqlite)
        try:
            self._prepare()
        except BaseException:
            self._sqlite.close()
            raise

    def _prepare(self) -> None:
        with self._told():
            self._refuse_newer()
            self._sqlite.execute("PRAGMA busy_timeout = 10000")
            if self.readonly:
                self._refuse_unfinished()
                return
            with self._writer.held():
                self._sqlite.execute("PRAGMA journal_mode = WAL")
                # FULL: a receipt that we acknowledge survives a power cut; measured at 3,000 commits/s it is no cost.
                self._sqlite.execute("PRAGMA synchronous = FULL")
                self._sqlite.execute("PRAGMA foreign_keys = ON")
                self._migrate()

    def _migrate(self) -> None:
        waiting = MIGRATIONS.pending(self.db)
        if waiting:
            from bot.store.backup import before_migration

            before_migration(self.path, waiting[0].name, datetime.now(UTC))
            MIGRATIONS.apply(self.db)

    def _refuse_newer(self) -> None:
        if "_sqlite_migrations" not in self.db.table_names():
            return
        ours = {migration.name for migration in MIGRATIONS._migrations}  # noqa: SLF001 (no public list of names)
        theirs = [migration.name for migration in MIGRATIONS.applied(self.db)]
        unknown = [name for name in theirs if name not in ours]
        if unknown:
            raise NewerDatabase(
                f"{self.path}: made by a newer armswatch (it has {', '.join(unknown)}); "
                "left untouched: install that version, or point `database` elsewhere",
                subject=str(self.path),
            )

    def _refuse_unfinished(self) -> None:
        waiting = [migration.name for migration in MIGRATIONS.pending(self.db)]
        if waiting:
            raise StoreError(
                f"{self.path}: is just being made, or is of an older armswatch (it lacks {waiting[0]}); "
                "`armswatch poll` or `armswatch run` brings it up to date",
                subject=str(self.path),
            )

    def _told(self) -> AbstractContextManager[None]:
        return _told(self.path)

    @contextmanager
    def _begun(self, alone: bool) -> Iterator[None]:
        """Begin IMMEDIATE under the writer lock; a file has one writer whatever `alone` says."""
        with self._writer.held():
            self._sqlite.execute("BEGIN IMMEDIATE")
            yield

    def _commit(self) -> None:
        self._sqlite.execute("COMMIT")

    def _undo(self) -> None:
        if self._sqlite.in_transaction:
            self._sqlite.execute("ROLLBACK")

    def rows(self, sql: str, params: Params | None = None) -> list[Row]:
        """All rows of a statement as dictionaries."""
        with self._threads, self._told():
            cursor = self._sqlite.execute(SQLITE.statement(sql), params or {})
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def run(self, sql: str, params: Params | None = None) -> int:
        """Run a statement inside `write`; returns how many rows it changed."""
        self._inside()
        return self._sqlite.execute(SQLITE.statement(sql), params or {}).rowcount

    def run_many(self, sql: str, params: Sequence[Params]) -> None:
        """The same statement for each of many parameter sets, inside `write`."""
        self._inside()
        self._sqlite.executemany(SQLITE.statement(sql), params)

    def close(self) -> None:
        """Close the connection and its lock file handle."""
        with self._threads:
            self._sqlite.close()
            self._writer.close()


def _connect(path: Path, *, readonly: bool) -> sqlite3.Connection:
    with _told(path):
        if readonly:
            if not path.exists():
                raise StoreError(
                    f"{path}: no database yet; `armswatch poll` or `armswatch run` makes it; of another folder: --config FILE",
                    subject=str(path),
                )
            return sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro",
                uri=True,
                check_same_thread=False,
                isolation_level=None,
                timeout=10,
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        return sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn SQLite's and the system's words into ours: what, where, what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        words = str(error).lower()
        if any(sign in words for sign in _FULL):
            raise StoreFull(
                f"{path}: cannot write ({error}); nothing was damaged: free some space or make it writable, then go on",
                subject=str(path),
            ) from error
        if "not a database" in words or "malformed" in words:
            raise StoreError(
                f"{path}: this is no readable SQLite database ({error}); restore a backup or point `database` elsewhere",
                subject=str(path),
            ) from error
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
            raise
        raise StoreError(f"{path}: {error}", subject=str(path)) from error
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EACCES, errno.EPERM}:
            raise StoreFull(
                f"{path}: {error.strerror}; free some space or make it writable", subject=str(path)
            ) from error
        raise
