"""One canonical line in the log for every feed polled and every delivery tried (R-73): what, how it ended, how long, what next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from bot.app import App, utc_now
from bot.core import pacing
from bot.core.outbox import WAYS
from bot.errors import FetchError
from bot.model import Delivery, Request, Response
from bot.ports import Clock
from bot.settings import Settings

HUNG = timedelta(minutes=8)
"""Every request, page and delivery has a deadline of seconds; this long without the end of any is a hang."""


class Metered:
    """The Fetch port, remembering of each feed's answer its bytes and milliseconds until it is asked for them."""

    def __init__(self, fetch: Any, clock: Clock) -> None:
        self._fetch, self._clock = fetch, clock
        self.seen: dict[str, dict[str, int]] = {}
        self.last = clock()
        """When the last request ended: a round that reads a thousand pages is long, but moves."""

    def __call__(self, request: Request, /) -> Response:
        try:
            response: Response = self._fetch(request)
        except FetchError:
            self.seen.pop(request.url, None)
            raise
        finally:
            self.last = self._clock()
        if request.purpose == "feed":
            milliseconds = int(response.elapsed.total_seconds() * 1000)
            self.seen[request.url] = {"bytes": len(response.body), "ms": milliseconds}
        return response

    def recall(self, resting: Mapping[str, datetime]) -> None:
        """What hosts asked others for counts for us too."""
        self._fetch.recall(resting)

    def close(self) -> None:
        """Let go of open connections."""
        self._fetch.close()


class LoggedApp(App):
    """The app of the daemon: its network is metered, and it can tell what each feed and delivery did."""

    def __init__(
        self, settings: Settings, *, stopping: Callable[[], bool] = lambda: False, clock: Clock = utc_now
    ) -> None:
        super().__init__(settings, stopping=stopping, clock=clock)
        self._brought = {status.url: status.entries for status in self.store.feeds.statuses()}

    @cached_property
    def fetch(self) -> Metered:
        """The network, metered."""
        return Metered(super().fetch, self.clock)

    def moves(self, ended: datetime | None) -> bool:
        """Whether a request or a round (`ended`) came to its end within HUNG; if not, somebody else's code holds us."""
        latest = max(self.fetch.last, ended) if ended else self.fetch.last
        return self.clock() - latest < HUNG

    def polls(self, since: datetime) -> Iterator[dict[str, Any]]:
        """The fields of one line for each feed that was polled at or after a time."""
        before = self._brought
        for status in self.store.feeds.statuses():
            new = status.entries - before.get(status.url, 0)
            before[status.url] = status.entries
            if status.last_polled is None or status.last_polled < since:
                continue
            line: dict[str, Any] = {"feed": status.url, "status": status.status, "new": new}
            line |= self.fetch.seen.pop(pacing.from_json(status.state).address, {})
            line["next_check"] = status.next_check.isoformat(timespec="seconds")
            if status.error:
                line |= {"health": status.health, "error": status.error}
            yield line

    def owed(self, way: str = "") -> dict[str, Delivery]:
        """What is to be sent, by key; of all ways or of one."""
        listed = (one.delivery for one in self.store.outbox.listing(("owed", "sending")))
        return {one.key: one for one in listed if not way or one.channel in WAYS[way]}

    def deliveries(self, before: dict[str, Delivery]) -> Iterator[dict[str, Any]]:
        """The fields of one line for each delivery that was tried since `before` was taken."""
        for key, old in before.items():
            now = self.store.outbox.get(key)
            if now is None or (now.state, now.attempts, now.doubts) == (old.state, old.attempts, old.doubts):
                continue
            line: dict[str, Any] = {"key": key, "channel": now.channel, "state": now.state, "attempts": now.attempts}
            line["bytes"] = len(now.payload)
            if now.receipt:
                line["receipt"] = now.receipt
            if now.error:
                line["error"] = now.error
            if now.next_try and now.state != "sent":
                line["next_try"] = now.next_try.isoformat(timespec="seconds")
            yield line
