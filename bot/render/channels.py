"""Which renderer serves which channel."""

from __future__ import annotations

from bot.model import Delivery, Digest, Subscription
from bot.render import console, email, files, slack
from bot.render.email import MailIdentity


def deliveries(
    digest: Digest, subscription: Subscription, identity: MailIdentity | None = None, *, pressable: bool = False
) -> tuple[Delivery, ...]:
    """The promises of `digest` for this subscription's channel, in the order of their parts.

    `pressable` puts buttons under Slack's stories, for a watch that listens to them.
    """
    match subscription.channel:
        case "slack":
            return slack.deliveries(digest, subscription, pressable=pressable)
        case "email":
            return email.deliveries(digest, subscription, identity)
        case "file":
            return files.deliveries(digest, subscription)
        case "console":
            return console.deliveries(digest, subscription)
