"""Backfilling one WARC: the gates and extraction of what passes, beside extracting everything, and beside just reading it."""

from __future__ import annotations

import gzip
import html
import json
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import peers
from bot.core import articles
from bot.core.matches import Matcher
from bot.core.prefilter import Gate
from bot.core.watchlists import load
from bot.errors import ExtractError
from bot.model import Item
from bot.places import packaged
from bot.store.articles import best_rank
from tests import disguises
from tests.archives import warc_record, warcinfo
from tests.fakes import START

RECORDS = int(os.environ.get("ARMSWATCH_BENCH_RECORDS", "2000"))
RELEVANT = 0.02
ROOT = Path(__file__).resolve().parents[1]
PAGES = Path(os.environ.get("ARMSWATCH_SHARED", ROOT / ".." / "shared")) / "data/pages/fundus"
WATCHLIST = packaged("watchlists/russia-dprk-arms.toml")
EXAMPLES = packaged("watchlists/russia-dprk-arms.examples.jsonl")
_ESCAPES = (
    html.escape,
    disguises.decimal,
    disguises.hexadecimal,
    disguises.spaces,
    disguises.hyphenated,
    disguises.tagged,
    disguises.marked,
)
_CHARSETS = ("cp1251", "koi8-r", "euc-kr", "shift_jis", "gb18030", "big5", "utf-16")


def main() -> None:
    """Print documents a second of each way over the same file, the matches that each found, and what the gate costs."""
    watchlist = load(WATCHLIST.read_bytes(), file=str(WATCHLIST))
    matcher = Matcher([watchlist])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bench.warc.gz")
        composition = _write(path, matcher)
        size = path.stat().st_size / 1e6
        print(
            f"   {RECORDS} records, {size:.0f} MB gz: "
            + ", ".join(f"{count} {name}" for name, count in composition.most_common())
        )
        reading, _ = _timed(lambda: sum(len(body) for _, body, _ in _records(path)))
        started = time.process_time()
        gate = Gate([watchlist])
        building = time.process_time() - started
        first, found = _timed(lambda: _gated(path, gate, matcher))
        again, _ = _timed(lambda: _gated(path, gate, matcher))
        gating, passed = _timed(lambda: [url for url, body, kind in _records(path) if gate(body, kind)])
        everything, truth = _timed(lambda: _extracted(_records(path), matcher))
        _print(reading, first, again, gating, everything, building)
        same = (
            "the same"
            if found == truth
            else f"NOT the same: lost {sorted(truth - found)[:5]}, more {sorted(found - truth)[:5]}"
        )
        print(
            f"   {len(truth)} pages match or are adjacent; the gated way found {same}; {len(passed)} pages passed the gates"
        )
        _without(path, gate)
        _peers(path, everything)


def _print(reading: float, first: float, again: float, gating: float, everything: float, building: float) -> None:
    print(f"   {'CPU of one core':<52} {'docs/s':>8} {'ours is':>9}")
    for name, seconds in (
        ("armswatch: gates, extraction of what passes, matching", again),
        ("  the same, first time in a process (patterns warm up)", first),
        ("read all bodies with fastwarc", reading),
        ("  read and gate, no extraction", gating),
        ("extract everything with trafilatura, match", everything),
    ):
        print(f"   {name:<52} {RECORDS / seconds:>8.0f} {seconds / again:>8.1f}x")
    print(
        f"   reading and gating takes {gating / reading:.2f} x of just reading; making the patterns {building:.1f} s, once (kept on disk)"
    )


def _without(path: Path, gate: Gate) -> None:
    """Pages without any term: what the first gate alone costs, for bytes that it reads itself (UTF-8 and escapes)."""
    pages = [
        (body, kind) for _, body, kind in _records(path) if not gate.first(body, kind) and b"\x00" not in body[:4096]
    ]
    seconds, _ = _timed(lambda: [gate(body, kind) for body, kind in pages])
    size = sum(len(body) for body, _ in pages)
    print(
        f"   {len(pages)} pages without the terms: {len(pages) / seconds:.0f} pages/s, {size / seconds / 1e6:.0f} MB/s in the gate"
    )


def _peers(path: Path, everything: float) -> None:
    """The tools made for this archive, each in its own environment."""
    for name in ("newsplease", "fundus"):
        pins = ROOT / "benchmarks/peers" / f"{name}.txt"
        answer: dict[str, Any] | None = peers.run(name, f"warc_{name}", str(path)) if pins.exists() else None
        if answer is None:
            print(f"   {name}: not measured (its environment cannot be made here)")
            continue
        rate = answer["documents"] / answer["seconds"]
        print(
            f"   {name} {answer['version']}: {rate:.1f} docs/s over {answer['documents']} documents, {answer['failed']} failed"
        )


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """(CPU seconds, result)."""
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def _records(path: Path) -> Iterator[tuple[str, bytes, str]]:
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    for record in ArchiveIterator(str(path), record_types=WarcRecordType.response, parse_http=True):
        kind = record.http_headers.get("Content-Type")
        yield record.headers.get("WARC-Target-URI") or "", record.reader.read(), kind or ""


def _gated(path: Path, gate: Gate, matcher: Matcher) -> set[str]:
    return _extracted(((url, body, kind) for url, body, kind in _records(path) if gate(body, kind)), matcher)


def _extracted(records: Iterator[tuple[str, bytes, str]], matcher: Matcher) -> set[str]:
    found = set()
    for url, body, kind in records:
        try:
            page = articles.extract(body, url=url, headers=(("content-type", kind),), now=START)
        except ExtractError:
            continue
        if best_rank(matcher.verdicts(Item(id=url, title=page.title, text=page.text, lang=page.lang))) != "none":
            found.add(url)
    return found


def _write(path: Path, matcher: Matcher) -> Counter[str]:
    """The file: the real pages once, then variants of pages in other bytes, our own matching words in some of them."""
    noise = random.Random(20231013)
    real = (
        [gzip.decompress(one.read_bytes()).decode("utf-8", "replace") for one in sorted(PAGES.rglob("*.html.gz"))]
        if PAGES.exists()
        else []
    )
    shells = real or [
        disguises.page("Harbour festival", "Ships from nine countries berthed in the old harbour.\n" * 200)
    ]
    rows = [json.loads(line) for line in EXAMPLES.read_text(encoding="utf-8").splitlines()]
    wanted = [
        row for row in rows if best_rank(matcher.verdicts(Item(id="", title=row["title"], text=row["text"]))) == "match"
    ]
    composition: Counter[str] = Counter()
    relevant = set(noise.sample(range(min(len(real), RECORDS - 1), RECORDS), max(1, int(RECORDS * RELEVANT))))
    with path.open("wb") as out:
        out.write(warcinfo())
        for number in range(RECORDS):
            if number < len(real):
                name, body, kind = "real pages as they are", real[number].encode(), "text/html"
            elif number in relevant:
                row = wanted[noise.randrange(len(wanted))]
                name, body, kind = _relevant(row, noise)
            else:
                name, body, kind = _variant(shells[noise.randrange(len(shells))], noise)
            composition[name] += 1
            out.write(warc_record(f"https://paper{number % 97}.example/{number}", body, content_type=kind))
    return composition


def _relevant(row: dict[str, str], noise: random.Random) -> tuple[str, bytes, str]:
    """Our own matching words as a page of ordinary size."""
    forms = disguises.bodies(row["title"], f"{row['text']}\n{row['text']}")
    name, body, kind = forms[noise.randrange(len(forms))]
    return f"relevant ({'charset' if 'utf-8' not in name and '-ld' not in name else 'escapes'})", body, kind


def _variant(page: str, noise: random.Random) -> tuple[str, bytes, str]:
    """A page in other bytes: references for its letters, escapes, another charset, or untouched with a word of its own."""
    form = noise.randrange(4)
    page = page.replace("</body>", f"<p>Item {noise.random()}</p></body>", 1)
    if form == 0:
        return "variants: decimal references", page.encode("ascii", "xmlcharrefreplace"), "text/html; charset=utf-8"
    if form == 1:
        body = "".join(char if ord(char) < 128 else f"&#x{ord(char):X};" for char in page).encode()
        return "variants: hexadecimal references", body, "text/html; charset=utf-8"
    if form == 2:
        charset = _CHARSETS[noise.randrange(len(_CHARSETS))]
        return "variants: other charsets", page.encode(charset, "xmlcharrefreplace"), f"text/html; charset={charset}"
    words = _ESCAPES[noise.randrange(len(_ESCAPES))](
        "Ships from nine countries berthed in the old harbour on Saturday."
    )
    place = max(page.find("<body"), 0)
    return (
        "variants: our words, tagged and escaped",
        f"{page[:place]}{page[place:]}<p>{words}</p>".encode(),
        "text/html; charset=utf-8",
    )


if __name__ == "__main__":
    main()
