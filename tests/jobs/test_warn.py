"""What readers would not see is told to them: by another way where one is stuck, and once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core import outbox
from bot.jobs.warn import Warner
from bot.model import Coverage, Delivery, Notice, Subscription
from bot.render.messages import notice
from bot.store import Store
from tests.fakes import START, FakeClock, entry
from tests.render.samples import busy, quiet

SLACK = Subscription(name="desk", channel="slack", target="C1")
OTHER = Subscription(name="other", channel="slack", target="C2")
MAIL = Subscription(name="lena", channel="email", target="lena@example.org")
SEEN = Coverage(by_lang=(("en", 10, 10),), items_read=1000)


def warner(store: Store, *subscriptions: Subscription, clock: FakeClock | None = None, seen: Coverage = SEEN) -> Warner:
    return Warner(
        store=store, subscriptions=subscriptions, render=notice, coverage=lambda _: seen, clock=clock or FakeClock()
    )


def parks(store: Store, subscription: Subscription, error: str = "is_archived: Slack answered is_archived") -> Delivery:
    owed = Delivery(
        kind="digest", subject=f"d-{subscription.name}", channel=subscription.channel, target=subscription.target, part=1, payload="{}",
    )  # fmt: skip
    store.outbox.promise(owed, START)
    parked = replace(owed, state="parked", error=error)
    store.outbox.move(owed, parked, START)
    return parked


def told(store: Store) -> list[tuple[str, str]]:
    """(channel, target) of the notices that are owed."""
    found = [one.delivery for one in store.outbox.listing(("owed",)) if one.delivery.kind == "notice"]
    return sorted((one.channel, one.target) for one in found)


@pytest.mark.criterion("S-37")
def test_a_channel_that_is_stuck_is_told_by_the_other_one_and_once(store: Store):
    parks(store, SLACK)
    watch = warner(store, SLACK, OTHER, MAIL)
    assert watch.run() == 1
    assert told(store) == [("email", "lena@example.org")]
    assert watch.run() == 0
    (said,) = [one.delivery for one in store.outbox.listing(("owed",))]
    assert "Slack does not take our messages to C1: Slack answered is_archived" in json.loads(said.payload)["plain"]


def test_a_mail_that_is_refused_is_told_on_slack(store: Store):
    parks(store, MAIL, "rcpt-550: the server refused the recipient: 550 no such user")
    warner(store, SLACK, MAIL).run()
    assert told(store) == [("slack", "C1")]
    (said,) = [one.delivery for one in store.outbox.listing(("owed",))]
    assert "to lena@example.org: the server refused the recipient: 550 no such user" in said.payload


def test_where_all_that_is_left_is_another_channel_of_the_same_kind_that_one_is_told(store: Store):
    parks(store, SLACK)
    warner(store, SLACK, OTHER).run()
    assert told(store) == [("slack", "C2")]


def test_a_token_that_is_refused_is_one_notice_for_all_of_slack(store: Store):
    parks(store, SLACK, "invalid_auth: Slack answered invalid_auth")
    parks(store, OTHER, "invalid_auth: Slack answered invalid_auth")
    warner(store, SLACK, OTHER, MAIL).run()
    assert told(store) == [("email", "lena@example.org")]


def test_where_nobody_can_be_reached_nothing_is_promised_and_the_notice_stays_open(store: Store):
    parks(store, SLACK, "invalid_auth: Slack answered invalid_auth")
    parks(store, MAIL, "auth: mail.test:587 does not accept the login (535)")
    assert warner(store, SLACK, MAIL).run() == 0
    assert len(store.runs.open_notices()) == 2


def test_after_a_retry_the_notice_is_over_and_the_same_trouble_is_told_again(store: Store):
    clock = FakeClock()
    parked = parks(store, SLACK)
    watch = warner(store, SLACK, MAIL, clock=clock)
    watch.run()
    again = outbox.retried(parked, START)
    store.outbox.move(parked, again, START)
    clock.advance(minutes=5)
    assert watch.run() == 0
    assert store.runs.open_notices() == []
    store.outbox.move(again, replace(again, state="parked", error=parked.error), clock())
    assert watch.run() == 1
    assert len(told(store)) == 2


def test_a_notice_that_is_lost_to_a_crash_is_written_by_the_next_run(store: Store):
    parks(store, SLACK)  # and the process died here
    assert store.runs.open_notices() == []
    assert warner(store, MAIL).run() == 1


# ── silence ───────────────────────────────────────────────────────────────────────────────────────────────────

BLIND = Coverage(by_lang=(("en", 3, 10),), items_read=1000)


def begun(store: Store, clock: FakeClock) -> None:
    """A first digest without stories, and a watch that has been running for a while."""
    store.digests.save(replace(quiet(), local_date=START.date()), [], [], [], START)
    store.runs.beat("poll", clock())


@pytest.mark.criterion("D-15")
def test_days_without_a_story_and_few_feeds_that_answer_are_told_to_everybody_once(store: Store):
    clock = FakeClock(START + timedelta(days=4))
    begun(store, clock)
    watch = warner(store, SLACK, MAIL, clock=clock, seen=BLIND)
    assert watch.run() == 2
    assert told(store) == [("email", "lena@example.org"), ("slack", "C1")]
    clock.advance(hours=5)
    store.runs.beat("poll", clock())
    assert watch.run() == 0
    (open_,) = store.runs.open_notices()
    assert open_.text == "Nothing in scope for 4 days, and this may be blindness: 7 of 10 feeds do not answer"


def test_a_round_that_ended_long_ago_is_a_sign_of_blindness(store: Store):
    clock = FakeClock(START + timedelta(days=4))
    begun(store, clock)
    clock.advance(hours=8)
    warner(store, SLACK, clock=clock).run()
    assert "no round for 8 hours" in store.runs.open_notices()[0].text


def test_far_fewer_items_than_on_other_days_are_a_sign_of_blindness(store: Store):
    clock = FakeClock(START + timedelta(days=4))
    begun(store, clock)
    for number in range(40):
        at = START + timedelta(days=number % 4)
        store.entries.add(entry(number), canonical_url="", host="", policy="live", now=at)
    warner(store, SLACK, clock=clock, seen=replace(SEEN, items_read=2)).run()
    assert "2 items read in a day instead of about 10" in store.runs.open_notices()[0].text


def test_a_silence_ends_with_the_first_story_that_is_told(store: Store):
    clock = FakeClock(START + timedelta(days=4))
    begun(store, clock)
    watch = warner(store, SLACK, clock=clock, seen=BLIND)
    watch.run()
    store.digests.save(replace(busy(), id="d-2", local_date=clock().date()), ["x-1"], [], [], clock())
    watch.run()
    assert store.runs.open_notices() == []


def test_full_sight_or_a_watch_without_any_digest_is_no_silence(store: Store):
    clock = FakeClock(START + timedelta(days=4))
    assert warner(store, SLACK, clock=clock, seen=BLIND).run() == 0
    begun(store, clock)
    assert warner(store, SLACK, clock=clock).run() == 0


def test_a_broken_watchlist_is_told_and_a_feeds_trouble_is_left_to_the_digest(store: Store):
    for kind in ("watchlist", "feed-silent", "backup"):
        store.runs.notice(Notice(id=f"n:{kind}", kind=kind, subject=kind, text=f"{kind} is not well", at=START))
    assert warner(store, SLACK).run() == 1
    (said,) = store.outbox.listing(("owed",))
    assert "A watchlist cannot be read" in said.delivery.payload
