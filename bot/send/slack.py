"""Posts deliveries to Slack, by bot token or incoming webhook: one attempt a call, never a sleep, never a blind repeat."""

from __future__ import annotations

import json
import logging
import ssl
import threading
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from bot.core.outbox import PACED
from bot.errors import SendAmbiguous, SendError, SendRejected, SendRetry
from bot.model import Delivery, Receipt
from bot.ports import Clock
from bot.render.slack import WEBHOOK
from bot.send.loopback import admit, is_loopback
from bot.send.slack_codes import BLOCKS, error_of
from bot.send.wire import Wire, asked

API: Final = "https://slack.com/api/"
PACE: Final = timedelta(seconds=1.1)  # Slack allows one message a second and channel (docs.slack.dev, rate limits)
LOOK_BACK: Final = timedelta(hours=48)  # longer than a promise is tried for
_PAGES: Final = 20
_SCOPES: Final = (("chat:write",), ("channels:history", "groups:history"), ("channels:read", "groups:read"))
"""What is needed, each by one of these names: the second is for private channels."""

# At DEBUG the SDK logs whole requests; our own canonical line is the place for what happened.
logging.getLogger("slack_sdk").setLevel(logging.INFO)


class SlackSender:
    """A Send port for channels (by token) and for the webhook; `reconcile` and `check` for the token only."""

    def __init__(
        self,
        *,
        clock: Clock,
        token: str = "",
        webhook: str = "",
        base_url: str = API,
        loopback_only: bool = False,
        proxy: str = "",
        context: ssl.SSLContext | None = None,
        timeout: int = 15,
    ) -> None:
        self._clock = clock
        self._token, self._webhook, self._base_url = token, webhook, base_url
        self._loopback_only = loopback_only
        self._wire = Wire(context or ssl.create_default_context(), proxy, timeout)
        self._client = WiredClient(self._wire, token=token, base_url=base_url, timeout=timeout)
        self._free: dict[str, datetime] = {}  # when a channel may be posted to again
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"SlackSender({'token' if self._token else 'webhook' if self._webhook else 'nothing'})"

    def __call__(self, delivery: Delivery, /, *, resend: bool) -> Receipt:
        payload: dict[str, Any] = json.loads(delivery.payload)
        blocks: list[dict[str, Any]] = payload["blocks"]
        if resend:
            said = {"type": "plain_text", "text": "Possible repeat: the first answer was lost", "emoji": False}
            blocks = [*blocks[:49], {"type": "context", "block_id": "repeat", "elements": [said]}]
        body = {
            "text": payload["text"],
            "blocks": blocks,
            "unfurl_links": payload["unfurl_links"],
            "unfurl_media": payload["unfurl_media"],
        }
        hook = delivery.channel == "webhook"
        self._admit(delivery, hook=hook)
        thread = "" if hook or not payload.get("thread") else self._parent(delivery)
        self._take_turn(delivery.target)
        post = self._hook if hook else self._post
        more = {} if hook else {"metadata": payload["metadata"]} | ({"thread_ts": thread} if thread else {})
        try:
            try:
                return post(delivery, body | more)
            except SendRejected as error:
                if error.code not in BLOCKS:
                    raise
                # A look that Slack refuses must not cost the words (S-40): the same key, bare text, no markup.
                bare = {"text": payload["fallback"], "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
                receipt = post(delivery, bare | more)
                return Receipt(id=receipt.id, at=receipt.at, note=f"as bare text: {error}")
        except SendRetry as error:
            if error.retry_at:
                self._hold(delivery.target, error.retry_at)
            raise

    def reconcile(self, delivery: Delivery) -> Receipt | None:
        """The receipt of a message that is in the channel (or its thread) with this delivery's key, else None.

        Raises SendRetry where the question could not be answered now, SendRejected where it never will (no scope).
        """
        if delivery.channel == "webhook":
            raise SendRejected("a webhook cannot be asked what it posted", code="webhook", subject=delivery.key)
        self._admit(delivery, hook=False)
        try:
            for message in self._messages(delivery):
                event = (message.get("metadata") or {}).get("event_payload") or {}
                if event.get("key") == delivery.key:
                    return Receipt(id=str(message["ts"]), at=self._clock(), note="reconciled")
        except SendAmbiguous as error:  # a question may be asked again
            raise SendRetry(str(error), code=error.code, subject=delivery.key) from None
        return None

    def edit(self, delivery: Delivery) -> None:
        """Put the blocks of `delivery` in the place of those that were posted under its receipt; its thread and key stay."""
        self._admit(delivery, hook=False)
        payload: dict[str, Any] = json.loads(delivery.payload)
        body = {
            "channel": delivery.target,
            "ts": delivery.receipt,
            "text": payload["text"],
            "blocks": payload["blocks"],
        }
        self._call(self._client.chat_update, subject=delivery.target, **body)

    def check(self, targets: Sequence[str] = ()) -> tuple[str, ...]:
        """What is wrong with token, scopes and channels, in words with what to do; () if all is well. Posts nothing."""
        hooked = [target for target in targets if target in ("", WEBHOOK)]
        found = ["no webhook is set: ARMSWATCH_SLACK_WEBHOOK"] if hooked and not self._webhook else []
        if hooked and self._webhook and not _is_hook(self._webhook):
            # What it posts to cannot be asked, but a wrong paste shows.
            found.append(
                "ARMSWATCH_SLACK_WEBHOOK is not the address of an incoming webhook: https://hooks.slack.com/services/…"
            )
        channels = [target for target in targets if target not in ("", WEBHOOK)]
        if not self._token:
            needed = bool(channels) or not self._webhook
            return (*found, "no Slack token is set: ARMSWATCH_SLACK_TOKEN") if needed else tuple(found)
        try:
            admit(urlsplit(self._base_url).hostname or "", loopback_only=self._loopback_only)
            answer = self._call(self._client.auth_test, subject="auth.test")
        except SendError as error:
            return (*found, str(error))
        scopes = next((value for name, value in answer.headers.items() if name.lower() == "x-oauth-scopes"), "")
        granted = {one.strip() for one in scopes.split(",") if one.strip()}
        if granted:
            found += [
                f"scope {' or '.join(names)} is missing: reinstall the app with it"
                for names in _SCOPES
                if granted.isdisjoint(names)
            ]
        for target in channels:
            found += self._check_channel(target)
        return tuple(found)

    def _check_channel(self, target: str) -> list[str]:
        if not _is_id(target):
            return [f"{target}: name the channel by its id (C…), as in its link"]
        try:
            channel = self._call(self._client.conversations_info, subject=target, channel=target)["channel"]
        except SendError as error:
            return [f"{target}: {error}"]
        if channel.get("is_archived"):
            return [f"{target}: the channel is archived: name another one"]
        return [] if channel.get("is_member", True) else [f"{target}: the bot is not in the channel: /invite it there"]

    # ── the parts ─────────────────────────────────────────────────────────────────────────────────────────────

    def _admit(self, delivery: Delivery, *, hook: bool) -> None:
        url = self._webhook if hook else self._base_url
        if not (self._webhook if hook else self._token):
            what = "webhook (ARMSWATCH_SLACK_WEBHOOK)" if hook else "token (ARMSWATCH_SLACK_TOKEN)"
            raise SendRejected(f"no Slack {what} is configured", code="not_authed", subject=delivery.target)
        admit(urlsplit(url).hostname or "", loopback_only=self._loopback_only)
        if not hook and not _is_id(delivery.target):
            # A name can be posted to, but not asked for its history: a lost answer could not be reconciled.
            raise SendRejected(
                f"{delivery.target}: name the channel by its id (C…)", code="channel_name", subject=delivery.target
            )

    def _take_turn(self, target: str) -> None:
        now = self._clock()
        with self._lock:
            free = self._free.get(target, now)
            # A clock that was set back must not silence a channel: no turn is further away than a rate limit's.
            if now < free <= now + timedelta(hours=2):
                raise SendRetry("keeping Slack's pace", code=PACED, retry_at=free, subject=target)
            self._free[target] = now + PACE

    def _hold(self, target: str, until: datetime) -> None:
        with self._lock:
            self._free[target] = max(until, self._free.get(target, until))

    def _parent(self, delivery: Delivery) -> str:
        if delivery.parent:
            return delivery.parent
        first = Delivery(
            kind=delivery.kind,
            subject=delivery.subject,
            channel=delivery.channel,
            target=delivery.target,
            part=1,
            payload="",
        )
        receipt = self.reconcile(first)
        if receipt is None:
            raise SendRetry("the first part is not in the channel yet", code="no-parent", subject=delivery.key)
        return receipt.id

    def _post(self, delivery: Delivery, body: dict[str, Any]) -> Receipt:
        answer = self._call(self._client.chat_postMessage, subject=delivery.target, channel=delivery.target, **body)
        ts = answer.get("ts")
        if not ts:
            raise SendAmbiguous("Slack took the message and named no ts", code="no-ts", subject=delivery.target)
        return Receipt(id=str(ts), at=self._clock())

    def _hook(self, delivery: Delivery, body: dict[str, Any]) -> Receipt:
        request = urllib.request.Request(  # noqa: S310 # scheme and host were admitted; the wire knows http(s) only
            self._webhook,
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json; charset=utf-8"},
            method="POST",
        )
        answer = asked(lambda: self._wire.send(request), "webhook")
        text = answer.text.strip()
        if answer.status == 200 and text == "ok":
            return Receipt(id=delivery.key, at=self._clock(), note="a webhook names no message id")
        if answer.status == 200 or answer.status >= 500:
            raise SendAmbiguous(
                f"the webhook answered HTTP {answer.status}", code=f"http-{answer.status}", subject="webhook"
            )
        word = (
            text if len(text) < 60 and text.isascii() and text.replace("_", "").isalnum() else f"http-{answer.status}"
        )
        code = "ratelimited" if answer.status == 429 else word
        raise error_of(code, self._clock(), subject="webhook", retry_after=answer.headers.get("retry-after", ""))

    def _messages(self, delivery: Delivery) -> Iterator[dict[str, Any]]:
        oldest = (self._clock() - LOOK_BACK).timestamp()
        method: Callable[..., SlackResponse]
        question: dict[str, Any] = {"channel": delivery.target, "include_all_metadata": True, "limit": 100}
        if delivery.part > 1:
            method, question["ts"] = self._client.conversations_replies, self._parent(delivery)
        else:
            method, question["oldest"] = self._client.conversations_history, f"{oldest:.6f}"
        for _ in range(_PAGES):
            answer = self._call(method, subject=delivery.target, **question)
            yield from answer.get("messages", ())
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
            question["cursor"] = cursor

    def _call(self, method: Callable[..., SlackResponse], *, subject: str, **body: Any) -> SlackResponse:
        """Slack's answer to one call, or the SendError that it means."""
        try:
            return asked(lambda: method(**body), subject)
        except SlackApiError as error:
            meant = _meant(error.response, self._clock(), subject)
        except SlackClientError as error:
            meant = SendRejected(f"the request was not made: {type(error).__name__}", code="sdk", subject=subject)
        raise meant from None  # a chain would carry whole answers into logs


def _meant(response: Any, now: datetime, subject: str) -> SendError:
    headers = {str(name).lower(): str(value) for name, value in response.headers.items()}
    status, data = response.status_code, response.data if isinstance(response.data, dict) else {}
    code, wait = str(data.get("error", "")), headers.get("retry-after", "")
    if status == 429:
        return error_of("ratelimited", now, subject=subject, retry_after=wait)
    if not code or not code.replace("_", "").isalnum():  # no word of Slack's: an HTML page, half an answer
        return SendAmbiguous(f"HTTP {status} without a word of Slack's", code=f"http-{status}", subject=subject)
    if status >= 500:
        return SendAmbiguous(f"Slack answered HTTP {status}, {code}", code=code, subject=subject)
    detail = f"needs {data['needed']}" if data.get("needed") else "; ".join(map(str, data.get("errors") or ()))
    return error_of(code, now, subject=subject, retry_after=wait, detail=detail[:300])


def _is_hook(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path.startswith("/services/") and (parts.scheme == "https" or is_loopback(parts.hostname or ""))


def _is_id(target: str) -> bool:
    return len(target) >= 2 and target[0] in "CGD" and target.isascii() and target.isalnum() and target.isupper()


class WiredClient(WebClient):
    """The SDK's client on our wire: its own follows redirects and the environment's proxies, and retries by default."""

    def __init__(self, wire: Wire, *, token: str, base_url: str, timeout: int) -> None:
        super().__init__(token=token, base_url=base_url, timeout=timeout, retry_handlers=[])
        self._our_wire = wire

    def _perform_urllib_http_request_internal(self, url: str, req: urllib.request.Request) -> dict[str, Any]:
        answer = self._our_wire.send(req)
        return {"status": answer.status, "headers": answer.headers, "body": answer.text}
