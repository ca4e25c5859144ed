"""The daemon lock of a watch on a PostgreSQL server: one on all machines that write to it (decision 2)."""

from __future__ import annotations

import os
import platform
import re
from typing import Any, Self

from bot.errors import LockHeld
from bot.places import Server
from bot.store.postgresql import open_session

_KEY = "hashtextextended('armswatch daemon ' || current_schema(), 0)"
_HOLDER = f"""SELECT application_name AS name FROM pg_stat_activity JOIN pg_locks USING (pid)
WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND ((classid::bigint << 32) | objid::bigint) = {_KEY}
  AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())"""  # noqa: S608 (our own words)
_NAME = re.compile(r"armswatch daemon (\d+) on (.+)")


class ServerLock:
    """Held over a session of its own: when the holder dies, or the server, nothing is left to clean up.

    Workers of a cluster hold it `together`: any number of them, but never beside a daemon that works alone.
    """

    def __init__(self, server: Server, *, together: bool = False) -> None:
        self._server = server
        self._try = "pg_try_advisory_lock_shared" if together else "pg_try_advisory_lock"
        self._session: Any = None

    def acquire(self) -> None:
        """Take the lock or raise LockHeld with the holder's pid and machine."""
        session = open_session(self._server, name=f"armswatch daemon {os.getpid()} on {platform.node()}"[:63])
        taken = session.execute(f"SELECT {self._try}({_KEY}) AS taken").fetchone()
        if taken and taken["taken"]:
            self._session = session
            return
        pid, machine = _holder(session)
        session.close()
        raise LockHeld(
            f"{self._server}: another armswatch (pid {pid} on {machine}) works on this database; stop it first, or wait",
            pid=pid,
            subject=str(self._server),
        )

    def release(self) -> None:
        """Let go; safe to call twice."""
        if self._session is not None:
            self._session.close()
            self._session = None

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
