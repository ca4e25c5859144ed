"""The silent-edit watch: what was shown is read again, and what changed is told once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.cli.wordings import rewordings, told
from bot.core.edits import changed
from bot.core.matches import Matcher
from bot.core.watchlists import load
from bot.errors import HostResting
from bot.jobs.digest import Digester
from bot.jobs.judge import Judge
from bot.jobs.revisit import Revisiter
from bot.model import Coverage, Response, Subscription
from bot.render import console
from bot.store import Store
from tests.fakes import START, entry
from tests.jobs.test_read import CLAIM, WATCHLIST, Desk

URL = "https://wire.example/1"
DESK = Subscription(name="desk", channel="console", target="")


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher([load(WATCHLIST.read_bytes(), file=str(WATCHLIST))])


@pytest.fixture
def shown(store: Store, matcher: Matcher) -> Desk:
    """A desk whose one article was told in a digest."""
    desk = Desk(store, matcher)
    desk.arrives(entry(1, title="White House on containers"))
    desk.page(URL, "White House on containers", CLAIM)
    desk.reader.work_off()
    digester(desk).run(force=True)
    return desk


def digester(desk: Desk) -> Digester:
    return Digester(
        store=desk.store, subscriptions=(DESK,), render={"console": console.deliveries}, coverage=lambda _: Coverage(by_lang=()), labels={}, clock=desk.clock
    )  # fmt: skip


def looks(desk: Desk, matcher: Matcher, page_budget: int = 200) -> list[str]:
    judge = Judge(store=desk.store, matcher=matcher, lexicon=None)
    return Revisiter(
        store=desk.store, fetch=desk.fetch, parse=desk.parse, judge=judge, clock=desk.clock, page_budget=page_budget
    ).run()


def test_what_was_shown_is_read_again_after_a_day_a_week_and_a_month(shown: Desk, matcher: Matcher):
    asked = len(shown.fetch.asked)
    for span, total in (
        (timedelta(hours=23), 0),
        (timedelta(hours=2), 1),
        (timedelta(days=6), 2),
        (timedelta(days=24), 3),
        (timedelta(days=90), 3),
    ):
        shown.clock.now += span
        assert looks(shown, matcher) == []
        assert len(shown.fetch.asked) - asked == total


def test_a_changed_figure_is_a_correction_in_the_next_digest_and_both_versions_stay(shown: Desk, matcher: Matcher):
    shown.clock.now += timedelta(hours=25)
    shown.page(URL, "White House on containers", CLAIM.replace("1,000", "1,200"))
    (said,) = looks(shown, matcher)
    assert "figures 1,000 gone, 1,200 new" in said
    article = shown.store.articles.by_url(URL)
    assert article is not None
    assert ("1,200" in article.text, article.revision) == (True, 2)
    assert ["1,000" in one.text for one in shown.store.revisits.revisions(article.id)] == [True]
    digester(shown).run(force=True)
    digest = shown.store.digests.last("desk")
    assert digest is not None
    assert digest.corrections == (said,)
    assert digest.stories == ()


def test_a_look_is_conditional_and_a_304_ends_it(store: Store, matcher: Matcher):
    desk = Desk(store, matcher)
    desk.arrives(entry(1, title="White House on containers"))
    desk.page(URL, "White House on containers", CLAIM)
    given = (("content-type", "text/html"), ("etag", 'W/"a b"'), ("last-modified", "Mon, 2 Mar 2026 05:00:00 +0000"))
    desk.fetch.answers[URL] = Response(url=URL, status=200, headers=given, body=URL.encode(), fetched=START)
    desk.reader.work_off()
    digester(desk).run(force=True)
    desk.clock.now += timedelta(hours=25)
    desk.fetch.answers[URL] = Response(url=URL, status=304, headers=(), body=b"", fetched=START)
    assert looks(desk, matcher) == []
    assert desk.fetch.asked[-1].headers == (
        ("If-None-Match", 'W/"a b"'),
        ("If-Modified-Since", "Mon, 2 Mar 2026 05:00:00 +0000"),
    )
    assert looks(desk, matcher) == []
    assert len(desk.fetch.asked) == 2


def test_a_look_takes_from_the_hosts_daily_budget(shown: Desk, matcher: Matcher):
    shown.clock.now += timedelta(hours=25)
    asked = len(shown.fetch.asked)
    assert looks(shown, matcher, page_budget=0) == []
    assert len(shown.fetch.asked) == asked
    shown.clock.now += timedelta(hours=7)
    looks(shown, matcher)
    assert len(shown.fetch.asked) == asked + 1


def test_a_host_that_rests_is_looked_at_when_it_has_rested(shown: Desk, matcher: Matcher):
    shown.clock.now += timedelta(hours=25)
    until = shown.clock.now + timedelta(hours=20)
    page, shown.fetch.answers[URL] = shown.fetch.answers[URL], HostResting("asked for a rest", retry_at=until)
    assert looks(shown, matcher) == []
    assert shown.store.revisits.due(until - timedelta(minutes=1)) == []
    shown.fetch.answers[URL] = page
    assert len(shown.store.revisits.due(until)) == 1


def test_a_wall_before_the_text_is_no_change_of_it(shown: Desk, matcher: Matcher):
    shown.clock.now += timedelta(hours=25)
    shown.page(URL, "Before you continue", "We use 12,000 cookies.", quality="paywalled")
    assert looks(shown, matcher) == []
    article = shown.store.articles.by_url(URL)
    assert article is not None
    assert article.title == "White House on containers"


def test_both_wordings_are_told_apart_sentence_by_sentence(shown: Desk, matcher: Matcher):
    shown.clock.now += timedelta(hours=25)
    shown.page(URL, "White House on more containers", CLAIM.replace("1,000", "1,200"))
    looks(shown, matcher)
    article = shown.store.articles.by_url(URL)
    assert article is not None
    (rewording,) = rewordings(shown.store, article.id)
    first, *lines = told(rewording)
    assert (
        "“White House on containers” now reads “White House on more containers”; figures 1,000 gone, 1,200 new" in first
    )
    assert [line[:2] for line in lines] == ["- ", "+ "]
    assert [("1,000" in line, "1,200" in line) for line in lines] == [(True, False), (False, True)]
    assert rewordings(shown.store, "a-unheard-of") == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_was_taken_down_is_told(shown: Desk, matcher: Matcher, status: int):
    shown.clock.now += timedelta(hours=25)
    shown.fetch.answers[URL] = Response(url=URL, status=status, headers=(), body=b"", fetched=START)
    (said,) = looks(shown, matcher)
    assert f"HTTP {status}" in said
    assert shown.store.articles.by_url(URL) is not None


def test_a_server_in_trouble_is_asked_again_later(shown: Desk, matcher: Matcher):
    shown.clock.now += timedelta(hours=25)
    shown.fetch.answers[URL] = Response(url=URL, status=503, headers=(), body=b"", fetched=START)
    assert looks(shown, matcher) == []
    assert shown.store.revisits.due(shown.clock.now) == []
    assert len(shown.store.revisits.due(shown.clock.now + timedelta(hours=6))) == 1


@pytest.mark.parametrize(
    ("new_title", "new_text", "said"),
    [
        ("Title", "They sent 500 shells to the front.", ""),
        ("title", "They sent 500 shells to the  front.", ""),
        ("Title", "They sent 700 shells to the front.", "figures 500 gone, 700 new"),
        ("Title", "They sent 500 shells to the front. Also 30 trucks.", ""),
        ("Other", "They sent 500 shells to the front.", "headline"),
    ],
)
def test_only_headlines_and_figures_are_news(new_title: str, new_text: str, said: str):
    found = changed("Title", "They sent 500 shells to the front.", new_title, new_text)
    assert said in found
    assert bool(found) == bool(said)
