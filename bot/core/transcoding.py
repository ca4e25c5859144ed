"""How a word stands in the bytes of a page that is not in UTF-8: one pattern for each charset that can write it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.hiding import exotic_in, quoted, spellings

# One codec of each family that `bot.core.charsets` may read a page with, beside UTF-8, UTF-16, UTF-32 and ISO-2022-JP,
# which are decoded before the gate looks at them.
CODECS = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "cp1258", "cp866", "iso8859-2", "iso8859-3", "iso8859-4",
    "iso8859-5", "iso8859-10", "iso8859-13", "iso8859-15", "koi8-r", "koi8-u", "mac-cyrillic", "cp949", "cp932", "euc_jp",
    "gb18030", "big5hkscs",
)  # fmt: skip


def in_codecs(text: str) -> list[bytes]:
    """Patterns for a word in each other charset that can write it; [] where it is plain ASCII.

    Of words in a row the longest that is not ASCII is enough: where the row stands, it stands.
    """
    found: dict[bytes, None] = {}
    if text.isascii():
        return []
    text = max((word.strip("*") for word in text.split() if not word.isascii()), key=len)
    for codec in CODECS:
        letters = []
        for char in text:
            ways = [quoted(raw) for one in spellings(char) if (raw := _encoded(one, codec))]
            letters.append(rb"(?:" + rb"|".join(ways) + rb")" if ways else b"")
        if all(letters):
            found[rb"(?:<[^<>]*>|&[0-9A-Za-z#]*;)*".join(letters)] = None
    return list(found)


def exotic_in_codecs(words: Sequence[str]) -> list[bytes]:
    """Patterns for the characters of EXOTIC that may be a part of these words, in each other charset that can write them."""
    points = exotic_in(tuple(words))
    found: set[bytes] = set()
    for codec in CODECS:
        by_lead: dict[bytes, set[int]] = {}
        for point in points:
            raw = _encoded(chr(point), codec)
            if len(raw) > 1:
                by_lead.setdefault(raw[:-1], set()).add(raw[-1])
            elif raw:
                found.add(quoted(raw))
        for lead, last in by_lead.items():
            found.add(quoted(lead) + rb"[" + b"".join(rb"\x%02x" % byte for byte in sorted(last)) + rb"]")
    return sorted(found)


def _encoded(char: str, codec: str) -> bytes:
    try:
        return char.encode(codec)
    except UnicodeEncodeError:
        return b""
