"""Whose word a sentence is that names nobody: the headline's, the lead's, a neighbour's, by hearsay or "he said"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.core.acts import acts
from bot.core.claimants import Claimant
from bot.core.drafts import PRONOUN, Draft
from bot.core.passages import Passage

_HEARSAY = re.compile(
    r"(?<!\w)(?:ma|mają|miał[aoy]?|mieli) (?:\S+ ){0,2}?(?:\w+ć|[GTX])(?!\w)|"
    r"(?<!\w)(?:soll|sollen|aurait|auraient|serait|seraient|habría|habrían)(?!\w)"
)
_HE_SAID = re.compile(
    r"(?<!\w)(?:he|she|they|er|sie|il|elle|он|она|они|він|вона|вони|on|ona) V|(?<!\w)V (?:he|she|er|sie|il|elle|он|она|він|вона|on|ona)(?!\w)"
)
_IMPERSONAL = re.compile(r"\b(?:believed|thought|said|reported|understood) to (?:have|be)\b")
_THIS = re.compile(r"^\W*(?:to |this |that |it |the move |dies |das |c'est |esto |это |це )")


def heard(found: list[Passage], spoken: list[Claimant | None], parties: tuple[str, ...]) -> tuple[Claimant | None, ...]:
    """The sayers, also those taken over from the sentence before by hearsay ("Kreml ma kupić", "soll") or "he said"."""
    for index in range(1, len(found)):
        one = found[index]
        if spoken[index] is not None or found[index - 1].where != one.where:
            continue
        reach = 1 if _HEARSAY.search(one.tagged) else 3 if _HE_SAID.search(one.tagged) else 0
        near = [
            who
            for who, other in zip(
                spoken[max(0, index - reach) : index], found[max(0, index - reach) : index], strict=True
            )
            if who is not None and other.where == one.where and (who.rank >= 2 or reach == 1)
        ]
        if near and near[-1].party not in parties:
            spoken[index] = near[-1]
    return tuple(spoken)


def attributed(drafts: list[Draft], found: list[Passage], spoken: tuple[Claimant | None, ...]) -> list[Draft]:
    """Sayers that the neighbouring sentence, the headline or the lead names for a sentence without one."""
    headline = best(who for passage, who in zip(found, spoken, strict=True) if passage.where == "title")
    lead = [index for index, passage in enumerate(found) if passage.where == "text"][:2]
    out = []
    for draft in drafts:
        who = draft.who
        impersonal = _IMPERSONAL.search(found[draft.order].text.lower()) is not None
        if draft.status in {"denied", "sanctioned"} and who is not None:
            out.append(draft)
            continue
        if who is None or (who.rank <= 1 and who.type != "media-investigation"):
            who = _named_near(draft, who, found, spoken) or who
        if draft.where == "title" and (who is None or who.rank <= 2):
            alone = len(lead) == 0 or not any(one.where == "text" for one in drafts)
            near = [
                spoken[index]
                for place, index in enumerate(lead)
                if who is not None or any(one.order == index for one in drafts) or (alone and not place)
            ]
            better = best(one for one in near if who is None or (one is not None and one.party == who.party != ""))
            who = better or who
        elif draft.order in lead and headline is not None and (who is None or _vague(who)) and not impersonal:
            who = headline
        if (
            draft.who is None
            and who is not None
            and who.figures == "estimated"
            and draft.amount
            and draft.status == "asserted"
        ):
            draft = replace(draft, status="estimated")  # noqa: PLW2901 — a figure of a service is an estimate wherever it is named
        out.append(replace(draft, who=who))
    return out


def _vague(who: Claimant) -> bool:
    return "unnamed" in who.name and who.name != "source (unnamed)"


def best(whos: Iterable[Claimant | None]) -> Claimant | None:
    return max((who for who in whos if who is not None), key=lambda who: who.rank, default=None)


def _named_near(
    draft: Draft, who: Claimant | None, found: list[Passage], spoken: tuple[Claimant | None, ...]
) -> Claimant | None:
    index = draft.order
    passage = found[index]
    before = found[index - 1] if index and found[index - 1].where == passage.where else None
    if who is not None and _vague(who) and passage.where == "text":
        # "The spy agency also confirmed": the one named before.
        named = (spoken[place] for place in range(index - 1, -1, -1))
        return next((one for one in named if one is not None and one.type == who.type and one.rank >= 2), None)
    if who is None and before is not None and PRONOUN.match(passage.tagged) and spoken[index - 1] is not None:
        return spoken[index - 1]
    if who is None and index + 1 < len(found) and found[index + 1].where == passage.where:
        after = found[index + 1]
        if _THIS.match(after.tagged) and not acts(after):
            return spoken[index + 1]
    return None
