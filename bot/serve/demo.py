"""The demo world's web server: one loopback port that serves every invented outlet in two rounds 61 minutes apart."""

from __future__ import annotations

import gzip
import hashlib
import socketserver
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources.abc import Traversable
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.serve.world.config import config_text
from bot.serve.world.feeds import feed
from bot.serve.world.manifest import Manifest, Piece, Validators, read_manifest
from bot.serve.world.pages import front_page, missing_page, page

ROUNDS = 2
BETWEEN_ROUNDS = timedelta(minutes=61)
"""How far the demo's clock moves between the rounds: one polling interval of an hour and a minute to spare."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that the world answered. `conditional` holds the validators that came with it, names lower-case."""

    method: str
    path: str  # with its query, as asked
    status: int
    conditional: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What stands under one path in one round."""

    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    body: bytes = b""
    location: str = ""
    modified: datetime | None = None
    validators: Validators = "none"

    @property
    def etag(self) -> str:
        """A validator of the body, or '' where this outlet gives none; weak where it gives nothing else, as proxies do."""
        if self.validators not in {"both", "etag"}:
            return ""
        tag = f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'
        return f"W/{tag}" if self.validators == "etag" else tag

    @property
    def last_modified(self) -> str:
        """The date as HTTP writes it, or '' where this outlet gives none."""
        if self.modified is None or self.validators not in {"both", "modified"}:
            return ""
        return format_datetime(self.modified, usegmt=True)

    def unchanged_for(self, if_none_match: str | None, if_modified_since: str | None) -> bool:
        """Whether 304 is the right answer (RFC 9110 §13: an entity tag, where both came, outweighs the date)."""
        if self.status != 200:
            return False
        if if_none_match is not None:
            tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
            return bool(self.etag) and (self.etag.removeprefix("W/") in tags or "*" in tags)
        if if_modified_since is None or not self.last_modified or self.modified is None:
            return False
        try:
            since = parsedate_to_datetime(if_modified_since)
        except ValueError:
            return False
        return self.modified <= (since if since.tzinfo else since.replace(tzinfo=UTC))


class DemoWorld:
    """Serves the bundled world on 127.0.0.1 from `start` to `stop`; also a context manager.

    `now` (aware) is the time of the first round; every date in feeds and pages is relative to it, and the `Date` header
    follows the demo's clock. `round` is 1 or 2 and may be switched while the server runs; `requests` is the log so far.
    """

    def __init__(self, folder: Traversable | None = None, *, now: datetime) -> None:
        self.manifest: Manifest = read_manifest(now, folder)
        self.now = now.astimezone(UTC).replace(microsecond=0)
        self._round = 1
        self._lock = threading.Lock()
        self._requests: list[Asked] = []
        self._routes: dict[int, dict[str, Answer]] = {}
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def round(self) -> int:
        """Which round the world is in."""
        return self._round

    @round.setter  # noqa: A003  (a round is a round; the builtin is not needed here)
    def round(self, number: int) -> None:
        if number not in range(1, ROUNDS + 1):
            raise ValueError(f"the demo world has rounds 1 to {ROUNDS}, not {number}")
        self._round = number

    @property
    def clock(self) -> datetime:
        """The demo's time in the present round, aware UTC."""
        return self.now + BETWEEN_ROUNDS * (self._round - 1)

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:<port>`; only while the server runs."""
        if self._server is None:
            raise RuntimeError("the demo world is not running: call start()")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def requests(self) -> tuple[Asked, ...]:
        """Every request answered so far, in order."""
        with self._lock:
            return tuple(self._requests)

    def config_text(self, out_dir: Path | str, slack_url: str = "") -> str:
        """A config.toml with every feed of this running world; database and previews go under `out_dir`."""
        return config_text(self.base_url, out_dir, self.manifest.outlets, slack_url=slack_url)

    def url(self, piece: Piece) -> str:
        """The full address of a piece's page."""
        return self.base_url + piece.path

    def start(self) -> str:
        """Listen on a free port of 127.0.0.1 and return the base URL."""
        if self._server is None:
            self._server = _Server(self)
            self._routes = {number: self._table(number) for number in range(1, ROUNDS + 1)}
            self._thread = threading.Thread(
                target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
            )
            self._thread.start()
        return self.base_url

    def stop(self) -> None:
        """Close the port; the log of requests stays readable. Stopping twice is harmless."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
        self._server = self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def answer(self, path: str) -> Answer:
        """What stands under a path now; tracking parameters change nothing, as on a real site."""
        path = path.partition("?")[0].partition("#")[0]
        found = self._routes[self._round].get(path)
        if found is not None:
            return found
        slug = path.split("/")[1] if "/" in path else ""
        outlet = next((outlet for outlet in self.manifest.outlets if outlet.slug == slug), None)
        return Answer(
            status=404, body=missing_page(outlet), content_type=_html_type(outlet.encoding if outlet else "utf-8")
        )

    def log(self, asked: Asked) -> None:
        """Remember one request."""
        with self._lock:
            self._requests.append(asked)

    def _table(self, number: int) -> dict[str, Answer]:
        """Everything that the world serves in one round, by path."""
        table = {"/robots.txt": Answer(content_type="text/plain; charset=utf-8", body=b"User-agent: *\nAllow: /\n")}
        for outlet in self.manifest.outlets:
            pieces = self.manifest.of(outlet, number)
            newest = max((piece.published for piece in pieces), default=self.now - timedelta(days=1))
            kind, body = feed(outlet, pieces, self.base_url)
            table[outlet.feed] = Answer(content_type=kind, body=body, modified=newest, validators=outlet.validators)
            table[f"/{outlet.slug}/"] = Answer(
                body=front_page(outlet, pieces), content_type=_html_type(outlet.encoding)
            )
            for piece in pieces:
                link = piece.link.partition("?")[0]
                if link != piece.path:
                    table[link] = Answer(status=301, location=self.base_url + piece.path)
                if not piece.gone:
                    table[piece.path] = Answer(
                        content_type=_html_type(outlet.encoding),
                        body=page(piece, self.base_url),
                        modified=piece.published,
                        validators="both",
                    )
        return table


def _html_type(encoding: str) -> str:
    return f"text/html; charset={encoding}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, world: DemoWorld) -> None:
        self.world = world
        super().__init__(("127.0.0.1", 0), _Handler)

    def server_bind(self) -> None:
        # HTTPServer would look its own name up in the DNS; a demo asks nobody anything.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "armswatch-demo"
    sys_version = ""
    timeout = 30  # seconds that an idle connection is kept

    def do_GET(self) -> None:
        self._reply(body=True)

    def do_HEAD(self) -> None:
        self._reply(body=False)

    def _reply(self, *, body: bool) -> None:
        answer = self.server.world.answer(self.path)
        if answer.unchanged_for(self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")):
            self.send_response(304)
            self._validators(answer)
            self.end_headers()
            return
        words = answer.body
        self.send_response(answer.status)
        self._validators(answer)
        if answer.location:
            self.send_header("Location", answer.location)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Vary", "Accept-Encoding")
        if "gzip" in self.headers.get("Accept-Encoding", "") and len(words) > 1024:
            words = gzip.compress(words, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(words)))
        self.end_headers()
        if body:
            self.wfile.write(words)

    def _validators(self, answer: Answer) -> None:
        if answer.etag:
            self.send_header("ETag", answer.etag)
        if answer.last_modified:
            self.send_header("Last-Modified", answer.last_modified)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The `Date` header: by the demo's clock, so that nothing on the wire contradicts the pages."""
        if timestamp is None:
            return format_datetime(self.server.world.clock, usegmt=True)
        return super().date_time_string(timestamp)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Called once an answer, refusals included: the world's own log instead of the terminal."""
        del size
        names = ("If-None-Match", "If-Modified-Since")
        sent = getattr(self, "headers", None)
        conditional = tuple((name.lower(), sent[name]) for name in names if sent is not None and sent[name] is not None)
        status = int(code) if str(code).isdigit() else 0
        self.server.world.log(Asked(self.command or "", getattr(self, "path", ""), status, conditional))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it so
        """Nothing on the terminal: the digest is what the demo shows."""
