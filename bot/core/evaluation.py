"""How well a watchlist does on labelled items: precision, recall, F1 per language and length, with every miss named."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.model import Item, Verdict

LENGTHS = (("headline", 0, 160), ("teaser", 160, 600), ("article", 600, 6000), ("long read", 6000, 1 << 60))
"""Names for lengths of title and text together, in code points: [from, below)."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled item. `label` is in, borderline or out; direction `giver>receiver`, both, unclear or ''."""

    id: str
    lang: str
    label: str
    kind: str
    direction: str
    title: str
    text: str

    def item(self) -> Item:
        """The item to judge."""
        return Item(id=self.id, title=self.title, text=self.text, lang=self.lang)

    @property
    def length(self) -> str:
        """Its class of LENGTHS."""
        size = len(self.title) + len(self.text)
        return next(name for name, low, high in LENGTHS if low <= size < high)


@dataclass(frozen=True, slots=True)
class Miss:
    """One item that went wrong: `wrong` is missed, false alarm, borderline as match or direction."""

    example: Example
    verdict: Verdict
    wrong: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one slice. Borderline items count in neither precision nor recall."""

    name: str
    true_match: int = 0
    missed: int = 0
    false_alarm: int = 0
    true_none: int = 0
    borderline: int = 0
    borderline_matched: int = 0
    direction_right: int = 0
    direction_asked: int = 0

    @property
    def precision(self) -> float:
        """Share of the matches that are in; 1 where nothing matched."""
        found = self.true_match + self.false_alarm
        return self.true_match / found if found else 1.0

    @property
    def recall(self) -> float:
        """Share of the in that matched; 1 where there is none."""
        wanted = self.true_match + self.missed
        return self.true_match / wanted if wanted else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def direction(self) -> float:
        """Share of the matched in whose direction is right; 1 where none was asked."""
        return self.direction_right / self.direction_asked if self.direction_asked else 1.0

    @property
    def precision_interval(self) -> tuple[float, float]:
        """95 % Wilson interval of the precision."""
        return wilson(self.true_match, self.true_match + self.false_alarm)

    @property
    def recall_interval(self) -> tuple[float, float]:
        """95 % Wilson interval of the recall."""
        return wilson(self.true_match, self.true_match + self.missed)


@dataclass(frozen=True, slots=True)
class Report:
    """The whole, then each language and length; misses in the order of the examples; digest of the labelled set."""

    whole: Tally
    by_lang: tuple[Tally, ...]
    by_length: tuple[Tally, ...]
    misses: tuple[Miss, ...]
    digest: str
    count: int

    def lines(self) -> tuple[str, ...]:
        """The report as plain lines, for a console."""
        head = (
            f"{self.count} labelled items, digest {self.digest}",
            f"{'':12} {'P':>5} {'R':>5} {'F1':>5}  {'R 95 %':>13}  {'in':>4} {'out':>4}  {'adjacent→match':>14}  {'direction':>9}",
        )
        rows = (self.whole, *self.by_lang, *self.by_length)
        misses = (
            f"{miss.wrong}: {miss.example.id} [{miss.example.lang}] {miss.example.title[:90]}" for miss in self.misses
        )
        return (*head, *map(_row, rows), *misses)


def _row(tally: Tally) -> str:
    low, high = tally.recall_interval
    adjacent = f"{tally.borderline_matched}/{tally.borderline}"
    return (
        f"{tally.name:12} {tally.precision:5.3f} {tally.recall:5.3f} {tally.f1:5.3f}  {low:.3f}–{high:.3f}  "
        f"{tally.true_match + tally.missed:4d} {tally.false_alarm + tally.true_none:4d}  {adjacent:>14}  {tally.direction:9.3f}"
    )


def wilson(hits: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson score interval of hits/total (Wilson 1927); (0, 1) where there is nothing to count."""
    if not total:
        return 0.0, 1.0
    share = hits / total
    centre = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def read_examples(lines: Iterable[str], *, names: dict[str, str] | None = None) -> list[Example]:
    """Labelled examples from JSON lines (id, lang, label, class, direction, title, text).

    `names` maps other spellings of a direction to ours. Raises ValueError with the number of a line that is no
    example.
    """
    found: list[Example] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            direction = row.get("direction") or ""
            label = {"in": "in", "borderline": "borderline", "out": "out"}[row["label"]]
            found.append(
                Example(
                    str(row.get("id", number)),
                    str(row.get("lang", "")),
                    label,
                    str(row.get("class") or ""),
                    (names or {}).get(direction, direction),
                    str(row.get("title", "")),
                    str(row.get("text", "")),
                )
            )
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            wanted = "a JSON object with a label of in, borderline or out"
            raise ValueError(f"line {number}: no labelled example ({error}); expected {wanted}") from error
    return found


def evaluate(examples: Sequence[Example], judge: Callable[[Item], Verdict]) -> Report:
    """The report on labelled examples; `judge` gives the verdict of the watchlist under test on one item."""
    slices: dict[tuple[str, str], dict[str, int]] = {}
    misses: list[Miss] = []
    for example in examples:
        verdict = judge(example.item())
        counted, wrong = _outcome(example, verdict)
        misses.extend(Miss(example, verdict, word) for word in wrong)
        for key in (("", "all"), ("lang", example.lang), ("length", example.length)):
            counts = slices.setdefault(key, {})
            for name in counted:
                counts[name] = counts.get(name, 0) + 1
    tallies = {key: Tally(key[1], **counts) for key, counts in slices.items()}
    order = [name for name, _, _ in LENGTHS]
    return Report(
        whole=tallies.get(("", "all"), Tally("all")),
        by_lang=tuple(tallies[key] for key in sorted(tallies) if key[0] == "lang"),
        by_length=tuple(tallies["length", name] for name in order if ("length", name) in tallies),
        misses=tuple(misses),
        digest=digest(examples),
        count=len(examples),
    )


def _outcome(example: Example, verdict: Verdict) -> tuple[list[str], list[str]]:
    matched = verdict.rank == "match"
    if example.label == "borderline":
        return (["borderline", "borderline_matched"], ["adjacent item as match"]) if matched else (["borderline"], [])
    if example.label == "out":
        return (["false_alarm"], ["false alarm"]) if matched else (["true_none"], [])
    if not matched:
        return ["missed"], [f"missed ({verdict.rank})"]
    counted, wrong = ["true_match"], []
    if example.direction:
        counted.append("direction_asked")
        if verdict.direction == example.direction:
            counted.append("direction_right")
        else:
            wrong.append(f"direction {verdict.direction} instead of {example.direction}")
    return counted, wrong


def digest(examples: Sequence[Example]) -> str:
    """Short sha256 over what was labelled and how, so that a figure names its set."""
    state = hashlib.sha256()
    for example in examples:
        state.update(
            repr((example.id, example.lang, example.label, example.direction, example.title, example.text)).encode(
                "utf-8", "replace"
            )
        )
    return state.hexdigest()[:12]
