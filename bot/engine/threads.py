"""The Map port over a pool of threads: many slow hosts at once, results as they are ready."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Threads:
    """`count` threads that live as long as the app."""

    def __init__(self, count: int) -> None:
        self._pool = ThreadPoolExecutor(max_workers=count, thread_name_prefix="fetch")

    def __call__(self, function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
        futures = [self._pool.submit(function, item) for item in items]
        for done in as_completed(futures):
            yield done.result()

    def close(self) -> None:
        """Start nothing more; what runs ends by its own deadline."""
        self._pool.shutdown(wait=False, cancel_futures=True)
