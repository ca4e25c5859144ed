"""A watchlist file (TOML) as a checked value: parties, concepts with terms, rules, streams, kinds, scoring.

Every problem of a file is reported at once, with file, key path, what was found, what is expected, and a hint.
The language is described in docs/watchlists.md.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from bot.core.checks import Checks
from bot.core.lints import lint
from bot.core.rules import FIELDS, WITHIN, Cancel, Concept, Kind, Rule, Scoring, Stream, Watchlist
from bot.core.terms import SCRIPTS, Term, compile_term
from bot.errors import WatchlistError

__all__ = ["MAX_BYTES", "MAX_TERMS", "Watchlist", "lint", "load", "reachable", "words"]

MAX_TERMS = 250_000
MAX_BYTES = 32 * 1024 * 1024
_LANG = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?\Z|\*\Z")
TOP = (
    "schema",
    "title",
    "about",
    "parties",
    "groups",
    "concepts",
    "rules",
    "cancels",
    "streams",
    "kinds",
    "scoring",
    "seeds",
)
CONCEPT = ("label", "party", "voice", "flow", "mask", "goods", "barter", "back", "implies", "terms", "about")
TERM = ("term", "before", "after", "script", "cased", "weak", "needs", "unless", "regex", "anchor", "seeds", "about")
RULE = ("name", "all", "none", "within", "points", "fields", "words", "firm", "about")


def load(raw: bytes, *, file: str) -> Watchlist:
    """The watchlist in `raw`. Raises WatchlistError with every problem of the file."""
    return _Reader(raw, file).read()


class _Reader(Checks):
    """Reads one file and collects what is wrong with it."""

    def read(self) -> Watchlist:
        table = self.table()
        if self.problems:
            raise WatchlistError(self.problems, subject=self.file)
        self.unknown(table, TOP, "")
        if table.get("schema") != 1:
            self.wrong("schema", table.get("schema", "nothing"), "schema = 1", "the version of this file's language")
        title = self.text(table, "title", "", needed=True)
        for name, value in self.tables(table, "parties").items():
            self.name(f"parties.{name}", name)
            self.unknown(value, ("label",), f"parties.{name}")
            self.parties[name] = self.text(value, "label", f"parties.{name}", needed=True)
        raw_concepts = self.tables(table, "concepts")
        if not raw_concepts:
            self.wrong("concepts", "", "at least one [concepts.NAME] with terms")
        for bit, (name, value) in enumerate(raw_concepts.items()):
            self.concept(name, value, bit)
        for name, members in dict(self.tables(table, "groups", values=True)).items():
            self.groups[name] = self.names(members, f"groups.{name}")
            if name in self.concepts:
                self.wrong(f"groups.{name}", name, "a name that no concept has")
        terms: list[Term] = []
        for name, value in raw_concepts.items():
            terms.extend(self.terms(name, value.get("terms", {})))
        if len(terms) > MAX_TERMS:
            self.wrong("concepts", len(terms), f"at most {MAX_TERMS} terms")
        rules = [r for i, v in self.rows(table, "rules") if (r := self.rule(v, f"rules[{i}]")) is not None]
        if not rules and not self.problems:
            self.wrong("rules", "", "at least one [[rules]]")
        scoring = self.scoring(table.get("scoring", {}), rules)
        seeds = self.seeds(table.get("seeds", {}), terms)
        watchlist = Watchlist(
            name=PurePosixPath(self.file.replace("\\", "/")).name.removesuffix(".toml"),
            title=title,
            hash=hashlib.sha256(self.raw).hexdigest()[:12],
            labels={name: concept.label for name, concept in self.concepts.items()},
            parties=self.parties,
            concepts=self.concepts,
            groups=self.groups,
            terms=tuple(replace(t, seeds=seeds[t.written]) if t.written in seeds else t for t in terms),
            rules=tuple(rules),
            cancels=tuple(self.cancel(v, f"cancels[{i}]") for i, v in self.rows(table, "cancels")),
            streams=tuple(self.stream(v, f"streams[{i}]") for i, v in self.rows(table, "streams")),
            kinds=tuple(self.kind(v, f"kinds[{i}]") for i, v in self.rows(table, "kinds")),
            scoring=scoring,
            seeds=seeds,
            about=self.text(table, "about", ""),
            file=self.file,
        )
        if self.problems:
            raise WatchlistError(self.problems, subject=self.file)
        return watchlist

    def table(self) -> dict[str, Any]:
        if not self.raw.strip():
            self.wrong("", "an empty file", "a watchlist", "docs/watchlists.md shows the smallest one")
            return {}
        if len(self.raw) > MAX_BYTES:
            self.wrong("", f"{len(self.raw)} bytes", f"at most {MAX_BYTES} bytes")
            return {}
        try:
            return tomllib.loads(self.raw.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            line = self.raw[: error.start].count(b"\n") + 1
            self.wrong("", f"byte 0x{self.raw[error.start]:02x}", "UTF-8", "save the file as UTF-8", line)
        except tomllib.TOMLDecodeError as error:
            place = re.search(r"line (\d+)", str(error))
            line = int(place[1]) if place else self.raw.count(b"\n") + 1
            self.wrong("", str(error), "TOML", "see https://toml.io", line)
        except RecursionError:
            self.wrong("", "nesting without end", "TOML of a few levels")
        return {}

    # ── parts ────────────────────────────────────────────────────────────────────────────────────────────────

    def concept(self, name: str, value: dict[str, Any], bit: int) -> None:
        key = f"concepts.{name}"
        self.name(key, name)
        self.unknown(value, CONCEPT, key)
        voice = self.text(value, "voice", key)
        if voice not in {"", "give", "take", "deal"}:
            self.wrong(f"{key}.voice", voice, "give, take or deal")
        self.concepts[name] = Concept(
            name,
            self.text(value, "label", key) or name,
            bit,
            self.some_parties(value, "party", key),
            voice,
            self.flow(value, key),
            mask=self.flag(value, "mask", key),
            goods=self.flag(value, "goods", key),
            barter=self.flag(value, "barter", key),
            back=self.flag(value, "back", key),
            implies=self.some_parties(value, "implies", key),
        )

    def some_parties(self, value: dict[str, Any], name: str, key: str) -> tuple[str, ...]:
        found = value.get(name, [])
        found = [found] if isinstance(found, str) else found
        if not isinstance(found, list) or any(party not in self.parties for party in found):
            self.wrong(f"{key}.{name}", found, f"one or more of {', '.join(self.parties) or 'the declared [parties]'}")
            return ()
        return tuple(found)

    def flow(self, value: dict[str, Any], key: str) -> str:
        flow = self.text(value, "flow", key)
        giver, _, receiver = flow.partition(">")
        if flow and (giver not in self.parties or receiver not in self.parties or giver == receiver):
            self.wrong(f"{key}.flow", flow, "giver>receiver, both declared under [parties]")
            return ""
        return flow

    def terms(self, concept: str, by_lang: Any) -> list[Term]:
        key = f"concepts.{concept}.terms"
        if not isinstance(by_lang, dict) or not by_lang:
            self.wrong(key, by_lang, 'lists of terms by language: terms.en = ["shell*"]')
            return []
        found: list[Term] = []
        for lang, entries in by_lang.items():
            if not _LANG.match(lang):
                self.wrong(f"{key}.{lang}", lang, "a language tag (en, zh-Hant) or '*' for any")
            if not isinstance(entries, list):
                self.wrong(f"{key}.{lang}", entries, "a list of terms")
                continue
            for number, entry in enumerate(entries):
                term = self.term(entry, concept, lang, f"{key}.{lang}[{number}]")
                if term is not None:
                    found.append(term)
        return found

    def term(self, entry: Any, concept: str, lang: str, key: str) -> Term | None:
        options: dict[str, Any] = {}
        if isinstance(entry, dict):
            options = entry
            before = len(self.problems)
            self.unknown(entry, TERM, key)
            for name in ("needs", "unless"):
                if name in entry:
                    members = self.names(entry[name], f"{key}.{name}")
                    options = {**options, name: [m for member in members for m in self.groups.get(member, (member,))]}
            if entry.get("script", "") not in ("", *SCRIPTS):
                self.wrong(f"{key}.script", entry["script"], f"one of {', '.join(SCRIPTS)}")
            for name in ("before", "after", "regex", "anchor"):
                self.text(entry, name, key)
            seeds = entry.get("seeds", [])
            if not isinstance(seeds, list) or any(not isinstance(seed, int) for seed in seeds):
                self.wrong(f"{key}.seeds", seeds, "a list of seed numbers")
            if len(self.problems) > before:
                return None
            written = entry.get("term", entry.get("regex", ""))
        else:
            written = entry
        if not isinstance(written, str) or not written.strip():
            self.wrong(key, entry, 'a term, or { term = "…", … }')
            return None
        try:
            return compile_term(written, lang=lang, concept=concept, options=options)
        except ValueError as error:
            self.wrong(key, written, "a term that can be searched", str(error))
            return None

    def rule(self, value: dict[str, Any], key: str) -> Rule | None:
        self.unknown(value, RULE, key)
        within = self.text(value, "within", key) or "sentence"
        if within not in WITHIN:
            self.wrong(f"{key}.within", within, f"one of {', '.join(WITHIN)}")
        fields = self.fields(value, key)
        reach = value.get("words", 0)
        if not isinstance(reach, int) or reach < 0:
            self.wrong(f"{key}.words", reach, "a number of words")
            reach = 0
        firm = self.demand({"all": value["firm"]}, f"{key}.firm").all if "firm" in value else ()
        if "firm" in value and (len(firm) != 2 or within not in {"title", "front", "item"}):
            self.wrong(f"{key}.firm", value["firm"], "two groups, in a rule over title, front or item")
        return Rule(
            self.text(value, "name", key, needed=True),
            self.demand(value, key),
            within,
            self.number(value, "points", key, 0.0, needed=True),
            fields,
            reach,
            firm,
        )

    def cancel(self, value: dict[str, Any], key: str) -> Cancel:
        self.unknown(value, ("name", "all", "none", "drop", "about"), key)
        drop = self.mask(self.names(value.get("drop", []), f"{key}.drop"))
        if not drop:
            self.wrong(f"{key}.drop", "", "the concepts that do not count in such a sentence")
        return Cancel(self.text(value, "name", key, needed=True), self.demand(value, key), drop)

    def stream(self, value: dict[str, Any], key: str) -> Stream:
        self.unknown(value, ("name", "label", "missing", "all", "none", "within", "fields", "about"), key)
        within = self.text(value, "within", key) or "item"
        if within not in WITHIN:
            self.wrong(f"{key}.within", within, f"one of {', '.join(WITHIN)}")
        name = self.text(value, "name", key, needed=True)
        label = self.text(value, "label", key) or name
        missing = self.text(value, "missing", key, needed=True)
        return Stream(name, label, missing, self.demand(value, key), within, self.fields(value, key))

    def fields(self, value: dict[str, Any], key: str) -> tuple[str, ...]:
        fields = value.get("fields", list(FIELDS))
        if not isinstance(fields, list) or not fields or any(name not in FIELDS for name in fields):
            self.wrong(f"{key}.fields", fields, f"some of {', '.join(FIELDS)}")
            return FIELDS
        return tuple(fields)

    def kind(self, value: dict[str, Any], key: str) -> Kind:
        self.unknown(value, ("name", "label", "all", "none", "points", "flow", "weighs", "settles", "about"), key)
        name = self.text(value, "name", key, needed=True)
        label = self.text(value, "label", key) or name
        points = self.number(value, "points", key, 1.0)
        demand = self.demand(value, key, needed=False)
        flow, settles = self.flow(value, key), self.flag(value, "settles", key)
        if settles and not flow:
            self.wrong(f"{key}.settles", True, "a kind with a flow", 'flow = "giver>receiver" beside it')
        return Kind(name, label, demand, points, flow, self.flag(value, "weighs", key), settles)

    def scoring(self, value: Any, rules: list[Rule]) -> Scoring:
        if not isinstance(value, dict):
            self.wrong("scoring", value, "a table")
            return Scoring()
        known = tuple(Scoring.__dataclass_fields__)
        self.unknown(value, known, "scoring")
        numbers: dict[str, Any] = {}
        for name in known:
            if name in value:
                default = getattr(Scoring(), name)
                number = self.number(value, name, "scoring", default)
                if number < 0:
                    self.wrong(f"scoring.{name}", number, "a number of 0 or more")
                numbers[name] = int(number) if isinstance(default, int) else number
        scoring = Scoring(**numbers)
        if scoring.borderline > scoring.match:
            self.wrong("scoring.borderline", scoring.borderline, f"at most scoring.match ({scoring.match})")
        most = reachable(rules, scoring)
        if rules and scoring.match > most:
            self.wrong(
                "scoring.match",
                scoring.match,
                f"at most {most:g}, the most that the rules can give together",
                "no article could ever match",
            )
        return scoring

    def seeds(self, value: Any, terms: list[Term]) -> dict[str, tuple[int, ...]]:
        if not isinstance(value, dict):
            self.wrong("seeds", value, "a table: term = [numbers of the seed articles that hold it]")
            return {}
        written = {term.written for term in terms}
        found: dict[str, tuple[int, ...]] = {term.written: term.seeds for term in terms if term.seeds}
        for term, numbers in value.items():
            if term not in written:
                self.wrong(f"seeds.{term}", term, "a term of this file, as written there")
            if not isinstance(numbers, list) or any(not isinstance(n, int) or n < 0 for n in numbers):
                self.wrong(f"seeds.{term}", numbers, "a list of seed numbers")
                continue
            found[term] = tuple(numbers)
        return found


def reachable(rules: list[Rule] | tuple[Rule, ...], scoring: Scoring) -> float:
    """The most points that an article can get: every field full of its best sentences, every single rule met once."""
    total = 0.0
    for where in FIELDS:
        best = max(
            (r.points for r in rules if r.within in {"sentence", "sentences", "paragraph"} and where in r.fields),
            default=0.0,
        )
        total += max(0.0, best) * scoring.weight(where) * (1 if where == "title" else scoring.most)
    return total + sum(max(0.0, r.points) for r in rules if r.within in {"title", "front", "item"})


def words(watchlists: Sequence[Watchlist]) -> dict[str, str]:
    """The English labels of concepts and parties of many watchlists, the first one's where they differ, and its title."""
    found: dict[str, str] = {}
    for watchlist in reversed(watchlists):
        found.update(watchlist.labels)
        found.update(watchlist.parties)
    return found | {"title": watchlists[0].title if watchlists else "armswatch"}
