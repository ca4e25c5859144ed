"""The engine of many processes: Procrastinate, a task queue inside the PostgreSQL that the store is in anyway.

A job is a wake-up that names a task and a key. The queue sees to it that one key runs on one worker at a time (`lock`)
and waits at most once (`queueing_lock`); what happens when it loses, delays or doubles a job is the ledger's business.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import procrastinate
from procrastinate import exceptions
from procrastinate.jobs import Status
from procrastinate.worker import Worker

from bot.engine import Task, TaskName, Tasks
from bot.errors import StoreError
from bot.places import Server

T = TypeVar("T")

QUEUES: Mapping[TaskName, str] = {
    "poll_shard": "reading",
    "backfill_unit": "reading",
    "flush_outbox": "telling",
    "digest": "telling",
    "sweep": "telling",
}
"""Two queues, so that a digest or an alert never waits for a slow page."""

_PRIORITY: Mapping[TaskName, int] = {"flush_outbox": 10, "poll_shard": 5, "backfill_unit": -5}

_TELLERS = 2  # jobs of the second queue at once in one worker
_PATIENCE = 20.0  # seconds for one word with the queue
_CONNECT = 8.0  # seconds for a connection of the pool
_FETCH = 5.0  # seconds between two looks at the queue where no notification came


@dataclass(frozen=True, slots=True)
class Heartbeats:
    """How the queue tells a dead worker from a busy one."""

    every: timedelta = timedelta(seconds=10)
    dead_after: timedelta = timedelta(seconds=30)


class ProcrastinateEngine:
    """One worker's end of the queue. `run` blocks; `defer` and `stop` may be called from any thread meanwhile."""

    def __init__(
        self,
        server: Server,
        tasks: Tasks,
        *,
        name: str,
        jobs: int,
        grace: timedelta = timedelta(seconds=8),
        heartbeats: Heartbeats | None = None,
    ) -> None:
        self._tasks, self._name, self._jobs, self._grace = tasks, name, jobs, grace
        self._beats = heartbeats or Heartbeats()
        connector = procrastinate.PsycopgConnector(
            conninfo=server.url,
            min_size=0,  # opened when first needed: a server that is not there is told at once
            max_size=4,
            timeout=_CONNECT,
            kwargs={"application_name": f"armswatch {name}", "password": server.password or None},
        )
        self._app = procrastinate.App(connector=connector)
        for task, function in tasks.items():
            self._app.task(name=task, queue=QUEUES[task])(_job(function))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._asked = threading.Event()

    # ── the worker ────────────────────────────────────────────────────────────────────────────────────────────

    def run(self, started: Callable[[], None] = lambda: None) -> bool:
        """Work until `stop`; True then, False where the database went away. `started` is called once jobs can be deferred."""
        return asyncio.run(self._run(started))

    def stop(self) -> None:
        """Take no new job, let what runs end within the grace."""
        self._asked.set()
        loop, stop = self._loop, self._stop
        if loop is not None and stop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just ended
                loop.call_soon_threadsafe(stop.set)

    async def _run(self, started: Callable[[], None]) -> bool:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_default_executor(ThreadPoolExecutor(self._jobs + _TELLERS + 4, thread_name_prefix="job"))
        try:
            async with self._app.open_async():
                await self._prepare()
                started()
                asked = asyncio.create_task(self._stop.wait())
                if self._asked.is_set():
                    self._stop.set()
                workers = [self._worker("reading", self._jobs), self._worker("telling", _TELLERS)]
                # (The library has no types for these two.)
                lines = [asyncio.create_task(worker.run()) for worker in workers]  # type: ignore[no-untyped-call]
                await asyncio.wait([asked, *lines], return_when=asyncio.FIRST_COMPLETED)
                # Not cancelled: while they still register, the connection pool may swallow that, and they would run on for ever.
                for worker in workers:
                    worker.stop()  # type: ignore[no-untyped-call]
                await asyncio.gather(*lines, return_exceptions=True)
                asked.cancel()
        except (exceptions.ConnectorException, OSError) as error:
            if not self._asked.is_set():
                raise StoreError(_gone(error)) from error
        finally:
            self._loop = None
        return self._asked.is_set()

    def _worker(self, queue: str, concurrency: int) -> Worker:
        return Worker(
            self._app,
            queues=[queue],
            name=f"{self._name}/{queue}",
            concurrency=concurrency,
            install_signal_handlers=False,
            shutdown_graceful_timeout=self._grace.total_seconds(),
            # The ledger says what is done; finished jobs would only be a table to prune.
            delete_jobs="always",
            fetch_job_polling_interval=_FETCH,
            update_heartbeat_interval=self._beats.every.total_seconds(),
            stalled_worker_timeout=self._beats.dead_after.total_seconds(),
        )

    async def _prepare(self) -> None:
        """Make the queue's tables where there are none; workers that start together may both try."""
        if await self._made():
            return
        try:
            await self._app.schema_manager.apply_schema_async()
        except exceptions.ConnectorException:
            if not await self._made():
                raise

    async def _made(self) -> bool:
        row = await self._app.connector.execute_query_one_async("SELECT to_regclass('procrastinate_workers') AS name")
        return row["name"] is not None

    # ── the queue ─────────────────────────────────────────────────────────────────────────────────────────────

    def defer(self, task: TaskName, key: str = "", *, lock: str = "") -> bool:
        """Put a wake-up into the queue; False where one waits already."""
        return self._call(lambda: self._defer(task, key, lock))

    async def _defer(self, task: TaskName, key: str, lock: str) -> bool:
        name = f"{task}:{key}"
        wanted = self._app.configure_task(task, lock=lock or name, queueing_lock=name, priority=_PRIORITY.get(task, 0))
        try:
            await wanted.defer_async(key=key)
        except exceptions.AlreadyEnqueued:
            return False
        return True

    def rescue(self) -> list[str]:
        """Put the jobs of workers that died back into the queue; their names."""
        return self._call(self._rescue)

    async def _rescue(self) -> list[str]:
        manager = self._app.job_manager
        back = []
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=self._beats.dead_after.total_seconds()):
            # Every worker rescues: what cannot be put back was put back, or ended, by another one a moment ago.
            with contextlib.suppress(exceptions.ConnectorException):
                try:
                    await manager.retry_job(job)
                    back.append(f"{job.task_name} {job.task_kwargs.get('key', '')}".strip())
                except exceptions.UniqueViolation:
                    # Somebody wanted it anew meanwhile: the old job only holds its lock.
                    await manager.finish_job(job, status=Status.FAILED, delete_job=True)
        return back

    def counts(self) -> dict[str, int]:
        """How many jobs wait (`todo`) and run (`doing`)."""
        return self._call(self._counts)

    async def _counts(self) -> dict[str, int]:
        queues = list(await self._app.job_manager.list_queues_async())
        return {state: sum(int(queue[state]) for queue in queues) for state in ("todo", "doing", "failed")}

    def _call(self, wanted: Callable[[], Coroutine[None, None, T]]) -> T:
        """Run it on the worker's loop, from another thread; without a worker, over a connection of its own."""
        loop = self._loop
        try:
            if loop is None:
                return asyncio.run(self._alone(wanted))
            return asyncio.run_coroutine_threadsafe(wanted(), loop).result(timeout=_PATIENCE)
        except (exceptions.ConnectorException, OSError, TimeoutError) as error:
            raise StoreError(_gone(error)) from error

    async def _alone(self, wanted: Callable[[], Coroutine[None, None, T]]) -> T:
        async with self._app.open_async():
            await self._prepare()
            return await wanted()


def _gone(error: BaseException) -> str:
    words = " ".join(str(error.__cause__ or error).split()) or type(error).__name__
    return f"the queue in PostgreSQL cannot be reached: {words.rstrip('.')}; is the server up?"


def _job(function: Task) -> Callable[..., None]:
    def run(key: str = "") -> None:
        function(key)

    return run
