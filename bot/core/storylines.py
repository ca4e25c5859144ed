"""All changes of one story → its one line in a digest: which word leads, whose claim, which quote, what hangs below."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from bot.core import quotes, ranking
from bot.core.glosses import figure, gloss
from bot.core.ledger import UNNAMED, same_figure, same_speaker
from bot.model import Article, Change, ChangeKind, Claim, DigestNote, DigestStory, Origin, Policy, Story, Verdict

LATE_AFTER: Final = timedelta(hours=36)
"""Published longer than this before we knew of it is LATE, not NEW (decision 16)."""

MOST_OTHERS: Final = 3
"""Figures of other claimants beside one figure."""

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
    others: tuple[tuple[Claim, date | None], ...] = ()  # the latest figures of other claimants and when they were given
    also: tuple[tuple[str, str, str], ...] = ()  # (outlet, title, url)
    follows: str = ""  # the earlier story that this one follows, in words
    earlier: tuple[tuple[Claim, datetime], ...] = ()  # the figures of the same unit with the times when they were given
    alerted: datetime | None = None
    shown: bool = False  # the story was in a digest or an alert of this subscription before


_Badged = tuple[ChangeKind, str, Candidate]


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
    badged = _badged(group)
    badge, reason, first = badged[0]
    lead = _latest_figure(first, [one for _, _, one in badged[1:]])
    article, verdict = lead.article, lead.verdict
    kind = verdict.kind or lead.story.kind
    direction = verdict.direction or lead.story.direction
    claim = lead_claim(lead, badge if lead is first else lead.change.kind)
    line = gloss(claim, labels) if claim else ""
    fact = "" if badge == "LATE" else lead.change.fact
    quote = quotes.quote_of(article, claim, verdict.evidence)
    evidential = ranking.evidential(badge, kind, claim, lead.claims)
    alerted = min((one.alerted for one in group if one.alerted), default=None)
    if alerted is not None and lead is not first:
        badge, alerted = "UPDATE", None  # what rang has been overtaken: this is not what was told then
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
        quote=quote,
        quote_cut=quotes.is_cut(article, quote),
        published=article.published,
        first_seen=article.first_seen,
        late_reason=reason,
        origins=rests_on(max((one.origins for one in group), key=len), claim, evidential),
        carriers=max(one.carriers for one in group),
        predecessor=figure_before(lead, claim),
        others=_others(lead, claim, [each for one in group for each in one.claims]),
        follows=lead.story.follows,
        follows_words=lead.follows,
        alerted=alerted,
        changes=tuple(one.change.id for _, _, one in badged),
        also=tuple(dict.fromkeys(hang for _, _, one in badged for hang in one.also)),
        direction_words=direction_words(direction, labels),
        notes=_notes([each for each in badged if each[2] is not lead], labels, {line, fact}, claim),
    )
    return story, evidential


def rests_on(origins: tuple[Origin, ...], claim: Claim | None, evidential: int) -> tuple[Origin, ...]:
    """Whose word the line rests on: not those who are named in its background only.

    What nobody is named for rests on nobody, whoever else is quoted further down; an old designation of a ship is no legal
    act behind a new voyage.
    """
    if claim is not None and claim.claimant in UNNAMED:
        return ()
    return tuple(one for one in origins if one.basis != "legal act" or evidential == ranking.LEGAL_ACT)


def _badged(group: Sequence[Candidate]) -> list[_Badged]:
    return sorted(
        ((*badge_of(one), one) for one in group),
        key=lambda each: (_leads(each[0], each[2].change), each[2].change.at, each[2].change.id),
    )


def told_by(group: Sequence[Candidate]) -> Claim | None:
    """The claim that the line of a story is told by."""
    badged = _badged(group)
    lead = _latest_figure(badged[0][2], [one for _, _, one in badged[1:]])
    return lead_claim(lead, lead.change.kind)


def _latest_figure(lead: Candidate, others: Sequence[Candidate]) -> Candidate:
    """`lead`, or the change in which the same claimant has given another figure since: the first line is not yesterday's."""
    claim = lead_claim(lead, lead.change.kind)
    if claim is None or claim.quantity is None:
        return lead
    later = [
        one
        for one in others
        if one.change.kind == "UPDATE"
        and (found := lead_claim(one, "UPDATE")) is not None
        and found.quantity is not None
        and found.unit == claim.unit
        and found.direction == claim.direction
        and same_speaker(found, claim)
        and not same_figure(found, claim)
        and _when(one) > _when(lead)
    ]
    return max(later, key=_when, default=lead)


def _when(one: Candidate) -> tuple[datetime, datetime]:
    return one.article.published or one.change.at, one.change.at


def _others(lead: Candidate, claim: Claim | None, own: Sequence[Claim]) -> tuple[str, ...]:
    """What other claimants last said of the same thing, newest last; what stands in the story already is left out."""
    if claim is None or claim.quantity is None or claim.status not in ("asserted", "estimated", "observed"):
        return ()
    kept: list[tuple[Claim, date | None]] = []
    for one, when in reversed(lead.others):  # the newest of each voice, whatever its name
        known = any(same_speaker(one, other) for other, _ in kept)
        own_again = any(same_speaker(one, mine) and same_figure(one, mine) for mine in own)
        if not known and not own_again:
            kept.append((one, when))
    lines = (f"{one.claimant} {figure(one)}" + (f" ({when.day} {when:%b %Y})" if when else "") for one, when in kept)
    return tuple(reversed(tuple(lines)[:MOST_OTHERS]))


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


def _notes(
    badged: Sequence[_Badged], labels: Mapping[str, str], told: set[str], lead: Claim | None
) -> tuple[DigestNote, ...]:
    known = [lead] if lead is not None and lead.quantity is not None else []
    made: list[tuple[tuple[bool, bool], DigestNote]] = []
    for badge, _, one in badged:
        claim, fact = lead_claim(one, badge), one.change.fact
        words = (gloss(claim, labels) if claim else "") or fact or one.article.title
        before = figure_before(one, claim)
        if claim is not None and claim.quantity is not None and badge == "UPDATE":
            # The same figure of one voice, told by another paper, under another name or for another day.
            if any(_again(claim, other) for other in known):
                continue
            known.append(claim)
        if not words or words in told or _is_before(claim, lead):
            continue
        told.add(words)
        weight = (badge not in ("DENIAL", "CORRECTION"), claim is None or claim.quantity is None)
        words = f"{words} (before: {before})" if before else words
        made.append(
            (weight, DigestNote(badge=badge, words=words, outlet=outlet_of(one.article), url=url_of(one.article)))
        )
    return tuple(note for _, note in sorted(made, key=lambda each: each[0]))


def _is_before(claim: Claim | None, lead: Claim | None) -> bool:
    """Whether a NEW change only told the lower figure that the lead's claimant has replaced since."""
    return (
        claim is not None
        and lead is not None
        and None not in (claim.quantity, lead.quantity)
        and claim.unit == lead.unit
        and claim.direction == lead.direction
        and claim.status != "denied"
        and same_speaker(claim, lead)
        and not same_figure(claim, lead)
    )


def _again(claim: Claim, other: Claim) -> bool:
    return same_figure(claim, other) and (claim.claimant == other.claimant or same_speaker(claim, other))


def figure_before(candidate: Candidate, claim: Claim | None) -> str:
    """The same claimant's figure before this one; only beside a figure in the same unit (decision 14)."""
    if claim is None or claim.quantity is None:
        return ""
    was = re.search(r"\(was ([^()]+)\)", candidate.change.fact)
    # The ledger's figure has its dates; the fact's own one may be of the same day and not in the ledger yet.
    before = candidate.predecessor
    if was and not before.startswith(was[1]):
        before = was[1]
        given = [when for one, when in candidate.earlier if figure(one) == was[1] and same_speaker(one, claim)]
        if given:
            before += f" ({given[-1].day} {given[-1]:%b %Y, %H:%M} UTC)"
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
