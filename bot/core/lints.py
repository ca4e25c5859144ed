"""What is legal in a watchlist but surely not meant: rules and terms that can never count, duplicates, wrong scripts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from bot.core.rules import Rule, Watchlist
from bot.core.terms import Term, script_of, unspaced
from bot.core.text import fold, read
from bot.errors import Problem

# The letters that a language is written in; Latin names and designations with digits or in capitals pass everywhere.
_SCRIPTS = {
    "ko": {"hangul", "han"},
    "ja": {"kana", "han"},
    "zh": {"han"},
    "ru": {"cyrillic"},
    "uk": {"cyrillic"},
    "bg": {"cyrillic"},
    "be": {"cyrillic"},
    "sr": {"cyrillic", "latin"},
}


def lint(watchlist: Watchlist) -> list[Problem]:
    """Everything suspicious in a loaded watchlist, in the order of the file; empty when it is clean."""
    return [*_terms(watchlist), *_rules(watchlist), *_unused(watchlist)]


def _terms(watchlist: Watchlist) -> Iterator[Problem]:
    seen: dict[tuple[object, ...], Term] = {}
    stems: dict[tuple[str, str, str], Term] = {}
    masks = {t.anchor for t in watchlist.terms if watchlist.concepts[t.concept].mask and not t.rest and t.regex is None}
    for term in watchlist.terms:
        if term.stem and not term.rest and not term.guarded and not unspaced(term.anchor[0]):
            stems.setdefault((term.lang, term.concept, term.anchor), term)
    for term in watchlist.terms:
        place = f"concepts.{term.concept}.terms.{term.lang}"
        file, found = watchlist.file, repr(term.written)
        key = (term.lang, term.key)
        first, cover = seen.setdefault(key, term), _cover(term, stems)
        if first is not term:
            yield Problem(file, place, found, "each term once", f"already there as {first.written!r}")
        elif cover is not None:
            yield Problem(file, place, found, "no term that another one covers", f"{cover.written!r} finds it already")
        if (reason := _never(term)) != "":
            yield Problem(file, place, found, "a term that can match", reason)
        if term.anchor in masks and not watchlist.concepts[term.concept].mask:
            yield Problem(file, place, found, "a term that can match", "a masking concept hides it wherever it stands")
        if (reason := _script(term)) != "":
            yield Problem(file, place, found, f"letters of {term.lang}", reason)


def _cover(term: Term, stems: dict[tuple[str, str, str], Term]) -> Term | None:
    if term.inside or term.regex is not None:
        return None
    first = term.anchor.split(" ")[0]
    for size in range(2, len(first) + 1):
        stem = stems.get((term.lang, term.concept, first[:size]))
        # A phrase of several words is kept: it shows as such in the evidence, and may carry its own guards.
        if stem is not None and stem is not term and not term.rest and " " not in term.anchor:
            return stem
    return None


def _never(term: Term) -> str:
    if term.regex is not None or term.before is not None or term.after is not None:
        return ""
    sample = " ".join([term.anchor, *(chunk.text for chunk in term.rest)])
    text = read(fold(sample)).text
    start = text.find(term.anchor)
    if start < 0 or term.span(text, start, start + len(term.anchor)) is None:
        return "after folding nothing is left that it could find"
    own = script_of(term.anchor)
    if term.script == "han" and own in {"hangul", "kana"}:
        return "script = han means a text without kana and Hangul"
    return ""


def _script(term: Term) -> str:
    if term.regex is not None:
        return ""
    for word in term.written.replace("*", " ").replace("-", " ").split():
        scripts = {_alphabet(char) for char in word if char.isalpha()}
        if {"latin", "cyrillic"} <= scripts:
            odd = next(char for char in word if _alphabet(char) == "latin")
            return f"{word!r} mixes Latin and Cyrillic letters: {unicodedata.name(odd, odd)}"
    wanted = _SCRIPTS.get(term.lang.split("-")[0])
    if term.lang == "*":
        return ""
    letters = [char for char in term.written if char.isalpha()]
    scripts = {script_of(char) or "latin" for char in letters}
    if wanted is None:
        wrong = scripts - {"latin"}
        return f"it is written in {', '.join(sorted(wrong))}" if wrong else ""
    latin_name = "".join(letters).isupper() or any(map(str.isdigit, term.written))
    wrong = scripts - wanted - ({"latin"} if latin_name or scripts - {"latin"} else set())
    return f"it is written in {', '.join(sorted(wrong))}" if wrong else ""


def _alphabet(char: str) -> str:
    if "\u0400" <= char <= "\u052f":
        return "cyrillic"
    return "latin" if char.isascii() else "other"


def _rules(watchlist: Watchlist) -> Iterator[Problem]:
    for number, rule in enumerate(watchlist.rules):
        key = f"rules[{number}]"
        if any(not group & ~rule.demand.none for group in rule.demand.all):
            yield Problem(
                watchlist.file, key, repr(rule.name), "a rule that can be met", "it wants and forbids the same concept"
            )
            continue
        by = next((other for other in watchlist.rules if other is not rule and _hides(other, rule, watchlist)), None)
        if by is not None:
            hint = f"wherever it is met, {by.name!r} is met too and gives as much"
            yield Problem(watchlist.file, key, repr(rule.name), "a rule that can count", hint)
    names = [rule.name for rule in watchlist.rules]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem(watchlist.file, "rules", repr(name), "each rule name once")
    worth = watchlist.scoring
    if worth.borderline > worth.match:
        yield Problem(watchlist.file, "scoring.borderline", str(worth.borderline), "at most scoring.match")


def _hides(other: Rule, rule: Rule, watchlist: Watchlist) -> bool:
    """Whether `other` always takes the place of `rule`: only the best rule of a sentence counts."""
    if other.within != "sentence" or rule.within != "sentence" or other.reach or other.points < rule.points:
        return False
    if other.points == rule.points and watchlist.rules.index(other) > watchlist.rules.index(rule):
        return False
    implied = all(any(group & ~wanted == 0 for group in rule.demand.all) for wanted in other.demand.all)
    return implied and not other.demand.none & ~rule.demand.none and set(rule.fields) <= set(other.fields)


def _unused(watchlist: Watchlist) -> Iterator[Problem]:
    used = 0
    demands = [rule.demand for rule in watchlist.rules] + [cancel.demand for cancel in watchlist.cancels]
    demands += [stream.demand for stream in watchlist.streams] + [kind.demand for kind in watchlist.kinds]
    for demand in demands:
        used |= demand.used | demand.none
    for cancel in watchlist.cancels:
        used |= cancel.drop
    for rule in watchlist.rules:
        for group in rule.firm:
            used |= group
    asked = {name for term in watchlist.terms for name in (*term.needs, *term.unless)}
    for name, concept in watchlist.concepts.items():
        if (
            not used & (1 << concept.bit)
            and not concept.mask
            and not concept.parties
            and not concept.flow
            and name not in asked
        ):
            yield Problem(
                watchlist.file, f"concepts.{name}", repr(name), "a concept that some rule, stream or guard uses"
            )
