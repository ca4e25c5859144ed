"""One digest a local date, in every zone, at every hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.core.calendar import Due, due, scheduled
from bot.model import Subscription

ZONES = ["America/New_York", "Europe/Kyiv", "Europe/London", "Africa/Cairo", "America/Santiago", "Asia/Seoul"]
FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)
DATES = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def at(zone: str, hour: int, every: str = "day") -> Subscription:
    return Subscription(name="desk", channel="console", target="", zone=zone, hour=hour, every=every)  # type: ignore[arg-type]


@pytest.mark.criterion("R-66")
@pytest.mark.parametrize("zone", ZONES)
def test_every_date_of_three_years_has_its_own_instant_at_every_hour(zone):
    for hour in range(24):
        instants = [scheduled(day, hour, zone) for day in DATES]
        assert all(one.astimezone(ZoneInfo(zone)).date() == day for one, day in zip(instants, DATES, strict=True))
        gaps = {later - earlier for earlier, later in pairwise(instants)}
        assert gaps <= {timedelta(hours=23), timedelta(hours=24), timedelta(hours=25)}


@pytest.mark.criterion("R-66")
@pytest.mark.parametrize("zone", ZONES)
def test_around_every_instant_of_three_years_exactly_one_digest_is_owed(zone):
    second = timedelta(seconds=1)
    for hour in range(24):
        subscription, last = at(zone, hour), FIRST - timedelta(days=1)
        for day in DATES:
            instant = scheduled(day, hour, zone)
            assert due(subscription, instant - second, last) is None
            owed = due(subscription, instant, last)
            assert owed is not None
            assert owed.local_date == day
            assert not owed.late
            last = day
            assert due(subscription, instant, last) is None


def simulate(subscription: Subscription, start: datetime, end: datetime, step: timedelta, down=()) -> list[Due]:
    made, last, now = [], None, start
    while now < end:
        if not any(first <= now < until for first, until in down):
            owed = due(subscription, now, last)
            if owed is not None:
                made.append(owed)
                last = owed.local_date
        now += step
    return made


@pytest.mark.criterion("R-66")
@pytest.mark.torture
@pytest.mark.parametrize("zone", ZONES)
def test_a_clock_ticking_through_three_years_owes_every_date_once(zone):
    for hour in range(24):
        made = simulate(
            at(zone, hour), datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC), timedelta(minutes=29)
        )
        dates = [one.local_date for one in made]
        assert dates == [dates[0] + timedelta(days=n) for n in range(len(dates))]
        assert len(dates) >= 1094


@pytest.mark.criterion("D-2")
@pytest.mark.criterion("R-59")
def test_three_days_down_give_one_digest_that_says_so():
    down = [(datetime(2026, 3, 10, 6, tzinfo=UTC), datetime(2026, 3, 13, 12, tzinfo=UTC))]
    made = simulate(
        at("Europe/Kyiv", 7),
        datetime(2026, 3, 8, tzinfo=UTC),
        datetime(2026, 3, 15, 12, tzinfo=UTC),
        timedelta(minutes=1),
        down,
    )
    # Kyiv's seven o'clock is 05:00 UTC: the tenth went out before the machine stopped.
    assert [one.local_date.day for one in made] == [8, 9, 10, 13, 14, 15]
    assert made[3].late == "caught up: was due Fri 13 Mar 07:00; also covers 2 missed days before 2026-03-13"
    assert made[3].since == scheduled(date(2026, 3, 10), 7, "Europe/Kyiv")
    assert [one.late for one in made if one.local_date.day != 13] == [""] * 5


def test_a_run_that_wakes_before_midnight_of_the_next_day_sends_the_date_it_missed():
    owed = due(at("UTC", 7), datetime(2026, 5, 3, 3, 0, tzinfo=UTC), date(2026, 5, 1))
    assert owed is not None
    assert owed.local_date == date(2026, 5, 2)
    assert owed.late == "caught up: was due Sat 2 May 07:00"
    assert due(at("UTC", 7), datetime(2026, 5, 3, 7, 0, tzinfo=UTC), date(2026, 5, 2)) is not None


def test_the_first_digest_waits_for_its_hour_and_owes_nobody_yesterdays():
    assert due(at("UTC", 7), datetime(2026, 5, 3, 6, 59, tzinfo=UTC), None) is None
    owed = due(at("UTC", 7), datetime(2026, 5, 3, 15, 0, tzinfo=UTC), None)
    assert owed is not None
    assert owed.local_date == date(2026, 5, 3)
    assert owed.since == datetime(2026, 5, 2, 7, 0, tzinfo=UTC)


@pytest.mark.criterion("R-67")
def test_a_clock_set_back_or_forward_a_day_repeats_nothing():
    subscription = at("Europe/London", 7)
    assert due(subscription, datetime(2026, 5, 2, 7, 0, tzinfo=UTC), date(2026, 5, 3)) is None
    ahead = due(subscription, datetime(2026, 5, 4, 7, 0, tzinfo=UTC), date(2026, 5, 3))
    assert ahead is not None
    assert due(subscription, datetime(2026, 5, 3, 7, 0, tzinfo=UTC), ahead.local_date) is None


def test_a_weekly_brief_belongs_to_its_monday():
    made = simulate(
        at("Asia/Seoul", 8, "week"),
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 3, 1, tzinfo=UTC),
        timedelta(minutes=20),
    )
    assert [one.local_date.isoformat() for one in made] == [
        "2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26", "2026-02-02", "2026-02-09", "2026-02-16", "2026-02-23",
    ]  # fmt: skip
    late = due(at("Asia/Seoul", 8, "week"), datetime(2026, 1, 28, tzinfo=UTC), date(2026, 1, 12))
    assert late is not None
    assert late.local_date == date(2026, 1, 26)
    assert "1 missed week before" in late.late


def test_an_hour_that_the_clocks_skip_or_repeat_is_due_once():
    # New York skips 02:00 on 8 March 2026 and repeats 01:00 on 1 November; Santiago skips midnight on 6 September.
    assert scheduled(date(2026, 3, 8), 2, "America/New_York") == datetime(2026, 3, 8, 7, tzinfo=UTC)
    assert scheduled(date(2026, 11, 1), 1, "America/New_York") == datetime(2026, 11, 1, 5, tzinfo=UTC)
    assert scheduled(date(2026, 9, 6), 0, "America/Santiago") == datetime(2026, 9, 6, 4, tzinfo=UTC)
