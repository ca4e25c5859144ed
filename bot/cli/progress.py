"""How a long run tells how far it is: one line that moves on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from bot.jobs.backfill import Progress

EVERY = 10.0  # seconds between plain lines


@contextmanager
def shown(stream: TextIO) -> Iterator[Callable[[Progress], None]]:
    """A callable for the job's progress, for one `with` block."""
    began = time.monotonic()
    if not stream.isatty():
        last = began

        def plain(progress: Progress) -> None:
            nonlocal last
            if time.monotonic() - last >= EVERY:
                last = time.monotonic()
                print(_sentence(progress, last - began), file=stream, flush=True)

        yield plain
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (BarColumn(bar_width=24), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    with Bars(*columns, console=Console(file=stream), transient=True) as bars:
        task = bars.add_task("planning")

        def moving(progress: Progress) -> None:
            words = _sentence(progress, time.monotonic() - began)
            bars.update(task, completed=progress.done, total=progress.known, description=words)

        yield moving


def _sentence(progress: Progress, took: float) -> str:
    took = max(took, 0.001)
    left = ""
    if 0 < progress.done < progress.known:
        rest = timedelta(seconds=int(took / progress.done * (progress.known - progress.done)))
        left = f", about {rest} left"
    return (
        f"{progress.done} of {progress.known} units, {progress.documents} documents ({progress.documents / took:.0f}/s), "
        f"{progress.matches} matches, {progress.borderline} adjacent{left}"
    )
