"""Dates as feeds and pages write them, mended to aware UTC: ISO 8601, RFC 822, epochs, Cyrillic and Korean, MSK and KST."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

OLDEST = datetime(1990, 1, 1, tzinfo=UTC)  # nothing a feed says is older
AHEAD = timedelta(hours=24)  # a date further ahead than this is a mistake

# Hours east of Greenwich. feedparser reads MSK and KST as UTC: 3 and 9 hours wrong for exactly our subject.
# Ambiguous names are read as the news of our regions mean them (IST: India, CST: US Central, BST: British summer).
_ZONES = {
    "z": 0.0,
    "ut": 0.0,
    "utc": 0.0,
    "gmt": 0.0,
    "wet": 0.0,
    "west": 1.0,
    "bst": 1.0,
    "cet": 1.0,
    "mez": 1.0,
    "cest": 2.0,
    "mesz": 2.0,
    "eet": 2.0,
    "eest": 3.0,
    "msk": 3.0,
    "msd": 4.0,
    "мск": 3.0,
    "trt": 3.0,
    "idt": 3.0,
    "samt": 4.0,
    "gst": 4.0,
    "pkt": 5.0,
    "yekt": 5.0,
    "ist": 5.5,
    "omst": 6.0,
    "almt": 6.0,
    "krat": 7.0,
    "novt": 7.0,
    "ict": 7.0,
    "wib": 7.0,
    "irkt": 8.0,
    "hkt": 8.0,
    "sgt": 8.0,
    "awst": 8.0,
    "pht": 8.0,
    "kst": 9.0,
    "jst": 9.0,
    "yakt": 9.0,
    "vlat": 10.0,
    "aest": 10.0,
    "aedt": 11.0,
    "magt": 11.0,
    "sakt": 11.0,
    "pett": 12.0,
    "nzst": 12.0,
    "nzdt": 13.0,
    "est": -5.0,
    "edt": -4.0,
    "cst": -6.0,
    "cdt": -5.0,
    "mst": -7.0,
    "mdt": -6.0,
    "pst": -8.0,
    "pdt": -7.0,
    "akst": -9.0,
    "akdt": -8.0,
    "hst": -10.0,
    "ast": -4.0,
    "adt": -3.0,
    "brt": -3.0,
    "art": -3.0,
}
# The zone of those who write local time and name none, by their language. One zone each, or it is not here.
LOCAL_ZONE = {"ko": timedelta(hours=9), "ja": timedelta(hours=9)}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january янв января январь січ січня januar janvier enero gennaio stycznia ocak",
            "feb february фев февраля февраль лют лютого februar février febrero febbraio lutego şubat",
            "mar march мар марта март бер березня märz mars marzo marca mart mrz",
            "apr april апр апреля апрель кві квітня avril abril aprile kwietnia nisan",
            "may май мая тра травня mai mayo maggio maja mayıs",
            "jun june июн июня июнь чер червня juni juin junio giugno czerwca haziran",
            "jul july июл июля июль лип липня juli juillet julio luglio lipca temmuz",
            "aug august авг августа август сер серпня août agosto sierpnia ağustos",
            "sep sept september сен сент сентября сентябрь вер вересня septembre septiembre settembre września eylül",
            "oct october окт октября октябрь жов жовтня oktober okt octobre octubre ottobre października ekim",
            "nov november ноя нояб ноября ноябрь лис листопада novembre noviembre listopada kasım",
            "dec december дек декабря декабрь гру грудня dezember dez décembre diciembre dicembre grudnia aralık",
        ),
        start=1,
    )
    for name in names.split()
}
_ZONE = r"(?P<zone>[+\-−]\s?\d{1,2}:?\d{2}|[+\-−]\d{1,2}|[^\W\d_]{1,5}(?:[+\-−]\d{1,2}(?::?\d{2})?)?)?"
_TIME = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d{1,9})?)?"
_AMPM = r"(?:\s*(?P<half>[AaPp]\.?[Mm]\.?))?"

_ISO = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?|(?P<month2>\d{2})(?P<day2>\d{2}))?"
    r"(?:(?:T|t|\s+|,\s*)(?P<hour>\d{1,2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,]\d{1,9})?)?\s*"
    + _ZONE
    + r")?"
    r"(?:\[[\w/+-]+\])?"
)
_RFC822 = re.compile(
    r"(?:[^\W\d_]+(?:\.?,\s*|\.?\s+))?(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?[\s\-]+(?:de\s+)?(?P<name>[^\W\d_]+)\.?,?[\s\-]+(?:de\s+)?"
    r"(?P<year>\d{4}|\d{2})(?:\s*(?:г\.|года|р\.|року))?(?:,|\s+at|\s+в|\s+um|\s+-)?"
    rf"(?:\s+{_TIME}{_AMPM}\s*{_ZONE})?(?:\s*\([^)]*\))?"
)
_AMERICAN = re.compile(
    r"(?:[^\W\d_]+\.?,?\s+)?(?P<name>[^\W\d_]+)\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+"
    rf"(?:{_TIME}\s+{_ZONE}\s*(?P<year2>\d{{4}})|(?P<year>\d{{4}})(?:,|\s+at|\s+-)?(?:\s+(?P<hour3>\d{{1,2}}):(?P<minute3>\d{{2}})"
    r"(?::(?P<second3>\d{2}))?(?:\s*(?P<half>[AaPp]\.?[Mm]\.?))?\s*(?P<zone3>[+\-−]\d{1,2}:?\d{2}|[A-Za-z]{1,5})?)?)"
)
_DOTTED = re.compile(
    rf"(?P<day>\d{{1,2}})[./](?P<month>\d{{1,2}})[./](?P<year>\d{{4}})(?:,?\s+(?:в\s+)?{_TIME}{_AMPM}\s*{_ZONE})?"
)
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})[./](?P<month>\d{{1,2}})[./](?P<day>\d{{1,2}})\.?(?:,?\s*{_TIME}{_AMPM}\s*{_ZONE})?"
)
_KOREAN = re.compile(
    r"(?P<year>\d{4})\s*[년年.]\s*(?P<month>\d{1,2})\s*[월月.]\s*(?P<day>\d{1,2})\s*[일日.]?(?:\s*[(（]?[월화수목금토일月火水木金土日][)）]?(?:요일|曜日)?)?"
    r"(?:,?\s*(?P<half>오전|오후|午前|午後)?\s*(?P<hour>\d{1,2})\s*[:시時点]\s*(?:(?P<minute>\d{1,2})\s*(?:분|分)?(?:\s*:?\s*(?P<second>\d{1,2})\s*(?:초|秒)?)?)?"
    r"\s*(?P<zone>[A-Za-z]{1,5}|[+\-]\d{2}:?\d{2})?)?"
)
_COMPACT = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})(?P<zone>)"
)
# What nine in ten feeds write, in a twentieth of the time that the shapes below take.
_USUAL = re.compile(
    r"[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) ((?:19|20)\d{2}) ([01]\d|2[0-3]):([0-5]\d):([0-5]\d) (?:GMT|[+]0000)",
    re.ASCII,
)
_EPOCH = re.compile(r"-?\d{9,14}(?:\.\d{1,9})?")
_SHAPES = (_COMPACT, _ISO, _RFC822, _AMERICAN, _YEAR_FIRST, _KOREAN, _DOTTED)


@dataclass(frozen=True, slots=True)
class Reading:
    """A date as read: `at` in aware UTC, and `note` where something had to be mended or guessed ("" if nothing)."""

    at: datetime
    note: str = ""


def parse_date(value: object) -> datetime | None:
    """ISO 8601, RFC 822, epoch seconds or milliseconds (number or string) as aware UTC, or None if it cannot be read.

    A date without a zone is read as UTC, one without a time as its midnight. Years outside 1990–2200 give None.
    """
    reading = read_date(value)
    return reading.at if reading else None


def read_date(value: object, *, zone: timedelta | None = None) -> Reading | None:
    """Like `parse_date`, with what was mended; `zone` is the offset of dates that name none (default UTC)."""
    if isinstance(value, datetime):
        return _bounded(value if value.tzinfo else value.replace(tzinfo=UTC), "")
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _epoch(float(value))
    if not isinstance(value, str):
        return None
    text = " ".join(value[:200].split()).strip(" \"'")
    if not text or len(text) > 100:
        return None
    if usual := _USUAL.fullmatch(text):
        return _from_usual(*usual.groups())
    if _EPOCH.fullmatch(text) and not (len(text) == 14 and text.startswith(("19", "20"))):
        return _epoch(float(text))
    for shape in _SHAPES:
        found = shape.fullmatch(text)
        if found:
            return _from_parts(found.groupdict(), zone)
    return None


def plausible(at: datetime | None, now: datetime) -> datetime | None:
    """The date if it is neither before 1990 nor more than 24 hours ahead of `now`, else None (R-25)."""
    return at if at is not None and OLDEST <= at <= now + AHEAD else None


def _epoch(number: float) -> Reading | None:
    if number != number or abs(number) > 1e15:  # noqa: PLR0124 - NaN is the one number that differs from itself
        return None
    seconds = number / 1000 if abs(number) >= 1e11 else number
    try:
        return _bounded(datetime.fromtimestamp(seconds, UTC), "")
    except (ValueError, OverflowError, OSError):
        return None


def _from_usual(day: str, name: str, year: str, hour: str, minute: str, second: str) -> Reading | None:
    try:
        month = _MONTHS[name.lower()]
        return _bounded(datetime(int(year), month, int(day), int(hour), int(minute), int(second), tzinfo=UTC), "")
    except (KeyError, ValueError):
        return None


def _from_parts(parts: dict[str, str | None], default: timedelta | None) -> Reading | None:
    # A shape that can hold one thing in two places numbers the second: `month2`.
    given = {key.rstrip("23"): found for key, found in parts.items() if found}

    def part(name: str) -> str:
        return given.get(name) or ""

    month = int(part("month") or 0) or _MONTHS.get(part("name").lower(), 0)
    if part("name") and not month:
        return None
    year, hour = int(part("year")), int(part("hour") or 0)
    if len(part("year")) == 2:
        year += 2000 if year < 70 else 1900
    half = part("half").lower()[:2].strip(".")
    if half:
        if hour > 12:
            half = ""
        afternoon = half in ("pm", "오후", "午後") or half.startswith("p")
        hour = hour % 12 + 12 if afternoon else (hour % 12 if half else hour)
    offset, note = _offset(part("zone"), default)
    if not part("hour"):
        note = "date without a time"
    try:
        day, extra = int(part("day") or 1), timedelta(0)
        if hour == 24 and not int(part("minute") or 0):
            hour, extra = 0, timedelta(days=1)
        local = datetime(
            year, month or 1, day, hour, int(part("minute") or 0), min(int(part("second") or 0), 59), tzinfo=UTC
        )
        return _bounded(local + extra - offset, note)
    except (ValueError, OverflowError):
        return None


def _offset(zone: str, default: timedelta | None) -> tuple[timedelta, str]:
    """The zone's distance from UTC and a note if it was named, unknown or missing."""
    text = zone.replace("−", "-").replace(" ", "").lower()
    name = re.match(r"[^\W\d_]*", text)
    word = name[0] if name else ""
    digits = text[len(word) :]
    if digits:
        sign = -1 if digits[0] == "-" else 1
        number = digits[1:].replace(":", "")
        hours, minutes = (int(number), 0) if len(number) <= 2 else (int(number[:-2]), int(number[-2:]))
        if hours > 15 or minutes > 59:
            return timedelta(0), f"unknown zone {zone[:10]}"
        base = timedelta(hours=_ZONES.get(word, 0.0)) if word in ("msk", "мск") else timedelta(0)
        return base + sign * timedelta(hours=hours, minutes=minutes), ""
    if word in _ZONES:
        note = f"date in {zone.upper()}" if word in ("msk", "msd", "мск", "kst") else ""
        return timedelta(hours=_ZONES[word]), note
    if len(word) == 1 and word != "z":
        return timedelta(0), "unknown zone"  # RFC 1123 calls military letters meaningless
    if default is not None:
        return default, "date without a zone" if not word else f"unknown zone {zone[:10]}"
    return timedelta(0), "date without a zone" if not word else f"unknown zone {zone[:10]}"


def _bounded(at: datetime, note: str) -> Reading | None:
    try:
        at = at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return Reading(at, note) if at >= OLDEST and at.year <= 2200 else None
