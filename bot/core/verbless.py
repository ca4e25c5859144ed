"""What sentences without an act of moving claim: voyages, sightings, shares, and amounts that go on what was said before."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.core.amounts import amounts
from bot.core.directions import direction
from bot.core.drafts import PRONOUN, Context, Draft, facts, hedge_of, paired
from bot.model import ClaimStatus

_SEEN = frozenset(["railcars", "containers", "voyages"])
_SIGHTED = re.compile(
    r"(?:V|seen|visible|показ\w*|видно|widać|zu sehen)[^.;]{0,60}?D(?:'s|-made)? (?:[^\s.;]+ ){0,2}?M[^.;]{0,60}? (?:in|on|at|near|w|na|в|у|на|en|im|bei|auf) [^.;D]{0,40}[RW]"
)


def verbless(context: Context, index: int, last: Draft | None) -> list[Draft]:
    """The drafts of a sentence that moves nothing by a verb; `last` is the one of the sentence before it."""
    return (
        _continued(context, index, last)
        or _voyages(context, index)
        or _shared(context, index)
        or _sighted(context, index)
        or _counted(context, index)
    )


def _continued(context: Context, index: int, last: Draft | None) -> list[Draft]:
    """A sentence that refers back to a claim just made and adds an amount to it; the quote holds both sentences."""
    passage = context.passages[index]
    if last is None or last.status == "denied" or not last.giver:
        return []
    if not PRONOUN.match(passage.tagged) and not re.match(r"^[^\w]*N [^.;DRO]{0,12}[MY]", passage.tagged):
        return []
    counted = [one for one in amounts(passage, context.lexicon) if one.goods or one.unit == "containers"]
    if not counted:
        return []
    who = context.spoken[index] or last.who
    base = facts(context, passage, index, who)
    base = replace(
        base,
        start=last.start,
        giver=last.giver,
        firm=last.firm,
        hedge=hedge_of(passage, planned=False),
        why=("refers back",),
    )
    return [
        replace(
            base,
            amount=one,
            materiel=one.goods or last.materiel,
            status="estimated" if who and who.figures == "estimated" else last.status,
        )
        for one in counted
    ]


def _counted(context: Context, index: int) -> list[Draft]:
    """Imagery shows 73 railcars: no claim by itself, but the figure of the one that reads it as a supply of arms."""
    passage = context.passages[index]
    if "imagery" not in {one.canonical for one in passage.of("basis")}:
        return []
    counted = [one for one in amounts(passage, context.lexicon) if one.unit in _SEEN]
    base = facts(context, passage, index, context.spoken[index])
    return [replace(base, status="observed", amount=one, pending=True, basis="imagery") for one in counted[:1]]


def _voyages(context: Context, index: int) -> list[Draft]:
    """Counted voyages between the two that somebody has seen, whatever they carried."""
    passage = context.passages[index]
    counted = [one for one in amounts(passage, context.lexicon) if one.unit == "voyages"]
    seen = "imagery" in {one.canonical for one in passage.of("basis")}
    who = context.spoken[index]
    if not counted or not paired(context, index) or not (seen or (who is not None and who.type == "think-tank/ngo")):
        return []
    sides = [one.concept.get("side") for one in passage.of("place") if one.concept.get("side")]
    if len(set(sides)) < 2:
        return []
    giver = "DR"[passage.parties.index(sides[0])]
    base = facts(context, passage, index, who)
    return [replace(base, status="observed", giver=giver, amount=counted[0], basis="imagery" if seen else base.basis)]


def _sighted(context: Context, index: int) -> list[Draft]:
    """Imagery that shows one party's arms where the other is: "photographs show D's guns on a train in R"."""
    passage = context.passages[index]
    if passage.sides() != {"D", "R"} or not passage.of("basis") or _SIGHTED.search(passage.tagged) is None:
        return []
    if "imagery" not in {one.canonical for one in passage.of("basis")}:
        return []
    base = facts(context, passage, index, context.spoken[index])
    return [replace(base, status="observed", giver="D", basis="imagery", hedge=hedge_of(passage, planned=False))]


def _shared(context: Context, index: int) -> list[Draft]:
    """A share without a verb: "half of the Russian army's shells are from North Korea, says HUR"."""
    passage = context.passages[index]
    who = context.spoken[index]
    if who is None or who.party in context.lexicon.parties or passage.sides() != {"D", "R"}:
        return []
    giver, margin, why = direction(passage)
    counted = [one for one in amounts(passage, context.lexicon) if one.unit.startswith("percent of")]
    if not counted or margin < 2:
        return []
    base = facts(context, passage, index, who)
    status: ClaimStatus = "asserted" if who.figures == "asserted" else "estimated"
    return [replace(base, giver=giver, firm=margin, why=why, status=status, amount=counted[0])]
