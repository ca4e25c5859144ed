r"""How a word may stand in the raw bytes of a page: charsets, entities, JSON escapes, tags and soft hyphens inside it.

Everything here errs on one side: a pattern may find a word that is not there, it may not miss one that a reader of
the decoded page would see. Patterns are for google-re2 over bytes (Latin-1 mode).
"""

from __future__ import annotations

import html.entities
import re
import unicodedata
from collections.abc import Sequence
from functools import cache

_TAG = rb"<[^<>]*>|(?:\\u003[cC]|&lt;)[^<>]*(?:\\u003[eE]|&gt;)"
_REFERENCE = rb"&#?[0-9A-Za-z]*;?|\\u[0-9A-Fa-f]{4}"
_UNSEEN = rb"\xc2[\x80-\xad]|\xe2[\x80\x81][\x80-\xbf]|\xef\xbb\xbf|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
# The same as references, and what parts words as references. Letters are none of them: a pattern that passed over any
# reference would pass over whole texts that are written in references, and remember every word that it had begun.
_UNSEEN_REFERENCE = (
    rb"&(?:amp;)*(?:#[xX]?0*(?:[0-9A-Da-d]{1,2};|1[2-7].|[aA][dD]|8[23]..|20[0-6].|65279|[fF][eE][fF][fF])|shy|zwn?j|[lr]rm|(?:af|ic|it);|[A-Z][a-z]+)"
    rb"[A-Za-z]*;?|\\u(?:00|20|[fF][eE]).."
)
_PARTING_NUMBER = (
    rb"&#(?:0*(?:[0-9]{1,3}|[78][0-9]{3}|12[0-9]{3}|6[45][0-9]{3})"
    rb"|[xX]0*(?:[0-9A-Fa-f]{1,2}|2[bB][9cC]|37[4eE]|387|[12][0-9A-Fa-f]{3}|30[0-9A-Fa-f]{2}|[fF][bBdDeEfF][0-9A-Fa-f]{2}))"
)
_PARTING_ESCAPE = rb"\\u(?:(?:00|[12][0-9A-Fa-f]|30|[fF][bBdDeEfF])[0-9A-Fa-f]{2}|02[bB][9cC]|037[4eE]|0387)"
_PARTING_REFERENCE = _PARTING_NUMBER + rb";?|&[A-Za-z]*;?|" + _PARTING_ESCAPE
_MARKS = rb"(?:" + _UNSEEN_REFERENCE + rb"|" + _UNSEEN + rb")*"
INSIDE = rb"(?:" + _TAG + rb"|" + _UNSEEN_REFERENCE + rb"|" + _UNSEEN + rb")*"
"""What may stand between two letters of one word without parting them."""

BETWEEN = rb"(?:" + _TAG + rb"|" + _REFERENCE + rb"|\\[nrtbf/\"]|[^A-Za-z0-9])+"
"""What may stand between two words of a phrase of ASCII letters."""

_PARTING_UTF8 = rb"\xc2[\x80-\xbf]|[\xe1\xe2][\x80-\xbf]{2}|\xe3\x80[\x80-\xbf]|\xe3\x83\xbb|\xef[\xb7-\xbf][\x80-\xbf]|\xef\xac\xa9|\xca[\xb9\xbc]|\xcd[\xb4\xbe]|\xce\x87"
_BETWEEN_UTF8 = (
    rb"(?:" + _TAG + rb"|" + _PARTING_REFERENCE + rb"|\\[nrtbf/\"]|[\x00-/:-@\[-`{-\x7f]|" + _PARTING_UTF8 + rb")+"
)
"""The same where the phrase or the page is in UTF-8: signs and spaces, no letters."""

_SIGN = rb"[.,'`*&+~_-]"


def _tight(reference: bytes, sign: bytes) -> bytes:
    """What may stand between the letters of an abbreviation: one sign as people write them (not `n=k`, which is a program), or white space."""
    loose = _TAG + rb"|" + reference + rb"|" + _UNSEEN + rb"|\\[nrt]|[\s\-/]|" + sign
    return rb"(?:(?:" + loose + rb")+" + _SIGN + rb"?(?:" + loose + rb")*|" + _SIGN + rb"(?:" + loose + rb")*)"


def _tight_number(number: bytes, escape: bytes, sign: bytes) -> bytes:
    """The same before a digit: the digits of a reference are not what follows it, as in the letter `&#1090;` of a text in references."""
    other = _TAG + rb"|&[A-Za-z][0-9A-Za-z]*;?|" + escape + rb"|" + _UNSEEN + rb"|\\[nrt]|[\s\-/]|" + sign
    whole = other + rb"|(?:" + number + rb")+(?:;|" + _SIGN + rb"|" + other + rb")"
    return rb"(?:(?:" + whole + rb")+" + _SIGN + rb"?(?:" + whole + rb")*|" + _SIGN + rb"(?:" + whole + rb")*)"


TIGHT = _tight(_REFERENCE, rb"[\x80-\xff]")
_TIGHT_NUMBER = _tight_number(rb"&#(?:[0-9]+|[xX][0-9A-Fa-f]+)", rb"\\u[0-9A-Fa-f]{4}", rb"[\x80-\xff]")
# In UTF-8 signs and spaces are told from letters: every word of one letter would else go on to the end of the text.
_TIGHT_UTF8 = _tight(_PARTING_REFERENCE, _PARTING_UTF8)
_TIGHT_NUMBER_UTF8 = _tight_number(_PARTING_NUMBER, _PARTING_ESCAPE, _PARTING_UTF8)

_ENDING = rb"(?:[0-9A-Za-z\x80-\xff]|" + _TAG + rb"|" + _UNSEEN + rb"|" + _REFERENCE + rb")*"
_OPENED = rb"\\[nrtbf]|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}"
_LEFT = rb"(?:^|[^A-Za-z0-9]|" + _OPENED + rb")"
# In UTF-8 what stands before a word is a whole character: no letter of Latin-1, Latin Extended-A or Cyrillic (but × and ÷).
_LEFT_UTF8 = (
    rb"(?:^|[\x00-/:-@\[-`{-\x7f]|[\xc2\xc6-\xcf\xd2-\xdf][\x80-\xbf]|\xc3[\x97\xb7]|[\xe0-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3}|" + _OPENED + rb")"
)
_RIGHT = rb"(?:$|[^A-Za-z0-9])"
_RIGHT_UTF8 = rb"(?:$|[\x00-/:-@\[-`{-\x7f]|[\xc2\xc6-\xcf\xd2-\xdf\xe0-\xf4]|\xc3[\x97\xb7])"  # the same behind it

EXOTIC = re.compile(
    "[\u02b0-\u02b8\u02e0-\u02e4\u1100-\u11ff\u1c80-\u1c88\u1d2c-\u1d6a\u1d78\u1d9b-\u1dbf\u2071\u207f\u2090-\u209c\u2102-\u2113\u2115\u2119-\u211d\u2120"
    "\u2121\u2124\u2128-\u2149\u2160-\u2188\u2460-\u24ff\u2c7c\u2c7d\u2e80-\u2fdf\u3192-\u319f\u3200-\u33ff\ua69c\ua69d\ua770"
    "\ua7f2-\ua7f9\uab5c-\uab69\uf900-\ufaff\ufb00-\ufb06\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc"
    "\U00010780-\U000107ff\U0001d400-\U0001d7ff\U0001e030-\U0001e08f\U0001f100-\U0001f1a0\U0001f200-\U0001f2ff\U0001fbf0-\U0001fbf9\U0002f800-\U0002fa1f]"
)
"""Letters in disguise (full width, mathematical, circled, half-width kana, single jamo): the fold makes plain ones of them.

A page that holds one is read by the second gate, so that the patterns need not know them.
"""


def exotic(words: Sequence[str]) -> bytes:
    """A pattern that finds every character of EXOTIC that may be a part of these (folded) words, in UTF-8 and escaped."""
    return any_of(_spans(exotic_in(tuple(words)))) or rb"[^\x00-\xff]"


def any_of(spans: Sequence[tuple[int, int]]) -> bytes:
    """A pattern that finds every character from the first to the last of some code points, in UTF-8 and escaped."""
    raw = [_utf8_range(low, high) for low, high in spans]
    decimal, hexadecimal = (
        [one for low, high in spans for one in _numbers(low, high, digits)] for digits in (_DECIMAL, _HEX)
    )
    escapes = [one for low, high in spans if high < 0x10000 for one in _between(f"{low:04x}", f"{high:04x}", _HEX)]
    escapes += [one for low, high in spans if low >= 0x10000 for one in _pairs(low, high)]
    return rb"" if not spans else (
        rb"(?:" + rb"|".join(raw) + rb"|&(?:amp;)*#(?:0*(?:" + rb"|".join(decimal) + rb")(?:;|[^0-9;]|$)|[xX]0*(?:" + rb"|".join(hexadecimal)
        + rb")(?:;|[^0-9A-Fa-f;]|$))|\\u(?:" + rb"|".join(escapes) + rb"))"
    )  # fmt: skip


@cache
def exotic_in(words: tuple[str, ...]) -> list[int]:
    """The code points of EXOTIC whose folded letters are, begin or end a part of a word, marks apart or not."""
    texts = [form for word in words for form in (word, unicodedata.normalize("NFD", word))]
    letters = set("".join(texts))
    found = []
    for low, high in re.findall(r"(.)(?:-(.))?", EXOTIC.pattern[1:-1]):
        for point in range(ord(low), ord(high or low) + 1):
            plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", chr(point)).casefold())
            if letters.isdisjoint(plain):
                continue
            if len(plain) == 1 or any(_meets(plain, text) for text in texts):
                found.append(point)
    return found


def _meets(part: str, text: str) -> bool:
    """Whether a part of one text may be the other: one holds the other, or the end of one begins the other."""
    overlaps = range(1, min(len(part), len(text)))
    ends = any(text.startswith(part[-size:]) or text.endswith(part[:size]) for size in overlaps)
    return part in text or text in part or ends


def _spans(points: Sequence[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for point in points:
        if found and found[-1][1] == point - 1:
            found[-1] = (found[-1][0], point)
        else:
            found.append((point, point))
    return found


_DECIMAL, _HEX = "0123456789", "0123456789abcdef"


def _numbers(low: int, high: int, digits: str) -> list[bytes]:
    """Patterns for the numbers [low, high] as written with these digits, without leading zeros."""
    found: list[bytes] = []
    base = len(digits)
    while low <= high:
        length = len(_written(low, digits))
        last = min(high, base**length - 1)
        found += _between(_written(low, digits), _written(last, digits), digits)
        low = last + 1
    return found


def _written(number: int, digits: str) -> str:
    return f"{number:x}" if len(digits) == 16 else str(number)


def _between(low: str, high: str, digits: str) -> list[bytes]:
    """Patterns for all digit strings from low to high, which are of one length."""
    if not low:
        return [b""]
    if low[0] == high[0]:
        return [_digit(low[0], low[0], digits) + rest for rest in _between(low[1:], high[1:], digits)]
    least, most = digits[0] * (len(low) - 1), digits[-1] * (len(low) - 1)
    first, last = digits.index(low[0]), digits.index(high[0])
    found: list[bytes] = []
    if low[1:] != least:
        found += [_digit(low[0], low[0], digits) + rest for rest in _between(low[1:], most, digits)]
        first += 1
    tail: list[bytes] = []
    if high[1:] != most:
        tail = [_digit(high[0], high[0], digits) + rest for rest in _between(least, high[1:], digits)]
        last -= 1
    if first <= last:
        found.append(
            _digit(digits[first], digits[last], digits) + _digit(digits[0], digits[-1], digits) * (len(low) - 1)
        )
    return found + tail


def _digit(low: str, high: str, digits: str) -> bytes:
    chars = digits[digits.index(low) : digits.index(high) + 1]
    return b"[" + "".join(dict.fromkeys(chars + chars.upper())).encode() + b"]"


def _pairs(low: int, high: int) -> list[bytes]:
    r"""JSON's surrogate pairs for the code points [low, high], behind a first `\u`."""
    found: list[bytes] = []
    while low <= high:
        last = min(high, low | 0x3FF)
        lead, first, final = 0xD800 + ((low - 0x10000) >> 10), 0xDC00 + (low & 0x3FF), 0xDC00 + (last & 0x3FF)
        head = b"".join(_digit(char, char, _HEX) for char in f"{lead:04x}")
        found += [head + rb"\\u" + rest for rest in _between(f"{first:04x}", f"{final:04x}", _HEX)]
        low = last + 1
    return found


def _utf8_range(low: int, high: int) -> bytes:
    """A pattern for the UTF-8 bytes of the code points [low, high], superset within their last byte's block."""
    found: set[bytes] = set()
    step = 0x40
    for start in range(low - low % step, high + 1, step):
        first, last = max(low, start), min(high, start + step - 1)
        lead = chr(first).encode()
        tail = chr(last).encode()
        found.add(b"".join(rb"\x%02x" % byte for byte in lead[:-1]) + rb"[\x%02x-\x%02x]" % (lead[-1], tail[-1]))
    return rb"|".join(sorted(found))


@cache
def _named() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, value in html.entities.html5.items():
        if len(value) == 1 and name.endswith(";"):
            found.setdefault(value, []).append(name[:-1])
    return {value: tuple(names) for value, names in found.items()}


@cache
def spellings(char: str) -> tuple[str, ...]:
    """The code points that the fold reads as this (folded) character, exotic ones aside."""
    found = {char, char.upper(), char.title(), char.swapcase()}
    more = {"е": "ёЁЕ", "s": "ſ", "a": "ª", "o": "º", "k": "\u212a", "å": "\u212bÅ", "1": "¹", "2": "²", "3": "³"}
    found |= set(more.get(char, ""))
    return tuple(sorted(one for one in found if len(one) == 1))


def _escaped_hex(digits: bytes) -> bytes:
    return b"".join(rb"[%c%c]" % (digit, digit - 32) if 97 <= digit <= 102 else rb"%c" % digit for digit in digits)


def _references(*chars: str) -> bytes:
    """A pattern for the ways to write any of some characters as an HTML reference or a JSON escape."""
    points = [ord(char) for char in chars]
    decimal = rb"|".join(b"%d" % point for point in points)
    hexadecimal = rb"|".join(_escaped_hex(b"%x" % point) for point in points)
    names = [name.encode() for char in chars for name in _named().get(char, ())]
    ways = [rb"#(?:0*(?:" + decimal + rb")|[xX]0*(?:" + hexadecimal + rb"))", *names]
    found = rb"(?:&|\\u0026)(?:amp;)*(?:" + rb"|".join(ways) + rb");?"
    escapes = [_escaped_hex(b"%04x" % point) for point in points if point < 0x10000]
    return found + (rb"|\\u(?:" + rb"|".join(escapes) + rb")" if escapes else b"")


def quoted(raw: bytes) -> bytes:
    return b"".join(rb"%c" % byte if chr(byte).isalnum() and byte < 0x80 else rb"\x%02x" % byte for byte in raw)


@cache
def letter(char: str) -> bytes:
    """A pattern for one folded character in UTF-8 or ASCII with every escape, as upper or lower case."""
    raw: list[bytes] = []
    apart: list[bytes] = []
    for one in spellings(char):
        raw.append(quoted(one.encode()))
        parts = unicodedata.normalize("NFD", one)
        if len(parts) == 2 and not EXOTIC.search(parts):
            apart.append(
                b"".join(rb"(?:" + quoted(part.encode()) + rb"|" + _references(part) + rb")" for part in parts)
            )
    singles = [one for one in raw if len(one) == 1]
    many = [one for one in raw if len(one) > 1]
    ways = ([rb"[" + b"".join(singles) + rb"]"] if singles else []) + many
    return rb"(?:" + rb"|".join(dict.fromkeys([*ways, *apart, _references(*spellings(char))])) + rb")"


def words(texts: Sequence[tuple[str, bool]], *, left: bool, utf8: bool = False) -> bytes:
    """One pattern for many folded words (or words in a row), each with whether it wants a boundary behind it.

    `left` wants a boundary before them. Words that begin alike share their beginning: a pattern of a few hundred
    alternatives has a few dozen ways to begin, which is what its states cost.
    """
    return ((_LEFT_UTF8 if utf8 else _LEFT) if left else b"") + _branches(sorted(set(texts)), 0, utf8)


def _branches(texts: Sequence[tuple[str, bool]], depth: int, utf8: bool) -> bytes:
    """What follows after `depth` letters that all these words have in common."""
    ways: list[bytes] = []
    for text, right in texts:
        if len(text) == depth:
            if not right:
                return b""  # a shorter word that needs nothing more: the longer ones are found with it
            ways.append(_RIGHT_UTF8 if utf8 else _RIGHT)
    # "*" stands for any ending of the word before it.
    for char in sorted({text[depth] for text, _ in texts if len(text) > depth}):
        rest = [one for one in texts if len(one[0]) > depth and one[0][depth] == char]
        if char == " " and len(rest[0][0][:depth].rsplit(" ", 1)[-1]) == 1:
            joints = (
                ((_TIGHT_NUMBER_UTF8, True), (_TIGHT_UTF8, False)) if utf8 else ((_TIGHT_NUMBER, True), (TIGHT, False))
            )
            for joint, number in joints:
                some = [one for one in rest if one[0][depth + 1].isdigit() is number]
                ways += [joint + _branches(some, depth + 1, utf8)] if some else []
            continue
        if char in " *":
            between = BETWEEN if not utf8 and all(text.isascii() for text, _ in rest) else _BETWEEN_UTF8
            ways.append((_ENDING if char == "*" else between) + _branches(rest, depth + 1, utf8))
            continue
        joint = INSIDE if depth and rest[0][0][depth - 1] not in " *" else b""
        ways.append(joint + letter(char) + _branches(rest, depth + 1, utf8))
    return ways[0] if len(ways) == 1 else rb"(?:" + rb"|".join(ways) + rb")"


def loose(text: str, *, right: bool) -> bytes:
    """A pattern for an ASCII word that may stand inside a longer one."""
    letters = [letter(char) for char in text]
    rest = INSIDE.join(letters[1:]) + (_RIGHT if right else b"")
    # Tags behind a single ASCII letter are everywhere; a first letter set apart (an initial) is found by what follows it.
    return letters[0] + _MARKS + rest + rb"|(?:>|\\u003[eE]|&gt;)" + rest


def exactly(text: str, *, utf8: bool = False) -> bytes:
    """A pattern for a word of letters without marks in this very case, alone."""
    body = INSIDE.join(rb"(?:%s|%s)" % (quoted(char.encode()), _references(char)) for char in text)
    return (_LEFT_UTF8 if utf8 else _LEFT) + body + (_RIGHT_UTF8 if utf8 else _RIGHT)
