"""The politeness report: what a publisher would read in his log."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.feedstate import FeedState
from bot.core.politeness import score, total

NOW = datetime(2026, 3, 8, tzinfo=UTC)
GOOD = FeedState(
    url="https://news.example.org/rss",
    etag='"1"',
    first_poll=NOW - timedelta(days=7),
    requests=100,
    not_modified=80,
    unconditional=2,
)


@pytest.mark.criterion("R-19")
def test_a_good_week_has_no_faults():
    found = score(GOOD, NOW)
    assert (found.a_day, found.not_modified, found.faults) == (14.3, 0.8, ())


@pytest.mark.criterion("R-19")
@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"early": 3}, "3 polls before their time"),
        ({"requests": 700}, "100 requests a day"),
        ({"unconditional": 50}, "50 unconditional polls"),
    ],
)
def test_what_a_publisher_could_complain_of_is_named(changes, fault):
    assert score(replace(GOOD, **changes), NOW).faults == (fault,)


def test_a_server_without_validators_leaves_no_choice():
    assert score(replace(GOOD, etag="", unconditional=100, not_modified=0), NOW).faults == ()


def test_a_feed_never_polled_has_zeros():
    found = score(FeedState(url="https://new.example.org/"), NOW)
    assert (found.requests, found.a_day, found.not_modified, found.faults) == (0, 0.0, 0.0, ())


def test_the_total_adds_up():
    found = total([score(GOOD, NOW), score(replace(GOOD, url="https://x.example.org/", early=1), NOW)])
    assert (found.requests, found.not_modified, found.early) == (200, 0.8, 1)
    assert found.faults == ("https://x.example.org/: 1 polls before their time",)
    assert total([]).requests == 0
