"""The ledger of who works on which part: leases by the database's own clock, and a number that fences off who lost one.

A queue's job is only a wake-up that names a shard. Whether there is anything to do, and who may do it, is decided here,
so lost, late and doubled wake-ups do no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import LeaseLost
from bot.store.connection import Connection, Row
from bot.store.rows import known, moment, stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One claim of one shard: every write of its holder is checked against `gen`."""

    shard: int
    gen: int
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardStatus:
    """What the ledger says of one shard."""

    number: int
    owner: str  # "" for nobody
    until: datetime | None
    ended: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerStatus:
    """One worker process, as it last said of itself."""

    name: str
    host: str
    pid: int
    version: str
    state: str  # working, draining, stopped
    started: datetime
    seen: datetime
    jobs: int
    doing: str


class Shards:
    """The shards and workers tables. Every method is one transaction; times are the database's unless `now` is given."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def claim(
        self, shard: int, owner: str, lease: timedelta, now: datetime | None = None, *, rested: bool = True
    ) -> Lease | None:
        """Take a shard that nobody holds and that, if it has to be `rested`, does not rest; None where somebody was faster."""
        with self._c.write(alone=False) as c:
            at = now or c.now()
            c.run("INSERT INTO shards (n, gen) VALUES (:n, 0) ON CONFLICT (n) DO NOTHING", {"n": shard})
            taken = c.run(
                """UPDATE shards SET gen = gen + 1, owner = :owner, lease_until = :until
                   WHERE n = :n AND (lease_until IS NULL OR lease_until <= :now)
                     AND (rests_until IS NULL OR rests_until <= :now OR :anyhow = 1)""",
                {"n": shard, "owner": owner, "until": stamp(at + lease), "now": stamp(at), "anyhow": int(not rested)},
            )
            if not taken:
                return None
            gen = c.value("SELECT gen FROM shards WHERE n = :n", {"n": shard})
            return Lease(shard=shard, gen=gen, owner=owner)

    def renew(self, held: Lease, lease: timedelta, now: datetime | None = None) -> bool:
        """Keep a shard for longer; False where it was lost."""
        with self._c.write(alone=False) as c:
            return c.run(
                "UPDATE shards SET lease_until = :until WHERE n = :n AND gen = :gen AND lease_until IS NOT NULL",
                {"n": held.shard, "gen": held.gen, "until": stamp((now or c.now()) + lease)},
            ) == 1  # fmt: skip

    def release(self, held: Lease, pause: timedelta, now: datetime | None = None) -> bool:
        """Give a shard back and let it rest for a while; False where it was lost."""
        with self._c.write(alone=False) as c:
            at = now or c.now()
            return c.run(
                """UPDATE shards SET lease_until = NULL, owner = NULL, rests_until = :rests, ended = :now
                   WHERE n = :n AND gen = :gen""",
                {"n": held.shard, "gen": held.gen, "rests": stamp(at + pause), "now": stamp(at)},
            ) == 1  # fmt: skip

    def due(self, of: int, now: datetime | None = None) -> list[int]:
        """The shards, of so many, with a feed or a page whose time has come, that nobody holds and that do not rest."""
        at = stamp(now or self._c.now())
        rows = self._c.rows(
            """SELECT n FROM (SELECT DISTINCT bucket % :of AS n FROM feeds WHERE next_check <= :now
                              UNION SELECT DISTINCT bucket % :of FROM entries
                              WHERE state = 'new' OR (state = 'retry' AND retry_at <= :now)) AS waiting
               WHERE n NOT IN (SELECT n FROM shards WHERE lease_until > :now OR rests_until > :now) ORDER BY n""",
            {"of": of, "now": at},
        )
        return [row["n"] for row in rows]

    def lag(self, now: datetime | None = None) -> timedelta:
        """How long the feed that waits longest has been due."""
        at = now or self._c.now()
        oldest = moment(self._c.value("SELECT MIN(next_check) FROM feeds"))
        return max(at - oldest, timedelta(0)) if oldest else timedelta(0)

    @contextmanager
    def fenced(self, held: Lease) -> Iterator[None]:
        """All writes of this store in the block are the lease holder's: LeaseLost, and nothing written, once it is lost."""
        self._c.fence = _fence(held)
        try:
            yield
        finally:
            self._c.fence = None

    def listing(self) -> list[ShardStatus]:
        """All shards that were ever claimed, by number."""
        return [_shard(row) for row in self._c.rows("SELECT * FROM shards ORDER BY n")]

    # ── the workers ───────────────────────────────────────────────────────────────────────────────────────────

    def report(self, worker: WorkerStatus) -> None:
        """A worker says what it does; `seen` is the database's time."""
        with self._c.write(alone=False) as c:
            c.run(
                """INSERT INTO workers (name, host, pid, version, state, started, seen, jobs, doing)
                   VALUES (:name, :host, :pid, :version, :state, :started, :now, :jobs, :doing)
                   ON CONFLICT (name) DO UPDATE SET state = excluded.state, seen = excluded.seen, jobs = excluded.jobs,
                     doing = excluded.doing""",
                {
                    "name": worker.name,
                    "host": worker.host,
                    "pid": worker.pid,
                    "version": worker.version,
                    "state": worker.state,
                    "started": stamp(worker.started),
                    "now": stamp(c.now()),
                    "jobs": worker.jobs,
                    "doing": worker.doing,
                },
            )

    def workers(self) -> list[WorkerStatus]:
        """All workers that are known, the last seen first."""
        return [_worker(row) for row in self._c.rows("SELECT * FROM workers ORDER BY seen DESC, name")]

    def forget(self, before: datetime) -> int:
        """Drop workers that were last seen before a time; how many."""
        with self._c.write(alone=False) as c:
            return c.run("DELETE FROM workers WHERE seen < :before", {"before": stamp(before)})


def _fence(held: Lease) -> Callable[[Connection], None]:
    def check(c: Connection) -> None:
        # The row is locked until this transaction ends: whoever wants the shard waits for that.
        found = c.row(
            "SELECT gen FROM shards WHERE n = :n AND gen = :gen" + c.for_share,  # noqa: S608 (a constant of the backend)
            {"n": held.shard, "gen": held.gen},
        )
        if found is None:
            raise LeaseLost(
                f"shard {held.shard}: the lease of {held.owner} ran out and another worker has it; nothing was written",
                subject=f"shard {held.shard}",
            )

    return check


def _shard(row: Row) -> ShardStatus:
    return ShardStatus(
        number=row["n"],
        owner=row["owner"] or "",
        until=moment(row["lease_until"]),
        ended=moment(row["ended"]),
    )


def _worker(row: Row) -> WorkerStatus:
    return WorkerStatus(
        name=row["name"],
        host=row["host"] or "",
        pid=row["pid"] or 0,
        version=row["version"] or "",
        state=row["state"],
        started=known(row["started"]),
        seen=known(row["seen"]),
        jobs=row["jobs"],
        doing=row["doing"] or "",
    )
