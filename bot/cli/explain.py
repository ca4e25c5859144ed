"""`explain`: the trace of a verdict both ways, and for what is stored at which stage it stopped."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from bot.cli.watchlists import chosen
from bot.core.text import clean
from bot.errors import UsageError
from bot.model import Article, Item, Verdict
from bot.places import config_path, store_place
from bot.store import Store
from bot.store.entries import EntryStatus


@click.command()
@click.argument("what")
@click.option("--watchlist", default=None, help="Only this watchlist.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def explain(obj: dict[str, Any], what: str, watchlist: str | None, as_json: bool) -> int:
    """Why WHAT (an id a-…, e-… or s-…, a URL, or a FILE of text or HTML) matched, or what was missing and where it stopped."""
    from bot.core.matches import Matcher

    matcher = Matcher(chosen(obj, watchlist))
    path = Path(what)
    if path.is_dir():
        raise UsageError(f"{what} is a folder: name one file in it", subject=what)
    if "://" not in what and "/" in what and not path.exists():
        raise UsageError(f"{what}: no such file", subject=what)
    if path.is_file():
        item = _file(path)
        return _print({"file": what}, item, matcher.verdicts(item, trace=True), [], as_json)
    database = store_place(config_path(obj.get("config")))
    with Store.opened(database, readonly=True) as store:
        story = store.stories.get(what)
        members = store.stories.timeline(story.id) if story else []
        article, entries = _find(store, members[0].article if members else what)
        if article is None and not entries:
            click.echo(f"{what}: not seen. No feed brought it (not new), or the id is from another database.", err=True)
            return 1
        stage = _stages(store, article, entries)
        stage += [f"also in {story.id}: {one.article} ({one.outlet}), {one.role}" for one in members[1:] if story]
        if article is None:
            click.echo("\n".join(stage))
            return 0
        return _print(asdict(article), article.item(), matcher.verdicts(article.item(), trace=True), stage, as_json)


def _file(path: Path) -> Item:
    from bot.cli.filters import read_file
    from bot.core.charsets import decoded
    from bot.sources import texts
    from bot.workers import Workers

    try:
        raw = read_file(str(path))
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UsageError(f"{path}: {error}", subject=str(path)) from error
    if path.suffix.lower() in {".html", ".htm", ".gz"} or raw.lstrip()[:1] == b"<":
        with Workers(1) as workers:
            page = workers.page(raw, url="", headers=(), now=datetime.now(UTC))
        return Item(id=path.name, title=page.title, text=page.text, date=page.published, lang=page.lang)
    words = texts.read(decoded(raw).text, datetime.now(UTC))
    return Item(id=path.name, title=words.title, text=words.text, date=words.published, url=words.url, lang=words.lang)


def _find(store: Store, what: str) -> tuple[Article | None, list[EntryStatus]]:
    from bot.core.urls import canonical

    names = [what, canonical(what)] if "://" in what else [what]
    article = store.articles.get(what)
    for name in names:
        article = article or store.articles.by_url(name)
    entries = store.entries.find(list(dict.fromkeys(names)))
    if article is None:
        article = next((found for entry in entries if (found := store.articles.get(entry.article))), None)
    return article, entries


def _stages(store: Store, article: Article | None, entries: list[EntryStatus]) -> list[str]:
    """Where it went, stage by stage; the last line says where it stopped."""
    lines = [
        f"entry {entry.id} of {entry.feed}: {entry.state}"
        + (f" ({entry.reason})" if entry.reason else "")
        + f", announce policy {entry.policy}"
        for entry in entries
    ]
    if article is None:
        state = entries[0].state
        reason = (
            "waits for its page"
            if state in {"new", "retry"}
            else "left unread on the first poll: old, and no word of a watchlist in title or summary"
        )
        return [*lines, f"stopped: {reason}"]
    lines.append(
        f"article {article.id}, revision {article.revision}, {article.quality}, first seen {article.first_seen:%Y-%m-%d %H:%M} UTC"
    )
    story = store.stories.of_article(article.id)
    judged = [f"judged {one.label} by {one.author} on {one.at:%Y-%m-%d}" for one in store.judgements.of(article.id)]
    if story is None:
        return [*lines, *judged, "stopped: it is a match of no watchlist, so it is in no story"]
    line = next(one for one in store.stories.timeline(story.id) if one.article == article.id)
    lines.append(
        f"story {story.id}: {line.role}"
        + (f" of {line.copy_of}" if line.copy_of else "")
        + "".join(f"; {why}" for why in line.why)
    )
    muted = store.judgements.muted(datetime.now(UTC))
    if story.id in muted:
        end = muted[story.id]
        lines.append(f"its story is muted{f' until {end:%Y-%m-%d %H:%M} UTC' if end else ''}")
    lines += judged
    changes = [change for change in store.stories.changes(story.id) if change.article == article.id]
    told = store.digests.where_told(article.id)
    if not changes:
        lines.append("stopped: folded into its story; it says nothing that the story did not say before")
    elif told:
        lines += [f"told to {subscription} in digest {digest}" for subscription, digest in told]
    elif all(change.policy != "live" for change in changes):
        lines.append(f"stopped: quiet ({changes[0].policy}); it is in reports, not in digests")
    else:
        lines.append("waits for the next digest")
    return lines


def _print(head: dict[str, Any], item: Item, verdicts: tuple[Verdict, ...], stage: list[str], as_json: bool) -> int:
    if as_json:
        import json

        value = {**head, "stages": stage, "verdicts": [asdict(verdict) for verdict in verdicts]}
        from bot.cli.tables import iso

        click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=iso))
        return 0
    click.echo(clean(item.title) or item.id)
    for line in stage:
        click.echo(f"  {clean(line)}")
    for verdict in verdicts:
        click.echo(
            f"{verdict.watchlist}: {verdict.rank.upper()}  score {verdict.score:.2f}  {verdict.direction or 'no direction'}  {verdict.kind or verdict.stream or ''}"
        )
        if verdict.missing:
            click.echo(f"  missing: {verdict.missing}")
        for why in verdict.why:
            click.echo(f"  · {clean(why)}")
        for piece in verdict.evidence:
            click.echo(
                f"  {piece.concept:<12} {clean(piece.term)!r} in {piece.where}[{piece.start}:{piece.end}]: “{clean(piece.quote, 240)}”"
            )
    return 0
