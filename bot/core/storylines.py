"""All changes of one story → its one line in a digest: which word leads, whose claim, which quote, what hangs below."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.core import quotes, ranking
from bot.core.glosses import gloss
from bot.model import Article, Change, ChangeKind, Claim, DigestNote, DigestStory, Origin, Policy, Story, Verdict

LATE_AFTER: Final = timedelta(hours=36)
"""Published longer than this before we knew of it is LATE, not NEW (decision 16)."""

_QUIET_REASONS: Final[Mapping[Policy, str]] = {
    "first_poll": "first poll of this feed",
    "backfill": "found by backfill",
    "watchlist_change": "found by an edit of the watchlist",
    "relink": "found when the feed changed its links",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One announceable change with everything that a digest or an alert may say about it."""

    change: Change
    story: Story
    article: Article  # the one that the change names
    verdict: Verdict
    claims: tuple[Claim, ...] = ()
    origins: tuple[Origin, ...] = ()
    carriers: int = 1
    watchlists: tuple[str, ...] = ()
    predecessor: str = ""  # the same claimant's figure before this one, in words
    previous: float | None = None  # the same as a number, where unit and kind are the same
    also: tuple[tuple[str, str, str], ...] = ()  # (outlet, title, url)
    alerted: datetime | None = None
    shown: bool = False  # the story was in a digest or an alert of this subscription before


def badge_of(candidate: Candidate) -> tuple[ChangeKind, str]:
    """The word for one change, and for LATE the reason in words."""
    change, published = candidate.change, candidate.article.published
    if change.kind not in ("NEW", "LATE"):
        return change.kind, ""
    # What a feed's own first document brings within 24 h counts as live (decision 16): it is new to everybody.
    behind = change.at - published if published is not None else timedelta(0)
    if change.kind == "NEW" and behind <= LATE_AFTER:
        # A new development whose figure replaces one of the same claimant is an update to whoever follows that figure.
        return ("UPDATE" if figure_before(candidate, lead_claim(candidate, "NEW")) else "NEW"), ""
    reason = change.fact if change.kind == "LATE" else ""
    reason = reason or _QUIET_REASONS.get(change.policy, "")
    return "LATE", reason or (f"found {_span(behind)} after it was published" if behind > LATE_AFTER else "found late")


def _span(length: timedelta) -> str:
    return f"{length.days} days" if length >= timedelta(days=3) else f"{length // timedelta(hours=1)} hours"


def line_of(group: Sequence[Candidate], labels: Mapping[str, str]) -> tuple[DigestStory, int]:
    """All changes of one story as one line, and its evidential class.

    The strongest badge leads and gives article, quote and gloss; the others are notes under it, each once, denials
    first, figures before words.
    """
    badged = sorted(
        ((*badge_of(one), one) for one in group),
        key=lambda each: (_leads(each[0], each[2].change), each[2].change.at, each[2].change.id),
    )
    badge, reason, lead = badged[0]
    article, verdict = lead.article, lead.verdict
    kind = verdict.kind or lead.story.kind
    direction = verdict.direction or lead.story.direction
    claim = lead_claim(lead, badge)
    line = gloss(claim, labels) if claim else ""
    fact = "" if badge == "LATE" else lead.change.fact
    story = DigestStory(
        story=lead.story.id,
        badge=badge,
        watchlists=tuple(sorted({name for one in group for name in one.watchlists or (one.change.watchlist,)})),
        title=article.title or lead.story.title,
        url=url_of(article),
        outlet=outlet_of(article),
        host=article.host,
        lang=article.lang,
        quality=article.quality,
        direction=direction,
        kind=kind,
        gloss=line or fact,
        quote=quotes.quote_of(article, claim, verdict.evidence),
        published=article.published,
        first_seen=article.first_seen,
        late_reason=reason,
        origins=max((one.origins for one in group), key=len),
        carriers=max(one.carriers for one in group),
        predecessor=figure_before(lead, claim),
        follows=lead.story.follows,
        alerted=min((one.alerted for one in group if one.alerted), default=None),
        changes=tuple(one.change.id for _, _, one in badged),
        also=tuple(dict.fromkeys(hang for _, _, one in badged for hang in one.also)),
        direction_words=direction_words(direction, labels),
        notes=_notes(badged[1:], labels, {line, fact}, claim),
    )
    return story, ranking.evidential(badge, kind, claim, lead.claims)


def _leads(badge: ChangeKind, change: Change) -> int:
    return ranking.strength("NEW" if badge == "UPDATE" and change.kind == "NEW" else badge)


def lead_claim(candidate: Candidate, badge: ChangeKind) -> Claim | None:
    """The claim that a change is told by. A later change names its own; a new story is told by what it is about."""
    kind = candidate.verdict.kind or candidate.story.kind
    return ranking.lead_claim(
        candidate.claims,
        named="" if candidate.change.kind in ("NEW", "LATE", "PROMOTED") else candidate.change.claim,
        direction=candidate.verdict.direction or candidate.story.direction,
        kind="denial" if badge == "DENIAL" else kind,
    )


_Badged = tuple[ChangeKind, str, Candidate]


def _notes(
    badged: Sequence[_Badged], labels: Mapping[str, str], told: set[str], lead: Claim | None
) -> tuple[DigestNote, ...]:
    known = {_same(lead)} if lead is not None and lead.quantity is not None else set()
    made: list[tuple[tuple[bool, bool], DigestNote]] = []
    for badge, _, one in badged:
        claim, fact = lead_claim(one, badge), one.change.fact
        words = (gloss(claim, labels) if claim else "") or fact or one.article.title
        before = figure_before(one, claim)
        if claim is not None and claim.quantity is not None and badge == "UPDATE":
            if _same(claim) in known:  # the same figure of the same claimant, told by another paper or for another day
                continue
            known.add(_same(claim))
        if not words or words in told:
            continue
        told.add(words)
        weight = (badge not in ("DENIAL", "CORRECTION"), claim is None or claim.quantity is None)
        words = f"{words} (before: {before})" if before else words
        made.append(
            (weight, DigestNote(badge=badge, words=words, outlet=outlet_of(one.article), url=url_of(one.article)))
        )
    return tuple(note for _, note in sorted(made, key=lambda each: each[0]))


def _same(claim: Claim) -> tuple[str, float | None, str]:
    return claim.claimant, claim.quantity, claim.unit


def figure_before(candidate: Candidate, claim: Claim | None) -> str:
    """The same claimant's figure before this one; only beside a figure in the same unit (decision 14)."""
    if claim is None or claim.quantity is None:
        return ""
    was = re.search(r"\(was ([^()]+)\)", candidate.change.fact)
    before = was[1] if was else candidate.predecessor
    # The same number again is no figure before this one.
    again = re.search(rf"(?<![\d.,]){re.escape(f'{claim.quantity:,.15g}')}(?![\d.,]*\d)", before)
    return before if claim.unit and claim.unit in before and not again else ""


def direction_words(direction: str | None, labels: Mapping[str, str]) -> str:
    """`dprk>russia` in the watchlist's own labels: "DPRK→Russia"; "" where nobody says which way."""
    if direction is None or direction == "unclear":
        return ""
    if direction == "both":
        return labels.get("both", "both ways")
    giver, _, receiver = direction.partition(">")
    return f"{_party(giver, labels)}→{_party(receiver, labels)}" if receiver else ""


def _party(name: str, labels: Mapping[str, str]) -> str:
    known = {"dprk": "DPRK", "russia": "Russia"}
    return labels.get(name) or known.get(name) or name.replace("-", " ").capitalize()


def outlet_of(article: Article) -> str:
    """The outlet's name, or its host."""
    return article.outlet or article.host


def url_of(article: Article) -> str:
    """The link that is printed."""
    return article.canonical_url or article.url
