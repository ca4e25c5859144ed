"""Whether two reports can be one development by whose word they rest on: different voices are different developments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from bot.core.ledger import UNNAMED, answers, same_speaker, speaker
from bot.model import Claim

LEAD = 300  # code points of a text in which its own news stands; what comes later is background

_JOINT = re.compile(r",\s*|\s+and\s+")

Kinship = Literal["shared", "unknown", "apart"]


def main_claims(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claims that an article is about: named ones of its title and lead."""
    return tuple(
        one
        for one in claims
        if (one.where == "title" or one.start < LEAD)
        and one.claimant not in UNNAMED
        and one.claimant_type != "anonymous"
        and not one.claimant.islower()  # "analysts": a word, not a name
    )


def _one_voice(first: Claim, second: Claim) -> bool:
    """The same speaker; or one reader names the officials, the other only the paper that heard them."""
    if same_speaker(first, second):
        return True
    together, too = _members(first), _members(second)
    if len(together & too) > 1:
        return True  # "US, Japan and South Korea" in whatever order
    one, other = first.via.casefold(), second.via.casefold()
    return (one != "" and one in {other, speaker(second)}) or (other != "" and other == speaker(first))


def _members(claim: Claim) -> set[str]:
    """The names in a joint statement's claimant."""
    return {name for name in _JOINT.split(speaker(claim)) if name}


def kinship(mine: Sequence[Claim], theirs: Sequence[Claim]) -> Kinship:
    """How an article (or story) with these main claims stands to a story with those.

    `shared`: one voice says something in both, or one only denies what the other says. `unknown`: either names
    nobody, so only the likeness of the reports can tell. `apart`: Seoul's estimate and a think-tank's imagery of the
    same week are two developments, however alike their words (decision 13).
    """
    one, other = main_claims(mine), main_claims(theirs)
    if not one or not other:
        return "unknown"
    said = [claim for claim in one if claim.status != "denied"]
    heard = [claim for claim in other if claim.status != "denied"]
    if any(_one_voice(first, second) for first in said for second in heard):
        return "shared"
    if not said and any(answers(first, second) for first in one for second in heard):
        # Two claims of one day can both be what is denied; whom a denial answers is often told further down.
        quoted = [claim for claim in mine if claim.status != "denied" and claim.claimant not in UNNAMED]
        theirs_too = any(same_speaker(first, second) for first in quoted for second in heard)
        return "shared" if theirs_too or not quoted else "unknown"
    if not heard and any(answers(second, first) for first in said for second in other):
        return "shared"
    if not said and not heard:
        return "shared" if any(same_speaker(first, second) for first in one for second in other) else "unknown"
    return "apart"
