"""Whose word a story rests on: distinct origins of its claims, and whether two of them bear each other out (decision 13)."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.ledger import UNNAMED, same_matter, same_speaker
from bot.model import Claim, Origin

WEIGHT = ("legal act", "imagery", "debris", "official figure", "documents", "anonymous", "none stated")
"""Bases by evidential weight, the heaviest first."""
_BEARING = frozenset(["imagery", "official figure", "debris", "legal act"])
"""Bases of which two different ones, from different claimants, make a thing corroborated."""


def origins(claims: Iterable[Claim]) -> tuple[Origin, ...]:
    """The origins of these claims (one claim for each carrying article and statement), heaviest basis first.

    Eleven papers on one briefing are one origin carried by eleven. A state and its institutions are one voice; of
    its bases the heaviest counts, an act of law stands by itself. A nameless sentence is an origin only if nothing
    else is known, and so is who only denies: nothing rests on his word but the denial. `corroborated` marks those
    that another voice bears out.
    """
    given = list(claims)
    kinds = list({(one.claimant, one.basis, one.direction, one.status, one.materiel): one for one in given}.values())
    found = [
        Origin(claimant=_name(group), basis=basis, carriers=len(behind), corroborated=_borne_out(behind, kinds))
        for group in _voices([one for one in given if one.status != "denied"] or given)
        for basis, behind in _bases(group)
    ]
    named = [origin for origin in found if origin.claimant not in UNNAMED] or found
    return tuple(sorted(named, key=lambda origin: (_weight(origin.basis), -origin.carriers, origin.claimant)))


def bears_out(first: Claim, second: Claim) -> bool:
    """Whether two claims of one story bear each other out: two voices, two different bases of weight, one flow and matter.

    What is denied or planned bears nothing out, and nobody can for a flow that is its own: its state media and
    ministries say what they like of it (decision 13).
    """
    if first.direction != second.direction or ">" not in (first.direction or ""):
        return False
    for one in (first, second):
        if one.status in {"denied", "planned"} or one.basis not in _BEARING or one.claimant in UNNAMED:
            return False
        if one.party and one.party in (one.direction or "").split(">"):
            return False
    return first.basis != second.basis and not same_speaker(first, second) and same_matter(first, second)


def corroborated(claims: Iterable[Claim]) -> bool:
    """Whether two of these claims of one story bear each other out."""
    given = list(claims)
    return any(bears_out(first, second) for index, first in enumerate(given) for second in given[index + 1 :])


def _borne_out(behind: list[Claim], kinds: list[Claim]) -> bool:
    return any(bears_out(other, one) for one in kinds if one in behind for other in kinds)


def _voices(claims: Iterable[Claim]) -> list[list[Claim]]:
    groups: list[list[Claim]] = []
    for claim in claims:
        group = next((one for one in groups if any(same_speaker(claim, other) for other in one)), None)
        if group is None and claim.claimant in UNNAMED:
            group = next((one for one in groups if one[0].claimant in UNNAMED), None)
        if group is None:
            groups.append([claim])
        else:
            group.append(claim)
    return groups


def _name(group: list[Claim]) -> str:
    # The fullest name speaks for the voice; on a tie the one that came first.
    return max(group, key=lambda one: (len(one.claimant.split(" (")[0].split()), len(one.claimant))).claimant


def _bases(group: list[Claim]) -> list[tuple[str, list[Claim]]]:
    lawful = [one for one in group if one.basis == "legal act"]
    rest = [one for one in group if one.basis != "legal act"]
    out = [("legal act", lawful)] if lawful else []
    if rest:
        out.append((min((one.basis for one in rest), key=_weight), rest))
    return out


def _weight(basis: str) -> int:
    return WEIGHT.index(basis) if basis in WEIGHT else len(WEIGHT)
