"""`poll` and `run`: one round, or the daemon that ticks until it is stopped."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from types import FrameType
from typing import Any

import click

from bot.model import RoundReport
from bot.places import config_path


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object.")
@click.pass_obj
def poll(obj: dict[str, Any], as_json: bool) -> int:
    """One round of what is due: poll feeds, read pages, judge, store; then exit. Sends nothing."""
    from bot.app import App
    from bot.settings import load
    from bot.store.locks import daemon_lock
    from bot.store.rows import dump

    settings = load(config_path(obj.get("config")))
    with daemon_lock(settings.store), App(settings) as app:
        report = app.round()
    if as_json:
        click.echo(dump(report))
    else:
        show(report)
    return int(report.feeds_due > 0 and report.feeds_failed == report.feeds_due)


def show(report: RoundReport) -> None:
    """A round's report for a person: the counts, then every feed that failed or waits, and why."""
    from bot.jobs.rounds import sentence

    took = (report.ended - report.started).total_seconds()
    click.echo(f"{sentence(report)} ({took:.0f} s)")
    for url, why in report.failures:
        click.echo(f"  failed  {url}: {why}")
    for url, why in report.waits:
        click.echo(f"  waits   {url}: {why}")


@click.command()
@click.option("--log", "level", type=click.Choice(["debug", "info", "warning"]), default="info", show_default=True)
@click.pass_obj
def run(obj: dict[str, Any], level: str) -> int:
    """The watch itself: ticks until SIGTERM or Ctrl-C, ends cleanly within ten seconds."""
    from bot.cli import upkeep
    from bot.cli.canonical import LoggedApp
    from bot.cli.duties import UPKEEP_AFTER, Duties, ears_of
    from bot.cli.logs import LEVELS, configure, logger
    from bot.core.outbox import WAYS
    from bot.engine.local import LocalEngine
    from bot.schedule import Schedule, Tick
    from bot.serve.systemd import notify
    from bot.settings import load
    from bot.store.locks import daemon_lock

    settings = load(config_path(obj.get("config")))
    if settings.table.engine.mode == "cluster":
        from bot.cli.worker import worker

        return int(click.get_current_context().invoke(worker, level=level, name=""))
    configure(LEVELS[level], secrets=upkeep.secrets(settings))
    log = logger()
    stop = threading.Event()

    def ended(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise SystemExit(130)  # a second signal means now
        stop.set()

    with daemon_lock(settings.store):
        app = LoggedApp(settings, stopping=stop.is_set)
        signal.signal(signal.SIGTERM, ended)
        signal.signal(signal.SIGINT, ended)
        log.info(
            "started",
            database=str(settings.store),
            feeds=len(settings.feeds),
            watchlists=[w.name for w in app.watchlists],
        )
        for line in app.channels.fallbacks:
            log.warning("delivered elsewhere", why=line)

        endpoint = upkeep.metrics(app)
        if endpoint is not None:
            log.info("metrics", url=endpoint.url)

        duties = Duties(app, log, stop)
        engine = LocalEngine(
            {
                "poll_shard": duties.round,
                "digest": duties.digests,
                "flush_outbox": duties.flush,
                "sweep": duties.upkeep,
            }
        )

        def delivering(way: str) -> Callable[[], None]:
            def deliver() -> None:
                engine.defer("flush_outbox", way)

            return deliver

        schedule = Schedule(
            [
                Tick("poll", settings.tick, lambda: engine.defer("poll_shard")),
                Tick("digest", min(settings.tick, timedelta(seconds=60)), lambda: engine.defer("digest")),
                *(Tick(f"deliver-{way}", min(settings.tick, timedelta(seconds=30)), delivering(way)) for way in WAYS),
                Tick("pulse", timedelta(seconds=60), duties.pulse),
                Tick("upkeep", UPKEEP_AFTER, lambda: engine.defer("sweep")),
            ],
            on_error=duties.failed,
        )

        def wake() -> None:
            for way in WAYS:
                schedule.wake(f"deliver-{way}")

        app.wake = wake
        schedule.start()
        ears = ears_of(app)
        if ears is not None:
            try:
                ears.start()
            except Exception as error:  # noqa: BLE001 (whatever the socket does, digests do not depend on it)
                log.warning("buttons", what=f"not listening: {type(error).__name__}: {error}")
        notify("READY=1")
        stop.wait()
        notify("STOPPING=1")
        if ears is not None:
            threading.Thread(target=ears.close, daemon=True).start()
        clean = schedule.stop()
        if endpoint is not None:
            endpoint.stop()
        log.info("stopped", clean=clean)
        if clean:
            app.close()
        else:
            # A job hangs in somebody else's code. Nothing is lost: every step was committed, the rest is found again.
            import os

            os._exit(0)
    return 0
