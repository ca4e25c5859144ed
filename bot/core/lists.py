"""Sanctions lists as their issuers publish them: OFAC SDN (XML, its delta, CSV), UN XML, UK CSV, EU XML → entries."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lxml import etree

from bot.core.charsets import decoded
from bot.core.dates import parse_date
from bot.core.text import one_line

# What the programmes are about, in words that a watchlist knows; the codes themselves say it to nobody.
PROGRAMMES = {
    "DPRK": "North Korea (DPRK)",
    "PRK": "North Korea (DPRK)",
    "RUSSIA": "Russia",
    "RUS": "Russia",
    "UKRAINE-EO": "Russia's war against Ukraine",
    "UKR": "Russia's war against Ukraine",
    "NPWMD": "proliferators of weapons of mass destruction",
}
_NULL = frozenset({"", "-0-", "na", "n/a"})


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One listed person, firm or ship."""

    uid: str  # the list's own number
    name: str
    kind: str = ""
    programmes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()  # remarks, statements of reasons, comments
    listed: datetime | None = None
    removed: bool = False  # a delta says that it is no longer listed
    digest: str = field(default="", compare=False)

    def text(self) -> str:
        """Everything that the entry says, for a gate and for a diff."""
        return "\n".join((self.name, self.kind, *self.named(), *self.aliases, *self.places, *self.reasons))

    def named(self) -> tuple[str, ...]:
        """The programmes with their subject in words."""
        found = []
        for code in self.programmes:
            words = next((words for sign, words in PROGRAMMES.items() if code.upper().startswith(sign)), "")
            found.append(f"{code} ({words})" if words else code)
        return tuple(found)


class BadList(ValueError):
    """Bytes that are none of the lists; says what they are instead."""


def entries(body: bytes) -> Iterator[ListEntry]:
    """The entries of a list, whichever it is. Raises BadList; a broken end gives what stands before it, then raises."""
    head = body[:4000].lstrip(b"\xef\xbb\xbf \r\n\t")
    if not head:
        raise BadList("an empty file")
    if head.startswith(b"<"):
        yield from _xml(body, head)
        return
    text = decoded(body).text
    first = text[:4000].lstrip("\ufeff")
    if re.match(r"(?:last updated|report date)\b", first, re.IGNORECASE) or "Name 6" in first:
        yield from _uk(text)
    elif re.match(r'"?\d+"?,"', first) and first.count(",") > 8:
        yield from _sdn_csv(text)
    else:
        raise BadList(f"no sanctions list: {one_line(first[:80])}")


def _xml(body: bytes, head: bytes) -> Iterator[ListEntry]:
    if b"<html" in head.lower() or b"<!doctype html" in head.lower():
        raise BadList("a web page where the list should be")
    readers = {"sdnEntry": _sdn, "INDIVIDUAL": _un, "ENTITY": _un, "sanctionEntity": _eu}
    seen = 0
    try:
        for _, node in etree.iterparse(
            io.BytesIO(body), events=("end",), resolve_entities=False, no_network=True, huge_tree=False
        ):
            name = etree.QName(node).localname if isinstance(node.tag, str) else ""
            reader = readers.get(name)
            if reader is None or (name in {"INDIVIDUAL", "ENTITY"} and node.find("DATAID") is None):
                continue
            found = reader(node)
            seen += 1
            node.clear()
            if found is not None:
                yield _sealed(found)
    except etree.XMLSyntaxError as error:
        raise BadList(f"broken off after {seen} entries: {str(error)[:100]}") from None
    if not seen:
        raise BadList("XML without a single entry of a list that is known")


def _texts(node: Any, *names: str) -> list[str]:
    """The texts of all elements below with these local names, in order."""
    found = []
    for inner in node.iter():
        if isinstance(inner.tag, str) and etree.QName(inner).localname in names and inner.text:
            value = one_line(inner.text)
            if value.lower() not in _NULL:
                found.append(value)
    return found


def _child(node: Any, name: str) -> str:
    for inner in node:
        if isinstance(inner.tag, str) and etree.QName(inner).localname == name:
            return one_line(inner.text or "")
    return ""


def _sdn(node: Any) -> ListEntry | None:
    uid = _child(node, "uid")
    if not uid:
        return None
    aliases = []
    places = []
    for inner in node.iter():
        local = etree.QName(inner).localname if isinstance(inner.tag, str) else ""
        if local == "aka":
            aliases.append(" ".join(filter(None, (_child(inner, "firstName"), _child(inner, "lastName")))))
        elif local == "address":
            places.append(
                ", ".join(
                    filter(None, (_child(inner, part) for part in ("address1", "city", "stateOrProvince", "country")))
                )
            )
    action = (node.get("action") or _child(node, "action")).lower()
    ids = [
        " ".join(filter(None, (_child(one, "idType"), _child(one, "idNumber"), _child(one, "idCountry"))))
        for one in node.iter("{*}id")
    ]
    return ListEntry(
        uid=uid,
        name=" ".join(filter(None, (_child(node, "firstName"), _child(node, "lastName")))),
        kind=_child(node, "sdnType"),
        programmes=tuple(_texts(node, "program")),
        aliases=tuple(filter(None, aliases)),
        places=tuple(filter(None, places)),
        reasons=tuple(filter(None, (_child(node, "title"), _child(node, "remarks"), *ids))),
        removed=action.startswith(("remov", "delet")),
    )


def _un(node: Any) -> ListEntry | None:
    names = _texts(node, "FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
    listed = _child(node, "LISTED_ON")
    places = [
        ", ".join(_texts(inner, "STREET", "CITY", "STATE_PROVINCE", "COUNTRY", "NOTE"))
        for inner in node.iter("{*}INDIVIDUAL_ADDRESS", "{*}ENTITY_ADDRESS")
    ]
    return ListEntry(
        uid=_child(node, "REFERENCE_NUMBER") or _child(node, "DATAID"),
        name=" ".join(names),
        kind="individual" if etree.QName(node).localname == "INDIVIDUAL" else "entity",
        programmes=(_child(node, "UN_LIST_TYPE"),),
        aliases=tuple(_texts(node, "ALIAS_NAME")),
        places=tuple(filter(None, places)),
        reasons=tuple(_texts(node, "COMMENTS1", "VALUE")),
        listed=parse_date(listed) if listed else None,
    )


def _eu(node: Any) -> ListEntry | None:
    uid = node.get("euReferenceNumber") or node.get("logicalId") or ""
    names = [one_line(one.get("wholeName") or "") for one in node.iter("{*}nameAlias")]
    names = [name for name in dict.fromkeys(names) if name]
    if not uid or not names:
        return None
    regulations = list(node.iter("{*}regulation"))
    dates = [date for one in regulations if (date := parse_date(one.get("publicationDate") or "")) is not None]
    places = [
        ", ".join(filter(None, (one_line(one.get(part) or "") for part in ("street", "city", "countryDescription"))))
        for one in node.iter("{*}address")
    ]
    kinds = [one.get("code") or "" for one in node.iter("{*}subjectType")]
    return ListEntry(
        uid=uid,
        name=names[0],
        kind=kinds[0] if kinds else "",
        programmes=tuple(dict.fromkeys(filter(None, (one.get("programme") or "" for one in regulations)))),
        aliases=tuple(names[1:]),
        places=tuple(filter(None, places)),
        reasons=tuple(filter(None, (one_line(node.get("designationDetails") or ""), *_texts(node, "remark")))),
        listed=max(dates, default=None),
    )


def _sdn_csv(text: str) -> Iterator[ListEntry]:
    for row in csv.reader(io.StringIO(text)):
        values = [one_line(value) for value in row]
        if len(values) < 12 or not values[0].isdigit():
            continue
        values = ["" if value.lower() in _NULL else value for value in values]
        yield _sealed(
            ListEntry(
                uid=values[0],
                name=values[1],
                kind=values[2] or "entity",
                programmes=tuple(re.findall(r"[A-Z0-9][A-Z0-9-]+", values[3])),
                places=tuple(filter(None, (values[9],))),
                reasons=tuple(filter(None, (values[4], *values[10:12]))),
            )
        )


def _uk(text: str) -> Iterator[ListEntry]:
    lines = text.lstrip("\ufeff").splitlines(keepends=True)
    start = next((number for number, line in enumerate(lines[:10]) if "Name 6" in line), None)
    if start is None:
        raise BadList("a list of the UK without its line of column names")
    found: dict[str, ListEntry] = {}
    for row in csv.DictReader(io.StringIO("".join(lines[start:]))):
        values = {
            key.strip().lower(): one_line(value)
            for key, value in row.items()
            if isinstance(key, str) and isinstance(value, str)
        }
        uid = values.get("unique id") or values.get("group id") or values.get("ofsi group id") or ""
        name = " ".join(filter(None, (values.get(f"name {number}", "") for number in (1, 2, 3, 4, 5, 6))))
        if not uid or not name:
            continue
        before = found.get(uid)
        if before is not None:  # one line an alias or address
            found[uid] = ListEntry(
                uid, before.name, before.kind, before.programmes, tuple(dict.fromkeys((*before.aliases, *(() if name == before.name else (name,))))),
                before.places, before.reasons, before.listed,
            )  # fmt: skip
            continue
        places = (
            ", ".join(filter(None, (values.get(f"address {n}", "") for n in range(1, 7)))),
            values.get("country", values.get("address country", "")),
        )
        reasons = (values.get("uk statement of reasons", ""), values.get("other information", ""))
        listed = (
            values.get("date designated")
            or values.get("uk sanctions list date designated")
            or values.get("listed on")
            or ""
        )
        found[uid] = ListEntry(
            uid=uid,
            name=name,
            kind=values.get("group type") or values.get("individual, entity, ship", ""),
            programmes=tuple(filter(None, (values.get("regime") or values.get("regime name", ""),))),
            places=tuple(filter(None, places)),
            reasons=tuple(filter(None, reasons)),
            listed=parse_date(listed),
        )
    for entry in found.values():
        yield _sealed(entry)


def _sealed(entry: ListEntry) -> ListEntry:
    from dataclasses import replace

    # The order in which a list prints aliases or addresses changes without meaning anything.
    parts = sorted({*entry.text().split("\n"), str(entry.removed)})
    return replace(entry, digest=hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:16])
