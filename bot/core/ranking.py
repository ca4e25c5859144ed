"""The evidential order of a digest (decision 18): what can be checked stands above what was said, and that above talk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.model import ChangeKind, Claim

LEGAL_ACT: Final = 0
OBSERVATION: Final = 1
OFFICIAL_FIGURE: Final = 2
DENIAL: Final = 3
SHIPMENT: Final = 4
DEAL_TALK: Final = 5
ANALYSIS: Final = 6

OFFICIAL: Final = frozenset(
    {"government", "intelligence-service", "military", "un-body/coalition", "un-body", "coalition", "legislature"}
)
"""Claimant types whose figure is an official one."""

_PHYSICAL = (
    "imagery",
    "satellite",
    "debris",
    "wreck",
    "remnant",
    "photo",
    "video",
    "ais",
    "inspection",
    "captured",
    "serial",
)
_STRENGTH: Final[tuple[ChangeKind, ...]] = ("PROMOTED", "NEW", "DENIAL", "CORRECTION", "UPDATE", "LATE")


def strength(badge: ChangeKind) -> int:
    """Which of several changes of one story leads its line (0 first): what the reader has never seen goes first."""
    return _STRENGTH.index(badge)


def is_physical(basis: str) -> bool:
    """Whether a basis is something that was looked at (imagery, debris, ship tracks) rather than said."""
    words = basis.casefold().replace("/", " ").replace("-", " ").replace(",", " ").split()
    return any(word == sign or (len(sign) > 3 and word.startswith(sign)) for word in words for sign in _PHYSICAL)


def lead_claim(
    claims: Sequence[Claim], *, named: str = "", direction: str | None = None, denial: bool = False
) -> Claim | None:
    """The claim that a story's line is built from.

    That is the one that the change names, else the one that says most: of the story's direction, with a figure,
    in the title, earliest in the text. For a denial one that denies goes first.
    """
    for claim in claims:
        if named and claim.id == named:
            return claim
    if not claims:
        return None
    return min(
        claims,
        key=lambda claim: (
            (claim.status == "denied") is not denial,
            claim.direction != direction,
            claim.quantity is None,
            claim.where != "title",
            claim.start,
            claim.id,
        ),
    )


def evidential(badge: ChangeKind, kind: str | None, claim: Claim | None, claims: Sequence[Claim] = ()) -> int:
    """The class of one story in a digest, `LEGAL_ACT` (0) to `ANALYSIS` (6)."""
    status = claim.status if claim else ""
    if kind == "sanctions" or status == "sanctioned":
        return LEGAL_ACT
    if badge in ("DENIAL", "CORRECTION") or kind == "denial" or status == "denied":
        return DENIAL
    if kind in ("logistics-imagery", "battlefield-evidence"):
        return OBSERVATION
    if kind == "analysis":
        # A think-tank's report is analysis by form; with imagery of its own it is an observation.
        seen = any(each.status == "observed" and is_physical(each.basis) for each in claims)
        return OBSERVATION if seen else ANALYSIS
    if kind == "deal-talk":
        return DEAL_TALK
    if status == "observed" and claim and is_physical(claim.basis):
        return OBSERVATION
    if claim and claim.quantity is not None and claim.claimant_type in OFFICIAL and status != "planned":
        return OFFICIAL_FIGURE
    return SHIPMENT
