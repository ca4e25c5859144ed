"""Figures over time, one series a claimant, for what may stand in one picture: one flow, one unit, one way of counting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.core.ledger import UNNAMED, speaker
from bot.core.standings import Standing

MOST_CHARTS = 6
MOST_SERIES = 8
"""Lines that one picture can hold apart; the claimants with the most figures are drawn, the others are counted."""
_TOLD = frozenset(["asserted", "estimated", "observed"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One figure: when it was said, its lower and upper end, the source's operator, and whether the window holds it."""

    said: date
    low: float
    high: float | None
    op: str
    claim: str
    article: str
    source: str
    inside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The figures of one claimant, oldest first; never a sum."""

    claimant: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One picture: `kind` is increment, stock, equivalent, or "" for what came so far."""

    direction: str
    unit: str
    kind: str
    series: tuple[Series, ...]
    left_out: int = 0  # claimants that the picture has no room for


def charts(found: Iterable[Standing], first: date | None, last: date | None) -> tuple[Chart, ...]:
    """The pictures in which a figure was said within [first, last); earlier figures of the ledger stand before it.

    Only named claimants, only what they say has come (not plans, not denials), only figures that may stand side by
    side: the same direction, unit and way of counting.
    """
    groups: dict[tuple[str, str, str], dict[str, list[tuple[str, Point]]]] = defaultdict(lambda: defaultdict(list))
    for one in found:
        claim = one.claim
        if claim.quantity is None or claim.status not in _TOLD or claim.claimant in UNNAMED or one.said is None:
            continue
        said = one.said.date()
        if (last is not None and said >= last) or ">" not in (claim.direction or ""):
            continue
        kind = "" if claim.kind == "cumulative" else claim.kind
        point = Point(
            said=said,
            low=claim.quantity,
            high=claim.quantity_max,
            op=claim.op,
            claim=claim.id,
            article=one.articles[0] if one.articles else "",
            source=one.sources[0] if one.sources else "",
            inside=first is None or said >= first,
        )
        groups[claim.direction or "", claim.unit, kind][speaker(claim)].append((claim.claimant, point))
    made = [_chart(key, voices) for key, voices in groups.items()]
    told = [one for one in made if any(point.inside for series in one.series for point in series.points)]
    told.sort(key=lambda one: (-sum(len(series.points) for series in one.series), one.direction, one.unit, one.kind))
    return tuple(told[:MOST_CHARTS])


def _joined(voices: dict[str, list[tuple[str, Point]]]) -> dict[str, list[tuple[str, Point]]]:
    """An institution and its head ("HUR", "HUR chief Kyrylo Budanov") are one series."""
    out: dict[str, list[tuple[str, Point]]] = {}
    for name in sorted(voices, key=lambda one: (len(one), one)):
        home = next((short for short in out if name.startswith(f"{short} ")), name)
        out.setdefault(home, []).extend(voices[name])
    return out


def _chart(key: tuple[str, str, str], voices: dict[str, list[tuple[str, Point]]]) -> Chart:
    direction, unit, kind = key
    voices = _joined(voices)
    series = [
        Series(
            claimant=min((name for name, _ in told), key=len).split(" (")[0],
            points=tuple(sorted((point for _, point in told), key=lambda one: (one.said, one.claim))),
        )
        for told in voices.values()
    ]
    series.sort(key=lambda one: (-any(point.inside for point in one.points), -len(one.points), one.claimant))
    return Chart(
        direction=direction,
        unit=unit,
        kind=kind,
        series=tuple(sorted(series[:MOST_SERIES], key=lambda one: one.points[-1].low, reverse=True)),
        left_out=max(0, len(series) - MOST_SERIES),
    )
