"""Files and folders of this machine: text, HTML, feed documents, JSON lines, mails and WARCs, told apart by their bytes."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.core.articles import refusal
from bot.core.charsets import decoded
from bot.core.dates import parse_date
from bot.core.text import clean, one_line
from bot.core.units import FeedBytes, Finding, Missed, PageBytes, Read, Unit, Window, Words
from bot.core.xmltext import root_name
from bot.errors import UsageError
from bot.model import Response
from bot.ports import Clock
from bot.sources import mails, texts

MAX_FILE = 20 * 1024 * 1024  # bytes, decoded; of one text, page or feed document
MAX_LINE = 4 * 1024 * 1024  # bytes of one JSON line
_FEEDS = ("rss", "feed", "rdf")
_HTML = (b"<!doctype", b"<html", b"<head", b"<body", b"<div", b"<p>", b"<article", b"<title", b"<meta")
_WARC_NAMES = (".warc", ".warc.gz", ".warc.lz4", ".arc", ".arc.gz")


class Files:
    """The Source of `backfill files`. Each file is a unit; a changed file (size or time) is a new one.

    `warcs` plans and reads WARC files; without it they are named as not read.
    """

    name = "files"

    def __init__(self, paths: tuple[Path, ...], clock: Clock, warcs: Any = None) -> None:
        self._paths = paths
        self._clock = clock
        self._warcs = warcs

    def plan(self, window: Window) -> Iterator[Unit]:
        """One unit a file, in the order of the arguments, folders sorted by name."""
        missing = [str(path) for path in self._paths if not path.exists()]
        if missing and len(missing) == len(self._paths):
            raise UsageError(f"{', '.join(missing)}: no such file or folder", subject=missing[0])
        seen: set[Path] = set()
        for path in self._paths:
            for file in _walk(path):
                place = resolved(file)
                if place in seen:
                    continue
                seen.add(place)
                yield from self._units(place)

    def _units(self, file: Path) -> Iterator[Unit]:
        try:
            state = file.stat()
            size, changed = state.st_size, state.st_mtime_ns
        except OSError:
            size = changed = 0  # a name that leads nowhere: reading it says why
        if self._warcs is not None and file.name.lower().endswith(_WARC_NAMES) and size:
            yield from self._warcs.units(file, size, changed)
            return
        yield Unit(
            source=self.name,
            key=json.dumps({"path": str(file), "size": size, "changed": changed}),
            bytes=size,
        )

    def read(self, unit: Unit, window: Window) -> Iterator[Finding]:
        """What one file holds."""
        key = json.loads(unit.key)
        path = Path(key["path"])
        if "start" in key:
            yield from self._warcs.read(path, key["start"], key["stop"], window)
            return
        try:
            yield Read(bytes=path.stat().st_size)
            if not path.is_file() and not path.is_dir():
                yield Missed(place=str(path), reason="no file of bytes: a pipe, a socket or a device")
                return
            yield from self._file(path, window)
        except FileNotFoundError:
            yield Missed(place=str(path), reason="no such file")
        except IsADirectoryError:
            yield Missed(place=str(path), reason="a folder that could not be listed")
        except (OSError, EOFError, zlib.error) as error:
            yield Missed(place=str(path), reason=getattr(error, "strerror", None) or f"{type(error).__name__}: {error}")

    def _file(self, path: Path, window: Window) -> Iterator[Finding]:
        name = path.name.lower()
        with path.open("rb") as stream:
            head = stream.read(4096)
        if not head.strip():
            yield Missed(place=str(path), reason="empty file")
        elif head.startswith(b"From ") and b"\n" in head:
            yield from mails.mbox(path, self._clock())
        elif name.endswith(".eml"):
            yield mails.single(path, self._clock())
        elif name.endswith((".jsonl", ".ndjson")):
            yield from self._lines(path, _plain_lines(path))
        elif name.endswith((".jsonl.gz", ".ndjson.gz")):
            yield from self._lines(path, _unzipped_lines(path))
        else:
            body, cut = _whole(path, head)
            if body.startswith(b"WARC/"):
                yield Missed(place=str(path), reason="a WARC under another name: rename it to end in .warc or .warc.gz")
            elif len(body) > MAX_FILE:
                yield Missed(place=str(path), reason=f"larger than {MAX_FILE // 1024**2} MB")
            else:
                if cut:
                    yield Missed(place=str(path), reason=f"read up to where it breaks off: {cut}")
                yield from self._document(path, body)

    def _document(self, path: Path, body: bytes) -> Iterator[Finding]:
        place = str(path)
        start = body[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00").lower().replace(b"\x00", b"")
        reason = refusal(body, {})
        if reason == "json":
            yield from self._json(path, body)
        elif reason in {"empty", "text"} or reason == "":
            if start.startswith(b"<") and root_name(decoded(body[:40_000]).text) in _FEEDS:
                yield FeedBytes(body=body, url=path.as_uri(), place=place)
            elif start.startswith((b"<", b"\xef\xbb\xbf<")) and any(sign in start for sign in _HTML):
                yield PageBytes(response=self._response(path, body), place=place)
            elif _binary(body):
                yield Missed(place=place, reason="a binary file")
            else:
                yield self._text(path, body)
        else:
            yield Missed(place=place, reason=f"no text, page or feed: {reason}")

    def _text(self, path: Path, body: bytes) -> Finding:
        read = decoded(body)
        found = texts.read(read.text, self._clock())
        if not found.text and not found.title:
            return Missed(place=str(path), reason="no words in it")
        return Words(
            title=found.title,
            text=found.text,
            place=str(path),
            url=found.url,
            published=found.published,
            published_basis="text" if found.published else "none",
            lang=found.lang,
            outlet=found.outlet,
            authors=(found.author,) if found.author else (),
            notes=(*found.notes, *((read.note,) if read.note else ())),
        )

    def _json(self, path: Path, body: bytes) -> Iterator[Finding]:
        try:
            found = json.loads(decoded(body).text)
        except (ValueError, RecursionError):
            yield from self._lines(path, iter(body.split(b"\n")))
            return
        if isinstance(found, dict) and isinstance(found.get("items"), list) and "jsonfeed" in str(found.get("version")):
            yield FeedBytes(body=body, url=path.as_uri(), place=str(path))
            return
        rows = found if isinstance(found, list) else [found]
        for number, row in enumerate(rows, start=1):
            yield _item(row, f"{path}, item {number}")

    def _lines(self, path: Path, lines: Iterator[bytes]) -> Iterator[Finding]:
        for number, line in enumerate(lines, start=1):
            place = f"{path}, line {number}"
            if not line.strip():
                continue
            if len(line) > MAX_LINE:
                yield Missed(place=place, reason=f"a line of more than {MAX_LINE // 1024**2} MB")
                continue
            try:
                row = json.loads(line.decode("utf-8-sig"))
            except (ValueError, RecursionError) as error:
                yield Missed(place=place, reason=f"not JSON: {str(error)[:80]}")
                continue
            yield _item(row, place)

    def _response(self, path: Path, body: bytes) -> Response:
        return Response(url="", status=200, headers=(), body=body, fetched=self._clock())


def _item(row: object, place: str) -> Words | Missed:
    """One JSON object with the keys of `armswatch match --jsonl`: title, text, url, date, lang, outlet."""
    if not isinstance(row, dict):
        return Missed(place=place, reason=f"a JSON {type(row).__name__}, not an object")
    values = {key: row.get(key) for key in ("title", "text", "url", "lang", "outlet")}
    if any(value is not None and not isinstance(value, str) for value in values.values()):
        return Missed(place=place, reason="title, text, url, lang and outlet must be strings")
    title, text = (clean(str(values[key] or "")) for key in ("title", "text"))
    if not title and not text:
        return Missed(place=place, reason="neither title nor text")
    published = parse_date(row.get("date"))
    return Words(
        title=one_line(title, 500),
        text=text,
        place=place,
        url=str(values["url"] or ""),
        published=published,
        published_basis="given" if published else "none",
        lang=str(values["lang"] or ""),
        outlet=one_line(str(values["outlet"] or ""), 120),
        notes=() if published or not row.get("date") else ("date not readable",),
    )


def _walk(path: Path) -> Iterator[Path]:
    """The files of a path; hidden ones and links out of the folder are passed over."""
    if not path.is_dir():
        yield path
        return
    root = resolved(path)
    try:
        names = sorted(root.iterdir(), key=lambda one: one.name)
    except OSError:
        yield path
        return
    for one in names:
        if one.name.startswith("."):
            continue
        if one.is_dir() and not one.is_symlink():
            yield from _walk(one)
        elif one.is_file():
            yield one


def resolved(path: Path) -> Path:
    """Where a path leads; itself where that is nowhere, such as a link to itself."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path


def _binary(body: bytes) -> bool:
    """Bytes that no charset of the world makes into text."""
    sample = body[:4096]
    control = sum(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in sample)
    return control > len(sample) * 0.02 and b"\x00" not in sample[:4] and not _utf16(sample)


def _utf16(sample: bytes) -> bool:
    halves = sample[0::2].count(0), sample[1::2].count(0)
    return max(halves) > len(sample) * 0.2 and min(halves) < len(sample) * 0.05


def _whole(path: Path, head: bytes) -> tuple[bytes, str]:
    """The file's bytes, unzipped, up to a little over MAX_FILE; and why they end early, "" if they do not."""
    if not head.startswith(b"\x1f\x8b"):
        with path.open("rb") as stream:
            return stream.read(MAX_FILE + 1), ""
    parts: list[bytes] = []
    size = 0
    try:
        for part in _unzipped(path):
            parts.append(part)
            size += len(part)
            if size > MAX_FILE:
                break
    except (EOFError, zlib.error) as error:
        if not size:
            raise
        return b"".join(parts), str(error) or "truncated gzip"
    return b"".join(parts), ""


def _unzipped(path: Path, piece: int = 1 << 20) -> Iterator[bytes]:
    """The decoded bytes of a gzip file with any number of members, in bounded pieces. Raises EOFError, zlib.error."""
    machine = zlib.decompressobj(31)
    with path.open("rb") as stream:
        while data := machine.unconsumed_tail or machine.unused_data or stream.read(piece):
            if machine.eof:
                if not data.startswith(b"\x1f\x8b"):
                    return  # padding behind the last member
                machine = zlib.decompressobj(31)
            part = machine.decompress(data, piece)
            if part:
                yield part
        if not machine.eof:
            raise EOFError("truncated gzip")


def _plain_lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        yield from _split(iter(lambda: stream.read(1 << 20), b""))


def _unzipped_lines(path: Path) -> Iterator[bytes]:
    yield from _split(_unzipped(path))


def _split(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Lines without their ends; a line is never kept beyond a little over MAX_LINE."""
    rest = b""
    for part in parts:
        lines = (rest + part if len(rest) <= MAX_LINE else rest[: MAX_LINE + 1] + part[part.find(b"\n") :]).split(b"\n")
        rest = lines.pop()
        yield from lines
    if rest:
        yield rest
