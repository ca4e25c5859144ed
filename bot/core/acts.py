"""The acts of moving, using and dealing that a sentence holds, and whether it means them as done, planned or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.claimants import PREPOSITIONS
from bot.core.lexicon import Mention
from bot.core.passages import Passage

_AFTER, _BEFORE = 84, 72  # code points of `tagged` in which the thing moved must stand
_LOOK_BACK = 160  # further back nothing turns an act into its opposite
_BREAK = re.compile(r"[.;:!?]| - |–|—|, (?:while|but|and|as) ")
_ACTS = "GTUCSXF"
_NEGATED = re.compile(
    r"(?:n't|\bunlikely|\bnot|\bnever|\bwithout|\bno evidence of|\bno longer|\bnie|(?<!\w)не|\bnicht|\bkein\w*|\bnunca|\bne|\bpas|沒有|没有|未|不)(?: \S+){0,2} ?$"
)
_DISBELIEVED = re.compile(
    r"(?:n't|\bunlikely|\bnot|\bnie|(?<!\w)не) V[^.;]{0,60}$|(?:\b(?:doubt\w*|unlikely|improbable|unwahrscheinlich|peu probable|mało prawdopodobn\w*)|"
    r"маловероятно|малоймовірно|сомнева\w*|сумніва\w*|wątpi\w*|bezweifel\w*)[^.;]{0,60}$"
    r"|\b(?:bar|bars|barred|barring|ban|bans|banned|prohibit\w*|forbid\w*|prevent\w*|keep|keeps)\b[^.;]{0,40} from $"
)
_NO_OBJECT = re.compile(
    r"^ (?:\S+ ){0,3}?(?:tour|letter|gift|look|welcome|warning|speech|lesson|blessing|interview|list)s?\b"
)
_ANOTHER_PLAN = re.compile(r"[.;:!?]|\b(?:hid(?:e|ing)|conceal\w*|disguis\w*|obscur\w*)\b")  # the plan is to hide it
_WHENCE = re.compile(
    r"(?:^|(?<= )| )(?:from|of|z|ze|od|из|от|з|із|від|aus|von|für|for|dla|для|de|du|del|desde) (?:the |la |el )?[DRO](?!\w)"
)
_FLOWS = re.compile(r"[MYN](?:(?! who| which)[^.;:,DKPJV]){0,40}$")
_GERUND = re.compile(r"(?i)\w+ing$")  # "Providing weapons would …" opens a warning, it reports nothing
_NOT_ONLY = re.compile(
    r"\bnot (?:only|just|merely|ruling out|rule out|ruled out)|nie wyklucz\w*|не исключ\w*|не виключ\w*|nie tylko|не только|не лише|nicht nur|whether or not|不仅|不僅"
)
_NEGATED_AFTER = re.compile(r"^\w{0,6}(?:지 않|지 못|하지 않|ない|しない|していない|なかった|せず)")
_CONDITION = re.compile(
    r"(?:(?<!\w)(?:if|unless|whether|should it|were to|in case|in the event|jeśli|jeżeli|gdyby|czy|если|ли|чи|якщо|якби|wenn|falls|ob|si|en cas|au cas|en caso)(?!\w)|"
    r"(?<!\w)(?:imagin\w*|suppos(?:e|ing)|hypothetical\w*|wyobraź\w*|załóżmy|представ(?:им|ьте)|предположим|допустим|уяв(?:імо|іть)|припустімо|angenommen|"
    r"stellen wir uns|imaginons|supposons|supongamos|imaginemos)(?!\w)|사실이라면|事実なら|若|如果|假如|倘若|一旦|假设|假設|要是|もし|仮に|만약|만일)[^.;。]{0,60}$"
)
_CONDITION_AFTER = re.compile(r"^\w{0,6}?(?:다면|한다면|할 경우|하면|れば|たら|場合|的话|的話)")
_OPEN = re.compile(  # behind the act: nobody knows it yet, the paper wonders
    r"^\w{0,6}?(?:할지|할 지|했는지|하는지|하느냐|했느냐|할까|かどうか|か否か|与否|與否)"
)
_ACTOR = re.compile(r"[DROK](?!\w*-)")
_OBLIQUE = re.compile(
    r"(?:\b(?:in|against|of|for|with|from|on|and|to|at|near|w|na|z|przeciw\w*|przez|в|на|против|у|от|против|gegen|in|contre|contra|sur|by|like)(?: the| die| den| der| das| la| le| les| el| los| las| l')? ?|-)$"
)
_SAID_BY = re.compile(r"V (?:the |der |dem |la |el |l')?$")
_HEADLINE_SUBJECT = re.compile(r"^, [^,]*[\uac00-\ud7a3]")  # Korean headlines put a comma behind the doer
_RECEIVER = re.compile(r"(?: ?W)?(?:군|측|側|軍)?(?:에게|에 |에서|으로|로 |に|へ|から|向け)")
_CHANCE = frozenset(["可能性", "가능성", "可能"])
_DONE = re.compile(r"[ただ]$|[했었았였]을? ?$|한 ?$|了$")  # "供与した可能性": likely done, not planned
_TO_ANOTHER = re.compile(  # "could arm Ukraine", "dostarcza drony Ukrainie", "provee drones a Ucrania"
    r" (?:(?:\S+ )?M (?:to |a |à |für |an |до |для |do )?)?(?:the |la |der |die )?O(?![\w'-])"
)
_FOR_ANOTHER = re.compile(r"O(?:에게|에 |에 대한 |로 |への|に)[^DR]{0,16}$")
_COMPOUND = re.compile(r"[USX](?:に|で|へ|用|のため|에|용)")
_WARNING = re.compile(
    r"(?:\b(?:warn\w*|urg\w*|call\w*|press\w*|caution\w*|advis\w*)\b|V)[^.;]{0,70}?(?:\bnot to\b|\bto not\b|\bagainst\b|\bnever to\b|\bto (?:stop|halt|end|cease|refrain)\b)[^.;]{0,24}$|"
    r"(?:\b(?:ask|demand|tell|told|request|insist|order|urg|call|wezw|wzyw|apel|żąda|domaga|призва|призыва|требу|потреб|заклика|вимага|forder|verlang|aufgeforder|appel|exig|exhort|instó|pid|réclam)\w*|T)[^.;]{0,70}?"
    r"\b(?:stop|halt|end|cease|refrain|abandon|zaprzesta|wstrzyma|przerwa|прекра|остановить|отказаться|припин|зупин|відмов|einstell|einzustell|stopp|beenden|verzicht|cess|arrêt|renonc|mett\w* fin|cese|cesar|deje de|dejar de|dejen de|deten|poner fin|abstener)\w*[^.;]{0,34}$|"
    r"(?:要求|敦促|呼吁|呼籲|促请|促請|督促)[^。;]{0,16}(?:停止|终止|終止|中止|放弃|放棄)[^。;]{0,16}$"
)
_TO_END_IT = re.compile(  # Korean and Japanese: the end of it is asked for behind the act
    r"^[^.;。]{0,14}?(?:중단|중지|철회|포기|停止|中止|撤回|中断|取りやめ|やめ)[^.;。]{0,14}?(?:요구|촉구|요청|求め|要求|要請|呼びか|呼び掛|促|T)"
)
_STILL_THEIRS = re.compile(
    r"^\W*O[\u4e00-\u9fff][^V.;。]*[,，][^\Wa-zDROK]{0,6}$"
)  # Chinese clauses share the first subject
_ASKED_ANOTHER = re.compile(  # somebody else is asked, or for the end of it, or for a word about it
    r"O(?:に|에|에게|측에|へ)[^DR。.;]{0,24}$|(?:중단|중지|철회|포기|설명|자제|停止|中止|撤回|説明|自制)(?:을|를|を)? ?$"
)
_PLANT = re.compile(
    r"^M (?:factor|plant|industr|maker|sector|expo|exhibition|depot|display|inventory|stockpile|arsenal|program|test|launch|parade)"
)


@dataclass(frozen=True, slots=True)
class Act:
    """One act: its letter and place in `tagged`, and how the sentence means it."""

    letter: str
    at: int
    mention: Mention
    planned: bool = False
    negated: bool = False
    unreal: bool = False  # in a condition, a question or a warning: nobody says that it is so


def acts(passage: Passage) -> list[Act]:
    """The acts of this sentence that have a thing (materiel, a counted unit) as their object and no outsider as doer."""
    found: list[Act] = []
    for token in passage.tokens:
        if token.letter not in _ACTS or token.mention is None:
            continue
        before, after = _clause(passage.tagged, token.at)
        if not _has_object(passage, token.letter, token.mention, before, after):
            continue
        if token.letter == "U" and re.match(r" to V", after):
            continue  # "photographs appear to show"
        if token.letter in "GS" and _FOR_ANOTHER.search(before):
            continue
        if token.letter == "G" and _TO_ANOTHER.match(after):
            continue
        if token.letter == "T" and token.mention.concept.get("plan") == "true" and _ASKED_ANOTHER.search(before):
            continue
        if _foreign(passage, token.letter, before, token.at):
            continue
        found.append(
            Act(
                token.letter,
                token.at,
                token.mention,
                planned=_planned(passage, token.mention, token.letter),
                negated=_negated(before, after),
                unreal=bool(
                    _CONDITION.search(before[-_LOOK_BACK:])
                    or _CONDITION_AFTER.match(after)
                    or _OPEN.match(after)
                    or _WARNING.search(before[-_LOOK_BACK:])
                    or _TO_END_IT.match(after)
                    or (_GERUND.match(passage.words(token.mention)) and not re.search(r"\w|[DROKJV]", before))
                ),
            )
        )
    return found


def _clause(tagged: str, at: int) -> tuple[str, str]:
    before, after = tagged[:at], tagged[at + 1 :]
    starts = [one.end() for one in _BREAK.finditer(before)]
    stop = re.search(r"[;!?]|(?<=\w): | - |–|—", after)
    return before[starts[-1] if starts else 0 :], after[: stop.start() if stop else len(after)]


def _has_object(passage: Passage, letter: str, mention: Mention, before: str, after: str) -> bool:
    if any(one.start < mention.end and mention.start < one.end for one in passage.of("materiel")):
        return True  # "arms deal": the thing is in the word
    if letter == "F":
        # "shells went to Russia", not "Kim, who saw shells, went to Russia"; "из D в R пришли снаряды".
        bare = _WHENCE.sub("", before)
        follows = (
            re.match(r" (?:\S+ )?[MYN]", after) if bare != before else re.match(r"[\u3040-\u30ff]{0,3}[MYN]", after)
        )
        return _FLOWS.search(bare) is not None or follows is not None
    if _NO_OBJECT.match(after):
        return False
    ahead = after[:_AFTER]
    person, thing = ahead.find("P"), -1
    for place in re.finditer("M|Y|N", ahead):
        if place[0] == "M" and _PLANT.match(ahead[place.start() :]):
            continue
        if place[0] == "Y" and not re.search(r"N ", ahead[: place.start()]):
            continue
        if place[0] == "N" and not re.match(
            r"N \w+ of [MY]|N [MY]|N worth|N(?:여|余|多)?[^\w ]?", ahead[place.start() :]
        ):
            continue
        thing = place.start()
        break
    if thing >= 0:
        # "dispatch workers to drone factories": people are what is moved, unless the thing is joined to them.
        return (
            person < 0 or thing < person or bool(re.search(r" and|,| oraz| i |과 |와 | with | w ", ahead[person:thing]))
        )
    behind = before[-_BEFORE:]
    return "M" in behind or bool(re.search(r"N Y|Y", behind) and letter in "GC")


def _foreign(passage: Passage, letter: str, before: str, at: int) -> bool:
    """Whether the nearest actor before the act is neither of the two parties nor somebody who merely speaks."""
    if letter in "TU" and _STILL_THEIRS.search(before):
        return True
    for found in reversed(list(_ACTOR.finditer(before))):
        if _RECEIVER.match(before[found.end() :]):
            continue  # Korean and Japanese put the receiver between the doer and the verb
        if _COMPOUND.match(before[found.end() :]):
            continue  # "ウクライナ攻撃に": what it is for
        if found[0] in "DR":
            return False
        between = before[found.end() :]
        if "V" in between or ("," in between and not _HEADLINE_SUBJECT.match(between)):
            return False
        if _OBLIQUE.search(before[: found.start()]):
            continue
        if (said := _SAID_BY.search(before[: found.start()])) is not None:
            verb = passage.token(at - len(before) + said.start()).mention
            if verb is not None and passage.words(verb).lower() in PREPOSITIONS:
                continue  # "laut O", "according to O"
        return found[0] == "O" and letter in "GTUC" and len(between) < 40 and not between.startswith(("'s", "-"))
    return False


def _planned(passage: Passage, act: Mention, letter: str) -> bool:
    if act.concept.get("plan") == "true" or letter == "X":
        return True
    for cue in passage.of("planning"):
        if cue.start <= act.start and cue.end >= act.start:
            return True
        gap = passage.text[cue.end - passage.start : max(cue.end, act.start) - passage.start]
        if cue.end <= act.start and len(gap) <= 60 and not _ANOTHER_PLAN.search(gap):
            return True
        behind = passage.text[act.end - passage.start : max(cue.start, act.end) - passage.start]
        if (
            act.end <= cue.start <= act.end + 14
            and re.search(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]", passage.words(cue))
            and not re.search(r"[,.，。、；;]", behind)
            and not (passage.words(cue) in _CHANCE and _DONE.search(behind))
        ):
            return True  # Korean and Japanese put the plan behind the act
    return False


def _negated(before: str, after: str) -> bool:
    before = before[-_LOOK_BACK:]
    if _DISBELIEVED.search(before):
        return True
    return bool((_NEGATED.search(before) and not _NOT_ONLY.search(before)) or _NEGATED_AFTER.match(after))
