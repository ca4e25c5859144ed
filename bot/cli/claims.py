"""`claims`: the ledger of who says what moved; `claims --jsonl` reads claims out of items."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from bot.cli import jsonl
from bot.cli.tables import day, listing, opened
from bot.cli.watchlists import files as watchlist_files
from bot.cli.watchlists import lexicon
from bot.model import Claim


@click.command()
@click.option(
    "--jsonl", "as_jsonl", is_flag=True, help="Read claims out of items {id,title,text,…}: {id, claims} a line."
)
@click.option("--since", default="3650d", show_default=True, help="A date, or a time back such as 30d.")
@click.option("--direction", default="", help="Such as 'dprk>russia'.")
@click.option("--claimant", default="", help="Such as 'White House'.")
@click.option("--unit", default="", help="Such as containers.")
@click.option("--status", default="", help="asserted, estimated, observed, planned, denied or sanctioned.")
@click.option("--materiel", default="", help="Part of a materiel's name.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values.")
@click.argument("files", nargs=-1)
@click.pass_obj
def claims(
    obj: dict[str, Any], as_jsonl: bool, since: str, direction: str, claimant: str, unit: str, status: str, materiel: str,
    as_json: bool, as_csv: bool, files: tuple[str, ...],
) -> None:  # fmt: skip
    """Claims of the ledger, newest first; figures are shown side by side and never added up."""
    if as_jsonl:
        _read(obj, files)
        return
    if files:
        raise click.UsageError("FILES go with --jsonl")
    with opened(obj) as (store, now):
        found = store.stories.ledger(
            claimant=claimant, direction=direction, unit=unit, status=status, since=day(since, now)
        )
        rows = [
            {
                "id": claim.id,
                "published": published.date().isoformat() if published else "",
                "claimant": claim.claimant,
                "status": claim.status,
                "direction": claim.direction or "",
                "materiel": ", ".join(claim.materiel),
                "figure": figure(claim),
                "period": " – ".join(filter(None, (claim.period_start, claim.period_end))),
                "basis": claim.basis,
                "quote": claim.quote,
                "article": article,
                "story": story,
            }
            for claim, published, article, story in found
            if materiel.lower() in ", ".join(claim.materiel).lower()
        ]
    listing(rows, as_json=as_json, as_csv=as_csv, title="claims", empty="no such claim in the ledger")


def figure(claim: Claim) -> str:
    """A claim's figure as the source gives it: "> 1,000 containers (cumulative)"."""
    if claim.quantity is None:
        return ""
    number = f"{claim.quantity:,.0f}" if claim.quantity == int(claim.quantity) else f"{claim.quantity:,}"
    if claim.quantity_max is not None:
        number += f"–{claim.quantity_max:,.0f}"
    sign = "" if claim.op in {"", "="} else f"{claim.op} "
    return f"{sign}{number} {claim.unit}".strip() + (f" ({claim.kind})" if claim.kind else "")


def _read(obj: dict[str, Any], files: tuple[str, ...]) -> None:
    from bot.core.claims import claims as read_claims

    known = lexicon(watchlist_files(obj)[0])
    if known is None:
        raise click.ClickException("no lexicon beside the watchlist (<name>.lexicon.toml): claims need one")

    def answer(found: dict[str, Any]) -> dict[str, Any]:
        item, _ = jsonl.item(found)
        return {"id": found.get("id"), "claims": [public(claim) for claim in read_claims(item, known)]}

    jsonl.each(files, answer)


def public(claim: Claim) -> dict[str, Any]:
    """A claim as the contract prints it."""
    fields: dict[str, Any] = json.loads(json.dumps(asdict(claim)))
    for name in ("period_start", "period_end", "via", "hedge", "op", "unit", "kind"):
        fields[name] = fields[name] or None
    return fields
