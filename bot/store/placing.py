"""Writing stories: the story's part of an article's transaction, merges, and claims into the ledger."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from bot.core.voices import main_claims
from bot.model import Article, Change, Claim, Membership, Origin, Story
from bot.store.connection import Connection
from bot.store.rows import dump, stamp


def save_story(
    c: Connection, *, article: Article, story: Story | None, membership: Membership | None, signature: str, keys: Sequence[str],
    fingerprint: str, version: str, bands: Sequence[str], claims: Sequence[Claim], changes: Sequence[Change], merges: Sequence[str] = (),
    now: datetime,
) -> None:  # fmt: skip
    """The story's part of an article's transaction."""
    at = stamp(article.published or article.first_seen or now)
    if fingerprint:
        put_print(c, article.id, fingerprint, version, bands)
    if story is not None and membership is not None:
        _put_story(c, story)
        if story.follows:  # the next development has begun: what it follows grows no more
            c.run("UPDATE stories SET state = 'closed' WHERE id = :id", {"id": story.follows})
        for other in merges:
            _merge(c, other, story.id)
        c.run(
            "DELETE FROM members WHERE article = :article AND story <> :story",
            {"article": article.id, "story": story.id},
        )
        c.run(
            """INSERT INTO members (story, article, role, copy_of, wire, why_json, at)
               VALUES (:story, :article, :role, :copy_of, :wire, :why, :at)
               ON CONFLICT (story, article) DO NOTHING""",
            {
                "story": story.id,
                "article": article.id,
                "role": membership.role,
                "copy_of": membership.copy_of,
                "wire": membership.wire,
                "why": json.dumps(membership.why, ensure_ascii=False),
                "at": at,
            },
        )
        put_seal(c, article.id, signature, keys)
    c.run("DELETE FROM claims WHERE article = :id", {"id": article.id})
    hangs = membership is not None and membership.role == "also"  # its claims are in the ledger, but not its story's
    home = story.id if story is not None and not hangs else ""
    for claim in claims:
        put_claim(c, claim, article=article.id, story=home, published=at, known_from="article")
    for change in changes:
        c.run(
            """INSERT INTO changes (id, story, watchlist, kind, article, at, policy, fact, claim)
               VALUES (:id, :story, :watchlist, :kind, :article, :at, :policy, :fact, :claim) ON CONFLICT (id) DO NOTHING""",
            {
                "id": change.id,
                "story": change.story,
                "watchlist": change.watchlist,
                "kind": change.kind,
                "article": change.article,
                "at": stamp(change.at),
                "policy": change.policy,
                "fact": change.fact,
                "claim": change.claim,
            },
        )


def put_print(c: Connection, article: str, fingerprint: str, version: str, bands: Sequence[str]) -> None:
    """The fingerprint of an article and the bands by which its copies find it."""
    c.run(
        """INSERT INTO fingerprints (article, version, fingerprint_json) VALUES (:article, :version, :json)
           ON CONFLICT (article) DO UPDATE SET version = excluded.version, fingerprint_json = excluded.fingerprint_json""",
        {"article": article, "version": version, "json": fingerprint},
    )
    c.run("DELETE FROM bands WHERE article = :id", {"id": article})
    c.run_many(
        "INSERT INTO bands (band, article) VALUES (:band, :article)",
        [{"band": band, "article": article} for band in dict.fromkeys(bands)],
    )


def put_seal(c: Connection, article: str, signature: str, keys: Sequence[str]) -> None:
    """The signature of a report and its index keys; copies, and what merely hangs on a story, are not compared."""
    c.run("DELETE FROM signatures WHERE article = :id", {"id": article})
    c.run("DELETE FROM signature_keys WHERE article = :id", {"id": article})
    place = c.row("SELECT story, role, at FROM members WHERE article = :id", {"id": article})
    if not signature or place is None or place["role"] not in {"founder", "joined"}:
        return
    c.run(
        "INSERT INTO signatures (article, story, signature_json, at) VALUES (:article, :story, :json, :at)",
        {"article": article, "story": place["story"], "json": signature, "at": place["at"]},
    )
    c.run_many(
        "INSERT INTO signature_keys (key, article, at) VALUES (:key, :article, :at)",
        [{"key": key, "article": article, "at": place["at"]} for key in dict.fromkeys(keys)],
    )


def _merge(c: Connection, other: str, into: str) -> None:
    """Everything of one story goes to another; its id stays as an alias that leads there (decision 4)."""
    c.run("UPDATE stories SET alias_of = :into WHERE id = :other AND id <> :into", {"into": into, "other": other})
    c.run("UPDATE stories SET alias_of = :into WHERE alias_of = :other", {"into": into, "other": other})
    c.run(
        """UPDATE stories SET founded = (SELECT MIN(founded) FROM stories WHERE id IN (:into, :other)),
             latest = (SELECT MAX(latest) FROM stories WHERE id IN (:into, :other)) WHERE id = :into""",
        {"into": into, "other": other},
    )
    c.run("UPDATE stories SET follows = :into WHERE follows = :other AND id <> :into", {"into": into, "other": other})
    c.run(
        "UPDATE members SET story = :into, role = CASE role WHEN 'founder' THEN 'joined' ELSE role END WHERE story = :other",
        {"into": into, "other": other},
    )
    for table in ("signatures", "claims", "changes"):
        c.run(f"UPDATE {table} SET story = :into WHERE story = :other", {"into": into, "other": other})  # noqa: S608


def put_claim(c: Connection, claim: Claim, *, article: str, story: str, published: str | None, known_from: str) -> None:
    """One claim into the ledger; the same id again changes nothing but its story."""
    c.run(
        """INSERT INTO claims (id, article, story, claimant, status, direction, unit, quantity, materiel, published, known_from, claim_json, main)
           VALUES (:id, :article, :story, :claimant, :status, :direction, :unit, :quantity, :materiel, :published, :known_from, :json, :main)
           ON CONFLICT (id) DO UPDATE SET story = excluded.story""",
        {
            "id": claim.id,
            "article": article,
            "story": story,
            "claimant": claim.claimant,
            "status": claim.status,
            "direction": claim.direction,
            "unit": claim.unit,
            "quantity": claim.quantity,
            "materiel": ", ".join(claim.materiel),
            "published": published,
            "known_from": known_from,
            "json": dump(claim),
            "main": len(main_claims((claim,))) if claim.claimant else 0,
        },
    )


def _put_story(c: Connection, story: Story) -> None:
    c.run(
        """INSERT INTO stories (id, watchlist, title, founded, latest, lang, direction, kind, follows, state, origins_json)
           VALUES (:id, :watchlist, :title, :founded, :latest, :lang, :direction, :kind, :follows, :state, :origins)
           ON CONFLICT (id) DO UPDATE SET
             latest = CASE WHEN excluded.latest > stories.latest THEN excluded.latest ELSE stories.latest END, state = excluded.state,
             origins_json = excluded.origins_json, direction = COALESCE(stories.direction, excluded.direction),
             kind = COALESCE(stories.kind, excluded.kind)""",
        {
            "id": story.id,
            "watchlist": story.watchlist,
            "title": story.title,
            "founded": stamp(story.founded),
            "latest": stamp(story.latest),
            "lang": story.lang,
            "direction": story.direction,
            "kind": story.kind,
            "follows": story.follows,
            "state": story.state,
            "origins": dump(story.origins, tuple[Origin, ...]),
        },
    )
