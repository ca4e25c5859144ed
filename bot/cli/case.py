"""`case`: stories, claims and articles collected under a name, with notes of people; and the register of corrections."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.persons import by
from bot.cli.tables import iso, listing, opened
from bot.core.text import clean
from bot.places import config_path, store_place
from bot.store import Store

if TYPE_CHECKING:
    from bot.store.cases import Case


@click.group()
def case() -> None:
    """Collect stories, claims and articles under a name, with notes; pack them as evidence."""


def _store(obj: dict[str, Any]) -> Any:
    return Store.opened(store_place(config_path(obj.get("config"))))


@case.command()
@click.argument("name")
@by
@click.pass_obj
def new(obj: dict[str, Any], name: str, by: str) -> None:
    """Open a case called NAME."""
    with _store(obj) as store:
        made = store.cases.new(name, by, datetime.now(UTC))
    click.echo(f"{made.id}  {clean(made.name)}")


@case.command()
@click.argument("which", metavar="CASE")
@click.argument("refs", nargs=-1, required=True)
@click.option("--note", "text", default="", help="A note about what is added.")
@by
@click.pass_obj
def add(obj: dict[str, Any], which: str, refs: tuple[str, ...], text: str, by: str) -> None:
    """Put stories (s-…), claims (c-…) or articles (a-…) into CASE (its id or name)."""
    now = datetime.now(UTC)
    with _store(obj) as store:
        for ref in refs:
            fresh = store.cases.add(which, ref, by, now)
            if text:
                store.cases.note(which, text, by, now, ref=ref)
            click.echo(f"{ref}: {'added' if fresh else 'is in already'}")


@case.command()
@click.argument("which", metavar="CASE")
@click.argument("refs", nargs=-1, required=True)
@click.pass_obj
def remove(obj: dict[str, Any], which: str, refs: tuple[str, ...]) -> int:
    """Take things out of CASE; the record of when they were in stays."""
    gone = 0
    with _store(obj) as store:
        for ref in refs:
            done = store.cases.remove(which, ref, datetime.now(UTC))
            click.echo(f"{ref}: {'removed' if done else 'is not in it'}")
            gone += done
    return int(gone < len(refs))


@case.command()
@click.argument("which", metavar="CASE")
@click.argument("text")
@click.option("--on", "ref", default="", metavar="ID", help="About this story, claim or article.")
@by
@click.pass_obj
def note(obj: dict[str, Any], which: str, text: str, ref: str, by: str) -> None:
    """Write a note under CASE. Notes carry author and time, and are never changed."""
    with _store(obj) as store:
        store.cases.note(which, text, by, datetime.now(UTC), ref=ref)
    click.echo("noted")


@case.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@click.pass_obj
def list_(obj: dict[str, Any], as_json: bool) -> None:
    """All cases."""
    with opened(obj) as (store, _):
        rows = [
            {
                "id": one.id,
                "name": one.name,
                "created": one.created.isoformat(),
                "author": one.author,
                "items": len(one.items),
                "notes": len(one.notes),
            }
            for one in store.cases.all()
        ]
    listing(rows, as_json=as_json, title="cases", empty="no case yet: `armswatch case new NAME`")


@case.command()
@click.argument("which", metavar="CASE")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option(
    "--pack", "folder", type=click.Path(path_type=Path, file_okay=False), help="Write an evidence pack into DIR."
)
@click.option("--profile", type=click.Choice(["internal", "shareable"]), default="internal", show_default=True)
@click.pass_obj
def show(obj: dict[str, Any], which: str, as_json: bool, folder: Path | None, profile: str) -> None:
    """CASE with what is in it: the machine's findings first, then what people wrote."""
    with opened(obj) as (store, now):
        found = store.cases.get(which)
        if folder is not None:
            from bot.cli.packs import write_pack

            write_pack(store, tuple(item.ref for item in found.items), folder, profile, now, case=found)
            return
        items = [{**asdict(item), "words": in_words(store, item.ref)} for item in found.items]
    if as_json:
        click.echo(json.dumps({**asdict(found), "items": items}, ensure_ascii=False, indent=1, default=iso))
        return
    _print(found, items)


def _print(found: Case, items: list[dict[str, Any]]) -> None:
    click.echo(f"{found.id}  {clean(found.name)}  (opened {found.created:%Y-%m-%d} by {clean(found.author)})")
    for item in items:
        click.echo(f"  {item['ref']}  {clean(item['words'], 200)}")
    for note_ in found.notes:
        about = f" on {note_.ref}" if note_.ref else ""
        click.echo(f"  {note_.at:%Y-%m-%d %H:%M} UTC, {clean(note_.author)}{about}: {clean(note_.text)}")


def in_words(store: Store, ref: str) -> str:
    """A story, claim or article in one line; what is gone says so."""
    if ref.startswith("s-"):
        story = store.stories.get(ref)
        return f"{story.latest:%Y-%m-%d}  {story.title}" if story else "no longer stored"
    if ref.startswith("c-"):
        found = store.stories.claim(ref)
        return f"{found[0].claimant} {found[0].status}: “{found[0].quote}”" if found else "no longer stored"
    article = store.articles.get(ref)
    return f"{article.outlet or article.host}: {article.title}" if article else "no longer stored"


@click.command()
@click.argument("ref", required=False, metavar="[ID]")
@click.argument("text", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@by
@click.pass_obj
def corrections(obj: dict[str, Any], ref: str | None, text: str | None, as_json: bool, by: str) -> None:
    """The register of corrections; with ID and TEXT, enter one for a story, claim or article."""
    if ref and not text:
        raise click.UsageError("say what was wrong: armswatch corrections ID TEXT")
    if ref and text:
        with _store(obj) as store:
            store.cases.correct(ref, text, by, datetime.now(UTC))
        click.echo("entered")
        return
    with opened(obj) as (store, _):
        rows = [
            {
                "at": one.at.isoformat(),
                "id": one.ref,
                "correction": one.text,
                "author": one.author,
                "source": one.source,
            }
            for one in store.cases.corrections()
        ]
    listing(rows, as_json=as_json, title="corrections", empty="nothing was corrected")
