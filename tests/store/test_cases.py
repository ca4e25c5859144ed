"""Cases, corrections and judgements in the store: append-only, merged stories followed, people's words kept apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import UsageError
from bot.model import Change
from bot.store import Store
from tests.fakes import START
from tests.store.test_contract import judged

LATER = START + timedelta(hours=1)


def filled(store: Store) -> Store:
    for number in (1, 2):
        store.articles.save(judged(number), START)
    return store


def merged(store: Store, old: str, new: str) -> None:
    """What a merge leaves behind: an alias."""
    with store.connection.write() as c:
        c.run("UPDATE stories SET alias_of = :new WHERE id = :old", {"new": new, "old": old})


def test_a_case_is_found_by_name_and_by_id_whatever_its_capitals(store: Store):
    made = store.cases.new("  Voyages   of spring ", "ana", START)
    assert made.name == "Voyages of spring"
    assert store.cases.get("voyages OF spring").id == made.id == store.cases.get(made.id).id
    with pytest.raises(UsageError, match="already"):
        store.cases.new("VOYAGES of spring", "ben", LATER)
    with pytest.raises(UsageError, match="case list"):
        store.cases.get("another")


def test_a_story_that_was_merged_away_goes_in_under_its_present_id(store: Store):
    filled(store)
    merged(store, "s-1", "s-2")
    store.cases.new("c", "ana", START)
    assert store.cases.add("c", "s-1", "ana", START)
    assert [item.ref for item in store.cases.get("c").items] == ["s-2"]
    assert not store.cases.add("c", "s-2", "ben", LATER)


def test_what_was_put_in_twice_keeps_its_first_author_and_time(store: Store):
    filled(store)
    store.cases.new("c", "ana", START)
    store.cases.add("c", "c-1", "ana", START)
    store.cases.add("c", "c-1", "ben", LATER)
    (item,) = store.cases.get("c").items
    assert (item.author, item.at) == ("ana", START)
    assert store.cases.remove("c", "c-1", LATER)
    assert store.cases.add("c", "c-1", "ben", LATER)
    assert store.cases.get("c").items[0].author == "ben"


def test_notes_are_in_order_and_only_about_what_exists(store: Store):
    filled(store)
    store.cases.new("c", "ana", START)
    store.cases.note("c", "first", "ana", LATER)
    store.cases.note("c", "second", "ben", START, ref="a-0001")
    assert [(note.text, note.ref) for note in store.cases.get("c").notes] == [("first", ""), ("second", "a-0001")]
    for ref in ("a-9", "c-9", "s-9", "x-1", "'; DROP TABLE cases; --"):
        with pytest.raises(UsageError, match="no such"):
            store.cases.note("c", "about nothing", "ana", START, ref=ref)
    with pytest.raises(UsageError, match="words"):
        store.cases.note("c", "  ", "ana", START)


def test_the_register_holds_what_was_found_and_what_was_entered_apart(store: Store):
    one = judged(1)
    fixed = Change(
        id="x-9",
        story="s-1",
        watchlist="w",
        kind="CORRECTION",
        article="a-0001",
        at=LATER,
        fact="the outlet withdrew it",
    )
    store.articles.save(replace(one, changes=(*one.changes, fixed)), START)
    store.cases.correct("c-1", "the figure was of last year", "ana", LATER + timedelta(hours=1))
    assert [(entry.source, entry.ref, entry.author) for entry in store.cases.corrections()] == [
        ("entered", "c-1", "ana"),
        ("found", "s-1", ""),
    ]


def test_nothing_that_people_say_changes_a_verdict(store: Store):
    filled(store)
    before = store.articles.verdicts("a-0001"), store.articles.count()
    store.judgements.say("a-0001", "out", "ana", START)
    store.judgements.say("s-1", "mute", "ana", START)
    assert (store.articles.verdicts("a-0001"), store.articles.count()) == before


def test_a_label_of_an_article_outweighs_that_of_its_story_and_the_last_one_counts(store: Store):
    filled(store)
    store.judgements.say("a-0001", "adjacent", "ana", START)
    store.judgements.say("s-1", "out", "ben", LATER)
    store.judgements.say("s-2", "out", "ben", LATER)
    store.judgements.say("s-2", "in", "ben", LATER)
    assert {one.article.id: one.label for one in store.judgements.labelled()} == {"a-0001": "adjacent", "a-0002": "in"}


def test_an_undo_of_an_article_reaches_the_mute_of_its_story(store: Store):
    filled(store)
    store.judgements.say("a-0001", "mute", "ana", START, until=LATER)
    assert store.judgements.muted(START) == {"s-1": LATER}
    assert store.judgements.undo("a-0001", "ben", START).label == "mute"
    assert store.judgements.muted(START) == {}
    with pytest.raises(UsageError, match="no judgement of it that stands"):
        store.judgements.undo("a-0001", "ben", LATER)


def test_an_undo_takes_back_one_judgement_at_a_time(store: Store):
    filled(store)
    for label in ("in", "out"):
        store.judgements.say("a-0001", label, "ana", START)
    store.judgements.undo("a-0001", "ana", START)
    assert [one.label for one in store.judgements.of("a-0001")] == ["in"]
    store.judgements.undo("a-0001", "ana", START)
    assert store.judgements.of("a-0001") == []
    assert [one.undone for one in store.judgements.history()] == [True, True]


def test_review_takes_half_from_each_side_and_nothing_that_stopped_at_the_gate(store: Store):
    def saved(number: int, rank: str, missing: str) -> None:
        one = judged(number, rank)  # type: ignore[arg-type]
        verdict = replace(one.verdicts[0], missing=missing)
        store.articles.save(replace(one, verdicts=(verdict,)), START)

    for number in range(1, 6):
        saved(number, "none", "no sentence with weapons")
    for number in range(6, 9):
        saved(number, "borderline", "diplomacy only")
    saved(9, "none", "no word for Russia")
    saved(10, "match", "")
    chosen = store.judgements.unjudged(4, START - timedelta(days=1))
    assert [verdict.rank for _, verdict in chosen] == ["none", "none", "borderline", "borderline"]
    everything = store.judgements.unjudged(40, START - timedelta(days=1))
    assert {article.id for article, _ in everything} == {f"a-{number:04d}" for number in range(1, 9)}
    assert store.judgements.unjudged(40, LATER) == []
