"""Figures for Prometheus in its text format (0.0.4), served on this machine only: /metrics, and /healthz for probes."""

from __future__ import annotations

import os
import socketserver
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final, Self

from bot import __version__
from bot.core.masking import mask
from bot.errors import StoreError
from bot.places import Server
from bot.store.glance import feed_figures, glance

ALIVE: Final = timedelta(minutes=15)
"""A daemon without a sign of life for longer is not well; it gives one every minute."""

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


def exposition(database: Path | Server, now: datetime) -> str:
    """All figures of a watch as Prometheus text; only armswatch_up 0 where its database cannot be read."""
    try:
        found, feeds = glance(database), feed_figures(database)
    except StoreError:
        return _lines([("armswatch_up", "gauge", "Whether the database can be read.", [({}, 0.0)])])
    beats: list[Sample] = [({"job": row["job"]}, _seconds(row["at"])) for row in found["heartbeats"]]
    families: list[tuple[str, str, str, Sequence[Sample]]] = [
        ("armswatch_up", "gauge", "Whether the database can be read.", [({}, 1.0)]),
        ("armswatch_build_info", "gauge", "The version that runs.", [({"version": __version__}, 1.0)]),
        ("armswatch_heartbeat_timestamp_seconds", "gauge", "When a job last came to its end.", beats),
        ("armswatch_feeds", "gauge", "Feeds by their condition.", _counted(found["feeds"], "health")),
        ("armswatch_entries", "gauge", "Entries by their state.", _counted(found["entries"], "state")),
        ("armswatch_articles", "gauge", "Stored articles by rank.", _counted(found["articles"], "rank")),
        ("armswatch_stories", "gauge", "Stored stories.", [({}, float(found["stories"][0]["n"]))]),
        ("armswatch_deliveries", "gauge", "Promised deliveries by state.", _counted(found["outbox"], "state")),
        ("armswatch_notices_open", "gauge", "What people should know and that is not over.", [({}, float(len(found["notices"])))]),
        ("armswatch_database_bytes", "gauge", "Size of the database file.", [({}, float(found["bytes"]))]),
        ("armswatch_feed_last_ok_timestamp_seconds", "gauge", "When a feed last answered well.", _each(feeds, "last_ok")),
        ("armswatch_feed_polls_total", "counter", "Polls of a feed.", _each(feeds, "polls")),
        ("armswatch_feed_unchanged_total", "counter", "Polls that brought nothing new.", _each(feeds, "unchanged")),
        ("armswatch_feed_entries_total", "counter", "New entries that a feed brought.", _each(feeds, "entries")),
        ("armswatch_time_seconds", "gauge", "The clock of the watch.", [({}, now.timestamp())]),
        ("process_resident_memory_bytes", "gauge", "Memory of this process.", [({}, float(_resident()))]),
    ]  # fmt: skip
    return _lines(families)


def alive(database: Path | Server, now: datetime) -> bool:
    """Whether a round ended, or something in it moved, within ALIVE."""
    try:
        beats = {row["job"]: row["at"] for row in glance(database)["heartbeats"]}
    except StoreError:
        return False
    signs = [_seconds(at) for job, at in beats.items() if job in {"poll", "alive"}]
    return bool(signs) and now.timestamp() - max(signs) <= ALIVE.total_seconds()


class Metrics:
    """The endpoint: listens on 127.0.0.1 from `start` to `stop`; port 0 takes a free one."""

    def __init__(self, database: Path | Server, port: int, clock: Callable[[], datetime]) -> None:
        self._server = _Server(port, database, clock)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.2}, name="metrics", daemon=True
        )

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/metrics"

    def start(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, database: Path | Server, clock: Callable[[], datetime]) -> None:
        self.database, self.clock = database, clock
        super().__init__(("127.0.0.1", port), _Handler)

    def server_bind(self) -> None:
        # HTTPServer would look its own name up in the DNS.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "armswatch"
    sys_version = ""
    timeout = 10  # seconds that an idle connection is kept

    def do_GET(self) -> None:
        path, now = self.path.partition("?")[0], self.server.clock()
        if path == "/metrics":
            self._say(200, CONTENT_TYPE, exposition(self.server.database, now))
        elif path == "/healthz":
            well = alive(self.server.database, now)
            self._say(200 if well else 503, "text/plain; charset=utf-8", "ok\n" if well else "no round lately\n")
        else:
            self._say(404, "text/plain; charset=utf-8", "/metrics or /healthz\n")

    def _say(self, status: int, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it so
        """A scrape every 15 s is no news."""


Sample = tuple[Mapping[str, str], float]


def _lines(families: Iterable[tuple[str, str, str, Sequence[Sample]]]) -> str:
    out = []
    for name, kind, words, samples in families:
        out += [f"# HELP {name} {words}", f"# TYPE {name} {kind}"]
        for labels, value in samples:
            inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
            out.append(f"{name}{{{inside}}} {value:.17g}" if inside else f"{name} {value:.17g}")
    return "\n".join(out) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _counted(rows: list[dict[str, Any]], label: str) -> Sequence[Sample]:
    return [({label: str(row["name"])}, float(row["n"])) for row in rows]


def _each(rows: list[dict[str, Any]], column: str) -> Sequence[Sample]:
    found: list[Sample] = []
    for row in rows:
        if row[column] is not None:
            value = _seconds(row[column]) if isinstance(row[column], str) else float(row[column])
            found.append(({"feed": mask(str(row["url"]))}, value))
    return found


def _seconds(stamp: str) -> float:
    return datetime.fromisoformat(stamp).astimezone(UTC).timestamp()


def _resident() -> int:
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
