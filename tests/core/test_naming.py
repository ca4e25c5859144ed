"""A party is named by few of its terms; the others say no more than those that stand in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bot.core.automata import Automaton
from bot.core.naming import Named, shortest
from bot.core.necessities import find
from bot.core.terms import Term, compile_term
from tests.core.test_prefilter import EXAMPLES, watchlist


@pytest.fixture
def party() -> Named:
    terms = [
        compile_term("north korea*", lang="en", concept="dprk"),
        compile_term("the north", lang="en", concept="dprk", options={"weak": True}),
        compile_term("kim", lang="en", concept="dprk", options={"weak": True}),
        compile_term("north's", lang="en", concept="dprk", options={"needs": ["russia"]}),
    ]
    return Named(terms)


def test_a_term_names_its_party(party: Named):
    assert party.told(["cold winds", "North Koreans say"]) is True


def test_no_further_text_is_asked_for_once_a_term_was_found(party: Named):
    def one_text() -> Iterator[str]:
        yield "North Korea"
        raise AssertionError

    assert party.told(one_text()) is True


@pytest.mark.parametrize("text", ["nothing of it", "the north of Sweden"])
def test_no_term_or_one_weak_one_names_nobody(party: Named, text: str):
    assert party.told([text]) is False


@pytest.mark.parametrize("text", ["the North and Kim", "the North's plans"])
def test_terms_that_count_beside_others_tell_nothing_alone(party: Named, text: str):
    assert party.told([text]) is None


@pytest.mark.parametrize(
    ("word", "begins", "ends", "certain"),
    [
        ("North Korea", True, True, True),
        ("North Korea", True, False, True),  # a stem
        ("North Korea", False, True, False),
        ("the North", True, True, False),  # weak
        ("korea", True, True, False),
    ],
)
def test_a_word_cut_from_its_surroundings_names_it_if_it_needs_none(
    party: Named, word: str, begins: bool, ends: bool, certain: bool
):
    assert party.certain(word, begins=begins, ends=ends) is certain


def test_a_whole_word_is_not_certain_where_letters_may_follow():
    named = Named([term("DPRK")])
    assert [named.certain("DPRK", begins=True, ends=ends) for ends in (True, False)] == [True, False]


def test_terms_that_reach_far_are_known_apart():
    named = Named([term("north korea*"), term("peopl* democratic* republic of korea")])
    assert [one.written for one in named.far] == ["peopl* democratic* republic of korea"]
    assert named.reach < named.far_reach


def term(written: str, **options: Any) -> Term:
    return compile_term(written, lang="en", concept="dprk", options=options)


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("north korean missile*", "north korea*"),
        ("missile* nord coréen*", "nord coréen*"),
        ("*nordkoreanisch*", "*korea*"),
        ("made in north korea", "north korea"),
        ("kims", "kim*"),
    ],
)
def test_a_term_in_which_another_stands_is_not_needed(long: str, short: str):
    assert [one.written for one in shortest([term(long), term(short)])] == [short]


@pytest.mark.parametrize(
    ("long", "short", "options"),
    [
        ("north koreans", "north korea", {}),  # a whole word
        ("*nordkoreanisch*", "nordkorea*", {}),  # one that wants its boundary
        ("kim jong un", "kim", {"weak": True}),
        ("kim jong un", "kim", {"needs": ["rok"]}),
        ("the kim family", "kim", {"cased": True}),
        ("north koreans say", "north* koreans say", {}),
    ],
)
def test_a_term_that_counts_where_the_shorter_does_not_stays(long: str, short: str, options: dict[str, Any]):
    assert {one.written for one in shortest([term(long), term(short, **options)])} == {long, short}


def test_what_stands_in_running_text_has_no_boundaries():
    terms = [compile_term(one, lang="ko", concept="dprk") for one in ("북한군 포탄", "북한")]
    assert [one.written for one in shortest(terms)] == ["북한"]


def test_whoever_finds_a_term_of_the_shipped_list_finds_one_of_the_fewest():
    for party in watchlist().parties:
        names = watchlist().naming(party)
        of_party = [one for one in watchlist().terms if one.concept in names]
        every, fewest = Automaton(of_party), Automaton(shortest(of_party))
        assert len(fewest.terms) < len(every.terms)
        for line in EXAMPLES.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            text = f"{row['title']}\n{row['text']}"
            whole: set[int] = set()
            few: set[int] = set()
            find(every, text, whole)
            find(fewest, text, few)
            assert bool(whole) == bool(few), row["id"]
            counting = {number for number in whole if not every.terms[number].guarded}
            assert not counting or any(not fewest.terms[number].guarded for number in few), row["id"]
