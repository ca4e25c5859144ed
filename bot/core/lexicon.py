"""The words of claims as data: parties, claimants, materiel, units, places, vessels, verbs, found in one pass over a text."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

from bot.core.text import Folded, fold
from bot.errors import Problem, WatchlistError

KINDS: dict[str, frozenset[str]] = {
    "party": frozenset(["side"]),
    "claimant": frozenset(["type", "party", "figures", "person", "names"]),
    "office": frozenset(["type", "names", "figures"]),
    "media": frozenset(["type"]),
    "materiel": frozenset(["generic", "family"]),
    "unit": frozenset(["goods", "counters"]),
    "place": frozenset(["side"]),
    "vessel": frozenset(["identifier", "source"]),
    "entity": frozenset(["side", "identifier", "source"]),
    "saying": frozenset(["status"]),
    "moving": frozenset(["role", "noun", "plan"]),
    "planning": frozenset(["strength"]),
    "hedge": frozenset(),
    "basis": frozenset(),
    "denial": frozenset(),
    "legal": frozenset(),
    "exchange": frozenset(),
    "figure": frozenset(["means"]),
    "personnel": frozenset(),
    "fiction": frozenset(),
    "background": frozenset(),
}
"""Kind of entry → the attributes that it may carry beside its words and guards."""
_LANGUAGES = frozenset(["en", "ko", "ru", "uk", "ja", "zh", "de", "fr", "es", "pl", "any"])
_LATIN = frozenset(["en", "de", "fr", "es", "pl"])
_NAMES = frozenset(["party", "claimant", "media", "place", "vessel", "entity", "fiction"])  # the same in any text
_GUARDS = frozenset(["near", "not_near", "before_not", "after_not", "within"])
_WITHIN = 80  # code points to each side in which a guard looks, unless the entry says otherwise
_UNSPACED = "\u0590"  # the first code point of scripts that put no spaces, or none that bound a term, between words


@dataclass(frozen=True, slots=True)
class Concept:
    """One entry of the lexicon file: what its words mean, and what must or must not stand around them."""

    kind: str
    canonical: str
    label: str
    attributes: tuple[tuple[str, str], ...] = ()
    near: tuple[str, ...] = ()
    not_near: tuple[str, ...] = ()
    before_not: tuple[str, ...] = ()
    after_not: tuple[str, ...] = ()
    within: int = _WITHIN

    def get(self, key: str, default: str = "") -> str:
        """The value of an attribute, or `default`."""
        return next((value for name, value in self.attributes if name == key), default)


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where a text names a concept; `start` and `end` are code points of the text as given."""

    canonical: str
    kind: str
    start: int
    end: int
    concept: Concept


@dataclass(frozen=True, slots=True)
class _Term:
    concept: Concept
    left: bool  # must start a word
    right: bool  # must end a word
    exact: str  # the spelling itself, where case matters ("US", "NIS")
    lang: str  # of a common word in Latin script; "" where it holds in every text


_Entry = tuple[Concept, list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A loaded lexicon: immutable, shared by all calls."""

    file: str
    version: str
    parties: tuple[str, ...]
    concepts: tuple[Concept, ...]
    _terms: tuple[tuple[_Term, ...], ...]
    _automaton: AhoCorasick
    _gates: tuple[AhoCorasick, ...]

    def touches(self, low: str) -> bool:
        """Whether folded text may name both declared parties: cheap, and never wrong when it says no."""
        return all(gate.find_matches_as_indexes(low) for gate in self._gates)

    def find(self, text: str, folded: Folded | None = None, *, lang: str = "") -> list[Mention]:
        """All mentions in `text` by start; of two overlapping ones of a kind the longer stays. `folded` spares a fold.

        `lang` (one of en, de, fr, es, pl) leaves out common words of the other four: "important" is no import.
        """
        folded = fold(text) if folded is None else folded
        low, length = folded.text, len(folded.text)
        found: list[Mention] = []
        for pattern, start, end in self._automaton.find_matches_as_indexes(low, overlapping=True):
            for term in self._terms[pattern]:
                if term.left and start and low[start - 1] < _UNSPACED and low[start - 1].isalnum():
                    continue
                if term.right and end < length and low[end] < _UNSPACED and low[end].isalnum():
                    continue
                if not _guarded(term.concept, low, start, end):
                    continue
                if not term.right:
                    end = _word_end(low, end)  # noqa: PLW2901 — an open stem names its whole word
                first, last = folded.span(start, end)
                if term.exact and not text[first:last].startswith(term.exact):
                    continue
                found.append(Mention(term.concept.canonical, term.concept.kind, first, last, term.concept))
        return _longest(found)

    def label(self, kind: str, canonical: str) -> str:
        """The English label of a concept, or its canonical name where the lexicon has none."""
        for concept in self.concepts:
            if concept.kind == kind and concept.canonical == canonical:
                return concept.label
        return canonical


_STOPWORDS = {
    "en": re.compile(r"(?<![^\W\d_])(?:the|of|and|to|in|is|that|for|with|has|from|on|by|its|as|at)(?![^\W\d_])"),
    "de": re.compile(
        r"(?<![^\W\d_])(?:der|die|und|das|den|dem|nicht|von|mit|im|auf|eine?|hat|zu|aus|für|an)(?![^\W\d_])"
    ),
    "fr": re.compile(r"(?<![^\W\d_])(?:le|la|les|des|et|une?|dans|que|est|pour|du|au|aux|sur|par|à)(?![^\W\d_])"),
    "es": re.compile(r"(?<![^\W\d_])(?:el|la|los|las|que|en|una?|por|con|del|al|y|se|ha|más)(?![^\W\d_])"),
    "pl": re.compile(r"(?<![^\W\d_])(?:w|z|na|się|do|że|jest|nie|o|i|po|za|od|przez)(?![^\W\d_])|[łżśąęźćń]"),
}


def latin_language(low: str) -> str:
    """Which of en, de, fr, es, pl the folded text is written in, "" where its small words do not tell."""
    counts = sorted(((len(words.findall(low[:1500])), lang) for lang, words in _STOPWORDS.items()), reverse=True)
    return counts[0][1] if counts[0][0] >= 2 and counts[0][0] > 1.3 * counts[1][0] else ""


def _word_end(low: str, end: int) -> int:
    while end < len(low) and low[end] < _UNSPACED and low[end].isalnum():
        end += 1
    return end


def _longest(found: list[Mention]) -> list[Mention]:
    found.sort(key=lambda mention: (mention.start, mention.start - mention.end))
    reach: dict[str, int] = {}
    kept: list[Mention] = []
    for mention in found:
        if mention.start >= reach.get(mention.kind, -1):
            kept.append(mention)
            reach[mention.kind] = mention.end
    return kept


def _guarded(concept: Concept, low: str, start: int, end: int) -> bool:
    if concept.after_not and low[end : end + 24].lstrip(" -").startswith(concept.after_not):
        return False
    if concept.before_not and low[max(0, start - 24) : start].rstrip(" -").endswith(concept.before_not):
        return False
    if concept.near or concept.not_near:
        around = low[max(0, start - concept.within) : start] + " " + low[end : end + concept.within]
        if any(word in around for word in concept.not_near):
            return False
        if concept.near and not any(word in around for word in concept.near):
            return False
    return True


def load(raw: bytes, *, file: str) -> Lexicon:
    """The lexicon in these TOML bytes; `file` names it in problems.

    Raises WatchlistError with every Problem found, not only the first.
    """
    problems: list[Problem] = []
    try:
        document: dict[str, Any] = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WatchlistError([Problem(file, "", str(error), "a TOML document in UTF-8")], subject=file) from None
    if document.get("schema") != 1:
        problems.append(Problem(file, "schema", repr(document.get("schema")), "1"))
    parties = document.get("parties", [])
    if not (isinstance(parties, list) and len(parties) == 2 and all(isinstance(party, str) for party in parties)):
        problems.append(Problem(file, "parties", repr(parties), "the two names of party entries that directions join"))
        parties = []
    entries: list[_Entry] = []
    for kind, tables in document.items():
        if kind in {"schema", "version", "parties"}:
            continue
        if kind not in KINDS:
            problems.append(Problem(file, kind, "", f"one of {', '.join(sorted(KINDS))}", "unknown kind of entry"))
            continue
        for index, table in enumerate(tables if isinstance(tables, list) else [tables]):
            entry = _entry(kind, table, f"{kind}[{index}]", file, problems)
            if entry is not None:
                entries.append(entry)
    seen: set[tuple[str, str]] = set()
    for concept, _ in entries:
        if (concept.kind, concept.canonical) in seen:
            problems.append(Problem(file, f"{concept.kind}.{concept.canonical}", "a second entry", "one entry a name"))
        seen.add((concept.kind, concept.canonical))
    problems.extend(
        Problem(file, "parties", repr(party), "the name of a [[party]] entry")
        for party in parties
        if ("party", party) not in seen
    )
    if problems:
        raise WatchlistError(problems, subject=file)
    return _compiled(file, str(document.get("version", "")), tuple(parties), entries)


def _entry(kind: str, table: Any, key: str, file: str, problems: list[Problem]) -> _Entry | None:
    if not isinstance(table, dict) or not isinstance(table.get("name"), str) or not table["name"]:
        problems.append(Problem(file, f"{key}.name", "", "a name"))
        return None
    key = f"{kind}.{table['name']}"
    words: list[tuple[str, str]] = []
    attributes: list[tuple[str, str]] = []
    guards: dict[str, tuple[str, ...]] = {}
    within = _WITHIN
    for name, value in table.items():
        if name in {"name", "label"}:
            continue
        if name in KINDS[kind] and isinstance(value, str | bool | int | list):
            words_of = "|".join(map(str, value)) if isinstance(value, list) else str(value)
            attributes.append((name, words_of.lower() if isinstance(value, bool) else words_of))
        elif name == "within" and isinstance(value, int):
            within = value
        elif name in _LANGUAGES or name in _GUARDS:
            if not (
                isinstance(value, list)
                and value
                and all(isinstance(word, str) and word.strip("*=") and "*" not in word.strip("*=") for word in value)
            ):
                problems.append(
                    Problem(file, f"{key}.{name}", repr(value)[:60], "a list of words, none empty, * only at an end")
                )
            elif name in _LANGUAGES:
                words.extend((name, word) for word in value)
            else:
                guards[name] = tuple(fold(word).text for word in value)
        else:
            problems.append(
                Problem(file, f"{key}.{name}", "", f"one of {', '.join(sorted(KINDS[kind] | _GUARDS | _LANGUAGES))}")
            )
    concept = Concept(
        kind=kind,
        canonical=table["name"],
        label=str(table.get("label", table["name"])),
        attributes=tuple(attributes),
        near=guards.get("near", ()),
        not_near=guards.get("not_near", ()),
        before_not=guards.get("before_not", ()),
        after_not=guards.get("after_not", ()),
        within=within,
    )
    return concept, words


def _sides(concept: Concept, party: str) -> bool:
    return (concept.kind, concept.canonical) == ("party", party) or party in (concept.get("party"), concept.get("side"))


def _compiled(file: str, version: str, parties: tuple[str, ...], entries: list[_Entry]) -> Lexicon:
    patterns: dict[str, list[_Term]] = {}
    for concept, words in entries:
        for lang, word in words:
            exact = word.startswith("=")
            bare = word.lstrip("=")
            folded = fold(bare.strip("*")).text
            left = not bare.startswith("*") and folded[0] < _UNSPACED
            right = not bare.endswith("*") and folded[-1] < _UNSPACED
            patterns.setdefault(folded, []).append(
                _Term(
                    concept=concept,
                    left=left,
                    right=right,
                    exact=bare.strip("*") if exact else "",
                    lang=lang if lang in _LATIN and concept.kind not in _NAMES else "",
                )
            )
    return Lexicon(
        file=file,
        version=version,
        parties=parties,
        concepts=tuple(concept for concept, _ in entries),
        _terms=tuple(tuple(terms) for terms in patterns.values()),
        _automaton=AhoCorasick(list(patterns), matchkind=MatchKind.Standard),
        _gates=tuple(
            AhoCorasick(
                [text for text, terms in patterns.items() if any(_sides(term.concept, party) for term in terms)]
            )
            for party in parties
        ),
    )
