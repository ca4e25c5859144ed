"""Who may work on a database; where it is a file, by two locks beside it: one daemon at a time, one writer at a time across all processes (decision 2)."""

from __future__ import annotations

import errno
import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Self

from bot.errors import LockHeld, StoreFull
from bot.places import Server


class DaemonLock:
    """Held by `run`, `poll`, `digest --send`, `migrate` and `restore` for as long as they live.

    The kernel frees it when the holder dies, so a kill -9 leaves nothing to clean up. The file keeps the pid of
    the holder so that a second one can name it.
    """

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(database.name + ".lock")
        self._handle: int | None = None

    def acquire(self) -> None:
        """Take the lock or raise LockHeld with the holder's pid."""
        handle = _open(self.path)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = _pid(handle)
            os.close(handle)
            raise LockHeld(
                f"{self.path}: another armswatch (pid {pid}) works on this database; stop it first, or wait",
                pid=pid,
                subject=str(self.path),
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        self._handle = handle

    def release(self) -> None:
        """Let go; safe to call twice."""
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def daemon_lock(place: Path | Server) -> AbstractContextManager[object]:
    """The daemon lock of a file or of a server."""
    if isinstance(place, Server):
        from bot.store.connection import driven

        with driven(place):
            from bot.store.server_lock import ServerLock
        return ServerLock(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    return DaemonLock(place)


def holder(database: Path | Server) -> int | None:
    """The pid that holds the daemon lock now, or None."""
    if isinstance(database, Server):
        from bot.store.server_lock import server_holder

        return server_holder(database)
    path = database.with_name(database.name + ".lock")
    if not path.exists():
        return None
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _pid(handle)
    finally:
        os.close(handle)
    return None


class WriterLock:
    """Held for one write transaction, checkpoint included; waits for its turn.

    It keeps two connections from writing and checkpointing at once, which is what SQLite before 3.51.3 could
    corrupt a WAL file with.
    """

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(database.name + ".writer")
        self._threads = threading.RLock()
        self._depth = 0
        self._handle: int | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """The lock, for one `with` block; re-entrant within a thread."""
        with self._threads:
            if self._depth == 0:
                if self._handle is None:
                    self._handle = _open(self.path)
                fcntl.flock(self._handle, fcntl.LOCK_EX)
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0 and self._handle is not None:
                    fcntl.flock(self._handle, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the file handle back."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT}:
            raise StoreFull(
                f"{path}: cannot write here ({error.strerror}); free some space or choose another `database`",
                subject=str(path),
            ) from error
        raise


def _pid(handle: int) -> int:
    with suppress(ValueError, OSError):
        return int(os.pread(handle, 32, 0).decode() or 0)
    return 0
