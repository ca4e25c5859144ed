"""What one digest says and in which order: one line a story, never more certain than its source."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.core import quotes, ranking
from bot.core.glosses import gloss
from bot.core.ledger import answers, same_speaker
from bot.core.storylines import Candidate, direction_words, line_of, outlet_of, told_by, url_of
from bot.core.streams import PASSING, lines
from bot.model import (
    Article,
    Claim,
    Coverage,
    Digest,
    DigestStory,
    Subscription,
    Verdict,
)

__all__ = ["Candidate", "compose", "digest_id"]

TALK_LINES: Final = 2
"""Deal talk that is told; the rest is folded into one line (decision 18)."""

MOST_ANSWERED: Final = 2
"""Stories that one denial is said to answer."""

MUTED: Final = "muted"
"""The stream of a story that a person muted or called irrelevant: folded, never lost."""

LEDGER_LINES: Final = 60

TITLE: Final = "DPRK–Russia arms"


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
    muted: Collection[str] = (),
) -> Digest:
    """The frozen digest of one subscription for one local date.

    `candidates` are all changes that were in no digest of this subscription; the dates label, they select nothing.
    `labels` are the English words of the watchlists (concepts, parties, kinds, streams) and, under `title`, the
    digest's own. Stories come in evidential order; deal talk beyond two lines, and what somebody muted, is marked
    `folded` and stands last.
    """
    words = labels or {}
    declared = [(a, v) for a, v in adjacent if v.stream and v.stream in subscription.in_scope_streams]
    others = [(a, v) for a, v in adjacent if not (v.stream and v.stream in subscription.in_scope_streams)]
    told = _ranked(candidates, words) + [_declared(article, verdict, words) for article, verdict in declared]
    told = [replace(one, folded=True, stream=MUTED) if one.story in muted else one for one in told]
    told = _answering(sorted(told, key=lambda one: one.folded), candidates)
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
    return [replace(each[-1], folded=each[-1].story in folded) for each in made]


def _answering(told: list[DigestStory], candidates: Sequence[Candidate]) -> list[DigestStory]:
    """Denials with the numbers of what they deny, where the denial itself or the calendar leaves no doubt which."""
    groups: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(candidate.story.id, []).append(candidate)
    said = [(number, told_by(groups[one.story])) for number, one in enumerate(told, 1) if one.story in groups]
    return [
        replace(one, answers=_answered(groups[one.story], said))
        if one.badge == "DENIAL" and one.story in groups
        else one
        for one in told
    ]


def _answered(denial: Sequence[Candidate], said: Sequence[tuple[int, Claim | None]]) -> str:
    claims = [claim for candidate in denial for claim in candidate.claims]
    denied = [claim for claim in claims if claim.status == "denied"]
    open_ = [
        (number, claim) for number, claim in said if claim is not None and any(answers(no, claim) for no in denied)
    ]
    quoted = [claim for claim in claims if claim.status != "denied"]
    named = [number for number, claim in open_ if any(same_speaker(claim, one) for one in quoted)]
    found = named or [number for number, _ in open_]
    # Whoever denies everything in sight answers nothing in particular.
    return " and ".join(map(str, found)) if len(found) <= MOST_ANSWERED else ""


def _declared(article: Article, verdict: Verdict, labels: Mapping[str, str]) -> DigestStory:
    stream = labels.get(verdict.stream or "", verdict.stream or "")
    return DigestStory(
        story=article.id,
        badge="NEW",
        watchlists=(verdict.watchlist,),
        title=article.title,
        url=url_of(article),
        outlet=outlet_of(article),
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


def _ledger(candidates: Iterable[Candidate], labels: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    seen: dict[str, tuple[str, str, str]] = {}
    for candidate in sorted(candidates, key=lambda one: (one.change.at, one.change.id)):
        for claim in candidate.claims:
            line = gloss(claim, labels)
            seen.setdefault(line, (line, outlet_of(candidate.article), url_of(candidate.article)))
    return tuple(seen.values())[:LEDGER_LINES]


def _chart(candidates: Iterable[Candidate], local_date: date, zone: str) -> tuple[tuple[date, int], ...]:
    counted = {local_date - timedelta(days=back): 0 for back in range(7, -1, -1)}
    for candidate in candidates:
        day = candidate.change.at.astimezone(ZoneInfo(zone)).date()
        if day in counted:
            counted[day] += 1
    return tuple(counted.items())
