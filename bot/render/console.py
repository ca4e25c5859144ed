"""Digest → plain text: for the terminal, for files, and as the text part of the mail."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator

from bot.model import Delivery, Digest, DigestStory, Subscription
from bot.render import words
from bot.render.links import href

WIDTH = 100


def deliveries(digest: Digest, subscription: Subscription) -> tuple[Delivery, ...]:
    """One promise with the text; () on a quiet day for a reader who asked for nothing then."""
    if words.is_silent(digest, subscription.quiet):
        return ()
    payload = json.dumps({"text": text(digest, limit=subscription.max_stories)}, ensure_ascii=False)
    return (
        Delivery(
            kind="digest", subject=digest.id, channel="console", target=subscription.target, part=1, payload=payload
        ),
    )


def text(digest: Digest, *, limit: int = 10, width: int = WIDTH, short: int = 50) -> str:
    """The digest as text: `limit` stories in full, `short` more in a line each, then how many follow.

    Prose is wrapped at `width` columns; links stand alone on their line and are never broken.
    """
    return "\n".join(_lines(digest, limit, width, short)) + "\n"


def _lines(digest: Digest, limit: int, width: int, short: int) -> Iterator[str]:
    yield words.headline(digest)
    yield from _wrap(f"{words.window(digest)} · {words.counts(digest)}", width)
    if digest.late_run:
        yield from _wrap(words.shown(digest.late_run, 300), width)
    if words.quiet(digest):
        yield from _wrap(words.quiet(digest), width)
    for hole in words.holes(digest):
        yield from _wrap(f"⚠ {hole}", width)
    full, rest, folded = words.told(digest, limit)
    for number, story in enumerate(full, 1):
        yield ""
        yield from _story(story, number, digest.zone, width)
    if rest:
        yield ""
        for number, story in enumerate(rest[:short], len(full) + 1):
            yield from _wrap(f"{number}  {words.badge(story)}  {words.said(story)} — {words.source(story)}", width)
            yield from _url(story.url)
    if len(rest) > short:
        yield f"+{len(rest) - short} more"
    if folded:
        yield ""
        yield from _wrap(words.folded_line(folded), width)
    yield from _tail(digest, width)


def _story(story: DigestStory, number: int, zone: str, width: int) -> Iterator[str]:
    way = f"  {words.shown(story.direction_words, 60)}" if story.direction_words else ""
    yield from _wrap(f"{number}  {words.badge(story)}{way}  {words.said(story)}", width, hang=3)
    if words.said(story) != words.title(story):
        yield from _wrap(words.title(story), width, start=3)
    if story.alerted is None and words.quote(story):
        yield from _wrap(words.quoted(story), width, start=3)
    facts = f"{words.source(story)} · {words.published(story, zone)} · {words.origins(story)}"
    yield from _wrap(facts, width, start=3)
    yield from _url(story.url, "   ")
    for line in words.remarks(story, zone):
        yield from _wrap(line, width, start=3)
    notes, more = words.notes(story, words.NOTES)
    for badge, said, outlet, url in notes:
        yield from _wrap(f"{badge}: {said}{f' — {outlet}' if outlet else ''}", width, start=3)
        yield from _url(url, "   ")
    if more:
        yield f"   +{more} more statements"
    hanging, more = words.also(story, words.ALSO)
    for outlet, url in hanging:
        yield from _wrap(f"Also: {outlet}", width, start=3)
        yield from _url(url, "   ")
    if more:
        yield f"   +{more} more outlets: armswatch story {story.story}"


def _tail(digest: Digest, width: int) -> Iterator[str]:
    if digest.adjacent:
        yield ""
    for line in digest.adjacent[: words.ADJACENT_LINES]:
        before, after = words.adjacent_line(line)
        yield from _wrap(f"Adjacent: {before} — {words.shown(line.title, 120)}{after}", width, hang=3)
        yield from _url(line.url, "   ")
    unseen = digest.adjacent[words.ADJACENT_LINES :]
    if unseen:
        names = ", ".join(f"{words.shown(line.label, 40)} {line.count}" for line in unseen)
        yield from _wrap(f"Also adjacent: {names}", width, hang=3)
    if digest.corrections:
        yield ""
        yield "Changed since shown:"
        for one in digest.corrections:
            yield from _wrap(words.shown(one, 300), width, start=3)
    if digest.every == "week" and words.changed(digest):
        yield ""
        yield "What changed this week:"
        for one in words.changed(digest)[:20]:
            yield from _wrap(one, width, start=3)
    if digest.chart:
        yield ""
        yield "Changes in scope by day (press attention, not deliveries):"
        for day, count in digest.chart:
            yield f"   {words.day(day):>10}  {count:>3}  {'▪' * min(count, 40)}"
    if digest.ledger:
        yield ""
        yield "The week's claims:"
        for claim, outlet, url in digest.ledger:
            yield from _wrap(f"{words.shown(claim, 400)} — {words.shown(outlet, 60)}", width, start=3)
            yield from _url(url, "   ")
    yield ""
    yield from _wrap(words.coverage(digest), width)
    if digest.last_fact and not digest.stories:
        yield from _wrap(f"Last new fact: {words.shown(digest.last_fact, 200)}", width)
    yield f"{digest.id} · {words.shown(digest.subscription, 60)}"


def _url(url: str, indent: str = "") -> Iterator[str]:
    target = href(url)
    if target:
        yield f"{indent}{target}"


def _wrap(line: str, width: int, *, start: int = 0, hang: int = 0) -> list[str]:
    """`line` wrapped; later lines are indented by `start` + `hang`. Scripts without spaces are broken at the width."""
    made = textwrap.wrap(
        line,
        width,
        initial_indent=" " * start,
        subsequent_indent=" " * (start + hang),
        break_on_hyphens=False,
    )
    return made or [""]
