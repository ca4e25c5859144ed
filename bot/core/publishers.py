"""Who stands behind an item: publisher families, wire credits and Google News sources, so that carriers are not counted twice."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.furniture import without_captions
from bot.core.text import fold
from bot.core.urls import host_of, registrable
from bot.errors import Problem, WatchlistError

ENDS = 260  # code points at either end of a text where a credit line stands


@dataclass(frozen=True, slots=True)
class Family:
    """One owner: its domains, the names it goes by, and the state whose voice it is ("" for none)."""

    name: str
    domains: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    side: str = ""


@dataclass(frozen=True, slots=True)
class Wire:
    """One agency: its name, the family that owns it ("" for itself), and how its credit is written."""

    name: str
    family: str = ""
    credits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Publishers:
    """A loaded file of families and wires; immutable, shared by all calls."""

    families: tuple[Family, ...]
    wires: tuple[Wire, ...]
    _domains: dict[str, Family]
    _names: dict[str, Family]
    _credits: tuple[tuple[re.Pattern[str], Wire], ...]

    def family(self, url: str = "", outlet: str = "") -> str:
        """The family of an item: by its host, else by the outlet's name (Google News <source>), else the registrable domain.

        "" where nothing is known. Two items of one family are one outlet.
        """
        found = self._found(url, outlet)
        if found is not None:
            return found.name
        host = host_of(url)
        if host and registrable(host) not in _RELAYS and not (outlet and _ADDRESS.match(host)):
            return registrable(host)
        outlet_host = host_of(outlet) if "://" in outlet else ""
        return registrable(outlet_host) if outlet_host else _plain(outlet)

    def side(self, url: str = "", outlet: str = "") -> str:
        """The state whose voice the publisher is ("russia", "dprk", "china"), or ""."""
        found = self._found(url, outlet)
        return found.side if found else ""

    def wire(self, title: str, text: str) -> str:
        """The agency whose credit line the item carries, or "": "(Yonhap)", "— AFP", "/PAP/", "По данным ТАСС".

        Only credit lines count: at the beginning, at the end, or "according to". Being quoted in passing does not.
        """
        text = without_captions(text[:4000]) + text[4000:]  # a picture's agency is not the text's
        head, tail = text[:ENDS], text[-ENDS:] if len(text) > ENDS else ""
        for pattern, wire in self._credits:
            if pattern.search(head) or (tail and pattern.search(tail)) or pattern.search(title):
                return wire.name
        return ""

    def _found(self, url: str, outlet: str) -> Family | None:
        for address in (url, outlet if "://" in outlet else ""):
            host = host_of(address) if address else ""
            while host.count("."):
                if host in self._domains:
                    return self._domains[host]
                host = host.partition(".")[2]
        return self._names.get(_plain(outlet))


_ADDRESS = re.compile(r"[\d.]+$|\[|[^.]+$")  # a number or a bare name: says which machine, not whose
_RELAYS = frozenset(["google.com", "msn.com", "yahoo.com", "biztoc.com", "feedburner.com", "t.co", "ycombinator.com"])
"""Sites that only pass on what others wrote: their address says nothing about the publisher."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """One item of a story as `carriage` sees it."""

    article: str
    family: str
    wire: str = ""
    copy_of: str = ""


@dataclass(frozen=True, slots=True)
class Carriage:
    """Who carries a story: items, families, and voices that wrote for themselves.

    `voices` are what remains after copies and wires: each family once, each agency once however many print it. They
    count newsrooms, never corroboration: eleven newsrooms on one briefing are eleven voices and one origin.
    """

    carriers: int
    families: tuple[str, ...]
    wires: tuple[str, ...]
    voices: tuple[str, ...]


def carriage(items: Sequence[Carrier], wires: Iterable[Wire] = ()) -> Carriage:
    """Who carries the story of these items (in order of time); a family and its own agency are one voice."""
    owner = {wire.name: wire.family or wire.name for wire in wires}
    by_article = {item.article: item for item in items}
    families: dict[str, None] = {}
    agencies: dict[str, None] = {}
    voices: dict[str, None] = {}
    for item in items:
        origin = _first(item, by_article)
        wire = item.wire or origin.wire
        if item.family:
            families.setdefault(item.family)
        if wire:
            agencies.setdefault(wire)
        voice = owner.get(wire, wire) if wire else origin.family or item.family or item.article
        voices.setdefault(voice)
    return Carriage(len(items), tuple(families), tuple(agencies), tuple(voices))


def _first(item: Carrier, by_article: Mapping[str, Carrier]) -> Carrier:
    """What an item copies in the end: a copy of a copy is a copy of the first."""
    seen: set[str] = set()
    while item.copy_of in by_article and item.article not in seen:
        seen.add(item.article)
        item = by_article[item.copy_of]
    return item


def load(raw: bytes, *, file: str) -> Publishers:
    """The families and wires in these TOML bytes; `file` names it in problems. Raises WatchlistError with every Problem."""
    try:
        document: dict[str, Any] = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WatchlistError([Problem(file, "", str(error), "a TOML document in UTF-8")], subject=file) from None
    problems: list[Problem] = []
    if document.get("schema") != 1:
        problems.append(Problem(file, "schema", repr(document.get("schema")), "1"))
    families = [
        Family(
            _word(table, "name", key, file, problems),
            _words(table, "domains", key, file, problems),
            _words(table, "names", key, file, problems),
            str(table.get("side", "")),
        )
        for key, table in _tables(document, "family", file, problems)
    ]
    wires = [
        Wire(
            _word(table, "name", key, file, problems),
            str(table.get("family", "")),
            _words(table, "credits", key, file, problems),
        )
        for key, table in _tables(document, "wire", file, problems)
    ]
    domains: dict[str, Family] = {}
    names: dict[str, Family] = {}
    for family in families:
        for domain in family.domains:
            if domain in domains:
                problems.append(Problem(file, f"family.{family.name}.domains", domain, "a domain of one family only"))
            domains[domain] = family
        for name in (family.name, *family.names):
            names.setdefault(_plain(name), family)
    known = {family.name for family in families}
    problems.extend(
        Problem(file, f"wire.{wire.name}.family", wire.family, "the name of a [[family]]")
        for wire in wires
        if wire.family and wire.family not in known
    )
    if problems:
        raise WatchlistError(problems, subject=file)
    ordered = sorted(wires, key=lambda wire: -max((len(credit) for credit in wire.credits), default=0))
    return Publishers(
        tuple(families), tuple(wires), domains, names, tuple((_credit_pattern(wire.credits), wire) for wire in ordered)
    )


def _plain(name: str) -> str:
    return " ".join(fold(name).text.removeprefix("the ").split())


def _credit_pattern(written: tuple[str, ...]) -> re.Pattern[str]:
    names = "|".join(re.escape(credit) for credit in sorted(written, key=len, reverse=True))
    return re.compile(
        rf"[(（\[【/](?:[^()（）\[\]【】/\n]{{1,20}}[=＝/, ])?(?:{names})(?:[=＝/, -][^()（）\[\]【】/\n]{{1,24}})?[)）\]】/]"  # (Yonhap), (서울=연합뉴스), /PAP/
        rf"|(?:^|\n)\s*(?:{names})\s*[—–:-]\s"  # AFP — at the beginning of a line
        rf"|[—–-]\s*(?:{names})\s*[.]?\s*(?:$|\n)"  # … — AFP
        rf"|【[^】\n]{{0,16}}(?:{names})】"  # 【ソウル共同】
        rf"|(?i:по (?:данным|информации|сообщению)|как (?:сообщает|передает|пишет)|сообщает|передает|повідомляє|за даними|źródło:|podała|podaje|informuje|za agencją|agencja|agencji|"
        rf"quelle:|mit material von|source:|reports?|reported|via|according to|据|據)\s*(?i:the |agencja |agencji |агентств[ао] |news agency )?[„\"«]?(?:{names})(?![a-zа-яіїєґąćęłńóśźż])"
        rf"|(?:^|\n)\s*(?:{names})(?:通信|통신)?(?:が|는|은|报道|報道|报导|電|电|讯)",
    )


def _tables(
    document: dict[str, Any], kind: str, file: str, problems: list[Problem]
) -> list[tuple[str, dict[str, Any]]]:
    tables = document.get(kind, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        problems.append(Problem(file, kind, repr(tables)[:60], f"a list of [[{kind}]] tables"))
        return []
    return [(f"{kind}[{index}]", table) for index, table in enumerate(tables)]


def _word(table: dict[str, Any], name: str, key: str, file: str, problems: list[Problem]) -> str:
    value = table.get(name)
    if not isinstance(value, str) or not value.strip():
        problems.append(Problem(file, f"{key}.{name}", repr(value), "a name"))
        return ""
    return value


def _words(table: dict[str, Any], name: str, key: str, file: str, problems: list[Problem]) -> tuple[str, ...]:
    value = table.get(name, [])
    if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
        problems.append(Problem(file, f"{key}.{name}", repr(value)[:60], "a list of words, none of them empty"))
        return ()
    return tuple(value)
