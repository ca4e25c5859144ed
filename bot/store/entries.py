"""The ledger of entries: what still has to be read, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.shards import WHOLE, Shard, bucket
from bot.model import Entry, Policy
from bot.store.connection import Connection, Row
from bot.store.rows import dump, known, load, stamp

WORKABLE = ("new", "retry")
"""States that a round works off; `teaser`, `done` and `gone` rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """An entry that waits for its page, with what is known of it so far."""

    entry: Entry
    canonical_url: str
    host: str
    policy: Policy
    attempts: int
    first_seen: datetime
    article: str  # already stored from the feed's own text, or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryStatus:
    """What became of an entry, for `explain`."""

    id: str
    feed: str
    url: str
    title: str
    state: str
    reason: str
    policy: Policy
    first_seen: datetime
    article: str


class Entries:
    """The entries table. Every method is one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def workable(self, now: datetime, limit: int = 500, *, shard: Shard = WHOLE) -> list[Work]:
        """Entries of a shard in state new, or retry whose time has come: newest first (decision 23)."""
        rows = self._c.rows(
            """SELECT * FROM entries WHERE (state = 'new' OR (state = 'retry' AND retry_at <= :now)) AND bucket % :of = :number
               ORDER BY COALESCE(published, first_seen) DESC, id LIMIT :limit""",
            {"now": stamp(now), "limit": limit, "of": shard.of, "number": shard.number},
        )
        return [_work(row) for row in rows]

    def count(self) -> dict[str, int]:
        """How many entries are in each state."""
        rows = self._c.rows("SELECT state, COUNT(*) AS n FROM entries GROUP BY state ORDER BY state")
        return {row["state"]: row["n"] for row in rows}

    def arrived(self, since: datetime) -> int:
        """How many entries were first seen at or after a time."""
        return int(self._c.value("SELECT COUNT(*) FROM entries WHERE first_seen >= :since", {"since": stamp(since)}))

    def arrived_by_day(self, since: datetime) -> list[int]:
        """How many entries were first seen on each UTC date from `since` on, dates without any left out."""
        rows = self._c.rows(
            "SELECT SUBSTR(first_seen, 1, 10) AS day, COUNT(*) AS n FROM entries WHERE first_seen >= :since GROUP BY 1 ORDER BY 1",
            {"since": stamp(since)},
        )
        return [int(row["n"]) for row in rows]

    def settle(self, entry: str, *, state: str, reason: str = "", retry_at: datetime | None = None) -> None:
        """Put an entry into another state without an article (duplicates, teasers, budget)."""
        with self._c.write() as c:
            settle(c, entry, state=state, reason=reason, retry_at=retry_at)

    def add(self, entry: Entry, *, canonical_url: str, host: str, policy: Policy, now: datetime) -> bool:
        """Put in an entry that no poll brought (backfill); False where it is known."""
        with self._c.write() as c:
            return (
                c.run(
                    """INSERT INTO entries (id, feed, alias, url, canonical_url, host, title, entry_json, state, policy,
                                            first_seen, published, bucket)
                       VALUES (:id, :feed, '', :url, :canonical, :host, :title, :json, 'new', :policy, :now, :published, :bucket)
                       ON CONFLICT (id) DO NOTHING""",
                    {
                        "id": entry.id,
                        "feed": entry.feed,
                        "url": entry.url,
                        "canonical": canonical_url,
                        "host": host,
                        "title": entry.title,
                        "json": dump(entry),
                        "policy": policy,
                        "now": stamp(now),
                        "published": stamp(entry.published),
                        "bucket": bucket(host or entry.feed),
                    },
                )
                == 1
            )

    def find(self, names: Sequence[str]) -> list[EntryStatus]:
        """Entries by id, URL or canonical URL."""
        found: list[EntryStatus] = []
        for name in names:
            rows = self._c.rows(
                "SELECT * FROM entries WHERE id = :name OR url = :name OR canonical_url = :name ORDER BY first_seen LIMIT 20",
                {"name": name},
            )
            found += [_entry_status(row) for row in rows]
        return found

    def spend(self, host: str, day: str, budget: int) -> bool:
        """Take one page from a host's daily budget (decision 23); False where it is used up."""
        with self._c.write(alone=False) as c:
            c.run(
                "INSERT INTO budgets (host, day, pages) VALUES (:host, :day, 0) ON CONFLICT (host, day) DO NOTHING",
                {"host": host, "day": day},
            )
            return (
                c.run(
                    "UPDATE budgets SET pages = pages + 1 WHERE host = :host AND day = :day AND pages < :budget",
                    {"host": host, "day": day, "budget": budget},
                )
                == 1
            )


def settle(
    c: Connection, entry: str, *, state: str, reason: str = "", retry_at: datetime | None = None, article: str = ""
) -> None:
    """The same as `Entries.settle`, inside somebody's transaction."""
    c.run(
        """UPDATE entries SET state = :state, reason = :reason, retry_at = :retry, attempts = attempts + 1,
             article = COALESCE(NULLIF(:article, ''), article) WHERE id = :id""",
        {"state": state, "reason": reason, "retry": stamp(retry_at), "article": article, "id": entry},
    )


def _work(row: Row) -> Work:
    return Work(
        entry=load(Entry, row["entry_json"]),
        canonical_url=row["canonical_url"] or "",
        host=row["host"] or "",
        policy=row["policy"],
        attempts=row["attempts"],
        first_seen=known(row["first_seen"]),
        article=row["article"] or "",
    )


def _entry_status(row: Row) -> EntryStatus:
    return EntryStatus(
        id=row["id"],
        feed=row["feed"],
        url=row["url"] or "",
        title=row["title"] or "",
        state=row["state"],
        reason=row["reason"] or "",
        policy=row["policy"],
        first_seen=known(row["first_seen"]),
        article=row["article"] or "",
    )
