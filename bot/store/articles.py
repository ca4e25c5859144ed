"""Articles, verdicts and evidence, and the one transaction in which an article arrives with all that follows from it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.searching import searchable, terms
from bot.model import Article, Change, Claim, Delivery, Membership, Rank, Story, Verdict
from bot.store import outbox
from bot.store.connection import Connection, Row
from bot.store.entries import settle
from bot.store.evidence import Record, keep
from bot.store.placing import save_story
from bot.store.rows import dump, known, load, moment, stamp

_ARTICLE_COLUMNS = (
    "id", "url", "canonical_url", "title", "text", "quality", "feed", "entry", "outlet", "outlet_kind", "host", "lang",
    "authors_json", "published", "published_basis", "first_seen", "text_sha", "extractor", "revision", "policy", "notes_json",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """An article with everything that was concluded from it; stored in one transaction or not at all."""

    article: Article
    verdicts: tuple[Verdict, ...]
    entry: str = ""
    entry_state: str = "done"
    entry_reason: str = ""
    entry_retry: datetime | None = None
    urls: tuple[str, ...] = ()  # other canonical URLs that led here
    records: tuple[Record, ...] = ()
    story: Story | None = None
    membership: Membership | None = None
    merges: tuple[str, ...] = ()  # stories that this article shows to be the same as its own
    signature: str = ""  # JSON of core's signature
    keys: tuple[str, ...] = ()
    fingerprint: str = ""  # JSON of core's fingerprint
    fingerprint_version: str = ""
    bands: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    changes: tuple[Change, ...] = ()
    promises: tuple[Delivery, ...] = ()

    @property
    def rank(self) -> Rank:
        """The best rank that any watchlist gave."""
        return best_rank(self.verdicts)


def best_rank(verdicts: Sequence[Verdict]) -> Rank:
    """match, else borderline, else none."""
    ranks = {verdict.rank for verdict in verdicts}
    return "match" if "match" in ranks else "borderline" if "borderline" in ranks else "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One line of a search result or listing."""

    article: str
    title: str
    url: str
    outlet: str
    lang: str
    rank: Rank
    published: datetime | None
    first_seen: datetime
    story: str


class Articles:
    """The articles, verdicts and evidence tables. Every method is one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def save(self, judgement: Judgement, now: datetime) -> None:
        """Store article, verdicts, story membership, claims, changes and promises together (decision 1)."""
        article = judgement.article
        with self._c.write() as c:
            known = c.row("SELECT id FROM articles WHERE id = :id", {"id": article.id}) is not None
            _put_article(c, judgement, now)
            for url in dict.fromkeys(filter(None, (article.canonical_url, *judgement.urls))):
                _alias(c, url, article.id, "own" if url == article.canonical_url else "redirect", now)
            if judgement.entry:
                _sight(c, article.id, judgement.entry, article.feed, article.url, article.outlet, now)
                settle(
                    c, judgement.entry, state=judgement.entry_state, reason=judgement.entry_reason,
                    retry_at=judgement.entry_retry, article=article.id,
                )  # fmt: skip
            for verdict in judgement.verdicts:
                _put_verdict(c, article, verdict, now)
            for record in judgement.records:
                keep(c, article, record, now)
            _index(c, article, judgement.rank, known=known)
            save_story(
                c, article=article, story=judgement.story, membership=judgement.membership, signature=judgement.signature,
                keys=judgement.keys, fingerprint=judgement.fingerprint, version=judgement.fingerprint_version,
                bands=judgement.bands, claims=judgement.claims, changes=judgement.changes, merges=judgement.merges, now=now,
            )  # fmt: skip
            for promise in judgement.promises:
                outbox.promise(c, promise, now)

    def duplicate(
        self, article: str, *, entry: str, feed: str, url: str, outlet: str, canonical_url: str, how: str, now: datetime
    ) -> None:
        """Note that an entry brought an article that is stored already, under this or another URL."""
        with self._c.write() as c:
            if canonical_url:
                _alias(c, canonical_url, article, how, now)
            if entry:
                _sight(c, article, entry, feed, url, outlet, now)
                settle(c, entry, state="done", reason=f"duplicate of {article} ({how})", article=article)

    def by_url(self, canonical_url: str) -> Article | None:
        """The article that this canonical URL led to."""
        if not canonical_url:
            return None
        row = self._c.row(
            "SELECT articles.* FROM urls JOIN articles ON articles.id = urls.article WHERE urls.canonical_url = :url",
            {"url": canonical_url},
        )
        return _article(row) if row else None

    def by_text(self, text_sha: str) -> Article | None:
        """The article with the very same words."""
        if not text_sha:
            return None
        row = self._c.row(
            "SELECT * FROM articles WHERE text_sha = :sha ORDER BY first_seen, id LIMIT 1", {"sha": text_sha}
        )
        return _article(row) if row else None

    def get(self, article: str) -> Article | None:
        """One article by id."""
        row = self._c.row("SELECT * FROM articles WHERE id = :id", {"id": article})
        return _article(row) if row else None

    def verdicts(self, article: str) -> tuple[Verdict, ...]:
        """All verdicts on an article's present revision, best first."""
        rows = self._c.rows(
            """SELECT verdict_json FROM verdicts WHERE article = :id
               ORDER BY CASE rank WHEN 'match' THEN 0 WHEN 'borderline' THEN 1 ELSE 2 END, score DESC, watchlist""",
            {"id": article},
        )
        return tuple(load(Verdict, row["verdict_json"]) for row in rows)

    def since(
        self, moment_: datetime, ranks: Sequence[Rank] = ("match", "borderline", "none"), limit: int = 1_000_000
    ) -> list[Article]:
        """Articles first seen at or after a time, oldest first; for re-matching and reports."""
        rows = self._c.rows(
            f"""SELECT * FROM articles WHERE first_seen >= :since AND rank IN ({_marks(ranks)})
                ORDER BY first_seen, id LIMIT :limit""",  # noqa: S608 (the marks are our own names)
            {"since": stamp(moment_), "limit": limit, **_named(ranks)},
        )
        return [_article(row) for row in rows]

    def count(self) -> dict[str, int]:
        """How many articles have each rank."""
        return {row["rank"]: row["n"] for row in self._c.rows("SELECT rank, COUNT(*) AS n FROM articles GROUP BY rank")}

    def sightings(self) -> int:
        """How often any article was seen: at least once each, more where outlets carry copies."""
        return int(self._c.value("SELECT COUNT(*) FROM sightings"))

    def search(self, query: str, limit: int = 20) -> list[Hit]:
        """Articles whose title (all) or text (match and adjacent) holds what was typed, best first."""
        wanted = self._c.dialect.wanted([terms(query)])
        if not wanted:
            return []
        rows = self._c.rows(
            """SELECT articles.*, (SELECT story FROM members WHERE members.article = articles.id LIMIT 1) AS story
               FROM search JOIN articles ON articles.id = search.article WHERE {matches:query}
               ORDER BY {rank:query}, articles.first_seen DESC LIMIT :limit""",
            {"query": wanted, "limit": limit},
        )
        return [_hit(row) for row in rows]

    def prune(self, before: datetime) -> int:
        """Drop the bodies of articles that never matched and are older than `before`; titles and URLs stay."""
        with self._c.write() as c:
            return c.run(
                "UPDATE articles SET text = '' WHERE rank = 'none' AND text <> '' AND first_seen < :before",
                {"before": stamp(before)},
            )


def rematch_window(now: datetime, days: int = 30) -> datetime:
    """Since when stored text is matched again after a watchlist changed (decision 10)."""
    return now - timedelta(days=days)


def _put_article(c: Connection, judgement: Judgement, now: datetime) -> None:
    article = judgement.article
    values = {
        "id": article.id, "url": article.url, "canonical_url": article.canonical_url, "title": article.title,
        "text": article.text, "quality": article.quality, "feed": article.feed, "entry": article.entry,
        "outlet": article.outlet, "outlet_kind": article.outlet_kind, "host": article.host, "lang": article.lang,
        "authors_json": json.dumps(article.authors, ensure_ascii=False), "published": stamp(article.published),
        "published_basis": article.published_basis, "first_seen": stamp(article.first_seen or now),
        "text_sha": article.text_sha, "extractor": article.extractor, "revision": article.revision,
        "policy": article.policy, "notes_json": json.dumps(article.notes, ensure_ascii=False), "rank": judgement.rank,
    }  # fmt: skip
    # The earlier revision is kept beside the new one; nothing that was shown is ever lost.
    c.run(
        """INSERT INTO revisions (article, revision, title, text, quality, seen)
           SELECT id, revision, title, text, quality, :now FROM articles WHERE id = :id AND revision < :revision
           ON CONFLICT (article, revision) DO NOTHING""",
        {"id": article.id, "revision": article.revision, "now": stamp(now)},
    )
    columns = (*_ARTICLE_COLUMNS, "rank")
    kept = {"id", "first_seen", "feed", "entry", "policy"}
    c.run(
        f"""INSERT INTO articles ({", ".join(columns)}) VALUES ({", ".join(":" + name for name in columns)})
            ON CONFLICT (id) DO UPDATE SET {", ".join(f"{n} = excluded.{n}" for n in columns if n not in kept)}""",  # noqa: S608 (our own column names)
        values,
    )


def _put_verdict(c: Connection, article: Article, verdict: Verdict, now: datetime) -> None:
    c.run(
        """INSERT INTO verdicts (article, watchlist, watchlist_hash, rank, score, direction, kind, stream, verdict_json, revision, at)
           VALUES (:article, :watchlist, :hash, :rank, :score, :direction, :kind, :stream, :json, :revision, :now)
           ON CONFLICT (article, watchlist) DO UPDATE SET watchlist_hash = excluded.watchlist_hash, rank = excluded.rank,
             score = excluded.score, direction = excluded.direction, kind = excluded.kind, stream = excluded.stream,
             verdict_json = excluded.verdict_json, revision = excluded.revision, at = excluded.at""",
        {
            "article": article.id,
            "watchlist": verdict.watchlist,
            "hash": verdict.watchlist_hash,
            "rank": verdict.rank,
            "score": verdict.score,
            "direction": verdict.direction,
            "kind": verdict.kind,
            "stream": verdict.stream,
            "json": dump(verdict),
            "revision": article.revision,
            "now": stamp(now),
        },
    )


def _alias(c: Connection, url: str, article: str, how: str, now: datetime) -> None:
    c.run(
        "INSERT INTO urls (canonical_url, article, how, seen) VALUES (:url, :article, :how, :now) ON CONFLICT (canonical_url) DO NOTHING",
        {"url": url, "article": article, "how": how, "now": stamp(now)},
    )


def _sight(c: Connection, article: str, entry: str, feed: str, url: str, outlet: str, now: datetime) -> None:
    c.run(
        """INSERT INTO sightings (article, entry, feed, url, outlet, seen) VALUES (:article, :entry, :feed, :url, :outlet, :now)
           ON CONFLICT (article, entry) DO NOTHING""",
        {"article": article, "entry": entry, "feed": feed, "url": url, "outlet": outlet, "now": stamp(now)},
    )


def _index(c: Connection, article: Article, rank: Rank, *, known: bool) -> None:
    if known:  # the full-text table has no index on ids: looking for a row that cannot be there would read it all
        c.run("DELETE FROM search WHERE article = :id", {"id": article.id})
    c.run(
        "INSERT INTO search (article, title, body{search_values}) VALUES (:id, :title, :body{search_params})",
        {
            "id": article.id,
            **c.dialect.row_of_search(searchable(article.title), searchable(article.text) if rank != "none" else ""),
        },
    )


def _marks(names: Sequence[str]) -> str:
    return ", ".join(f":rank{index}" for index, _ in enumerate(names))


def _named(names: Sequence[str]) -> dict[str, object]:
    return {f"rank{index}": name for index, name in enumerate(names)}


def _article(row: Row) -> Article:
    return Article(
        id=row["id"],
        url=row["url"] or "",
        canonical_url=row["canonical_url"] or "",
        title=row["title"],
        text=row["text"],
        quality=row["quality"],
        feed=row["feed"] or "",
        entry=row["entry"] or "",
        outlet=row["outlet"] or "",
        outlet_kind=row["outlet_kind"] or "other",
        host=row["host"] or "",
        lang=row["lang"] or "",
        text_sha=row["text_sha"] or "",
        extractor=row["extractor"] or "",
        authors=tuple(json.loads(row["authors_json"] or "[]")),
        published=moment(row["published"]),
        published_basis=row["published_basis"] or "none",
        first_seen=known(row["first_seen"]),
        revision=row["revision"],
        policy=row["policy"],
        notes=tuple(json.loads(row["notes_json"] or "[]")),
    )


def _hit(row: Row) -> Hit:
    return Hit(
        article=row["id"],
        title=row["title"],
        url=row["url"] or "",
        outlet=row["outlet"] or row["host"] or "",
        lang=row["lang"] or "",
        rank=row["rank"],
        published=moment(row["published"]),
        first_seen=known(row["first_seen"]),
        story=row["story"] or "",
    )
