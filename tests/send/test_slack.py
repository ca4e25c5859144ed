"""The Slack sender against a strict Slack with faults."""

from __future__ import annotations

import json
import logging
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.core import outbox
from bot.errors import SendAmbiguous, SendError, SendRejected, SendRetry
from bot.model import Delivery, Receipt
from bot.render import slack as look
from bot.send.slack import SlackSender
from tests.fake_slack import HOOK, TOKEN, FakeSlack, serving
from tests.render import samples

START = datetime(2023, 10, 14, 7, 0, tzinfo=UTC)


class Hand:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def hand():
    return Hand()


@pytest.fixture
def workspace(hand):
    with serving(FakeSlack(clock=hand)) as slack:
        yield slack


def sender(workspace: FakeSlack, hand: Hand, **more) -> SlackSender:
    settings: dict[str, Any] = {
        "token": TOKEN,
        "webhook": workspace.hook_url,
        "base_url": workspace.base_url,
        "loopback_only": True,
    }
    return SlackSender(clock=hand, **(settings | more))


def parts(subscription=samples.SLACK) -> tuple[Delivery, ...]:
    return look.deliveries(samples.busy(subscription), subscription)


HOOKED = replace(samples.SLACK, target="webhook")


def drive(send: Any, promises: list[Delivery], hand: Hand, limit: int = 80) -> list[Delivery]:
    """What the deliver job does, by the outbox's decisions alone; the clock jumps to whatever is next."""
    rows = list(promises)
    for _ in range(limit):
        open_rows = [row for row in rows if row.state in ("owed", "sending")]
        if not open_rows:
            return rows
        for place, row in enumerate(rows):
            before = rows[place - 1] if row.part > 1 else None
            if before is not None and before.state != "sent":
                continue
            now = hand()
            match outbox.step(row, now):
                case "send" | "resend" as what:
                    begun = outbox.begin(row, now, resend=what == "resend")
                    begun = replace(begun, parent=rows[0].receipt if row.part > 1 and row.channel == "slack" else "")
                    try:
                        outcome: Receipt | SendError = send(begun, resend=outbox.is_repeat(begun))
                    except SendError as error:
                        outcome = error
                    rows[place] = outbox.settle(begun, outcome, now)
                case "reconcile":
                    try:
                        receipt = send.reconcile(row)
                    except SendError as error:
                        rows[place] = outbox.unreconciled(row, error, now)
                    else:
                        rows[place] = outbox.found(row, receipt) if receipt else outbox.missing(row, now)
                case "park":
                    rows[place] = outbox.parked(row, now)
        due = [row.next_try for row in rows if row.state in ("owed", "sending") and row.next_try]
        hand.now = max(hand.now, min(due, default=hand.now)) + timedelta(milliseconds=1)
    return rows


@pytest.mark.criterion("S-6")
@pytest.mark.criterion("S-32")
@pytest.mark.criterion("S-10")
def test_a_digest_is_one_message_and_its_thread(workspace, hand):
    rows = drive(sender(workspace, hand), list(parts()), hand)
    assert [row.state for row in rows] == ["sent"] * len(rows)
    (parent,) = workspace.parents()
    assert len(workspace.replies(parent["ts"])) == len(rows) - 1 >= 1
    assert workspace.mentioned == []


@pytest.mark.criterion("R-55")
@pytest.mark.criterion("S-34")
def test_the_pace_of_a_channel_is_kept_without_a_sleep(workspace, hand):
    send = sender(workspace, hand)
    first, second = parts()[:2]
    receipt = send(first, resend=False)
    with pytest.raises(SendRetry) as caught:
        send(replace(second, parent=receipt.id), resend=False)
    assert caught.value.code == outbox.PACED
    assert caught.value.retry_at == START + timedelta(seconds=1.1)
    hand.forward(1.1)
    assert send(replace(second, parent=receipt.id), resend=False).id
    assert workspace.calls.count("chat.postMessage") == 2


def test_a_clock_set_back_does_not_silence_a_channel(workspace, hand):
    send = sender(workspace, hand)
    send(parts()[0], resend=False)
    hand.forward(-86_400)
    workspace.enforce_pace = False
    assert send(parts()[0], resend=False).id


@pytest.mark.criterion("R-55")
@pytest.mark.parametrize(
    ("fault", "wait"), [("429:12", 12), ("429:date", 12), ("429:none", 30), ("429:1.5", 1.5), ("429:99999", 3600)]
)
def test_retry_after_is_obeyed_in_every_form_and_other_channels_go_on(workspace, hand, fault, wait):
    workspace.channels["C0OTHER0000"] = {"id": "C0OTHER0000", "is_archived": False, "is_member": True}
    workspace.faults["chat.postMessage"].append(fault)
    send = sender(workspace, hand)
    with pytest.raises(SendRetry) as caught:
        send(parts()[0], resend=False)
    assert caught.value.retry_at == START + timedelta(seconds=wait)
    with pytest.raises(SendRetry) as held:
        send(parts()[0], resend=False)
    assert held.value.code == outbox.PACED
    other = parts(replace(samples.SLACK, target="C0OTHER0000"))[0]
    assert send(other, resend=False).id


SCRIPTS = [
    ["drop_before"],
    ["drop_after"],
    ["drop_after", "drop_after"],
    ["500"],
    ["500_after"],
    ["html503", "html503"],
    ["html200"],
    ["html_after"],
    ["truncated"],
    ["429:12", "drop_after"],
    ["429:date", "429:none"],
    ["error:internal_error"],
    ["error:fatal_error", "drop_before", "500_after"],
    ["ts_missing"],
]


@pytest.mark.criterion("S-30")
@pytest.mark.criterion("S-31")
@pytest.mark.criterion("S-33")
@pytest.mark.criterion("S-36")
@pytest.mark.criterion("R-57")
@pytest.mark.criterion("R-53")
@pytest.mark.parametrize("script", SCRIPTS, ids="+".join)
def test_whatever_breaks_there_is_exactly_one_message(workspace, hand, script):
    workspace.faults["chat.postMessage"].extend(script)
    (row,) = drive(sender(workspace, hand), [parts()[0]], hand)
    assert row.state == "sent"
    assert [one["ts"] for one in workspace.parents()] == [row.receipt]


@pytest.mark.criterion("R-53")
def test_a_lost_answer_in_a_thread_is_found_in_the_thread(workspace, hand):
    send, promises = sender(workspace, hand), list(parts()[:2])
    workspace.faults["chat.postMessage"].extend(["", "drop_after"])
    rows = drive(send, promises, hand)
    assert [row.state for row in rows] == ["sent", "sent"]
    assert len(workspace.replies(rows[0].receipt)) == 1


def test_history_that_fails_is_asked_again(workspace, hand):
    workspace.faults["chat.postMessage"].append("drop_after")
    workspace.faults["conversations.history"].extend(["html503", "429:5", "drop_before"])
    (row,) = drive(sender(workspace, hand), [parts()[0]], hand)
    assert (row.state, len(workspace.parents())) == ("sent", 1)


def test_a_busy_channel_is_read_page_by_page(workspace, hand):
    send = sender(workspace, hand)
    receipt = send(parts()[0], resend=False)
    for number in range(80):
        workspace.messages["C0123456789"].append({"ts": f"{int(START.timestamp()) + number}.9", "text": "chatter"})
    found = send.reconcile(parts()[0])
    assert found is not None
    assert found.id == receipt.id


@pytest.mark.criterion("R-54")
def test_without_the_history_scope_there_is_one_marked_repeat_then_parking(workspace, hand):
    workspace.scopes = frozenset({"chat:write"})
    workspace.faults["chat.postMessage"].extend(["drop_after", "drop_after"])
    (row,) = drive(sender(workspace, hand), [parts()[0]], hand)
    first, second = workspace.parents()
    assert row.state == "parked"
    assert "Possible repeat" not in json.dumps(first)
    assert "Possible repeat" in json.dumps(second)


@pytest.mark.criterion("R-56")
@pytest.mark.criterion("S-37")
@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("C0ARCHIVED0", "is_archived"),
        ("C0STRANGER0", "not_in_channel"),
        ("C0MISSING00", "channel_not_found"),
        ("#arms", "channel_name"),
    ],
)
def test_a_channel_that_cannot_be_posted_to_is_rejected_with_advice(workspace, hand, target, code):
    with pytest.raises(SendRejected) as caught:
        sender(workspace, hand)(parts(replace(samples.SLACK, target=target))[0], resend=False)
    assert caught.value.code == code
    assert not workspace.parents()


@pytest.mark.criterion("R-56")
@pytest.mark.parametrize(("token", "code"), [("xoxb-wrong", "invalid_auth"), ("", "not_authed")])
def test_a_wrong_or_missing_token_is_rejected_and_never_shown(workspace, hand, token, code):
    with pytest.raises(SendRejected) as caught:
        sender(workspace, hand, token=token)(parts()[0], resend=False)
    assert caught.value.code == code
    assert "xoxb-wrong" not in f"{caught.value!r}{caught.value.__cause__!r}"


@pytest.mark.criterion("S-40")
@pytest.mark.parametrize("kind", ["header", "rich_text", "divider", "context"])
def test_a_slack_that_refuses_a_block_type_gets_the_words_as_bare_text(workspace, hand, kind):
    workspace.refuse_types = {kind}
    receipt = sender(workspace, hand)(parts()[0], resend=False)
    (message,) = workspace.parents()
    assert "blocks" not in message
    assert "White House" in message["text"]
    assert "as bare text" in receipt.note
    assert f"type not supported: {kind}" in receipt.note
    assert message["metadata"]["event_payload"]["key"] == parts()[0].key


@pytest.mark.criterion("S-39")
def test_the_webhook_posts_without_thread_or_metadata(workspace, hand):
    rows = drive(sender(workspace, hand), list(parts(HOOKED)), hand)
    assert {row.state for row in rows} == {"sent"}
    assert len(workspace.hooked) == len(rows)


@pytest.mark.criterion("R-54")
@pytest.mark.criterion("decision 19")
@pytest.mark.parametrize("script", [["drop_after"], ["drop_before"], ["500"], ["html200"], ["truncated"]], ids="+".join)
def test_a_webhook_repeats_once_and_says_so(workspace, hand, script):
    workspace.faults["webhook"].extend(script)
    (row,) = drive(sender(workspace, hand), [parts(HOOKED)[0]], hand)
    assert row.state == "sent"
    assert 1 <= len(workspace.hooked) <= 2
    assert "Possible repeat" in json.dumps(workspace.hooked[-1])


def test_a_webhook_without_an_answer_twice_is_parked(workspace, hand):
    workspace.faults["webhook"].extend(["drop_after", "drop_after"])
    (row,) = drive(sender(workspace, hand), [parts(HOOKED)[0]], hand)
    assert row.state == "parked"
    assert "may have arrived" in row.error
    assert len(workspace.hooked) == 2


def test_a_dead_webhook_is_rejected_without_its_address(workspace, hand):
    gone = workspace.hook_url.replace(HOOK, "/services/T000/GONE/secret-part")
    with pytest.raises(SendRejected) as caught:
        sender(workspace, hand, webhook=gone)(parts(HOOKED)[0], resend=False)
    assert caught.value.code == "no_service"
    assert "secret-part" not in f"{caught.value!r}"


@pytest.mark.criterion("decision 25")
@pytest.mark.parametrize("url", ["https://slack.com/api/", "https://10.0.0.1/api/", "http://127.0.0.1.example/api/"])
def test_with_loopback_only_no_other_host_is_reached(hand, url):
    send = SlackSender(clock=hand, token=TOKEN, base_url=url, loopback_only=True)
    with pytest.raises(SendRejected) as caught:
        send(parts()[0], resend=False)
    assert caught.value.code == "loopback-only"
    assert send.check() == (str(caught.value),)


def test_nobody_listening_is_a_retry_not_a_doubt(hand):
    send = SlackSender(clock=hand, token=TOKEN, base_url="http://127.0.0.1:9/api/", loopback_only=True)
    with pytest.raises(SendRetry) as caught:
        send(parts()[0], resend=False)
    assert caught.value.code == "no-connection"


def test_a_silent_server_is_a_doubt(workspace, hand):
    workspace.faults["chat.postMessage"].append("hang_after")
    with pytest.raises(SendAmbiguous) as caught:
        sender(workspace, hand, timeout=0.3)(parts()[0], resend=False)
    assert caught.value.code == "timeout"


def test_a_redirect_is_not_followed(workspace, hand):
    workspace.faults["chat.postMessage"].append("302")
    with pytest.raises(SendAmbiguous):
        sender(workspace, hand)(parts()[0], resend=False)


def test_a_proxy_of_the_environment_is_not_used(workspace, hand, tmp_path):
    import os
    import subprocess
    import sys

    code = (
        "from datetime import datetime, UTC; from bot.send.slack import SlackSender; "
        f"print(SlackSender(clock=lambda: datetime.now(UTC), token={TOKEN!r}, base_url={workspace.base_url!r}).check())"
    )
    env = os.environ | {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9", "no_proxy": ""}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "()"


def test_check_finds_what_is_wrong_before_the_first_digest(workspace, hand):
    send = sender(workspace, hand)
    assert send.check(["C0123456789"]) == ()
    found = send.check(["C0ARCHIVED0", "C0STRANGER0", "C0MISSING00", "#arms"])
    assert [one.split(":")[0] for one in found] == ["C0ARCHIVED0", "C0STRANGER0", "C0MISSING00", "#arms"]
    workspace.scopes = frozenset({"chat:write", "channels:read"})
    assert send.check(["C0123456789"]) == (
        "scope channels:history or groups:history is missing: reinstall the app with it",
    )
    assert not workspace.parents()
    assert "invalid_auth" in sender(workspace, hand, token="xoxb-wrong").check()[0]
    assert sender(workspace, hand, token="").check(["webhook"]) == ()
    assert sender(workspace, hand, token="").check(["C0123456789"]) == ("no Slack token is set: ARMSWATCH_SLACK_TOKEN",)
    assert send.check(["webhook", "C0123456789"]) == (
        "scope channels:history or groups:history is missing: reinstall the app with it",
    )
    assert sender(workspace, hand, webhook="").check(["webhook"])[0] == "no webhook is set: ARMSWATCH_SLACK_WEBHOOK"
    assert sender(workspace, hand, token="", webhook="").check()
    for wrong in (
        "https://hooks.slack.com/workflows/T0/A0/1/x",
        "https://example.slack.com/archives/C0123456789",
        "C0123456789",
    ):
        (said,) = sender(workspace, hand, token="", webhook=wrong).check(["webhook"])
        assert said.startswith("ARMSWATCH_SLACK_WEBHOOK is not the address of an incoming webhook")
        assert wrong not in said


@pytest.mark.criterion("R-71")
def test_no_secret_in_any_log(workspace, hand, caplog):
    with caplog.at_level(logging.DEBUG):
        workspace.faults["chat.postMessage"].extend(["500", "drop_after"])
        drive(sender(workspace, hand), [parts()[0]], hand)
        drive(sender(workspace, hand, token="xoxb-wrong"), [parts()[0]], hand)
        drive(sender(workspace, hand), [parts(HOOKED)[0]], hand)
    assert TOKEN not in caplog.text
    assert "xoxb-wrong" not in caplog.text
    assert "not-a-real-secret" not in caplog.text
    assert TOKEN not in repr(sender(workspace, hand))


@pytest.mark.criterion("T-9")
def test_the_stand_in_shows_a_person_what_was_posted(workspace, hand):
    drive(sender(workspace, hand), list(parts()), hand)
    workspace.refuse_types = {"header"}
    hand.forward(5)
    sender(workspace, hand)(replace(parts()[0], subject="again"), resend=False)
    with urllib.request.urlopen(workspace.base_url.removesuffix("api/")) as answer:
        page = answer.read().decode()
    assert "Two freighters shuttle between Najin and a Russian naval pier" in page
    assert '<div class="m t">' in page
    assert page.count("armswatch") >= 3
