"""Ends connections whose time is up: socket timeouts alone never stop a server that sends a byte a second (R-34)."""

from __future__ import annotations

import heapq
import itertools
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass(slots=True)
class Watched:
    """One connection under watch. `fired` wins over whatever the reader saw: a shut socket can look like a short answer."""

    socket: (
        socket.socket
    )  # our own duplicate: shutting it down ends the connection, TLS or not, without touching its owner
    until: float  # time.monotonic
    fired: bool = False
    done: bool = False


@dataclass(slots=True)
class Watchdog:
    """One thread for all connections; started with the first, ends by itself when there is nothing to watch for a minute."""

    _lock: threading.Condition = field(default_factory=threading.Condition)
    _queue: list[tuple[float, int, Watched]] = field(default_factory=list)
    _number: itertools.count[int] = field(default_factory=itertools.count)
    _thread: threading.Thread | None = None
    _awake_at: float = 0.0  # when the thread will look again by itself

    def watch(self, connection: socket.socket, until: float) -> Watched:
        """Shut `connection` down at `until` (time.monotonic) unless `release` comes first."""
        watched = Watched(connection.dup(), until)
        with self._lock:
            self._queued(watched)
        return watched

    def extend(self, watched: Watched, until: float) -> bool:
        """Another deadline for a connection that serves another request; False if the last one had been enforced already."""
        with self._lock:
            if not watched.fired:
                watched.until = until
                self._queued(watched)
            return not watched.fired

    def release(self, watched: Watched) -> bool:
        """Stop watching; True if the deadline had already been enforced."""
        with self._lock:
            watched.done = True
            watched.socket.close()
            self._forget_past()
        return watched.fired

    def _queued(self, watched: Watched) -> None:
        heapq.heappush(self._queue, (watched.until, next(self._number), watched))
        self._forget_past()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="armswatch-deadlines", daemon=True)
            self._thread.start()
        elif self._queue[0][0] < self._awake_at:
            self._lock.notify()  # only for a deadline before its next look: a wake for each request costs as much as the request

    def _forget_past(self) -> None:
        """Drop from the front what is released or has a later deadline by now."""
        while self._queue and (self._queue[0][2].done or self._queue[0][0] != self._queue[0][2].until):
            heapq.heappop(self._queue)

    def _run(self) -> None:
        idle_since = time.monotonic()
        with self._lock:
            while True:
                self._forget_past()
                now = time.monotonic()
                if self._queue:
                    idle_since = now
                    until, _, watched = self._queue[0]
                    if until <= now:
                        heapq.heappop(self._queue)
                        watched.fired = True
                        with suppress(OSError):
                            watched.socket.shutdown(socket.SHUT_RDWR)
                        continue
                    self._sleep(now, until - now)
                elif now - idle_since > 60:
                    self._thread = None
                    return
                else:
                    self._sleep(now, 61 - (now - idle_since))

    def _sleep(self, now: float, seconds: float) -> None:
        self._awake_at = now + seconds
        self._lock.wait(seconds)
        self._awake_at = 0.0  # awake: it looks at the whole queue before it sleeps again
