"""Runs and units of backfill: what was planned, what is done, and what was not read; each unit ends in one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.units import Outcome, Unit, Window
from bot.errors import LeaseLost
from bot.store import Store
from bot.store.connection import Connection, Row
from bot.store.rows import dump, known, load, moment, stamp

MAX_ATTEMPTS = 5  # of one unit over all continuations; after that it stays failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One backfill: the same arguments are the same run."""

    id: str
    command: str
    window: Window
    args: dict[str, object]
    created: datetime
    last: datetime
    ended: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredUnit:
    """One unit with its place in the run's order and how it ended."""

    seq: int
    unit: Unit
    state: str
    attempts: int
    outcome: Outcome | None
    error: str = ""


class Backfills:
    """The tables of backfill over a store's connection. Every method is one transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._c: Connection = store.connection

    def begin(self, run: str, command: str, window: Window, args: dict[str, object], now: datetime) -> None:
        """Write the run down, or take it up again."""
        with self._c.write() as c:
            c.run(
                """INSERT INTO backfill_runs (id, command, since, until, args_json, created, last)
                   VALUES (:id, :command, :since, :until, :args, :now, :now)
                   ON CONFLICT (id) DO UPDATE SET last = excluded.last, ended = NULL""",
                {
                    "id": run,
                    "command": command,
                    "since": stamp(window.since),
                    "until": stamp(window.until),
                    "args": json.dumps(args, sort_keys=True),
                    "now": stamp(now),
                },
            )

    def add(self, run: str, units: Iterable[Unit]) -> int:
        """Add units behind those that are there, in one transaction; known ones are passed over. How many are new."""
        with self._c.write() as c:
            return _add(c, run, units)

    def waiting(self, run: str, beyond: int, limit: int) -> list[StoredUnit]:
        """The next units to work on, in the run's order, whose place is beyond a given one."""
        rows = self._c.rows(
            """SELECT * FROM backfill_units WHERE run = :run AND state = 'waiting' AND seq > :beyond
               ORDER BY seq LIMIT :limit""",
            {"run": run, "beyond": beyond, "limit": limit},
        )
        return [_unit(row) for row in rows]

    def unit(self, run: str, seq: int) -> StoredUnit | None:
        """One unit by its place."""
        row = self._c.row("SELECT * FROM backfill_units WHERE run = :run AND seq = :seq", {"run": run, "seq": seq})
        return _unit(row) if row else None

    def open_runs(self) -> list[Run]:
        """The runs that have not ended, the oldest first."""
        return [
            _run(row) for row in self._c.rows("SELECT * FROM backfill_runs WHERE ended IS NULL ORDER BY created, id")
        ]

    def run_of(self, run: str) -> Run | None:
        """One run by its id."""
        row = self._c.row("SELECT * FROM backfill_runs WHERE id = :id", {"id": run})
        return _run(row) if row else None

    def again(self, run: str) -> int:
        """Put failed units that were not tried too often back to work; how many."""
        with self._c.write() as c:
            return c.run(
                "UPDATE backfill_units SET state = 'waiting' WHERE run = :run AND state = 'failed' AND attempts < :most",
                {"run": run, "most": MAX_ATTEMPTS},
            )

    def finish(
        self, run: str, seq: int, *, store_all: Callable[[], Outcome], found: Sequence[Unit], now: datetime
    ) -> Outcome:
        """End one unit in one transaction: `store_all` stores its articles and says the outcome; the units it found follow."""
        with self._c.write() as c:
            state = c.value(
                "SELECT state FROM backfill_units WHERE run = :run AND seq = :seq", {"run": run, "seq": seq}
            )
            if state != "waiting":
                raise LeaseLost(f"unit {seq} of {run} was ended by another worker meanwhile; nothing was written")
            outcome = store_all()
            _add(c, run, found)
            c.run(
                """UPDATE backfill_units SET state = :state, attempts = attempts + 1, error = :error, outcome_json = :outcome,
                   ended = :now WHERE run = :run AND seq = :seq""",
                {
                    "run": run,
                    "seq": seq,
                    "state": outcome.state,
                    "error": outcome.error,
                    "outcome": dump(outcome),
                    "now": stamp(now),
                },
            )
            return outcome

    def end(self, run: str, now: datetime) -> None:
        """Note that nothing of the run is waiting any more."""
        with self._c.write() as c:
            c.run("UPDATE backfill_runs SET ended = :now, last = :now WHERE id = :id", {"id": run, "now": stamp(now)})

    def units(self, run: str) -> list[StoredUnit]:
        """All units of a run in its order."""
        return [
            _unit(row)
            for row in self._c.rows("SELECT * FROM backfill_units WHERE run = :run ORDER BY seq", {"run": run})
        ]

    def counts(self, run: str) -> dict[str, int]:
        """How many units are in each state."""
        rows = self._c.rows(
            "SELECT state, COUNT(*) AS n FROM backfill_units WHERE run = :run GROUP BY state", {"run": run}
        )
        return {row["state"]: row["n"] for row in rows}

    def read(self, run: str) -> int:
        """The bytes that its ended units have read."""
        rows = self._c.rows(
            "SELECT outcome_json FROM backfill_units WHERE run = :run AND outcome_json IS NOT NULL", {"run": run}
        )
        return sum(load(Outcome, row["outcome_json"]).bytes for row in rows)

    def listed(self, name: str) -> dict[str, str]:
        """Uid → digest of every entry of a published list as it was last seen; {} before the first look."""
        rows = self._c.rows("SELECT uid, digest FROM list_entries WHERE list = :list", {"list": name})
        return {row["uid"]: row["digest"] for row in rows}

    def remember(self, name: str, digests: Mapping[str, str], now: datetime) -> None:
        """The state of a published list, in place of the one before."""
        with self._c.write() as c:
            before = self.listed(name)
            for uid in before.keys() - digests.keys():
                c.run("DELETE FROM list_entries WHERE list = :list AND uid = :uid", {"list": name, "uid": uid})
            for uid, digest in digests.items():
                if before.get(uid) != digest:
                    c.run(
                        """INSERT INTO list_entries (list, uid, digest, seen) VALUES (:list, :uid, :digest, :now)
                           ON CONFLICT (list, uid) DO UPDATE SET digest = excluded.digest, seen = excluded.seen""",
                        {"list": name, "uid": uid, "digest": digest, "now": stamp(now)},
                    )

    def runs(self) -> list[Run]:
        """All runs, latest first."""
        return [_run(row) for row in self._c.rows("SELECT * FROM backfill_runs ORDER BY last DESC, id")]


def _add(c: Connection, run: str, units: Iterable[Unit]) -> int:
    last = c.value("SELECT COALESCE(MAX(seq), 0) FROM backfill_units WHERE run = :run", {"run": run})
    added = 0
    for unit in units:
        added += c.run(
            """INSERT INTO backfill_units (run, seq, source, key, state, requests, bytes)
               VALUES (:run, :seq, :source, :key, 'waiting', :requests, :bytes) ON CONFLICT (run, source, key) DO NOTHING""",
            {
                "run": run,
                "seq": last + added + 1,
                "source": unit.source,
                "key": unit.key,
                "requests": unit.requests,
                "bytes": unit.bytes,
            },
        )
    return added


def _unit(row: Row) -> StoredUnit:
    return StoredUnit(
        seq=row["seq"],
        unit=Unit(source=row["source"], key=row["key"], requests=row["requests"], bytes=row["bytes"]),
        state=row["state"],
        attempts=row["attempts"],
        outcome=load(Outcome, row["outcome_json"]) if row["outcome_json"] else None,
        error=row["error"] or "",
    )


def _run(row: Row) -> Run:
    return Run(
        id=row["id"],
        command=row["command"],
        window=Window(since=moment(row["since"]), until=moment(row["until"])),
        args=json.loads(row["args_json"]),
        created=known(row["created"]),
        last=known(row["last"]),
        ended=moment(row["ended"]),
    )
