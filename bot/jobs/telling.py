"""What digests and alerts are composed from: one change with everything stored that may be said about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.core.glosses import figure_given
from bot.core.ledger import others, predecessor
from bot.core.publishers import Publishers
from bot.core.storylines import Candidate, lead_claim
from bot.jobs.behind import NOBODY, behind
from bot.model import Article, Change, Claim, Story, Verdict
from bot.store import Store

_NEVER = datetime.min.replace(tzinfo=UTC)

Line = tuple[Claim, datetime | None, str, str]
"""A claim, when its article was published, the article and the story."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Candidates out of the store."""

    store: Store
    publishers: Publishers = NOBODY
    read: dict[tuple[str, str], list[Line]] = field(default_factory=dict)

    def candidate(
        self, change: Change, story: Story, article: Article, verdicts: Sequence[Verdict], *, shown: bool, target: str,
        claims: tuple[Claim, ...] | None = None,
    ) -> Candidate:  # fmt: skip
        """The candidate of one change for who reads at `target`; `claims` are given where the article is not stored yet."""
        store = self.store
        found = tuple(store.stories.claims(article=article.id)) if claims is None else claims
        stands = behind(store, story.id, self.publishers)
        candidate = Candidate(
            change=change,
            story=story,
            article=article,
            verdict=next(verdict for verdict in verdicts if verdict.rank == "match"),
            claims=found,
            origins=story.origins,
            carriers=max(1, len(stands.first)),
            watchlists=tuple(sorted(verdict.watchlist for verdict in verdicts if verdict.rank == "match")),
            also=tuple((one.outlet, one.title, one.url) for one in (*stands.first[1:], *stands.hangs)),
            follows=self._followed(story.follows),
            alerted=store.digests.alerted(story.id, target),
            shown=shown,
        )
        # Only the figure that the line is told by has a predecessor; a figure of the background is not compared.
        lead = lead_claim(candidate, change.kind)
        if lead is None or lead.quantity is None:
            return candidate
        at = article.published or article.first_seen
        ledger = self._figures(lead.direction or "", lead.unit)
        known = [(when.date() if when else None, one) for one, when, source, _ in ledger if source != article.id]
        dates = {one.id: when for when, one in known}
        places = {one.id: place for place, (_, one) in enumerate(known)}
        before = predecessor(lead, known, said=at.date() if at else None)
        beside = sorted(others(lead, known), key=lambda one: places[one.id])
        earlier = tuple((one, when) for one, when, _, _ in ledger if when is not None and one.unit == lead.unit)
        candidate = replace(candidate, others=tuple((one, dates[one.id]) for one in beside), earlier=earlier)
        if before is None:
            return candidate
        return replace(candidate, predecessor=figure_given(before, dates[before.id]), previous=before.quantity)

    def _followed(self, earlier: str) -> str:
        """The headline and the day of the story that another one follows; "" where there is none (any more)."""
        found = self.store.stories.get(earlier) if earlier else None
        return f"“{found.title}” ({found.founded.day} {found.founded:%b %Y})" if found else ""

    def _figures(self, direction: str, unit: str) -> list[Line]:
        """What the ledger knows in one direction and unit, read once for all stories of a digest.

        Oldest first by the minute: of two figures that one claimant gave on one day the later one counts.
        """
        if (direction, unit) not in self.read:
            lines = self.store.stories.ledger(direction=direction, unit=unit)
            self.read[direction, unit] = sorted(lines, key=lambda line: line[1] or _NEVER)
        return self.read[direction, unit]
