"""When an article that was shown is looked at again, and what had changed in it (the silent-edit watch)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store.connection import Connection
from bot.store.rows import known, stamp

AFTER = (timedelta(hours=24), timedelta(days=7), timedelta(days=30))
"""How long after it was first shown an article is read again."""

AUTHOR = "armswatch"
"""Who wrote a correction that the watch found by itself; people sign with their own names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revisit:
    """One look that is due."""

    article: str
    number: int  # 1, 2 or 3
    at: datetime
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """An earlier wording of an article."""

    number: int
    title: str
    text: str
    seen: datetime


class Revisits:
    """The revisits table and the machine's part of the corrections. Every method is one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def due(self, now: datetime, limit: int = 50) -> list[Revisit]:
        """Looks whose time has come, the oldest first."""
        rows = self._c.rows(
            "SELECT * FROM revisits WHERE done IS NULL AND at <= :now ORDER BY at, article LIMIT :limit",
            {"now": stamp(now), "limit": limit},
        )
        return [
            Revisit(article=row["article"], number=row["number"], at=known(row["at"]), tries=row["tries"])
            for row in rows
        ]

    def settle(
        self, revisit: Revisit, outcome: str, now: datetime, *, again: datetime | None = None, correction: str = ""
    ) -> None:
        """End a look with its outcome, or put it off; a correction is written in the same transaction."""
        with self._c.write() as c:
            c.run(
                """UPDATE revisits SET tries = tries + 1, outcome = :outcome, at = COALESCE(:again, at),
                     done = CASE WHEN CAST(:again AS text) IS NULL THEN :now END WHERE article = :article AND number = :number""",
                {
                    "outcome": outcome,
                    "again": stamp(again),
                    "now": stamp(now),
                    "article": revisit.article,
                    "number": revisit.number,
                },
            )
            if correction:
                c.run(
                    "INSERT INTO corrections (ref, text, author, at) VALUES (:ref, :text, :author, :now)",
                    {"ref": revisit.article, "text": correction, "author": AUTHOR, "now": stamp(now)},
                )

    def corrections(self, subscription: str, since: datetime | None, until: datetime) -> list[str]:
        """What changed in (since, until] in articles that this subscription was shown."""
        rows = self._c.rows(
            """SELECT text FROM corrections WHERE at > COALESCE(:since, '') AND at <= :until AND EXISTS (
                 SELECT 1 FROM told JOIN changes ON changes.id = told.change
                 WHERE told.subscription = :name AND (changes.article = corrections.ref OR changes.story = corrections.ref))
               ORDER BY at, id""",
            {"since": stamp(since), "until": stamp(until), "name": subscription},
        )
        return [row["text"] for row in rows]

    def revisions(self, article: str) -> list[Revision]:
        """The earlier wordings of an article, oldest first."""
        rows = self._c.rows("SELECT * FROM revisions WHERE article = :id ORDER BY revision", {"id": article})
        return [
            Revision(number=row["revision"], title=row["title"], text=row["text"], seen=known(row["seen"]))
            for row in rows
        ]


def plan(c: Connection, changes: Sequence[str], now: datetime) -> None:
    """Plan the looks at the articles of these changes, inside the transaction in which they are told."""
    for change in changes:
        for number, after in enumerate(AFTER, 1):
            c.run(
                """INSERT INTO revisits (article, number, at, tries) SELECT article, :number, :at, 0 FROM changes WHERE id = :change
                   ON CONFLICT (article, number) DO NOTHING""",
                {"number": number, "at": stamp(now + after), "change": change},
            )
