"""Who gives and who receives: direction from the sentences that matched, for whatever parties a watchlist declares.

The cues are grammar, not subject: prepositions and particles of eleven languages beside a party's name, the voice
of the transfer verbs (concepts with `voice`), an owner in front of goods (concepts with `goods`), and the usual
flow that a concept declares. Each cue gives points to a party as giver or as receiver; the best ordered pair wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.core.cues import (
    ADJECTIVE,
    ARMY,
    AT,
    BESIDE,
    BETWEEN,
    BUT_AFTER,
    BY,
    DATIVE,
    FOR_WHOM,
    FROM,
    FROM_AFTER,
    GENITIVE,
    INSTRUMENTAL,
    LAUNCHED,
    LOCATIVE,
    MADE_AFTER,
    MADE_IN,
    NOT_BEFORE,
    OF_WHOM,
    SPANISH,
    SUBJECT_AFTER,
    TO,
    TO_AFTER,
    TOWARDS,
    TRAVEL,
    TRAVELS_AFTER,
    VISITED,
    VISITOR,
    WHO,
    WITH,
    WITH_AFTER,
    WITH_OR_FROM,
    WITH_WHOM,
)
from bot.core.marks import Mark, ends, flowing
from bot.core.swaps import mirrored_in, paid, swaps
from bot.core.terms import unspaced

AGAIN = 0.3  # share of the points of one way from which a swap's other way is told too
RETURNED = 1.5  # points of each role from which a clause with a word of payment says what comes back
MUCH = 6.0  # points of grammar from which a draw is no accident
WEIGHED = 0.3  # the same share where an item weighs both sides
EVEN = 0.7  # share of the stronger flow's sentences from which a barter is told both ways
SPOKEN = 2.0  # weight of sentences whose goods all flow one way, from which that way is told without any grammar
MOST_HINT = 4.0  # points that usual flows can give together
_SENT_PEOPLE = 48  # code points to the left in which a travel word counts


@dataclass(frozen=True, slots=True)
class Sense:
    """A direction with the points behind every ordered pair, for the trace."""

    direction: str
    points: tuple[tuple[str, float], ...]


def sense(
    sentences: Iterable[tuple[str, Sequence[Mark], float]],
    parties: Sequence[str],
    *,
    weighing: bool = False,
    usual: str = "",
) -> Sense:
    """The direction of evidence sentences (folded text, marks in order, weight): `giver>receiver`, `both` or `unclear`.

    `weighing` says that the item weighs one side against the other: goods of both flows are enough for `both`.
    `usual` is the flow of the item's kind: where the sentences bear it out, the price alone does not make it `both`.
    A swap, with goods of both flows on either side of a word of payment, is `both` where neither is told more; so is what
    comes back by a clause of its own ("A delivered shells. B is to reciprocate with …").
    """
    swapped = mirrored = False
    straight: set[str] = set()  # flows of goods
    outward: set[str] = (
        set()
    )  # pairs that a clause without any word of payment or of the way back names by weaker signs
    turned: set[str] = set()  # the same, in a clause with a word for the way back
    pairs = [(g, r) for g in parties for r in parties if g != r]
    totals = dict.fromkeys((f"{g}>{r}" for g, r in pairs), 0.0)
    hinted: dict[str, float] = {}
    told: set[str] = set()  # pairs that one clause names with its giver and its receiver
    returned: set[str] = set()  # the same, of a clause with a word of payment, by weaker signs
    spoken: dict[str, float] = {}  # flows, paid with or told
    for text, found, weight in _clauses(sentences):
        moving = flowing(found)
        flows = {mark.flow for mark in moving}
        for flow in flows if text else ():
            spoken[flow] = spoken.get(flow, 0.0) + weight
        barters = [mark for mark in found if mark.barter]
        if any(mark.back for mark in found):
            turned |= {mark.flow for mark in moving if not mark.barter}
        else:
            straight |= {mark.flow for mark in moving if not mark.barter}
        if len(flows) > 1:  # else there is nothing to set against each other
            swapped = swapped or swaps(text, found)
            mirrored = mirrored or mirrored_in(text, found)
        marks = [mark for mark in found if not paid(text, mark, found)] if barters else found
        gives, takes = _roles(text, marks)
        told |= {f"{g}>{r}" for g, r in pairs if gives.get(g, 0.0) >= 2.0 and takes.get(r, 0.0) >= 2.0}
        likely = {f"{g}>{r}" for g, r in pairs if min(gives.get(g, 0.0), takes.get(r, 0.0)) >= RETURNED}
        if barters:
            returned |= likely
        elif not any(mark.back for mark in found):
            outward |= likely
        for giver, receiver in pairs:
            totals[f"{giver}>{receiver}"] += weight * (gives.get(giver, 0.0) + takes.get(receiver, 0.0))
        for flow in flows if marks is found else {mark.flow for mark in flowing(marks)}:
            hinted[flow] = hinted.get(flow, 0.0) + weight
    for flow, hint in hinted.items():
        totals[flow] = totals.get(flow, 0.0) + min(MOST_HINT, 1.2 * hint)
    ranked = sorted(totals.items(), key=lambda item: -item[1])
    points = tuple((pair, round(value, 1)) for pair, value in ranked if value)
    if not ranked:
        return Sense("unclear", points)
    best, value = ranked[0]
    giver, _, receiver = best.partition(">")
    back = totals.get(f"{receiver}>{giver}", 0.0)
    if weighing and _even(spoken, best, f"{receiver}>{giver}", WEIGHED):
        return Sense("both", points)
    even = _even(spoken, best, f"{receiver}>{giver}") and (
        back > 0.1 * value or (value < MUCH and (f"{receiver}>{giver}" in hinted or not hinted))
    )
    there = {flow for flow in straight if turned - {flow}}
    if there and (turned - {usual or best} or there & outward):
        return Sense("both", points)
    if mirrored or (swapped and (even or (back >= AGAIN * value > 0 and best != usual))):
        return Sense("both", points)
    if value < 1.0:
        ways = [flow for flow, weight in spoken.items() if weight >= SPOKEN]
        return Sense(ways[0] if len(ways) == len(spoken) == 1 else "unclear", points)
    if back >= 0.6 * value and best in told and f"{receiver}>{giver}" in told | returned:
        return Sense("both", points)
    if back <= 0.85 * value:
        return Sense(best, points)
    # A draw of grammar: what is spoken of decides, where it flows one way only; much said of both is both.
    ways = [flow for flow, weight in spoken.items() if weight]
    if len(ways) == 1:
        return Sense(ways[0], points)
    if value >= MUCH and not usual:
        return Sense("both", points)
    return Sense(usual if usual in (best, f"{receiver}>{giver}") else "unclear", points)


def _even(spoken: dict[str, float], one: str, other: str, share: float = EVEN) -> bool:
    """Whether goods of both flows are spoken of about as much as each other."""
    low, high = sorted((spoken.get(one, 0.0), spoken.get(other, 0.0)))
    return low >= share * high > 0


def _clauses(
    sentences: Iterable[tuple[str, Sequence[Mark], float]],
) -> Iterator[tuple[str, Sequence[Mark], float]]:
    """The sentences, parted at semicolons: "A sent B shells; in return …" tells two flows."""
    for text, marks, weight in sentences:
        if ";" not in text and "；" not in text:
            yield text, marks, weight
            continue
        cuts = [place for place, char in enumerate(text) if char in ";；"]
        for first, last in pairwise([0, *cuts, len(text)]):
            inside = [mark for mark in marks if first <= mark.start < last]
            if inside:
                yield text[:last], inside, weight


def _roles(text: str, marks: Sequence[Mark]) -> tuple[dict[str, float], dict[str, float]]:
    gives: dict[str, float] = {}
    takes: dict[str, float] = {}
    covers = [m for m in marks if not m.goods and not m.parties and m.voice in {"", "deal"}]
    # "On Moscow's orders" tells its flow as a whole: the verb and the name in it say nothing more.
    phrases = [m for m in marks if m.flow and not m.goods and not m.voice]
    # Nor does one of the two in a word for both: 俄朝.
    both = [m for m in marks if len(m.parties) > 1 and not m.goods]
    named = [mark for mark in marks if len(mark.parties) == 1 and not mark.goods and not _part(mark, [*phrases, *both])]
    verbs = [mark for mark in marks if mark.voice in {"give", "take"} and not _part(mark, phrases)]
    # "weapons" of an arms deal or of a weapons depot belong to nobody.
    goods = [
        m
        for m in marks
        if m.goods
        and not any(c.start <= m.start and m.end <= c.end and c.end - c.start > m.end - m.start for c in covers)
    ]
    for mark in goods:
        for party in mark.parties if len(mark.parties) == 1 else ():
            gives[party] = max(gives.get(party, 0.0), 2.0)  # "North Korean shells", "from North Korea"
    # Where nothing is handed over or named that could be, "to" says whither somebody went.
    moved = bool(verbs or goods or any(mark.flow or mark.barter for mark in marks))
    for mark in named:
        role, points = _role(text, mark, named, verbs, goods)
        points = points if moved or role == "give" else min(points, 1.0)
        side = gives if role == "give" else takes
        party = mark.parties[0]
        side[party] = max(side.get(party, 0.0), points)  # the clearest cue of a sentence, not their sum
    return gives, takes


def _part(mark: Mark, phrases: Sequence[Mark]) -> bool:
    return any(phrase.start <= mark.start and mark.end <= phrase.end for phrase in phrases if phrase is not mark)


def _role(
    text: str, mark: Mark, named: Sequence[Mark], verbs: Sequence[Mark], goods: Sequence[Mark]
) -> tuple[str, float]:
    """What one mention of a party says: (give or take, points); 0 points where it says nothing."""
    own, left = text[mark.start : mark.end], ARMY.sub("", text[max(0, mark.start - 30) : mark.start])
    right = text[mark.end : mark.end + 10]
    near = [verb for verb in verbs if 0 <= mark.start - verb.end <= 2 and not text[verb.end : mark.start].strip()]
    touching = any(good.start == mark.end for good in goods)
    owned = any(0 <= good.start - mark.end <= 3 and _plain(text[mark.end : good.start]) for good in goods)
    if BETWEEN.search(text[max(0, mark.start - 60) : mark.start]) or left.endswith(WITH):
        return "give", 0.0  # a partner, not a side
    if BESIDE.search(left):
        return "give", 0.0
    if BUT_AFTER.search(text[mark.end : mark.end + 40]) and NOT_BEFORE.search(
        text[max(0, mark.start - 40) : mark.start]
    ):
        return "give", 0.0
    if right.startswith(MADE_AFTER):
        return "give", 3.0
    if MADE_IN.search(text[max(0, mark.start - 24) : mark.start]):
        return "give", 3.0
    if own.startswith(VISITED):
        return "give", 0.0
    if own.startswith(TOWARDS):
        return "take", 2.5
    launched = LAUNCHED.search(text, max(0, mark.start - 24), mark.end + 16) is not None
    if right.startswith(FROM_AFTER) and not left.endswith(FOR_WHOM):
        return "give", 0.0 if launched else 2.5
    if right.startswith(WITH_AFTER):
        return "give", 0.0
    if right.startswith(TO_AFTER) and not _travels(text, mark):
        following = next((verb for verb in verbs if verb.start >= mark.end), None)
        asked = following is not None and following.voice == "take"  # "김정은에 … 요청": asked of him
        return ("give", 1.0) if asked else ("take", 2.0)
    adjective = bool(ADJECTIVE.search(own))
    if touching and near and near[-1].voice == "give" and any(m.end <= near[-1].start for m in named):
        return "take", 2.5  # "A supplies B goods" without spaces
    if touching and left.endswith(FOR_WHOM) and any(verb.voice == "give" and verb.start > mark.end for verb in verbs):
        return "take", 2.5  # 对俄罗斯炮弹的供应
    if touching or (owned and adjective):
        return "give", 2.5
    if ends(left, BY):
        verb = next((verb for verb in reversed(verbs) if verb.end <= mark.start), None)
        return (verb.voice, 2.0) if verb is not None else ("give", 0.0)
    # "supplies Russia": the object; "buys North Korean": the source
    if near and not adjective and not _travels(text, mark):
        if ends(f"{text[near[-1].start : near[-1].end]} ", FROM):
            return "give", 2.0  # "приходять від"
        if near[-1].voice == "give":
            return ("give" if INSTRUMENTAL.search(own) else "take"), 2.5
        return ("take", 1.5) if own in WHO else ("give", 2.0)
    if DATIVE.search(own) and not adjective:
        return "take", 2.0
    if (left == "a " or left.endswith(" a ")) and not SPANISH.search(text):
        left = ""  # an article in English, "and" in Polish, "to" in Spanish
    if ends(left, AT) and any(verb.voice == "take" and 0 <= mark.start - verb.end <= 40 for verb in verbs):
        return "give", 2.0
    if left.endswith("向") and not _travels(text, mark):
        following = next((verb for verb in verbs if verb.start >= mark.end), None)
        if following is not None and following.voice == "take":
            return "give", 2.0  # 向平壤采购: bought of them
    if left.endswith(("в ", "у ")) and LOCATIVE.search(own):
        return "give", 0.0  # where something is said or done
    if ends(left, TO) and not owned and not _travels(text, mark):
        last = next((verb for verb in reversed(verbs) if verb.end <= mark.start), None)
        if last is not None and last.voice == "take" and (ends(left, OF_WHOM) or mark.start - last.end <= 5):
            return "give", 1.5  # "comprar a", "reaching out to", "zwraca się do"
        if (
            left.endswith("en ")
            and SPANISH.search(text)
            and not any(v.voice == "give" and v.end <= mark.start for v in verbs)
        ):
            return "give", 0.0  # where something is: whither is "a" or "hacia"
        return "take", 2.0
    if left.endswith(WITH_OR_FROM) and WITH_WHOM.search(own):
        return "give", 0.0
    if VISITOR.search(text[max(0, mark.start - 40) : mark.start]) and not owned:
        return "give", 0.0
    if ends(left, FROM) and (owned or not adjective) and not _travels(text, mark):
        return "give", 0.0 if launched and not owned else 2.0
    if owned:  # "Russia arms deal" says less than "Russia's arms"
        return "give", 1.5 if "'" in text[mark.end - 2 : mark.end + 2] or unspaced(own[-1]) else 0.5
    if goods and ends(left, GENITIVE) and not _travels(text, mark):
        return "give", 1.0
    return _subject(text, mark, named, verbs)


def _subject(text: str, mark: Mark, named: Sequence[Mark], verbs: Sequence[Mark]) -> tuple[str, float]:
    """A party that comes before a verb of transfer does what the verb says."""
    verb = next((verb for verb in verbs if verb.start >= mark.end), None)
    if verb is None or _met(text[max(0, mark.start - 14) : mark.start]):  # whom somebody visits is no subject
        return "give", 0.0
    if text.startswith(SUBJECT_AFTER, mark.end):
        return verb.voice, 1.5
    if ADJECTIVE.search(text[mark.start : mark.end]):
        return verb.voice, 0.4  # a company or carrier of that country, perhaps not the country
    if not any(mark.end <= other.start < verb.start for other in named):
        return verb.voice, 1.5 if verb.start - mark.end <= 40 else 0.8
    return verb.voice, 0.8 if mark is named[0] else 0.0


def _travels(text: str, mark: Mark) -> bool:
    """Whether somebody goes there: a "to" beside such a word is no cue."""
    return _met(text[max(0, mark.start - _SENT_PEOPLE) : mark.start]) or bool(TRAVELS_AFTER.match(text, mark.end))


def _met(left: str) -> bool:
    return any(word in left for word in TRAVEL)


def _plain(between: str) -> bool:
    return not between.strip(" 's’")
