"""One polite, bounded GET for feeds, pages, robots and their redirects: the Fetch port, and the only reader of the network."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urljoin, urlsplit

from bot import __version__
from bot.core.outcomes import retry_at
from bot.errors import FetchError, Refused, TimedOut, TooLarge
from bot.model import Request, Response
from bot.ports import RobotsMemory
from bot.web.asked import Asked
from bot.web.connections import Dial, Line, Lines, Resolve, opened, resolved, system_resolve
from bot.web.deadlines import Watchdog, Watched
from bot.web.failures import raise_ours
from bot.web.guard import Guard, Target
from bot.web.hosts import Hosts, is_loopback
from bot.web.robots import Robots

STEP = 64 * 1024  # bytes read and decoded at a time: no bomb can make more than this at once
MAX_ENCODINGS = 2  # Content-Encoding layers; R-33
ERROR_BODY = 256 * 1024  # bytes of an error page that are read: enough to tell a wall from a 404
LONGEST_REST = timedelta(hours=24)  # that one host's Retry-After imposes on its other feeds and pages
USER_AGENT = f"armswatch/{__version__}"

# only what can be decoded; urllib3 reads Brotli with a package that is optional to it.
_ENCODINGS = "gzip, br" if find_spec("brotli") else "gzip"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BODILESS = frozenset({204, 304})
_ACCEPT = {
    "feed": "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.5, */*;q=0.1",
    "page": "text/html, application/xhtml+xml;q=0.9, application/xml;q=0.5, */*;q=0.1",
    "robots": "text/plain, */*;q=0.1",
    "archive": "*/*",
}
# What a caller may add. Cookies, referrers and the like have no way in.
_ALLOWED = frozenset({"accept", "accept-language", "authorization", "if-modified-since", "if-none-match", "range"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientOptions:
    """What the configuration may change; everything else about fetching is fixed.

    `allow` lists private servers as `host:port`; `ports` more public ports; `proxy` is an explicit `http://host:port` and then
    trusted to do the address checks itself; `ca_file` replaces the bundled certificate authorities. TLS checks cannot be
    turned off, and nothing is taken from the environment.
    """

    user_agent: str = USER_AGENT  # name/version (+contact URL); R-16
    allow: frozenset[str] = frozenset()
    ports: frozenset[int] = field(default_factory=frozenset)
    loopback_only: bool = False
    proxy: str = ""
    ca_file: str = ""
    max_redirects: int = 5
    robots: bool = True  # robots.txt before every page, also after redirects
    gap: timedelta = timedelta(seconds=2)  # between requests to one host; never less but for loopback
    loopback_gap: timedelta = timedelta(0)
    loopback_at_once: int = 16
    beside: Path | None = None  # where processes of one watch take turns at a host, and note what they ask for apart


Headers = tuple[tuple[str, str], ...]


class _Hung(Exception):
    """A kept connection that the server had closed meanwhile: no answer, and no fault."""


class Client:
    """Callable with a Request; thread-safe. Raises a FetchError; an HTTP error status is an answer."""

    def __init__(
        self,
        options: ClientOptions,
        clock: Callable[[], datetime],
        *,
        resolve: Resolve = system_resolve,
        resting: Mapping[str, datetime] = MappingProxyType({}),
        rested: Callable[[str, datetime], object] = lambda _host, _until: None,
        robots: RobotsMemory | None = None,
    ) -> None:
        """`resting` are the hosts that asked for a rest before we started; `rested` is told of each that does; `robots` outlives us."""
        self._options, self._clock = options, clock
        self._guard = Guard(allow=options.allow, ports=options.ports, loopback_only=options.loopback_only)
        self._proxy = _proxy(options)
        self._resolve = resolve
        self._watchdog = Watchdog()
        self._lines = Lines(self._watchdog)
        self._context: ssl.SSLContext | None = None
        self._rested = rested
        self.hosts = Hosts(
            gap=options.gap,
            loopback_gap=options.loopback_gap,
            loopback_at_once=options.loopback_at_once,
            beside=options.beside,
            now=clock,
        )
        self._repeats = Asked(options.beside / "asked", clock) if options.beside else None
        self.recall(resting)
        self._robots = Robots(self, clock, self.hosts.slow_down, robots)

    def recall(self, resting: Mapping[str, datetime]) -> None:
        """Hosts that asked somebody else for a rest: who polled them before us, on this machine or another."""
        for host, until in resting.items():
            self.hosts.rest(host, until, trusted=is_loopback(host.partition(":")[0]))

    def __call__(self, request: Request, /) -> Response:
        """The answer to one GET after at most five redirects, each checked like the first."""
        answers: list[int] = []
        try:
            return self._followed(request, answers)
        except FetchError as error:
            error.sent = error.sent or bool(answers)  # who redirects us to what we refuse was asked
            raise

    def close(self) -> None:
        """Close the connections that are kept for a next request."""
        self._lines.close()

    def _followed(self, request: Request, answers: list[int]) -> Response:
        started = time.monotonic()
        left, url = request.deadline.total_seconds(), request.url
        redirects: list[tuple[int, str]] = []
        first = target = self._guard.check(url)
        while True:
            if request.purpose == "page" and self._options.robots:
                self._robots.check(url, request.user_agent or self._options.user_agent)
            if self._repeats:
                self._repeats.admit(url, request)
            key = f"{target.host}:{target.port}" if target.trusted and is_loopback(target.host) else target.host
            # Waiting for a host's turn is our politeness, not the server's slowness: it does not use up the deadline.
            with self.hosts.turn(key, trusted=target.trusted):
                began = time.monotonic()
                headers = self._headers(request, target, same_origin=target.origin == first.origin)
                status, given, body = self._get(request, url, target, headers, began + left)
                left -= time.monotonic() - began
            answers.append(status)
            response = Response(
                url=url,
                status=status,
                headers=given,
                body=body,
                redirects=tuple(redirects),
                fetched=self._clock(),
                elapsed=timedelta(seconds=time.monotonic() - started),
            )
            self._heed(key, target, response)
            location = response.header("location") if status in _REDIRECTS else ""
            if not location:
                return response
            if len(redirects) >= self._options.max_redirects:
                raise Refused(f"more than {self._options.max_redirects} redirects", subject=request.url)
            url = _next_url(url, location)
            redirects.append((status, url))
            target, previous = self._guard.check(url), target
            if previous.scheme == "https" and target.scheme == "http":
                raise Refused("a redirect from https to http", subject=request.url)

    def _get(
        self, request: Request, url: str, target: Target, headers: dict[str, str], until: float
    ) -> tuple[int, Headers, bytes]:
        """One request and its answer, on a line that is still open or on a new one."""
        line = self._lines.take(target.host, target.origin, until)
        if line is not None:
            with suppress(_Hung):  # the server had ended the line before it saw our request (RFC 9112 §9.3.1)
                return self._exchange(line, request, url, target, headers, until)
        return self._exchange(self._dialled(target, until), request, url, target, headers, until)

    def _exchange(
        self, line: Line, request: Request, url: str, target: Target, headers: dict[str, str], until: float
    ) -> tuple[int, Headers, bytes]:
        keep = False
        try:
            raw = self._asked(line, url if self._proxy and target.scheme == "http" else target.path, headers)
            given = _headers(raw)
            if raw.status in _BODILESS or raw.status in _REDIRECTS:
                body = b""
                keep = raw.status in _BODILESS and raw.headers.get("transfer-encoding") is None
                raw.close()
            else:
                body = self._body(raw, request, given, until)
                keep = bool(raw.closed)  # read to its end
        except _Hung:
            raise
        except FetchError as error:
            error.subject = error.subject or request.url
            raise
        except Exception as error:  # noqa: BLE001 - sockets, TLS and codecs raise many types: each is one of our three answers
            if not _expired(line, until):
                raise_ours(error, request)
        else:
            # The watchdog has the last word: a socket that it shut can look like the end of a short answer.
            if not _expired(line, until):
                return raw.status, given, body
            keep = False
        finally:
            if keep and line.connection.sock is not None:
                self._lines.keep(target.host, line)
            else:
                self._lines.end(line)
        raise TimedOut(f"no complete answer within {request.deadline.total_seconds():g} s", subject=request.url)

    def _asked(self, line: Line, path: str, headers: dict[str, str]) -> Any:
        """The beginning of the answer; raises _Hung where a used line turns out to have been hung up."""
        try:
            line.connection.request("GET", path, headers=headers, preload_content=False)
            return line.connection.getresponse()
        except (ConnectionError, http.client.BadStatusLine) as error:
            if line.used and not line.fired:
                raise _Hung from error
            raise

    def _dialled(self, target: Target, until: float) -> Line:
        watched: list[Watched] = []
        dial = Dial(
            addresses=lambda: self._addresses(target, until),
            port=self._proxy[1] if self._proxy else target.port,
            until=until,
            opened=lambda connection: watched.append(self._watchdog.watch(connection, until)),
        )
        return Line(target.origin, self._connection(target, dial), time.monotonic(), watched)

    def _addresses(self, target: Target, until: float) -> tuple[str, ...]:
        if self._proxy:
            host, port = self._proxy
            return tuple(resolved(self._resolve, host, port, until))
        if ":" in target.host or target.host.replace(".", "").isdigit():
            return self._guard.approved(target, (target.host,))
        return self._guard.approved(target, resolved(self._resolve, target.host, target.port, until))

    def _connection(self, target: Target, dial: Dial) -> Any:
        if not self._proxy:
            return opened(target.scheme, target.host, target.port, dial, self._tls)
        if target.scheme == "http":
            return opened("http", self._proxy[0], self._proxy[1], dial, self._tls)
        connection = opened("https", self._proxy[0], self._proxy[1], dial, self._tls)
        connection.set_tunnel(target.host, target.port, scheme="http")
        return connection

    def _headers(self, request: Request, target: Target, *, same_origin: bool) -> dict[str, str]:
        headers = {
            "Host": target.authority,
            "User-Agent": request.user_agent or self._options.user_agent,
            "Accept": _ACCEPT[request.purpose],
            "Accept-Encoding": _ENCODINGS,
        }
        for name, value in request.headers:
            lowered = name.lower()
            if lowered not in _ALLOWED or not value or (lowered == "authorization" and not same_origin):
                continue
            headers[next((known for known in headers if known.lower() == lowered), name)] = value
        return headers

    def _body(self, raw: Any, request: Request, headers: tuple[tuple[str, str], ...], until: float) -> bytes:
        """The decoded body within both caps, read in steps of 64 KiB."""
        given = dict(headers)
        layers = [layer for layer in given.get("content-encoding", "").split(",") if layer.strip()]
        if len(layers) > MAX_ENCODINGS:
            raise TooLarge(f"{len(layers)} content encodings", subject=request.url)
        good = raw.status < 400
        length = given.get("content-length", "")
        if good and request.purpose != "robots" and length.isdigit() and int(length) > request.wire_cap:
            raise TooLarge(f"{length} bytes announced, {request.wire_cap} allowed", subject=request.url)
        cap = request.decoded_cap if good else min(request.decoded_cap, ERROR_BODY)
        pieces, size = [], 0
        while True:
            piece = raw.read1(STEP, decode_content=True)
            if not piece:
                break
            pieces.append(piece)
            size += len(piece)
            if time.monotonic() > until:
                raise TimedOut(f"no complete answer within {request.deadline.total_seconds():g} s", subject=request.url)
            if size > cap or raw.tell() > request.wire_cap:
                if not good or request.purpose == "robots":  # RFC 9309: the first part of an endless robots.txt counts
                    break
                what = f"{request.wire_cap} bytes on the wire" if size <= cap else f"{cap} decoded bytes"
                raise TooLarge(f"more than {what}", subject=request.url)
        return b"".join(pieces)[:cap]

    def _heed(self, key: str, target: Target, response: Response) -> None:
        """A host that says 429 or 503 with Retry-After is left alone by everybody (R-8)."""
        if response.status in (429, 503):
            until = retry_at(response)
            if until is not None:
                until = min(until, response.fetched + LONGEST_REST)
                self.hosts.rest(key, until, trusted=target.trusted)
                self._rested(key, until)

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            import certifi

            self._context = ssl.create_default_context(cafile=self._options.ca_file or certifi.where())
        return self._context


def _headers(raw: Any) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for name, value in raw.headers.items():
        lowered = name.lower()
        if lowered in ("set-cookie", "set-cookie2"):
            continue  # never kept, so never sent back
        found[lowered] = f"{found[lowered]}, {value}" if lowered in found else value
    return tuple(found.items())


def _next_url(url: str, location: str) -> str:
    # Servers send raw UTF-8 and spaces; http.client hands the bytes over as Latin-1.
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        absolute = urljoin(url, location.strip())
    except ValueError:
        raise Refused("a redirect to no URL", subject=url) from None
    return "".join(
        character
        if "\x20" < character < "\x7f"
        else "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))
        for character in absolute.partition("#")[0]
    )


def _expired(line: Line, until: float) -> bool:
    return line.fired or time.monotonic() > until


def _proxy(options: ClientOptions) -> tuple[str, int] | None:
    if not options.proxy:
        return None
    parts = urlsplit(options.proxy)
    if parts.scheme != "http" or not parts.hostname or not parts.port or parts.username:
        raise Refused("the proxy must be given as http://host:port", subject="proxy")
    if options.loopback_only and not is_loopback(parts.hostname):
        raise Refused("only this machine may be reached (ARMSWATCH_NETWORK=loopback), also as a proxy", subject="proxy")
    return parts.hostname, parts.port
