"""Digest → files on disk: text, the mail's page and JSON, for those who have neither Slack nor mail."""

from __future__ import annotations

import json

from bot.model import Delivery, Digest, Subscription
from bot.render import console, email, record, words


def deliveries(digest: Digest, subscription: Subscription) -> tuple[Delivery, ...]:
    """One promise of three files, named after date and subscription; () on a quiet day for who asked for nothing."""
    if words.is_silent(digest, subscription.quiet):
        return ()
    name = f"{digest.local_date.isoformat()}-{slug(subscription.name)}"
    payload = {
        "files": {
            f"{name}.txt": console.text(digest, limit=subscription.max_stories),
            f"{name}.html": email.page(digest, subscription),
            f"{name}.json": record.dumped(digest),
        }
    }
    return (
        Delivery(
            kind="digest",
            subject=digest.id,
            channel="file",
            target=subscription.target,
            part=1,
            payload=json.dumps(payload),  # ASCII: JSON keeps what a database could not store as text
        ),
    )


def slug(name: str) -> str:
    """A name as it may stand in a file name: letters, digits and dashes."""
    made = "".join(one if one.isalnum() else "-" for one in name.lower())[:60].strip("-")
    return made or "digest"
