"""Working off the outbox: one step a promise and pass, and no way out waits for another."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args, get_type_hints

import pytest

from bot.core.outbox import WAYS, parked_notice, retried
from bot.errors import SendRejected, SendRetry
from bot.jobs.deliver import Deliverer
from bot.model import Delivery
from bot.store import Store
from tests.fakes import START, FakeClock, FakeSend


def owed(store: Store, *channels: str) -> list[Delivery]:
    made = [
        Delivery(kind="digest", subject="d-1", channel=channel, target=channel, part=1, payload="{}")  # type: ignore[arg-type]
        for channel in channels
    ]
    for number, one in enumerate(made):
        store.outbox.promise(one, START + timedelta(seconds=number))
    return made


def deliverer(store: Store, **senders: FakeSend) -> Deliverer:
    return Deliverer(store=store, senders=senders, reconcilers={}, clock=FakeClock(START + timedelta(minutes=1)))


@pytest.mark.criterion("S-38")
def test_a_way_out_sends_its_own_promises_and_leaves_the_others_alone(store: Store):
    owed(store, "email", "slack", "webhook", "console")
    slack, mail = FakeSend(), FakeSend()
    job = deliverer(store, slack=slack, webhook=slack, email=mail, console=FakeSend())
    assert job.flush(way="slack").sent == 2
    assert [one.channel for one in slack.sent] == ["slack", "webhook"]
    assert mail.sent == []
    assert store.outbox.next_due(WAYS["slack"]) is None
    assert store.outbox.next_due(WAYS["mail"]) == START
    assert job.flush().sent == 2


def mails(store: Store, count: int, start: int = 1, target: str = "a@desk.example") -> None:
    for number in range(start, start + count):
        promise = Delivery(kind="digest", subject=f"d-{number}", channel="email", target=target, part=1, payload="{}")
        store.outbox.promise(promise, START + timedelta(minutes=number))


@pytest.mark.criterion("M-44")
def test_an_address_that_refused_three_mails_for_good_gets_no_fourth_until_a_retried_one_arrives(store: Store):
    mails(store, 4)
    mails(store, 1, start=10, target="b@desk.example")
    never = SendRejected("no such user", code="rcpt-550")
    mail = FakeSend(errors=[never, never, never])
    job = deliverer(store, email=mail)
    job.clock.advance(hours=1)  # type: ignore[attr-defined]
    report = job.flush()
    assert (report.sent, report.parked) == (1, 4)
    assert [one.target for one in mail.sent] == ["b@desk.example"]
    assert mail.errors == []
    fourth = store.outbox.listing(("parked",))[0].delivery
    assert fourth.error.startswith("disabled: it refused 3 mails")
    assert "outbox retry" in parked_notice(fourth, START).text

    store.outbox.move(fourth, retried(fourth, job.clock()), job.clock())
    assert job.flush().sent == 1
    mails(store, 1, start=30)
    assert job.flush().sent == 1


@pytest.mark.criterion("M-44")
def test_a_refusal_that_says_nothing_of_the_address_disables_nobody(store: Store):
    mails(store, 5)
    wrong: list[Exception] = [
        SendRejected("no", code="auth"),
        SendRejected("the sender", code="smtp-550"),
        SendRejected("no", code="size"),
    ]
    job = deliverer(store, email=FakeSend(errors=wrong))
    job.clock.advance(hours=1)  # type: ignore[attr-defined]
    report = job.flush()
    assert (report.sent, report.parked) == (2, 3)


def test_every_channel_has_a_way_out():
    served = [channel for channels in WAYS.values() for channel in channels]
    assert sorted(served) == sorted(get_args(get_type_hints(Delivery)["channel"]))


@pytest.mark.criterion("S-38")
def test_one_failing_channel_neither_blocks_nor_doubles_another(store: Store):
    owed(store, "email", "slack", "console")
    mail = FakeSend(errors=[SendRetry("busy", code="smtp-451"), SendRejected("never", code="smtp-550")])
    slack, here = FakeSend(), FakeSend()
    job = deliverer(store, email=mail, slack=slack, console=here)
    report = job.flush()
    assert (report.sent, report.later, report.parked) == (2, 1, 0)
    job.clock.advance(hours=1)  # type: ignore[attr-defined]
    report = job.flush()
    assert (report.sent, report.parked) == (0, 1)
    assert (len(slack.sent), len(here.sent)) == (1, 1)


def test_a_channel_that_nothing_sends_to_is_parked_with_that_reason(store: Store):
    owed(store, "slack")
    assert deliverer(store).flush().errors == (
        "digest:d-1:slack:1: not-configured: nothing is configured that sends to slack",
    )
