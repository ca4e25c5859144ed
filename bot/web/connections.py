"""urllib3's connections with our own dialling: the address that was checked is the address that is dialled (R-46)."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection

from bot.errors import TimedOut, Unreachable

Resolve = Callable[[str, int], list[str]]
CONNECT_TIMEOUT = 10.0  # seconds for one address; the request's deadline counts on top


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
        for address in self.addresses()[:4]:
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
