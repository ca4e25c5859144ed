"""`backfill`: read the past into the store; killed at any moment, the same command goes on."""

from __future__ import annotations

import atexit
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.plans import show, show_plan, size_of, window_of
from bot.places import config_path

if TYPE_CHECKING:
    from bot.app import App
    from bot.core.prefilter import Gate
    from bot.core.units import Source, Window
    from bot.jobs.backfill import Backfiller
    from bot.ports import Fetch, Parse


@click.group(invoke_without_command=True)
@click.option("--since", metavar="DATE", help='First day of the window, such as 2023-08-01, or "90d".')
@click.option("--until", metavar="DATE", help="Last day of the window.  [default: today]")
@click.option(
    "--source", "source", multiple=True, metavar="NAME,…", help="Archives to read.  [default: feeds,gdelt-doc]"
)
@click.option(
    "--site", "site", multiple=True, metavar="URL", help="Sites or feeds to read.  [default: those of the feeds]"
)
@click.option("--base", "base", multiple=True, metavar="NAME=URL", help="Where a mirror of an archive is.")
@click.option("--query", "query", multiple=True, help="What search archives are asked for.")
@click.option("--jobs", default=2, show_default=True, type=click.IntRange(1, 64), help="Units read at the same time.")
@click.option("--max-bytes", "max_bytes", metavar="SIZE", help='Stop after so much was read, such as "2GB".')
@click.option("--rate", type=click.FloatRange(min=0.001), metavar="N", help="At most N requests a second in all.")
@click.option("--dry-run", is_flag=True, help="Print the plan with estimates and do nothing.")
@click.option("--notify", is_flag=True, help="Put matches into the next digest, marked LATE.")
@click.pass_context
def backfill(
    ctx: click.Context, since: str | None, until: str | None, source: tuple[str, ...], site: tuple[str, ...],
    base: tuple[str, ...], query: tuple[str, ...], jobs: int, max_bytes: str | None, rate: float | None, dry_run: bool,
    notify: bool,
) -> int:  # fmt: skip
    """Read the past: archives of a window of time, or `files` of this machine.

    Posts nothing; `armswatch report` shows what was found. Killed at any moment, the same command goes on where it was.
    """
    if ctx.invoked_subcommand is not None:
        return 0
    from bot.cli import archives

    asked = archives.names(source)
    addresses = archives.bases(base)
    now = datetime.now(UTC)
    if since is None:
        raise click.UsageError(
            "--since says where the window begins, such as --since 2023-08-01 (or use `backfill files PATH…`)"
        )
    window = window_of(since, until or f"{now:%Y-%m-%d}", now)
    for name in asked:
        if name in archives.SECRETS:
            archives.secret(name)  # before anything is opened
    from bot.app import App
    from bot.settings import load
    from bot.sources.asking import Paced
    from bot.sources.scanners import Scanners

    settings = load(config_path(ctx.obj.get("config")))
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    with App(settings) as app:
        scanners = Scanners(watchlist_files(app), gate_cache(app), jobs)
        wants = Wants(app)
        fetch = Paced(app.fetch, rate) if rate else app.fetch
        try:
            made = archives.build(
                app,
                asked,
                fetch=fetch,
                scan=scanners.scan,
                wants=wants.text,
                places=site,
                base=addresses,
                queries=query,
            )
            return _run(
                app, made, window, command="archives", places=[*site, *base, *query], jobs=jobs,
                max_bytes=size_of(max_bytes), dry_run=dry_run, notify=notify, fetch=fetch, wants=wants,
                recipe={"sources": asked, "sites": list(site), "bases": addresses, "queries": list(query), "rate": rate},
            )  # fmt: skip
        finally:
            scanners.close()


@backfill.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--since", metavar="DATE", help="Leave out what is dated before this day.")
@click.option("--until", metavar="DATE", help="Leave out what is dated after this day.")
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1, 64), help="Files read at the same time.")
@click.option("--max-bytes", "max_bytes", metavar="SIZE", help='Stop after so much was read, such as "2GB".')
@click.option("--dry-run", is_flag=True, help="Print the plan and do nothing.")
@click.option("--notify", is_flag=True, help="Put matches into the next digest, marked LATE.")
@click.pass_obj
def files(
    obj: dict[str, Any], paths: tuple[Path, ...], since: str | None, until: str | None, jobs: int, max_bytes: str | None,
    dry_run: bool, notify: bool,
) -> int:  # fmt: skip
    """Text, HTML, feed documents, JSON lines, mailboxes and WARCs from PATHS; folders are read whole."""
    from bot.app import App
    from bot.settings import load
    from bot.sources.files import Files, resolved
    from bot.sources.scanners import Scanners
    from bot.sources.warcs import Warcs

    window = window_of(since, until, datetime.now(UTC))
    settings = load(config_path(obj.get("config")))
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    with App(settings) as app:
        scanners = Scanners(watchlist_files(app), gate_cache(app), jobs)
        try:
            source = Files(paths, app.clock, Warcs(scanners.scan, app.clock))
            return _run(
                app, {"files": source}, window, command="files", places=[str(resolved(path)) for path in paths],
                jobs=jobs, max_bytes=size_of(max_bytes), dry_run=dry_run, notify=notify, fetch=app.fetch, wants=Wants(app),
            )  # fmt: skip
        finally:
            scanners.close()


@backfill.command()
@click.option("--list", "chosen", multiple=True, metavar="NAME", help="ofac, un, uk, ofsi, eu.  [default: all]")
@click.option("--base", "base", multiple=True, metavar="NAME=URL", help="Where a copy of a list is.")
@click.pass_obj
def sanctions(obj: dict[str, Any], chosen: tuple[str, ...], base: tuple[str, ...]) -> int:
    """Look at the public sanctions lists: entries added or changed since the last look that join the parties.

    The first look at a list is its baseline and announces nothing; later changes are live, like those of a feed.
    """
    from bot.app import App
    from bot.cli import archives
    from bot.core.units import Window
    from bot.settings import load

    settings = load(config_path(obj.get("config")))
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    with App(settings) as app:
        wants = Wants(app)
        source = archives.lists(app, chosen, base, wants.joins)
        return _run(
            app, {"sanctions": source}, Window(), command="sanctions", places=[f"{app.clock():%Y-%m-%d}", *chosen, *base],
            jobs=1, max_bytes=0, dry_run=False, notify=True, fetch=app.fetch, wants=wants, alerts=True,
        )  # fmt: skip


@backfill.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@click.pass_obj
def runs(obj: dict[str, Any], as_json: bool) -> None:
    """The runs so far, latest first, and how far each came."""
    from bot.cli.tables import listing, opened
    from bot.store.backfill import Backfills

    with opened(obj) as (store, _):
        ledger = Backfills(store)
        rows = []
        for run in ledger.runs():
            counts = ledger.counts(run.id)
            rows.append(
                {
                    "run": run.id,
                    "command": run.command,
                    "window": run.window.words(),
                    "sources": run.args.get("sources", []),
                    "done": counts.get("done", 0),
                    "failed": counts.get("failed", 0),
                    "waiting": counts.get("waiting", 0),
                    "last": run.last.isoformat(timespec="seconds"),
                }
            )
    listing(rows, as_json=as_json, title=f"{len(rows)} runs", empty="nothing was backfilled yet")


def watchlist_files(app: App) -> list[tuple[str, bytes]]:
    """The watchlists as files: compiled patterns do not travel between processes."""
    return [(str(path), path.read_bytes()) for path in app.settings.watchlist_files]


def gate_cache(app: App) -> Path:
    """Where the gate's patterns are kept: beside the database, by the watchlists they are made of."""
    return app.settings.database.with_name(f"{app.settings.database.name}.gate")


def _parse(app: App, jobs: int) -> Parse:
    """The app's workers, or as many as there are jobs where that is more; they end with this process."""
    table = app.settings.table.workers
    if jobs <= table.count:
        return app.workers
    from bot.workers import Workers

    more = Workers(jobs, deadline=table.deadline, memory_limit=table.memory)
    atexit.register(more.close)
    return more


class Wants:
    """The gates for pages that this process reads itself; made when the first one comes."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._gate: Gate | None = None

    def __call__(self, body: bytes, content_type: str) -> bool:
        return self._made()(body, content_type)

    def text(self, text: str) -> bool:
        """The second gate alone, for what an index says of a page."""
        return self._made().text(text)

    def joins(self, text: str) -> bool:
        """Whether a text names all parties of a watchlist."""
        return self._made().joins(text)

    def _made(self) -> Gate:
        from bot.sources.scanners import gate, gate_patterns

        with self._lock:
            if self._gate is None:
                files, cache = watchlist_files(self._app), gate_cache(self._app)
                gate_patterns(files, cache)
                self._gate = gate(files, cache)
            return self._gate


def filler(
    app: App, sources: dict[str, Source], window: Window, *, jobs: int, notify: bool, fetch: Fetch, wants: Wants,
    max_bytes: int = 0, alerts: bool = False, stopping: Callable[[], bool] | None = None,
) -> Backfiller:  # fmt: skip
    """Everything that a backfill of these sources needs, over the store of `app`."""
    from bot.core.urls import host_of, registrable
    from bot.jobs.backfill import Backfiller
    from bot.jobs.gather import Gatherer

    gather = Gatherer(
        sources=sources,
        store=app.store,
        parse=_parse(app, jobs),
        matcher=app.matcher,
        clock=app.clock,
        fetch=fetch,
        window=window,
        feeds={registrable(host_of(feed.url)): feed for feed in reversed(app.settings.feeds)},
        wants=wants,
        policy="live" if notify else "backfill",
        stopping=stopping or app.stopping,
    )
    return Backfiller(
        store=app.store,
        gather=gather,
        judge=app.judge,
        clock=app.clock,
        sources=sources,
        window=window,
        jobs=jobs,
        max_bytes=max_bytes,
        alerts=alerts,
        mark=app.mark,
        stopping=stopping or app.stopping,
    )


def _run(
    app: App, sources: dict[str, Source], window: Window, *, command: str, places: list[str], jobs: int, max_bytes: int,
    dry_run: bool, notify: bool, fetch: Fetch, wants: Wants, alerts: bool = False, recipe: dict[str, object] | None = None,
) -> int:  # fmt: skip
    from bot.core.units import run_id

    work = filler(
        app, sources, window, jobs=jobs, notify=notify, fetch=fetch, wants=wants, max_bytes=max_bytes, alerts=alerts
    )
    args = {"sources": sorted(sources), "places": places, "notify": notify}
    run = run_id(command, sorted(sources), window, [*places, str(notify)], [one.hash for one in app.watchlists])
    if dry_run:
        show_plan(work.plan(run), window)
        return 0
    from bot.cli.progress import shown

    with shown(sys.stderr) as progress:
        from dataclasses import replace

        if recipe is not None and app.settings.table.engine.mode == "cluster":
            from bot.cli.shared_runs import watched

            work.begin(run, command, {**args, "recipe": recipe, "max_bytes": max_bytes})
            click.echo(f"run {run} is planned; the workers do it, also when this command is interrupted", err=True)
            report = watched(work, run, progress)
        else:
            report = replace(work, progress=progress).run(run, command, args)
    show(report)
    return int(bool(report.failed or report.missed))
