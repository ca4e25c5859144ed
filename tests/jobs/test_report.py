"""A report shows what was found and what was not read, in every form, and no form lets a headline do harm."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.units import Finding, Missed, Partial, Window
from bot.jobs.report import report
from bot.render.report import FORMATS
from bot.store import Store
from tests.fakes import START
from tests.filling import backfiller
from tests.jobs.test_backfill import Listed, words

OCTOBER = Window(since=datetime(2023, 10, 1, tzinfo=UTC), until=datetime(2023, 11, 1, tzinfo=UTC))
NASTY = "=HYPERLINK(1) <script>alert(1)</script> [x](javascript:1) North Korea shipped shells to Russia"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.opened(tmp_path / "watch.db") as opened:
        yield opened


def filled(store: Store) -> None:
    inside = datetime(2023, 10, 13, tzinfo=UTC)
    units: dict[str, list[Finding | Exception]] = {
        "a": [
            replace(words(1), published=inside),
            replace(words(2), published=datetime(2023, 9, 1, tzinfo=UTC)),
            replace(words(3), title=NASTY, published=inside),
        ],
        "b": [Partial(reason="250 of more than 250"), Missed(place="https://paper.example/gone", reason="HTTP 404")],
    }
    backfiller(store, Listed(units)).run("b-1", "test", {})


def test_a_report_holds_the_quiet_matches_of_its_window_and_nothing_else(store: Store):
    filled(store)
    found = report(store, OCTOBER, START)
    lines = [line for story in found.stories for line in story.lines]
    assert {line.url for line in lines} == {"https://paper.example/1", "https://paper.example/3"}
    assert all(line.quiet for line in lines)


def test_a_report_says_what_was_not_read(store: Store):
    filled(store)
    [run] = report(store, OCTOBER, START).runs
    assert not run.complete
    assert run.missed == (("https://paper.example/gone", "HTTP 404"),)
    assert run.partial == (("250 of more than 250", 1),)
    for form, render in FORMATS.items():
        text = render(report(store, OCTOBER, START))
        assert ("HTTP 404" in text) or form == "csv", form


def test_no_form_lets_a_headline_be_markup_or_a_formula(store: Store):
    filled(store)
    found = report(store, OCTOBER, START)
    assert "<script>alert" not in FORMATS["html"](found)
    assert "<script>alert" not in FORMATS["markdown"](found).replace("\\<", "&lt;")
    assert "[x](javascript:" not in FORMATS["markdown"](found)
    rows = list(csv.DictReader(io.StringIO(FORMATS["csv"](found))))
    assert len(rows) == 2
    assert all(not row["title"].startswith(("=", "+", "-", "@")) for row in rows)


def test_json_holds_everything_with_iso_times(store: Store):
    filled(store)
    found = json.loads(FORMATS["json"](report(store, OCTOBER, START)))
    assert found["articles"] == 2
    assert found["runs"][0]["complete"] is False
    assert datetime.fromisoformat(found["stories"][0]["lines"][0]["published"]) == datetime(2023, 10, 13, tzinfo=UTC)


def test_an_empty_window_is_a_report_too(store: Store):
    for render in FORMATS.values():
        assert render(report(store, OCTOBER, START))
