"""Drafts of one item that make the same claim become one: headline and lead, two wordings of a denial, a figure and its "millions"."""

from __future__ import annotations

from dataclasses import replace

from bot.core.attributions import best
from bot.core.claimants import Claimant
from bot.core.drafts import Draft

_SIDES = {"asserted": "said", "estimated": "said", "observed": "said", "planned": "plan"}


def merged(drafts: list[Draft]) -> list[Draft]:
    kept: list[Draft] = []
    for draft in drafts:
        for index, other in enumerate(kept):
            if _one(draft, other):
                kept[index] = _joined(other, draft)
                break
        else:
            kept.append(draft)
    return kept


def _one(first: Draft, second: Draft) -> bool:
    """Whether two sentences of one item make the same claim."""
    if first.status == second.status == "denied" and _same_sayer(first.who, second.who):
        return bool(first.families & second.families) or first.generic or second.generic or not first.giver
    swap = "both" in (first.giver, second.giver) and first.amount is None and second.amount is None
    if (first.giver != second.giver and not swap) or _SIDES.get(first.status, first.status) != _SIDES.get(
        second.status, second.status
    ):
        return False
    if not _same_sayer(first.who, second.who):
        return False
    if first.status != second.status and "observed" in (first.status, second.status) and first.who != second.who:
        return False  # what was seen and what somebody asserts of it are two things
    if second.order == first.order + 1 and second.where == first.where and second.start == first.start:
        return first.amount is None  # the second sentence adds the figure to the first: one quote holds both
    if first.amount is not None and second.amount is not None:
        low, high = sorted((first.amount, second.amount), key=lambda one: one.value)
        # "millions of shells" in the headline are the eight million of the text.
        within = low.vague and low.value < high.value < 1000 * low.value
        share = low.unit.startswith("percent of") and high.unit.startswith("percent of")
        alike = low.unit == high.unit or {low.unit, high.unit} == {
            "rockets",
            "missiles",
        }  # one word in Polish, Ukrainian
        return (alike or share) and (low.value == high.value or within)
    if first.status == "denied":
        return True
    return bool(first.families & second.families) or first.generic or second.generic


def _same_sayer(first: Claimant | None, second: Claimant | None) -> bool:
    if first is None or second is None or first.name == second.name:
        return True
    if first.party and first.party == second.party:
        return True
    return "unnamed" in first.name or "unnamed" in second.name


def _joined(first: Draft, second: Draft) -> Draft:
    """The fuller of the two as the quote; of the claimant, the one that says more where the fuller names none."""
    if "both" in (first.giver, second.giver) and first.giver != second.giver:
        return first if first.giver == "both" else second
    if first.status == second.status == "denied" and first.giver != second.giver:
        # One denial in two wordings: which way it goes says the clearer one, who speaks the more exact one.
        who = best((first.who, second.who))
        return replace(max(first, second, key=lambda one: (bool(one.giver), one.firm)), who=who)
    fuller, rest = (second, first) if _fullness(second) > _fullness(first) else (first, second)
    who = fuller.who
    if rest.who is not None and (who is None or (who.rank == 0 and rest.who.rank > 0)):
        who = rest.who
    status = fuller.status
    if fuller.who is None and rest.who is not None and fuller.amount is not None and rest.who.figures == "estimated":
        status = "estimated"
    return replace(fuller, who=who, status=status)


def _fullness(draft: Draft) -> tuple[int, int, int, int, int]:
    return (
        draft.amount is not None and not draft.amount.vague,
        draft.amount is not None,
        draft.amount is not None and draft.amount.op not in {"=", ""},
        draft.who is not None and draft.who.rank > 0,
        draft.where == "text",
    )
