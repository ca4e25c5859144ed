"""The tables, as append-only migrations named NNNN_subject: a released one is never edited, only followed.

The same list makes a SQLite file (through sqlite-utils) and a PostgreSQL database (bot.store.making speaks as much of
its API as is used here). Times are fixed-width UTC text (`bot.store.rows.stamp`), ids are minted in core, JSON columns end in `_json`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlite_utils.migrations import Migrations

from bot.store.making import dialect_of

if TYPE_CHECKING:
    from sqlite_utils import Database

MIGRATIONS = Migrations("armswatch")


@MIGRATIONS(name="0001_ledger_of_feeds_and_entries")
def _feeds(db: Database) -> None:
    db.table("feeds").create(
        {"url": str, "state_json": str, "next_check": str, "first_polled": str, "last_polled": str, "last_ok": str,
         "last_new": str, "last_status": str, "last_error": str, "health": str, "lang_seen": str, "polls": int,
         "unchanged": int, "unconditional": int, "entries": int, "body_sha": str},
        pk="url", not_null={"state_json", "next_check"},
        defaults={"polls": 0, "unchanged": 0, "unconditional": 0, "entries": 0}, strict=True,
    )  # fmt: skip
    db.table("feeds").create_index(["next_check"])
    db.table("entries").create(
        {"id": str, "feed": str, "alias": str, "url": str, "canonical_url": str, "host": str, "title": str,
         "entry_json": str, "state": str, "retry_at": str, "attempts": int, "reason": str, "policy": str,
         "first_seen": str, "published": str, "article": str},
        pk="id", not_null={"feed", "entry_json", "state", "first_seen", "policy"}, defaults={"attempts": 0}, strict=True,
    )  # fmt: skip
    db.table("entries").create_index(["feed", "alias"])
    db.table("entries").create_index(["state", "retry_at"])
    db.table("entries").create_index(["canonical_url"])


@MIGRATIONS(name="0002_articles_and_verdicts")
def _articles(db: Database) -> None:
    db.table("articles").create(
        {"id": str, "url": str, "canonical_url": str, "title": str, "text": str, "quality": str, "feed": str,
         "entry": str, "outlet": str, "outlet_kind": str, "host": str, "lang": str, "authors_json": str,
         "published": str, "published_basis": str, "first_seen": str, "text_sha": str, "extractor": str,
         "revision": int, "policy": str, "notes_json": str, "rank": str},
        pk="id", not_null={"title", "text", "quality", "first_seen", "revision", "policy", "rank"}, strict=True,
    )  # fmt: skip
    db.table("articles").create_index(["text_sha"])
    db.table("articles").create_index(["first_seen"])
    db.table("articles").create_index(["rank", "first_seen"])
    # Every URL that led to an article: its own, its redirects, the copies with the very same text.
    db.table("urls").create({"canonical_url": str, "article": str, "how": str, "seen": str},
                            pk="canonical_url", not_null={"article", "how"}, strict=True)  # fmt: skip
    db.table("urls").create_index(["article"])
    db.table("sightings").create({"article": str, "entry": str, "feed": str, "url": str, "outlet": str, "seen": str},
                                 pk=("article", "entry"), strict=True)  # fmt: skip
    db.table("revisions").create({"article": str, "revision": int, "title": str, "text": str, "quality": str, "seen": str},
                                 pk=("article", "revision"), strict=True)  # fmt: skip
    db.table("verdicts").create(
        {"article": str, "watchlist": str, "watchlist_hash": str, "rank": str, "score": float, "direction": str,
         "kind": str, "stream": str, "verdict_json": str, "revision": int, "at": str},
        pk=("article", "watchlist"), not_null={"watchlist_hash", "rank", "verdict_json"}, strict=True,
    )  # fmt: skip
    db.table("verdicts").create_index(["watchlist", "rank", "at"])


@MIGRATIONS(name="0003_evidence")
def _evidence(db: Database) -> None:
    db.table("evidence").create(
        {"id": int, "article": str, "revision": int, "what": str, "record": bytes, "sha256": str, "url": str, "fetched": str,
         "extractor": str},
        pk="id", not_null={"article", "what", "record", "sha256", "fetched"}, strict=True,
    )  # fmt: skip
    db.table("evidence").create_index(["article"])
    # Append-only: each row's chain is the hash of the previous row's chain and its own record (decision 22).
    db.table("hash_log").create({"seq": int, "article": str, "sha256": str, "chain": str, "at": str},
                                pk="seq", not_null={"sha256", "chain", "at"}, strict=True)  # fmt: skip


@MIGRATIONS(name="0004_stories_and_claims")
def _stories(db: Database) -> None:
    db.table("fingerprints").create(
        {"article": str, "version": str, "fingerprint_json": str}, pk="article", strict=True
    )
    db.table("bands").create({"band": str, "article": str}, pk=("band", "article"), strict=True)
    db.table("signatures").create(
        {"article": str, "story": str, "signature_json": str, "at": str}, pk="article", strict=True
    )
    db.table("signatures").create_index(["story"])
    db.table("signature_keys").create({"key": str, "article": str, "at": str}, pk=("key", "article"), strict=True)
    db.table("stories").create(
        {"id": str, "watchlist": str, "title": str, "founded": str, "latest": str, "lang": str, "direction": str,
         "kind": str, "follows": str, "state": str, "origins_json": str, "alias_of": str},
        pk="id", not_null={"watchlist", "title", "founded", "latest", "state"}, strict=True,
    )  # fmt: skip
    db.table("stories").create_index(["latest"])
    db.table("members").create(
        {"story": str, "article": str, "role": str, "copy_of": str, "why_json": str, "at": str},
        pk=("story", "article"), strict=True,
    )  # fmt: skip
    db.table("members").create_index(["article"])
    db.table("changes").create(
        {"id": str, "story": str, "watchlist": str, "kind": str, "article": str, "at": str, "policy": str, "fact": str,
         "claim": str},
        pk="id", not_null={"story", "watchlist", "kind", "article", "at", "policy"}, strict=True,
    )  # fmt: skip
    db.table("changes").create_index(["at"])
    db.table("claims").create(
        {"id": str, "article": str, "story": str, "claimant": str, "status": str, "direction": str, "unit": str,
         "quantity": float, "materiel": str, "published": str, "known_from": str, "claim_json": str},
        pk="id", not_null={"claimant", "status", "claim_json"}, strict=True,
    )  # fmt: skip
    db.table("claims").create_index(["article"])
    db.table("claims").create_index(["claimant", "direction", "unit"])


@MIGRATIONS(name="0005_digests_and_outbox")
def _digests(db: Database) -> None:
    db.table("digests").create(
        {"id": str, "subscription": str, "local_date": str, "cutoff": str, "created": str, "digest_json": str},
        pk="id", not_null={"subscription", "local_date", "cutoff", "digest_json"}, strict=True,
    )  # fmt: skip
    db.table("digests").create_index(["subscription", "local_date"], unique=True)
    # What each subscription was told, so that a story change is told once (decision 17).
    db.table("told").create({"subscription": str, "change": str, "digest": str, "at": str},
                            pk=("subscription", "change"), strict=True)  # fmt: skip
    db.table("told_adjacent").create({"subscription": str, "article": str, "digest": str},
                                     pk=("subscription", "article"), strict=True)  # fmt: skip
    db.table("outbox").create(
        {"key": str, "kind": str, "subject": str, "channel": str, "target": str, "part": int, "payload": str, "state": str,
         "attempts": int, "next_try": str, "receipt": str, "error": str, "created": str, "sent": str,
         "doubts": int},
        pk="key", not_null={"kind", "subject", "channel", "target", "part", "payload", "state"},
        defaults={"attempts": 0, "doubts": 0}, strict=True,
    )  # fmt: skip
    db.table("outbox").create_index(["kind", "subject", "target", "part"], unique=True)
    db.table("outbox").create_index(["state", "next_try"])


@MIGRATIONS(name="0006_operation")
def _operation(db: Database) -> None:
    db.table("heartbeats").create({"job": str, "at": str, "note": str, "report_json": str}, pk="job", strict=True)
    db.table("notices").create({"id": str, "kind": str, "subject": str, "text": str, "at": str, "recovered": str},
                               pk="id", strict=True)  # fmt: skip
    db.table("budgets").create({"host": str, "day": str, "pages": int}, pk=("host", "day"), strict=True)
    # Rows of our own text form of title and text (bot.core.searching), because CJK has no word boundaries.
    db.execute(dialect_of(db).definition("{search_table}"))


@MIGRATIONS(name="0007_backfill")
def _backfill(db: Database) -> None:
    db.table("backfill_runs").create(
        {"id": str, "command": str, "since": str, "until": str, "args_json": str, "created": str, "last": str,
         "ended": str},
        pk="id", not_null={"command", "args_json", "created", "last"}, strict=True,
    )  # fmt: skip
    db.table("backfill_units").create(
        {"run": str, "seq": int, "source": str, "key": str, "state": str, "attempts": int, "requests": int, "bytes": int,
         "error": str, "outcome_json": str, "ended": str},
        pk=("run", "seq"), not_null={"source", "key", "state"}, defaults={"attempts": 0, "requests": 0, "bytes": 0},
        strict=True,
    )  # fmt: skip
    # The same piece of work found twice (a loop of archives, two sitemaps with one child) is one unit.
    db.table("backfill_units").create_index(["run", "source", "key"], unique=True)
    db.table("backfill_units").create_index(["run", "state", "seq"])


@MIGRATIONS(name="0008_cases")
def _cases(db: Database) -> None:
    db.table("cases").create({"id": str, "name": str, "created": str, "author": str, "closed": str},
                             pk="id", not_null={"name", "created"}, strict=True)  # fmt: skip
    db.table("cases").create_index(["name"], unique=True)
    db.table("case_items").create({"case_id": str, "ref": str, "author": str, "at": str, "removed": str},
                                  pk=("case_id", "ref"), not_null={"at"}, strict=True)  # fmt: skip
    # Notes and corrections are what people say: append-only, never mixed with what the machine found.
    db.table("case_notes").create({"id": int, "case_id": str, "ref": str, "text": str, "author": str, "at": str},
                                  pk="id", not_null={"case_id", "text", "at"}, strict=True)  # fmt: skip
    db.table("corrections").create({"id": int, "ref": str, "text": str, "author": str, "at": str},
                                   pk="id", not_null={"ref", "text", "at"}, strict=True)  # fmt: skip


@MIGRATIONS(name="0009_judgements")
def _judgements(db: Database) -> None:
    # Append-only: an undo is a row that names the row it takes back.
    db.table("judgements").create(
        {"seq": int, "ref": str, "label": str, "until": str, "author": str, "note": str, "at": str, "undoes": int},
        pk="seq", not_null={"ref", "label", "at"}, strict=True,
    )  # fmt: skip
    db.table("judgements").create_index(["ref"])


@MIGRATIONS(name="0010_views_to_browse")
def _views(db: Database) -> None:
    from bot.store.views import VIEWS

    for name, select in VIEWS.items():
        db.create_view(name, dialect_of(db).definition(select))


@MIGRATIONS(name="0011_revisits")
def _revisits(db: Database) -> None:
    db.table("revisits").create(
        {"article": str, "number": int, "at": str, "tries": int, "outcome": str, "done": str},
        pk=("article", "number"), not_null={"at", "tries"}, strict=True,
    )  # fmt: skip
    db.table("revisits").create_index(["done", "at"])


@MIGRATIONS(name="0012_sanctions_lists")
def _sanctions_lists(db: Database) -> None:
    # What each published list said when it was last looked at: tomorrow's diff.
    db.table("list_entries").create({"list": str, "uid": str, "digest": str, "seen": str},
                                    pk=("list", "uid"), not_null={"digest"}, strict=True)  # fmt: skip


@MIGRATIONS(name="0013_shards")
def _shards(db: Database) -> None:
    from bot.core.shards import bucket

    # Whose requests belong together (bot.core.shards): of a feed the address that is asked, of an entry its page's host.
    db.table("feeds").add_column("bucket", int, not_null_default=0)
    db.table("entries").add_column("bucket", int, not_null_default=0)
    for row in list(db.query("SELECT url FROM feeds")):
        db.execute("UPDATE feeds SET bucket = ? WHERE url = ?", [bucket(row["url"]), row["url"]])
    for row in list(db.query("SELECT DISTINCT COALESCE(NULLIF(host, ''), feed) AS host FROM entries")):
        db.execute(
            "UPDATE entries SET bucket = ? WHERE COALESCE(NULLIF(host, ''), feed) = ?",
            [bucket(row["host"]), row["host"]],
        )
    # Who works on which part; `gen` grows with every claim and fences off who lost it.
    db.table("shards").create(
        {"n": int, "gen": int, "owner": str, "lease_until": str, "rests_until": str, "ended": str},
        pk="n", not_null={"gen"}, strict=True,
    )  # fmt: skip
    db.table("workers").create(
        {"name": str, "host": str, "pid": int, "version": str, "state": str, "started": str, "seen": str, "jobs": int,
         "doing": str},
        pk="name", not_null={"state", "started", "seen", "jobs"}, strict=True,
    )  # fmt: skip


@MIGRATIONS(name="0014_bounded_nearness")
def _bounded_nearness(db: Database) -> None:
    from bot.core.voices import main_claims
    from bot.model import Claim
    from bot.store.rows import load

    # What placing an article reads (bot.store.nearness) comes from the end of an index, however much is stored.
    db.execute("CREATE INDEX signature_keys_latest ON signature_keys (key, at, article)")
    db.execute("DROP INDEX IF EXISTS idx_signatures_story")
    db.execute("CREATE INDEX signatures_of_story ON signatures (story, at, article)")
    # Copies are no reports: found by their bands, never compared by what they are about.
    for table in ("signature_keys", "signatures"):
        db.execute(f"DELETE FROM {table} WHERE article IN (SELECT article FROM members WHERE role IN ('copy', 'also'))")  # noqa: S608
    db.execute("CREATE INDEX claims_of_story ON claims (story)")
    # Claims by which a story is known: of somebody named, in a title or lead (bot.core.voices).
    db.table("claims").add_column("main", int, not_null_default=0)
    for row in list(db.query("SELECT id, claim_json FROM claims")):
        claim = load(Claim, row["claim_json"])
        if main_claims((claim,)):
            db.execute("UPDATE claims SET main = 1 WHERE id = ?", [row["id"]])
    db.execute("CREATE INDEX claims_main ON claims (story, claimant, status, direction, materiel) WHERE main = 1")


@MIGRATIONS(name="0015_views_read_first")
def _views_read_first(db: Database) -> None:
    from bot.store.views import READ_FIRST

    for name, select in READ_FIRST.items():
        db.execute(f"DROP VIEW {name}")
        db.create_view(name, dialect_of(db).definition(select))


@MIGRATIONS(name="0016_what_an_article_leaves_in_indexes")
def _article_in_indexes(db: Database) -> None:
    # A new revision takes back what the article left there; without these each save read the whole table.
    db.table("bands").create_index(["article"])
    db.table("signature_keys").create_index(["article"])


@MIGRATIONS(name="0017_wires")
def _wires(db: Database) -> None:
    # The agency whose credit line an article carries: several papers on one wire are one voice.
    db.table("members").add_column("wire", str, not_null_default="")


@MIGRATIONS(name="0018_resting_hosts")
def _resting_hosts(db: Database) -> None:
    # Who asked with Retry-After to be left alone, all its feeds and pages: a restart must not forget it.
    db.table("resting").create({"host": str, "until": str}, pk="host", not_null={"until"}, strict=True)


@MIGRATIONS(name="0019_versions_of_fingerprints")
def _versions_of_fingerprints(db: Database) -> None:
    # To find what an older algorithm wrote without reading all that the present one did.
    db.table("fingerprints").create_index(["version", "article"])


@MIGRATIONS(name="0020_robots")
def _robots(db: Database) -> None:
    # What sites allow us, for the day that it counts: a restart must not ask each of them again.
    db.table("robots").create({"origin": str, "rule": str, "text": str, "until": str},
                              pk="origin", not_null={"rule", "text", "until"}, strict=True)  # fmt: skip
