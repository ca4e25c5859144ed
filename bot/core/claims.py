"""From an article to its claims: who says what moved, how much, which way, on what basis, with one exact quote."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from bot.core.acts import acts
from bot.core.claimants import UNATTRIBUTED, Claimant, claimant
from bot.core.drafts import PRONOUN, Context, Draft
from bot.core.lexicon import Lexicon, Mention
from bot.core.passages import Passage, passages
from bot.core.statements import read
from bot.core.text import fold
from bot.model import Claim, Item


def claims(item: Item, lexicon: Lexicon) -> tuple[Claim, ...]:
    """The claims of one item, in the order of their quotes; () where nobody states a movement between the parties.

    Each quote is a sentence of the item (two neighbouring ones where the second refers back to the first) and
    `getattr(item, claim.where)[claim.start:claim.end] == claim.quote`. Every fact stands in the quoted text, except
    a claimant that the headline or the lead names for the whole item. Nothing is added up.
    """
    title, text = fold(item.title), fold(item.text)
    if not lexicon.touches(f"{title.text}\n{text.text}"):
        return ()
    found = passages(item, lexicon, title, text)
    letters = {letter for passage in found for letter in passage.sides()}
    if letters != {"D", "R"} or any(passage.index == 0 and passage.of("fiction") for passage in found):
        return ()
    spoken = tuple(claimant(passage, lexicon) for passage in found)
    context = Context(item=item, lexicon=lexicon, passages=tuple(found), spoken=spoken)
    drafts: list[Draft] = []
    for index in range(len(found)):
        drafts += read(context, index, drafts)
    drafts = _counts_joined(drafts)
    drafts = _attributed(
        _directed(drafts, found),
        found,
        tuple(who if who is None or who.party not in lexicon.parties else None for who in spoken),
    )
    things = [one for passage in found for one in passage.of("materiel")]
    if things and not any(_is_arms(one) for one in things):
        return ()  # flour and oil alone are trade: they count as payment only where the item speaks of arms
    kept = sorted(_merged(drafts), key=lambda draft: (draft.where != "title", draft.start, draft.order))
    return _told(item, kept, lexicon.parties)


def _told(item: Item, kept: list[Draft], parties: tuple[str, ...]) -> tuple[Claim, ...]:
    """The claims of the drafts; figures that the source joins by "or" name each other."""
    out = [_claim(item, draft, parties) for draft in kept]
    for index, draft in enumerate(kept):
        if draft.amount is None or not draft.amount.alternative:
            continue
        starts = {
            other.amount.start: place
            for place, other in enumerate(kept)
            if other.order == draft.order and other.amount is not None and other.amount.start < draft.amount.start
        }
        if starts:
            before = starts[max(starts)]
            out[index] = replace(out[index], alternatives=(*out[index].alternatives, out[before].id))
            out[before] = replace(out[before], alternatives=(*out[before].alternatives, out[index].id))
    return tuple({claim.id: claim for claim in reversed(out)}.values())[::-1]  # one claim an id, the first of them


def _counts_joined(drafts: list[Draft]) -> list[Draft]:
    """A count seen on imagery joins the claim that one of the next two sentences draws from it; the quote holds both."""
    out: list[Draft] = []
    seen: Draft | None = None
    for draft in drafts:
        if draft.pending:
            seen = draft
            continue
        if seen is not None and seen.where == draft.where and draft.order - seen.order <= 2 and draft.amount is None:
            if draft.giver in {"D", "R"} and draft.status in {"asserted", "observed"}:
                draft = replace(  # noqa: PLW2901
                    draft,
                    start=seen.start,
                    route=tuple(dict.fromkeys((*seen.route, *draft.route))),
                    amount=seen.amount,
                    status="observed",
                    basis="imagery",
                    who=seen.who or draft.who,
                )
            seen = None
        out.append(draft)
    return out


def _is_arms(one: Mention) -> bool:
    return (one.concept.get("family") or one.canonical) not in _TRADE


def _directed(drafts: list[Draft], found: list[Passage]) -> list[Draft]:
    """Deals "between the two", and exchanges whose other leg the item states by itself."""
    flows = {draft.giver for draft in drafts if draft.status != "denied"}
    votes = Counter(
        draft.giver
        for draft in drafts
        if draft.giver in {"D", "R"} and draft.status != "denied" and not draft.families <= _RETURNS
    )
    if not votes and any(_FOR_THE_WAR.search(passage.tagged) for passage in found):
        votes["D"] = 1  # arms that are to serve Russia in its war come from the other
    out = []
    for draft in drafts:
        if not draft.giver and len(votes) == 1:
            draft = replace(draft, giver=next(iter(votes)))  # noqa: PLW2901 — the item speaks of one flow only
        elif draft.leg and ("R" if draft.leg == "D" else "D") in flows:
            draft = replace(draft, giver=draft.leg)  # noqa: PLW2901
        out.append(draft)
    return out


def _attributed(drafts: list[Draft], found: list[Passage], spoken: tuple[Claimant | None, ...]) -> list[Draft]:
    """Sayers that the neighbouring sentence, the headline or the lead names for a sentence without one."""
    headline = _best(who for passage, who in zip(found, spoken, strict=True) if passage.where == "title")
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
            better = _best(one for one in near if who is None or (one is not None and one.party == who.party != ""))
            who = better or who
        elif draft.order in lead and headline is not None and (who is None or _vague(who)) and not impersonal:
            who = headline
        out.append(replace(draft, who=who))
    return out


def _vague(who: Claimant) -> bool:
    return "unnamed" in who.name and who.name != "source (unnamed)"


def _best(whos: Iterable[Claimant | None]) -> Claimant | None:
    return max((who for who in whos if who is not None), key=lambda who: who.rank, default=None)


def _named_near(
    draft: Draft, who: Claimant | None, found: list[Passage], spoken: tuple[Claimant | None, ...]
) -> Claimant | None:
    index = draft.order
    passage = found[index]
    before = found[index - 1] if index and found[index - 1].where == passage.where else None
    if who is not None and _vague(who) and passage.where == "text":
        # "The spy agency also confirmed": the one named before.
        same = [one for one in spoken[:index] if one is not None and one.type == who.type and one.rank >= 2]
        return same[-1] if same else None
    if who is None and before is not None and PRONOUN.match(passage.tagged) and spoken[index - 1] is not None:
        return spoken[index - 1]
    if who is None and index + 1 < len(found) and found[index + 1].where == passage.where:
        after = found[index + 1]
        if _THIS.match(after.tagged) and not acts(after):
            return spoken[index + 1]
    return None


def _merged(drafts: list[Draft]) -> list[Draft]:
    kept: list[Draft] = []
    for draft in drafts:
        for index, other in enumerate(kept):
            if _one(draft, other):
                kept[index] = _joined(other, draft)
                break
        else:
            kept.append(draft)
    return kept


_FOR_THE_WAR = re.compile(
    r"(?:bolster|aid|replenish|sustain|refill|fuel|reinforc|stave off|prop up|restock)\w*[^.;]{0,40}(?:R's|O|its)|R's (?:\w+ )?(?:war|fight|forces|stockpile)|"
    r"U (?:on the battlefield )?(?:in|against) O|for (?:use in )?(?:the |its )?O war|(?:its|the) (?:war|fight|offensive) (?:in|against|on) O|R T"
)
_RETURNS = frozenset(
    ["technology", "food", "oil", "raw materials", "payment", "luxury goods", "horses", "submarines", "air defence"]
)
_TRADE = frozenset(["food", "oil", "raw materials", "payment", "luxury goods", "horses"])
_IMPERSONAL = re.compile(r"\b(?:believed|thought|said|reported|understood) to (?:have|be)\b")
_THIS = re.compile(r"^\W*(?:to |this |that |it |the move |dies |das |c'est |esto |это |це )")
_SIDES = {"asserted": "said", "estimated": "said", "observed": "said", "planned": "plan"}


def _one(first: Draft, second: Draft) -> bool:
    """Whether two sentences of one item make the same claim."""
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
        return first.amount.unit == second.amount.unit and first.amount.value == second.amount.value
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
    best, rest = (second, first) if _fullness(second) > _fullness(first) else (first, second)
    who = best.who
    if rest.who is not None and (who is None or (who.rank == 0 and rest.who.rank > 0)):
        who = rest.who
    status = best.status
    if best.who is None and rest.who is not None and best.amount is not None and rest.who.figures == "estimated":
        status = "estimated"
    return replace(best, who=who, status=status)


def _fullness(draft: Draft) -> tuple[int, int, int, int]:
    return (
        draft.amount is not None,
        draft.amount is not None and draft.amount.op not in {"=", ""},
        draft.who is not None and draft.who.rank > 0,
        draft.where == "text",
    )


def _claim(item: Item, draft: Draft, parties: tuple[str, ...]) -> Claim:
    who = draft.who or UNATTRIBUTED
    amount = draft.amount
    first, second = parties
    direction = {"D": f"{first}>{second}", "R": f"{second}>{first}", "both": "both"}.get(draft.giver, "unclear")
    text = item.title if draft.where == "title" else item.text
    figure = "" if amount is None else f"{amount.op}{amount.value:g}{amount.unit}"
    key = "\x1f".join((item.id, draft.where, str(draft.start), who.name, draft.status, direction, figure))
    return Claim(
        id="c-" + hashlib.sha256(key.encode()).hexdigest()[:12],
        claimant=who.name,
        claimant_type=who.type,
        status=draft.status,
        direction=direction,
        materiel=draft.materiel,
        op=amount.op if amount else "",
        quantity=amount.value if amount else None,
        quantity_max=amount.value_max if amount else None,
        unit=amount.unit if amount else "",
        kind=amount.kind if amount else "",
        route=draft.route,
        vessels=draft.vessels,
        entities=draft.entities,
        period_start=draft.period[0],
        period_end=draft.period[1],
        basis=draft.basis,
        via=who.via,
        hedge=draft.hedge,
        quote=text[draft.start : draft.end],
        where=draft.where,
        start=draft.start,
        end=draft.end,
        party=who.party,
    )
