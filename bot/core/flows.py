"""Who gives and who receives: direction from the sentences that matched, for whatever parties a watchlist declares.

The cues are grammar, not subject: prepositions and particles of eleven languages beside a party's name, the voice
of the transfer verbs (concepts with `voice`), an owner in front of goods (concepts with `goods`), and the usual
flow that a concept declares. Each cue gives points to a party as giver or as receiver; the best ordered pair wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Folded text just before a party's name. Longest first; points for giver or receiver.
_FROM = (
    "from the ", "from ", "out of ", "by the ", "by ", "of ",
    "aus der ", "aus dem ", "aus ", "von ", "seitens ",
    "depuis la ", "depuis ", "de la ", "de l'", "du ", "de ", "d'", "par la ", "par ",
    "desde ", "del ", "por parte de ", "por ",
    "со стороны ", "из ", "от ", "з боку ", "від ", "із ", "зі ", "з ",
    "ze strony ", "z ", "ze ", "od ", "przez ",
    "来自", "來自", "从", "從", "自", "由", "向来自",
)  # fmt: skip
_TO = (
    "to the ", "to ", "into ", "for ", "with ", "arm ", "arms ", "arming ", "armed ", "toward ", "towards ",
    "an die ", "an ", "nach ", "für ", "ins ", "in die ",
    "à la ", "à ", "vers la ", "vers ", "au ", "pour la ", "pour ", "en ",
    "a la ", "al ", "a ", "para ", "hacia ",
    "в ", "во ", "для ", "у ", "до ",
    "do ", "dla ", "ku ",
    "向", "对", "對", "给", "給", "往", "予", "赴", "抵", "供", "对于", "援", "運抵", "运抵", "售", "入",
    "対", "대",
)  # fmt: skip
_MADE_AFTER = (
    "산 ",
    "제 ",
    "산",
    "제",
    "製",
    "制",
    "产",
    "産",
    "made",
    " made",
    " produced",
    " manufactured",
    " supplied",
    " origin",
)
_FROM_AFTER = ("으로부터", "로부터", "에서", "에게서", "から", "より", " 에서", "発")
_TO_AFTER = (
    "에 ",
    "에게",
    "에의",
    "로 ",
    "으로 ",
    "행 ",
    "측에",
    "군에",
    "에도",
    "向け",
    "に",
    "へ",
    "側に",
    "軍に",
    "군이 쓸",
)
_SUBJECT_AFTER = ("이 ", "가 ", "은 ", "는 ", "が", "は", "측이", "측은", "군이", "도 ")


@dataclass(frozen=True, slots=True)
class Mark:
    """One found concept in an evidence sentence: where, what it stands for."""

    start: int
    end: int
    parties: tuple[str, ...] = ()
    voice: str = ""
    goods: bool = False
    flow: str = ""


@dataclass(frozen=True, slots=True)
class Sense:
    """A direction with the points behind every ordered pair, for the trace."""

    direction: str
    points: tuple[tuple[str, float], ...]


def sense(sentences: Iterable[tuple[str, Sequence[Mark]]], parties: Sequence[str], *, exchange: bool = False) -> Sense:
    """The direction of evidence sentences (folded text, marks in order): `giver>receiver`, `both` or `unclear`.

    `exchange` says that the evidence speaks of payment in kind, so that two near equal flows are `both`.
    """
    totals = {f"{g}>{r}": 0.0 for g in parties for r in parties if g != r}
    hinted: dict[str, float] = {}
    for text, marks in sentences:
        gives, takes = _roles(text, marks)
        for pair in totals:
            giver, receiver = pair.split(">")
            totals[pair] += gives.get(giver, 0.0) + takes.get(receiver, 0.0)
        for flow in {mark.flow for mark in marks if mark.flow}:
            hinted[flow] = hinted.get(flow, 0.0) + 1.5
    for flow, hint in hinted.items():
        totals[flow] = totals.get(flow, 0.0) + min(hint, 4.5)
    ranked = sorted(totals.items(), key=lambda item: -item[1])
    points = tuple((pair, round(value, 1)) for pair, value in ranked if value)
    if not ranked or ranked[0][1] < 1.0:
        return Sense("unclear", points)
    best, value = ranked[0]
    giver, receiver = best.split(">")
    back = totals.get(f"{receiver}>{giver}", 0.0)
    if exchange and back >= 0.5 * value and back >= 2.0:
        return Sense("both", points)
    if back >= 0.9 * value:
        return Sense("both" if exchange else "unclear", points)
    return Sense(best, points)


def _roles(text: str, marks: Sequence[Mark]) -> tuple[dict[str, float], dict[str, float]]:
    gives: dict[str, float] = {}
    takes: dict[str, float] = {}
    named = [mark for mark in marks if len(mark.parties) == 1]
    verbs = [mark for mark in marks if mark.voice]
    goods = [mark for mark in marks if mark.goods]
    for mark in named:
        party = mark.parties[0]
        left, right = text[max(0, mark.start - 16) : mark.start], text[mark.end : mark.end + 10]
        owned = any(0 <= good.start - mark.end <= 24 and not _between(named, mark.end, good.start) for good in goods)
        placed = False
        if right.startswith(_MADE_AFTER):
            gives[party] = gives.get(party, 0.0) + 3.0
            placed = True
        elif right.startswith(_FROM_AFTER):
            gives[party] = gives.get(party, 0.0) + 2.5
            placed = True
        elif right.startswith(_TO_AFTER):
            takes[party] = takes.get(party, 0.0) + 2.0
            placed = True
        if not placed and _ends(left, _FROM):
            gives[party] = gives.get(party, 0.0) + (
                1.0 if left.endswith(("of ", "de ", "du ", "de la ", "d'", "por ")) else 2.0
            )
            placed = True
        elif not placed and _ends(left, _TO) and not owned:
            takes[party] = takes.get(party, 0.0) + 1.5
            placed = True
        if owned and not placed:
            gives[party] = gives.get(party, 0.0) + 1.5
            placed = True
        before = [verb for verb in verbs if 0 <= mark.start - verb.end <= 3]
        if before and not placed:
            side = takes if before[-1].voice == "give" else gives
            side[party] = side.get(party, 0.0) + 1.5
            placed = True
        if not placed:
            verb = next((verb for verb in verbs if verb.start >= mark.end), None)
            subject = right.startswith(_SUBJECT_AFTER)
            if verb is not None and (subject or not _between(named, mark.end, verb.start) or mark is named[0]):
                side = gives if verb.voice == "give" else takes
                side[party] = side.get(party, 0.0) + (2.0 if subject else 1.5)
    return gives, takes


def _ends(left: str, cues: tuple[str, ...]) -> bool:
    for cue in cues:
        if left.endswith(cue):
            start = len(left) - len(cue)
            if not cue[0].isascii() and not cue.endswith(" "):
                return True
            if start == 0 or not left[start - 1].isalnum():
                return True
    return False


def _between(named: Sequence[Mark], start: int, end: int) -> bool:
    return any(start <= mark.start < end for mark in named)
