"""`armswatch feeds`: files rewritten as a careful person would, OPML both ways, one polite look at what is out there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.opml import outlines
from bot.settings import load
from tests.cli.conftest import Run
from tests.servers import Reply, Server, feed, html, redirect

ITEMS = "".join(
    f"<item><title>Item {n}</title><link>https://paper.example/{n}</link><guid>{n}</guid>"
    f"<pubDate>Mon, 02 Mar 2026 0{n}:00:00 GMT</pubDate></item>"
    for n in range(5)
)
RSS = f"<rss version='2.0'><channel><title>Paper</title>{ITEMS}</channel></rss>"
PAGE = '<html><head><link rel="alternate" type="application/rss+xml" title="All" href="/feed"></head><p>x</html>'
OPML = """<?xml version="1.0" encoding="UTF-8"?>
<!-- kept by hand -->
<opml version="2.0"><head><title>Mine</title><ownerName>Ann</ownerName></head><body>
  <outline text="Koreas">
    <outline type="rss" text="Wire" xmlUrl="https://wire.example/rss" htmlUrl="https://wire.example/" category="/asia" language="KO-kr"/>
    <outline type="rss" text="One &amp; Two" xmlUrl="https://two.example/rss"/>
  </outline>
  <outline text="no feed here" url="https://x.example/"/>
</body></opml>
"""


@pytest.fixture
def server() -> Iterator[Server]:
    routes = {
        "/feed": feed(RSS, headers=(("ETag", '"1"'),)),
        "/page": html(PAGE),
        "/plain": html("<p>nothing"),
        "/moved": redirect("/feed", 301),
        "/empty": feed("<rss version='2.0'><channel><title>x</title></channel></rss>"),
        "/gone": Reply(410),
    }
    with Server(dict(routes)) as started:
        yield started


@pytest.fixture
def config(tmp_path: Path, server: Server) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(
        f'# my own words\nschema = 1\n[network]\nallow = ["127.0.0.1:{server.port}"]\n\n# dear to me\n'
        f'[[feeds]]\nurl = "{server.url("/feed")}"  # keep\nname = "Paper"\nlang = "en"\n',
        encoding="utf-8",
    )
    return path


def test_a_feed_is_added_and_removed_and_comments_stay(run: Run, config: Path):
    before = config.read_text("utf-8")
    done = run(
        "feeds", "add", "https://new.example/rss", "--name", "새", "--lang", "ko", "--catch-up", "3d", config=config
    )
    assert done.code == 0
    assert config.read_text("utf-8").startswith(before.rstrip())
    assert [one.name for one in load(config).feeds] == ["Paper", "새"]
    assert run("feeds", "remove", "https://new.example/rss", config=config).code == 0
    assert config.read_text("utf-8").strip() == before.strip()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("notaurl", "--name", "x"), "feeds[1].url"),
        (("https://x.example/", "--name", ""), "feeds[1].name"),
        (("https://x.example/", "--name", "x", "--lang", "Klingon tongue"), "feeds[1].lang"),
        (("https://x.example/", "--name", "x", "--kind", "nonsense"), "feeds[1].kind"),
        (("https://x.example/", "--name", "x", "--catch-up", "soon"), "feeds[1].catch_up"),
        (("https://me:secret@x.example/", "--name", "x"), "feeds[1].url"),
    ],
)
def test_what_cannot_be_is_told_with_file_and_key_and_nothing_is_written(run: Run, config: Path, words, named):
    before = config.read_bytes()
    done = run("feeds", "add", *words, config=config)
    assert done.code == 2
    assert f"{config}: {named}" in done.err
    assert "secret" not in done.err
    assert config.read_bytes() == before
    assert [path.name for path in config.parent.iterdir()] == ["config.toml"]


def test_a_feed_that_is_there_already_is_told_by_name(run: Run, config: Path):
    done = run("feeds", "add", load(config).feeds[0].url, "--name", "again", config=config)
    assert done.code == 2
    assert "'Paper' and 'again'" in done.err
    assert run("feeds", "remove", "https://nowhere.example/", config=config).code == 2


def test_opml_comes_in_and_goes_out_with_what_others_wrote(run: Run, config: Path, tmp_path: Path):
    file = tmp_path / "mine.opml"
    file.write_text(OPML, encoding="utf-8")
    done = run("feeds", "import", str(file), config=config)
    assert (done.code, done.out) == (0, "2 feeds added, 0 were there already\n")
    assert [(one.name, one.lang) for one in load(config).feeds[1:]] == [("Wire", "ko-KR"), ("One & Two", "")]
    out = run("feeds", "export", config=config).out
    (tmp_path / "out.opml").write_text(out, encoding="utf-8")
    theirs, ours = outlines(OPML.encode()), outlines(out.encode())
    assert ours[1:] == theirs
    assert ours[1].others == (("htmlUrl", "https://wire.example/"), ("category", "/asia"))
    assert (
        run("feeds", "import", str(tmp_path / "out.opml"), config=config).out == "0 feeds added, 3 were there already\n"
    )


def test_a_feed_of_an_opml_feed_file_is_removed_from_it_and_the_rest_stays_as_it_was(run: Run, config: Path):
    file = config.with_name("mine.opml")
    file.write_text(OPML, encoding="utf-8")
    config.write_text(
        config.read_text("utf-8").replace("schema = 1", 'schema = 1\nfeed_files = ["mine.opml"]'), "utf-8"
    )
    done = run("feeds", "remove", "https://two.example/rss", config=config)
    assert (done.code, "mine.opml" in done.out) == (0, True)
    gone = '    <outline type="rss" text="One &amp; Two" xmlUrl="https://two.example/rss"/>\n'
    assert "".join(file.read_text("utf-8").split()) == "".join(OPML.replace(gone, "").split())
    assert "htmlUrl" in run("feeds", "export", config=config).out


def test_a_feed_of_a_toml_feed_file_is_removed_from_it(run: Run, config: Path):
    file = config.with_name("more.toml")
    file.write_text('# mine\n[[feeds]]\nurl = "https://a.example/"\nname = "A"\n# last\n', encoding="utf-8")
    config.write_text(
        config.read_text("utf-8").replace("schema = 1", 'schema = 1\nfeed_files = ["more.toml"]'), "utf-8"
    )
    assert run("feeds", "remove", "https://a.example/", config=config).code == 0
    assert [one.name for one in load(config).feeds] == ["Paper"]
    assert file.read_text("utf-8").startswith("# mine")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", 2), (b"\xff\xfe\x00", 2), (b"<rss/>", 2), (b"<opml><body/></opml>", 1),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><opml><body><outline text="&e;" xmlUrl="https://b.example/"/></body></opml>', 2),
        (b'<opml><body><outline text="x" xmlUrl="https://me:secret@b.example/"/></body></opml>', 1),
    ],
)  # fmt: skip
def test_a_file_that_is_no_list_of_feeds_changes_nothing(run: Run, config: Path, tmp_path: Path, content, code):
    before = config.read_bytes()
    (tmp_path / "bad.opml").write_bytes(content)
    done = run("feeds", "import", str(tmp_path / "bad.opml"), config=config)
    assert done.code == code
    assert done.err
    assert config.read_bytes() == before


def test_a_page_tells_its_feeds_and_a_feed_that_it_is_one(run: Run, config: Path, server: Server):
    def found(path: str) -> list[tuple[str, str, str]]:
        done = run("feeds", "discover", server.url(path), "--json", config=config)
        return [(one["url"], one["kind"], one["title"]) for one in json.loads(done.out)]

    assert found("/page") == [(server.url("/feed"), "rss", "All")]
    assert found("/feed") == [(server.url("/feed"), "rss20", "Paper")]
    assert run("feeds", "discover", server.url("/plain"), config=config).code == 1
    assert run("feeds", "discover", server.url("/gone"), config=config).code == 1
    assert run("feeds", "discover", "ftp://x/", config=config).code == 1


@pytest.mark.criterion("R-14")
def test_a_check_asks_once_and_not_what_the_watch_has_just_asked(run: Run, config: Path, server: Server):
    urls = [server.url(path) for path in ("/feed", "/page", "/empty", "/gone")]
    done = run("feeds", "check", *urls, urls[0], "nonsense", "--json", config=config)
    rows = {row["url"]: row for row in json.loads(done.out)}
    assert done.code == 1
    assert (rows[urls[0]]["entries"], rows[urls[0]]["newest"], rows[urls[0]]["validators"]) == (
        5,
        "2026-03-02 04:00",
        "etag",
    )
    assert rows[urls[1]]["error"] == "an HTML page instead of a feed"
    assert rows[urls[2]]["newest"] == "no entry in it"
    assert rows[urls[3]]["error"] == "HTTP 410"
    assert rows["nonsense"]["error"] == "only http and https are read"
    for again in (urls[0], server.url("/moved")):  # and where that leads
        done = run("feeds", "check", again, "--json", config=config)
        assert done.code == 1
        assert json.loads(done.out)[0]["error"].startswith(f"{urls[0]} was asked ")
    assert run("feeds", "discover", urls[0], config=config).code == 1
    assert len(server.seen("/feed")) == 1


@pytest.mark.criterion("R-14")
def test_a_check_does_not_ask_what_the_watch_has_just_asked(run: Run, config: Path, server: Server):
    assert run("poll", config=config).code == 0
    done = run("feeds", "check", "--json", config=config)
    assert "less than a minute ago" in json.loads(done.out)[0]["error"]
    assert len(server.seen("/feed")) == 1


def test_a_moved_feed_says_where_it_went(run: Run, config: Path, server: Server):
    row = json.loads(run("feeds", "check", server.url("/moved"), "--json", config=config).out)[0]
    assert (row["moved to"], row["entries"], row["error"]) == (server.url("/feed"), 5, "")


def test_health_and_politeness_are_told_before_and_after_the_first_poll(run: Run, config: Path):
    row = json.loads(run("feeds", "list", "--json", config=config).out)[0]
    assert (row["health"], row["last ok"], row["requests"]) == ("new", "never", 0)
    assert not config.with_name("armswatch.db").exists()  # looking makes nothing
    assert "no feed was polled yet" in run("feeds", "score", config=config).out
    run("poll", config=config)
    row = json.loads(run("feeds", "list", "--json", config=config).out)[0]
    assert (row["health"], row["requests"]) == ("ok", 1)
    score = json.loads(run("feeds", "score", "--json", config=config).out)[0]
    assert (score["requests"], score["early"], score["unconditional"], score["faults"]) == (1, 0, 1, [])
