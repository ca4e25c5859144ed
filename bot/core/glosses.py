"""A claim's fields → one English line, for readers who do not read the source's language (decision 21)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from bot.model import Claim

_VERBS: Final = {
    "asserted": "asserts",
    "estimated": "estimates",
    "observed": "observes",
    "planned": "speaks of",
    "denied": "denies",
    "sanctioned": "imposes sanctions over",
}
_OPS: Final = {"=": "", ">": ">", ">=": "≥", "<": "<", "<=": "≤", "~": "about "}
_CARRIERS: Final = (
    "container",
    "shipment",
    "railcar",
    "wagon",
    "train",
    "ton",
    "cargo",
    "load",
    "pallet",
    "crate",
    "box",
)
"""Units that hold something else: `1,000 containers of ammunition`, but `200 artillery pieces (240 mm MLRS)`."""

UNNAMED: Final = ("", "unattributed")


def gloss(claim: Claim, labels: Mapping[str, str]) -> str:
    """One English line, built from fields and labels alone: nothing in it that the claim does not hold."""
    who, verb = _claimant(claim)
    parts = [f"{who} {verb} {_thing(claim, labels)}" if verb else f"{who}: {_thing(claim, labels)}"]
    if claim.kind not in ("", "equivalent"):
        parts.append(claim.kind)
    when = _period(claim)
    if when:
        parts.append(when)
    line = ", ".join(parts)
    if claim.hedge:
        line += f" (“{claim.hedge}”)"
    return f"{line}. Basis: {claim.basis}" if claim.basis not in ("", "none stated") else line


def figure(claim: Claim) -> str:
    """`>1,200 containers`; "" where the claim has none."""
    if claim.quantity is None:
        return ""
    unit = claim.unit.removesuffix("s") if claim.quantity == 1 and claim.quantity_max is None else claim.unit
    return f"{figure_words(claim.op, claim.quantity, claim.quantity_max)} {unit}".strip()


def figure_words(op: str, low: float, high: float | None) -> str:
    """`>1,200`, `about 6,700`, `4,000,000–6,000,000`: a number with the source's own operator."""
    top = f"–{high:,.15g}" if high is not None else ""
    return f"{_OPS.get(op, '')}{low:,.15g}{top}"


def figure_given(claim: Claim, said: date | None) -> str:
    """`>1,200 containers, to 26 Feb 2026 (2 Mar 2026)`: the figure, the period it is of, and the day on which it was said."""
    period = _period(claim)
    told = figure(claim) + (f", {period}" if period else "")
    return f"{told} ({said.day} {said:%b %Y})" if said else told


def _claimant(claim: Claim) -> tuple[str, str]:
    verb = _VERBS[claim.status]
    if claim.claimant in UNNAMED:
        return "Unattributed", "" if claim.status in ("asserted", "estimated", "observed") else verb
    who = f"{claim.claimant} via {claim.via}" if claim.via else claim.claimant
    # "officials (unnamed)", "Ukrainian lawmakers" are many; "Reuters", "ROK JCS" are one.
    head = claim.claimant.split("(")[0].split()
    many = bool(head) and head[-1].islower() and head[-1].endswith("s")
    return who[:1].upper() + who[1:], _plural(verb) if many else verb


def _plural(verb: str) -> str:
    first, *rest = verb.split(" ")
    return " ".join([{"denies": "deny"}.get(first, first.removesuffix("s")), *rest])


def _thing(claim: Claim, labels: Mapping[str, str]) -> str:
    what = _listed([labels.get(one, one) for one in claim.materiel])
    number = figure(claim)
    if not number:
        if claim.status == "sanctioned":
            return _listed(claim.entities[:3]) or what or "a transfer"
        planned = "a planned transfer" if claim.status == "planned" else "a transfer"
        return f"{planned} of {what}" if what else planned
    if claim.kind == "equivalent":  # what a load would come to, not what was counted
        number = f"the equivalent of {number}"
    if claim.status == "planned":
        number = f"plans for {number}"
    if not what or claim.unit in what or what in claim.unit:
        return number
    holds = claim.unit.casefold().startswith(_CARRIERS)
    return f"{number} of {what}" if holds else f"{number} ({what})"


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def _period(claim: Claim) -> str:
    start, end = _day(claim.period_start), _day(claim.period_end)
    if claim.kind == "cumulative" and end and start in ("", end):
        return f"to {end}"
    if start and end and start != end:
        return f"{start} – {end}"
    return start or end


def _day(text: str) -> str:
    """`2023-10-01` as `1 Oct 2023`, `2023-10` as `Oct 2023`; anything else as it is."""
    found = re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?", text)
    if not found:
        return text
    try:
        moment = date(int(found[1]), int(found[2]), int(found[3] or 1))
    except ValueError:
        return text
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{f'{moment.day} ' if found[3] else ''}{months[moment.month - 1]} {moment.year}"
