"""Reading claims: articles a second on one core, by length, and how many of them hold any."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.core.claims import claims
from bot.core.lexicon import Lexicon, load
from bot.model import Item
from bot.places import packaged

ROUNDS = 5
AIM = 500  # articles a second on one core


def main() -> None:
    """Print articles/s and MB/s in CPU time for real feed items, long articles, and written items in ten languages."""
    lexicon = load(packaged("watchlists/russia-dprk-arms.lexicon.toml").read_bytes(), file="lexicon")
    print(f"   CPU of one core, best of {ROUNDS}; the aim is {AIM} articles/s")
    print(f"   {'items':<44} {'number':>6} {'characters':>10} {'articles/s':>10} {'MB/s':>6} {'with claims':>11}")
    for name, items in _sets():
        _row(name, items, lexicon)


def _row(name: str, items: Sequence[Item], lexicon: Lexicon) -> None:
    if not items:
        print(f"   {name:<44} {'not measured: the data are not here':>20}")
        return
    best, held = float("inf"), 0
    for _ in range(ROUNDS):
        started = time.process_time()
        held = sum(bool(claims(item, lexicon)) for item in items)
        best = min(best, time.process_time() - started)
    size = sum(len(item.title) + len(item.text) for item in items)
    octets = sum(len((item.title + item.text).encode()) for item in items)
    print(
        f"   {name:<44} {len(items):>6} {size // len(items):>10,} {len(items) / best:>10,.0f} {octets / best / 1e6:>6.2f} {held:>11}"
    )


def _sets() -> list[tuple[str, list[Item]]]:
    root = Path(__file__).resolve().parents[1]
    shared = Path(os.environ.get("ARMSWATCH_SHARED", root / ".." / "shared")) / "data"
    feeds = _items(shared / "relevance" / "dev.jsonl")
    seeds = sorted((shared / "seeds").glob("*.txt"))
    return [
        ("written items in ten languages", _items(root / "tests" / "quality" / "claims_written.jsonl")),
        ("feed items, all", feeds),
        ("feed items that are in scope", [item for item in feeds if item.id in _scoped(shared)]),
        ("the five seed articles", [_item(path.name, "", path.read_text(encoding="utf-8")) for path in seeds]),
    ]


def _scoped(shared: Path) -> set[str]:
    lines = (shared / "relevance" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["id"] for row in map(json.loads, lines) if row["label"] == "in"}


def _items(path: Path) -> list[Item]:
    if not path.exists():
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [_item(row["id"], row["title"], row["text"]) for row in rows]


def _item(name: str, title: str, text: str) -> Item:
    return Item(id=name, title=title, text=text, date=datetime(2024, 11, 20, tzinfo=UTC))
