"""Counts in posted messages follow the store; nothing else of a posted message ever changes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.alerts import Alert
from bot.jobs.recount import Recounter
from bot.render import messages, slack
from bot.render.recounts import recounted, rows_in, stories_in, tallied
from bot.send.slack import SlackSender
from bot.store import Store
from tests import slack_rules
from tests.fake_slack import TOKEN, FakeSlack, serving
from tests.fakes import START, FakeClock
from tests.render import hostile, samples

ALERT = Alert(reason="legal act", label="SINGLE SOURCE")


def without_counts(payload: str) -> str:
    """A payload with every count as N, and block ids without the count that an edit puts behind them."""
    plain = re.sub(r"(carried by )[\d,]+", r"\1N", payload)
    return re.sub(r'("block_id":"(?:st:\d+|al):s-[0-9a-z-]+?)(?::\d+)?"', r'\1"', plain)


@pytest.mark.criterion("decision 15")
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(digest=hostile.digests(most=6), count=st.integers(0, 2_000_000))
def test_only_the_number_of_carriers_ever_changes(digest, count):
    for one in slack.deliveries(digest, samples.SLACK):
        grown = recounted(one.payload, dict.fromkeys(stories_in(one.payload), count))
        if grown is not None:
            assert without_counts(grown) == without_counts(one.payload)
            assert slack_rules.faults(json.loads(grown)) == []
            assert recounted(grown, dict.fromkeys(stories_in(grown), count)) is None


def test_counts_grow_and_never_shrink():
    payload = slack.deliveries(samples.busy(), samples.SLACK)[0].payload
    assert "carried by 38" in payload
    assert recounted(payload, {"s-boxes": 37}) is None
    grown = recounted(payload, {"s-boxes": 41, "s-ships": 4})
    assert grown is not None
    assert "carried by 41" in grown
    assert '"block_id":"st:2:s-boxes:41"' in grown
    assert '"block_id":"st:1:s-ships"' in grown


@pytest.mark.criterion("I-5")
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(digest=hostile.digests(most=6), relevant=st.integers(0, 9999), other=st.integers(0, 9999))
def test_votes_change_the_two_labels_only_and_go_away_again(digest, relevant, other):
    for one in slack.deliveries(digest, samples.SLACK, pressable=True):
        voted = tallied(one.payload, dict.fromkeys(rows_in(one.payload), (relevant, other)))
        if voted is None:
            continue
        assert slack_rules.faults(json.loads(voted)) == []
        assert rows_in(voted) == rows_in(one.payload)
        assert tallied(voted, dict.fromkeys(rows_in(voted), (relevant, other))) is None
        assert tallied(voted, dict.fromkeys(rows_in(voted), (0, 0))) == one.payload


def test_an_alert_counts_too():
    payload = messages.alert(samples.candidates()[4], ALERT, samples.SLACK).payload
    assert stories_in(payload) == {"s-boxes"}
    assert "carried by 40" in str(recounted(payload, {"s-boxes": 40}))


# ── against the stand-in ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def workspace() -> Iterator[FakeSlack]:
    with serving(FakeSlack(enforce_pace=False)) as made:
        yield made


class Desk:
    """A digest and an alert that the stand-in has, and outlets that go on printing."""

    def __init__(self, store: Store, workspace: FakeSlack) -> None:
        self.store, self.workspace, self.clock = store, workspace, FakeClock()
        self.carriers = {"s-boxes": 38, "s-ships": 4}
        self.sender = SlackSender(clock=self.clock, token=TOKEN, base_url=workspace.base_url, loopback_only=True)
        for promise in (
            slack.deliveries(samples.busy(), samples.SLACK, pressable=True)[0],
            messages.alert(samples.candidates()[4], ALERT, samples.SLACK),
        ):
            store.outbox.promise(promise, START)
            self.clock.advance(seconds=2)
            receipt = self.sender(promise, resend=False)
            store.outbox.move(promise, replace(promise, state="sent", receipt=receipt.id), START)

    def run(self, **span: float) -> int:
        self.clock.advance(**(span or {"minutes": 11}))
        return Recounter(
            store=self.store,
            carriers=lambda story: self.carriers.get(story, 1),
            update=self.sender.edit,
            clock=self.clock,
        ).run()

    def seen(self) -> list[str]:
        return [json.dumps(one, ensure_ascii=False) for one in self.workspace.parents()]


@pytest.fixture
def desk(store: Store, workspace: FakeSlack) -> Desk:
    return Desk(store, workspace)


@pytest.mark.criterion("S-13")
@pytest.mark.criterion("A-2")
def test_what_slack_shows_gets_the_new_count_and_keeps_key_and_words(desk: Desk):
    before = desk.seen()
    assert desk.run() == 0
    assert desk.seen() == before
    desk.carriers["s-boxes"] = 44
    assert desk.run() == 2
    for old, new in zip(before, desk.seen(), strict=True):
        assert "carried by 44" in new
        assert without_counts(new.replace('": "', '":"')) == without_counts(old.replace('": "', '":"'))
    assert desk.run() == 0
    assert desk.workspace.calls.count("chat.update") == 2


def test_a_message_is_edited_at_most_once_in_ten_minutes_and_not_after_a_day(desk: Desk):
    assert desk.run() == 0
    desk.carriers["s-boxes"] = 44
    desk.clock.advance(minutes=-5)
    job = Recounter(
        store=desk.store, carriers=lambda story: 44, update=desk.sender.edit, clock=lambda: desk.clock.now + timedelta(minutes=9)
    )  # fmt: skip
    assert job.run() == 0
    desk.clock.advance(days=2)
    assert desk.run() == 0


def test_an_edit_that_fails_is_made_by_the_next_run(desk: Desk):
    desk.carriers["s-boxes"] = 44
    desk.workspace.faults["chat.update"].extend(["500", "drop_before", "429:5"])
    assert desk.run() == 0
    assert desk.run() == 1
    assert desk.run() == 1
    assert all("carried by 44" in one for one in desk.seen())


def test_without_a_bot_nothing_is_edited(store: Store):
    assert Recounter(store=store, carriers=lambda _: 9, update=None, clock=FakeClock()).run() == 0
    assert store.runs.beats() == []


# ── votes ─────────────────────────────────────────────────────────────────────────────────────────────────────


def vote(desk: Desk, name: str, label: str) -> None:
    """What a press does, for a story that the store of this test does not hold."""
    with desk.store.connection.write() as c:
        c.run(
            "INSERT INTO judgements (ref, label, author, note, at) VALUES ('s-boxes', :label, :author, '', :at)",
            {"label": label, "author": f"slack:{name}", "at": "2026-11-26T00:00:00Z"},
        )


@pytest.mark.criterion("I-5")
def test_votes_stand_on_the_buttons_after_the_next_flush_many_of_them_with_one_edit(desk: Desk):
    assert desk.run() == 0
    for name in ("lena", "ben", "ana"):
        vote(desk, name, "in")
    vote(desk, "ana", "out")
    assert desk.run(seconds=6) == 1
    assert '"text": "Relevant · 2"' in desk.seen()[0]
    assert '"text": "Not relevant · 1"' in desk.seen()[0]
    vote(desk, "ben", "out")
    assert desk.run(seconds=2) == 0
    assert desk.run(seconds=4) == 1
    assert '"text": "Not relevant · 2"' in desk.seen()[0]
    assert desk.run(seconds=6) == 0
    assert desk.workspace.calls.count("chat.update") == 2


def test_votes_that_could_not_be_shown_are_shown_by_the_next_run_and_a_deleted_message_is_left_alone(desk: Desk):
    vote(desk, "lena", "in")
    desk.workspace.faults["chat.update"].append("500")
    assert desk.run(seconds=6) == 0
    assert desk.run(seconds=6) == 1
    vote(desk, "ben", "in")
    desk.workspace.messages["C0123456789"].clear()
    assert desk.run(seconds=6) == 0
    edits = desk.workspace.calls.count("chat.update")
    assert desk.run(seconds=6) == 0
    assert desk.workspace.calls.count("chat.update") == edits
