"""Which changes are worth an alert at once: by what kind of act it is and how near the source stands, never by echo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.core import ranking
from bot.core.storylines import Candidate, badge_of, figure_before, lead_claim, rests_on
from bot.model import Article, Subscription

OLD_NEWS: Final = timedelta(hours=72)
"""Published longer ago than this alerts nobody, whatever brought it up (A-8)."""

FIGURE_UP: Final = 1.10
"""A figure of the same claimant that grew by less is the same news."""

_PRIMARY_ENDINGS: Final = (
    ".gov",
    ".mil",
    ".gov.uk",
    ".gov.ua",
    ".go.kr",
    ".go.jp",
    ".gouv.fr",
    ".gc.ca",
    ".gov.au",
    "europa.eu",
    "un.org",
    "nato.int",
    "msmt.info",
    "kremlin.ru",
    "mid.ru",
    "government.ru",
    "mil.ru",
    "kcna.kp",
    "kcna.co.jp",
)
"""Registrable domains, or their endings, on which a government or body speaks for itself."""

_IMAGERY_OUTLETS: Final = ("think-tank", "specialist-press", "government")
_REOPENS: Final = ("UPDATE", "DENIAL", "CORRECTION")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Why one change is worth an alert, how it is labelled, and what holds it back for the digest ("" = nothing)."""

    reason: str  # "legal act", "first-party statement", "imagery", "figure up", "denial"
    label: str  # "SINGLE SOURCE (primary)", "2 origins"
    held: str = ""


def decide(candidate: Candidate, subscription: Subscription, now: datetime, sent: Sequence[datetime]) -> Alert | None:
    """The alert that `candidate` deserves for `subscription` at `now`, or None.

    `sent` are the times of alerts to this subscription, newest of any order. A held alert is not sent later: its
    change is in the next digest.
    """
    if not _may(candidate, subscription, now):
        return None
    reason = _reason(candidate)
    if not reason:
        return None
    return Alert(reason=reason, label=_label(candidate), held=_held(subscription, now, sent))


def is_primary(article: Article) -> bool:
    """Whether the article stands where a government or body speaks for itself."""
    host = article.host.lower()
    return article.outlet_kind == "government" or any(
        host == ending.lstrip(".") or host.endswith(ending if ending.startswith(".") else f".{ending}")
        for ending in _PRIMARY_ENDINGS
    )


def _may(candidate: Candidate, subscription: Subscription, now: datetime) -> bool:
    change, published = candidate.change, candidate.article.published
    names = candidate.watchlists or (change.watchlist,)
    if not subscription.alerts or (subscription.watchlists and not set(names) & set(subscription.watchlists)):
        return False
    if change.policy != "live" or candidate.verdict.rank != "match" or badge_of(candidate)[0] == "LATE":
        return False
    if (candidate.verdict.kind or candidate.story.kind) == "deal-talk":
        return False
    if candidate.alerted is not None and change.kind not in _REOPENS:
        return False
    return published is None or now - published <= OLD_NEWS


def _reason(candidate: Candidate) -> str:
    change, article, kind = candidate.change, candidate.article, candidate.verdict.kind
    claim = lead_claim(candidate, change.kind)
    order = ranking.evidential(change.kind, kind, claim, candidate.claims)
    primary = is_primary(article)
    if order == ranking.LEGAL_ACT and primary:
        return "legal act"
    if order == ranking.DENIAL:
        return "denial" if change.kind == "DENIAL" and candidate.shown else ""
    if _seen_by_name(candidate):
        return "imagery"
    if (
        claim is not None
        and claim.quantity is not None
        and candidate.previous
        and claim.quantity >= candidate.previous * FIGURE_UP
        and figure_before(candidate, claim)  # a figure in the same unit, not one of another claim in the article
        # A figure that nobody read in the text is not news of ours yet.
        and article.quality in ("full", "teaser")
    ):
        return "figure up"
    if primary and claim is not None and claim.status in ("asserted", "estimated", "observed"):
        return "first-party statement"
    return ""


def _seen_by_name(candidate: Candidate) -> bool:
    """Whether a named source shows something of its own that can be looked at."""
    if candidate.article.outlet_kind not in _IMAGERY_OUTLETS:
        return False
    return any(
        one.status == "observed" and ranking.is_physical(one.basis) and one.claimant not in ("", "unattributed")
        for one in candidate.claims
    )


def _label(candidate: Candidate) -> str:
    claim = lead_claim(candidate, candidate.change.kind)
    order = ranking.evidential(candidate.change.kind, candidate.verdict.kind, claim, candidate.claims)
    bases = {(one.claimant, one.basis) for one in rests_on(candidate.origins, claim, order)}
    if len(bases) > 1:
        return f"{len(bases)} origins"
    return "SINGLE SOURCE (primary)" if is_primary(candidate.article) else "SINGLE SOURCE"


def _held(subscription: Subscription, now: datetime, sent: Sequence[datetime]) -> str:
    zone = ZoneInfo(subscription.zone)
    local = now.astimezone(zone)
    if subscription.quiet_hours is not None:
        start, end = subscription.quiet_hours
        inside = start <= local.hour < end if start <= end else local.hour >= start or local.hour < end
        if inside:
            return f"quiet hours {start:02d}:00–{end:02d}:00"
    today = sum(1 for one in sent if one.astimezone(zone).date() == local.date())
    if today >= subscription.alerts_per_day:
        return f"{today} alerts today already"
    return ""
