"""`backfill`: read the past into the store; killed at any moment, the same command goes on."""

from __future__ import annotations

import sys
import threading
from collections import Counter
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
    from bot.ports import Fetch

PLANNED = 8  # units of a source that a plan names
SHOWN = 40  # things not read that are named on the screen; `armswatch report` names all


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
    window = _window(since, until or f"{now:%Y-%m-%d}", now)
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
        scanners = Scanners(_watchlist_files(app), _cache(app), jobs)
        wants = _Wants(app)
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
                max_bytes=_size(max_bytes), dry_run=dry_run, notify=notify, fetch=fetch, wants=wants,
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
                jobs=jobs, max_bytes=_size(max_bytes), dry_run=dry_run, notify=notify, fetch=app.fetch, wants=_Wants(app),
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
        wants = _Wants(app)
        source = archives.lists(app, chosen, base, wants.joins)
        return _run(
            app, {"sanctions": source}, Window(), command="sanctions", places=[f"{app.clock():%Y-%m-%d}", *chosen, *base],
            jobs=1, max_bytes=0, dry_run=False, notify=True, fetch=app.fetch, wants=wants,
        )  # fmt: skip


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
                files, cache = _watchlist_files(self._app), _cache(self._app)
                gate_patterns(files, cache)
                self._gate = gate(files, cache)
            return self._gate


def _run(
    app: App, sources: dict[str, Source], window: Window, *, command: str, places: list[str], jobs: int, max_bytes: int,
    dry_run: bool, notify: bool, fetch: Fetch, wants: _Wants,
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
        fetch=fetch,
        window=window,
        feeds={registrable(host_of(feed.url)): feed for feed in reversed(app.settings.feeds)},
        wants=wants,
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
    for name in dict.fromkeys(unit.source for unit in plan.units):
        own = [unit for unit in plan.units if unit.source == name]
        requests, size = sum(unit.requests for unit in own), sum(unit.bytes for unit in own)
        click.echo(f"  {name}: {len(own)} units, about {requests} requests, {_bytes(size)}")
        for unit in own[:PLANNED]:
            click.echo(f"    {safe(unit.words())}  {_bytes(unit.bytes)}")
        if len(own) > PLANNED:
            click.echo(f"    and {len(own) - PLANNED} more, the last {safe(own[-1].words())}")


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
    for reason, count in Counter(reason for _, reason in report.partial).most_common(SHOWN):
        click.echo(f"  partial  {safe(reason)}" + (f" ({count} units)" if count > 1 else ""))
    if not report.partial and not report.failed and not report.waiting:
        click.echo("  the window is complete for what these sources hold")
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
