"""What a report asks of the store: matches and adjacent items by the time they were published."""

from __future__ import annotations

from bot.core.reports import ReportLine
from bot.core.units import Window
from bot.store.connection import Connection, Row
from bot.store.rows import known, moment, stamp

MOST = 200_000  # lines of one report


class Reports:
    """Reads articles, members and verdicts. Every method is one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def watchlists(self) -> list[str]:
        """The names of all watchlists that anything was judged by."""
        return [row["watchlist"] for row in self._c.rows("SELECT DISTINCT watchlist FROM verdicts ORDER BY 1")]

    def matches(self, window: Window, watchlist: str = "") -> list[tuple[str, ReportLine]]:
        """(story, line) of every matching article of the window, oldest first."""
        rows = self._c.rows(
            """SELECT articles.*, members.story, members.role, members.copy_of
               FROM articles JOIN members ON members.article = articles.id
               WHERE articles.rank = 'match' AND COALESCE(articles.published, articles.first_seen) >= :since
                 AND COALESCE(articles.published, articles.first_seen) < :until
                 AND (:watchlist = '' OR EXISTS (SELECT 1 FROM verdicts WHERE verdicts.article = articles.id
                      AND verdicts.watchlist = :watchlist AND verdicts.rank = 'match'))
               ORDER BY COALESCE(articles.published, articles.first_seen), articles.id LIMIT :most""",
            _params(window, watchlist),
        )
        return [(row["story"], _line(row)) for row in rows]

    def adjacent(self, window: Window, watchlist: str = "") -> list[ReportLine]:
        """The adjacent items of the window, oldest first, each with its stream and missing leg."""
        rows = self._c.rows(
            """SELECT articles.*, '' AS role, '' AS copy_of, best.stream, best.missing
               FROM articles JOIN (
                 SELECT article, stream, {field:verdict_json; missing} AS missing,
                        ROW_NUMBER() OVER (PARTITION BY article ORDER BY score DESC, watchlist) AS turn
                 FROM verdicts WHERE rank = 'borderline' AND (:watchlist = '' OR watchlist = :watchlist)
               ) AS best ON best.article = articles.id AND best.turn = 1
               WHERE articles.rank = 'borderline' AND COALESCE(articles.published, articles.first_seen) >= :since
                 AND COALESCE(articles.published, articles.first_seen) < :until
               ORDER BY COALESCE(articles.published, articles.first_seen), articles.id LIMIT :most""",
            _params(window, watchlist),
        )
        return [_line(row) for row in rows]


def _params(window: Window, watchlist: str) -> dict[str, object]:
    return {
        "since": stamp(window.since) or "",
        "until": stamp(window.until) or "9999",
        "watchlist": watchlist,
        "most": MOST,
    }


def _line(row: Row) -> ReportLine:
    return ReportLine(
        article=row["id"],
        title=row["title"],
        url=row["url"] or "",
        outlet=row["outlet"] or row["host"] or "",
        lang=row["lang"] or "",
        quality=row["quality"],
        published=moment(row["published"]),
        first_seen=known(row["first_seen"]),
        role=row["role"] or "",
        copy_of=row["copy_of"] or "",
        quiet=row["policy"] != "live",
        stream=row.get("stream") or "",
        missing=row.get("missing") or "",
    )
