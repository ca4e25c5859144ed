"""Stand-ins for the archives of the past, faithful to what they answer: pages, resume keys, busy signs, errors under HTTP 200."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

from tests.servers import Reply, Seen

TITLE = "North Korea shipped artillery shells to Russia, Seoul says"
BODY = (
    "North Korea has sent about 3,000 containers of artillery shells to Russia since August, South Korea's defence ministry said. "
    "The munitions left the port of Rajin on Russian vessels and went on by rail to depots near the front in Ukraine."
)
XML = (("content-type", "application/xml"),)
JSON = (("content-type", "application/json; charset=UTF-8"),)
HTML = (("content-type", "text/html; charset=utf-8"),)
SLOW_DOWN = (
    b'<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>'
)


def asked(request: Seen) -> dict[str, str]:
    """The query of a request."""
    return {
        name: values[-1] for name, values in parse_qs(urlsplit(request.target).query, keep_blank_values=True).items()
    }


def article(
    title: str = TITLE, body: str = BODY, date: str = "2023-10-13T20:00:00+00:00", charset: str = "utf-8"
) -> bytes:
    """One article page."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="{charset}"><title>{title}</title>'
        f'<meta property="article:published_time" content="{date}"></head><body><article><h1>{title}</h1><p>{body}</p><p>{body}</p>'
        "</article></body></html>"
    ).encode(charset, "xmlcharrefreplace")


def busy_every(count: int, reply: Reply, route: Callable[[Seen], Reply]) -> Callable[[Seen], Reply]:
    """A route that gives another answer every so many requests."""
    seen = 0

    def answer(request: Seen) -> Reply:
        nonlocal seen
        seen += 1
        return reply if seen % count == 0 else route(request)

    return answer


# ── RFC 5005 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def atom(
    base: str, entries: Sequence[tuple[str, str, str]], *, prev: str = "", after: str = "", archive: bool = False
) -> Reply:
    """An Atom document: (path, title, date) of its entries, and its links."""
    items = "".join(
        f'<entry><id>tag:paper.example,{path}</id><title>{title}</title><link href="{base}{path}"/><updated>{date}</updated>'
        f"<published>{date}</published><summary>{BODY if 'North Korea' in title else 'Nothing to do with it.'}</summary></entry>"
        for path, title, date in entries
    )
    links = "".join(
        f'<link rel="{rel}" href="{base}{href}"/>' for rel, href in (("prev-archive", prev), ("next", after)) if href
    )
    sign = '<fh:archive xmlns:fh="http://purl.org/syndication/history/1.0"/>' if archive else ""
    body = f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><id>tag:paper.example</id><title>Paper</title>{links}{sign}{items}</feed>'
    return Reply(200, (("content-type", "application/atom+xml"),), body.encode())


# ── WordPress ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class WordPressSite:
    """REST posts and a paged feed; `rest=False` is a site that has its interface switched off."""

    base: str
    dates: Sequence[str]
    rest: bool = True
    per_feed_page: int = 10
    feed_pages: bool = True  # False: `paged` is ignored, every page is the first

    def __call__(self, request: Seen) -> Reply:
        query = asked(request)
        if request.path == "/wp-json/wp/v2/posts":
            if not self.rest:
                return Reply(401, JSON, b'{"code":"rest_disabled","message":"no","data":{"status":401}}')
            return self._rest(query)
        if request.path == "/feed/":
            return self._feed(int(query.get("paged", "1")))
        return Reply(404, HTML, b"not here")

    def _rest(self, query: dict[str, str]) -> Reply:
        found = [
            (n, date) for n, date in enumerate(self.dates) if query.get("after", "") < date < query.get("before", "9")
        ]
        size, page = int(query["per_page"]), int(query["page"])
        pages = max(1, -(-len(found) // size))
        if page > pages:
            message = b'{"code":"rest_post_invalid_page_number","message":"The page number requested is larger.","data":{"status":400}}'
            return Reply(400, JSON, message)
        rows = [
            {
                "id": n,
                "date_gmt": date,
                "modified_gmt": date,
                "link": f"{self.base}/{n}/",
                "title": {"rendered": f"{TITLE if n % 20 == 0 else 'Harbour festival'} &#8211; report {n}"},
                "content": {"rendered": f"<p>{BODY if n % 20 == 0 else 'Ships berthed.'}</p><p>Report {n}.</p>"},
            }
            for n, date in found[(page - 1) * size : page * size]
        ]
        headers = (*JSON, ("x-wp-total", str(len(found))), ("x-wp-totalpages", str(pages)))
        return Reply(200, headers, json.dumps(rows).encode())

    def _feed(self, page: int) -> Reply:
        newest = sorted(enumerate(self.dates), key=lambda one: one[1], reverse=True)
        page = page if self.feed_pages else 1
        part = newest[(page - 1) * self.per_feed_page : page * self.per_feed_page]
        if not part:
            return Reply(404, HTML, b"<html>Page not found</html>")
        items = "".join(
            f"<item><guid>{self.base}/{n}/</guid><title>{TITLE} ({n})</title><link>{self.base}/{n}/</link><pubDate>{date}Z</pubDate>"
            f"<description>{BODY}</description></item>"
            for n, date in part
        )
        return Reply(200, XML, f"<rss version='2.0'><channel><title>Site</title>{items}</channel></rss>".encode())


# ── Wayback ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class WaybackMachine:
    """The index with resume keys, and captures by `id_`. `captures` are (timestamp, original, mime type, body)."""

    captures: Sequence[tuple[str, str, str, bytes]]
    page: int = 2
    lost: frozenset[str] = frozenset()  # originals whose capture cannot be played

    def __call__(self, request: Seen) -> Reply:
        if request.path == "/cdx/search/cdx":
            return self._index(asked(request))
        stamp, _, original = request.target.removeprefix("/web/").partition("id_/")
        original = unquote(original)
        for at, name, mime, body in self.captures:
            if name == original and at >= stamp and name not in self.lost:
                if at != stamp:
                    return Reply(302, (("location", f"/web/{at}id_/{name}"),))
                headers = (
                    ("content-type", mime),
                    ("x-archive-orig-content-type", mime),
                    ("x-archive-orig-server", "nginx"),
                )
                return Reply(200, headers, body)
        return Reply(404, HTML, b"<html>not archived</html>")

    def _index(self, query: dict[str, str]) -> Reply:
        rows = [one for one in self.captures if query["from"] <= one[0] < query["to"] and query["url"] in one[1]]
        start = int(query.get("resumeKey", "0"))
        size = min(self.page, int(query["limit"]))
        part = rows[start : start + size]
        table: list[list[str]] = [query["fl"].split(",")] if part else []
        table += [[at, name, mime, f"SHA{at}", str(len(body))] for at, name, mime, body in part]
        if start + size < len(rows):
            table += [[], [str(start + size)]]
        return Reply(200, JSON, json.dumps(table).encode())


# ── GDELT ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def gkg_row(url: str, title: str, *, seen: str = "20231013201500", places: str = "", names: str = "") -> str:
    """One row of the 27 columns."""
    columns = [""] * 27
    columns[0], columns[1], columns[2], columns[3], columns[4] = (
        f"{seen}-1",
        seen,
        "1",
        urlsplit(url).hostname or "",
        url,
    )
    columns[10], columns[17], columns[23] = places, "c1.1:5,c2.2:9" * 50, names
    columns[26] = f"<PAGE_TITLE>{title}</PAGE_TITLE>"
    return "\t".join(columns)


def gkg_file(name: str, rows: Sequence[str]) -> Reply:
    """A zip with one TSV, as it is served."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name.removesuffix(".zip"), "\n".join(rows).encode("utf-8") + b"\n")
    return Reply(200, (("content-type", "application/zip"),), out.getvalue())


@dataclass
class DocSearch:
    """DOC 2.0: at most 250 rows, errors as text under HTTP 200, `{}` where nothing is found."""

    base: str
    seen: Sequence[datetime]
    errors: list[bytes] = field(default_factory=list)

    def __call__(self, request: Seen) -> Reply:
        if self.errors:
            return Reply(200, (("content-type", "text/html"),), self.errors.pop(0))
        query = asked(request)
        first, last = (
            datetime.strptime(query[name], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            for name in ("startdatetime", "enddatetime")
        )
        found = [(n, at) for n, at in enumerate(self.seen) if first <= at <= last][: int(query["maxrecords"])]
        if not found:
            return Reply(200, JSON, b"{}")
        rows = [
            {
                "url": f"{self.base}/doc/{n}",
                "title": f"{TITLE} ( {n} )",
                "seendate": at.strftime("%Y%m%dT%H%M%SZ"),
                "domain": "paper.example",
                "language": "English",
                "sourcecountry": "United States",
            }
            for n, at in found
        ]
        # It has put raw control characters into its JSON.
        return Reply(200, JSON, json.dumps({"articles": rows}).replace("report", "re\x01port").encode())


# ── keyed ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class GuardianSearch:
    key: str
    total: int

    def __call__(self, request: Seen) -> Reply:
        query = asked(request)
        if query.get("api-key") != self.key:
            return Reply(401, JSON, b'{"message":"Unauthorized"}')
        size, page = int(query["page-size"]), int(query["page"])
        pages = -(-self.total // size)
        rows = [
            {
                "id": f"world/2023/{n}",
                "type": "article",
                "webPublicationDate": f"{query['from-date']}T06:00:00Z",
                "webTitle": TITLE,
                "webUrl": f"https://www.theguardian.example/world/{query['from-date']}/{n}",
                "fields": {"headline": f"{TITLE} ({n})", "bodyText": f"{BODY} Number {n} of {query['from-date']}."}
                if n % 50 == 0
                else {"headline": f"Harbour festival, day {n}", "bodyText": "Ships from nine countries berthed."},
            }
            for n in range((page - 1) * size, min(page * size, self.total))
        ]
        body = {
            "response": {
                "status": "ok",
                "total": self.total,
                "pageSize": size,
                "currentPage": page,
                "pages": pages,
                "results": rows,
            }
        }
        return Reply(200, JSON, json.dumps(body).encode())


@dataclass
class NytArchive:
    key: str
    rows: int = 3
    hits: int = 3

    def __call__(self, request: Seen) -> Reply:
        if asked(request).get("api-key") != self.key:
            return Reply(401, JSON, b'{"fault":{"faultstring":"Invalid ApiKey"}}')
        year, month = request.path.removeprefix("/svc/archive/v1/").removesuffix(".json").split("/")
        docs = [
            {
                "web_url": f"https://www.nytimes.example/{year}/{month}/{n}.html",
                "abstract": BODY,
                "lead_paragraph": BODY,
                "headline": {"main": f"{TITLE} ({n}, {month})"},
                "pub_date": f"{year}-{int(month):02d}-13T20:00:11+0000",
                "document_type": "article",
                "_id": f"nyt://article/{n}",
            }
            for n in range(self.rows)
        ]
        return Reply(
            200, JSON, json.dumps({"status": "OK", "response": {"meta": {"hits": self.hits}, "docs": docs}}).encode()
        )


@dataclass
class MediaCloudSearch:
    token: str
    base: str
    pages: int = 2

    def __call__(self, request: Seen) -> Reply:
        if request.header("authorization") != f"Token {self.token}":
            return Reply(403, JSON, b'{"detail":"Invalid token."}')
        query = asked(request)
        page = int(query.get("pagination_token", "0"))
        stories = [
            {
                "id": f"{query['start']}-{page}",
                "title": f"{TITLE} (page {page})",
                "url": f"{self.base}/mc/{query['start']}/{page}",
                "language": "en",
                "media_name": "Paper",
                "publish_date": query["start"],
            }
        ]
        more = str(page + 1) if page + 1 < self.pages else None
        return Reply(200, JSON, json.dumps({"stories": stories, "pagination_token": more}).encode())


# ── CC-NEWS ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def warc_record(
    url: str, body: bytes, *, date: str = "2023-10-13T20:15:00Z", content_type: str = "text/html; charset=utf-8"
) -> bytes:
    """One response record as a gzip member of its own."""
    payload = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    digest, own = (base64.b32encode(hashlib.sha1(part).digest()).decode() for part in (payload, body))
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Block-Digest: sha1:{digest}\r\nWARC-Payload-Digest: sha1:{own}\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{abs(hash(url)) % 10**12:012d}>\r\n"
        f"WARC-Date: {date}\r\nWARC-Target-URI: {url}\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(payload)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + payload + b"\r\n\r\n", mtime=0)


def warcinfo() -> bytes:
    """The record that every file begins with."""
    body = b"software: stand-in\r\nformat: WARC File Format 1.0\r\n"
    head = f"WARC/1.0\r\nWARC-Type: warcinfo\r\nWARC-Date: 2023-10-13T20:00:00Z\r\nWARC-Record-ID: <urn:uuid:1>\r\nContent-Type: application/warc-fields\r\nContent-Length: {len(body)}\r\n\r\n"
    return gzip.compress(head.encode() + body + b"\r\n\r\n", mtime=0)


@dataclass
class CommonCrawl:
    """Listings of months and files by range; `files` are path → bytes."""

    files: dict[str, bytes]
    cut: dict[str, int] = field(default_factory=dict)  # path → bytes of it that are really there

    def __call__(self, request: Seen) -> Reply:
        path = request.path.lstrip("/")
        if path.endswith("/warc.paths.gz"):
            month = path.removesuffix("/warc.paths.gz")
            names = [name for name in self.files if name.startswith(month)]
            if not names:
                return Reply(404, XML, b"<Error><Code>NoSuchKey</Code></Error>")
            return Reply(200, (("content-type", "application/gzip"),), gzip.compress("\n".join(names).encode()))
        if path not in self.files:
            return Reply(404, XML, b"<Error><Code>NoSuchKey</Code></Error>")
        body = self.files[path]
        wanted = request.header("range").removeprefix("bytes=")
        first, _, last = wanted.partition("-")
        if int(first) >= len(body):
            return Reply(416, (("content-range", f"bytes */{len(body)}"),))
        part = body[int(first) : int(last) + 1]
        return Reply(206, (("content-range", f"bytes {first}-{int(first) + len(part) - 1}/{len(body)}"),), part)
