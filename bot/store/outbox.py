"""Promises to deliver: written, already rendered, before anything is sent; a receipt ends each (decision 20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model import Delivery
from bot.store.connection import Connection, Row
from bot.store.rows import moment, stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One row of the outbox."""

    delivery: Delivery
    created: datetime | None
    sending_since: datetime | None
    sent: datetime | None
    resend: bool


class Outbox:
    """The outbox table. Every method is one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def promise(self, delivery: Delivery, now: datetime) -> bool:
        """Write a promise; False where it is made already."""
        with self._c.write() as c:
            return promise(c, delivery, now)

    def owed(self, now: datetime, limit: int = 200) -> list[Promise]:
        """What is to be sent now, oldest first: its time has come and the part before it has its receipt."""
        rows = self._c.rows(
            """SELECT * FROM outbox AS mine WHERE state = 'owed' AND COALESCE(next_try, '') <= :now AND NOT EXISTS (
                 SELECT 1 FROM outbox AS before WHERE before.kind = mine.kind AND before.subject = mine.subject
                   AND before.target = mine.target AND before.part < mine.part AND before.state NOT IN ('sent', 'dropped'))
               ORDER BY created, key LIMIT :limit""",
            {"now": stamp(now), "limit": limit},
        )
        return [_promise(row) for row in rows]

    def sending(self) -> list[Promise]:
        """What was being sent when somebody stopped: each may or may not have arrived."""
        return [
            _promise(row) for row in self._c.rows("SELECT * FROM outbox WHERE state = 'sending' ORDER BY created, key")
        ]

    def begin(self, key: str, now: datetime) -> bool:
        """Owed → sending, committed before the wire is touched; False where somebody else was faster."""
        with self._c.write() as c:
            return c.run(
                "UPDATE outbox SET state = 'sending', sending_since = :now, attempts = attempts + 1 WHERE key = :key AND state = 'owed'",
                {"now": stamp(now), "key": key},
            ) == 1  # fmt: skip

    def settle(self, delivery: Delivery, now: datetime, *, resend: bool = False) -> None:
        """Write what became of a delivery: its state, next try, receipt and error."""
        with self._c.write() as c:
            c.run(
                """UPDATE outbox SET state = :state, next_try = :next, receipt = :receipt, error = :error, resend = :resend,
                     sent = CASE WHEN :state = 'sent' THEN :now ELSE sent END WHERE key = :key""",
                {
                    "state": delivery.state,
                    "next": stamp(delivery.next_try),
                    "receipt": delivery.receipt,
                    "error": delivery.error,
                    "resend": int(resend),
                    "now": stamp(now),
                    "key": delivery.key,
                },
            )

    def listing(self, states: tuple[str, ...] = ()) -> list[Promise]:
        """All promises, newest first; only some states where named."""
        rows = self._c.rows("SELECT * FROM outbox ORDER BY created DESC, key")
        return [_promise(row) for row in rows if not states or row["state"] in states]

    def count(self) -> dict[str, int]:
        """How many promises are in each state."""
        return {
            row["state"]: row["n"] for row in self._c.rows("SELECT state, COUNT(*) AS n FROM outbox GROUP BY state")
        }

    def requeue(self, key: str) -> bool:
        """Parked → owed, by a person's word."""
        return self._move(key, "parked", "owed")

    def drop(self, key: str) -> bool:
        """Owed or parked → dropped, by a person's word."""
        return self._move(key, "parked", "dropped") or self._move(key, "owed", "dropped")

    def receipt(self, kind: str, subject: str, target: str, part: int) -> str:
        """The receipt of one part (a thread hangs on the first part's), or ''."""
        found = self._c.value(
            "SELECT receipt FROM outbox WHERE kind = :kind AND subject = :subject AND target = :target AND part = :part",
            {"kind": kind, "subject": subject, "target": target, "part": part},
        )
        return found or ""

    def _move(self, key: str, old: str, new: str) -> bool:
        with self._c.write() as c:
            return c.run(
                "UPDATE outbox SET state = :new, next_try = NULL, error = '' WHERE key = :key AND state = :old",
                {"new": new, "old": old, "key": key},
            ) == 1  # fmt: skip


def promise(c: Connection, delivery: Delivery, now: datetime) -> bool:
    """The same as `Outbox.promise`, inside somebody's transaction."""
    return c.run(
        """INSERT INTO outbox (key, kind, subject, channel, target, part, payload, state, next_try, created)
           VALUES (:key, :kind, :subject, :channel, :target, :part, :payload, 'owed', :next, :now)
           ON CONFLICT (key) DO NOTHING""",
        {
            "key": delivery.key,
            "kind": delivery.kind,
            "subject": delivery.subject,
            "channel": delivery.channel,
            "target": delivery.target,
            "part": delivery.part,
            "payload": delivery.payload,
            "next": stamp(delivery.next_try),
            "now": stamp(now),
        },
    ) == 1  # fmt: skip


def _promise(row: Row) -> Promise:
    return Promise(
        delivery=Delivery(
            kind=row["kind"],
            subject=row["subject"],
            channel=row["channel"],
            target=row["target"],
            part=row["part"],
            payload=row["payload"],
            state=row["state"],
            attempts=row["attempts"],
            next_try=moment(row["next_try"]),
            receipt=row["receipt"] or "",
            error=row["error"] or "",
        ),
        created=moment(row["created"]),
        sending_since=moment(row["sending_since"]),
        sent=moment(row["sent"]),
        resend=bool(row["resend"]),
    )
