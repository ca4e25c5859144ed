"""`report`: what is known of a window of time, matches that were never announced included."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bot.cli.tables import day, opened


@click.command()
@click.option("--since", metavar="DATE", help='First day, such as 2023-08-01, or "90d".  [default: everything]')
@click.option("--until", metavar="DATE", help="Last day.  [default: now]")
@click.option("--week", is_flag=True, help="The last seven days.")
@click.option("--watchlist", default="", metavar="NAME", help="Only what this watchlist matched.")
@click.option(
    "--format",
    "form",
    default="console",
    show_default=True,
    type=click.Choice(["console", "html", "markdown", "json", "csv"]),
)
@click.option("--html", "form", flag_value="html", help="The same as --format html: one page, no server needed.")
@click.option("--md", "form", flag_value="markdown", help="The same as --format markdown.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file instead.")
@click.pass_obj
def report(
    obj: dict[str, Any], since: str | None, until: str | None, week: bool, watchlist: str, form: str, out: Path | None
) -> None:
    """A timeline of claims, the stories and adjacent items by the day they were published, and what backfills did not read."""
    from datetime import timedelta

    from bot.core.units import Window
    from bot.jobs.report import report as gathered
    from bot.render.report import FORMATS
    from bot.store.reports import Reports

    if week and since:
        raise click.UsageError("say either --week or --since")
    since = "7d" if week else since
    with opened(obj) as (store, now):
        first = day(since, now) if since else None
        last = day(until, now) if until else None
        if last is not None and until is not None and len(until.strip()) == 10:
            last += timedelta(days=1)
        if first is not None and first >= (last or now):
            raise click.UsageError(f"--since {since} is after --until {until or 'now'}")
        known = Reports(store.connection).watchlists() if watchlist else []
        if watchlist and watchlist not in known:
            raise click.BadParameter(f"nothing was judged by {watchlist!r}; there are {', '.join(known)}", param_hint="--watchlist")  # fmt: skip
        text = FORMATS[form](gathered(store, Window(since=first, until=last), now, watchlist))
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}") from error
    click.echo(f"wrote {out}")
