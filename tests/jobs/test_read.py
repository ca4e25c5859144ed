"""Working off the ledger: what becomes of an entry whatever its page does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.identities import alias
from bot.core.matches import Matcher
from bot.core.urls import canonical
from bot.core.watchlists import load
from bot.errors import ExtractError, Refused, Unreachable, WorkerError
from bot.jobs.beside import lexicon_beside
from bot.jobs.judge import Judge
from bot.jobs.read import Reader
from bot.model import Delivery, Entry, Feed, Page, Response
from bot.places import packaged
from bot.store import Store
from bot.store.feeds import NewEntry, PollResult
from tests.fakes import START, FakeClock, FakeFetch, FakeParse, entry, in_order

FEED = Feed(url="https://wire.example/feed", name="Wire", lang="en", kind="wire")
TALK = "Kim Jong Un received the Russian foreign minister in Pyongyang on Monday, both sides said after the meeting."
CLAIM = "North Korea has delivered more than 1,000 containers of munitions to Russia, the White House said on Friday."
WATCHLIST = packaged("watchlists/russia-dprk-arms.toml")


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher([load(WATCHLIST.read_bytes(), file=str(WATCHLIST))])


class Desk:
    """A reader over a real store with a scripted network."""

    def __init__(self, store: Store, matcher: Matcher) -> None:
        self.store = store
        self.clock = FakeClock()
        self.fetch = FakeFetch({}, self.clock)
        self.parse = FakeParse()
        judge = Judge(store=store, matcher=matcher, lexicon=lexicon_beside(WATCHLIST))
        self.reader = Reader(
            store=store,
            fetch=self.fetch,
            parse=self.parse,
            judge=judge,
            clock=self.clock,
            map=in_order,
            feeds={FEED.url: FEED},
        )
        store.feeds.ensure([(FEED.url, "", START)])

    def arrives(self, *entries: Entry) -> None:
        new = tuple(
            NewEntry(
                entry=one,
                alias=alias(canonical(one.url), one.title, ""),
                canonical_url=canonical(one.url),
                host="wire.example",
                policy="live",
                state="new",
            )
            for one in entries
        )
        self.store.feeds.poll_done(
            PollResult(url=FEED.url, state="", next_check=START, status="200", entries=new), START
        )

    def page(self, url: str, title: str, text: str, quality: str = "full") -> None:
        body = url.encode()
        self.fetch.answers[url] = body
        self.parse.pages[body] = Page(title=title, text=text, quality=quality)  # type: ignore[arg-type]

    def states(self) -> dict[str, int]:
        return self.store.entries.count()


@pytest.fixture
def desk(store: Store, matcher: Matcher) -> Desk:
    return Desk(store, matcher)


def test_a_page_becomes_a_judged_article_with_evidence(desk: Desk):
    desk.arrives(entry(1, title="White House on containers"))
    desk.page("https://wire.example/1", "White House on containers", CLAIM)
    report = desk.reader.work_off()
    assert (report.articles, report.matches) == (1, 1)
    (article,) = desk.store.articles.since(START - timedelta(days=1))
    assert (article.quality, article.outlet, article.outlet_kind) == ("full", "Wire", "wire")
    assert [record.what for record, _ in desk.store.evidence.of(article.id)] == ["entry", "response"]
    assert desk.store.stories.of_article(article.id) is not None


def test_a_page_that_fails_for_now_costs_nothing_but_its_text_and_is_read_later(desk: Desk):
    desk.arrives(entry(1, title="Kremlin visit", summary=CLAIM))
    desk.fetch.answers["https://wire.example/1"] = Unreachable("connection reset", subject="https://wire.example/1")
    assert desk.reader.work_off().matches == 1
    (article,) = desk.store.articles.since(START - timedelta(days=1))
    assert (article.quality, article.text) == ("teaser", CLAIM)
    assert desk.states() == {"retry": 1}
    assert desk.reader.work_off().entries == 0
    desk.page("https://wire.example/1", "Kremlin visit", CLAIM + " More text follows, as pages have it.")
    desk.clock.advance(minutes=11)
    assert desk.reader.work_off().articles == 1
    (again,) = desk.store.articles.since(START - timedelta(days=1))
    assert (again.id, again.quality, again.revision) == (article.id, "full", 2)
    assert desk.states() == {"done": 1}


def test_retries_end_and_nothing_is_lost(desk: Desk):
    desk.arrives(entry(1, summary=CLAIM))
    desk.fetch.answers["https://wire.example/1"] = Unreachable("no route")
    for _ in range(10):
        desk.reader.work_off()
        desk.clock.advance(days=2)
    assert len(desk.fetch.asked) == 5
    assert desk.states() == {"done": 1}
    assert desk.store.articles.count() == {"match": 1}


def test_an_adjacent_item_that_gains_its_missing_leg_is_promoted(desk: Desk):
    desk.arrives(entry(1, title="Lavrov visits Pyongyang for talks with Kim Jong Un", summary=TALK))
    desk.fetch.answers["https://wire.example/1"] = Unreachable("timed out")
    assert desk.reader.work_off().borderline == 1
    desk.page(
        "https://wire.example/1", "Lavrov visits Pyongyang for talks with Kim Jong Un", f"{TALK}\n{CLAIM}\n{CLAIM}"
    )
    desk.clock.advance(minutes=11)
    assert desk.reader.work_off().matches == 1
    (article,) = desk.store.articles.since(START - timedelta(days=1))
    story = desk.store.stories.of_article(article.id)
    assert story is not None
    assert [change.kind for change in desk.store.stories.changes(story.id)] == ["PROMOTED"]


@pytest.mark.parametrize(
    ("status", "quality", "asked"),
    [
        (404, "missing", 2),
        (410, "missing", 1),
        (403, "blocked", 2),
        (451, "blocked", 2),
        (500, "teaser", 5),
        (429, "teaser", 5),
    ],
)
def test_each_answer_has_its_quality_and_its_patience(desk: Desk, status: int, quality: str, asked: int):
    desk.arrives(entry(1, summary=CLAIM))
    desk.fetch.answers["https://wire.example/1"] = Response(
        url="https://wire.example/1", status=status, headers=(), body=b"no", fetched=START
    )
    for _ in range(8):
        desk.reader.work_off()
        desk.clock.advance(days=2)
    (article,) = desk.store.articles.since(START - timedelta(days=1))
    assert (article.quality, len(desk.fetch.asked)) == (quality, asked)


@pytest.mark.parametrize(
    "error", [ExtractError("a PDF, no page", reason="pdf"), WorkerError("no result within 10 s", reason="deadline")]
)
def test_bytes_that_give_no_article_leave_the_feeds_own_text(desk: Desk, error: Exception):
    desk.arrives(entry(1, summary=CLAIM))
    desk.fetch.answers["https://wire.example/1"] = b"strange"
    desk.parse.pages[b"strange"] = error
    assert desk.reader.work_off().matches == 1
    assert desk.states() == {"done": 1}


def test_a_refused_page_is_matched_on_what_the_feed_said(desk: Desk):
    desk.arrives(entry(1, summary=CLAIM))
    desk.fetch.answers["https://wire.example/1"] = Refused("robots.txt forbids it")
    assert desk.reader.work_off().matches == 1
    (article,) = desk.store.articles.since(START - timedelta(days=1))
    assert article.quality == "blocked"
    assert "robots.txt forbids it" in article.notes


def test_one_page_under_two_entries_is_fetched_once(desk: Desk):
    desk.arrives(
        entry(1, title="One"),
        entry(2, title="Two", feed="https://other.example/feed", url="https://wire.example/1?utm_source=x"),
    )
    desk.page("https://wire.example/1", "One", "Some text. " * 30)
    desk.page("https://wire.example/1?utm_source=x", "One", "Some text. " * 30)
    report = desk.reader.work_off()
    assert (report.articles, report.duplicates) == (1, 1)
    assert len(desk.fetch.asked) == 1


def test_the_same_words_under_another_url_are_stored_once(desk: Desk):
    desk.arrives(entry(1, title="One"), entry(2, title="Other headline"))
    for number in (1, 2):
        desk.page(f"https://wire.example/{number}", f"Title {number}", f"{CLAIM} " * 4)
    report = desk.reader.work_off()
    assert (report.articles, report.duplicates) == (1, 1)
    assert desk.store.articles.sightings() == 2


def test_a_page_that_claims_the_name_of_another_article_stays_an_article_of_its_own(desk: Desk):
    named = "https://wire.example/news/today"
    other = "Pyongyang handed over three frigates to nobody, a harbour master said in a statement about ferries."
    for number, (title, text) in enumerate(
        (("Containers counted", CLAIM), ("Ferries", other), ("Containers counted", CLAIM[:70]))
    ):
        url = f"https://wire.example/a/{number}"
        body = url.encode()
        desk.fetch.answers[url] = body
        desk.parse.pages[body] = Page(title=title, text=text, quality="full", url=named)
        desk.arrives(entry(number + 1, title=title, url=url))
        desk.reader.work_off()
    first, second = desk.store.articles.by_url(named), desk.store.articles.by_url("https://wire.example/a/1")
    assert first is not None
    assert second is not None
    assert (first.title, second.title) == ("Containers counted", "Ferries")
    third = desk.store.articles.by_url("https://wire.example/a/2")
    assert third is not None
    assert third.id == first.id  # the same headline: a revision


def test_a_link_that_only_a_browser_can_follow_is_never_fetched(desk: Desk):
    news = replace(entry(1, url="https://news.google.com/rss/articles/x", title="x"), summary=CLAIM, outlet="Reuters")
    host = NewEntry(entry=news, alias="", canonical_url=news.url, host="news.google.com", policy="live", state="new")
    desk.store.feeds.poll_done(
        PollResult(url=FEED.url, state="", next_check=START, status="200", entries=(host,)), START
    )
    assert desk.reader.work_off().matches == 1
    assert desk.fetch.asked == []
    (article,) = desk.store.articles.since(START - timedelta(days=1))
    assert article.outlet == "Reuters"


@pytest.mark.criterion("decision 23")
def test_beyond_the_page_budget_the_feeds_text_has_to_do_until_tomorrow(desk: Desk):
    reader = replace(desk.reader, page_budget=1)
    for number in (1, 2):
        desk.page(f"https://wire.example/{number}", f"Title {number}", f"Text of page {number}. " * 20)
    desk.arrives(entry(1, title="a"), entry(2, title="b"))
    reader.work_off()
    assert len(desk.fetch.asked) == 1
    assert desk.states() == {"done": 1, "retry": 1}


def test_more_outlets_are_no_update(desk: Desk):
    desk.arrives(entry(1, title="White House: 1,000 containers"), entry(2, title="US says Pyongyang armed Moscow"))
    desk.page("https://wire.example/1", "White House: 1,000 containers", CLAIM)
    desk.page(
        "https://wire.example/2",
        "US says Pyongyang armed Moscow",
        "The White House said on Friday that North Korea had delivered more than 1,000 containers of munitions to Russia.",
    )
    desk.reader.work_off()
    stories = desk.store.stories.since(START - timedelta(days=9), START + timedelta(days=9))
    changes = [change.kind for story in stories for change in desk.store.stories.changes(story.id)]
    assert changes == ["NEW"]


@pytest.mark.criterion("decision 20")
def test_the_commit_that_promises_an_alert_wakes_the_sender_before_the_next_page_is_settled(desk: Desk):
    promised = Delivery(kind="alert", subject="s-1", channel="console", target="", part=1, payload="{}")
    woken: list[dict[str, int]] = []
    judge = replace(desk.reader.judge, promises=lambda _: (promised,))
    reader = replace(desk.reader, judge=judge, wake=lambda: woken.append(desk.store.outbox.count() | desk.states()))
    desk.arrives(entry(1), entry(2))
    desk.page("https://wire.example/1", "Claim", CLAIM)
    desk.page("https://wire.example/2", "Talk", TALK)
    reader.work_off()
    assert woken == [{"owed": 1, "done": 1, "new": 1}]


@pytest.mark.criterion("decision 15")
def test_a_text_sent_again_with_a_higher_figure_is_an_update_and_sent_again_as_it_was_it_is_none(desk: Desk):
    body = (
        "North Korea has shipped more than {} containers of artillery shells and other munitions to Russia as of mid-February, South "
        "Korea's Defence Intelligence Agency said on Monday. The agency gave the estimate in a written report to a lawmaker of the "
        "defence committee. It said that the containers left the port of Rajin. It did not say how it had counted them."
    )
    for number, count in enumerate(("28,000", "28,000", "33,000"), 1):
        desk.arrives(entry(number, title="South Korea on containers for Russia"))
        desk.page(f"https://wire.example/{number}", "South Korea on containers for Russia", body.format(count))
        desk.clock.advance(minutes=30)
        desk.reader.work_off()
    rows = desk.store.connection.rows("SELECT kind, fact FROM changes ORDER BY at")
    assert [(row["kind"], row["fact"]) for row in rows] == [
        ("NEW", ""),
        ("UPDATE", "ROK DIA: >33,000 containers (was >28,000 containers)"),
    ]
