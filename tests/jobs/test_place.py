"""The live road of stories: articles one by one through the judge and a real store; nothing bad makes a giant of them."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.duplicates import fingerprint
from bot.core.identities import mint, text_sha
from bot.core.matches import Matcher
from bot.core.watchlists import load
from bot.jobs.behind import NOBODY, behind
from bot.jobs.beside import lexicon_beside, publishers_beside
from bot.jobs.judge import Judge
from bot.jobs.resign import VERSION, Resigner
from bot.model import Article
from bot.places import packaged
from bot.store import Store
from tests.fakes import START

WATCHLIST = packaged("watchlists/russia-dprk-arms.toml")
FIGURE = "White House says North Korea shipped 2,400 containers of munitions to Russia"
FIGURE_TEXT = "The National Security Council released satellite images of the port of Najin on Tuesday."
TEN = (
    "North Korea denies sending shells to Russia, Kim Yo Jong calls the claim nonsense",
    "Debris of a North Korean Hwasong-11 missile fired by Russia found in Kharkiv, prosecutors say",
    "US Treasury sanctions two Russian shipping firms over North Korean munitions",
    "Japan's defence minister says North Korean rockets reach Russia through Khasan",
    "Koksan howitzers from North Korea seen on Russian train in Krasnoyarsk",
    "Budanov: half of Russia's shells come from North Korea",
    "Seoul's spy agency counts 28,000 containers of North Korean arms sent to Russia",
    "Drones hit Toropets depot where Russia keeps North Korean missiles",
    "UN panel of experts reports on ships that carried North Korean arms to Dunay in Russia",
    "Britain publishes images of the Angara loading North Korean munitions for Russia",
)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher([load(WATCHLIST.read_bytes(), file=str(WATCHLIST))])


class Desk:
    """A judge over a store; `arrives` gives the story of an article."""

    def __init__(self, store: Store, matcher: Matcher) -> None:
        self.store = store
        self.now = START
        self.judge = Judge(
            store=store, matcher=matcher, lexicon=lexicon_beside(WATCHLIST), publishers=publishers_beside([WATCHLIST])
        )
        self.number = 0

    def arrives(self, title: str, text: str = "", *, hours: float = 0, dated: bool = True, **changes: object) -> str:
        self.number += 1
        url = f"https://paper{self.number}.example/a"
        self.now = max(self.now, START + timedelta(hours=min(hours, 1000)))
        made = Article(
            id=mint("a", url), url=url, canonical_url=url, title=title, text=text, quality="teaser" if text else "headline-only",
            outlet=f"Paper {self.number}", published=START + timedelta(hours=hours) if dated else None, first_seen=self.now,
            text_sha=text_sha(text),
        )  # fmt: skip
        article = replace(made, **changes)  # type: ignore[arg-type]
        judgement = self.judge(article, self.now)
        self.store.articles.save(judgement, self.now)
        return judgement.story.id if judgement.story else ""


@pytest.fixture
def desk(store: Store, matcher: Matcher) -> Desk:
    return Desk(store, matcher)


def test_two_newsrooms_on_one_briefing_are_one_story(desk: Desk):
    first = desk.arrives(FIGURE, FIGURE_TEXT)
    assert desk.arrives("Белый дом: КНДР отправила в Россию 2400 контейнеров с боеприпасами", hours=2) == first
    assert desk.arrives("백악관 “북한, 러시아에 포탄 컨테이너 2400개 보내”", hours=3) == first


def test_ten_developments_and_a_live_blog_on_all_of_them_stay_ten(desk: Desk):
    founded = [desk.arrives(title, hours=number / 10) for number, title in enumerate(TEN)]
    assert len(set(founded)) == len(TEN)
    live = desk.arrives("Ukraine war live: " + TEN[0], " ".join(TEN), hours=2)
    assert live == founded[0] or live not in founded
    again = [desk.arrives(title, "The report was repeated.", hours=3 + number / 10) for number, title in enumerate(TEN)]
    assert again == founded
    assert max(Counter([*founded, live, *again]).values()) <= 3


def test_a_live_blog_that_is_read_again_and_again_tells_nothing(desk: Desk):
    story = desk.arrives(FIGURE, FIGURE_TEXT)
    title = "Ukraine war live: " + FIGURE
    desk.arrives(
        title, "Follow the day's events from Kyiv to Najin, with word from the White House on containers.", hours=1
    )
    (blog,) = [one for one in desk.store.articles.since(START - timedelta(days=1)) if one.title == title]
    for revision in range(2, 5):
        newer = replace(
            blog,
            revision=revision,
            text=f"{FIGURE_TEXT} The Pentagon says {revision},000 shells were sent by North Korea to Russia.",
        )
        desk.store.articles.save(desk.judge(newer, desk.now, previous=desk.store.articles.verdicts(blog.id)), desk.now)
    assert desk.store.stories.standing(blog.id) == (story, "also")
    assert [one.kind for one in desk.store.stories.changes(story)] == ["NEW"]


def test_what_hangs_on_a_story_says_nothing_for_it(desk: Desk):
    story = desk.arrives(FIGURE, FIGURE_TEXT)
    before = desk.store.stories.get(story)
    title = "Analysis: what North Korean munitions mean for Russia after the White House counted 2,400 containers"
    text = "The Pentagon said North Korea sent Russia 9,000 shells. Kim and Putin look for more to trade at Najin."
    assert desk.arrives(title, text, hours=2) == story
    after = desk.store.stories.get(story)
    assert before is not None
    assert after is not None
    assert len(after.articles) == 2
    assert after.origins == before.origins
    told = behind(desk.store, story, desk.judge.publishers)
    assert (len(told.first), [one.title for one in told.hangs]) == (1, [title])
    assert not [one for one in desk.store.stories.claims(story=story) if "Pentagon" in one.claimant]
    assert [one for one, _, _, _ in desk.store.stories.ledger() if "Pentagon" in one.claimant]


def test_a_live_blog_that_comes_first_is_told_last_and_no_report_joins_it(desk: Desk):
    title = "Ukraine war live: White House on North Korean munitions for Russia; drones over Odesa; talks in Ankara"
    blog = desk.arrives(title, "Follow the day's events from Kyiv to Najin.")
    report = desk.arrives(FIGURE, FIGURE_TEXT, hours=1)
    assert blog
    assert report != blog
    (article,) = desk.store.stories.get(blog).articles  # type: ignore[union-attr]
    assert [one.kind for one in desk.store.articles.verdicts(article)] == ["analysis"]
    assert (
        desk.arrives("Ukraine war at a glance: " + FIGURE, "What we know on day 700 of the invasion.", hours=2)
        == report
    )


@pytest.mark.parametrize("count", [120, pytest.param(10_000, marks=pytest.mark.torture)])
def test_the_same_headline_from_everywhere_is_one_story_at_an_even_cost(desk: Desk, count: int):
    halves = []
    story = desk.arrives(FIGURE)
    for _ in range(2):
        started = time.process_time()
        assert {desk.arrives(FIGURE, hours=1) for _ in range(count // 2)} == {story}
        halves.append(time.process_time() - started)
    assert halves[1] < 4 * halves[0] + 0.5
    assert [one.kind for one in desk.store.stories.changes(story)] == ["NEW"]


def test_an_article_without_a_date_stands_where_it_was_first_seen(desk: Desk):
    story = desk.arrives(FIGURE, FIGURE_TEXT)
    assert desk.arrives(FIGURE + " and ammunition", FIGURE_TEXT, hours=1, dated=False) == story


def test_an_article_of_next_year_joins_nothing_of_today(desk: Desk):
    story = desk.arrives(FIGURE)
    assert desk.arrives("White House: 2,400 containers of North Korean munitions are in Russia", hours=9000) != story


@pytest.mark.parametrize("text", ["", " ", "\u200b"], ids=["none", "blank", "invisible"])
def test_a_title_without_a_text_is_placed_like_others(desk: Desk, text: str):
    story = desk.arrives(FIGURE, FIGURE_TEXT)
    assert desk.arrives(FIGURE, text, hours=1) == story


def test_200_kb_of_text_are_placed_like_others_at_a_cost_that_grows_with_the_text(desk: Desk):
    story, took = desk.arrives(FIGURE, FIGURE_TEXT), []
    for times in (650, 2600):
        started = time.process_time()
        assert desk.arrives(FIGURE, FIGURE * times, hours=1) == story
        took.append(time.process_time() - started)
    assert took[1] < 8 * took[0] + 0.5


def test_a_later_development_follows_and_the_first_one_knows_it(desk: Desk):
    story = desk.arrives(FIGURE, FIGURE_TEXT)
    later = desk.arrives(FIGURE.replace("2,400", "3,100"), FIGURE_TEXT.replace("Tuesday", "Monday"), hours=24 * 8)
    assert later != story
    assert [name for name, _, _ in desk.store.stories.followed_by(story)] == [later]
    assert [desk.store.stories.get(name).state for name in (story, later)] == ["closed", "open"]  # type: ignore[union-attr]


WIRE = (
    "WASHINGTON (Yonhap) -- The White House said on Tuesday that North Korea had shipped 2,400 containers of munitions to Russia, and"
    " showed images of the port of Najin on which two Russian ships take on containers of the same make as in the spring."
)


def test_who_copied_whom_and_what_remains_of_five_papers_on_one_wire(desk: Desk):
    names = ("Herald", "Courier", "Gazette", "Tribune", "Post")
    stories = {
        desk.arrives(
            f"{name}: {FIGURE}",
            f"{WIRE} Read more at {name}.",
            hours=number,
            outlet=name,
            url=f"https://{name.lower()}.example/a",
        )
        for number, name in enumerate(names)
    }
    (story,) = stories
    lines = desk.store.stories.timeline(story)
    assert [line.role for line in lines] == ["founder", "copy", "copy", "copy", "copy"]
    assert {line.copy_of for line in lines[1:]} == {lines[0].article}
    told = behind(desk.store, story, desk.judge.publishers)
    assert (told.carriage.carriers, len(told.first), told.carriage.wires, told.carriage.voices) == (
        5,
        5,
        ("Yonhap",),
        ("Yonhap",),
    )


def test_two_domains_of_one_owner_are_one_outlet(desk: Desk):
    story = desk.arrives(FIGURE, FIGURE_TEXT, outlet="Yonhap", url="https://en.yna.co.kr/view/A")
    desk.arrives(
        FIGURE + " in all", FIGURE_TEXT, hours=1, outlet="Yonhap TV", url="https://www.yonhapnewstv.co.kr/news/A"
    )
    assert len(behind(desk.store, story, desk.judge.publishers).first) == 1
    assert len(behind(desk.store, story, NOBODY).first) == 2


def test_a_fingerprint_in_the_store_is_the_one_that_core_makes_today(desk: Desk):
    desk.arrives(FIGURE, FIGURE_TEXT)
    (row,) = desk.store.connection.rows("SELECT version, fingerprint_json FROM fingerprints")
    assert row["fingerprint_json"] == fingerprint(FIGURE, FIGURE_TEXT).to_bytes().decode()
    assert row["version"] == VERSION


def test_what_an_older_version_signed_is_signed_again_and_found(desk: Desk):
    story = desk.arrives(FIGURE, FIGURE_TEXT)
    with desk.store.connection.write() as c:
        for table in ("bands", "signature_keys"):
            c.run(f"DELETE FROM {table}")
        c.run("UPDATE fingerprints SET version = 'older'")
    assert desk.arrives("Белый дом: КНДР отправила в Россию 2400 контейнеров с боеприпасами", hours=1) != story
    resigner = Resigner(store=desk.store, lexicon=desk.judge.lexicon)
    assert (resigner.run(), resigner.run()) == (1, 0)
    assert desk.arrives("백악관 “북한, 러시아에 포탄 컨테이너 2400개 보내”", hours=2) == story
    assert desk.arrives("Images shown", FIGURE_TEXT + " " + FIGURE, hours=3) == story


def test_the_files_of_families_beside_a_watchlist_count_before_the_shipped_ones(tmp_path: Path):
    own = tmp_path / "w.toml"
    assert publishers_beside([own]).family("https://tass.ru/a") == "TASS"
    own.with_name("publishers.toml").write_text('schema = 1\n[[family]]\nname = "Mine"\ndomains = ["tass.ru"]\n')
    assert publishers_beside([own]).family("https://tass.ru/a") == "Mine"
