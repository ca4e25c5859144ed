"""What an item is about, in a form that does not depend on its language: concepts, names, figures, rare words, and when."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from bot.core.commonwords import COMMON, SILENT, TONGUES
from bot.core.furniture import without_furniture
from bot.core.happenings import ACTORS, DEEDS, SPEAKERS, THINGS
from bot.core.numbers import QUANTITIES, numbers
from bot.core.standalone import standalone
from bot.core.text import fold
from bot.model import Item

if TYPE_CHECKING:
    from bot.core.lexicon import Lexicon

VERSION = "signature-2"
TITLE, LEAD, BODY = 1.0, 0.75, 0.35  # how much a feature counts by where it stands
TITLE_SIZE, LEAD_SIZE, BODY_SIZE = 600, 420, 1200  # code points: later paragraphs tell the background, not the event
RARE, USUAL = 0.8, 0.2  # weight of a word that is not, or is, the daily bread of the subject
LEXICON_WEIGHT = {"place": 1.0, "vessel": 1.2, "person": 0.9, "claimant": 0.6, "materiel": 0.3}
MOST = 48  # features kept of one item, the heaviest
WRITTEN = 0.15  # share of a script's letters from which a text is written in it; another one is quoted
TIE = 0.3  # two heads of state in one title: together they say much more than either does
LEADERS = {
    "who:kim": 0.15,
    "who:putin": 0.15,
    "who:xi": 0.7,
    "who:trump": 0.6,
    "who:zelensky": 0.6,
    "who:yoon": 0.8,
    "who:leejaemyung": 0.9,
    "who:biden": 0.5,
}
CLEAR = 2  # small words of a language that outweigh the hint
KEYS = 12  # index keys of one item
TELLING = 0.25  # a feature below is the subject itself: it finds nobody


@dataclass(frozen=True, slots=True)
class Signature:
    """What is kept of an item to compare it with others.

    `features` are (name, weight), heaviest first: "who:lavrov", "act:deny", "n:1000 arm:container", "w:tomahawk". `when` is the item's
    time or None; `whole_day` says that only the date is known. `alone` says why the item is no report of one event
    ("live", "newsletter", "analysis"), or is "".
    """

    version: str
    when: datetime | None
    whole_day: bool
    lang: str
    features: tuple[tuple[str, float], ...]
    alone: str

    def __hash__(self) -> int:
        # The default reads all features each time that a comparison looks up what it has made ready.
        return hash((self.when, self.features[:3]))

    def keys(self) -> tuple[str, ...]:
        """The index keys: two items of one story share at least one, save for pure chance (at most 12, heaviest first)."""
        return tuple(self.weighted_keys())

    def weighted_keys(self) -> dict[str, float]:
        """The index keys with their weights, heaviest first."""
        telling = {name: weight for name, weight in self.features[:KEYS] if weight >= TELLING}
        return telling or dict(self.features[:3])

    def to_json(self) -> str:
        """One JSON array, for the store."""
        when = self.when.isoformat() if self.when else None
        return json.dumps(
            [self.version, when, self.whole_day, self.lang, self.features, self.alone],
            ensure_ascii=False,
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, raw: str | bytes) -> Signature:
        """The value that `to_json` wrote. Raises ValueError on anything else."""
        version, when, whole_day, lang, features, alone = json.loads(raw)
        return cls(
            version,
            datetime.fromisoformat(when) if when else None,
            whole_day,
            lang,
            tuple((name, weight) for name, weight in features),
            alone,
        )


def signature(item: Item, lexicon: Lexicon | None) -> Signature:
    """The signature of one item; `lexicon` adds the watch's own places, vessels, persons, claimants and materiel."""
    body = without_furniture(item.text[: BODY_SIZE * 3])[:BODY_SIZE]
    title = item.title[:TITLE_SIZE]
    features: dict[str, float] = {}
    for start, name, value in _features(f"{title}\n{body}", lexicon):
        place = start - len(title)
        weight = round(value * (TITLE if place < 0 else LEAD if place <= LEAD_SIZE else BODY), 3)
        if weight > features.get(name, 0.0):
            features[name] = weight
    leaders = sorted(name[4:] for name in features if name in LEADERS and features[name] >= LEADERS[name])
    for place, one in enumerate(leaders):
        for other in leaders[place + 1 :]:
            features[f"tie:{one}+{other}"] = TIE
    ranked = sorted(features.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST]
    when = item.date.astimezone(UTC) if item.date else None
    return Signature(
        version=VERSION,
        when=when,
        whole_day=when is not None and (when.hour, when.minute, when.second) == (0, 0, 0),
        lang=_tongue(f"{title} {body[:LEAD_SIZE]}", item.lang),
        features=tuple(ranked),
        alone=standalone(item.title, item.text, item.url),
    )


def _tongue(text: str, hint: str) -> str:
    """The language of a text as far as comparing words needs it: by script, by small words, else by the hint."""
    for name, letters in _SCRIPTS if not text.isascii() else ():
        if len(letters.findall(text)) > WRITTEN * len(text):
            return "uk" if name == "ru" and _UKRAINIAN.search(text) else name
    words = set(_WORDS.findall(text.lower()))
    known = {lang: len(words & small) for lang, small in TONGUES.items()}
    best = max(known, key=lambda lang: (known[lang], lang == hint[:2]))
    told = hint[:2].lower()
    if known[best] >= CLEAR and known[best] > 2 * known.get(told, 0):
        return best
    return told if told and told != "un" else (best if known[best] else "")


def _features(text: str, lexicon: Lexicon | None) -> Iterable[tuple[int, str, float]]:
    """Every feature of a text: (about where it starts, name, weight); a name may come more than once."""
    folded = fold(text)
    low = folded.text
    taken = bytearray(len(low))
    for start, end, name, weight in _concepts(low):
        taken[start:end] = b"\x01" * (end - start)
        yield start, name, weight
    if lexicon is not None:
        for mention in lexicon.find(text, folded):
            weight = LEXICON_WEIGHT.get(mention.kind, 0.0)
            if weight and not any(taken[mention.start : mention.end]):
                yield mention.start, f"{mention.kind}:{mention.canonical.casefold()}", weight
    for number in numbers(text):
        if number.kind in QUANTITIES and number.value >= 3:
            yield number.start, f"n:{number.value:g}", 1.0 if number.value >= 20 else 0.6
    yield from _words(low, taken)


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[AhoCorasick, tuple[tuple[str, float, bool, bool], ...]]:
    stems: list[str] = []
    owners: list[tuple[str, float, bool, bool]] = []
    seen: set[str] = set()
    for line in (ACTORS + SPEAKERS + DEEDS + THINGS).strip().splitlines():
        if not line.strip():
            continue
        name, weight, rest = line.split(" ", 2)
        for raw in rest.split(";"):
            stem = fold(raw.strip()).text
            whole = stem.endswith("$")
            stem = stem.rstrip("$")
            if stem and stem not in seen:
                seen.add(stem)
                stems.append(stem)
                owners.append((name, float(weight), whole, bool(_UNSPACED.match(stem))))
    return AhoCorasick(stems, implementation=Implementation.ContiguousNFA, matchkind=MatchKind.Standard), tuple(owners)


_SCRIPTS = (
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("zh", re.compile("[\u3400-\u9fff]")),
    ("ru", re.compile("[а-яёіїєґ]", re.IGNORECASE)),
)
_UKRAINIAN = re.compile("[іїєґ]", re.IGNORECASE)
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_WORDS = re.compile(r"[^\W\d_]+")


def _concepts(text: str) -> Iterable[tuple[int, int, str, float]]:
    machine, owners = _vocabulary()
    for index, start, end in machine.find_matches_as_indexes(text, overlapping=True):
        name, weight, whole, unspaced = owners[index]
        if not unspaced:
            if start and text[start - 1].isalnum() and not _UNSPACED.match(text[start - 1]):
                continue
            stop = end
            while stop < len(text) and text[stop].isalpha() and not _UNSPACED.match(text[stop]):
                stop += 1
            if whole and stop != end:
                continue
            yield start, stop, name, weight
        else:
            if (
                whole
                and end < len(text)
                and _UNSPACED.match(text[end])
                and end + 1 < len(text)
                and _UNSPACED.match(text[end + 1])
            ):
                continue
            yield start, end, name, weight


def _words(text: str, taken: bytearray) -> Iterable[tuple[int, str, float]]:
    for found in _WORDS.finditer(text):
        if taken[found.start()]:
            continue
        word = found.group()
        if _UNSPACED.match(word):
            if "\uac00" <= word[0] <= "\ud7a3":
                stem = word[:3]
                if len(word) >= 2 and stem not in SILENT and word[:2] not in SILENT:
                    yield found.start(), "w:" + stem, USUAL if stem in COMMON or word[:2] in COMMON else RARE
            else:
                for index in range(found.start(), min(found.end() - 1, found.start() + 60)):
                    pair = text[index : index + 2]
                    if (
                        not taken[index]
                        and not taken[index + 1]
                        and not ("\u3040" <= pair[0] <= "\u309f" or "\u3040" <= pair[1] <= "\u309f")
                    ):
                        yield index, "w:" + pair, 0.35
            continue
        if len(word) < 3:
            continue
        stem = word[:6]
        if stem in SILENT:
            continue
        yield found.start(), "w:" + stem, USUAL if stem in COMMON else RARE
