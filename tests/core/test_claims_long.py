"""Very long texts: the beginning and the end are read, quotes keep their places, and time grows with the text only."""

from __future__ import annotations

from time import process_time

import pytest

from bot.core.readings import HEAD, TAIL
from tests.core.test_claims import read

FIRST = "North Korea sent 1,000 containers of shells to Russia, the White House said."
LAST = "Russia denied that it had received shells from North Korea."
FILLING = "The weather was fine and the harvest was good. "


def test_the_beginning_and_the_end_of_a_very_long_text_are_read_and_quoted_exactly():
    text = f"{FIRST} {FILLING * 12_000}{LAST}"
    found = read(text)
    assert [(one.status, one.quote) for one in found] == [("asserted", FIRST), ("denied", LAST)]
    assert all(text[one.start : one.end] == one.quote for one in found)


def test_between_the_two_nothing_is_read():
    assert read(f"{FILLING * 6_000}{FIRST} {FILLING * 6_000}") == ()


@pytest.mark.parametrize("shift", [1, 20, 60, len(FIRST)])
def test_no_quote_is_a_sentence_that_the_gap_cuts(shift):
    text = f"{' ' * (HEAD - shift)}{FIRST} {FILLING * 3_000}{LAST}"
    assert len(text) > HEAD + TAIL
    assert [one.quote for one in read(text)] == [LAST]


@pytest.mark.parametrize(
    "text",
    [
        f"{FIRST} " * 60_000,
        " ".join(FIRST.replace("1,000", str(number)) for number in range(1000, 7000)),
        "North Korea sent shells to Russia " * 6_000,
        f"{LAST} " * 5_000,
        "a" * 5_000_000,
        "朝鲜向俄罗斯运送炮弹" * 20_000,
    ],
    ids=["the same", "figures", "no full stop", "denials", "one word", "Chinese"],
)
def test_a_text_made_of_claims_is_read_in_seconds(text):
    began = process_time()
    read(text)
    assert process_time() - began < 30
