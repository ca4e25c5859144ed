"""What a press in Slack does to the record, and what a command gets for an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.buttons import Meaning, Press
from bot.core.orders import USAGE, Order
from bot.jobs.obey import Obeyer
from bot.jobs.press import Pressed
from bot.model import Coverage, Notice
from bot.store import Store
from tests.fakes import START, FakeClock
from tests.render import samples
from tests.store.test_contract import article, judged

PRESS = Press(user="U1", name="lena", subject="s-1", meaning="in", channel="C1", message="1.2", reply_to="")
ORDER = Order(user="U1", name="lena", verb="help", channel="C1", reply_to="")


@pytest.fixture
def filled(store: Store) -> Store:
    for number in (1, 2):
        store.articles.save(judged(number), START)
    return store


@pytest.fixture
def pressed(filled: Store) -> Pressed:
    return Pressed(store=filled, clock=FakeClock())


@pytest.fixture
def obey(filled: Store) -> Obeyer:
    return Obeyer(
        store=filled,
        subscriptions=(samples.SLACK,),
        feeds=(),
        coverage=lambda now: Coverage(
            by_lang=(("ko", 3, 5),), holes=("ko 3/5: two feeds are silent",), items_read=1234
        ),
        clock=FakeClock(),
    )


def labels(store: Store) -> list[tuple[str, str, bool]]:
    return [(one.label, one.author, one.undone) for one in store.judgements.history()]


@pytest.mark.criterion("I-4")
def test_a_press_is_a_judgement_with_its_author_and_the_answer_says_so(pressed: Pressed):
    said = pressed(PRESS)
    assert (said.text, said.undo) == ("s-1: relevant.", "s-1")
    assert labels(pressed.store) == [("in", "slack:lena", False)]


@pytest.mark.criterion("I-5")
def test_undo_takes_back_what_this_person_said_and_leaves_what_others_said(pressed: Pressed):
    pressed(PRESS)
    pressed(replace(PRESS, user="U2", name="ben", meaning="out"))
    assert pressed(replace(PRESS, meaning="undo")).text == "s-1: no longer relevant; both are on record."
    assert labels(pressed.store) == [("in", "slack:lena", True), ("out", "slack:ben", False)]
    assert "nothing that you said of it" in pressed(replace(PRESS, meaning="undo")).text


@pytest.mark.criterion("I-5")
def test_votes_count_each_persons_last_word_once(pressed: Pressed):
    said: tuple[tuple[str, Meaning], ...] = (
        ("lena", "in"),
        ("lena", "in"),
        ("ben", "in"),
        ("ben", "out"),
        ("ana", "mute"),
    )
    for name, meaning in said:
        pressed(replace(PRESS, name=name, meaning=meaning))
    assert pressed.store.judgements.votes(["s-1", "s-2"]) == {"s-1": (1, 1), "s-2": (0, 0)}


def test_votes_of_a_merged_story_count_for_the_one_it_went_into(pressed: Pressed):
    pressed(PRESS)
    with pressed.store.connection.write() as c:
        c.run("UPDATE stories SET alias_of = 's-2' WHERE id = 's-1'")
    pressed(replace(PRESS, name="ben", subject="s-2"))
    assert pressed.store.judgements.votes(["s-2"]) == {"s-2": (2, 0)}


def test_what_is_not_stored_any_more_is_said_in_words(pressed: Pressed):
    gone = replace(PRESS, subject="s-0123456789ab")
    assert "no such story" in pressed(gone).text
    assert "not stored any more" in pressed(replace(gone, meaning="why")).text
    assert labels(pressed.store) == []


def test_why_tells_the_verdict_and_quotes(pressed: Pressed):
    said = pressed(replace(PRESS, meaning="why"))
    assert said.text.startswith("w: match")
    assert said.undo == ""


# ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.criterion("I-7")
def test_status_tells_of_the_round_the_outbox_the_sources_and_what_is_wrong(obey: Obeyer):
    assert "No round yet." in obey(replace(ORDER, verb="status")).text
    obey.store.runs.beat("poll", START, note="8 feeds, 2 new")
    obey.store.runs.notice(
        Notice(id="n-1", kind="feed", subject="wire.example", text="wire.example is silent", at=START)
    )
    said = obey(replace(ORDER, verb="status")).text
    assert "Last round 0 min ago: 8 feeds, 2 new" in said
    assert "Deliveries: none yet" in said
    assert "ko 3/5 · 1,234 items in a day" in said
    assert "⚠ wire.example is silent" in said


@pytest.mark.criterion("I-7")
def test_today_is_the_latest_digest_of_the_channel_where_it_was_asked(obey: Obeyer):
    today = replace(ORDER, verb="today", channel=samples.SLACK.target)
    assert obey(today).text == "There is no digest yet."
    obey.store.digests.save(samples.busy(), [], [], [], START)
    said = obey(today).text
    assert "s-boxes" in said
    assert len(said.splitlines()) >= 2 + len(samples.busy().stories[:10])


@pytest.mark.criterion("I-7")
def test_search_finds_what_is_stored_and_says_where_it_finds_nothing(obey: Obeyer):
    found = obey(replace(ORDER, verb="search", subject="Headline 2")).text
    assert article(2).title in found
    assert "s-2" in found
    assert "Nothing stored holds 'submarine'" in obey(replace(ORDER, verb="search", subject="submarine")).text
    assert "Nothing stored holds" in obey(replace(ORDER, verb="search", subject='"*')).text


@pytest.mark.criterion("I-7")
def test_mute_and_unmute_are_judgements_for_so_many_days(obey: Obeyer):
    said = obey(replace(ORDER, verb="mute", subject="a-0001", days=3))
    assert (said.text, said.undo) == ("s-1: muted for 3 days.", "s-1")
    assert (obey.store.judgements.muted(START)["s-1"] - START).days == 3  # type: ignore[operator] # it has an end
    assert "no longer muted" in obey(replace(ORDER, verb="unmute", subject="s-1")).text
    assert obey.store.judgements.muted(START) == {}
    assert "no mute of yours" in obey(replace(ORDER, verb="unmute", subject="s-1")).text


def test_feeds_why_and_help_answer_too(obey: Obeyer):
    assert "Nothing is wrong" in obey(replace(ORDER, verb="feeds")).text
    assert obey(replace(ORDER, verb="why", subject="s-1")).text.startswith("w: match")
    assert obey(ORDER).text == USAGE
