"""The engine of one process: a task runs at once, in the thread that wants it; wanted again meanwhile, it runs once more."""

from __future__ import annotations

import threading

from bot.engine import TaskName, Tasks


class LocalEngine:
    """No queue: a crash loses nothing, for what is due is in the store."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._lock = threading.Lock()
        self._running: set[tuple[TaskName, str]] = set()
        self._again: set[tuple[TaskName, str]] = set()

    def defer(self, task: TaskName, key: str = "", *, lock: str = "") -> bool:
        """Run it now; False where it runs in another thread, which then does it once more."""
        name = (task, key)
        with self._lock:
            if name in self._running:
                self._again.add(name)
                return False
            self._running.add(name)
        while True:
            try:
                self._tasks[task](key)
            except BaseException:
                with self._lock:
                    self._running.discard(name)
                    self._again.discard(name)
                raise
            with self._lock:
                if name not in self._again:
                    self._running.discard(name)
                    return True
                self._again.discard(name)
