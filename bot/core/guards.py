"""Which hits of a watchlist's terms count: case, script, masks, neighbours, and words that are weak alone."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate

from bot.core.readings import Scan
from bot.core.watchlists import Watchlist

NEAR = 200  # code points within which `needs` and `unless` look for the other concept
_MOST_HITS = 20_000  # of one watchlist in one item: a text of nothing but terms must stay cheap

Hit = tuple[int, int, int]  # start and end in Reading.text, number of the term in its watchlist


class Guards:
    """The guards of one watchlist's terms, compiled."""

    def __init__(self, watchlist: Watchlist) -> None:
        concepts = watchlist.concepts
        self._terms = watchlist.terms
        self._bit = tuple(1 << concepts[term.concept].bit for term in watchlist.terms)
        self._spelled = frozenset(n for n, t in enumerate(watchlist.terms) if t.script or t.cased)
        self._guarded = frozenset(n for n, t in enumerate(watchlist.terms) if t.needs or t.unless)
        self._needs = tuple(sum(1 << concepts[n].bit for n in t.needs) for t in watchlist.terms)
        self._unless = tuple(sum(1 << concepts[n].bit for n in t.unless) for t in watchlist.terms)
        self._weak = frozenset(n for n, t in enumerate(watchlist.terms) if t.weak)
        self._hiding = frozenset(n for n, t in enumerate(watchlist.terms) if concepts[t.concept].mask)

    def kept(self, scan: Scan, hits: list[Hit]) -> list[Hit]:
        """The hits that pass case, script, masks, neighbours and the rule for weak terms, in order."""
        kept = sorted(hits[:_MOST_HITS])
        numbers = {hit[2] for hit in kept}
        if numbers & self._spelled:
            kept = [hit for hit in kept if hit[2] not in self._spelled or self._as_spelled(scan, hit)]
        if not numbers.isdisjoint(self._hiding):
            kept = self._unmasked(kept)
        if numbers & self._guarded:
            kept = [hit for hit in kept if hit[2] not in self._guarded or self._allowed(hit, kept)]
        return kept if numbers.isdisjoint(self._weak) else self._not_only_weak(kept)

    def _as_spelled(self, scan: Scan, hit: Hit) -> bool:
        """Whether a term that asks for a script or for capitals has them here."""
        term = self._terms[hit[2]]
        if term.script and not scan.written_in(term.script):
            return False
        if term.cased:
            start, end = scan.reading.span(hit[0], hit[1])
            return scan.joined[start:end].startswith(term.cased)
        return True

    def _unmasked(self, hits: list[Hit]) -> list[Hit]:
        hiding = self._hiding
        hidden = [(hit[0], hit[1]) for hit in hits if hit[2] in hiding]
        starts = [start for start, _ in hidden]
        ends = list(accumulate((end for _, end in hidden), max))  # how far all up to this one reach

        def covered(hit: Hit) -> bool:
            at = bisect_left(starts, hit[1])
            while at and ends[at - 1] > hit[0]:
                at -= 1
                start, end = hidden[at]
                if hit[0] < end and end - start >= hit[1] - hit[0]:
                    return True
            return False

        return [hit for hit in hits if hit[2] in hiding or not covered(hit)]

    def _allowed(self, hit: Hit, hits: list[Hit]) -> bool:
        near = 0
        at = bisect_left(hits, (hit[0] - NEAR, 0, 0))
        while at < len(hits) and hits[at][0] <= hit[1] + NEAR:
            if hits[at] is not hit:
                near |= self._bit[hits[at][2]]
            at += 1
        needs, unless = self._needs[hit[2]], self._unless[hit[2]]
        return (not needs or bool(near & needs)) and not near & unless

    def _not_only_weak(self, hits: list[Hit]) -> list[Hit]:
        terms = self._terms
        weak: dict[int, set[str]] = {}
        strong = 0
        for _, _, number in hits:
            if terms[number].weak:
                weak.setdefault(self._bit[number], set()).add(terms[number].anchor)
            else:
                strong |= self._bit[number]
        dropped = sum(bit for bit, anchors in weak.items() if not bit & strong and len(anchors) < 2)
        return [h for h in hits if not (terms[h[2]].weak and self._bit[h[2]] & dropped)] if dropped else hits
