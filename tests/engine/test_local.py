"""The engine of one process: at once, never twice at once, and once more when wanted meanwhile."""

from __future__ import annotations

import threading

import pytest

from bot.engine.local import LocalEngine


def test_a_task_runs_at_once_with_its_key() -> None:
    seen: list[str] = []
    engine = LocalEngine({"poll_shard": seen.append})
    assert engine.defer("poll_shard", "7")
    assert seen == ["7"]


def test_wanted_again_while_it_runs_it_runs_once_more_in_the_thread_that_has_it() -> None:
    seen: list[int] = []

    def task(_: str) -> None:
        seen.append(threading.get_ident())
        if len(seen) == 1:
            others = [threading.Thread(target=lambda: answers.append(engine.defer("digest"))) for _ in range(3)]
            for other in others:
                other.start()
            for other in others:
                other.join()

    answers: list[bool] = []
    engine = LocalEngine({"digest": task})
    assert engine.defer("digest")
    assert answers == [False, False, False]
    assert seen == [threading.get_ident()] * 2


def test_two_keys_of_a_task_do_not_wait_for_each_other() -> None:
    met = threading.Barrier(2, timeout=10)

    def meet(_: str) -> None:
        met.wait()

    engine = LocalEngine({"poll_shard": meet})
    threads = [threading.Thread(target=engine.defer, args=("poll_shard", key)) for key in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not met.broken


def test_a_task_that_raises_can_be_wanted_again() -> None:
    calls: list[str] = []

    def task(key: str) -> None:
        calls.append(key)
        raise ValueError("no")

    engine = LocalEngine({"sweep": task})
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            engine.defer("sweep")
    assert len(calls) == 2
