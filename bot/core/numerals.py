"""The words and characters that languages count with: scales, number words, bare plurals, CJK numerals."""

from __future__ import annotations

import re

_T, _M, _B = 1e3, 1e6, 1e9


def _each(value: float, words: str, *, by: str) -> dict[str, float]:
    return dict.fromkeys(words.split(by), value)


SCALES: dict[str, float] = {
    **_each(1e2, "hundred hundreds sto cent cien", by=" "),
    **_each(12.0, "dozen dozens tuzin tuzina dutzend douzaine douzaines docena docenas", by=" "),
    **_each(
        _T,
        "thousand thousands grand tys tys. tysiąc tysiące tysięcy tysiąca tysiącami tysiącach тыс тыс. тысяч тысячи тысяча тысячу тысячами "
        "тысячах тис тис. тисяч тисячі тисяча тисячу tausend tsd mille mil",
        by=" ",
    ),
    **_each(
        _M,
        "million millions mln mln. mil. mn milion miliony milionów milionowi miliona milionami миллион миллиона миллионов миллиону миллионами млн млн. "
        "мільйон мільйона мільйонів мільйони мільйонами millionen mio mio. millón millones milione milioni",
        by=" ",
    ),
    **_each(
        _B,
        "billion billions bln miliard miliardy miliardów mld mld. mlrd млрд млрд. миллиард миллиарда миллиардов мільярд мільярда мільярдів milliarde milliarden "
        "mrd mrd. milliard milliards",
        by=" ",
    ),
    "mil millones": _B,
    "hundred thousand": 1e5,
    "hundert tausend": 1e5,
    "million": _M,
}
"""Scale word → factor. A scale follows a number ("6 million", "1,5 млн") or stands alone after an article."""

PLURALS: dict[str, float] = {
    **_each(12.0, "dozens|tuziny|dutzende|dutzenden|docenas", by="|"),
    **_each(10.0, "tens of|dziesiątki|dziesiątek|десятки|десятков|десятків|dizaines|decenas", by="|"),
    **_each(
        1e2, "hundreds|setki|setek|сотни|сотен|сотні|сотень|hunderte|hunderten|centaines|cientos|centenares", by="|"
    ),
    **_each(_T, "thousands|tysiące|tysięcy|тысячи|тысячами|тисячі|tausende|tausenden|milliers|miles de", by="|"),
    **dict.fromkeys(
        [
            "tens of thousands",
            "dziesiątki tysięcy",
            "десятки тысяч",
            "десятки тисяч",
            "zehntausende",
            "dizaines de milliers",
            "decenas de miles",
        ],
        1e4,
    ),
    **dict.fromkeys(
        [
            "hundreds of thousands",
            "setki tysięcy",
            "сотни тысяч",
            "сотні тисяч",
            "hunderttausende",
            "centaines de milliers",
            "cientos de miles",
        ],
        1e5,
    ),
    **_each(_M, "millions|miliony|milionów|миллионы|миллионов|мільйони|мільйонів|millionen|millones", by="|"),
    **_each(1e7, "tens of millions|dziesiątki milionów|десятки миллионов|десятки мільйонів", by="|"),
    **_each(
        _M,
        "several million|a few million|kilka milionów|несколько миллионов|кілька мільйонів|mehrere millionen|"
        "plusieurs millions|varios millones",
        by="|",
    ),
    **_each(
        _T,
        "several thousand|a few thousand|kilka tysięcy|несколько тысяч|кілька тисяч|mehrere tausend|"
        "plusieurs milliers|varios miles",
        by="|",
    ),
    **_each(
        1e2,
        "several hundred|a few hundred|kilkaset|несколько сотен|кількасот|mehrere hundert|plusieurs centaines|"
        "varios cientos|several hundreds",
        by="|",
    ),
    **_each(12.0, "several dozen|kilkadziesiąt|несколько десятков|кілька десятків|mehrere dutzend", by="|"),
    **_each(_B, "billions|miliardy|миллиарды|мільярди|milliarden|milliards", by="|"),
}
"""Bare plural → its lowest reading ("hundreds" is more than 100)."""

SHARES: dict[str, float] = {
    "half(?= of| the| its| all| their)": 50.0,
    "(?:one|a)[- ]third(?!s)": 100 / 3,
    "two[- ]thirds": 200 / 3,
    "(?:one|a)[- ]quarter": 25.0,
    "three[- ]quarters": 75.0,
    "połow[aęye]": 50.0,
    "половин[ауы](?![а-яіїє])": 50.0,
    "половини": 50.0,
    "hälfte": 50.0,
    "moitié": 50.0,
    "mitad": 50.0,
    "절반": 50.0,
    "半分": 50.0,
    "半数": 50.0,
    "半數": 50.0,
    "一半": 50.0,
    "jedn[aąe]j? trzeci(?:a|ą|ej)": 100 / 3,
    "треть(?![а-я])": 100 / 3,
    "третин[ау](?![а-яіїє])": 100 / 3,
    "ein(?:em)? drittel": 100 / 3,
    "un tiers": 100 / 3,
    "un tercio": 100 / 3,
    "[三3]分[の之][一1]": 100 / 3,
    "3분의 ?1": 100 / 3,
    "dwie trzecie": 200 / 3,
    "две трети": 200 / 3,
    "дві третини": 200 / 3,
    "zwei drittel": 200 / 3,
    "deux tiers": 200 / 3,
    "dos tercios": 200 / 3,
    "[三3]分[の之][二2]": 200 / 3,
    "3분의 ?2": 200 / 3,
    "ćwierć": 25.0,
    "четверть(?![а-я])": 25.0,
    "чверть(?![а-яіїє])": 25.0,
    "ein(?:em)? viertel": 25.0,
    "un quart(?![a-z])": 25.0,
    "[四4]分[の之][一1]": 25.0,
    "4분의 ?1": 25.0,
}
"""Pattern → percent, for shares that are written as words."""
SHARE_BEGINS = (
    "half", "one third", "one-third", "one quarter", "one-quarter", "a third", "a quarter", "two third", "two-third", "three quarter",
    "three-quarter", "połow", "ćwierć", "jedn", "dwie trz", "половин", "трет", "четверть", "чверть", "две трети", "дві третини", "hälfte",
    "ein drittel", "einem drittel", "ein viertel", "einem viertel", "zwei drittel", "moitié", "un tiers", "un quart", "deux tiers", "mitad",
    "un tercio", "dos tercios", "절반", "半分", "半数", "半數", "一半", "三分", "四分",
)  # fmt: skip
"""How those patterns begin."""

_KANJI = {
    "〇": 0,
    "零": 0,
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "两": 2,
    "兩": 2,
}
_SMALL = {"十": 10.0, "십": 10.0, "百": 100.0, "백": 100.0, "千": 1000.0, "천": 1000.0}
_LARGE = {"万": 1e4, "萬": 1e4, "만": 1e4, "億": 1e8, "亿": 1e8, "억": 1e8, "兆": 1e12, "조": 1e12}
_UNITS = "".join((*_SMALL, *_LARGE))
_INSIDE = "多余餘여"

CJK_BEGINS = "수數数几幾上近百千" + "".join(_KANJI)
CJK_NUMBER = (
    # "2만8000", "1,500万", "三萬三千", "600多万", "수백만", "数十万", "上萬"; never a unit character alone.
    rf"(?:[수數数几幾上近]|(?<![\d.,a-zа-я])\d+(?:[.,]\d+)*|[{''.join(_KANJI)}])[{''.join(_KANJI)}{_INSIDE} ]*[{_UNITS}]"
    rf"(?:[{''.join(_KANJI)}{_UNITS}{_INSIDE}]|(?<=[만억万萬億亿천千백百]) ?\d+(?:[.,]\d+)*)*"
    # "六割", "五成", "数以百计", "百万発": tenths, idioms, and units alone where a counter follows.
    rf"|[{''.join(_KANJI)}](?=割(?!り)|成(?=[\W的以左炮砲弹彈武军軍]|$))|[数數]以[百千万萬][计計]|[百千][万萬](?=[发發発枚])"
)
_PIECE = re.compile(rf"\d+(?:[.,]\d+)*|[{''.join(_KANJI)}]|[{_UNITS}]|[{_INSIDE}]|[수數数几幾上近]")


def cjk_value(text: str) -> tuple[float | None, str]:
    """The value of a number written with 만/万/억/億/천/千…, and the operator it carries in itself ("수천" is ">")."""
    total, section, current, op = 0.0, 0.0, None, ""
    seen = text in _KANJI  # of a tenth
    for piece in _PIECE.findall(text):
        if piece in _LARGE:
            total += ((section + (current or 0.0)) or 1.0) * _LARGE[piece]
            section, current, seen = 0.0, None, True
        elif piece in _SMALL:
            section += (1.0 if current is None else current) * _SMALL[piece]
            current, seen = None, True
        elif piece in _KANJI:
            current = (current or 0.0) * 10 + _KANJI[piece]
        elif piece in _INSIDE or not piece[0].isdigit():
            op = ">"
        else:
            grouped = re.fullmatch(r"\d{1,3}(?:,\d{3})+", piece)
            current = float(piece.replace(",", "")) if grouped else float(piece.replace(",", "."))
    if not seen:
        return None, ""
    return total + section + (current or 0.0), op
