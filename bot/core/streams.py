"""The adjacent streams of a digest: what is near the subject, one line a stream, with the leg that is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from bot.model import AdjacentLine, Article, Verdict

PASSING: Final = ("passing-mention", "unsure")
"""Streams that are one number in a digest and never a line (decision 9)."""

# Of streams with equally many items the one nearer to evidence stands first.
_ORDER: Final = ("monitoring", "routes", "acquisition", "diverted-arms", "barter", "personnel", "diplomacy")

_NEVER = datetime.min.replace(tzinfo=UTC)


def lines(adjacent: Iterable[tuple[Article, Verdict]], labels: Mapping[str, str]) -> tuple[AdjacentLine, ...]:
    """One line a stream, the fullest first; renderers put at most three on the first screen.

    The item that stands for its stream is the newest that was read in full.
    """
    by_stream: dict[str, list[tuple[Article, Verdict]]] = {}
    for article, verdict in adjacent:
        if verdict.stream and verdict.stream not in PASSING:
            by_stream.setdefault(verdict.stream, []).append((article, verdict))
    made = [_line(stream, members, labels) for stream, members in by_stream.items()]
    return tuple(sorted(made, key=lambda line: (-line.count, _weight(line.stream), line.label)))


def _line(stream: str, members: list[tuple[Article, Verdict]], labels: Mapping[str, str]) -> AdjacentLine:
    newest = sorted(members, key=lambda one: (_when(one[0]), one[0].id), reverse=True)
    top, verdict = next((one for one in newest if one[0].quality == "full"), newest[0])
    return AdjacentLine(
        stream=stream,
        label=labels.get(stream, stream.replace("-", " ")),
        count=len(members),
        title=top.title,
        url=top.canonical_url or top.url,
        outlet=top.outlet or top.host,
        missing=verdict.missing,
        articles=tuple(article.id for article, _ in newest),
        items=tuple((a.outlet or a.host, a.title, a.canonical_url or a.url) for a, _ in newest),
    )


def _when(article: Article) -> datetime:
    return article.published or article.first_seen or _NEVER


def _weight(stream: str) -> int:
    return next((place for place, name in enumerate(_ORDER) if stream.startswith(name)), len(_ORDER))
