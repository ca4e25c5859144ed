"""Grouping into stories: cost of an item beside 1,000 to 100,000 stored ones, and how well, beside two plain ways."""

from __future__ import annotations

import json
import math
import os
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean
from typing import Literal, TypeVar

from benchmarks._newsroom import Told, newsroom
from benchmarks._plain_grouping import one_story_a_day, tfidf_single_pass
from bot.core.duplicates import Fingerprint, fingerprint
from bot.core.identities import mint
from bot.core.lexicon import Lexicon
from bot.core.matches import Matcher
from bot.core.stories import Assignment, Signature, group, signature
from bot.core.watchlists import load
from bot.jobs.beside import lexicon_beside
from bot.jobs.judge import Judge
from bot.jobs.place import Placer
from bot.model import Article, Claim, Item, Membership, Story
from bot.places import packaged
from bot.store import Store
from bot.store.articles import Judgement

SIZES = (1_000, 10_000, 100_000)
USUAL, CROWDED = 30.0, 10_000.0  # items a day: the subject in its busy years, and a day that never was
WRITTEN = 10_000  # items that are written; what is stored beyond them are their rows again, as of earlier years
PLACED = 300  # items that are measured beside what is stored
ROUNDS = 3
R = TypeVar("R")

Figures = tuple[str, float, float, float]  # what, ms in the mean, ms of the slowest of twenty, MB


def main() -> None:
    """Print ms of CPU an item and MB of memory, then B³ and pairwise F1 on the items grouped by hand."""
    print(f"   CPU of one core; placing: best of {ROUNDS} runs over {PLACED} items that arrive last")
    print(f"   {'stored':>8} {'a day':>7} {'what':<34} {'ms an item':>11} {'slowest 5 %':>12} {'MB':>6}")
    for size, a_day in (*((size, USUAL) for size in SIZES), (10_000, CROWDED)):
        for work in (_place, _group):
            for what, mean, slow, memory in _alone(work, size, a_day):
                shown = f"{slow:9.2f} ms" if slow else ""
                print(f"   {size:>8,} {a_day:>7,.0f} {what:<34} {mean:>8.2f} ms {shown:>12} {memory:>6.0f}")
    _quality()
    _roads()


def _alone(work: Callable[[int, float], R], size: int, a_day: float) -> R:
    """In a process of its own, so that its memory is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, size, a_day).result()


def _place(size: int, a_day: float) -> list[Figures]:
    lexicon = _lexicon()
    written = min(size, WRITTEN)
    told = list(newsroom(written + PLACED, a_day=a_day))
    with tempfile.TemporaryDirectory() as folder, Store.opened(Path(folder) / "watch.db") as store:
        _fill(store, told[:written], lexicon)
        for age in range(1, size // written):
            _age(store, age, timedelta(days=written / a_day))
        placing, saving = [math.inf] * PLACED, [math.inf] * PLACED
        last = told[written:]
        for _ in range(ROUNDS):
            for number, one in enumerate(last):
                started = time.process_time()
                _placed(store, one, lexicon)
                placing[number] = min(placing[number], time.process_time() - started)
        for number, one in enumerate(last):
            found, seal, mark = _placed(store, one, lexicon)
            started = time.process_time()
            store.articles.save(_judgement(one, found, seal, mark), one.item.date)  # type: ignore[arg-type]
            saving[number] = time.process_time() - started
        memory = _memory()
    return [_figures("placing (index, likeness, copies)", placing, memory), _figures("storing it", saving, memory)]


def _figures(what: str, seconds: Sequence[float], memory: float) -> Figures:
    slowest = sorted(seconds)[-len(seconds) // 20 :]
    return what, fmean(seconds) * 1e3, fmean(slowest) * 1e3, memory


def _placed(store: Store, told: Told, lexicon: Lexicon) -> tuple[Assignment, Signature, Fingerprint]:
    item = told.item
    mark, seal = fingerprint(item.title, item.text), signature(item, lexicon)
    return Placer(store=store)(item, seal, mark, _claims(told), item.date), seal, mark  # type: ignore[arg-type]


def _fill(store: Store, told: Sequence[Told], lexicon: Lexicon) -> None:
    """Stored as its author meant it: in the story of its development, a thousand items a transaction."""
    for start in range(0, len(told), 1000):
        with store.connection.write():
            for one in told[start : start + 1000]:
                item = one.item
                mark, seal = fingerprint(item.title, item.text), signature(item, lexicon)
                action: Literal["copy", "joined"] = "copy" if one.copy_of else "joined"
                found = Assignment(action, f"s-{one.development}", copy_of=one.copy_of)
                store.articles.save(_judgement(one, found, seal, mark), item.date)  # type: ignore[arg-type]


def _age(store: Store, age: int, span: timedelta) -> None:
    """What is stored, once more and that much older: other ids, other texts, the same keys."""
    shift = f"-{round(span.total_seconds() * age)} seconds"
    at = "strftime('%Y-%m-%dT%H:%M:%S.000000Z', {0}, :shift)"
    rows = {
        "articles": {"id": "id || :age", "canonical_url": "canonical_url || :age", "published": at, "first_seen": at},
        "members": {"story": "story || :age", "article": "article || :age", "at": at},
        "fingerprints": {"article": "article || :age"},
        "bands": {"band": "band || :age", "article": "article || :age"},
        "signatures": {"article": "article || :age", "story": "story || :age", "at": at},
        "signature_keys": {"article": "article || :age", "at": at},
        "stories": {"id": "id || :age", "founded": at, "latest": at},
        "claims": {"id": "id || :age", "article": "article || :age", "story": "story || :age", "published": at},
        "urls": {"canonical_url": "canonical_url || :age", "article": "article || :age"},
    }
    key = {"articles": "id", "stories": "id", "claims": "id"}
    with store.connection.write() as c:
        for table, changed in rows.items():
            columns = [row["name"] for row in c.rows(f"PRAGMA table_info({table})")]
            values = ", ".join(changed.get(name, name).format(name) for name in columns)
            own = f"{key.get(table, 'article')} NOT LIKE '%.%'"  # of what was written, not of what was aged before
            c.run(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE {own}",
                {"age": f".{age}", "shift": shift},
            )
        c.run(
            """INSERT INTO search (article, title, body) SELECT article || :age, title, body FROM search
               WHERE article NOT LIKE '%.%'""",
            {"age": f".{age}"},
        )


def _judgement(told: Told, found: Assignment, seal: Signature, mark: Fingerprint) -> Judgement:
    item = told.item
    article = Article(
        id=f"a-{item.id}", url="", canonical_url=f"https://paper.example/{item.id}", title=item.title, text=item.text,
        quality="full", published=item.date, first_seen=item.date, text_sha=item.id,
    )  # fmt: skip
    assert item.date is not None
    role = "founder" if found.action in {"new", "follows"} else found.action
    return Judgement(
        article=article,
        verdicts=(),
        story=Story(id=found.story, watchlist="w", title=item.title, founded=item.date, latest=item.date),
        membership=Membership(story=found.story, article=article.id, role=role, copy_of=found.copy_of),  # type: ignore[arg-type]
        signature=seal.to_json(),
        keys=seal.keys(),
        fingerprint=mark.to_bytes().decode(),
        fingerprint_version=mark.version,
        bands=mark.bands,
        claims=_claims(told),
    )


def _claims(told: Told) -> tuple[Claim, ...]:
    who = told.item.title.split(" ")[0]
    return (
        Claim(id=f"c-{told.item.id}", claimant=who, claimant_type="government", status="asserted", direction="dprk>russia"),
    )  # fmt: skip


def _group(size: int, a_day: float) -> list[Figures]:
    lexicon = _lexicon()
    items = [told.item for told in newsroom(size, a_day=a_day)]
    started = time.process_time()
    group(items, lexicon)
    return [("a batch at once (stories --jsonl)", (time.process_time() - started) / size * 1e3, 0.0, _memory())]


def _lexicon() -> Lexicon:
    found = lexicon_beside(packaged("watchlists/russia-dprk-arms.toml"))
    assert found is not None
    return found


def _memory() -> float:
    """The most that this process ever held, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM"))


def _quality() -> None:
    print(f"   {'items':<34} {'grouped by':<26} {'B³ F1':>6} {'pairs F1':>9} {'all B³':>7} {'ms an item':>11}")
    for name, path in _files().items():
        if not path.exists():
            print(f"   {name:<34} not measured: {path} is absent")
            continue
        rows = _rows(path)
        items = [_item(row) for row in rows]
        lexicon = _lexicon()
        ways: dict[str, Callable[[], Sequence[str]]] = {
            "armswatch": lambda: [line.story for line in group(items, lexicon)],  # noqa: B023 -- called in this round
            "TF-IDF single pass": lambda: tfidf_single_pass(items),  # noqa: B023
            "one story a day": lambda: one_story_a_day(items),  # noqa: B023
        }
        for way, work in ways.items():
            started = time.process_time()
            found = work()
            cost = (time.process_time() - started) / len(items) * 1e3
            print(f"   {name:<34} {way:<26} {_shown(rows, found)} {cost:>8.2f} ms")


def _roads() -> None:
    """Articles one by one through match, claims and store beside the batch, in order of time and in shuffled orders."""
    for name, path in _files().items():
        if not path.exists():
            continue
        rows = _rows(path)
        ordered = sorted(rows, key=lambda row: (row["date"], row["id"]))
        found = _live(ordered)
        given = [row for row in ordered if row["id"] in found]
        batch = group([_item(row) for row in given], _lexicon())
        for road, stories in (("one by one", [found[row["id"]] for row in given]), ("as a batch", [line.story for line in batch])):  # fmt: skip
            print(f"   {name:<34} {f'{road}, {len(given)} matches':<26} {_shown(given, stories)}")
        agreement, quality = [], []
        for seed in range(5):
            other = _live(random.Random(seed).sample(ordered, len(ordered)))
            mine = [other[row["id"]] for row in given]
            agreement.append(_b_cubed(mine, [found[row["id"]] for row in given]))
            quality.append(_b_cubed(mine, [row["story"] for row in given]))
        print(
            f"   {name:<34} five shuffled orders       B³ {min(agreement):.3f} to {max(agreement):.3f} against the order of time,"
            f" {min(quality):.3f} to {max(quality):.3f} against the hand"
        )


def _live(rows: Sequence[dict[str, str]]) -> dict[str, str]:
    """The story of each item that matches, as the daemon would place it."""
    path = packaged("watchlists/russia-dprk-arms.toml")
    found: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder, Store.opened(Path(folder) / "watch.db") as store:
        judge = Judge(store=store, matcher=Matcher([load(path.read_bytes(), file=str(path))]), lexicon=_lexicon())
        for row in rows:
            item = _item(row)
            article = Article(
                id=mint("a", item.id), url=item.url, canonical_url=item.url, title=item.title, text=item.text,
                quality="teaser", lang=item.lang, published=item.date, first_seen=item.date,
            )  # fmt: skip
            store.articles.save(judge(article, item.date), item.date)  # type: ignore[arg-type]
        for row in rows:
            story = store.stories.of_article(mint("a", row["id"]))
            if story is not None:
                found[row["id"]] = story.id
    return found


def _files() -> dict[str, Path]:
    shared = Path(os.environ.get("ARMSWATCH_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"
    own = Path(__file__).resolve().parents[1] / "tests" / "data"
    files = {"real items, grouped by hand": shared / "stories" / "dev.jsonl"}
    return files | {
        f"written: {path.stem.removeprefix('stories_')}": path for path in sorted(own.glob("stories_*.jsonl"))
    }


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _shown(rows: Sequence[dict[str, str]], found: Sequence[str]) -> str:
    """B³ F1 and pairwise F1 of reports, B³ F1 of everything."""
    reports = [
        n
        for n, row in enumerate(rows)
        if not row["story"].endswith("-roundup") and "offtopic" not in (row["note"] or "")
    ]
    gold = [row["story"] for row in rows]
    some, meant = [found[n] for n in reports], [gold[n] for n in reports]
    return f"{_b_cubed(some, meant):>6.3f} {_pairs(some, meant):>9.3f} {_b_cubed(found, gold):>7.3f}"


def _item(row: dict[str, str]) -> Item:
    date = datetime.fromisoformat(row["date"])
    return Item(
        id=row["id"], title=row["title"], text=row["text"], url=row.get("url", ""), lang=row["lang"],
        date=date if date.tzinfo else date.replace(tzinfo=UTC),
    )  # fmt: skip


def _b_cubed(found: Sequence[str], gold: Sequence[str]) -> float:
    precision = recall = 0.0
    for a, b in zip(found, gold, strict=True):
        common = sum(1 for c, d in zip(found, gold, strict=True) if (c, d) == (a, b))
        precision += common / found.count(a)
        recall += common / gold.count(b)
    return 2 * precision * recall / (precision + recall) / len(gold)


def _pairs(found: Sequence[str], gold: Sequence[str]) -> float:
    mine = {pair for pair in combinations(range(len(gold)), 2) if found[pair[0]] == found[pair[1]]}
    theirs = {pair for pair in combinations(range(len(gold)), 2) if gold[pair[0]] == gold[pair[1]]}
    return 2 * len(mine & theirs) / (len(mine) + len(theirs)) if mine or theirs else 1.0
