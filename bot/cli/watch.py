"""`poll` and `run`: one round, or the daemon that ticks until it is stopped."""

from __future__ import annotations

import signal
import threading
from datetime import timedelta
from types import FrameType
from typing import Any

import click

from bot.errors import ArmswatchError
from bot.model import RoundReport
from bot.places import config_path


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object.")
@click.pass_obj
def poll(obj: dict[str, Any], as_json: bool) -> int:
    """One round of what is due: poll feeds, read pages, judge, store; then exit. Sends nothing."""
    from bot.app import App
    from bot.settings import load
    from bot.store.locks import DaemonLock
    from bot.store.rows import dump

    settings = load(config_path(obj.get("config")))
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    with DaemonLock(settings.database), App(settings) as app:
        report = app.round()
    if as_json:
        click.echo(dump(report))
    else:
        show(report)
    return int(report.feeds_due > 0 and report.feeds_failed == report.feeds_due)


def show(report: RoundReport) -> None:
    """A round's report for a person: the counts, then every feed that failed and why."""
    from bot.app import sentence

    took = (report.ended - report.started).total_seconds()
    click.echo(f"{sentence(report)} ({took:.0f} s)")
    for url, why in report.failures:
        click.echo(f"  failed  {url}: {why}")


@click.command()
@click.pass_obj
def run(obj: dict[str, Any]) -> int:
    """The watch itself: ticks until SIGTERM or Ctrl-C, ends cleanly within ten seconds."""
    from bot.app import App, sentence
    from bot.cli.logs import configure, logger
    from bot.schedule import Schedule, Tick
    from bot.settings import load
    from bot.store.locks import DaemonLock

    settings = load(config_path(obj.get("config")))
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    configure()
    log = logger()
    stop = threading.Event()

    def ended(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise SystemExit(130)  # a second signal means now
        stop.set()

    with DaemonLock(settings.database):
        app = App(settings, stopping=stop.is_set)
        signal.signal(signal.SIGTERM, ended)
        signal.signal(signal.SIGINT, ended)
        log.info(
            "started",
            database=str(settings.database),
            feeds=len(settings.feeds),
            watchlists=[w.name for w in app.watchlists],
        )
        for line in app.channels.fallbacks:
            log.warning("delivered elsewhere", why=line)

        def poll_tick() -> None:
            for line in app.reload():
                log.warning("watchlist", what=line)
            report = app.round()
            if report.feeds_due or report.articles:
                log.info("round", what=sentence(report))
            for url, why in report.failures:
                log.warning("feed failed", feed=url, why=why)

        def digest_tick() -> None:
            for digest in app.digester.run():
                log.info("digest made", digest=digest.id, subscription=digest.subscription, stories=len(digest.stories))
            app.store.runs.beat("digest", app.clock())

        def deliver_tick() -> None:
            report = app.deliverer.flush()
            if report.sent or report.errors:
                log.info("delivered", sent=report.sent, later=report.later, parked=report.parked)
            for line in report.errors:
                log.warning("delivery", what=line)

        def failed(name: str, error: BaseException) -> None:
            log.error("job failed", job=name, error=f"{type(error).__name__}: {error}")
            if not isinstance(error, ArmswatchError):
                import traceback

                log.error("trace", trace="".join(traceback.format_exception(error))[-4000:])

        schedule = Schedule(
            [
                Tick("poll", settings.tick, poll_tick),
                Tick("digest", min(settings.tick, timedelta(seconds=60)), digest_tick),
                Tick("deliver", min(settings.tick, timedelta(seconds=30)), deliver_tick),
            ],
            on_error=failed,
        )
        app.wake = lambda: schedule.wake("deliver")
        schedule.start()
        stop.wait()
        clean = schedule.stop()
        log.info("stopped", clean=clean)
        if clean:
            app.close()
        else:
            # A job hangs in somebody else's code. Nothing is lost: every step was committed, the rest is found again.
            import os

            os._exit(0)
    return 0
