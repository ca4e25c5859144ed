"""Stories, their members, claims and announceable changes; the candidates that core is given to choose from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.model import Change, Claim, Origin, Story
from bot.store.connection import Connection, Row
from bot.store.placing import put_claim
from bot.store.rows import known, load, moment, stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One stored article as a candidate: its story, signature and fingerprint as core wrote them."""

    article: str
    story: str
    at: datetime
    signature: str
    fingerprint: str
    role: str = ""


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
    why: tuple[str, ...]
    published: datetime | None
    first_seen: datetime


class Stories:
    """The stories tables. Every method is one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def candidates(
        self, keys: Sequence[str], bands: Sequence[str], *, earliest: datetime, latest: datetime, limit: int = 400
    ) -> list[Member]:
        """Members that share an index key within the time window, or a fingerprint band at any time; most shared first."""
        rows = self._c.rows(
            """WITH shared AS (
                 SELECT article, COUNT(*) AS n FROM signature_keys
                 WHERE key IN (SELECT value FROM {each:keys}) AND at BETWEEN :earliest AND :latest GROUP BY article
                 UNION ALL
                 SELECT article, COUNT(*) AS n FROM bands WHERE band IN (SELECT value FROM {each:bands}) GROUP BY article)
               SELECT signatures.article, signatures.story, signatures.at, signature_json,
                      COALESCE(MAX(fingerprint_json), '') AS fingerprint_json, SUM(n) AS shared
               FROM shared JOIN signatures ON signatures.article = shared.article
               LEFT JOIN fingerprints ON fingerprints.article = shared.article
               GROUP BY signatures.article ORDER BY shared DESC, signatures.article LIMIT :limit""",
            {
                "keys": json.dumps(list(keys)),
                "bands": json.dumps(list(bands)),
                "earliest": stamp(earliest),
                "latest": stamp(latest),
                "limit": limit,
            },
        )
        return [_member(row) for row in rows]

    def members(self, stories: Sequence[str]) -> list[Member]:
        """All members of some stories, as candidates."""
        rows = self._c.rows(
            """SELECT signatures.article, signatures.story, signatures.at, signature_json,
                      COALESCE(fingerprint_json, '') AS fingerprint_json, members.role
               FROM signatures LEFT JOIN fingerprints ON fingerprints.article = signatures.article
               LEFT JOIN members ON members.article = signatures.article AND members.story = signatures.story
               WHERE signatures.story IN (SELECT value FROM {each:stories}) ORDER BY signatures.at, signatures.article""",
            {"stories": json.dumps(list(stories))},
        )
        return [_member(row) for row in rows]

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
                why=tuple(json.loads(row["why_json"] or "[]")),
                published=moment(row["published"]),
                first_seen=known(row["first_seen"]),
            )
            for row in rows
        ]

    def carriers(self, story: str) -> list[tuple[str, str, str]]:
        """(outlet, title, url) of every sighting of a story's articles, first seen first, one an outlet."""
        rows = self._c.rows(
            """SELECT outlet, title, url FROM (
                 SELECT outlet, title, url, seen,
                        ROW_NUMBER() OVER (PARTITION BY outlet ORDER BY seen, article, entry) AS turn
                 FROM (
                   SELECT COALESCE(NULLIF(sightings.outlet, ''), articles.outlet) AS outlet, articles.title, sightings.url,
                          sightings.seen, sightings.article, sightings.entry
                   FROM members JOIN articles ON articles.id = members.article
                   JOIN sightings ON sightings.article = members.article
                   WHERE members.story = :id) AS seen_by) AS ordered
               WHERE turn = 1 ORDER BY seen, outlet NULLS FIRST""",
            {"id": story},
        )
        return [(row["outlet"] or "", row["title"], row["url"] or "") for row in rows]

    def changes(self, story: str) -> list[Change]:
        """Everything announceable that happened to a story, oldest first."""
        return [
            _change(row)
            for row in self._c.rows("SELECT * FROM changes WHERE story = :id ORDER BY at, id", {"id": story})
        ]

    def claims(self, *, article: str = "", story: str = "") -> list[Claim]:
        """The claims of an article or of a story, in order of appearance."""
        rows = self._c.rows(
            """SELECT claim_json FROM claims WHERE (:article <> '' AND article = :article) OR (:story <> '' AND story = :story)
               ORDER BY published NULLS FIRST, id""",
            {"article": article, "story": story},
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


def _member(row: Row) -> Member:
    return Member(
        article=row["article"],
        story=row["story"],
        at=known(row["at"]),
        signature=row["signature_json"],
        fingerprint=row["fingerprint_json"],
        role=row.get("role") or "",
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
