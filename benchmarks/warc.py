"""Backfilling one WARC: the gates and extraction of what passes, beside extracting everything, and beside just reading it."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks import _warcfile, peers
from bot.core import articles
from bot.core.matches import Matcher
from bot.core.prefilter import Gate
from bot.core.watchlists import load
from bot.errors import ExtractError
from bot.model import Item
from bot.places import packaged
from bot.store.articles import best_rank
from tests.archives import warc_record
from tests.fakes import START

RECORDS = int(os.environ.get("ARMSWATCH_BENCH_RECORDS", "2000"))
ROOT = Path(__file__).resolve().parents[1]
WATCHLIST = packaged("watchlists/russia-dprk-arms.toml")


def main() -> None:
    """Print documents a second of each way over the same file, the matches that each found, and what the gates cost."""
    watchlist = load(WATCHLIST.read_bytes(), file=str(WATCHLIST))
    matcher = Matcher([watchlist])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bench.warc.gz")
        started = time.process_time()
        gate = Gate([watchlist])
        print(f"   making the patterns takes {time.process_time() - started:.1f} s, once (kept on disk)")
        escaped = _compared(path, "as the aim says", gate, matcher, RECORDS, shells=False)
        _escapes(path, escaped, gate)
        _without(path, gate)
        _peers(path, gate, matcher)
        if _warcfile.PAGES.exists():
            _compared(path, "every page in the shell of a real one", gate, matcher, RECORDS // 2, shells=True)


def _compared(path: Path, what: str, gate: Gate, matcher: Matcher, records: int, *, shells: bool) -> list[str]:
    composition, escaped = _warcfile.write(path, matcher, records, shells=shells)
    bodies = sum(len(body) for _, body, _ in _records(path))
    print(
        f"\n   {what}: {records} records, {path.stat().st_size / 1e6:.0f} MB gz, {bodies / records / 1e3:.0f} kB a page"
    )
    for name, count in sorted(composition.items()):
        print(f"     {count:>5}  {name}")
    first, found = _timed(lambda: _gated(path, gate, matcher))
    again = min(_timed(lambda: _gated(path, gate, matcher))[0] for _ in range(2))
    reading = min(_timed(lambda: sum(len(body) for _, body, _ in _records(path)))[0] for _ in range(2))
    gating, passed = _timed(lambda: [url for url, body, kind in _records(path) if gate(body, kind)])
    everything, truth = _timed(lambda: _extracted(_records(path), matcher))
    plain, others = _timed(lambda: _plainly(_records(path), matcher))
    print(f"   {'CPU of one core':<60} {'docs/s':>8} {'ours is':>9}")
    for name, seconds in (
        ("armswatch: gates, extraction of what passes, matching", again),
        ("  the same, first time in a process (patterns warm up)", first),
        ("read all bodies with fastwarc", reading),
        ("read and gate, no extraction", gating),
        ("extract everything as armswatch does, match", everything),
        ("extract everything with trafilatura's own defaults, match", plain),
    ):
        print(f"   {name:<60} {records / seconds:>8.0f} {seconds / again:>8.1f}x")
    lost, more = truth - found, found - truth
    same = "the same" if not lost and not more else f"NOT the same: lost {sorted(lost)[:5]}, more {sorted(more)[:5]}"
    print(
        f"   {len(truth)} pages match or are adjacent; the gated way found {same}; {len(passed)} pages passed the gates"
    )
    print(f"   trafilatura's own defaults: {len(others)}, of them {len(others & truth)} the same")
    return escaped


def _escapes(path: Path, escaped: list[str], gate: Gate) -> None:
    """Pages whose escapes the gate reads itself, apart: reading them, and reading and gating them."""
    wanted = set(escaped)
    with tempfile.TemporaryDirectory() as folder:
        apart = Path(folder, "escaped.warc.gz")
        with apart.open("wb") as out:
            for url, body, kind in _records(path):
                if url in wanted:
                    out.write(warc_record(url, body, content_type=kind))
        times = []
        for _ in range(3):
            reading, _bytes = _timed(lambda: sum(len(body) for _, body, _ in _records(apart)))
            gating, _passed = _timed(lambda: sum(gate(body, kind) for _, body, kind in _records(apart)))
            times.append((gating / reading, gating))
    ratio, gating = min(times)
    print(
        f"   {len(wanted)} escaped pages: reading and gating takes {ratio:.2f} x of just reading, {len(wanted) / gating:.0f} pages/s (aim: at most 1.6 x)"
    )


def _without(path: Path, gate: Gate) -> None:
    """Pages without any term: what the first gate alone costs, for bytes that it reads itself (UTF-8 and escapes)."""
    pages = [
        (body, kind) for _, body, kind in _records(path) if not gate.first(body, kind) and b"\x00" not in body[:4096]
    ]
    seconds, _ = _timed(lambda: [gate(body, kind) for body, kind in pages])
    size = sum(len(body) for body, _ in pages)
    print(
        f"   {len(pages)} pages without the terms: {len(pages) / seconds:.0f} pages/s, {size / seconds / 1e6:.0f} MB/s in the gate (aim: 500 pages/s)"
    )


def _peers(path: Path, gate: Gate, matcher: Matcher) -> None:
    """The tools made for this archive, each in its own environment, over the first pages of the file; ours over the same pages."""
    for name in ("newsplease", "fundus"):
        pins = ROOT / "benchmarks/peers" / f"{name}.txt"
        answer: dict[str, Any] | None = peers.run(name, f"warc_{name}", str(path)) if pins.exists() else None
        if answer is None:
            print(f"   {name}: not measured (its environment cannot be made here)")
            continue
        if not answer["documents"]:
            print(f"   {name} {answer['version']}: found no document in the file")
            continue
        rate = answer["documents"] / answer["seconds"]
        ours = _timed(partial(_gated, path, gate, matcher, answer["read"]))[0]
        print(
            f"   {name} {answer['version']}: {rate:.1f} docs/s over {answer['documents']} documents, {answer['failed']} failed; "
            f"armswatch over the same {answer['read']} records: {answer['read'] / ours:.0f} docs/s, {answer['read'] / ours / rate:.0f} x"
        )


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """(CPU seconds, result)."""
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


Records = Iterable[tuple[str, bytes, str]]


def _records(path: Path) -> Iterator[tuple[str, bytes, str]]:
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    for record in ArchiveIterator(str(path), record_types=WarcRecordType.response, parse_http=True):
        kind = record.http_headers.get("Content-Type")
        yield record.headers.get("WARC-Target-URI") or "", record.reader.read(), kind or ""


def _gated(path: Path, gate: Gate, matcher: Matcher, limit: int | None = None) -> set[str]:
    records = islice(_records(path), limit)
    return _extracted(((url, body, kind) for url, body, kind in records if gate(body, kind)), matcher)


def _extracted(records: Records, matcher: Matcher) -> set[str]:
    found = set()
    for url, body, kind in records:
        try:
            page = articles.extract(body, url=url, headers=(("content-type", kind),), now=START)
        except ExtractError:
            continue
        if best_rank(matcher.verdicts(Item(id=url, title=page.title, text=page.text, lang=page.lang))) != "none":
            found.add(url)
    return found


def _plainly(records: Records, matcher: Matcher) -> set[str]:
    """What trafilatura finds when it is called as its documentation does: bytes in, text, title and date out."""
    import trafilatura

    found = set()
    for url, body, _ in records:
        page = trafilatura.bare_extraction(body, url=url, with_metadata=True)
        title, text = str(getattr(page, "title", "") or ""), str(getattr(page, "text", "") or "")
        if best_rank(matcher.verdicts(Item(id=url, title=title, text=text))) != "none":
            found.add(url)
    return found


if __name__ == "__main__":
    main()
