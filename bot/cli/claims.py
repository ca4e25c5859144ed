"""`claims`: the ledger of who says what moved; `claims --jsonl` reads claims out of items."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, get_args

import click

from bot.cli import jsonl
from bot.cli.tables import day, listing, opened
from bot.cli.watchlists import files as watchlist_files
from bot.jobs.beside import lexicon_beside
from bot.model import Claim, ClaimStatus

if TYPE_CHECKING:
    from bot.core.standings import Standing

_STATUSES = get_args(ClaimStatus)
_NAMED = 12  # values of the ledger that a message lists


@click.command()
@click.option(
    "--jsonl", "as_jsonl", is_flag=True, help="Read claims out of items {id,title,text,…}: {id, claims} a line."
)
@click.option("--since", default="3650d", show_default=True, help="A date, or a time back such as 30d.")
@click.option("--direction", default="", help="Such as 'dprk>russia', in quotes.")
@click.option("--claimant", default="", help="Part of a claimant's name, such as 'white house'.")
@click.option("--unit", default="", help="Such as containers.")
@click.option(
    "--status", default="", type=click.Choice(["", *_STATUSES]), show_choices=False, help=", ".join(_STATUSES)
)
@click.option("--materiel", default="", help="Part of a materiel's name.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values.")
@click.argument("files", nargs=-1)
@click.pass_obj
def claims(
    obj: dict[str, Any], as_jsonl: bool, since: str, direction: str, claimant: str, unit: str, status: str, materiel: str,
    as_json: bool, as_csv: bool, files: tuple[str, ...],
) -> None:  # fmt: skip
    """The ledger, newest first: one line a statement, however many articles carry it.

    Beside each stand the same claimant's figure before it, what denies it, and who bears it out on another basis.
    Figures are never added up.
    """
    from bot.core.standings import standings
    from bot.store.claims import Claims

    if as_jsonl:
        _read(obj, files)
        return
    if files:
        raise click.UsageError("FILES go with --jsonl")
    if as_json and as_csv:
        raise click.UsageError("--json or --csv, not both")
    with opened(obj) as (store, now):
        first = day(since, now)
        known = standings(Claims(store.connection).reported())
    _check("--direction", direction, known, lambda one: (one.claim.direction or "",))
    _check("--unit", unit, known, lambda one: (one.claim.unit,))
    wanted = [
        one
        for one in reversed(known)
        if (one.said is None or one.said >= first)
        and direction in {"", one.claim.direction}
        and claimant.casefold() in f"{one.claim.claimant} {one.claim.via}".casefold()
        and unit.casefold() in {"", one.claim.unit.casefold()}
        and status in {"", one.claim.status}
        and materiel.casefold() in ", ".join(one.claim.materiel).casefold()
    ]
    rows = [_row(one) if as_json else _flat(one) if as_csv else _line(one) for one in wanted]
    listing(rows, as_json=as_json, as_csv=as_csv, title=f"claims ({len(rows)})", empty="no such claim in the ledger")


def _check(option: str, value: str, known: Sequence[Standing], of: Callable[[Standing], tuple[str, ...]]) -> None:
    """A word that the ledger does not have is most often a slip: say which it has."""
    have = sorted({name for one in known for name in of(one) if name})
    if value and have and value.casefold() not in {name.casefold() for name in have}:
        more = f" and {len(have) - _NAMED} more" if len(have) > _NAMED else ""
        raise click.BadParameter(
            f"{value!r} stands in no claim; there are {', '.join(have[:_NAMED])}{more}", param_hint=option
        )


def _line(one: Standing) -> dict[str, Any]:
    """What a person reads of a statement: when, what in one English line with the sentence, and how it stands."""
    from bot.core.glosses import gloss

    claim = one.claim
    quote = f"\n“{claim.quote}”" if claim.quote else ""
    notes = [
        f"before: {before(one)}" if one.before else "",
        f"denied by {', '.join(one.denied_by)}" if one.denied_by else "",
        f"answers {', '.join(one.answers)}" if one.answers else "",
        f"or instead {', '.join(one.alternatives)}" if one.alternatives else "",
        f"borne out by {', '.join(one.borne_out_by)}" if one.borne_out_by else "",
        f"carried by {len(one.articles)} articles" if len(one.articles) > 1 else "",
        "known before the watch" if one.sources and not one.articles else "",
    ]
    return {
        "said": one.said.date().isoformat() if one.said else "",
        "direction": claim.direction or "",
        "claim": gloss(claim, {}) + quote,
        "how it stands": "\n".join(note for note in notes if note),
        "id": claim.id,
    }


def _row(one: Standing) -> dict[str, Any]:
    claim = one.claim
    fields = public(claim)
    return {
        **fields,
        "published": one.said.date().isoformat() if one.said else "",
        "figure": figure(claim),
        "period": " – ".join(filter(None, (claim.period_start, claim.period_end))),
        "article": one.articles[0] if one.articles else "",
        "story": one.stories[0] if one.stories else "",
        "articles": one.articles,
        "stories": one.stories,
        "sources": one.sources,
        "before": {"id": one.before.id, "figure": figure(one.before), "said": str(one.before_said or "")} if one.before else None,
        "denied_by": list(one.denied_by),
        "answers": list(one.answers),
        "alternatives": list(one.alternatives),
        "borne_out_by": list(one.borne_out_by),
    }  # fmt: skip


def _flat(one: Standing) -> dict[str, Any]:
    """A row for a spreadsheet: no lists in lists."""
    row = _row(one)
    first = (
        "id",
        "published",
        "claimant",
        "status",
        "direction",
        "materiel",
        "figure",
        "period",
        "basis",
        "quote",
        "article",
        "story",
    )
    row["before"] = f"{row['before']['figure']} ({row['before']['said']})" if row["before"] else ""
    return {
        name: row[name] for name in (*first, *(name for name in row if name not in {*first, "where", "start", "end"}))
    }


def before(one: Standing) -> str:
    """The figure before and when it was given."""
    if one.before is None:
        return ""
    return figure(one.before) + (f" ({one.before_said:%-d %b %Y})" if one.before_said else "")


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

    known = lexicon_beside(watchlist_files(obj)[0])
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
