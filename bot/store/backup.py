"""Copies of the whole database: taken while it is written to, checked before they count, N kept, and put back (R-63)."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from bot.errors import NewerDatabase, StoreError
from bot.places import DEFAULT_BACKUPS
from bot.store.copies import KEEP, Copy, rotate
from bot.store.locks import WriterLock
from bot.store.schema import MIGRATIONS

_SPARE = 1.1  # free space asked for before a copy: its size and a tenth


def backup(database: Path, folder: Path, now: datetime, *, why: str = "by-hand", keep: int = KEEP) -> Copy:
    """A checked copy of `database` in `folder`; only the newest `keep` of the same kind stay. Safe beside a busy daemon.

    VACUUM INTO reads one consistent state; the copy gets its name only after quick_check, so that a file with a
    backup's name is a whole one. Raises StoreError where the database is missing or damaged, or the disk too full.
    """
    if not database.exists():
        raise StoreError(f"{database}: there is nothing to back up yet", subject=str(database))
    folder.mkdir(parents=True, exist_ok=True)
    _room(database.stat().st_size, folder)
    target = folder / f"{database.stem}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{why}.db"
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    unfinished.unlink(missing_ok=True)
    try:
        try:
            with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as source:
                source.execute("VACUUM INTO ?", (str(unfinished),))
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{database}: cannot be copied to {folder} ({error})", subject=str(database)) from error
        verify(unfinished)
        unfinished.chmod(0o600)  # it holds everything that the database holds
        _to_disk(unfinished)
        unfinished.replace(target)
        _to_disk(folder)
    finally:
        unfinished.unlink(missing_ok=True)
    rotate(folder, database.stem, why=why, keep=keep)
    return Copy(path=target, at=now.astimezone(UTC).replace(microsecond=0), why=why, bytes=target.stat().st_size)


def before_migration(database: Path, pending: str, now: datetime) -> Copy | None:
    """A copy before the first pending migration, beside the database; None where there is nothing in it yet."""
    if not database.exists() or not _tables(database):
        return None
    return backup(database, database.parent / DEFAULT_BACKUPS, now, why=f"before-{pending.replace('_', '-')}"[:60])


def restore(copy: Path, database: Path, folder: Path, now: datetime) -> Copy | None:
    """Put a copy in the database's place; returns a copy of what stood there, None where nothing did.

    The caller holds the daemon lock. Raises StoreError or NewerDatabase before anything is touched where the copy is
    damaged, made by a newer version, or not a database of armswatch. What stood there is kept first, so that every
    moment of a crash leaves a whole database under the name or beside it.
    """
    _fit(copy)
    _room(copy.stat().st_size, database.parent)
    saved = _set_aside(database, folder, now)
    unfinished = database.with_name(f".{database.name}.{os.getpid()}.restoring")
    try:
        shutil.copyfile(copy, unfinished)
        verify(unfinished)
        _to_disk(unfinished)
        writer = WriterLock(database)
        try:
            with writer.held():
                # A write-ahead log that stays behind would be replayed into the restored file.
                _drain(database)
                for tail in ("-wal", "-shm"):
                    database.with_name(database.name + tail).unlink(missing_ok=True)
                unfinished.replace(database)
                _to_disk(database.parent)
        finally:
            writer.close()
    finally:
        unfinished.unlink(missing_ok=True)
    return saved


def migrations(database: Path) -> list[str]:
    """The names of the migrations that a file has seen; [] for a file that is none of ours."""
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
        try:
            rows = connection.execute(
                "SELECT name FROM _sqlite_migrations WHERE migration_set = 'armswatch'"
            ).fetchall()
        except sqlite3.DatabaseError:
            return []
    return [str(name) for (name,) in rows]


def _fit(copy: Path) -> None:
    if not copy.is_file():
        raise StoreError(f"{copy}: no such copy; `armswatch backup --list` names them", subject=str(copy))
    verify(copy)
    theirs = migrations(copy)
    if not theirs:
        raise StoreError(f"{copy}: this is no database of armswatch", subject=str(copy))
    ours = {migration.name for migration in MIGRATIONS._migrations}  # noqa: SLF001 (no public list of names)
    newer = [name for name in theirs if name not in ours]
    if newer:
        raise NewerDatabase(
            f"{copy}: made by a newer armswatch (it has {', '.join(newer)}); install that version to restore it",
            subject=str(copy),
        )


def _set_aside(database: Path, folder: Path, now: datetime) -> Copy | None:
    """Keep what stands there: a checked copy, or the raw files where it cannot be read any more."""
    if not database.exists():
        return None
    try:
        return backup(database, folder, now, why="before-restore")
    except StoreError:
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{database.stem}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-damaged.db"
        for tail in ("", "-wal"):
            part = database.with_name(database.name + tail)
            if part.exists():
                shutil.copyfile(part, target.with_name(target.name + tail))
        return Copy(path=target, at=now, why="damaged", bytes=target.stat().st_size)


def _drain(database: Path) -> None:
    with suppress(sqlite3.DatabaseError):
        if database.exists():
            with closing(sqlite3.connect(database, timeout=5)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def verify(path: Path) -> None:
    """Nothing where the file is a whole database; else a StoreError that names the damage."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(5)")]
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{path}: not a readable database ({error})", subject=str(path)) from error
    if found != ["ok"]:
        raise StoreError(f"{path}: damaged ({'; '.join(found)})", subject=str(path))


def _tables(database: Path) -> bool:
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
        return connection.execute("SELECT name FROM sqlite_master LIMIT 1").fetchone() is not None


def _room(needed: int, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed * _SPARE:
        raise StoreError(
            f"{folder}: {free / 1e6:.0f} MB free, a copy needs {needed * _SPARE / 1e6:.0f} MB; name another folder",
            subject=str(folder),
        )


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
