"""Which promises of instant alerts an article makes; they are stored in the article's own transaction (decision 1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.core.alerts import Alert, decide
from bot.core.publishers import Publishers
from bot.core.storylines import Candidate
from bot.jobs.behind import NOBODY
from bot.jobs.telling import Telling
from bot.model import Delivery, Subscription
from bot.ports import Clock
from bot.store import Store
from bot.store.articles import Judgement

Render = Callable[[Candidate, Alert, Subscription], Delivery]

FIRST_POLL_PEACE = timedelta(minutes=30)
"""How long after a feed's first poll nothing of it alerts: its backlog is no news (decision 16)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerter:
    """Everything that deciding on alerts needs, handed in."""

    store: Store
    subscriptions: Sequence[Subscription]
    render: Render
    clock: Clock
    publishers: Publishers = NOBODY

    def __call__(self, judgement: Judgement) -> tuple[Delivery, ...]:
        """The alerts that a judgement owes, at most one a subscription."""
        wanted = [one for one in self.subscriptions if one.alerts]
        if not wanted or not judgement.changes or judgement.story is None or self._just_began(judgement.article.feed):
            return ()
        if judgement.story.id in self.store.judgements.muted(self.clock()):
            return ()
        found: dict[str, Delivery] = {}
        telling = Telling(self.store, self.publishers)
        for subscription in wanted:
            shown = judgement.story.id in self.store.digests.told_stories(subscription.name)
            for change in judgement.changes:
                candidate = telling.candidate(
                    change, judgement.story, judgement.article, judgement.verdicts, shown=shown, claims=judgement.claims,
                    target=subscription.target,
                )  # fmt: skip
                sent = self.store.outbox.alert_times(subscription.target)
                alert = decide(candidate, subscription, self.clock(), sent)
                if alert is not None and not alert.held:
                    delivery = self.render(candidate, alert, subscription)
                    found.setdefault(delivery.key, delivery)
                    break  # changes come most telling first; what else the article brings is in the digest
        return tuple(found.values())

    def _just_began(self, feed: str) -> bool:
        first = self.store.feeds.first_polled(feed)
        return first is not None and self.clock() - first < FIRST_POLL_PEACE
