"""Whether a sentence sets the goods of one side against those of the other."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.cues import AGAINST, TO, TO_AFTER
from bot.core.marks import Mark, covered, ends
from bot.core.terms import unspaced


def swaps(text: str, marks: Sequence[Mark]) -> bool:
    """Whether goods of two flows stand on the two sides of a word of payment, or of "for" in a sentence that has one."""
    flowing = [mark for mark in marks if mark.flow and not mark.barter and not covered(mark, marks)]
    barters = [mark for mark in marks if mark.barter]
    for one, other in ((a, b) for a in flowing for b in flowing if a.flow != b.flow and a.start <= b.start):
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
