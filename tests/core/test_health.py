"""A feed's condition in words, what the watch cannot see, and notices that come once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.feedstate import FeedState
from bot.core.health import Health, coverage, health, noteworthy, notices
from bot.core.pacing import after, answered, first
from bot.model import Entry, Feed, FeedDocument, Response

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FEED = Feed(url="https://news.example.org/rss", name="News", lang="ru")
FINE = FeedState(
    url=FEED.url,
    last_poll=NOW,
    last_success=NOW,
    final_url=FEED.url,
    entries=20,
    newest=NOW - timedelta(hours=2),
    last_new=NOW - timedelta(hours=2),
    usual_gap=7200,
    body_sha="x",
    requests=10,
)


def words(state: FeedState, *, feed: Feed = FEED, at: datetime = NOW) -> tuple[str, ...]:
    return health(feed, state, at).words


def test_a_feed_that_answers_with_news_is_fine():
    assert words(FINE) == ("ok",)
    assert words(FeedState(url=FEED.url)) == ("new",)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"last_error": "HTTP 500", "error_kind": "status", "failures": 3}, "failing"),
        ({"last_error": "HTTP 500", "error_kind": "status", "failures": 90, "points": 40.0}, "dead"),
        ({"last_error": "HTTP 410: gone", "error_kind": "gone", "gone": True, "failures": 1}, "gone"),
        ({"last_error": "HTTP 403: refused to us", "error_kind": "blocked", "failures": 1}, "blocked"),
        ({"last_error": "an HTML page", "error_kind": "html", "failures": 3}, "html"),
        ({"entries": 2}, "thin"),
        ({"undated_polls": 3, "newest": None}, "undated"),
        ({"foreign_polls": 3}, "flipped"),
        ({"moved_to": "https://new.example.org/rss"}, "moved"),
        ({"final_url": "https://parking.example.net/"}, "elsewhere"),
        ({"entries": 0}, "silent"),
    ],
)
def test_each_condition_has_its_word_and_a_sentence(changes, word):
    found = health(FEED, replace(FINE, **changes), NOW)
    assert found.word == word
    assert found.detail


@pytest.mark.criterion("R-27")
def test_a_feed_is_silent_when_its_rhythm_breaks_and_not_before():
    daily = replace(FINE, usual_gap=86400.0)
    assert words(daily, at=NOW + timedelta(days=4)) == ("ok",)
    assert words(daily, at=NOW + timedelta(days=6)) == ("silent",)
    monthly = replace(FINE, usual_gap=30 * 86400.0)
    assert words(monthly, at=NOW + timedelta(days=100)) == ("ok",)
    busy = replace(FINE, usual_gap=600.0)
    assert words(busy, at=NOW + timedelta(days=1)) == ("ok",)  # a weekend is no silence
    assert words(busy, at=NOW + timedelta(days=3)) == ("silent",)


def test_a_busy_feed_that_answers_the_same_for_a_week_is_frozen():
    assert words(replace(FINE, quiet_polls=40), at=NOW + timedelta(days=8)) == ("frozen",)


def test_two_failures_are_weather():
    state = replace(FINE, last_error="HTTP 500", error_kind="status", failures=2)
    found = health(FEED, state, NOW)
    assert found.word == "failing"
    assert not noteworthy(found, state)
    assert noteworthy(health(FEED, replace(state, failures=3), NOW), replace(state, failures=3))


def test_the_worst_word_comes_first():
    state = replace(FINE, foreign_polls=5, undated_polls=5, moved_to="https://new.example.org/rss")
    assert words(state) == ("flipped", "undated", "moved")


def test_titles_in_other_letters_are_noticed_over_three_documents():
    entries = tuple(
        Entry(
            id=str(n), feed=FEED.url, guid=str(n), url="", title="An English title about ships and ports", published=NOW
        )
        for n in range(5)
    )
    document = FeedDocument(version="rss20", title="x", entries=entries)
    answer = Response(url=FEED.url, status=200, headers=(), body=b"x", fetched=NOW)
    state = first(FEED, NOW)
    for count in range(3):
        assert health(FEED, state, NOW).word != "flipped", count
        state = after(state, answered(FEED, answer, document, new=0, conditional=False), NOW)
    assert health(FEED, state, NOW).word == "flipped"


def test_coverage_counts_by_language_and_names_the_holes():
    def pair(lang: str, number: int, **changes: object) -> tuple[Feed, FeedState]:
        feed = Feed(url=f"https://{lang}{number}.example.org/", name=f"{lang.upper()} {number}", lang=lang)
        return feed, replace(FINE, url=feed.url, final_url=feed.url, **changes)  # type: ignore[arg-type]  # a table of changes

    down: dict[str, object] = {"last_error": "HTTP 500", "error_kind": "status", "failures": 5}
    pairs = [
        pair("ko", 1),
        pair("ko", 2, **down),
        pair("ko-KR", 3, **down),
        pair("en", 1),
        pair("en", 2),
        pair("en", 3, **down),
        pair("ru", 1, **{**down, "failures": 1}),
    ]
    found = coverage(pairs, NOW, items_read=7)
    assert found.by_lang == (("en", 2, 3), ("ko", 1, 3), ("ru", 1, 1))
    assert found.holes == ("ko 1/3: KO 2 failing since 2 Mar 12:00 UTC, KO-KR 3 failing since 2 Mar 12:00 UTC",)
    assert found.items_read == 7


def test_a_feed_that_answers_without_news_is_blind_since_its_last_news():
    quiet = replace(FINE, newest=NOW - timedelta(days=9), last_new=NOW - timedelta(days=8))
    assert coverage([(FEED, quiet)], NOW).holes == ("ru 0/1: News silent since 22 Feb 12:00 UTC",)


def test_a_feed_that_never_answered_is_not_counted_as_one_that_works():
    never = FeedState(url=FEED.url, last_poll=NOW, last_error="no route to host", error_kind="network", failures=1)
    unasked = FeedState(url=FEED.url)
    assert coverage([(FEED, never)], NOW).by_lang == (("ru", 0, 1),)
    assert coverage([(FEED, never)], NOW).holes == ("ru 0/1: News failing",)
    assert coverage([(FEED, unasked)], NOW).by_lang == (("ru", 1, 1),)


def test_a_notice_comes_once_and_its_recovery_once():
    blind = Health(url=FEED.url, words=("silent",), detail="nothing new for 6 days")
    fine = Health(url=FEED.url, words=("ok",), detail="")
    names = {FEED.url: "News"}
    (notice,) = notices([blind], {}, NOW, names)
    assert (notice.kind, notice.subject, notice.text, notice.recovered) == (
        "feed-silent",
        FEED.url,
        "News: nothing new for 6 days",
        None,
    )
    assert notices([blind], {FEED.url: notice}, NOW, names) == ()
    (recovered,) = notices([fine], {FEED.url: notice}, NOW + timedelta(days=1), names)
    assert (recovered.id, recovered.recovered) == (notice.id, NOW + timedelta(days=1))
    assert notices([fine], {}, NOW, names) == ()
