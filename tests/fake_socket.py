"""Slack's end of a Socket Mode connection on 127.0.0.1: hello, envelopes, acknowledgements, duplicates, disconnects."""

from __future__ import annotations

import base64
import hashlib
import json
import queue
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455


@dataclass
class FakeSocket:
    """What the other side of the socket sees. `acknowledged` holds envelope ids in order of arrival."""

    url: str = ""
    sessions: int = 0
    acknowledged: queue.Queue[str] = field(default_factory=queue.Queue)
    opened: queue.Queue[int] = field(default_factory=queue.Queue)
    _lines: list[socket.socket] = field(default_factory=list)

    def push(self, envelope: dict[str, Any]) -> None:
        """Send one envelope over the newest connection."""
        self._lines[-1].sendall(_frame(json.dumps(envelope).encode()))

    def press(self, envelope_id: str, payload: dict[str, Any]) -> None:
        """Somebody pressed a button."""
        self.push(
            {"type": "interactive", "envelope_id": envelope_id, "payload": payload, "accepts_response_payload": False}
        )

    def type(self, envelope_id: str, payload: dict[str, Any]) -> None:
        """Somebody typed a slash command."""
        self.push(
            {"type": "slash_commands", "envelope_id": envelope_id, "payload": payload, "accepts_response_payload": True}
        )

    def disconnect(self) -> None:
        """Slack asks for a new connection, as it does every few hours."""
        self.push({"type": "disconnect", "reason": "refresh_requested"})

    def cut(self) -> None:
        """The connection breaks without a word."""
        with suppress(OSError):
            self._lines[-1].shutdown(socket.SHUT_RDWR)


def _frame(data: bytes, opcode: int = 1) -> bytes:
    head = bytes([0x80 | opcode])
    if len(data) < 126:
        return head + bytes([len(data)]) + data
    return head + bytes([126]) + struct.pack(">H", len(data)) + data


def _read(stream: Any) -> tuple[int, bytes]:
    first = stream.read(2)
    if len(first) < 2:
        return 8, b""
    length = first[1] & 0x7F
    if length == 126:
        length = struct.unpack(">H", stream.read(2))[0]
    mask = stream.read(4)
    body = stream.read(length)
    return first[0] & 0x0F, bytes(one ^ mask[place % 4] for place, one in enumerate(body))


@contextmanager
def serving() -> Iterator[FakeSocket]:
    """A FakeSocket that listens; its `url` is set."""
    fake = FakeSocket()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            key = ""
            while line := self.rfile.readline().strip():
                name, _, value = line.decode().partition(":")
                if name.lower() == "sec-websocket-key":
                    key = value.strip()
            accept = base64.b64encode(hashlib.sha1((key + _MAGIC).encode()).digest()).decode()
            self.wfile.write(
                f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n".encode()
            )
            fake._lines.append(self.connection)
            fake.sessions += 1
            self.wfile.write(_frame(b'{"type":"hello","num_connections":1}'))
            fake.opened.put(fake.sessions)
            with suppress(OSError):
                self._talk()

        def _talk(self) -> None:
            while True:
                opcode, data = _read(self.rfile)
                if opcode == 8:
                    return
                if opcode == 9:
                    self.wfile.write(_frame(data, 10))
                elif opcode == 1:
                    fake.acknowledged.put(json.loads(data).get("envelope_id", ""))

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    fake.url = f"ws://127.0.0.1:{server.server_address[1]}/link?ticket=not-a-real-ticket"
    try:
        yield fake
    finally:
        for line in fake._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        server.shutdown()
        server.server_close()
        thread.join(5)
