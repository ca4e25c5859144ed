"""Whose word a story rests on: distinct origins of its claims, and whether two of them bear each other out (decision 13)."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.ledger import UNNAMED, same_speaker
from bot.model import Claim, Origin

WEIGHT = ("legal act", "imagery", "debris", "official figure", "documents", "anonymous", "none stated")
"""Bases by evidential weight, the heaviest first."""
_BEARING = frozenset(["imagery", "official figure", "debris", "legal act"])
"""Bases of which two different ones, from different claimants, make a thing corroborated."""


def origins(claims: Iterable[Claim]) -> tuple[Origin, ...]:
    """The origins of these claims (one claim for each carrying article and statement), heaviest basis first.

    Eleven papers on one briefing are one origin carried by eleven. A state and its institutions are one voice; of
    its bases the heaviest counts, an act of law stands by itself. A nameless sentence is an origin only if nothing
    else is known, and so is who only denies: nothing rests on his word but the denial.
    """
    all_ = list(claims)
    found = [
        Origin(claimant=_name(group), basis=basis, carriers=count)
        for group in _voices([one for one in all_ if one.status != "denied"] or all_)
        for basis, count in _bases(group)
    ]
    named = [origin for origin in found if origin.claimant not in UNNAMED] or found
    return tuple(sorted(named, key=lambda origin: (_weight(origin.basis), -origin.carriers, origin.claimant)))


def corroborated(claims: Iterable[Claim], parties: tuple[str, ...]) -> bool:
    """Whether two voices with different bases say it; the word of the parties themselves never counts for their side."""
    bases: list[set[str]] = []
    for group in _voices(one for one in claims if one.status != "denied" and one.claimant not in UNNAMED):
        if group[0].party in parties:
            continue
        held = {one.basis for one in group} & _BEARING
        if held:
            bases.append(held)
    return any(len(first | second) > 1 for index, first in enumerate(bases) for second in bases[index + 1 :])


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


def _bases(group: list[Claim]) -> list[tuple[str, int]]:
    lawful = [one for one in group if one.basis == "legal act"]
    rest = [one for one in group if one.basis != "legal act"]
    out = [("legal act", len(lawful))] if lawful else []
    if rest:
        out.append((min((one.basis for one in rest), key=_weight), len(rest)))
    return out


def _weight(basis: str) -> int:
    return WEIGHT.index(basis) if basis in WEIGHT else len(WEIGHT)
