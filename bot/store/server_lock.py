"""The daemon lock of a watch on a PostgreSQL server: one on all machines that write to it (decision 2)."""

from __future__ import annotations

import os
import platform
import re
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

import psycopg

from bot.errors import LockHeld, StoreError
from bot.places import Server
from bot.store.postgresql import open_session

_KEY = "hashtextextended('armswatch daemon ' || current_schema(), 0)"
_HOLDER = f"""SELECT application_name AS name FROM pg_stat_activity JOIN pg_locks USING (pid)
WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND ((classid::bigint << 32) | objid::bigint) = {_KEY}
  AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())"""  # noqa: S608 (our own words)
_NAME = re.compile(r"armswatch daemon (\d+) on (.+)")


def end_this() -> None:
    """End this process in order, as its supervisor would."""
    os.kill(os.getpid(), signal.SIGTERM)


class ServerLock:
    """Held over a session of its own: when the holder dies nothing is left to clean up.

    Workers of a cluster hold it `together`: any number of them, but never beside a daemon that works alone.
    A server that was restarted has forgotten the lock; a thread takes it again. Where another was faster and keeps it for
    longer than `patience` seconds, two watches would work at once: `lost` is called, which ends this one.
    """

    def __init__(
        self, server: Server, *, together: bool = False, every: float = 5, patience: float = 30,
        lost: Callable[[], None] = end_this,
    ) -> None:  # fmt: skip
        self._server, self._every, self._patience, self._lost = server, every, patience, lost
        self._try = "pg_try_advisory_lock_shared" if together else "pg_try_advisory_lock"
        self._free = "pg_advisory_unlock_shared" if together else "pg_advisory_unlock"
        self._session: Any = None
        self._released = threading.Event()
        self._keeper: threading.Thread | None = None

    def acquire(self) -> None:
        """Take the lock or raise LockHeld with the holder's pid and machine."""
        self._session, pid, machine = self._taken()
        if self._session is None:
            raise LockHeld(
                f"{self._server}: another armswatch (pid {pid} on {machine}) works on this database; stop it first, or wait",
                pid=pid,
                subject=str(self._server),
            )
        self._released.clear()
        self._keeper = threading.Thread(target=self._keep, name="daemon lock", daemon=True)
        self._keeper.start()

    def release(self) -> None:
        """Let go; safe to call twice."""
        self._released.set()
        if self._keeper is not None and self._keeper is not threading.current_thread():
            self._keeper.join()
        if self._session is not None:
            # The server learns of a closed connection a moment later: who starts at once would be refused.
            with suppress(psycopg.Error):
                self._session.execute(f"SELECT {self._free}({_KEY})")
            self._session.close()
            self._session = None

    def _taken(self) -> tuple[Any, int, str]:
        """(session that holds it, 0, ""), or (None, the holder's pid, its machine)."""
        session = open_session(self._server, name=f"armswatch daemon {os.getpid()} on {platform.node()}"[:63])
        try:
            for _ in range(2):
                row = session.execute(f"SELECT {self._try}({_KEY}) AS taken").fetchone()
                if row and row["taken"]:
                    return session, 0, ""
                pid, machine = _holder(session)
                if pid:
                    break  # else whoever held it has just let go, or died
        except BaseException:
            session.close()
            raise
        session.close()
        return None, pid, machine

    def _keep(self) -> None:
        """Look now and then whether the session still lives."""
        since: float | None = None  # when another was first seen to have the lock
        while not self._released.wait(self._every):
            try:
                if self._session is not None:
                    self._session.execute("SELECT 1")
                    continue
            except psycopg.Error:
                self._session.close()
                self._session = None
            try:
                self._session, _, _ = self._taken()
            except (StoreError, psycopg.Error):
                continue  # the server is not back yet
            since = None if self._session is not None else since or time.monotonic()
            if since is not None and time.monotonic() - since > self._patience:
                self._lost()
                return

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def server_holder(server: Server) -> int | None:
    """The pid that holds the daemon lock now, on whatever machine, or None; StoreError where nobody can be asked."""
    session = open_session(server, readonly=True)
    try:
        return _holder(session)[0] or None
    finally:
        session.close()


def _holder(session: Any) -> tuple[int, str]:
    row = session.execute(_HOLDER).fetchone()
    found = _NAME.match(row["name"]) if row else None
    return (int(found[1]), found[2]) if found else (0, "a machine that it does not name")
