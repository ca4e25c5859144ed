"""`worker` and `cluster`: a watch of many processes over one PostgreSQL, and how it stands."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from bot.errors import UsageError
from bot.places import Server, config_path

if TYPE_CHECKING:
    from bot.settings import Settings

LATE = timedelta(minutes=5)
"""A feed that has been due for so long means that the cluster does not keep up, or stands still."""


@click.command()
@click.option("--log", "level", type=click.Choice(["debug", "info", "warning"]), default="info", show_default=True)
@click.option("--name", default="", help="What it is called in `cluster status`.  [default: HOST:PID]")
@click.pass_obj
def worker(obj: dict[str, Any], level: str, name: str) -> int:
    """One worker of a cluster: start as many as you like, on as many machines; SIGTERM lets it end what it does.

    Needs engine.mode = "cluster" and store.url. Exits 1 where the database goes away: let systemd start it again.
    """
    from bot.cli import upkeep
    from bot.cli.logs import LEVELS, configure
    from bot.settings import load
    from bot.store.server_lock import ServerLock

    settings = load(config_path(obj.get("config")))
    server = _server(settings)
    configure(LEVELS[level], secrets=upkeep.secrets(settings))
    with ServerLock(server, together=True):
        return working(settings, server, name=name)


def working(settings: Settings, server: Server, *, name: str = "") -> int:
    """Work until a signal comes or the database goes away; the exit code."""
    from bot.cli import upkeep
    from bot.cli.canonical import LoggedApp
    from bot.cli.duties import ears_of
    from bot.cli.logs import logger
    from bot.cli.working import Worker
    from bot.schedule import Schedule
    from bot.serve.systemd import notify

    log, stop = logger(), threading.Event()
    app = LoggedApp(settings, stopping=stop.is_set)
    one = Worker(app, server, log, stop, name=name)
    app.poller.begin()
    endpoint = upkeep.metrics(app)
    schedule = Schedule(one.ticks, on_error=one.duties.failed)

    def ended(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise SystemExit(130)  # a second signal means now
        stop.set()
        one.engine.stop()

    signal.signal(signal.SIGTERM, ended)
    signal.signal(signal.SIGINT, ended)

    ears = ears_of(app)

    def started() -> None:
        schedule.start()
        if ears is not None:
            try:
                ears.start()
            except Exception as error:  # noqa: BLE001 (whatever the socket does, digests do not depend on it)
                log.warning("buttons", what=f"not listening: {type(error).__name__}: {error}")
        notify("READY=1")
        log.info("working", worker=one.name, store=str(server), feeds=len(settings.feeds), jobs=one.table.jobs)

    clean = False
    try:
        clean = one.engine.run(started)
    finally:
        notify("STOPPING=1")
        stop.set()
        if ears is not None:
            threading.Thread(target=ears.close, daemon=True).start()
        schedule.stop()
        if endpoint is not None:
            endpoint.stop()
        if clean:
            one.report("stopped")
            one.close()
            app.close()
        log.info("stopped", worker=one.name, clean=clean)
    if not clean:
        log.error("database gone", what="the queue's connection broke; nothing is lost, start the worker again")
    return int(not clean)


@click.group()
def cluster() -> None:
    """The workers of a cluster, what they hold, and what waits."""


@cluster.command("status")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def status(obj: dict[str, Any], as_json: bool) -> int:
    """Workers, shards, queue and outbox. Exits 1 where no worker lives or feeds wait for more than five minutes."""
    from bot.cli.working import alive
    from bot.engine.cluster import ProcrastinateEngine
    from bot.settings import load
    from bot.store import Store

    config = config_path(obj.get("config"))
    settings = load(config)
    engine = settings.table.engine
    server = _server(settings)
    with Store.opened(server, readonly=True) as store:
        now = store.connection.now()
        shards = store.shards.listing()
        living = alive(store, now)
        lag = store.shards.lag(now)
        found = {
            "workers": [
                {**asdict(one), "alive": one in living, "seen_s": round((now - one.seen).total_seconds(), 1)}
                for one in store.shards.workers()
            ],
            "shards": {
                "of": engine.shards,
                "held": [
                    {"shard": one.number, "owner": one.owner} for one in shards if one.until is not None and one.until > now
                ],
                "due": len(store.shards.due(engine.shards, now)),
                "lag_s": round(lag.total_seconds(), 1),
            },
            "queue": ProcrastinateEngine(server, {}, name="status", jobs=1).counts(),
            "outbox": store.outbox.count(),
        }  # fmt: skip
    wrong = [] if living else ["no worker lives: `armswatch worker` starts one"]
    if lag > LATE:
        wrong.append(
            f"feeds have waited for {lag.total_seconds() / 60:.0f} min: start more workers, or look into their logs"
        )
    if as_json:
        click.echo(json.dumps({**found, "wrong": wrong}, ensure_ascii=False, default=str))
    else:
        click.echo("\n".join(_lines(found, wrong)))
    return int(bool(wrong))


def _lines(found: Mapping[str, Any], wrong: list[str]) -> list[str]:
    lines = []
    for one in found["workers"]:
        state = one["state"] if one["alive"] or one["state"] == "stopped" else f"not seen for {one['seen_s']:.0f} s"
        lines.append(
            f"worker    {one['name']}: {state}, {one['jobs']} jobs done"
            + (f", does {one['doing']}" if one["doing"] else "")
        )
    shards, queue = found["shards"], found["queue"]
    lines.append(
        f"shards    {shards['of']}: {len(shards['held'])} held, {shards['due']} due; the longest wait is {shards['lag_s']:.0f} s"
    )
    lines.append(f"queue     {queue['todo']} jobs wait, {queue['doing']} run")
    lines.append("outbox    " + (", ".join(f"{n} {state}" for state, n in sorted(found["outbox"].items())) or "empty"))
    return lines + [f"WRONG     {line}" for line in wrong]


def _server(settings: Settings) -> Server:
    place = settings.store
    if settings.table.engine.mode != "cluster" or not isinstance(place, Server):
        raise UsageError(
            f'{settings.config}: workers need [engine] mode = "cluster" and [store] url = "postgresql://…" (docs/scale.md); '
            "one machine alone needs neither: `armswatch run`",
            subject=str(settings.config),
        )
    return place
