"""The evidential order of a digest (decision 18): what can be checked stands above what was said, and that above talk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


_AFFINITY: Final[Mapping[str, tuple[str, ...]]] = {
    "sanctions": ("sanctioned",),
    "denial": ("denied",),
    "logistics-imagery": ("observed",),
    "battlefield-evidence": ("observed",),
    "deal-talk": ("planned",),
}
"""Which status speaks for a story of a kind; an article also tells of old sanctions and denials in its background."""


def lead_claim(
    claims: Sequence[Claim], *, named: str = "", direction: str | None = None, kind: str | None = None
) -> Claim | None:
    """The claim that a story's line is built from.

    That is the one that the change names, else the one that says most: of the story's kind and direction, with a
    figure, of a named claimant, in the title, earliest in the text.
    """
    for claim in claims:
        if named and claim.id == named:
            return claim
    if not claims:
        return None
    fitting = _AFFINITY.get(kind or "", ("asserted", "estimated", "observed", "planned"))
    # An old designation or denial in the background of a story of another kind does not speak for it.
    speaking = [claim for claim in claims if claim.status in fitting or claim.status not in ("sanctioned", "denied")]
    return min(
        speaking,
        default=None,
        key=lambda claim: (
            claim.status not in fitting,
            claim.direction != direction,
            claim.quantity is None,
            claim.claimant in ("", "unattributed"),
            claim.where != "title",
            claim.start,
            claim.id,
        ),
    )


def evidential(badge: ChangeKind, kind: str | None, claim: Claim | None, claims: Sequence[Claim] = ()) -> int:
    """The class of one story in a digest, `LEGAL_ACT` (0) to `ANALYSIS` (6)."""
    status = claim.status if claim else ""
    if kind == "sanctions" or (status == "sanctioned" and (kind is None or badge == "UPDATE")):
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
