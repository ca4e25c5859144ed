"""Reads the records of a WARC and keeps the pages that pass the gates, in bounded batches; runs in a process of its own."""

from __future__ import annotations

import io
import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from bot.core.prefilter import Gate

MAX_PAGE = 10 * 1024 * 1024  # bytes of one decoded body; longer ones are named and passed over
BATCH_RECORDS = 20_000  # records a task looks at
BATCH_BYTES = 16 * 1024 * 1024  # bytes of candidates that a task brings back
_HTML = ("text/html", "application/xhtml+xml", "application/xml", "text/plain")
_CHUNK = re.compile(rb"\s*[0-9A-Fa-f]{1,8}\s*(?:;[^\r\n]*)?\r?\n")
_HEADER = 1 << 16  # bytes in which the header of a record ends
_LENGTH = re.compile(rb"(?im)^Content-Length:[ \t]*([0-9]{1,15})[ \t]*\r?$")
_LOOK = 1 << 20  # bytes read at a time when looking for the next member


@dataclass(frozen=True, slots=True)
class Kept:
    """A record that may match, with its decoded body."""

    url: str
    date: datetime | None
    headers: tuple[tuple[str, str], ...]
    body: bytes
    place: int  # of its record in the file


@dataclass(frozen=True, slots=True)
class Batch:
    """What one task found; `after` is where the next one goes on, `ended` whether the file (or its range) is read."""

    kept: tuple[Kept, ...]
    after: int
    ended: bool
    pages: int = 0
    dropped: int = 0
    early: int = 0  # crawled before the window: nothing in them can belong to it
    missed: tuple[tuple[int, str], ...] = ()


GATES: list[Gate] = []  # of this worker process, put there by `bot.sources.scanners`


def scan(path: str, start: int, stop: int, since: datetime | None, whole: bool, limit: int) -> Batch:
    """The records of a WARC whose members begin in [start, stop), until the batch is full. Runs in a worker.

    `whole` is False where the file is the beginning of a longer one: a record that breaks off at its end is left for
    the next batch. Never raises for what is in the file.
    """
    state = _Scan(GATES[0], since, limit)
    place = start
    pending: Broken | None = None
    while place < stop:
        broken, reached = state.run(path, place, stop)
        # What broke behind a good record is either the member that was tried next, or one in between that nobody can see.
        if pending is not None and not (broken is not None and broken.place == place and not broken.taken):
            state.missed.append((pending.place, f"behind this record: {pending.reason}"))
        pending = None
        if broken is None:
            if whole and not state.full:
                cut = broken_off(Path(path), max(place, state.last)) if stop >= Path(path).stat().st_size else None
                if cut is not None:
                    state.missed.append((cut, "the record breaks off"))
            if whole or state.full:
                return state.batch(reached, ended=not state.full)
            # Where a file breaks off, the last record may be cut without a sign, and one behind it unseen: left for the next.
            return state.without_last(ended=True)
        following = next_member(Path(path), broken.place + 1)
        if following is None and not whole:
            return state.without_last(ended=True)
        if broken.taken and following is not None:
            pending = broken
        else:
            state.missed.append((broken.place, broken.reason))
        if following is None:
            return state.batch(stop, ended=True)
        place = following
    return state.batch(place, ended=True)


@dataclass(frozen=True, slots=True)
class Broken:
    """Where reading broke, and whether the record at that place had been read before."""

    place: int
    reason: str
    taken: bool = False


class _Scan:
    def __init__(self, gate: Gate, since: datetime | None, limit: int) -> None:
        self._gate, self._since, self._limit = gate, since, limit
        self.kept: list[Kept] = []
        self.missed: list[tuple[int, str]] = []
        self.records = self.pages = self.dropped = self.early = self._bytes = 0
        self.full = False
        self._before: tuple[int, int, int, int, int, int] = (
            0,
            0,
            0,
            0,
            0,
            0,
        )  # the counts before the last record, and its place

    @property
    def last(self) -> int:
        """Where the last record that was looked at begins."""
        return self._before[-1]

    def without_last(self, *, ended: bool) -> Batch:
        """The batch up to the last record, which is read again."""
        kept, missed, self.pages, self.dropped, self.early, place = self._before
        del self.kept[kept:], self.missed[missed:]
        return self.batch(place, ended=ended)

    def batch(self, after: int, *, ended: bool) -> Batch:
        return Batch(tuple(self.kept), after, ended, self.pages, self.dropped, self.early, tuple(self.missed))

    def run(self, path: str, start: int, stop: int) -> tuple[Broken | None, int]:
        """Read on until the range ends, the batch is full or something breaks: (what broke where, where to go on)."""
        from fastwarc.warc import ArchiveIterator, WarcRecordType

        at = last = start
        taken = False
        with Path(path).open("rb") as stream:
            size = stream.seek(0, io.SEEK_END)
            stream.seek(start)
            try:
                wanted = WarcRecordType.response | WarcRecordType.resource
                for record in ArchiveIterator(stream, record_types=wanted, parse_http=True):
                    at = record.stream_pos
                    # Where one gzip member holds many records, they have no places of their own and are read in one go.
                    apart = last < at < size
                    if at >= stop and apart:
                        return None, at
                    if (self._limit <= self.records or self._bytes >= BATCH_BYTES) and apart:
                        self.full = True
                        return None, at
                    last, taken = at, False
                    self._before = (len(self.kept), len(self.missed), self.pages, self.dropped, self.early, at)
                    self.records += 1
                    short = self._take(record, at)
                    if short:
                        return Broken(at, short), at
                    taken = True
            except Exception as error:  # noqa: BLE001 - any bytes may be in a file: what breaks is named and passed over
                return Broken(at, f"unreadable record: {' '.join(str(error).split())[:120]}", taken), at
        return None, stop

    def _take(self, record: Any, at: int) -> str:
        """Look at one record; what is wrong with it, "" where it could be read."""
        if record.is_http and record.http_headers is not None and (record.http_headers.status_code or 200) != 200:
            return ""
        declared = (record.http_content_type or record.headers.get("Content-Type") or "").split(";")[0].strip().lower()
        if declared and declared != "application/http" and declared not in _HTML:
            return ""
        date = _date(record)
        if self._since is not None and date is not None and date < self._since:
            self.early += 1
            return ""
        if record.headers.get("Content-Length") is None:
            return "its header breaks off, or has no length"
        self.pages += 1
        body = record.reader.read(MAX_PAGE + 1)
        short = len(body) < min(record.content_length, MAX_PAGE + 1)
        headers = _headers(record)
        body = _plain(body, dict(headers))
        if len(body) > MAX_PAGE:
            self.missed.append((at, f"a page larger than {MAX_PAGE // 1024**2} MB"))
            return ""
        if self._gate(body, dict(headers).get("content-type", "")):
            url = (record.headers.get("WARC-Target-URI") or "").strip("<> ")
            self.kept.append(Kept(url, date, headers, body, at))
            self._bytes += len(body)
        else:
            self.dropped += 1
        # Bytes that the header promised and the file does not hold; what is there was looked at.
        return "the record breaks off" if short else ""


def _headers(record: Any) -> tuple[tuple[str, str], ...]:
    if not record.is_http or record.http_headers is None:
        declared = record.headers.get("Content-Type") or ""
        return (("content-type", declared),) if declared else ()
    return tuple((name.lower(), value) for name, value in record.http_headers.to_tuples())


def _plain(body: bytes, headers: dict[str, str]) -> bytes:
    """The body without transfer and content encoding; as it is where an archive left only their names in the header."""
    from fastwarc.stream_io import BrotliReader, ChunkedReader

    try:
        if headers.get("transfer-encoding", "").lower() == "chunked" and _CHUNK.match(body):
            body = ChunkedReader(io.BytesIO(body)).read(MAX_PAGE + 1)
        encoding = headers.get("content-encoding", "").lower()
        if encoding in {"gzip", "x-gzip"} and body.startswith(b"\x1f\x8b"):
            return zlib.decompressobj(31).decompress(body, MAX_PAGE + 1)
        if encoding == "deflate" and not body.lstrip().startswith(b"<"):
            return zlib.decompressobj(15 if body[:1] == b"\x78" else -15).decompress(body, MAX_PAGE + 1)
        if encoding == "br" and not body.lstrip().startswith(b"<"):
            return BrotliReader(io.BytesIO(body)).read(MAX_PAGE + 1)
    except (OSError, zlib.error):
        return body
    return body


def _date(record: Any) -> datetime | None:
    try:
        found = record.record_date
    except Exception:  # noqa: BLE001 - a date that is none
        return None
    if not isinstance(found, datetime) or found.year < 1990:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def next_member(path: Path, after: int) -> int | None:
    """Where the first record at or behind a byte begins: a gzip member that opens to one, or its plain first line."""
    with path.open("rb") as stream:
        stream.seek(after)
        rest = b""
        base = after
        while piece := stream.read(_LOOK):
            window = rest + piece
            place = 0
            while (found := _first(window, place)) >= 0 and found < len(window) - 64:
                if _opens(window[found : found + 4096]):
                    return base + found
                place = found + 1
            rest = window[-4160:]
            base += len(window) - len(rest)
        found = -1
        while (found := _first(rest, found + 1)) >= 0:
            if _opens(rest[found : found + 4096]):
                return base + found
    return None


def broken_off(path: Path, start: int) -> int | None:
    """The first record, from the one at `start` on, that ends with the file before it is whole; None where there is none.

    A record whose header is cut has no sign of it, and one without a type is passed over by who asks for responses.
    """
    with path.open("rb") as stream:
        stream.seek(start)
        head = stream.read(4)
        stream.seek(start)
        if head.startswith(b"\x1f\x8b"):
            return _broken_member(stream, start)
        return _broken_plain(stream, start) if head.startswith(b"WARC") or b"WARC/1".startswith(head) else None


def _broken_member(stream: BinaryIO, start: int) -> int | None:
    member, inflate, rest = start, zlib.decompressobj(31), b""
    at = start
    try:
        while piece := rest or stream.read(_LOOK):
            at += 0 if rest else len(piece)
            inflate.decompress(piece, _LOOK)
            while inflate.unconsumed_tail:
                inflate.decompress(inflate.unconsumed_tail, _LOOK)
            rest = inflate.unused_data
            if inflate.eof:
                member, inflate = at - len(rest), zlib.decompressobj(31)
                if rest.strip(b"\x00\r\n") == b"" and not stream.peek(1):  # type: ignore[attr-defined]  # buffered
                    return None
    except zlib.error:
        return None  # what is no member is told by who reads it
    return member if at > member else None


def _broken_plain(stream: BinaryIO, start: int) -> int | None:
    size = stream.seek(0, io.SEEK_END)
    place = start
    while place < size:
        stream.seek(place)
        head = stream.read(_HEADER)
        end = re.search(rb"\r?\n\r?\n", head)
        length = _LENGTH.search(head, 0, end.end() if end else len(head))
        if not head.startswith(b"WARC/1"):
            return place if b"WARC/1".startswith(head) else None
        if end is None or length is None:
            return place if place + len(head) >= size else None
        body = place + end.end() + int(length[1])
        if body > size:
            return place
        stream.seek(body)
        gap = stream.read(8)
        place = body + len(gap) - len(gap.lstrip(b"\r\n"))
    return None


def _first(window: bytes, place: int) -> int:
    places = [window.find(sign, place) for sign in (b"\x1f\x8b\x08", b"WARC/1.", b"\x04\x22\x4d\x18")]
    found = [one for one in places if one >= 0]
    return min(found) if found else -1


def _opens(head: bytes) -> bool:
    if head.startswith(b"\x1f\x8b"):
        try:
            return zlib.decompressobj(31).decompress(head, 5) == b"WARC/"
        except zlib.error:
            return False
    return head.startswith((b"WARC/1.0\r\n", b"WARC/1.1\r\n", b"WARC/1.0\n", b"WARC/1.1\n", b"\x04\x22\x4d\x18"))
