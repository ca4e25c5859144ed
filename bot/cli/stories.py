"""`stories` and `story`: what developments there are, and one of them in full; `stories --jsonl` groups items."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from bot.cli import jsonl
from bot.cli.tables import day, listing, opened
from bot.cli.watchlists import files as watchlist_files
from bot.jobs.beside import lexicon_beside


@click.command()
@click.option(
    "--jsonl", "as_jsonl", is_flag=True, help="Group items {id,title,text,…}: {id, story, copy_of} a line, no store."
)
@click.option("--since", default="30d", show_default=True, help="A date, or a time back such as 7d.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@click.argument("files", nargs=-1)
@click.pass_obj
def stories(obj: dict[str, Any], as_jsonl: bool, since: str, as_json: bool, files: tuple[str, ...]) -> None:
    """Stories by their latest news, newest first."""
    if as_jsonl:
        _group(obj, files)
        return
    if files:
        raise click.UsageError("FILES go with --jsonl")
    from bot.core.stories import SPAN

    with opened(obj) as (store, now):
        found = store.stories.since(day(since, now), now.replace(year=9999))
        rows = [
            {
                "id": story.id,
                "latest": story.latest.isoformat(),
                "title": story.title,
                "direction": story.direction or "",
                "kind": story.kind or "",
                "articles": len(story.articles),
                "origins": [f"{origin.claimant} ({origin.basis})" for origin in story.origins],
                "follows": story.follows,
                "state": "closed" if story.state == "closed" or now - story.latest > SPAN else "open",
            }
            for story in found
        ]
    listing(rows, as_json=as_json, title="stories", empty=f"no story since {since}")


def _group(obj: dict[str, Any], files: tuple[str, ...]) -> None:
    from bot.core.stories import group
    from bot.model import Item

    known = lexicon_beside(watchlist_files(obj)[0])
    order: list[tuple[Any, str, str]] = []  # (id as given, our own id, error)
    items: list[Item] = []
    taken: set[str] = set()
    for index, (name, found, error) in enumerate(jsonl.records(files)):
        if found is None:
            order.append((name, "", error))
            continue
        try:
            item, _ = jsonl.item(found)
        except jsonl.BadLine as bad:
            order.append((name, "", str(bad)))
            continue
        # A story's id is minted from its founding item; ids that repeat or are missing get the line's number.
        own = item.id if item.id and item.id not in taken else f"{item.id}#{index}"
        taken.add(own)
        items.append(replace(item, id=own))
        order.append((name, own, ""))
    grouped = {answer.id: answer for answer in group(items, known)}
    names = {own: name for name, own, _ in order if own}
    for name, own, error in order:
        if not own:
            jsonl.write({"id": name, "error": error})
            continue
        answer = grouped[own]
        jsonl.write({"id": name, "story": answer.story, "copy_of": names[answer.copy_of] if answer.copy_of else None})
    jsonl.flush()


@click.command()
@click.argument("story_id")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option(
    "--pack", "folder", type=click.Path(path_type=Path, file_okay=False), help="Write an evidence pack into DIR."
)
@click.option("--profile", type=click.Choice(["internal", "shareable"]), default="internal", show_default=True)
@click.pass_obj
def story(obj: dict[str, Any], story_id: str, as_json: bool, folder: Path | None, profile: str) -> None:
    """One story: the timeline of its articles, who copied whom, its claims, what was announced and what it follows."""
    from bot.cli.storypage import show_story
    from bot.jobs.beside import publishers_beside

    with opened(obj) as (store, now):
        found = store.stories.get(story_id)
        if found is None and story_id.startswith("a-"):
            found = store.stories.of_article(story_id)
        if found is None:
            raise click.ClickException(f"{story_id}: no such story; `armswatch stories` lists them")
        if folder is not None:
            from bot.cli.packs import write_pack

            write_pack(store, (found.id,), folder, profile, now)
            return
        show_story(store, found, publishers_beside(watchlist_files(obj)), as_json=as_json)
