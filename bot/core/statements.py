"""One sentence → the claims it makes: its acts, its sayer, its direction, its amounts, each only as it is worded."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from bot.core.acts import Act, acts
from bot.core.amounts import Amount, amounts
from bot.core.claimants import UNATTRIBUTED, Claimant, claimant
from bot.core.denials import denial
from bot.core.directions import direction
from bot.core.lexicon import Lexicon
from bot.core.passages import Passage
from bot.core.periods import period
from bot.core.text import fold
from bot.model import ClaimStatus, Item, Where

_LOADS = frozenset(
    ["containers", "railcars", "shells", "missiles", "artillery pieces"]
)  # units that are cargo themselves
_ADJECTIVE = re.compile(r"(?:^|\b(?:a|an|the|heavily|already|previously|newly|other|many|of|by|with|from|to) |-)$")
_QUESTION = re.compile(r"[?？]['\"”’»」』)]*\s*$")
PRONOUN = re.compile(  # a sentence that opens so speaks of the one before
    r"^\W*(?:(?:they|them|it|he|she|the (?:agency|service|official|ministry|spokesman|report|containers|weapons|shells|shipments?|company|companies|firms?)|these|those|"
    r"ma ona|ma on|dodał\w*|on|ona|oni|oskarża się ich|oskarżono|он|она|они|это|він|вона|вони|er|sie|es|elle|ils|il)(?!\w)|V\W{0,3}(?:że|it|they|się)|"
    r"이 |그|これ|それ|同|该|該|其中)"
)
_EXCHANGE_GOODS = re.compile(r"^E?(?: for)?\s*(?:of |for )?(?:[^.;DRGT]{0,50}?)M|^E[^.;]{0,90}?N")


@dataclass(frozen=True, slots=True)
class Draft:
    """A claim in the making; `giver` is "D", "R", "both" or "", [start, end) the quoted text in the field `where`."""

    order: int
    where: Where
    start: int
    end: int
    status: ClaimStatus
    giver: str
    who: Claimant | None
    materiel: tuple[str, ...] = ()
    amount: Amount | None = None
    hedge: str = ""
    route: tuple[str, ...] = ()
    vessels: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    period: tuple[str, str] = ("", "")
    basis: str = "none stated"
    families: frozenset[str] = frozenset()  # what kinds of things its materiel belongs to
    generic: bool = False  # every thing it names is a general word: arms, military support
    firm: int = 0  # how clear the direction is
    leg: str = ""  # of "both" said with a mere "for": the giver of what stands first
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What a sentence may look back at: its item, the lexicon, all sentences."""

    item: Item
    lexicon: Lexicon
    passages: tuple[Passage, ...]

    def before(self, index: int) -> Passage | None:
        """The sentence before, in the same field."""
        return self._neighbour(index, -1)

    def after(self, index: int) -> Passage | None:
        """The sentence behind, in the same field."""
        return self._neighbour(index, 1)

    def _neighbour(self, index: int, step: int) -> Passage | None:
        other = index + step
        if not 0 <= other < len(self.passages) or self.passages[other].where != self.passages[index].where:
            return None
        return self.passages[other]

    @property
    def date(self) -> date | None:
        """The item's date."""
        return self.item.date.date() if self.item.date else None


def read(context: Context, index: int, earlier: list[Draft]) -> list[Draft]:
    """The drafts of the sentence at `index`; `earlier` are those of the sentences before it."""
    passage = context.passages[index]
    if _QUESTION.search(passage.text) or not passage.tokens or "appeared first on" in passage.text:
        return []
    last = earlier[-1] if earlier and earlier[-1].order == index - 1 and earlier[-1].where == passage.where else None
    lawful = _sanction(context, index)
    if lawful is not None:
        return lawful
    out: list[Draft] = []
    limit = len(passage.tagged)
    if passage.has("Z"):
        found = denial(passage, context.lexicon)
        if found is not None:
            out += _denied(context, index, found.who, earlier)
            limit = found.clause
        else:
            limit = passage.tagged.index("Z")
    live = [act for act in acts(passage) if act.at < limit and not act.unreal and not _background(passage, act)]
    negated = [act for act in live if act.negated]
    live = [act for act in live if not act.negated]
    if not live:
        if not negated and not passage.has("Z"):
            out += _continued(context, index, last)
        return out
    return out + _asserted(context, index, live, earlier)


def _background(passage: Passage, act: Act) -> bool:
    return any(
        0 <= act.mention.start - cue.end <= 90 and "V" not in passage.tagged[act.at :][:80]
        for cue in passage.of("background")
    )


def _asserted(context: Context, index: int, live: list[Act], earlier: list[Draft]) -> list[Draft]:
    passage = context.passages[index]
    if not _paired(context, index):
        return []
    giver, margin, why = direction(passage, _leg(passage, live))
    who = claimant(passage, context.lexicon)
    nominal = all(act.letter in "SX" for act in live)
    if nominal and who is None and not _stated(context, passage, margin):
        return []
    if not giver and not (who is not None and nominal):
        return []
    if not _goods(passage) or (who is None and not _plain(context, index, margin)):
        return []
    planned = _plan_wins(live)
    hedge = _hedge(passage, planned=planned)
    if planned and who is None and any(one.start < live[0].mention.start for one in passage.of("hedge")):
        return []  # "may hope for more weapons" in nobody's name is a guess of the paper
    if {act.letter for act in live} == {"C"} and not (
        (passage.of("materiel") or passage.has("N")) and passage.of("place", "vessel", "unit")
    ):
        return []
    base = _facts(context, passage, index, who)
    base = replace(base, giver=giver, firm=margin, why=why, hedge=hedge)
    counted = amounts(passage, context.lexicon)
    return _split(passage, base, counted, planned=planned, live=live)


def _goods(passage: Passage) -> bool:
    return bool(passage.of("materiel")) or any(one.canonical in _LOADS for one in passage.of("unit"))


def _plain(context: Context, index: int, margin: int) -> bool:
    """Whether a sentence in nobody's name is plain enough: long ones and those deep in a text must say it outright."""
    passage = context.passages[index]
    wide = 200 if re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", passage.text) else 600
    if len(passage.text) > wide:
        return margin >= 5
    if passage.where == "title" or passage.index < 3:
        return margin >= 1
    return margin >= 3 and passage.has("D") and passage.has("R")


def _stated(context: Context, passage: Passage, margin: int) -> bool:
    """Whether a noun ("arms shipments to Russia") in nobody's name is a statement, not the topic of the sentence."""
    if passage.of("basis"):
        return True
    dated = period(fold(passage.text).text, context.date) != ("", "")
    return passage.where == "text" and margin >= 3 and (dated or bool(amounts(passage, context.lexicon)))


def _swap(passage: Passage) -> int:
    """Where "in exchange for" stands in `tagged`, -1 if nowhere; "shells for satellite advice" is one too."""
    if (at := passage.tagged.find("E")) >= 0:
        return at
    found = re.search(r"M (?:for|za|за|gegen|contre|por) (?:[^\WDROKM]+ )?(?=M)", passage.tagged)
    return found.start() + 1 if found else -1


def _leg(passage: Passage, live: list[Act]) -> tuple[int, int] | None:
    """The part of the sentence on this side of "in exchange for"."""
    at = passage.tagged.find("E")
    if at < 0 or not live:
        return None
    return (0, at) if live[0].at < at else (at, len(passage.tagged))


def _plan_wins(live: list[Act]) -> bool:
    verbs = [act for act in live if act.letter not in "SX"] or live
    return verbs[0].planned


def _paired(context: Context, index: int) -> bool:
    """Both parties stand in this sentence, or one here and the other in the headline or the sentence before."""
    passage = context.passages[index]
    here = {letter for letter in "DR" if letter in passage.tagged}
    if len(here) == 2:
        return True
    if not here:
        return False
    other = ({"D", "R"} - here).pop()
    near = [one for one in (context.before(index),) if one is not None]
    near += [one for one in context.passages if one.where == "title"]
    return any(other in one.tagged for one in near)


def _facts(context: Context, passage: Passage, index: int, who: Claimant | None) -> Draft:
    things = [one for one in passage.of("materiel") if not _behind_exchange(passage, one.start)]
    names = tuple(dict.fromkeys(one.canonical for one in things))
    generic = all(one.concept.get("generic") == "true" for one in things)
    return Draft(
        order=index,
        where=passage.where,
        start=passage.start,
        end=passage.end,
        status="asserted",
        giver="",
        who=who,
        materiel=names,
        route=tuple(dict.fromkeys(one.canonical for one in passage.of("place"))),
        vessels=tuple(dict.fromkeys(one.canonical for one in passage.of("vessel"))),
        entities=tuple(dict.fromkeys(one.canonical for one in passage.of("entity"))),
        period=period(fold(passage.text).text, context.date),
        basis=_basis(passage, who),
        families=frozenset(one.concept.get("family") or one.canonical for one in things),
        generic=generic,
    )


def _behind_exchange(passage: Passage, start: int) -> bool:
    first = next(iter(passage.of("exchange")), None)
    return first is not None and start > first.start


def _basis(passage: Passage, who: Claimant | None) -> str:
    named = passage.of("basis")
    if named:
        return next((one.canonical for one in named if one.canonical != "documents"), named[0].canonical)
    if who is not None and who.type == "anonymous":
        return "anonymous"
    if who is not None and who.type in {"government", "intelligence-service", "un-body/coalition"} and passage.has("N"):
        return "official figure"
    return "none stated"


def _hedge(passage: Passage, *, planned: bool) -> str:
    for one in passage.of("hedge"):
        if not (planned and one.concept.canonical == "planned"):
            return passage.words(one)
    return ""


def _split(passage: Passage, base: Draft, counted: list[Amount], *, planned: bool, live: list[Act]) -> list[Draft]:
    """One draft for each amount (or one without), and the leg behind "in exchange for" where it names goods."""
    status = _status(passage, base, planned=planned, counted=bool(counted), live=live)
    swap = _swap(passage)
    first = next((act.at for act in live), 0)
    back = swap > first and bool(_EXCHANGE_GOODS.match(passage.tagged[swap:]))
    ahead = [one for one in counted if not _after_swap(passage, one)]
    behind = [one for one in counted if _after_swap(passage, one)]
    out: list[Draft] = []
    if back and not ahead and not behind and base.materiel:
        both = tuple(dict.fromkeys(one.canonical for one in passage.of("materiel")))
        leg = "" if "E" in passage.tagged else base.giver
        return [replace(base, status=status, giver="both", leg=leg, materiel=both)]
    for one in ahead:
        goods = one.goods or base.materiel
        here = "planned" if planned and "addition" in passage.text[: one.start - passage.start] and out else status
        if (
            out
            and planned
            and re.search(r"in addition to|on top of|besides", passage.text[: one.start - passage.start])
        ):
            here = "asserted"
        out.append(replace(base, status=here, amount=one, materiel=goods))
    if not ahead:
        out.append(replace(base, status=status))
    if back and behind:
        other = "R" if base.giver == "D" else "D"
        goods = tuple(
            dict.fromkeys(one.canonical for one in passage.of("materiel") if _behind_exchange(passage, one.start))
        )
        out += [replace(base, status=status, giver=other, amount=one, materiel=goods) for one in behind]
    return out


def _after_swap(passage: Passage, one: Amount) -> bool:
    return _behind_exchange(passage, one.start)


def _status(passage: Passage, base: Draft, *, planned: bool, counted: bool, live: list[Act]) -> ClaimStatus:
    who = base.who or UNATTRIBUTED
    if planned:
        return "planned"
    sees = base.basis in {"imagery", "debris"}
    if sees and who.type not in {"government", "intelligence-service", "un-body/coalition"}:
        return "observed"
    if counted:
        if who.figures == "estimated" or (
            who.type in {"intelligence-service", "think-tank/ngo"} and who.figures != "asserted"
        ):
            return "estimated"
        if who is UNATTRIBUTED and re.search(
            r"believed|thought to|estimat|추정|추산|推定|szacu|оцен", passage.text.lower()
        ):
            return "estimated"
    if who is UNATTRIBUTED and live[0].letter == "C":
        return "observed"
    return "asserted"


def _continued(context: Context, index: int, last: Draft | None) -> list[Draft]:
    """A sentence that refers back to a claim just made and adds an amount to it; the quote holds both sentences."""
    passage = context.passages[index]
    if last is None or last.status == "denied" or not last.giver:
        return []
    if not PRONOUN.match(passage.tagged) and not re.match(r"^[^\w]*N [^.;DRO]{0,12}[MY]", passage.tagged):
        return []
    counted = [one for one in amounts(passage, context.lexicon) if one.goods or one.unit == "containers"]
    if not counted:
        return []
    who = claimant(passage, context.lexicon) or last.who
    base = _facts(context, passage, index, who)
    base = replace(
        base,
        start=last.start,
        giver=last.giver,
        firm=last.firm,
        hedge=_hedge(passage, planned=False),
        why=("refers back",),
    )
    return [
        replace(
            base,
            amount=one,
            materiel=one.goods or last.materiel,
            status="estimated" if who and who.figures == "estimated" else last.status,
        )
        for one in counted
    ]


def _denied(context: Context, index: int, who: Claimant, earlier: list[Draft]) -> list[Draft]:
    passage = context.passages[index]
    live = acts(passage)
    base = _facts(context, passage, index, who)
    base = replace(base, status="denied", hedge="", basis="none stated", period=("", ""))
    if live and passage.of("materiel") and _paired(context, index):
        giver, margin, why = direction(passage)
        if giver:
            return [replace(base, giver=giver, firm=margin, why=why)]
    # "Russia denied the allegations": what is denied stands in the sentence before, or in the headline.
    prior = next((one for one in reversed(earlier) if one.status != "denied" and one.giver), None)
    if prior is None or (prior.order < index - 2 and prior.where == passage.where and not passage.has("M")):
        return []
    joined = prior.start if prior.where == passage.where and prior.order == index - 1 else passage.start
    return [
        replace(
            base,
            start=joined,
            giver=prior.giver,
            firm=1,
            materiel=base.materiel or prior.materiel,
            generic=base.generic and prior.generic,
            why=("what is denied stands before",),
        )
    ]


def _sanction(context: Context, index: int) -> list[Draft] | None:
    """An act of law with its reason in the same sentence, or in the next one that refers back to it."""
    passage = context.passages[index]
    acts_of_law = passage.of("legal")
    if not acts_of_law:
        return None
    law = acts_of_law[0]
    if "sanctioned" in passage.words(law) and _ADJECTIVE.search(passage.text[: law.start - passage.start].lower()):
        return None  # "a sanctioned Russian missile maker" tells of no new act
    follower = context.after(index)
    scope = [passage]
    things = passage.of("materiel")
    if not things and follower is not None and follower.of("materiel") and PRONOUN.match(follower.tagged):
        scope.append(follower)
        things = follower.of("materiel")
    letters = {letter for one in scope for letter in "DR" if letter in one.tagged}
    if not things or letters != {"D", "R"}:
        return None
    issuer = [
        one
        for one in passage.mentions
        if one.kind in {"party", "claimant"}
        and one.start <= law.start
        and one.concept.get("party", one.canonical) not in context.lexicon.parties
        and one.canonical not in context.lexicon.parties
    ]
    who = _issuer(context, issuer[-1].canonical, issuer[-1].kind) if issuer else claimant(passage, context.lexicon)
    giver, margin, why = direction(scope[-1])
    if not giver and len(scope) > 1:
        giver, margin, why = direction(passage)
    counted = [one for one in amounts(passage, context.lexicon, lawful=True) if one.unit == "companies"]
    base = _facts(context, scope[-1], index, who)
    return [
        replace(
            base,
            start=passage.start,
            end=scope[-1].end,
            status="sanctioned",
            giver=giver,
            firm=margin,
            why=why,
            materiel=tuple(dict.fromkeys(one.canonical for one in things)),
            amount=replace(counted[0], unit="sanctioned companies") if counted else None,
            entities=tuple(dict.fromkeys(one.canonical for part in scope for one in part.of("entity"))),
            period=period(fold(passage.text).text, context.date),
            basis="legal act",
            hedge=_hedge(scope[-1], planned=False),
        )
    ]


def _issuer(context: Context, name: str, kind: str) -> Claimant:
    concept = next(one for one in context.lexicon.concepts if one.kind == kind and one.canonical == name)
    if kind == "party":
        return Claimant(concept.label, "government", name, rank=2)
    return Claimant(name, concept.get("type"), concept.get("party"), "", concept.get("figures"), 4)
