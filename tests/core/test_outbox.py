"""What happens to a promise, decision by decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core import outbox
from bot.errors import SendAmbiguous, SendRejected, SendRetry
from bot.model import Delivery, Receipt

NOW = datetime(2026, 1, 1, 7, 0, tzinfo=UTC)


def promise(channel: str = "slack", **more) -> Delivery:
    return Delivery(kind="digest", subject="d-1", channel=channel, target="T", part=1, payload="{}", **more)  # type: ignore[arg-type]


def test_an_owed_promise_is_sent_when_its_time_has_come():
    assert outbox.step(promise(), NOW) == "send"
    assert outbox.step(promise(next_try=NOW), NOW) == "send"
    assert outbox.step(promise(next_try=NOW + timedelta(seconds=1)), NOW) == "wait"


@pytest.mark.parametrize("state", ["sent", "parked", "dropped"])
def test_nothing_is_done_with_what_is_finished(state):
    assert outbox.step(promise(state=state), NOW) == "wait"


def test_a_receipt_ends_it():
    sent = outbox.settle(outbox.begin(promise(), NOW), Receipt(id="1.2", at=NOW), NOW)
    assert (sent.state, sent.receipt, sent.next_try, sent.attempts) == ("sent", "1.2", None, 1)


@pytest.mark.criterion("decision 19")
@pytest.mark.parametrize(
    ("channel", "after", "then"),
    [
        ("slack", 20, "reconcile"),
        ("webhook", 20, "resend"),
        ("email", 600, "resend"),
        ("console", 0, "resend"),
        ("file", 0, "reconcile"),
    ],
)
def test_a_crash_and_a_lost_answer_are_treated_alike(channel, after, then):
    crashed = outbox.begin(promise(channel), NOW)
    lost = outbox.settle(crashed, SendAmbiguous("x"), NOW)
    for row in (crashed, lost):
        if after:
            assert outbox.step(row, NOW + timedelta(seconds=after - 1)) == "wait"
        assert outbox.step(row, NOW + timedelta(seconds=after)) == then


@pytest.mark.parametrize("channel", ["webhook", "email", "console"])
def test_a_repeat_is_marked_and_there_is_one_only(channel):
    again = outbox.begin(outbox.settle(outbox.begin(promise(channel), NOW), SendAmbiguous("x"), NOW), NOW, resend=True)
    assert outbox.is_repeat(again)
    assert not outbox.is_repeat(promise(channel))
    assert outbox.settle(again, SendAmbiguous("x"), NOW).state == "parked"
    assert outbox.step(again, NOW + timedelta(hours=1)) == "park"
    assert "may have arrived" in outbox.parked(again, NOW).error


def test_a_reconciled_message_is_sent_or_owed_again_and_never_marked():
    row = outbox.settle(outbox.begin(promise(), NOW), SendAmbiguous("x"), NOW)
    assert outbox.found(row, Receipt(id="9.9", at=NOW)).receipt == "9.9"
    again = outbox.missing(row, NOW)
    assert (again.state, again.next_try, outbox.is_repeat(again)) == ("owed", NOW, False)


def test_what_is_only_paced_costs_no_attempt():
    row = outbox.settle(
        outbox.begin(promise(), NOW), SendRetry("x", code=outbox.PACED, retry_at=NOW + timedelta(seconds=1)), NOW
    )
    assert (row.state, row.attempts, row.next_try) == ("owed", 0, NOW + timedelta(seconds=1))


@pytest.mark.criterion("M-42")
def test_mail_is_tried_for_about_six_hours_then_parked_with_the_reason():
    row, now, waits = promise("email"), NOW, []
    while row.state != "parked":
        row = outbox.settle(outbox.begin(row, now), SendRetry("busy", code="smtp-451"), now)
        if row.next_try is not None:
            waits.append(int((row.next_try - now).total_seconds() // 60))
            now = row.next_try
    assert waits[:3] == [5, 15, 45]
    assert timedelta(hours=5) < now - NOW < timedelta(hours=7)
    assert row.error == "smtp-451: busy (gave up after 9 attempts)"


def test_slack_is_tried_for_about_a_day():
    row, now = promise(), NOW
    while row.state != "parked":
        row = outbox.settle(outbox.begin(row, now), SendRetry("busy"), now)
        now = row.next_try or now
    assert timedelta(hours=20) < now - NOW < timedelta(hours=28)


def test_a_slack_that_never_answers_clearly_is_parked_in_the_end():
    row, now, steps = promise(), NOW, 0
    while row.state != "parked":
        steps += 1
        what = outbox.step(row, now)
        if what == "send":
            row = outbox.settle(outbox.begin(row, now), SendAmbiguous("500", code="http-500"), now)
        elif what == "reconcile":
            row = outbox.missing(row, now)
        now = row.next_try or now
    assert steps < 200
    assert "gave up" in row.error


def test_the_other_sides_own_time_is_kept():
    at = NOW + timedelta(minutes=50)
    assert outbox.settle(outbox.begin(promise(), NOW), SendRetry("x", retry_at=at), NOW).next_try == at


@pytest.mark.criterion("R-56")
def test_a_permanent_error_parks_at_once_and_is_told_once_a_reason():
    row = outbox.settle(outbox.begin(promise(), NOW), SendRejected("gone", code="is_archived"), NOW)
    assert (row.state, row.error) == ("parked", "is_archived: gone")
    other = replace(row, subject="d-2")
    assert outbox.parked_notice(row, NOW).id == outbox.parked_notice(other, NOW).id
    assert "outbox retry" in outbox.parked_notice(row, NOW).text


def test_a_parked_promise_can_be_owed_again():
    row = outbox.settle(outbox.begin(promise(), NOW), SendRejected("gone"), NOW)
    again = outbox.retried(row, NOW)
    assert (again.state, again.attempts, again.doubts) == ("owed", 0, 0)


def test_without_a_way_to_ask_there_is_one_marked_repeat():
    row = outbox.settle(outbox.begin(promise(), NOW), SendAmbiguous("x"), NOW)
    again = outbox.unreconciled(row, SendRejected("no scope", code="missing_scope"), NOW)
    assert again.state == "owed"
    assert outbox.is_repeat(again)
    twice = outbox.settle(outbox.begin(again, NOW), SendAmbiguous("x"), NOW)
    assert outbox.unreconciled(twice, SendRejected("no scope"), NOW).state == "parked"


def test_a_question_that_failed_for_now_is_asked_again():
    row = outbox.settle(outbox.begin(promise(), NOW), SendAmbiguous("x"), NOW)
    later = outbox.unreconciled(row, SendRetry("busy"), NOW)
    assert later.state == "sending"
    assert later.next_try is not None
    assert later.next_try > NOW
