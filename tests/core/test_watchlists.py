"""A watchlist file says everything that is wrong with it at once; lint says what can never count."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bot.core.matches import Matcher
from bot.core.watchlists import Watchlist, lint, load
from bot.errors import Problem, WatchlistError
from bot.model import Item

ROOT = Path(__file__).resolve().parents[2]
SMALL = """
schema = 1
title = "Trade between two"
[parties.a]
label = "Alpha"
[parties.b]
label = "Beta"
[concepts.alpha]
party = "a"
terms.en = ["alphaland*"]
[concepts.beta]
party = "b"
terms.en = ["betaland*"]
[concepts.goods]
goods = true
terms.en = ["widget*", "*gadget*"]
terms.ko = ["물건"]
[concepts.give]
voice = "give"
terms.en = ["suppl*"]
[[rules]]
name = "all in one"
all = ["alpha", "beta", "goods", "give"]
points = 4
[scoring]
match = 4
borderline = 2
"""


def small(extra: str = "") -> Watchlist:
    return load((SMALL + extra).encode(), file="small.toml")


def problems(text: str) -> list[Problem]:
    with pytest.raises(WatchlistError) as caught:
        load(text.encode(), file="bad.toml")
    return list(caught.value.problems)


@pytest.mark.parametrize("name", ["russia-dprk-arms", "undersea-cables"])
def test_the_shipped_watchlists_load_and_lint_clean(name: str):
    path = ROOT / "watchlists" / f"{name}.toml"
    watchlist = load(path.read_bytes(), file=str(path))
    assert watchlist.name == name
    assert lint(watchlist) == []


def test_a_watchlist_knows_its_name_hash_labels_and_parties():
    watchlist = small()
    assert (watchlist.name, watchlist.title) == ("small", "Trade between two")
    assert len(watchlist.hash) == 12
    assert watchlist.labels["alpha"] == "alpha"
    assert dict(watchlist.parties) == {"a": "Alpha", "b": "Beta"}


def test_another_byte_is_another_hash():
    assert small().hash != small("\n# a comment\n").hash


def test_an_empty_file_and_a_file_of_white_space_say_so():
    assert problems("")[0].found == "'an empty file'"
    assert problems("  \n\t")[0].expected == "a watchlist"


def test_a_syntax_error_has_its_line():
    assert problems('schema = 1\ntitle = "x\n')[0].line == 2


def test_a_file_that_is_not_utf8_names_the_byte_and_line():
    with pytest.raises(WatchlistError) as caught:
        load(b'title = "ok"\n\xff\xfe', file="bad.toml")
    assert (caught.value.problems[0].line, caught.value.problems[0].expected) == (2, "UTF-8")


def test_all_that_is_wrong_is_reported_at_once_with_key_and_hint():
    text = (
        SMALL.replace('"suppl*"', '"su*ppl", { regex = "(a+)+\\\\1", anchor = "aa" }')
        .replace('party = "a"', 'party = "c"')
        .replace('"give"]\npoints', '"giv", "nothing"]\npoints')
        .replace("match = 4", "match = 400")
        .replace('title = "Trade between two"', "title = 7\ncolour = 1")
    )
    found = {problem.key: problem for problem in problems(text)}
    assert {"colour", "title", "concepts.alpha.party", "rules[0].all[3]", "rules[0].all[4]"} <= set(found)
    assert {"concepts.give.terms.en[0]", "concepts.give.terms.en[1]", "scoring.match"} <= set(found)
    assert "did you mean give" in found["rules[0].all[3]"].hint
    assert "re2" in found["concepts.give.terms.en[1]"].hint
    assert found["scoring.match"].hint == "no article could ever match"
    assert all(problem.file == "bad.toml" and problem.expected for problem in found.values())
    assert found["rules[0].all[3]"].line == SMALL[: SMALL.index("[[rules]]")].count("\n") + 2  # one line was added


@pytest.mark.parametrize("regex", ["(?=x)y", "(a)\\\\1", "(?<!x)y", "(", "a{1000}{1000}"])
def test_what_re2_cannot_run_in_linear_time_is_refused(regex: str):
    text = SMALL.replace('"suppl*"', f'{{ regex = "{regex}", anchor = "aa" }}')
    assert problems(text)[0].key == "concepts.give.terms.en[0]"


def test_a_pattern_that_would_backtrack_for_ever_elsewhere_is_run_in_bounded_time():

    watchlist = load(SMALL.replace('"suppl*"', '{ regex = "(a+)+$", anchor = "aaaa" }').encode(), file="slow.toml")
    started = time.monotonic()
    Matcher([watchlist]).verdicts(Item(id="x", title="alphaland betaland", text="a" * 5000 + "b"))
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (
            '[[rules]]\nname = "hidden"\nall = ["alpha", "beta", "goods", "give"]\nnone = ["goods"]\npoints = 1',
            "wants and forbids",
        ),
        ('[[rules]]\nname = "worse"\nall = ["alpha", "beta", "goods", "give"]\npoints = 1', "is met too"),
        ('[concepts.idle]\nterms.en = ["idle"]', "some rule, stream or guard"),
    ],
)
def test_lint_finds_what_can_never_count(extra: str, said: str):
    text = SMALL.replace("[scoring]", f"{extra}\n[scoring]")
    assert any(said in f"{p.expected} {p.hint}" for p in lint(load(text.encode(), file="x.toml")))


def test_a_kind_that_settles_the_direction_needs_a_flow_and_then_decides_it():
    kind = '[[kinds]]\nname = "gift"\nall = ["goods"]\nsettles = true\n'
    assert [problem.key for problem in problems(SMALL + kind)] == ["kinds[0].settles"]
    item = Item(id="i", title="Alphaland supplies Betaland with widgets", text="")
    assert Matcher([small()]).verdicts(item)[0].direction == "a>b"
    told = Matcher([small(f'{kind}flow = "b>a"\n')]).verdicts(item)[0]
    assert (told.kind, told.direction) == ("gift", "b>a")
    assert "direction: b>a, as in all items of this kind" in told.why


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ('["widget*", "widgets"]', "finds it already"),
        ('["Widget*", "widget*"]', "already there"),
        ('["виджет"]', "written in cyrillic"),
        ('["wіdget"]', "mixes Latin and Cyrillic"),
        ('["물건"]', "written in hangul"),
        ('[{ term = "북한", script = "han" }]', "without kana and Hangul"),
    ],
)
def test_lint_finds_double_terms_and_wrong_scripts(terms: str, said: str):
    watchlist = load(SMALL.replace('["widget*", "*gadget*"]', terms).encode(), file="x.toml")
    assert any(said in f"{p.expected} {p.hint}" for p in lint(watchlist))


def test_a_watchlist_of_a_hundred_thousand_terms_loads_and_lints():
    words = ", ".join(f'"item{number:06d}"' for number in range(100_000))
    started = time.monotonic()
    watchlist = load(SMALL.replace('["widget*", "*gadget*"]', f"[{words}]").encode(), file="big.toml")
    assert len(watchlist.terms) == 100_000 + 4
    assert lint(watchlist) == []
    assert time.monotonic() - started < 60


def test_seeds_of_the_file_stand_on_its_terms_and_unknown_ones_are_refused():
    watchlist = load(f'{SMALL}\n[seeds]\n"widget*" = [0, 3]\n'.encode(), file="x.toml")
    assert next(t for t in watchlist.terms if t.written == "widget*").seeds == (0, 3)
    assert problems(f'{SMALL}\n[seeds]\n"gizmo" = [0]\n')[0].key == "seeds.gizmo"


def test_a_firm_rule_names_two_groups_and_a_wide_window():
    rule = '\n[[rules]]\nname = "w"\nall = ["goods"]\npoints = 1\nwithin = "{}"\nfirm = {}\n'
    assert small(rule.format("front", '["goods", "alpha|beta"]')).rules[1].firm
    for within, firm in (("front", '["goods"]'), ("sentence", '["goods", "alpha"]'), ("front", '["goods", "nobody"]')):
        assert any("firm" in problem.key for problem in problems(SMALL + rule.format(within, firm))), (within, firm)


def test_the_documentation_names_every_key():
    from dataclasses import fields

    from bot.core import watchlists
    from bot.core.rules import FIELDS, WITHIN, Scoring

    text = (ROOT / "docs" / "watchlists.md").read_text(encoding="utf-8")
    keys = {*watchlists.TOP, *watchlists.CONCEPT, *watchlists.TERM, *watchlists.RULE, *FIELDS, *WITHIN}
    keys |= {field.name for field in fields(Scoring)} | {"drop", "missing", "flow", "fields"}
    assert [key for key in sorted(keys) if f"`{key}`" not in text] == []
