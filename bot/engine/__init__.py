"""Who runs the jobs: this process itself (`local`), or any number of workers over a queue in PostgreSQL (`cluster`).

The seam is one verb, `defer`: see to it that a task runs for a key, soon and once at a time. What is due, and who may
do it, is never in the queue but in the store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, Protocol

TaskName = Literal["poll_shard", "backfill_unit", "flush_outbox", "digest", "sweep"]
Task = Callable[[str], None]
"""What runs for one key: "17" of `poll_shard`, "<run>:<seq>" of `backfill_unit`, "" of the others."""

Tasks = Mapping[TaskName, Task]


class Engine(Protocol):
    """Runs tasks; the same task and key never twice at once."""

    def defer(self, task: TaskName, key: str = "", *, lock: str = "") -> bool:
        """Have it run soon; False where that was wanted already. Of one `lock` (its own name where "") only one runs at a time."""
        ...
