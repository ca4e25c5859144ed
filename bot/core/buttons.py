"""A press on a button under a story → what was meant, by whom, or why it is not taken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Meaning = Literal["in", "out", "mute", "why", "undo"]

RELEVANT: Final = "fb.in"
NOT_RELEVANT: Final = "fb.out"
MORE: Final = "fb.more"
UNDO: Final = "fb.undo"
MUTED_DAYS: Final = 7

_ID = re.compile(r"[a-z]-[A-Za-z0-9-]{1,70}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """One press. `subject` is the id of a story or article; the same press again means the same and changes nothing."""

    user: str  # the Slack user id, for the record of who judged
    name: str  # the user's short name as Slack gives it, "" if it does not
    subject: str
    meaning: Meaning
    channel: str
    message: str  # ts of the message under which it was pressed
    reply_to: str  # the address for an answer that only this user sees


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Words for one person alone; `undo` is the story or article whose judgement a button under them takes back, or ""."""

    text: str
    undo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """Why a press is not taken, in words for the one who pressed; "" where nobody is to be told."""

    reason: str
    reply_to: str = ""


def press_of(payload: Mapping[str, Any], allowed: frozenset[str] = frozenset()) -> Press | NotTaken:
    """What a `block_actions` payload of Slack means. `allowed` are user ids; empty means every member of the workspace.

    Everything in the payload came over the wire: a field that is not what it should be is a NotTaken, not an error.
    """
    if payload.get("type") != "block_actions":
        return NotTaken(reason="")
    user, team, reply_to = _table(payload, "user"), _table(payload, "team"), _text(payload, "response_url")
    who = _text(user, "id")
    if not who:
        return NotTaken(reason="")
    # In a shared channel people of other workspaces see the buttons too: theirs is not our record.
    if _text(user, "team_id") and _text(team, "id") and user["team_id"] != team["id"]:
        return NotTaken(reason="Only members of this workspace can judge here.", reply_to=reply_to)
    if allowed and who not in allowed:
        return NotTaken(reason="You are not among those who judge here; ask whoever runs the watch.", reply_to=reply_to)
    actions = payload.get("actions")
    first = actions[0] if isinstance(actions, list) and actions and isinstance(actions[0], dict) else {}
    action = _text(first, "action_id").partition(":")[0]
    value = _text(_table(first, "selected_option"), "value") if action == MORE else _text(first, "value")
    word, _, rest = value.partition("|")
    meaning: Meaning | None = {RELEVANT: "in", NOT_RELEVANT: "out", UNDO: "undo"}.get(action)  # type: ignore[assignment] # all are
    if action == MORE and word in ("mute", "why"):
        meaning = word  # type: ignore[assignment] # narrowed to two of the four
    subject = rest if action == MORE else value
    if meaning is None or not _ID.fullmatch(subject):
        return NotTaken(reason="This button belongs to an older version; nothing was changed.", reply_to=reply_to)
    container = _table(payload, "container")
    return Press(
        user=who,
        name=_text(user, "username")[:80],
        subject=subject,
        meaning=meaning,
        channel=_text(container, "channel_id"),
        message=_text(container, "message_ts"),
        reply_to=reply_to,
    )


def _table(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _text(value: Mapping[str, Any], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""
