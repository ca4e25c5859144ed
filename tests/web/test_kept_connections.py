"""A connection serves the next request to its host too, and is watched, checked and counted as a new one would be."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import TimedOut, TooLarge, Unreachable
from bot.model import Request
from bot.web.client import Client, ClientOptions
from bot.web.connections import MOST_KEPT
from tests.servers import Reply, Server, html, redirect
from tests.web.test_client import certificate, open_files

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUICK = timedelta(seconds=1)


@contextmanager
def client(
    *servers: Server, resolve: Callable[[str, int], list[str]] = lambda host, port: ["127.0.0.1"], **options: object
) -> Iterator[Client]:
    allow = frozenset().union(*(server.allow for server in servers))
    given: dict[str, object] = {"allow": allow, "loopback_only": True, **options}
    with closing(Client(ClientOptions(robots=False, **given), lambda: NOW, resolve=resolve)) as fetch:  # type: ignore[arg-type]
        yield fetch


def eventually(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5
    while not true() and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    return true()


ANSWERS = {
    "/a": html("<p>one"),
    "/b": Reply(304, (("ETag", '"1"'),)),
    "/c": Reply(404, (), b"no"),
    "/d": Reply(
        200,
        (("Transfer-Encoding", "chunked"),),
        raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    ),
}


def test_one_connection_serves_request_after_request():
    with Server(dict(ANSWERS), keep=100) as server, client(server) as fetch:
        got = [fetch(Request(url=server.url(f"/{name}"))) for name in "abcdabcd"]
        assert server.connections == 1
        fetch.close()
        assert eventually(lambda: server.held == 0)
    assert [(answer.status, answer.body) for answer in got[:4]] == [
        (200, b"<p>one"),
        (304, b""),
        (404, b"no"),
        (200, b"abc"),
    ]
    assert [answer.status for answer in got[4:]] == [200, 304, 404, 200]


def test_a_connection_that_the_server_ended_costs_a_new_one_and_no_failure():
    with Server({"/": html("x")}, keep=2) as server, client(server) as fetch:
        for _ in range(6):
            assert fetch(Request(url=server.url("/"))).status == 200
        assert (server.connections, len(server.requests)) == (3, 6)


def test_a_server_that_hangs_up_when_it_is_asked_again_is_asked_on_a_new_connection():
    with Server({"/": html("x"), "/gone": Reply(drop="accept")}, keep=2) as server, client(server) as fetch:
        fetch(Request(url=server.url("/")))
        with pytest.raises(Unreachable):  # the new connection fails as well: once is enough
            fetch(Request(url=server.url("/gone")))
        assert [request.path for request in server.requests] == ["/", "/gone", "/gone"]


def test_bytes_that_nobody_asked_for_are_no_answer():
    good = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    more = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
    for extra in (more, b"x" * 200_000, b"\r\n"):
        with Server({"/": Reply(raw=good + extra)}, keep=100) as server, client(server) as fetch:
            assert [fetch(Request(url=server.url("/"))).body for _ in range(3)] == [b"ok"] * 3


@pytest.mark.criterion("R-34")
def test_the_deadline_counts_for_a_request_on_a_used_connection():
    slow = {
        "/": html("x"),
        "/body": Reply(200, (), b"x" * 1000, drip=0.2),
        "/head": Reply(200, (), b"x", drip_headers=0.2),
    }
    for path in ("/body", "/head"):
        with Server(dict(slow), keep=100) as server, client(server) as fetch:
            fetch(Request(url=server.url("/")))
            began = time.monotonic()
            with pytest.raises(TimedOut):
                fetch(Request(url=server.url(path), deadline=QUICK))
            assert time.monotonic() - began < 2
            assert server.connections == 1


def test_an_idle_connection_ends_at_the_deadline_of_its_last_request():
    with Server({"/": html("x")}, keep=100) as server, client(server) as fetch:
        fetch(Request(url=server.url("/"), deadline=timedelta(seconds=0.5)))
        assert server.held == 1
        assert eventually(lambda: server.held == 0)
        assert fetch(Request(url=server.url("/"))).status == 200


def test_an_answer_that_was_not_read_to_its_end_is_the_last_of_its_connection():
    with (
        Server({"/": html("x"), "/long": Reply(200, (), b"x" * 200_000), "/move": redirect("/")}, keep=100) as server,
        client(server) as fetch,
    ):
        with pytest.raises(TooLarge):
            fetch(Request(url=server.url("/long"), wire_cap=1000, decoded_cap=1000))
        assert fetch(Request(url=server.url("/move"))).body == b"x"
        assert server.connections == 3


@pytest.mark.criterion("R-12")
def test_a_host_never_has_two_of_our_connections_open():
    with (
        Server({"/": html("one")}, keep=100) as one,
        Server({"/": html("two")}, keep=100) as two,
        client(one, two) as fetch,
    ):
        for server in (one, two, one):
            fetch(Request(url=server.url("/")))
            assert eventually(lambda: one.held + two.held == 1)


@pytest.mark.criterion("R-51")
def test_a_connection_to_one_name_is_no_connection_to_another(tmp_path):
    context, ca = certificate(tmp_path)
    with Server({"/": html("x")}, tls=context, keep=100) as server, client(server, ca_file=str(ca)) as fetch:
        for _ in range(3):
            assert fetch(Request(url=server.url("/"))).status == 200
        assert server.connections == 1
        with pytest.raises(Unreachable, match="TLS"):
            fetch(Request(url=f"https://localhost:{server.port}/"))


def test_few_connections_are_kept_whatever_is_asked():
    names = [f"paper-{number}.example" for number in range(MOST_KEPT + 10)]
    with Server(fallback=html("x"), keep=100) as server:
        allow = frozenset(f"{name}:{server.port}" for name in names)
        with client(allow=allow, loopback_only=False) as fetch:
            before = open_files()
            for name in names:
                fetch(Request(url=f"http://{name}:{server.port}/"))
            assert eventually(lambda: server.held == MOST_KEPT)
        assert eventually(lambda: server.held == 0 and open_files() <= before + 2)
