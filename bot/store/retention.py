"""What may be forgotten: texts of old articles that never matched. Evidence and everything that matched stay for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.connection import Connection
from bot.store.rows import stamp

# What people put into a case, or said something about, is theirs: it stays whatever its rank.
_PRUNABLE = """rank = 'none' AND text <> '' AND first_seen < :before
    AND id NOT IN (SELECT ref FROM case_items) AND id NOT IN (SELECT ref FROM judgements)"""


@dataclass(frozen=True, slots=True)
class Prunable:
    """How many texts would go and their characters, about bytes."""

    bodies: int
    bytes: int


class Retention:
    """Forgetting by rule. Every method is one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def prunable(self, before: datetime) -> Prunable:
        """What `prune` would drop."""
        row = self._c.row(
            f"SELECT COUNT(*) AS n, COALESCE(SUM(length(text)), 0) AS size FROM articles WHERE {_PRUNABLE}",  # noqa: S608 (our own words)
            {"before": stamp(before)},
        )
        return Prunable(bodies=row["n"], bytes=row["size"]) if row else Prunable(0, 0)

    def prune(self, before: datetime) -> int:
        """Drop the texts of articles that never matched and were first seen before; how many. SQLite reuses their pages."""
        with self._c.write() as c:
            return c.run(f"UPDATE articles SET text = '' WHERE {_PRUNABLE}", {"before": stamp(before)})  # noqa: S608
