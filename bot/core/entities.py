"""The index of named things: ships, ports, firms, persons, weapons with their aliases, as the lexicon file lists them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import Any

from bot.core.lexicon import Lexicon
from bot.core.text import fold

KINDS = ("vessel", "place", "entity", "claimant", "materiel")
"""Kinds of the lexicon that name things one can ask for."""

_LANGUAGES = ("en", "ko", "ru", "uk", "ja", "zh", "de", "fr", "es", "pl", "any")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One named thing: `aliases` are (language, spelling as written in the lexicon)."""

    name: str
    kind: str
    aliases: tuple[tuple[str, str], ...]
    identifier: str = ""
    source: str = ""

    def searched(self) -> tuple[str, ...]:
        """The spellings to look for in texts: stems keep their "*"."""
        return tuple(dict.fromkeys(alias.strip("=~ ").lstrip("*") for _, alias in self.aliases))

    def spellings(self) -> tuple[str, ...]:
        """The bare spellings, without the marks of the lexicon's language."""
        return tuple(dict.fromkeys(alias.strip("=*~ ") for _, alias in self.aliases))


def things(raw: bytes) -> tuple[Thing, ...]:
    """The named things of a lexicon file that has been checked before."""
    table = tomllib.loads(raw.decode("utf-8"))
    return tuple(_thing(kind, entry) for kind in KINDS for entry in table.get(kind, ()))


def _thing(kind: str, entry: dict[str, Any]) -> Thing:
    aliases = tuple((lang, str(word)) for lang in _LANGUAGES for word in entry.get(lang, ()))
    return Thing(
        name=str(entry["name"]),
        kind=kind,
        aliases=aliases,
        identifier=str(entry.get("identifier", "")),
        source=str(entry.get("source", "")),
    )


def asked(name: str, known: tuple[Thing, ...]) -> tuple[Thing, ...]:
    """The things that go by a name, in any script, case and ending; those that begin with it where none has it whole."""
    wanted = fold(name).text.strip()
    spelled = [(one, {fold(word).text for word in (one.name, *one.spellings())}) for one in known]
    whole = tuple(one for one, words in spelled if wanted in words)
    if whole or not wanted:
        return whole
    stems = tuple(one for one in known if any(wanted.startswith(stem) for stem in _stems(one)))
    return stems or tuple(one for one, words in spelled if any(word.startswith(wanted) for word in words))


def _stems(thing: Thing) -> tuple[str, ...]:
    return tuple(fold(word.strip("=*~ ")).text for _, word in thing.aliases if word.endswith("*"))


def means(lexicon: Lexicon, thing: Thing, title: str, text: str) -> bool:
    """Whether an article that holds one of the spellings means the thing (a ship), or only a word like it (a rocket)."""
    return any(
        mention.canonical == thing.name and mention.kind == thing.kind
        for part in (title, text)
        for mention in lexicon.find(part)
    )
