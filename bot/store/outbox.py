"""Promises to deliver: written, already rendered, before anything is sent; a receipt ends each (decision 20)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.model import Delivery
from bot.store.connection import Connection, Row
from bot.store.rows import known, moment, stamp

_FIRST = """NOT EXISTS (SELECT 1 FROM outbox AS before WHERE before.kind = mine.kind AND before.subject = mine.subject
    AND before.target = mine.target AND before.part < mine.part AND before.state NOT IN ('sent', 'dropped'))"""
"""Every part before it has its receipt: a thread waits for what it hangs on, however long that is parked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One row of the outbox."""

    delivery: Delivery
    created: datetime | None
    sent: datetime | None


class Outbox:
    """The outbox table. Every method is one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def promise(self, delivery: Delivery, now: datetime) -> bool:
        """Write a promise; False where it is made already."""
        with self._c.write() as c:
            return promise(c, delivery, now)

    def due(self, now: datetime, limit: int = 200, channels: Sequence[str] = ()) -> list[Delivery]:
        """Promises whose time has come and whose part before has its receipt: owed ones to send, `sending` ones in doubt.

        Alerts come first: a digest can wait for them, not they for the mails of a digest. Of all channels, or of those named.
        """
        only, names = _among("channel", channels)
        rows = self._c.rows(
            f"""SELECT * FROM outbox AS mine WHERE state IN ('owed', 'sending') AND COALESCE(next_try, '') <= :now AND {only}
                 AND {_FIRST}
               ORDER BY kind <> 'alert', created, key LIMIT :limit""",  # noqa: S608 # the condition is ours, its values are parameters
            {"now": stamp(now), "limit": limit, **names},
        )
        return [replace(_delivery(row), parent=self._parent(row)) for row in rows]

    def _parent(self, row: Row) -> str:
        return self.receipt(row["kind"], row["subject"], row["target"], 1) if row["part"] > 1 else ""

    def move(self, before: Delivery, after: Delivery, now: datetime) -> bool:
        """Write a promise's next state if it is still as it was read; False where somebody else was faster."""
        with self._c.write() as c:
            return c.run(
                """UPDATE outbox SET state = :state, attempts = :attempts, doubts = :doubts, next_try = :next, receipt = :receipt,
                     error = :error, sent = CASE WHEN :state = 'sent' THEN :now ELSE sent END
                   WHERE key = :key AND state = :was AND attempts = :were AND doubts = :doubted""",
                {
                    "state": after.state,
                    "attempts": after.attempts,
                    "doubts": after.doubts,
                    "next": stamp(after.next_try),
                    "receipt": after.receipt,
                    "error": after.error,
                    "now": stamp(now),
                    "key": before.key,
                    "was": before.state,
                    "were": before.attempts,
                    "doubted": before.doubts,
                },
            ) == 1  # fmt: skip

    def posted(self, channel: str, since: datetime) -> list[Delivery]:
        """What one channel has taken since a time and has given a receipt for, newest first."""
        rows = self._c.rows(
            "SELECT * FROM outbox WHERE channel = :channel AND state = 'sent' AND receipt <> '' AND sent >= :since ORDER BY sent DESC",
            {"channel": channel, "since": stamp(since)},
        )
        return [_delivery(row) for row in rows]

    def ended(self, channel: str, target: str, limit: int) -> list[Delivery]:
        """The last promises to one target that came to an end, sent or parked, newest first."""
        rows = self._c.rows(
            """SELECT * FROM outbox WHERE channel = :channel AND target = :target AND state IN ('sent', 'parked')
               ORDER BY COALESCE(sent, created) DESC, key DESC LIMIT :limit""",
            {"channel": channel, "target": target, "limit": limit},
        )
        return [_delivery(row) for row in rows]

    def edited(self, delivery: Delivery) -> None:
        """A message that was sent now reads so on the other side."""
        with self._c.write() as c:
            c.run(
                "UPDATE outbox SET payload = :payload WHERE key = :key AND state = 'sent'",
                {"payload": delivery.payload, "key": delivery.key},
            )

    def get(self, key: str) -> Delivery | None:
        """One promise by its key."""
        row = self._c.row("SELECT * FROM outbox WHERE key = :key", {"key": key})
        return _delivery(row) if row else None

    def next_due(self, channels: Sequence[str] = ()) -> datetime | None:
        """When the next promise that nothing stands before comes due; of all channels, or of those named."""
        only, names = _among("channel", channels)
        found = self._c.row(
            f"""SELECT MIN(COALESCE(next_try, created)) AS at FROM outbox AS mine WHERE state IN ('owed', 'sending') AND {only}
                 AND {_FIRST}""",  # noqa: S608 # the conditions are ours, their values are parameters
            names,
        )
        return moment(found["at"]) if found else None

    def listing(self, states: tuple[str, ...] = ()) -> list[Promise]:
        """All promises, newest first; only some states where named."""
        only, names = _among("state", states)
        rows = self._c.rows(f"SELECT * FROM outbox WHERE {only} ORDER BY created DESC, key", names)  # noqa: S608 # ours
        return [_promise(row) for row in rows]

    def count(self) -> dict[str, int]:
        """How many promises are in each state."""
        return {
            row["state"]: row["n"] for row in self._c.rows("SELECT state, COUNT(*) AS n FROM outbox GROUP BY state")
        }

    def alert_times(self, target: str) -> list[datetime]:
        """When alerts to one target were promised, newest first; two days are enough for a daily limit."""
        rows = self._c.rows(
            "SELECT created FROM outbox WHERE kind = 'alert' AND target = :target ORDER BY created DESC LIMIT 100",
            {"target": target},
        )
        return [known(row["created"]) for row in rows]

    def receipt(self, kind: str, subject: str, target: str, part: int) -> str:
        """The receipt of one part (a thread hangs on the first part's), or ''."""
        found = self._c.value(
            "SELECT receipt FROM outbox WHERE kind = :kind AND subject = :subject AND target = :target AND part = :part",
            {"kind": kind, "subject": subject, "target": target, "part": part},
        )
        return found or ""


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


def _among(column: str, values: Sequence[str]) -> tuple[str, dict[str, str]]:
    """The condition that a column of ours is one of `values`, with its parameters; no values: always."""
    names = {f"{column}{number}": value for number, value in enumerate(values)}
    return (f"{column} IN ({', '.join(f':{name}' for name in names)})" if names else "1 = 1"), names


def _delivery(row: Row) -> Delivery:
    return Delivery(
        kind=row["kind"],
        subject=row["subject"],
        channel=row["channel"],
        target=row["target"],
        part=row["part"],
        payload=row["payload"],
        state=row["state"],
        attempts=row["attempts"],
        doubts=row["doubts"],
        next_try=moment(row["next_try"]),
        receipt=row["receipt"] or "",
        error=row["error"] or "",
    )


def _promise(row: Row) -> Promise:
    return Promise(delivery=_delivery(row), created=moment(row["created"]), sent=moment(row["sent"]))
