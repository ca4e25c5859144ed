"""What a page says around some places: enough to tell whether a term stands there, without reading all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.core.pagetext import TAG, WIDEST, Spoken, referred, ways

# Letters are counted by the bytes that only they begin with: ASCII, Latin, Greek, Cyrillic, Han and half of the Hangul.
_LATIN_GREEK_CYRILLIC = (0xC3, 0xC4, 0xC5, 0xCE, 0xCF, 0xD0, 0xD1)
_HAN, _HANGUL = range(0xE4, 0xEA), (0xEB, 0xEC)
_ASCII = tuple(byte for byte in range(0x80) if chr(byte).isalnum())
_USUAL = 8  # bytes of a letter with its share of tags and references
_REFERENCE = 6  # bytes, as in `&#233;`
_UNCOUNTED = bytes(set(range(256)) - {*_ASCII, *_LATIN_GREEK_CYRILLIC, *_HAN, *_HANGUL})


def near(said: Spoken, places: Iterable[tuple[int, int]], letters: int) -> Iterator[str]:
    """What the page says around places in its markup, at least so many letters to either side.

    In each way to read the tags, like `Spoken.readings`.
    """
    for first, last in _close(places, letters * WIDEST):
        start, end = _leftward(said.markup, first, letters), _rightward(said.markup, last, letters)
        yield from ways(TAG.split(said.markup[start:end]))


def _close(places: Iterable[tuple[int, int]], apart: int) -> Iterator[tuple[int, int]]:
    """The places in order, the first few that are not further apart as one."""
    begun = ended = -1
    for first, last in places:
        if begun >= 0 and (first - ended > apart or ended - begun > apart):
            yield begun, ended
            begun = first
        begun, ended = (first if begun < 0 else begun), last
    if begun >= 0:
        yield begun, ended


def _before(markup: bytes, place: int, size: int) -> int:
    """Where a part of that many bytes before a place begins, or a little sooner so that it cuts no tag."""
    start = max(0, place - size)
    opened = markup.rfind(b"<", 0, start)
    return opened if opened >= 0 and markup.find(b">", opened, start) < 0 else start


def _behind(markup: bytes, place: int, size: int) -> int:
    """Where a part of that many bytes behind a place ends, or a little later so that it cuts no tag."""
    end = min(len(markup), place + size)
    opened = markup.rfind(b"<", place, end)
    if opened < 0 or markup.find(b">", opened, end) >= 0:
        return end
    return markup.find(b">", end) + 1 or len(markup)


def _leftward(markup: bytes, place: int, letters: int) -> int:
    """Where a part of the markup that holds so many letters before a place begins."""
    size = letters * _USUAL
    while (start := _before(markup, place, size)) > 0 and _fewer(markup[start:place], letters):
        size *= 2
    return start


def _rightward(markup: bytes, place: int, letters: int) -> int:
    """Where a part of the markup that holds so many letters behind a place ends."""
    size = letters * _USUAL
    while (end := _behind(markup, place, size)) < len(markup) and _fewer(markup[place:end], letters):
        size *= 2
    return end


def _fewer(markup: bytes, letters: int) -> bool:
    """Whether its text may hold fewer letters and digits. (What its ends cut may count as one.)"""
    text = TAG.sub(b"", markup) if b"<" in markup else markup
    if b"&" in text:
        if len(text) < letters * _REFERENCE:
            return True  # a reference is seldom shorter: sooner read more than read references to count them
        text = referred(text.decode("utf-8", "ignore")).encode("utf-8", "ignore")
    return len(text.translate(None, _UNCOUNTED)) < letters
