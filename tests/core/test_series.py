"""Pictures of figures hold one series a claimant, side by side only what is counted in one way, and never a sum."""

from __future__ import annotations

from datetime import timedelta

from bot.core.series import MOST_SERIES, charts
from bot.core.standings import standings
from tests.core.test_ledger import claim
from tests.core.test_standings import NOON, told


def test_each_claimant_has_its_own_series_in_order_of_time():
    found = standings(
        [
            told(claim(quantity=1200), "c-b", day=9),
            told(claim("White House (John Kirby)", quantity=1000), "c-a"),
            told(claim("ROK NIS", party="south-korea", quantity=6700), "c-n", day=3),
        ]
    )
    (chart,) = charts(found, None, None)
    assert [(one.claimant, [point.low for point in one.points]) for one in chart.series] == [
        ("ROK NIS", [6700]),
        ("White House", [1000, 1200]),
    ]


def test_an_institution_and_its_head_are_one_series():
    head = claim("HUR chief Kyrylo Budanov", party="ukraine", quantity=2000)
    found = standings([told(claim("HUR", party="ukraine"), "c-a"), told(head, "c-b", day=9)])
    (chart,) = charts(found, None, None)
    assert [(one.claimant, len(one.points)) for one in chart.series] == [("HUR", 2)]


def test_other_units_flows_and_ways_of_counting_have_their_own_picture():
    found = standings(
        [
            told(claim(), "c-a"),
            told(claim(kind="cumulative", quantity=2000), "c-b", day=5),
            told(claim(kind="equivalent", quantity=3e6, unit="shells"), "c-e"),
            told(claim(kind="increment", quantity=50), "c-i", day=5),
            told(claim(direction="russia>dprk", quantity=9000), "c-r"),
        ]
    )
    keys = {(one.direction, one.unit, one.kind) for one in charts(found, None, None)}
    assert keys == {
        ("dprk>russia", "containers", ""),
        ("dprk>russia", "containers", "increment"),
        ("dprk>russia", "shells", "equivalent"),
        ("russia>dprk", "containers", ""),
    }


def test_plans_denials_and_what_nobody_says_are_not_drawn():
    found = standings(
        [
            told(claim(status="planned"), "c-p"),
            told(claim("Russia", party="russia", status="denied"), "c-d"),
            told(claim("unattributed", party=""), "c-u"),
        ]
    )
    assert charts(found, None, None) == ()


def test_a_figure_of_the_window_stands_behind_its_predecessors_and_none_that_came_later():
    reports = [told(claim(quantity=1000 + day), f"c-{day}", day=day) for day in (0, 10, 20, 30)]
    first, last = (NOON + timedelta(days=15)).date(), (NOON + timedelta(days=25)).date()
    (chart,) = charts(standings(reports), first, last)
    assert [(point.claim, point.inside) for point in chart.series[0].points] == [
        ("c-0", False),
        ("c-10", False),
        ("c-20", True),
    ]
    assert charts(standings(reports), (NOON + timedelta(days=60)).date(), None) == ()


def test_claimants_that_have_no_room_are_counted():
    reports = [told(claim(f"Voice {index}", party="", quantity=100 + index), f"c-{index}") for index in range(11)]
    (chart,) = charts(standings(reports), None, None)
    assert (len(chart.series), chart.left_out) == (MOST_SERIES, 3)
