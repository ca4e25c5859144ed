"""Hand-written stand-ins for the ports; each does one thing and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bot.errors import FetchError, WorkerError
from bot.model import Delivery, Entry, FeedDocument, Page, Receipt, Request, Response

T = TypeVar("T")
R = TypeVar("R")

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


class FakeClock:
    """Says the time that it was told."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


def in_order(function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
    """The Map port without threads."""
    return map(function, items)


@dataclass
class FakeFetch:
    """The Fetch port over a dictionary of answers: a Response, an error to raise, or bytes for a plain 200."""

    answers: dict[str, Response | FetchError | bytes]
    clock: Callable[[], datetime] = lambda: START
    asked: list[Request] = field(default_factory=list)

    def __call__(self, request: Request, /) -> Response:
        self.asked.append(request)
        answer = self.answers.get(request.url, b"")
        if isinstance(answer, FetchError):
            raise answer
        if isinstance(answer, Response):
            return answer
        status = 200 if answer else 404
        return Response(
            url=request.url, status=status, headers=(("content-type", "text/html"),), body=answer, fetched=self.clock()
        )


@dataclass
class FakeParse:
    """The Parse port over prepared values, by body."""

    feeds: dict[bytes, FeedDocument | Exception] = field(default_factory=dict)
    pages: dict[bytes, Page | Exception] = field(default_factory=dict)

    def feed(
        self,
        body: bytes,
        *,
        url: str,
        headers: tuple[tuple[str, str], ...],
        now: datetime,
        feed: str = "",
        memory: str = "",
    ) -> FeedDocument:
        return _given(self.feeds[body])

    def page(self, body: bytes, *, url: str, headers: tuple[tuple[str, str], ...], now: datetime) -> Page:
        return _given(self.pages[body])


class InProcess:
    """The Parse port without worker processes, over the real parsers; bytes that hold DEADLY kill their worker."""

    def feed(
        self,
        body: bytes,
        *,
        url: str,
        headers: tuple[tuple[str, str], ...],
        now: datetime,
        feed: str = "",
        memory: str = "",
    ) -> FeedDocument:
        from bot.core import entries

        return entries.parse(body, url=url, headers=headers, now=now, feed=feed, memory=memory)

    def page(self, body: bytes, *, url: str, headers: tuple[tuple[str, str], ...], now: datetime) -> Page:
        from bot.core import articles

        if b"DEADLY" in body:
            raise WorkerError("the worker died", reason="died", subject=url)
        return articles.extract(body, url=url, headers=headers, now=now)


def _given(value: T | Exception) -> T:
    if isinstance(value, Exception):
        raise value
    return value


@dataclass
class FakeSend:
    """The Send port: keeps what it was given, or raises the next prepared error."""

    errors: list[Exception] = field(default_factory=list)
    sent: list[Delivery] = field(default_factory=list)

    def __call__(self, delivery: Delivery, /, *, resend: bool) -> Receipt:
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(delivery)
        return Receipt(id=f"r{len(self.sent)}", at=START)


def entry(
    number: int = 1, *, feed: str = "https://wire.example/feed", title: str = "", url: str = "", **fields: object
) -> Entry:
    """An entry whose fields follow from its number."""
    return Entry(
        id=f"e-{number:04d}",
        feed=feed,
        guid=f"guid-{number}",
        url=url or f"https://wire.example/{number}",
        title=title or f"Headline number {number}",
        published=START - timedelta(hours=1),
        published_basis="entry",
        **fields,  # type: ignore[arg-type]
    )
