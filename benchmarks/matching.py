"""Finding watch terms: the folded automaton beside `re` alternation, flashtext and pyahocorasick; and whole verdicts."""

from __future__ import annotations

import gzip
import json
import os
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import peers
from bot.core.articles import extract
from bot.core.automata import Automaton
from bot.core.matches import Matcher
from bot.core.terms import Term
from bot.core.text import fold, read
from bot.core.watchlists import Watchlist, load
from bot.errors import ExtractError
from bot.model import Item
from bot.places import packaged

ROUNDS = 3


def main() -> None:
    """Print MB/s for 300 and 10,000 terms, then verdicts a second for the shipped watchlist and one of 10,000 terms."""
    texts, source = _texts()
    size = sum(len(text.encode()) for text in texts) / 1e6
    print(f"   {len(texts)} texts, {size:.1f} MB ({source}); CPU of one core, best of {ROUNDS}")
    print(f"   {'terms':>7} {'engine':<32} {'MB/s':>8} {'ours is':>9}")
    words = _words(texts)
    for count in (300, 10_000):
        _terms(texts, size, words[:count])
    _verdicts(texts)


def _terms(texts: Sequence[str], size: float, words: Sequence[str]) -> None:
    automaton = Automaton([Term(written=word, lang="en", concept="x", anchor=fold(word).text) for word in words])
    ours = size / _best(lambda: [automaton.hits(read(fold(text))) for text in texts])
    rows = {"armswatch: fold + one automaton": ours}
    if len(words) <= 300:
        pattern = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)), re.IGNORECASE)
        rows["re alternation, IGNORECASE"] = (
            size / _best(lambda: [pattern.findall(text) for text in texts[:50]]) * _share(texts, 50)
        )
    with tempfile.TemporaryDirectory() as folder:
        one, two = Path(folder, "texts.json"), Path(folder, "terms.json")
        one.write_text(json.dumps(texts), encoding="utf-8")
        two.write_text(json.dumps([word.lower() for word in words]), encoding="utf-8")
        rows |= peers.run("matching", "match_with", str(one), str(two)) or {"flashtext, pyahocorasick": float("nan")}
    for name, speed in rows.items():
        shown = "not measured" if speed != speed else f"{speed:8.1f} {ours / speed:8.1f}x"  # noqa: PLR0124 (NaN)
        print(f"   {len(words):>7} {name:<32} {shown}")


def _verdicts(texts: Sequence[str]) -> None:
    path = packaged("watchlists/russia-dprk-arms.toml")
    shipped = load(path.read_bytes(), file=str(path))
    kinds = {"on the subject or near it": texts, "mixed news: pages of 130 outlets": _pages()}
    print(f"   {'items':<34} {'number':>6} {'characters':>10} {'watchlist':<42} {'articles/s':>10}")
    for kind, bodies in kinds.items():
        items = [Item(id=str(number), title=text[:90], text=text) for number, text in enumerate(bodies)]
        length = sum(map(len, bodies)) // max(1, len(bodies))
        base = 0.0
        for name, watchlists in (
            ("shipped", [shipped]),
            ("and one of 10,000 terms for a third party", [shipped, _large(texts, _THIRD)]),
            ("and one of 10,000 terms without parties", [shipped, _large(texts, "")]),
        ):
            if not items:
                continue
            matcher = Matcher(watchlists)
            speed = len(items) / _best(lambda matcher=matcher, items=items: [matcher.verdicts(item) for item in items])  # type: ignore[misc]
            base = base or speed
            print(f"   {kind:<34} {len(items):>6} {length:>10} {name:<42} {speed:10.0f}   {base / speed:.2f}x the cost")


def _pages() -> list[str]:
    """The texts of the real pages that are at hand, whatever they are about."""
    found = []
    for path in sorted((_shared() / "pages").rglob("*.html.gz")):
        try:
            page = extract(
                gzip.decompress(path.read_bytes()), url="", headers=(), now=datetime(2026, 11, 26, tzinfo=UTC)
            )
        except ExtractError:
            continue
        found.append(page.text)
    return found


_THIRD = '[parties.iran]\nlabel = "Iran"\n[concepts.iran]\nparty = "iran"\nterms.en = ["iran*", "tehran*"]\n'


def _large(texts: Sequence[str], party: str) -> Watchlist:
    """A list of 10,000 names that stand in the texts, beside words that nearly every English article has.

    With a party, an article that does not name it is searched for the names of the party only, as with any watchlist that has one.
    """
    terms = json.dumps(_words(texts)[:10_000], ensure_ascii=False)
    raw = (
        f'schema = 1\ntitle = "Large"\n{party}[concepts.many]\nlabel = "Many"\nterms.en = {terms}\n'
        '[concepts.usual]\nlabel = "Usual"\nterms.en = ["said", "says", "from", "with", "for"]\n'
        '[[rules]]\nname = "together"\nall = ["many", "usual"]\nwithin = "sentence"\npoints = 1\n'
        "[scoring]\nmatch = 13\nborderline = 12\n"
    )
    return load(raw.encode(), file="large.toml")


def _texts() -> tuple[list[str], str]:
    path = _shared() / "relevance" / "dev.jsonl"
    if path.exists():
        return [json.loads(line)["text"] for line in path.open(encoding="utf-8")], "real items"
    own = packaged("watchlists/russia-dprk-arms.examples.jsonl")
    return [json.loads(line)["text"] for line in own.open(encoding="utf-8")] * 3, "the project's own examples"


def _shared() -> Path:
    return Path(os.environ.get("ARMSWATCH_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"


def _words(texts: Sequence[str]) -> list[str]:
    """The rarest capitalised words and pairs of the texts: what a large watchlist of names looks like."""
    counts: dict[str, int] = {}
    for text in texts:
        for word in re.findall(r"[A-Z]\w{3,}(?: [A-Z]\w{3,})?", text):
            counts[word] = counts.get(word, 0) + 1
    names = sorted(counts, key=lambda word: (counts[word], word))
    return names + [f"Name{number}x" for number in range(max(0, 10_000 - len(names)))]


def _share(texts: Sequence[str], count: int) -> float:
    return sum(len(text.encode()) for text in texts[:count]) / sum(len(text.encode()) for text in texts)


def _best(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best
