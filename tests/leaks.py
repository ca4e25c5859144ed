"""A plugin that runs the whole suite with every logger at DEBUG and fails it if a secret of the tests came through (R-71).

    python -m pytest -p tests.leaks

It hears what every library says and masks it as our own log would: what is left of a secret then is a leak.
"""

from __future__ import annotations

import logging

import pytest

from bot.cli.logs import mask
from tests.fake_slack import APP_TOKEN, HOOK, TOKEN
from tests.fake_smtp import PASSWORD

SECRETS = (TOKEN, APP_TOKEN, PASSWORD, HOOK.rsplit("/", 1)[-1], "xoxb-", "xapp-", "hunter2", "s3cret")
OTHERS = ("mail.log",)  # loggers of the servers that the tests are run against


class Listener(logging.Handler):
    """Remembers which loggers let a secret through, without repeating it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard = 0
        self.leaks: dict[str, str] = {}

    def emit(self, record: logging.LogRecord) -> None:
        if record.name in OTHERS:
            return
        self.heard += 1
        try:
            said = mask(record.getMessage())
        except (TypeError, ValueError):  # a broken format string of a library is not what is looked for
            return
        for secret in SECRETS:
            if secret in said:
                self.leaks[f"{record.name} {record.levelname}"] = said.replace(secret, "<secret>")[:160]


_LISTENER = Listener()


def pytest_configure(config: pytest.Config) -> None:
    root = logging.getLogger()
    root.setLevel(logging.DEBUG)
    root.addHandler(_LISTENER)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.write_line(
        f"leaks: {_LISTENER.heard} log records heard, {len(_LISTENER.leaks)} loggers leaked a secret"
    )
    for name, said in sorted(_LISTENER.leaks.items()):
        terminalreporter.write_line(f"  {name}: {said}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _LISTENER.leaks:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
