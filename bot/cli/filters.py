"""`match` and `extract`: the pure rooms as filters, without configuration or database."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from bot.cli import jsonl
from bot.cli.watchlists import chosen
from bot.model import Evidence, Verdict

MAX_FILE = 50 * 1024 * 1024  # bytes decoded; a file on the disk is trusted more than a page, but not without end


@click.command()
@click.option("--jsonl", "as_jsonl", is_flag=True, required=True, help="JSON lines in, JSON lines out.")
@click.option(
    "--watchlist", metavar="NAME|FILE", help="Only this watchlist [default: all that the configuration names]."
)
@click.argument("files", nargs=-1)
@click.pass_obj
def match(obj: dict[str, Any], as_jsonl: bool, watchlist: str | None, files: tuple[str, ...]) -> None:
    """Judge items {id,title,text,url?,date?,lang?} from FILES or standard input: one verdict a line."""
    from bot.core.matches import Matcher

    matcher = Matcher(chosen(obj, watchlist))

    def answer(found: dict[str, Any]) -> dict[str, Any]:
        item, notes = jsonl.item(found)
        verdicts = matcher.verdicts(item)
        best = verdicts[0]
        reply = {"id": found.get("id"), **_public(best), "also": [_brief(verdict) for verdict in verdicts[1:]]}
        reply["why"] = [*notes, *reply["why"]]
        return reply

    jsonl.each(files, answer)


_PIECE = tuple(field.name for field in fields(Evidence))  # `asdict` would copy each string on its way


def _public(verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict": verdict.rank,
        "score": round(verdict.score, 4),
        "watchlist": verdict.watchlist,
        "direction": verdict.direction,
        "kind": verdict.kind,
        "stream": verdict.stream,
        "missing": verdict.missing,
        "evidence": [{name: getattr(piece, name) for name in _PIECE} for piece in verdict.evidence],
        "why": list(verdict.why),
    }


def _brief(verdict: Verdict) -> dict[str, Any]:
    public = _public(verdict)
    return {key: public[key] for key in ("watchlist", "verdict", "score", "direction", "kind", "stream", "missing")}


@click.command()
@click.option("--jsonl", "as_jsonl", is_flag=True, required=True, help="JSON lines out, one a file.")
@click.argument("files", nargs=-1, required=True)
def extract(as_jsonl: bool, files: tuple[str, ...]) -> None:
    """Article text and fields out of HTML FILES (also .gz), one line a file, in order."""
    from concurrent.futures import ThreadPoolExecutor

    from bot.errors import ArmswatchError
    from bot.workers import Workers

    now = datetime.now(UTC)

    def answer(name: str) -> dict[str, Any]:
        try:
            page = workers.page(read_file(name), url="", headers=(), now=now)
        except (ArmswatchError, OSError, EOFError, zlib.error) as error:
            return {"file": name, "error": " ".join(str(error).split()) or type(error).__name__}
        return {
            "file": name,
            "url": page.url or None,
            "title": page.title or None,
            "text": page.text,
            "date": page.published.isoformat() if page.published else None,
            "lang": page.lang or None,
            "authors": list(page.authors),
            "quality": page.quality,
        }

    workers = Workers()
    try:
        with ThreadPoolExecutor(max_workers=4) as pool:
            for reply in _in_order(pool.map(answer, files)):
                jsonl.write(reply)
    finally:
        workers.close()
    sys.stdout.buffer.flush()


def _in_order(replies: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield from replies


def read_file(name: str) -> bytes:
    """The bytes of a file, unpacked where it ends in .gz, never more than MAX_FILE."""
    path = Path(name)
    if path.suffix == ".gz":
        with gzip.open(path, "rb") as stream:
            return stream.read(MAX_FILE)
    with path.open("rb") as plain:
        return plain.read(MAX_FILE)
