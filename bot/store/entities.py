"""Where and when the ships, ports, firms, persons and weapons of the lexicon were named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.searching import phrase
from bot.store.connection import Connection
from bot.store.rows import known, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One article in which one of the names may stand."""

    article: str
    title: str
    text: str
    rank: str
    at: datetime
    story: str


class Entities:
    """Reading by names over the full-text index."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def articles(self, names: Sequence[str], limit: int = 2000) -> list[Named]:
        """Articles that hold any of the names as a phrase, oldest first; what they mean there is for core to say.

        A name that ends in "*" is a beginning: Slavic names have endings.
        """
        wanted = self._c.dialect.wanted([phrase(name) for name in names])
        if not wanted:
            return []
        rows = self._c.rows(
            """SELECT articles.id, articles.title, articles.text, articles.rank, articles.published, articles.first_seen,
                      (SELECT story FROM members WHERE members.article = articles.id LIMIT 1) AS story
               FROM search JOIN articles ON articles.id = search.article WHERE {matches:query}
               ORDER BY COALESCE(articles.published, articles.first_seen), articles.id LIMIT :limit""",
            {"query": wanted, "limit": limit},
        )
        return [
            Named(
                article=row["id"],
                title=row["title"],
                text=row["text"],
                rank=row["rank"],
                at=moment(row["published"]) or known(row["first_seen"]),
                story=row["story"] or "",
            )
            for row in rows
        ]
