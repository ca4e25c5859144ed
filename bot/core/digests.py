"""What one digest says and in which order: one line a story, never more certain than its source."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.core import quotes, ranking
from bot.core.streams import PASSING, lines
from bot.model import (
    Article,
    Change,
    ChangeKind,
    Claim,
    Coverage,
    Digest,
    DigestNote,
    DigestStory,
    Origin,
    Policy,
    Story,
    Subscription,
    Verdict,
)

LATE_AFTER: Final = timedelta(hours=36)
"""Published longer than this before we knew of it is LATE, not NEW (decision 16)."""

TALK_LINES: Final = 2
"""Deal talk that is told; the rest is folded into one line (decision 18)."""

LEDGER_LINES: Final = 60

TITLE: Final = "DPRK–Russia arms"

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


def compose(
    subscription: Subscription,
    candidates: Sequence[Candidate],
    adjacent: Sequence[tuple[Article, Verdict]],
    passing: int,
    coverage: Coverage,
    *,
    local_date: date,
    since: datetime | None,
    cutoff: datetime,
    late_run: str = "",
    corrections: tuple[str, ...] = (),
    last_fact: str = "",
    labels: Mapping[str, str] | None = None,
) -> Digest:
    """The frozen digest of one subscription for one local date.

    `candidates` are all changes that were in no digest of this subscription; the dates label, they select nothing.
    `labels` are the English words of the watchlists (concepts, parties, kinds, streams) and, under `title`, the
    digest's own. Stories come in evidential order; deal talk beyond two lines is marked `folded` and stands last.
    """
    words = labels or {}
    declared = [(a, v) for a, v in adjacent if v.stream and v.stream in subscription.in_scope_streams]
    others = [(a, v) for a, v in adjacent if not (v.stream and v.stream in subscription.in_scope_streams)]
    told = _ranked(candidates, words) + [_declared(article, verdict, words) for article, verdict in declared]
    weekly = subscription.every == "week"
    return Digest(
        id=digest_id(subscription.name, local_date),
        subscription=subscription.name,
        local_date=local_date,
        zone=subscription.zone,
        since=since,
        cutoff=cutoff,
        stories=tuple(told),
        adjacent=lines(others, words),
        passing=passing + sum(1 for _, verdict in others if (verdict.stream or PASSING[0]) in PASSING),
        coverage=coverage,
        in_scope=len(told),
        late_run=late_run,
        corrections=corrections,
        last_fact=last_fact,
        title=words.get("title", TITLE),
        every=subscription.every,
        ledger=_ledger(candidates, words) if weekly else (),
        chart=_chart(candidates, local_date, subscription.zone) if weekly else (),
    )


def digest_id(subscription: str, local_date: date) -> str:
    """`d-` + 12 hex of (subscription, local date): repeating the work makes no second digest."""
    return "d-" + hashlib.sha256(f"{subscription}\n{local_date.isoformat()}".encode()).hexdigest()[:12]


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


def gloss(claim: Claim, labels: Mapping[str, str]) -> str:
    """One English line built from a claim's fields; nothing in it that the fields do not hold (decision 21)."""
    verb = {
        "asserted": "asserts",
        "estimated": "estimates",
        "observed": "observes",
        "planned": "speaks of plans for",
        "denied": "denies",
        "sanctioned": "sanctions",
    }[claim.status]
    what = ", ".join(labels.get(one, one) for one in claim.materiel)
    figure = _figure(claim)
    thing = f"{figure} of {what}" if figure and what and claim.unit not in what else figure or what
    parts = [f"{claim.claimant} {verb} {thing}".rstrip()]
    if claim.kind:
        parts.append(claim.kind)
    if claim.period_start or claim.period_end:
        parts.append("–".join(one for one in dict.fromkeys((claim.period_start, claim.period_end)) if one))
    line = ", ".join(parts)
    return f"{line}. Basis: {claim.basis}" if claim.basis and claim.basis != "none stated" else line


def _figure(claim: Claim) -> str:
    if claim.quantity is None:
        return ""
    op = {"=": "", ">": ">", ">=": "≥", "<": "<", "<=": "≤", "~": "about "}.get(claim.op, "")
    top = f"–{claim.quantity_max:,.15g}" if claim.quantity_max is not None else ""
    return f"{op}{claim.quantity:,.15g}{top} {claim.unit}".strip()


def badge_of(candidate: Candidate) -> tuple[ChangeKind, str]:
    """The word for one change, and for LATE the reason in words."""
    change, published = candidate.change, candidate.article.published
    if change.kind not in ("NEW", "LATE"):
        return change.kind, ""
    # What a feed's own first document brings within 24 h counts as live (decision 16): it is new to everybody.
    behind = change.at - published if published is not None else timedelta(0)
    if change.kind == "NEW" and behind <= LATE_AFTER:
        return "NEW", ""
    reason = change.fact if change.kind == "LATE" else ""
    reason = reason or _QUIET_REASONS.get(change.policy, "")
    return "LATE", reason or (f"found {_span(behind)} after it was published" if behind > LATE_AFTER else "found late")


def _span(length: timedelta) -> str:
    return f"{length.days} days" if length >= timedelta(days=3) else f"{length // timedelta(hours=1)} hours"


def line_of(group: Sequence[Candidate], labels: Mapping[str, str]) -> tuple[DigestStory, int]:
    """All changes of one story as one line, and its evidential class.

    The strongest badge leads and gives article, quote and gloss; the others are notes under it, each once.
    """
    badged = sorted(
        ((*badge_of(one), one) for one in group),
        key=lambda each: (ranking.strength(each[0]), each[2].change.at, each[2].change.id),
    )
    badge, reason, lead = badged[0]
    claim = _claim(lead, badge)
    line = gloss(claim, labels) if claim else ""
    fact = "" if badge == "LATE" else lead.change.fact
    article, verdict = lead.article, lead.verdict
    kind = verdict.kind or lead.story.kind
    direction = verdict.direction or lead.story.direction
    notes: dict[str, DigestNote] = {}
    for other, _, one in badged[1:]:
        its = _claim(one, other)
        said = (gloss(its, labels) if its else "") or one.change.fact or one.article.title
        if said and said not in (line, fact):
            notes.setdefault(
                said, DigestNote(badge=other, words=said, outlet=_outlet(one.article), url=_url(one.article))
            )
    also = dict.fromkeys(hang for _, _, one in badged for hang in one.also)
    story = DigestStory(
        story=lead.story.id,
        badge=badge,
        watchlists=tuple(sorted({name for one in group for name in one.watchlists or (one.change.watchlist,)})),
        title=article.title or lead.story.title,
        url=_url(article),
        outlet=_outlet(article),
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
        predecessor=next((one.predecessor for _, _, one in badged if one.predecessor), ""),
        follows=lead.story.follows,
        alerted=min((one.alerted for one in group if one.alerted), default=None),
        changes=tuple(one.change.id for _, _, one in badged),
        also=tuple(also),
        direction_words=direction_words(direction, labels),
        notes=tuple(notes.values()),
    )
    return story, ranking.evidential(badge, kind, claim, lead.claims)


def _claim(candidate: Candidate, badge: ChangeKind) -> Claim | None:
    return ranking.lead_claim(
        candidate.claims,
        named=candidate.change.claim,
        direction=candidate.verdict.direction,
        denial=badge == "DENIAL" or candidate.verdict.kind == "denial",
    )


def _ranked(candidates: Sequence[Candidate], labels: Mapping[str, str]) -> list[DigestStory]:
    groups: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(candidate.story.id, []).append(candidate)
    made = []
    for group in groups.values():
        story, order = line_of(group, labels)
        fresh = any(one.change.fact or one.change.claim for one in group)
        latest = max(one.article.published or one.change.at for one in group)
        made.append((order, not fresh, -len(story.origins), -latest.timestamp(), story.story, story))
    made.sort(key=lambda each: each[:5])
    talk = [each[-1] for each in made if each[0] == ranking.DEAL_TALK]
    folded = {story.story for story in talk[TALK_LINES:]}
    told = [each[-1] for each in made if each[-1].story not in folded]
    return told + [replace(story, folded=True) for story in talk[TALK_LINES:]]


def _declared(article: Article, verdict: Verdict, labels: Mapping[str, str]) -> DigestStory:
    stream = labels.get(verdict.stream or "", verdict.stream or "")
    return DigestStory(
        story=article.id,
        badge="NEW",
        watchlists=(verdict.watchlist,),
        title=article.title,
        url=_url(article),
        outlet=_outlet(article),
        host=article.host,
        lang=article.lang,
        quality=article.quality,
        direction=verdict.direction,
        kind=verdict.kind,
        quote=quotes.quote_of(article, None, verdict.evidence),
        published=article.published,
        first_seen=article.first_seen,
        direction_words=direction_words(verdict.direction, labels),
        stream=f"{stream} ({verdict.missing})" if verdict.missing else stream,
    )


def _outlet(article: Article) -> str:
    return article.outlet or article.host


def _url(article: Article) -> str:
    return article.canonical_url or article.url


def _ledger(candidates: Iterable[Candidate], labels: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    seen: dict[str, tuple[str, str, str]] = {}
    for candidate in sorted(candidates, key=lambda one: (one.change.at, one.change.id)):
        for claim in candidate.claims:
            line = gloss(claim, labels)
            seen.setdefault(line, (line, _outlet(candidate.article), _url(candidate.article)))
    return tuple(seen.values())[:LEDGER_LINES]


def _chart(candidates: Iterable[Candidate], local_date: date, zone: str) -> tuple[tuple[date, int], ...]:
    counted = {local_date - timedelta(days=back): 0 for back in range(7, -1, -1)}
    for candidate in candidates:
        day = candidate.change.at.astimezone(ZoneInfo(zone)).date()
        if day in counted:
            counted[day] += 1
    return tuple(counted.items())
