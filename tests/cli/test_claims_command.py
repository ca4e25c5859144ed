"""`claims` as typed: statements with what stands beside them, filters that say when they are mistyped, three forms."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run


def rows(run: Run, config: Path, *words: str) -> list[dict[str, Any]]:
    done = run("claims", "--json", *words, config=config)
    assert done.code == 0, done.err
    found: list[dict[str, Any]] = json.loads(done.out)
    return found


@pytest.fixture
def config(world: Path) -> Path:
    return world / "config.toml"


def test_all_of_the_ledger_is_listed_newest_first_with_what_was_known_before(run: Run, config: Path):
    found = rows(run, config)
    assert len(found) > 60
    dates = [row["published"] for row in found]
    assert dates == sorted(dates, reverse=True)
    assert any(row["sources"] and not row["articles"] for row in found)


def test_one_statement_that_several_papers_carry_is_one_row(run: Run, config: Path):
    (one,) = [row for row in rows(run, config, "--unit", "containers") if row["quantity"] == 1200]
    assert len(one["articles"]) >= 3
    assert one["before"]["figure"].startswith("> 900 containers")
    assert one["denied_by"]


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (["--direction", "russia>dprk"], "direction", "russia>dprk"),
        (["--claimant", "white house"], "claimant", "White House"),
        (["--unit", "Containers"], "unit", "containers"),
        (["--status", "denied"], "status", "denied"),
    ],
)
def test_a_filter_keeps_what_it_names(run: Run, config: Path, words: list[str], name: str, value: str):
    found = rows(run, config, *words)
    assert found
    assert all(value in row[name] for row in found)


def test_materiel_is_found_by_a_part_of_its_name(run: Run, config: Path):
    found = rows(run, config, "--materiel", "SHELL")
    assert found
    assert all(any("shell" in one for one in row["materiel"]) for row in found)


def test_since_keeps_what_was_said_from_that_day_on(run: Run, config: Path):
    found = rows(run, config, "--since", "2025-01-01")
    assert found
    assert all(row["published"] >= "2025-01-01" for row in found)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--direction", "nk>ru"], "dprk>russia"),
        (["--unit", "bananas"], "containers"),
        (["--status", "maybe"], "denied"),
        (["--since", "yesterday"], "7d"),
        (["--json", "--csv"], "not both"),
        (["items.jsonl"], "--jsonl"),
    ],
)
def test_a_mistyped_filter_says_what_there_is(run: Run, config: Path, words: list[str], said: str):
    done = run("claims", *words, config=config)
    assert done.code == 2
    assert said in done.err


def test_a_claim_known_before_the_watch_is_cited_by_where_it_can_be_read(run: Run, config: Path):
    known = next(row for row in rows(run, config) if row["sources"] and not row["articles"])
    note = run("cite", known["id"], config=config).out
    assert known["sources"][0] in note
    assert "no copy kept" in note
    ris = run("cite", known["id"], "--format", "ris", config=config).out
    assert ris.split()[:3] == ["TY", "-", "ELEC"]
    assert json.loads(run("cite", known["id"], "--format", "json", config=config).out)[0]["url"] == known["sources"][0]


def test_a_claim_of_an_article_is_cited_with_its_sentence_and_the_kept_copy(run: Run, config: Path):
    one = next(row for row in rows(run, config) if row["articles"] and row["quote"])
    note = run("cite", one["id"], config=config).out
    assert "copy kept, SHA-256" in note
    assert one["quote"][:40] in note
    assert run("cite", "c-000000000000", config=config).code == 1


def test_an_entity_is_found_in_any_script_with_its_articles_and_claims(run: Run, config: Path):
    found = [json.loads(run("entity", name, "--json", config=config).out)[0] for name in ("Angara", "앙가라", "ангара")]
    assert found[0] == found[1] == found[2]
    assert found[0]["articles"]
    assert found[0]["claims"]
    assert not any("*" in alias["spelling"] or "=" in alias["spelling"] for alias in found[0]["aliases"])
    assert run("entity", " ", config=config).code == 2
    assert run("entity", "Mary Celeste", config=config).code == 1


def test_csv_has_the_same_statements_and_no_formula(run: Run, config: Path):
    text = run("claims", "--csv", config=config).out
    found = list(csv.DictReader(io.StringIO(text)))
    assert [row["id"] for row in found] == [row["id"] for row in rows(run, config)]
    assert not any(value.startswith(("=", "+", "@")) for row in found for value in row.values())


def test_the_table_tells_each_in_english_beside_the_sentence(run: Run, config: Path):
    text = " ".join(run("claims", "--unit", "containers", "--claimant", "NIS", config=config).out.split())
    assert "ROK NIS estimates >31,000 containers" in text
    assert "known before the watch" in text or "before:" in text
