"""Runs core.entries and core.articles in killable processes: deadline, memory limit, recycling, quarantine (R-30…R-32)."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from bot.errors import WorkerError
from bot.model import FeedDocument, Page
from bot.workers.frames import Gone

if TYPE_CHECKING:
    from bot.workers.forkserver import ForkServer, Worker

DEADLINE = timedelta(seconds=10)
MEMORY = 512 * 1024 * 1024  # bytes of one worker in all, of which a fresh one takes about 130 MB; R-31
GROWN = 48 * 1024 * 1024  # bytes that a worker may have grown by when it takes another document: little is given back
RECYCLED_AFTER = 500  # documents; trafilatura's caches and feedparser grow slowly
STRIKES = 2  # bytes that killed this many workers are not tried again
RESTS_AFTER = timedelta(minutes=2)  # without a document: a start costs a second, the waiting processes cost 80 MB
REMEMBERED = 1000  # quarantined documents kept in mind
_FEEDS = ("bot.core.warmfeed",)
_PAGES = ("bot.core.warmfeed", "bot.core.warmth")


class Workers:
    """The Parse port over `count` processes at most. Safe to call from many threads; `close` ends the processes.

    They start with the first document, no more of them than are asked at once, end when none came for `rests_after`, and
    start again with the next. They are forked from a process of one thread that has the parsers loaded, so that a killed one
    is replaced in milliseconds and none shares threads or descriptors with the watch. With `pages=False` only what feeds need
    is loaded beforehand: a quarter of the memory; a page is then read a second later.
    """

    def __init__(
        self,
        count: int = 2,
        *,
        deadline: timedelta = DEADLINE,
        memory_limit: int = MEMORY,
        recycled_after: int = RECYCLED_AFTER,
        grown: int = GROWN,
        rests_after: timedelta = RESTS_AFTER,
        pages: bool = True,
    ) -> None:
        self._count = count
        self._deadline = deadline.total_seconds()
        self._limits = (memory_limit, grown, recycled_after)
        self._rests_after = rests_after.total_seconds()
        self._preloaded = _PAGES if pages else _FEEDS
        self._turn = threading.Condition()  # guards all that follows; notified when a worker may be free
        self._server: ForkServer | None = None
        self._idle: list[Worker] = []  # the last one used is used next: the others may rest
        self._busy: list[Worker] = []
        self._taken = 0  # turns given out: busy workers and those that are just being forked
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
        with self._turn:
            return tuple(worker.pid for worker in (*self._busy, *self._idle) if worker in self._busy or not worker.dead)

    def close(self) -> None:
        """End all workers at once; further calls raise WorkerError."""
        with self._turn:
            self._closed = True
            server = self._detached()
            self._turn.notify_all()
        self._ending.set()
        if server is not None:
            server.close()

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
        worker = self._taken_worker(url)
        spent = True
        try:
            spent, good, found = worker.ask((what, body, url, *rest), time.monotonic() + self._deadline)
        except TimeoutError:
            self._lost(name, worker)
            raise WorkerError(
                f"no result within {self._deadline:g} s: the worker was killed", reason="deadline", subject=url
            ) from None
        except Gone:
            how = self._lost(name, worker)
            raise WorkerError(f"the worker died ({how})", reason="died", subject=url) from None
        finally:
            self._given_back(worker, spent=spent)
        if good:
            return found
        assert isinstance(found, BaseException)
        if isinstance(found, WorkerError):
            self._strike(name)
        raise found

    # ── turns ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _taken_worker(self, url: str) -> Worker:
        """A worker for one document, once there is one to be had."""
        with self._turn:
            while self._taken >= self._count and not self._closed:
                self._turn.wait()
            if self._closed:
                raise WorkerError("the workers are closed", reason="died", subject=url)
            self._taken += 1
        worker = None
        try:
            worker = self._found(url)
        finally:
            if worker is None:
                self._free()
        return worker

    def _found(self, url: str) -> Worker:
        """One that waits, or a new one."""
        from bot.workers.forkserver import Lost

        with self._turn:
            worker = self._idle.pop() if self._idle else None
            if worker is not None and not worker.dead:
                self._busy.append(worker)
                return worker
            try:
                server = self._server = self._server or self._started()
            except Lost as error:
                raise WorkerError(f"no process for parsing: {error}", reason="died", subject=url) from None
        if worker is not None:  # killed while it had nothing to do: nobody's fault
            self._count_killed()
            server.end(worker)
        try:
            made = server.fork()
        except Lost as error:
            self._dropped(server)
            raise WorkerError(f"the process with the parsers: {error}", reason="died", subject=url) from None
        with self._turn:
            if server is self._server:
                self._busy.append(made)
                return made
        server.end(made)
        raise WorkerError("the workers are closed", reason="died", subject=url)

    def _given_back(self, worker: Worker, *, spent: bool) -> None:
        with self._turn:
            self._busy.remove(worker)
            kept = not spent and worker.server is self._server
            if kept:
                self._idle.append(worker)
        if not kept:
            worker.server.end(worker)
        self._free()

    def _free(self) -> None:
        with self._turn:
            self._taken -= 1
            self._used = time.monotonic()
            self._turn.notify()

    def _lost(self, name: str, worker: Worker) -> str:
        """Bury a worker, with a strike for what it was reading; how it ended."""
        code = worker.server.end(worker)
        self._strike(name)
        return "nobody knows how" if code is None else f"exit code {code}"

    def _strike(self, name: str) -> None:
        with self._turn:
            self.killed += 1
            self._strikes[name] = self._strikes.pop(name, 0) + 1
            while len(self._strikes) > REMEMBERED:
                self._strikes.popitem(last=False)

    def _count_killed(self) -> None:
        with self._turn:
            self.killed += 1

    # ── the process that they come from ───────────────────────────────────────────────────────────────────────

    def _started(self) -> ForkServer:
        from bot.workers.forkserver import ForkServer

        server = ForkServer(self._preloaded, self._limits)
        self._used = time.monotonic()
        threading.Thread(target=self._rest, args=[server], name="armswatch-workers-rest", daemon=True).start()
        return server

    def _detached(self) -> ForkServer | None:
        """Let go of the server and of who waits for work; to be closed outside of the lock."""
        server, self._server = self._server, None
        for worker in self._idle:
            worker.hang_up()
        self._idle.clear()
        return server

    def _dropped(self, server: ForkServer) -> None:
        with self._turn:
            if server is self._server:
                self._detached()
        server.close()

    def _rest(self, server: ForkServer) -> None:
        """End the processes once nothing came for a while."""
        pause = self._rests_after
        while not self._ending.wait(max(pause, 0.1)):
            with self._turn:
                if server is not self._server:
                    return
                pause = self._rests_after - (time.monotonic() - self._used)
                if self._taken or pause > 0:
                    continue
                self._detached()
            server.close()
            return
