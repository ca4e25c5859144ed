"""How we behave towards each publisher, in figures: requests a day, answers 304, early and unconditional polls (R-19)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.feedstate import FeedState

CONDITIONAL = 0.9  # this share of polls must be conditional, where the server gives validators
NOT_AGAIN = timedelta(seconds=60)  # between two requests for one document; R-14
MOST_A_DAY = 24.5  # requests: one an hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One feed's figures since its first poll. `faults` names what a publisher could complain of."""

    url: str
    days: float
    requests: int
    a_day: float
    not_modified: float  # share of requests answered 304
    unconditional: int
    early: int
    validators: bool
    faults: tuple[str, ...]


def score(state: FeedState, now: datetime) -> Score:
    """The politeness of polling one feed."""
    age = now - state.first_poll if state.first_poll else timedelta(0)
    days = max(age / timedelta(days=1), 1.0)
    validators = bool(state.etag or state.last_modified)
    faults = []
    if state.early:
        faults.append(f"{state.early} polls before their time")
    if state.requests / days > MOST_A_DAY:
        faults.append(f"{state.requests / days:.0f} requests a day")
    # The first poll and one a week may be unconditional; a server without validators leaves no choice.
    allowed = 1 + days / 7
    if (
        validators
        and not state.failures
        and state.unconditional > allowed
        and state.requests >= 10
        and _share(state) < CONDITIONAL
    ):
        faults.append(f"{state.unconditional} unconditional polls")
    return Score(
        url=state.url,
        days=round(days, 1),
        requests=state.requests,
        a_day=round(state.requests / days, 1),
        not_modified=round(state.not_modified / state.requests, 3) if state.requests else 0.0,
        unconditional=state.unconditional,
        early=state.early,
        validators=validators,
        faults=tuple(faults),
    )


def total(scores: Iterable[Score]) -> Score:
    """All feeds as one line: sums, and the share of 304 over all requests."""
    scores = list(scores)
    requests = sum(one.requests for one in scores)
    not_modified = sum(one.not_modified * one.requests for one in scores)
    return Score(
        url="all feeds",
        days=max((one.days for one in scores), default=0.0),
        requests=requests,
        a_day=round(sum(one.a_day for one in scores), 1),
        not_modified=round(not_modified / requests, 3) if requests else 0.0,
        unconditional=sum(one.unconditional for one in scores),
        early=sum(one.early for one in scores),
        validators=any(one.validators for one in scores),
        faults=tuple(f"{one.url}: {fault}" for one in scores for fault in one.faults),
    )


def _share(state: FeedState) -> float:
    return 1 - state.unconditional / state.requests
