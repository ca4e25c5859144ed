"""How a backfill's plan and report look on a terminal, and how its window and sizes are typed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from bot.cli.tables import safe

if TYPE_CHECKING:
    from bot.core.units import Window
    from bot.jobs.backfill import BackfillReport, Plan

PLANNED = 8  # units of a source that a plan names
SHOWN = 40  # things not read that are named on the screen; `armswatch report` names all


def show_plan(plan: Plan, window: Window) -> None:
    click.echo(f"run {plan.run}, {window.words()}: {len(plan.units)} units to do, {plan.done} done before")
    click.echo(
        f"  about {plan.requests} requests and {bytes_in_words(plan.bytes)} to read; more may be found on the way"
    )
    for name in dict.fromkeys(unit.source for unit in plan.units):
        own = [unit for unit in plan.units if unit.source == name]
        requests, size = sum(unit.requests for unit in own), sum(unit.bytes for unit in own)
        click.echo(f"  {name}: {len(own)} units, about {requests} requests, {bytes_in_words(size)}")
        for unit in own[:PLANNED]:
            click.echo(f"    {safe(unit.words())}  {bytes_in_words(unit.bytes)}")
        if len(own) > PLANNED:
            click.echo(f"    and {len(own) - PLANNED} more, the last {safe(own[-1].words())}")


def show(report: BackfillReport) -> None:
    """The dated report of one call."""
    done = f"{report.units} units done" + (f", {report.before} before" if report.before else "")
    click.echo(f"run {report.run}, {report.window.words()}: {done}")
    told = report.articles + report.duplicates + report.outside + report.dropped
    rest = max(0, report.documents - told)
    click.echo(
        f"  {report.documents} documents, {report.articles} articles stored: {report.matches} matches, "
        f"{report.borderline} adjacent; {report.duplicates} known already, {report.outside} outside of the window, "
        f"{report.dropped} without the watchlist's words"
        + (f", {rest} that matched nothing or gave no text" if rest else "")
    )
    click.echo(f"  {report.requests} requests, {bytes_in_words(report.bytes)} read")
    if report.stopped:
        click.echo(f"  not finished: {report.stopped} ({report.waiting} units wait)")
    for reason, count in Counter(reason for _, reason in report.partial).most_common(SHOWN):
        click.echo(f"  partial  {safe(reason)}" + (f" ({count} units)" if count > 1 else ""))
    if not (report.partial or report.failed or report.waiting or report.missed):
        click.echo("  the window is complete for what these sources hold")
    if report.missed:
        click.echo(f"  {len(report.missed)} not read:")
    for place, reason in report.missed[:SHOWN]:
        click.echo(f"  not read  {safe(place)}: {safe(reason)}")
    if len(report.missed) > SHOWN:
        click.echo(f"  and {len(report.missed) - SHOWN} more, in `armswatch report`")


def window_of(since: str | None, until: str | None, now: datetime) -> Window:
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


def size_of(text: str | None) -> int:
    from bot.settings_schema import size

    if text is None:
        return 0
    if text.strip().isdigit():
        return int(text)
    try:
        return size(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r}: {error}, or a number of bytes", param_hint="--max-bytes") from None


def bytes_in_words(number: int) -> str:
    for unit in ("bytes", "KB", "MB"):
        if number < 10_000:
            return f"{number} {unit}"
        number //= 1024
    return f"{number} GB"
