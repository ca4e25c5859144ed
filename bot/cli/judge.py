"""`judge` and `review`: what people say of the watch's verdicts, and what they should look at."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from bot.cli.persons import by
from bot.cli.status import age_option
from bot.cli.tables import day, iso, listing, opened
from bot.core.text import clean
from bot.places import config_path, store_place
from bot.store import Store

_EXAMPLE = {"in": "in", "adjacent": "borderline", "out": "out"}


@click.command()
@click.argument("ref", metavar="ID", required=False)
@click.argument("label", type=click.Choice(["in", "adjacent", "out", "mute"]), required=False)
@click.argument("span", metavar="[AGE]", required=False)
@click.option("--note", default="", help="Why.")
@click.option("--undo", is_flag=True, help="Take back the latest judgement of ID; both stay on record.")
@click.option("--list", "only_list", is_flag=True, help="Every judgement ever made.")
@click.option("--json", "as_json", is_flag=True, help="With --list: one JSON array.")
@by
@click.pass_obj
def judge(
    obj: dict[str, Any], ref: str | None, label: str | None, span: str | None, note: str, undo: bool, only_list: bool, as_json: bool,
    by: str,
) -> None:  # fmt: skip
    """Say of an article or story ID whether it is in, adjacent or out of scope, or mute its story [for AGE, such as 7d].

    Labels become examples (`review --export`), they change no verdict; a muted story is folded, never lost.
    """
    if only_list:
        _history(obj, as_json)
        return
    if not ref or (not label and not undo):
        raise click.UsageError("say what of: armswatch judge ID in|adjacent|out|mute [7d]")
    if span and label != "mute":
        raise click.UsageError("an age goes with mute only")
    now = datetime.now(UTC)
    with Store.opened(store_place(config_path(obj.get("config")))) as store:
        if undo:
            back = store.judgements.undo(ref, by, now)
            click.echo(f"{back.ref}: no longer {back.label} (said by {clean(back.author)} on {back.at:%Y-%m-%d})")
            return
        until = now + _age(span) if span else None
        made = store.judgements.say(ref, label, by, now, until=until, note=note)  # type: ignore[arg-type]
    end = f" until {made.until:%Y-%m-%d %H:%M} UTC" if made.until else ""
    click.echo(f"{made.ref}: {made.label}{end}, said by {clean(made.author)}")


def _age(span: str) -> timedelta:
    try:
        return timedelta(seconds=age_option(span))
    except click.BadParameter as error:
        raise click.BadParameter(error.message, param_hint="AGE") from None


def _history(obj: dict[str, Any], as_json: bool) -> None:
    with opened(obj) as (store, _):
        rows = [
            {
                "at": one.at.isoformat(),
                "id": one.ref,
                "label": one.label,
                "until": one.until.isoformat() if one.until else "",
                "author": one.author,
                "note": one.note,
                "undone": one.undone,
            }
            for one in store.judgements.history()
        ]
    listing(rows, as_json=as_json, title="judgements", empty="nobody judged anything yet")


@click.command()
@click.option("--sample", default=40, show_default=True, type=click.IntRange(1, 1000), help="How many.")
@click.option("--since", default="30d", show_default=True, help="A date, or a time back such as 7d.")
@click.option(
    "--export",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write what was judged as labelled examples.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON array, with the whole trace.")
@click.pass_obj
def review(obj: dict[str, Any], sample: int, since: str, target: Path | None, as_json: bool) -> None:
    """What may have been missed: adjacent articles and near misses that nobody judged, nearest first, with the reason."""
    if target is not None:
        _export(obj, target)
        return
    with opened(obj) as (store, now):
        found = store.judgements.unjudged(sample, day(since, now))
    if as_json:
        rows = [
            {"id": a.id, "title": a.title, "url": a.url, "outlet": a.outlet, "verdict": asdict(v)} for a, v in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1, default=iso))
        return
    for article, verdict in found:
        click.echo(f"{article.id}  {verdict.rank:<10} {clean(article.title, 160)}")
        missing = verdict.missing or (verdict.why[-1] if verdict.why else "no reason noted")
        click.echo(f"    {clean(article.outlet or article.host)}; missing: {clean(missing, 200)}")
    click.echo(f"{len(found)} to look at; `armswatch judge ID in|adjacent|out` says what you think of one")


def _export(obj: dict[str, Any], target: Path) -> None:
    with opened(obj) as (store, _):
        lines = labelled_lines(store)
    target.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    click.echo(f"{target}: {len(lines)} labelled examples; `armswatch watchlist test --examples {target}` runs them")


def labelled_lines(store: Store) -> list[str]:
    """What people judged, as JSON lines of labelled examples; the direction is left open, for nobody was asked for it."""
    return [
        json.dumps(
            {
                "id": one.article.id,
                "lang": one.article.lang,
                "label": _EXAMPLE[one.label],
                "class": (one.verdict.kind or one.verdict.stream or "") if one.verdict else "",
                "direction": "",
                "title": one.article.title,
                "text": one.article.text,
            },
            ensure_ascii=False,
        )
        for one in store.judgements.labelled()
    ]
