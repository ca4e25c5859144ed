"""Hears presses on buttons and slash commands, over Slack's Socket Mode: acknowledges first, then asks what to answer."""

from __future__ import annotations

import json
import logging
import threading
import urllib.request
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from bot.core.buttons import NotTaken, Press, Reply, press_of
from bot.core.orders import Order, order_of
from bot.errors import SendError
from bot.render.blocks import MAX_PLAIN, Json, escaped, leaf, rich, section, undoing
from bot.send.loopback import admit, is_loopback
from bot.send.wire import Wire, asked

REMEMBERED: Final = 1000
"""Envelopes that are known to be seen; Slack sends one again when its acknowledgement got lost."""

_log = logging.getLogger(__name__)

Answer = Callable[[Press], Reply]
"""What the watch does with a press: records it and returns the words that only the presser sees."""

Obey = Callable[[Order], Reply]
"""What the watch answers to a slash command."""


class Socket(Protocol):
    """The part of the SDK's client that is used here."""

    def connect(self) -> None: ...

    def close(self) -> None: ...

    def is_connected(self) -> bool: ...


Listener = Callable[[Any, Any], None]


class SlackButtons:
    """One open socket for one workspace. Whatever happens to it, digests do not depend on it."""

    def __init__(
        self,
        opened: Callable[[Listener], Socket],
        answer: Answer,
        obey: Obey,
        wire: Wire,
        *,
        allowed: frozenset[str] = frozenset(),
        loopback_only: bool = False,
    ) -> None:
        self._opened, self._answer, self._obey, self._wire = opened, answer, obey, wire
        self._allowed, self._loopback_only = allowed, loopback_only
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()
        self._socket: Socket | None = None

    def start(self) -> None:
        """Open the socket; raises what opening raises. The SDK opens a new one when Slack asks for it or it breaks."""
        self._socket = self._opened(self._heard)
        self._socket.connect()

    def is_connected(self) -> bool:
        """Whether the socket is open as far as its last ping knows."""
        return self._socket is not None and self._socket.is_connected()

    def close(self) -> None:
        """Close it; takes up to five seconds."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _heard(self, client: Any, request: Any) -> None:
        # Slack waits three seconds for this and sends the envelope again without it; the work comes after.
        client.send_socket_mode_response({"envelope_id": request.envelope_id})
        if request.type not in ("interactive", "slash_commands") or not self._is_new(str(request.envelope_id)):
            return
        payload = request.payload if isinstance(request.payload, dict) else {}
        meant = (press_of if request.type == "interactive" else order_of)(payload, self._allowed)
        if isinstance(meant, NotTaken):
            self._reply(meant.reply_to, Reply(text=meant.reason))
            return
        try:
            said = self._answer(meant) if isinstance(meant, Press) else self._obey(meant)
        except Exception:  # noqa: BLE001 # whatever the watch raises, the asker is told and the socket lives on
            # A listener that raises would be logged by the SDK with the whole payload.
            _log.exception("what was pressed or typed of %s could not be done", meant.subject)
            said = Reply(text="That could not be recorded or answered; the log of the watch says why.")
        self._reply(meant.reply_to, said)

    def _is_new(self, envelope: str) -> bool:
        with self._lock:
            if envelope in self._seen:
                return False
            self._seen[envelope] = None
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
            return True

    def _reply(self, url: str, said: Reply) -> None:
        """Answer the presser alone. The address came over the wire, so only Slack's own host is taken."""
        if not (url and said.text):
            return
        parts = urlsplit(url)
        host = parts.hostname or ""
        ours = (parts.scheme == "https" and host == "hooks.slack.com") or is_loopback(host)
        if not ours:
            _log.warning("an answer was not sent: its address is not Slack's")
            return
        # Quotes and headlines are somebody else's words: here, too, they go where nothing is parsed (S-2).
        blocks: list[Json] = [rich("said", [section([leaf(said.text[:MAX_PLAIN])])])]
        if said.undo:
            blocks.append(undoing("undo", said.undo))
        body = {
            "response_type": "ephemeral",
            "replace_original": False,
            "text": escaped(said.text, MAX_PLAIN),
            "blocks": blocks,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        request = urllib.request.Request(  # noqa: S310 # the host was just admitted
            url,
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json; charset=utf-8"},
            method="POST",
        )
        try:
            admit(host, loopback_only=self._loopback_only)
            asked(lambda: self._wire.send(request), "response_url")
        except SendError as error:
            _log.warning("an answer to a press was not sent: %s", error)
