"""What digests and alerts are composed from: one change with everything stored that may be said about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.storylines import Candidate
from bot.model import Article, Change, Claim, Story, Verdict
from bot.store import Store


@dataclass(frozen=True, slots=True)
class Telling:
    """Candidates out of the store."""

    store: Store

    def candidate(
        self, change: Change, story: Story, article: Article, verdicts: Sequence[Verdict], *, shown: bool,
        claims: tuple[Claim, ...] | None = None,
    ) -> Candidate:  # fmt: skip
        """The candidate of one change; `claims` are given where the article is not stored yet."""
        store = self.store
        found = tuple(store.stories.claims(article=article.id)) if claims is None else claims
        carriers = store.stories.carriers(story.id)
        before, figure = self._before(found, article)
        return Candidate(
            change=change,
            story=story,
            article=article,
            verdict=next(verdict for verdict in verdicts if verdict.rank == "match"),
            claims=found,
            origins=story.origins,
            carriers=max(1, len(carriers)),
            watchlists=tuple(sorted(verdict.watchlist for verdict in verdicts if verdict.rank == "match")),
            predecessor=before,
            previous=figure,
            also=tuple(carriers[1:]),
            alerted=store.digests.alerted(story.id),
            shown=shown,
        )

    def _before(self, claims: Sequence[Claim], article: Article) -> tuple[str, float | None]:
        """The same claimant's figure before the article's own, in words and as a number (decision 14)."""
        at = article.published or article.first_seen
        for claim in claims:
            if claim.quantity is None or claim.claimant in {"", "unattributed", "anonymous"}:
                continue
            known = [
                (one, when)
                for one, when, source, _ in self.store.stories.ledger(
                    claimant=claim.claimant, direction=claim.direction or ""
                )
                if source != article.id
                and when is not None
                and (at is None or when <= at)
                and one.quantity not in {None, claim.quantity}
                and (one.unit, one.kind) == (claim.unit, claim.kind)
            ]
            if known:
                one, when = max(known, key=lambda pair: pair[1])
                sign = "" if one.op in {"", "="} else f"{one.op} "
                return f"{sign}{one.quantity:,.0f} {one.unit} ({when:%d %b %Y})", one.quantity
        return "", None
