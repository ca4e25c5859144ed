"""Numbers in ten languages: value, operator, range, and what is counted."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.numbers import QUANTITIES, Number, numbers
from bot.core.text import fold


def one(text: str) -> Number:
    found = numbers(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "op", "value"),
    [
        ("more than 1,000 containers", ">", 1000),
        ("over 1 million rounds", ">", 1e6),
        ("upwards of 4.8 million shells", ">", 4.8e6),
        ("at least ten deliveries", ">=", 10),
        ("up to 5.8 million rounds", "<=", 5.8e6),
        ("as many as 5.2 million rounds", "<=", 5.2e6),
        ("fewer than 40 missiles", "<", 40),
        ("about 6,700 containers", "~", 6700),
        ("nearly 16,000 containers", "~", 16000),
        ("an estimated 200 guns", "~", 200),
        ("1K containers", "=", 1000),
        ("500K munitions", "=", 500_000),
        ("half a million shells", "=", 500_000),
        ("more than a million shells", ">", 1e6),
        ("two dozen ships", "=", 24),
        ("dozens of wagons", ">", 12),
        ("hundreds of missiles", ">", 100),
        ("tens of thousands of shells", ">", 10_000),
        ("several million shells", ">", 1e6),
        ("millions of shells", ">", 1e6),
        ("ponad 1000 kontenerów", ">", 1000),
        ("ponad tysiąc kontenerów", ">", 1000),
        ("setki pocisków", ">", 100),
        ("co najmniej milion pocisków", ">=", 1e6),
        ("pół miliona pocisków", "=", 500_000),
        ("более 3,5 млн снарядов", ">", 3.5e6),
        ("до 4,8 млн снарядов", "<=", 4.8e6),
        ("более чем 10 тыс. контейнеров", ">", 10_000),
        ("понад 6,5 мільйона снарядів", ">", 6.5e6),
        ("mehr als 12 Mio. Granaten", ">", 12e6),
        ("rund 10.000 Container", "~", 10_000),
        ("plus de 10 000 conteneurs", ">", 10_000),
        ("más de 1.000 contenedores", ">", 1000),
        ("북한이 컨테이너 2만8000여 개를", ">", 28_000),
        ("약 200문", "~", 200),
        ("포탄 100만발 이상", ">=", 1e6),
        ("1만3천여개", ">", 13_000),
        ("수백만 발", ">", 1e6),
        ("約480万発", "~", 4.8e6),
        ("数千発", ">", 1000),
        ("逾1500萬發", ">", 15e6),
        ("三萬三千個貨櫃", "=", 33_000),
        ("超過220門", ">", 220),
        ("13,000個以上貨櫃", ">=", 13_000),
    ],
)
def test_a_quantity_has_its_value_and_its_operator(text, op, value):
    found = one(text)
    assert (found.op, found.value, found.kind) == (op, value, "count")


@pytest.mark.parametrize(
    ("text", "low", "high", "kind"),
    [
        ("4-6 million shells", 4e6, 6e6, "count"),
        ("4 to 6 million shells", 4e6, 6e6, "count"),
        ("two or three modules", 2, 3, "count"),
        ("between 29% and 40% of the rounds", 29, 40, "percent"),
        ("$457 million to $1.19 billion in return", 457e6, 1.19e9, "money"),
    ],
)
def test_a_range_keeps_both_ends(text, low, high, kind):
    found = one(text)
    assert (found.value, found.value_max, found.op, found.kind) == (low, high, "~", kind)


def test_alternatives_are_no_range():
    found = [
        number for number in numbers("3 million 152mm shells or 500,000 122mm rockets") if number.kind in QUANTITIES
    ]
    assert [(number.value, number.value_max) for number in found] == [(3e6, None), (500_000, None)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("152 mm shells", "calibre"),
        ("152㎜ 포탄", "calibre"),
        ("152毫米", "calibre"),
        ("170mm 자주포", "calibre"),
        ("60mm mortars", "calibre"),
        ("KN-23 missiles", "designation"),
        ("S-300 launchers", "designation"),
        ("M1989 guns", "designation"),
        ("resolution 1718", "designation"),
        ("резолюция 1718", "designation"),
        ("Type 75 launchers", "designation"),
        ("COVID-19", "designation"),
        ("on day 598 of the war", "designation"),
        ("the 224th Flight Unit", "ordinal"),
        ("the 70th anniversary", "ordinal"),
        ("on Oct. 13", "date"),
        ("13 października", "date"),
        ("9月", "date"),
        ("15일", "date"),
        ("2023-10-13", "date"),
        ("in 2023", "year"),
        ("2025년", "year"),
        ("200 km from the border", "distance"),
        ("6700㎞", "distance"),
        ("about 180 miles from the border", "distance"),
        ("six weeks", "duration"),
        ("four years", "duration"),
        ("500 refugees", "people"),
        ("3,000 more troops", "people"),
        ("6000人", "people"),
        ("40 percent", "percent"),
        ("砲弾のおよそ半分は", "percent"),
        ("$9.8 billion", "money"),
    ],
)
def test_what_is_no_count_is_told_apart(text, kind):
    assert [number.kind for number in numbers(text)] == [kind]


@pytest.mark.parametrize("text", ["2,000 containers", "over 2000 containers", "2000 containers", "2000 kontenerów"])
def test_a_round_thousand_of_things_is_no_year(text):
    assert one(text).kind == "count"


@given(st.integers(min_value=1000, max_value=999_999_999), st.sampled_from([",", ".", " ", "'"]))
def test_every_way_to_write_thousands_gives_the_same_number(value, sign):
    written = f"{value:,}".replace(",", sign)
    assert numbers(f"more than {written} shells")[0].value == value


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_read_and_spans_are_exact(text):
    found = numbers(text)
    assert all(text[number.start : number.end] == number.text for number in found)
    assert all(first.end <= second.start for first, second in pairwise(found))


def test_a_folded_text_gives_places_of_the_original():
    text = "약 ２００문, 152㎜"
    assert [text[number.start : number.end] for number in numbers(fold(text))] == ["２００", "152"]


@pytest.mark.parametrize("text", ["9" * 5000, "1," * 3000, "한" * 3000 + "1만" * 500, "one " * 2000])
def test_long_runs_end_quickly(text):
    assert isinstance(numbers(text), list)
