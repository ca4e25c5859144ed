"""What is an UPDATE: a new claim, figure, period, basis, name, denial, retraction or legal act; never another outlet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.developments import news
from bot.model import Claim

BASE = Claim(
    id="c-1",
    claimant="White House",
    claimant_type="government",
    status="asserted",
    direction="dprk>russia",
    materiel=("artillery shells",),
    op=">",
    quantity=1000,
    unit="containers",
    basis="imagery",
    period_end="2023-10-13",
    quote="More than a thousand containers were sent.",
)


def kinds(before: Sequence[Claim], after: Sequence[Claim], known: Sequence[str] = ()) -> list[str]:
    return [entry.kind for entry in news(before, after, known=known)]


@pytest.mark.criterion("decision 15")
def test_the_same_claim_from_another_outlet_is_folded():
    assert kinds([BASE], [replace(BASE, id="c-2", quote="Over 1,000 containers, said Washington.")]) == []


def test_the_first_article_of_a_story_brings_its_claims():
    assert kinds([], [BASE]) == ["claim"]


@pytest.mark.criterion("decision 15")
def test_a_new_figure_of_the_same_claimant_is_shown_beside_the_old_one():
    (entry,) = news([BASE], [replace(BASE, id="c-2", op=">", quantity=6700)])
    assert entry.kind == "figure"
    assert entry.fact == "White House: >6,700 containers (was >1,000 containers)"


@pytest.mark.parametrize(
    ("op", "quantity", "unit"),
    [(">", 1000, "container"), ("=", 1000.0, "containers"), ("~", 1000, ""), ("<=", 1000, "containers")],
)
def test_one_figure_in_other_words_is_not_new(op, quantity, unit):
    assert kinds([BASE], [replace(BASE, id="c-2", op=op, quantity=quantity, unit=unit)]) == []


def test_a_vaguer_figure_than_known_is_not_new():
    known = replace(BASE, op="=", quantity=1300)
    assert kinds([known], [replace(BASE, id="c-2", op=">", quantity=1000)]) == []


def test_another_unit_is_another_figure():
    assert kinds([BASE], [replace(BASE, id="c-2", quantity=1_000_000, unit="shells")]) == ["figure"]


def test_who_repeats_without_a_name_brings_nothing():
    assert kinds([BASE], [replace(BASE, id="c-2", claimant="unattributed", basis="none stated")]) == []


@pytest.mark.parametrize(("quantity", "expected"), [(1000, []), (1200, ["figure"])])
def test_a_nameless_figure_in_another_unit_is_the_one_that_is_known(quantity, expected):
    retold = replace(
        BASE, id="c-2", claimant="unattributed", basis="none stated", op="=", quantity=quantity, unit="munitions"
    )
    assert kinds([BASE], [retold]) == expected


def test_another_claimant_is_a_new_claim():
    assert kinds([BASE], [replace(BASE, id="c-2", claimant="NIS", quantity=None, op="", unit="")]) == ["claim"]


@pytest.mark.criterion("decision 15")
def test_a_denial_is_news_once():
    denial = replace(
        BASE, id="c-2", claimant="Kremlin", status="denied", quantity=None, op="", unit="", basis="none stated"
    )
    assert kinds([BASE], [denial]) == ["denial"]
    assert kinds([BASE, denial], [replace(denial, id="c-3")]) == []


def test_who_denies_what_he_said_takes_it_back():
    assert kinds([BASE], [replace(BASE, id="c-2", status="denied", quantity=None)]) == ["retraction"]


@pytest.mark.criterion("decision 15")
def test_a_designation_is_a_legal_act():
    act = replace(
        BASE, id="c-2", claimant="OFAC", status="sanctioned", entities=("Some Air Line",), quantity=None, op="", unit=""
    )
    (entry,) = news([BASE], [act])
    assert entry.kind == "legal-act"
    assert "Some Air Line" in entry.fact
    assert kinds([BASE, act], [replace(act, id="c-3")]) == []


def test_a_new_basis_is_news():
    assert kinds([BASE], [replace(BASE, id="c-2", basis="debris")]) == ["basis"]


def test_a_later_period_is_news():
    assert kinds([BASE], [replace(BASE, id="c-2", period_end="2023-10-20")]) == ["period"]
    assert kinds([BASE], [replace(BASE, id="c-2", period_end="2023-10")]) == []


def test_a_ship_that_nobody_named_is_news_unless_it_is_known():
    named = replace(BASE, id="c-2", vessels=("Angara",))
    (entry,) = news([BASE], [named])
    assert (entry.kind, entry.fact) == ("entity", "White House names Angara")
    assert kinds([BASE], [named], known=["ANGARA"]) == []


def test_naming_the_shells_after_the_arms_is_no_new_claim():
    assert kinds([replace(BASE, materiel=("arms",))], [replace(BASE, id="c-2")]) == []


def test_the_most_telling_news_comes_first():
    act = replace(BASE, id="c-2", claimant="OFAC", status="sanctioned", entities=("X",))
    figure = replace(BASE, id="c-3", quantity=9000)
    assert kinds([BASE], [figure, act]) == ["legal-act", "figure"]


def test_one_article_that_says_a_thing_twice_brings_it_once():
    twice = replace(BASE, quantity=6700)
    assert kinds([BASE], [replace(twice, id="c-2"), replace(twice, id="c-3")]) == ["figure"]


_CLAIMS = st.builds(
    replace,
    st.just(BASE),
    claimant=st.sampled_from(["White House", "NIS", "unattributed", ""]),
    status=st.sampled_from(["asserted", "denied", "sanctioned", "observed"]),
    quantity=st.none() | st.integers(1, 10_000_000),
    materiel=st.sampled_from([(), ("arms",), ("missiles",)]),
    vessels=st.sampled_from([(), ("Angara",)]),
)


@given(st.lists(_CLAIMS, max_size=5), st.lists(_CLAIMS, min_size=1, max_size=4))
def test_what_was_told_once_is_never_news_again(before, after):
    assert news([*before, *after], after) == ()
