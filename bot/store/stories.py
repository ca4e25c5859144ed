"""Stories, their members, claims and announceable changes; the candidates that core is given to choose from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.model import Change, Claim, Origin, Story
from bot.store.connection import Connection, Row
from bot.store.nearness import Near, near
from bot.store.placing import put_claim, put_print, put_seal
from bot.store.rows import known, load, moment, stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLine:
    """One article of a story, for its timeline."""

    article: str
    title: str
    url: str
    outlet: str
    lang: str
    role: str
    copy_of: str
    wire: str
    why: tuple[str, ...]
    published: datetime | None
    first_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One outlet that carried an article of a story; the same article once for each outlet that had it."""

    article: str
    outlet: str
    title: str
    url: str
    seen: datetime
    role: str
    copy_of: str
    wire: str


class Stories:
    """The stories tables. Every method is one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def near(
        self, keys: Mapping[str, float], bands: Sequence[str], *, earliest: datetime, latest: datetime, limit: int = 8
    ) -> list[Near]:
        """The stories that an article may belong to: of a common text at any time, or alike by keys (key → weight) in time."""
        return near(self._c, keys, bands, earliest=earliest, latest=latest, limit=limit)

    def standing(self, article: str) -> tuple[str, str] | None:
        """(story, role) of an article that has its place."""
        row = self._c.row("SELECT story, role FROM members WHERE article = :id", {"id": article})
        return (row["story"], row["role"]) if row else None

    def signed_otherwise(self, version: str, *, limit: int) -> list[str]:
        """Articles whose fingerprint and signature another version wrote, the latest first."""
        rows = self._c.rows(
            """SELECT article FROM (SELECT article FROM fingerprints WHERE version < :version
                 UNION ALL SELECT article FROM fingerprints WHERE version > :version) AS otherwise
               JOIN articles ON articles.id = article ORDER BY first_seen DESC, article LIMIT :limit""",
            {"version": version, "limit": limit},
        )
        return [row["article"] for row in rows]

    def sign(
        self, article: str, *, version: str, fingerprint: str, bands: Sequence[str], signature: str, keys: Sequence[str]
    ) -> None:
        """Replace what finds an article's copies and its story."""
        with self._c.write() as c:
            put_print(c, article, fingerprint, version, bands)
            put_seal(c, article, signature, keys)

    def get(self, story: str) -> Story | None:
        """One story by id or by the alias that a merge left."""
        row = self._c.row("SELECT * FROM stories WHERE id = :id", {"id": story})
        if row and row["alias_of"]:
            return self.get(row["alias_of"])
        return self._story(row) if row else None

    def since(self, start: datetime, until: datetime, limit: int = 1000) -> list[Story]:
        """Stories whose latest news lies in [start, until), newest first."""
        rows = self._c.rows(
            """SELECT * FROM stories WHERE latest >= :start AND latest < :until AND COALESCE(alias_of, '') = ''
               ORDER BY latest DESC, id LIMIT :limit""",
            {"start": stamp(start), "until": stamp(until), "limit": limit},
        )
        return [self._story(row) for row in rows]

    def of_article(self, article: str) -> Story | None:
        """The story that an article belongs to."""
        row = self._c.row("SELECT story FROM members WHERE article = :id", {"id": article})
        return self.get(row["story"]) if row else None

    def timeline(self, story: str) -> list[MemberLine]:
        """The articles of a story, by published or first seen time."""
        rows = self._c.rows(
            """SELECT members.*, articles.title, articles.url, articles.outlet, articles.host, articles.lang,
                      articles.published, articles.first_seen
               FROM members JOIN articles ON articles.id = members.article WHERE members.story = :id
               ORDER BY COALESCE(articles.published, articles.first_seen), articles.id""",
            {"id": story},
        )
        return [
            MemberLine(
                article=row["article"],
                title=row["title"],
                url=row["url"] or "",
                outlet=row["outlet"] or row["host"] or "",
                lang=row["lang"] or "",
                role=row["role"],
                copy_of=row["copy_of"] or "",
                wire=row["wire"],
                why=tuple(json.loads(row["why_json"] or "[]")),
                published=moment(row["published"]),
                first_seen=known(row["first_seen"]),
            )
            for row in rows
        ]

    def sightings(self, story: str) -> list[Sighting]:
        """Who carried a story's articles and when we saw it there, first seen first."""
        rows = self._c.rows(
            """SELECT members.article, members.role, members.copy_of, members.wire, articles.title,
                      COALESCE(NULLIF(sightings.outlet, ''), NULLIF(articles.outlet, ''), articles.host, '') AS outlet,
                      COALESCE(sightings.url, articles.url, '') AS url, COALESCE(sightings.seen, articles.first_seen) AS seen
               FROM members JOIN articles ON articles.id = members.article
               LEFT JOIN sightings ON sightings.article = members.article
               WHERE members.story = :id ORDER BY seen, articles.published, members.article, url""",
            {"id": story},
        )
        return [Sighting(**{**row, "copy_of": row["copy_of"] or "", "seen": known(row["seen"])}) for row in rows]

    def followed_by(self, story: str) -> list[tuple[str, datetime, str]]:
        """(id, founded, title) of the developments that follow a story, the earliest first."""
        rows = self._c.rows(
            """SELECT id, founded, title FROM stories WHERE follows = :id AND COALESCE(alias_of, '') = ''
               ORDER BY founded, id""",
            {"id": story},
        )
        return [(row["id"], known(row["founded"]), row["title"]) for row in rows]

    def changes(self, story: str) -> list[Change]:
        """Everything announceable that happened to a story, oldest first."""
        return [
            _change(row)
            for row in self._c.rows("SELECT * FROM changes WHERE story = :id ORDER BY at, id", {"id": story})
        ]

    def claims(self, *, article: str = "", story: str = "", limit: int = 1_000_000) -> list[Claim]:
        """The claims of an article or of a story, in order of appearance; the latest ones where there are more than `limit`."""
        rows = self._c.rows(
            """SELECT claim_json FROM (SELECT claim_json, published, id FROM claims
                 WHERE (:article <> '' AND article = :article) OR (:story <> '' AND story = :story)
                 ORDER BY published DESC NULLS LAST, id DESC LIMIT :limit) AS latest ORDER BY published NULLS FIRST, id""",
            {"article": article, "story": story, "limit": limit},
        )
        return [load(Claim, row["claim_json"]) for row in rows]

    def claim(self, claim: str) -> tuple[Claim, str, str] | None:
        """(claim, article, story) of one claim by id."""
        row = self._c.row("SELECT claim_json, article, story FROM claims WHERE id = :id", {"id": claim})
        return (load(Claim, row["claim_json"]), row["article"] or "", row["story"] or "") if row else None

    def ledger(self, *, claimant: str = "", direction: str = "", unit: str = "", status: str = "", since: datetime | None = None,
               limit: int = 1000) -> list[tuple[Claim, datetime | None, str, str]]:  # fmt: skip
        """(claim, published, article, story) that fit all given filters, newest first."""
        rows = self._c.rows(
            """SELECT claim_json, published, article, story FROM claims
               WHERE (:claimant = '' OR claimant = :claimant) AND (:direction = '' OR direction = :direction)
                 AND (:unit = '' OR unit = :unit) AND (:status = '' OR status = :status)
                 AND (CAST(:since AS text) IS NULL OR published >= :since)
               ORDER BY published DESC NULLS LAST, id LIMIT :limit""",
            {
                "claimant": claimant,
                "direction": direction,
                "unit": unit,
                "status": status,
                "since": stamp(since),
                "limit": limit,
            },
        )
        return [
            (load(Claim, row["claim_json"]), moment(row["published"]), row["article"] or "", row["story"] or "")
            for row in rows
        ]

    def remember(self, lines: Sequence[tuple[Claim, datetime | None, str]]) -> None:
        """Put (claim, when said, source URL) into the ledger: what was known before the watch began."""
        with self._c.write() as c:
            for claim, said, source in lines:
                put_claim(c, claim, article="", story="", published=stamp(said), known_from=source)

    def _story(self, row: Row) -> Story:
        articles = self._c.rows("SELECT article FROM members WHERE story = :id ORDER BY at, article", {"id": row["id"]})
        return Story(
            id=row["id"],
            watchlist=row["watchlist"],
            title=row["title"],
            founded=known(row["founded"]),
            latest=known(row["latest"]),
            lang=row["lang"] or "",
            direction=row["direction"],
            kind=row["kind"],
            follows=row["follows"] or "",
            state=row["state"],
            articles=tuple(item["article"] for item in articles),
            origins=load(tuple[Origin, ...], row["origins_json"] or "[]"),
        )


def _change(row: Row) -> Change:
    return Change(
        id=row["id"],
        story=row["story"],
        watchlist=row["watchlist"],
        kind=row["kind"],
        article=row["article"],
        at=known(row["at"]),
        policy=row["policy"],
        fact=row["fact"] or "",
        claim=row["claim"] or "",
    )
