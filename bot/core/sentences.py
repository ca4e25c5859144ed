"""Where sentences end, in scripts with spaces and without: full stops of abbreviations, initials and dates end none."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Words whose full stop ends no sentence; single letters and initials are handled beside them.
_ABBREVIATIONS = frozenset(
    (  # noqa: SIM905 - five languages side by side read better as prose than as a hundred quoted strings
        "mr ms mrs dr st gen lt col sgt maj capt adm sen rep gov no vs jan feb aug sept sep oct nov dec jr sr prof "
        "г тыс млн млрд им ст руб ул тис ім вул "
        "ca mio mrd bzw usw vgl nr abs z.b d.h u.a "
        "br tys proc godz płn płd pn pd ds ws m.in wg tzw np ul św hab inż płk ppłk mjr kpt kpr plut sierż bryg "
        "sra ee.uu ud uds núm aprox m mm mme art"
    ).split()
)
_BEFORE_NUMBERS = frozenset(["no", "nr", "art", "abs"])  # words of their own too: only before a number
# Polish ones that may as well end a sentence: what follows tells.
_OFTEN_LAST = frozenset(["ok", "mln", "mld", "min", "itd", "itp", "kal", "szt", "ur", "zm", "por"])
# After "3.", "25.": German counts days, centuries and divisions so, and writes what follows with a capital.
_COUNTED = re.compile(
    r" (?:Januar|Jänner|Februar|Feber|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
    r"|Jahrhundert|Jahrestag|Jahr\b|Tag\b|Mal\b|Armee|Division|Brigade|Korps|Regiment|Bataillon|Weltkrieg|Parteitag"
    r"|Plenum|Plenar|Sitzung|Kongress|Paket|Sanktionspaket|Breitengrad)"
)
_SIGNS = ".!?…。！？\n"
# What the candidate is worth is looked at by hand.
_STOP = re.compile("[.!?…。！？\n][.!?…。！？]*[\"'”’»)\\]」』）]*\n*")
_KOREAN_ENDS = frozenset("다요까죠음함임됨")  # a predicate ends here, with or without a space after the full stop


_LONGEST = 6  # letters: more than any abbreviation has in a row
_WORD = 8  # code points before a full stop that are looked at


def _ends_no_sentence(text: str, stop: int) -> bool:
    """Whether the full stop at `stop` belongs to an abbreviation, an initial or an ordinal number."""
    if stop and text[stop - 1].isdigit():
        begin = stop - 2 if stop > 1 and text[stop - 2].isdigit() else stop - 1
        if begin and text[begin - 1] not in " \n(–-":
            return False  # a year, a fraction, a name of things
        return text[stop + 2 : stop + 3].islower() or _COUNTED.match(text, stop + 1) is not None
    if stop > _LONGEST and text[stop - _LONGEST : stop].isalpha():
        return False  # a word like any other: most full stops need no closer look
    word = text[max(0, stop - _WORD) : stop]
    word = word[word.rfind(" ") + 1 :]
    if not word.isalpha():  # points inside, or signs before it
        begin = len(word)
        while begin and (word[begin - 1].isalpha() or word[begin - 1] == "."):
            begin -= 1
        word = word[begin:]
    if not word:
        return False
    if len(word) == 1:
        return True
    lower = word.lower()
    if lower in _BEFORE_NUMBERS:
        return text[stop + 1 : stop + 3].strip()[:1].isdigit()
    if lower in _OFTEN_LAST:
        following = text[stop + 1 : stop + 3].strip()[:1]
        return following.isdigit() or following.islower()
    return lower in _ABBREVIATIONS or (len(word) == 3 and word[1] == "." and word[0].isupper())


MAX_SENTENCE = 1200  # code points; longer runs are cut at white space so that "same sentence" keeps a meaning


def sentences(text: str, *, past: int | None = None) -> list[tuple[int, int]]:
    """Spans [start, end) of the sentences of `text`, in order, white space outside; works without word boundaries.

    With `past` it may stop after the sentence that follows the one with this place.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    length = len(text)
    for first, end in _stops(text):
        sign = text[first]
        if sign in ".!?…" and end < length and not text[end - 1].isspace() and not text[end].isspace():
            glued = sign == "." and first and text[first - 1] in _KOREAN_ENDS and text[end] > "\u4e00"
            if not glued and not any(mark in "。！？" for mark in text[first:end]):
                continue
        if sign == "." and end < length and _ends_no_sentence(text, first):
            continue
        _add(spans, text, start, end)
        start = end
        if past is not None and len(spans) > 1 and spans[-2][1] > past:
            return spans
    _add(spans, text, start, len(text))
    return spans


def _stops(text: str) -> Iterator[tuple[int, int]]:
    """The spans that `_STOP` finds, in order: nine fast searches for its first signs instead of one slow one."""
    places: list[int] = []
    for sign in _SIGNS:
        place = text.find(sign)
        while place >= 0:
            places.append(place)
            place = text.find(sign, place + 1)
    places.sort()
    end = 0
    for place in places:
        if place < end:
            continue  # a later sign of the one before
        following = text[place + 1 : place + 2]
        alone = following == " " or following.isalnum()  # nearly always: nothing to look for
        end = place + 1 if alone else _STOP.match(text, place).end()  # type: ignore[union-attr]  # one of its signs stands there
        yield place, end


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > MAX_SENTENCE:
        cut = text.rfind(" ", start + MAX_SENTENCE // 2, start + MAX_SENTENCE)
        cut = cut if cut > start else start + MAX_SENTENCE
        spans.append((start, cut))
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        spans.append((start, end))
