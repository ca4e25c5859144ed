"""`status`: the last heartbeat and the counts, read-only and at once, even beside a running daemon."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from bot.places import Server, config_path, store_place
from bot.store.glance import glance

STALE = 15 * 60  # seconds without a heartbeat after which a running watch is thought dead
RED = frozenset({"canary"})  # notices that mean: a quiet digest proves nothing
FORECAST_AFTER = 3  # days of growth before it says anything about a year


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option(
    "--max-age",
    default="",
    metavar="AGE",
    help="Exit 1 without a sign of life for so long, such as 26h, or if anything is red.",
)
@click.pass_obj
def status(obj: dict[str, Any], as_json: bool, max_age: str) -> int:
    """Is the watch alive, what did it last do, and what waits?"""
    config = config_path(obj.get("config"))
    path = store_place(config)
    found = glance(path)
    found["copy"] = None if isinstance(path, Server) else _latest_copy(config, path)
    now = datetime.now(UTC)
    pid = _holder(path)
    last = next((beat for beat in found["heartbeats"] if beat["job"] == "poll"), None)
    age = (now - _moment(last["at"])).total_seconds() if last else None
    signs = [_moment(beat["at"]) for beat in found["heartbeats"] if beat["job"] in {"poll", "alive"}]
    silent = (now - max(signs)).total_seconds() if signs else None
    red = [notice["text"] for notice in found["notices"] if notice["kind"] in RED]
    if as_json:
        value = {
            "database": str(path),
            "daemon_pid": pid,
            "last_round_age_s": age,
            "silent_s": silent,
            "red": red,
            **found,
        }
        click.echo(json.dumps(value, ensure_ascii=False))
    else:
        for line in red:
            click.secho(f"RED       {line}", fg=None if os.environ.get("NO_COLOR") else "red")
        click.echo("\n".join(_lines(path, pid, age, silent, last, found)))
    if max_age:
        return int(bool(red) or silent is None or silent > age_option(max_age))
    return 0


def _lines(
    path: Path | Server,
    pid: int | None,
    age: float | None,
    silent: float | None,
    last: dict[str, Any] | None,
    found: dict[str, Any],
) -> list[str]:
    alive = f"running (pid {pid})" if pid else "not running"
    if pid and silent is not None and silent > STALE:
        alive += f", but it gave no sign of life for {_span(silent)}: see its log"
    lines = [f"watch     {alive}", f"database  {path} ({found['bytes'] / 1e6:.1f} MB)"]
    lines.append(
        f"last round {_span(age)} ago: {last['note']}"
        if last and age is not None
        else "last round none yet: `armswatch poll` does one"
    )
    for name in ("feeds", "entries", "articles", "outbox"):
        counts = ", ".join(f"{row['n']} {row['name']}" for row in found[name]) or "none"
        lines.append(f"{name:<9} {counts}")
    lines.append(f"stories   {found['stories'][0]['n']}")
    lines += _sizes(path, found)
    looked = next((beat for beat in found["heartbeats"] if beat["job"] == "sanctions"), None)
    if looked:
        ago = _span((datetime.now(UTC) - _moment(looked["at"])).total_seconds())
        lines.append(f"sanctions looked at {ago} ago: {looked['note']}")
    lines += [f"digest    {row['subscription']}: latest of {row['local_date']}" for row in found["digests"]]
    lines += [f"failing   {row['url']}: {row['last_error']}" for row in found["failing"][:10]]
    more = len(found["failing"]) - 10
    lines += [f"          and {more} more: `armswatch feeds list`"] if more > 0 else []
    lines += [f"notice    {row['text']}" for row in found["notices"] if row["kind"] not in RED]
    teaser = next((row["n"] for row in found["entries"] if row["name"] == "teaser"), 0)
    if teaser:
        lines.append(
            f"          {teaser} entries of first polls stay unread: older than a day and without a word of the watchlists"
        )
    return lines


def _sizes(place: Path | Server, found: dict[str, Any]) -> list[str]:
    """What the database will weigh, from its growth so far, and how old its latest copy is."""
    lines = []
    first = found["first"][0]["at"]
    days = (datetime.now(UTC) - _moment(first)).total_seconds() / 86400 if first else 0
    if days >= FORECAST_AFTER:
        daily = found["bytes"] / days
        lines.append(
            f"growth    {daily / 1e6:.2f} MB a day so far: about {(found['bytes'] + daily * 365) / 1e6:.0f} MB in a year"
        )
    copy = found.get("copy")
    if copy:
        age = (datetime.now(UTC) - _moment(copy["at"])).total_seconds()
        lines.append(f"backup    latest {_span(age)} ago ({copy['bytes'] / 1e6:.1f} MB, {copy['count']} kept)")
    elif days >= 1 and not isinstance(place, Server):
        lines.append("backup    none yet: `armswatch backup` makes one, the daemon one a day")
    return lines


def _latest_copy(config: Path, database: Path) -> dict[str, Any] | None:
    from bot.places import backup_folder
    from bot.store.copies import copies

    kept = copies(backup_folder(config), database.stem)
    return {"at": kept[0].at.isoformat(), "bytes": kept[0].bytes, "count": len(kept)} if kept else None


def _holder(path: Any) -> int | None:
    from bot.store.locks import holder

    return holder(path)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _span(seconds: float | None) -> str:
    if seconds is None:
        return "never"
    if seconds < 0:
        return "0 s"
    for size, word in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {word}"
    return f"{seconds:.0f} s"


def age_option(text: str) -> float:
    """The seconds of an age such as 90m, 26h or 2d."""
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    if text[-1:] not in units or not text[:-1].isdigit():
        raise click.BadParameter(f"{text!r}: an age such as 90m, 26h or 2d", param_hint="--max-age")
    return int(text[:-1]) * units[text[-1]]
