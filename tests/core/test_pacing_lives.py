"""Sixty days of single feeds and a week of a hundred, simulated: polite at every step, and nothing passes unseen."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.core.feedstate import FeedState
from bot.core.health import health
from bot.core.pacing import after, answered, conditional_headers, due, failed, first
from bot.errors import ArmswatchError, FeedError, TimedOut
from bot.model import Entry, Feed, FeedDocument, Response

START = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

Answer = tuple[Response, FeedDocument | None] | ArmswatchError


@dataclass(slots=True)
class Publisher:
    """A feed's server: an entry every `gap`, the newest `size` of them in the document, honest validators unless told otherwise."""

    url: str
    gap: timedelta
    size: int = 30
    validators: bool = True
    headers: tuple[tuple[str, str], ...] = ()
    trouble: Callable[[datetime, int], Answer | None] = lambda at, asked: None
    asked: list[datetime] = field(default_factory=list)
    unconditional: list[datetime] = field(default_factory=list)
    shown: set[int] = field(default_factory=set)
    made: dict[int, Entry] = field(default_factory=dict)

    def number(self, at: datetime) -> int:
        return int((at - START) / self.gap) + 1000

    def answer(self, at: datetime, conditions: dict[str, str]) -> tuple[Answer, int]:
        self.asked.append(at)
        if not conditions:
            self.unconditional.append(at)
        trouble = self.trouble(at, len(self.asked))
        if trouble is not None:
            return trouble, 0
        latest = self.number(at)
        tag = (("etag", f'"{latest}"'),) if self.validators else ()
        if self.validators and conditions.get("If-None-Match") == f'"{latest}"':
            return (Response(url=self.url, status=304, headers=(*tag, *self.headers), body=b"", fetched=at), None), 0
        numbers = range(latest, latest - self.size, -1)
        new = set(numbers) - self.shown
        self.shown |= set(numbers)
        for number in new:
            then = START + self.gap * (number - 1000)
            self.made[number] = Entry(
                id=f"e-{number}", feed=self.url, guid=str(number), url="", title=f"Title {number}", published=then
            )
        entries = tuple(self.made[number] for number in numbers)
        response = Response(
            url=self.url, status=200, headers=(*tag, *self.headers), body=str(latest).encode(), fetched=at
        )
        return (response, FeedDocument(version="rss20", title="N", entries=entries)), len(new)

    def missed(self, until: datetime) -> set[int]:
        """Entries that were published and never in a document that we read, up to the last poll."""
        return set(range(self.number(START), self.number(max(self.asked)) + 1)) - self.shown if self.asked else set()


def poll(publisher: Publisher, feed: Feed, state: FeedState, at: datetime) -> FeedState:
    conditions = conditional_headers(state, at)
    answer, new = publisher.answer(at, dict(conditions))
    if isinstance(answer, ArmswatchError):
        return after(state, failed(answer, conditional=bool(conditions)), at, feed=feed)
    response, document = answer
    return after(state, answered(feed, response, document, new=new, conditional=bool(conditions)), at, feed=feed)


def live(publisher: Publisher, days: int, *, start: datetime = START) -> FeedState:
    feed = Feed(url=publisher.url, name="N", lang="en")
    state, at = first(feed, start), start
    while at < start + DAY * days:
        assert due(state, at)
        state = poll(publisher, feed, state, at)
        assert state.next_check is not None
        at = state.next_check
    return state


def status(code: int, *headers: tuple[str, str]) -> Callable[[datetime, int], Answer | None]:
    return lambda at, asked: (
        Response(url="https://x.example.org/", status=code, headers=headers, body=b"", fetched=at),
        None,
    )


URL = "https://news.example.org/rss"


def test_sixty_days_of_a_busy_feed():
    publisher = Publisher(URL, timedelta(minutes=4), size=100)
    state = live(publisher, 60)
    assert publisher.missed(START) == set()
    assert 20 * 60 <= len(publisher.asked) <= 24 * 60 + 1
    assert health(Feed(url=URL, name="N", lang="en"), state, publisher.asked[-1]).word == "ok"


def test_sixty_days_of_a_daily_feed():
    publisher = Publisher(URL, DAY)
    state = live(publisher, 60)
    assert publisher.missed(START) == set()
    assert len(publisher.asked) <= 6.5 * 60
    assert state.not_modified / state.requests >= 0.7


def test_sixty_days_of_a_feed_that_fills_its_window_in_three_hours():
    publisher = Publisher(URL, timedelta(minutes=9), size=20)
    live(publisher, 60)
    assert publisher.missed(START) == set()


@pytest.mark.criterion("R-2")
def test_sixty_days_of_a_feed_without_validators():
    publisher = Publisher(URL, 6 * HOUR, validators=False)
    live(publisher, 60)
    assert publisher.missed(START) == set()
    assert min(later - earlier for earlier, later in pairwise(publisher.asked)) >= 3 * HOUR
    assert len(publisher.asked) <= 8 * 60


@pytest.mark.criterion("R-5")
def test_sixty_days_of_a_server_whose_304_lies():
    liar = Publisher(URL, 5 * HOUR, size=60)
    honest = liar.answer

    def lies(at: datetime, conditions: dict[str, str]) -> tuple[Answer, int]:
        if conditions:
            liar.asked.append(at)
            return (Response(url=URL, status=304, headers=(), body=b"", fetched=at), None), 0
        return honest(at, conditions)

    feed = Feed(url=URL, name="N", lang="en")
    state, at = first(feed, START), START
    while at < START + 60 * DAY:
        conditions = conditional_headers(state, at)
        answer, new = lies(at, dict(conditions))
        assert not isinstance(answer, ArmswatchError)
        state = after(state, answered(feed, *answer, new=new, conditional=bool(conditions)), at, feed=feed)
        assert state.next_check is not None
        at = state.next_check
    assert 8 <= len(liar.unconditional) <= 9
    assert liar.missed(START) - set(range(liar.number(liar.unconditional[-1]), 10**6)) == set()


@pytest.mark.criterion("R-9")
@pytest.mark.parametrize(
    ("name", "trouble", "least", "most"),
    [
        ("404", status(404), 50, 75),
        ("500", status(500), 50, 75),
        ("403", status(403), 30, 70),
        ("503 without Retry-After", status(503), 55, 80),
        ("429 for two days", status(429, ("retry-after", "172800")), 28, 32),
        ("429 for ever", status(429, ("retry-after", "99999999")), 2, 3),
        ("410", status(410), 2, 3),
        ("time-outs", lambda at, asked: TimedOut("late"), 55, 90),
        ("HTML", lambda at, asked: FeedError("x", reason="html"), 50, 75),
    ],
)
def test_sixty_days_of_a_feed_that_fails(name, trouble, least, most):
    publisher = Publisher(URL, HOUR, trouble=trouble)
    state = live(publisher, 60)
    assert least <= len(publisher.asked) <= most
    assert state.points > 0
    assert health(Feed(url=URL, name="N"), state, START + 60 * DAY).blind
    back = Publisher(URL, HOUR)
    state = poll(back, Feed(url=URL, name="N"), state, START + 61 * DAY)
    assert (state.points, state.failures) == (0.0, 0)


@pytest.mark.criterion("R-9")
def test_a_feed_that_fails_now_and_then_is_hardly_slowed():
    publisher = Publisher(
        URL, timedelta(minutes=30), size=60, trouble=lambda at, asked: TimedOut("late") if asked % 3 == 0 else None
    )
    live(publisher, 60)
    assert publisher.missed(START) == set()
    assert len(publisher.asked) >= 10 * 60


@pytest.mark.criterion("R-6")
def test_twenty_restarts_in_an_hour_make_one_request():
    publisher = Publisher(URL, HOUR)
    feed = Feed(url=URL, name="N")
    state = first(feed, START)
    for minute in range(0, 60, 3):
        at = START + timedelta(minutes=minute)
        if due(state, at):
            state = poll(publisher, feed, state, at)
    assert len(publisher.asked) == 1


@pytest.mark.criterion("R-11")
def test_a_feed_with_skip_days_gets_no_request_on_sunday():
    publisher = Publisher(URL, HOUR)
    feed = Feed(url=URL, name="N")
    state, at = first(feed, START), START
    while at < START + 28 * DAY:
        answer, new = publisher.answer(at, dict(conditional_headers(state, at)))
        assert not isinstance(answer, ArmswatchError)
        response, document = answer
        if document is not None:
            document = FeedDocument(version="rss20", title="N", entries=document.entries, skip_days=frozenset({6}))
        state = after(state, answered(feed, response, document, new=new, conditional=True), at)
        assert state.next_check is not None
        at = state.next_check
    assert not [at for at in publisher.asked if at.weekday() == 6]
    assert publisher.missed(START) == set()


# ── a hundred feeds for a week ────────────────────────────────────────────────────────────────────────────────


def publishers_of_all_kinds(count: int) -> list[Publisher]:
    made = []
    for number in range(count):
        url = f"https://{number}.example.org/rss"
        gap = timedelta(minutes=[5, 20, 60, 180, 720, 1440, 4320][number % 7])
        match number % 20:
            case 17:
                made.append(Publisher(url, gap, size=40, headers=(("cache-control", "max-age=7200"),)))
            case 18:
                made.append(
                    Publisher(
                        url, gap, size=40, trouble=lambda at, asked: TimedOut("late") if asked % 10 == 9 else None
                    )
                )
            case 19:
                made.append(Publisher(url, gap, size=40, trouble=status(404)))
            case _:
                made.append(Publisher(url, gap, size=40))
    return made


@pytest.mark.criterion("R-19")
@pytest.mark.criterion("R-14")
def test_a_week_of_a_hundred_feeds_is_polite_and_misses_nothing():
    publishers = publishers_of_all_kinds(100)
    feeds = [Feed(url=publisher.url, name=publisher.url, lang="en") for publisher in publishers]
    states = [first(feed, START) for feed in feeds]
    queue = [(START, number) for number in range(100)]
    while queue:
        at, number = heapq.heappop(queue)
        if at >= START + 7 * DAY:
            break
        assert due(states[number], at)
        states[number] = poll(publishers[number], feeds[number], states[number], at)
        next_check = states[number].next_check
        assert next_check is not None
        heapq.heappush(queue, (next_check, number))

    requests = sum(state.requests for state in states)
    assert sum(state.early for state in states) == 0
    working = [state for number, state in enumerate(states) if number % 20 != 19]
    conditional = 1 - sum(state.unconditional for state in working) / sum(state.requests for state in working)
    assert conditional >= 0.9
    assert all(len(publisher.unconditional) <= 1 for number, publisher in enumerate(publishers) if number % 20 != 19)
    assert all(
        later - earlier >= HOUR - timedelta(seconds=2)
        for publisher in publishers
        for earlier, later in pairwise(publisher.asked)
    )
    assert all(publisher.missed(START) == set() for number, publisher in enumerate(publishers) if number % 20 != 19)
    assert requests <= 100 * 7 * 20


@pytest.mark.criterion("R-13")
def test_no_minute_of_the_hour_has_more_than_a_twentieth_of_two_hundred_feeds():
    publishers = publishers_of_all_kinds(200)
    minutes: dict[int, list[int]] = {}
    for number, publisher in enumerate(publishers):
        feed = Feed(url=publisher.url, name=publisher.url, lang="en")
        state, at = first(feed, START), START
        for polled in range(60):
            state = poll(publisher, feed, state, at)
            assert state.next_check is not None
            at = state.next_check
            if polled >= 2:  # the first polls find the feed's own minute
                minutes.setdefault(number, []).append(at.minute)
    for polled in range(58):
        starts = Counter(row[polled] for row in minutes.values())
        assert max(starts.values()) <= 0.05 * len(publishers)
