"""The ledger's own judgement: which claims are one statement, what answers what, which figure came before; never a sum."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from bot.errors import Problem, WatchlistError
from bot.model import Claim

APART = timedelta(days=3)
"""How far apart two reports of one statement may lie (claims with the same claimant, figure and direction)."""
UNNAMED = frozenset(["", "unattributed"])
_SAID = frozenset(["asserted", "estimated"])  # one reader's "asserts" is another's "estimates" of the same figure
_GENERIC = frozenset(["arms", "military support", "military equipment", "ammunition", "containers"])
_SAME_FIGURE = 0.005  # "6.5 million" and "6,500,000" differ by less


@dataclass(frozen=True, slots=True)
class Known:
    """One line of the known-claims file: a claim (or a mere event), when it was said, and where that can be read.

    `said` is the first of the month where only the month is known.
    """

    claim: Claim | None
    said: date | None
    event: str
    source: str
    fact: str = ""  # of an event without a claim: what happened, in our words


def known(raw: bytes, *, file: str) -> tuple[Known, ...]:
    """The lines of a known-claims file (JSON Lines), oldest first. Raises WatchlistError with every Problem found."""
    problems: list[Problem] = []
    out: list[Known] = []
    names = {one.name for one in fields(Claim)}
    for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            found: dict[str, Any] = json.loads(line)
            out.append(_known(found, names))
        except (ValueError, TypeError, KeyError) as error:
            problems.append(
                Problem(file, "", f"{error}"[:80], "a known claim with said, event and source", line=number)
            )
    if problems:
        raise WatchlistError(problems, subject=file)
    return tuple(sorted(out, key=lambda one: one.said or date.min))


def _day(text: str) -> date:
    """A day, or the first of a month where only the month is known."""
    return date.fromisoformat(f"{text}-01" if len(text) == len("2024-05") else text)


def _known(found: dict[str, Any], names: set[str]) -> Known:
    source, event = str(found["source"]), str(found["event"])
    if not source.startswith(("https://", "http://")):
        raise ValueError(f"source {source!r} is no address")
    said = _day(str(found["said"])) if found.get("said") else None
    if "claimant" not in found:
        return Known(None, said, event, source, str(found["fact"]))
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in found.items() if name in names
    }
    values.setdefault("id", f"c-{event.lower()}")
    return Known(Claim(**values), said, event, source)


def speaker(claim: Claim) -> str:
    """The claimant without the person in brackets or the relayer: "White House (John Kirby)" speaks as "white house"."""
    return claim.claimant.split(" (")[0].casefold().strip()


def same_speaker(first: Claim, second: Claim) -> bool:
    """Whether both are one voice: the same institution, a state ("US", "US officials") and an institution of it, or
    an institution and its head ("HUR", "HUR chief Kyrylo Budanov").
    """
    if first.claimant in UNNAMED or second.claimant in UNNAMED:
        return False
    one, other = speaker(first), speaker(second)
    if one == other:
        return True
    if one.startswith(f"{other} ") or other.startswith(f"{one} "):
        return not (first.party and second.party) or first.party == second.party
    return first.party == second.party != "" and (_state(one, first) or _state(other, second))


def _state(name: str, claim: Claim) -> bool:
    words = name.removesuffix(" officials").removesuffix(" official").replace("ukrainian", "ukraine")
    return (
        claim.claimant_type == "government"
        and len(words.split()) <= 2
        and (
            words.replace(" ", "-") in {claim.party, {"usa": "us", "dprk": "north-korea"}.get(claim.party, claim.party)}
            or words.removesuffix("n").replace(" ", "-") == claim.party
        )
    )


def same_figure(first: Claim, second: Claim) -> bool:
    """Whether both give the same number in the same unit, whatever the operator; or none at all."""
    if first.quantity is None or second.quantity is None:
        return first.quantity is None and second.quantity is None
    near = abs(first.quantity - second.quantity) <= _SAME_FIGURE * max(abs(first.quantity), abs(second.quantity))
    return near and first.unit == second.unit and (first.quantity_max or 0) == (second.quantity_max or 0)


def same_matter(first: Claim, second: Claim) -> bool:
    """Whether the materiel of one can be that of the other; a general word or none contradicts nothing."""
    one, other = set(first.materiel), set(second.materiel)
    return not one or not other or bool(one & other) or one <= _GENERIC or other <= _GENERIC


def same(first: Claim, second: Claim, *, apart: timedelta | None = None) -> bool:
    """Whether two claims are one statement in two articles: claimant, direction, unit, figure, status, ± 3 days.

    `apart` is the time between the two reports where it is known.
    """
    if apart is not None and abs(apart) > APART:
        return False
    if first.direction != second.direction or (first.kind == "equivalent") != (second.kind == "equivalent"):
        return False
    figured = first.quantity is not None and {first.status, second.status} <= _SAID
    if first.status != second.status and not figured:
        return False
    return same_speaker(first, second) and same_figure(first, second) and same_matter(first, second)


def answers(denial: Claim, claim: Claim, *, later: timedelta | None = None) -> bool:
    """Whether a denial answers a claim: the same flow and matter, another voice, not before it.

    `later` is how long after the claim the denial was made, where it is known; after 60 days it answers others.
    """
    if denial.status != "denied" or claim.status == "denied":
        return False
    if later is not None and not timedelta(days=-1) <= later <= timedelta(days=60):
        return False
    if same_speaker(denial, claim) or (denial.party and denial.party == claim.party):
        return False
    flows = {denial.direction, claim.direction}
    return (len(flows) == 1 or bool(flows & {"both", "unclear", None})) and same_matter(denial, claim)


def predecessor(
    claim: Claim, earlier: Iterable[tuple[date | None, Claim]], *, said: date | None = None
) -> Claim | None:
    """The figure that the same claimant gave before for the same flow in the same unit, the latest one; or None.

    `earlier` are (when said, claim) in any order; equivalents and stocks stand beside their own kind only.
    """
    best: tuple[date, Claim] | None = None
    for when, other in earlier:
        if other.quantity is None or other.status in {"denied", "planned"} or not comparable(claim, other):
            continue
        if not same_speaker(claim, other) or same_figure(claim, other):
            continue
        moment = when or date.min
        if said is not None and when is not None and when >= said:
            continue
        if best is None or moment >= best[0]:
            best = (moment, other)
    return best[1] if best else None


def comparable(first: Claim, second: Claim) -> bool:
    """Whether two figures may stand side by side: direction, unit, way of counting."""
    kinds = {first.kind, second.kind}
    return (
        first.direction == second.direction
        and first.unit == second.unit
        and first.quantity is not None
        and second.quantity is not None
        and (len(kinds) == 1 or kinds <= {"", "cumulative"})
    )


def others(claim: Claim, earlier: Sequence[tuple[date | None, Claim]]) -> tuple[Claim, ...]:
    """The latest comparable figure of each other claimant: to be shown beside, "not comparable", never added."""
    latest: dict[str, tuple[date, Claim]] = {}
    for when, other in earlier:
        if other.claimant in UNNAMED or same_speaker(claim, other) or not comparable(claim, other):
            continue
        moment = when or date.min
        if speaker(other) not in latest or moment >= latest[speaker(other)][0]:
            latest[speaker(other)] = (moment, other)
    return tuple(found for _, found in sorted(latest.values(), key=lambda one: (one[0], one[1].id)))


def records(reports: Iterable[tuple[date | None, str, Claim]]) -> tuple[tuple[Claim, tuple[str, ...]], ...]:
    """One record for each statement, with its carriers: reports are (when published, article id, claim), oldest first.

    The fullest wording (a named person, an operator, a basis) stands for all.
    """
    kept: list[tuple[date | None, Claim, list[str]]] = []
    for when, article, claim in reports:
        for index, (first, other, carriers) in enumerate(kept):
            if same(claim, other, apart=when - first if when and first else None):
                if article not in carriers:
                    carriers.append(article)
                if fuller(claim, other):
                    kept[index] = (first, claim, carriers)
                break
        else:
            kept.append((when, claim, [article]))
    return tuple((claim, tuple(carriers)) for _, claim, carriers in kept)


def fuller(first: Claim, second: Claim) -> bool:
    """Whether the first wording of a statement says more than the second: a basis, an operator, a named person."""
    return _fullness(first) > _fullness(second)


def _fullness(claim: Claim) -> tuple[bool, bool, int]:
    return (claim.basis not in {"", "none stated"}, claim.op not in {"", "="}, len(claim.claimant))
