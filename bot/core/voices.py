"""Whether two reports can be one development by whose word they rest on: different voices are different developments."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.ledger import UNNAMED, answers, same_speaker
from bot.model import Claim

LEAD = 300  # code points of a text in which its own news stands; what comes later is background


def main_claims(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claims that an article is about: named ones of its title and lead."""
    return tuple(
        one
        for one in claims
        if (one.where == "title" or one.start < LEAD)
        and one.claimant not in UNNAMED
        and one.claimant_type != "anonymous"
    )


def may_share(mine: Sequence[Claim], theirs: Sequence[Claim]) -> bool:
    """Whether an article with these main claims may belong to a story with those.

    It may where one voice speaks in both, where one denies what the other says, or where either names nobody: then
    only the likeness of the reports can tell. Seoul's estimate and a think-tank's imagery of the same week are two
    developments, however alike their words (decision 13).
    """
    one, other = main_claims(mine), main_claims(theirs)
    if not one or not other:
        return True
    return any(
        same_speaker(first, second) or answers(first, second) or answers(second, first)
        for first in one
        for second in other
    )
