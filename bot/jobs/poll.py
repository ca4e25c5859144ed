"""Poll the feeds that are due: fetch, parse, note what is new, decide when to come back; one bad feed stops nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.core import pacing
from bot.core.identities import alias
from bot.core.urls import canonical, host_of, registrable
from bot.errors import ArmswatchError, FeedError, WorkerError
from bot.model import Entry, Feed, FeedDocument, Policy, Request, Response, RoundReport
from bot.ports import Clock, Fetch, Map, Mark, Parse, no_mark
from bot.store import Store
from bot.store.feeds import DueFeed, NewEntry, PollResult

LIVE_ON_FIRST_POLL = timedelta(hours=24)
"""What was published within this time is live on the first poll of a feed (decision 16)."""

FEED_WIRE_CAP = 5 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What came of asking one feed: its next state but for what is new, and the document if there was one."""

    due: DueFeed
    feed: Feed
    state: pacing.FeedState
    conditional: bool = False
    response: Response | None = None
    document: FeedDocument | None = None
    error: ArmswatchError | None = None
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
    trusted: frozenset[str] = frozenset()  # host:port of the loopback allow-list, where the floor may be lower
    catch_up: timedelta = LIVE_ON_FIRST_POLL
    mark: Mark = no_mark
    stopping: Callable[[], bool] = lambda: False
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def poll(self) -> RoundReport:
        """One round over what is due; every feed's result is committed by itself."""
        started = self.clock()
        known = {feed.url: feed for feed in self.feeds}
        begun = [(feed.url, pacing.to_json(pacing.first(feed, started)), started) for feed in self.feeds]
        self.store.feeds.ensure(begun)
        due = self.store.feeds.due(started, tuple(known))
        report = RoundReport(started=started, ended=started, feeds_due=len(due))
        for polled in self._asked([(item, known[item.url]) for item in due]):
            report = self._settled(polled, report, known)
        return replace(report, ended=self.clock())

    def _asked(self, due: list[tuple[DueFeed, Feed]]) -> Iterator[Polled]:
        return self.map(self._ask, due)

    def _ask(self, pair: tuple[DueFeed, Feed]) -> Polled:
        """The network's part, safe to run in many threads; every failure is a value."""
        due, feed = pair
        state = pacing.from_json(due.state) if due.state else pacing.first(feed, self.clock())
        if self.stopping():
            return Polled(
                due=due, feed=feed, state=state, error=WorkerError("stopped before it was asked", reason="died")
            )
        headers = pacing.conditional_headers(state, self.clock(), self._limits(feed))
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
        asked = Polled(due=due, feed=feed, state=state, conditional=conditional)
        try:
            response = self.fetch(request)
        except ArmswatchError as error:
            return replace(asked, error=error)
        self.mark("poll:fetched")
        if response.status == 304 or not 200 <= response.status < 300:
            return replace(asked, response=response)
        if state.body_sha and pacing.body_sha(response.body) == state.body_sha:
            return replace(asked, response=response, unchanged=True)  # hash first: parsing costs a thousand times more
        try:
            # Ids are minted for the feed as configured, wherever a redirect led; only items not seen are parsed.
            document = self.parse.feed(
                response.body,
                url=response.url,
                headers=response.headers,
                now=self.clock(),
                feed=feed.url,
                memory=state.memory,
            )
        except (FeedError, WorkerError) as error:
            return replace(asked, response=response, error=error)
        return replace(asked, response=response, document=document)

    def _settled(self, polled: Polled, report: RoundReport, taken: Collection[str]) -> RoundReport:
        """The store's part: new entries, validators and the next check in one transaction (decision 1)."""
        now, feed, url = self.clock(), polled.feed, polled.feed.url
        if isinstance(polled.error, WorkerError) and self.stopping():
            return report  # nothing was asked: the feed stays due
        fresh = self._fresh(polled, now)
        outcome = self._outcome(polled, len(self.store.feeds.unknown(fresh)))
        state = pacing.after(polled.state, outcome, now, feed=feed, limits=self._limits(feed), taken=taken)
        unchanged = polled.unchanged or outcome.status == 304
        self.mark("poll:before-save")
        new = self.store.feeds.poll_done(
            PollResult(
                url=url,
                state=pacing.to_json(state),
                next_check=state.next_check or now,
                status=str(outcome.status or outcome.kind),
                error=outcome.error,
                health=outcome.kind or "ok",
                unchanged=unchanged,
                unconditional=not polled.conditional,
                body_sha=outcome.body_sha,
                lang_seen=outcome.lang,
                entries=tuple(fresh),
            ),
            now,
        )
        self.mark("poll:saved")
        return replace(
            report,
            feeds_polled=report.feeds_polled + (not outcome.error),
            feeds_unchanged=report.feeds_unchanged + unchanged,
            feeds_failed=report.feeds_failed + bool(outcome.error),
            entries_new=report.entries_new + len(new),
            failures=(*report.failures, (url, outcome.error)) if outcome.error else report.failures,
        )

    def _outcome(self, polled: Polled, new: int) -> pacing.PollOutcome:
        if polled.error is not None:
            return pacing.failed(polled.error, conditional=polled.conditional, response=polled.response)
        assert polled.response is not None
        return pacing.answered(polled.feed, polled.response, polled.document, new=new, conditional=polled.conditional)

    def _fresh(self, polled: Polled, now: datetime) -> list[NewEntry]:
        entries = polled.document.entries if polled.document else ()
        return [self._new(entry, polled, now) for entry in entries]

    def _new(self, entry: Entry, polled: Polled, now: datetime) -> NewEntry:
        """An entry with its policy: on a first poll what is old is quiet, and without a word of a watchlist stays unread."""
        policy: Policy = "live"
        state = "new"
        if polled.due.first:
            young = entry.published is not None and now - entry.published <= (polled.feed.catch_up or self.catch_up)
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
        if urlsplit(feed.url).netloc in self.trusted:
            return replace(self.limits, slot=timedelta(seconds=1), bare_floor=self.limits.floor)
        floor = max(self.limits.floor, pacing.Limits().floor)
        return replace(self.limits, floor=floor, ceiling=max(self.limits.ceiling, floor))
