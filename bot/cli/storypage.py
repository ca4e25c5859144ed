"""`story ID` as a page: whose word, who carries it, the timeline, what was announced, and what came before and after."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from bot.cli.wordings import rewordings, told
from bot.core.publishers import Publishers
from bot.core.text import clean
from bot.jobs.behind import Behind, behind
from bot.model import Story
from bot.store import Store
from bot.store.stories import MemberLine


def show_story(store: Store, story: Story, publishers: Publishers, *, as_json: bool) -> None:
    """One story in full."""
    stands = behind(store, story.id, publishers)
    timeline = store.stories.timeline(story.id)
    if as_json:
        click.echo(json.dumps(_value(store, story, timeline, stands), ensure_ascii=False, indent=1, default=str))
        return
    langs = ", ".join(dict.fromkeys(line.lang for line in timeline if line.lang)) or "language unknown"
    click.echo(f"{story.id}  {clean(story.title)}")
    click.echo(
        f"  {story.direction or 'direction unclear'} · {story.kind or 'no kind'} · {langs} ·"
        f" {story.founded:%Y-%m-%d %H:%M} to {story.latest:%Y-%m-%d %H:%M} UTC"
    )
    if stands.first:
        first = stands.first[0]
        click.echo(f"  first seen {first.seen:%Y-%m-%d %H:%M} UTC at {clean(first.outlet) or first.url}")
    for origin in story.origins:
        click.echo(
            f"  rests on {origin.claimant} ({origin.basis}), said in {origin.carriers}{', corroborated' if origin.corroborated else ''}"
        )
    click.echo(f"  {carried(stands)}")
    before = store.stories.get(story.follows) if story.follows else None
    if before is not None:
        click.echo(f"  follows {before.id}  {before.founded:%Y-%m-%d}  {clean(before.title)}")
    for name, founded, title in store.stories.followed_by(story.id):
        click.echo(f"  followed by {name}  {founded:%Y-%m-%d}  {clean(title)}")
    for line in timeline:
        _line(line)
        for rewording in rewordings(store, line.article):
            for text in told(rewording):
                click.echo(f"      {text}")
    for claim in store.stories.claims(story=story.id):
        click.echo(
            f"  claim {claim.id}: {claim.claimant} {claim.status} {claim.direction or ''} “{clean(claim.quote)}”"
        )
    for change in store.stories.changes(story.id):
        click.echo(f"  {change.at:%Y-%m-%d %H:%M}  {change.kind}  {clean(change.fact)}  ({change.policy})")


def carried(stands: Behind) -> str:
    """`carried by 11 articles of 9 outlets; 3 newsrooms wrote (Yonhap, …); wires: Yonhap`: attention, never corroboration."""
    told = stands.carriage
    wires = f"; wires: {', '.join(told.wires)}" if told.wires else ""
    return (
        f"carried by {_count(told.carriers, 'article')} of {_count(len(stands.first), 'outlet')}"
        f" ({', '.join(clean(one.outlet) or one.url for one in stands.first[:12])}"
        f"{', …' if len(stands.first) > 12 else ''}); "
        f"{_count(len(told.voices), 'newsroom')} wrote{wires}"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _line(line: MemberLine) -> None:
    when = line.published or line.first_seen
    role = f"copy of {line.copy_of}" if line.copy_of else line.role
    wire = f" ({line.wire})" if line.wire else ""
    click.echo(f"  {when:%Y-%m-%d %H:%M}  {line.article}  {role}  {clean(line.outlet)}{wire}: {clean(line.title)}")
    click.echo(f"      {line.url}")
    for reason in line.why:
        click.echo(f"      · {clean(reason)}")


def _value(store: Store, story: Story, timeline: list[MemberLine], stands: Behind) -> dict[str, Any]:
    return {
        "story": asdict(story),
        "articles": [
            asdict(line) | {"rewordings": [asdict(one) for one in rewordings(store, line.article)]} for line in timeline
        ],
        "claims": [asdict(claim) for claim in store.stories.claims(story=story.id)],
        "changes": [asdict(change) for change in store.stories.changes(story.id)],
        "carriers": [{"outlet": one.outlet, "title": one.title, "url": one.url} for one in stands.first],
        "outlets": list(stands.carriage.families),
        "wires": list(stands.carriage.wires),
        "newsrooms": list(stands.carriage.voices),
        "followed_by": [name for name, _, _ in store.stories.followed_by(story.id)],
    }
