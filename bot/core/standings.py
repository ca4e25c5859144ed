"""How each statement of the ledger stands to the others: who carried it, which figure came before, what denies or bears it out."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.core.corroboration import bears_out
from bot.core.ledger import APART, UNNAMED, answers, fuller, predecessor, same, speaker
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
    by_voice: dict[tuple[str | None, ...], list[tuple[date | None, Claim]]] = defaultdict(list)
    for one in found:
        if one.claim.quantity is not None:
            by_voice[_voice(one.claim)].append((_day(one.said), one.claim))
    for one in found:
        claim = one.claim
        one.alternatives = tuple(sorted({home[name] for name in claim.alternatives if name in home} - {claim.id}))
        if claim.quantity is not None and claim.claimant not in UNNAMED:
            earlier = by_voice[_voice(claim)]
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
        one = _same(report, near)
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


def _same(report: Reported, near: Sequence[Standing]) -> Standing | None:
    """The statement that this is another report of, the latest first; `near` is in order of time."""
    for other in reversed(near):
        apart = report.said - other.said if report.said and other.said else None
        if apart is not None and apart > APART:
            return None
        if same(report.claim, other.claim, apart=apart):
            return other
    return None


def _voice(claim: Claim) -> tuple[str | None, ...]:
    return claim.direction, claim.unit, claim.party or speaker(claim)


def _answered(found: Sequence[Standing]) -> None:
    """A denial answers what others said of the same flow in its report, in its story, or last in the two months before it."""
    said = [one for one in found if one.claim.status != "denied" and one.said is not None]
    beside: dict[str, list[Standing]] = defaultdict(list)
    for one in said:
        for name in (*one.articles, *one.stories):
            beside[name].append(one)
    days = [one.said for one in said if one.said is not None]
    names: dict[str, list[str]] = defaultdict(list)
    for denial in found:
        if denial.claim.status != "denied" or denial.said is None:
            continue
        # What it answers stands in the same report, else in its story; a lone denial is meant for the latest claim.
        meant = _answers(denial, [one for name in denial.articles for one in beside[name]])
        meant = meant or _answers(denial, [one for name in denial.stories for one in beside[name]])
        if not meant:
            last = bisect_right(days, denial.said + timedelta(days=1))
            meant = next(([one] for one in _before(said, last, denial.said) if _answers(denial, [one])), [])
        denial.answers = tuple(one.claim.id for one in meant)
        for one in meant:
            names[one.claim.id].append(denial.claim.id)
    for one in said:
        one.denied_by = tuple(names[one.claim.id])


def _before(said: Sequence[Standing], last: int, when: datetime) -> Iterator[Standing]:
    for index in range(last - 1, -1, -1):
        one = said[index]
        if one.said is None or when - one.said > ANSWERED:
            return
        yield one


def _answers(denial: Standing, near: Sequence[Standing]) -> list[Standing]:
    found: dict[str, Standing] = {}
    for one in near:
        if denial.said is None or one.said is None or not -timedelta(days=1) <= denial.said - one.said <= ANSWERED:
            continue
        if answers(denial.claim, one.claim, later=denial.said - one.said):
            found[one.claim.id] = one
    return list(found.values())


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
