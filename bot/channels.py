"""Who can be told, and how: subscriptions, renderers and senders as the settings allow, with what is missing in words."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TextIO

from bot.jobs.deliver import Reconcile
from bot.jobs.digest import Render
from bot.model import Delivery, Digest, Notice, Subscription
from bot.ports import Clock, Send
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.core.alerts import Alert
    from bot.core.buttons import Press, Reply
    from bot.core.orders import Order
    from bot.core.storylines import Candidate
    from bot.render.email import MailIdentity
    from bot.send.buttons import SlackButtons


class Channels:
    """The ways out of one watch. Where Slack or mail is not set up, a subscription is served by files instead."""

    def __init__(self, settings: Settings, clock: Clock, *, stream: TextIO | None = None) -> None:
        self._settings = settings
        self._clock = clock
        self._stream = stream or sys.stdout

    @cached_property
    def fallbacks(self) -> tuple[str, ...]:
        """What is configured but cannot be sent for want of a secret or a server, in words."""
        found = []
        place = self._settings.output
        for one in self._settings.subscriptions:
            if one.channel == "slack" and not self._slack_ready(one):
                found.append(
                    f"subscription {one.name!r}: no Slack token (ARMSWATCH_SLACK_TOKEN), so it goes to {place}"
                )
            if one.channel == "email" and not self._settings.table.smtp.host:
                found.append(f"subscription {one.name!r}: no mail server (smtp.host), so it goes to {place}")
        return tuple(found)

    @cached_property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """The subscriptions as they can be served: to files where Slack or mail is not set up."""
        ready = []
        for one in self._settings.subscriptions:
            slack = one.channel == "slack" and not self._slack_ready(one)
            mail = one.channel == "email" and not self._settings.table.smtp.host
            ready.append(replace(one, channel="file", target="") if slack or mail else one)
        return tuple(ready)

    def _slack_ready(self, one: Subscription) -> bool:
        secrets = self._settings.secrets
        return bool(secrets.slack_token) or (one.target in {"", "webhook"} and bool(secrets.slack_webhook))

    @cached_property
    def renderers(self) -> dict[str, Render]:
        """One renderer a channel."""
        from bot.render.channels import deliveries

        pressable = bool(self._settings.secrets.slack_app_token and self._settings.secrets.slack_token)

        def render(digest: Digest, subscription: Subscription) -> tuple[Delivery, ...]:
            return deliveries(digest, subscription, self.identity, pressable=pressable)

        return dict.fromkeys(("console", "file", "slack", "email"), render)

    @cached_property
    def identity(self) -> MailIdentity:
        """Who our mails come from."""
        from bot.render.email import MailIdentity

        smtp = self._settings.table.smtp
        return MailIdentity(
            from_address=smtp.from_,
            reply_to=smtp.reply_to,
            unsubscribe_mailto=smtp.unsubscribe_mailto,
            unsubscribe_url=smtp.unsubscribe_url,
            one_click=smtp.one_click,
        )

    def alert(self, labels: Mapping[str, str]) -> Callable[[Candidate, Alert, Subscription], Delivery]:
        """The renderer of alerts in the words of the watchlists."""
        from bot.render.messages import alert

        title = labels.get("title", "")
        return lambda candidate, decision, subscription: alert(
            candidate, decision, subscription, labels=labels, title=title, identity=self.identity
        )

    def notice(self, notice: Notice, subscription: Subscription) -> Delivery:
        """The message that tells a subscription of a notice."""
        from bot.render.messages import notice as render

        return render(notice, subscription, identity=self.identity)

    @cached_property
    def senders(self) -> Mapping[str, Send]:
        """One sender a channel that is set up."""
        from bot.send.console import ConsoleSender

        found: dict[str, Send] = {"console": ConsoleSender(self._stream, self._clock), "file": self._files}
        secrets = self._settings.secrets
        if secrets.slack_token or secrets.slack_webhook:
            found["slack"] = found["webhook"] = self._slack
        if self._settings.table.smtp.host:
            found["email"] = self._mail
        return found

    @cached_property
    def reconcilers(self) -> Mapping[str, Reconcile]:
        """Who can be asked whether a message arrived."""
        found: dict[str, Reconcile] = {"file": self._files.reconcile}
        if self._settings.secrets.slack_token:
            found["slack"] = self._slack.reconcile
        return found

    @property
    def edit(self) -> Callable[[Delivery], None] | None:
        """What edits a message that Slack has; None where no bot token is set, for a webhook cannot."""
        edit: Callable[[Delivery], None] | None = self._slack.edit if self._settings.secrets.slack_token else None
        return edit

    def check(self) -> list[tuple[str, str]]:
        """(channel, what is wrong with it) for every channel that a subscription uses; nothing is sent."""
        found = [("setup", line) for line in self.fallbacks]
        for channel, sender in sorted(self.senders.items()):
            targets = sorted({one.target for one in self.subscriptions if one.channel == channel})
            if targets:
                checker: Any = sender
                found += [
                    (channel, problem)
                    for problem in checker.check(*([targets] if channel in {"slack", "email"} else []))
                ]
        return found

    def buttons(self, answer: Callable[[Press], Reply], obey: Callable[[Order], Reply]) -> SlackButtons | None:
        """The ears for buttons under Slack's stories and for slash commands; None without an app token."""
        secrets, table = self._settings.secrets, self._settings.table
        if not (secrets.slack_app_token and secrets.slack_token):
            return None
        from bot.send.slack_socket import listening

        return listening(
            answer,
            obey,
            app_token=secrets.slack_app_token,
            base_url=table.slack.base_url,
            allowed=frozenset(table.slack.allowed_users),
            loopback_only=self._settings.loopback_only,
            proxy=table.network.proxy,
        )

    @cached_property
    def _files(self) -> Any:
        from bot.send.files import FileSender

        return FileSender(self._settings.output, self._clock)

    @cached_property
    def _slack(self) -> Any:
        from bot.send.slack import SlackSender

        secrets, table = self._settings.secrets, self._settings.table
        return SlackSender(
            clock=self._clock,
            token=secrets.slack_token,
            webhook=secrets.slack_webhook,
            base_url=table.slack.base_url,
            loopback_only=self._settings.loopback_only,
            proxy=table.network.proxy,
        )

    @cached_property
    def _mail(self) -> Any:
        from bot.send.email import MailSender

        smtp = self._settings.table.smtp
        return MailSender(
            host=smtp.host,
            port=smtp.port,
            security=smtp.security,
            user=smtp.user,
            password=self._settings.secrets.smtp_password,
            from_address=smtp.from_,
            ca_file=str(self._settings.config.parent / smtp.ca_file) if smtp.ca_file else "",
            envelope_from=smtp.envelope_from,
            allow_plaintext=smtp.allow_plaintext,
            loopback_only=self._settings.loopback_only,
            clock=self._clock,
        )
