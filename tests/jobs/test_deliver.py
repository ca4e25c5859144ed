"""Working off the outbox: one step a promise and pass, and no way out waits for another."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args, get_type_hints

import pytest

from bot.core.outbox import WAYS
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
