"""What hosts asked of us, remembered across restarts: to be left alone (R-6, R-8), and their robots.txt (R-17)."""

from __future__ import annotations

from datetime import datetime

from bot.model import RobotsFile
from bot.store.connection import Connection
from bot.store.rows import known, stamp


class Hosts:
    """The resting and robots tables. Every method is one transaction."""

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

    def robots(self, origin: str, now: datetime) -> RobotsFile | None:
        """What an origin's robots.txt said, if that still counts at `now`."""
        rows = self._c.rows(
            "SELECT * FROM robots WHERE origin = :origin AND until > :now", {"origin": origin, "now": stamp(now)}
        )
        return next((RobotsFile(**{**row, "until": known(row["until"])}) for row in rows), None)

    def keep_robots(self, file: RobotsFile, now: datetime) -> None:
        """Remember a robots.txt; what counts no longer is forgotten."""
        with self._c.write() as c:
            c.run("DELETE FROM robots WHERE until <= :now", {"now": stamp(now)})
            c.run(
                """INSERT INTO robots (origin, rule, text, until) VALUES (:origin, :rule, :text, :until)
                   ON CONFLICT (origin) DO UPDATE SET rule = excluded.rule, text = excluded.text, until = excluded.until""",
                {"origin": file.origin, "rule": file.rule, "text": file.text, "until": stamp(file.until)},
            )
