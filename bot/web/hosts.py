"""One gate for each host, shared by feeds, pages and robots: one request at a time, a gap between two, rest when asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bot.core.urls import registrable
from bot.errors import HostResting
from bot.web.turns import Turns

GAP = timedelta(seconds=2)
LONGEST_GAP = timedelta(seconds=30)  # of a Crawl-delay that we follow; R-12
AT_ONCE = 1  # connections to one host; R-12


@dataclass(slots=True)
class _Gate:
    turns: threading.Semaphore
    gap: float
    local: bool = False  # this machine's own
    next_at: float = 0.0  # monotonic
    rests_until: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class Hosts:
    """The gates. `loopback_gap` and `loopback_at_once` count for hosts on the allow-list only (decision 25)."""

    def __init__(
        self,
        *,
        gap: timedelta = GAP,
        loopback_gap: timedelta = timedelta(0),
        loopback_at_once: int = 16,
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        beside: Path | None = None,
    ) -> None:
        """`beside` is a folder that other processes of the same watch use as well: their requests count too."""
        self._gap = max(gap, GAP).total_seconds()
        self._loopback_gap = loopback_gap.total_seconds()
        self._loopback_at_once = loopback_at_once
        self._now, self._monotonic, self._sleep = now, monotonic, sleep
        self._turns = Turns(beside, now, sleep) if beside else None
        self._gates: dict[str, _Gate] = {}
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, host: str, *, trusted: bool = False) -> Iterator[None]:
        """Wait for this host's turn and hold it; raises HostResting at once if the host asked for a rest."""
        gate = self._gate(host, trusted=trusted)
        self._refuse_if_resting(gate, host)
        with gate.turns:
            while True:
                self._refuse_if_resting(gate, host)
                with gate.lock:
                    wait = gate.next_at - self._monotonic()
                    if wait <= 0:
                        gate.next_at = self._monotonic() + gate.gap
                        break
                self._sleep(wait)
            try:
                with self._turns.turn(host, gate.gap) if self._turns and not gate.local else nullcontext():
                    yield
            finally:
                with gate.lock:  # the gap counts from the end of a long answer as well as from its start
                    gate.next_at = max(gate.next_at, self._monotonic() + gate.gap / 2)

    def rest(self, host: str, until: datetime, *, trusted: bool = False) -> None:
        """No request to this host before `until` (429, 503)."""
        gate = self._gate(host, trusted=trusted)
        with gate.lock:
            gate.rests_until = max(until, gate.rests_until or until)

    def resting(self, host: str) -> datetime | None:
        """Until when the host wants to be left alone, or None."""
        gate = self._gates.get(host)
        return gate.rests_until if gate and gate.rests_until and gate.rests_until > self._now() else None

    def slow_down(self, host: str, delay: timedelta) -> None:
        """Keep at least this gap for the host (robots.txt Crawl-delay), up to 30 seconds."""
        gate = self._gate(host, trusted=False)
        with gate.lock:
            gate.gap = max(gate.gap, min(delay, LONGEST_GAP).total_seconds())

    def _gate(self, host: str, *, trusted: bool) -> _Gate:
        with self._lock:
            gate = self._gates.get(host)
            if gate is None:
                loopback = trusted and is_loopback(host)
                gate = _Gate(
                    turns=threading.Semaphore(self._loopback_at_once if loopback else AT_ONCE),
                    gap=self._loopback_gap if loopback else self._gap,
                    local=loopback,
                )
                self._gates[host] = gate
            return gate

    def _refuse_if_resting(self, gate: _Gate, host: str) -> None:
        until = gate.rests_until
        if until is not None and until > self._now():
            raise HostResting(f"{host} asked for a rest until {until:%Y-%m-%d %H:%M} UTC", retry_at=until, subject=host)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by name or number."""
    return host in ("localhost", "::1") or host.startswith("127.")


def site(host: str) -> str:
    """The name under which a host's daily page budget is counted: its registrable domain."""
    return registrable(host)
