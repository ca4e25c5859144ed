"""Watchlists × item → verdicts with evidence, or a trace of why not; one automaton pass for all watchlists."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.automata import Automaton
from bot.core.guards import Hit
from bot.core.judging import Judge
from bot.core.necessities import keys
from bot.core.readings import HEAD, TAIL, Scan
from bot.core.terms import Term
from bot.core.text import fold, read
from bot.core.watchlists import Watchlist
from bot.model import Item, Verdict

__all__ = ["HEAD", "TAIL", "Matcher"]

_OWNER = 24  # bits of a label below those of the watchlist's number: its term
_TERM = (1 << _OWNER) - 1


class Matcher:
    """Judges items against watchlists. Built once; holds nothing of an item, so threads may share it."""

    def __init__(self, watchlists: Sequence[Watchlist]) -> None:
        self.watchlists = tuple(watchlists)
        terms: list[Term] = []
        labels: list[int] = []
        self._judges = tuple(Judge(watchlist) for watchlist in self.watchlists)
        for number, watchlist in enumerate(self.watchlists):
            seen: set[tuple[object, ...]] = set()
            for place, term in enumerate(watchlist.terms):
                # The same word stands in the lists of several languages: it is looked for once.
                if term.key not in seen:
                    seen.add(term.key)
                    labels.append(number << _OWNER | place)
                    terms.append(term)
        self._automaton = Automaton(terms, labels)
        # Most news holds nothing that a watchlist needs: a small automaton, which fits into a processor's cache, sees that first.
        needed = [keys(watchlist) for watchlist in self.watchlists]
        self._missing = tuple(one and one.missing for one in needed)
        rows = [(number, term) for number, one in enumerate(needed) if one for term in one.terms]
        self._keys = Automaton([term for _, term in rows], [number for number, _ in rows], swift=True)

    def verdicts(self, item: Item, *, trace: bool = False) -> tuple[Verdict, ...]:
        """One verdict per watchlist, best first. Reads the first 200,000 and the last 20,000 characters of a text.

        With `trace`, a verdict "none" always says what the item does hold; else only where nothing that is needed is missing.
        """
        scan = Scan(item.title, item.text)
        opened = set() if trace else self._keys.opened(scan.reading, len(self.watchlists))
        shut = [None if trace or number in opened else missing for number, missing in enumerate(self._missing)]
        shares = self._shares(self._automaton.hits(scan.reading) if None in shut else [])
        found = [
            judge.verdict(scan, hits) if missing is None else judge.shut(scan, missing)
            for judge, hits, missing in zip(self._judges, shares, shut, strict=True)
        ]
        order = {"match": 0, "borderline": 1, "none": 2}
        return tuple(sorted(found, key=lambda verdict: (order[verdict.rank], -verdict.score)))

    def hanging(self, item: Item) -> tuple[bool, tuple[Term, ...], tuple[Term, ...]]:
        """Of the first watchlist: whether the item is a match, its terms there, and those that this rests on.

        It rests on a term if the verdict is the other one without it.
        """
        scan, judge, terms = Scan(item.title, item.text), self._judges[0], self.watchlists[0].terms
        hits = self._shares(self._automaton.hits(scan.reading))[0]
        matched = judge.verdict(scan, hits).rank == "match"
        found = dict.fromkeys(term for _, _, term in hits)
        turning = (
            terms[without]
            for without in found
            if (judge.verdict(scan, [hit for hit in hits if hit[2] != without]).rank == "match") != matched
        )
        return matched, tuple(terms[number] for number in found), tuple(turning)

    def gate(self, title: str, summary: str) -> bool:
        """Whether a title and summary name one party or one piece of goods of any watchlist (decision 23's wide gate)."""
        reading = read(fold(f"{title}\n{summary[:HEAD]}"))
        shares = self._shares(self._automaton.hits(reading))
        return any(judge.opens(hit[2]) for judge, hits in zip(self._judges, shares, strict=True) for hit in hits)

    def _shares(self, hits: list[Hit]) -> list[list[Hit]]:
        """The hits of each watchlist, with its own numbers for its terms."""
        if len(self._judges) == 1:
            return [hits]
        shares: list[list[Hit]] = [[] for _ in self._judges]
        for start, end, label in hits:
            shares[label >> _OWNER].append((start, end, label & _TERM))
        return shares
