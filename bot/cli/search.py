"""`search`: full text over what is stored."""

from __future__ import annotations

from typing import Any

import click

from bot.cli.tables import listing, opened


@click.command()
@click.argument("query", nargs=-1, required=True)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@click.pass_obj
def search(obj: dict[str, Any], query: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Articles that hold all words of QUERY; "quoted words" as a phrase, word* as a beginning. Any language."""
    typed = " ".join(query)
    with opened(obj) as (store, _):
        rows = [
            {
                "article": hit.article,
                "published": (hit.published or hit.first_seen).date().isoformat(),
                "verdict": hit.rank,
                "outlet": hit.outlet,
                "title": hit.title,
                "url": hit.url,
                "story": hit.story,
            }
            for hit in store.articles.search(typed, limit)
        ]
    listing(rows, as_json=as_json, title=f"{len(rows)} found", empty=f"nothing stored holds {typed!r}")
