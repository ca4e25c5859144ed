"""What runs on the other side: a process that has the parsers loaded, and the workers that it forks (R-31, R-32).

It has one thread and reads nothing but orders, so that forking it is safe; it ends when the watch ends, and its workers with it.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import pickle
import resource
import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle

from bot.errors import WorkerError
from bot.workers.frames import ENDED, FORK, Gone, Order, receive, send

LEAST = 32 * 1024 * 1024  # bytes that a document may always use
_PDEATHSIG = 1  # prctl option of Linux: the signal a process gets when its parent dies


def main(control: int, limits: tuple[int, int, int], modules: Sequence[str]) -> None:
    """Load the parsers, then fork and end workers as ordered, until nobody orders any more; `limits` as ForkServer has them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the watch's business
    for module in modules:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()  # what is loaded stays shared: a collection in a worker would touch, and so copy, all of it
    children: set[int] = set()
    try:
        for order, pid in _orders(control):
            if order == FORK:
                line = recv_handle(Connection(os.dup(control)))
                found = _forked(control, line, limits)
                os.close(line)
                if found > 0:
                    children.add(found)
                send(control, Order.pack(FORK, found))
            elif pid in children:
                children.discard(pid)
                send(control, Order.pack(ENDED, _ended(pid)))
            else:
                send(control, Order.pack(ENDED, 0))
    except Gone:
        pass
    finally:
        for child in children:
            _ended(child)


def _orders(control: int) -> Iterator[tuple[int, int]]:
    while True:
        yield Order.unpack(receive(control))


def _forked(control: int, line: int, limits: tuple[int, int, int]) -> int:
    """The new worker's process id; the negative errno where the system has no room for one."""
    try:
        pid = os.fork()
    except OSError as error:
        return -(error.errno or 1)
    if pid:
        return pid
    try:
        os.close(control)
        memory, grown, documents = limits
        _prepared(memory)
        _served(line, grown, documents)
    finally:
        os._exit(0)


def _ended(pid: int) -> int:
    """Kill a worker, which is harmless where it is dead, and say how it ended: an exit code, or the negative signal."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return 0


def _prepared(memory: int) -> None:
    """Make this process a worker: killable at once, limited in memory, gone with its parent."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a handler in Python would wait for lxml to return
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL)
    if memory:
        mapped, resident = _sizes()
        # The kernel limits what is mapped, we mean what is used: the libraries map twice what they touch.
        limit = mapped + max(memory - resident, LEAST)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _sizes() -> tuple[int, int]:
    """Bytes mapped and resident."""
    with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 - nothing heavier wanted in a worker's first breath
        mapped, resident = (int(pages) * resource.getpagesize() for pages in statm.read().split()[:2])
    return mapped, resident


def _served(line: int, grown: int, documents: int) -> None:
    """Document after document, until nobody asks; each answer says whether this worker has had its time (R-74)."""
    fresh = _sizes()[1]
    for number in count(1):
        try:
            task = pickle.loads(receive(line))  # noqa: S301 - from our own parent
        except Gone:
            return
        found: object
        try:
            good, found = True, work(*task)
        except Exception as error:  # noqa: BLE001 - whatever it is, the parent raises it
            good, found = False, error
        spent = number >= documents or _sizes()[1] > fresh + grown
        try:
            answer = pickle.dumps((spent, good, found), pickle.HIGHEST_PROTOCOL)
        except Exception as error:  # noqa: BLE001 - an answer too large for this process, or an error that cannot travel
            lost = WorkerError(f"the result cannot be handed over: {error!r:.200}", reason="memory", subject=task[2])
            answer = pickle.dumps((True, False, lost), pickle.HIGHEST_PROTOCOL)
        try:
            send(line, answer)
        except Gone:
            return


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
