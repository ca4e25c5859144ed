"""Quiet is not blind, and blind is not quiet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.core.silence import silence
from bot.model import Notice

NOW = datetime(2026, 5, 10, 7, 0, tzinfo=UTC)


def notice(**more: Any) -> Notice | None:
    seen: dict[str, Any] = {
        "last_story": NOW - timedelta(days=4),
        "working": 48,
        "configured": 50,
        "items": 1900,
        "usual": 2000.0,
    }
    return silence(NOW, **(seen | more))


@pytest.mark.criterion("D-15")
@pytest.mark.parametrize(
    ("sign", "words"),
    [
        ({"working": 30}, "20 of 50 feeds do not answer"),
        ({"items": 500}, "500 items read in a day instead of about 2,000"),
        ({"gap": timedelta(hours=7)}, "no round for 7 hours"),
    ],
)
def test_days_without_a_story_and_one_sign_of_blindness_are_told(sign, words):
    found = notice(**sign)
    assert found is not None
    assert found.text == f"Nothing in scope for 4 days, and this may be blindness: {words}"


@pytest.mark.criterion("D-15")
def test_a_quiet_week_with_full_sight_is_not_told():
    assert notice() is None
    assert notice(usual=0.0, items=0, configured=0, working=0) is None


def test_blindness_with_fresh_stories_is_told_elsewhere():
    assert notice(last_story=NOW - timedelta(days=2), working=10) is None


def test_one_silence_has_one_notice():
    first, again = notice(working=30), notice(working=20)
    assert first is not None
    assert again is not None
    assert first.id == again.id
