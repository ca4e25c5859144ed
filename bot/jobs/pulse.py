"""Proof of life after every round: a file that is touched, and a dead-man service that is asked; failing to is never an error."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bot.errors import FetchError
from bot.model import Request
from bot.ports import Clock, Fetch

DEADLINE = timedelta(seconds=10)
"""A service that watches us must not hold us up."""


@dataclass(slots=True, kw_only=True)
class Pulse:
    """`file` and `url` are optional; `every` is the least time between two requests to `url`, which may be a secret."""

    clock: Clock
    fetch: Fetch = field(repr=False)
    file: Path | None = None
    url: str = field(default="", repr=False)
    every: timedelta = timedelta(minutes=5)
    _asked: datetime | None = None

    def beat(self, note: str = "") -> str:
        """Say that a round ended well; what did not work, in words without the address, or ""."""
        now = self.clock()
        wrong = []
        if self.file is not None:
            try:
                self._write(self.file, now, note)
            except OSError as error:
                wrong.append(f"heartbeat file {self.file}: {error.strerror}")
        if self.url and (self._asked is None or not timedelta(0) <= now - self._asked < self.every):
            self._asked = now
            problem = self._ask()
            if problem:
                wrong.append(problem)
        return "; ".join(wrong)

    def _write(self, file: Path, now: datetime, note: str) -> None:
        unfinished = file.with_name(f".{file.name}.{os.getpid()}")
        unfinished.write_text(
            json.dumps({"at": now.isoformat(), "pid": os.getpid(), "note": note}) + "\n", encoding="utf-8"
        )
        unfinished.replace(file)  # whoever reads it sees a whole one

    def _ask(self) -> str:
        try:
            # As an archive is asked: no robots.txt, for it is our own account there.
            response = self.fetch(Request(url=self.url, purpose="archive", decoded_cap=65536, deadline=DEADLINE))
        except FetchError as error:
            return f"the dead-man service did not answer ({type(error).__name__})"
        return "" if response.status < 400 else f"the dead-man service answered HTTP {response.status}"
