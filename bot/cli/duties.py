"""What a running watch does, task by task, with a line in the log for each thing that happened; the engines run these."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.cli import upkeep
from bot.cli.canonical import LoggedApp
from bot.cli.digest import drained
from bot.errors import ArmswatchError
from bot.jobs.rounds import sentence
from bot.serve.systemd import notify

if TYPE_CHECKING:
    from bot.send.buttons import SlackButtons

UPKEEP_AFTER = timedelta(minutes=10)
"""How long after its start, and how often, the daemon looks whether a copy, a canary or forgetting is due."""

FIRST_LOOK = timedelta(minutes=10)
"""How long after its start a digest waits for the end of a round, which may read pages for an hour."""


def ears_of(app: LoggedApp) -> SlackButtons | None:
    """The ears for what is pressed and typed in Slack, not open yet; None without an app token."""
    from bot.jobs.obey import Obeyer
    from bot.jobs.press import Pressed

    obey = Obeyer(
        store=app.store,
        subscriptions=app.channels.subscriptions,
        feeds=app.settings.feeds,
        coverage=app.coverage,
        clock=app.clock,
    )
    return app.channels.buttons(Pressed(store=app.store, clock=app.clock, wake=app.wake), obey)


class Duties:
    """The tasks over one app; `log` is a structlog logger, `stop` is set when the process was asked to end."""

    def __init__(self, app: LoggedApp, log: Any, stop: threading.Event) -> None:
        self.app, self.log, self.stop = app, log, stop
        self.alive, self.daily, self.lists = upkeep.pulse(app), upkeep.upkeep(app), upkeep.lists(app)
        self._ended_at: deque[datetime] = deque(maxlen=1)
        self._began = app.clock()
        self._looked = False

    def take_up(self) -> None:
        """Changed watchlists come into force."""
        for line in self.app.reload():
            self.log.warning("watchlist", what=line)

    def round(self, _: str = "") -> None:
        """Poll and read what is due, of all hosts."""
        self.take_up()
        report = self.app.round()
        for fields in self.app.polls(report.started):
            (self.log.warning if "error" in fields else self.log.info)("polled", **fields)
        if report.feeds_due or report.articles:
            self.log.info("round", what=sentence(report))
        self.beat(sentence(report))

    def beat(self, said: str) -> None:
        """A round ended."""
        self._ended_at.append(self.app.clock())
        wrong = self.alive.beat(said)
        if wrong:
            self.log.warning("heartbeat", what=wrong)

    def digests(self, _: str = "") -> None:
        """Make the digests that are due; tell of what does not arrive, and of a silence that may be blindness."""
        if not self._has_looked():
            return
        for digest in self.app.digester.run():
            self.log.info(
                "digest made", digest=digest.id, subscription=digest.subscription, stories=len(digest.stories)
            )
        if self.app.warner.run():
            self.app.wake()
        self.app.store.runs.beat("digest", self.app.clock())

    def _has_looked(self) -> bool:
        """Whether a round ended since the start, here or elsewhere: a digest made before would be empty, or a week old."""
        if not self._looked:
            polled = [beat.at for beat in self.app.store.runs.beats() if beat.job == "poll"]
            self._looked = (
                max(polled, default=self._began) > self._began or self.app.clock() - self._began >= FIRST_LOOK
            )
        return self._looked

    def flush(self, way: str = "") -> None:
        """Send what the outbox owes, one way or all; then bring the counts of what Slack shows up to date."""
        owed = self.app.owed(way)
        if owed:
            drained(self.app, patience=20, way=way)
            for fields in self.app.deliveries(owed):
                (self.log.warning if "error" in fields else self.log.info)("delivery", **fields)
        if way in ("", "slack"):
            edited = self.app.recounter.run()
            if edited:
                self.log.info("recounted", messages=edited)

    def pulse(self) -> None:
        """Tell the store and systemd that we live. Not at the end of a round: a first one may read pages for an hour, and moves."""
        if self.app.moves(self._ended_at[-1] if self._ended_at else None):
            self.app.store.runs.beat("alive", self.app.clock())
            notify("WATCHDOG=1")

    def upkeep(self, _: str = "") -> None:
        """The daily work on the store, and the sanctions lists. A start is for looking at the world; a watch that is stopped at once has no copy to wait for."""
        if self.stop.is_set() or self.app.clock() - self._began < UPKEEP_AFTER:
            return
        for line in (*self.daily.run(), *self.lists.run()):
            self.log.info("upkeep", what=line)

    def failed(self, name: str, error: BaseException) -> None:
        """A task raised: never silent."""
        self.log.error("job failed", job=name, error=f"{type(error).__name__}: {error}")
        if not isinstance(error, ArmswatchError):
            import traceback

            self.log.error("trace", trace="".join(traceback.format_exception(error))[-4000:])
