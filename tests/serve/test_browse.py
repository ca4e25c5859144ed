"""The browser: its words fit the database, evidence is marked and escaped, search knows every script, nothing can be written."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bot.model import Claim
from bot.serve.browse import application, metadata
from bot.serve.marking import CLOSE, OPEN, evidence, excerpt, snippet
from bot.store import Store
from bot.store.views import VIEWS
from tests.fakes import START
from tests.store.test_contract import judged

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    with Store.opened(tmp_path / "watch.db") as store:
        store.articles.save(judged(1, "match"), START)
        store.articles.save(judged(2, "borderline"), START)
        store.articles.save(judged(3, "none"), START)
    return tmp_path / "watch.db"


def test_every_view_is_described_and_every_facet_and_order_is_a_column_of_it(database: Path):
    described = metadata(database)["databases"]["watch"]["tables"]
    with Store.opened(database, readonly=True) as store:
        for view in VIEWS:
            rows = store.connection.rows(f"SELECT * FROM pragma_table_info('{view}')")
            columns = {row["name"] for row in rows}
            words = described[view]
            named = {*words["facets"], *words.get("columns", ()), words.get("sort_desc") or words["sort"]}
            assert named <= columns, view
            assert words["title"]
            assert words["description"]
        tables = {row["name"] for row in store.connection.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
    hidden = {name for name, words in described.items() if words.get("hidden")}
    assert tables - {"sqlite_sequence", "sqlite_stat1"} <= hidden, "a new table is hidden, or described"


def test_evidence_is_each_sentence_once_with_its_terms_marked():
    pieces = [
        {"concept": "goods", "term": "shells", "quote": "Shells: 5 shells <b>moved</b>."},
        {"concept": "give", "term": "moved", "quote": "Shells: 5 shells <b>moved</b>."},
    ]
    shown = evidence(json.dumps(pieces))
    assert shown.count("<p ") == 1
    assert '<mark title="goods">shells</mark>' in shown
    assert '&lt;b&gt;<mark title="give">moved</mark>&lt;/b&gt;' in shown


def test_nothing_that_a_page_says_becomes_markup():
    nasty = "<script>alert(1)</script>\"'&"
    shown = (
        evidence(json.dumps([{"concept": nasty, "term": "alert", "quote": nasty}])) + evidence(nasty) + snippet(nasty)
    )
    assert "<script" not in shown
    assert not re.search(r'title="[^"]*<', shown)


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        (
            "Seoul said that North Korea sent Shells.",
            '"north korea"',
            "Seoul said that <mark>North Korea</mark> sent Shells.",
        ),
        ("국정원은 북한이 러시아에 포탄을 보냈다", "포탄", "국정원은 북한이 러시아에 <mark>포탄</mark>을 보냈다"),
        ("Ёлка в порту <Раджин>", "елка раджин", "<mark>Ёлка</mark> в порту &lt;<mark>Раджин</mark>&gt;"),
        ("ﬁve shipments, ﬁnally", "ship* FINALLY", "ﬁve <mark>ship</mark>ments, <mark>ﬁnally</mark>"),
        ("Rajin and Korea's north", "korea's", "Rajin and <mark>Korea&#x27;s</mark> north"),
        ("nothing of it", "shells", ""),
        ("a+b (c) d", "(c", "a+b (<mark>c</mark>) d"),
    ],
)
def test_a_search_result_reads_as_it_was_written(text: str, query: str, shown: str):
    assert snippet(excerpt(text, query)) == shown


def test_an_excerpt_of_a_long_text_begins_before_the_first_word_found():
    said = excerpt("word " * 500 + "Shells moved. " + "word " * 500, "shells")
    assert said.startswith("… word")
    assert said.endswith(" …")
    assert f"{OPEN}Shells{CLOSE} moved." in said
    assert len(said) < 260


def ask(database: Path, *paths: str) -> list[tuple[int, str]]:
    """(status, body) of each path, asked of the application in this process."""
    pytest.importorskip("datasette", reason="the extra `browse` is not installed: pip install 'armswatch[browse]'")
    app = application(database)

    async def one(path: str, method: str = "GET") -> tuple[int, str]:
        bare, _, query = path.partition("?")
        scope: dict[str, Any] = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": bare,
            "raw_path": bare.encode(), "query_string": query.encode(), "headers": [(b"host", b"127.0.0.1")], "scheme": "http",
            "server": ("127.0.0.1", 1), "client": ("127.0.0.1", 2), "root_path": "",
        }  # fmt: skip
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await app(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in sent)
        return sent[0]["status"], body.decode("utf-8", "replace")

    async def all_() -> list[tuple[int, str]]:
        return [await one(path) for path in paths]

    return asyncio.run(all_())


def test_every_page_opens_and_shows_what_is_stored(database: Path):
    pages = [f"/watch/{view}" for view in VIEWS]
    answers = ask(database, "/", "/watch", *pages, "/watch/search?words=headline", "/watch/figures?unit=")
    assert [status for status, _ in answers] == [200] * len(answers)
    matches = answers[2][1]
    assert "Headline 1" in matches
    assert "Headline 3" not in matches
    assert '<mark title="materiel">' in matches
    assert "Headline 1" in answers[-2][1]


def test_a_reader_gets_from_anywhere_to_anywhere(database: Path):
    pages = ["/watch/matches", "/watch/story_list", "/watch/claim_ledger", "/watch/entities", "/watch/named?name=x"]
    for path, (status, body) in zip(["/", *pages], ask(database, "/", *pages), strict=True):
        assert status == 200
        for page in (
            "search",
            "story_list",
            "claim_ledger",
            "matches",
            "entities",
            "figures",
            "press_attention",
            "feed_health",
        ):
            here = path.startswith(f"/watch/{page}")
            assert (f'href="/watch/{page}"' in body.replace("http://127.0.0.1:1", "")) != here, (path, page)
    assert '<form action="/watch/search">' in ask(database, "/")[0][1]


def test_cells_lead_to_what_they_speak_of(tmp_path: Path):
    claim = Claim(
        id="c-7", claimant="Harbour Office", claimant_type="government", status="observed", direction="x>y", materiel=("shells",),
        quantity=1500.0, unit="containers", vessels=("Angara",), quote="Shells moved.",
    )  # fmt: skip
    with Store.opened(tmp_path / "watch.db") as store:
        store.articles.save(judged(1, "match", claims=(claim,)), START)
    pages = ask(
        tmp_path / "watch.db", "/watch/matches", "/watch/claim_ledger", "/watch/entities", "/watch/named?name=Angara", "/watch/named?name=Nemo"
    )  # fmt: skip
    matches, claims, entities, angara, nemo = (body for _, body in pages)
    assert re.search(r'<a href="https://[^"]+" rel="noreferrer noopener">Headline 1</a>', matches)
    assert ">1,500<" in claims.replace(" ", "").replace("\n", "")
    assert '/watch/named?name=Angara"' in entities
    assert "Harbour Office" in angara
    assert "Harbour Office" not in nemo


@pytest.mark.parametrize("words", ["%22", "%27%3B%20DROP", "AND", "*", "", "%ED%8F%AC%ED%83%84", "NEAR("])
def test_no_search_is_a_syntax_error(database: Path, words: str):
    ((status, _),) = ask(database, f"/watch/search?words={words}")
    assert status == 200


def test_it_serves_feeds_and_neither_the_file_nor_a_write(database: Path):
    atom, feed, download, write, update = ask(
        database, "/-/stories.atom", "/-/stories.json?watchlist=w", "/watch.db", "/watch/-/create",
        "/watch?sql=DELETE+FROM+articles",
    )  # fmt: skip
    assert atom[0] == feed[0] == 200
    assert "<feed" in atom[1]
    assert json.loads(feed[1])["version"].startswith("https://jsonfeed.org/")
    assert download[0] == 403
    assert write[0] >= 400
    assert update[0] >= 400
    with Store.opened(database, readonly=True) as store:
        assert sum(store.articles.count().values()) == 3


def test_a_real_browser_shows_the_evidence_marked(database: Path, tmp_path: Path):
    pytest.importorskip("datasette", reason="the extra `browse` is not installed: pip install 'armswatch[browse]'")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    config = tmp_path / "config.toml"
    config.write_text('schema = 1\ndatabase = "watch.db"\n')
    words = [sys.executable, "-m", "bot", "--config", str(config), "browse", "--port", str(port)]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    server = subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        url = f"http://127.0.0.1:{port}/watch/matches"
        end = time.monotonic() + 60
        while time.monotonic() < end and server.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)  # waits for another process
        shot = tmp_path / "matches.png"
        options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
        page = subprocess.run(
            [chromium, *options, "--dump-dom", url], capture_output=True, text=True, timeout=120, check=True
        ).stdout
        subprocess.run(
            [chromium, *options, f"--screenshot={shot}", "--window-size=1600,1100", url],
            capture_output=True,
            timeout=120,
            check=True,
        )
    finally:
        server.terminate()
        server.wait(20)
    assert '<mark title="materiel">Shells</mark>' in page
    assert "Headline 1" in page
    assert shot.read_bytes()[:4] == b"\x89PNG"
