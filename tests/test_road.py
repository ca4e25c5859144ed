"""The whole road on real pages: 258 pages of 130 outlets, served by this machine through feeds made for them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from bot.app import App
from bot.places import packaged
from bot.settings import load
from tests.fakes import START, FakeClock
from tests.servers import Reply, Seen, Server

HTML = (("content-type", "text/html"),)
RSS = (("content-type", "application/rss+xml; charset=utf-8"), ("etag", '"1"'))


def feed(country: str, pages: list[str]) -> bytes:
    items = "".join(
        f"<item><title>Page {escape(Path(page).name)}</title><link>{{base}}/{escape(page)}</link><guid>{escape(page)}</guid></item>"
        for page in pages
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{country}</title>{items}</channel></rss>'.encode()


def conditional(body: bytes) -> object:
    def answer(seen: Seen) -> Reply:
        return Reply(304, RSS, b"") if seen.header("if-none-match") == '"1"' else Reply(200, RSS, body)

    return answer


@pytest.fixture(scope="module")
def world(shared: Path) -> Iterator[tuple[Server, dict[str, list[str]]]]:
    folder = shared / "pages" / "fundus"
    by_country: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*/*.html.gz")):
        by_country.setdefault(path.parent.name, []).append(f"{path.parent.name}/{path.name.removesuffix('.gz')}")
    with Server() as server:
        for country, pages in by_country.items():
            body = feed(country, pages).replace(b"{base}", server.url("").encode().rstrip(b"/"))
            server.routes[f"/feeds/{country}"] = conditional(body)  # type: ignore[assignment]
            for page in pages:
                server.routes[f"/{page}"] = Reply(200, HTML, gzip.decompress((folder / f"{page}.gz").read_bytes()))
        yield server, by_country


@pytest.mark.shared
def test_every_real_page_becomes_an_article_and_is_fetched_once(
    world: tuple[Server, dict[str, list[str]]], tmp_path: Path
):
    server, by_country = world
    wanted = sum(map(len, by_country.values()))
    config = tmp_path / "config.toml"
    feeds = "\n".join(
        f'[[feeds]]\nurl = "{server.url("/feeds/" + country)}"\nname = "{country}"\ninterval = "60m"\n'
        for country in by_country
    )
    config.write_text(
        f"schema = 1\nwatchlists = [{json.dumps(str(packaged('watchlists/russia-dprk-arms.toml')))}]\n"
        f'[polling]\npage_budget = 1000\nrobots = false\n[network]\nallow = ["127.0.0.1:{server.port}"]\n{feeds}'
    )
    clock = FakeClock(START)
    with App(load(config, {"ARMSWATCH_NETWORK": "loopback"}), clock=clock) as app:
        # A first poll leaves old, unrelated entries unread; this test wants the whole road, so everything is wanted.
        everything = app.matcher.gate
        assert not everything("Page x", "")
        first = app.poller
        report = type(first)(
            **{name: getattr(first, name) for name in first.__dataclass_fields__} | {"gate": lambda *_: True}
        ).poll()
        assert (report.feeds_failed, report.entries_new) == (0, wanted)
        read = app.reader.work_off()
        assert (read.entries, read.articles + read.duplicates) == (wanted, wanted)
        assert read.pages_failed == 0
        assert read.duplicates == 0
        stored = sum(app.store.articles.count().values())
        assert stored == wanted
        asked = len([seen for seen in server.requests if not seen.path.startswith(("/feeds/", "/robots.txt"))])
        assert asked == wanted
        clock.now = START + timedelta(minutes=61)
        again = app.round()
        assert (again.feeds_polled, again.feeds_unchanged, again.entries_new) == (len(by_country), len(by_country), 0)
        assert len([seen for seen in server.requests if not seen.path.startswith(("/feeds/", "/robots.txt"))]) == wanted
        with_text = app.store.connection.value("SELECT COUNT(*) FROM articles WHERE LENGTH(text) > 200")
        assert with_text >= wanted * 0.95
