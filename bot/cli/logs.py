"""The log of the daemon: one canonical line for each unit of work on standard error, secrets masked at every level."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any

import structlog

from bot.core.masking import mask as masked_text

_SHORTEST = 4  # characters; masking a shorter "secret" would black out ordinary words

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}


def mask(text: str) -> str:
    """A masked text (bot.core.masking) without line breaks of its own: a title forges no line (R-73)."""
    return masked_text(text).replace("\r", " ").replace("\n", " ⏎ ")


def masker(secrets: Iterable[str] = ()) -> Callable[[Any], Any]:
    """Like `mask` for any value of a log line, also for the very secrets that are configured, wherever they stand in it."""
    known = sorted({secret for secret in secrets if len(secret) >= _SHORTEST}, key=len, reverse=True)

    def masked(value: Any) -> Any:
        if isinstance(value, str):
            for secret in known:
                value = value.replace(secret, "***")
            return mask(value)
        if isinstance(value, dict):
            return {masked(key): masked(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [masked(inner) for inner in value]
        if value is None or isinstance(value, bool | int | float):
            return value
        return masked(str(value))  # an exception or a value of ours: its text may hold anything

    return masked


class _Lines(logging.Formatter):
    """Lines of libraries, in one line each and masked like our own."""

    def __init__(self, masked: Callable[[Any], Any]) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")
        self._masked = masked

    def format(self, record: logging.LogRecord) -> str:
        """The record as one masked line."""
        return str(self._masked(super().format(record)))


def configure(level: int = logging.INFO, *, secrets: Iterable[str] = ()) -> None:
    """Set up the log of this process: `key=value` lines on a terminal, JSON lines elsewhere; libraries' lines too."""
    masked = masker(secrets)

    def hidden(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {str(masked(key)): masked(value) for key, value in event.items()}

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            hidden,
            structlog.dev.ConsoleRenderer(colors=False)
            if sys.stderr.isatty()
            else structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines(masked))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING) if level > logging.DEBUG else logging.DEBUG)
    # At DEBUG the SDK writes whole requests, headers included; what it knows is in our own line of the delivery.
    logging.getLogger("slack_sdk").setLevel(logging.INFO)
    # What a job raised is told by us, once, with the job's name (bot.schedule); skipped ticks are counted there.
    logging.getLogger("apscheduler").setLevel(max(level, logging.ERROR))
    logging.getLogger("apscheduler.executors").setLevel(logging.CRITICAL)
    # A server that is away is told by whoever needed it; the pool repeats it at every try.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)


def logger() -> Any:
    """The log."""
    return structlog.get_logger()
