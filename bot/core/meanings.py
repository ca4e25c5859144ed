"""What a match means: its direction and its kind, from the sentences that made it."""

from __future__ import annotations

from bot.core.flows import sense
from bot.core.guards import Hit
from bot.core.marks import Mark
from bot.core.readings import Scan
from bot.core.rules import Demand
from bot.core.scoring import Sentence
from bot.core.terms import word_end
from bot.core.watchlists import Watchlist

_WEIGHTS = {"title": 1.5, "lead": 1.2, "body": 1.0, "tail": 0.7}


def longest(watchlist: Watchlist, hits: list[Hit]) -> list[Hit]:
    """The hits (in order) without those that lie inside another hit of the same concept."""
    kept: dict[Hit, None] = {}
    widest: dict[str, Hit] = {}  # by concept: of the hits so far the one that reaches farthest
    terms = watchlist.terms
    for hit in hits:
        concept = terms[hit[2]].concept
        last = widest.get(concept)
        if last is not None:
            if hit[1] <= last[1]:
                continue
            if hit[0] == last[0]:
                del kept[last]
        kept[hit] = None
        widest[concept] = hit
    return list(kept)


class Meaning:
    """Reads direction and kind for one watchlist. Holds no state between items."""

    def __init__(self, watchlist: Watchlist) -> None:
        self.watchlist = watchlist
        named = [watchlist.concepts[term.concept] for term in watchlist.terms]
        self._bit = tuple(1 << concept.bit for concept in named)
        self._stands_for = tuple((c.parties, c.voice, c.goods, c.flow, c.barter, c.back) for c in named)
        self._implies = tuple(frozenset(concept.implies) for concept in named)
        self._parties = tuple(frozenset(concept.parties or ("",)) for concept in named)

    def of(
        self, scan: Scan, chosen: list[Sentence], titles: list[Sentence]
    ) -> tuple[str | None, str | None, list[str]]:
        """Direction (None where fewer than two parties are declared), kind, and the lines of the trace that say why.

        `titles` gave no points, and still say what sort of item it is: "Commentary: …".
        """
        whole = 0
        for sentence in titles:
            whole |= sentence.mask
        told = [*titles, *chosen[:6]]
        parts: list[tuple[str, list[Mark], float]] = []
        for sentence in chosen[:6]:
            whole |= sentence.mask
            hits = [h for h in sentence.hits if self._bit[h[2]] & sentence.mask]
            if not hits:
                continue
            start, end = max(0, hits[0][0] - 60), hits[-1][1] + 40
            marks = [self._mark(scan, hit, start) for hit in self._actors(longest(self.watchlist, hits))]
            parts.append((scan.reading.text[start:end], marks, _WEIGHTS[sentence.where]))
        kinds = [kind for kind in self.watchlist.kinds if kind.demand.met(whole)]
        ranked = sorted(kinds, key=lambda kind: -self._weight_of_kind(kind.demand, kind.points, told))
        kind = ranked[0] if ranked else None
        named = [] if kind is None else [f"kind: {kind.name}"]
        if len(self.watchlist.parties) < 2:
            return None, kind.name if kind else None, named
        if kind is not None and kind.settles:
            return kind.flow, kind.name, [f"direction: {kind.flow}, as in all items of this kind", *named]
        if kind is not None and kind.flow:
            parts.append(("", [Mark(0, 0, flow=kind.flow)], 2.0))
        weighing, usual = (kind.weighs, kind.flow) if kind is not None else (False, "")
        found = sense(parts, tuple(self.watchlist.parties), weighing=weighing, usual=usual)
        more = [f"direction: {found.direction}" + "".join(f", {pair} {value:g}" for pair, value in found.points)]
        more.extend(named)
        return found.direction, kind.name if kind else None, more

    def _actors(self, hits: list[Hit]) -> list[Hit]:
        """The hits without parties that are part of a phrase which only implies them: the "Juche" of "Juche calendar"."""
        implies, parties = self._implies, self._parties
        hiding = [(start, end, implies[number]) for start, end, number in hits if implies[number]]
        if not hiding:
            return hits
        return [
            hit
            for hit in hits
            if not any(
                start <= hit[0] and hit[1] <= end and implied >= parties[hit[2]] for start, end, implied in hiding
            )
        ]

    def _weight_of_kind(self, demand: Demand, points: float, told: list[Sentence]) -> float:
        met = [_WEIGHTS[s.where] for s in told if demand.met(s.mask)]
        return points * (max(met) + 0.05 * sum(met) if met else 0.7)

    def _mark(self, scan: Scan, hit: Hit, offset: int) -> Mark:
        return Mark(hit[0] - offset, word_end(scan.reading.text, hit[1]) - offset, *self._stands_for[hit[2]])
