"""The two files that come from real texts without holding any: counts of ordinary news, and which seed holds which term.

    python -m tests.quality.learned background > watchlists/background.json
    python -m tests.quality.learned seeds      # the [seeds] table of watchlists/russia-dprk-arms.toml

Both read ../shared/data (or ARMSWATCH_SHARED). Only counts leave it, of words and phrases that at least three texts hold.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bot.core.articles import extract
from bot.core.automata import Automaton
from bot.core.learning import Background, count_background, propose
from bot.core.text import fold, read
from bot.core.watchlists import Watchlist, load
from bot.errors import ArmswatchError

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("ARMSWATCH_SHARED", ROOT / ".." / "shared"))
LIST = ROOT / "watchlists" / "russia-dprk-arms.toml"
BACKGROUND = ROOT / "watchlists" / "background.json"
# The concepts that were derived from the seeds; contexts such as sport or cyber were not.
DERIVED = frozenset(
    "dprk russia arms ammo boxes tech oil give take deal delivery origin routes ships imagery exchange deny legal depot talk".split()  # noqa: SIM905
)


def ordinary_news() -> Iterator[str]:
    """Texts that are not about the subject: real pages of many outlets, and items labelled out."""
    for path in sorted((SHARED / "data/pages/fundus").rglob("*.html.gz")):
        try:
            page = extract(
                gzip.decompress(path.read_bytes()), url="https://example.org/", headers=(), now=datetime.now(UTC)
            )
        except ArmswatchError:
            continue
        yield f"{page.title}\n{page.text}"
    with (SHARED / "data/relevance/dev.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["label"] == "out":
                yield f"{row['title']}\n{row['text']}"


def seed_texts() -> list[str]:
    """The seed articles, in order."""
    return [path.read_text("utf-8", "replace") for path in sorted((SHARED / "data/seeds").glob("*.txt"))]


def supported(watchlist: Watchlist, texts: list[str], background: Background) -> dict[str, list[int]]:
    """English terms of the derived concepts that seeds hold and that `learn` proposes, with those seeds."""
    terms = [t for t in watchlist.terms if t.lang == "en" and t.concept in DERIVED]
    holders: dict[str, set[int]] = {}
    machine = Automaton(terms)
    for number, text in enumerate(texts):
        for _, _, found in machine.hits(read(fold(text))):
            holders.setdefault(terms[found].written, set()).add(number)
    proposed = read(fold(" | ".join(p.term for p in propose(texts, background, quotes=0))))
    known = {terms[found].written for _, _, found in machine.hits(proposed)}
    return {written: sorted(numbers) for written, numbers in holders.items() if written in known}


def main(what: str) -> None:
    if what == "background":
        made = "python -m tests.quality.learned background"
        sys.stdout.write(count_background(ordinary_news(), made=made, least=3).to_json())
        return
    watchlist = load(LIST.read_bytes(), file=LIST.name)
    found = supported(watchlist, seed_texts(), Background.from_json(BACKGROUND.read_bytes()))
    sys.stdout.write("[seeds]\n")
    for written, numbers in sorted(found.items()):
        sys.stdout.write(f"{json.dumps(written, ensure_ascii=False)} = {numbers}\n")


if __name__ == "__main__":
    main(sys.argv[1])
