"""Candidates for a story: shared keys in time, shared bands at any time; what is read is bounded, however much is stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.model import Article, Claim, Membership, Story
from bot.store import Store
from bot.store.articles import Judgement
from bot.store.nearness import A_KEY, FIRST, LAST, PRINTS
from tests.fakes import START

DAY = timedelta(days=1)


def claim(number: int, claimant: str = "White House", **changes: object) -> Claim:
    made = Claim(
        id=f"c-{number}", claimant=claimant, claimant_type="government", status="asserted", direction="dprk>russia"
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def put(
    store: Store, number: int, story: str = "", *, role: str = "", at: datetime = START, keys: tuple[str, ...] = ("k",),
    bands: tuple[str, ...] = (), claims: tuple[Claim, ...] = (),
) -> None:  # fmt: skip
    story = story or f"s-{number}"
    one = Article(
        id=f"a-{number:05d}",
        url="",
        canonical_url="",
        title=f"Title {number}",
        text="",
        quality="teaser",
        published=at,
        first_seen=at,
    )
    store.articles.save(
        Judgement(
            article=one,
            verdicts=(),
            story=Story(id=story, watchlist="w", title=one.title, founded=at, latest=at),
            membership=Membership(story=story, article=one.id, role=role or "founder"),  # type: ignore[arg-type]
            signature=f'"{number}"',
            keys=keys,
            fingerprint=f'"{number}"',
            fingerprint_version="v",
            bands=bands,
            claims=claims,
        ),
        at,
    )


def near(store: Store, *keys: str, bands: tuple[str, ...] = (), limit: int = 25, **weights: float) -> list[str]:
    wanted = dict.fromkeys(keys, 1.0) | weights
    found = store.stories.near(wanted, bands, earliest=START - DAY, latest=START + DAY, limit=limit)
    return [one.story for one in found]


def test_a_story_is_near_by_a_key_in_time_or_by_a_band_at_any_time(store: Store):
    put(store, 1, bands=("b",), at=START + 2 * DAY)
    put(store, 2)
    assert near(store, "k") == ["s-2"]
    assert near(store, bands=("b",)) == ["s-1"]
    assert near(store) == []


def test_those_that_share_most_weight_come_first(store: Store):
    put(store, 1, keys=("light", "usual"))
    put(store, 2, keys=("rare",))
    assert near(store, light=0.3, usual=0.3, rare=1.0) == ["s-2", "s-1"]
    assert near(store, light=0.3, usual=0.3, rare=1.0, limit=1) == ["s-2"]


def test_of_a_key_that_everybody_shares_the_latest_reports_are_looked_at(store: Store):
    for number in range(A_KEY + 20):
        put(store, number, at=START + timedelta(seconds=number))
    found = near(store, "k", limit=1000)
    assert len(found) == A_KEY
    assert f"s-{A_KEY + 19}" in found
    assert "s-0" not in found


def test_of_a_long_story_the_first_and_the_last_reports_are_compared(store: Store):
    for number in range(60):
        put(store, number, "s-long", role="founder" if number == 0 else "joined", at=START + timedelta(minutes=number))
    (found,) = store.stories.near({"k": 1.0}, (), earliest=START - DAY, latest=START + DAY)
    assert len(found.reports) == FIRST + LAST
    assert (found.reports[0], found.reports[-1]) == ('"0"', '"59"')
    assert (found.founded, found.latest) == (START, START + timedelta(minutes=59))


def test_copies_are_found_by_their_bands_and_are_no_reports(store: Store):
    put(store, 1, "s-1", bands=("b",))
    for number in range(2, 102):
        put(store, number, "s-1", role="copy", bands=("b",), at=START + timedelta(seconds=number))
    (found,) = store.stories.near({"k": 1.0}, ("b",), earliest=START - DAY, latest=START + DAY)
    assert found.reports == ('"1"',)
    assert 1 < len(found.prints) <= PRINTS
    assert found.prints[0][0] == "a-00001"


def test_a_storys_voices_are_its_distinct_named_claims_of_title_and_lead(store: Store):
    nameless, deep = claim(8, "unattributed"), claim(9, "NIS", start=2000)
    put(store, 1, "s-1", claims=(claim(1), nameless, deep))
    put(store, 2, "s-1", role="joined", claims=(claim(2), claim(3, status="denied")))
    (found,) = store.stories.near({"k": 1.0}, (), earliest=START - DAY, latest=START + DAY)
    assert [(one.claimant, one.status) for one in found.voices] == [
        ("White House", "asserted"),
        ("White House", "denied"),
    ]


def test_a_later_revision_keeps_its_place_in_the_story(store: Store):
    put(store, 1, "s-1")
    put(store, 2, "s-1", role="copy")
    put(store, 2, "s-1", role="joined")
    assert store.stories.standing("a-00002") == ("s-1", "copy")
    (found,) = store.stories.near({"k": 1.0}, (), earliest=START - DAY, latest=START + DAY)
    assert found.reports == ('"1"',)


def test_a_merged_story_is_near_under_the_name_that_it_has_now(store: Store):
    put(store, 1, "s-1")
    put(store, 2, "s-2")
    one = Article(
        id="a-3", url="", canonical_url="", title="t", text="", quality="teaser", published=START, first_seen=START
    )
    story = Story(id="s-1", watchlist="w", title="t", founded=START, latest=START)
    place = Membership(story="s-1", article="a-3", role="joined")
    store.articles.save(Judgement(article=one, verdicts=(), story=story, membership=place, merges=("s-2",)), START)
    assert near(store, "k") == ["s-1"]


@pytest.mark.parametrize("wanted", [{}, {"unknown": 1.0}])
def test_nothing_is_near_where_nothing_is_shared(store: Store, wanted: dict[str, float]):
    put(store, 1)
    assert store.stories.near(wanted, ("x",), earliest=START - DAY, latest=START + DAY) == []
