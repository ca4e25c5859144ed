"""What a feed adds around an article's own words: datelines, picture credits, "continue reading", link posts, hashtags."""

from __future__ import annotations

import re

CAPTION = 420  # code points: the longest caption before its credit
LIMIT, TAIL = (
    4000,
    500,
)  # furniture stands at the ends: so many code points of the beginning and of the end are searched

_TAILS = re.compile(
    r"(?:\(?\bcontinue reading\b[\s.…]*\)?|\bread (?:the )?(?:full|rest of the|more)\b[^.\n]{0,80}(?:\.com|\.org|\.net|article|story|here|»|…)?"
    r"|\bthe post .{1,300}? (?:appeared|first appeared) first on .{1,80}|\bthe post .{1,300}? first appeared on .{1,80}"
    r"|\b(?:see|read) all our .{1,60}? coverage\b|\bstay tuned\b[^.\n]{0,60}"
    r"|\b(?:czytaj (?:też|także|więcej|dalej)|zobacz (?:też|także|więcej)|więcej informacji)\b[^.\n]{0,80}"
    r"|\b(?:weiterlesen|lire la suite|читать далее|читайте также)\b[^.\n]{0,80}"
    r"|무단[ ]?전재[^\n]{0,40}|저작권자[^\n]{0,60}|©[^\n]{0,80})\s*$",
    re.IGNORECASE,
)
_LINKS = re.compile(r"\b(?:article|comments) url:\s*\S+|\bpoints: \d+|#\s*comments: \d+|https?://\S+", re.IGNORECASE)
_TAGS = re.compile(r"(?<!\w)#[^\W\d]\w+")
_CREDIT = re.compile(
    r"\((?:photo by |image: |foto: |zdj\. )?[^()]{0,100}(?:getty images?|/afp|/pool|/reuters|via reuters|via ap|ap photo|/pap|the epoch times|연합뉴스 ?사진)[^()]{0,60}\)",
    re.IGNORECASE,
)
_DATELINE = re.compile(
    r"^\s*(?:\([^()\n]{1,20}=[^()\n]{1,20}\)\s*[^=\n]{0,40}=\s*|[A-Z][A-Za-z .,'-]{2,40}, [A-Z][a-z]+\.? \d{1,2} \((?:[A-Z][A-Za-z]+)\)\s*-{1,2}\s*"
    r"|[A-Z][A-Z .,/'-]{2,40}(?:, [A-Z][a-z]+\.? \d{1,2})?\s*(?:\([A-Z][A-Za-z ]+\))?\s*[—–-]{1,2}\s+|\[[^\[\]\n]{2,20}\s*기자\]\s*|【[^】\n]{2,30}】\s*)"
)
_BULLET = re.compile(r"^\s*[•▪●]\s*")


def without_furniture(text: str) -> str:
    """The text without what the feed put around it; a text that is only a picture's caption becomes ""."""
    if not text:
        return ""
    head, rest = text[:LIMIT], text[LIMIT:]
    if "(" in head:
        head = without_captions(head)
    dateline = _DATELINE.match(head)
    if dateline:
        head = head[dateline.end() :]
    if "http" in head or "#" in head:
        head = _TAGS.sub(" ", _LINKS.sub(" ", head))
    return _tailless(head + rest)


def _tailless(text: str) -> str:
    text = text.strip()
    for _ in range(4):
        start = max(0, len(text) - TAIL)
        found = _TAILS.search(text, start)
        if found is None:
            break
        text = text[: found.start()].rstrip()
    return text


def without_captions(text: str) -> str:
    """The text without each line, or the leading sentence, that ends in a picture credit."""
    if not _CREDIT.search(text):
        return text
    kept: list[str] = []
    for line in text.split("\n"):
        found = _CREDIT.search(line)
        if found is not None:  # far into a line it stands in the midst of the article: only the credit goes
            line = line[found.end() :] if found.start() <= CAPTION else _CREDIT.sub(" ", line)  # noqa: PLW2901 -- cut where it stands
        kept.append(_BULLET.sub("", line))
    return "\n".join(kept)
