"""The same list of migrations makes a server's tables as it makes a file's: from nothing, and from what any release left.

Files of every older version are in test_backup.py, for a copy goes before.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
import sqlite_utils
from psycopg.rows import dict_row

from bot.errors import StoreError
from bot.places import Server
from bot.store import Store
from bot.store.connection import connect
from bot.store.dialects import POSTGRESQL
from bot.store.making import PostgresTables
from bot.store.moving import shapes
from bot.store.schema import MIGRATIONS
from bot.store.views import VIEWS
from tests.clusters import PASSWORD, Cluster

STEPS = MIGRATIONS._migrations
KINDS = {"TEXT": "text", "INTEGER": "bigint", "REAL": "double precision", "FLOAT": "double precision", "BLOB": "bytea"}
"""How a column is called on the one and on the other."""


@pytest.fixture
def bare(cluster: Cluster) -> Iterator[Server]:
    with cluster.database(empty=True) as server:
        yield server


def columns(server: Server) -> dict[str, dict[str, tuple[str, bool]]]:
    """Table → column → (type, may be empty)."""
    found: dict[str, dict[str, tuple[str, bool]]] = {}
    with closing(connect(server, readonly=True)) as c:
        for row in c.rows(
            "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'public' ORDER BY ordinal_position"
        ):
            found.setdefault(row["table_name"], {})[row["column_name"]] = (
                row["data_type"],
                row["is_nullable"] == "YES",
            )
    return found


def indexes(server: Server) -> set[str]:
    with closing(connect(server, readonly=True)) as c:
        return {row["name"] for row in c.rows("SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'public'")}


def test_both_have_the_same_tables_columns_indexes_and_views(bare: Server):
    Store(bare).close()
    db = sqlite_utils.Database(memory=True)
    MIGRATIONS.apply(db)
    made = columns(bare)
    for shape in shapes():
        told = db.table(shape.name).columns
        assert list(made[shape.name]) == [column.name for column in told], shape.name
        for column in told:
            kind, empty = made[shape.name][column.name]
            assert kind == KINDS[column.type.upper()], (shape.name, column.name)
            assert empty == (not column.notnull and not column.is_pk), (shape.name, column.name)
    named = {
        row["name"]
        for row in db.query(
            "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name NOT LIKE '\\_%' ESCAPE '\\'"
        )
    }
    assert named <= indexes(bare)
    assert set(VIEWS) <= set(made)
    assert all(db.view(name).columns for name in VIEWS)
    db.close()


def test_text_sorts_by_its_bytes_whatever_the_database_was_made_with(cluster: Cluster):
    with cluster.session("postgres") as session:
        session.execute(
            "CREATE DATABASE odd TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de-u-co-phonebk' LOCALE 'C.UTF-8'"
        )
    try:
        with Store.opened(cluster.server("odd")) as store, store.connection.write() as c:
            for host in ("b", "B", "a", "ä", "я", "한"):
                c.run("INSERT INTO budgets (host, day, pages) VALUES (:host, 'd', 1)", {"host": host})
            assert [row["host"] for row in c.rows("SELECT host FROM budgets ORDER BY host")] == [
                "B",
                "a",
                "b",
                "ä",
                "я",
                "한",
            ]
    finally:
        with cluster.session("postgres") as session:
            session.execute("DROP DATABASE odd WITH (FORCE)")


@pytest.mark.parametrize("done", range(1, len(STEPS)))
def test_a_database_that_stopped_at_any_step_is_brought_up_to_date(done: int, bare: Server):
    """What an older release left behind."""
    with psycopg.connect(bare.url, password=PASSWORD, autocommit=True, row_factory=dict_row) as session:
        session.execute(
            "CREATE TABLE _migrations (migration_set text, name text, applied_at text, PRIMARY KEY (migration_set, name))"
        )

        def execute(sql: str, values: object) -> list[dict[str, object]]:
            cursor = session.execute(sql, values or None)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

        for step in STEPS[:done]:
            step.fn(PostgresTables(execute))  # type: ignore[arg-type]
            session.execute("INSERT INTO _migrations VALUES ('armswatch', %s, 'then')", [step.name])
    with pytest.raises(StoreError, match=STEPS[done].name):
        Store(bare, readonly=True)
    with Store.opened(bare) as store:
        seen = store.connection.rows("SELECT name, applied_at FROM _migrations ORDER BY name")
        assert [row["name"] for row in seen] == [step.name for step in STEPS]
        assert [row["applied_at"] == "then" for row in seen] == [number < done for number in range(len(STEPS))]
        assert store.articles.count() == {}


def _open(server: Server) -> None:
    Store(server).close()


def test_many_that_start_at_once_make_one_database(bare: Server):
    spawn = multiprocessing.get_context("spawn")
    starters = [spawn.Process(target=_open, args=(bare,)) for _ in range(3)]
    for one in starters:
        one.start()
    for one in starters:
        one.join(60)
    assert [one.exitcode for one in starters] == [0] * 3
    with Store.opened(bare, readonly=True) as store:
        assert store.connection.value("SELECT COUNT(*) FROM _migrations") == len(STEPS)


def test_a_migration_that_fails_leaves_nothing_behind(bare: Server):
    with psycopg.connect(bare.url, password=PASSWORD, autocommit=True) as session:
        session.execute("CREATE TABLE outbox (somebody_elses text)")
    with pytest.raises(StoreError, match="outbox"):
        Store(bare)
    with psycopg.connect(bare.url, password=PASSWORD) as session:
        found = session.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert found == [("outbox",)]


def test_a_fragment_is_said_once_for_each_database():
    assert POSTGRESQL.statement("SELECT ':a', :b FROM t WHERE c LIKE '%x' AND d % 2 = :b") == (
        "SELECT ':a', %(b)s FROM t WHERE c LIKE '%%x' AND d %% 2 = %(b)s"
    )
    with pytest.raises(KeyError):
        POSTGRESQL.statement("SELECT {no_such_fragment}")
