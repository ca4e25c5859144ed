"""Heartbeats of the jobs and notices to the people who run the watch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model import Notice
from bot.store.connection import Connection, Row
from bot.store.rows import known, moment, stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """The last time a job came to its end, and what it said."""

    job: str
    at: datetime
    note: str
    report: str  # JSON


class Runs:
    """The heartbeats and notices tables. Every method is one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def beat(self, job: str, now: datetime, *, note: str = "", report: str = "") -> None:
        """A job came to its end."""
        with self._c.write() as c:
            c.run(
                """INSERT INTO heartbeats (job, at, note, report_json) VALUES (:job, :now, :note, :report)
                   ON CONFLICT (job) DO UPDATE SET at = excluded.at, note = excluded.note,
                     report_json = COALESCE(NULLIF(excluded.report_json, ''), heartbeats.report_json)""",
                {"job": job, "now": stamp(now), "note": note, "report": report},
            )

    def beats(self) -> list[Heartbeat]:
        """All heartbeats, latest first."""
        rows = self._c.rows("SELECT * FROM heartbeats ORDER BY at DESC, job")
        return [
            Heartbeat(job=row["job"], at=known(row["at"]), note=row["note"] or "", report=row["report_json"] or "")
            for row in rows
        ]

    def notice(self, notice: Notice) -> bool:
        """Say something once; False where it was said already and has not recovered since."""
        with self._c.write() as c:
            return c.run(
                """INSERT INTO notices (id, kind, subject, text, at, recovered) VALUES (:id, :kind, :subject, :text, :at, NULL)
                   ON CONFLICT (id) DO UPDATE SET text = excluded.text, at = excluded.at, recovered = NULL
                   WHERE notices.recovered IS NOT NULL""",
                {"id": notice.id, "kind": notice.kind, "subject": notice.subject, "text": notice.text, "at": stamp(notice.at)},
            ) == 1  # fmt: skip

    def recover(self, notice: str, now: datetime) -> bool:
        """What a notice said is over; False where nothing was open."""
        with self._c.write() as c:
            return c.run(
                "UPDATE notices SET recovered = :now WHERE id = :id AND recovered IS NULL", {"now": stamp(now), "id": notice}
            ) == 1  # fmt: skip

    def open_notices(self) -> list[Notice]:
        """What was said and is not over, oldest first."""
        return [_notice(row) for row in self._c.rows("SELECT * FROM notices WHERE recovered IS NULL ORDER BY at, id")]


def _notice(row: Row) -> Notice:
    return Notice(
        id=row["id"],
        kind=row["kind"],
        subject=row["subject"],
        text=row["text"],
        at=known(row["at"]),
        recovered=moment(row["recovered"]),
    )
