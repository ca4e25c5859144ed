"""How much a sentence says was moved: numbers tied to the unit that stands with them, never to one elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.lexicon import Lexicon, Mention
from bot.core.numbers import QUANTITIES, Number
from bot.core.numerals import PLURALS
from bot.core.passages import Passage
from bot.core.text import fold

_REACH = 44  # code points between a number and its unit: room for two or three adjectives
_JOINED = re.compile(r"^(?: and | or | i | и | і | und | et | y |, )$")
_STOPS = re.compile(
    r"[.;:!?(]|,(?! \w+ \w+$)|\b(?:to|from|in|for|by|with|at|on|into|na|do|w|z|which|that|who|where|when)\b"
)
_WORTH = re.compile(
    r"\b(?:worth|compensation|payment|paid|pay|cash|wart|на сумму|valor|valeur|wert|earned|deal)\b|상당|규모|相当"
)
_PIECES = re.compile(r"pieces?|units?|sztuk\w*|единиц\w*|одиниц\w*|stück|pièces|piezas|unidades|unités")
_OF = re.compile(r" (?:of |de |d')?(?:[\w.-]+ ){0,4}")
_NUMBER_OF = re.compile(
    r"(?i)\b(?:number|total|tally|count) of(?= [^.;:]{0,70}\b(?:at|to|reached|is|was|about|over)(?: \w+){0,2} $)|"
    r"(?:число|количество|кількість|liczb[aęy]|Zahl der|nombre d\S*|número de)(?= [^.;:]{0,70}\w $)"
)
_AMMUNITION = frozenset(["shells", "rockets", "missiles"])
_TIMES = re.compile(r"\s*(?:times|razy|раза?|разів|рази)\b|\s?(?:차례|回|次)")
_TWICE = re.compile(r"(?i)\b(?:twice|dwukrotnie|дважды|двічі|zweimal|deux fois|dos veces)\b")
_NOT_GOODS = frozenset(["companies", "ships", "types"])  # units that count actors or kinds: only with an act of law
_ALTERNATIVE = re.compile(
    r"^[^.;]{0,60}(?:\bor\b|\blub\b|\bили\b|\bабо\b|\boder\b|\bou\b|\bo\b|또는|または|或)[^.;,]{0,30}$"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit; `goods` is the materiel that stands with it, `kind` how the source counts."""

    op: str
    value: float
    value_max: float | None
    unit: str
    start: int
    end: int
    goods: tuple[str, ...] = ()
    kind: str = ""
    alternative: bool = False  # the source gives it as an alternative to the amount before it
    vague: bool = False  # a bare plural ("dozens"), taken at its lowest


def amounts(passage: Passage, lexicon: Lexicon, *, lawful: bool = False) -> list[Amount]:
    """The amounts of one sentence in order. `lawful`: also count companies and ships, as designations do."""
    units = passage.of("unit")
    out: list[Amount] = []
    for index, number in enumerate(passage.numbers):
        if number.kind not in QUANTITIES:
            continue
        later = next((one.start for one in passage.numbers[index + 1 :] if one.kind in QUANTITIES), passage.end)
        unit, end = _unit(passage, number, units, lexicon.counters, later)
        if not unit or (unit in _NOT_GOODS and not lawful):
            continue
        earlier = out[-1] if out else None
        between = passage.text[earlier.end - passage.start : number.start - passage.start] if earlier else ""
        alternative = earlier is not None and bool(_ALTERNATIVE.match(between))
        out.append(
            Amount(
                op=number.op,
                value=number.value,
                value_max=number.value_max,
                unit=unit,
                start=number.start,
                end=end,
                goods=_goods(passage, number.start, end),
                kind=earlier.kind if earlier and alternative else _kind(passage, number),
                alternative=alternative,
                vague=fold(number.text).text in PLURALS or number.text[0] in "수數数",
            )
        )
    if not out and passage.has("U"):
        out += _times(passage)
    return out


def _times(passage: Passage) -> list[Amount]:
    """How often something was used ("twice", "at least ten times")."""
    for number in passage.numbers:
        if number.kind == "count" and _TIMES.match(passage.text, number.end - passage.start):
            return [Amount(number.op, number.value, number.value_max, "uses", number.start, number.end)]
    found = _TWICE.search(passage.text)
    if found is None:
        return []
    return [Amount("=", 2.0, None, "uses", passage.start + found.start(), passage.start + found.end())]


def _unit(
    passage: Passage, number: Number, units: list[Mention], counters: tuple[tuple[str, str], ...], later: int
) -> tuple[str, int]:
    after = passage.text[number.end - passage.start : number.end - passage.start + _REACH]
    if number.kind == "percent":
        return _share(passage, number), number.end
    if number.kind == "money":
        around = passage.text[max(0, number.start - passage.start - 40) :][: number.end - number.start + 90]
        return ("USD" if _WORTH.search(around) else ""), number.end
    near = [unit for unit in units if number.end <= unit.start <= number.end + _REACH and unit.start < later]
    if not near and (of := _NUMBER_OF.search(passage.text, 0, number.start - passage.start)) is not None:
        told = [unit for unit in units if of.end() <= unit.start - passage.start <= of.end() + 24]
        if told:
            return told[0].canonical, number.end  # "put the number of guns received at 120"
    bare = after.lstrip(" 여余餘多")
    sign, counted = next(((sign, name) for sign, name in counters if bare.startswith(sign)), ("", ""))
    before = [unit for unit in units if number.start - 14 <= unit.end <= number.start]
    if counted == "shells" and before and before[-1].canonical in _AMMUNITION:
        counted = before[-1].canonical  # "미사일 148발": the counter is that of all that is fired
    if counted and (noun := _counted_noun(passage, number.end + len(after) - len(bare) + len(sign), near)) is not None:
        return noun.canonical, noun.end  # "数十発の弾道ミサイル", "1萬個可裝載砲彈的貨櫃": the noun behind says what
    if counted and counted != "pieces":
        return counted, number.end + len(after) - len(bare) + len(sign)
    if before and (counted or (near == [] and _cjk(after))):
        return before[-1].canonical, number.end
    for unit in near:
        gap = passage.text[number.end - passage.start : unit.start - passage.start]
        if _STOPS.search(gap.replace(" of ", " ").lower()):
            break
        if _PIECES.fullmatch(passage.words(unit).lower()) and any(
            _OF.fullmatch(_gap(passage, unit, one)) for one in near if one.start >= unit.end
        ):
            continue  # "220 pieces of self-propelled guns" are guns
        joined = next((one for one in units if one.start >= unit.end and _JOINED.match(_gap(passage, unit, one))), None)
        if joined is not None and joined.canonical != unit.canonical and unit.canonical in _AMMUNITION:
            names = sorted((unit.canonical, joined.canonical), key=lambda name: name != "shells")
            if joined.canonical in _AMMUNITION:
                return " and ".join(names), joined.end
        return unit.canonical, unit.end
    return "", number.end


def _counted_noun(passage: Passage, start: int, near: list[Mention]) -> Mention | None:
    """The noun of a Chinese or Japanese counter: behind の, or the last one behind 的."""
    behind = [one for one in near if one.start >= start]
    for one in reversed(behind):
        gap = passage.text[start - passage.start : one.start - passage.start]
        if re.fullmatch(r"の\w{0,8}|[^，。、,.]{0,14}的\w{0,3}", gap):
            return one
    return None


def _cjk(after: str) -> bool:
    return bool(re.match(r"\s*[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]", after))


def _gap(passage: Passage, first: Mention, second: Mention) -> str:
    return passage.text[first.end - passage.start : second.start - passage.start].lower()


def _share(passage: Passage, number: Number) -> str:
    goods = passage.of("materiel")
    after = [one for one in goods if one.start >= number.end] or goods
    if not after:
        return ""
    noun = {"artillery shells": "shells", "projectiles": "shells"}.get(after[0].canonical, after[0].canonical)
    return f"percent of {noun} used" if passage.has("U") or "fire" in passage.tagged else f"percent of {noun}"


def _goods(passage: Passage, start: int, end: int) -> tuple[str, ...]:
    """The materiel inside the amount, or right behind it ("containers of military equipment and ammunition")."""
    names: list[str] = []
    reach = end
    for mention in passage.of("materiel"):
        inside = mention.start >= start - 20 and mention.end <= end
        gap = passage.text[reach - passage.start : mention.start - passage.start] if mention.start >= reach else "."
        follows = mention.start >= reach and len(gap) < 34 and not re.search(r"[.;:\d]|\b(?:to|from|for|in)\b", gap)
        if inside or follows:
            names.append(mention.canonical)
            reach = max(reach, mention.end)
    return tuple(dict.fromkeys(names))


def _kind(passage: Passage, number: Number) -> str:
    near = ""
    for mention in passage.of("figure"):
        means = mention.concept.get("means")
        gap = number.start - mention.end
        if means in {"equivalent", "increment"}:
            if -8 <= gap <= 24:
                return means
        elif means == "stock":
            if -40 <= number.end - mention.start <= 0 or 0 <= gap <= 30:
                near = near or "stock"
        else:
            near = near or means
    return near
