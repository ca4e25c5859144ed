"""Sockets, TLS and codecs raise many types: each is one of our three answers, Refused, TimedOut or Unreachable."""

from __future__ import annotations

import http.client
import socket
import ssl
from typing import NoReturn

import urllib3.exceptions

from bot.errors import Refused, TimedOut, Unreachable
from bot.model import Request


def raise_ours(error: Exception, request: Request) -> NoReturn:
    """Raise what an error means; itself where it is none of the network's."""
    if isinstance(error, TimeoutError | socket.timeout | urllib3.exceptions.TimeoutError):
        raise TimedOut(
            f"no complete answer within {request.deadline.total_seconds():g} s", subject=request.url
        ) from None
    why = " ".join(str(error).split())[:200] or type(error).__name__
    if "IncompleteRead" in why:
        raise Unreachable("the answer ended before it was complete", subject=request.url) from None
    if isinstance(error, ssl.SSLError | urllib3.exceptions.SSLError):
        raise Unreachable(f"the TLS connection failed: {why}", subject=request.url) from None
    if isinstance(error, urllib3.exceptions.DecodeError):
        raise Unreachable(f"the compressed answer cannot be read: {why}", subject=request.url) from None
    if isinstance(error, ValueError):
        raise Refused(f"the request cannot be sent: {why}", subject=request.url) from None
    if isinstance(error, OSError | http.client.HTTPException | urllib3.exceptions.HTTPError):
        raise Unreachable(f"the transfer broke: {why}", subject=request.url) from None
    raise error
