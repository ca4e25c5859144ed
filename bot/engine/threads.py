"""The Map port over a pool of threads: answers as they come, and no more of them held than are being worked on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 2
"""Items for each thread that may wait or lie finished: enough that no thread is idle while an answer is stored."""


class Threads:
    """`threads(function, items)` yields each answer once it is there, in no order; an error is raised where it is taken."""

    def __init__(self, count: int) -> None:
        self._ahead = AHEAD * count
        self._closed = False
        self._pool = ThreadPoolExecutor(max_workers=count, thread_name_prefix="fetch")

    def __call__(self, function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
        """Answers are dropped as they are taken: those of a whole round would be a hundred megabytes."""
        done: SimpleQueue[Future[R]] = SimpleQueue()
        waiting = iter(items)
        under_way = 0
        while True:
            for item in islice(waiting, 0 if self._closed else self._ahead - under_way):
                self._pool.submit(function, item).add_done_callback(done.put)
                under_way += 1
            if not under_way:
                return
            answer = done.get()
            under_way -= 1
            if not answer.cancelled():
                yield answer.result()

    def close(self) -> None:
        """Start nothing more; what runs ends by its own deadline."""
        self._closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)
