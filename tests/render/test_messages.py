"""Alerts and notices in every look."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given

from bot.core.alerts import Alert
from bot.model import Notice, Subscription
from bot.render import messages, mime
from tests import slack_rules
from tests.render import hostile, samples

AT = datetime(2023, 10, 14, 16, 4, tzinfo=UTC)
RING = Alert(reason="legal act", label="SINGLE SOURCE (primary)")
CHANNELS = [
    samples.SLACK,
    replace(samples.SLACK, target="webhook"),
    samples.MAIL,
    replace(samples.SLACK, channel="console", target=""),
    replace(samples.SLACK, channel="file", target=""),
]
SAID = samples.candidates()[4]
RINGING = replace(
    SAID,
    change=replace(SAID.change, at=AT),
    article=replace(SAID.article, published=AT - timedelta(minutes=6), host="state.gov", url="https://www.state.gov/x"),
)


def words_of(subscription: Subscription, **more) -> str:
    delivery = messages.alert(replace(RINGING, **more), RING, subscription, labels=samples.LABELS)
    return delivery.payload


@pytest.mark.criterion("A-3")
def test_an_alert_is_two_blocks_and_under_a_thousand_characters():
    message = json.loads(words_of(samples.SLACK))
    assert slack_rules.faults(message) == []
    assert len(message["blocks"]) <= 3
    assert slack_rules._size(message["blocks"]) <= 1000
    assert message["text"].startswith("DPRK–Russia arms: White House asserts &gt;1,000 containers")


@pytest.mark.parametrize("subscription", CHANNELS, ids=lambda one: f"{one.channel}-{one.target}")
def test_every_look_says_what_who_on_what_basis_and_when(subscription):
    payload = json.loads(words_of(subscription))
    told = json.dumps(payload, ensure_ascii=False)
    for words in (
        "ALERT · legal act · SINGLE SOURCE (primary) · seen Sat 14 Oct 16:04 UTC, published 15:58",
        "DPRK→Russia", "White House", "Basis: satellite imagery", "https://www.state.gov/x", "No further alert on this story",
    ):  # fmt: skip
        assert words in told


@pytest.mark.criterion("A-2")
def test_a_story_is_alerted_once_and_a_material_change_is_a_promise_of_its_own():
    first = messages.alert(RINGING, RING, samples.SLACK)
    again = messages.alert(replace(RINGING, alerted=AT), RING, samples.SLACK)
    assert first.subject == RINGING.story.id
    assert first == messages.alert(RINGING, RING, samples.SLACK)
    assert again.subject == RINGING.change.id
    assert "UPDATE ALERT" in again.payload


@pytest.mark.parametrize("subscription", CHANNELS, ids=lambda one: f"{one.channel}-{one.target}")
def test_a_notice_that_comes_back_is_a_message_of_its_own(subscription):
    notice = Notice(id="n-1", kind="silence", subject="watch", text="Nothing in scope for 4 days", at=AT)
    told = messages.notice(notice, subscription)
    again = messages.notice(replace(notice, at=AT + timedelta(days=9)), subscription)
    assert told.key != again.key
    assert told == messages.notice(notice, subscription)
    assert "This silence may be blindness" in told.payload
    assert "Nothing in scope for 4 days" in told.payload


@given(hostile.texts, hostile.texts, hostile.links, hostile.short, hostile.short)
def test_no_alert_or_notice_makes_a_message_that_is_refused(title, quote, url, outlet, subject):
    article = replace(RINGING.article, title=title, text=quote, url=url, outlet=outlet)
    claim = replace(RINGING.claims[0], quote=quote, claimant=outlet or "x", basis=outlet, hedge=title)
    one = replace(RINGING, article=article, claims=(claim,))
    notice = Notice(id="n-1", kind=outlet, subject=subject, text=quote, at=AT)
    for subscription in CHANNELS:
        for delivery in (messages.alert(one, RING, subscription), messages.notice(notice, subscription)):
            delivery.payload.encode()
            payload = json.loads(delivery.payload)
            if subscription.channel == "slack":
                assert slack_rules.faults(payload) == []
                assert slack_rules.mentions(payload) == []
            if subscription.channel == "email":
                raw = mime.assembled(delivery, from_address="watch@example.org").as_bytes()
                assert raw.isascii()
                assert raw.count(b"\r\nSubject: ") == 1


@pytest.mark.criterion("A-6")
def test_an_alert_calls_only_whom_the_configuration_names():
    payload = json.loads(words_of(replace(samples.SLACK, mention="S0123456789")))
    assert slack_rules.faults(payload) == []
    assert slack_rules.mentions(payload) == ["S0123456789"]
    assert slack_rules.mentions(json.loads(words_of(samples.SLACK))) == []
    foreign = replace(RINGING.article, title="<!subteam^S0123456789> @here")
    assert slack_rules.mentions(json.loads(words_of(samples.SLACK, article=foreign))) == []
