"""What digests and alerts are composed from: one change with everything stored that may be said about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.glosses import figure
from bot.core.ledger import predecessor
from bot.core.publishers import Publishers
from bot.core.storylines import Candidate, lead_claim
from bot.jobs.behind import NOBODY, behind
from bot.model import Article, Change, Claim, Story, Verdict
from bot.store import Store


@dataclass(frozen=True, slots=True)
class Telling:
    """Candidates out of the store."""

    store: Store
    publishers: Publishers = NOBODY

    def candidate(
        self, change: Change, story: Story, article: Article, verdicts: Sequence[Verdict], *, shown: bool,
        claims: tuple[Claim, ...] | None = None,
    ) -> Candidate:  # fmt: skip
        """The candidate of one change; `claims` are given where the article is not stored yet."""
        store = self.store
        found = tuple(store.stories.claims(article=article.id)) if claims is None else claims
        outlets = behind(store, story.id, self.publishers).first
        candidate = Candidate(
            change=change,
            story=story,
            article=article,
            verdict=next(verdict for verdict in verdicts if verdict.rank == "match"),
            claims=found,
            origins=story.origins,
            carriers=max(1, len(outlets)),
            watchlists=tuple(sorted(verdict.watchlist for verdict in verdicts if verdict.rank == "match")),
            also=tuple((one.outlet, one.title, one.url) for one in outlets[1:]),
            alerted=store.digests.alerted(story.id),
            shown=shown,
        )
        # Only the figure that the line is told by has a predecessor; a figure of the background is not compared.
        lead = lead_claim(candidate, change.kind)
        before, number = self._before((lead,), article) if lead else ("", None)
        return replace(candidate, predecessor=before, previous=number)

    def _before(self, claims: Sequence[Claim], article: Article) -> tuple[str, float | None]:
        """The same claimant's figure before the article's own, in words and as a number (decision 14)."""
        at = article.published or article.first_seen
        for claim in claims:
            if claim.quantity is None:
                continue
            known = [
                (when.date() if when else None, one)
                for one, when, source, _ in self.store.stories.ledger(direction=claim.direction or "", unit=claim.unit)
                if source != article.id
            ]
            found = predecessor(claim, known, said=at.date() if at else None)
            if found is not None:
                said = next(when for when, one in known if one is found)
                dated = f" ({said:%d %b %Y})" if said else ""
                return f"{figure(found)}{dated}", found.quantity
        return "", None
