"""Which labelled items hang on one term that no other item needs: rules that are memories of an example, not knowledge.

Good and Turing: the share of items whose verdict rests on something seen once estimates the share of unseen items that
will meet something not seen at all (Good 1953, "The population frequencies of species").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.core.evaluation import Example
from bot.core.terms import Term
from bot.model import Item

Hanging = Callable[[Item], tuple[bool, tuple[Term, ...], tuple[Term, ...]]]
"""(whether it matches, the terms found in it, those without any one of which the verdict turns): `Matcher.hanging`."""


@dataclass(frozen=True, slots=True)
class Thread:
    """One item and the term that it alone hangs on; `only` where the term stands in no other labelled item at all."""

    example: Example
    term: Term
    only: bool


@dataclass(frozen=True, slots=True)
class Fragility:
    """Of `right` items of a label that were judged rightly: those that hang on some one term, and the threads."""

    label: str
    right: int
    hanging: int
    threads: tuple[Thread, ...]

    @property
    def alone(self) -> int:
        """Items that hang on a term which no other item hangs on."""
        return len({thread.example.id for thread in self.threads})

    @property
    def memorised(self) -> int:
        """Items that hang on a term which stands in no other item."""
        return len({thread.example.id for thread in self.threads if thread.only})

    def lines(self) -> tuple[str, ...]:
        """For a console: the counts, the estimate between its two bounds, and each memorised item with its term."""
        if not self.right:
            return ()
        error = "missed" if self.label == "in" else "false alarms"
        head = (
            f"{self.label}: {self.right} judged rightly, {self.hanging} hang on one term, {self.alone} on one that no other "
            f"needs, {self.memorised} on one that stands nowhere else; expect {self.memorised / self.right:.3f} to "
            f"{self.alone / self.right:.3f} {error} on unseen items"
        )
        rows = (
            f"  {thread.example.id} [{thread.example.lang}] {thread.term.concept}: {thread.term.written!r}"
            for thread in self.threads
            if thread.only
        )
        return head, *rows


def fragility(examples: Sequence[Example], hanging: Hanging) -> tuple[Fragility, Fragility]:
    """The fragility of the items labelled in and of those labelled out; borderline items are left aside."""
    found: dict[str, int] = {}
    needed: dict[str, list[tuple[Example, Term]]] = {}
    right = {"in": 0, "out": 0}
    thin: dict[str, set[str]] = {"in": set(), "out": set()}
    for example in examples:
        matched, terms, turning = hanging(example.item())
        for key in {_key(term) for term in terms}:
            found[key] = found.get(key, 0) + 1
        if example.label == "borderline" or matched != (example.label == "in"):
            continue
        right[example.label] += 1
        for term in turning:
            thin[example.label].add(example.id)
            needed.setdefault(_key(term), []).append((example, term))
    threads = [Thread(*rows[0], only=found[key] == 1) for key, rows in needed.items() if len(rows) == 1]
    return tuple(  # type: ignore[return-value]  # two labels, two values
        Fragility(label, right[label], len(thin[label]), tuple(t for t in threads if t.example.label == label))
        for label in ("in", "out")
    )


def _key(term: Term) -> str:
    return f"{term.concept} {term.lang} {term.written}"
