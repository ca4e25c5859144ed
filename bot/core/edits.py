"""What changed between two wordings of an article, as far as a reader who was shown the first one must know."""

from __future__ import annotations

import difflib

from bot.core.identities import plain
from bot.core.numbers import QUANTITIES, numbers
from bot.core.sentences import sentences


def changed(old_title: str, old_text: str, new_title: str, new_text: str) -> str:
    """The change in words: the headline, or the figures; "" where neither changed. Typing mistakes are nobody's news."""
    said = []
    if plain(old_title) != plain(new_title):
        said.append(f"headline “{old_title}” now reads “{new_title}”")
    before, after = _figures(old_text), _figures(new_text)
    # A page that grew or was cut is not a changed figure; only where one went and another came is it told.
    gone, come = sorted(before - after), sorted(after - before)
    if gone and come:
        said.append(
            f"figures {', '.join(f'{one:,.15g}' for one in gone[:3])} gone, {', '.join(f'{one:,.15g}' for one in come[:3])} new"
        )
    return "; ".join(said)


def difference(old: str, new: str) -> list[str]:
    """The sentences that went (`- …`) and came (`+ …`), in order."""
    one = [old[start:end] for start, end in sentences(old)]
    two = [new[start:end] for start, end in sentences(new)]
    return [
        f"{line[0]} {line[1:]}"
        for line in difflib.unified_diff(one, two, lineterm="", n=0)
        if line[:1] in "+-" and line[:3] not in {"+++", "---"}
    ]


def _figures(text: str) -> set[float]:
    return {one.value for one in numbers(text[:20_000]) if one.kind in QUANTITIES and one.value >= 10}
