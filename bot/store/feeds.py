"""Polling state and health of each feed, and the one transaction that ends a poll."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.pacing import HORIZON
from bot.core.shards import WHOLE, Shard, bucket
from bot.model import Entry, Policy
from bot.store.connection import Connection, Row
from bot.store.rows import dump, known, moment, stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class DueFeed:
    """A feed whose next check has come, as its last poll left it."""

    url: str
    state: str  # JSON of core.pacing's FeedState
    first: bool  # never polled with success


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry as a poll hands it in; whether it is really new is decided by the insert."""

    entry: Entry
    alias: str
    canonical_url: str
    host: str
    policy: Policy
    state: str  # new | teaser


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """How one poll ended. `entries` is empty for an unchanged or failed one."""

    url: str
    state: str
    next_check: datetime
    address: str = ""  # where it is asked next, if not at `url`
    status: str  # "200", "304", "unchanged", or a short word of the failure
    error: str = ""
    health: str = "ok"
    unchanged: bool = False
    unconditional: bool = False
    body_sha: str = ""
    lang_seen: str = ""
    entries: tuple[NewEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStatus:
    """What is known of one feed, for `status`, `feeds` and the coverage of a digest."""

    url: str
    next_check: datetime
    last_polled: datetime | None
    last_ok: datetime | None
    last_new: datetime | None
    status: str
    error: str
    health: str
    polls: int
    unchanged: int
    unconditional: int
    entries: int
    state: str


class Feeds:
    """The feeds table. Every method is one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def missing(self, urls: Iterable[str]) -> list[str]:
        """Those of the feeds that have no row yet."""
        present = {row["url"] for row in self._c.rows("SELECT url FROM feeds")}
        return [url for url in urls if url not in present]

    def ensure(self, feeds: Iterable[tuple[str, str, datetime]]) -> None:
        """Make a row for each (url, first state, first check) that has none."""
        with self._c.write() as c:
            for url, state, first_check in feeds:
                c.run(
                    """INSERT INTO feeds (url, state_json, next_check, bucket) VALUES (:url, :state, :next, :bucket)
                       ON CONFLICT (url) DO NOTHING""",
                    {"url": url, "state": state, "next": stamp(first_check), "bucket": bucket(url)},
                )

    def due(
        self, now: datetime, configured: Collection[str], limit: int = 100_000, *, shard: Shard = WHOLE
    ) -> list[str]:
        """URLs of configured feeds of a shard whose next check is at or before `now`, the longest overdue first.

        A next check beyond the horizon was noted by a clock that ran ahead, and has come too (R-67).
        """
        wanted = set(configured)
        rows = self._c.rows(
            """SELECT url FROM feeds WHERE (next_check <= :now OR next_check > :horizon)
               AND bucket % :of = :number ORDER BY next_check, url""",
            {"now": stamp(now), "horizon": stamp(now + HORIZON), "of": shard.of, "number": shard.number},
        )
        return [row["url"] for row in rows if row["url"] in wanted][:limit]

    def left(self, urls: Sequence[str]) -> list[DueFeed]:
        """How the last poll left each of these feeds, in their order; those without a row are left out."""
        rows = self._c.rows(
            "SELECT url, state_json, last_ok FROM feeds WHERE url IN (SELECT value FROM {each:urls})",
            {"urls": json.dumps(urls)},
        )
        found = {row["url"]: row for row in rows}
        return [
            DueFeed(url=url, state=found[url]["state_json"], first=found[url]["last_ok"] is None)
            for url in urls
            if url in found
        ]

    def poll_done(self, result: PollResult, now: datetime) -> list[str]:
        """Commit new entries, validators and next check together (decision 1); returns the ids that were new."""
        return self.polls_done([result], now)[0]

    def polls_done(self, results: Sequence[PollResult], now: datetime) -> list[list[str]]:
        """The same for several feeds in one transaction: all of them or none; the new ids of each."""
        with self._c.write(alone=False) as c:
            known = _Known(c, [item for result in results for item in result.entries])
            return [self._done(c, result, known, stamp(now)) for result in results]

    def _done(self, c: Connection, result: PollResult, known: _Known, at: str | None) -> list[str]:
        fresh = [item.entry.id for item in result.entries if known.add(item) and _insert(c, item, at)]
        ok = not result.error
        c.run(
            """UPDATE feeds SET state_json = :state, next_check = :next, last_polled = :now,
                 first_polled = CASE WHEN :ok THEN COALESCE(first_polled, :now) ELSE first_polled END,
                 last_ok = CASE WHEN :ok THEN :now ELSE last_ok END,
                 last_new = CASE WHEN :fresh > 0 THEN :now ELSE last_new END,
                 last_status = :status, last_error = :error, health = :health, polls = polls + 1,
                 unchanged = unchanged + :unchanged, unconditional = unconditional + :unconditional,
                 entries = entries + :fresh, body_sha = COALESCE(NULLIF(:sha, ''), body_sha),
                 lang_seen = COALESCE(NULLIF(:lang, ''), lang_seen), bucket = :bucket
               WHERE url = :url""",
            {
                "state": result.state,
                "next": stamp(result.next_check),
                "now": at,
                "ok": ok,
                "fresh": len(fresh),
                "status": result.status,
                "error": result.error,
                "health": result.health,
                "unchanged": int(result.unchanged),
                "unconditional": int(result.unconditional),
                "sha": result.body_sha,
                "lang": result.lang_seen,
                "bucket": bucket(result.address or result.url),
                "url": result.url,
            },
        )
        return fresh

    def first_polled(self, url: str) -> datetime | None:
        """When a feed was first polled with success."""
        return moment(self._c.value("SELECT first_polled FROM feeds WHERE url = :url", {"url": url}))

    def last_polled(self, url: str) -> datetime | None:
        """When a feed was last asked for its document."""
        return moment(self._c.value("SELECT last_polled FROM feeds WHERE url = :url", {"url": url}))

    def unknown(self, entries: Sequence[NewEntry]) -> list[str]:
        """The ids of those entries that a poll would store as new."""
        known = _Known(self._c, entries)
        return [item.entry.id for item in entries if known.add(item)]

    def statuses(self) -> list[FeedStatus]:
        """All feeds that were ever configured, by URL."""
        return [_status(row) for row in self._c.rows("SELECT * FROM feeds ORDER BY url")]


class _Known:
    """Which entries are stored already, under their id, or under another guid with the same page and title.

    Asked for many at once: a round trip for each of a thousand feeds' entries costs more than the answer.
    """

    def __init__(self, c: Connection, items: Sequence[NewEntry]) -> None:
        self._ids: set[str] = set()
        self._aliases: set[tuple[str, str]] = set()
        if not items:
            return
        ids = json.dumps([item.entry.id for item in items])
        rows = c.rows(
            "SELECT id FROM entries WHERE id IN (SELECT value FROM {each:ids})",
            {"ids": ids},
        )
        self._ids.update(row["id"] for row in rows)
        names = json.dumps([[item.entry.feed, item.alias] for item in items if item.alias])
        rows = c.rows(
            "SELECT feed, alias FROM {pairs:names} JOIN entries ON feed = pairs.one AND alias = pairs.two",
            {"names": names},
        )
        self._aliases.update((row["feed"], row["alias"]) for row in rows)

    def add(self, item: NewEntry) -> bool:
        """Whether it is new; from now on it is known."""
        name = (item.entry.feed, item.alias)
        if item.entry.id in self._ids or name in self._aliases:
            return False
        self._ids.add(item.entry.id)
        if item.alias:
            self._aliases.add(name)
        return True


def _insert(c: Connection, item: NewEntry, at: str | None) -> bool:
    entry = item.entry
    return (
        c.run(
            """INSERT INTO entries (id, feed, alias, url, canonical_url, host, title, entry_json, state, policy, first_seen, published,
                                    bucket)
               VALUES (:id, :feed, :alias, :url, :canonical, :host, :title, :json, :state, :policy, :now, :published, :bucket)
               ON CONFLICT (id) DO NOTHING""",
            {
                "id": entry.id,
                "feed": entry.feed,
                "alias": item.alias,
                "url": entry.url,
                "canonical": item.canonical_url,
                "host": item.host,
                "title": entry.title,
                "json": dump(entry),
                "state": item.state,
                "policy": item.policy,
                "now": at,
                "published": stamp(entry.published),
                "bucket": bucket(item.host or entry.feed),
            },
        )
        == 1
    )


def _status(row: Row) -> FeedStatus:
    return FeedStatus(
        url=row["url"],
        next_check=known(row["next_check"]),
        last_polled=moment(row["last_polled"]),
        last_ok=moment(row["last_ok"]),
        last_new=moment(row["last_new"]),
        status=row["last_status"] or "",
        error=row["last_error"] or "",
        health=row["health"] or "unknown",
        polls=row["polls"],
        unchanged=row["unchanged"],
        unconditional=row["unconditional"],
        entries=row["entries"],
        state=row["state_json"],
    )
