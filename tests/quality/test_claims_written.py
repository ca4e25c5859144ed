"""Claims in items written for this test in ten languages: figures, denials, acts of law, and what must stay empty.

All outlets' sentences are invented; the labels were written before the items were first read by the program. Those
whose id begins with w (72, of which 28 are empty) gave, at that first run, 89 % found, direction 100, status 98,
claimant 71, number and unit 75, empty 86; those with v (61, 25 empty), written after the words and rules had grown,
89 % found, direction 100, status 94, claimant 88, number and unit 89, empty 100; those with u (33, 15 empty), the hardest to word that came to mind, 80 % found,
direction 88, status 88, claimant 94, number and unit 86, empty 87 (three labels of them were mended after that run);
those with x (24, 9 empty), the last, 80 % found, direction 92, status 100, claimant 83, number and unit 78, empty 100.
"""

from __future__ import annotations

import pytest

from bot.core.claims import claims
from tests.quality.test_claims_quality import HERE, LEXICON, ROOT, below, item, measured, rows

WRITTEN = rows(HERE / "claims_written.jsonl")
FLOORS = {  # they only rise
    "found": 0.95,
    "empty": 1.0,
    "direction": 0.99,
    "status": 0.99,
    "claimant": 0.97,
    "figure": 0.97,
    "no figure": 1.0,
}


@pytest.mark.criterion("decision 14")
def test_written_claims_are_found_and_right():
    assert not below(measured(WRITTEN, item), FLOORS)


@pytest.mark.parametrize("row", [row for row in WRITTEN if not row["claims"]], ids=lambda row: row["id"])
def test_questions_suppositions_fiction_people_and_visits_make_no_claim(row):
    assert claims(item(row), LEXICON) == ()


@pytest.mark.parametrize("lang", sorted({row["lang"] for row in WRITTEN}))
def test_most_claims_are_found_in_each_language(lang):
    found = measured([row for row in WRITTEN if row["lang"] == lang and row["claims"]], item)
    assert found["found"] >= 0.66
    assert found["direction"] >= 0.95


def test_the_watchlist_s_own_examples_are_read_the_way_that_they_are_labelled():
    """Items written for matching, not for this: of those read to go one way, which; of those out of scope, none.

    "Arms dealings with Moscow" goes an unclear way here: the label knows more than the words.
    """
    given = rows(ROOT / "watchlists" / "russia-dprk-arms.examples.jsonl")
    read = [(row, claims(item(row), LEXICON)) for row in given]
    one_way = {"dprk>russia", "russia>dprk"}
    told = [
        (row, found)
        for row, found in read
        if row.get("direction") in one_way and any(claim.direction in one_way for claim in found)
    ]
    right = sum(any(claim.direction == row["direction"] for claim in found) for row, found in told)
    assert len(told) > 200
    assert right / len(told) >= 0.97
    out = [found for row, found in read if row["label"] == "out"]
    assert sum(not found for found in out) / len(out) >= 0.99
