"""The few callables that the pure part and the jobs are handed instead of reaching for the world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Protocol, TypeVar

from bot.model import Delivery, FeedDocument, Page, Receipt, Request, Response, RobotsFile

T = TypeVar("T")
R = TypeVar("R")


class Clock(Protocol):
    """The time now, aware UTC."""

    def __call__(self) -> datetime: ...


class Fetch(Protocol):
    """One polite, bounded GET. Raises a FetchError; an HTTP error status is an answer, not an exception."""

    def __call__(self, request: Request, /) -> Response: ...


class Parse(Protocol):
    """Bytes to values in a killable worker. Raises FeedError, ExtractError or WorkerError, nothing else."""

    def feed(
        self,
        body: bytes,
        *,
        url: str,
        headers: tuple[tuple[str, str], ...],
        now: datetime,
        feed: str = "",  # the configured URL that ids are minted for, where it is not `url`
        memory: str = "",  # what FeedDocument.memory said last time: only what is new is parsed
    ) -> FeedDocument: ...

    def page(self, body: bytes, *, url: str, headers: tuple[tuple[str, str], ...], now: datetime) -> Page: ...


class RobotsMemory(Protocol):
    """Where robots.txt files outlive the process that read them."""

    def robots(self, origin: str, now: datetime) -> RobotsFile | None: ...

    def keep_robots(self, file: RobotsFile, now: datetime) -> None: ...


class Send(Protocol):
    """Put one delivery on its wire. Raises a SendError; returns the other side's receipt."""

    def __call__(self, delivery: Delivery, /, *, resend: bool) -> Receipt: ...


class Map(Protocol):
    """`map` over independent work, in order of completion or of input as the implementer likes; may be concurrent."""

    def __call__(self, function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]: ...


class Wake(Protocol):
    """Tell the sender that something is owed now; the tick is only the net (decision 20)."""

    def __call__(self) -> None: ...


class Mark(Protocol):
    """A named point that a crash test may stop at; a no-op in the app (decision 28)."""

    def __call__(self, point: str, /) -> None: ...


def no_wake() -> None:
    """Nobody is waiting."""


def no_mark(point: str, /) -> None:
    """Nothing happens at this point."""
