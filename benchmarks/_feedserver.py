"""One local server of feeds for every peer: `python -m benchmarks._feedserver FEEDS [pages]`; prints its port.

`/feed/N` is an RSS document of 30 items, 24.7 kB, with an ETag; `/page/N/M` the page of an item. `/now/plain/K` answers
conditional requests with 304 from now on and gives the first K feeds one new item; `/now/deaf/K` sends everything again.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache

ITEMS = 30
SUMMARY = 436  # characters of text, so that a document has 24.7 kB
EPOCH = datetime(2026, 2, 1, tzinfo=UTC)
_WORDS = """harbour council rail budget strike grain price court minister vote storm bridge tariff wheat ferry museum border
summit pipeline orchard league hospital reform satellite tunnel reactor drought airport lottery archive festival"""
_TOPIC = (
    "North Korea has sent another train with artillery shells to Russia through the Khasan crossing, officials in Seoul "
    "said on Monday."
)


def item_date(number: int) -> datetime:
    """An item an hour, so that the last of the first thirty is a day old when the measurement begins."""
    return EPOCH + timedelta(hours=number)


class World:
    """What the server says now."""

    def __init__(self, feeds: int, port: int, *, pages: bool = False) -> None:
        self.port = port
        self.has_pages = pages
        self.deaf = False
        self.version = [0] * feeds
        self.full = self.unmodified = self.pages = 0
        self._bodies: OrderedDict[tuple[int, int], bytes] = OrderedDict()

    def answer(self, path: str, tag: str) -> bytes:
        """One whole answer, head and body."""
        parts = path.strip("/").split("/")
        if parts[0] == "feed":
            feed = int(parts[1])
            current = f'"{feed}-{self.version[feed]}"'
            if tag == current and not self.deaf:
                self.unmodified += 1
                return f"HTTP/1.1 304 Not Modified\r\nETag: {current}\r\n\r\n".encode()
            self.full += 1
            return _ok(
                "application/rss+xml; charset=utf-8", self._feed(feed, self.version[feed]), f"ETag: {current}\r\n"
            )
        if parts[0] == "page":
            self.pages += 1
            return _ok("text/html; charset=utf-8", page(int(parts[1]), int(parts[2])))
        if parts[0] == "now":
            self.deaf = parts[1] == "deaf"
            for feed in range(int(parts[2])):
                self.version[feed] += 1
            counts = f"{self.full} {self.unmodified} {self.pages}"
            self.full = self.unmodified = self.pages = 0
            return _ok("text/plain", counts.encode())
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"

    def _feed(self, feed: int, version: int) -> bytes:
        key = (feed, version)
        if key not in self._bodies:
            if len(self._bodies) > 2 * len(self.version):
                self._bodies.popitem(last=False)
            items = "".join(self._item(feed, number) for number in range(version + ITEMS - 1, version - 1, -1))
            built = format_datetime(item_date(version + ITEMS - 1), usegmt=True)
            self._bodies[key] = (
                '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>'
                f"<title>Paper {feed}</title><link>http://127.0.0.1:{self.port}/</link><description>News of town {feed}</description>"
                f"<language>en</language><lastBuildDate>{built}</lastBuildDate>{items}</channel></rss>\n"
            ).encode()
        return self._bodies[key]

    def _item(self, feed: int, number: int) -> str:
        # Links as feeds have them, to a name that does not exist; or to this server where pages are read.
        home = f"http://127.0.0.1:{self.port}" if self.has_pages else f"https://www.paper-{feed}.example"
        link = f"{home}/page/{feed}/{number}"
        return (
            f'<item><title>{title(feed, number)}</title><link>{link}</link><guid isPermaLink="false">{feed}-{number}</guid>'
            f"<pubDate>{format_datetime(item_date(number), usegmt=True)}</pubDate>"
            f'<description>&lt;p&gt;{words(feed, number, SUMMARY)} &lt;a href="{link}"&gt;more&lt;/a&gt;&lt;/p&gt;&lt;p&gt;&lt;em&gt;Town '
            f"{feed}&lt;/em&gt;&lt;br/&gt;&lt;/p&gt;</description></item>\n"
        )


def title(feed: int, number: int) -> str:
    """Six words and the numbers: no two alike."""
    if number % ITEMS == 0 and feed % 10 == 0:
        return f"Shells for Russia by rail, report {number} of paper {feed}"
    return f"{words(feed, number, 40).capitalize()} {feed} {number}"


def page(feed: int, number: int) -> bytes:
    """The item's page: six paragraphs among a page's usual furniture."""
    paragraphs = "".join(f"<p>{words(feed, number * 10 + part, 600)}.</p>" for part in range(6))
    if number % ITEMS == 0 and feed % 10 == 0:
        paragraphs = f"<p>{_TOPIC}</p>{paragraphs}"
    links = "".join(f'<li><a href="/section/{part}">{words(feed, part, 20)}</a></li>' for part in range(40))
    head = f"<html lang=en><head><title>{title(feed, number)}</title></head><body><nav><ul>{links}</ul></nav>"
    return f"{head}<article><h1>{title(feed, number)}</h1>{paragraphs}</article><footer><ul>{links}</ul></footer></body></html>".encode()


@cache
def _stream(seed: int) -> str:
    chance, words = random.Random(seed), _WORDS.split()
    return " ".join(chance.choice(words) for _ in range(400))


def words(feed: int, number: int, length: int) -> str:
    """Text of so many characters, different for every item, made without much work."""
    start = (feed * 31 + number * 97) % 1500
    return _stream((feed * 7 + number) % 101)[start : start + length].strip()


def _ok(kind: str, body: bytes, more: str = "") -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n".encode() + body


class _Connection(asyncio.Protocol):
    def __init__(self, world: World) -> None:
        self.world = world
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            given = {
                name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
            }
            self.transport.write(self.world.answer(lines[0].split(" ")[1], given.get("if-none-match", "")))
            if given.get("connection", "").lower() == "close" or lines[0].endswith("/1.0"):
                self.transport.close()
                return


async def serve(feeds: int, *, pages: bool) -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    world = World(feeds, 0, pages=pages)
    server = await loop.create_server(lambda: _Connection(world), "127.0.0.1", 0, backlog=1024)
    world.port = server.sockets[0].getsockname()[1]
    print(world.port, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), pages="pages" in sys.argv))
