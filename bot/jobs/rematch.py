"""Match stored text again after a watchlist changed (decision 10); what was delivered is never rewritten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.jobs.judge import Judge
from bot.ports import Clock
from bot.store import Store
from bot.store.articles import best_rank, rematch_window

FRESH = timedelta(hours=48)
"""A gain that was published within this time is told as "found by edit"; older ones stay quiet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RematchReport:
    """What an edit of the watchlists changed in what is stored."""

    read: int = 0
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rematcher:
    """Judges the articles of the last 30 days again."""

    store: Store
    judge: Judge
    clock: Clock
    stopping: Callable[[], bool] = lambda: False

    def run(self, days: int = 30) -> RematchReport:
        """Store what changed; an article that keeps its rank keeps everything."""
        now = self.clock()
        gained: list[str] = []
        lost: list[str] = []
        articles = self.store.articles.since(rematch_window(now, days))
        for article in articles:
            if self.stopping():
                break
            before = self.store.articles.verdicts(article.id)
            after = self.judge.matcher.verdicts(article.item())
            was, is_ = best_rank(before), best_rank(after)
            if was == is_:
                continue
            published = article.published or article.first_seen or now
            fresh = article.policy == "live" and now - published <= FRESH
            edited = replace(
                article,
                policy="live" if fresh else "watchlist_change",
                notes=(*article.notes, "found by edit") if is_ == "match" else article.notes,
            )
            with self.store.alone():
                self.store.articles.save(self.judge(edited, now, previous=before), now)
            (gained if is_ == "match" else lost if was == "match" else []).append(article.id)
        return RematchReport(read=len(articles), gained=tuple(gained), lost=tuple(lost))
