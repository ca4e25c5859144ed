"""Logs of the daemon: one canonical line per unit of work on standard error, secrets masked."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRETS = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|(hooks\.slack\.com/(?:services|workflows)/)\S+|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)


def _masked(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: mask(value) if isinstance(value, str) else value for key, value in event.items()}


def mask(text: str) -> str:
    """Text with tokens, webhook paths and user info in URLs replaced, and without line breaks of its own (R-71, R-73)."""
    return _SECRETS.sub(lambda found: (found[1] or "") + "***", text).replace("\r", " ").replace("\n", " ⏎ ")


def configure(level: int = logging.INFO) -> None:
    """Set up the log of this process: `key=value` lines on a terminal, JSON lines elsewhere."""
    terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _masked,
            structlog.dev.ConsoleRenderer(colors=False)
            if terminal
            else structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    for name in ("slack_sdk", "urllib3", "trafilatura", "htmldate", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)


def logger() -> Any:
    """The log."""
    return structlog.get_logger()
