"""Which archives a backfill reads: their names, what each needs, and where mirrors or stand-ins of them are."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

if TYPE_CHECKING:
    from bot.app import App
    from bot.core.units import Source
    from bot.ports import Fetch
    from bot.sources.warcs import Scan

SOURCES: Mapping[str, str] = {
    "feeds": "archived and paged feeds of the configuration (RFC 5005)",
    "wordpress": "posts of WordPress sites",
    "sitemaps": "sitemaps of sites",
    "gdelt": "GDELT GKG files: large, title and entity level",
    "gdelt-doc": "GDELT DOC search: light, title level",
    "ccnews": "Common Crawl's news archive: very large, whole pages",
    "wayback": "the Wayback Machine's copies of sites and of their feeds",
    "guardian": "The Guardian (ARMSWATCH_GUARDIAN_KEY)",
    "nyt": "The New York Times archive (ARMSWATCH_NYT_KEY)",
    "mediacloud": "Media Cloud (ARMSWATCH_MEDIACLOUD_TOKEN)",
}
DEFAULT = ("feeds", "gdelt-doc")
BOUNDED = frozenset(SOURCES) - {"feeds", "wordpress", "sitemaps"}
"""Sources that are cut by date: they need a window with both ends."""

SECRETS = {
    "guardian": "ARMSWATCH_GUARDIAN_KEY",
    "nyt": "ARMSWATCH_NYT_KEY",
    "mediacloud": "ARMSWATCH_MEDIACLOUD_TOKEN",
}


def names(given: Sequence[str]) -> list[str]:
    """The sources that were asked for, in the order of SOURCES."""
    asked = [part.strip() for one in given for part in one.split(",") if part.strip()] or list(DEFAULT)
    for name in asked:
        if name not in SOURCES:
            known = "\n".join(f"  {known}: {what}" for known, what in SOURCES.items())
            raise click.BadParameter(f"no source {name!r}; there are\n{known}", param_hint="--source")
    return [name for name in SOURCES if name in asked]


def bases(given: Sequence[str]) -> dict[str, str]:
    """NAME=URL pairs."""
    found = {}
    for pair in given:
        name, _, url = pair.partition("=")
        if name not in SOURCES or not url.startswith(("http://", "https://")):
            raise click.BadParameter(
                f"{pair!r}: a source and its address, such as gdelt=https://mirror.example/gdeltv2", param_hint="--base"
            )
        found[name] = url
    return found


def secret(name: str) -> str:
    """A key of the environment, or of the file that the environment names. Ends the command where there is none."""
    variable = SECRETS[name]
    value = os.environ.get(variable, "")
    path = os.environ.get(f"{variable}_FILE", "")
    if not value and path:
        try:
            value = Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise click.UsageError(f"{variable}_FILE: {path}: {error.strerror}") from error
    if not value:
        raise click.UsageError(f"--source {name} needs a key: set {variable} or {variable}_FILE")
    return value


def sites(app: App, given: Sequence[str]) -> list[str]:
    """The sites that were named, else those of the configured feeds."""
    if given:
        return [site if "://" in site else f"https://{site}" for site in given]
    found: dict[str, None] = {}
    for feed in app.settings.feeds:
        parts = urlsplit(feed.url)
        if parts.netloc and not parts.netloc.startswith(("news.google.", "www.bing.")):
            found[f"{parts.scheme}://{parts.netloc}"] = None
    return list(found)


def build(
    app: App, asked: Sequence[str], *, fetch: Fetch, scan: Scan, wants: Callable[[str], bool], places: Sequence[str],
    base: Mapping[str, str], queries: Sequence[str],
) -> dict[str, Source]:  # fmt: skip
    """The sources of these names, wired."""
    from bot.sources.ccnews import CcNews
    from bot.sources.feed_archives import FeedArchives
    from bot.sources.gdelt import Doc, Gkg
    from bot.sources.guardian import Guardian
    from bot.sources.mediacloud import MediaCloud
    from bot.sources.nyt import NewYorkTimes
    from bot.sources.sitemaps import Sitemaps
    from bot.sources.wayback import Wayback
    from bot.sources.wordpress import WordPress

    pause, parse, clock = time.sleep, app.workers, app.clock
    feeds = list(places) or [feed.url for feed in app.settings.feeds if "news.google." not in feed.url]
    at: dict[str, dict[str, Any]] = {name: {"base": url} for name, url in base.items()}
    query: dict[str, Any] = {"query": queries[0]} if queries else {}
    searches: dict[str, Any] = {"queries": tuple(queries)} if queries else {}
    makers: dict[str, Callable[[], Source]] = {
        "feeds": lambda: FeedArchives(feeds, fetch, parse, clock, pause, app.store.feeds.last_polled),
        "wordpress": lambda: WordPress(sites(app, places), fetch, parse, clock, pause),
        "sitemaps": lambda: Sitemaps(sites(app, places), fetch, pause),
        "gdelt": lambda: Gkg(fetch, wants, pause, **at.get("gdelt", {})),
        "gdelt-doc": lambda: Doc(fetch, pause, **at.get("gdelt-doc", {}), **searches),
        "ccnews": lambda: CcNews(
            fetch, scan, clock, pause, app.settings.database.with_name("spool"), **at.get("ccnews", {})
        ),
        "wayback": lambda: Wayback(
            [urlsplit(site).netloc + urlsplit(site).path.rstrip("/") for site in sites(app, places)],
            fetch,
            clock,
            pause,
            **at.get("wayback", {}),
        ),
        "guardian": lambda: Guardian(fetch, secret("guardian"), pause, **at.get("guardian", {}), **query),
        "nyt": lambda: NewYorkTimes(fetch, secret("nyt"), pause, **at.get("nyt", {})),
        "mediacloud": lambda: MediaCloud(fetch, secret("mediacloud"), pause, **at.get("mediacloud", {}), **query),
    }
    return {name: makers[name]() for name in asked}


def lists(app: App, chosen: Sequence[str], base: Sequence[str], joins: Callable[[str], bool]) -> Source:
    """The sanctions lists that were chosen, with their state in the store."""
    from dataclasses import replace

    from bot.sources.sanctions import LISTS, Sanctions
    from bot.store.backfill import Backfills

    for name in (*chosen, *(pair.partition("=")[0] for pair in base)):
        if name not in LISTS:
            raise click.BadParameter(f"no list {name!r}; there are {', '.join(LISTS)}", param_hint="--list")
    elsewhere = {str(name): url for name, url in app.settings.table.sanctions.urls.items()}
    wanted = {name: replace(LISTS[name], url=elsewhere.get(name, LISTS[name].url)) for name in chosen or LISTS}
    for pair in base:
        name, _, url = pair.partition("=")
        wanted[name] = replace(LISTS[name], url=url)
    return Sanctions(app.fetch, app.clock, time.sleep, Backfills(app.store).listed, joins, wanted)
