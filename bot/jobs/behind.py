"""Who stands behind a stored story: its outlets as families, the agencies whose text they print, the newsrooms that wrote."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.publishers import Carriage, Carrier, Publishers, carriage
from bot.store import Store
from bot.store.stories import Sighting

NOBODY = Publishers((), (), {}, {}, ())
"""No file of families: every registrable domain, else every name, is an outlet of its own."""


@dataclass(frozen=True, slots=True)
class Behind:
    """The carriage of one story, the first sighting of each family, and what hangs on it without counting; first seen first."""

    carriage: Carriage
    first: tuple[Sighting, ...]
    hangs: tuple[Sighting, ...]


def behind(store: Store, story: str, publishers: Publishers) -> Behind:
    """Who carries a story; the same text under another address is a copy, whoever prints it."""
    carriers: list[Carrier] = []
    first: dict[str, Sighting] = {}
    seen: set[str] = set()
    sightings = store.stories.sightings(story)
    for one in sightings:
        if one.role == "also":
            continue
        family = publishers.family(one.url, one.outlet)
        again = one.article in seen
        carriers.append(
            Carrier(
                article=f"{one.article} {one.url}" if again else one.article,
                family=family,
                wire=one.wire,
                copy_of=one.article if again else one.copy_of,
            )
        )
        seen.add(one.article)
        first.setdefault(family or one.article, one)
    hangs = tuple(one for one in sightings if one.role == "also")
    return Behind(carriage(carriers, publishers.wires), tuple(first.values()), hangs)
