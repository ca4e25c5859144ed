"""urllib3's connections with our own dialling: the address that was checked is the address that is dialled (R-46).

A connection may serve more than one request: what was checked when it was dialled holds for as long as it is open.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection

from bot.errors import FetchError, TimedOut, Unreachable
from bot.web.deadlines import Watchdog, Watched

Resolve = Callable[[str, int], list[str]]
CONNECT_TIMEOUT = 10.0  # seconds for one address; the request's deadline counts on top
MOST_KEPT = 32  # open connections without a request; the one unused for longest goes first
LONGEST_LIFE = 60.0  # seconds: then the name is looked up and checked anew


@dataclass(slots=True)
class Dial:
    """How one request reaches its server: which addresses, until when, and who watches the socket."""

    addresses: Callable[[], tuple[str, ...]]  # resolves and checks; called at the last moment before connecting
    port: int
    until: float  # time.monotonic
    opened: Callable[[socket.socket], None]

    def connect(self) -> socket.socket:
        """A connected socket; raises Refused, Unreachable or TimedOut."""
        problem: OSError | None = None
        try:
            addresses = self.addresses()
        except FetchError as error:  # no such name, or one that must not be dialled
            error.sent = False
            raise
        for address in addresses[:4]:
            left = self.until - time.monotonic()
            if left <= 0:
                raise TimedOut("the deadline passed while connecting")
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            connection = socket.socket(family, socket.SOCK_STREAM)
            try:
                connection.settimeout(min(CONNECT_TIMEOUT, left))
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.connect((address, self.port))
                self.opened(connection)
                connection.settimeout(max(self.until - time.monotonic(), 0.01))
            except OSError as error:
                connection.close()
                problem = error
            except BaseException:
                connection.close()
                raise
            else:
                return connection
        raise Unreachable(f"no connection: {problem.strerror or problem}" if problem else "no address to connect to")


class PlainConnection(HTTPConnection):
    """HTTP over a dialled socket."""

    dial: Dial

    def _new_conn(self) -> socket.socket:
        return self.dial.connect()


class TlsConnection(HTTPSConnection):
    """HTTPS over a dialled socket; the certificate is checked against the host's name, never its address."""

    dial: Dial

    def _new_conn(self) -> socket.socket:
        return self.dial.connect()


@dataclass(slots=True)
class Line:
    """A connection to one origin with who watches it; used by one thread at a time."""

    origin: tuple[str, str, int]
    connection: Any
    born: float  # time.monotonic
    watched: list[Watched] = field(default_factory=list)  # one, once it is dialled
    used: bool = False  # it has served a request before

    @property
    def fired(self) -> bool:
        """Whether its deadline was enforced."""
        return any(one.fired for one in self.watched)


class Lines:
    """Open connections between two requests. An idle one is ended by the deadline of the request that used it last.

    One origin a host: a line to another scheme or port of it is closed, so that a host never has two of ours open.
    """

    def __init__(self, watchdog: Watchdog) -> None:
        self._watchdog = watchdog
        self._kept: OrderedDict[str, list[Line]] = OrderedDict()
        self._count = 0
        self._lock = threading.Lock()

    def take(self, host: str, origin: tuple[str, str, int], until: float) -> Line | None:
        """A line to this origin that is still open, watched from now on until `until`; None: dial."""
        while True:
            with self._lock:
                lines = self._kept.get(host)
                if not lines:
                    return None
                line = lines.pop()
                self._count -= 1
                if not lines:
                    del self._kept[host]
            young = time.monotonic() - line.born < LONGEST_LIFE
            # Bytes that nobody asked for, or the end, are waiting where it can be read: not to be used again.
            if young and line.origin == origin and line.connection.is_connected and self._extend(line, until):
                line.used = True
                return line
            self.end(line)

    def keep(self, host: str, line: Line) -> None:
        """Put a line aside whose answer was read to its end."""
        with self._lock:
            self._kept.setdefault(host, []).append(line)
            self._kept.move_to_end(host)
            self._count += 1
            spare = []
            if self._count > MOST_KEPT:
                oldest, lines = next(iter(self._kept.items()))
                spare.append(lines.pop(0))
                self._count -= 1
                if not lines:
                    del self._kept[oldest]
        for one in spare:
            self.end(one)

    def end(self, line: Line) -> None:
        """Close a line."""
        for one in line.watched:
            self._watchdog.release(one)
        with suppress(Exception):
            line.connection.close()

    def close(self) -> None:
        """Close all that are kept."""
        with self._lock:
            lines = [line for kept in self._kept.values() for line in kept]
            self._kept.clear()
            self._count = 0
        for line in lines:
            self.end(line)

    def _extend(self, line: Line, until: float) -> bool:
        if not all(self._watchdog.extend(one, until) for one in line.watched):
            return False
        line.connection.timeout = max(until - time.monotonic(), 0.01)
        return True


def opened(scheme: str, host: str, port: int, dial: Dial, context: Callable[[], ssl.SSLContext]) -> Any:
    """A connection that is not yet dialled."""
    left = max(dial.until - time.monotonic(), 0.01)
    connection: PlainConnection | TlsConnection
    if scheme == "https":
        connection = TlsConnection(host, port, timeout=left, ssl_context=context())
    else:
        connection = PlainConnection(host, port, timeout=left)
    connection.dial = dial
    return connection


def system_resolve(host: str, port: int) -> list[str]:
    """All addresses of a name, by the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in found))


def resolved(resolve: Resolve, host: str, port: int, until: float) -> list[str]:
    """The addresses of a name before the deadline: the system's resolver knows none, so it runs aside."""
    answer: list[list[str]] = []
    problem: list[OSError] = []

    def look_up() -> None:
        try:
            answer.append(resolve(host, port))
        except (OSError, UnicodeError) as error:
            problem.append(error if isinstance(error, OSError) else OSError(str(error)))

    thread = threading.Thread(target=look_up, name="armswatch-dns", daemon=True)
    thread.start()
    thread.join(max(until - time.monotonic(), 0.0))
    if problem:
        raise Unreachable(f"the name {host} cannot be found: {problem[0].strerror or problem[0]}")
    if not answer:
        raise TimedOut(f"the deadline passed while looking up {host}")
    return answer[0]
