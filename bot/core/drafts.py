"""A claim in the making: what one sentence states, with the facts that stand in it and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bot.core.amounts import Amount
from bot.core.claimants import Claimant
from bot.core.exchanges import behind_exchange
from bot.core.lexicon import Lexicon
from bot.core.passages import Passage
from bot.core.periods import period
from bot.core.text import fold
from bot.model import ClaimStatus, Item, Where

_SAID_ON = re.compile(
    r"(?i)\s(?:late |early )?(?:on|am|w|в|у|le|el|this)?\s?(?:[^\W\d_]+day,? |[^\W\d_]{2,12},? )?"
    r"(?:(?:[^\W\d_]{3,10}\.? \d{1,2}|\d{1,2}\.? [^\W\d_]{3,12}\.?)(?:,? 20\d\d)?)(?=[\s,.])"
)
_DATELINE = re.compile(
    r"\s*(?:[^()\n]{0,60}\([^()]{2,40}\)\s*[-–—=:]|[^\W\d_a-z][^\Wa-z .,]{2,}[^().:]{0,30}\d{1,2}\s*[-–—]\s)"
)
_ELSEWHERE = re.compile(  # with one party unnamed: another state gives, or is given to
    r"(?<!\w)(?:from|od|z|из|от|від|von|aus|de) (?:the )?O|O(?:에서|으로부터|から)|[GSX][^.;]{0,40}(?<!\w)(?:to|do|nach|для|до) (?:the )?O|G O(?!\w)"
)
PRONOUN = re.compile(  # a sentence that opens so speaks of the one before
    r"^\W*(?:(?:they|them|it|he|she|the (?:agency|service|official|ministry|spokesman|report|containers|weapons|shells|shipments?|company|companies|firms?)|these|those|"
    r"ma ona|ma on|dodał\w*|on|ona|oni|oskarża się ich|oskarżono|он|она|они|это|він|вона|вони|er|sie|es|elle|ils|il)(?!\w)|V\W{0,3}(?:że|it|they|się)|"
    r"이 |그|これ|それ|同|该|該|其中)"
)


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
    pending: bool = False  # a count seen on imagery, waiting for a sentence that says what it means
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What a sentence may look back at: its item, the lexicon, all sentences and their sayers."""

    item: Item
    lexicon: Lexicon
    passages: tuple[Passage, ...]
    spoken: tuple[Claimant | None, ...]  # who says each of them, None where it names nobody

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


def facts(context: Context, passage: Passage, index: int, who: Claimant | None) -> Draft:
    things = [one for one in passage.of("materiel") if not behind_exchange(passage, one.start)]
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
        period=period(event_text(passage), context.date),
        basis=_basis(passage, who),
        families=frozenset(name for one in things for name in (one.concept.get("family") or one.canonical).split("|")),
        generic=generic,
    )


def event_text(passage: Passage) -> str:
    """The folded sentence without the dateline and the date on which something was said ("announced on Oct. 13 that")."""
    text = passage.text
    if passage.index == 0 and (line := _DATELINE.match(text)) is not None:
        text = " " * line.end() + text[line.end() :]
    for one in passage.of("saying"):
        end = one.end - passage.start
        if (day := _SAID_ON.match(text, end)) is not None:
            text = text[:end] + " " * (day.end() - end) + text[day.end() :]
    return fold(text).text


def _basis(passage: Passage, who: Claimant | None) -> str:
    named = passage.of("basis")
    if named:
        return next((one.canonical for one in named if one.canonical != "documents"), named[0].canonical)
    if who is not None and who.type == "anonymous":
        return "anonymous"
    if who is not None and who.type in {"government", "intelligence-service", "un-body/coalition"} and passage.has("N"):
        return "official figure"
    return "none stated"


def hedge_of(passage: Passage, *, planned: bool) -> str:
    colon = passage.text.rfind(": ") + passage.start  # "it seems so: a thousand were sent" hedges the first half
    for one in passage.of("hedge"):
        if one.end <= colon:
            continue
        if not (planned and one.concept.canonical == "planned"):
            return passage.words(one)
    return ""


def paired(context: Context, index: int) -> bool:
    """Both parties stand in this sentence, or one here and the other in the headline or the sentence before."""
    passage = context.passages[index]
    here = passage.sides()
    if len(here) == 2:
        return True
    if not here or _ELSEWHERE.search(passage.tagged):
        return False
    other = ({"D", "R"} - here).pop()
    near = [one for one in (context.before(index),) if one is not None]
    near += [one for one in context.passages if one.where == "title"]
    return any(other in one.tagged for one in near)
