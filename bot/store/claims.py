"""The ledger's rows: every claim of every article, and what was known before the watch began."""

from __future__ import annotations

from bot.core.standings import Reported
from bot.model import Claim
from bot.store.connection import Connection, Row
from bot.store.rows import load, moment

MOST = 200_000  # claims that one reading holds


class Claims:
    """Reads the claims table. Every method is one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def get(self, claim: str) -> Reported | None:
        """One claim by id, with where it comes from."""
        row = self._c.row(
            "SELECT claim_json, published, article, story, known_from FROM claims WHERE id = :id", {"id": claim}
        )
        return _reported(row) if row else None

    def reported(self, *, direction: str = "", unit: str = "") -> list[Reported]:
        """The claims of one direction and unit ("" for all) with their article, story and source, oldest first."""
        rows = self._c.rows(
            """SELECT claim_json, published, article, story, known_from FROM claims
               WHERE (:direction = '' OR direction = :direction) AND (:unit = '' OR unit = :unit)
               ORDER BY published NULLS FIRST, id LIMIT :most""",
            {"direction": direction, "unit": unit, "most": MOST},
        )
        return [_reported(row) for row in rows]


def _reported(row: Row) -> Reported:
    return Reported(
        claim=load(Claim, row["claim_json"]),
        said=moment(row["published"]),
        article=row["article"] or "",
        story=row["story"] or "",
        source=row["known_from"] or "",
    )
