"""`cite`: an article, story or claim as a footnote to paste, or as RIS for Zotero and EndNote."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from bot.cli.tables import opened
from bot.core.glosses import gloss
from bot.core.text import clean
from bot.model import Article, Claim
from bot.store import Store
from bot.store.claims import Claims


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One thing to cite: the article, the claim if it is one, and the hash of the copy that was kept.

    Without an article it is a claim that was known before the watch began, with the address where it can be read.
    """

    ref: str
    article: Article | None = None
    claim: Claim | None = None
    kept: str = ""
    address: str = ""
    said: datetime | None = None


@click.command()
@click.argument("refs", nargs=-1, required=True, metavar="ID…")
@click.option(
    "--format", "form", type=click.Choice(["footnote", "ris", "json"]), default="footnote", show_default=True,
    help="RIS goes into Zotero, EndNote and others.",
)  # fmt: skip
@click.pass_obj
def cite(obj: dict[str, Any], refs: tuple[str, ...], form: str) -> None:
    """Cite articles (a-…), stories (s-…: every article of it but copies) or claims (c-…)."""
    with opened(obj) as (store, _):
        sources = [source for ref in refs for source in _sources(store, ref)]
    if form == "json":
        click.echo(json.dumps([_fields(source) for source in sources], ensure_ascii=False, indent=1))
        return
    if form == "ris":
        click.echo("".join(ris(source) for source in sources), nl=False)
        return
    click.echo("\n".join(footnote(source) for source in sources))


def _sources(store: Store, ref: str) -> list[Source]:
    if ref.startswith("c-"):
        found = Claims(store.connection).get(ref)
        article = store.articles.get(found.article) if found and found.article else None
        if found and article:
            return [_source(store, ref, article, found.claim)]
        if found and found.source:
            return [Source(ref=ref, claim=found.claim, address=found.source, said=found.said)]
    elif ref.startswith("s-"):
        story = store.stories.get(ref)
        if story:
            lines = [line for line in store.stories.timeline(story.id) if not line.copy_of]
            articles = [article for line in lines if (article := store.articles.get(line.article))]
            return [_source(store, story.id, article) for article in articles]
    else:
        article = store.articles.get(ref)
        if article:
            return [_source(store, ref, article)]
    raise click.ClickException(f"{ref}: no such article (a-…), story (s-…) or claim (c-…) in this database")


def _source(store: Store, ref: str, article: Article, claim: Claim | None = None) -> Source:
    records = store.evidence.of(article.id)
    kept = next((sha for record, sha in records if record.what == "response"), records[0][1] if records else "")
    return Source(ref=ref, article=article, claim=claim, kept=kept)


def footnote(source: Source) -> str:
    """One line: who, what, where, when published, when read by us, which copy is kept."""
    one = source.article
    if one is None:
        return f"{_told(source)}, {_day(source.said)}, {source.address} (known before the watch, no copy kept) [{source.ref}]."
    authors = f"{', '.join(clean(name) for name in one.authors)}, " if one.authors else ""
    outlet = clean(one.outlet or one.host)
    said = f" “{clean(source.claim.quote)}”" if source.claim else ""
    published = _day(one.published)
    read = f", read {one.first_seen:%-d %B %Y}" if one.first_seen else ""
    quality = "" if one.quality == "full" else f" [{one.quality}]"
    kept = f"; copy kept, SHA-256 {source.kept[:16]}…" if source.kept else ""
    return f"{authors}“{clean(one.title)}”, {outlet}, {published}, {one.canonical_url or one.url}{read}{quality}{kept} [{source.ref}].{said}"


def ris(source: Source) -> str:
    """A RIS record; the lines end as the format wants them."""
    one = source.article
    if one is None:
        lines = [("TY", "ELEC"), ("TI", _told(source)), ("UR", source.address)]
        lines += [("PY", f"{source.said:%Y}"), ("DA", f"{source.said:%Y/%m/%d}")] if source.said else []
        lines += [("AN", source.ref), ("N1", "known before the watch, no copy kept"), ("ER", "")]
        return "\r\n".join(f"{tag}  - {value}" for tag, value in lines) + "\r\n"
    lines = [("TY", "NEWS"), ("TI", clean(one.title))]
    lines += [("AU", clean(name)) for name in one.authors]
    lines += [("T2", clean(one.outlet or one.host)), ("UR", one.canonical_url or one.url), ("LA", one.lang)]
    lines += [("PY", f"{one.published:%Y}"), ("DA", f"{one.published:%Y/%m/%d}")] if one.published else []
    lines += [("Y2", f"{one.first_seen:%Y/%m/%d}")] if one.first_seen else []
    lines += [("AB", clean(source.claim.quote))] if source.claim else []
    lines += [("AN", source.ref)] + ([("N1", f"copy kept, SHA-256 {source.kept}")] if source.kept else [])
    return "\r\n".join(f"{tag}  - {value}" for tag, value in [*lines, ("ER", "")] if value or tag == "ER") + "\r\n"


def _fields(source: Source) -> dict[str, Any]:
    one = source.article
    if one is None:
        return {
            "id": source.ref,
            "title": _told(source),
            "url": source.address,
            "published": _iso(source.said),
            "quote": "",
        }
    return {
        "id": source.ref,
        "article": one.id,
        "title": one.title,
        "authors": list(one.authors),
        "outlet": one.outlet or one.host,
        "url": one.canonical_url or one.url,
        "published": _iso(one.published),
        "read": _iso(one.first_seen),
        "quality": one.quality,
        "quote": source.claim.quote if source.claim else "",
        "kept_sha256": source.kept,
        "text_sha256": hashlib.sha256(one.text.encode("utf-8", "replace")).hexdigest(),
    }


def _told(source: Source) -> str:
    return clean(gloss(source.claim, {})).rstrip(".") if source.claim else source.ref


def _day(at: datetime | None) -> str:
    return f"{at:%-d %B %Y}" if at else "undated"


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""
