"""Buttons under stories, over a Socket Mode that repeats itself, asks for new connections and breaks."""

from __future__ import annotations

import json
import logging
import queue
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from bot.core.buttons import Press, Reply
from bot.core.orders import Order
from bot.errors import SendRejected
from bot.render import slack as look
from bot.send.buttons import SlackButtons
from bot.send.slack_socket import opened_socket
from bot.send.wire import Wire
from tests import fake_socket, slack_rules
from tests.core.test_buttons import payload
from tests.core.test_orders import command
from tests.fake_slack import ANSWERS, APP_TOKEN, FakeSlack, serving
from tests.render import samples

PATIENCE = 20.0


@dataclass
class Desk:
    slack: FakeSlack
    socket: fake_socket.FakeSocket
    presses: queue.Queue[Press] = field(default_factory=queue.Queue)
    fails: bool = False

    def answer(self, press: Press) -> Reply:
        self.presses.put(press)
        if self.fails:
            raise RuntimeError("the disk is full")
        return Reply(text=f"{press.subject}: noted as {press.meaning}", undo=press.subject)

    def obey(self, order: Order) -> Reply:
        if self.fails:
            raise RuntimeError("the disk is full")
        return Reply(text=f"{order.verb} {order.subject} <!channel> & *more*")

    def press(self, envelope: str, **more: Any) -> None:
        reply = self.slack.base_url.replace("/api/", ANSWERS)
        self.socket.press(envelope, payload(**more) | {"response_url": reply})

    def type(self, envelope: str, text: str, **more: Any) -> None:
        reply = self.slack.base_url.replace("/api/", ANSWERS)
        self.socket.type(envelope, command(text) | {"response_url": reply} | more)

    def acknowledged(self) -> str:
        return self.socket.acknowledged.get(timeout=PATIENCE)

    def answered(self, count: int) -> list[str]:
        deadline = time.monotonic() + PATIENCE
        pause: queue.Queue[None] = queue.Queue()
        while len(self.slack.answers) < count:
            assert time.monotonic() < deadline, f"{len(self.slack.answers)} answers, {count} expected"
            try:
                pause.get(timeout=0.02)
            except queue.Empty:
                continue
        return [one["text"] for one in self.slack.answers]


def listening(desk: Desk, *, allowed: frozenset[str] = frozenset(), **more: Any) -> SlackButtons:
    settings: dict[str, Any] = {
        "app_token": APP_TOKEN,
        "base_url": desk.slack.base_url,
        "loopback_only": True,
        "ping": 0.2,
    }
    wire = Wire(ssl.create_default_context(), "", 5)
    opened = partial(opened_socket, **(settings | more))
    return SlackButtons(opened, desk.answer, desk.obey, wire, allowed=allowed, loopback_only=True)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with serving(FakeSlack()) as slack, fake_socket.serving() as socket:
        slack.socket_url = socket.url
        yield Desk(slack, socket)


@pytest.fixture
def heard(desk: Desk) -> Iterator[Desk]:
    buttons = listening(desk)
    buttons.start()
    desk.socket.opened.get(timeout=PATIENCE)
    yield desk
    buttons.close()


@pytest.mark.criterion("I-2")
def test_a_press_is_acknowledged_recorded_and_answered_to_the_presser_alone(heard: Desk):
    began = time.monotonic()
    heard.press("E1")
    assert heard.acknowledged() == "E1"
    assert time.monotonic() - began < 3
    press = heard.presses.get(timeout=PATIENCE)
    assert (press.user, press.subject, press.meaning) == ("U1", "s-0123456789ab", "in")
    assert heard.answered(1) == ["s-0123456789ab: noted as in"]
    assert heard.slack.answers[0]["response_type"] == "ephemeral"


@pytest.mark.criterion("I-3")
def test_an_envelope_that_comes_twice_is_acknowledged_twice_and_recorded_once(heard: Desk):
    heard.press("E1")
    heard.press("E1")
    assert [heard.acknowledged(), heard.acknowledged()] == ["E1", "E1"]
    heard.press("E2", action="fb.out")
    assert heard.acknowledged() == "E2"
    heard.answered(2)
    meanings = sorted(heard.presses.get(timeout=PATIENCE).meaning for _ in range(2))
    assert meanings == ["in", "out"]
    assert heard.presses.empty()


@pytest.mark.criterion("I-8")
@pytest.mark.parametrize("way", ["disconnect", "cut"])
def test_after_a_lost_connection_presses_are_heard_again(heard: Desk, way: str):
    getattr(heard.socket, way)()
    assert heard.socket.opened.get(timeout=PATIENCE) == 2
    heard.press("E9")
    assert heard.acknowledged() == "E9"
    assert heard.presses.get(timeout=PATIENCE).meaning == "in"


@pytest.mark.criterion("I-5")
def test_an_answer_to_a_press_has_a_button_that_takes_it_back(heard: Desk):
    heard.press("E1")
    heard.answered(1)
    row = heard.slack.answers[0]["blocks"][-1]["elements"][0]
    heard.press("E2", action=row["action_id"], value=row["value"])
    assert [heard.presses.get(timeout=PATIENCE).meaning for _ in range(2)] == ["in", "undo"]


@pytest.mark.criterion("I-7")
def test_a_command_is_acknowledged_and_answered_to_the_asker_alone_in_text_that_calls_nobody(heard: Desk):
    heard.type("E1", "search artillery shells")
    assert heard.acknowledged() == "E1"
    assert heard.answered(1) == ["search artillery shells &lt;!channel&gt; &amp; *more*"]
    said = heard.slack.answers[0]
    assert said["response_type"] == "ephemeral"
    assert slack_rules.faults(said) == []
    assert "search artillery shells <!channel> & *more*" in json.dumps(said["blocks"])


@pytest.mark.criterion("I-7")
def test_a_command_that_is_not_one_gets_the_usage_and_one_that_fails_says_so(heard: Desk):
    heard.type("E1", "explode now")
    assert "/armswatch status" in heard.answered(1)[0]
    heard.fails = True
    heard.type("E2", "status")
    assert "could not be" in heard.answered(2)[1]


@pytest.mark.criterion("I-6")
def test_those_who_may_not_are_refused_and_nothing_is_done(desk: Desk):
    buttons = listening(desk, allowed=frozenset({"U9"}))
    buttons.start()
    desk.socket.opened.get(timeout=PATIENCE)
    desk.press("E1")
    desk.type("E2", "status")
    refused = desk.answered(2)
    assert all("You are not among those" in one for one in refused)
    assert desk.presses.empty()
    desk.type("E3", "status", user_id="U9")
    assert desk.answered(3)[2].startswith("status")
    buttons.close()


def test_a_press_that_cannot_be_recorded_says_so_and_the_next_is_heard(heard: Desk):
    heard.fails = True
    heard.press("E1")
    assert "could not be recorded" in heard.answered(1)[0]
    heard.fails = False
    heard.press("E2")
    assert "noted" in heard.answered(2)[1]


def test_other_envelopes_are_acknowledged_and_left_alone(heard: Desk):
    heard.socket.push({"type": "events_api", "envelope_id": "E5", "payload": {}})
    assert heard.acknowledged() == "E5"
    assert heard.presses.empty()


def test_an_answer_is_sent_to_slack_only(heard: Desk, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.DEBUG):
        heard.socket.press("E1", payload() | {"response_url": "https://evil.example/actions"})
        assert heard.presses.get(timeout=PATIENCE).meaning == "in"
        heard.press("E2")
        heard.answered(1)
    assert "its address is not Slack's" in caplog.text
    assert APP_TOKEN not in caplog.text
    assert "not-a-real-ticket" not in caplog.text


@pytest.mark.criterion("decision 25")
def test_a_socket_address_off_this_machine_is_not_opened(desk: Desk):
    desk.slack.socket_url = "wss://wss-primary.slack.com/link"
    buttons = listening(desk)
    with pytest.raises(SendRejected):
        buttons.start()
    buttons.close()


@pytest.mark.criterion("I-1")
@pytest.mark.criterion("S-7")
def test_buttons_are_drawn_only_where_somebody_listens_and_the_message_stays_valid():
    digest = samples.many(30)
    plain = json.loads(look.deliveries(digest, samples.SLACK)[0].payload)
    pressed = look.deliveries(digest, samples.SLACK, pressable=True)
    for one in pressed:
        assert slack_rules.faults(json.loads(one.payload)) == []
    kinds = [block["type"] for block in json.loads(pressed[0].payload)["blocks"]]
    assert kinds.count("actions") == 10
    assert "actions" not in [block["type"] for block in plain["blocks"]]
