"""The one GET: caps, deadlines, redirects, addresses, TLS and the very bytes that go out."""

from __future__ import annotations

import gzip
import os
import resource
import ssl
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # ships no types
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.errors import Refused, TimedOut, TooLarge, Unreachable
from bot.model import Request, Response
from bot.web.client import Client, ClientOptions
from tests.servers import Reply, Server, html, redirect

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUICK = timedelta(seconds=1)
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.5, */*;q=0.1"
)


def client(
    server: Server | None = None, *, resolve: Callable[[str, int], list[str]] | None = None, **options: object
) -> Client:
    given: dict[str, object] = {
        "robots": False,
        "loopback_only": True,
        **({"allow": server.allow} if server else {}),
        **options,
    }
    made = ClientOptions(**given)  # type: ignore[arg-type]  # a table of options for tests
    return Client(made, lambda: NOW, resolve=resolve) if resolve else Client(made, lambda: NOW)


@contextmanager
def serving(reply: Reply) -> Iterator[tuple[Server, Callable[..., Response]]]:
    with Server({"/": reply}) as server:
        fetch = client(server)
        yield server, lambda **more: fetch(Request(url=server.url("/"), **more))


# ── what goes out ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.criterion("R-15")
@pytest.mark.criterion("R-16")
def test_the_request_headers_are_these_and_no_others(tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    before = dict(os.environ)
    os.environ.update(
        HOME=str(tmp_path),
        http_proxy="http://127.0.0.1:1",
        HTTP_PROXY="http://127.0.0.1:1",
        NETRC=str(tmp_path / ".netrc"),
    )
    try:
        with Server({"/feed": Reply(200, (("Set-Cookie", "id=1"),), b"x")}) as server:
            fetch = client(server, user_agent="armswatch/1 (+https://example.org/bot)")
            request = Request(
                url=server.url("/feed?a=1"),
                purpose="feed",
                headers=(("Cookie", "a=b"), ("Referer", "x"), ("X-Other", "y")),
            )
            fetch(request)
            answer = fetch(request)
    finally:
        os.environ.clear()
        os.environ.update(before)
    assert server.requests[1].headers == (
        ("Host", f"127.0.0.1:{server.port}"),
        ("User-Agent", "armswatch/1 (+https://example.org/bot)"),
        ("Accept", ACCEPT),
        ("Accept-Encoding", "gzip, br"),
    )
    assert server.requests[1].target == "/feed?a=1"
    assert answer.header("set-cookie") == ""


@pytest.mark.criterion("R-1")
@pytest.mark.parametrize("etag", ['"abc"', 'W/"abc"', "abc", '"a b"', '""', "'x'", '"\xe9\xff"', "*"])
def test_a_validator_goes_back_byte_for_byte(etag):
    with Server(
        {"/": Reply(200, (("ETag", etag), ("Last-Modified", "Mon, 2 Oct 2023 10:00:00 +0000")), b"x")}
    ) as server:
        fetch = client(server)
        first = fetch(Request(url=server.url("/")))
        assert first.header("etag") == etag
        fetch(
            Request(
                url=server.url("/"),
                headers=(("If-None-Match", first.header("etag")), ("If-Modified-Since", first.header("last-modified"))),
            )
        )
    assert server.requests[1].header("If-None-Match") == etag
    assert server.requests[1].header("If-Modified-Since") == "Mon, 2 Oct 2023 10:00:00 +0000"


def test_a_header_value_cannot_smuggle_a_second_header():
    with Server({"/": Reply(200)}) as server, pytest.raises(Refused):
        client(server)(Request(url=server.url("/"), headers=(("If-None-Match", '"a"\r\nX-Evil: 1'),)))
    assert server.requests == []


def test_a_feeds_own_user_agent_is_sent():
    with Server({"/": Reply(200)}) as server:
        client(server)(Request(url=server.url("/"), user_agent="Other/2"))
    assert server.requests[0].header("User-Agent") == "Other/2"


# ── what comes back ───────────────────────────────────────────────────────────────────────────────────────────


def test_an_answer_has_status_lower_case_headers_and_body():
    with serving(Reply(404, (("X-One", "1"), ("X-One", "2")), b"no")) as (_, get):
        answer = get()
    assert (answer.status, answer.body, answer.header("x-one"), answer.fetched) == (404, b"no", "1, 2", NOW)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"hello", mtime=0)),
        ("br", brotli.compress(b"hello")),
        ("deflate", zlib.compress(b"hello")),
        ("gzip, gzip", gzip.compress(gzip.compress(b"hello", mtime=0), mtime=0)),
    ],
)
def test_compressed_bodies_are_decoded(encoding, body):
    with serving(Reply(200, (("Content-Encoding", encoding),), body)) as (_, get):
        assert get().body == b"hello"


def test_a_304_has_no_body_and_keeps_its_headers():
    with serving(Reply(304, (("ETag", '"new"'),))) as (_, get):
        answer = get()
    assert (answer.status, answer.body, answer.header("etag")) == (304, b"", '"new"')


# ── caps ───────────────────────────────────────────────────────────────────────────────────────────────

BOMB = zlib.compressobj(9, zlib.DEFLATED, 31)
GZIP_BOMB = b"".join([*(BOMB.compress(b"\0" * 1_000_000) for _ in range(120)), BOMB.flush()])


@pytest.mark.criterion("R-33")
@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("gzip", Reply(200, (("Content-Encoding", "gzip"),), GZIP_BOMB)),
        ("double gzip", Reply(200, (("Content-Encoding", "gzip, gzip"),), gzip.compress(GZIP_BOMB))),
        ("brotli", Reply(200, (("Content-Encoding", "br"),), brotli.compress(b"\0" * 60_000_000, quality=5))),
        ("announced", Reply(200, (), b"x", length=10**9)),
        ("endless", Reply(200, (), chunks=iter(lambda: b"x" * 65536, b""))),
        ("three encodings", Reply(200, (("Content-Encoding", "gzip, gzip, gzip"),), b"x")),
        ("64 encodings", Reply(200, (("Content-Encoding", ", ".join(["gzip"] * 64)),), b"x")),
    ],
)
def test_a_body_beyond_the_caps_is_an_error(name, reply):
    with serving(reply) as (_, get), pytest.raises(TooLarge):
        get()


@pytest.mark.criterion("R-33")
def test_a_bomb_never_takes_memory():
    script = """
import resource, sys
from datetime import UTC, datetime
from bot.errors import TooLarge
from bot.model import Request
from bot.web.client import Client, ClientOptions
import brotli, ssl
port = int(sys.argv[1])
fetch = Client(ClientOptions(allow=frozenset({f"127.0.0.1:{port}"}), loopback_only=True, robots=False), lambda: datetime.now(UTC))
fetch(Request(url=f"http://127.0.0.1:{port}/ok"))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in ("/gzip", "/double", "/br"):
    try:
        fetch(Request(url=f"http://127.0.0.1:{port}{path}"))
        sys.exit("no error for " + path)
    except TooLarge:
        pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    replies = {
        "/ok": Reply(200, (), b"x"),
        "/gzip": Reply(200, (("Content-Encoding", "gzip"),), GZIP_BOMB),
        "/double": Reply(200, (("Content-Encoding", "gzip, gzip"),), gzip.compress(GZIP_BOMB)),
        "/br": Reply(200, (("Content-Encoding", "br"),), brotli.compress(b"\0" * 60_000_000, quality=5)),
    }
    with Server(dict(replies)) as server:
        done = subprocess.run(
            [sys.executable, "-c", script, str(server.port)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=Path(__file__).parents[2],
        )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 64 * 1024  # kilobytes
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss > 0


def test_a_robots_txt_beyond_the_cap_is_cut_not_refused():
    body = b"User-agent: *\nDisallow: /x\n" + b"#" * 2_000_000
    with Server({"/robots.txt": Reply(200, (), body)}) as server:
        answer = client(server)(
            Request(url=server.url("/robots.txt"), purpose="robots", wire_cap=500_000, decoded_cap=500_000)
        )
    assert len(answer.body) == 500_000


def test_an_error_page_is_read_only_as_far_as_it_is_telling():
    with serving(Reply(500, (), b"x" * 5_000_000)) as (_, get):
        assert len(get().body) == 256 * 1024


# ── time ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.criterion("R-34")
@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("a byte now and then in the body", Reply(200, (), b"x" * 1000, drip=0.2)),
        ("a header now and then", Reply(200, (), b"x", drip_headers=0.2)),
        ("silence", Reply(200, (), b"x", delay=30)),
    ],
)
def test_the_deadline_ends_every_kind_of_slowness(name, reply):
    with serving(reply) as (_, get):
        began = time.monotonic()
        with pytest.raises(TimedOut):
            get(deadline=QUICK)
        assert time.monotonic() - began < 2


@pytest.mark.criterion("R-34")
def test_a_slow_name_server_counts_against_the_deadline():
    stuck = threading.Event()

    def resolve(host: str, port: int) -> list[str]:
        stuck.wait(20)
        return ["127.0.0.1"]

    fetch = client(resolve=resolve, loopback_only=False)
    began = time.monotonic()
    with pytest.raises(TimedOut):
        fetch(Request(url="http://slow.example.org/", deadline=QUICK))
    stuck.set()
    assert time.monotonic() - began < 2


@pytest.mark.criterion("R-34")
def test_redirects_share_one_deadline():
    replies: dict[str, Reply | Callable[..., Reply]] = {
        f"/{n}": Reply(302, (("Location", f"/{n + 1}"),), delay=0.4) for n in range(6)
    }
    with Server(dict(replies)) as server:
        began = time.monotonic()
        with pytest.raises(TimedOut):
            client(server)(Request(url=server.url("/0"), deadline=QUICK))
        assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("closed at once", Reply(drop="accept")),
        ("closed after the headers", Reply(200, (), b"abcd", drop="headers")),
        ("closed in the body", Reply(200, (), b"abcd" * 100, drop="body")),
        ("too short", Reply(200, (), b"abc", length=100)),
        ("no HTTP", Reply(raw=b"\x00\x01\x02 garbage\r\n\r\n")),
        ("nothing but a line end", Reply(raw=b"\r\n")),
        ("endless header line", Reply(raw=b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n")),
        ("200,000 headers", Reply(raw=b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200_000 + b"\r\n")),
        ("broken gzip", Reply(200, (("Content-Encoding", "gzip"),), b"no gzip at all")),
        (
            "cut gzip",
            Reply(200, (("Content-Encoding", "gzip"),), gzip.compress(os.urandom(50_000))[:20_000], length=50_000),
        ),
        ("bad chunk length", Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\nabc\r\n")),
        ("status beyond three digits", Reply(raw=b"HTTP/1.1 99999 OK\r\n\r\n")),
    ],
)
def test_a_broken_transfer_is_unreachable_never_a_short_success(name, reply):
    with serving(reply) as (_, get), pytest.raises(Unreachable):
        get(deadline=QUICK * 5)


# ── redirects ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_redirects_are_followed_and_told():
    with Server({"/1": redirect("/2", 301), "/2": redirect("3?x=ä b#frag", 307), "/3": html("<p>x")}) as server:
        answer = client(server)(Request(url=server.url("/1")))
    assert answer.redirects == ((301, server.url("/2")), (307, server.url("/3?x=%C3%A4%20b")))
    assert answer.url == server.url("/3?x=%C3%A4%20b")
    assert [request.target for request in server.requests] == ["/1", "/2", "/3?x=%C3%A4%20b"]


@pytest.mark.criterion("R-48")
def test_the_sixth_redirect_is_refused():
    with Server({"/": redirect("/")}) as server:
        with pytest.raises(Refused, match="more than 5 redirects"):
            client(server)(Request(url=server.url("/")))
        assert len(server.requests) == 6


@pytest.mark.criterion("R-46")
@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "http://[::1]:1/",
        "ftp://127.0.0.1/",
        "http://127.0.0.1:1/",
        "//10.0.0.1/",
        "http://2130706433/",
    ],
)
def test_a_redirect_is_checked_like_the_first_url(location):
    with Server({"/": redirect(location)}) as server:
        with pytest.raises(Refused) as refused:
            client(server, loopback_only=False)(Request(url=server.url("/")))
        assert len(server.requests) == 1
        assert refused.value.sent  # the server that redirected us was asked


def test_authorization_does_not_travel_to_another_origin():
    with (
        Server({"/": Reply(200)}) as other,
        Server({"/away": redirect(other.url("/")), "/near": redirect("/here"), "/here": Reply(200)}) as server,
    ):
        fetch = client(allow=server.allow | other.allow)
        for path in ("/away", "/near"):
            fetch(Request(url=server.url(path), headers=(("Authorization", "Bearer t"),)))
    assert other.requests[0].header("Authorization") == ""
    assert server.seen("/here")[0].header("Authorization") == "Bearer t"


# ── addresses ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.criterion("R-49")
def test_without_an_allow_list_the_test_server_cannot_be_reached():
    with Server({"/": Reply(200)}) as server:
        for loopback_only in (False, True):
            with pytest.raises(Refused):
                Client(ClientOptions(loopback_only=loopback_only), lambda: NOW)(Request(url=server.url("/")))
    assert server.requests == []


@pytest.mark.criterion("R-46")
def test_a_name_that_changes_its_address_gains_nothing():
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.2"] if len(asked) == 1 else ["127.0.0.1"]

    with Server({"/": Reply(200)}) as server:
        name = f"rebind.example.org:{server.port}"
        fetch = client(resolve=resolve, loopback_only=False, allow=frozenset({name}))
        with pytest.raises(Unreachable):  # one look-up, and the address it gave is dialled: the server is not there
            fetch(Request(url=f"http://{name}/"))
        assert asked == ["rebind.example.org"]
        guarded = client(resolve=resolve, loopback_only=False, ports=frozenset({server.port}))
        with pytest.raises(Refused, match="private or special") as refused:  # and each look-up is checked
            guarded(Request(url=f"http://{name}/"))
        assert not refused.value.sent
    assert server.requests == []


@pytest.mark.criterion("R-46")
def test_the_name_is_sent_and_the_checked_address_is_dialled():
    with Server({"/": Reply(200, (), b"ok")}) as server:
        fetch = client(allow=frozenset({f"localhost:{server.port}"}), resolve=lambda host, port: ["127.0.0.1"])
        assert fetch(Request(url=f"http://localhost:{server.port}/")).body == b"ok"
    assert server.requests[0].header("Host") == f"localhost:{server.port}"


def test_an_unknown_name_is_unreachable():
    def resolve(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(Unreachable, match="name") as unknown:
        client(resolve=resolve, loopback_only=False)(Request(url="http://nowhere.example.org/"))
    assert not unknown.value.sent
    with pytest.raises(Refused) as refused:
        client()(Request(url="http://10.0.0.1/"))
    assert not refused.value.sent


def test_a_closed_port_is_unreachable():
    with Server() as server:
        allow = server.allow
        url = server.url("/")
    with pytest.raises(Unreachable) as closed:
        client(allow=allow)(Request(url=url))
    assert closed.value.sent  # somebody was knocked at


@pytest.mark.criterion("R-49")
def test_an_explicit_proxy_gets_the_whole_url():
    with Server(fallback=html("<p>by proxy")) as proxy:
        fetch = client(proxy=f"http://127.0.0.1:{proxy.port}", loopback_only=False)
        assert fetch(Request(url="http://example.org/a?b=1")).body == b"<p>by proxy"
    assert proxy.requests[0].target == "http://example.org/a?b=1"
    assert proxy.requests[0].header("Host") == "example.org"


@pytest.mark.criterion("R-49")
def test_a_proxy_does_not_lift_the_rules_for_literal_addresses():
    with Server(fallback=html("x")) as proxy, pytest.raises(Refused):
        client(proxy=f"http://127.0.0.1:{proxy.port}", loopback_only=False)(Request(url="http://169.254.169.254/"))


@pytest.mark.criterion("decision 25")
def test_loopback_only_holds_for_the_proxy_too():
    with pytest.raises(Refused):
        client(proxy="http://proxy.example.org:3128")


# ── TLS ────────────────────────────────────────────────────────────────────────────────────────────────


def certificate(folder: Path, *, address: str = "127.0.0.1", valid: bool = True) -> tuple[ssl.SSLContext, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    start = datetime.now(UTC) - timedelta(days=2)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=30 if valid else 1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    both = folder / "server.pem"
    both.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    public = folder / "ca.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context, public


@pytest.mark.criterion("R-51")
def test_a_certificate_that_nobody_signed_is_an_error_and_no_request_is_sent(tmp_path):
    context, _ = certificate(tmp_path)
    with Server({"/": Reply(200)}, tls=context) as server, pytest.raises(Unreachable, match="TLS"):
        client(server)(Request(url=server.url("/")))
    assert server.requests == []


@pytest.mark.criterion("R-51")
def test_a_known_authority_is_believed_for_its_name_only_and_not_for_ever(tmp_path):
    context, ca = certificate(tmp_path)
    with Server({"/": Reply(200, (), b"ok")}, tls=context) as server:
        assert client(server, ca_file=str(ca))(Request(url=server.url("/"))).body == b"ok"
        with pytest.raises(Unreachable, match="TLS"):
            client(server, ca_file=str(ca), resolve=lambda host, port: ["127.0.0.1"])(
                Request(url=f"https://localhost:{server.port}/")
            )
    expired, ca = certificate(tmp_path, valid=False)
    with Server({"/": Reply(200)}, tls=expired) as server, pytest.raises(Unreachable, match="TLS"):
        client(server, ca_file=str(ca))(Request(url=server.url("/")))


@pytest.mark.criterion("R-48")
def test_a_redirect_from_https_to_http_is_refused(tmp_path):
    context, ca = certificate(tmp_path)
    with Server({"/": Reply(200)}) as plain, Server({"/": redirect(plain.url("/"))}, tls=context) as server:
        fetch = client(allow=server.allow | plain.allow, ca_file=str(ca))
        with pytest.raises(Refused, match="https to http"):
            fetch(Request(url=server.url("/")))
    assert plain.requests == []


@pytest.mark.criterion("R-34")
def test_the_deadline_ends_a_slow_tls_answer(tmp_path):
    context, ca = certificate(tmp_path)
    with Server({"/": Reply(200, (), b"x" * 1000, drip=0.2)}, tls=context) as server:
        began = time.monotonic()
        with pytest.raises(TimedOut):
            client(server, ca_file=str(ca))(Request(url=server.url("/"), deadline=QUICK))
        assert time.monotonic() - began < 2


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_no_descriptor_is_left_open():
    with Server({"/": Reply(200, (), b"x"), "/drop": Reply(drop="accept")}) as server:
        fetch = client(server)
        fetch(Request(url=server.url("/")))
        before = open_files()
        for path in ("/", "/drop") * 50:
            try:
                fetch(Request(url=server.url(path)))
            except Unreachable:
                continue
        deadline = time.monotonic() + 3
        while open_files() > before + 4 and time.monotonic() < deadline:
            threading.Event().wait(0.05)
        assert open_files() <= before + 4
