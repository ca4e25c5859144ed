"""The words of claims as data: parties, claimants, materiel, units, places, vessels, verbs, found in one pass over a text."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ahocorasick_rs import AhoCorasick

from bot.core.text import Folded, fold
from bot.core.words import (
    CJK,
    UNSPACED,
    WITHIN,
    Automaton,
    Concept,
    Term,
    automaton,
    bare,
    guarded,
    word_end,
)
from bot.errors import Problem, WatchlistError

KINDS: dict[str, frozenset[str]] = {
    "party": frozenset(["side", "figures"]),
    "claimant": frozenset(["type", "party", "figures", "person", "names"]),
    "office": frozenset(["type", "names", "figures", "unnamed"]),
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


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where a text names a concept; `start` and `end` are code points of the text as given."""

    canonical: str
    kind: str
    start: int
    end: int
    concept: Concept


_Entry = tuple[Concept, list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A loaded lexicon: immutable, shared by all calls."""

    file: str
    version: str
    parties: tuple[str, ...]
    concepts: tuple[Concept, ...]
    counters: tuple[tuple[str, str], ...]  # (character behind a number, unit): 발, 個, 隻 …
    _spaced: Automaton  # for texts whose scripts all put spaces between words: a word's beginning is in the pattern
    _unspaced: Automaton  # for all others
    _gates: tuple[AhoCorasick, ...]

    def touches(self, low: str) -> bool:
        """Whether folded text may name both declared parties: cheap, and never wrong when it says no."""
        return all(gate.find_matches_as_indexes(low) for gate in self._gates)

    def party_places(self, low: str) -> tuple[list[int], ...]:
        """Places of folded text where each declared party may be named, in order."""
        return tuple([start for _, start, _ in gate.find_matches_as_indexes(low)] for gate in self._gates)

    def find(
        self,
        text: str,
        folded: Folded | None = None,
        *,
        lang: str = "",
        ranges: Sequence[tuple[int, int]] | None = None,
    ) -> list[Mention]:
        """All mentions in `text` by start; of two overlapping ones of a kind the longer stays. `folded` spares a fold.

        `lang` (one of en, de, fr, es, pl) leaves out common words of the other four: "important" is no import.
        `ranges` of the folded text, in order, that begin and end at words: the rest is not looked at.
        """
        folded = fold(text) if folded is None else folded
        low = folded.text
        automaton = self._unspaced if CJK.search(low) else self._spaced
        found: list[Mention] = []
        for begin, end in ((0, len(low)),) if ranges is None else ranges:
            for term, start, stop in automaton.hits(low, begin, end):
                if term.lang and lang and term.lang != lang:
                    continue
                if not guarded(term.concept, low, start, stop):
                    continue
                first, last = folded.span(start, word_end(low, stop) if term.stem else stop)
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


def _longest(found: list[Mention]) -> list[Mention]:
    found.sort(key=lambda mention: (mention.start, mention.start - mention.end))
    reach: dict[str, int] = {}
    kept: list[Mention] = []
    for mention in found:
        if mention.start >= reach.get(mention.kind, -1):
            kept.append(mention)
            reach[mention.kind] = mention.end
    return kept


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
        Problem(file, f"{concept.kind}.{concept.canonical}.side", repr(side), f"one of {', '.join(parties)}")
        for concept, _ in entries
        if (side := concept.get("side")) and side not in parties
    )
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
    within = WITHIN
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
    spaced: dict[str, list[Term]] = {}
    unspaced: dict[str, list[Term]] = {}
    gates: dict[str, list[str]] = {party: [] for party in parties}
    for concept, words in entries:
        for lang, word in words:
            exact, plain = word.startswith("="), word.lstrip("=")
            spelling = plain.strip("*")
            folded = bare(fold(spelling).text)
            term = Term(
                concept=concept,
                left=not plain.startswith("*") and folded[0] < UNSPACED,
                right=not plain.endswith("*") and folded[-1] < UNSPACED,
                stem=plain.endswith("*"),
                exact=spelling if exact else "",
                lang=lang if lang in _LATIN and concept.kind not in _NAMES else "",
            )
            unspaced.setdefault(folded, []).append(term)
            if not CJK.search(folded):
                spaced.setdefault(f" {folded}" if term.left else folded, []).append(term)
            for party in parties:
                if _sides(concept, party):
                    gates[party].append(fold(spelling).text)
    return Lexicon(
        file=file,
        version=version,
        parties=parties,
        concepts=tuple(concept for concept, _ in entries),
        counters=tuple(
            (sign, concept.canonical)
            for concept, _ in entries
            for sign in concept.get("counters").split("|")
            if sign and concept.kind == "unit"
        ),
        _spaced=automaton(spaced, spaced=True),
        _unspaced=automaton(unspaced, spaced=False),
        _gates=tuple(AhoCorasick(words) for words in gates.values() if words),
    )
