"""Make the digests that are due: choose what each subscription was not told, freeze it, render it, promise it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.calendar import Due, due
from bot.core.digests import compose
from bot.core.publishers import Publishers
from bot.core.streams import PASSING
from bot.jobs.behind import NOBODY
from bot.jobs.telling import Telling
from bot.model import Article, Coverage, Delivery, Digest, Policy, Subscription, Verdict
from bot.ports import Clock, Mark, Wake, no_mark, no_wake
from bot.store import Store

Render = Callable[[Digest, Subscription], tuple[Delivery, ...]]

QUIET: tuple[Policy, ...] = ("first_poll", "backfill", "watchlist_change", "relink")
"""Changes with these policies are in no digest unless somebody asked for them (decision 16)."""

ADJACENT_REACH = timedelta(days=7)
"""Adjacent items older than this when a subscription begins are not counted for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digester:
    """Everything that making digests needs, handed in. One renderer a channel name."""

    store: Store
    subscriptions: Sequence[Subscription]
    render: Mapping[str, Render]
    coverage: Callable[[datetime], Coverage]
    labels: Mapping[str, str]
    clock: Clock
    publishers: Publishers = NOBODY
    wake: Wake = no_wake
    mark: Mark = no_mark

    def run(self, *, force: bool = False) -> list[Digest]:
        """Commit every digest that is due now; `force` makes today's at once, whatever the hour."""
        made: list[Digest] = []
        for subscription in self.subscriptions:
            now = self.clock()
            owed = due(subscription, now, self.store.digests.last_date(subscription.name))
            if owed is None and force:
                owed = self._today(subscription, now)
            if owed is None:
                continue
            digest = self.draft(subscription, now, owed)
            promises = self.render[subscription.channel](digest, subscription)
            self.mark("digest:before-save")
            if self.store.digests.save(digest, self._changes(digest), self._adjacent(digest), promises, now):
                made.append(digest)
            self.mark("digest:saved")
        if made:
            self.wake()
        return made

    def draft(self, subscription: Subscription, now: datetime, owed: Due | None = None) -> Digest:
        """The digest as it would be made now; nothing is stored."""
        name = subscription.name
        last = self.store.digests.last(name)
        pending = self.store.digests.pending(name, subscription.watchlists, until=now, quiet=QUIET)
        adjacent = self.store.digests.adjacent(name, subscription.watchlists, until=now, quiet=QUIET)
        adjacent = [(a, v) for a, v in adjacent if last or a.first_seen is None or now - a.first_seen <= ADJACENT_REACH]
        passing = sum(1 for _, verdict in adjacent if verdict.stream in PASSING)
        shown = self.store.digests.told_stories(name)
        fact = self.store.digests.last_fact()
        telling = Telling(self.store, self.publishers)
        return compose(
            subscription,
            [
                telling.candidate(
                    item.change,
                    item.story,
                    item.article,
                    item.verdicts,
                    shown=item.story.id in shown,
                    target=subscription.target,
                )
                for item in pending
            ],
            [(article, verdict) for article, verdict in adjacent if verdict.stream not in PASSING],
            passing,
            self.coverage(now),
            local_date=owed.local_date if owed else _local_date(subscription, now),
            since=last.cutoff if last else owed.since if owed else None,
            cutoff=now,
            late_run=owed.late if owed else "",
            corrections=tuple(self.store.revisits.corrections(name, last.cutoff if last else None, now)),
            last_fact=_ago(*fact, now) if fact else "",
            labels=self.labels,
            muted=self.store.judgements.muted(now),
        )

    def _today(self, subscription: Subscription, now: datetime) -> Due | None:
        day = _local_date(subscription, now)
        last = self.store.digests.last_date(subscription.name)
        return (
            None
            if last is not None and last >= day
            else Due(local_date=day, scheduled=now, since=now - timedelta(days=1))
        )

    def _changes(self, digest: Digest) -> list[str]:
        return [change for story in digest.stories for change in story.changes]

    def _adjacent(self, digest: Digest) -> list[str]:
        """Every adjacent and passing item up to the cut-off counts as told, shown by title or as part of a number."""
        subscription = next(one for one in self.subscriptions if one.name == digest.subscription)
        found: list[tuple[Article, Verdict]] = self.store.digests.adjacent(
            digest.subscription, subscription.watchlists, until=digest.cutoff, quiet=()
        )
        return [article.id for article, _ in found]


def _ago(story: str, at: datetime, now: datetime) -> str:
    days = (now - at).days
    ago = f"{days} days ago" if days > 1 else "a day ago" if days else "less than a day ago"
    return f"{at.day} {at:%b %Y} ({ago}), {story}"


def _local_date(subscription: Subscription, now: datetime) -> date:
    return now.astimezone(ZoneInfo(subscription.zone)).date()
