"""The Map port over a pool of threads: answers as they come, and no more of them held than are being worked on."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from queue import Empty, SimpleQueue
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 2
"""Items for each thread that may wait or lie finished: enough that no thread is idle while an answer is stored."""

QUICK = 4
"""Threads that are enough where answers come at once: more of them only wait for each other."""

SLOW = 0.02  # seconds without an answer, after which twice as many items are under way

_ARENA_MAX = -8  # of glibc's mallopt


class Threads:
    """`threads(function, items)` yields each answer once it is there, in no order; an error is raised where it is taken."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._closed = False
        # glibc would keep half a megabyte for each thread that ever held a body, and gain nothing: only one thread runs Python.
        with suppress(AttributeError, OSError):  # other C libraries have one heap anyway
            ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
        self._pool = ThreadPoolExecutor(max_workers=count, thread_name_prefix="fetch")

    def __call__(self, function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
        """Answers are dropped as they are taken: those of a whole round would be a hundred megabytes."""
        done: SimpleQueue[Future[R]] = SimpleQueue()
        waiting = iter(items)
        under_way, wide = 0, min(QUICK, self._count)
        while True:
            for item in islice(waiting, 0 if self._closed else max(AHEAD * wide - under_way, 0)):
                self._pool.submit(function, item).add_done_callback(done.put)
                under_way += 1
            if not under_way:
                return
            try:
                answer = done.get(timeout=SLOW if wide < self._count else None)
            except Empty:
                wide = min(2 * wide, self._count)
                continue
            under_way -= 1
            if not answer.cancelled():
                yield answer.result()

    def close(self) -> None:
        """Start nothing more; what runs ends by its own deadline."""
        self._closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)
