"""The stored watch in a browser: Datasette over the database, read-only, with words, facets, search and marked evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from bot.store.glance import table_names
from bot.store.views import QUERIES

PORT: Final = 8765

_VIEWS: Final[dict[str, dict[str, Any]]] = {
    "matches": {
        "title": "Matches",
        "description": "Every article in scope or adjacent, with the words that made it so. Marked: the terms of the watchlist.",
        "sort_desc": "published",
        "facets": ["rank", "direction", "kind", "stream", "lang", "outlet_kind"],
        "columns": {
            "published": "as the page or feed says; where neither does, when we saw it first",
            "title": "leads to the article at its publisher's",
            "direction": "giver>receiver, from sentences that say so",
            "rank": "match: in scope; borderline: adjacent, with the leg that is missing",
            "missing_leg": "what an adjacent article lacks",
            "evidence": "sentences of the article, verbatim",
            "quality": "how much of the article we could read",
            "policy": "live, or why it was stored without being told",
        },
    },
    "story_list": {
        "title": "Stories",
        "description": "One line a development. Origins are distinct (claimant, basis) pairs: many carriers of one briefing are one.",
        "sort_desc": "latest",
        "facets": ["direction", "kind", "origins", "watchlist"],
        "columns": {
            "title": "leads to its articles; the number of origins to its claims",
            "carriers": "outlets that carried it: attention, not corroboration",
            "origins": "whose word it rests on; two with different bases corroborate each other",
            "follows": "the earlier story that this one continues",
        },
    },
    "claim_ledger": {
        "title": "Claims",
        "description": "Who says what moved which way, how much, when and on what basis. Figures are never added up.",
        "sort_desc": "published",
        "facets": ["claimant", "status", "direction", "unit", "basis"],
        "columns": {
            "op": "as the source hedges it: > is more than, ~ about",
            "kind": "cumulative, increment, stock or equivalent; only where the source says so",
            "hedge": "the source's own words of caution",
            "quote": "the exact sentence",
        },
    },
    "entities": {
        "title": "Entities",
        "description": "Ships, companies, places on routes, materiel and claimants that claims name. A name leads to those claims.",
        "sort_desc": "last_named",
        "facets": ["what"],
    },
    "press_attention": {
        "title": "Press attention",
        "description": "Articles a day. This is how much was written, not how much was shipped.",
        "sort_desc": "day",
        "facets": ["direction", "rank", "watchlist"],
    },
    "feed_health": {
        "title": "Feeds",
        "description": "What each feed last said, and whether it still tells us anything.",
        "sort": "last_ok",
        "facets": ["health", "last_status", "lang_seen"],
    },
}


_PAGES: Final = {
    "search": ("Search", "full text in any script"),
    "story_list": ("Stories", ""),
    "claim_ledger": ("Claims", ""),
    "matches": ("Matches", ""),
    "entities": ("Entities", ""),
    "figures": ("Figures", "claimant by claimant, in the order of time"),
    "press_attention": ("Press attention", ""),
    "feed_health": ("Feeds", ""),
}
"""Where a reader may want to go, in the order of the menu; what is said of a view stands in _VIEWS."""


def metadata(database: Path) -> dict[str, Any]:
    """Datasette's metadata for a database: titles, descriptions, facets, and the queries for search and figures."""
    name = database.stem
    # The tables behind the views: still there for SQL, out of the way for everybody else.
    tables: dict[str, dict[str, Any]] = {table: {"hidden": True} for table in table_names(database)}
    tables |= {view: {"size": 50, "facet_size": 8, **words} for view, words in _VIEWS.items()}
    queries: dict[str, dict[str, Any]] = {
        "search": {
            "title": "Search",
            "description": 'Full text in any script. All words must occur; "quoted words" as a phrase; word* as a beginning.',
            "params": ["words"],
        },
        "figures": {
            "title": "Figures, claimant by claimant",
            "description": "Each claimant's figures in the order in which they were published. Leave unit empty for all.",
            "params": ["unit"],
        },
        "named": {
            "title": "Claims that name a thing",
            "description": "A ship, company, place, kind of materiel or claimant, as the list of entities spells it.",
            "params": ["name"],
        },
    }
    for page, words in queries.items():
        words |= {"sql": QUERIES[page].strip(), "hide_sql": True}
    for page, words in (tables | queries).items():
        if "description" in words:
            words["description_html"] = f"{_menu(name, page)}<p>{words['description']}</p>"
    guide = _guide(name)
    return {
        "title": "armswatch",
        "description_html": guide,
        "databases": {name: {"description_html": guide, "tables": tables, "queries": queries, "allow_sql": True}},
    }


def _menu(name: str, here: str) -> str:
    """One line with the way to every other page."""
    links = (
        f"<b>{title}</b>" if page == here else f'<a href="/{name}/{page}">{title}</a>'
        for page, (title, _) in _PAGES.items()
    )
    return f'<p class="places">{" · ".join(links)}</p>'


def _guide(name: str) -> str:
    """The way in: a search, and what there is to look at, one line each."""
    lines = [
        f'<li><a href="/{name}/{page}"><b>{title}</b></a>: {words or _VIEWS[page]["description"]}</li>'
        for page, (title, words) in _PAGES.items()
    ]
    search = (
        f'<form action="/{name}/search"><p><input type="search" name="words" size="40" aria-label="Search" autofocus> '
        '<button type="submit">Search</button></p></form>'
    )
    return f"<p>What the watch found, read-only. Cite an id with <code>armswatch cite ID</code>.</p>{search}<ul>{''.join(lines)}</ul>"


def application(database: Path) -> Any:
    """Datasette over a database, ready to be served; ImportError where the `browse` extra is not installed."""
    from datasette.app import Datasette
    from datasette.plugins import pm

    from bot.serve import browse_cells

    if not pm.is_registered(browse_cells):
        pm.register(browse_cells, name="armswatch")
    settings = {
        "default_page_size": 50,
        "facet_time_limit_ms": 500,
        "sql_time_limit_ms": 3000,
        "allow_download": False,  # the file holds everything; a copy is `armswatch backup`
        "suggest_facets": False,
    }
    return Datasette([str(database)], metadata=metadata(database), settings=settings).app()


def serve(database: Path, host: str, port: int) -> None:
    """Serve until interrupted."""
    import importlib

    uvicorn: Any = importlib.import_module("uvicorn")  # comes with Datasette, and only with it
    uvicorn.run(application(database), host=host, port=port, log_level="warning", access_log=False)
