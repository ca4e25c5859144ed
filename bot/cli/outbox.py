"""`outbox`: what was promised to be delivered, and what became of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import click

from bot.cli.tables import listing, opened
from bot.core.outbox import retried
from bot.model import Delivery
from bot.places import config_path, store_place
from bot.store import Store


@click.group()
def outbox() -> None:
    """List, retry or drop deliveries."""


@outbox.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice(["owed", "sending", "sent", "parked", "dropped"]))
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@click.pass_obj
def list_(obj: dict[str, Any], states: tuple[str, ...], as_json: bool) -> None:
    """All deliveries, newest first."""
    with opened(obj) as (store, _):
        rows = [
            {
                "key": promise.delivery.key,
                "channel": promise.delivery.channel,
                "state": promise.delivery.state,
                "attempts": promise.delivery.attempts,
                "next_try": promise.delivery.next_try.isoformat() if promise.delivery.next_try else "",
                "receipt": promise.delivery.receipt,
                "error": promise.delivery.error,
            }
            for promise in store.outbox.listing(states)
        ]
    listing(rows, as_json=as_json, title="outbox", empty="nothing was promised")


@outbox.command()
@click.argument("keys", nargs=-1)
@click.option("--parked", is_flag=True, help="Everything that is parked.")
@click.pass_obj
def retry(obj: dict[str, Any], keys: tuple[str, ...], parked: bool) -> int:
    """Put parked or dropped deliveries back in line: the named ones, or with --parked all that are parked."""
    if parked == bool(keys):
        raise click.UsageError("name deliveries, or say --parked")
    if parked:
        keys = _parked(obj)
        if not keys:
            click.echo("nothing is parked")
    return _each(obj, keys, "retry")


def _parked(obj: dict[str, Any]) -> tuple[str, ...]:
    with opened(obj) as (store, _):
        return tuple(one.delivery.key for one in store.outbox.listing(("parked",)))


@outbox.command()
@click.argument("keys", nargs=-1, required=True)
@click.pass_obj
def drop(obj: dict[str, Any], keys: tuple[str, ...]) -> int:
    """Give up deliveries that are owed or parked; of a message with a thread also the thread, which would have nothing to hang on."""
    return _each(obj, _with_threads(obj, keys), "drop")


def _with_threads(obj: dict[str, Any], keys: tuple[str, ...]) -> tuple[str, ...]:
    with opened(obj) as (store, _):
        waiting = [one.delivery for one in store.outbox.listing(("owed", "parked"))]
    threads = (
        later.key for key in keys for one in waiting if one.key == key for later in waiting if _hangs(later, one)
    )
    return tuple(dict.fromkeys((*keys, *sorted(threads))))


def _hangs(later: Delivery, one: Delivery) -> bool:
    mine, theirs = (each.key.rpartition(":")[0] for each in (one, later))
    return mine == theirs and later.part > one.part


def _each(obj: dict[str, Any], keys: tuple[str, ...], verb: str) -> int:
    failed = 0
    now = datetime.now(UTC)
    with Store.opened(store_place(config_path(obj.get("config")))) as store:
        for key in keys:
            found = store.outbox.get(key)
            done = False
            if found is not None and verb == "retry" and found.state in {"parked", "dropped"}:
                done = store.outbox.move(found, retried(found, now), now)
            elif found is not None and verb == "drop" and found.state in {"owed", "parked"}:
                done = store.outbox.move(found, replace(found, state="dropped", next_try=None), now)
            state = f"it is {found.state}" if found else "there is no such promise"
            click.echo(f"{key}: {'done' if done else f'nothing to {verb}, {state}; `armswatch outbox list` shows all'}")
            failed += not done
    return int(failed > 0)
