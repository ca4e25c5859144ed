"""Many hosts on this machine, each with feeds: who was asked when, and never by two at once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Self

ITEMS = 3  # in the first document of a feed

_STORIES = (
    "North Korea shipped {n} containers of artillery shells to Russia through Rajin, officials in Seoul said",
    "A Russian delegation discussed deliveries of air defence systems to Pyongyang with North Korea's army, Kyiv said",
)


@dataclass
class Town:
    """`hosts` addresses of 127/8 with `feeds` feeds between them; `latency` seconds go by before each answer."""

    hosts: int
    feeds: int
    latency: float = 0.0
    relevant: int = 0  # this many feeds carry one item that a watchlist wants
    overlaps: list[str] = field(default_factory=list)  # hosts that were asked while they were still answering
    asked: Counter[int] = field(default_factory=Counter)  # by feed
    unmodified: int = 0
    port: int = 0
    began: float = 0.0  # of the first request since this was set to 0, and of the last one, monotonic
    ended: float = 0.0
    _version: int = 0
    _active: Counter[str] = field(default_factory=Counter)
    _born: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def addresses(self) -> list[str]:
        """One a host."""
        return [f"127.77.{n // 250}.{n % 250 + 1}" for n in range(self.hosts)]

    def url(self, feed: int) -> str:
        """Where a feed is."""
        return f"http://{self.addresses[feed % self.hosts]}:{self.port}/feed/{feed}"

    def publish(self) -> None:
        """Every feed has one item more from now on."""
        self._version += 1

    @property
    def items(self) -> set[str]:
        """The guids of everything that was ever published."""
        return {f"{feed}-{n}" for feed in range(self.feeds) for n in range(ITEMS + self._version)}

    # ── the server ────────────────────────────────────────────────────────────────────────────────────────────

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def _listen(self) -> None:
        first, *others = self.addresses
        server = await asyncio.start_server(self._serve, first, 0, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        self._servers = [server]
        for address in others:
            self._servers.append(await asyncio.start_server(self._serve, address, self.port, backlog=64))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self._active[host] += 1
            if self._active[host] > 1:
                self.overlaps.append(host)
            try:
                await asyncio.sleep(self.latency)  # the server's own slowness
                writer.write(self._answer(head))
            finally:
                # Before the answer leaves: who reads it may ask again at once.
                self._active[host] -= 1
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the asker was killed
        finally:
            writer.close()

    def _answer(self, head: str) -> bytes:
        path = head.split(" ", 2)[1]
        if not path.startswith("/feed/"):
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        feed = int(path.rpartition("/")[2])
        self.asked[feed] += 1
        self.ended = time.monotonic()
        self.began = self.began or self.ended
        tag = f'"{feed}-{self._version}"'
        if f"if-none-match: {tag}" in head.lower():
            self.unmodified += 1
            return f"HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\nConnection: close\r\n\r\n".encode()
        body = self._document(feed).encode()
        return (
            f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: {tag}\r\nContent-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n"
        ).encode() + body

    def _document(self, feed: int) -> str:
        items = "".join(self._item(feed, n) for n in range(ITEMS + self._version))
        return f'<rss version="2.0"><channel><title>Paper {feed}</title>{items}</channel></rss>'

    def _item(self, feed: int, n: int) -> str:
        title = f"Council of town {feed} decides on item {n}"
        if n == 0 and feed < self.relevant:
            title = _STORIES[feed % len(_STORIES)].format(n=100 + feed)
        when = format_datetime(self._born - timedelta(minutes=10 * (ITEMS - min(n, ITEMS))))
        return (
            f"<item><title>{title}</title><link>https://paper-{feed}.example/{n}</link>"
            f'<guid isPermaLink="false">{feed}-{n}</guid><pubDate>{when}</pubDate>'
            f"<description>{title}. Number {feed} in the series {n}.</description></item>"
        )
