"""The watch's end of the process that has the parsers loaded: it forks workers, and tells how each ended.

Not the standard library's fork server: that one brings a tracker process of its own and loads the program anew in each worker,
which together take more memory than the documents.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Pipe
from multiprocessing.reduction import send_handle

from bot.workers.frames import ENDED, FORK, Gone, Order, over, receive, send

PATIENCE = 60.0  # seconds for loading the parsers on a busy machine
PROMPT = 10.0  # seconds for an order: a process that takes longer for one is stuck
_PROGRAM = (
    "import sys; control, limits, modules, sys.path[:] = eval(sys.argv[1]); "
    "from bot.workers.child import main; main(control, limits, modules)"
)


class Lost(Exception):
    """The process itself ended, is stuck or cannot fork; says why."""


@dataclass(slots=True, eq=False)
class Worker:
    """A forked process; asked by one thread at a time."""

    pid: int
    line: int
    server: ForkServer

    def ask(self, task: object, until: float) -> tuple[bool, bool, object]:
        """(has had its time, is a result, the result or the error); raises Gone, and TimeoutError at `until` (time.monotonic)."""
        send(self.line, pickle.dumps(task, pickle.HIGHEST_PROTOCOL), until)
        found: tuple[bool, bool, object] = pickle.loads(receive(self.line, until))  # noqa: S301 - from our own child
        return found

    def hang_up(self) -> None:
        """Close our end, once; the worker ends when it notices."""
        line, self.line = self.line, -1
        if line >= 0:
            os.close(line)

    @property
    def dead(self) -> bool:
        """Whether it ended while nobody asked it anything."""
        return over(self.line)


class ForkServer:
    """Starts with its making and loads `modules`; safe to call from many threads."""

    def __init__(self, modules: Sequence[str], limits: tuple[int, int, int]) -> None:
        """`limits` of one worker: its bytes in all, the bytes that it may have grown by when it takes another document, documents."""
        self._control, theirs = Pipe()
        self._lock = threading.Lock()
        self._closed = False
        self._until = time.monotonic() + PATIENCE
        asked = repr((theirs.fileno(), limits, list(modules), sys.path))
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, asked],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # a library that prints must not be read as our output
                pass_fds=[theirs.fileno()],
            )
        except OSError as error:
            self._control.close()
            raise Lost(f"it cannot be started: {error}") from error
        finally:
            theirs.close()
        os.set_blocking(self._control.fileno(), False)

    def fork(self) -> Worker:
        """A new worker; raises Lost."""
        ours, theirs = Pipe()
        try:
            with self._lock:
                pid = self._ordered(FORK, 0, hand=theirs.fileno())
            if pid < 0:
                raise Lost(f"no new worker: {os.strerror(-pid)}")
            line = os.dup(ours.fileno())
        finally:
            ours.close()
            theirs.close()
        os.set_blocking(line, False)
        return Worker(pid, line, self)

    def end(self, worker: Worker) -> int | None:
        """Kill a worker, if it still lives; its exit code, the negative signal, or None where that is not known."""
        if worker.line < 0:
            return None
        worker.hang_up()
        with self._lock, suppress(Lost):
            return self._ordered(ENDED, worker.pid)
        return None

    def close(self) -> None:
        """End it and all its workers."""
        with self._lock:
            self._closed = True
            with suppress(OSError):
                self._control.close()
        try:
            self._process.wait(PROMPT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _ordered(self, what: int, pid: int, hand: int = -1) -> int:
        if self._closed:
            raise Lost("it was closed")
        control = self._control.fileno()
        until = max(self._until, time.monotonic() + PROMPT)
        try:
            send(control, Order.pack(what, pid), until)
            if hand >= 0:
                send_handle(self._control, hand, self._process.pid)
            _, answer = Order.unpack(receive(control, until))
        except TimeoutError:
            self._process.kill()
            raise Lost("it does not answer") from None
        except (Gone, OSError):
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
            raise Lost(f"it ended (exit code {self._process.returncode})") from None
        return int(answer)
