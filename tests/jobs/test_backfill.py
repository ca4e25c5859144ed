"""Backfill: files through the whole road, units that end once, runs that go on, windows, limits, broken input."""

from __future__ import annotations

import gzip
import json
import mailbox
import multiprocessing
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.core.units import Finding, Leads, Missed, Partial, Read, Unit, Window, Words, run_id
from bot.errors import UsageError
from bot.jobs.backfill import BackfillReport
from bot.model import Entry
from bot.sources.files import Files
from bot.store import Store
from bot.store.backfill import Backfills
from tests.fakes import START, FakeClock, FakeFetch
from tests.filling import RELEVANT, backfiller

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("ARMSWATCH_SHARED", ROOT / ".." / "shared"))
SEEDS = SHARED / "data/seeds"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.opened(tmp_path / "watch.db") as opened:
        yield opened


def files(store: Store, *paths: Path, window: Window | None = None, **more: Any) -> BackfillReport:
    source = Files(paths, FakeClock(START))
    filler = backfiller(store, source, window=window, **more)
    run = run_id("files", ["files"], filler.window, [str(path) for path in paths], [])
    return filler.run(run, "files", {})


def text(folder: Path, name: str, title: str = RELEVANT[0], body: str = RELEVANT[1], head: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"{head}{title}\n\n{body}\n", encoding="utf-8")
    return path


@pytest.mark.skipif(not SEEDS.exists(), reason="real data folder ../shared is absent")
@pytest.mark.shared
def test_the_five_seeds_give_five_articles_and_five_matches(store: Store):
    report = files(store, *sorted(SEEDS.glob("*.txt")))
    assert (report.documents, report.articles, report.matches, report.missed) == (5, 5, 5, ())
    assert {article.policy for article in store.articles.since(datetime(2000, 1, 1, tzinfo=UTC))} == {"backfill"}


def test_a_text_file_says_its_title_url_and_date_in_its_head(store: Store, tmp_path: Path):
    text(
        tmp_path / "in",
        "a.txt",
        head="URL: https://paper.example/a?utm_source=x\nDate: 2023-10-13\nSource: The Paper\n\n",
    )
    assert files(store, tmp_path / "in").matches == 1
    found = store.articles.by_url("https://paper.example/a")
    assert found is not None
    assert (found.title, found.outlet, found.published) == (
        RELEVANT[0],
        "The Paper",
        datetime(2023, 10, 13, tzinfo=UTC),
    )


def test_what_no_watchlist_wants_is_counted_and_not_stored(store: Store, tmp_path: Path):
    text(
        tmp_path / "in",
        "a.txt",
        "Harbour festival opens",
        "Nine ships berthed in the old harbour on Saturday for the festival.",
    )
    report = files(store, tmp_path / "in")
    assert (report.documents, report.articles) == (1, 0)


def test_html_feeds_json_lines_and_mails_go_the_same_road(store: Store, tmp_path: Path):
    folder = tmp_path / "in"
    folder.mkdir()
    title, body = RELEVANT
    page = f"<!doctype html><html><head><title>{title}</title><link rel=canonical href='https://one.example/p'></head><body><article><h1>{title}</h1><p>{body}</p><p>{body[:90]}</p></article></body></html>"
    (folder / "page.html.gz").write_bytes(gzip.compress(page.encode()))
    (folder / "feed.xml").write_text(
        f"<rss version='2.0'><channel><title>Wire</title><item><title>{title} (2)</title><link>https://two.example/a</link><description>{body}</description></item></channel></rss>"
    )
    rows = [
        {"title": f"{title} (3)", "text": body, "url": "https://three.example/a", "date": "2023-10-14"},
        {"no": "words"},
    ]
    (folder / "items.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\nnot json\n")
    box = mailbox.mbox(folder / "letters.mbox")
    box.add(
        f"From: Letter <letter@four.example>\nSubject: {title} (4)\nDate: Fri, 13 Oct 2023 10:00:00 +0000\n\n{body} And more in the letter.\n".encode()
    )
    box.close()
    report = files(store, folder)
    assert report.matches + report.duplicates == 4, report
    assert [reason.split(":")[0] for _, reason in report.missed] == ["neither title nor text", "not JSON"]
    found = store.articles.by_url("https://one.example/p")
    assert found is not None
    assert [record.what for record, _ in store.evidence.of(found.id)] == ["response"]


def test_bad_files_are_named_and_the_run_goes_on(store: Store, tmp_path: Path):
    folder = tmp_path / "in"
    good = text(folder, "z-good.txt")
    (folder / "a-empty.txt").write_bytes(b"")
    (folder / "b.pdf").write_bytes(b"%PDF-1.7 and so on")
    (folder / "c.bin").write_bytes(bytes(range(1, 32)) * 200)
    (folder / "d.html.gz").write_bytes(gzip.compress(b"<html>" + b"x" * 5000)[:40])
    (folder / "e.html").write_text("<html><body>DEADLY</body></html>")
    (folder / "f.xml").write_text("<rss version='2.0'><channel>")
    report = files(store, folder, tmp_path / "nowhere.txt")
    assert report.matches == 1, good
    named = {Path(place).name.split(",")[0] for place, _ in report.missed}
    assert named >= {"a-empty.txt", "b.pdf", "c.bin", "e.html", "nowhere.txt"}
    assert report.failed == 0


def test_paths_that_do_not_exist_at_all_are_a_usage_error(store: Store, tmp_path: Path):
    with pytest.raises(UsageError, match="no such file"):
        files(store, tmp_path / "nowhere")


def test_the_same_command_does_nothing_twice_and_a_changed_file_is_read_again(store: Store, tmp_path: Path):
    path = text(tmp_path / "in", "a.txt")
    assert files(store, path).units == 1
    again = files(store, path)
    assert (again.units, again.before, again.matches) == (0, 1, 1)
    text(tmp_path / "in", "a.txt", f"{RELEVANT[0]}: new figures", f"{RELEVANT[1]} The count has risen to 4,000.")
    assert files(store, path).units == 1


def test_what_is_dated_outside_of_the_window_is_left_out(store: Store, tmp_path: Path):
    text(tmp_path / "in", "a.txt", head="Date: 2023-07-31\n\n")
    window = Window(since=datetime(2023, 8, 1, tzinfo=UTC), until=datetime(2023, 11, 2, tzinfo=UTC))
    report = files(store, tmp_path / "in", window=window)
    assert (report.outside, report.articles) == (1, 0)


class Listed:
    """A source of prepared units."""

    name = "listed"

    def __init__(self, units: dict[str, list[Finding | Exception]], first: tuple[str, ...] = ()) -> None:
        self.units = units
        self.first = first or tuple(units)
        self.read_: list[str] = []

    def plan(self, window: Window) -> Iterator[Unit]:
        for key in self.first:
            yield Unit(source="listed", key=key, bytes=100)

    def read(self, unit: Unit, window: Window) -> Iterator[Finding]:
        self.read_.append(unit.key)
        for finding in self.units[unit.key]:
            if isinstance(finding, Exception):
                raise finding
            yield finding


def words(number: int) -> Words:
    title, body = RELEVANT
    return Words(
        title=f"{title} ({number})",
        text=f"{body} Report {number} of many.",
        place=f"w{number}",
        url=f"https://paper.example/{number}",
    )


def test_a_failed_unit_stores_nothing_and_is_tried_again(store: Store):
    source = Listed({"a": [words(1), RuntimeError("the archive broke")], "b": [words(2)]})
    report = backfiller(store, source).run("b-1", "test", {})
    assert report.failed == 1
    assert source.read_.count("a") == 3
    assert store.articles.by_url("https://paper.example/1") is None
    assert ("a", "RuntimeError: the archive broke") in report.missed
    source.units["a"].pop()
    assert backfiller(store, source).run("b-1", "test", {}).failed == 0
    assert store.articles.by_url("https://paper.example/1") is not None


def test_units_found_on_the_way_are_done_once_however_often_they_are_found(store: Store):
    loop: dict[str, list[Finding | Exception]] = {
        "a": [Unit(source="listed", key="b"), words(1)],
        "b": [Unit(source="listed", key="a"), Unit(source="listed", key="b"), words(2)],
    }
    source = Listed(loop, ("a",))
    report = backfiller(store, source).run("b-1", "test", {})
    assert source.read_ == ["a", "b"]
    assert (report.units, report.articles) == (2, 2)


def test_a_window_that_is_not_complete_says_why(store: Store):
    source = Listed(
        {"a": [Partial(reason="250 of more than 250"), Missed(place="x", reason="gone"), Read(documents=3, bytes=10)]}
    )
    report = backfiller(store, source).run("b-1", "test", {})
    assert report.partial == (("a", "250 of more than 250"),)
    assert report.missed == (("x", "gone"),)
    assert (report.documents, report.bytes) == (3, 10)


def test_max_bytes_stops_between_units_and_the_run_goes_on_later(store: Store):
    units: dict[str, list[Finding | Exception]] = {}
    for number, key in enumerate("abcdef"):
        units[key] = [Read(bytes=100), words(number)]
    source = Listed(units)
    report = backfiller(store, source, max_bytes=250).run("b-1", "test", {})
    assert 2 <= report.units <= 3
    assert "--max-bytes" in report.stopped
    assert backfiller(store, source).run("b-1", "test", {}).articles == 6
    assert sorted(source.read_) == list("abcdef")


def test_a_dry_run_writes_nothing(store: Store):
    source = Listed({"a": [words(1)], "b": [words(1)], "c": [words(1)]})
    plan = backfiller(store, source).plan("b-1")
    assert (len(plan.units), plan.bytes, source.read_, Backfills(store).runs()) == (3, 300, [], [])


def test_a_lead_is_fetched_only_where_its_title_may_matter(store: Store):
    relevant = Entry(id="e-1", feed="f", guid="1", url="https://paper.example/1", title=RELEVANT[0])
    other = Entry(id="e-2", feed="f", guid="2", url="https://paper.example/2", title="Harbour festival")
    fetch = FakeFetch(
        {"https://paper.example/1": f"<html><body><h1>{RELEVANT[0]}</h1><p>{RELEVANT[1]}</p></body></html>".encode()}
    )
    report = backfiller(store, Listed({"a": [Leads(entries=(relevant, other), place="a")]}), fetch=fetch).run(
        "b-1", "test", {}
    )
    assert [request.url for request in fetch.asked] == ["https://paper.example/1"]
    assert report.matches == 1


def test_a_page_that_failed_is_matched_on_its_title_and_named(store: Store):
    lead = Entry(id="e-1", feed="f", guid="1", url="https://paper.example/1", title=RELEVANT[0], summary=RELEVANT[1])
    report = backfiller(store, Listed({"a": [Leads(entries=(lead,), place="a")]}), fetch=FakeFetch({})).run(
        "b-1", "test", {}
    )
    found = store.articles.by_url("https://paper.example/1")
    assert found is not None
    assert (found.quality, report.missed) == ("missing", (("https://paper.example/1", "HTTP 404"),))


def test_backfilled_stories_are_quiet_and_promise_nothing(store: Store):
    backfiller(store, Listed({"a": [words(1)]})).run("b-1", "test", {})
    assert store.outbox.due(START.replace(year=2030)) == []
    policies = {row["policy"] for row in store.connection.rows("SELECT policy FROM changes")}
    assert policies == {"backfill"}


def test_a_full_text_from_the_past_replaces_a_bare_headline(store: Store):
    lead = Entry(id="e-1", feed="f", guid="1", url="https://paper.example/7", title=f"{RELEVANT[0]} (7)")
    backfiller(store, Listed({"a": [Leads(entries=(lead,), place="a", pages="")]})).run("b-1", "test", {})
    before = store.articles.by_url("https://paper.example/7")
    backfiller(store, Listed({"b": [words(7)]})).run("b-2", "test", {})
    after = store.articles.by_url("https://paper.example/7")
    assert before is not None
    assert after is not None
    assert (before.quality, after.quality, after.id) == ("headline-only", "full", before.id)


# ── killed at any moment ──────────────────────────────────────────────────────────────────────────────────────────────


def many() -> Listed:
    """Twelve units, some found on the way, wire copies among them."""
    units: dict[str, list[Finding | Exception]] = {}
    for number in range(12):
        found: list[Finding | Exception] = [words(number), words(number + 100)]
        if number % 4 == 3:
            found.append(replace(words(number - 1), url=f"https://copy.example/{number}"))
        if number < 8:
            found.append(Unit(source="listed", key=f"u{number + 4}"))
        units[f"u{number}"] = found
    return Listed(units, ("u0", "u1", "u2", "u3"))


def contents(path: Path) -> list[tuple[object, ...]]:
    with Store.opened(path) as store:
        rows: list[tuple[object, ...]] = []
        for table, columns in (
            ("articles", "id, canonical_url, title, text, rank, policy, revision"),
            ("members", "story, article, role, copy_of"),
            ("changes", "id, story, kind, article, policy"),
            ("urls", "canonical_url, article, how"),
            ("backfill_units", "seq, key, state"),
        ):
            found = store.connection.rows(f"SELECT '{table}' AS t, {columns} FROM {table} ORDER BY 2, 3, 4")
            rows.extend(tuple(row.values()) for row in found)
        return rows


class KillAfter:
    """A Mark that kills the process when it has been passed that often."""

    def __init__(self, passes: int) -> None:
        self.left = passes

    def __call__(self, point: str, /) -> None:
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)


def child(path: Path, passes: int, jobs: int) -> None:
    with Store.opened(path) as store:
        backfiller(store, many(), jobs=jobs, mark=KillAfter(passes)).run("b-1", "test", {})


@pytest.mark.parametrize("jobs", [1, 3])
def test_killed_twenty_times_a_run_ends_with_the_store_of_an_unbroken_one(tmp_path: Path, jobs: int):
    unbroken, broken = tmp_path / "a.db", tmp_path / "b.db"
    with Store.opened(unbroken) as store:
        backfiller(store, many(), jobs=jobs).run("b-1", "test", {})
    context = multiprocessing.get_context("fork")
    kills = 0
    while True:
        # The first kills come before and right after the plan, the later ones inside and after each transaction.
        process = context.Process(target=child, args=(broken, kills % 3 if kills < 20 else 10_000, jobs))
        process.start()
        process.join(60)
        if process.exitcode == 0:
            break
        assert process.exitcode == -signal.SIGKILL
        kills += 1
        assert kills < 60
    assert kills >= 15
    assert contents(broken) == contents(unbroken)
