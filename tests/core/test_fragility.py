"""Items that hang on one term which no other item needs are named; what many items share is not."""

from __future__ import annotations

from bot.core.evaluation import Example
from bot.core.fragility import fragility
from bot.core.matches import Matcher
from bot.core.watchlists import load

MATCHER = Matcher(
    [
        load(
            b"""
schema = 1
title = "Widgets"
[concepts.widget]
terms.en = ["widget*", "gizmo*", "gadget*"]
[concepts.alpha]
terms.en = ["alphaland*"]
[concepts.joke]
terms.en = ["cartoon*"]
[[rules]]
name = "both"
all = ["widget", "alpha"]
none = ["joke"]
points = 4
[scoring]
match = 8
borderline = 3
""",
            file="widgets.toml",
        )
    ]
)


def example(name: str, label: str, title: str) -> Example:
    return Example(id=name, lang="en", label=label, kind="", direction="", title=title, text="")


ITEMS = (
    example("a", "in", "Widgets from Alphaland"),
    example("b", "in", "Alphaland sells widgets"),
    example("c", "in", "Gizmo of Alphaland"),
    example("d", "in", "Widgets and gadgets of Alphaland"),
    example("e", "out", "A cartoon: widgets conquer Alphaland"),
    example("f", "out", "Rain in Alphaland"),
    example("g", "borderline", "Gizmo"),
    example("h", "in", "Nothing of the kind"),
)


def test_an_item_hangs_on_the_terms_without_any_one_of_which_its_verdict_turns():
    matched, found, turning = MATCHER.hanging(ITEMS[3].item())
    assert matched
    assert {term.written for term in found} == {"widget*", "gadget*", "alphaland*"}
    assert {term.written for term in turning} == {"alphaland*"}


def test_of_those_the_ones_that_no_other_item_needs_are_threads():
    inside, outside = fragility(ITEMS, MATCHER.hanging)
    assert (inside.right, inside.hanging, inside.alone, inside.memorised) == (4, 4, 1, 0)
    assert [(t.example.id, t.term.written, t.only) for t in inside.threads] == [("c", "gizmo*", False)]
    assert (outside.right, outside.hanging, outside.alone, outside.memorised) == (2, 1, 1, 1)
    assert outside.threads[0].term.written == "cartoon*"


def test_a_word_that_stands_in_no_other_item_is_a_memory():
    inside, _ = fragility(ITEMS[:6], MATCHER.hanging)
    assert inside.memorised == 1
    assert inside.lines()[0].startswith("in: 4 judged rightly, 4 hang on one term")
    assert inside.lines()[1] == "  c [en] widget: 'gizmo*'"


def test_nothing_judged_rightly_is_no_estimate():
    assert fragility(ITEMS[7:], MATCHER.hanging)[0].lines() == ()
