"""Runs core.entries and core.articles in killable processes: deadline, memory limit, recycling, quarantine (R-30…R-32)."""

from __future__ import annotations

import ctypes
import hashlib
import multiprocessing
import multiprocessing.forkserver
import resource
import signal
import threading
import time
from collections import OrderedDict
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Self

from pebble import ProcessExpired, ProcessPool

from bot.errors import ExtractError, FeedError, WorkerError
from bot.model import FeedDocument, Page

DEADLINE = timedelta(seconds=10)
MEMORY = 512 * 1024 * 1024  # bytes of one worker in all, of which a fresh one takes about 130 MB; R-31
LEAST = 32 * 1024 * 1024  # bytes that a document may always use
RECYCLED_AFTER = 500  # documents; trafilatura's caches and feedparser grow slowly
STRIKES = 2  # bytes that killed this many workers are not tried again
RESTS_AFTER = timedelta(minutes=2)  # without a document: a start costs a second, the waiting processes cost 80 MB
REMEMBERED = 1000  # quarantined documents kept in mind
_FEEDS = ("bot.core.entries",)
_PAGES = ("bot.core.articles", "bot.core.entries", "bot.core.warmth")
_POOLS: set[ProcessPool] = set()  # those alive in this process; they share the fork server
_FORK = threading.Lock()  # held to add to them, and to end the server that they would start from
_PDEATHSIG = 1  # prctl option of Linux: the signal a process gets when its parent dies


class Workers:
    """The Parse port over a pool of processes. Safe to call from many threads; `close` ends the processes.

    The pool starts with the first document, ends when none came for `rests_after`, and starts again with the next. Workers come from a fork server that has the parsers loaded, so that a killed one
    is replaced in milliseconds and none shares threads or descriptors with the parent. With `pages=False` only what feeds need
    is loaded beforehand: a quarter of the memory; a page is then read a second later.
    """

    def __init__(
        self,
        count: int = 2,
        *,
        deadline: timedelta = DEADLINE,
        memory_limit: int = MEMORY,
        recycled_after: int = RECYCLED_AFTER,
        rests_after: timedelta = RESTS_AFTER,
        pages: bool = True,
    ) -> None:
        self._count = count
        self._deadline = deadline
        self._memory = memory_limit
        self._recycled_after = recycled_after
        self._rests_after = rests_after.total_seconds()
        self._preloaded = _PAGES if pages else _FEEDS
        self._lock = threading.Lock()
        self._pool: Any = None
        self._waiting = 0
        self._used = 0.0  # when the last document was done, on the monotonic clock
        self._closed = False
        self._ending = threading.Event()
        self._strikes: OrderedDict[str, int] = OrderedDict()
        self.killed = 0  # workers lost so far, for `status` and the health line

    def feed(
        self,
        body: bytes,
        *,
        url: str,
        headers: tuple[tuple[str, str], ...],
        now: datetime,
        feed: str = "",
        memory: str = "",
    ) -> FeedDocument:
        """`core.entries.parse` in a worker; raises FeedError or WorkerError."""
        found = self._run("feed", body, url, headers, now, feed, memory)
        assert isinstance(found, FeedDocument)
        return found

    def page(self, body: bytes, *, url: str, headers: tuple[tuple[str, str], ...], now: datetime) -> Page:
        """`core.articles.extract` in a worker; raises ExtractError or WorkerError."""
        found = self._run("page", body, url, headers, now)
        assert isinstance(found, Page)
        return found

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the workers now alive."""
        with self._lock:
            return tuple(self._pool._pool_manager.worker_manager.workers) if self._pool is not None else ()  # noqa: SLF001 - pebble shows them nowhere else

    def close(self) -> None:
        """End all workers at once; further calls raise WorkerError."""
        with self._lock:
            pool, self._pool, self._closed = self._pool, None, True
        self._ending.set()
        if pool is not None:
            _ended(pool)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _run(self, what: str, body: bytes, url: str, *rest: object) -> object:
        """The result, at the second try where a worker died: the kernel or an operator may have killed it (R-32)."""
        name = f"{what}:{hashlib.sha256(body).hexdigest()}"
        try:
            return self._once(name, what, body, url, *rest)
        except WorkerError as error:
            if error.reason != "died" or self._closed:
                raise
        return self._once(name, what, body, url, *rest)

    def _once(self, name: str, what: str, body: bytes, url: str, *rest: object) -> object:
        if self._strikes.get(name, 0) >= STRIKES:
            raise WorkerError("in quarantine: these bytes killed a worker twice", reason="quarantined", subject=url)
        with self._lock:
            if self._closed:
                raise WorkerError("the workers are closed", reason="died", subject=url)
            if self._pool is None:
                self._pool = self._started()
            pool = self._pool
            self._waiting += 1
            # All before us may need their whole deadline; beyond that the pool itself is stuck.
            patience = self._deadline.total_seconds() * (self._waiting / self._count + 1) + 30
        try:
            future = pool.schedule(work, args=[what, body, url, *rest], timeout=self._deadline.total_seconds())
            return future.result(timeout=patience)
        except (FeedError, ExtractError):
            raise
        except WorkerError:
            self._strike(name)
            raise
        except FutureTimeout:
            self._strike(name)
            if not future.done():
                self._replace(pool)
            seconds = self._deadline.total_seconds()
            raise WorkerError(
                f"no result within {seconds:g} s: the worker was killed", reason="deadline", subject=url
            ) from None
        except ProcessExpired as error:
            self._strike(name)
            raise WorkerError(f"the worker died (exit code {error.exitcode})", reason="died", subject=url) from None
        except (BrokenProcessPool, RuntimeError, CancelledError, OSError) as error:
            # The pool itself broke: not these bytes' fault as far as we know, so no strike.
            self._replace(pool)
            raise WorkerError(f"the pool of workers broke: {error}", reason="died", subject=url) from None
        finally:
            with self._lock:
                self._waiting -= 1
                self._used = time.monotonic()

    def _strike(self, name: str) -> None:
        with self._lock:
            self.killed += 1
            self._strikes[name] = self._strikes.pop(name, 0) + 1
            while len(self._strikes) > REMEMBERED:
                self._strikes.popitem(last=False)

    def _replace(self, broken: Any) -> None:
        with self._lock:
            if self._pool is broken:
                self._pool = None if self._closed else self._started()
        # Aside, because a pool that is stuck may not let go of its workers at once.
        threading.Thread(target=_ended, args=[broken], name="armswatch-broken-pool", daemon=True).start()

    def _started(self) -> Any:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(self._preloaded))
        pool = ProcessPool(
            max_workers=self._count,
            max_tasks=self._recycled_after,
            initializer=prepare,
            initargs=[self._memory],
            context=context,
        )
        with _FORK:
            _POOLS.add(pool)
        threading.Thread(target=self._rest, args=[pool], name="armswatch-workers-rest", daemon=True).start()
        return pool

    def _rest(self, pool: Any) -> None:
        """End the pool once nothing came for a while, and the fork server with the last pool of this process."""
        pause = self._rests_after
        while not self._ending.wait(pause):
            with self._lock:  # a document that comes now waits for the end, and starts anew
                if self._pool is not pool:
                    return
                pause = self._rests_after - (time.monotonic() - self._used)
                if self._waiting or pause > 0:
                    pause = max(pause, 0.1)
                    continue
                self._pool = None
                _ended(pool)
                with _FORK, suppress(OSError):
                    if not _POOLS:
                        multiprocessing.forkserver._forkserver._stop()  # type: ignore[attr-defined]  # noqa: SLF001 - nothing public ends it
                return


def _ended(pool: Any) -> None:
    with suppress(Exception):
        pool.stop()
        pool.join()  # this, not `stop`, ends the workers and closes the pipes
    with _FORK:
        _POOLS.discard(pool)


def prepare(memory: int) -> None:
    """Make this process a worker: killable at once, limited in memory, gone with its parent."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a handler in Python would wait for lxml to return
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL)
    if memory:
        with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 - nothing heavier wanted in a worker's first breath
            mapped, resident = (int(pages) * resource.getpagesize() for pages in statm.read().split()[:2])
        # The kernel limits what is mapped, we mean what is used: the libraries map twice what they touch.
        limit = mapped + max(memory - resident, LEAST)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def work(
    what: str,
    body: bytes,
    url: str,
    headers: tuple[tuple[str, str], ...],
    now: datetime,
    feed: str = "",
    memory: str = "",
) -> object:
    """One document, in a worker."""
    try:
        if what == "feed":
            from bot.core import entries

            return entries.parse(body, url=url, headers=headers, now=now, feed=feed, memory=memory)
        from bot.core import articles

        return articles.extract(body, url=url, headers=headers, now=now)
    except MemoryError:
        raise WorkerError("the document needs more memory than a worker has", reason="memory", subject=url) from None
