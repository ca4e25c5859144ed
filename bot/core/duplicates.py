"""The same text again: fingerprints that find near-duplicates in any script, and the exact check that keeps them honest."""

from __future__ import annotations

import hashlib
import json
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

from rensa import RMinHash

from bot.core.furniture import without_furniture
from bot.core.text import fold

BANDS, ROWS = 32, 4  # measured on planted wire copies: 32×4 recalls 0.99, 16×8 0.73
SHORT_TEXT, SHORT_ROWS = (
    80,
    2,
)  # a teaser has few shingles, and one edit spoils many: fewer rows (recall 0.95 at Jaccard 0.3)
SKETCH = 512  # shingles kept for the exact check; a longer text keeps the smallest 512 hashes (error about 4 points)
HEAD = 64_000  # code points that are shingled; the rest counts through `text_sha` only
LEADS = 12  # sentences whose beginnings become keys, so that a teaser finds the page that it was cut from
VERSION = f"rensa{RMinHash.ALGORITHM_VERSION}-w3c5-{BANDS}x{ROWS}x{SHORT_ROWS}-{SKETCH}-1"

# What the exact check asks; set on hand-marked copies of real feed items.
SAME_WORDS = 0.29  # Jaccard of shingles, together with
SAME_PART = 0.57  # … the share of the shorter text's shingles
CUT = 0.80  # a teaser: this share of the shorter text stands in the longer one
TITLED_PART = 0.34  # enough where the titles say the same, too
SAME_TITLE = 0.75  # Jaccard of title words
BARE_TITLE = 0.80  # … where one side has no text at all
MIN_SHINGLES = 8  # a shorter text proves nothing alone
MIN_TITLE = 5  # words
SERIAL, SERIAL_TEXT = (
    0.6,
    40,
)  # titles alike but for a number are a series ("day 253", "day 254"): a short text proves nothing then
SHORT, KINDRED = (
    16,
    0.3,
)  # below so many shingles the titles must have something in common: a feed's standing line is no copy

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # scripts that put no space between words
_RUNS = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")
_FIRST_CJK = re.compile(rf"[{_CJK}]")
_BREAKS = re.compile(r"[.!?…]+(?=\s|$)|[。！？\n]+")
_DIGITS = re.compile(r"\d+(?:[.,\u00a0 ]\d{3})*")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is kept of one text to find and prove its copies; equal texts have equal `text_sha`.

    `bands` are short keys: two items that share one are worth a check with `is_copy`. `sketch` holds the hashes of
    the text's shingles (32 bit, sorted, at most 512), `total` how many shingles there were, `words` the hashes of
    the title's words, `figures` those of the numbers in the title.
    """

    version: str
    text_sha: str  # sha256 of the folded text, "" where there is none
    bands: tuple[str, ...]
    sketch: bytes
    total: int
    words: bytes
    figures: bytes
    length: int  # code points of the text as given

    def to_bytes(self) -> bytes:
        """One JSON object, for the store."""
        return json.dumps(
            [
                self.version,
                self.text_sha,
                self.bands,
                self.sketch.hex(),
                self.total,
                self.words.hex(),
                self.figures.hex(),
                self.length,
            ],
            separators=(",", ":"),
        ).encode()

    @classmethod
    def from_bytes(cls, raw: bytes | str) -> Fingerprint:
        """The value that `to_bytes` wrote. Raises ValueError on anything else."""
        version, text_sha, bands, sketch, total, words, figures, length = json.loads(raw)
        return cls(
            version,
            text_sha,
            tuple(bands),
            bytes.fromhex(sketch),
            total,
            bytes.fromhex(words),
            bytes.fromhex(figures),
            length,
        )


def fingerprint(title: str, text: str) -> Fingerprint:
    """The fingerprint of one item; feed furniture and picture credits do not count as its words."""
    folded = fold(without_furniture(text)).text
    head = folded[:HEAD]
    shingles = _shingles(head)
    hashes = sorted({crc32(shingle.encode()) for shingle in shingles})
    folded_title = fold(title).text
    bands: list[str] = []
    if len(shingles) >= MIN_SHINGLES:
        bands.extend(_bands(shingles))
        bands.extend(_leads(head))
    words = _tokens(folded_title)
    if len(words) >= MIN_TITLE:
        bands.append("t" + _short(" ".join(sorted(set(words)))))
        bands.append("t" + _short(" ".join(words[:MIN_TITLE])))
        bands.append("t" + _short(" ".join(words[-MIN_TITLE:])))
    return Fingerprint(
        version=VERSION,
        text_sha=hashlib.sha256(folded.encode()).hexdigest() if folded.strip() else "",
        bands=tuple(dict.fromkeys(bands)),
        sketch=_pack(hashes[:SKETCH]),
        total=len(hashes),
        words=_pack(sorted({crc32(word.encode()) for word in words})),
        figures=_pack(sorted({crc32(re.sub(r"\D", "", figure).encode()) for figure in _DIGITS.findall(folded_title)})),
        length=len(text),
    )


def is_copy(a: Fingerprint, b: Fingerprint) -> float | None:
    """How much of the shorter text stands in the other (0–1) if one is a copy of the other, else None.

    A copy has the same words (lightly edited, boilerplate around it), or is cut out of the other (a teaser), or has
    the same title and nothing to say against it. Titles that differ in a number never prove anything.
    """
    titles = _jaccard(_unpack(a.words), _unpack(b.words))
    if MIN_SHINGLES <= min(a.total, b.total) < SHORT and titles < KINDRED:
        return None
    if titles >= SERIAL and a.figures != b.figures and min(a.total, b.total) < SERIAL_TEXT:
        return None
    if a.text_sha and a.text_sha == b.text_sha and a.total >= MIN_SHINGLES:
        return 1.0
    same_title = a.figures == b.figures and min(len(a.words), len(b.words)) >= 4 * MIN_TITLE
    if a.total < MIN_SHINGLES or b.total < MIN_SHINGLES:
        return titles if same_title and titles >= BARE_TITLE else None
    jaccard, part = _overlap(a, b)
    if part >= CUT or (jaccard >= SAME_WORDS and part >= SAME_PART):
        return part
    if same_title and titles >= SAME_TITLE and part >= TITLED_PART:
        return max(part, titles)
    return None


def copy_score(text_a: str, text_b: str) -> float:
    """The exact share (0–1) of the shorter text's shingles that stand in the other one."""
    a, b = (set(_shingles(fold(without_furniture(text)).text)) for text in (text_a, text_b))
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def _tokens(folded: str) -> list[str]:
    """Words of alphabetic scripts and single characters of the others."""
    out: list[str] = []
    for run in _RUNS.findall(folded):
        if _FIRST_CJK.match(run):
            out.extend(run)
        else:
            out.append(run)
    return out


def _shingles(folded: str) -> list[str]:
    """Three words, or five characters where a script has no word boundaries.

    Of the latter a third is kept, chosen by the shingle itself, so that a sentence has as many in any script.
    """
    out: list[str] = []
    words: list[str] = []
    for run in _RUNS.findall(folded):
        if not _FIRST_CJK.match(run):
            words.append(run)
        else:
            _gather(words, 3, " ", out)
            words = []
            _gather(list(run), 5, "", out)
    _gather(words, 3, " ", out)
    return out


def _gather(tokens: list[str], size: int, glue: str, out: list[str]) -> None:
    if not tokens:
        return
    if len(tokens) < size:
        out.append(glue.join(tokens))
    elif size == 3:
        out.extend(f"{a} {b} {c}" for a, b, c in zip(tokens, tokens[1:], tokens[2:], strict=False))
    else:
        joined = glue.join(tokens)
        grams = (joined[index : index + size] for index in range(len(tokens) - size + 1))
        out.extend(gram for gram in grams if crc32(gram.encode()) % 3 == 0)


def _bands(shingles: list[str]) -> list[str]:
    sketch = RMinHash(num_perm=BANDS * ROWS, seed=42)
    sketch.update(shingles)
    digest = sketch.digest()
    rows = SHORT_ROWS if len(shingles) < SHORT_TEXT else ROWS
    kind = "b" if rows == ROWS else "c"
    return [
        f"{kind}{band:02x}" + _short(struct.pack(f"<{rows}I", *digest[band * rows : band * rows + rows]))
        for band in range(BANDS)
    ]


def _leads(head: str) -> Iterable[str]:
    found = 0
    for sentence in _BREAKS.split(head):
        tokens = _tokens(sentence[:400])
        if len(tokens) >= 8:
            size = 16 if _FIRST_CJK.match(tokens[0]) else 8
            yield "s" + _short(" ".join(tokens[:size]))
            found += 1
            if found == LEADS:
                return


def _short(key: str | bytes) -> str:
    return hashlib.blake2b(key.encode() if isinstance(key, str) else key, digest_size=5).hexdigest()


def _pack(hashes: list[int]) -> bytes:
    return struct.pack(f"<{len(hashes)}I", *hashes)


@lru_cache(maxsize=4096)
def _unpack(packed: bytes) -> frozenset[int]:
    return frozenset(struct.unpack(f"<{len(packed) // 4}I", packed))


def _jaccard(a: frozenset[int], b: frozenset[int]) -> float:
    common = len(a & b)
    return common / (len(a) + len(b) - common) if common else 0.0


def _overlap(a: Fingerprint, b: Fingerprint) -> tuple[float, float]:
    """(Jaccard, share of the shorter one); exact up to 512 shingles, estimated from the smallest hashes above."""
    left, right = _unpack(a.sketch), _unpack(b.sketch)
    if a.total <= SKETCH and b.total <= SKETCH:
        common = float(len(left & right))
    else:
        # Only hashes below the smaller of the two largest ones were seen on both sides.
        ceiling = min(
            max(left) if a.total > SKETCH else 0xFFFFFFFF,
            max(right) if b.total > SKETCH else 0xFFFFFFFF,
        )
        seen_left = sum(1 for value in left if value <= ceiling)
        seen_right = sum(1 for value in right if value <= ceiling)
        seen_common = len(left & right)
        shorter = seen_left if a.total <= b.total else seen_right
        common = min(a.total, b.total) * seen_common / shorter if shorter else 0.0
    union = a.total + b.total - common
    return (common / union if union else 0.0, common / min(a.total, b.total))
