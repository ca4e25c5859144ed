"""The only folder that speaks SQL: one SQLite file, opened, migrated and made through sqlite-utils."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Store:
    """All rooms of the store over one connection; `Store.open(path)` or `with Store.opened(path)`."""

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        # Imported here so that `armswatch --help` never pays for sqlite-utils and pydantic.
        from bot.store.articles import Articles
        from bot.store.cases import Cases
        from bot.store.connection import Connection
        from bot.store.digests import Digests
        from bot.store.entities import Entities
        from bot.store.entries import Entries
        from bot.store.evidence import Evidences
        from bot.store.feeds import Feeds
        from bot.store.judgements import Judgements
        from bot.store.outbox import Outbox
        from bot.store.retention import Retention
        from bot.store.revisits import Revisits
        from bot.store.runs import Runs
        from bot.store.shards import Shards
        from bot.store.stories import Stories
        from bot.store.tables import Tables

        self.path = path
        self.connection = Connection(path, readonly=readonly)
        self.feeds = Feeds(self.connection)
        self.entities = Entities(self.connection)
        self.entries = Entries(self.connection)
        self.articles = Articles(self.connection)
        self.evidence = Evidences(self.connection)
        self.stories = Stories(self.connection)
        self.digests = Digests(self.connection)
        self.outbox = Outbox(self.connection)
        self.revisits = Revisits(self.connection)
        self.runs = Runs(self.connection)
        self.cases = Cases(self.connection)
        self.judgements = Judgements(self.connection)
        self.retention = Retention(self.connection)
        self.tables = Tables(self.connection)
        self.shards = Shards(self.connection)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    @classmethod
    @contextmanager
    def opened(cls, path: Path, *, readonly: bool = False) -> Iterator[Store]:
        """A store for one `with` block."""
        store = cls(path, readonly=readonly)
        try:
            yield store
        finally:
            store.close()
