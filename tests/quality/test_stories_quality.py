"""How well items are grouped: pinned floors on real items grouped by hand, and on written ones in ten languages.

B³ and pairwise F1 as the data's README defines them. The weights of `core.likeness` were fitted on three hand-grouped
sets, this one among them; fitted on the other two, this one measures 0.89, 0.80 and 0.91 (reports, their pairs,
everything), and fitted on one half of it the other half measures 0.85 to 0.91. The floors stand a little under what is
measured with the shipped weights, and may only rise.
"""

from __future__ import annotations

import json
import os
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from bot.core.duplicates import Fingerprint, fingerprint
from bot.core.lexicon import Lexicon
from bot.core.lexicon import load as load_lexicon
from bot.core.signatures import Signature
from bot.core.stories import Candidate, assign, group, signature
from bot.model import Item

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("ARMSWATCH_SHARED", ROOT / ".." / "shared"))
DEV = SHARED / "data" / "stories" / "dev.jsonl"
WRITTEN = ROOT / "tests" / "data" / "crosslingual.jsonl"
LEXICON = ROOT / "watchlists" / "russia-dprk-arms.lexicon.toml"

real = pytest.mark.skipif(not DEV.exists(), reason="real data folder ../shared is absent")

Row = dict[str, Any]


def rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def items(given: Sequence[Row]) -> list[Item]:
    found = []
    for row in given:
        date = datetime.fromisoformat(row["date"])
        found.append(
            Item(
                id=row["id"],
                title=row["title"],
                text=row["text"],
                url=row.get("url", ""),
                date=date if date.tzinfo else date.replace(tzinfo=UTC),
                lang=row["lang"],
                outlet=row.get("outlet", ""),
            )
        )
    return found


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load_lexicon(LEXICON.read_bytes(), file=LEXICON.name)


def b_cubed(found: Sequence[str], gold: Sequence[str]) -> float:
    """F1 of B³ over all items."""
    mine, theirs = defaultdict(set), defaultdict(set)
    for number, (a, b) in enumerate(zip(found, gold, strict=True)):
        mine[a].add(number)
        theirs[b].add(number)
    precision = recall = 0.0
    for a, b in zip(found, gold, strict=True):
        common = len(mine[a] & theirs[b])
        precision += common / len(mine[a])
        recall += common / len(theirs[b])
    precision, recall = precision / len(gold), recall / len(gold)
    return 2 * precision * recall / (precision + recall)


def pairwise(found: Sequence[str], gold: Sequence[str]) -> tuple[float, float, float]:
    """Precision, recall and F1 over all pairs of items that are together."""
    mine = {pair for pair in combinations(range(len(gold)), 2) if found[pair[0]] == found[pair[1]]}
    theirs = {pair for pair in combinations(range(len(gold)), 2) if gold[pair[0]] == gold[pair[1]]}
    common = len(mine & theirs)
    precision = common / len(mine) if mine else 1.0
    recall = common / len(theirs) if theirs else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if common else 0.0


def is_report(row: Row) -> bool:
    return not row["story"].endswith("-roundup") and "offtopic" not in (row["note"] or "")


def measured(given: Sequence[Row], found: Sequence[str]) -> tuple[float, float, float]:
    """(B³ of reports, pairwise F1 of reports, B³ of everything)."""
    reports = [number for number, row in enumerate(given) if is_report(row)]
    gold = [row["story"] for row in given]
    some = [found[number] for number in reports], [gold[number] for number in reports]
    return b_cubed(*some), pairwise(*some)[2], b_cubed(found, gold)


class Arrivals:
    """Items that arrive one by one, with the candidates that a store would hand back."""

    def __init__(self, lexicon: Lexicon | None) -> None:
        self.lexicon = lexicon
        self.story: dict[str, str] = {}
        self.members: dict[str, list[Signature]] = defaultdict(list)
        self.times: dict[str, list[datetime]] = defaultdict(list)
        self.prints: dict[str, list[tuple[str, datetime | None, Fingerprint]]] = defaultdict(list)

    def add(self, item: Item) -> None:
        mine, mark = signature(item, self.lexicon), fingerprint(item.title, item.text)
        told = assign(item, mine, [self._candidate(story, mine, mark) for story in self.times], print_=mark)
        for merged in told.merges:
            stores: tuple[dict[str, list[Any]], ...] = (self.members, self.times, self.prints)
            for kept in stores:
                kept[told.story] = [*kept.get(told.story, []), *kept.pop(merged, [])]
            self.story.update({one: told.story for one, story in self.story.items() if story == merged})
        self.story[item.id] = told.story
        assert item.date is not None
        self.times[told.story].append(item.date)
        self.prints[told.story].append((item.id, item.date, mark))
        if told.action not in {"copy", "also"}:
            self.members[told.story].append(mine)
            self.members[told.story].sort(key=lambda one: str(one.when))

    def _candidate(self, story: str, mine: Signature, mark: Fingerprint) -> Candidate:
        wanted = set(mine.keys())
        members = self.members[story]
        near = any(wanted & set(member.keys()) for member in members)
        bands = set(mark.bands)
        prints = tuple(entry for entry in self.prints[story] if bands & set(entry[2].bands))
        times = self.times[story]
        return Candidate(story, min(times), max(times), tuple(members) if near else (), prints)


def arrived(given: Sequence[Item], lexicon: Lexicon | None) -> dict[str, str]:
    world = Arrivals(lexicon)
    for item in given:
        world.add(item)
    return world.story


@real
@pytest.mark.shared
@pytest.mark.parametrize("with_lexicon", [True, False])
def test_real_items_are_grouped_as_a_reader_would(lexicon, with_lexicon):
    given = rows(DEV)
    lines = group(items(given), lexicon if with_lexicon else None)
    reports, pairs, everything = measured(given, [line.story for line in lines])
    assert reports >= 0.87, f"B³ F1 of reports fell to {reports:.3f} (measured 0.89)"
    assert pairs >= 0.78, f"pairwise F1 of reports fell to {pairs:.3f} (measured 0.81)"
    assert everything >= 0.88, f"B³ F1 of all items fell to {everything:.3f} (measured 0.90)"


@real
@pytest.mark.shared
def test_copies_of_real_items_are_found_and_no_others(lexicon):
    given = rows(DEV)
    lines = group(items(given), lexicon)
    found = [line.copy_of or line.id for line in lines]
    gold = [row["copy"] or row["id"] for row in given]
    precision, recall, _ = pairwise(found, gold)
    assert precision >= 0.98
    assert recall >= 0.95


@real
@pytest.mark.shared
def test_real_items_that_arrive_one_by_one_in_any_order_give_nearly_the_same_stories(lexicon):
    given = rows(DEV)
    all_items = sorted(items(given), key=lambda one: (str(one.date), one.id))
    in_order = arrived(all_items, lexicon)
    gold = {row["id"]: row["story"] for row in given}
    assert b_cubed([in_order[row["id"]] for row in given], [gold[row["id"]] for row in given]) >= 0.86
    ids = [one.id for one in all_items]
    agreement = []
    for seed in range(4):
        shuffled = random.Random(seed).sample(all_items, len(all_items))
        other = arrived(shuffled, lexicon)
        agreement.append(b_cubed([other[one] for one in ids], [in_order[one] for one in ids]))
    assert min(agreement) >= 0.88, f"measured 0.90 to 0.95, now {agreement}"


@real
@pytest.mark.shared
def test_a_batch_of_real_items_does_not_depend_on_the_order_of_its_lines(lexicon):
    given = items(rows(DEV))
    expected = {line.id: line.story for line in group(given, lexicon)}
    shuffled = random.Random(3).sample(given, len(given))
    found = {line.id: line.story for line in group(shuffled, lexicon)}
    assert b_cubed([found[one.id] for one in given], [expected[one.id] for one in given]) >= 0.98


@pytest.mark.parametrize("with_lexicon", [True, False])
def test_one_development_is_one_story_in_ten_languages(lexicon, with_lexicon):
    given = rows(WRITTEN)
    assert len(given) >= 30
    lines = group(items(given), lexicon if with_lexicon else None)
    found, gold = [line.story for line in lines], [row["story"] for row in given]
    assert b_cubed(found, gold) >= 0.97
    assert pairwise(found, gold)[2] >= 0.95


def test_written_items_that_arrive_in_any_order_give_nearly_the_same_stories(lexicon):
    given = rows(WRITTEN)
    gold = [row["story"] for row in given]
    for seed in range(4):
        shuffled = random.Random(seed).sample(items(given), len(given))
        found = arrived(shuffled, lexicon)
        assert b_cubed([found[row["id"]] for row in given], gold) >= 0.95


@pytest.mark.parametrize(("name", "floors"), [("busy", (0.90, 0.87, 0.90)), ("fresh", (0.97, 0.95, 0.97))])
def test_items_written_before_they_were_ever_grouped_are_grouped_as_they_were_meant(lexicon, name, floors):
    # "busy" is a summit in ten languages: its first 80 items measured 0.90, 0.87 and 0.91 before German, French, Spanish and
    # Ukrainian words were added for it. "fresh" is two years of developments: 1.0 thrice at the first run.
    given = rows(WRITTEN.with_name(f"stories_{name}.jsonl"))
    lines = group(items(given), lexicon)
    assert all(
        found >= floor for found, floor in zip(measured(given, [line.story for line in lines]), floors, strict=True)
    )
