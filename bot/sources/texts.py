"""Plain text with whatever a reader copied along: which line is the headline, which one says the date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from bot.core.dates import plausible, read_date
from bot.core.sentences import sentences
from bot.core.text import clean, fold, one_line

MAX_TITLE = 200  # code points; a longer first line is a paragraph
LOOK = 15  # lines from the top in which a headline or a date is looked for
_HEADER = re.compile(
    r"(title|headline|url|link|source|date|published|lang|language|author|by|from|subject):\s*(\S.*)", re.IGNORECASE
)
_DATES = re.compile(
    r"(?:\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})?)?"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? ?\d{1,2}(?:st|nd|rd|th)?, ?\d{4}"
    r"|\d{1,2}\.? [^\W\d_]{3,12}\.? \d{4}|\d{1,2}\.\d{1,2}\.\d{4}|\d{4}[年년.] ?\d{1,2}[月월.] ?\d{1,2}[日일.]?)"
)
# Lines that no headline is: addresses, picture credits, what a page asks its visitor to do.
_NO_TITLE = re.compile(
    r"https?://|@|©|\((?:AP|AFP|Reuters)\)|\bimage source\b|\bphoto(?:graph)?:|\bsubscribe|\bsign (?:in|up)\b|\bcookies?\b"
    r"|\bread also\b|\bnewsletter|^by\s|^from:|^share\b|^(?:updated|published)\b",
    re.IGNORECASE,
)
_SENTENCE_END = (".", "!", ";", "。", "…", ":")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text file says."""

    title: str
    text: str
    url: str = ""
    published: datetime | None = None
    lang: str = ""
    author: str = ""
    outlet: str = ""
    notes: tuple[str, ...] = ()


def read(text: str, now: datetime) -> Reading:
    """Headline, text and date of a plain text. The text keeps everything that is no `Title:`, `URL:` or `Date:` line."""
    lines = [line.strip() for line in clean(text.lstrip("\ufeff")).split("\n")]
    head: dict[str, str] = {}
    first = 0
    for number, line in enumerate(lines):
        found = _HEADER.fullmatch(line)
        if found is None:
            if line or (number and not head):
                break
            continue
        head.setdefault(found[1].lower(), found[2])
        first = number + 1
    body = lines[first:]
    while body and not body[0]:
        body.pop(0)
    notes: list[str] = []
    title = next((head[key] for key in ("title", "headline", "subject") if key in head), "")
    if not title:
        title, note = _title(body)
        notes += [note] if note else []
    while body and body[0] in {title, ""}:
        body.pop(0)
    dated = next((head[key] for key in ("date", "published") if key in head), "")
    return Reading(
        title=one_line(title, 500),
        text="\n".join(line for line in body if line),
        url=next((head[key] for key in ("url", "link") if key in head), ""),
        published=_date(dated, body, now),
        lang=head.get("lang", head.get("language", "")),
        author=next((head[key] for key in ("author", "by", "from") if key in head), ""),
        outlet=head.get("source", ""),
        notes=tuple(notes),
    )


def _title(lines: list[str]) -> tuple[str, str]:
    """The line of the top that reads most like a headline of the rest; else the first sentence, which is said."""
    top = [line for line in lines if line][:LOOK]
    # A headline stands above the first paragraph; what looks like one below it heads a section.
    above = next((number for number, line in enumerate(top) if _paragraph(line)), len(top))
    rest = set(re.findall(r"\w{3,}", fold(" ".join(line for line in lines if len(line) > MAX_TITLE)[:20_000]).text))
    best, most = "", 0.0
    for place, line in enumerate(top[:above]):
        if (
            not 12 <= len(line) <= MAX_TITLE
            or line.endswith(_SENTENCE_END)
            or _NO_TITLE.search(line)
            or _only_date(line)
        ):
            continue
        words = re.findall(r"\w{3,}", fold(line).text)
        if len(words) < 3 and not re.search("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]", line):
            continue
        # A picture's caption shares the article's words, too, but it stands below the headline and is longer.
        share = sum(word in rest for word in words) / len(words) if words and rest else 1.0
        score = share - 0.03 * place - max(0, len(line) - 100) / 200
        if share >= 0.5 and score > most:
            best, most = line, score
    if best:
        return best, ""
    plain = [line for line in top if not _NO_TITLE.search(line)]
    line = next((line for line in plain if len(line) > 40), plain[0] if plain else "")
    spans = sentences(line)
    sentence = line[spans[0][0] : spans[0][1]] if spans else ""
    if len(sentence) > MAX_TITLE:
        sentence = f"{sentence[: MAX_TITLE - 1].rsplit(' ', 1)[0]}…"
    return sentence, "no headline in the file: its first sentence" if sentence else ""


def _paragraph(line: str) -> bool:
    return len(line) > MAX_TITLE or (len(line) > 100 and line.endswith(_SENTENCE_END))


def _only_date(line: str) -> bool:
    return _DATES.fullmatch(line) is not None


def _date(given: str, lines: list[str], now: datetime) -> datetime | None:
    reading = read_date(given) if given else None
    if reading:
        return plausible(reading.at, now)
    dates: list[datetime] = []
    for line in [line for line in lines if line][:LOOK]:
        if len(line) > 120:
            continue
        for found in _DATES.finditer(line):
            at = read_date(re.sub(r"\.(?=\d)", ". ", found[0]) if found[0][0].isalpha() else found[0])
            at_ = plausible(at.at, now) if at else None
            if at_ is not None:
                dates.append(at_)
    # "First published on … / updated on …": the later one dates what we read.
    return max(dates, default=None)
