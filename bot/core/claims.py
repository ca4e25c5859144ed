"""From an article to its claims: who says what moved, how much, which way, on what basis, with one exact quote."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import replace

from bot.core.attributions import attributed, heard
from bot.core.claimants import UNATTRIBUTED, claimant
from bot.core.drafts import Context, Draft
from bot.core.lexicon import Lexicon, Mention
from bot.core.mergers import merged
from bot.core.passages import Passage, passages
from bot.core.readings import HEAD, TAIL
from bot.core.statements import read
from bot.core.text import fold
from bot.model import Claim, Item


def claims(item: Item, lexicon: Lexicon) -> tuple[Claim, ...]:
    """The claims of one item, in the order of their quotes; () where nobody states a movement between the parties.

    Each quote is a sentence of the item (two neighbouring ones where the second refers back to the first) and
    `getattr(item, claim.where)[claim.start:claim.end] == claim.quote`. Every fact stands in the quoted text, except
    a claimant that the headline or the lead names for the whole item. Nothing is added up. Of a very long text the
    first 200,000 and the last 20,000 characters are read, as the matcher does.
    """
    whole, item = item, _shortened(item)
    title, text = fold(item.title), fold(item.text)
    if not lexicon.touches(f"{title.text}\n{text.text}"):
        return ()
    found = passages(item, lexicon, title, text)
    letters = {letter for passage in found for letter in passage.sides()}
    if letters != {"D", "R"} or any(passage.index == 0 and passage.of("fiction") for passage in found):
        return ()
    spoken = heard(found, [claimant(passage, lexicon) for passage in found], lexicon.parties)
    context = Context(item=item, lexicon=lexicon, passages=tuple(found), spoken=spoken)
    drafts: list[Draft] = []
    for index in range(len(found)):
        drafts += read(context, index, drafts)
    drafts = _counts_joined(drafts)
    drafts = attributed(
        _directed(drafts, found),
        found,
        tuple(who if who is None or who.party not in lexicon.parties else None for who in spoken),
    )
    things = [one for passage in found for one in passage.of("materiel")]
    if things and not any(_is_arms(one) for one in things):
        return ()  # flour and oil alone are trade: they count as payment only where the item speaks of arms
    kept = sorted(merged(drafts), key=lambda draft: (draft.where != "title", draft.start, draft.order))
    return _told(whole, _placed(kept, len(whole.text) - len(item.text)), lexicon.parties)


_SEAM = "\n\n"  # no sentence reaches across


def _shortened(item: Item) -> Item:
    """The item with the beginning and the end of its text only, where the text is very long."""
    if len(item.text) <= HEAD + TAIL:
        return item
    return replace(item, title=item.title[:HEAD], text=item.text[: HEAD - len(_SEAM)] + _SEAM + item.text[-TAIL:])


def _placed(drafts: list[Draft], cut: int) -> list[Draft]:
    """The drafts of a shortened text where the whole text has them; without sentences that the gap may have cut."""
    if not cut:
        return drafts
    inside = [one for one in drafts if one.where == "title" or one.start > HEAD or one.end < HEAD - len(_SEAM)]
    return [
        replace(one, start=one.start + cut, end=one.end + cut) if one.where == "text" and one.start >= HEAD else one
        for one in inside
    ]


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


_FOR_THE_WAR = re.compile(
    r"(?:bolster|aid|replenish|sustain|refill|fuel|reinforc|stave off|prop up|restock)\w*[^.;]{0,40}(?:R's|O|its)|R's (?:\w+ )?(?:war|fight|forces|stockpile)|"
    r"U (?:on the battlefield )?(?:in|against) O|for (?:use in )?(?:the |its |his )?(?:O war|war (?:in|on|against) O)|"
    r"für den (?:krieg|einsatz) (?:in der|gegen die) O|(?:для|на) (?:війни|войны|войну|війну) (?:в|у|на|с|проти|против) O|pour (?:la|sa) guerre (?:en|contre l'|contre la )\s?O|"
    r"para (?:la|su) guerra (?:en|contra) O|na wojn[ęy] (?:w|z|na|przeciwko) O|dla wojny|O(?:侵攻|戦争)(?:用|に|のため)|O 전쟁(?:에|용)|用于O|用於O|"
    r"(?:its|the) (?:war|fight|offensive) (?:in|against|on) O|R T"
)
_RETURNS = frozenset(
    ["technology", "food", "oil", "raw materials", "payment", "luxury goods", "horses", "submarines", "air defence"]
)
_TRADE = frozenset(["food", "oil", "raw materials", "payment", "luxury goods", "horses"])


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
