"""One HTTP request out to a service of our own choice: no environment proxy, no redirects, no retry, a bounded answer."""

from __future__ import annotations

import http.client
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from bot.errors import SendAmbiguous, SendRetry

T = TypeVar("T")
MAX_ANSWER: Final = 8 * 1024 * 1024  # bytes; a page of channel history with long messages stays far below


class NotConnected(OSError):
    """The connection was never made: nothing was sent, so nothing can have arrived."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status. Header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    text: str


class Wire:
    """Sends requests to hosts that the caller has admitted."""

    def __init__(self, context: ssl.SSLContext, proxy: str, timeout: float) -> None:
        proxies = {"http": proxy, "https": proxy} if proxy else {}
        self._timeout = timeout
        # ProxyHandler({}) is what keeps HTTPS_PROXY of the environment out.
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler(proxies), _Plain(), _Secure(context), _NoRedirects()
        )

    def send(self, request: urllib.request.Request) -> Answer:
        """The answer to `request`. Raises NotConnected before anything was sent, other OSErrors or HTTPException after."""
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                return _answer(response.status, response)
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error.code, error)
        except urllib.error.URLError as error:
            if isinstance(error.reason, OSError):
                raise error.reason from None
            raise NotConnected(str(error.reason)) from None


def asked(call: Callable[[], T], subject: str) -> T:
    """What `call` returns; a broken transport becomes SendRetry where nothing was sent, SendAmbiguous where it may have been.

    The errors name the kind of failure only: a request's address may be a secret.
    """
    try:
        return call()
    except NotConnected as error:
        raise SendRetry(f"no connection: {error}", code="no-connection", subject=subject) from None
    except TimeoutError:
        raise SendAmbiguous("no answer in time", code="timeout", subject=subject) from None
    except (OSError, http.client.HTTPException) as error:
        raise SendAmbiguous(f"the connection broke ({type(error).__name__})", code="broken", subject=subject) from None


def _answer(status: int, response: Any) -> Answer:
    body: bytes = response.read(MAX_ANSWER)
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(status, headers, body.decode(response.headers.get_content_charset() or "utf-8", "replace"))


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:  # the redirect itself is the answer
        return None


class _PlainConnection(http.client.HTTPConnection):
    def connect(self) -> None:
        _connected(super().connect)


class _SecureConnection(http.client.HTTPSConnection):
    def connect(self) -> None:
        _connected(super().connect)


def _connected(connect: Callable[[], None]) -> None:
    try:
        connect()
    except ssl.SSLCertVerificationError as error:
        raise NotConnected(f"the certificate was not accepted ({error.verify_message})") from None
    except OSError as error:
        raise NotConnected(error.strerror or type(error).__name__) from None


class _Plain(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_PlainConnection, req)


class _Secure(urllib.request.HTTPSHandler):
    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self._trust = context

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_SecureConnection, req, context=self._trust)
