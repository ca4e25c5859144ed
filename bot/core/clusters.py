"""Average-linkage clustering of a sparse graph: the same groups for any order of the input, no chains, no giant."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence

STRAGGLER = 0.12  # mean likeness from which a single item joins a full cluster
FULL = 3  # members that make a cluster full


def clusters(
    size: int,
    edges: Iterable[tuple[int, int, float]],
    threshold: float,
    *,
    times: Sequence[float | None] | None = None,
    span: float = math.inf,
) -> list[int]:
    """For each of `size` items the smallest number of its cluster's members.

    Two clusters merge while the mean likeness over all their pairs is above `threshold`, the likest first; a pair
    without an edge counts as 0. So one item that touches two stories cannot join them, and a story cannot grow along
    a chain; no cluster spans more than `span` of the given `times` (None: no time of its own). Ties are broken by
    number. Cost O(E log E) for E edges.
    """
    links: dict[int, dict[int, float]] = {}
    for a, b, value in edges:
        if a != b:
            links.setdefault(a, {})[b] = value
            links.setdefault(b, {})[a] = value
    count = [1] * size
    owner = list(range(size))
    alive = [True] * size
    known = times if times is not None else [None] * size
    low = [math.inf if time is None else time for time in known]
    high = [-math.inf if time is None else time for time in known]
    heap = [
        (-value, a, b, 1, 1)
        for a, others in links.items()
        for b, value in others.items()
        if a < b and value > threshold
    ]
    heapq.heapify(heap)
    while heap:
        _, a, b, count_a, count_b = heapq.heappop(heap)
        if not (alive[a] and alive[b] and count[a] == count_a and count[b] == count_b):
            continue
        if max(high[a], high[b]) - min(low[a], low[b]) > span:
            continue
        low[a], high[a] = min(low[a], low[b]), max(high[a], high[b])
        alive[b] = False
        owner[b] = a
        count[a] += count[b]
        mine, theirs = links[a], links.pop(b)
        mine.pop(b, None)
        for other, value in theirs.items():
            if other == a:
                continue
            far = links[other]
            far.pop(b, None)
            total = mine.get(other, 0.0) + value
            mine[other] = total
            far[a] = total
        for other, total in mine.items():
            mean = total / (count[a] * count[other])
            if mean > threshold:
                one, two = (a, other) if a < other else (other, a)
                heapq.heappush(heap, (-mean, one, two, count[one], count[two]))
    roots = [_root(owner, number) for number in range(size)]
    homes = {
        lone: _home(roots, links[lone], count)
        for lone in range(size)
        if alive[lone] and count[lone] == 1 and lone in links
    }
    for lone, home in homes.items():
        roots[lone] = home if home is not None else lone
    least: dict[int, int] = {}
    for number, root in enumerate(roots):
        least.setdefault(root, number)
    return [least[root] for root in roots]


def _home(roots: list[int], near: dict[int, float], count: list[int]) -> int | None:
    """The full cluster that a single item straggles behind: beside one, a lower mean is enough."""
    mean, home = max(((total / count[roots[other]], -roots[other]) for other, total in near.items()), default=(0.0, 0))
    return -home if mean > STRAGGLER and count[-home] >= FULL else None


def _root(owner: list[int], number: int) -> int:
    root = number
    while owner[root] != root:
        root = owner[root]
    while owner[number] != root:
        owner[number], number = root, owner[number]
    return root
