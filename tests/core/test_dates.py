"""Dates as feeds write them: one table, each line seen in the wild in this or a like form."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.dates import LOCAL_ZONE, parse_date, plausible, read_date

TABLE = [
    ("Mon, 02 Oct 2023 10:00:00 MSK", "2023-10-02T07:00:00+00:00"),
    ("Mon, 02 Oct 2023 10:00:00 KST", "2023-10-02T01:00:00+00:00"),
    ("Mon, 02 Oct 2023 10:00:00 EST", "2023-10-02T15:00:00+00:00"),
    ("Mon, 02 Oct 2023 10:00:00 IST", "2023-10-02T04:30:00+00:00"),
    ("Mon, 02 Oct 2023 10:00:00 CEST", "2023-10-02T08:00:00+00:00"),
    ("Mon, 2 Oct 2023 10:00:00 +0000", "2023-10-02T10:00:00+00:00"),
    ("Mon, 02 Oct 2023 10:00:00 +09:00", "2023-10-02T01:00:00+00:00"),
    ("Mon, 02 Oct 2023 10:00:00 -0330", "2023-10-02T13:30:00+00:00"),
    ("Mon, 02 Oct 2023 10:00:00 GMT+0300", "2023-10-02T07:00:00+00:00"),
    ("Mon,02 Oct 2023 10:00:00 GMT", "2023-10-02T10:00:00+00:00"),
    ("02 Oct 23 10:00 GMT", "2023-10-02T10:00:00+00:00"),
    ("Mon, 02 Oct 2023 10:00:00", "2023-10-02T10:00:00+00:00"),
    ("Mon, 02 Oct 2023 24:00:00 GMT", "2023-10-03T00:00:00+00:00"),
    ("Пн, 02 окт 2023 10:00:00 +0300", "2023-10-02T07:00:00+00:00"),
    ("2 октября 2023 г. 10:00 МСК", "2023-10-02T07:00:00+00:00"),
    ("2 жовтня 2023", "2023-10-02T00:00:00+00:00"),
    ("2023년 10월 2일 오후 3:05", "2023-10-02T15:05:00+00:00"),
    ("2023년 10월 2일 오전 12시 5분", "2023-10-02T00:05:00+00:00"),
    ("2023. 10. 2. 오전 9:03", "2023-10-02T09:03:00+00:00"),
    ("2023.10.02 15:05", "2023-10-02T15:05:00+00:00"),
    ("2023年10月2日 15時5分", "2023-10-02T15:05:00+00:00"),
    ("2023-10-02T10:00:00Z", "2023-10-02T10:00:00+00:00"),
    ("2023-10-02T10:00:00.123456+09:00", "2023-10-02T01:00:00+00:00"),
    ("2023-10-02T10:00:00+0900", "2023-10-02T01:00:00+00:00"),
    ("2023-10-02 10:00", "2023-10-02T10:00:00+00:00"),
    ("20231002T101010Z", "2023-10-02T10:10:10+00:00"),
    ("20231002101010", "2023-10-02T10:10:10+00:00"),
    ("2023-10-02", "2023-10-02T00:00:00+00:00"),
    ("October 2, 2023 3:05 PM EDT", "2023-10-02T19:05:00+00:00"),
    ("Mon Oct  2 10:00:00 2023", "2023-10-02T10:00:00+00:00"),
    ("02.10.2023 10:00", "2023-10-02T10:00:00+00:00"),
    (1696240800, "2023-10-02T10:00:00+00:00"),
    (1696240800.5, "2023-10-02T10:00:00.500000+00:00"),
    (1696240800000, "2023-10-02T10:00:00+00:00"),
    ("1696240800", "2023-10-02T10:00:00+00:00"),
    ("1696240800000", "2023-10-02T10:00:00+00:00"),
    (datetime(2023, 10, 2, 10), "2023-10-02T10:00:00+00:00"),  # noqa: DTZ001 - a naive date is the case
    ("12:00", None),
    ("yesterday", None),
    ("", None),
    ("-0001-01-01T00:00:00Z", None),
    ("10000-01-01T00:00:00Z", None),
    ("Thu, 01 Jan 1970 00:00:00 GMT", None),
    (0, None),
    ("Mon, 32 Oct 2023 10:00:00 GMT", None),
    ("2023-02-30", None),
    (float("nan"), None),
    (float("inf"), None),
    (10**30, None),
    (True, None),
    (None, None),
    ([], None),
    ("2023-10-02T10:00:00Z" * 50, None),
]


@pytest.mark.criterion("R-25")
@pytest.mark.parametrize(("value", "expected"), TABLE)
def test_a_date_is_read_as_utc_or_not_at_all(value, expected):
    found = parse_date(value)
    assert (found.isoformat() if found else None) == expected


@given(st.one_of(st.text(max_size=60), st.integers(), st.floats(), st.binary(max_size=5)))
def test_nothing_makes_the_reader_raise(value):
    found = parse_date(value)
    assert found is None or (found.tzinfo is UTC and 1990 <= found.year <= 2200)


@given(st.datetimes(min_value=datetime(1991, 1, 1), max_value=datetime(2199, 1, 1)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_what_we_write_we_read(moment):
    aware = moment.replace(microsecond=0, tzinfo=UTC)
    assert parse_date(aware.isoformat()) == aware
    assert parse_date(aware.strftime("%a, %d %b %Y %H:%M:%S +0000")) == aware


def test_a_date_without_a_zone_takes_the_zone_of_its_language():
    reading = read_date("2023-10-02 10:00:00", zone=LOCAL_ZONE["ko"])
    assert reading is not None
    assert reading.at == datetime(2023, 10, 2, 1, tzinfo=UTC)
    assert reading.note == "date without a zone"


def test_a_mended_zone_is_said():
    reading = read_date("Mon, 02 Oct 2023 10:00:00 MSK")
    assert reading is not None
    assert reading.note == "date in MSK"


@pytest.mark.criterion("R-25")
def test_dates_before_1990_or_a_day_ahead_are_not_plausible():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert plausible(now + timedelta(hours=23), now) is not None
    assert plausible(now + timedelta(hours=25), now) is None
    assert plausible(datetime(1989, 1, 1, tzinfo=UTC), now) is None
    assert plausible(None, now) is None
