"""Every source against its stand-in, over real sockets on this machine: pages, resume, busy signs, errors, loops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.units import Source, Window
from bot.errors import Refused
from bot.jobs.backfill import BackfillReport
from bot.model import Request, Response
from bot.sources import scanning
from bot.sources.ccnews import CcNews
from bot.sources.feed_archives import FeedArchives
from bot.sources.gdelt import Doc, Gkg
from bot.sources.guardian import Guardian
from bot.sources.mediacloud import MediaCloud
from bot.sources.nyt import NewYorkTimes
from bot.sources.sitemaps import Sitemaps
from bot.sources.wayback import Wayback
from bot.sources.wordpress import WordPress
from bot.store import Store
from bot.web.client import Client, ClientOptions
from tests import archives
from tests.archives import BODY, HTML, TITLE, XML, article
from tests.fakes import FakeClock, InProcess
from tests.filling import backfiller
from tests.servers import Reply, Seen, Server

NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
WINDOW = Window(since=datetime(2023, 9, 20, tzinfo=UTC), until=datetime(2023, 10, 14, tzinfo=UTC))


@dataclass
class World:
    """One server, one store, and what the sources waited."""

    server: Server
    store: Store
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))
    waited: list[float] = field(default_factory=list)

    def pause(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.clock.advance(seconds=seconds)

    @property
    def fetch(self) -> Client:
        return Client(ClientOptions(allow=self.server.allow, loopback_only=True), self.clock)

    def run(self, source: Source, window: Window = WINDOW, **more: Any) -> BackfillReport:
        return backfiller(self.store, source, window=window, fetch=self.fetch, clock=self.clock, **more).run(
            "b-1", "test", {}
        )

    def asked(self, prefix: str) -> list[str]:
        return [request.target for request in self.server.requests if request.target.startswith(prefix)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with Server() as server, Store.opened(tmp_path / "watch.db") as store:
        yield World(server, store)


def route(world: World, handler: Callable[[Seen], Reply]) -> None:
    world.server.fallback = handler


def wanting(text: str) -> bool:
    return "North Korea" in text and "Russia" in text


# ── RFC 5005 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.criterion("R-28")
def test_an_archived_feed_is_walked_back_to_the_beginning_of_the_window(world: World):
    base = world.server.url("")
    world.server.routes.update({
        "/feed": archives.atom(base, [("/new", TITLE, "2024-01-09T00:00:00Z")], prev="/2023-10"),
        "/2023-10": archives.atom(base, [("/in", f"{TITLE} (in)", "2023-10-13T00:00:00Z")], prev="/2023-08", archive=True),
        "/2023-08": archives.atom(base, [("/old", f"{TITLE} (old)", "2023-08-13T00:00:00Z")], prev="/2023-07", archive=True),
        "/2023-07": archives.atom(base, [("/older", TITLE, "2023-07-01T00:00:00Z")], archive=True),
        "/in": Reply(200, HTML, article(f"{TITLE} (in)")),
    })  # fmt: skip
    report = world.run(FeedArchives([f"{base}/feed"], world.fetch, InProcess(), world.clock, world.pause))
    assert (report.matches, report.outside, report.missed) == (1, 2, ())
    assert world.asked("/2023-07") == []


@pytest.mark.criterion("R-14")
def test_a_minute_lies_between_the_polling_of_a_feed_and_its_backfill(world: World):
    base = world.server.url("")
    world.server.routes["/feed"] = archives.atom(base, [("/a", "Other", "2023-10-13T00:00:00Z")])
    polled = {f"{base}/feed": NOW - timedelta(seconds=15)}
    world.run(FeedArchives([f"{base}/feed"], world.fetch, InProcess(), world.clock, world.pause, polled.get))
    assert world.waited == [45.0]
    assert len(world.asked("/feed")) == 1


@pytest.mark.criterion("R-28")
def test_a_loop_of_archives_ends(world: World):
    base = world.server.url("")
    entry = [("/a", TITLE, "2023-10-13T00:00:00Z")]
    world.server.routes.update({
        "/feed": archives.atom(base, entry, prev="/one"),
        "/one": archives.atom(base, entry, prev="/two", archive=True),
        "/two": archives.atom(base, entry, prev="/one", archive=True),
        "/a": Reply(200, HTML, article()),
    })  # fmt: skip
    report = world.run(FeedArchives([f"{base}/feed"], world.fetch, InProcess(), world.clock, world.pause))
    assert (report.units, report.articles) == (3, 1)


def test_an_archive_that_is_gone_makes_the_window_partial(world: World):
    base = world.server.url("")
    world.server.routes["/feed"] = archives.atom(base, [("/a", "Other", "2023-10-13T00:00:00Z")], prev="/gone")
    report = world.run(FeedArchives([f"{base}/feed"], world.fetch, InProcess(), world.clock, world.pause))
    assert report.missed == ((f"{base}/gone", "HTTP 404"),)
    assert "breaks off" in report.partial[0][1]


def test_a_server_that_does_not_know_paging_is_noticed(world: World):
    base = world.server.url("")
    pages = iter(range(100))

    def same(request: Seen) -> Reply:
        return archives.atom(base, [("/a", "Other", "2023-12-13T00:00:00Z")], after=f"/feed?p={next(pages)}")

    world.server.routes["/feed"] = same
    report = world.run(FeedArchives([f"{base}/feed"], world.fetch, InProcess(), world.clock, world.pause))
    assert report.units <= 3
    assert "same page again" in report.partial[0][1]


# ── WordPress ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def dates(count: int, first: str = "2023-08-01") -> list[str]:
    begin = datetime.fromisoformat(first)
    return [(begin + timedelta(hours=6 * n)).strftime("%Y-%m-%dT%H:%M:%S") for n in range(count)]


def test_a_wordpress_site_gives_every_post_of_the_window(world: World):
    base = world.server.url("")
    site = archives.WordPressSite(base, dates(331))
    route(world, site)
    report = world.run(WordPress([base], world.fetch, InProcess(), world.clock, world.pause))
    inside = [date for date in site.dates if "2023-09-20" <= date < "2023-10-14"]
    assert len(inside) > 90
    assert report.documents - report.outside == len(inside)
    relevant = [n for n, date in enumerate(site.dates) if n % 20 == 0 and "2023-09-20" <= date < "2023-10-14"]
    assert report.matches + report.duplicates == len(relevant) > 3
    assert report.missed == ()


def test_a_site_without_the_interface_is_read_by_its_paged_feed(world: World):
    base = world.server.url("")
    route(world, archives.WordPressSite(base, dates(60, "2023-10-01"), rest=False))
    window = Window(since=datetime(2023, 10, 8, tzinfo=UTC), until=datetime(2023, 10, 20, tzinfo=UTC))
    report = world.run(WordPress([base], world.fetch, InProcess(), world.clock, world.pause), window)
    assert report.matches + report.duplicates + len(report.missed) >= 32
    assert len(world.asked("/feed/")) == 5  # four pages of ten, and one that is all older


def test_a_feed_that_ignores_paged_is_read_once_and_called_partial(world: World):
    base = world.server.url("")
    route(world, archives.WordPressSite(base, dates(60, "2023-10-01"), rest=False, feed_pages=False))
    report = world.run(WordPress([base], world.fetch, InProcess(), world.clock, world.pause))
    assert len(world.asked("/feed/")) == 2
    assert "no older pages" in report.partial[0][1]


# ── sitemaps ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def urlset(base: str, *places: tuple[str, str]) -> bytes:
    lines = "".join(f"<url><loc>{base}{path}</loc><lastmod>{date}</lastmod></url>" for path, date in places)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{lines}</urlset>'.encode()


def index(base: str, *places: tuple[str, str]) -> Reply:
    lines = "".join(f"<sitemap><loc>{base}{path}</loc><lastmod>{date}</lastmod></sitemap>" for path, date in places)
    return Reply(
        200, XML, f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{lines}</sitemapindex>'.encode()
    )


def test_sitemaps_are_followed_from_robots_through_a_loop_of_indexes_and_gz(world: World):
    import gzip

    base = world.server.url("")
    world.server.routes.update({
        "/robots.txt": Reply(200, (), f"User-agent: *\nAllow: /\nSitemap: {base}/index.xml\n".encode()),
        "/index.xml": index(base, ("/index.xml", "2023-10-31"), ("/leaf.xml.gz", "2023-10-31"), ("/old.xml", "2022-01-01"), ("/gone.xml", "2023-12-01")),
        "/leaf.xml.gz": Reply(200, (("content-type", "application/octet-stream"),), gzip.compress(urlset(base, ("/in", "2023-10-13"), ("/resaved", "2023-12-31"), ("/older", "2023-01-01")))),
        "/in": Reply(200, HTML, article()),
        "/resaved": Reply(200, HTML, article(f"{TITLE} in spring", date="2023-04-01T00:00:00Z")),
    })  # fmt: skip
    report = world.run(Sitemaps([base], world.fetch, world.pause))
    assert (report.matches, report.outside) == (1, 1)
    assert world.asked("/older") == []
    assert world.asked("/old.xml") == []
    assert report.missed == ((f"{base}/gone.xml", "HTTP 404"),)


def test_a_text_sitemap_a_news_sitemap_and_a_broken_one(world: World):
    base = world.server.url("")
    news = (
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>{base}/n1</loc>'
        f"<news:news><news:publication_date>2023-10-13T20:00:00+02:00</news:publication_date><news:title>{TITLE}</news:title></news:news></url>"
        f"<url><loc>{base}/n2</loc><news:news><news:publication_date>2023-10-13</news:publication_date><news:title>Harbour festival</news:title></news:news></url></urlset>"
    )
    world.server.routes.update({
        "/robots.txt": Reply(404),
        "/sitemap.xml": Reply(200, (), f"{base}/t1\n{base}/t2\n".encode()),
        "/sitemap_index.xml": Reply(200, XML, urlset(base, ("/b1", "2023-10-10"))[:-30]),
        "/news-sitemap.xml": Reply(200, XML, news.encode()),
        **{f"/{name}": Reply(200, HTML, article(f"{TITLE} {name}")) for name in ("t1", "t2", "n1", "n2", "b1")},
    })  # fmt: skip
    report = world.run(Sitemaps([base], world.fetch, world.pause))
    assert world.asked("/n2") == []  # its title says that it does not matter
    assert {target for target in ("/t1", "/t2", "/n1") if world.asked(target)} == {"/t1", "/t2", "/n1"}
    assert any("sitemap_index.xml" in place for place, _ in report.missed)


# ── Wayback ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_wayback_pages_and_archived_feeds_come_through_resume_keys(world: World):
    base = world.server.url("")
    feed = f"<rss version='2.0'><channel><title>P</title><item><title>{TITLE} (feed)</title><link>https://paper.example/f</link><pubDate>Fri, 13 Oct 2023 10:00:00 GMT</pubDate></item></channel></rss>"
    cyrillic = article(
        "КНДР отправила России снаряды",
        "КНДР отправила России более миллиона артиллерийских снарядов, сообщила разведка. Их везли из Раджина.",
        charset="cp1251",
    )
    captures = [
        (
            "20231001000000",
            "https://paper.example/1",
            "text/html",
            article(f"{TITLE} one", f"{BODY} One.", date="2023-09-30T00:00:00Z"),
        ),
        (
            "20231002000000",
            "https://paper.example/2",
            "text/html",
            article("Harbour festival", "Ships from nine countries."),
        ),
        ("20231003000000", "https://paper.example/feed.xml", "application/rss+xml", feed.encode()),
        ("20231004000000", "https://paper.example/f", "text/html", article(f"{TITLE} (feed)", f"{BODY} Feed.")),
        ("20231005000000", "https://paper.example/ru", "text/html", cyrillic),
        ("20231006000000", "https://paper.example/lost", "text/html", b""),
    ]
    machine = archives.WaybackMachine(captures, lost=frozenset({"https://paper.example/lost"}))
    route(world, machine)
    report = world.run(Wayback(["paper.example"], world.fetch, world.clock, world.pause, base))
    assert report.matches == 3, report
    assert world.store.articles.by_url("https://paper.example/ru") is not None
    assert [reason for place, reason in report.missed if place.endswith("/lost")] == ["HTTP 404"]
    assert len(world.asked("/cdx/")) == 4  # September, and three pages of October


def test_wayback_waits_a_minute_when_told_to_slow_down(world: World):
    captures = [("20231001000000", "https://paper.example/1", "text/html", article())]
    machine = archives.WaybackMachine(captures)
    busy = iter([Reply(429, HTML, b"<html>Too many requests</html>")])
    route(world, lambda request: next(busy, None) or machine(request))
    report = world.run(Wayback(["paper.example"], world.fetch, world.clock, world.pause, world.server.url("")))
    assert report.matches == 1
    assert max(world.waited) >= 60


# ── GDELT ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_gkg_rows_that_name_both_parties_lead_to_their_pages(world: World):
    base = world.server.url("")
    rows = [
        archives.gkg_row(f"{base}/yes", TITLE),
        archives.gkg_row(
            f"{base}/places", "Munitions on the move", places="1#Pyongyang#KN#KN#1#2#3#4;1#Moscow#RS#RS#1#2#3#5"
        ),
        archives.gkg_row(f"{base}/no", "Harbour festival"),
        "too\tfew\tcolumns",
        archives.gkg_row(f"{base}/bytes", "\udcff festival").encode("utf-8", "replace").decode(),
    ]
    name = "20231013201500.gkg.csv.zip"
    world.server.routes.update({
        f"/{name}": archives.gkg_file(name, rows),
        "/20231013203000.gkg.csv.zip": Reply(200, (), b"PK\x03\x04broken"),
        "/yes": Reply(200, HTML, article()),
        "/places": Reply(200, HTML, article(f"{TITLE} again", f"{BODY} Again.")),
    })  # fmt: skip
    hour = Window(since=datetime(2023, 10, 13, 20, tzinfo=UTC), until=datetime(2023, 10, 13, 21, tzinfo=UTC))
    report = world.run(Gkg(world.fetch, wanting, world.pause, base), hour)
    assert (report.matches, report.units) == (2, 2), report
    assert world.asked("/no") == []
    reasons = {reason.split(":")[0] for _, reason in report.missed}
    assert reasons == {"absent", "broken zip", "1 rows without 27 columns"}


def test_a_doc_search_that_is_full_is_cut_until_it_is_not(world: World):
    base = world.server.url("")
    first = datetime(2023, 10, 13, tzinfo=UTC)
    search = archives.DocSearch(f"{base}", [first + timedelta(minutes=n) for n in range(400)])
    world.server.routes["/doc"] = search
    route(world, lambda request: Reply(200, HTML, article("Harbour festival", "Ships berthed.")))
    day = Window(since=first, until=first + timedelta(days=1))
    report = world.run(Doc(world.fetch, world.pause, f"{base}/doc", ("q",)), day)
    assert len(set(world.asked("/doc/"))) == 400
    assert report.partial == ()


def test_text_under_http_200_is_an_error_and_never_nothing_found(world: World):
    base = world.server.url("")
    first = datetime(2023, 10, 13, tzinfo=UTC)
    day = Window(since=first, until=first + timedelta(days=1))
    search = archives.DocSearch(base, [first], errors=[b"The specified phrase is too short."] * 3)
    world.server.routes["/doc"] = search
    report = world.run(Doc(world.fetch, world.pause, f"{base}/doc", ("q",)), day)
    assert report.failed == 1
    assert "too short" in report.missed[0][1]


def test_a_doc_search_waits_when_it_is_asked_to(world: World):
    base = world.server.url("")
    first = datetime(2023, 10, 13, tzinfo=UTC)
    day = Window(since=first, until=first + timedelta(days=1))
    search = archives.DocSearch(base, [first], errors=[b"Please limit requests to one every 5 seconds or contact us."])
    world.server.routes["/doc"] = search
    route(world, lambda request: Reply(200, HTML, article()))
    report = world.run(Doc(world.fetch, world.pause, f"{base}/doc", ("q",)), day)
    assert (report.failed, report.matches) == (0, 1)
    assert min(world.waited) > 6.4  # what of the gap is left when the next one asks


# ── keyed ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_guardian_is_read_page_by_page_with_its_texts(world: World):
    base = world.server.url("")
    route(world, archives.GuardianSearch("secret-key", 212))
    report = world.run(Guardian(world.fetch, "secret-key", world.pause, base))
    assert report.documents == 212
    assert report.matches + report.duplicates == 5
    assert len(world.asked("/search")) == 2


def test_a_wrong_key_is_told_without_the_key(world: World):
    base = world.server.url("")
    route(world, archives.GuardianSearch("secret-key", 3))
    report = world.run(Guardian(world.fetch, "wrong-key", world.pause, base))
    assert report.failed == 1
    assert "401" in report.missed[0][1]
    assert "wrong-key" not in str(report)


def test_the_times_archive_is_matched_on_abstracts_and_says_what_it_held_back(world: World):
    base = world.server.url("")
    route(world, archives.NytArchive("k", rows=2, hits=5))
    report = world.run(NewYorkTimes(world.fetch, "k", world.pause, base))
    assert world.asked("/svc/") == ["/svc/archive/v1/2023/9.json?api-key=k", "/svc/archive/v1/2023/10.json?api-key=k"]
    assert report.articles >= 1
    assert any("2 of 5 articles" in reason for _, reason in report.partial)


def test_media_cloud_follows_its_tokens(world: World):
    base = world.server.url("")
    search = archives.MediaCloudSearch("t", base)
    route(
        world,
        lambda request: (
            search(request)
            if request.path == "/search/story-list"
            else Reply(200, HTML, article(f"{TITLE} {request.path}", date=""))
        ),
    )
    report = world.run(MediaCloud(world.fetch, "t", world.pause, base))
    assert report.matches + report.duplicates == 8  # four weeks of two pages


# ── CC-NEWS ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class Everything:
    """A gate that lets pages with the words pass."""

    def __call__(self, body: bytes, content_type: str = "") -> bool:
        return b"North Korea" in body


def in_process(
    path: Path, start: int, stop: int, *, since: datetime | None, whole: bool = True, limit: int = 20_000
) -> scanning.Batch:
    """The scanner without processes."""
    scanning.GATES[:] = [Everything()]  # type: ignore[list-item]
    return scanning.scan(str(path), start, stop, since, whole, limit)


def warc(*records: bytes) -> bytes:
    return archives.warcinfo() + b"".join(records)


def crawl(world: World, files: dict[str, bytes], tmp_path: Path, part: int = 4096) -> CcNews:
    stand_in = archives.CommonCrawl(files)
    slow = Reply(503, XML, archives.SLOW_DOWN)
    route(world, archives.busy_every(7, slow, stand_in))
    return CcNews(world.fetch, in_process, world.clock, world.pause, tmp_path / "spool", world.server.url(""), part)


PATH = "crawl-data/CC-NEWS/2023/{month}/CC-NEWS-2023{month}{day}000000-{number:05d}.warc.gz"


def test_cc_news_reads_every_month_of_a_window_that_begins_late_and_ends_early(world: World, tmp_path: Path):
    def one(month: str, day: str, number: int) -> tuple[str, bytes]:
        url = f"https://paper.example/{month}/{day}"
        body = article(f"{TITLE} {month}-{day}", f"{BODY} Day {day}.", date=f"2023-{month}-{day}T00:00:00Z")
        return PATH.format(month=month, day=day, number=number), warc(
            archives.warc_record(url, body, date=f"2023-{month}-{day}T01:00:00Z")
        )

    files = dict(
        [
            one("09", "01", 1),
            one("09", "20", 2),
            one("09", "30", 3),
            one("10", "01", 4),
            one("10", "13", 5),
            one("10", "29", 6),
        ]
    )
    report = world.run(crawl(world, files, tmp_path))
    read = {target.rpartition("-")[0][-14:-6] for target in world.asked("/crawl-data") if target.endswith(".warc.gz")}
    assert read == {"20230901", "20230920", "20230930", "20231001", "20231013"}
    assert report.matches + report.duplicates == 4
    assert any(wait >= 1 for wait in world.waited)  # SlowDown was heeded


def test_a_window_that_begins_on_the_31st_has_all_its_months(world: World, tmp_path: Path):
    source = crawl(world, {}, tmp_path)
    window = Window(since=datetime(2023, 8, 31, tzinfo=UTC), until=datetime(2024, 1, 6, tzinfo=UTC))
    assert len(list(source.plan(window))) == 6  # August to January, each without a listing here


def test_parts_end_at_records_and_no_record_is_lost_or_read_twice(world: World, tmp_path: Path):
    import random

    noise = random.Random(5)
    pages = [
        article(
            f"{TITLE} {n}",
            f"{BODY} Item {n}. " + "".join(noise.choice("abcdefghij ") for _ in range(2500)),
            date="2023-10-01T00:00:00Z",
        )
        for n in range(20)
    ]
    body = warc(*(archives.warc_record(f"https://paper.example/{n}", page) for n, page in enumerate(pages)))
    path = PATH.format(month="10", day="01", number=1)
    october = Window(since=datetime(2023, 10, 1, tzinfo=UTC), until=datetime(2023, 10, 14, tzinfo=UTC))
    report = world.run(crawl(world, {path: body}, tmp_path, part=8192), october)
    assert (report.matches + report.duplicates, report.documents) == (20, 20)
    assert report.missed == ()
    assert len(world.asked(f"/{path}")) > 3


def test_a_truncated_file_and_a_bad_member_are_named_and_the_rest_is_read(world: World, tmp_path: Path):
    records = [
        archives.warc_record(
            f"https://paper.example/{n}", article(f"{TITLE} {n}", f"{BODY} Item {n}.", date="2023-10-01T00:00:00Z")
        )
        for n in range(6)
    ]
    broken = bytearray(records[2])
    broken[40:90] = b"\x00" * 50
    body = warc(*records[:2], bytes(broken), *records[3:])[:-100]
    path = PATH.format(month="10", day="01", number=1)
    report = world.run(crawl(world, {path: body}, tmp_path, part=1_000_000))
    assert report.matches + report.duplicates >= 4
    assert len(report.missed) >= 2
    assert report.partial


def test_searches_that_our_guard_refuses_fail_at_once(world: World):
    """Nothing is sent, so nothing is waited for, however many days the window has."""
    asked: list[str] = []

    def refuse(request: Request, /) -> Response:
        asked.append(request.url)
        raise Refused("only this machine may be reached", subject=request.url)

    window = Window(since=datetime(2023, 8, 1, tzinfo=UTC), until=datetime(2023, 11, 1, tzinfo=UTC))
    report = world.run(Doc(refuse, world.pause, "https://archive.invalid/doc", ("q",)), window)
    assert report.failed == 92
    assert len(asked) >= 92
    assert world.waited == []
