"""What is new: whether a later article changes a story (UPDATE) or only adds to it (folded), by decision 15 alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.core.ledger import same_speaker
from bot.model import Claim

NewKind = Literal["legal-act", "denial", "retraction", "figure", "period", "basis", "entity", "claim"]

RANK: tuple[NewKind, ...] = ("legal-act", "retraction", "denial", "figure", "period", "basis", "entity", "claim")
"""The order in which news of one article is told."""
NOBODY = frozenset(["", "unattributed", "anonymous"])
NO_BASIS = frozenset(["", "none stated", "none", "unstated"])
TELLING = 20  # a figure from which the same number in another unit is no coincidence
SAME_FIGURE = 0.005  # two readings of one figure ("6.5 million", "6,500,000") differ by less


@dataclass(frozen=True, slots=True)
class News:
    """One thing that is new to a story: its kind, the claim that brings it, the fact in words built from fields, the quote."""

    kind: NewKind
    claim: str
    fact: str
    quote: str


def news(before: Sequence[Claim], after: Sequence[Claim], *, known: Iterable[str] = ()) -> tuple[News, ...]:
    """What the claims `after` (of one article) add to those `before` (of its story), most telling first.

    Empty: the article is folded. More outlets never appear here, nor does the same claim in other words, a vaguer
    figure than is known from the same claimant, or a claimant who only repeats another. `known` holds names (vessels,
    firms, persons, places) that the story's articles name without a claim. Figures are compared, never added.
    """
    names = {_plain(name) for name in known} | {name for claim in before for name in _names(claim)}
    found: list[News] = []
    seen = list(before)
    for claim in after:
        kind = _kind(claim, seen)
        fresh = [name for name in _spelled(claim) if _plain(name) not in names]
        if kind is None and fresh and before:
            kind = "entity"
        if kind is not None:
            found.append(News(kind, claim.id, _fact(kind, claim, seen, fresh), claim.quote))
        seen.append(claim)
        names.update(_names(claim))
    return tuple(sorted(found, key=lambda entry: RANK.index(entry.kind)))


def _kind(claim: Claim, before: Sequence[Claim]) -> NewKind | None:
    who = _plain(claim.claimant)
    # "US" and "White House" are one voice: what one said is not new from the other.
    own = [other for other in before if _plain(other.claimant) == who or same_speaker(claim, other)]
    if claim.status == "sanctioned":
        return (
            None if any(other.status == "sanctioned" and _same_act(claim, other) for other in before) else "legal-act"
        )
    if claim.status == "denied":
        if any(other.status == "denied" and _same_matter(claim, other) for other in own):
            return None
        affirmed = any(other.status not in {"denied", "sanctioned"} and _same_matter(claim, other) for other in own)
        return "retraction" if affirmed and who not in NOBODY else "denial"
    told = own if who not in NOBODY else list(before)
    matter = [other for other in told if other.status not in {"denied", "sanctioned"} and _same_matter(claim, other)]
    if claim.quantity is not None and not _figure_known(claim, matter if who in NOBODY else own):
        return "figure" if before else "claim"
    if not matter:
        return "claim"
    if _later_period(claim, matter):
        return "period"
    if _plain(claim.basis) not in NO_BASIS and all(_plain(other.basis) != _plain(claim.basis) for other in matter):
        return "basis"
    return None


def _same_matter(a: Claim, b: Claim) -> bool:
    """Direction and materiel do not contradict each other; what is not stated contradicts nothing."""
    if a.direction and b.direction and a.direction != b.direction and "unclear" not in {a.direction, b.direction}:
        return False
    mine, theirs = {_plain(what) for what in a.materiel}, {_plain(what) for what in b.materiel}
    return not mine or not theirs or bool(mine & theirs) or bool(_GENERIC & mine) or bool(_GENERIC & theirs)


_GENERIC = frozenset(["arms", "weapons", "containers", "military equipment", "ammunition", "munitions", "materiel"])
"""Materiel that may mean any other: to name the shells after the arms is no new claim, to give their number is."""


def _same_act(a: Claim, b: Claim) -> bool:
    return _plain(a.claimant) == _plain(b.claimant) and _names(a) <= _names(b)


def _figure_known(claim: Claim, before: Iterable[Claim]) -> bool:
    value = claim.quantity_max if claim.quantity_max is not None and claim.op == "<=" else claim.quantity
    for other in before:
        if other.quantity is None or value is None:
            continue
        # Whoever names nobody retells: his "10,000 munitions" are the 10,000 containers of munitions that are known.
        if not _same_unit(claim.unit, other.unit) and not (_plain(claim.claimant) in NOBODY and value >= TELLING):
            continue
        highest = other.quantity_max if other.quantity_max is not None else other.quantity
        if other.quantity * (1 - SAME_FIGURE) <= value <= highest * (1 + SAME_FIGURE):
            return True
        if claim.op in {">", ">=", "~"} and _round(value) and value <= highest and claim.period_end <= other.period_end:
            return True  # "more than a thousand", "dozens" after 1,300: vaguer, not new
    return False


def _round(value: float) -> bool:
    """A power of ten or a dozen: the floor of a bare plural, or a figure of speech."""
    return value == 12 or (value >= 10 and str(int(value)).rstrip("0") == "1")


def _same_unit(a: str, b: str) -> bool:
    one, two = _plain(a).rstrip("s"), _plain(b).rstrip("s")
    return not one or not two or one == two or {one, two} <= _SHELLS


_SHELLS = frozenset(["shell", "round", "artillery shell", "artillery round", "projectile"])


def _later_period(claim: Claim, before: Iterable[Claim]) -> bool:
    if not claim.period_end:
        return False
    ends = [other.period_end for other in before if other.period_end]
    return bool(ends) and all(claim.period_end[:10] > end[: len(claim.period_end)] for end in ends)


def _spelled(claim: Claim) -> tuple[str, ...]:
    return (*claim.vessels, *claim.entities, *claim.route)


def _names(claim: Claim) -> set[str]:
    return {_plain(name) for name in _spelled(claim)}


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _fact(kind: NewKind, claim: Claim, before: Sequence[Claim], fresh: Sequence[str]) -> str:
    who = claim.claimant or "unattributed"
    what = ", ".join(claim.materiel) or "materiel not stated"
    figure = _figure(claim)
    if kind == "entity":
        return f"{who} names {', '.join(fresh)}"
    if kind == "basis":
        return f"{who}: now on the basis of {claim.basis}"
    if kind == "period":
        return f"{who}: now to {claim.period_end}"
    if kind == "figure":
        earlier = [
            other for other in before if _plain(other.claimant) == _plain(claim.claimant) and other.quantity is not None
        ]
        was = next((other for other in reversed(earlier) if _same_unit(claim.unit, other.unit)), None)
        return f"{who}: {figure}" + (f" (was {_figure(was)})" if was else "")
    verb = {"legal-act": "acts against", "denial": "denies", "retraction": "takes back"}.get(kind, f"{claim.status}:")
    subject = (
        ", ".join(claim.entities or claim.vessels)
        if kind == "legal-act" and (claim.entities or claim.vessels)
        else what
    )
    return f"{who} {verb} {figure or subject}"


def _figure(claim: Claim) -> str:
    if claim.quantity is None:
        return ""
    top = f"–{claim.quantity_max:,.0f}" if claim.quantity_max is not None else ""
    number = f"{claim.quantity:,.0f}" if claim.quantity == int(claim.quantity) else f"{claim.quantity:,g}"
    sign = "" if claim.op in {"", "="} else claim.op
    return f"{sign}{number}{top} {claim.unit}".strip()
