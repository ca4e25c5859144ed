"""When a feed is polled next: single facts, a table of hints, and sixty days of a feed's life."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import pacing
from bot.core.pacing import (
    FeedState,
    Limits,
    PollOutcome,
    after,
    answered,
    conditional_headers,
    due,
    failed,
    first,
    from_json,
    to_json,
)
from bot.errors import ArmswatchError, FeedError, HostResting, Refused, TimedOut, TooLarge, Unreachable, WorkerError
from bot.model import Entry, Feed, FeedDocument, Response

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
FEED = Feed(url="https://news.example.org/rss", name="News", lang="en")
HOUR = timedelta(hours=1)


def response(
    status: int = 200,
    *headers: tuple[str, str],
    body: bytes = b"x",
    at: datetime = NOW,
    redirects: tuple[tuple[int, str], ...] = (),
) -> Response:
    url = redirects[-1][1] if redirects else FEED.url
    return Response(url=url, status=status, headers=headers, body=body, fetched=at, redirects=redirects)


def document(
    *dates: datetime,
    count: int = 0,
    ttl: timedelta | None = None,
    hours: frozenset[int] = frozenset(),
    days: frozenset[int] = frozenset(),
) -> FeedDocument:
    when: list[datetime | None] = [*dates] or [None] * count
    entries = tuple(
        Entry(id=f"e-{n}", feed=FEED.url, guid=str(n), url="", title=f"Title {n}", published=at)
        for n, at in enumerate(when)
    )
    return FeedDocument(version="rss20", title="News", entries=entries, ttl=ttl, skip_hours=hours, skip_days=days)


def polled(
    state: FeedState,
    answer: Response,
    found: FeedDocument | None = None,
    *,
    new: int = 0,
    conditional: bool = True,
    at: datetime = NOW,
) -> FeedState:
    return after(state, answered(FEED, answer, found, new=new, conditional=conditional), at)


def wait(state: FeedState, at: datetime = NOW) -> timedelta:
    assert state.next_check is not None
    return state.next_check - at


START = first(FEED, NOW, 0.0)


# ── validators ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.criterion("R-1")
@pytest.mark.parametrize("etag", ['"abc"', 'W/"abc"', "abc", '"a b"', '""', '"\xe9"', "0", "'q'"])
def test_validators_go_back_as_they_came(etag):
    state = polled(
        START,
        response(200, ("etag", etag), ("last-modified", "Mon, 2 Oct 2023 10:00:00 +0000")),
        document(count=3),
        conditional=False,
    )
    assert conditional_headers(state, NOW + HOUR) == (
        ("If-None-Match", etag),
        ("If-Modified-Since", "Mon, 2 Oct 2023 10:00:00 +0000"),
    )


@pytest.mark.criterion("R-2")
def test_no_validator_is_ever_invented():
    state = polled(START, response(200), document(NOW))
    assert conditional_headers(state, NOW + HOUR) == ()


@pytest.mark.criterion("R-2")
def test_an_answer_without_validators_drops_the_old_ones():
    state = polled(START, response(200, ("etag", '"1"')), document(count=3), conditional=False)
    state = polled(state, response(200), document(count=3))
    assert conditional_headers(state, NOW + HOUR) == ()


@pytest.mark.criterion("R-3")
def test_a_new_validator_counts_even_with_the_same_body():
    state = polled(START, response(200, ("etag", '"1"')), document(count=3), conditional=False)
    state = polled(state, response(200, ("etag", '"2"')), None)
    assert dict(conditional_headers(state, NOW + HOUR)) == {"If-None-Match": '"2"'}


@pytest.mark.criterion("R-3")
def test_a_304_renews_what_it_names_and_keeps_the_rest():
    state = polled(START, response(200, ("etag", '"1"'), ("last-modified", "A")), document(count=3), conditional=False)
    state = polled(state, response(304, ("etag", '"2"'), body=b""))
    assert dict(conditional_headers(state, NOW + HOUR)) == {"If-None-Match": '"2"', "If-Modified-Since": "A"}
    state = polled(state, response(304, body=b""))
    assert dict(conditional_headers(state, NOW + HOUR)) == {"If-None-Match": '"2"', "If-Modified-Since": "A"}
    assert state.not_modified == 2


@pytest.mark.criterion("R-4")
@pytest.mark.parametrize(
    "error",
    [FeedError("bad", reason="malformed"), FeedError("page", reason="html"), WorkerError("killed", reason="deadline")],
)
def test_an_answer_that_cannot_be_parsed_keeps_the_old_validators(error):
    state = polled(START, response(200, ("etag", '"1"')), document(count=3), conditional=False)
    broken = after(state, failed(error, conditional=True, response=response(200, ("etag", '"2"'))), NOW)
    assert dict(conditional_headers(broken, NOW + HOUR)) == {"If-None-Match": '"1"'}
    assert broken.body_sha == state.body_sha


@pytest.mark.criterion("R-5")
def test_one_poll_in_seven_days_is_unconditional():
    at, state, unconditional = NOW, START, []
    while at < NOW + timedelta(days=40):
        headers = conditional_headers(state, at)
        if not headers:
            unconditional.append(at)
        state = polled(
            state,
            response(304 if headers else 200, ("etag", '"1"'), at=at),
            None if headers else document(at, at - HOUR),
            conditional=bool(headers),
            at=at,
        )
        assert state.next_check is not None
        at = state.next_check
    assert len(unconditional) == 6
    assert min(later - earlier for earlier, later in pairwise(unconditional)) >= timedelta(days=7)
    assert state.unconditional == 6


# ── intervals ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.criterion("R-7")
@pytest.mark.parametrize(
    ("headers", "ttl", "least", "most"),
    [
        ([], None, 1, 5),
        ([("cache-control", "max-age=0")], None, 1, 5),
        ([("cache-control", "max-age=-5")], None, 1, 5),
        ([("cache-control", "no-cache")], None, 1, 5),
        ([("cache-control", "public, max-age=7200")], None, 2, 5),
        ([("cache-control", "max-age=36000")], None, 10, 10.5),
        ([("cache-control", 'max-age="36000"')], None, 10, 10.5),
        ([("cache-control", "max-age=1000000000000")], None, 24, 24.5),
        ([("cache-control", "max-age=99999999999999999999999")], None, 24, 24.5),
        ([("cache-control", "max-age=abc")], None, 1, 5),
        ([("expires", "0")], None, 1, 5),
        ([("expires", "-1")], None, 1, 5),
        ([("expires", "Mon, 02 Mar 2026 20:00:00 GMT")], None, 8, 8.5),
        ([("expires", "Mon, 02 Mar 2026 20:00:00 GMT"), ("date", "Mon, 02 Mar 2026 10:00:00 GMT")], None, 10, 10.5),
        ([("expires", "Mon, 02 Mar 2020 20:00:00 GMT")], None, 1, 5),
        ([("cache-control", "max-age=60"), ("expires", "Tue, 03 Mar 2026 20:00:00 GMT")], None, 1, 5),
        ([], timedelta(minutes=5), 1, 5),
        ([], timedelta(hours=12), 12, 12.5),
        ([], timedelta(days=366), 24, 24.5),
        ([("cache-control", "max-age=36000")], timedelta(hours=15), 15, 15.5),
    ],
)
def test_hints_lengthen_the_interval_within_floor_and_ceiling(headers, ttl, least, most):
    state = polled(
        START, response(200, ("etag", '"1"'), *headers), document(*(NOW - HOUR * n for n in range(20)), ttl=ttl), new=20
    )
    assert least * HOUR <= wait(state) <= (most + 0.6) * HOUR


def test_a_configured_interval_is_kept_within_floor_and_ceiling():
    for configured, expected in ((5, 60), (150, 150), (10**6, 24 * 60)):
        feed = replace(FEED, interval=timedelta(minutes=configured))
        outcome = answered(feed, response(200, ("etag", '"1"')), document(NOW, NOW - HOUR), new=2, conditional=False)
        state = after(START, outcome, NOW, feed=feed)
        assert timedelta(minutes=expected) <= wait(state) <= timedelta(minutes=expected + 30)


def test_busy_feeds_are_polled_more_often_than_quiet_ones():
    busy = polled(
        START, response(200, ("etag", '"1"')), document(*(NOW - timedelta(minutes=10 * n) for n in range(30))), new=30
    )
    quiet = polled(
        START, response(200, ("etag", '"1"')), document(*(NOW - timedelta(days=2 * n) for n in range(30))), new=30
    )
    assert wait(busy) < wait(quiet)
    assert wait(busy) <= 1.5 * HOUR


def test_a_feed_falls_asleep_slowly_and_wakes_at_once():
    state = polled(START, response(200, ("etag", '"1"')), document(*(NOW - HOUR * n for n in range(30))), new=30)
    waits = []
    for _ in range(12):
        state = polled(state, response(304))
        waits.append(wait(state))
    assert waits == sorted(waits)
    assert waits[-1] >= 4 * HOUR
    state = polled(state, response(200, ("etag", '"2"')), document(*(NOW - HOUR * n for n in range(30))), new=1)
    assert wait(state) <= 1.5 * HOUR


def test_a_feed_whose_entries_pass_quickly_is_not_slept_through():
    fast = document(*(NOW - timedelta(minutes=9 * n) for n in range(20)))  # three hours of entries in the document
    state = polled(START, response(200), fast, new=20)
    for _ in range(10):
        state = polled(state, response(200), fast, new=0)
    assert wait(state) <= HOUR


def test_a_feed_without_validators_is_asked_less_often():
    dates = [NOW - 5 * HOUR * n for n in range(20)]
    with_tag = polled(START, response(200, ("etag", '"1"')), document(*[NOW - HOUR * n for n in range(20)]), new=20)
    without = polled(START, response(200), document(*dates), new=20)
    assert wait(without) >= 3 * HOUR > wait(with_tag)


@pytest.mark.criterion("R-11")
def test_skipped_days_and_hours_are_left_out():
    sunday = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)
    state = polled(
        START,
        response(200, ("etag", '"1"')),
        document(sunday, sunday - HOUR, days=frozenset({6})),
        new=2,
        at=sunday - HOUR,
    )
    assert state.next_check is not None
    assert state.next_check.weekday() == 0
    state = polled(
        START, response(200, ("etag", '"1"')), document(NOW, NOW - HOUR, hours=frozenset(range(13, 18))), new=2
    )
    assert state.next_check is not None
    assert state.next_check.hour == 18


@pytest.mark.criterion("R-11")
def test_a_feed_that_skips_everything_skips_nothing():
    state = polled(
        START,
        response(200, ("etag", '"1"')),
        document(NOW, NOW - HOUR, hours=frozenset(range(24)), days=frozenset(range(7))),
        new=2,
    )
    assert wait(state) <= 2 * HOUR


# ── refusals and failures ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.criterion("R-8")
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([("retry-after", "7200")], 2 * HOUR),
        ([("retry-after", "Mon, 02 Mar 2026 18:00:00 GMT"), ("date", "Mon, 02 Mar 2026 15:00:00 GMT")], 3 * HOUR),
        ([("retry-after", "Mon, 02 Mar 2026 18:00:00 GMT")], 6 * HOUR),
        ([("retry-after", "172800")], timedelta(days=2)),
        ([("retry-after", "99999999999999")], timedelta(days=31)),
        ([("retry-after", "0")], HOUR),
        ([("retry-after", "soon")], HOUR),
        ([], HOUR),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed_in_both_forms(headers, expected, status):
    state = polled(START, response(status, *headers))
    assert expected <= wait(state) <= expected + 2.6 * HOUR
    assert state.points == 0.25


@pytest.mark.criterion("R-8")
def test_a_429_without_retry_after_doubles_and_scatters():
    state, waits = START, []
    for _ in range(4):
        state = polled(state, response(429))
        waits.append(wait(state))
    assert waits == sorted(waits)
    others = {
        wait(polled(first(replace(FEED, url=f"https://{n}.example.org/"), NOW), response(429))) for n in range(20)
    }
    assert len(others) >= 10


@pytest.mark.criterion("R-9")
@pytest.mark.parametrize(
    ("outcome", "weight"),
    [
        (response(404), 0.5),
        (response(500), 0.5),
        (response(502), 0.5),
        (response(403), 1.0),
        (response(451), 1.0),
        (response(418), 1.0),
        (response(503), 0.25),
        (Unreachable("the name x cannot be found"), 0.25),
        (Unreachable("the TLS connection failed"), 1.0),
        (Unreachable("no connection"), 0.25),
        (TimedOut("late"), 0.25),
        (TooLarge("big"), 0.5),
        (Refused("private"), 1.0),
        (FeedError("x", reason="html"), 0.5),
        (WorkerError("x", reason="died"), 0.5),
    ],
)
def test_failures_are_weighed(outcome, weight):
    made = (
        failed(outcome, conditional=True)
        if isinstance(outcome, ArmswatchError)
        else answered(FEED, outcome, None, new=0, conditional=True)
    )
    state = after(START, made, NOW)
    assert (state.points, state.failures) == (weight, 1)
    assert state.last_error
    assert wait(state) >= HOUR


@pytest.mark.criterion("R-9")
def test_a_dead_feed_is_asked_once_a_week_for_ever_and_comes_back_at_once():
    at, state, polls = NOW, START, []
    while at < NOW + timedelta(days=200):
        polls.append(at)
        state = polled(state, response(404, at=at), at=at)
        assert state.next_check is not None
        at = state.next_check
    assert timedelta(days=7) <= polls[-1] - polls[-2] <= timedelta(days=7, hours=1)
    first_sixty = sum(poll < NOW + timedelta(days=60) for poll in polls)
    assert 45 <= first_sixty <= 75
    assert len(polls) <= first_sixty + 21
    state = polled(state, response(200, ("etag", '"1"'), at=at), document(at, at - HOUR), new=2, at=at)
    assert (state.points, state.failures, state.last_error) == (0.0, 0, "")
    assert wait(state, at) <= 2 * HOUR


@pytest.mark.criterion("decision 26")
def test_a_gone_feed_is_asked_once_a_month_and_may_come_back():
    state = polled(START, response(410))
    assert state.gone
    assert timedelta(days=30) <= wait(state) <= timedelta(days=30, hours=1)
    later = state.next_check
    assert later is not None
    state = polled(state, response(404, at=later), at=later)
    assert state.gone
    assert wait(state, later) >= timedelta(days=30)
    state = polled(state, response(200, ("etag", '"1"')), document(NOW, NOW - HOUR), new=2)
    assert not state.gone


def test_a_resting_host_costs_the_feed_nothing():
    error = HostResting("resting", retry_at=NOW + timedelta(minutes=20))
    state = after(replace(START, points=0.5, failures=2), failed(error, conditional=True), NOW)
    assert (state.points, state.failures, state.requests) == (0.5, 2, 0)
    assert wait(state) == timedelta(minutes=20)


@pytest.mark.criterion("R-19")
def test_only_what_was_sent_counts_as_a_request():
    early = replace(START, next_check=NOW + timedelta(hours=1), etag='"1"')
    for error in (Refused("a private address"), HostResting("resting", retry_at=NOW)):
        state = after(early, failed(error, conditional=False), NOW)
        assert (state.requests, state.unconditional, state.early) == (0, 0, 0)
        assert state.last_unconditional == early.last_unconditional
    for error in (Refused("a private address"), HostResting("resting", retry_at=NOW)):
        error.sent = True  # by the server that redirected us there
        assert after(early, failed(error, conditional=True), NOW).requests == 1
    for other in (Unreachable("no connection"), TimedOut("slow"), FeedError("no feed")):
        state = after(early, failed(other, conditional=False), NOW)
        assert (state.requests, state.unconditional, state.early) == (1, 1, 1)


# ── moves ─────────────────────────────────────────────────────────────────────────────────────────────────────

NEW_URL = "https://new.example.org/rss"


def moved(state: FeedState, *redirects: tuple[int, str], taken: tuple[str, ...] = ()) -> FeedState:
    answer = response(200, ("etag", '"1"'), redirects=redirects)
    return after(state, answered(FEED, answer, document(NOW, NOW - HOUR), new=0, conditional=True), NOW, taken=taken)


@pytest.mark.criterion("R-10")
@pytest.mark.parametrize("status", [301, 308])
def test_a_permanent_move_is_followed_after_three_polls_that_agree(status):
    state = START
    for expected in ("", "", NEW_URL):
        state = moved(state, (status, NEW_URL))
        assert state.moved_to == expected
    assert state.address == NEW_URL
    assert state.url == FEED.url


@pytest.mark.criterion("R-10")
@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_temporary_move_is_never_stored(status):
    state = START
    for _ in range(9):
        state = moved(state, (status, NEW_URL))
    assert state.moved_to == ""
    assert state.final_url == NEW_URL


@pytest.mark.criterion("R-10")
def test_polls_that_disagree_start_again():
    state = moved(moved(START, (301, NEW_URL)), (301, NEW_URL))
    state = moved(state, (301, "https://third.example.org/"))
    state = moved(state, (301, NEW_URL))
    assert state.moved_to == ""
    state = moved(moved(START, (301, NEW_URL)), (301, NEW_URL))
    assert moved(moved(state), (301, NEW_URL)).moved_to == ""


@pytest.mark.criterion("R-10")
def test_only_the_permanent_part_of_a_chain_is_followed():
    state = START
    for _ in range(3):
        state = moved(state, (301, NEW_URL), (302, "https://cdn.example.org/1"))
    assert state.moved_to == NEW_URL
    state = START
    for _ in range(3):
        state = moved(state, (302, "https://cdn.example.org/1"), (301, NEW_URL))
    assert state.moved_to == ""


@pytest.mark.criterion("R-10")
def test_a_feed_does_not_move_onto_another_feed():
    state = START
    for _ in range(5):
        state = moved(state, (301, NEW_URL), taken=(NEW_URL,))
    assert state.moved_to == ""


@pytest.mark.criterion("R-10")
def test_a_redirect_to_what_is_no_feed_is_no_move():
    state = START
    for _ in range(5):
        answer = response(200, redirects=((301, NEW_URL),))
        state = after(state, failed(FeedError("x", reason="html"), conditional=True, response=answer), NOW)
    assert state.moved_to == ""


def test_a_new_address_that_fails_is_given_up_for_the_old_one():
    state = replace(START, moved_to=NEW_URL)
    for _ in range(3):
        state = polled(state, response(404))
    assert state.address == FEED.url


# ── time itself ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.criterion("R-13")
def test_two_hundred_feeds_do_not_start_in_the_same_minutes():
    minutes: Counter[int] = Counter()
    for number in range(200):
        feed = replace(FEED, url=f"https://{number}.example.org/rss")
        state = after(
            first(feed, NOW),
            answered(feed, response(200, ("etag", '"1"')), document(NOW, NOW - HOUR), new=2, conditional=False),
            NOW,
        )
        assert state.next_check is not None
        minutes[state.next_check.minute] += 1
    assert max(minutes.values()) <= 10
    assert first(FEED, NOW).jitter == first(FEED, NOW + HOUR).jitter


@pytest.mark.criterion("R-67")
def test_a_clock_that_jumps_starts_no_storm_and_loses_no_feed():
    state = polled(START, response(200, ("etag", '"1"')), document(NOW, NOW - HOUR), new=2)
    assert not due(state, NOW + timedelta(minutes=30))
    assert due(state, NOW + timedelta(days=1))
    after_jump = polled(state, response(304, at=NOW + timedelta(days=1)), at=NOW + timedelta(days=1))
    assert not due(after_jump, NOW + timedelta(days=1, minutes=30))
    assert due(after_jump, NOW - timedelta(days=60))
    assert due(START, NOW)


def test_a_lower_floor_needs_lower_limits():
    limits = Limits(floor=timedelta(seconds=5))
    outcome = answered(FEED, response(200), document(NOW, NOW - timedelta(seconds=1)), new=2, conditional=False)
    state = after(START, outcome, NOW, limits=limits)
    assert wait(state) < timedelta(minutes=1)


OUTCOMES = st.builds(
    PollOutcome,
    status=st.sampled_from([0, 200, 304, 404, 410, 429, 500]),
    error=st.sampled_from(["", "", "bad"]),
    kind=st.sampled_from(["status", "busy", "gone", "html", "resting", "dns"]),
    weight=st.sampled_from([0.25, 0.5, 1.0]),
    conditional=st.booleans(),
    retry_at=st.one_of(st.none(), st.integers(-(10**4), 10**6).map(lambda hours: NOW + hours * HOUR)),
    etag=st.text(max_size=5),
    hint=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=366)),
    document_read=st.booleans(),
    new=st.integers(0, 30),
    entries=st.integers(0, 30),
    usual_gap=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4000)),
    window=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4000)),
    skip_hours=st.lists(st.integers(0, 23), max_size=24, unique=True).map(tuple),
    skip_days=st.lists(st.integers(0, 6), max_size=7, unique=True).map(tuple),
)


@pytest.mark.criterion("R-67")
@given(st.lists(OUTCOMES, max_size=12))
def test_whatever_happens_the_next_check_is_an_hour_to_a_month_away_and_the_state_survives_storage(outcomes):
    state, at = START, NOW
    for outcome in outcomes:
        state = after(state, outcome, at)
        assert state.next_check is not None
        least = timedelta(minutes=1) if outcome.kind == "resting" else HOUR
        assert least <= state.next_check - at <= timedelta(days=31 + 8)
        assert from_json(to_json(state)) == state
        at = state.next_check


def test_a_state_of_another_version_is_read_as_far_as_it_goes():
    assert from_json('{"url": "https://x.example.org/", "unheard_of": 1}') == FeedState(url="https://x.example.org/")


def test_the_module_offers_what_the_jobs_need():
    assert set(pacing.__all__) >= {
        "first",
        "after",
        "due",
        "answered",
        "failed",
        "conditional_headers",
        "to_json",
        "from_json",
    }
