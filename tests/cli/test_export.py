"""Exports: feeds that readers take, tables that spreadsheets open, files that are never half written."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bot.core import entries
from tests.cli.conftest import Run
from tests.fakes import START


def test_the_feed_is_one_that_our_own_reader_takes(world: Path, run: Run):
    text = run("export", "feed", config=world / "config.toml").out
    found = entries.parse(text.encode(), url="https://watch.example/feed.atom", headers=(), now=START)
    assert found.version == "atom10"
    assert found.entries
    assert all(entry.url for entry in found.entries)
    names = [entry.guid for entry in found.entries]
    assert len(names) == len(set(names))


def test_a_story_that_three_subscriptions_were_told_stands_in_the_feed_once(world: Path, run: Run):
    items = json.loads(run("export", "feed", "--format", "json", config=world / "config.toml").out)["items"]
    stories = [item["id"].rsplit(":", 1)[0] for item in items]
    assert len(stories) == len(set(stories))


def test_a_feed_of_a_watchlist_holds_only_its_stories(world: Path, run: Run, tmp_path: Path):
    config = world / "config.toml"
    assert (
        json.loads(run("export", "feed", "--format", "json", "--watchlist", "another", config=config).out)["items"]
        == []
    )
    target = tmp_path / "stories.atom"
    run(
        "export",
        "feed",
        "--watchlist",
        "russia-dprk-arms",
        "--url",
        "https://x.example/s.atom",
        "--out",
        str(target),
        config=config,
    )
    feed = ET.fromstring(target.read_text("utf-8"))
    assert "https://x.example/s.atom" in {link.get("href") for link in feed.iter("{http://www.w3.org/2005/Atom}link")}
    assert [path.name for path in tmp_path.iterdir()] == ["stories.atom"]


@pytest.mark.parametrize("what", ["matches", "claims", "stories"])
def test_tables_are_the_same_as_csv_and_json(world: Path, run: Run, what: str):
    config = world / "config.toml"
    rows = json.loads(run("export", "json", what, config=config).out)
    table = list(csv.DictReader(io.StringIO(run("export", "csv", what, config=config).out)))
    assert len(rows) == len(table) > 0
    assert list(rows[0]) == list(table[0])
    assert not [cell for row in table for cell in row.values() if cell[:1] in {"=", "+", "-", "@"}]
