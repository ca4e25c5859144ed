"""What a process and all its descendants cost: CPU seconds, and memory at its peak; from /proc, so that peers cannot tell."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Self

_TICK = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """The process and all its living descendants."""
    found = [pid]
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                found += family(int(child))
    return found


def cpu(pid: int) -> float:
    """Seconds of CPU that the family used so far, the dead ones that were waited for among them."""
    ticks = 0
    for one in family(pid):
        with suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / _TICK


class Memory:
    """Watches a family while the `with` block runs: the largest process, and all of them with shared pages counted once."""

    def __init__(self, pid: int, every: float = 0.2) -> None:
        self.pid, self.every = pid, every
        self.largest = self.together = 0.0  # MB
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def look(self) -> None:
        """One sample."""
        together = 0.0
        for one in family(self.pid):
            with suppress(OSError, ValueError):
                status = Path(f"/proc/{one}/status").read_text()
                self.largest = max(self.largest, _kilobytes(status, "VmHWM") / 1000)
                together += _kilobytes(Path(f"/proc/{one}/smaps_rollup").read_text(), "Pss") / 1000
        self.together = max(self.together, together)

    def _watch(self) -> None:
        while not self._ended.wait(self.every):
            self.look()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self.look()


def _kilobytes(text: str, name: str) -> float:
    line = next((line for line in text.splitlines() if line.startswith(f"{name}:")), "x 0 kB")
    return float(line.split()[1])
