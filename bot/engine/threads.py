"""The Map port over a pool of threads: answers as they come, and no more of them held than are being worked on."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import chain, islice
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 2
"""Items for each thread that may wait or lie finished: enough that no thread is idle while an answer is stored."""

QUICK = 0.005
"""Seconds for an answer, or several. While they come so fast one thread gives them: more would only wait for each other."""

_ARENA_MAX = -8  # of glibc's mallopt


class Threads:
    """`threads(function, items)` yields each answer once it is there, in no order; an error is raised where it is taken."""

    def __init__(self, count: int) -> None:
        self._ahead = AHEAD * count
        self._closed = False
        # glibc would keep half a megabyte for each thread that ever held a body, and gain nothing: only one thread runs Python.
        with suppress(AttributeError, OSError):  # other C libraries have one heap anyway
            ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
        self._one = ThreadPoolExecutor(max_workers=1, thread_name_prefix="fetch")
        self._pool = ThreadPoolExecutor(max_workers=count, thread_name_prefix="fetch")

    def __call__(self, function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
        """Answers are dropped as they are taken: those of a whole round would be a hundred megabytes."""
        done: SimpleQueue[Future[R]] = SimpleQueue()
        waiting = iter(items)
        under_way = 0
        pool, queued = self._one, dict[Future[R], T]()
        while True:
            for item in islice(waiting, 0 if self._closed else self._ahead - under_way):
                future = pool.submit(function, item)
                if pool is self._one:
                    queued[future] = item
                future.add_done_callback(done.put)
                under_way += 1
            if not under_way:
                return
            if pool is self._one and done.empty():
                time.sleep(QUICK)  # who wakes for each answer takes turns with the thread that gives them
                if done.empty():  # it waits for somebody: what stands behind it is for all threads
                    waiting = chain([item for future, item in queued.items() if future.cancel()], waiting)
                    pool = self._pool
                    queued.clear()
            answer = done.get()
            under_way -= 1
            queued.pop(answer, None)
            if not answer.cancelled():
                yield answer.result()

    def close(self) -> None:
        """Start nothing more; what runs ends by its own deadline."""
        self._closed = True
        for pool in (self._one, self._pool):
            pool.shutdown(wait=False, cancel_futures=True)
