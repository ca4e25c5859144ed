"""Everything that is stored, from one database into another, file or server: resumable, and checked before it counts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlite_utils

from bot.core.searching import searchable
from bot.errors import StoreError, UsageError
from bot.store.connection import Connection, Row
from bot.store.dialects import NUL
from bot.store.schema import MIGRATIONS

ROWS = 500
"""Copied in one transaction; of tables that hold bytes a tenth, for one record may have 5 MB."""

_LEDGER = """CREATE TABLE IF NOT EXISTS _copying (name text PRIMARY KEY, origin text NOT NULL, reached text NOT NULL, copied bigint NOT NULL)"""


@dataclass(frozen=True, slots=True)
class Shape:
    """One table of the store as its migrations leave it."""

    name: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    bytes: bool  # holds any
    numbered: bool  # its key is a number that the database gives


@dataclass(frozen=True, slots=True)
class Copied:
    """What one table came to: the same rows with the same digest on both sides."""

    table: str
    rows: int
    digest: str


@cache
def shapes() -> tuple[Shape, ...]:
    """All tables but the full-text index, which is made of the articles."""
    db = sqlite_utils.Database(memory=True)
    MIGRATIONS.apply(db)
    found = []
    for name in db.table_names():
        if name == "search" or name.startswith(("search_", "_")):
            continue
        columns = db.table(name).columns
        keys = tuple(db.table(name).pks)
        kinds = {column.name: column.type.upper() for column in columns}
        found.append(
            Shape(
                name=name,
                columns=tuple(kinds),
                keys=keys,
                bytes="BLOB" in kinds.values(),
                numbered=len(keys) == 1 and kinds[keys[0]] == "INTEGER",
            )
        )
    db.close()
    return tuple(found)


def copy(source: Connection, target: Connection, tell: Callable[[str, int], None]) -> list[Copied]:
    """Copy all rows, or go on where a copy was broken off; `tell` hears of each table and how many rows of it are there.

    The caller holds the daemon lock of both. `target` was opened with `copying=True` and is no store for anybody else until
    every table has the same rows on both sides. Raises UsageError where it holds something else, StoreError where the
    source changed under the copy: what differs is then copied again by the next call.
    """
    _begin(source, target)
    for shape in shapes():
        _fill(source, target, shape, tell)
    found = [(shape, digest(source, shape), digest(target, shape)) for shape in shapes()]
    differ = [shape for shape, here, there in found if here != there]
    if differ:
        with target.write() as c:
            for shape in differ:
                _forget(c, shape)
        names = ", ".join(shape.name for shape in differ)
        raise StoreError(
            f"{source.location} was written to while it was copied ({names}): stop the watch, then give the same command "
            "again; only these tables are copied anew",
            subject=str(source.location),
        )
    with target.write() as c:
        for shape in shapes():
            if shape.numbered and c.dialect.name == "postgresql":
                key = shape.keys[0]
                c.rows(
                    f"SELECT setval(pg_get_serial_sequence('{shape.name}', '{key}'), MAX({key})) FROM {shape.name}"  # noqa: S608
                )
        c.run("DROP TABLE _copying")
    return [Copied(shape.name, *here) for shape, here, _ in found]


def digest(c: Connection, shape: Shape) -> tuple[int, str]:
    """(rows, sha256) of a table's rows in the order of its keys: the same on every backend."""
    total, seen = 0, hashlib.sha256()
    for rows in _pages(c, shape, None):
        for row in rows:
            total += 1
            seen.update(json.dumps([_plain(row[name]) for name in shape.columns], ensure_ascii=False).encode())
    return total, seen.hexdigest()


def unfinished(c: Connection) -> str:
    """Of what a database is a copy that was broken off; "" where it is none."""
    if not c.value("SELECT {exists:_copying} AS found"):
        return ""
    return str(c.value("SELECT MAX(origin) AS origin FROM _copying") or "another database")


def _begin(source: Connection, target: Connection) -> None:
    origin = str(source.location)
    earlier = unfinished(target)
    if earlier:
        if earlier != origin:
            raise UsageError(
                f"{target.location} is an unfinished copy of {earlier}; finish that one, or begin with an empty one"
            )
        return
    taken = [shape.name for shape in shapes() if target.row(f"SELECT 1 AS found FROM {shape.name} LIMIT 1")]  # noqa: S608
    if taken:
        raise UsageError(
            f"{target.location} holds a watch already (rows in {taken[0]} and {len(taken) - 1} more tables); copy into an empty database"
        )
    with target.write() as c:
        c.run(_LEDGER)
        c.run_many(
            "INSERT INTO _copying (name, origin, reached, copied) VALUES (:name, :origin, '', 0)",
            [{"name": shape.name, "origin": origin} for shape in shapes()],
        )


def _fill(source: Connection, target: Connection, shape: Shape, tell: Callable[[str, int], None]) -> None:
    state = target.row("SELECT reached, copied FROM _copying WHERE name = :name", {"name": shape.name})
    assert state is not None
    done = int(state["copied"])
    listed = ", ".join(f'"{name}"' for name in shape.columns)
    marks = ", ".join(f":{name}" for name in shape.columns)
    for rows in _pages(source, shape, json.loads(state["reached"]) if state["reached"] else None):
        done += len(rows)
        with target.write() as c:
            c.run_many(f"INSERT INTO {shape.name} ({listed}) VALUES ({marks})", rows)  # noqa: S608 (our own names)
            if shape.name == "articles":
                _index(c, rows)
            c.run(
                "UPDATE _copying SET reached = :reached, copied = :done WHERE name = :name",
                {"reached": json.dumps([rows[-1][key] for key in shape.keys]), "done": done, "name": shape.name},
            )
        tell(shape.name, done)


def _index(c: Connection, rows: Sequence[Row]) -> None:
    c.run_many(
        "INSERT INTO search (article, title, body{search_values}) VALUES (:id, :title, :body{search_params})",
        [
            {
                "id": row["id"],
                **c.dialect.row_of_search(
                    searchable(row["title"]), searchable(row["text"]) if row["rank"] != "none" else ""
                ),
            }
            for row in rows
        ],
    )


def _forget(c: Connection, shape: Shape) -> None:
    c.run(f"DELETE FROM {shape.name}")  # noqa: S608 (our own names)
    if shape.name == "articles":
        c.run("DELETE FROM search")
    c.run("UPDATE _copying SET reached = '', copied = 0 WHERE name = :name", {"name": shape.name})


def _pages(c: Connection, shape: Shape, reached: Sequence[object] | None) -> Iterator[list[Row]]:
    """Rows in the order of the keys, a few at a time, from behind a place."""
    listed = ", ".join(f'"{name}"' for name in shape.columns)
    keys = ", ".join(f'"{key}"' for key in shape.keys)
    marks = ", ".join(f":k{number}" for number in range(len(shape.keys)))
    size = ROWS // 10 if shape.bytes else ROWS
    while True:
        beyond = f"WHERE ({keys}) > ({marks})" if reached is not None else ""
        params: Mapping[str, Any] = {f"k{number}": key for number, key in enumerate(reached or ())}
        rows = c.rows(f"SELECT {listed} FROM {shape.name} {beyond} ORDER BY {keys} LIMIT {size}", params)  # noqa: S608
        if not rows:
            return
        yield rows
        reached = [rows[-1][key] for key in shape.keys]


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return value.replace("\0", NUL) if isinstance(value, str) else value
