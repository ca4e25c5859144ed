"""Numbers as news texts write them: digits and words of ten languages, with operator, range and what they count.

A calibre, a designation, a date, a year or a distance is a number too, but `kind` says that it is no quantity.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick

from bot.core.number_kinds import Kind, kind_of
from bot.core.number_words import WORDS, spoken
from bot.core.numerals import CJK_BEGINS, CJK_NUMBER, PLURALS, SCALES, SHARE_BEGINS, SHARES, cjk_value
from bot.core.text import Folded, fold
from bot.core.words import UNSPACED

QUANTITIES: frozenset[Kind] = frozenset(["count", "percent", "money"])
"""The kinds that can be an amount of materiel, technology or payment."""


@dataclass(frozen=True, slots=True)
class Number:
    """One number: `text == given[start:end]`, the operator words before or after it are not part of the span.

    `value` is the number, or the lower end of a range, whose upper end is `value_max`. `op` is the source's own
    operator: "=", ">", ">=", "~", "<=" or "<"; a bare plural ("dozens", "millions") is its lowest reading with ">".
    """

    start: int
    end: int
    value: float
    value_max: float | None
    op: str
    text: str
    kind: Kind


def _any(words: str) -> str:
    # Longest first: an alternation takes the first that fits.
    return "|".join(sorted((re.escape(word).replace(r"\ ", " ") for word in words.split("|")), key=len, reverse=True))


_SCALE = "|".join(sorted((rf"{re.escape(word)}" for word in SCALES), key=len, reverse=True))
_WORD = "|".join(sorted((re.escape(word) for word in WORDS), key=len, reverse=True))
_PLURAL = "|".join(sorted((re.escape(word) for word in PLURALS), key=len, reverse=True))
_LETTERS = "a-zß-öø-žа-џґ"
_DIGITS = (
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d{1,3}(?:[ ']\d{3})+(?![\d])|\d+[.,]\d{1,2}(?!\d)|\d+"
)
_SHARE_SCALE = -1.0  # marks "half of" and the like: already a percentage
_SHARE = "|".join(word.replace(" ", "[ ]") for word in SHARES)
_TOKEN = re.compile(
    rf"""(?<![{_LETTERS}])(?P<share>{_SHARE})
    |(?P<date>(?<!\d)(?:\d{{4}}-\d\d-\d\d|\d{{1,2}}[./]\d{{1,2}}[./](?:19|20)\d\d|(?:19|20)\d\d[./]\d{{1,2}}[./]\d{{1,2}})(?!\d))
    |(?P<cjk>{CJK_NUMBER})
    |(?<![{_LETTERS}\d.,])(?P<digits>{_DIGITS})(?:[ -]?(?P<scale>{_SCALE})(?![^\W\d_])\.?|(?P<short>k|m|bn|b)(?![^\W_]))?
    |(?<![\w])(?P<half>half[ ]a|pół|пол|пів|(?:eine[ ])?halbe|(?:un[ ])?demi|medio)[ -]?(?P<halfscale>{_SCALE})(?![^\W\d_])
    |(?<![\w-])(?P<word>{_WORD})(?![^\W\d_])
    |(?<![\w-])(?P<plural>{_PLURAL})(?![^\W\d_])
    |(?P<codigits>\d+(?:[.,]\d+)*)""",
    re.VERBOSE,
)

_BEGINS = re.compile(f"[0-9]|[{CJK_BEGINS}]")
_WORD_BEGINS = AhoCorasick(
    [*WORDS, *PLURALS, *SHARE_BEGINS, "half a", "pół", "пол", "пів", "eine halbe", "halbe", "un demi", "demi", "medio"]
)

_BEFORE = {
    ">": "more than|over|exceeding|in excess of|upwards of|well over|above|greater than|ponad|więcej niż|powyżej|"
    "более|более чем|больше|свыше|понад|більше|більше ніж|більш ніж|более|mehr als|über|plus de|plus d'|más de|超过|"
    "超過|逾|多达|more than an estimated|as much as more than|>|over an estimated|przeszło",
    ">=": "at least|no fewer than|no less than|not less than|minimum of|a minimum of|co najmniej|przynajmniej|"
    "не менее|не менее чем|как минимум|по меньшей мере|щонайменше|не менше|принаймні|mindestens|wenigstens|"
    "au moins|al menos|por lo menos|최소|최소한|적어도|少なくとも|至少|起码|不少于|≥|>=",
    "<=": "up to|as many as|as much as|at most|maximum of|a maximum of|no more than|not more than|nawet do|"
    "maksymalnie|nawet|не более|максимум|до|bis zu|höchstens|jusqu'à|hasta|최대|最大|最多|高达|高達|多達|多达|≤|<=",
    "<": "less than|fewer than|under|below|mniej niż|poniżej|менее|меньше|менше|weniger als|unter|moins de|menos de|"
    "不到|不足",
    "~": "about|around|roughly|approximately|approx|approx.|some|nearly|almost|close to|an estimated|estimated|"
    "circa|ca|ca.|near|~|≈|około|ok.|blisko|niemal|prawie|mniej więcej|rzędu|szacunkowo|около|примерно|почти|"
    "порядка|приблизительно|близько|приблизно|майже|орієнтовно|etwa|rund|ungefähr|knapp|fast|zirka|schätzungsweise|"
    "environ|près de|quelque|quelques|presque|unos|unas|cerca de|alrededor de|aproximadamente|casi|약|대략|거의|"
    "約|およそ|おおよそ|ほぼ|约|大约|大約|近|将近|可能有",
}
_AFTER = {
    ">": "여|넘는|초과|넘게|超|を超|余り|あまり|多|余|餘|-plus|plus",
    ">=": "이상|以上|or more|и более|і більше|oder mehr|ou plus|o más|lub więcej",
    "<=": "이하|以下|or fewer|or less",
    "<": "미만|未満|未满|弱",
    "~": "가량|정도|안팎|내외|程度|ほど|前後|左右|上下|or so",
}
_OPS_BEFORE = [
    (op, re.compile(rf"(?:^|(?<![^\W_]))(?:{_any(words)})(?: the| a| an|:)?[ \"'(]*$")) for op, words in _BEFORE.items()
]
_OPS_BEFORE_CJK = re.compile(
    r"(?:최소|최대|약|대략|적어도|約|少なくとも|最大|最多|至少|超过|超過|逾|近|约|大约|大約|およそ|高达|高達|多達|多达)$"
)
_OPS_AFTER = [
    (op, re.compile(rf" ?(?:[개발척대문량톤t기명割成할%]|個|发|發|発|枚|艘|門|门|배럴)? ?(?:{_any(words)})"))
    for op, words in _AFTER.items()
]
_CJK_OP = {word: op for op, words in _BEFORE.items() for word in words.split("|")}

_RANGE = re.compile(
    r"(?P<sep> ?- ?| to | or | and | do | lub | i | до | или | и | або | та | bis | oder | und | à | ou | et | a | o | y |~|〜|∼|에서 ?|から|至|到)$"
)
_BETWEEN = re.compile(
    r"(?:between|from|między|pomiędzy|od|от|між|между|від|zwischen|von|entre|de) (?:[^\W\d_]+ )?(?:us)?\$?$"
)
_TO = frozenset(["to", "-", "~", "〜", "∼", "do", "до", "bis", "à", "a", "至", "到", "에서", "から"])
_OR = frozenset(["or", "lub", "или", "або", "oder", "ou", "o"])


_TENTHS = re.compile(r" ?(?:割|成|할)")


@dataclass(frozen=True, slots=True)
class _Raw:
    start: int
    end: int
    value: float
    op: str
    scaled: bool  # carries its own scale word ("6 million"); a range lends it to its first part ("4-6 million")
    scale: float
    plain: bool  # digits only


def numbers(text: str | Folded) -> list[Number]:
    """Every number of `text`, in order, spans in code points of the text as given (of the original for a Folded).

    Thousands separators are read as each language writes them; "1,000", "1.000", "1 000" and "1'000" are one
    thousand, "1,5" and "1.5" one and a half.
    """
    folded = fold(text) if isinstance(text, str) else text
    given = text if isinstance(text, str) else None
    raws = _raws(folded.text)
    out: list[Number] = []
    index = 0
    while index < len(raws):
        raw = raws[index]
        last, low, high = raw, raw.value, None
        if index + 1 < len(raws) and (pair := _range(folded.text, raw, raws[index + 1])) is not None:
            low, high = pair
            last = raws[index + 1]
            index += 1
        index += 1
        op = "~" if high is not None else (raw.op or _op(folded.text, raw.start, last.end))
        if raw.value == 1 and not raw.plain and op == "=" and raw.scale == 1.0 and high is None:
            continue  # "one" is mostly a pronoun
        kind = _kind(folded.text, raw, last, op)
        if kind == "percent" and _TENTHS.match(folded.text, last.end):
            low, high = low * 10, high and high * 10  # 4割, 四成, 4할
        start, end = folded.span(raw.start, last.end)
        if out and start < out[-1].end:
            continue  # "¼" folds to two numbers
        words = folded.text[raw.start : last.end] if given is None else given[start:end]
        out.append(Number(start, end, low, high, op, words, kind))
    return out


def _raws(text: str) -> list[_Raw]:
    """The numbers by the places where one can begin; the pattern itself is too slow to try at every place."""
    starts = {found.start() for found in _BEGINS.finditer(text)}
    starts.update(
        start
        for _, start, _ in _WORD_BEGINS.find_matches_as_indexes(text, overlapping=True)
        if not start or text[start] >= UNSPACED or not text[start - 1].isalnum()
    )
    out: list[_Raw] = []
    reach = 0
    for start in sorted(starts):
        if start < reach or (found := _TOKEN.match(text, start)) is None:
            continue
        if (raw := _raw(found)) is not None:
            out.append(raw)
            reach = raw.end
    return out


def _raw(found: re.Match[str]) -> _Raw | None:
    start, end = found.span()
    if found["date"] is not None:
        return _Raw(start, end, _number(found["date"]), "", scaled=False, scale=0.0, plain=True)
    if found["cjk"] is not None:
        value, op = cjk_value(found["cjk"])
        return None if value is None else _Raw(start, end, value, op, scaled=True, scale=1.0, plain=False)
    if found["digits"] is not None:
        value = _number(found["digits"])
        scale = (
            SCALES[found["scale"]]
            if found["scale"]
            else {"k": 1e3, "m": 1e6, "bn": 1e9, "b": 1e9}.get(found["short"] or "", 1.0)
        )
        return _Raw(start, end, value * scale, "", scaled=scale != 1.0, scale=scale, plain=scale == 1.0)
    if found["share"] is not None:
        value = next(share for word, share in SHARES.items() if re.compile(word).match(found.string, start))
        return _Raw(start, end, value, "", scaled=True, scale=_SHARE_SCALE, plain=False)
    if found["half"] is not None:
        return _Raw(start, end, SCALES[found["halfscale"]] / 2, "", scaled=True, scale=1.0, plain=False)
    if found["word"] is not None:
        value, end, scale = spoken(found.string, start, end)
        return _Raw(start, end, value, "", scaled=scale != 1.0, scale=scale, plain=False)
    if found["plural"] is not None:
        return _Raw(start, end, PLURALS[found["plural"]], ">", scaled=True, scale=1.0, plain=False)
    return _Raw(start, end, _number(found["codigits"]), "", scaled=False, scale=1.0, plain=True)


def _number(digits: str) -> float:
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits):
        return float(digits.replace(",", ""))
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", digits):
        return float(digits.replace(".", "").replace(",", "."))
    if re.fullmatch(r"\d+[.,]\d{1,2}", digits):
        return float(digits.replace(",", "."))
    return float(re.sub(r"\D", "", digits)[:15])


def _range(text: str, first: _Raw, second: _Raw) -> tuple[float, float] | None:
    between = text[first.end : second.start]
    if len(between) > 14 or not first.scale or not second.scale:
        return None
    # "29% and 40%", "$457 million to $1.19 billion": the sign of the unit may stand on both sides.
    found = _RANGE.search(re.sub(r"(?:us)?[$€£]|%| percent| per cent|발|개|万|만", "", between).lower() or " ")
    if found is None or found.start() > 0:
        return None
    sep = found["sep"].strip()
    low, high = first.value, second.value
    if second.scaled and not first.scaled and first.value < 1000 and second.scale != 1.0:
        low *= second.scale
    if low >= high or high > low * 100:
        return None
    if sep in _TO:
        return low, high
    if sep in _OR:  # "two or three": only neighbours are a range, others are alternatives
        return (low, high) if high <= low * 2 else None
    return (low, high) if _BETWEEN.search(text[max(0, first.start - 24) : first.start]) else None


def _op(text: str, start: int, end: int) -> str:
    before = text[max(0, start - 28) : start]
    before = re.sub(r"(?:us)?[$€£]$", "", before)
    if (cjk := _OPS_BEFORE_CJK.search(before)) is not None:
        return _CJK_OP[cjk[0]]
    best, length = "", 0
    for op, pattern in _OPS_BEFORE:
        found = pattern.search(before)
        if found is not None and len(found[0]) > length:
            best, length = op, len(found[0])
    if best:
        return best
    after = text[end : end + 12]
    for op, pattern in _OPS_AFTER:
        if pattern.match(after):
            return op
    return "="


def _kind(text: str, raw: _Raw, last: _Raw, op: str) -> Kind:
    if not raw.scale:
        return "date"
    if raw.scale == _SHARE_SCALE:
        return "percent"
    bare = raw.value if raw.plain else None
    return kind_of(text, (raw.start, raw.end), (last.start, last.end), bare=bare, op=op)
