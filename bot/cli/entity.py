"""`entity`: a ship, port, firm, person or weapon: its names in all scripts, when it was seen, and what was mistaken for it."""

from __future__ import annotations

import json
from typing import Any

import click

from bot.cli.tables import listing, opened
from bot.cli.watchlists import files as watchlist_files
from bot.cli.watchlists import lexicon


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def entity(obj: dict[str, Any], name: str | None, as_json: bool) -> int:
    """First and last seen, stories, claims and rejected mentions of NAME in any script; without NAME, all that are known."""
    from bot.core.entities import asked, things

    watchlist = watchlist_files(obj)[0]
    words = lexicon(watchlist)
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
    found = asked(name, known)
    if not found:
        click.echo(
            f"{name}: the lexicon knows no such thing; `armswatch entity` lists all, `armswatch search {name}` finds words",
            err=True,
        )
        return 1
    with opened(obj) as (store, _):
        seen = [_seen(store, words, one) for one in found]
    if as_json:
        click.echo(json.dumps(seen, ensure_ascii=False, indent=1))
        return 0
    for one in seen:
        _show(one)
    return 0


def _seen(store: Any, words: Any, thing: Any) -> dict[str, Any]:
    from bot.core.entities import means

    named = store.entities.articles(thing.spellings())
    meant = [one for one in named if means(words, thing, one.title, one.text)]
    rejected = [one for one in named if one not in meant and one.text]
    claims = [
        (claim, when)
        for claim, when, _, _ in store.stories.ledger(limit=5000)
        if thing.name in {*claim.route, *claim.vessels, *claim.entities, *claim.materiel}
        or claim.claimant.startswith(thing.name)
    ]
    return {
        "name": thing.name,
        "kind": thing.kind,
        "aliases": [{"lang": lang, "spelling": word} for lang, word in thing.aliases],
        "identifier": thing.identifier,
        "source": thing.source,
        "first_seen": meant[0].at.isoformat() if meant else None,
        "last_seen": meant[-1].at.isoformat() if meant else None,
        "articles": [{"id": one.article, "title": one.title, "at": one.at.date().isoformat()} for one in meant],
        "stories": sorted({one.story for one in meant if one.story}),
        "claims": [
            {
                "id": claim.id,
                "claimant": claim.claimant,
                "status": claim.status,
                "at": when.date().isoformat() if when else None,
            }
            for claim, when in claims
        ],
        "rejected": [{"id": one.article, "title": one.title} for one in rejected],
    }


def _show(one: dict[str, Any]) -> None:
    marks = f"  {one['identifier']}" if one["identifier"] else ""
    click.echo(f"{one['name']} ({one['kind']}){marks}")
    click.echo("  also written " + "; ".join(sorted({alias["spelling"] for alias in one["aliases"]})))
    if one["first_seen"]:
        click.echo(
            f"  first seen {one['first_seen'][:10]}, last {one['last_seen'][:10]}, in {len(one['articles'])} articles"
        )
    else:
        click.echo("  not seen in any stored article")
    for article in one["articles"][-10:]:
        click.echo(f"    {article['at']}  {article['id']}  {article['title']}")
    if one["stories"]:
        click.echo(f"  stories {', '.join(one['stories'])}")
    for claim in one["claims"][:10]:
        click.echo(f"  claim {claim['id']}: {claim['claimant']}, {claim['status']}, {claim['at'] or 'undated'}")
    for article in one["rejected"][:10]:
        click.echo(f"  not meant in {article['id']}: {article['title']}")
