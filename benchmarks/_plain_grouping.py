"""Two plain ways to group items, as baselines: TF-IDF in a single pass, and one story a day."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from bot.model import Item

LIKE, REACH = (
    0.12,
    36.0,
)  # cosine to join a group, and hours since its last item: the best of 21 pairs on the real items
_WORDS = re.compile(r"\w+")


def tfidf_single_pass(items: Sequence[Item]) -> list[str]:
    """Each item, in order of time, joins the group whose mean vector it is likest to, or founds one."""
    words = [Counter(_WORDS.findall(f"{item.title} {item.text}".lower())) for item in items]
    documents = Counter(word for counts in words for word in counts)
    vectors = [_unit({w: n * math.log(len(items) / documents[w]) for w, n in counts.items()}) for counts in words]
    found = [""] * len(items)
    groups: list[tuple[str, float, dict[str, float]]] = []
    for number in sorted(range(len(items)), key=lambda n: (_hours(items[n]), n)):
        mine, at = vectors[number], _hours(items[number])
        best, place = LIKE, -1
        for index, (_, last, mean) in enumerate(groups):
            if at - last <= REACH:
                unit = _unit(mean)
                cosine = sum(value * unit.get(word, 0.0) for word, value in mine.items())
                if cosine > best:
                    best, place = cosine, index
        if place < 0:
            groups.append((items[number].id, at, dict(mine)))
        else:
            name, _, mean = groups[place]
            for word, value in mine.items():
                mean[word] = mean.get(word, 0.0) + value
            groups[place] = (name, at, mean)
        found[number] = groups[place][0]
    return found


def one_story_a_day(items: Sequence[Item]) -> list[str]:
    """Everything of one day (UTC) is one story."""
    return [item.date.date().isoformat() if item.date else "undated" for item in items]


def _unit(vector: dict[str, float]) -> dict[str, float]:
    norm = math.sqrt(sum(value * value for value in vector.values())) or 1.0
    return {word: value / norm for word, value in vector.items()}


def _hours(item: Item) -> float:
    return item.date.timestamp() / 3600 if item.date else 0.0
