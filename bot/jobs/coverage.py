"""What the watch could see, for digests and notices: the condition of every feed from its stored state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core import health, pacing
from bot.model import Coverage, Feed
from bot.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One feed, its polling state and its health."""

    feed: Feed
    state: pacing.FeedState
    health: health.Health


def conditions(feeds: Sequence[Feed], store: Store | None, now: datetime) -> list[Condition]:
    """The condition of every configured feed, in the order of the configuration; without a store none was ever asked."""
    stored = {status.url: status.state for status in store.feeds.statuses()} if store else {}
    found = []
    for feed in feeds:
        state = pacing.from_json(stored[feed.url]) if stored.get(feed.url) else pacing.first(feed, now)
        found.append(Condition(feed=feed, state=state, health=health.health(feed, state, now)))
    return found


def coverage(feeds: Sequence[Feed], store: Store, now: datetime, since: timedelta = timedelta(days=1)) -> Coverage:
    """Working and configured feeds by language, the holes in words, and how many entries came in lately."""
    pairs = [(one.feed, one.state) for one in conditions(feeds, store, now)]
    return health.coverage(pairs, now, items_read=store.entries.arrived(now - since))


def watch_feeds(feeds: Sequence[Feed], store: Store, now: datetime) -> list[str]:
    """Write one notice when a feed or a language goes blind and end it when it is back; the texts of what was written."""
    every = conditions(feeds, store, now)
    past = [one for one in every if health.noteworthy(one.health, one.state)]
    opened = store.runs.open_notices()
    by_feed = {notice.subject: notice for notice in opened if notice.kind.startswith("feed-")}
    by_lang = {notice.subject: notice for notice in opened if notice.kind == health.COVERAGE}
    names = {feed.url: feed.name for feed in feeds}
    for url in by_feed.keys() - names.keys():  # taken out of the configuration
        store.runs.recover(by_feed[url].id, now)
    told = []
    for notice in (
        *health.notices([one.health for one in past], by_feed, now, names),
        *health.language_notices([(one.feed, _settled(one)) for one in every], by_lang, now),
    ):
        written = store.runs.recover(notice.id, now) if notice.recovered else store.runs.notice(notice)
        if written:
            told.append(notice.text)
    return told


def _settled(one: Condition) -> health.Health:
    """The feed's condition, or that it is well as long as its trouble may be weather."""
    return one.health if health.noteworthy(one.health, one.state) else replace(one.health, words=("ok",))
