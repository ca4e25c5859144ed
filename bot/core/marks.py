"""What stands where in an evidence sentence: the marks that a direction is read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """One found concept in an evidence sentence: where, what it stands for. `voice` is give, take, deal or empty."""

    start: int
    end: int
    parties: tuple[str, ...] = ()
    voice: str = ""
    goods: bool = False
    flow: str = ""
    barter: bool = False
    back: bool = False


def covered(mark: Mark, marks: Sequence[Mark]) -> bool:
    """Whether a mark is part of a longer one that says something else: "missile" of "missile technology"."""
    return any(
        other.start <= mark.start and mark.end <= other.end and other.end - other.start > mark.end - mark.start
        for other in marks
        if other.flow != mark.flow and (other.flow or other.voice == "deal")
    )


def flowing(marks: Sequence[Mark]) -> list[Mark]:
    """The marks with a usual flow that are no part of a longer one."""
    return [mark for mark in marks if mark.flow and not covered(mark, marks)]


def ends(left: str, cues: tuple[str, ...]) -> bool:
    """Whether what stands to the left ends with one of these words: alone, or a particle that needs no space."""
    if not left.endswith(cues):  # one look for all of them: most names have no cue before them
        return False
    for cue in cues:
        if left.endswith(cue):
            start = len(left) - len(cue)
            if not cue[0].isascii() and not cue.endswith(" "):
                return True
            if start == 0 or not left[start - 1].isalnum():
                return True
    return False
