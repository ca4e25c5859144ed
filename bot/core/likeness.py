"""How likely it is that two items report the same development, and why: one score in 0–1 from seven plain observations."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from bot.core.signatures import Signature

REACH = timedelta(hours=72)  # items further apart in time never report one development
UNDATED = 1.5  # days that are assumed between two items of which one has no date
NAMED = 0.5  # weight from which a person counts as named
MARKED = 0.45  # weight from which a shared feature is worth saying aloud

# Logistic weights, fitted on hand-grouped feed items of 2022–2025 in English, Polish and Korean (half of them not part of
# the visible development file); see docs/why for the figures. Days are days; shares are 0–1.
BIAS = -1.74
DAYS, DAYS2 = -2.42, -0.18
SHARE, COSINE, WORDS, FIGURES = 4.76, -2.09, 5.93, 3.84
OTHER_LANGUAGE, SPEAKER, SUBSTANCE, THIN = 1.55, 0.76, 0.13, -1.48
THIN_BELOW = 0.45  # shared weight under which two items have next to nothing in common


@dataclass(frozen=True, slots=True)
class _Profile:
    weights: dict[str, float]
    names: frozenset[str]
    concepts: float  # sum of the concepts' weights
    concept_norm: float
    norm: float
    speakers: frozenset[str]
    start: float  # hours
    end: float
    dated: bool


@lru_cache(maxsize=20_000)
def _profile(signature: Signature) -> _Profile:
    weights = dict(signature.features)
    concepts = [value for name, value in weights.items() if not name.startswith(("w:", "n:"))]
    start = signature.when.timestamp() / 3600 if signature.when else 0.0
    return _Profile(
        weights=weights,
        names=frozenset(weights),
        concepts=sum(concepts),
        concept_norm=math.sqrt(sum(value * value for value in concepts)),
        norm=math.sqrt(sum(value * value for value in weights.values())),
        speakers=frozenset(name for name, value in weights.items() if name.startswith("says:") and value >= 0.3),
        start=start,
        end=start + 24 if signature.whole_day else start,
        dated=signature.when is not None,
    )


def days_apart(a: Signature, b: Signature) -> float:
    """Days between two items, 0 where a date without a time may be the same moment; 1.5 where one has no date."""
    return _days(_profile(a), _profile(b))


def _days(a: _Profile, b: _Profile) -> float:
    if not a.dated or not b.dated:
        return UNDATED
    return max(0.0, b.start - a.end, a.start - b.end) / 24


def observations(a: Signature, b: Signature, *, days: float | None = None) -> tuple[float, ...]:
    """What the score is made of: days, days², concept share, concept cosine, word cosine, figures, other language, speaker, substance, thin."""
    left, right = _profile(a), _profile(b)
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
    gap = _days(left, right) if days is None else days
    same = a.lang == b.lang
    shared = concepts + words + figures
    return (
        gap,
        gap * gap,
        concepts / (min(left.concepts, right.concepts) + 0.5),
        concept_dot / (left.concept_norm * right.concept_norm + 1e-6),
        dot / (left.norm * right.norm + 1e-6) if same else 0.0,
        min(figures, 1.5),
        0.0 if same else 1.0,
        1.0 if left.speakers & right.speakers else 0.0,
        math.log(0.1 + shared),
        1.0 if shared < THIN_BELOW else 0.0,
    )


_WEIGHTS = (DAYS, DAYS2, SHARE, COSINE, WORDS, FIGURES, OTHER_LANGUAGE, SPEAKER, SUBSTANCE, THIN)


def likeness(a: Signature, b: Signature, *, days: float | None = None) -> float:
    """The probability (0–1) that two items report one development; 0 beyond 72 hours. `days` overrides their distance."""
    seen = observations(a, b, days=days)
    if seen[0] * 24 > REACH.total_seconds() / 3600:
        return 0.0
    return 1.0 / (1.0 + math.exp(-(BIAS + sum(weight * value for weight, value in zip(_WEIGHTS, seen, strict=True)))))


def in_common(a: Signature, b: Signature) -> tuple[str, ...]:
    """The weightiest features that two items share, in words, at most six: the `why` of a membership."""
    left, right = _profile(a), _profile(b)
    shared = sorted(
        ((min(value, right.weights[name]), name) for name, value in left.weights.items() if name in right.weights),
        key=lambda pair: (-pair[0], pair[1]),
    )
    return tuple(_worded(name) for value, name in shared[:6] if value >= 0.15)


def _worded(name: str) -> str:
    kind, _, what = name.partition(":")
    label = {"w": "word", "n": "figure", "who": "person", "says": "source", "act": "act", "arm": "materiel"}.get(
        kind, kind
    )
    return f"{label} {what}"
