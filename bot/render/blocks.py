"""Block Kit elements and Slack's limits; untrusted text has no other way into a message than through here (S-2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from bot.core.buttons import MORE, MUTED_DAYS, NOT_RELEVANT, RELEVANT, UNDO
from bot.render.links import href
from bot.render.words import instant, shown

Json = dict[str, Any]

# docs.slack.dev, block reference and @slack/types; the whole-message budget from slackapi/bolt-js#2509 and #2867:
# messages were refused from 11,341 characters on although every block was legal, so ours ends at 10,000.
MAX_BLOCKS: Final = 50
MAX_TEXT: Final = 10_000
MAX_HEADER: Final = 150
MAX_CONTEXT_ELEMENTS: Final = 10
MAX_PLAIN: Final = 2_700  # text objects take 3,000 "characters", counted nobody knows how: 10 % stays free
MAX_FALLBACK: Final = 4_000
MAX_PUSH: Final = 300
MAX_BLOCK_ID: Final = 255


def header(text: str) -> Json:
    """A header; plain text, no emoji codes."""
    return {"type": "header", "block_id": "hd", "text": _plain(shown(text, MAX_HEADER - 15))}


def context(block_id: str, texts: Iterable[str]) -> Json:
    """Small print; at most ten texts."""
    elements = [_plain(shown(text, MAX_PLAIN)) for text in texts if text.strip()]
    return {"type": "context", "block_id": block_id[:MAX_BLOCK_ID], "elements": elements[:MAX_CONTEXT_ELEMENTS]}


def divider(block_id: str) -> Json:
    """A line."""
    return {"type": "divider", "block_id": block_id}


def rich(block_id: str, elements: Iterable[Json]) -> Json:
    """A rich_text block of sections and quotes."""
    return {"type": "rich_text", "block_id": block_id[:MAX_BLOCK_ID], "elements": list(elements)}


def section(leaves: Iterable[Json]) -> Json:
    """One paragraph of a rich_text block."""
    return {"type": "rich_text_section", "elements": list(leaves)}


def quoted(text: str) -> Json:
    """A quotation in a rich_text block."""
    return {"type": "rich_text_quote", "elements": [leaf(text)]}


def leaf(text: str, *, bold: bool = False, italic: bool = False, code: bool = False) -> Json:
    """Text that Slack shows as it is: nothing in it is parsed. Line feeds of ours are kept, empty text is a space."""
    style = {name: True for name, on in (("bold", bold), ("italic", italic), ("code", code)) if on}
    made: Json = {"type": "text", "text": text or " "}
    return made | {"style": style} if style else made


def link(url: str, text: str, *, bold: bool = False) -> Json:
    """A link with its label, or the label alone where the link is not one that may be printed."""
    target = href(url)
    if not target:
        return leaf(text, bold=bold)
    made: Json = {"type": "link", "url": target, "text": text or target}
    return made | {"style": {"bold": True}} if bold else made


def call(group: str) -> Json:
    """A user group that is called; its id comes from the configuration, never from content (A-6)."""
    return {"type": "usergroup", "usergroup_id": group}


def moment(value: datetime) -> Json:
    """A point of time that Slack shows in the reader's own zone; UTC for those who see the fallback (S-9)."""
    fallback = f"{instant(value, 'UTC', year=True)} UTC"
    if not 0 < value.timestamp() < 4_102_444_800:  # outside 1970–2100 clients differ
        return leaf(fallback)
    return {
        "type": "date",
        "timestamp": int(value.timestamp()),
        "format": "{date_short_pretty} {time}",
        "fallback": fallback,
    }


_VOTES: Final = ((RELEVANT, "Relevant"), (NOT_RELEVANT, "Not relevant"))


def voted(elements: Iterable[Json], relevant: int, not_relevant: int) -> list[Json]:
    """The elements of a row of buttons with the number of votes on the two that count them: `Relevant · 2`."""
    counts = {RELEVANT: relevant, NOT_RELEVANT: not_relevant}
    labels = {action: f"{label} · {counts[action]:,}" if counts[action] else label for action, label in _VOTES}
    return [
        one | {"text": _plain(labels[one["action_id"]])} if one.get("action_id") in labels else one for one in elements
    ]


def undoing(block_id: str, subject: str) -> Json:
    """The button under an answer to a press: take it back."""
    button = {"type": "button", "action_id": UNDO, "text": _plain("Undo"), "value": subject}
    return {"type": "actions", "block_id": block_id[:MAX_BLOCK_ID], "elements": [button]}


def buttons(block_id: str, subject: str) -> Json:
    """The row under a story: relevant, not relevant, and more. The values are ids; what a press does is decided there."""
    return {
        "type": "actions",
        "block_id": block_id[:MAX_BLOCK_ID],
        "elements": [
            *(
                {"type": "button", "action_id": action, "text": _plain(label), "value": subject}
                for action, label in _VOTES
            ),
            {
                "type": "overflow",
                "action_id": MORE,
                "options": [
                    {"text": _plain(f"Mute for {MUTED_DAYS} days"), "value": f"mute|{subject}"},
                    {"text": _plain("Why is this here?"), "value": f"why|{subject}"},
                ],
            },
        ],
    }


def size(block: Json) -> int:
    """The characters of a block as we count them against the budget: all that is shown, and the links."""
    total = 0
    stack: list[Any] = [block]
    while stack:
        one = stack.pop()
        if isinstance(one, dict):
            for key, value in one.items():
                if key in ("text", "url", "fallback") and isinstance(value, str):
                    total += len(value)
                elif isinstance(value, dict | list):
                    stack.append(value)
        elif isinstance(one, list):
            stack.extend(one)
    return total


def escaped(text: str, limit: int) -> str:
    """`text` for a mrkdwn field: `&`, `<`, `>` escaped, then short enough, never in the middle of an entity (S-3)."""
    made = "".join({"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(one, one) for one in text)
    if len(made) <= limit:
        return made
    total, kept = 0, []
    for one in text:
        piece = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(one, one)
        total += len(piece)
        if total > limit - 1:
            break
        kept.append(piece)
    return "".join(kept) + "…"


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text or " ", "emoji": False}
