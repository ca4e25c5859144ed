"""When a sentence says it happened: dates, months, "since August", "last month", resolved by the item's date."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

_MONTHS = {
    1: "january jan stycz januar janvier enero январ січ",
    2: "february feb lut februar février febrero феврал лют",
    3: "march marc märz mars marzo март берез",
    4: "april apr kwiet avril abril апрел квіт",
    5: "may maj mai mayo мая май трав",
    6: "june jun czerw juni juin junio июн черв",
    7: "july jul lip juli juillet julio июл лип",
    8: "august aug sierp août agosto август серп",
    9: "september sept sep wrze septembre septiembre сентябр верес",
    10: "october oct paździer oktober octobre octubre октябр жовт",
    11: "november nov listopad novembre noviembre ноябр листопад",
    12: "december dec grud dezember décembre diciembre декабр груд",
}
_STEMS = {stem: month for month, stems in _MONTHS.items() for stem in stems.split()}
_MONTH = r"(?P<{0}>" + "|".join(sorted(_STEMS, key=len, reverse=True)) + r")[^\W\d_]*+\.?"
_M1, _M2 = _MONTH.format("m1"), _MONTH.format("m2")
_DAY = r"(?P<{0}>\d{{1,2}})(?:st|nd|rd|th|\.)?"
_YEAR = r"(?:,? (?:of |de )?(?P<{0}>20\d\d))?"
_D1, _D2, _Y1, _Y2 = _DAY.format("d1"), _DAY.format("d2"), _YEAR.format("y1"), _YEAR.format("y2")
_TO = r" ?(?:-|to|until|through|till|and|do|a|bis(?: zum)?|au|al|y el|hasta el|по|до|та|і|и) ?"

_DAYS_MONTH_FIRST = re.compile(rf"\b{_M1} {_D1}{_Y1}(?:{_TO}(?:{_M2} )?{_D2}(?!\d){_Y2})?(?!\d)")
_DAYS_DAY_FIRST = re.compile(
    rf"\b{_D1}(?: (?:of |de )?{_M1})?{_Y1}{_TO}{_D2} (?:of |de )?{_M2}{_Y2}|\b{_D1.replace('d1', 'd3')} (?:of |de )?{_MONTH.format('m3')}{_YEAR.format('y3')}"
)
_SINCE = re.compile(
    rf"\b(?:since|since early|since late|od|seit|depuis|desde|с|з|від) (?:early |mid-?|late |the )?(?:{_M1}{_Y1}|(?P<y>20\d\d))"
)
_FROM = r"\b(?:since|od|seit(?: dem)?|depuis(?: le)?|desde(?: el)?|с|з|від) (?:the )?"
_SINCE_DAY = re.compile(rf"{_FROM}{_D1} (?:of |de )?{_M1}{_Y1}(?!{_TO}\d)")
_SINCE_DATE = re.compile(rf"{_FROM}{_M1} {_D1}(?!\d){_Y1}(?!{_TO}(?:\d|{_M2}))")
_IN = re.compile(
    rf"\b(?:in|last|this past|during|early|late|mid-?|by|we|w|im|en|au|в|у|до|połowie|until|through) (?:early |mid-?|late |the end of |połowie )?{_M1}{_Y1}(?! \d{{1,2}}\b)"
)
_RANGE = re.compile(
    rf"\b(?:from|between|od|z|von|zwischen|de|entre|с|з) (?:early |mid-?|late |the beginning of |the end of )?{_M1}{_Y1}{_TO}(?:early |mid-?|late |the beginning of |the end of )?{_M2}{_Y2}"
)
_AS_OF = re.compile(
    rf"\b(?:as of|stan na|по состоянию на|станом на) (?:early |mid-?|late |the end of )?(?:{_M1}{_Y1}|(?P<y>20\d\d))"
)
_IN_YEAR = re.compile(r"\b(?:in|w|im jahr|en|в|у) (20\d\d)(?:\b| году| році)")
_CJK = re.compile(
    r"(?:(20\d\d)\s*[年년]\s*)?(1[0-2]|[1-9])\s*[月월](?:\s*([0-3]?\d)\s*[日일])?\s*(부터|から|以来|以降|起|이후|이래)?"
)
_CJK_RANGE = re.compile(
    r"(?:(?P<y1>20\d\d)\s*[年년]\s*)?(?P<m1>1[0-2]|[1-9])\s*[月월](?:\s*(?P<d1>[0-3]?\d)\s*(?:[日일]|(?=[~-])))?\s*(?:부터|から|至|到|~|-)\s*"
    r"(?:(?P<y2>20\d\d)\s*[年년]\s*)?(?:(?P<m2>1[0-2]|[1-9])\s*[月월]\s*)?(?:(?P<d2>[0-3]?\d)\s*[日일])?"
)
_LAST_MONTH = re.compile(
    r"\blast month\b|\bw zeszłym miesiącu\b|\bв прошлом месяце\b|\bминулого місяця\b|지난달|先月|上个月|上個月|\bletzten monat\b|\bel mes pasado\b|\ble mois dernier\b"
)
_SO_FAR = re.compile(
    r"\bso far\b|\bto date\b|\bin recent (?:weeks|months|days)\b|\buntil now\b|지금까지|현재까지|これまで|迄今|至今|\bdotychczas\b|\bпо сей день\b"
)


def period(folded: str, when: date | None) -> tuple[str, str]:
    """(start, end) as ISO dates, months or years ("" where not stated) of a folded sentence; `when` is the item's date.

    A month without a year is the last one before the item; "since X" ends at the item's date.
    """
    if (found := _RANGE.search(folded)) is not None:
        end = _month(found["m2"], found["y2"], when)
        start = _month(found["m1"], found["y1"] or found["y2"], when)
        return _ordered(start, end, dated=found["y1"]) if start and end else ("", "")
    if (found := _SINCE_DAY.search(folded) or _SINCE_DATE.search(folded)) is not None:
        start = _day(found["m1"], found["d1"], found["y1"], when)
        return (start, when.isoformat() if when else "") if start else ("", "")
    if (found := _SINCE.search(folded)) is not None:
        start = found["y"] or _month(found["m1"], found["y1"], when)
        return (start, when.isoformat() if when else "") if start else ("", "")
    if (found := _DAYS_MONTH_FIRST.search(folded)) is not None:
        month2 = found["m2"] or found["m1"]
        start = _day(found["m1"], found["d1"], found["y1"] or found["y2"], when)
        end = _day(month2, found["d2"], found["y2"] or found["y1"], when) if found["d2"] else start
        return _ordered(start, end, dated=found["y1"])
    if (found := _DAYS_DAY_FIRST.search(folded)) is not None:
        if found["d3"]:
            one = _day(found["m3"], found["d3"], found["y3"], when)
            return one, one
        end = _day(found["m2"], found["d2"], found["y2"], when)
        start = _day(found["m1"] or found["m2"], found["d1"], found["y1"] or found["y2"], when)
        return _ordered(start, end, dated=found["y1"])
    if (found := _AS_OF.search(folded)) is not None:
        return "", found["y"] or _month(found["m1"], found["y1"], when)
    if (found := _IN.search(folded)) is not None:
        one = _month(found["m1"], found["y1"], when)
        return one, one
    return _vaguer(folded, when)


def _vaguer(folded: str, when: date | None) -> tuple[str, str]:
    if (found := _IN_YEAR.search(folded)) is not None:
        return found[1], found[1]
    if (found := _CJK_RANGE.search(folded)) is not None and (found["m2"] or found["d2"]):
        month2 = found["m2"] or found["m1"]
        end = _cjk(found["y2"] or found["y1"], month2, found["d2"], when)
        start = _cjk(found["y1"] or found["y2"], found["m1"], found["d1"], when)
        return _ordered(start, end, dated=found["y1"]) if start and end else ("", "")
    if (found := _CJK.search(folded)) is not None:
        one = _cjk(found[1], found[2], found[3], when)
        if one:
            return one, (when.isoformat() if when else "") if found[4] else one
    if when is not None and _LAST_MONTH.search(folded):
        last = when.replace(day=1) - timedelta(days=1)
        return f"{last:%Y-%m}", f"{last:%Y-%m}"
    if when is not None and _SO_FAR.search(folded):
        return "", when.isoformat()
    return "", ""


def _year_of(month: int, when: date | None) -> int:
    if when is None:
        return 0
    return when.year if month <= when.month else when.year - 1


def _ordered(start: str, end: str, *, dated: str | None) -> tuple[str, str]:
    """Over the turn of a year one end has a year at most (`dated` where it is the start): the other is a year apart."""
    if start[:7] <= end[:7] or not end:
        return start, end
    if dated:
        return start, f"{int(end[:4]) + 1:04d}{end[4:]}"
    return f"{int(start[:4]) - 1:04d}{start[4:]}", end


def _cjk(year: str | None, month: str, day: str | None, when: date | None) -> str:
    known = int(year) if year else _year_of(int(month), when)
    if not known:
        return ""
    stands = day is not None and 1 <= int(day) <= monthrange(known, int(month))[1]
    return f"{known:04d}-{int(month):02d}" + (f"-{int(day or 0):02d}" if stands else "")


def _month(stem: str | None, year: str | None, when: date | None) -> str:
    if stem is None:
        return ""
    number = _STEMS[stem]
    known = int(year) if year else _year_of(number, when)
    return f"{known:04d}-{number:02d}" if known else ""


def _day(stem: str | None, day: str | None, year: str | None, when: date | None) -> str:
    month = _month(stem, year, when)
    if not month or day is None:
        return ""
    try:
        return date(int(month[:4]), int(month[5:]), int(day)).isoformat()
    except ValueError:
        return ""
