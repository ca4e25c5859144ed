"""The ledger: one statement in many papers, what answers it, which figure came before, whose word it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.corroboration import corroborated, origins
from bot.core.ledger import answers, known, others, predecessor, records, same
from bot.core.lexicon import load
from bot.errors import WatchlistError
from bot.model import Claim, Origin

WATCHLISTS = Path(__file__).parents[2] / "watchlists"
KNOWN = known((WATCHLISTS / "russia-dprk-arms.known-claims.jsonl").read_bytes(), file="known")
SAID = [(one.said, one.claim) for one in KNOWN if one.claim is not None]
PARTIES = ("dprk", "russia")


def claim(claimant: str = "White House", **fields: object) -> Claim:
    base = Claim(
        id="c-1",
        claimant=claimant,
        claimant_type="government",
        status="asserted",
        direction="dprk>russia",
        materiel=("ammunition",),
        op=">",
        quantity=1000,
        unit="containers",
        party="usa",
    )
    return replace(base, **fields)  # type: ignore[arg-type]  # a test names any field


def denial(claimant: str = "Russia", party: str = "russia", **fields: object) -> Claim:
    return claim(claimant, status="denied", party=party, op="", quantity=None, unit="", **fields)


# ── one statement ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "other",
    [
        claim("White House (John Kirby)"),
        claim("US"),
        claim("US officials"),
        claim(op="="),
        claim(status="estimated"),
        claim(materiel=("arms",)),
        claim(materiel=()),
    ],
)
def test_the_same_statement_in_other_words_is_one(other):
    assert same(claim(), other)
    assert same(other, claim())


@pytest.mark.parametrize(
    "other",
    [
        claim("ROK NIS", party="south-korea"),
        claim(quantity=1100),
        claim(unit="shells"),
        claim(direction="russia>dprk"),
        claim(quantity=None, unit=""),
        claim(status="planned"),
        claim(kind="equivalent"),
        claim(quantity_max=2000),
        claim("unattributed", party=""),
    ],
)
def test_another_claimant_figure_flow_or_status_is_another_statement(other):
    assert not same(claim(), other)


@pytest.mark.criterion("decision 14")
def test_statements_more_than_three_days_apart_are_two():
    assert same(claim(), claim(), apart=timedelta(days=3))
    assert not same(claim(), claim(), apart=timedelta(days=4))


def test_eleven_papers_are_one_record_with_eleven_carriers():
    day = date(2023, 10, 13)
    reports = [(day, f"a-{n}", claim("White House (John Kirby)" if n == 4 else "US")) for n in range(11)]
    ((held, carriers),) = records(reports)
    assert held.claimant == "White House (John Kirby)"
    assert len(carriers) == 11


def test_a_later_figure_is_a_record_of_its_own():
    found = records([(date(2023, 10, 13), "a-1", claim()), (date(2023, 10, 14), "a-2", claim(quantity=2000))])
    assert [one.quantity for one, _ in found] == [1000, 2000]


# ── denials ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_denial_answers_the_claim_of_another_voice():
    assert answers(denial(), claim())
    assert answers(denial(direction="unclear"), claim())
    assert answers(denial(materiel=("arms",)), claim())


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (claim(), claim()),
        (denial(), denial("North Korea", "dprk")),
        (denial(direction="russia>dprk"), claim()),
        (denial(), claim("Russian officials", party="russia")),
        (denial(materiel=("drones",)), claim(materiel=("KN-23",))),
    ],
)
def test_what_is_no_denial_of_it_does_not_answer(first, second):
    assert not answers(first, second)


def test_a_denial_does_not_answer_what_is_said_later():
    assert answers(denial(), claim(), later=timedelta(days=2))
    assert not answers(denial(), claim(), later=timedelta(days=-5))
    assert not answers(denial(), claim(), later=timedelta(days=90))


# ── predecessors ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_figure_stands_beside_the_one_before_it_from_the_same_claimant():
    newest = next(one for _, one in SAID if one.id == "c-dia33k")
    before = predecessor(newest, SAID, said=date(2026, 3, 1))
    assert before is not None
    assert (before.claimant, before.quantity) == ("ROK DIA", 28_000)


def test_a_figure_of_another_claimant_is_no_predecessor_but_may_stand_beside():
    newest = next(one for _, one in SAID if one.id == "c-dia33k")
    beside = {one.claimant: one.quantity for one in others(newest, SAID)}
    assert beside["MSMT"] == 20_000
    assert "ROK DIA" not in beside


def test_an_equivalent_has_equivalents_before_it():
    newest = next(one for _, one in SAID if one.id == "c-dia33k-eq")
    before = predecessor(newest, SAID, said=date(2026, 3, 1))
    assert before is not None
    assert (before.kind, before.quantity) == ("equivalent", 12_000_000)


def test_a_claim_without_a_figure_has_no_predecessor():
    assert predecessor(claim(quantity=None, unit=""), SAID) is None


@given(st.permutations(SAID))
def test_the_predecessor_does_not_depend_on_the_order_of_the_ledger(ledger):
    newest = next(one for _, one in SAID if one.id == "c-dia33k")
    before = predecessor(newest, ledger, said=date(2026, 3, 1))
    assert before is not None
    assert before.id == "c-dia28k"


# ── origins ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.criterion("decision 13")
def test_many_papers_on_one_briefing_are_one_origin():
    told = [
        claim("White House (John Kirby)", basis="imagery"),
        *[claim("US") for _ in range(9)],
        claim("unattributed", party=""),
    ]
    assert origins(told) == (Origin(claimant="White House (John Kirby)", basis="imagery", carriers=10),)


def test_a_nameless_sentence_is_an_origin_only_if_nothing_else_is_known():
    assert origins([claim("unattributed", party="")]) == (
        Origin(claimant="unattributed", basis="none stated", carriers=1),
    )


def test_an_act_of_law_stands_by_itself():
    told = [claim("US", basis="imagery"), claim("US Treasury", status="sanctioned", basis="legal act")]
    assert [origin.basis for origin in origins(told)] == ["legal act", "imagery"]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([claim(basis="imagery"), claim("ROK NIS", party="south-korea", basis="official figure")], True),
        ([claim(basis="imagery"), claim("RUSI", party="", claimant_type="think-tank/ngo", basis="imagery")], False),
        ([claim(basis="imagery"), claim("US", basis="official figure")], False),
        ([claim(basis="imagery"), claim("ROK NIS", party="south-korea", basis="none stated")], False),
        ([claim(basis="imagery"), claim("Russia", party="russia", basis="official figure")], False),
        ([claim(basis="imagery"), denial(basis="official figure")], False),
        ([claim(basis="imagery"), claim("HUR", party="ukraine", basis="debris", direction="russia>dprk")], False),
        (
            [
                claim(basis="imagery", materiel=("missiles",)),
                claim("HUR", party="ukraine", basis="debris", materiel=("drones",)),
            ],
            False,
        ),
        ([claim(basis="imagery"), claim("HUR", party="ukraine", basis="debris", status="planned")], False),
        ([claim(basis="imagery"), claim("unattributed", party="", basis="debris")], False),
        ([], False),
    ],
)
def test_corroboration_needs_two_voices_with_different_bases(told, expected):
    assert corroborated(told) is expected
    assert any(origin.corroborated for origin in origins(told)) is expected


# ── the shipped file ─────────────────────────────────────────────────────────────────────────────────────────


def test_known_figures_are_in_the_units_that_reading_gives():
    words = load((WATCHLISTS / "russia-dprk-arms.lexicon.toml").read_bytes(), file="lexicon")
    read = {one.canonical for one in words.concepts if one.kind == "unit"} | {
        "shells and rockets",
        "sanctioned companies",
    }
    units = {one.claim.unit for one in KNOWN if one.claim is not None and one.claim.unit}
    assert {unit for unit in units - read if not unit.startswith("percent of ")} <= {"tanker calls"}


def test_every_known_line_has_its_source_and_its_day():
    assert len(KNOWN) > 50
    assert all(one.source.startswith(("https://", "http://")) and one.said is not None for one in KNOWN)
    assert [one.said for one in KNOWN] == sorted(one.said for one in KNOWN if one.said)


def test_known_claims_speak_the_lexicon_s_language():
    lexicon = load((WATCHLISTS / "russia-dprk-arms.lexicon.toml").read_bytes(), file="lexicon")
    names = {(concept.kind, concept.canonical) for concept in lexicon.concepts}
    for _, one in SAID:
        assert {("materiel", name) for name in one.materiel} <= names
        assert {("place", name) for name in one.route} <= names
        assert {("vessel", name) for name in one.vessels} <= names
        assert {("entity", name) for name in one.entities} <= names
        assert one.direction in {"dprk>russia", "russia>dprk", "both"}
        assert one.quote == ""


def test_known_ids_are_unique_and_alternatives_exist():
    ids = [one.id for _, one in SAID]
    assert len(ids) == len(set(ids))
    assert all(other in ids for _, one in SAID for other in one.alternatives)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        '{"event": "X"}',
        '{"event": "X", "source": "nowhere", "fact": "y"}',
        '{"event": "X", "source": "https://a.example/", "claimant": "US"}',
    ],
)
def test_a_broken_line_is_told_with_its_number(line):
    good = '{"event": "E", "said": "2024-05", "source": "https://a.example/", "fact": "something"}'
    with pytest.raises(WatchlistError) as error:
        known(f"# head\n{good}\n{line}\n".encode(), file="k.jsonl")
    assert [problem.line for problem in error.value.problems] == [3]


def test_who_only_denies_is_no_origin_of_what_he_denies():
    said, no = claim("White House", party="usa", basis="imagery"), claim("Kremlin", status="denied", party="russia")
    assert [origin.claimant for origin in origins([said, no])] == ["White House"]
    assert [origin.claimant for origin in origins([no])] == ["Kremlin"]
