"""A slash command typed in Slack → what is asked, by whom, or why it is not taken; a misspelt one gets the usage."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from bot.core.buttons import MUTED_DAYS, NotTaken

Verb = Literal["help", "status", "today", "feeds", "why", "mute", "unmute", "search"]

COMMAND: Final = "/armswatch"
LONGEST_MUTE: Final = 365  # days

USAGE: Final = f"""{COMMAND} status — does the watch live, what waits, what is wrong
{COMMAND} today — the latest digest of this channel, a line a story
{COMMAND} why ID — why a story (s-…) or article (a-…) is there
{COMMAND} mute ID [7d] — fold a story for some days
{COMMAND} unmute ID — take your mute back
{COMMAND} search WORDS — what is stored with all of these words
{COMMAND} feeds — which sources answer, by language
Only you see the answers."""

_ID = re.compile(r"[as]-[A-Za-z0-9-]{1,70}")
_DAYS = re.compile(r"([0-9]{1,4})d")
_ALONE: Final[frozenset[str]] = frozenset({"help", "status", "today", "feeds"})
_NAMING: Final[frozenset[str]] = frozenset({"why", "mute", "unmute"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One command. `subject` is an id or, of a search, the words; `days` how long to mute."""

    user: str
    name: str
    verb: Verb
    channel: str
    reply_to: str
    subject: str = ""
    days: int = MUTED_DAYS


def order_of(payload: Mapping[str, Any], allowed: frozenset[str] = frozenset()) -> Order | NotTaken:
    """What a `slash_commands` payload of Slack asks. `allowed` are user ids; empty means every member of the workspace.

    Everything in the payload came over the wire: a field that is not what it should be is a NotTaken, not an error.
    """

    def text(key: str) -> str:
        found = payload.get(key)
        return found if isinstance(found, str) else ""

    user, reply_to = text("user_id"), text("response_url")
    if not user:
        return NotTaken(reason="")
    if allowed and user not in allowed:
        return NotTaken(
            reason="You are not among those who may ask here; ask whoever runs the watch.", reply_to=reply_to
        )
    typed = text("text").split()
    verb, words = (typed[0].lower() if typed else "help"), typed[1:]

    def order(verb: Verb, subject: str = "", days: int = MUTED_DAYS) -> Order:
        return Order(
            user=user,
            name=text("user_name")[:80],
            verb=verb,
            channel=text("channel_id"),
            reply_to=reply_to,
            subject=subject,
            days=days,
        )

    found = _meant(verb, words, order)
    return NotTaken(reason=f"{found}\n{USAGE}", reply_to=reply_to) if isinstance(found, str) else found


def _meant(verb: str, words: list[str], order: Callable[..., Order]) -> Order | str:
    """The order, or in words what is wrong with what was typed."""
    if verb in _ALONE:
        return f"{verb} takes nothing behind it." if words else order(verb)
    if verb == "search":
        return order(verb, " ".join(words)[:400]) if words else "Search for which words?"
    if verb not in _NAMING:
        return f"{verb[:40]}: there is no such command."
    if not words or not _ID.fullmatch(words[0]):
        return f"{verb} needs the id of a story (s-…) or article (a-…), as digests show it."
    if verb != "mute" or len(words) == 1:
        return f"{verb} takes one id." if len(words) > 1 else order(verb, words[0])
    days = _DAYS.fullmatch(words[1])
    if len(words) > 2 or not days or not 1 <= int(days[1]) <= LONGEST_MUTE:
        return f"For how long? A number of days from 1d to {LONGEST_MUTE}d, such as 7d."
    return order(verb, words[0], int(days[1]))
