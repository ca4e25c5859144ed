"""Small checks of a TOML table that collect every problem with its place, instead of stopping at the first."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from bot.core.rules import Concept, Demand
from bot.errors import Problem

_NAME = re.compile(r"[a-z][a-z0-9-]*\Z")


class Checks:
    """What is wrong with one file so far, and the names that it has declared."""

    def __init__(self, raw: bytes, file: str) -> None:
        self.raw, self.file = raw, file
        self.problems: list[Problem] = []
        self.concepts: dict[str, Concept] = {}
        self.groups: dict[str, tuple[str, ...]] = {}
        self.parties: dict[str, str] = {}

    def wrong(self, key: str, found: object, expected: str, hint: str = "", line: int | None = None) -> None:
        """Note one problem."""
        shown = "" if found == "" else repr(found)
        shown = shown if len(shown) <= 120 else shown[:117] + "…"
        self.problems.append(Problem(self.file, key, shown, expected, hint, line or self.line_of(key)))

    def line_of(self, key: str) -> int | None:
        """The line of the `[table]` or of the n-th `[[row]]` that a key path names, where it can be told."""
        row = re.match(r"(\w+)\[(\d+)\]", key)
        if row:
            places = self._heads.get(f"[[{row[1]}]]", ())
            return places[int(row[2])] if int(row[2]) < len(places) else None
        table = ".".join(key.split(".")[:2])
        places = self._heads.get(f"[{table}]") or self._heads.get(f"[{table}.terms]") or ()
        return places[0] if places else None

    @cached_property
    def _heads(self) -> dict[str, list[int]]:
        heads: dict[str, list[int]] = {}
        for number, line in enumerate(self.raw.decode("utf-8", "replace").split("\n"), 1):
            if line.lstrip().startswith("["):
                heads.setdefault(line.split("#")[0].replace(" ", "").strip(), []).append(number)
        return heads

    def demand(self, value: dict[str, Any], key: str, *, needed: bool = True) -> Demand:
        groups = value.get("all", [])
        if not isinstance(groups, list) or (needed and not groups):
            self.wrong(f"{key}.all", groups or "", 'a list of concepts: ["russia", "arms|ammunition"]')
            groups = []
        masks, words = [], []
        for number, group in enumerate(groups):
            if not isinstance(group, str):
                self.wrong(f"{key}.all[{number}]", group, "the name of a concept or group, or several joined by |")
                continue
            names = self.names([part.strip() for part in group.split("|")], f"{key}.all[{number}]")
            masks.append(self.mask(names))
            words.append(tuple(part.strip() for part in group.split("|")))
        none = self.mask(self.names(value.get("none", []), f"{key}.none"))
        return Demand(tuple(masks), none, tuple(words))

    def mask(self, names: tuple[str, ...]) -> int:
        mask = 0
        for name in names:
            for member in self.groups.get(name, (name,)):
                if member in self.concepts:
                    mask |= 1 << self.concepts[member].bit
        return mask

    def names(self, value: Any, key: str) -> tuple[str, ...]:
        if not isinstance(value, list) or any(not isinstance(name, str) for name in value):
            self.wrong(key, value, "a list of names of concepts or groups")
            return ()
        known = [name for name in value if name in self.concepts or name in self.groups]
        for name in value:
            if name not in known:
                close = [k for k in (*self.concepts, *self.groups) if k[:3] == name[:3]]
                self.wrong(key, name, "a concept or group of this file", f"did you mean {close[0]}?" if close else "")
        return tuple(known)

    def unknown(self, value: dict[str, Any], known: tuple[str, ...], key: str) -> None:
        for name in value:
            if name not in known:
                self.wrong(f"{key}.{name}" if key else name, name, f"one of {', '.join(known)}")

    def text(self, value: dict[str, Any], name: str, key: str, *, needed: bool = False) -> str:
        path = f"{key}.{name}" if key else name
        text = value.get(name, "")
        if not isinstance(text, str):
            self.wrong(path, text, "a string")
            return ""
        if needed and not text.strip():
            self.wrong(path, "", "a string that is not empty")
        return text

    def number(self, value: dict[str, Any], name: str, key: str, default: float, *, needed: bool = False) -> float:
        number = value.get(name, default)
        if isinstance(number, bool) or not isinstance(number, int | float) or not abs(number) <= 1e6:
            self.wrong(f"{key}.{name}", number, "a number")
            return default
        if needed and name not in value:
            self.wrong(f"{key}.{name}", "", "a number")
        return float(number)

    def flag(self, value: dict[str, Any], name: str, key: str) -> bool:
        flag = value.get(name, False)
        if not isinstance(flag, bool):
            self.wrong(f"{key}.{name}", flag, "true or false")
            return False
        return flag

    def name(self, key: str, name: str) -> None:
        if not _NAME.match(name):
            self.wrong(key, name, "a name of lower-case letters, digits and hyphens")

    def tables(self, table: dict[str, Any], name: str, *, values: bool = False) -> dict[str, Any]:
        found = table.get(name, {})
        if not isinstance(found, dict):
            self.wrong(name, found, f"tables: [{name}.NAME]")
            return {}
        for key, value in list(found.items()):
            if not values and not isinstance(value, dict):
                self.wrong(f"{name}.{key}", value, "a table")
        return {key: value for key, value in found.items() if values or isinstance(value, dict)}

    def rows(self, table: dict[str, Any], name: str) -> list[tuple[int, dict[str, Any]]]:
        found = table.get(name, [])
        if not isinstance(found, list) or any(not isinstance(row, dict) for row in found):
            self.wrong(name, found, f"rows: [[{name}]]")
            return []
        return list(enumerate(found))
