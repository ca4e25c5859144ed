"""Kept evidence: WARC records in the database, and an append-only chain of their hashes (decision 22)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.model import Article
from bot.store.connection import Connection
from bot.store.rows import known, stamp

BATCH = 50
"""Records read at once; a page may have 5 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One piece of kept evidence: a WARC record of the response, or the entry as received (decision 22)."""

    what: str  # "response" | "entry"
    record: bytes  # gzip
    url: str
    fetched: datetime


class Evidences:
    """The evidence and hash_log tables, read-only; records are written with their article."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def of(self, article: str) -> list[tuple[Record, str]]:
        """The kept records of an article with their sha256, oldest first."""
        rows = self._c.rows("SELECT * FROM evidence WHERE article = :id ORDER BY id", {"id": article})
        return [
            (
                Record(what=row["what"], record=row["record"], url=row["url"] or "", fetched=known(row["fetched"])),
                row["sha256"],
            )
            for row in rows
        ]

    def log(self) -> list[tuple[int, str, str]]:
        """(number, sha256 of the record, chain) of the whole append-only log, in order."""
        return [
            (row["seq"], row["sha256"], row["chain"]) for row in self._c.rows("SELECT * FROM hash_log ORDER BY seq")
        ]

    def chain_holds(self) -> bool:
        """Whether the append-only hash log is unbroken and every logged record is still there, byte for byte."""
        chain = ""
        kept = {row["sha256"] for row in self._c.rows("SELECT sha256 FROM evidence")}
        for _, sha, logged in self.log():
            chain = _link(chain, sha)
            if chain != logged or sha not in kept:
                return False
        return all(hashlib.sha256(record).hexdigest() == sha for record, sha in self._records())

    def _records(self) -> Iterator[tuple[bytes, str]]:
        """Every record with its sha256, a few at a time: all together they may be larger than the memory."""
        last = 0
        while batch := self._c.rows(
            "SELECT id, record, sha256 FROM evidence WHERE id > :last ORDER BY id LIMIT :batch",
            {"last": last, "batch": BATCH},
        ):
            yield from ((row["record"], row["sha256"]) for row in batch)
            last = batch[-1]["id"]


def keep(c: Connection, article: Article, record: Record, now: datetime) -> None:
    """Keep a record inside somebody's transaction; the same bytes of the same article once."""
    sha = hashlib.sha256(record.record).hexdigest()
    if c.row("SELECT id FROM evidence WHERE article = :article AND sha256 = :sha", {"article": article.id, "sha": sha}):
        return
    c.run(
        """INSERT INTO evidence (article, revision, what, record, sha256, url, fetched, extractor)
           VALUES (:article, :revision, :what, :record, :sha, :url, :fetched, :extractor)""",
        {
            "article": article.id,
            "revision": article.revision,
            "what": record.what,
            "record": record.record,
            "sha": sha,
            "url": record.url,
            "fetched": stamp(record.fetched),
            "extractor": article.extractor,
        },
    )
    last = c.row("SELECT seq, chain FROM hash_log ORDER BY seq DESC LIMIT 1")
    c.run(
        "INSERT INTO hash_log (seq, article, sha256, chain, at) VALUES (:seq, :article, :sha, :chain, :at)",
        {
            "seq": (last["seq"] if last else 0) + 1,
            "article": article.id,
            "sha": sha,
            "chain": _link(last["chain"] if last else "", sha),
            "at": stamp(now),
        },
    )


def _link(chain: str, sha: str) -> str:
    return hashlib.sha256(f"{chain}{sha}".encode()).hexdigest()
