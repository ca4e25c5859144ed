"""JSON lines in and out: exactly one output line for each input line, in order, whatever the line holds."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from bot.core.dates import parse_date
from bot.model import Item


class BadLine(ValueError):
    """A line that is no item; the message goes into its `error`."""


def lines(files: tuple[str, ...]) -> Iterator[bytes]:
    """The lines of files, or of standard input where none is named ("-" is standard input, too)."""
    for name in files or ("-",):
        if name == "-":
            yield from sys.stdin.buffer
            continue
        try:
            with Path(name).open("rb") as stream:
                yield from stream
        except OSError as error:
            raise click.ClickException(f"{name}: {error.strerror}") from error


def record(line: bytes) -> dict[str, Any]:
    """The JSON object of a line, or BadLine."""
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadLine(f"not UTF-8 at byte {error.start}") from error
    except (ValueError, RecursionError) as error:
        raise BadLine(f"not JSON: {error}") from error
    if not isinstance(found, dict):
        raise BadLine(f"a JSON {type(found).__name__}, not an object")
    return found


def item(found: dict[str, Any]) -> tuple[Item, list[str]]:
    """The item of a record, and remarks on what was ignored in it."""
    notes: list[str] = []
    texts: dict[str, str] = {}
    for key in ("title", "text", "url", "lang", "outlet"):
        value = found.get(key)
        if value is None:
            value = ""
        if not isinstance(value, str):
            raise BadLine(f"{key}: a JSON {type(value).__name__}, not a string")
        texts[key] = value
    if "title" not in found and "text" not in found:
        raise BadLine("neither title nor text")
    given = found.get("date")
    date = parse_date(given) if given not in (None, "") else None
    if given not in (None, "") and date is None:
        notes.append(f"date ignored: {str(given)[:60]!r} is not ISO 8601, RFC 822 or epoch")
    item_ = Item(
        id=str(found.get("id", "")),
        date=date,
        title=texts["title"],
        text=texts["text"],
        url=texts["url"],
        lang=texts["lang"],
        outlet=texts["outlet"],
    )
    return item_, notes


def write(value: dict[str, Any]) -> None:
    """One line of JSON on standard output."""
    try:
        line = json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate of the input: escaped, it survives
        line = json.dumps(value).encode()
    sys.stdout.buffer.write(line + b"\n")


def each(files: tuple[str, ...], answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Answer every line with one line; blank lines are answered as what they are: not JSON."""
    for line in lines(files):
        name: Any = None
        try:
            found = record(line)
            name = found.get("id")
            reply = answer(found)
        except BadLine as error:
            reply = {"id": name, "error": str(error)}
        except Exception as error:  # noqa: BLE001 (one strange line must not end the stream)
            reply = {"id": name, "error": f"{type(error).__name__}: {error}"}
        write(reply)
    sys.stdout.buffer.flush()


def flush() -> None:
    """Push what was written."""
    sys.stdout.buffer.flush()


def records(files: tuple[str, ...]) -> Iterable[tuple[Any, dict[str, Any] | None, str]]:
    """(id, record, error) of every line, for the filters that need all of them before they can answer."""
    for line in lines(files):
        try:
            found = record(line)
        except BadLine as error:
            yield None, None, str(error)
        else:
            yield found.get("id"), found, ""
