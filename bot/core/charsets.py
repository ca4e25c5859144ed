"""Bytes of feeds and pages as text: byte order mark, header, declaration and detection over an allow-list of codecs."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass

from resiliparse.parse.encoding import detect_encoding

from bot.core.pagetext import spoken

# only these. punycode, idna, unicode_escape, utf-7, undefined and the like are codecs to Python and traps to us.
# Names that the web uses for one thing and Python for a narrower one are read as the web means them (WHATWG).
_CODECS = {
    name: codec
    for codec, names in {
        "utf-8": "utf-8 utf8 unicode-1-1-utf-8 utf8mb4",
        "utf-16": "utf-16 utf16 ucs-2 unicode iso-10646-ucs-2",
        "utf-16-le": "utf-16le",
        "utf-16-be": "utf-16be",
        "utf-32": "utf-32",
        "cp1252": "cp1252 windows-1252 iso-8859-1 latin-1 latin1 iso8859-1 us-ascii ascii x-cp1252",
        "cp1250": "cp1250 windows-1250",
        "cp1251": "cp1251 windows-1251 x-cp1251 win-1251",
        "cp1253": "cp1253 windows-1253",
        "cp1254": "cp1254 windows-1254 iso-8859-9 latin5",
        "cp1255": "cp1255 windows-1255 iso-8859-8 iso-8859-8-i",
        "cp1256": "cp1256 windows-1256",
        "cp1257": "cp1257 windows-1257",
        "cp1258": "cp1258 windows-1258",
        "cp874": "cp874 windows-874 tis-620 tis620 iso-8859-11",
        "cp866": "cp866 ibm866",
        "iso8859-2": "iso-8859-2 iso8859-2 latin2",
        "iso8859-3": "iso-8859-3",
        "iso8859-4": "iso-8859-4",
        "iso8859-5": "iso-8859-5 iso8859-5",
        "iso8859-6": "iso-8859-6",
        "iso8859-7": "iso-8859-7",
        "iso8859-10": "iso-8859-10",
        "iso8859-13": "iso-8859-13",
        "iso8859-15": "iso-8859-15 latin9",
        "koi8-r": "koi8-r koi8r koi8",
        "koi8-u": "koi8-u koi8u koi8-ru",
        "mac-cyrillic": "x-mac-cyrillic maccyrillic",
        "cp949": "euc-kr euckr ks_c_5601-1987 ksc5601 ks_c_5601 cp949 ms949 uhc windows-949",
        "cp932": "shift_jis shift-jis sjis x-sjis cp932 ms932 windows-31j",
        "euc_jp": "euc-jp eucjp x-euc-jp",
        "iso2022_jp": "iso-2022-jp",
        "gb18030": "gb18030 gbk gb2312 gb_2312-80 cp936 x-gbk euc-cn",
        "big5hkscs": "big5 big5-hkscs big5hkscs cp950 x-x-big5",
    }.items()
    for name in names.split()
}
_ASCII_BASED_7BIT = frozenset({"iso2022_jp"})
_WESTERN = frozenset({"cp1252", "iso8859-15"})
_CYRILLIC = ("cp1251", "koi8-r", "koi8-u", "iso8859-5", "cp866")
_CENTRAL = frozenset({"cp1250", "cp1254", "cp1257", "iso8859-2", "iso8859-4", "iso8859-13"})
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_IN_XML = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']", re.IGNORECASE)
_IN_META = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_ASCII = bytes(range(0x80))
_SEVEN_BITS = re.compile("[\x00-\x7f]+")
_KANA, _HANGUL, _SMALL_CYRILLIC = (
    re.compile(f"[{run}]+") for run in ("\u3041-\u30fe", "\uac00-\ud7a3", "\u0430-\u044f")
)
_NEXT = rb"[\x80-\xbf]"
_NO_NEXT = rb"(?:[^\x80-\xbf]|$)"
MALFORMED = (
    rb"[\xc0\xc1\xf5-\xff]|(?:^|[\x00-\x7f])" + _NEXT
    + rb"|[\xc2-\xdf](?:" + _NO_NEXT + rb"|" + _NEXT * 2 + rb")"
    + rb"|\xe0(?:[^\xa0-\xbf]|$)|\xed(?:[^\x80-\x9f]|$)|[\xe1-\xec\xee\xef]" + _NO_NEXT
    + rb"|[\xe0-\xef]" + _NEXT + rb"(?:" + _NO_NEXT + rb"|" + _NEXT * 2 + rb")"
    + rb"|\xf0(?:[^\x90-\xbf]|$)|\xf4(?:[^\x80-\x8f]|$)|[\xf1-\xf3]" + _NO_NEXT
    + rb"|[\xf0-\xf4]" + _NEXT + rb"(?:" + _NO_NEXT + rb"|" + _NEXT + rb"(?:" + _NO_NEXT + rb"|" + _NEXT * 2 + rb"))"
)  # fmt: skip
"""A pattern (re2 over bytes) that finds something in all bytes but well-formed UTF-8: Unicode 16, table 3-7."""

_TWO_BYTES = re.compile(rb"(?s)[\x81-\xff].")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and the codec that read it; `note` says where the declaration was not followed."""

    text: str
    codec: str
    note: str = ""


def decoded(body: bytes, content_type: str = "") -> Decoded:
    """The text of `body`. Always succeeds: what no allowed codec reads is read with replacement marks.

    Order: byte order mark; UTF-16 by its zero bytes; valid UTF-8 with letters beyond ASCII, whatever is declared and whatever
    its scripts hold; header, then declaration in the document; detection. A declared Western codec over mostly non-ASCII letters is doubted.
    """
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return Decoded(body.decode(codec, "replace").removeprefix("\ufeff"), codec)
    wide = _wide(body)
    if wide:
        return Decoded(body.decode(wide, "replace"), wide)
    declared = _declared(body, content_type)
    if not (declared and declared[0] in _ASCII_BASED_7BIT and b"\x1b" in body):
        text = _strict(body, "utf-8")
        if text is not None:
            return Decoded(text, "utf-8")
        said = spoken(body).raw
        if not said.isascii() and is_utf8(said):
            return Decoded(body.decode("utf-8", "replace"), "utf-8", "bad bytes in a script replaced")
    for codec in declared:
        text = _strict(body, codec)
        if text is None:
            continue
        better = _doubted(body, codec, text)
        return better or Decoded(text, codec)
    # Nothing declared reads it cleanly. UTF-8 cut or soiled in a few places is still UTF-8: other charsets hardly ever look like it.
    mended = body.decode("utf-8", "replace")
    if mended.count("\ufffd") * 10 <= len(_SEVEN_BITS.sub("", mended)):
        return Decoded(mended, "utf-8", "bad bytes replaced")
    detected = _detected(body)
    if detected:
        text = _strict(body, detected)
        if text is not None:
            return Decoded(text, detected, f"read as {detected}")
    for codec in (*declared, detected):
        if codec and codec != "utf-8":
            return Decoded(body.decode(codec, "replace"), codec, "bad bytes replaced")
    return Decoded(body.decode("cp1252", "replace"), "cp1252", "bad bytes replaced")


def is_utf8(said: bytes) -> bool:
    """Whether bytes are well-formed UTF-8."""
    if said.isascii():
        return True
    try:
        said.decode()
    except UnicodeDecodeError:
        return False
    return True


def codec_for(name: str) -> str:
    """Python's codec for a charset name as the web uses it, or "" if it is not on the allow-list."""
    return _CODECS.get(name.strip().strip("\"'").lower(), "")


def _declared(body: bytes, content_type: str) -> tuple[str, ...]:
    names = []
    found = _IN_HEADER.search(content_type)
    if found:
        names.append(found[1])
    head = body[:4096]
    for pattern in (_IN_XML, _IN_META):
        inside = pattern.search(head)
        if inside:
            names.append(inside[1].decode("ascii", "replace"))
    known = [codec_for(name) for name in names]
    # A document that we could search for its declaration byte by byte is not UTF-16 or UTF-32.
    return tuple(dict.fromkeys(codec for codec in known if codec and not codec.startswith(("utf-16", "utf-32"))))


def _wide(body: bytes) -> str:
    head = body[:512]
    if len(head) < 8:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > half * 0.35 and even < half * 0.05:
        return "utf-16-le"
    if even > half * 0.35 and odd < half * 0.05:
        return "utf-16-be"
    return ""


def _strict(body: bytes, codec: str) -> str | None:
    try:
        return body.decode(codec)
    except UnicodeDecodeError:
        # The web's cp1252 gives its five holes their C1 meaning; one such byte must not send us to detection.
        if codec == "cp1252":
            return "".join(body.decode("cp1252", "replace")) if body.translate(None, bytes(range(0x80))) else None
        return None


def _doubted(body: bytes, codec: str, text: str) -> Decoded | None:
    """A better reading where the declared single-byte codec reads every byte but makes no words."""
    if codec not in _WESTERN and codec not in _CYRILLIC:
        return None
    sample = _sample(body)
    high = _beyond_ascii(sample)
    if high < 12:
        return None
    other = _east_asian(sample)
    if not other and codec in _CYRILLIC:
        best = max(_CYRILLIC, key=lambda rival: (_small_cyrillic(sample, rival), rival == codec))
        other = best if _small_cyrillic(sample, best) > 1.5 * _small_cyrillic(sample, codec) + 5 else ""
    elif not other and re.search(rb"[\x80-\xff]{4}", sample):  # Western words hold single accents, not runs of them
        other = _detected(body)
        best = max(_CYRILLIC, key=lambda rival: _small_cyrillic(sample, rival))
        if _small_cyrillic(sample, best) > 0.7 * high:
            other = best
        other = "" if other in _WESTERN or other.startswith("utf") else other
    if other and other != codec:
        read = _strict(body, other)
        if read is not None:
            return Decoded(read, other, f"declared {codec}, read as {other}")
    return None


def _sample(body: bytes) -> bytes:
    """The lines that hold bytes beyond ASCII: markup drowns the letters."""
    lines = b"\n".join(line for line in body[:400_000].split(b"\n") if not line.isascii())
    return lines[:60_000]


def _east_asian(sample: bytes) -> str:
    """cp949, euc_jp, cp932, gb18030 or big5hkscs by the share of the letters that such texts are made of, or ""."""

    def read(codec: str) -> str:
        return _SEVEN_BITS.sub("", sample.decode(codec, "replace"))

    def share(text: str, letters: re.Pattern[str]) -> float:
        return _count(letters, text) / max(len(text), 1)

    pairs = sum(map(len, re.findall(rb"(?:[\x81-\xfe][\x40-\xfe]){2,}", sample)))
    if pairs < 0.6 * _beyond_ascii(sample):
        return ""
    for codec in ("euc_jp", "cp932"):
        text = read(codec)
        if share(text, _KANA) > 0.2 and "\ufffd" not in text[:-1]:
            return codec
    if share(read("cp949"), _HANGUL) > 0.85:
        return "cp949"
    # Level 1 of each standard holds the characters of everyday text.
    common = {
        "gb18030": _lead_share(sample, 0xB0, 0xD7, 0xA1),
        "big5hkscs": _lead_share(sample, 0xA4, 0xC6, 0x40),
    }
    best = max(common, key=lambda codec: common[codec])
    text = read(best)
    return best if common[best] > 0.75 and text.count("\ufffd") * 100 < len(text) else ""


def _lead_share(sample: bytes, low: int, high: int, trail: int) -> float:
    """Of the two-byte characters, how many have a lead byte in [low, high] and a trail byte from `trail` on."""
    leads = common = 0
    for (lead, second), times in Counter(_TWO_BYTES.findall(sample)).items():
        # Rows below B0 (GB) and A4 (Big5) are punctuation in both: they speak for neither.
        if lead >= 0xA4:
            leads += times
            common += times if low <= lead <= high and second >= trail else 0
    return common / leads if leads else 0.0


def _small_cyrillic(body: bytes, codec: str) -> int:
    return _count(_SMALL_CYRILLIC, body[:20_000].decode(codec, "replace"))


def _count(letters: re.Pattern[str], text: str) -> int:
    """How many of these letters a text has; `letters` finds runs of them."""
    return sum(map(len, letters.findall(text)))


def _beyond_ascii(body: bytes) -> int:
    return len(body.translate(None, _ASCII))


def _detected(body: bytes) -> str:
    sample = _sample(body) or body[:60_000]
    east_asian = _east_asian(sample)
    if east_asian:
        return east_asian
    high = _beyond_ascii(sample)
    best = max(_CYRILLIC, key=lambda codec: _small_cyrillic(sample, codec))
    if high >= 12 and _small_cyrillic(sample, best) > 0.7 * high:
        return best
    try:
        found = codec_for(str(detect_encoding(sample) or ""))
    except (ValueError, LookupError):
        return ""
    # A handful of accents does not tell Paris from Prague; more of our sources are read in Western letters.
    return "cp1252" if found in _CENTRAL and high < 30 else found
