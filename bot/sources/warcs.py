"""WARC files of this machine: cut into units that can be read again, scanned in processes, candidates handed on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.core.units import MARGIN, Finding, Missed, PageBytes, Partial, Read, Unit, Window
from bot.errors import WorkerError
from bot.model import Response
from bot.ports import Clock
from bot.sources.scanning import BATCH_RECORDS, Batch, Kept, next_member

SEGMENT = 64 * 1024 * 1024  # bytes of a file that are one unit


class Scan(Protocol):
    """One batch of a WARC (`Scanners.scan`)."""

    def __call__(
        self,
        path: Path,
        start: int,
        stop: int,
        *,
        since: datetime | None,
        whole: bool = True,
        limit: int = BATCH_RECORDS,
    ) -> Batch: ...


class Warcs:
    """Reads WARC files through a scanner; a file of gzip members is cut at members, any other is one unit."""

    def __init__(self, scan: Scan, clock: Clock, segment: int = SEGMENT) -> None:
        self._scan = scan
        self._clock = clock
        self._segment = segment

    def units(self, file: Path, size: int, changed: int) -> Iterator[Unit]:
        """The units of one file."""
        cuts = [0]
        if size > self._segment and _is_gzip(file):
            for at in range(self._segment, size, self._segment):
                cut = next_member(file, at)
                if cut is not None and cut > cuts[-1]:
                    cuts.append(cut)
        for start, stop in zip(cuts, [*cuts[1:], size], strict=True):
            key = {"path": str(file), "size": size, "changed": changed, "start": start, "stop": stop}
            yield Unit(source="files", key=json.dumps(key), bytes=stop - start)

    def read(self, path: Path, start: int, stop: int, window: Window) -> Iterator[Finding]:
        """The candidates of [start, stop), and what could not be read."""
        if path.name.lower().endswith((".arc", ".arc.gz")):
            yield Missed(place=str(path), reason="an ARC file, the format before WARC: convert it first")
            return
        if not path.exists():
            yield Missed(place=str(path), reason="no such file")
            return
        yield Read(bytes=stop - start)
        yield from through(self._scan, path, start, stop, window, self._clock, name=str(path))


def through(
    scan: Scan, path: Path, start: int, stop: int, window: Window, clock: Clock, *, name: str, base: int = 0
) -> Iterator[Finding]:  # fmt: skip
    """All batches of a range. A worker that dies is replaced; the record that kills it twice is named and passed over."""
    since = window.since - MARGIN if window.since else None
    place, limit, strikes = start, BATCH_RECORDS, 0
    while place < stop:
        try:
            batch = scan(path, place, stop, since=since, limit=limit)
        except WorkerError as error:
            strikes += 1
            if strikes == 1:
                continue  # the worker may have been killed from outside
            if limit > 1:
                limit = 1  # find the record that does it
                continue
            yield Missed(place=f"{name} at byte {base + place}", reason=f"passed over, it killed the reader: {error}")
            following = next_member(path, place + 1)
            place, limit, strikes = (stop if following is None else following), BATCH_RECORDS, 0
            continue
        strikes = 0
        limit = min(limit * 4, BATCH_RECORDS)
        yield from found(batch, clock, name=name, base=base)
        if batch.ended:
            return
        place = batch.after


def found(batch: Batch, clock: Clock, *, name: str, base: int = 0) -> Iterator[Finding]:
    """A batch as findings."""
    yield Read(documents=batch.pages, dropped=batch.dropped)
    for kept in batch.kept:
        yield _page(kept, clock, f"{name} at byte {base + kept.place}")
    for at, reason in batch.missed:
        yield Missed(place=f"{name} at byte {base + at}", reason=reason)
    if batch.missed:
        yield Partial(reason=f"{len(batch.missed)} records of {name} could not be read whole")


def _page(kept: Kept, clock: Clock, place: str) -> PageBytes:
    response = Response(
        url=kept.url, status=200, headers=kept.headers, body=kept.body, fetched=kept.date or clock()
    )  # fmt: skip
    return PageBytes(response=response, place=place, url=kept.url, gated=True)


def _is_gzip(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(2) == b"\x1f\x8b"
