"""Which language a text is in: tags in one spelling, the script of the letters, detection where nothing is declared."""

from __future__ import annotations

import re

_CJK = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+")
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|\d{3}))?(?:[-_].{0,20})?")
# The script of languages that have exactly one which we can tell by code points.
_CYRILLIC = "ru uk be bg mk ky mn"
_LATIN = "en de fr es it pt nl pl cs sk sv no nb nn da fi hu ro tr id vi ms et lv lt sl hr is ca eu gl sq af zu xh sw"
_SCRIPT_OF = {
    **dict.fromkeys(_CYRILLIC.split(), "cyrillic"),
    **dict.fromkeys(_LATIN.split(), "latin"),
    "ko": "hangul",
    "ja": "kana",
    "zh": "han",
}
# Languages of one script of their own, by the share of it among the letters: no statistics needed, a headline is enough.
_OWN = (
    ("ko", re.compile("[\uac00-\ud7a3]+"), 0.5),
    ("ja", re.compile("[\u3041-\u30fe]+"), 0.1),
    ("zh", re.compile("[\u4e00-\u9fff]+"), 0.5),
)
_OWN_NAMES = frozenset(lang for lang, _, _ in _OWN)
_NOW = {"iw": "he"}  # CLD3 writes Hebrew as it was written before 1989
_PRESS = frozenset(
    ["en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sv", "ru", "uk", "tr", "ar", "fa", "vi", "id"]
)
"""Languages that the detector is believed in even of a short text; rarer ones only where it calls itself reliable."""
_LETTER = re.compile(r"[^\W\d_]+")
_RANGES = (
    ("hangul", re.compile("[\uac00-\ud7a3]+"), 0.5),
    ("kana", re.compile("[\u3041-\u30fe]+"), 0.15),  # Japanese is as much Han as kana
    ("han", re.compile("[\u4e00-\u9fff]+"), 0.5),
    ("cyrillic", re.compile("[\u0400-\u052f]+"), 0.5),
    ("latin", re.compile("[A-Za-z\u00c0-\u024f]+"), 0.5),
)


def language(text: str) -> str:
    """A BCP 47 tag in its usual spelling ("ko", "pt-BR"), or "" if it is none."""
    found = _TAG.fullmatch(text.strip())
    if not found:
        return ""
    return "-".join(part for part in (found[1].lower(), (found[2] or "").title(), (found[3] or "").upper()) if part)


def script(text: str) -> str:
    """The script that most letters of the first 2,000 characters are in, "" for under 40 letters or a mixture."""
    sample = text[:2000]
    letters = _count(_LETTER, sample)
    if letters < 40:
        return ""
    if sample.isascii():
        return "latin"
    for name, range_, least in _RANGES:
        if _count(range_, sample) > least * letters:
            return name
    return ""


def _count(letters: re.Pattern[str], text: str) -> int:
    return sum(map(len, letters.findall(text)))


def suits(lang: str, text: str) -> bool:
    """False where the letters of the text cannot be of that language; True in doubt."""
    return fits(lang, script(text))


def fits(lang: str, written: str) -> bool:
    """The same for a script that `script` found."""
    expected = _SCRIPT_OF.get(lang.partition("-")[0], "")
    return not written or not expected or written == expected


_FEW, _SURE = 200, 0.98  # weighed characters of a short text, and the least that CLD3 must be sure of it
_WATCHED = frozenset(
    ["de", "en", "es", "fr", "ja", "ko", "pl", "ru", "uk", "zh"]
)  # what a watch is read in: more likely than others


def detected(text: str) -> str:
    """The language of a text by its script or by CLD3, "" where there is too little of it or CLD3 guesses."""
    if weight(text) < 30:
        return ""
    sample = text[:3000]
    letters = _count(_LETTER, sample)
    if not letters:
        return ""
    for lang, range_, least in _OWN:
        if _count(range_, sample) > least * letters:
            return lang
    import gcld3

    # A detector of one's own costs 20 µs and no thought about threads; it takes no lone surrogates.
    detector = gcld3.NNetLanguageIdentifier(min_num_bytes=0, max_num_bytes=2000)
    found = detector.FindLanguage(text=sample.encode("utf-8", "replace").decode())
    lang = str(found.language).partition("-")[0]
    trusted = lang in _PRESS or (
        found.is_reliable and lang not in _OWN_NAMES
    )  # it takes what it cannot read for Japanese
    if weight(sample) < _FEW and lang not in _WATCHED:
        # Names make up most of a sentence: "North Korea, officials said" is Catalan to it.
        trusted = found.is_reliable and found.probability >= _SURE
    return _NOW.get(lang, lang) if trusted else ""


def weight(text: str) -> int:
    """Length in characters where one of the East Asian scripts counts as two and a half: they say more with each."""
    return len(text) + int(1.5 * _count(_CJK, text))
