"""The browsing views as plain rows, for exports."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from bot.store.connection import Connection
from bot.store.rows import stamp

_STATEMENTS: Final = {
    "matches": """SELECT published, title, outlet, outlet_kind, lang, rank, direction, kind, stream, missing_leg, quality, url, story,
                         article, watchlist, first_seen
                  FROM matches WHERE first_seen >= :since ORDER BY published DESC, article""",
    "claims": "SELECT * FROM claim_ledger WHERE COALESCE(published, '') >= :since ORDER BY published DESC NULLS LAST, claim",
    "stories": "SELECT * FROM story_list WHERE latest >= :since ORDER BY latest DESC, story",
}


class Tables:
    """Whole tables for other programs, read-only."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def rows(self, what: str, since: datetime) -> list[dict[str, Any]]:
        """The rows of matches, claims or stories since a time, newest first."""
        return self._c.rows(_STATEMENTS[what], {"since": stamp(since)})
