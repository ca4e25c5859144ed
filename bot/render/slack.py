"""Digest → Slack: one message that fits a phone screen, and a thread with the detail (part 2 and on)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from bot.model import Delivery, Digest, DigestStory, Subscription
from bot.render import words
from bot.render.blocks import (
    MAX_BLOCKS,
    MAX_FALLBACK,
    MAX_PUSH,
    MAX_TEXT,
    Json,
    buttons,
    context,
    divider,
    escaped,
    header,
    leaf,
    link,
    rich,
    section,
    size,
)
from bot.render.links import href
from bot.render.storyblocks import detail_block, story_block

MAX_PARTS: Final = 6
"""Messages of one digest, the first included; what does not fit is counted and left to the mail and the command."""

WEBHOOK: Final = "webhook"
"""The target of a subscription that posts through the configured incoming webhook instead of a bot token."""

Via = Literal["slack", "webhook"]
_ROOM = 900  # characters kept free in the first message for what stands under the stories


def deliveries(digest: Digest, subscription: Subscription, *, pressable: bool = False) -> tuple[Delivery, ...]:
    """The digest's Slack messages: part 1 for the channel, the rest for its thread.

    A webhook gives no message id back and so has no thread: there the rest is what did not fit, as messages of
    their own. `pressable` puts buttons under the stories, for a watch that listens to them. () on a quiet day for a
    reader who asked for nothing then.
    """
    if words.is_silent(digest, subscription.quiet):
        return ()
    via: Via = "webhook" if subscription.target in ("", WEBHOOK) else "slack"
    full, rest, folded = words.told(digest, subscription.max_stories)
    head, kept = _first(digest, full, rest, folded, via, pressable=pressable and via == "slack")
    numbered = list(enumerate((*full, *rest, *folded), 1))
    told, later = numbered[:kept], numbered[kept:]
    if via == "webhook":
        later = later[: len(later) - len(folded)]
        pieces: list[tuple[Json, int]] = [(story_block(one, number, digest.zone), 1) for number, one in later]
    else:
        pieces = [(detail_block(one, number, digest.zone), 0) for number, one in told]
        pieces += [(story_block(one, number, digest.zone), 1) for number, one in later]
        pieces += _adjacent_detail(digest)
    messages = [head, *_pack(pieces, MAX_PARTS - 1)]
    return promises(
        "digest", digest.id, via, subscription.target, messages, words.push(digest, MAX_PUSH), _plain(digest)
    )


def promises(
    kind: Literal["digest", "alert", "notice", "correction"],
    subject: str,
    via: Via,
    target: str,
    messages: Sequence[Sequence[Json]],
    push: str,
    fallback: str,
) -> tuple[Delivery, ...]:
    """Messages as promises, each with its key in the metadata by which a lost answer is reconciled (S-32)."""
    made = []
    for part, blocks in enumerate(messages, 1):
        promise = Delivery(kind=kind, subject=subject, channel=via, target=target, part=part, payload="")
        tail = f" (part {part} of {len(messages)})" if part > 1 else ""
        payload: Json = {
            "text": escaped(push, MAX_PUSH - len(tail)) + tail,
            "blocks": list(blocks),
            "unfurl_links": False,
            "unfurl_media": False,
            "thread": part > 1 and via == "slack",
            "fallback": escaped(fallback, MAX_FALLBACK) if part == 1 else escaped(_texts(blocks), MAX_FALLBACK),
        }
        if via == "slack":
            sha = hashlib.sha256(json.dumps(payload["blocks"], sort_keys=True).encode()).hexdigest()[:16]
            event = {"key": promise.key, "part": part, "parts": len(messages), "sha": sha}
            payload["metadata"] = {"event_type": "armswatch_delivery", "event_payload": event}
        made.append(
            Delivery(
                kind=kind,
                subject=subject,
                channel=via,
                target=target,
                part=part,
                payload=json.dumps(payload, ensure_ascii=False, separators=(",", ":")),
            )
        )
    return tuple(made)


def _first(
    digest: Digest,
    full: Sequence[DigestStory],
    rest: Sequence[DigestStory],
    folded: tuple[DigestStory, ...],
    via: Via,
    *,
    pressable: bool,
) -> tuple[list[Json], int]:
    """The blocks of part 1, and how many stories stand in it: whole ones are moved out from the end, none is cut."""
    top = _top(digest)
    stories = [[story_block(one, number, digest.zone)] for number, one in enumerate(full, 1)]
    if pressable:
        for number, one in enumerate(full, 1):
            stories[number - 1].append(buttons(f"fb:{number}:{one.story}", one.story))
    kept = len(stories)
    while True:
        left = len(full) - kept + len(rest)
        bottom = _bottom(digest, left, folded, via)
        blocks = [*top, *(block for row in stories[:kept] for block in row), *bottom]
        if kept == 0 or (len(blocks) <= MAX_BLOCKS and sum(map(size, blocks)) <= MAX_TEXT):
            return _fit(blocks), kept
        kept -= 1


def _fit(blocks: list[Json]) -> list[Json]:
    """Blocks within the budget whatever comes: from the end of the small print, never the head."""
    while len(blocks) > 1 and (len(blocks) > MAX_BLOCKS or sum(map(size, blocks)) > MAX_TEXT):
        blocks = blocks[:-1]
    return blocks


def _top(digest: Digest) -> list[Json]:
    blocks = [header(words.headline(digest))]
    lines = [f"{words.window(digest)} · {words.counts(digest)}"]
    if digest.late_run:
        lines.append(words.shown(digest.late_run[:1].upper() + digest.late_run[1:], 300))
    if words.quiet(digest):
        lines.append(words.quiet(digest))
    blocks.append(rich("sum", [section([leaf("\n".join(lines))])]))
    holes = words.holes(digest)
    if holes:
        more = f"\n+{len(holes) - 5} more" if len(holes) > 5 else ""
        said = [leaf("⚠ Not seen: ", bold=True), leaf("\n".join(holes[:5]) + more)]
        blocks.append(rich("holes", [section(said)]))
    blocks.append(divider("top"))
    return blocks


def _bottom(digest: Digest, left: int, folded: tuple[DigestStory, ...], via: Via) -> list[Json]:
    blocks: list[Json] = []
    leaves: list[Json] = []
    if left:
        where = "in the thread" if via == "slack" else "below, or in the mail"
        leaves.append(leaf(f"+{left} more {where}\n", bold=True))
    if folded:
        leaves.append(leaf(words.folded_line(folded) + "\n"))
    for line in digest.adjacent[: words.ADJACENT_LINES]:
        before, after = words.adjacent_line(line)
        leaves += [
            leaf("Adjacent: ", bold=True),
            leaf(f"{before} — "),
            link(line.url, words.shown(line.title, 120)),
            leaf(f"{after}\n"),
        ]
    unseen = digest.adjacent[words.ADJACENT_LINES :]
    if unseen:
        names = ", ".join(f"{words.shown(line.label, 40)} {line.count}" for line in unseen[:8])
        leaves.append(leaf(f"Also adjacent: {names}\n"))
    if leaves:
        leaves[-1] = leaves[-1] | {"text": leaves[-1]["text"].rstrip("\n") or " "}
        blocks.append(rich("adjacent", [section(leaves)]))
    if digest.corrections:
        lines = "\n".join(words.shown(one, 300) for one in digest.corrections[:5])
        more = f"\n+{len(digest.corrections) - 5} more" if len(digest.corrections) > 5 else ""
        blocks.append(rich("corrections", [section([leaf("Changed since shown: ", bold=True), leaf(lines + more)])]))
    small = [words.coverage(digest)]
    if digest.last_fact and not digest.stories:
        small.append(f"Last new fact: {words.shown(digest.last_fact, 200)}")
    small.append(digest.id)
    if blocks or digest.stories:
        blocks.append(divider("end"))
    blocks.append(context("foot", small))
    return blocks


def _adjacent_detail(digest: Digest) -> list[tuple[Json, int]]:
    made = []
    for place, line in enumerate(digest.adjacent, 1):
        before, after = words.adjacent_line(line)
        leaves = [leaf(before, bold=True), leaf(after if not line.items else "")]
        for outlet, title, url in line.items[:10]:
            leaves += [leaf("\n"), link(url, words.shown(title, 120)), leaf(f" — {words.shown(outlet, 60)}")]
        if line.count > 10:
            leaves.append(leaf(f"\n+{line.count - 10} more"))
        if line.count > 1 or place > words.ADJACENT_LINES:
            made.append((rich(f"ad:{place}", [section(leaves)]), 0))
    return made


def _pack(pieces: Sequence[tuple[Json, int]], limit: int) -> list[list[Json]]:
    """Blocks in as few messages as hold them, at most `limit`; what is left over is counted in words."""
    messages: list[list[Json]] = []
    room = 0
    for place, (block, _) in enumerate(pieces):
        cost = size(block)
        if not messages or len(messages[-1]) >= MAX_BLOCKS - 1 or cost > room:
            if len(messages) == limit:
                unsaid = sum(stories for _, stories in pieces[place:])
                more = f"+{unsaid} more stories" if unsaid else "More"
                messages[-1].append(context("more", [f"{more}: armswatch digest --preview shows all"]))
                break
            messages.append([])
            room = MAX_TEXT - 200
        messages[-1].append(block)
        room -= cost
    return messages


def _plain(digest: Digest) -> str:
    """The digest as bare text, for a Slack that refuses the blocks (S-40)."""
    heads: Iterable[str] = (
        f"{number}. {words.badge(one)} {words.said(one)} {href(one.url) if len(one.url) < 300 else ''}".strip()
        for number, one in enumerate(digest.stories[:20], 1)
    )
    more = [f"+{len(digest.stories) - 20} more"] if len(digest.stories) > 20 else []
    return "\n".join([words.headline(digest), f"{words.window(digest)} · {words.counts(digest)}", *heads, *more])


def _texts(blocks: Iterable[Json]) -> str:
    """All text of some blocks in reading order, a line feed after each block."""
    return "\n".join("".join(_walk(block)) for block in blocks).strip()


def _walk(one: object) -> Iterator[str]:
    if isinstance(one, dict):
        if isinstance(one.get("text"), str):
            yield one["text"]
        for value in one.values():
            yield from _walk(value)
    elif isinstance(one, list):
        for each in one:
            yield from _walk(each)
