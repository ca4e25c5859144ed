"""How the watch and its workers talk: lengths and bytes over a pair of connected descriptors, with a deadline where one is wanted."""

from __future__ import annotations

import os
import select
import struct
import time
from typing import Final

Order: Final = struct.Struct(">Bq")  # what, and the process id or exit code that it is about
FORK: Final = 1
ENDED: Final = 2

_LENGTH = struct.Struct(">Q")
_STEP = 1024 * 1024  # bytes at a time


class Gone(Exception):
    """Nobody is at the other end."""


def send(line: int, data: bytes, until: float | None = None) -> None:
    """Write one message; raises Gone, and TimeoutError at `until` (time.monotonic). With a deadline the line must not block."""
    for piece in (_LENGTH.pack(len(data)), data) if len(data) > _STEP else (_LENGTH.pack(len(data)) + data,):
        left = memoryview(piece)
        while left:
            try:
                left = left[os.write(line, left[:_STEP]) :]
            except BlockingIOError:
                _wait(line, select.POLLOUT, until)
            except OSError as error:
                raise Gone from error


def receive(line: int, until: float | None = None) -> bytes:
    """Read one message; raises as `send` does."""
    (size,) = _LENGTH.unpack(_read(line, _LENGTH.size, until))
    return _read(line, size, until)


def over(line: int) -> bool:
    """Whether nobody is at the other end of a line on which nothing is expected."""
    poll = select.poll()
    poll.register(line, select.POLLIN)
    return bool(poll.poll(0))


def _read(line: int, size: int, until: float | None) -> bytes:
    pieces = []
    while size:
        try:
            piece = os.read(line, min(size, _STEP))
        except BlockingIOError:
            _wait(line, select.POLLIN, until)
            continue
        except OSError as error:
            raise Gone from error
        if not piece:
            raise Gone
        pieces.append(piece)
        size -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _wait(line: int, what: int, until: float | None) -> None:
    poll = select.poll()
    poll.register(line, what)
    left = None if until is None else (until - time.monotonic()) * 1000
    if (left is not None and left <= 0) or not poll.poll(left):
        raise TimeoutError
