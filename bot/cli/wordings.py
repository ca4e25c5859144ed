"""The earlier wordings of an article, each with what the next one took out and put in: for `story`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from bot.core.edits import changed, difference
from bot.core.text import clean
from bot.store import Store

MOST_LINES = 12  # of one change; the texts themselves are in `case pack` and the database
LONGEST = 300  # characters of a line


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewording:
    """One change of an article. `lines` are sentences that went (`- …`) and came (`+ …`)."""

    seen: str  # when the new wording was seen, ISO 8601
    what: str  # headline and figures in words, "" where neither changed
    lines: list[str]


def rewordings(store: Store, article: str) -> list[Rewording]:
    """The changes of an article's text and title, oldest first."""
    past = store.revisits.revisions(article)
    now = store.articles.get(article) if past else None
    if now is None:
        return []
    versions = [*((one.title, one.text) for one in past), (now.title, now.text)]
    return [
        Rewording(
            seen=one.seen.isoformat(timespec="minutes"),
            what=changed(*before, *after),
            lines=difference(before[1], after[1]),
        )
        for one, (before, after) in zip(past, pairwise(versions), strict=True)
    ]


def told(rewording: Rewording) -> list[str]:
    """A change as lines for the screen."""
    shown = [clean(line, LONGEST) for line in rewording.lines[:MOST_LINES]]
    more = len(rewording.lines) - len(shown)
    return [
        f"reworded, seen {rewording.seen}: {clean(rewording.what) or 'neither headline nor figures'}",
        *shown,
        *([f"… {more} more lines"] if more else []),
    ]
