"""A pool of processes that scan WARCs: deadlines, dead workers replaced, the gate's patterns kept on disk."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.core.prefilter import Gate, fitting
from bot.core.watchlists import load
from bot.errors import WorkerError
from bot.sources import scanning
from bot.sources.scanning import BATCH_RECORDS, Batch

DEADLINE = 180.0  # seconds a task may take: a batch takes a few
RECYCLED_AFTER = 200  # tasks
_PDEATHSIG = 1  # prctl option of Linux: the signal a process gets when its parent dies


class Scanners:
    """A pool of scanning processes. Safe to call from many threads; started with the first task."""

    def __init__(self, watchlists: Sequence[tuple[str, bytes]], cache: Path | None = None, count: int = 1) -> None:
        self._watchlists = tuple(watchlists)  # (file name, bytes): compiled patterns do not travel
        self._cache = cache
        self._count = count
        self._lock = threading.Lock()
        self._pool: Any = None
        self.killed = 0

    def scan(
        self,
        path: Path,
        start: int,
        stop: int,
        *,
        since: datetime | None,
        whole: bool = True,
        limit: int = BATCH_RECORDS,
    ) -> Batch:
        """`scan` in a worker. Raises WorkerError where the worker died or hung."""
        with self._lock:
            if self._pool is None:
                self._pool = self._started()
            pool = self._pool
        future = pool.schedule(scanning.scan, args=[str(path), start, stop, since, whole, limit], timeout=DEADLINE)
        from pebble import ProcessExpired

        try:
            found: Batch = future.result()
        except FutureTimeout:
            self.killed += 1
            raise WorkerError(f"nothing within {DEADLINE:g} s", reason="deadline", subject=str(path)) from None
        except ProcessExpired as error:
            self.killed += 1
            raise WorkerError(
                f"the reader died (exit code {error.exitcode})", reason="died", subject=str(path)
            ) from None
        except MemoryError:
            raise WorkerError("more memory needed than a reader has", reason="memory", subject=str(path)) from None
        except (BrokenProcessPool, CancelledError, RuntimeError) as error:
            with self._lock:
                if self._pool is pool:
                    self._pool = None
            with suppress(Exception):
                pool.stop()
            raise WorkerError(f"the pool of readers broke: {error}", reason="died", subject=str(path)) from None
        return found

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()
            pool.join()

    def _started(self) -> Any:
        import multiprocessing

        from pebble import ProcessPool

        gate_patterns(self._watchlists, self._cache)  # once, before the workers all want it
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["bot.sources.scanners"])
        return ProcessPool(
            max_workers=self._count,
            max_tasks=RECYCLED_AFTER,
            initializer=_prepare,
            initargs=[self._watchlists, self._cache],
            context=context,
        )


def _prepare(watchlists: Sequence[tuple[str, bytes]], cache: Path | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    scanning.GATES[:] = [gate(watchlists, cache)]


def gate(watchlists: Sequence[tuple[str, bytes]], cache: Path | None) -> Gate:
    """The gate for these watchlist files, its patterns from the cache where they fit, else made and kept there."""
    return Gate([load(raw, file=name) for name, raw in watchlists], _read(cache))


def gate_patterns(watchlists: Sequence[tuple[str, bytes]], cache: Path | None) -> None:
    """Put the patterns of these watchlists on disk, unless they are there."""
    if cache is None:
        return
    kept = _read(cache)
    fresh = fitting(kept, [load(raw, file=name) for name, raw in watchlists])
    if fresh != kept:
        with suppress(OSError):  # a read-only disk costs a second at every start, nothing more
            cache.parent.mkdir(parents=True, exist_ok=True)
            part = cache.with_name(f"{cache.name}.{os.getpid()}.part")
            part.write_bytes(fresh)
            part.replace(cache)


def _read(cache: Path | None) -> bytes:
    if cache is None:
        return b""
    try:
        return cache.read_bytes()
    except OSError:
        return b""
