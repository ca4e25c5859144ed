"""Slack's error words → what they mean for a delivery, and what a person can do about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from bot.errors import SendAmbiguous, SendError, SendRejected, SendRetry

# Method pages of docs.slack.dev, August 2026. fatal_error says of itself that some of the work may have been done,
# the other server-side ones do not say that it was not: all of them are reconciled, never sent again blindly.
LATER: Final = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
UNCLEAR: Final = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
)
BLOCKS: Final = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "block_mismatch"})
"""Slack does not like the look of a message: the same words are posted as bare text instead (S-40)."""

ADVICE: Final[Mapping[str, str]] = {
    "invalid_auth": "the token is wrong: put a bot token (xoxb-…) into ARMSWATCH_SLACK_TOKEN",
    "not_authed": "no token was sent: set ARMSWATCH_SLACK_TOKEN",
    "token_revoked": "the token was revoked: reinstall the app and set the new token",
    "token_expired": "the token has expired: switch token rotation off in the app, reinstall it and set the new token",
    "account_inactive": "the bot user or its workspace was deactivated",
    "missing_scope": "a scope is missing: deploy/slack-manifest.yaml lists them; reinstall the app after adding it",
    "channel_not_found": "no such channel for this bot: use the channel's id, and invite the bot to a private channel",
    "not_in_channel": "the bot is not in the channel: /invite it there",
    "is_archived": "the channel is archived: name another one",
    "restricted_action": "a workspace setting forbids posting in this channel",
    "no_service": "the webhook was removed: make a new one",
    "invalid_token": "the webhook's address is wrong: copy it again",
    "no_active_hooks": "the webhook was switched off: make a new one",
    "channel_is_archived": "the webhook's channel is archived: make a webhook for another one",
}

RETRY_DEFAULT: Final = timedelta(seconds=30)
RETRY_MOST: Final = timedelta(hours=1)


def error_of(code: str, now: datetime, *, subject: str, retry_after: str = "", detail: str = "") -> SendError:
    """The error for one of Slack's words; an unknown word means that the message was refused."""
    said = f"Slack answered {code}" + (f" ({detail})" if detail else "")
    if code in LATER:
        return SendRetry(said, code=code, retry_at=retry_at(retry_after, now), subject=subject)
    if code in UNCLEAR:
        return SendAmbiguous(said, code=code, subject=subject)
    advice = ADVICE.get(code, "")
    return SendRejected(f"{said}; {advice}" if advice else said, code=code, subject=subject)


def retry_at(header: str, now: datetime) -> datetime:
    """When to come back, from a Retry-After in seconds or as a date; 30 s where it says nothing that can be read."""
    text = header.strip()
    try:
        wait = timedelta(seconds=float(text))
    except (ValueError, OverflowError):
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, OverflowError):
            wait = RETRY_DEFAULT
        else:
            wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return now + min(max(wait, timedelta(seconds=1)), RETRY_MOST)
