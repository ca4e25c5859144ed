"""Which digests exist, what each subscription was told, and what it has not been told yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.model import Article, Change, Delivery, Digest, Story, Verdict
from bot.store import outbox, revisits
from bot.store.articles import Articles
from bot.store.connection import Connection, Row
from bot.store.rows import dump, known, load, moment, stamp
from bot.store.stories import Stories, _change


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """One story change that a subscription has not been told, with the article that brought it."""

    change: Change
    story: Story
    article: Article
    verdicts: tuple[Verdict, ...]


class Digests:
    """The digests, told and told_adjacent tables. Every method is one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection
        self._articles = Articles(connection)
        self._stories = Stories(connection)

    def last(self, subscription: str) -> Digest | None:
        """The latest digest of a subscription."""
        row = self._c.row(
            "SELECT digest_json FROM digests WHERE subscription = :name ORDER BY local_date DESC LIMIT 1",
            {"name": subscription},
        )
        return load(Digest, row["digest_json"]) if row else None

    def last_date(self, subscription: str) -> date | None:
        """The local date of a subscription's latest digest."""
        found = self._c.value("SELECT MAX(local_date) FROM digests WHERE subscription = :name", {"name": subscription})
        return date.fromisoformat(found) if found else None

    def get(self, digest: str) -> Digest | None:
        """One digest by id."""
        row = self._c.row("SELECT digest_json FROM digests WHERE id = :id", {"id": digest})
        return load(Digest, row["digest_json"]) if row else None

    def recent(self, limit: int) -> list[Digest]:
        """The newest digests of all subscriptions, newest first."""
        rows = self._c.rows("SELECT digest_json FROM digests ORDER BY cutoff DESC, id LIMIT :limit", {"limit": limit})
        return [load(Digest, row["digest_json"]) for row in rows]

    def pending(
        self, subscription: str, watchlists: Sequence[str], *, until: datetime, quiet: Sequence[str]
    ) -> list[Pending]:
        """Announceable changes up to a cut-off that were in no digest of this subscription; `quiet` policies stay out."""
        rows = self._c.rows(
            """SELECT * FROM changes WHERE at <= :until
                 AND NOT EXISTS (SELECT 1 FROM told WHERE told.subscription = :name AND told.change = changes.id)
               ORDER BY at, id""",
            {"until": stamp(until), "name": subscription},
        )
        found: list[Pending] = []
        for row in rows:
            change = _change(row)
            if change.policy in quiet:
                continue
            article = self._articles.get(change.article)
            story = self._stories.get(change.story)
            if article is None or story is None:
                continue
            verdicts = tuple(
                v for v in self._articles.verdicts(article.id) if not watchlists or v.watchlist in watchlists
            )
            if any(verdict.rank == "match" for verdict in verdicts):
                found.append(Pending(change=change, story=story, article=article, verdicts=verdicts))
        return found

    def adjacent(
        self, subscription: str, watchlists: Sequence[str], *, until: datetime, quiet: Sequence[str]
    ) -> list[tuple[Article, Verdict]]:
        """Borderline articles that no digest of this subscription has counted."""
        rows = self._c.rows(
            """SELECT id, policy FROM articles WHERE rank = 'borderline' AND first_seen <= :until
                 AND NOT EXISTS (SELECT 1 FROM told_adjacent AS t WHERE t.subscription = :name AND t.article = articles.id)
               ORDER BY COALESCE(published, first_seen) DESC, id""",
            {"until": stamp(until), "name": subscription},
        )
        found: list[tuple[Article, Verdict]] = []
        for row in rows:
            article = self._articles.get(row["id"])
            if article is None or row["policy"] in quiet:
                continue
            for verdict in self._articles.verdicts(article.id):
                if verdict.rank == "borderline" and (not watchlists or verdict.watchlist in watchlists):
                    found.append((article, verdict))
                    break
        return found

    def save(
        self,
        digest: Digest,
        changes: Sequence[str],
        adjacent: Sequence[str],
        promises: Sequence[Delivery],
        now: datetime,
    ) -> bool:
        """Commit digest, its list, its cut-off and its rendered promises together; False where that date has one."""
        with self._c.write() as c:
            made = c.run(
                """INSERT INTO digests (id, subscription, local_date, cutoff, created, digest_json)
                   VALUES (:id, :name, :date, :cutoff, :now, :json) ON CONFLICT DO NOTHING""",
                {
                    "id": digest.id,
                    "name": digest.subscription,
                    "date": digest.local_date.isoformat(),
                    "cutoff": stamp(digest.cutoff),
                    "now": stamp(now),
                    "json": dump(digest),
                },
            )
            if not made:
                return False
            for change in changes:
                c.run(
                    "INSERT INTO told (subscription, change, digest, at) VALUES (:name, :change, :digest, :now) ON CONFLICT DO NOTHING",
                    {"name": digest.subscription, "change": change, "digest": digest.id, "now": stamp(now)},
                )
            revisits.plan(c, changes, now)
            for article in adjacent:
                c.run(
                    "INSERT INTO told_adjacent (subscription, article, digest) VALUES (:name, :article, :digest) ON CONFLICT DO NOTHING",
                    {"name": digest.subscription, "article": article, "digest": digest.id},
                )
            for promise in promises:
                outbox.promise(c, promise, now)
            return True

    def told_stories(self, subscription: str) -> set[str]:
        """The stories that a subscription was ever shown."""
        rows = self._c.rows(
            "SELECT DISTINCT changes.story FROM told JOIN changes ON changes.id = told.change WHERE told.subscription = :name",
            {"name": subscription},
        )
        return {row["story"] for row in rows}

    def where_told(self, article: str) -> list[tuple[str, str]]:
        """(subscription, digest) pairs in which an article's changes or its adjacency were told."""
        rows = self._c.rows(
            """SELECT told.subscription, told.digest FROM told JOIN changes ON changes.id = told.change WHERE changes.article = :id
               UNION SELECT subscription, digest FROM told_adjacent WHERE article = :id ORDER BY 1, 2""",
            {"id": article},
        )
        return [(row["subscription"], row["digest"]) for row in rows]

    def alerted(self, story: str, target: str) -> datetime | None:
        """When an alert on a story was first promised to a target; None where it was not, or did not get through."""
        return moment(
            self._c.value(
                """SELECT MIN(created) FROM outbox WHERE kind = 'alert' AND subject = :id AND target = :target
                     AND state NOT IN ('parked', 'dropped')""",
                {"id": story, "target": target},
            )
        )

    def last_told(self) -> datetime | None:
        """When a digest last told of a story; where none ever did, when the first digest was made."""
        return moment(self._c.value("SELECT MAX(at) FROM told") or self._c.value("SELECT MIN(created) FROM digests"))

    def last_fact(self) -> tuple[str, datetime] | None:
        """(story, time) of the latest announceable change of all."""
        row: Row | None = self._c.row("SELECT story, at FROM changes WHERE policy = 'live' ORDER BY at DESC LIMIT 1")
        return (row["story"], known(row["at"])) if row else None
