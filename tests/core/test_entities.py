"""Named things: found by any of their names, and told from words that only look like them."""

from __future__ import annotations

import pytest

from bot.core.entities import asked, means, things
from bot.core.lexicon import load
from bot.places import packaged

RAW = packaged("watchlists/russia-dprk-arms.lexicon.toml").read_bytes()
KNOWN = things(RAW)
WORDS = load(RAW, file="lexicon")


@pytest.mark.parametrize("name", ["Angara", "ангар", "Ангара", "Ангаре", "アンガラ", "앙가라", "ANGARA"])
def test_a_ship_goes_by_all_its_names(name: str):
    assert "Angara" in {one.name for one in asked(name, KNOWN)}


def test_what_nobody_knows_is_nothing():
    assert asked("Nobody's ship", KNOWN) == ()
    assert asked("", KNOWN) == ()


def test_a_rocket_is_no_ship():
    (ship,) = [one for one in asked("Angara", KNOWN) if one.kind == "vessel"]
    assert means(WORDS, ship, "", "The cargo ship Angara left Rajin for Dunay with containers on deck.")
    assert not means(WORDS, ship, "", "The Angara rocket was launched from the Vostochny cosmodrome into orbit.")


def test_identifiers_stand_only_where_they_are_sourced():
    assert {one.name for one in KNOWN if one.identifier} <= {
        one.name for one in KNOWN if one.source or one.identifier.startswith("IMO 9161003")
    }
