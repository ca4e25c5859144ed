"""Poll the feeds that are due: fetch, parse, note what is new, decide when to come back; one bad feed stops nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from bot.core import pacing
from bot.core.feedstate import jitter_of
from bot.core.identities import alias
from bot.core.outcomes import RESTING
from bot.core.shards import WHOLE, Shard
from bot.core.urls import canonical, host_of, registrable
from bot.errors import ArmswatchError, WorkerError
from bot.model import Entry, Feed, FeedDocument, Policy, Request, Response, RoundReport
from bot.ports import Clock, Fetch, Map, Mark, Parse, no_mark
from bot.store import Store
from bot.store.feeds import DueFeed, NewEntry, PollResult

LIVE_ON_FIRST_POLL = timedelta(hours=24)
"""What was published within this time is live on the first poll of a feed (decision 16)."""

GROUP = 50
"""Feeds whose results are committed together; a crash costs at most so many a second request."""

GROUP_ENTRIES = 150
"""Entries that are held for a commit: those of fifty first polls are ten megabytes."""

GROUP_WAITS = timedelta(seconds=5)
"""How old a result gets before it is committed with fewer."""

GOLDEN = (5**0.5 - 1) / 2
"""Steps of this part of a circle spread any number of points evenly over it (R-13)."""

FEED_WIRE_CAP = 5 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What came of asking one feed, without the bytes: a whole round of them is held at once."""

    due: DueFeed
    feed: Feed
    state: pacing.FeedState
    limits: pacing.Limits
    outcome: pacing.PollOutcome  # but for what is new in it, which the store knows
    entries: Sequence[NewEntry] = ()
    unchanged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Poller:
    """Everything that polling needs, handed in."""

    store: Store
    feeds: Sequence[Feed]
    fetch: Fetch
    parse: Parse
    gate: Callable[[str, str], bool]  # title, summary → may it matter? (decision 23)
    clock: Clock
    map: Map
    limits: pacing.Limits
    shard: Shard = WHOLE  # of all hosts, those that this round may ask
    trusted: frozenset[str] = frozenset()  # host:port of the loopback allow-list, where the floor may be lower
    catch_up: timedelta = LIVE_ON_FIRST_POLL
    mark: Mark = no_mark
    stopping: Callable[[], bool] = lambda: False
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def poll(self) -> RoundReport:
        """One round over what is due; results are committed as they come, GROUP feeds at a time."""
        known = {feed.url: feed for feed in self.feeds}
        if self.shard == WHOLE:
            self.begin()
        started = self.clock()  # after the new rows, which are due from their making
        due = self.store.feeds.due(started, known, shard=self.shard)
        report = RoundReport(started=started, ended=started, feeds_due=len(due))
        registrable(
            "example.org"
        )  # here, before each of the threads loads a list of suffixes of its own, a megabyte each
        asked = self.map(self._ask, self._left(_in_turn(due), known))
        for group in self._groups(asked):
            report = self._settled(group, report, known)
        return replace(report, ended=self.clock())

    def _left(self, urls: Sequence[str], known: Mapping[str, Feed]) -> Iterator[tuple[DueFeed, Feed]]:
        """Each feed with its state, read a group at a time: the states of ten thousand would be tens of megabytes."""
        for start in range(0, len(urls), GROUP):
            for due in self.store.feeds.left(urls[start : start + GROUP]):
                yield due, known[due.url]

    def begin(self) -> None:
        """Make a row for each feed that has none: due at once, with a place of its own in the hour.

        The places of many lie evenly, and begin elsewhere at each installation: no publisher is asked by all of them at once.
        """
        now = self.clock()
        missing = set(self.store.feeds.missing(feed.url for feed in self.feeds))
        if missing:  # a tick with nothing to do writes nothing
            start = jitter_of(now.isoformat())
            fresh = [feed for feed in self.feeds if feed.url in missing]
            states = [pacing.first(feed, now, start + number * GOLDEN) for number, feed in enumerate(fresh)]
            self.store.feeds.ensure([(state.url, pacing.to_json(state), now) for state in states])

    def _groups(self, asked: Iterable[Polled | None]) -> Iterator[list[Polled]]:
        """What came, GROUP at a time, or sooner where answers come slowly: what is not committed is asked for again after a crash."""
        group: list[Polled] = []
        entries = 0
        began = self.clock()
        for polled in asked:
            if polled is None:
                continue
            began = began if group else self.clock()
            group.append(polled)
            entries += len(polled.entries)
            if len(group) >= GROUP or entries >= GROUP_ENTRIES or self.clock() - began >= GROUP_WAITS:
                yield group
                group, entries = [], 0
        if group:
            yield group

    def _ask(self, pair: tuple[DueFeed, Feed]) -> Polled | None:
        """The network's part, safe to run in many threads; every failure is a value. None: not asked, the feed stays due."""
        due, feed = pair
        now = self.clock()
        if self.stopping():
            return None
        state = pacing.from_json(due.state) if due.state else pacing.first(feed, now)
        limits = self._limits(feed)
        headers = pacing.conditional_headers(state, now, limits)
        conditional = bool(headers)
        secret = self.environ.get(feed.auth_env, "") if feed.auth_env else ""
        request = Request(
            url=state.address,
            headers=(*headers, *((("Authorization", secret),) if secret else ())),
            user_agent=feed.user_agent,
            purpose="feed",
            wire_cap=FEED_WIRE_CAP,
            decoded_cap=FEED_WIRE_CAP,
        )
        response = document = None
        unchanged = False
        try:
            response = self.fetch(request)
            self.mark("poll:fetched")
            if 200 <= response.status < 300:
                # Hash first: parsing costs a thousand times more.
                unchanged = bool(state.body_sha) and pacing.body_sha(response.body) == state.body_sha
                document = None if unchanged else self._parsed(response, feed, state.memory)
        except ArmswatchError as error:
            if isinstance(error, WorkerError) and self.stopping():
                return None
            failed = pacing.failed(error, conditional=conditional, response=response)
            return Polled(due=due, feed=feed, state=state, limits=limits, outcome=failed)
        outcome = pacing.answered(feed, response, document, new=0, conditional=conditional)
        entries = [self._new(entry, due, feed, now) for entry in document.entries] if document else ()
        unchanged = unchanged or outcome.status == 304
        return Polled(
            due=due, feed=feed, state=state, limits=limits, outcome=outcome, entries=entries, unchanged=unchanged
        )

    def _parsed(self, response: Response, feed: Feed, memory: str) -> FeedDocument:
        """Ids are minted for the feed as configured, wherever a redirect led; only items not seen are parsed."""
        return self.parse.feed(
            response.body,
            url=response.url,
            headers=response.headers,
            now=self.clock(),
            feed=feed.url,
            memory=memory,
        )

    def _settled(self, group: Sequence[Polled], report: RoundReport, taken: Collection[str]) -> RoundReport:
        """The store's part: each feed's new entries, validators and next check, in one transaction (decision 1)."""
        now = self.clock()
        unknown = set(self.store.feeds.unknown([entry for polled in group for entry in polled.entries]))
        results = [self._result(polled, unknown, now, taken) for polled in group]
        self.mark("poll:before-save")
        new = self.store.feeds.polls_done(results, now)
        self.mark("poll:saved")
        waits = [(result.url, result.error) for result in results if result.health == RESTING]
        failed = [(result.url, result.error) for result in results if result.error and result.health != RESTING]
        return replace(
            report,
            feeds_polled=report.feeds_polled + len(results) - len(failed) - len(waits),
            feeds_unchanged=report.feeds_unchanged + sum(result.unchanged for result in results),
            feeds_failed=report.feeds_failed + len(failed),
            entries_new=report.entries_new + sum(map(len, new)),
            failures=(*report.failures, *failed),
            waits=(*report.waits, *waits),
        )

    def _result(self, polled: Polled, unknown: Collection[str], now: datetime, taken: Collection[str]) -> PollResult:
        new = sum(item.entry.id in unknown for item in polled.entries)
        outcome = replace(polled.outcome, new=new) if new else polled.outcome
        state = pacing.after(polled.state, outcome, now, feed=polled.feed, limits=polled.limits, taken=taken)
        return PollResult(
            url=polled.feed.url,
            state=pacing.to_json(state),
            next_check=state.next_check or now,
            address=state.address,
            status=str(outcome.status or outcome.kind),
            error=outcome.error,
            health=outcome.kind or "ok",
            unchanged=polled.unchanged,
            unconditional=not outcome.conditional,
            body_sha=outcome.body_sha,
            lang_seen=outcome.lang,
            entries=tuple(polled.entries),
        )

    def _new(self, entry: Entry, due: DueFeed, feed: Feed, now: datetime) -> NewEntry:
        """An entry with its policy: on a first poll what is old is quiet, and without a word of a watchlist stays unread."""
        policy: Policy = "live"
        state = "new"
        if due.first:
            young = entry.published is not None and now - entry.published <= (feed.catch_up or self.catch_up)
            policy = "live" if young else "first_poll"
            state = "new" if young or self.gate(entry.title, f"{entry.summary}\n{entry.content}") else "teaser"
        name = canonical(entry.url)
        published = entry.published.isoformat() if entry.published else ""
        host = registrable(host_of(entry.url)) if entry.url else ""
        return NewEntry(
            entry=entry,
            alias=alias(name, entry.title, published),
            canonical_url=name,
            host=host,
            policy=policy,
            state=state,
        )

    def _limits(self, feed: Feed) -> pacing.Limits:
        """The configured limits; no scatter for this machine's own servers, so that the demo's hour is an hour."""
        return _limits(self.limits, trusted=urlsplit(feed.url).netloc in self.trusted)


def _in_turn(due: Sequence[str]) -> list[str]:
    """One feed of each host, then the next of each: threads do not queue at one host while others are free."""
    places: dict[str, int] = {}
    ranked = []
    for url in due:
        host = (
            url.partition("//")[2].partition("/")[0].lower()
        )  # not host_of: this is asked of every feed in every round
        places[host] = rank = places.get(host, -1) + 1
        ranked.append((rank, url))
    return [url for _, url in sorted(ranked, key=lambda pair: pair[0])]


@lru_cache(maxsize=16)
def _limits(limits: pacing.Limits, *, trusted: bool) -> pacing.Limits:
    if trusted:
        return replace(limits, slot=timedelta(seconds=1), bare_floor=limits.floor)
    floor = max(limits.floor, pacing.Limits().floor)
    return replace(limits, floor=floor, ceiling=max(limits.ceiling, floor))
