"""Everything hostile that we could find or think of, by name: any bytes give a result or a typed error, in time."""

from __future__ import annotations

import codecs
import gzip
import random
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import ExtractError, FeedError, FetchError, WorkerError
from bot.model import FeedDocument, Page, Request
from bot.web.client import Client, ClientOptions
from bot.workers import Workers
from tests.servers import Reply, Server

NOW = datetime(2026, 3, 1, tzinfo=UTC)
URL = "https://news.example.org/x"
DEADLINE = timedelta(seconds=2)  # of the workers here; the ten seconds of the real ones are held in `make torture`
GOOD = (
    b"<html lang='en'><head><title>Ships</title></head><body><h1>Ships</h1>"
    + b"<p>Four ships left the port at night.</p>" * 20
    + b"</body></html>"
)


def rss(inside: str | bytes = "", *, head: str = "<?xml version='1.0'?>", channel: str = "") -> bytes:
    body = inside.encode("utf-8", "surrogatepass") if isinstance(inside, str) else inside
    return f"{head}<rss version='2.0'><channel><title>N</title>{channel}".encode() + body + b"</channel></rss>"


def item(inside: str) -> bytes:
    return rss(f"<item><guid>1</guid><title>T</title>{inside}</item>")


def page(inside: str | bytes, head: str = "") -> bytes:
    body = inside.encode("utf-8", "surrogatepass") if isinstance(inside, str) else inside
    return (
        f"<!DOCTYPE html><html><head><title>Ships leave</title>{head}</head><body>".encode() + body + b"</body></html>"
    )


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
MANY = "".join(f"<item><guid>{n}</guid><title>Title {n}</title></item>" for n in range(5000))

FEEDS: dict[str, bytes] = {
    "billion laughs": rss(
        "<item><guid>1</guid><title>&l9;</title></item>", head=f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]>'
    ),
    "billion laughs in UTF-16": rss(
        "<item><title>&l9;</title></item>", head=f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]>'
    )
    .decode()
    .encode("utf-16"),
    "quadratic entity": rss(
        "<item><title>" + "&a;" * 20_000 + "</title></item>", head=f'<!DOCTYPE r [<!ENTITY a "{"A" * 100_000}">]>'
    ),
    "ten thousand entities": rss(head="<!DOCTYPE r [" + "".join(f'<!ENTITY e{n} "x">' for n in range(10_000)) + "]>"),
    "external entity file": rss(
        "<item><title>&x;</title></item>", head='<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    ),
    "external DTD": rss(head='<!DOCTYPE r SYSTEM "http://127.0.0.1:9/evil.dtd">'),
    "parameter entity": rss(head='<!DOCTYPE r [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>'),
    "entity with a backslash": rss("<item><title>&c;</title></item>", head='<!DOCTYPE r [<!ENTITY c "C:\\data\\1">]>'),
    "unclosed DOCTYPE": rss(head='<!DOCTYPE r [<!ENTITY a "'),
    "recursive entity": rss(
        "<item><title>&a;</title></item>", head='<!DOCTYPE r [<!ENTITY a "&b;"><!ENTITY b "&a;">]>'
    ),
    "surrogate reference": item("&#xD83D;"),
    "reference beyond Unicode": item("&#x110000;"),
    "reference of 32 bits": item("&#xFFFFFFFF;"),
    "reference of a thousand digits": item("&#" + "9" * 1000 + ";"),
    "encoding punycode": b"<?xml version='1.0' encoding='punycode'?>" + item("x")[21:],
    "encoding undefined": b"<?xml version='1.0' encoding='undefined'?>" + item("x")[21:],
    "encoding utf-7": b"<?xml version='1.0' encoding='utf-7'?>" + item("+ADw-script+AD4-")[21:],
    "encoding with a NUL": b"<?xml version='1.0' encoding='utf\x008'?>" + item("x")[21:],
    "encoding that lies": "<?xml version='1.0' encoding='utf-16'?><rss version='2.0'><channel><item><title>я</title></item></channel></rss>".encode(
        "cp1251"
    ),
    "bad GML": item(
        '<g:where xmlns:g="http://www.georss.org/georss" xmlns:m="http://www.opengis.net/gml"><m:Point srsName="["><m:pos>1</m:pos></m:Point></g:where>'
    ),
    "five thousand items": rss(MANY),
    "deeply nested elements": rss("<a>" * 20_000),
    "deeply nested in a description": item("<description>" + "&lt;div&gt;" * 100_000 + "</description>"),
    "unclosed links in a description": item("<description>" + "&lt;a href=&quot;" * 60_000 + "</description>"),
    "unclosed comments in a description": item("<description>" + "&lt;!--" * 100_000 + "</description>"),
    "one token of two megabytes": rss(f"<item><guid>1</guid><title a='{'x' * 2_000_000}'>T</title></item>"),
    "unclosed CDATA": rss("<item><title><![CDATA[ never closed"),
    "thousands of unclosed CDATA": rss("<![CDATA[" * 30_000),
    "a thousand namespaces": rss("".join(f"<n{n}:x xmlns:n{n}='urn:{n}'/>" for n in range(1000))),
    "forty thousand attributes": rss(
        "<item " + " ".join(f"a{n}='1'" for n in range(40_000)) + "><title>T</title></item>"
    ),
    "only opening items": rss("<item>" * 50_000),
    "items in items": rss("<item>" * 200 + "</item>" * 200),
    "NUL bytes": item("a\x00b").replace(b"T", b"\x00T\x00"),
    "control characters": item("\x01\x02\x0b\x1f\x7f"),
    "lone surrogates in UTF-8": item("\ud83d"),
    "invalid UTF-8": item("x").replace(b"T<", b"\xff\xfe\xc3\x28\xf0\x28\x8c\x28<"),
    "bidi overrides": item("\u202etxt.exe\u2066").replace(b"<title>T", "<title>\u202eT\u2067".encode()),
    "a megabyte of combining marks": item("<description>" + "\u0301" * 300_000 + "</description>"),
    "years minus one and ten thousand": item("<pubDate>-0001-01-01T00:00:00Z</pubDate><updated>10000-01-01</updated>"),
    "date of a million digits": item(f"<pubDate>{'9' * 1_000_000}</pubDate>"),
    "javascript links": item("<link>javascript:alert(1)</link>"),
    "a link of a megabyte": item("<link>https://example.org/" + "a" * 1_000_000 + "</link>"),
    "a link with a broken IPv6 host": item("<link>http://[::1/</link>"),
    "a thousand authors": item("".join(f"<author>a{n}@example.org</author>" for n in range(1000))),
    "enormous numbers as hints": rss(
        channel="<ttl>" + "9" * 5000 + "</ttl><skipHours>" + "<hour>1</hour>" * 5000 + "</skipHours>"
    ),
    "JSON of a hundred thousand brackets": b"[" * 100_000,
    "JSON with items of every type": b'{"version":"https://jsonfeed.org/version/1","items":[null,1,"x",[],{"id":{}},{"id":1e999},{"id":"1","authors":[null],"title":[]}]}',
    "JSON with a number of a million digits": b'{"items":[{"id":' + b"9" * 1_000_000 + b"}]}",
    "only a byte order mark": codecs.BOM_UTF16_LE,
    "half a UTF-16 character": codecs.BOM_UTF16_LE + b"<",
    "UTF-32": item("x").decode().encode("utf-32"),
    "gzip bytes": gzip.compress(item("x")),
    "zlib bytes": zlib.compress(item("x")),
    "random bytes": random.Random(1).randbytes(50_000),
    "feed in a feed": item(f"<description><![CDATA[{item('x').decode()}]]></description>"),
    "base64 content that is none": rss().replace(
        b"</channel>",
        b"<item><content type='application/octet-stream' mode='base64'>!!!</content><title>T</title></item></channel>",
    ),
    "xml:base without end": rss(f"<item xml:base='{'http://a/' * 10_000}'><link>x</link><title>T</title></item>"),
}

PAGES: dict[str, bytes] = {
    "attributes on one tag": page("<p " + " ".join(f'a{n}="1"' for n in range(60_000)) + ">x</p>"),
    "towers of divs": page(("<div>" * 250 + "x" + "</div>" * 250) * 150),
    "divs without end": page("<div>" * 300_000),
    "a hundred thousand spans deep": page("<span>" * 100_000 + "text"),
    "many dates": page("".join(f"<p>2023-{n % 12 + 1:02d}-{n % 28 + 1:02d}</p>" for n in range(15_000))),
    "tiny paragraphs": page("<p>a</p>" * 30_000),
    "sixty thousand table rows": page("<table>" + "<tr><td>a</td></tr>" * 20_000 + "</table>"),
    "colspan of a billion": page("<table><tr><td colspan='999999999' rowspan='999999999'>x</td></tr></table>"),
    "broken JSON-LD": page(
        "<p>x</p>",
        head="<script type='application/ld+json'>" + '{"@type":"NewsArticle","headline":"' * 5000 + "</script>",
    ),
    "nested JSON-LD": page("<p>x</p>", head="<script type='application/ld+json'>" + "[" * 100_000 + "</script>"),
    "JSON-LD author list of a megabyte": page(
        "<p>x</p>",
        head='<script type=\'application/ld+json\'>{"@type":"NewsArticle","author":['
        + ",".join(['{"name":"A"}'] * 20_000)
        + "]}</script>",
    ),
    "thousands of metas": page("<p>x</p>", head="<meta name='a' content='b'>" * 30_000),
    "a title of a megabyte": page("<p>x</p>").replace(b"Ships leave", b"S" * 1_000_000),
    "five megabytes of text": page("<p>" + "word " * 1_000_000 + "</p>"),
    "one word of two megabytes": page("<p>" + "w" * 2_000_000 + "</p>"),
    "unclosed comment": page("<p>x</p><!--" + "x" * 100_000),
    "a hundred thousand comments": page("<!-- x -->" * 100_000),
    "unclosed script": page("<script>" + "<p>x</p>" * 10_000),
    "entities only": page("&amp;" * 300_000),
    "bad references": page("<p>&#xD83D;&#x110000;&#0;&#99999999999;</p>"),
    "NUL and control bytes": page(b"<p>\x00\x01\x02 text \x7f\x80</p>"),
    "lone surrogates": page("<p>\ud83d\udc00</p>"),
    "charset that lies": page("<p>ё</p>", head="<meta charset='utf-16'>"),
    "charset nobody knows": page("<p>x</p>", head="<meta charset='x-klingon'>"),
    "charset utf-7": page("+ADw-script+AD4-", head="<meta charset='utf-7'>"),
    "two hundred charsets": page("<p>x</p>", head="<meta charset='koi8-r'>" * 200),
    "svg and math": page("<svg>" * 1000 + "<math>" * 1000),
    "forms in tables in forms": page("<table><form>" * 5000),
    "links of javascript": page("<a href='javascript:alert(1)'>x</a>" * 10_000),
    "a canonical that is no URL": page(
        "<p>x</p>", head="<link rel='canonical' href='http://[::1'><meta property='og:url' content='javascript:x'>"
    ),
    "a PDF": b"%PDF-1.7\n" + b"x" * 100_000,
    "a PDF called HTML": b"\n\n%PDF-1.7",
    "a PNG": b"\x89PNG\r\n\x1a\n" + b"\x00" * 1000,
    "a zip": b"PK\x03\x04" + b"\x00" * 1000,
    "random bytes": random.Random(2).randbytes(100_000),
    "nothing": b"",
    "white space": b" \n" * 100_000,
    "XML with a DTD": b"<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><html><body><p>&x;</p></body></html>",
    "a frameset": b"<html><frameset><frame src='a'></frameset></html>",
}

SERVERS: dict[str, Reply] = {
    "gzip bomb": Reply(200, (("Content-Encoding", "gzip"),), gzip.compress(b"\0" * 60_000_000, 6)),
    "gzip in gzip": Reply(
        200, (("Content-Encoding", "gzip, gzip"),), gzip.compress(gzip.compress(b"\0" * 60_000_000, 6))
    ),
    "sixty-four encodings": Reply(200, (("Content-Encoding", ", ".join(["gzip"] * 64)),), b"x"),
    "an encoding nobody knows": Reply(200, (("Content-Encoding", "rot13"),), b"x"),
    "a byte a second": Reply(200, (), b"x" * 100, drip=0.3),
    "a header a second": Reply(200, (), b"x", drip_headers=0.3),
    "silence": Reply(200, (), b"x", delay=20),
    "a body without end": Reply(200, (), chunks=iter(lambda: b"x" * 65536, b"")),
    "a length that lies high": Reply(200, (), b"x", length=1000),
    "a length that is negative": Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello"),
    "two lengths": Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\nhello"),
    "chunks without end": Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\nx"),
    "a chunk length that is none": Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n"),
    "a header line without end": Reply(raw=b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300_000),
    "headers without end": Reply(raw=b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 50_000),
    "a status that is none": Reply(raw=b"HTTP/1.1 abc OK\r\n\r\n"),
    "HTTP 0.9": Reply(raw=b"<html>just a page</html>"),
    "SSH": Reply(raw=b"SSH-2.0-OpenSSH_9.6\r\n"),
    "a thousand 100 Continue": Reply(
        raw=b"HTTP/1.1 100 Continue\r\n\r\n" * 1000 + b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"
    ),
    "a redirect to itself": Reply(302, (("Location", "/x"),)),
    "a redirect to the metadata service": Reply(302, (("Location", "http://169.254.169.254/latest/"),)),
    "a redirect to a file": Reply(302, (("Location", "file:///etc/passwd"),)),
    "a redirect to nothing": Reply(302, (("Location", ""),)),
    "a redirect to a broken URL": Reply(302, (("Location", "http://[::1"),)),
    "a redirect with a line end": Reply(raw=b"HTTP/1.1 302 F\r\nLocation: http://127.0.0.1/\x0b\x0c\r\n\r\n"),
    "a redirect of a megabyte": Reply(raw=b"HTTP/1.1 302 F\r\nLocation: /" + b"a" * 60_000 + b"\r\n\r\n"),
    "cookies by the thousand": Reply(200, tuple(("Set-Cookie", f"a{n}=b") for n in range(80)), b"x"),
    "Retry-After of a thousand digits": Reply(429, (("Retry-After", "9" * 1000),)),
    "closed before a word": Reply(drop="accept"),
    "closed in the body": Reply(200, (), b"x" * 1000, drop="body"),
}


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(2, deadline=DEADLINE) as made:
        made.page(GOOD, url=URL, headers=(), now=NOW)
        yield made


def test_there_are_more_than_a_hundred_named_cases():
    assert len(FEEDS) + len(PAGES) + len(SERVERS) >= 100


@pytest.mark.criterion("R-30")
@pytest.mark.criterion("R-36")
@pytest.mark.parametrize("name", FEEDS)
def test_a_hostile_feed_is_a_document_or_a_typed_error(name, workers):
    began = time.monotonic()
    with suppress(FeedError, WorkerError):
        document = workers.feed(FEEDS[name], url=URL, headers=(("content-type", "application/rss+xml"),), now=NOW)
        assert isinstance(document, FeedDocument)
        for entry in document.entries:
            assert entry.url.startswith(("http://", "https://")) or not entry.url
            assert "root:" not in entry.title + entry.summary
            (entry.title + entry.summary + entry.content + entry.url).encode()  # no sink can choke on a surrogate
            assert not set("\x00\x1b\u202e\u2066\u200b") & set(entry.title + entry.summary)
            assert len(entry.title) <= 500
            assert len(entry.url) <= 2048
        assert len(document.entries) <= 500
    assert time.monotonic() - began < DEADLINE.total_seconds() + 1.5


@pytest.mark.criterion("R-31")
@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_page_is_an_article_or_a_typed_error(name, workers):
    began = time.monotonic()
    with suppress(ExtractError, WorkerError):
        found = workers.page(PAGES[name], url=URL, headers=(("content-type", "text/html"),), now=NOW)
        assert isinstance(found, Page)
        assert found.url.startswith(("http://", "https://")) or not found.url
        assert "root:" not in found.text
        (found.title + found.text).encode()
        assert len(found.title) <= 500
        assert len(found.text) <= 400_000
    assert time.monotonic() - began < DEADLINE.total_seconds() + 1.5


@pytest.mark.criterion("R-31")
def test_after_all_of_it_a_good_page_is_answered_within_a_second(workers):
    began = time.monotonic()
    assert workers.page(GOOD, url=URL, headers=(), now=NOW).title == "Ships"
    assert time.monotonic() - began < 1


@pytest.mark.criterion("R-33")
@pytest.mark.criterion("R-34")
@pytest.mark.parametrize("name", SERVERS)
def test_a_hostile_server_is_an_answer_or_a_typed_error(name):
    with Server({"/x": SERVERS[name]}) as server:
        fetch = Client(ClientOptions(allow=server.allow, loopback_only=True, robots=False), lambda: NOW)
        began = time.monotonic()
        with suppress(FetchError):
            answer = fetch(Request(url=server.url("/x"), deadline=timedelta(seconds=1.5)))
            assert len(answer.body) <= 10 * 1024 * 1024
            assert answer.header("set-cookie") == ""
        assert time.monotonic() - began < 2.6


# ── mutation fuzz ────────────────────────────────────────────────────────────────────────────────

SEED_FEEDS = [body for body in FEEDS.values() if len(body) < 4000]
SEED_PAGES = [body for body in PAGES.values() if len(body) < 4000] + [GOOD]
SPICE = [
    b"<",
    b">",
    b"&",
    b"]]>",
    b"<![CDATA[",
    b"<!--",
    b"\x00",
    b"\xff\xfe",
    b"&#x",
    b"</item>",
    b"<item>",
    b'"',
    b"'",
    b"<!DOCTYPE",
    b"%",
    b"\xed\xa0\x80",
    b"]>",
    b"<?xml",
    b"=",
    b"9" * 40,
]


def mutated(dice: random.Random, seeds: list[bytes]) -> bytes:
    body = bytearray(dice.choice(seeds))
    for _ in range(dice.randint(1, 12)):
        place = dice.randrange(len(body) + 1)
        match dice.randrange(5):
            case 0:
                body[place:place] = dice.choice(SPICE)
            case 1:
                del body[place : place + dice.randint(1, 60)]
            case 2:
                body[place : place + 1] = dice.randbytes(1)
            case 3:
                other = dice.choice(seeds)
                cut = dice.randrange(len(other) + 1)
                body[place:place] = other[cut : cut + dice.randint(1, 200)]
            case _:
                body[place:place] = bytes(body[place : place + dice.randint(1, 100)]) * dice.randint(1, 5)
    return bytes(body)


def fuzz(workers: Workers, feeds: int, pages: int, seed: int) -> Counter[str]:
    """Read so many mutations; how many gave a result, which typed error, and the slowest in seconds."""
    dice, ends, slowest = random.Random(seed), Counter[str](), 0.0
    for what, count, seeds in (("feed", feeds, SEED_FEEDS), ("page", pages, SEED_PAGES)):
        read = workers.feed if what == "feed" else workers.page
        for _ in range(count):
            began = time.monotonic()
            try:
                read(mutated(dice, seeds), url=URL, headers=(), now=NOW)
                ends[f"{what}: a result"] += 1
            except (FeedError, ExtractError, WorkerError) as error:
                ends[f"{what}: {type(error).__name__} {error.reason}"] += 1
            slowest = max(slowest, time.monotonic() - began)
    print(f"\n{dict(sorted(ends.items()))}; slowest {slowest:.1f} s; {workers.killed} workers lost")
    return ends


@pytest.mark.criterion("R-30")
def test_a_sample_of_mutations_raises_nothing_else(workers):
    before = workers.killed
    ends = fuzz(workers, feeds=300, pages=80, seed=int(NOW.timestamp()))
    assert sum(ends.values()) == 380
    assert ends["feed: a result"] > 30  # the mutations are no mere noise
    assert workers.killed == before


@pytest.mark.torture
@pytest.mark.criterion("R-30")
@pytest.mark.criterion("R-31")
def test_five_thousand_feeds_and_two_thousand_pages_raise_nothing_else(workers):
    ends = fuzz(workers, feeds=5000, pages=2000, seed=7)
    assert sum(ends.values()) == 7000
    assert workers.page(GOOD, url=URL, headers=(), now=NOW).title == "Ships"


@pytest.mark.torture
@pytest.mark.criterion("R-31")
def test_with_the_real_deadline_everything_ends_within_ten_seconds():
    with Workers(1) as workers:
        workers.page(GOOD, url=URL, headers=(), now=NOW)
        for name, body in (*FEEDS.items(), *PAGES.items()):
            began = time.monotonic()
            with suppress(FeedError, ExtractError, WorkerError):
                if name in FEEDS:
                    workers.feed(body, url=URL, headers=(), now=NOW)
                else:
                    workers.page(body, url=URL, headers=(), now=NOW)
            assert time.monotonic() - began < 11.5, name
            began = time.monotonic()
            workers.page(GOOD, url=URL, headers=(), now=NOW)
            assert time.monotonic() - began < 1, name
