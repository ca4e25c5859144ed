"""`backfill`: read the past into the store; killed at any moment, the same command goes on."""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.tables import safe
from bot.places import config_path

if TYPE_CHECKING:
    from bot.app import App
    from bot.core.prefilter import Gate
    from bot.core.units import Source, Window
    from bot.jobs.backfill import BackfillReport, Plan

SHOWN = 40  # things not read that are named on the screen; `armswatch report` names all


@click.group()
def backfill() -> None:
    """Read the past: files, folders and archives. Posts nothing; `armswatch report` shows what was found."""


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
    from bot.sources.files import Files
    from bot.sources.scanners import Scanners
    from bot.sources.warcs import Warcs

    window = _window(since, until, datetime.now(UTC))
    settings = load(config_path(obj.get("config")))
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    with App(settings) as app:
        scanners = Scanners(_watchlist_files(app), _cache(app), jobs)
        try:
            source = Files(paths, app.clock, Warcs(scanners.scan, app.clock))
            return _run(
                app, {"files": source}, window, command="files", places=[str(path.resolve()) for path in paths],
                jobs=jobs, max_bytes=_size(max_bytes), dry_run=dry_run, notify=notify,
            )  # fmt: skip
        finally:
            scanners.close()


def _watchlist_files(app: App) -> list[tuple[str, bytes]]:
    return [(str(path), path.read_bytes()) for path in app.settings.watchlist_files]


def _cache(app: App) -> Path:
    """Where the gate's patterns are kept: beside the database, by the watchlists they are made of."""
    return app.settings.database.with_name(f"{app.settings.database.name}.gate")


class _Wants:
    """The gates for pages that this process reads itself; made when the first one comes."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._gate: Gate | None = None

    def __call__(self, body: bytes, content_type: str) -> bool:
        from bot.sources.scanners import gate, gate_patterns

        with self._lock:
            if self._gate is None:
                files, cache = _watchlist_files(self._app), _cache(self._app)
                gate_patterns(files, cache)
                self._gate = gate(files, cache)
        return self._gate(body, content_type)


def _run(
    app: App, sources: dict[str, Source], window: Window, *, command: str, places: list[str], jobs: int, max_bytes: int,
    dry_run: bool, notify: bool,
) -> int:  # fmt: skip
    from bot.core.units import run_id
    from bot.core.urls import host_of, registrable
    from bot.jobs.backfill import Backfiller
    from bot.jobs.gather import Gatherer

    gather = Gatherer(
        sources=sources,
        store=app.store,
        parse=app.workers,
        matcher=app.matcher,
        clock=app.clock,
        fetch=app.fetch,
        window=window,
        feeds={registrable(host_of(feed.url)): feed for feed in reversed(app.settings.feeds)},
        wants=_Wants(app),
        policy="live" if notify else "backfill",
        stopping=app.stopping,
    )
    filler = Backfiller(
        store=app.store,
        gather=gather,
        judge=app.judge,
        clock=app.clock,
        sources=sources,
        window=window,
        jobs=jobs,
        max_bytes=max_bytes,
        mark=app.mark,
        stopping=app.stopping,
    )
    args = {"sources": sorted(sources), "places": places, "notify": notify}
    run = run_id(command, sorted(sources), window, [*places, str(notify)], [one.hash for one in app.watchlists])
    if dry_run:
        _show_plan(filler.plan(run), window)
        return 0
    from bot.cli.progress import shown

    with shown(sys.stderr) as progress:
        from dataclasses import replace

        report = replace(filler, progress=progress).run(run, command, args)
    _show(report)
    return int(bool(report.failed or report.missed))


def _show_plan(plan: Plan, window: Window) -> None:
    click.echo(f"run {plan.run}, {window.words()}: {len(plan.units)} units to do, {plan.done} done before")
    click.echo(f"  about {plan.requests} requests and {_bytes(plan.bytes)} to read; more may be found on the way")
    for unit in plan.units[:SHOWN]:
        click.echo(f"  {unit.source}  {safe(unit.key)}  {_bytes(unit.bytes)}")
    if len(plan.units) > SHOWN:
        click.echo(f"  and {len(plan.units) - SHOWN} more")


def _show(report: BackfillReport) -> None:
    """The dated report of one call."""
    done = f"{report.units} units done" + (f", {report.before} before" if report.before else "")
    click.echo(f"run {report.run}, {report.window.words()}: {done}")
    click.echo(
        f"  {report.documents} documents, {report.articles} articles stored: {report.matches} matches, "
        f"{report.borderline} adjacent; {report.duplicates} known already, {report.outside} outside of the window, "
        f"{report.dropped} without the watchlist's words"
    )
    click.echo(f"  {report.requests} requests, {_bytes(report.bytes)} read")
    if report.stopped:
        click.echo(f"  not finished: {report.stopped} ({report.waiting} units wait)")
    for unit, reason in report.partial[:SHOWN]:
        click.echo(f"  partial  {safe(unit)}: {safe(reason)}")
    if report.missed:
        click.echo(f"  {len(report.missed)} not read:")
    for place, reason in report.missed[:SHOWN]:
        click.echo(f"  not read  {safe(place)}: {safe(reason)}")
    if len(report.missed) > SHOWN:
        click.echo(f"  and {len(report.missed) - SHOWN} more, in `armswatch report`")


def _window(since: str | None, until: str | None, now: datetime) -> Window:
    """Both days belong to the window. Ends the command where it cannot hold anything."""
    from bot.cli.tables import day
    from bot.core.units import Window

    first = day(since, now) if since else None
    last = day(until, now) if until else None
    if last is not None and until is not None and len(until.strip()) == 10:
        last += timedelta(days=1)
    if first is not None and first > now:
        raise click.UsageError(f"--since {since} is in the future: nothing has been published then")
    if first is not None and last is not None and first >= last:
        raise click.UsageError(f"--since {since} is after --until {until}")
    if last is not None and last > now + timedelta(days=1):
        raise click.UsageError(f"--until {until} is in the future: the past ends today")
    return Window(since=first, until=last)


def _size(text: str | None) -> int:
    from bot.settings_schema import size

    if text is None:
        return 0
    if text.strip().isdigit():
        return int(text)
    try:
        return size(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r}: {error}, or a number of bytes", param_hint="--max-bytes") from None


def _bytes(number: int) -> str:
    for unit in ("bytes", "KB", "MB"):
        if number < 10_000:
            return f"{number} {unit}"
        number //= 1024
    return f"{number} GB"
