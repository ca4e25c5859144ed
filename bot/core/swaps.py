"""Whether a sentence sets the goods of one side against those of the other, and what is paid with."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.cues import AGAINST, TO, TO_AFTER
from bot.core.marks import Mark, covered, ends, flowing
from bot.core.terms import unspaced

_PAID_BEFORE, _PAID_AFTER = 6, 60  # code points between a word of payment and the goods that are paid with


def swaps(text: str, marks: Sequence[Mark]) -> bool:
    """Whether goods of two flows stand on the two sides of a word of payment, or of "for" in a sentence that has one."""
    moving = [mark for mark in flowing(marks) if not mark.barter]
    barters = [mark for mark in marks if mark.barter]
    for one, other in ((a, b) for a in moving for b in moving if a.flow != b.flow and a.start <= b.start):
        if any(one.start < barter.end and barter.start < other.end for barter in barters):
            return True  # "in return A seeks …" begins with the word and tells one way only
        if barters and any(word in f" {text[one.end : other.start]}" for word in AGAINST):
            return True
        # "A と B を交換", "A를 B와 바꾼": the word of payment comes last.
        if any(
            unspaced(text[b.start]) and 0 <= b.start - other.end <= 4 and 0 <= other.start - one.end <= 12
            for b in barters
        ):
            return True
    return False


def mirrored_in(text: str, marks: Sequence[Mark]) -> bool:
    """Whether each of two parties is followed by goods that usually flow from it: "A sent oil, B shells"."""
    last: Mark | None = None
    told: list[tuple[str, str]] = []
    for mark in sorted(marks, key=lambda m: m.start):
        if len(mark.parties) == 1 and not mark.goods:
            receives = text.startswith(TO_AFTER, mark.end) or ends(text[max(0, mark.start - 18) : mark.start], TO)
            last = None if receives else mark
        elif last is not None and mark.flow and not covered(mark, marks) and last.end <= mark.start:
            pair = (last.parties[0], mark.flow)
            if not told or told[-1] != pair:
                told.append(pair)
    if any(mark.barter for mark in marks) or len(told) != 2:
        return False
    return all(flow.startswith(f"{party}>") for party, flow in told) and told[0][0] != told[1][0]


def paid(text: str, mark: Mark, marks: Sequence[Mark]) -> bool:
    """Whether a mark is what is paid with, not what is told: "… in exchange for shells", 砲弾の見返りに."""
    if not mark.goods:
        return False
    for other in marks:
        if not other.barter or any(
            deal.voice and deal.start < other.end and other.start < deal.end for deal in marks if deal is not other
        ):
            continue  # "for arms" of "for arms transfers" pays for nothing
        if other.start <= mark.start and mark.end <= other.end:
            return True
        unspaced = text[other.start] > "\u3000"
        gap = text[mark.end : other.start] if unspaced else text[other.end : mark.start]
        before = mark.end <= other.start if unspaced else other.end <= mark.start
        if (
            before
            and len(gap) <= (_PAID_BEFORE if unspaced else _PAID_AFTER)
            and not any(sign in gap for sign in "、，")
        ):
            return True
    return False
