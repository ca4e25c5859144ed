"""Pages behind a wall rest for a week, whatever their feed says meanwhile; pages that change are read again, but seldom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import ExtractError, HostResting
from bot.model import Response
from tests.fakes import START, entry
from tests.jobs.test_read import CLAIM, Desk, desk, matcher  # noqa: F401 - fixtures

PAGE = "https://wire.example/1"
WALLS = {
    "a 403": Response(url=PAGE, status=403, headers=(), body=b"no", fetched=START),
    "a payment wall": Response(url=PAGE, status=402, headers=(), body=b"no", fetched=START),
    "a challenge that says so": Response(
        url=PAGE, status=200, headers=(("cf-mitigated", "challenge"),), body=b"wait", fetched=START
    ),
    "a challenge that calls itself busy": Response(
        url=PAGE,
        status=503,
        headers=(),
        body=b"<script src=/cdn-cgi/challenge-platform/x.js></script>",
        fetched=START,
    ),
}


@pytest.mark.criterion("R-18")
@pytest.mark.parametrize("wall", WALLS.values(), ids=WALLS.keys())
def test_a_wall_is_left_alone_for_a_week_and_then_looked_at_once_more(desk: Desk, wall: Response):  # noqa: F811
    desk.arrives(entry(1, summary=CLAIM))
    desk.fetch.answers[PAGE] = wall
    asked = {}
    for day in range(30):
        desk.reader.work_off()
        asked[day] = len(desk.fetch.asked)
        desk.clock.advance(days=1)
    assert (asked[0], asked[6], asked[8], asked[29]) == (1, 1, 2, 2)
    (article,) = desk.store.articles.since(START - timedelta(days=1))
    assert (article.quality, article.text) == ("blocked", CLAIM)
    assert desk.states() == {"done": 1}


@pytest.mark.criterion("R-18")
def test_a_challenge_that_only_the_reader_of_pages_knows_is_a_wall_too(desk: Desk):  # noqa: F811
    desk.arrives(entry(1, summary=CLAIM))
    desk.fetch.answers[PAGE] = b"just a moment"
    desk.parse.pages[b"just a moment"] = ExtractError("a page that wants a browser", reason="challenge")
    desk.reader.work_off()
    desk.clock.advance(days=6)
    desk.reader.work_off()
    assert len(desk.fetch.asked) == 1


@pytest.mark.criterion("R-18")
def test_a_new_headline_does_not_take_the_wall_away(desk: Desk):  # noqa: F811
    desk.arrives(entry(1, title="Talks begin", summary=CLAIM))
    desk.fetch.answers[PAGE] = WALLS["a 403"]
    desk.reader.work_off()
    desk.clock.advance(hours=5)
    desk.arrives(replace(entry(2, title="Talks end", summary=CLAIM, url=PAGE)))
    desk.reader.work_off()
    assert len(desk.fetch.asked) == 1


@pytest.mark.criterion("R-18")
def test_a_wall_that_fell_gives_the_article_its_text(desk: Desk):  # noqa: F811
    desk.arrives(entry(1, title="Talks", summary=CLAIM))
    desk.fetch.answers[PAGE] = WALLS["a 403"]
    desk.reader.work_off()
    desk.page(PAGE, "Talks", f"{CLAIM} The rest of the page, which nobody could read before, says more about it.")
    desk.clock.advance(days=8)
    desk.reader.work_off()
    (article,) = desk.store.articles.since(START - timedelta(days=1))
    assert (article.quality, article.revision) == ("full", 2)


@pytest.mark.criterion("R-8")
def test_a_page_of_a_resting_host_waits_as_long_as_the_host_asked(desk: Desk):  # noqa: F811
    desk.arrives(entry(1, summary=CLAIM))
    until = START + timedelta(hours=5)
    desk.fetch.answers[PAGE] = HostResting("wire.example asked for a rest", retry_at=until)
    desk.reader.work_off()
    desk.clock.advance(hours=4)
    desk.reader.work_off()
    assert len(desk.fetch.asked) == 1
    desk.clock.advance(hours=2)
    desk.reader.work_off()
    assert len(desk.fetch.asked) == 2


@pytest.mark.criterion("R-29")
def test_a_page_that_keeps_changing_its_headline_is_read_again_twice_and_no_more(desk: Desk):  # noqa: F811
    for number in range(1, 7):
        title = f"Shipment report, edition {number}"
        desk.page(PAGE, title, f"{CLAIM} Edition {number} adds another sentence about the harbour and its cranes.")
        desk.arrives(entry(number, title=title, url=PAGE))
        desk.reader.work_off()
        desk.clock.advance(hours=2)
    assert len(desk.fetch.asked) == 3
    (article,) = desk.store.articles.since(START - timedelta(days=1))
    assert article.revision == 3


@pytest.mark.criterion("R-29")
def test_after_three_days_a_new_headline_is_no_reason_to_read_again(desk: Desk):  # noqa: F811
    desk.page(PAGE, "First", f"{CLAIM} The page as it was first.")
    desk.arrives(entry(1, title="First", url=PAGE))
    desk.reader.work_off()
    desk.clock.advance(hours=73)
    desk.arrives(entry(2, title="Second", url=PAGE))
    desk.reader.work_off()
    assert len(desk.fetch.asked) == 1
