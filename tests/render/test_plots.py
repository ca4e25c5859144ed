"""Pictures are well-formed, escaped, and say in shapes and words what they say in colours."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.series import Chart, Point, Series
from bot.render import plots

SVG = "{http://www.w3.org/2000/svg}"


def point(low: float, day: int = 0, *, op: str = "=", high: float | None = None, inside: bool = True) -> Point:
    said = date(2024, 1, 1) + timedelta(days=day)
    return Point(said=said, low=low, high=high, op=op, claim="c-1", article="a-1", source="", inside=inside)


def chart(*series: Series) -> Chart:
    return Chart(direction="dprk>russia", unit="containers", kind="", series=series)


def drawn(one: Chart) -> ET.Element:
    return ET.fromstring(plots.svg(one).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def test_each_series_is_one_line_with_its_name_and_last_figure_at_its_end():
    picture = drawn(
        chart(
            Series(claimant="ROK NIS", points=(point(6700), point(13_000, 90, op=">"))),
            Series(claimant="White House", points=(point(1000),)),
        )
    )
    names = [text.text for text in picture.iter(f"{SVG}text") if text.get("class") == "name"]
    assert names == ["ROK NIS >13k", "White House 1k"]
    assert len([path for path in picture.iter(f"{SVG}path") if path.get("class") == "line"]) == 2
    shapes = {path.get("d") for path in picture.iter(f"{SVG}path") if str(path.get("class")).startswith("mark")}
    assert len(shapes) == 2


def test_operators_ranges_and_age_have_their_own_marks():
    told = (point(10, 0, op="~", inside=False), point(20, 5, op=">"), point(30, 9, op="~", high=50))
    picture = drawn(chart(Series(claimant="A", points=told)))
    marks = [path.get("class") for path in picture.iter(f"{SVG}path") if str(path.get("class")).startswith("mark")]
    assert marks == ["mark hollow before", "mark", "mark hollow"]
    assert [text.text for text in picture.iter(f"{SVG}title")] == [
        "A: about 10, 1 Jan 2024",
        "A: >20, 6 Jan 2024",
        "A: about 30–50, 10 Jan 2024",
    ]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", 'x" onload="y', "a & b", "\x1b[31mred"])
def test_a_name_cannot_become_markup(name: str):
    picture = drawn(chart(Series(claimant=name, points=(point(1),))))
    assert not list(picture.iter(f"{SVG}script"))
    assert all("onload" not in element.attrib for element in picture.iter())


def test_names_do_not_lie_on_each_other():
    picture = drawn(chart(*(Series(claimant=f"V{index}", points=(point(100 + index),)) for index in range(8))))
    heights = sorted(float(str(text.get("y"))) for text in picture.iter(f"{SVG}text") if text.get("class") == "name")
    assert all(lower - upper >= 14.9 for upper, lower in pairwise(heights))
    assert heights[-1] <= plots.HEIGHT


@given(
    st.lists(st.tuples(st.floats(0, 1e12), st.integers(0, 4000)), min_size=1, max_size=12),
)
def test_any_figures_can_be_drawn_inside_the_picture(rows: list[tuple[float, int]]):
    told = tuple(sorted((point(low, day) for low, day in rows), key=lambda one: one.said))
    picture = drawn(chart(Series(claimant="A", points=told)))
    for line in picture.iter(f"{SVG}text"):
        assert -1 <= float(str(line.get("x"))) <= plots.WIDTH
        assert 0 <= float(str(line.get("y"))) <= plots.HEIGHT + 4
