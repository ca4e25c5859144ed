"""What a press on a button means, whoever made its payload up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.buttons import MORE, NotTaken, Press, press_of


def payload(action: str = "fb.in", value: str = "s-0123456789ab", **more: Any) -> dict[str, Any]:
    pressed: dict[str, Any] = {"action_id": action, "value": value}
    if action == MORE:
        pressed = {"action_id": action, "selected_option": {"value": value}}
    return {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": "U1", "username": "lena", "team_id": "T1"},
        "container": {"channel_id": "C1", "message_ts": "1.2"},
        "response_url": "https://hooks.slack.com/actions/x",
        "actions": [pressed],
    } | more


@pytest.mark.parametrize(
    ("action", "value", "meaning"),
    [
        ("fb.in", "s-0123456789ab", "in"),
        ("fb.out", "s-0123456789ab", "out"),
        (MORE, "mute|s-0123456789ab", "mute"),
        (MORE, "why|s-0123456789ab", "why"),
        ("fb.undo", "s-0123456789ab", "undo"),
    ],
)
def test_a_press_says_who_means_what_of_which_story(action, value, meaning):
    press = press_of(payload(action, value))
    assert isinstance(press, Press)
    assert (press.user, press.name, press.subject, press.meaning) == ("U1", "lena", "s-0123456789ab", meaning)
    assert (press.channel, press.message) == ("C1", "1.2")


@pytest.mark.criterion("I-6")
def test_strangers_and_those_who_may_not_are_told_so():
    outside = press_of(payload(user={"id": "U2", "team_id": "T2"}))
    unknown = press_of(payload(), frozenset({"U9"}))
    for refused in (outside, unknown):
        assert isinstance(refused, NotTaken)
        assert refused.reason
        assert refused.reply_to
    assert isinstance(press_of(payload(), frozenset({"U1"})), Press)


@pytest.mark.parametrize(
    ("action", "value"),
    [
        ("fb.in", "'; DROP TABLE stories"),
        ("fb.in", ""),
        ("fb.in", "s-" + "x" * 500),
        ("other", "s-1"),
        (MORE, "delete|s-1"),
        (MORE, "mute|"),
    ],
)
def test_a_value_that_is_no_id_or_a_word_that_is_none_of_ours_changes_nothing(action, value):
    assert isinstance(press_of(payload(action, value)), NotTaken)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["type", "user", "team", "actions", "container", "response_url"]), json_values))
def test_no_payload_raises(made):
    assert isinstance(press_of({"type": "block_actions"} | made), Press | NotTaken)
    assert isinstance(press_of(payload() | made), Press | NotTaken)
