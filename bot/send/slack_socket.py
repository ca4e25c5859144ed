"""Opens Slack's Socket Mode: the SDK's client, over our wire and behind the same wall as every other request."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from slack_sdk.socket_mode import SocketModeClient

from bot.send.buttons import Answer, Obey, SlackButtons
from bot.send.loopback import admit
from bot.send.slack import API, WiredClient
from bot.send.wire import Wire


def opened_socket(
    listener: Callable[[Any, Any], None],
    *,
    app_token: str,
    base_url: str = API,
    loopback_only: bool = False,
    proxy: str = "",
    context: ssl.SSLContext | None = None,
    ping: float = 10.0,
) -> SocketModeClient:
    """A Socket Mode client that hands every envelope to `listener`; not connected yet.

    The address that Slack names for the socket has to pass the same wall as every other.
    """
    trust = context or ssl.create_default_context()
    web = WiredClient(Wire(trust, proxy, 15), token="", base_url=base_url, timeout=15)
    web.ssl = trust
    client = _Socket(app_token=app_token, web_client=web, ping_interval=ping, concurrency=2)
    client.proxy = proxy or None  # the SDK would take the environment's
    client.wall = loopback_only
    client.socket_mode_request_listeners.append(listener)
    return client


def listening(
    answer: Answer,
    obey: Obey,
    *,
    app_token: str,
    base_url: str = API,
    allowed: frozenset[str] = frozenset(),
    loopback_only: bool = False,
    proxy: str = "",
) -> SlackButtons:
    """The ears for buttons and slash commands: a socket that is not open yet, and a wire for the answers."""

    def opened(listener: Callable[[Any, Any], None]) -> SocketModeClient:
        return opened_socket(listener, app_token=app_token, base_url=base_url, loopback_only=loopback_only, proxy=proxy)

    wire = Wire(ssl.create_default_context(), proxy, 15)
    return SlackButtons(opened, answer, obey, wire, allowed=allowed, loopback_only=loopback_only)


class _Socket(SocketModeClient):
    wall = False

    def issue_new_wss_url(self) -> str:
        url = super().issue_new_wss_url()
        admit(urlsplit(url).hostname or "", loopback_only=self.wall)
        return url
