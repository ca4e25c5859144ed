"""Which promises of alerts an article makes, for whom, and what the digest says of it afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.matches import Matcher
from bot.core.watchlists import load
from bot.jobs.alert import Alerter
from bot.jobs.beside import lexicon_beside
from bot.jobs.digest import Digester
from bot.jobs.judge import Judge
from bot.model import Article, Coverage, Delivery, Digest, Subscription
from bot.places import packaged
from bot.render.channels import deliveries
from bot.render.messages import alert
from bot.store import Store
from tests.fakes import START, FakeClock

LIST = packaged("watchlists/russia-dprk-arms.toml")
DESK = Subscription(name="desk", channel="slack", target="C1", alerts=True, quiet_hours=None)
OTHER = Subscription(name="other", channel="slack", target="C2")
TEXT = (
    "The Department of the Treasury's Office of Foreign Assets Control on 2 March 2026 designated one company and two individuals for "
    "arranging the transfer of munitions from the Democratic People's Republic of Korea to Russia."
)


def act(number: int = 1, text: str = TEXT) -> Article:
    """A designation on a government's own site."""
    return Article(
        id=f"a-{number}", url=f"https://treasury.example/{number}", canonical_url=f"https://treasury.example/{number}",
        title="Treasury designates a company and two persons over DPRK arms transfers to Russia", text=text, quality="full",
        feed="https://treasury.example/feed", outlet="Treasury", outlet_kind="government", host="treasury.example", lang="en",
        published=START - timedelta(minutes=5), first_seen=START,
    )  # fmt: skip


class Watch:
    """A judge whose alerts are stored with the article, and the digests of two subscriptions."""

    def __init__(self, store: Store, matcher: Matcher) -> None:
        self.store, self.clock = store, FakeClock()
        self.alerter = Alerter(
            store=store, subscriptions=(DESK, OTHER), clock=self.clock,
            render=alert,
        )  # fmt: skip
        self.judge = Judge(store=store, matcher=matcher, lexicon=lexicon_beside(LIST), promises=self.alerter)

    def reads(self, article: Article) -> tuple[Delivery, ...]:
        judgement = self.judge(article, self.clock())
        self.store.articles.save(judgement, self.clock())
        return judgement.promises

    def digest(self, subscription: Subscription) -> Digest:
        digester = Digester(
            store=self.store, subscriptions=(subscription,), render={"slack": deliveries},
            coverage=lambda _: Coverage(by_lang=(("en", 1, 1),), items_read=1), labels={}, clock=self.clock,
        )  # fmt: skip
        return digester.draft(subscription, self.clock())


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher([load(LIST.read_bytes(), file=str(LIST))])


@pytest.fixture
def watch(store: Store, matcher: Matcher) -> Watch:
    return Watch(store, matcher)


@pytest.mark.criterion("A-7")
def test_who_was_alerted_reads_so_in_the_digest_and_who_was_not_reads_it_as_new(watch: Watch):
    (promise,) = watch.reads(act())
    assert (promise.kind, promise.target) == ("alert", "C1")
    (mine,), (theirs,) = watch.digest(DESK).stories, watch.digest(OTHER).stories
    assert (mine.alerted, theirs.alerted) == (START, None)
    assert theirs.badge == "NEW"


def test_an_alert_that_did_not_get_through_is_news_in_the_digest(watch: Watch):
    (promise,) = watch.reads(act())
    watch.store.outbox.move(promise, replace(promise, state="parked", error="is_archived"), START)
    (mine,) = watch.digest(DESK).stories
    assert mine.alerted is None


def test_the_same_act_in_another_paper_rings_nobody(watch: Watch):
    assert len(watch.reads(act())) == 1
    assert watch.reads(act(2)) == ()


@pytest.mark.criterion("A-2")
def test_an_article_that_changes_an_alerted_story_in_three_ways_rings_once(watch: Watch):
    first = watch.judge(act(), START)
    watch.store.articles.save(first, START)
    changes = tuple(replace(first.changes[0], id=f"x-{number}", kind="UPDATE") for number in range(3))
    (promise,) = watch.alerter(replace(first, changes=changes))
    assert promise.subject == "x-0"
    assert "UPDATE ALERT" in promise.payload
