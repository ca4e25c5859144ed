"""`entity`: a ship, port, firm, person or weapon: its names in all scripts, when it was seen, and what was mistaken for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from bot.cli.tables import listing, opened
from bot.cli.watchlists import files as watchlist_files
from bot.core.text import clean
from bot.jobs.beside import lexicon_beside

if TYPE_CHECKING:
    from bot.core.entities import Thing
    from bot.core.lexicon import Lexicon
    from bot.core.standings import Reported, Standing
    from bot.model import Claim
    from bot.store import Store

_SHOWN = 10  # lines of each sort on a screen


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def entity(obj: dict[str, Any], name: str | None, as_json: bool) -> int:
    """First and last seen, stories, claims and rejected mentions of NAME in any script; without NAME, all that are known."""
    from bot.core.entities import asked, things
    from bot.core.standings import standings
    from bot.store.claims import Claims

    watchlist = watchlist_files(obj)[0]
    words = lexicon_beside(watchlist)
    if words is None:
        raise click.ClickException(f"no lexicon beside {watchlist.name}")
    known = things(watchlist.with_name(f"{watchlist.stem}.lexicon.toml").read_bytes())
    if name is None:
        rows = [
            {"name": one.name, "kind": one.kind, "aliases": "; ".join(one.spellings()), "identifier": one.identifier}
            for one in known
        ]
        listing(rows, as_json=as_json, title="entities", empty="none")
        return 0
    if not name.strip():
        raise click.UsageError("NAME is empty; `armswatch entity` without one lists all")
    found = asked(name, known)
    if not found:
        click.echo(
            f"{name}: the lexicon knows no such thing; `armswatch entity` lists all, `armswatch search {name}` finds words",
            err=True,
        )
        return 1
    with opened(obj) as (store, _):
        reported = Claims(store.connection).reported()
        ledger = standings(reported)
        seen = [_seen(store, words, one, _naming(one, reported, ledger)) for one in found]
    if as_json:
        click.echo(json.dumps(seen, ensure_ascii=False, indent=1))
        return 0
    for one in seen:
        _show(one)
    return 0


def _naming(thing: Thing, reported: Sequence[Reported], ledger: Sequence[Standing]) -> list[Standing]:
    """The statements of which some wording names the thing."""
    about = {one.claim.id for one in reported if _about(one.claim, thing)}
    return [one for one in ledger if about.intersection(one.ids)]


def _about(claim: Claim, thing: Thing) -> bool:
    named = {*claim.route, *claim.vessels, *claim.entities, *claim.materiel}
    return thing.name in named or (thing.kind == "claimant" and claim.claimant.startswith(thing.name))


def _seen(store: Store, words: Lexicon, thing: Thing, claims: Sequence[Standing]) -> dict[str, Any]:
    from bot.core.entities import means
    from bot.core.glosses import gloss

    named = store.entities.articles(thing.searched())
    meant = [one for one in named if means(words, thing, one.title, one.text)]
    rejected = [one for one in named if one not in meant and one.text]
    return {
        "name": thing.name,
        "kind": thing.kind,
        "aliases": [{"lang": lang, "spelling": word.strip("=*~ ")} for lang, word in thing.aliases],
        "identifier": thing.identifier,
        "source": thing.source,
        "first_seen": meant[0].at.isoformat() if meant else None,
        "last_seen": meant[-1].at.isoformat() if meant else None,
        "articles": [{"id": one.article, "title": one.title, "at": one.at.date().isoformat()} for one in meant],
        "stories": sorted({one.story for one in meant if one.story}),
        "claims": [
            {
                "id": one.claim.id,
                "claimant": one.claim.claimant,
                "status": one.claim.status,
                "told": gloss(one.claim, {}),
                "at": one.said.date().isoformat() if one.said else None,
            }
            for one in reversed(claims)
        ],
        "rejected": [{"id": one.article, "title": one.title} for one in rejected],
    }


def _show(one: dict[str, Any]) -> None:
    marks = f"  {one['identifier']}" if one["identifier"] else ""
    click.echo(f"{one['name']} ({one['kind']}){marks}")
    click.echo("  also written " + "; ".join(sorted({alias["spelling"] for alias in one["aliases"]})))
    if one["first_seen"]:
        click.echo(
            f"  first seen {one['first_seen'][:10]}, last {one['last_seen'][:10]}, in {len(one['articles'])} article{'s' if len(one['articles']) > 1 else ''}"
        )
    else:
        click.echo("  not seen in any stored article")
    for article in one["articles"][-10:]:
        click.echo(f"    {article['at']}  {article['id']}  {article['title']}")
    if one["stories"]:
        click.echo(f"  stories {', '.join(one['stories'])}")
    for claim in one["claims"][:_SHOWN]:
        click.echo(f"  claim {claim['id']}, {claim['at'] or 'undated'}: {clean(claim['told'])}")
    if len(one["claims"]) > _SHOWN:
        click.echo(f"  and {len(one['claims']) - _SHOWN} claims more; --json has all")
    for article in one["rejected"][:_SHOWN]:
        click.echo(f"  not meant in {article['id']}: {article['title']}")
