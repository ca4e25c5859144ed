"""How likely it is that two items report the same development, and why: one score in 0–1 from nine plain observations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from operator import mul

from bot.core.signatures import TELLING, Signature

REACH = timedelta(hours=72)  # items further apart in time never report one development
REACH_DAYS = REACH.total_seconds() / 86_400
UNDATED = 1.5  # days that are assumed between two items of which one has no date
SPOKEN = 0.3  # weight from which somebody counts as the source
MARKED = 0.15  # weight from which a shared feature is worth saying aloud

# Logistic weights, fitted on hand-grouped feed items of 2022–2025 in English, Polish and Korean (half of them not part of
# the visible development file); see docs/why for the figures. Days are days; shares are 0–1.
BIAS = -2.1
DAYS, DAYS2 = -2.6, -0.1
SHARE, COSINE, WORDS, FIGURES = 7.3, -2.0, 5.5, 2.35
OTHER_LANGUAGE, SPEAKER, THIN = 1.3, 0.83, -1.5
LEAST_OVERLAP = 0.3  # shared weight from which a pair is worth a comparison
THIN_BELOW = 0.45  # shared weight under which two items have next to nothing in common


@dataclass(frozen=True, slots=True)
class Profile:
    """A signature made ready for comparing; `profile` builds one."""

    weights: dict[str, float]
    concepts: float  # sum of the concepts' weights
    concept_norm: float
    norm: float
    speakers: frozenset[str]
    lang: str
    start: float  # hours
    end: float
    dated: bool


def profile(signature: Signature) -> Profile:
    """The profile of a signature."""
    weights = dict(signature.features)
    concepts = [value for name, value in weights.items() if name[1] != ":"]
    start = signature.when.timestamp() / 3600 if signature.when else 0.0
    return Profile(
        weights=weights,
        concepts=sum(concepts),
        concept_norm=math.sqrt(sum(value * value for value in concepts)),
        norm=math.sqrt(sum(value * value for value in weights.values())),
        speakers=frozenset(name for name, value in weights.items() if name.startswith("says:") and value >= SPOKEN),
        lang=signature.lang,
        start=start,
        end=start + 24 if signature.whole_day else start,
        dated=signature.when is not None,
    )


_profile = lru_cache(maxsize=20_000)(profile)


def days_apart(a: Profile, b: Profile) -> float:
    """Days between two items, 0 where a date without a time may be the same moment; 1.5 where one has no date."""
    if not a.dated or not b.dated:
        return UNDATED
    return max(0.0, b.start - a.end, a.start - b.end) / 24


def observations(left: Profile, right: Profile, days: float) -> tuple[float, ...]:
    """What the score is made of, in the order of the weights: days, days squared, concept share, concept cosine,
    word cosine, figures, other language, speaker, thin.
    """
    small, large = (left, right) if len(left.weights) <= len(right.weights) else (right, left)
    concepts = words = figures = concept_dot = dot = 0.0
    big = large.weights
    for name, value in small.weights.items():
        other = big.get(name)
        if other is None:
            continue
        least = min(other, value)
        product = value * other
        dot += product
        if name[1] != ":":
            concepts += least
            concept_dot += product
        elif name[0] == "w":
            words += least
        else:
            figures += least
    same = left.lang == right.lang
    shared = concepts + words + figures
    return (
        days,
        days * days,
        concepts / (min(left.concepts, right.concepts) + 1.0),
        concept_dot / (left.concept_norm * right.concept_norm + 1e-6),
        dot / (left.norm * right.norm + 1e-6) if same else 0.0,
        min(figures, 1.5),
        0.0 if same else 1.0,
        1.0 if left.speakers & right.speakers else 0.0,
        1.0 if shared < THIN_BELOW else 0.0,
    )


_WEIGHTS = (DAYS, DAYS2, SHARE, COSINE, WORDS, FIGURES, OTHER_LANGUAGE, SPEAKER, THIN)


def alike(left: Profile, right: Profile, days: float | None = None) -> float:
    """The probability (0–1) that two items report one development; 0 beyond 72 hours. `days` overrides their distance."""
    gap = days_apart(left, right) if days is None else days
    if gap > REACH_DAYS:
        return 0.0
    return 1.0 / (1.0 + math.exp(-BIAS - sum(map(mul, _WEIGHTS, observations(left, right, gap)))))


def likeness(a: Signature, b: Signature, *, days: float | None = None) -> float:
    """`alike` for signatures, which are made ready once and remembered."""
    return alike(_profile(a), _profile(b), days)


def mean_likeness(own: Profile, members: Sequence[Signature], days: float | None = None) -> float:
    """The mean of `alike` over a story's members; one that shares next to nothing counts as 0 without a closer look."""
    if not members:
        return 0.0
    total = 0.0
    for member in members:
        shared = 0.0
        for name, weight in member.features:
            if weight < TELLING:
                break
            if name in own.weights:
                shared += weight
        if shared >= LEAST_OVERLAP:
            total += alike(own, _profile(member), days)
    return total / len(members)


def in_common(a: Signature, b: Signature) -> tuple[str, ...]:
    """The weightiest features that two items share, in words, at most six: the `why` of a membership."""
    left, right = _profile(a).weights, _profile(b).weights
    shared = sorted(
        ((min(value, right[name]), name) for name, value in left.items() if name in right),
        key=lambda pair: (-pair[0], pair[1]),
    )
    return tuple(_worded(name) for value, name in shared[:6] if value >= MARKED)


def _worded(name: str) -> str:
    kind, _, what = name.partition(":")
    label = {"w": "word", "n": "figure", "who": "person", "says": "source", "act": "act", "arm": "materiel"}.get(
        kind, kind
    )
    return f"{label} {what}"
