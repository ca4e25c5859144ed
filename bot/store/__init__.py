"""The only folder that speaks SQL: a SQLite file, made through sqlite-utils, or a PostgreSQL server (docs/why/040)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import UsageError
from bot.places import Server


class Store:
    """All rooms of the store over one connection; `Store(place)` or `with Store.opened(place)`."""

    def __init__(self, place: Path | Server, *, readonly: bool = False) -> None:
        # Imported here so that `armswatch --help` never pays for sqlite-utils and pydantic.
        from bot.store.articles import Articles
        from bot.store.cases import Cases
        from bot.store.connection import connect
        from bot.store.digests import Digests
        from bot.store.entities import Entities
        from bot.store.entries import Entries
        from bot.store.evidence import Evidences
        from bot.store.feeds import Feeds
        from bot.store.hosts import Hosts
        from bot.store.judgements import Judgements
        from bot.store.outbox import Outbox
        from bot.store.retention import Retention
        from bot.store.revisits import Revisits
        from bot.store.runs import Runs
        from bot.store.shards import Shards
        from bot.store.stories import Stories
        from bot.store.tables import Tables

        self.place = place
        self.connection = connect(place, readonly=readonly)
        self.feeds = Feeds(self.connection)
        self.entities = Entities(self.connection)
        self.entries = Entries(self.connection)
        self.hosts = Hosts(self.connection)
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

    @property
    def path(self) -> Path:
        """The file that it is; UsageError where it is a server."""
        if isinstance(self.place, Server):
            raise UsageError(f"{self.place} is no file")
        return self.place

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody writes between what is read and what is written in the block: for what looks for its place among the stored.

        One transaction on a server. A file has one daemon, whose other jobs place nothing.
        """
        if isinstance(self.place, Server):
            with self.connection.write():
                yield
        else:
            yield

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    @classmethod
    @contextmanager
    def opened(cls, place: Path | Server, *, readonly: bool = False) -> Iterator[Store]:
        """A store for one `with` block."""
        store = cls(place, readonly=readonly)
        try:
            yield store
        finally:
            store.close()
