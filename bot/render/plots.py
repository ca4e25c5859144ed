"""Figures over time as an SVG picture: one stepped line a claimant, named at its end; colour is never the only difference."""

from __future__ import annotations

import math
from datetime import date, timedelta
from html import escape
from typing import Final

from bot.core.glosses import figure_words
from bot.core.series import Chart, Point, Series
from bot.core.text import one_line

WIDTH: Final = 800
HEIGHT: Final = 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 240, 18, 30
_NAME = 26  # letters of a claimant's name
_APART = 15  # pixels between two names
_SPREAD = 200  # from this ratio of the largest figure to the smallest on the scale is logarithmic
_SHAPES: Final = (
    "M-4,0A4,4 0 1,0 4,0A4,4 0 1,0 -4,0Z",  # circle
    "M-3.6,-3.6H3.6V3.6H-3.6Z",  # square
    "M0,-4.8L4.6,3.4H-4.6Z",  # triangle
    "M0,-5L5,0L0,5L-5,0Z",  # diamond
    "M0,4.8L4.6,-3.4H-4.6Z",  # triangle on its head
    "M-1.5,-5H1.5V-1.5H5V1.5H1.5V5H-1.5V1.5H-5V-1.5H-1.5Z",  # cross
    "M-4.8,-2.4L0,-5L4.8,-2.4V2.4L0,5L-4.8,2.4Z",  # hexagon
    "M-5,-2H5V2H-5Z",  # bar
)

STYLE: Final = """
.plot { width: 100%; height: auto; font: 12px system-ui, sans-serif; fill: #444 } .plot .grid { stroke: #e2e2e2 } .plot .axis { stroke: #999 }
.plot path.line { fill: none; stroke-width: 2 } .plot .mark { stroke-width: 1.6 } .plot .before { opacity: .6 }
.plot text.name { font-weight: 600 } .plot .lead { stroke-width: .8; stroke-dasharray: 2 2 }
.s1 { --c: #0b5fa5 } .s2 { --c: #b3541e } .s3 { --c: #1b7f5c } .s4 { --c: #7b3fa0 } .s5 { --c: #7a6100 } .s6 { --c: #b8175a } .s7 { --c: #006f7a } .s8 { --c: #555 }
.plot .mark { fill: var(--c); stroke: var(--c) } .plot .mark.hollow { fill: #fff } .plot .line, .plot .lead, .plot .op { stroke: var(--c) } .plot .op { stroke-width: 1.4; fill: none } .plot .name { fill: var(--c) }
@media (prefers-color-scheme: dark) { .plot { fill: #c4c4c4 } .plot .grid { stroke: #2e2e2e } .plot .axis { stroke: #777 } .plot .mark.hollow { fill: #161616 }
.s1 { --c: #6db3f2 } .s2 { --c: #f0955d } .s3 { --c: #58c79b } .s4 { --c: #c59bea } .s5 { --c: #d9bf4f } .s6 { --c: #f58ab4 } .s7 { --c: #5ccad6 } .s8 { --c: #bdbdbd } }
"""


def title(chart: Chart) -> str:
    """`containers, dprk>russia`, and how it is counted where that is not "so far"."""
    giver, _, receiver = chart.direction.partition(">")
    kind = f", {chart.kind}" if chart.kind else ""
    return one_line(f"{chart.unit or 'figures'}{kind}: {giver} → {receiver}")


def svg(chart: Chart) -> str:
    """The picture, all foreign words escaped; empty text where nothing can be drawn."""
    points = [point for series in chart.series for point in series.points]
    if not points:
        return ""
    x, y = _Days(points), _Amounts(points)
    parts = [
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title(chart))}">',
        *_grid(x, y),
    ]
    ends = _apart([y(series.points[-1].low) for series in chart.series])
    for number, (series, at) in enumerate(zip(chart.series, ends, strict=True), 1):
        parts += _series(series, f"s{number}", _SHAPES[number - 1], x, y, at)
    return "".join([*parts, "</svg>"])


class _Days:
    """Days → pixels from left to right."""

    def __init__(self, points: list[Point]) -> None:
        days = [point.said for point in points]
        pad = timedelta(days=max(3, (max(days) - min(days)).days // 30))
        self.first, self.last = min(days) - pad, max(days) + pad

    def __call__(self, day: date) -> float:
        share = (day - self.first).days / max(1, (self.last - self.first).days)
        return _LEFT + share * (WIDTH - _LEFT - _RIGHT)

    def ticks(self) -> list[tuple[date, str]]:
        """First days of months, as many as can be read, with the year where it begins."""
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        step = next(size for size in (1, 2, 3, 6, 12, 24, 60, 10_000) if months / size <= 8)
        out = []
        for count in range(months + 1):
            year, month = divmod(self.first.year * 12 + self.first.month - 1 + count, 12)
            day = date(year, month + 1, 1)
            if (year * 12 + month) % step == 0 and self.first <= day <= self.last:
                out.append(
                    (day, f"{day:%Y}" if step >= 12 else f"{day:%b %Y}" if step > 1 or not month else f"{day:%b}")
                )
        return out or [
            (self.first, f"{self.first.day} {self.first:%b %Y}"),
            (self.last, f"{self.last.day} {self.last:%b}"),
        ]


class _Amounts:
    """Amounts → pixels from bottom to top, from 0 on; logarithmic where the figures lie far apart."""

    def __init__(self, points: list[Point]) -> None:
        tops = [point.high or point.low for point in points]
        least = max(1.0, min((point.low for point in points if point.low > 0), default=1.0))
        self.top = max(*tops, 1.0) * 1.08
        self.bottom = 10 ** math.floor(math.log10(least)) if self.top / least > _SPREAD else 0.0

    def __call__(self, value: float) -> float:
        if self.bottom:
            share = math.log10(max(value, self.bottom) / self.bottom) / math.log10(self.top / self.bottom)
        else:
            share = value / self.top
        return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)

    def ticks(self) -> list[float]:
        """Round amounts: powers of ten, or four to six steps of 1, 2 or 5."""
        if self.bottom:
            return [self.bottom * 10**power for power in range(int(math.log10(self.top / self.bottom)) + 1)]
        rough = self.top / 5
        size = 10 ** math.floor(math.log10(rough))
        step = next(factor * size for factor in (1, 2, 5, 10) if factor * size >= rough)
        return [step * count for count in range(int(self.top / step) + 1)]


def _grid(x: _Days, y: _Amounts) -> list[str]:
    right, base = WIDTH - _RIGHT, HEIGHT - _BOTTOM
    out = []
    for value in y.ticks():
        at = y(value)
        out.append(f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{at:.1f}" y2="{at:.1f}"/>')
        out.append(f'<text x="{_LEFT - 7}" y="{at + 4:.1f}" text-anchor="end">{short(value)}</text>')
    for day, words in x.ticks():
        at = x(day)
        out.append(f'<line class="axis" x1="{at:.1f}" x2="{at:.1f}" y1="{base}" y2="{base + 5}"/>')
        out.append(f'<text x="{at:.1f}" y="{base + 19}" text-anchor="middle">{words}</text>')
    out.append(f'<line class="axis" x1="{_LEFT}" x2="{right}" y1="{base}" y2="{base}"/>')
    return out


def _series(series: Series, name: str, shape: str, x: _Days, y: _Amounts, label: float) -> list[str]:
    steps = f"M{x(series.points[0].said):.1f},{y(series.points[0].low):.1f}"
    for point in series.points[1:]:
        steps += f"H{x(point.said):.1f}V{y(point.low):.1f}"
    end = series.points[-1]
    right = WIDTH - _RIGHT
    out = [f'<g class="{name}">', f'<path class="line" d="{steps}"/>']
    out.append(f'<path class="lead" d="M{x(end.said) + 7:.1f},{y(end.low):.1f}L{right + 6},{label:.1f}"/>')
    out += [_point(series, point, shape, x, y) for point in series.points]
    who = one_line(series.claimant)
    who = who if len(who) <= _NAME else who[: _NAME - 1] + "…"
    figure = f"{_OPS.get(end.op, '') if end.high is None else ''}{short(end.low)}" + (
        f"–{short(end.high)}" if end.high else ""
    )
    out.append(f'<text class="name" x="{right + 9}" y="{label + 4:.1f}">{escape(f"{who} {figure}")}</text></g>')
    return out


_OPS: Final = {">": ">", ">=": "≥", "<": "<", "<=": "≤", "~": "~"}


def _point(series: Series, point: Point, shape: str, x: _Days, y: _Amounts) -> str:
    at, height = x(point.said), y(point.low)
    kind = "mark" + (" hollow" if point.op == "~" else "") + ("" if point.inside else " before")
    extra = ""
    if point.high is not None:
        extra = f'<path class="op" d="M0,0V{y(point.high) - height:.1f}m-4,0h8"/>'
    elif point.op in {">", ">="}:
        extra = '<path class="op" d="M0,-7V-14m-3,3l3,-3l3,3"/>'
    elif point.op in {"<", "<="}:
        extra = '<path class="op" d="M0,7V14m-3,-3l3,3l3,-3"/>'
    told = f"{series.claimant}: {words(point)}, {point.said.day} {point.said:%b %Y}"
    return (
        f'<g transform="translate({at:.1f},{height:.1f})"><title>{escape(one_line(told))}</title>{extra}'
        f'<path class="{kind}" d="{shape}"/></g>'
    )


def words(point: Point) -> str:
    """`>1,200`, `4,000,000–6,000,000`."""
    return figure_words(point.op, point.low, point.high)


def short(value: float) -> str:
    """`1.2M`, `900`: an amount where there is little room."""
    for size, sign in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{sign}"
    return f"{value:.3g}"


def _apart(wanted: list[float]) -> list[float]:
    """Heights for the names, near the ends of their lines and never on each other."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    out = list(wanted)
    reach = -math.inf
    for index in order:
        out[index] = max(wanted[index], reach + _APART)
        reach = out[index]
    below = float(HEIGHT - _BOTTOM)
    for index in reversed(order):  # what would fall below the picture goes up, and pushes up what stands there
        out[index] = min(out[index], below)
        below = out[index] - _APART
    return out
