"""How cells look in the browser, and search in any script: hooks that Datasette calls by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from datasette import hookimpl
from datasette.utils.asgi import Response
from markupsafe import Markup

from bot.core.searching import match_expression
from bot.serve.marking import evidence, excerpt, snippet

CSS = """
dl.column-descriptions { display: grid; grid-template-columns: repeat(2, max-content 1fr); gap: .1em .8em; font-size: 80%; }
dl.column-descriptions dt, dl.column-descriptions dd { margin: 0; line-height: 1.4; }
.facet-results { font-size: 85%; }
.places { margin: 0 0 .6em; }
td.col-title, td.col-rests_on { min-width: 14em; } td.col-evidence { min-width: 26em; } td.col-quote, td.col-where_it_stands { min-width: 22em; }
td.col-evidence mark, td.col-where_it_stands mark { background: #ffe9a8; }
td.col-story, td.col-article, td.col-claim, td.col-follows, td.col-direction, td time { white-space: nowrap; }
td.col-quantity, td.col-quantity_max { text-align: right; }
/* What Datasette says of tables is for those who know it: here the guide says it. */
body.index .content > h2, body.index .content > h2 ~ p, pre.wrapped-sql { display: none; }
body.db #queries, body.db #queries + ul, body.db #tables, body.db #views, body.db #views + ul { display: none; }
"""

_LINKS = {
    "story": ("story_list", "story"),
    "follows": ("story_list", "story"),
    "article": ("matches", "article"),
    "claim": ("claim_ledger", "claim"),
}
_COUNTED = {"title": "matches", "articles": "matches", "origins": "claim_ledger"}
_TIMES = frozenset(
    [
        "published",
        "latest",
        "founded",
        "first_seen",
        "last_ok",
        "last_new",
        "last_polled",
        "next_check",
        "first_named",
        "last_named",
    ]
)


@hookimpl  # type: ignore[untyped-decorator]  # datasette ships no types
def prepare_connection(conn: Any) -> None:
    """`watch_query(words)`: what a person typed as an expression of the full-text index, which no syntax error can break;

    `watch_excerpt(text, words)`: where it stands in a text.
    """
    conn.create_function(
        "watch_query", 1, lambda words: match_expression(str(words or "")) or '"\u0001"', deterministic=True
    )
    conn.create_function(
        "watch_excerpt", 2, lambda text, words: excerpt(str(text or ""), str(words or "")), deterministic=True
    )


@hookimpl  # type: ignore[untyped-decorator]  # datasette ships no types
def render_cell(row: Any, value: Any, column: str, table: str | None, database: str, datasette: Any) -> Markup | None:
    """Evidence with its terms marked, ids and counts as links, URLs as links that say their host, attention as bars."""
    if value is None or value == "":
        return None
    if column == "evidence":
        return Markup(evidence(str(value)))  # noqa: S704 (escaped there)
    if column == "where_it_stands":
        return Markup(snippet(str(value)))  # noqa: S704 (escaped there)
    if column in _TIMES:
        return Markup('<time title="{}">{}</time>').format(str(value), str(value)[:16].replace("T", " "))
    if column in {"quantity", "quantity_max"} and isinstance(value, int | float):
        return Markup("{}").format(f"{value:,.10g}" if value < 1e10 else f"{value:g}")
    if column == "articles" and table == "press_attention" and isinstance(value, int):
        width = min(value * 6, 300)
        return Markup('<span style="display:inline-block;height:.8em;width:{}px;background:#4a7ab5"></span> {}').format(
            width, value
        )
    href = _target(row, value, column, table, lambda page: str(datasette.urls.table(database, page)))
    if href is None:
        return None
    if column == "url":
        value = str(value).split("/")[2]
    return Markup('<a href="{}" rel="noreferrer noopener">{}</a>').format(href, value)


def _target(row: Any, value: Any, column: str, table: str | None, page: Callable[[str], str]) -> str | None:
    """Where a cell leads: ids to their row, titles and URLs to the publisher, a story's counts to what was counted."""
    if column in _LINKS and isinstance(value, str):
        view, key = _LINKS[column]
        return f"{page(view)}?{key}={quote(value)}"
    if table == "story_list" and column in _COUNTED:
        return f"{page(_COUNTED[column])}?story={quote(str(row['story']))}"
    if table == "entities" and column == "name":
        return f"{page('named')}?name={quote(str(value))}"
    if column == "url" and table != "feed_health":
        return _web(value)
    if column == "title" and "url" in row.keys():  # noqa: SIM118 - a row of SQLite has names, not members
        return _web(row["url"])
    return None


def _web(url: Any) -> str | None:
    return str(url) if re.match(r"https?://[^/]", str(url)) else None


@hookimpl  # type: ignore[untyped-decorator]  # datasette ships no types
def register_routes() -> list[tuple[str, Any]]:
    """The stories as feeds for other programs, per watchlist: /-/stories.atom?watchlist=NAME and /-/stories.json."""
    return [(r"^/-/stories\.(?P<form>atom|json)$", stories_feed), (r"^/-/armswatch\.css$", style)]


async def style() -> Any:
    """The few rules that keep descriptions and facets out of the way of the rows."""
    return Response(CSS, content_type="text/css; charset=utf-8")


@hookimpl  # type: ignore[untyped-decorator]  # datasette ships no types
def extra_css_urls(datasette: Any) -> list[str]:
    """Our rules on every page."""
    return [datasette.urls.path("/-/armswatch.css")]


async def stories_feed(request: Any, datasette: Any) -> Any:
    """Atom or JSON Feed of the newest digests' stories."""
    from pathlib import Path

    from bot.serve.subscriptions import KINDS, feed_text
    from bot.store import Store

    form = request.url_vars["form"]
    database = next(one for one in datasette.databases.values() if one.path)

    def read(_: Any) -> str:
        with Store.opened(Path(database.path), readonly=True) as store:
            return feed_text(store, form, watchlist=request.args.get("watchlist") or "", self_url=request.url)

    text = await database.execute_fn(read)
    return Response(text, content_type=KINDS[form])


@hookimpl  # type: ignore[untyped-decorator]  # datasette ships no types
def menu_links(datasette: Any) -> list[dict[str, str]]:
    """Feeds in the menu of every page."""
    return [{"href": datasette.urls.path("/-/stories.atom"), "label": "Stories as Atom"}, {"href": datasette.urls.path("/-/stories.json"), "label": "Stories as JSON Feed"}]  # fmt: skip
