"""The Map port: every answer once, none held for longer than needed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from bot.engine.threads import AHEAD, Threads


def test_every_item_is_answered_once():
    with closing(Threads(3)) as threads:
        assert sorted(threads(lambda number: number * 2, range(500))) == list(range(0, 1000, 2))
        assert list(threads(str, [])) == []


def test_an_answer_is_there_before_the_slowest_is_ready():
    held = threading.Event()
    with closing(Threads(2)) as threads:
        answers = threads(lambda item: held.wait(10) if item == 0 else item, range(3))
        assert {next(answers), next(answers)} == {1, 2}
        held.set()
        assert list(answers) == [True]


def test_where_answers_are_slow_all_threads_ask_at_once():
    together = threading.Barrier(9, timeout=10)
    with closing(Threads(9)) as threads:
        assert len({*threads(lambda _: together.wait(), range(9))}) == 9


def test_items_are_taken_only_as_answers_are():
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(10_000):
            taken.append(number)
            yield number

    with closing(Threads(2)) as threads:
        answers = threads(lambda number: number, items())
        for count in range(1, 50):
            next(answers)
            assert len(taken) <= 2 * AHEAD + count


def test_an_error_is_raised_where_its_answer_would_be_and_the_threads_go_on():
    def fails(number: int) -> int:
        if number == 1:
            raise ValueError("one")
        return number

    with closing(Threads(2)) as threads:
        with pytest.raises(ValueError, match="one"):
            list(threads(fails, range(3)))
        assert list(threads(fails, [5])) == [5]


def test_closing_ends_the_answers_early_and_without_an_error():
    threads = Threads(2)
    answers = threads(lambda number: number, range(10_000))
    next(answers)
    threads.close()
    assert sum(1 for _ in answers) < 4 * AHEAD
