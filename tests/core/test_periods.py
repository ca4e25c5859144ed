"""Facts: what a sentence says of when it happened, in eleven languages."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.periods import period

WHEN = date(2026, 11, 26)
FIFTH_TO_25TH = ("2026-11-05", "2026-11-25")


@pytest.mark.parametrize(
    "said",
    [
        "from 5 november to 25 november",
        "between november 5 and november 25, 2026",
        "november 5-25",
        "с 5 ноября по 25 ноября",
        "с 5 по 25 ноября 2026 года",
        "з 5 по 25 листопада",
        "vom 5. bis 25. november",
        "du 5 au 25 novembre",
        "del 5 al 25 de noviembre",
        "desde el 5 de noviembre hasta el 25 de noviembre",
        "od 5 do 25 listopada",
        "11월 5일부터 25일까지",
        "11월 5~25일",
        "11月5日から25日まで",
        "11月5日至25日",
    ],
)
def test_a_range_of_days_ends_where_the_sentence_says(said: str):
    assert period(said, WHEN) == FIFTH_TO_25TH


@pytest.mark.parametrize("said", ["since november 5", "с 5 ноября", "11월 5일부터", "11月5日以来", "11月5日起"])
def test_what_has_no_end_goes_on_until_the_article(said: str):
    assert period(said, WHEN) == ("2026-11-05", "2026-11-26")


@pytest.mark.parametrize(
    "said", ["2023年8月至2024年1月", "2023년 8월부터 2024년 1월까지", "between august 2023 and january 2024"]
)
def test_a_range_of_months(said: str):
    assert period(said, WHEN) == ("2023-08", "2024-01")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("from december 28 to january 3, 2026", ("2025-12-28", "2026-01-03")),
        ("с 28 декабря по 3 января", ("2025-12-28", "2026-01-03")),
        ("2023年12月至1月", ("2023-12", "2024-01")),
        ("12월 28일부터 1월 3일까지", ("2025-12-28", "2026-01-03")),
    ],
)
def test_a_range_over_the_turn_of_the_year_runs_forward(said: str, expected: tuple[str, str]):
    assert period(said, WHEN) == expected


@pytest.mark.parametrize(
    "said", ["11月99日至25日", "february 30 to march 1", "31 июня", "5 to 25 people", "", "since forever"]
)
def test_a_day_that_does_not_exist_is_no_date(said: str):
    for one in filter(None, period(said, WHEN)):
        date.fromisoformat(one if len(one) == 10 else f"{one}-01")  # raises for a day that no calendar has


@given(st.dates(date(2022, 1, 1), WHEN), st.dates(date(2022, 1, 1), WHEN))
def test_two_whole_dates_are_read_as_they_stand(one: date, other: date):
    first, last = sorted((one, other))
    said = f"from {first:%B} {first.day}, {first.year} to {last:%B} {last.day}, {last.year}".lower()
    assert period(said, WHEN) == (first.isoformat(), last.isoformat())
