"""A report shows what was found and what was not read, in every form, and no form lets a headline do harm."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli.report import report as command
from bot.core.units import Finding, Missed, Partial, Window
from bot.jobs.report import report
from bot.model import Claim, Origin
from bot.render.report import FORMATS
from bot.store import Store
from tests.fakes import START
from tests.filling import backfiller
from tests.jobs.test_backfill import Listed, words
from tests.store.test_contract import article, judged

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


@pytest.mark.criterion("R-44")
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


EVERYTHING = Window()
DAY = timedelta(days=1)


def claim(name: str, **changes: object) -> Claim:
    made = Claim(
        id=name, claimant="White House", claimant_type="government", status="asserted", direction="dprk>russia", quantity=1000.0,
        unit="containers", quote="Containers were sent.",
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]  # a table of changes


def save(store: Store, number: int, at: datetime, *claims: Claim, story: str = "") -> None:
    made = judged(number, article=article(number, published=at), claims=claims)
    if story:
        assert made.membership
        assert made.story
        joined = replace(made.membership, story=story, role="joined")
        made = replace(made, story=replace(made.story, id=story), membership=joined, changes=())
    store.articles.save(made, at)


def test_the_timeline_tells_a_statement_once_beside_the_figure_before_it(store: Store):
    save(store, 1, START, claim("c-1", quantity=900.0))
    save(store, 2, START + 9 * DAY, claim("c-2"), claim("c-3", claimant="unattributed", quantity=None))
    save(store, 3, START + 9 * DAY, claim("c-4"), story="s-2")
    save(store, 4, START + 10 * DAY, claim("c-5", claimant="Kremlin", status="denied", quantity=None), story="s-2")
    told = report(store, EVERYTHING, START + 11 * DAY).timeline
    assert [(one.claim.id, one.carriers) for one in told] == [("c-1", 1), ("c-2", 2), ("c-5", 1)]
    assert [one.before for one in told] == ["", f"900 containers ({START.day} {START:%b %Y})", ""]
    assert [one.denied_by for one in told] == [(), ("Kremlin",), ()]
    assert [one.told for one in told] == [
        "White House asserts 900 containers",
        "White House asserts 1,000 containers",
        "Kremlin denies a transfer",
    ]


def test_every_form_for_people_shows_the_timeline_and_no_sum(store: Store):
    save(store, 1, START, claim("c-1", quantity=900.0))
    save(store, 2, START + 9 * DAY, claim("c-2", quote=NASTY))
    found = report(store, EVERYTHING, START + 11 * DAY)
    for form in ("console", "html", "markdown"):
        text = FORMATS[form](found)
        assert "Timeline of claims" in text
        assert "White House asserts 1,000 containers" in text
        assert f"before: 900 containers ({START.day} {START:%b %Y})" in text
        assert "1,900" not in text
    assert "<script>alert" not in FORMATS["html"](found)
    assert FORMATS["html"](found).count("<li><time") == 2


def test_the_page_draws_one_series_a_claimant_and_says_what_is_corroborated(store: Store):
    seen = claim("c-2", claimant="RUSI", claimant_type="think-tank/ngo", basis="imagery", quantity=1200.0)
    save(store, 1, START, claim("c-1", quantity=900.0, basis="official figure", party="usa"))
    save(store, 2, START + 9 * DAY, seen)
    found = report(store, EVERYTHING, START + 11 * DAY)
    (chart,) = found.charts
    assert [(one.claimant, [point.low for point in one.points]) for one in chart.series] == [
        ("RUSI", [1200.0]),
        ("White House", [900.0]),
    ]
    page = FORMATS["html"](found)
    assert page.count('<svg class="plot"') == 1
    assert page.count('class="line"') == 2
    assert "2,100" not in page
    origin = Origin(claimant="RUSI", basis="imagery", corroborated=True)
    told = replace(found, stories=(replace(found.stories[0], origins=(origin,)), *found.stories[1:]))
    for form in ("console", "html", "markdown"):
        assert "corroborated" in FORMATS[form](told)
        assert "corroborated" not in FORMATS[form](
            replace(told, stories=tuple(replace(one, origins=()) for one in told.stories))
        )


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--html"], 0, "<!doctype html>"),
        (["--week", "--md"], 0, "# What was reported from"),
        (["--week", "--since", "3d"], 2, "either --week or --since"),
        (["--since", "tomorrow"], 2, "a date such as"),
        (["--since", "2999-01-01"], 2, "is after"),
        (["--watchlist", "w"], 0, "1 stories"),
        (["--watchlist", "nope"], 2, "there are w"),
        (["--html", "--out", "no/such/folder/r.html"], 1, "No such file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_report_as_typed(tmp_path: Path, words: list[str], code: int, said: str):
    (tmp_path / "config.toml").write_text('schema = 1\ndatabase = "watch.db"\n')
    with Store.opened(tmp_path / "watch.db") as store:
        save(store, 1, START, claim("c-1"))
    done = CliRunner().invoke(command, words, obj={"config": str(tmp_path / "config.toml")})
    assert (done.exit_code, said in done.output) == (code, True), done.output
