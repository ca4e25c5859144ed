"""A scripted HTTP server on 127.0.0.1 for tests: routes give status, headers, body, delays and drops; requests are recorded."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it came over the wire; `at` is time.monotonic."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    at: float

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a route answers. `drip` sends the body byte by byte with that many seconds between; `drop` closes after the headers
    ("headers"), in the middle of the body ("body") or before anything ("accept"); `raw` replaces the whole answer."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    delay: float = 0.0
    drip: float = 0.0
    drip_headers: float = 0.0
    drop: str = ""
    raw: bytes | None = None
    chunks: Iterable[bytes] | None = None  # streamed without a length until the client goes away
    length: int | None = None  # a Content-Length that may lie


Route = Reply | Callable[[Seen], Reply]


@dataclass(slots=True)
class Server:
    """`with Server({"/feed": Reply(...)}) as server:`; `server.url("/feed")`, `server.allow` for the client's allow-list."""

    routes: dict[str, Route] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    fallback: Route = Reply(404, (("content-type", "text/plain"),), b"not here")
    keep: int = 1  # how many requests one connection may bring
    connections: int = 0  # made so far
    requests: list[Seen] = field(default_factory=list)
    port: int = 0
    _listener: socket.socket | None = None
    _open: set[socket.socket] = field(default_factory=set)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stopping.set()
        if self._listener is not None:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def url(self, path: str) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}{path}"

    @property
    def held(self) -> int:
        """Connections that are open now."""
        with self._lock:
            return len(self._open)

    @property
    def allow(self) -> frozenset[str]:
        return frozenset({f"127.0.0.1:{self.port}", f"localhost:{self.port}"})

    def seen(self, path: str) -> list[Seen]:
        return [request for request in self.requests if request.path == path]

    def _accept(self) -> None:
        assert self._listener is not None
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)
            self.connections += 1
        try:
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            connection.settimeout(20)
            for _ in range(self.keep):
                request = self._read(connection)
                if request is None:
                    return
                with self._lock:
                    self.requests.append(request)
                route = self.routes.get(request.target) or self.routes.get(request.path) or self.fallback
                self._answer(connection, route if isinstance(route, Reply) else route(request))
        except (OSError, ValueError):
            return
        finally:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
            with self._lock:
                self._open.discard(connection)

    def _read(self, connection: socket.socket) -> Seen | None:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                return None
            data += piece
        head = data.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in head[1:]))
        return Seen(method, target, headers, time.monotonic())

    def _answer(self, connection: socket.socket, reply: Reply) -> None:
        if reply.drop == "accept":
            return
        if reply.delay:
            self._stopping.wait(reply.delay)
        if reply.raw is not None:
            connection.sendall(reply.raw)
            return
        lines = [f"HTTP/1.1 {reply.status} X"]
        lines += [f"{name}: {value}" for name, value in reply.headers]
        if reply.chunks is None and reply.status != 304:
            lines.append(f"Content-Length: {len(reply.body) if reply.length is None else reply.length}")
        if self.keep == 1:
            lines.append("Connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        if reply.drip_headers:
            for line in head.rstrip().split(b"\r\n"):
                connection.sendall(line + b"\r\n")
                if self._stopping.wait(reply.drip_headers):
                    return
            for number in range(10_000):
                connection.sendall(f"X-More-{number}: 1\r\n".encode())
                if self._stopping.wait(reply.drip_headers):
                    return
        connection.sendall(head)
        if reply.drop == "headers" or reply.status == 304:
            return
        if reply.drop == "body":
            connection.sendall(reply.body[: len(reply.body) // 2])
            return
        if reply.drip:
            for index in range(len(reply.body)):
                connection.sendall(reply.body[index : index + 1])
                if self._stopping.wait(reply.drip):
                    return
            return
        for piece in reply.chunks if reply.chunks is not None else (reply.body,):
            connection.sendall(piece)


def html(body: str, *, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """An HTML page."""
    return Reply(status, (("Content-Type", "text/html; charset=utf-8"), *headers), body.encode())


def feed(body: str, *, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """An RSS document."""
    return Reply(200, (("Content-Type", "application/rss+xml; charset=utf-8"), *headers), body.encode())


def redirect(location: str, status: int = 302) -> Reply:
    """A redirect."""
    return Reply(status, (("Location", location),))
