"""What a watchlist demands of an article: concepts, rules, cancels, streams and kinds, as values over bit masks.

Every concept of a watchlist is one bit; a sentence is the set of bits found in it, so that a rule costs a few
machine words. `Demand` is the shape that rules, cancels, streams and kinds share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.terms import Term

FIELDS = ("title", "lead", "body", "tail")
WITHIN = ("sentence", "sentences", "paragraph", "title", "front", "item")
"""Where all concepts of a rule must meet: one sentence, two in a row, one paragraph, the title, title and lead, anywhere."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Every group of `all` has a concept present, and none of `none` is."""

    all: tuple[int, ...] = ()  # each a mask of alternatives
    none: int = 0
    words: tuple[tuple[str, ...], ...] = ()  # the same groups as written, for the trace
    used: int = field(init=False, default=0, compare=False)  # all concepts that the demand asks for

    def __post_init__(self) -> None:
        used = 0
        for group in self.all:
            used |= group
        object.__setattr__(self, "used", used)

    def met(self, mask: int) -> bool:
        """Whether a window with these concepts meets the demand."""
        if mask & self.none:
            return False
        for group in self.all:  # noqa: SIM110 - the hottest line of the matcher: a generator costs twice
            if not mask & group:
                return False
        return True

    def held(self, mask: int) -> bool:
        """Whether a window with these concepts has what the demand asks for, whatever it must not have."""
        for group in self.all:  # noqa: SIM110 - hot
            if not mask & group:
                return False
        return True


@dataclass(frozen=True, slots=True)
class Rule:
    """Points for a window that meets the demand; `reach` is the most words between the concepts, 0 for any.

    `firm`, two groups, asks more of a wide window: a word of the first in one sentence with one of the second, or two
    separate mentions of the first. Words far apart that merely all occur say little.
    """

    name: str
    demand: Demand
    within: str
    points: float
    fields: tuple[str, ...] = FIELDS
    reach: int = 0
    firm: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Cancel:
    """In a sentence that meets the demand, the concepts of `drop` do not count. Only that sentence is touched."""

    name: str
    demand: Demand
    drop: int


@dataclass(frozen=True, slots=True)
class Stream:
    """An adjacent stream of borderline items and the leg that it lacks, in words for the reader."""

    name: str
    label: str
    missing: str
    demand: Demand
    within: str = "item"
    fields: tuple[str, ...] = FIELDS


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of match: what its evidence sentences hold; the first kind with the most points wins."""

    name: str
    label: str
    demand: Demand
    points: float = 1.0
    flow: str = ""
    weighs: bool = False  # such items weigh both sides: goods of both flows make the direction `both`
    settles: bool = False  # `flow` is the direction of such items, whatever else their sentences hold


@dataclass(frozen=True, slots=True)
class Concept:
    """A named group of terms. `parties` are those it stands for, `voice` is give or take, `flow` a usual way."""

    name: str
    label: str
    bit: int
    parties: tuple[str, ...] = ()
    voice: str = ""
    flow: str = ""
    mask: bool = False  # its hits hide other concepts' hits that they overlap: phrases that are not what they look like
    barter: bool = False  # payment in kind: with it, goods may flow both ways
    back: bool = False  # the way back: goods of both flows beside it are told both ways
    goods: bool = False  # what is given and received: an owner in front of it is its giver
    implies: tuple[str, ...] = ()  # parties that it stands in for at the gate, without being an actor of the sentence


@dataclass(frozen=True, slots=True)
class Scoring:
    """Points become ranks: `match` and `borderline` are the points needed; the rest weighs where a sentence stands."""

    match: float = 10.0
    borderline: float = 4.0
    title: float = 3.0
    lead: float = 2.0
    body: float = 1.0
    tail: float = 0.5
    lead_chars: int = 500  # of the text, for what counts as lead
    body_chars: int = 6000  # texts longer than this share out their body points
    most: int = 3  # sentences that count in each field
    tail_share: float = 0.2  # of a text longer than body_chars

    def weight(self, where: str) -> float:
        """The weight of a field."""
        return {"title": self.title, "lead": self.lead, "body": self.body, "tail": self.tail}[where]


@dataclass(frozen=True, slots=True)
class Watchlist:
    """One checked watchlist. `hash` is the short sha256 of the file's bytes; `labels` name concepts for readers."""

    name: str
    title: str
    hash: str
    labels: Mapping[str, str]
    parties: Mapping[str, str]  # id → label, in the order of the file
    concepts: Mapping[str, Concept]
    groups: Mapping[str, tuple[str, ...]]
    terms: tuple[Term, ...]
    rules: tuple[Rule, ...]
    cancels: tuple[Cancel, ...] = ()
    streams: tuple[Stream, ...] = ()
    kinds: tuple[Kind, ...] = ()
    scoring: Scoring = field(default_factory=Scoring)
    seeds: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    about: str = ""
    file: str = ""

    def members(self, name: str) -> tuple[str, ...]:
        """The concepts that a name stands for: itself, or the members of the group."""
        return self.groups.get(name, (name,))

    def naming(self, party: str) -> frozenset[str]:
        """The concepts by which a text names a party: without one for each party it is not judged."""
        return frozenset(name for name, one in self.concepts.items() if party in (*one.parties, *one.implies))

    def named_by(self, party: str) -> int:
        """The same as bits: a set of concepts that shares none of them does not name the party."""
        return sum(1 << self.concepts[name].bit for name in self.naming(party))
