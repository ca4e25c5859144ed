"""What a slash command asks, however it is typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.buttons import NotTaken
from bot.core.orders import COMMAND, USAGE, Order, Verb, order_of


def command(text: str, **more: Any) -> dict[str, Any]:
    return {
        "command": "/armswatch",
        "text": text,
        "user_id": "U1",
        "user_name": "lena",
        "team_id": "T1",
        "channel_id": "C1",
        "response_url": "https://hooks.slack.com/commands/x",
    } | more


@pytest.mark.criterion("I-7")
@pytest.mark.parametrize(
    ("typed", "verb", "subject", "days"),
    [
        ("", "help", "", 7),
        ("help", "help", "", 7),
        ("  STATUS ", "status", "", 7),
        ("today", "today", "", 7),
        ("feeds", "feeds", "", 7),
        ("why s-0123456789ab", "why", "s-0123456789ab", 7),
        ("why a-20260101-0123", "why", "a-20260101-0123", 7),
        ("mute s-0123456789ab", "mute", "s-0123456789ab", 7),
        ("mute s-0123456789ab 30d", "mute", "s-0123456789ab", 30),
        ("unmute s-0123456789ab", "unmute", "s-0123456789ab", 7),
        ("search 포탄  Najin", "search", "포탄 Najin", 7),
    ],
)
def test_each_command_is_understood(typed: str, verb: str, subject: str, days: int):
    order = order_of(command(typed))
    assert isinstance(order, Order)
    assert (order.verb, order.subject, order.days) == (verb, subject, days)
    assert (order.user, order.name, order.channel) == ("U1", "lena", "C1")


@pytest.mark.criterion("I-7")
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("explode", "explode: there is no such command"),
        ("status now", "status takes nothing behind it"),
        ("why", "why needs the id of a story"),
        ("why <!channel>", "why needs the id of a story"),
        ("why s-1 s-2", "why takes one id"),
        ("mute s-0123456789ab soon", "from 1d to 365d"),
        ("mute s-0123456789ab 0d", "from 1d to 365d"),
        ("mute s-0123456789ab 9999d", "from 1d to 365d"),
        ("mute s-0123456789ab 7d 8d", "from 1d to 365d"),
        ("search", "Search for which words?"),
    ],
)
def test_what_is_typed_wrong_gets_the_reason_and_the_usage(typed: str, said: str):
    refused = order_of(command(typed))
    assert isinstance(refused, NotTaken)
    assert said in refused.reason
    assert refused.reason.endswith(USAGE)
    assert refused.reply_to


@pytest.mark.criterion("I-6")
def test_a_stranger_to_the_list_is_told_so():
    refused = order_of(command("status"), frozenset({"U9"}))
    assert isinstance(refused, NotTaken)
    assert "not among those" in refused.reason
    assert isinstance(order_of(command("status"), frozenset({"U1"})), Order)


@given(
    st.dictionaries(
        st.sampled_from(["text", "user_id", "user_name", "channel_id", "response_url"]),
        st.one_of(st.none(), st.integers(), st.text(max_size=40), st.lists(st.text(max_size=4))),
    )
)
def test_no_payload_is_an_error(payload: dict[str, Any]):
    assert isinstance(order_of(payload), Order | NotTaken)


def test_the_manifest_declares_the_command_and_hints_at_every_verb():
    manifest = (Path(__file__).parents[2] / "deploy" / "slack-manifest.yaml").read_text(encoding="utf-8")
    assert f"- command: {COMMAND}\n" in manifest
    hint = next(line for line in manifest.splitlines() if "usage_hint" in line)
    assert all(verb in hint for verb in get_args(Verb))
    assert "- commands " in manifest
