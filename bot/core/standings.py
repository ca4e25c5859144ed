"""How each statement of the ledger stands to the others: who carried it, which figure came before, what denies or bears it out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.core.corroboration import bears_out
from bot.core.ledger import APART, UNNAMED, answers, fuller, predecessor, same
from bot.model import Claim

ANSWERED = timedelta(days=60)
"""How long after a claim a denial can be meant for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """One claim as one article (or a line of the known claims, with its address) has it."""

    claim: Claim
    said: datetime | None
    article: str = ""
    story: str = ""
    source: str = ""


@dataclass(slots=True, kw_only=True)
class Standing:
    """One statement: its fullest wording, when it was first said, its carriers, and its neighbours by their claims' ids."""

    claim: Claim
    said: datetime | None
    ids: list[str] = field(default_factory=list)  # of all wordings
    articles: list[str] = field(default_factory=list)
    stories: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    before: Claim | None = None  # the figure that the same claimant gave before
    before_said: date | None = None
    denied_by: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()  # of a denial: what it answers
    alternatives: tuple[str, ...] = ()  # figures that the source gives instead of this one
    borne_out_by: tuple[str, ...] = ()  # other voices, other bases, the same story (decision 13)


def standings(reports: Iterable[Reported]) -> tuple[Standing, ...]:
    """All statements, oldest first; nothing in them is a sum.

    The time grows with the number of statements, not with its square: only claims of one flow, unit and number can
    be one statement, only those of one story or of the two months before can answer or bear out each other.
    """
    found = _merged(reports)
    home = {name: one.claim.id for one in found for name in one.ids}
    by_figure: dict[tuple[str | None, str], list[tuple[date | None, Claim]]] = defaultdict(list)
    for one in found:
        if one.claim.quantity is not None:
            by_figure[one.claim.direction, one.claim.unit].append((_day(one.said), one.claim))
    for one in found:
        claim = one.claim
        one.alternatives = tuple(sorted({home[name] for name in claim.alternatives if name in home} - {claim.id}))
        if claim.quantity is not None and claim.claimant not in UNNAMED:
            earlier = by_figure[claim.direction, claim.unit]
            one.before = predecessor(claim, earlier, said=_day(one.said))
            one.before_said = next((when for when, other in earlier if other is one.before), None)
    _answered(found)
    _borne_out(found)
    return tuple(found)


def _merged(reports: Iterable[Reported]) -> list[Standing]:
    order = sorted(reports, key=lambda one: (one.said.isoformat() if one.said else "", one.claim.id))
    alike: dict[tuple[object, ...], list[Standing]] = defaultdict(list)
    found: list[Standing] = []
    for report in order:
        claim = report.claim
        near = alike[claim.direction, claim.unit, claim.kind == "equivalent", claim.quantity]
        one = next((other for other in reversed(near) if _same(report, other)), None)
        if one is None:
            one = Standing(claim=claim, said=report.said)
            near.append(one)
            found.append(one)
        elif fuller(claim, one.claim):
            one.claim = claim
        for names, name in (
            (one.ids, claim.id),
            (one.articles, report.article),
            (one.stories, report.story),
            (one.sources, report.source),
        ):
            if name and name not in names:
                names.append(name)
    return found


def _same(report: Reported, other: Standing) -> bool:
    apart = report.said - other.said if report.said and other.said else None
    return (apart is None or apart <= APART) and same(report.claim, other.claim, apart=apart)


def _answered(found: Sequence[Standing]) -> None:
    """A denial answers what others said of the same flow in its story, or in the two months before it."""
    said = [one for one in found if one.claim.status != "denied"]
    names: dict[str, list[str]] = defaultdict(list)
    for denial in found:
        if denial.claim.status != "denied":
            continue
        answered = [one for one in said if _answers(denial, one)]
        # What it answers stands in the same report, else in its story; a lone denial is meant for the latest claim.
        told = [one for one in answered if set(one.articles) & set(denial.articles)]
        meant = told or [one for one in answered if set(one.stories) & set(denial.stories)] or answered[-1:]
        denial.answers = tuple(one.claim.id for one in meant)
        for one in meant:
            names[one.claim.id].append(denial.claim.id)
    for one in said:
        one.denied_by = tuple(names[one.claim.id])


def _answers(denial: Standing, one: Standing) -> bool:
    if denial.said is None or one.said is None or not -timedelta(days=1) <= denial.said - one.said <= ANSWERED:
        return False
    return answers(denial.claim, one.claim, later=denial.said - one.said)


def _borne_out(found: Sequence[Standing]) -> None:
    by_story: dict[str, list[Standing]] = defaultdict(list)
    for one in found:
        for story in one.stories:
            by_story[story].append(one)
    for one in found:
        near = [other for story in one.stories for other in by_story[story]]
        one.borne_out_by = tuple(dict.fromkeys(other.claim.id for other in near if bears_out(other.claim, one.claim)))


def _day(said: datetime | None) -> date | None:
    return said.date() if said else None
