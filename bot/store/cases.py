"""Case work: stories, claims and articles under a name, notes of people, and the register of corrections.

What people say stands in tables of its own, append-only, with author and time; nothing here changes what the machine found.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from bot.errors import UsageError
from bot.store.connection import Connection, Row
from bot.store.revisits import AUTHOR
from bot.store.rows import known, moment, stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What somebody wrote, when, about what (`ref` is an id, or "" for the case as a whole)."""

    text: str
    author: str
    at: datetime
    ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseItem:
    """One thing in a case. `ref` is a story, claim or article id."""

    ref: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A name under which somebody collects. `id` is `k-` + 12 hex, minted from the name."""

    id: str
    name: str
    author: str
    created: datetime
    closed: datetime | None = None
    items: tuple[CaseItem, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One line of the register: what was wrong, said by whom. `source` is "found" (by the watch) or "entered" (by a person)."""

    ref: str
    text: str
    author: str
    at: datetime
    source: str


def case_id(name: str) -> str:
    """The id of a case of this name."""
    return "k-" + hashlib.sha256(name.strip().casefold().encode("utf-8", "replace")).hexdigest()[:12]


class Cases:
    """The cases tables and the register of corrections. Every method is one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def new(self, name: str, author: str, now: datetime) -> Case:
        """A new case; UsageError where the name is empty or taken."""
        name = " ".join(name.split())
        if not name:
            raise UsageError("a case needs a name")
        with self._c.write() as c:
            made = c.run(
                "INSERT INTO cases (id, name, created, author) VALUES (:id, :name, :now, :author) ON CONFLICT DO NOTHING",
                {"id": case_id(name), "name": name, "now": stamp(now), "author": author},
            )
        if not made:
            raise UsageError(f"there is a case {name!r} already ({case_id(name)})")
        return self.get(name)

    def get(self, which: str) -> Case:
        """A case by id or name, with its items and notes; UsageError where there is none."""
        row = self._find(which)
        items = self._c.rows(
            "SELECT * FROM case_items WHERE case_id = :id AND removed IS NULL ORDER BY at, ref", {"id": row["id"]}
        )
        notes = self._c.rows("SELECT * FROM case_notes WHERE case_id = :id ORDER BY id", {"id": row["id"]})
        return Case(
            id=row["id"],
            name=row["name"],
            author=row["author"] or "",
            created=known(row["created"]),
            closed=moment(row["closed"]),
            items=tuple(CaseItem(ref=i["ref"], author=i["author"] or "", at=known(i["at"])) for i in items),
            notes=tuple(
                Note(text=n["text"], author=n["author"] or "", at=known(n["at"]), ref=n["ref"] or "") for n in notes
            ),
        )

    def all(self) -> list[Case]:
        """All cases, newest first."""
        return [self.get(row["id"]) for row in self._c.rows("SELECT id FROM cases ORDER BY created DESC, id")]

    def add(self, which: str, ref: str, author: str, now: datetime) -> bool:
        """Put a story, claim or article into a case; False where it is in already. UsageError where there is no such thing."""
        case = self._find(which)["id"]
        ref = self.known_ref(ref)
        with self._c.write() as c:
            return c.run(
                """INSERT INTO case_items (case_id, ref, author, at) VALUES (:case, :ref, :author, :now)
                   ON CONFLICT (case_id, ref) DO UPDATE SET removed = NULL, author = excluded.author, at = excluded.at
                   WHERE case_items.removed IS NOT NULL""",
                {"case": case, "ref": ref, "author": author, "now": stamp(now)},
            ) == 1  # fmt: skip

    def remove(self, which: str, ref: str, now: datetime) -> bool:
        """Take something out of a case (the row stays, with its time); False where it was not in."""
        case = self._find(which)["id"]
        with self._c.write() as c:
            return c.run(
                "UPDATE case_items SET removed = :now WHERE case_id = :case AND ref = :ref AND removed IS NULL",
                {"case": case, "ref": ref, "now": stamp(now)},
            ) == 1  # fmt: skip

    def note(self, which: str, text: str, author: str, now: datetime, *, ref: str = "") -> None:
        """Write a note under a case, about the whole or one thing in it; notes are never changed."""
        case = self._find(which)["id"]
        if not text.strip():
            raise UsageError("a note needs words")
        with self._c.write() as c:
            c.run(
                "INSERT INTO case_notes (case_id, ref, text, author, at) VALUES (:case, :ref, :text, :author, :now)",
                {
                    "case": case,
                    "ref": self.known_ref(ref) if ref else "",
                    "text": text,
                    "author": author,
                    "now": stamp(now),
                },
            )

    def known_ref(self, ref: str) -> str:
        """The present id of a story (aliases of merged ones followed), claim or article; UsageError where there is none."""
        if ref.startswith("s-"):
            row = self._c.row("SELECT id, alias_of FROM stories WHERE id = :id", {"id": ref})
            if row:
                return self.known_ref(row["alias_of"]) if row["alias_of"] else ref
        tables = {"c-": "claims", "a-": "articles"}
        table = tables.get(ref[:2])
        if table and self._c.row(f"SELECT id FROM {table} WHERE id = :id", {"id": ref}):  # noqa: S608 (two names of our own)
            return ref
        raise UsageError(f"{ref}: no such story (s-…), claim (c-…) or article (a-…) in this database")

    def correct(self, ref: str, text: str, author: str, now: datetime) -> None:
        """Enter a correction of something that was shown."""
        if not text.strip():
            raise UsageError("a correction needs words")
        with self._c.write() as c:
            c.run(
                "INSERT INTO corrections (ref, text, author, at) VALUES (:ref, :text, :author, :now)",
                {"ref": self.known_ref(ref), "text": text, "author": author, "now": stamp(now)},
            )

    def corrections(self) -> list[Correction]:
        """The register, newest first: what the watch found corrected, and what people entered."""
        found = self._c.rows("SELECT story, fact, at FROM changes WHERE kind = 'CORRECTION'")
        entered = self._c.rows("SELECT * FROM corrections")
        register = [
            Correction(ref=r["story"], text=r["fact"] or "", author="", at=known(r["at"]), source="found")
            for r in found
        ]
        register += [
            Correction(
                ref=r["ref"],
                text=r["text"],
                author=r["author"] or "",
                at=known(r["at"]),
                source="found" if r["author"] == AUTHOR else "entered",
            )
            for r in entered
        ]
        return sorted(register, key=lambda one: (one.at, one.ref), reverse=True)

    def _find(self, which: str) -> Row:
        row = self._c.row(
            "SELECT * FROM cases WHERE id = :id OR name = :name OR id = :minted",
            {"id": which, "name": which, "minted": case_id(which)},
        )
        if row is None:
            raise UsageError(f"no case {which!r}; `armswatch case list` shows all")
        return row
