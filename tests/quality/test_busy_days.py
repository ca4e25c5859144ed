"""A digest of the busiest days: a handful of stories out of a hundred items, and no development is missed.

Real items of 12–14 September 2023 are not among the visible data, so these days are written anew (tests/data/stories_busy.jsonl,
113 items in ten languages, 14 developments in scope); the real ones nearest to them (4–8 September) and the busiest days of the hand-grouped file
are real. All go the live road: match, story, claims, digest at seven.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.identities import mint
from bot.core.matches import Matcher
from bot.core.urls import host_of, registrable
from bot.core.watchlists import load
from bot.jobs.beside import lexicon_beside, publishers_beside
from bot.jobs.digest import Digester
from bot.jobs.judge import Judge
from bot.model import Article, Coverage, Digest, Subscription
from bot.places import packaged
from bot.render.console import text
from bot.store import Store
from tests.fakes import FakeClock
from tests.quality.test_stories_quality import Row, is_report, items, rows

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("ARMSWATCH_SHARED", ROOT / ".." / "shared")) / "data"
WATCHLIST = packaged("watchlists/russia-dprk-arms.toml")
HOUR = 7
MOST = 12
"""Stories that a reader bears in one digest."""

PLAN = ("6a71dee343a0c0e1", "7a3e2782402f74f9", "5ee90f03a6251ffc")
PRICE = ("f7c31163fefa648d", "99e3ce969d2beaca")
"""Ids of real items that report one development each: the plan to meet, and the warning of the next day."""


class Desk:
    """A judge and a digester over one store; `days` reads items as they were published and makes each morning's digest."""

    def __init__(self, store: Store) -> None:
        watchlist = load(WATCHLIST.read_bytes(), file=str(WATCHLIST))
        publishers = publishers_beside([WATCHLIST])
        self.store, self.clock = store, FakeClock()
        self.judge = Judge(
            store=store, matcher=Matcher([watchlist]), lexicon=lexicon_beside(WATCHLIST), publishers=publishers
        )
        self.digester = Digester(
            store=store,
            subscriptions=[Subscription(name="desk", channel="console", target="", zone="UTC", hour=HOUR)],
            render={"console": lambda digest, subscription: ()},
            coverage=lambda now: Coverage(by_lang=()),
            labels={**watchlist.labels, **watchlist.parties, "title": watchlist.title},
            clock=self.clock,
            publishers=publishers,
        )

    def days(self, given: Sequence[Row]) -> Iterator[tuple[int, Digest]]:
        """(items read since the last one, digest) of each morning."""
        waiting = sorted(items(given), key=lambda one: (str(one.date), one.id))
        cut = at_seven(waiting[0].date)
        while True:
            read = 0
            while waiting and waiting[0].date is not None and waiting[0].date < cut:
                item = waiting.pop(0)
                self.clock.now = (item.date or cut) + timedelta(minutes=5)
                article = Article(
                    id=name_of(item.id), url=item.url, canonical_url=item.url, title=item.title, text=item.text,
                    quality="teaser", outlet=item.outlet, host=registrable(host_of(item.url)), lang=item.lang,
                    published=item.date, first_seen=self.clock.now,
                )  # fmt: skip
                self.store.articles.save(self.judge(article, self.clock.now), self.clock.now)
                read += 1
            self.clock.now = cut
            yield from ((read, digest) for digest in self.digester.run())
            if not waiting:
                return
            cut = at_seven(waiting[0].date)

    def unmet(self, given: Sequence[Row], digests: Sequence[Digest]) -> list[str]:
        """Developments of which a report matched, and which founded no story of their own that a digest told."""
        told = {story.story for digest in digests for story in digest.stories}
        told = {found.id for found in map(self.store.stories.get, told) if found is not None}
        matched: set[str] = set()
        met: set[str] = set()
        for row in filter(is_report, given):
            place = self.store.stories.standing(name_of(row["id"]))
            if place is None:
                continue
            matched.add(row["story"])
            if place[0] in told and place[1] == "founder":
                met.add(row["story"])
        assert matched
        return sorted(matched - met)


def name_of(item: str) -> str:
    return mint("a", item)


def at_seven(at: datetime | None) -> datetime:
    """The first seven o'clock after a time."""
    assert at is not None
    day = at.astimezone(UTC).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return day if day > at else day + timedelta(days=1)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_three_days_of_a_summit_in_ten_languages_are_a_handful_of_stories_a_day_and_none_is_missed(desk: Desk):
    given = rows(ROOT / "tests" / "data" / "stories_busy.jsonl")
    days = list(desk.days(given))
    assert max(read for read, _ in days) > 60
    assert max(len(digest.stories) for _, digest in days) <= MOST
    assert desk.unmet(given, [digest for _, digest in days]) == []
    said = text(max((digest for _, digest in days), key=lambda one: len(one.stories)))
    assert "White House" in said
    assert "1 NEW" in " ".join(said.split())


def test_written_items_of_two_years_are_told_as_the_developments_that_they_are(desk: Desk):
    given = rows(ROOT / "tests" / "data" / "stories_fresh.jsonl")
    assert desk.unmet(given, [digest for _, digest in desk.days(given)]) == []


@pytest.mark.shared
def test_no_real_day_has_more_than_a_dozen_stories_and_no_development_is_missed(desk: Desk):
    given = rows(SHARED / "stories" / "dev.jsonl")
    digests = [digest for _, digest in desk.days(given)]
    assert max(len(digest.stories) for digest in digests) <= MOST
    assert desk.unmet(given, digests) == []


@pytest.mark.shared
def test_the_days_before_the_summit_are_told_as_the_plan_to_meet_and_the_warning(desk: Desk):
    lines = (SHARED / "relevance" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    given = [row for row in map(json.loads, lines) if "2023-09-04" <= (row["date"] or "")[:10] <= "2023-09-08"]
    for row in given:
        row["date"] = row["date"].replace(" 12:00", "T12:00")
    days = list(desk.days(given))
    assert max(read for read, _ in days) >= 25
    assert max(len(digest.stories) for _, digest in days) <= MOST
    plan = [desk.store.stories.standing(name_of(one)) for one in PLAN]
    price = [desk.store.stories.standing(name_of(one)) for one in PRICE]
    assert len({place[0] for place in plan if place}) == 1
    assert len({place[0] for place in price if place}) == 1
    assert plan[0] != price[0]
