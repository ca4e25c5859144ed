"""`feeds`: what is polled and how it is doing; add, remove, exchange; and the feed parser as a filter."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli import feedfiles, jsonl
from bot.cli.tables import listing
from bot.places import config_path

if TYPE_CHECKING:
    from bot.app import App
    from bot.jobs.coverage import Condition
    from bot.settings import Settings

"""No feed is asked twice within this time, whoever wants it (R-14)."""


@click.group()
def feeds() -> None:
    """List feeds and their health; add, remove, import, export, discover, check, score, parse."""


@feeds.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@click.option("--unwell", is_flag=True, help="Only feeds that something is wrong with.")
@click.pass_obj
def list_(obj: dict[str, Any], as_json: bool, unwell: bool) -> None:
    """Every configured feed with its health, last success and next check; then the coverage by language."""
    from bot.core.health import coverage
    from bot.settings import load

    settings = load(config_path(obj.get("config")))
    now = datetime.now(UTC)
    found = _conditions(settings, now)
    rows = [
        {
            "feed": one.feed.name,
            "lang": one.feed.lang,
            "kind": one.feed.kind,
            "health": ", ".join(one.health.words),
            "detail": one.health.detail,
            "last ok": f"{one.state.last_success:%Y-%m-%d %H:%M}" if one.state.last_success else "never",
            "next": f"{one.state.next_check:%Y-%m-%d %H:%M}" if one.state.next_check else "now",
            "requests": one.state.requests,
            "304": one.state.not_modified,
            "url": one.feed.url,
        }
        for one in found
        if not unwell or one.health.words not in {("ok",), ("new",)}
    ]
    seen = coverage([(one.feed, one.state) for one in found], now)
    listing(rows, as_json=as_json, title=f"{len(rows)} of {len(settings.feeds)} feeds", empty="every feed is well")
    if not as_json:
        click.echo("coverage: " + "  ".join(f"{lang} {working}/{total}" for lang, working, total in seen.by_lang))
        for hole in seen.holes:
            click.echo(f"hole: {hole}")


@feeds.command()
@click.option(
    "--jsonl", "as_jsonl", is_flag=True, required=True, help="JSON lines out: one an entry, or one {file, error}."
)
@click.argument("files", nargs=-1, required=True)
def parse(as_jsonl: bool, files: tuple[str, ...]) -> None:
    """Parse feed documents (also .gz) from disk, in a killable worker: an entry a line, or one error line a file."""
    from bot.cli.filters import read_file
    from bot.errors import ArmswatchError
    from bot.workers import Workers

    now = datetime.now(UTC)
    with Workers(1) as workers:
        for name in files:
            try:
                document = workers.feed(read_file(name), url=f"file:///{Path(name).name}", headers=(), now=now)
            except (ArmswatchError, OSError, EOFError, ValueError) as error:
                reason = getattr(error, "reason", "unreadable")
                jsonl.write({"file": name, "error": " ".join(str(error).split()), "reason": reason})
                continue
            if not document.entries:
                jsonl.write(
                    {"file": name, "error": "a feed without entries", "reason": "no-entries", "title": document.title}
                )
            for entry in document.entries:
                jsonl.write(
                    {
                        "file": name,
                        "id": entry.id,
                        "guid": entry.guid,
                        "url": entry.url or None,
                        "title": entry.title,
                        "summary": entry.summary,
                        "content": entry.content,
                        "date": entry.published.isoformat() if entry.published else None,
                        "date_basis": entry.published_basis,
                        "authors": list(entry.authors),
                        "outlet": entry.outlet or None,
                        "lang": entry.lang or document.lang or None,
                        "version": document.version,
                        "notes": list(entry.notes),
                    }
                )
    sys.stdout.buffer.flush()


@feeds.command()
@click.argument("url")
@click.option("--name", required=True, help="What readers see.")
@click.option("--lang", default="", help="BCP 47, such as ko.")
@click.option(
    "--kind",
    default="other",
    help="wire, national-press, state-media, government, think-tank, specialist-press, aggregator.",
)
@click.option("--no-pages", is_flag=True, help="Match on the feed's own text; never fetch its pages.")
@click.option(
    "--catch-up", default="", metavar="AGE", help="On its first poll tell what is up to so old, such as 3d, as LATE."
)
@click.pass_obj
def add(obj: dict[str, Any], url: str, name: str, lang: str, kind: str, no_pages: bool, catch_up: str) -> None:
    """Add a feed to config.toml, keeping its comments; checked before anything is written."""
    table: dict[str, Any] = {"url": url, "name": name}
    table |= {"lang": lang} if lang else {}
    table |= {"kind": kind} if kind != "other" else {}
    table |= {"pages": False} if no_pages else {}
    table |= {"catch_up": catch_up} if catch_up else {}
    path = config_path(obj.get("config"))
    feedfiles.rewrite(path, lambda document: feedfiles.append(document, [table]))
    click.echo(f"added {name}: {url}; the running watch needs a restart to poll it")


@feeds.command()
@click.argument("url")
@click.pass_obj
def remove(obj: dict[str, Any], url: str) -> None:
    """Take a feed out of config.toml or the feed file that names it; what it brought stays stored."""
    path = feedfiles.remove(config_path(obj.get("config")), url)
    click.echo(
        f"removed {url} from {path.name}; its history stays; the running watch needs a restart to leave it alone"
    )


@feeds.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def import_(obj: dict[str, Any], file: Path) -> int:
    """Add the feeds of an OPML FILE to config.toml, with what others wrote about them; those that are there already are left alone."""
    from bot.core.opml import outlines
    from bot.core.urls import safe_link
    from bot.settings import load

    try:
        found = outlines(file.read_bytes())
    except ValueError as error:
        raise click.UsageError(f"{file}: {error}") from error
    path = config_path(obj.get("config"))
    known = {feed.url for feed in load(path).feeds}
    unfit = [one for one in found if not safe_link(one.url) or "@" in one.url.split("/")[2]]
    fresh = [one for one in found if one.url not in known and one not in unfit]
    tables = [
        {"url": one.url, "name": one.name}
        | ({"lang": one.lang} if one.lang else {})
        | (
            {"opml": dict(one.others) | ({"folder": one.folder} if one.folder else {})}
            if one.others or one.folder
            else {}
        )
        for one in fresh
    ]
    if fresh:
        feedfiles.rewrite(path, lambda document: feedfiles.append(document, tables))
    click.echo(f"{len(fresh)} feeds added, {len(found) - len(fresh) - len(unfit)} were there already")
    for one in unfit:
        click.echo(f"left out: {one.name}: its address cannot be asked (a user name in it, or no host)", err=True)
    if not found:
        click.echo(f"{file}: no outline in it has an xmlUrl", err=True)
    return int(bool(unfit) or not found)


@feeds.command()
@click.pass_obj
def export(obj: dict[str, Any]) -> None:
    """All configured feeds as OPML on standard output, with what other readers wrote about them."""
    from bot.core.opml import Outline, document
    from bot.settings import load

    settings = load(config_path(obj.get("config")))
    known = feedfiles.others(settings)
    rows = [
        replace(known.get(feed.url, Outline(feed.url, feed.name)), name=feed.name, lang=feed.lang)
        for feed in settings.feeds
    ]
    click.echo(document(rows, "armswatch feeds"), nl=False)


@feeds.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@click.pass_obj
def score(obj: dict[str, Any], as_json: bool) -> int:
    """How we behave towards each publisher: requests a day, share of 304, early and unconditional polls."""
    from dataclasses import asdict

    from bot.core.politeness import score as score_of
    from bot.core.politeness import total
    from bot.settings import load

    settings = load(config_path(obj.get("config")))
    now = datetime.now(UTC)
    scores = [score_of(one.state, now) for one in _conditions(settings, now) if one.state.requests]
    rows = [asdict(one) for one in scores]
    if not as_json and scores:
        rows.append(asdict(total(scores)))
    listing(rows, as_json=as_json, title="politeness", empty="no feed was polled yet")
    return int(any(one.faults for one in scores))


@feeds.command()
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@click.pass_obj
def discover(obj: dict[str, Any], url: str, as_json: bool) -> int:
    """The feeds that a page offers, or that it is one itself, from one polite request."""
    from dataclasses import asdict

    from bot.app import App
    from bot.core.discovery import Offer, offers
    from bot.errors import ArmswatchError
    from bot.model import Request
    from bot.settings import load

    with App(load(config_path(obj.get("config")))) as app:
        answer = app.fetch(Request(url=url, purpose="page", apart=True))
        if answer.status != 200:
            raise click.ClickException(f"{url}: HTTP {answer.status}")
        found = offers(answer.body, url=answer.url, content_type=answer.header("content-type"))
        if not found:
            with suppress(ArmswatchError):  # most pages are no feed
                own = app.workers.feed(answer.body, url=answer.url, headers=answer.headers, now=app.clock())
                found = (Offer(url=answer.url, title=own.title, kind=own.version, declared=True),)
    listing(
        [asdict(one) for one in found],
        as_json=as_json,
        title=f"feeds of {answer.url}",
        empty=f"{answer.url} offers no feed",
    )
    return int(not found)


@feeds.command()
@click.argument("urls", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@click.pass_obj
def check(obj: dict[str, Any], urls: tuple[str, ...], as_json: bool) -> int:
    """Ask feeds once, politely, and say what they are; stores nothing. URLS, or all that are configured.

    A feed that was asked within the last minute, by the watch or by hand, is not asked again.
    """
    from bot.app import App
    from bot.settings import load

    with App(load(config_path(obj.get("config")))) as app:
        known = {one.feed.url: one for one in _conditions(app.settings, app.clock())}
        wanted = tuple(dict.fromkeys(urls)) or tuple(known)
        rows = {row["url"]: row for row in app.map(lambda url: _checked(app, url, known), wanted)}
    listing([rows[url] for url in wanted], as_json=as_json, title=f"{len(rows)} feeds", empty="no feed is configured")
    return int(any(row["error"] for row in rows.values()))


def _checked(app: App, url: str, known: Mapping[str, Condition]) -> dict[str, Any]:
    from bot.core.politeness import NOT_AGAIN
    from bot.errors import ArmswatchError
    from bot.model import Feed, Request

    names = ("url", "status", "entries", "newest", "validators", "moved to", "error")
    row: dict[str, Any] = dict.fromkeys(names, "") | {"url": url, "entries": 0}
    state = known[url].state if url in known else None
    feed = known[url].feed if url in known else Feed(url=url, name=url)
    if state and state.last_poll and timedelta(0) <= app.clock() - state.last_poll < NOT_AGAIN:
        answered = state.last_error or f"it answered HTTP {state.last_status}"
        row["error"] = f"asked less than a minute ago by the watch, not again so soon: {answered}"
        return row
    secret = os.environ.get(feed.auth_env, "") if feed.auth_env else ""
    headers = (("Authorization", secret),) if secret else ()
    try:
        answer = app.fetch(Request(url=url, purpose="feed", headers=headers, user_agent=feed.user_agent, apart=True))
        row["status"] = answer.status
        row["validators"] = " ".join(name for name in ("etag", "last-modified") if answer.header(name))
        row["moved to"] = answer.url if answer.url != url else ""
        if answer.status != 200:
            row["error"] = f"HTTP {answer.status}"
            return row
        document = app.workers.feed(answer.body, url=answer.url, headers=answer.headers, now=app.clock())
    except ArmswatchError as error:
        row["error"] = " ".join(str(error).split())
        return row
    dates = [entry.published for entry in document.entries if entry.published]
    row["entries"] = len(document.entries)
    row["newest"] = f"{max(dates):%Y-%m-%d %H:%M}" if dates else "undated" if document.entries else "no entry in it"
    return row


def _conditions(settings: Settings, now: datetime) -> list[Condition]:
    """Every configured feed with its state, read-only; before the first poll there is no database."""
    from bot.jobs.coverage import conditions
    from bot.store import Store

    if isinstance(settings.store, Path) and not settings.store.exists():
        return conditions(settings.feeds, None, now)
    with Store.opened(settings.store, readonly=True) as store:
        return conditions(settings.feeds, store, now)
