"""What `status` shows, read-only; of a file through the standard library alone, so that it answers in a blink."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.errors import StoreError
from bot.places import Server

_QUESTIONS = {
    "heartbeats": "SELECT job, at, note FROM heartbeats ORDER BY at DESC",
    "feeds": "SELECT COALESCE(health, 'not polled yet') AS name, COUNT(*) AS n FROM feeds GROUP BY 1 ORDER BY 2 DESC",
    "failing": """SELECT url, health, last_error, last_ok FROM feeds WHERE COALESCE(last_error, '') <> ''
                  ORDER BY last_polled DESC NULLS LAST LIMIT 50""",
    "entries": "SELECT state AS name, COUNT(*) AS n FROM entries GROUP BY 1 ORDER BY 1",
    "articles": "SELECT rank AS name, COUNT(*) AS n FROM articles GROUP BY 1 ORDER BY 1",
    "stories": "SELECT 'stories' AS name, COUNT(*) AS n FROM stories",
    "outbox": "SELECT state AS name, COUNT(*) AS n FROM outbox GROUP BY 1 ORDER BY 1",
    "notices": "SELECT kind, subject, text, at FROM notices WHERE recovered IS NULL ORDER BY at",
    "first": "SELECT MIN(first_seen) AS at FROM articles",
    "digests": "SELECT subscription, MAX(local_date) AS local_date FROM digests GROUP BY 1 ORDER BY 1",
}


_SIZE = """SELECT CAST(COALESCE(SUM(pg_total_relation_size(oid)), 0) AS bigint) AS bytes FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"""


def glance(path: Path | Server) -> dict[str, Any]:
    """Rows of each question by its name, and the size in bytes; StoreError where there is no database."""
    if isinstance(path, Server):
        found: dict[str, Any] = {**_asked(path, _QUESTIONS | {"size": _SIZE})}
        return found | {"bytes": found.pop("size")[0]["bytes"]}
    return {**_asked(path, _QUESTIONS), "bytes": path.stat().st_size}


def feed_figures(path: Path | Server) -> list[dict[str, Any]]:
    """Of every feed: url, last_ok (a stamp or None), polls, unchanged, entries; StoreError where there is no database."""
    question = "SELECT url, last_ok, polls, unchanged, entries FROM feeds ORDER BY url"
    return _asked(path, {"feeds": question})["feeds"]


def table_names(path: Path) -> list[str]:
    """The names of all tables of a database, without its views; StoreError where there is none."""
    question = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    return [row["name"] for row in _asked(path, {"tables": question})["tables"]]


def _asked(path: Path | Server, questions: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    if isinstance(path, Server):
        from bot.store import Store

        with Store.opened(path, readonly=True) as store:
            return {name: store.connection.rows(question) for name, question in questions.items()}
    if not path.exists():
        raise StoreError(
            f"{path}: no database yet; `armswatch poll` or `armswatch run` makes it; of another folder: --config FILE",
            subject=str(path),
        )
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=2)
        try:
            connection.row_factory = sqlite3.Row
            return {name: [dict(row) for row in connection.execute(question)] for name, question in questions.items()}
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{path}: cannot be read ({error})", subject=str(path)) from error
