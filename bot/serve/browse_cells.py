"""How cells look in the browser, and search in any script: hooks that Datasette calls by name."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from datasette import hookimpl
from datasette.utils.asgi import Response
from markupsafe import Markup

from bot.core.searching import match_expression
from bot.serve.marking import evidence, snippet

CSS = """
dl.column-descriptions { display: grid; grid-template-columns: repeat(2, max-content 1fr); gap: .1em .8em; font-size: 80%; }
dl.column-descriptions dt, dl.column-descriptions dd { margin: 0; line-height: 1.4; }
.facet-results { font-size: 85%; }
td.col-title { min-width: 14em; } td.col-evidence { min-width: 26em; } td.col-quote, td.col-where_it_stands { min-width: 20em; }
td.col-evidence mark, td.col-where_it_stands mark { background: #ffe9a8; }
"""

_LINKS = {"story": ("story_list", "story"), "follows": ("story_list", "story"), "article": ("matches", "article"), "claim": ("claim_ledger", "claim")}  # fmt: skip


@hookimpl  # type: ignore[untyped-decorator]  # datasette ships no types
def prepare_connection(conn: Any) -> None:
    """`watch_query(words)`: what a person typed as an expression of the full-text index, which no syntax error can break."""
    conn.create_function(
        "watch_query", 1, lambda words: match_expression(str(words or "")) or '"\u0001"', deterministic=True
    )


@hookimpl  # type: ignore[untyped-decorator]  # datasette ships no types
def render_cell(value: Any, column: str, table: str | None, database: str, datasette: Any) -> Markup | None:
    """Evidence with its terms marked, ids as links, URLs as links that say their host, attention as bars."""
    if value is None or value == "":
        return None
    if column == "evidence":
        return Markup(evidence(str(value)))  # noqa: S704 (escaped there)
    if column == "where_it_stands":
        return Markup(snippet(str(value)))  # noqa: S704 (escaped there)
    if column in _LINKS and isinstance(value, str):
        view, key = _LINKS[column]
        href = datasette.urls.table(database, view) + f"?{key}={quote(value)}"
        return Markup('<a href="{}">{}</a>').format(href, value)
    if column == "url" and re.match(r"https?://", str(value)) and table != "feed_health":
        host = str(value).split("/")[2]
        return Markup('<a href="{}" rel="noreferrer noopener">{}</a>').format(str(value), host)
    if column == "articles" and table == "press_attention" and isinstance(value, int):
        width = min(value * 6, 300)
        return Markup('<span style="display:inline-block;height:.8em;width:{}px;background:#4a7ab5"></span> {}').format(
            width, value
        )
    if column in {"published", "latest", "founded", "first_seen", "last_ok", "last_new", "last_polled", "next_check", "first_named", "last_named"}:  # fmt: skip
        return Markup('<span title="{}">{}</span>').format(str(value), str(value)[:16].replace("T", " "))
    return None


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
