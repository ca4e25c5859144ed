"""One sentence → the claims it makes: its acts, its sayer, its direction, its amounts, each only as it is worded."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import takewhile

from bot.core.acts import Act, acts
from bot.core.amounts import amounts
from bot.core.claimants import Claimant
from bot.core.denials import denial
from bot.core.designations import sanction
from bot.core.directions import direction
from bot.core.drafts import Context, Draft, event_text, facts, hedge_of, paired
from bot.core.legs import leg, plan_wins, split
from bot.core.passages import Passage
from bot.core.periods import period
from bot.core.talks import talked_over
from bot.core.verbless import verbless

_THEMSELVES = re.compile(r"^\W*(?P<p>[DR])(?: \w+){0,2}(?:: |,? V )")  # the party speaks, and negates
_AND_THE_OTHER = re.compile(
    r",? (?:and|while|but|i|a|oraz|podczas gdy|и|а|та|und|et|y|mientras)(?: that| że| что)? (?=[DR](?:'s)? (?:\w+ ){0,4}[GT])"
)
_CLEAR = 2  # votes by which one giver must lead
_LOADS = frozenset(
    ["containers", "railcars", "shells", "missiles", "artillery pieces"]
)  # units that are cargo themselves
_QUESTION = re.compile(r"[?？]['\"”’»」』)]*\s*$")
_BEFORE_ALL_THIS = 2000  # a year: what moved in 1950 is history
_SUPPOSED = re.compile(
    r"the question is|(?:as|be|cross\w*) (?:a |the |its |their |seoul's )?'?red line|(?:would|could|might) depend on|레드라인|красн\w+ лини|червон\w+ ліні|czerwon\w+ lini|rote linie|ligne rouge|línea roja|"
    r"レッドライン|红线|紅線"
)
_USED = re.compile(  # one party uses what is the other's, or what is the other's is used in the war
    r"R[^.;]{0,80}?U(?:(?! amid | over | while | after | despite )[^.;]){0,80}?D(?:'s)? (?:\S+ ){0,2}?M|"
    r"D[^.;]{0,80}?U(?:(?! amid | over | while | after | despite )[^.;]){0,80}?R(?:'s)? (?:\S+ ){0,2}?M|"
    r"D(?:'s|산|제|製)?[^.;]{0,24}M(?! test| launch| program)[^.;]{0,60}U|D(?:산|제|製)|"
    r"R[^.;]{0,60}U[^.;]{0,60}M D(?!\w)|"
    r"M[^.;]{0,80}(?:from|made in|manufactured in|produced in|od|z|из|з|de|aus|виробництва|производства|produkcji) (?:the )?D|"
    r"M[^.;]{0,30}G (?:by|przez|par|por|von) (?:the )?D|M D [^.;]{0,16}U R|[DR] M[^.;]{0,20}U [DR]"
)


def read(context: Context, index: int, earlier: list[Draft]) -> list[Draft]:
    """The drafts of the sentence at `index`; `earlier` are those of the sentences before it."""
    passage = context.passages[index]
    if (
        not passage.tokens
        or _QUESTION.search(passage.text)
        or (not passage.has("Z") and _SUPPOSED.search(passage.tagged))
        or "appeared first on" in passage.text
        or any(one.kind == "year" and one.value < _BEFORE_ALL_THIS for one in passage.numbers)
    ):
        return []
    last = earlier[-1] if earlier and earlier[-1].order == index - 1 and earlier[-1].where == passage.where else None
    lawful = sanction(context, index)
    if lawful is not None:
        return lawful
    out: list[Draft] = []
    limit = resumes = len(passage.tagged)
    if passage.has("Z"):
        found = denial(passage, context.lexicon)
        if found is not None:
            out += _denied(context, index, found.who, earlier)
            limit, resumes = found.clause, found.resumes
        else:
            limit = passage.tagged.index("Z")
    live = [
        act
        for act in acts(passage)
        if (act.at < limit or act.at > resumes) and not act.unreal and not _background(passage, act)
    ]
    negated = [act for act in live if act.negated]
    live = [act for act in live if not act.negated]
    if not live and negated and (own := _own_denial(context, index)) is not None:
        return [own]
    if not live:
        if not negated and not passage.has("Z"):
            out += verbless(context, index, last)
        return out
    waiting = any(one.pending for one in takewhile(lambda one: index - one.order <= 2, reversed(earlier)))
    for part in _halves(passage, live):
        here = [act for act in live if part.tagged[act.at] == act.letter]
        out = _asserted(context, index, part, here, waiting=waiting) + out
    return out


def _halves(passage: Passage, live: list[Act]) -> list[Passage]:
    """The sentence, or its two halves where "and" joins two flows ("A sends arms and B gives technology")."""
    found = _AND_THE_OTHER.search(passage.tagged)
    if (
        found is None
        or not any(act.at < found.start() for act in live)
        or not any(act.at > found.start() for act in live)
    ):
        return [passage]
    halves = [passage.part(0, found.start()), passage.part(found.start(), len(passage.tagged))]
    givers = [direction(half)[0] for half in halves]
    both = all(half.of("materiel") for half in halves) and set(givers) == {"D", "R"}
    return halves[::-1] if both else [passage]


_NEVER = re.compile(
    r"(?P<p>[DR])(?:'s|')?[^.;:DROK]{0,40}?(?<!\w)(?:never|nigdy|nunca|никогда|ніколи|nie mals|niemals|jamais|一度も|从未|從未|한 번도)(?!\w)"
)


def _own_denial(context: Context, index: int) -> Draft | None:
    """A denial without the word: the party itself never exported weapons."""
    passage = context.passages[index]
    found = _NEVER.search(passage.tagged) or _THEMSELVES.match(passage.tagged)
    if (
        found is None
        or not paired(context, index)
        or not (passage.where == "title" or passage.index < 3 or passage.has("V"))
    ):
        return None
    giver, margin, why = direction(passage)
    if margin < 2:
        return None
    party = context.lexicon.parties["DR".index(found["p"])]
    label = context.lexicon.label("party", party)
    spoken = context.spoken[index]
    if spoken is not None and spoken.party == party and spoken.rank > 2:
        who = spoken
    else:
        who = Claimant("North Korea" if label == "DPRK" else label, "government", party, rank=2)
    base = facts(context, passage, index, who)
    return replace(base, status="denied", giver=giver, firm=margin, why=why, hedge="", basis="none stated")


def _background(passage: Passage, act: Act) -> bool:
    return any(
        (
            0 <= act.mention.start - cue.end <= 90
            or (0 <= cue.start - act.mention.end <= 40 and not cue.canonical.isascii())
        )
        and "V" not in passage.tagged[act.at :][:80]
        for cue in passage.of("background")
    )


def _asserted(context: Context, index: int, passage: Passage, live: list[Act], *, waiting: bool) -> list[Draft]:
    if not paired(context, index):
        return []
    talks = talked_over(passage, live)
    giver, margin, why = talks or direction(*leg(passage, live))
    if margin < _CLEAR and giver == "R" and passage.of("materiel") and not _returned(passage):
        giver = ""  # one weak cue does not turn the flow of arms
    who = context.spoken[index]
    nominal = talks is not None or all(act.letter in "SX" for act in live)
    if who is not None and who.party in context.lexicon.parties and (nominal or not plan_wins(passage, live)):
        who = None  # of what a party says of itself only its plans are claims
    if nominal and who is None and not waiting and not _stated(context, passage, margin):
        return []
    if not giver and not (who is not None and nominal):
        return []
    if not _goods(passage) or (who is None and not _plain(context, index, margin)):
        return []
    planned = plan_wins(passage, live)
    hedge = hedge_of(passage, planned=planned)
    if planned and who is None and any(one.start < live[0].mention.start for one in passage.of("hedge")):
        return []  # "may hope for more weapons" in nobody's name is a guess of the paper
    if all(act.letter == "U" for act in live) and not (_USED.search(passage.tagged) and _in_the_war(passage)):
        return []  # who launches its own missiles has used nobody else's
    if {act.letter for act in live} == {"C"} and not (
        (passage.of("materiel") or passage.has("N") or _goods(passage)) and passage.of("place", "vessel", "unit")
    ):
        return []
    base = facts(context, passage, index, who)
    base = replace(base, giver=giver, firm=margin, why=why, hedge=hedge)
    counted = amounts(passage, context.lexicon)
    return split(passage, base, counted, planned=planned, live=live)


def _in_the_war(passage: Passage) -> bool:
    return passage.has("R", "W") or any(one.canonical == "ukraine" for one in passage.of("party"))


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


def _returned(passage: Passage) -> bool:
    return any(
        one.concept.get("family") in {"technology", "air defence", "submarines"} for one in passage.of("materiel")
    )


def _stated(context: Context, passage: Passage, margin: int) -> bool:
    """Whether a noun ("arms shipments to Russia") in nobody's name is a statement, not the topic of the sentence."""
    if passage.of("basis"):
        return True
    dated = period(event_text(passage), context.date) != ("", "")
    return passage.where == "text" and margin >= 3 and (dated or bool(amounts(passage, context.lexicon)))


def _here_both(passage: Passage) -> bool:
    """Whether both parties stand in this very sentence."""
    return passage.has("D") and passage.has("R")


def _denied(context: Context, index: int, who: Claimant, earlier: list[Draft]) -> list[Draft]:
    passage = context.passages[index]
    live = acts(passage)
    base = facts(context, passage, index, who)
    base = replace(base, status="denied", hedge="", basis="none stated", period=("", ""))
    if passage.of("materiel") and paired(context, index):
        giver, margin, why = direction(passage)
        first = passage.tokens[0]
        behind = direction(passage, (passage.tagged.index("Z") + 1, len(passage.tagged)))
        if behind[1] >= 2 and passage.tagged.find("M") > passage.tagged.index("Z"):
            giver, margin, why = behind  # what is denied stands behind the verb: the denier is no part of it
        elif margin < 3 and first.letter in "DR":  # who denies stands first and is no part of what is denied
            giver, margin, why = max(
                (giver, margin, why), direction(passage, (first.at + 1, len(passage.tagged))), key=lambda one: one[1]
            )
        if (giver and (live or margin >= 2)) or (_here_both(passage) and passage.has("X", "S", "E", "G")):
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
