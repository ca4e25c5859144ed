"""Hosts that asked to be left alone, remembered across restarts (R-6, R-8)."""

from __future__ import annotations

from datetime import datetime

from bot.store.connection import Connection
from bot.store.rows import known, stamp


class Hosts:
    """The resting table. Every method is one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def rest(self, host: str, until: datetime) -> None:
        """No request to this host before `until`; the longest wish counts."""
        with self._c.write() as c:
            c.run(
                """INSERT INTO resting (host, until) VALUES (:host, :until) ON CONFLICT (host) DO UPDATE
                   SET until = CASE WHEN excluded.until > resting.until THEN excluded.until ELSE resting.until END""",
                {"host": host, "until": stamp(until)},
            )

    def resting(self, now: datetime) -> dict[str, datetime]:
        """The hosts that rest at `now`, and until when."""
        rows = self._c.rows("SELECT host, until FROM resting WHERE until > :now ORDER BY host", {"now": stamp(now)})
        return {row["host"]: known(row["until"]) for row in rows}
