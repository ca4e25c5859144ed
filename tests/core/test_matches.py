"""Verdicts: evidence at the right characters, a trace that a person can read, bounded time on hostile input."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.judging import Judge
from bot.core.matches import HEAD, TAIL, Matcher
from bot.core.necessities import Keys, keys
from bot.core.readings import Scan
from bot.core.watchlists import load
from bot.model import Item, Verdict

ROOT = Path(__file__).resolve().parents[2]


def shipped(name: str) -> Matcher:
    path = ROOT / "watchlists" / f"{name}.toml"
    return Matcher([load(path.read_bytes(), file=str(path))])


ARMS = shipped("russia-dprk-arms")
CABLES = shipped("undersea-cables")
IRAN = Matcher(
    [
        load(
            b"""
schema = 1
title = "Iranian drones for Russia"
[parties.iran]
label = "Iran"
[parties.russia]
label = "Russia"
[concepts.iran]
party = "iran"
terms.en = ["iran*", "tehran"]
terms.ru = ["\xd0\xb8\xd1\x80\xd0\xb0\xd0\xbd*", "\xd1\x82\xd0\xb5\xd0\xb3\xd0\xb5\xd1\x80\xd0\xb0\xd0\xbd*"]
[concepts.russia]
party = "russia"
terms.en = ["russia*", "moscow"]
terms.ru = ["\xd1\x80\xd0\xbe\xd1\x81\xd1\x81\xd0\xb8*", "\xd0\xbc\xd0\xbe\xd1\x81\xd0\xba\xd0\xb2*"]
[concepts.drones]
goods = true
terms.en = ["drone*", "missile*"]
terms.ru = ["\xd0\xb4\xd1\x80\xd0\xbe\xd0\xbd*"]
[concepts.give]
voice = "give"
terms.en = ["suppl*", "sent", "deliver*"]
terms.ru = ["\xd0\xbf\xd0\xbe\xd1\x81\xd1\x82\xd0\xb0\xd0\xb2*"]
[concepts.take]
voice = "take"
terms.en = ["bought", "buys", "receiv*"]
[[rules]]
name = "all legs"
all = ["iran", "russia", "drones", "give|take"]
points = 4
[scoring]
match = 4
borderline = 2
""",
            file="iran.toml",
        )
    ]
)


def judge(title: str, text: str = "", matcher: Matcher = ARMS) -> Verdict:
    return matcher.verdicts(Item(id="i", title=title, text=text))[0]


def holds(item: Item, verdict: Verdict) -> bool:
    return all(
        getattr(item, e.where)[e.start : e.end] == e.term and e.quote in getattr(item, e.where) and e.term in e.quote
        for e in verdict.evidence
    )


def test_evidence_points_at_the_characters_of_the_text_as_given():
    item = Item(
        id="i",
        title="북\u200b한, 러시아에 １５２㎜ 포탄 제공",
        text="Kim’s re\u00adgime sup­plied “shells”.\r\n\r\nСеверо‑Корейские снаряды — в России. Straße in Moskau.",
    )
    verdict = ARMS.verdicts(item)[0]
    assert verdict.rank == "match"
    assert verdict.evidence
    assert holds(item, verdict)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "North Korea",
                "러시아",
                "ракеты",
                "\u200b",
                "\n\n",
                "\ud800",
                "砲弾",
                "sent to",
                "\u0301",
                " ",
                "㎜",
                "ß",
                ".",
            ]
        ),
        max_size=40,
    )
)
def test_whatever_the_text_the_evidence_holds(parts: list[str]):
    item = Item(id="i", title="".join(parts[:6]), text="".join(parts))
    for verdict in ARMS.verdicts(item):
        assert 0 <= verdict.score <= 1
        assert holds(item, verdict)


def test_a_match_has_direction_kind_and_a_trace_with_rules_and_points():
    verdict = judge("North Korea sent 300 containers of shells to Russia, Seoul says")
    assert (verdict.rank, verdict.direction, verdict.kind) == ("match", "dprk>russia", "shipment-claim")
    assert any("both parties, arms and a transfer in one sentence" in line for line in verdict.why)
    assert any(line.startswith("direction: dprk>russia") for line in verdict.why)
    assert {"dprk", "russia", "ammo", "give"} <= {e.concept for e in verdict.evidence}


def test_goods_on_the_way_back_make_it_both_ways():
    there = "North Korea shipped shells to Russia, monitors say."
    assert judge("Monitors report", there).direction == "dprk>russia"
    assert judge("Monitors report", f"{there} A Pantsir system travelled the opposite way.").direction == "both"
    assert judge("Monitors report", f"{there} More shells travelled the opposite way.").direction == "dprk>russia"


def test_words_in_a_row_that_cross_the_end_of_a_line_stand_in_their_quote():
    item = Item(id="i", title="Shells sent to\n\nNorth Korea", text="Russia sent missile technology to\n\nNorth Korea.")
    verdict = ARMS.verdicts(item)[0]
    assert verdict.evidence
    assert holds(item, verdict)


def test_a_borderline_has_its_stream_and_the_missing_leg_in_words():
    verdict = judge("North Korean sappers clear mines in Russia's Kursk region")
    assert (verdict.rank, verdict.stream, verdict.direction) == ("borderline", "personnel", None)
    assert verdict.missing == "no weapons sentence: troops or workers only"


def test_a_none_says_what_was_missing_and_shows_what_was_there():
    verdict = judge("Russia moves shells to the front")
    assert (verdict.rank, verdict.missing) == ("none", "no word for North Korea")
    assert verdict.why == ("gate: no word for North Korea", "no other term was looked for")
    traced = ARMS.verdicts(Item(id="i", title="Russia moves shells to the front", text=""), trace=True)[0]
    assert (traced.rank, traced.why[0]) == ("none", "gate: no word for North Korea")
    assert {e.concept for e in traced.evidence} == {"russia", "ammo"}


@pytest.mark.parametrize(
    "title",
    [
        "北, 러에 포탄 추가 공급",
        "북러 무기거래 정황 또 포착",
        "露朝、武器取引を協議か",
        "俄朝军火交易曝光",
        "俄向北韓採購砲彈",
        "N. Korea arming Kremlin, spy agency warns",
        "NK shells for Putin's guns",
        "КНДР передала РФ новые снаряды",
        "Пхеньяном поставлены в Россию ракеты",
        "росія отримала північнокорейські міномети",
        "Pjöngjang liefert Moskau Granaten",
        "Pyongyang livre des obus à Moscou",
        "Pionyang entrega proyectiles a Moscú",
        "Pjongjang wysyła Moskwie amunicję",
    ],
)
def test_newsroom_shorthand_and_inflection_are_understood(title: str):
    assert judge(title).rank == "match"


@pytest.mark.parametrize(
    "title",
    [
        "조선업 호황에 러시아 발주 재개, 포탄 공장 부지 매각",
        "Russian rocket Angara lifts off from Vostochny, which Kim Jong Un visited",
        "North Macedonia sends tanks and shells to Ukraine, Russia protests",
        "Treasury hits shell companies of North Korean IT workers in Russia",
        "Iran supplied missiles to Russia, officials say",
        "South Korea ships 155mm shells to Poland as Russia looms",
        "Nordkoreas Kicker feuern Raketen ab: 4:1 gegen Russland im Testspiel",
        "На Дунае повреждён порт: российские дроны сожгли контейнеры",
    ],
)
def test_other_pairs_and_words_of_another_sense_are_no_match(title: str):
    assert judge(title).rank != "match"


def test_a_negative_context_cancels_only_its_own_sentence():
    told = "North Korea delivered a million shells to Russia, the ministry said. "
    other = "China and Iran were also named in the report. A football match between the two was called off."
    assert judge("Report on arms", told + other).rank == "match"


def test_where_a_sentence_stands_decides_how_much_it_weighs():
    line = "North Korea supplied Russia with artillery shells."
    long = "The minister opened a bridge and spoke of harvests and schools for an hour. " * 120
    front, back = judge("Daily notes", f"{line}\n{long}"), judge("Daily notes", f"{long}\n{line}")
    assert front.rank == "match"
    assert back.rank == "borderline"
    assert front.score > back.score


@pytest.mark.parametrize(
    ("title", "direction"),
    [
        ("Russia buys rockets from North Korea", "dprk>russia"),
        ("Shells bought by Russia were made in North Korea", "dprk>russia"),
        ("Russia gave North Korea Pantsir air defence systems", "russia>dprk"),
        ("러시아, 북한에 방공 미사일 기술 이전", "russia>dprk"),
        ("북한이 러시아에 포탄을 보냈다", "dprk>russia"),
        ("ロシアが北朝鮮から砲弾を購入", "dprk>russia"),
        ("俄罗斯向朝鲜提供防空系统", "russia>dprk"),
        ("Россия передала КНДР комплексы ПВО", "russia>dprk"),
        ("Rosja kupuje amunicję od Korei Północnej", "dprk>russia"),
        ("Russland liefert Nordkorea Flugabwehrsysteme", "russia>dprk"),
        ("North Korean plants make shells and rockets on Moscow's orders", "dprk>russia"),
        ("Północnokoreańskie zakłady zbrojeniowe robią pociski na zamówienie Moskwy", "dprk>russia"),
        ("Every second shell that Russian artillery fires comes from North Korea", "dprk>russia"),
        ("North Korea trades shells for Russian satellite technology in exchange deal", "both"),
        ("Шойгу ездил в Пхеньян договариваться о закупке снарядов", "dprk>russia"),
        ("俄羅斯代表團訪朝 採購砲彈", "dprk>russia"),
        ("Ingenieros enviados por el Kremlin llevan tecnología de misiles a Corea del Norte", "russia>dprk"),
        ("Сорок відсотків снарядів, які витрачає росія, приходять від Кіма", "dprk>russia"),
        ("Russia has delivered machine tools to shell plants in North Korea", "russia>dprk"),
        ("Russia unfreezes North Korean money, part of the price of the shells", "russia>dprk"),
        ("Kim's new destroyer carries a Russian Pantsir, missiles and all", "russia>dprk"),
        ("Arms talks between Russia and North Korea advance", "unclear"),
    ],
)
def test_direction_is_read_from_the_sentence(title: str, direction: str):
    verdict = judge(title)
    assert (verdict.rank, verdict.direction) == ("match", direction)


def test_another_pair_needs_another_file_and_no_other_code():
    assert judge("Iran sent drones to Russia", matcher=IRAN).direction == "iran>russia"
    assert judge("Russia supplied Iran with missiles", matcher=IRAN).direction == "russia>iran"
    assert judge("Тегеран поставил дроны в Россию", matcher=IRAN).direction == "iran>russia"
    cut = judge("Undersea cable severed off Gotland", "Police boarded a tanker.", matcher=CABLES)
    assert (cut.rank, cut.direction) == ("match", None)


def test_several_watchlists_are_judged_in_one_pass_and_the_best_stands_first():
    both = Matcher([*CABLES.watchlists, *ARMS.watchlists])
    verdicts = both.verdicts(Item(id="i", title="North Korea ships rockets to Russia", text=""))
    assert [v.watchlist for v in verdicts] == ["russia-dprk-arms", "undersea-cables"]
    assert verdicts[0] == ARMS.verdicts(Item(id="i", title="North Korea ships rockets to Russia", text=""))[0]


@pytest.mark.parametrize(
    ("title", "opens"),
    [
        ("Kremlin spokesman on the weather", True),
        ("Missiles over the bay", True),
        ("북한 날씨", True),
        ("Town council meets on Tuesday", False),
        ("", False),
    ],
)
def test_the_wide_gate_asks_for_one_party_or_one_piece_of_goods(title: str, opens: bool):
    assert ARMS.gate(title, "") is opens
    assert ARMS.gate("", title) is opens


@pytest.mark.criterion("decision 11")
def test_a_long_text_is_read_at_head_and_tail_and_says_so():
    line = "North Korea supplied Russia with artillery shells. "
    filler = "x " * (HEAD // 2)
    item = Item(id="i", title="Archive", text=f"{filler}{filler}{line}")
    verdict = ARMS.verdicts(item)[0]
    assert any("were not" in reason and f"{HEAD:,}" in reason and f"{TAIL:,}" in reason for reason in verdict.why)
    assert verdict.evidence
    assert holds(item, verdict)
    hidden = ARMS.verdicts(Item(id="i", title="Archive", text=f"{filler}{line}{filler}"))[0]
    assert hidden.rank == "none"


@pytest.mark.parametrize(
    "text",
    [
        "North Korea Russia shells " * 200_000,
        "n" * 1_000_000,
        "北" * 1_000_000,
        "\u0301" * 1_000_000,
        "North Korea\u0301" * 80_000,
        "\ud800" * 500_000,
        "\u202eRussia \u202c" * 100_000,
        "." * 1_000_000,
        "\n" * 1_000_000,
        "북한 러시아 포탄 " * 300_000,
        "kim " * 500_000,
        "-" * 1_000_000,
    ],
    ids=["5 MB of terms", "one word", "one Han word", "marks", "marked terms", "surrogates", "overrides", "stops", "lines", "Hangul", "guarded", "dashes"],
)  # fmt: skip
def test_hostile_texts_get_a_verdict_in_bounded_time(text: str):
    started = time.monotonic()
    item = Item(id="i", title="t", text=text)
    assert holds(item, ARMS.verdicts(item)[0])
    assert time.monotonic() - started < 8


def test_cost_does_not_grow_with_the_number_of_terms():
    def build(count: int) -> Matcher:
        words = ", ".join(f'"{word}"' for word in (f"zq{number:06d}x*" for number in range(count)))
        text = (ROOT / "watchlists" / "undersea-cables.toml").read_text(encoding="utf-8")
        return Matcher(
            [load(text.replace('"undersea cable*"', f'{words}, "undersea cable*"').encode(), file="many.toml")]
        )

    item = Item(id="i", title="Quiet day", text="The council met and spoke of roads and schools. " * 60)
    few, many = build(300), build(10_000)

    def cost(matcher: Matcher) -> float:
        best = 9.0
        for _ in range(5):
            started = time.process_time()
            for _ in range(100):
                matcher.verdicts(item, trace=True)  # else a text without a party is not searched for the others
            best = min(best, time.process_time() - started)
        return best

    assert cost(many) < 2.5 * cost(few)


def test_a_matcher_may_be_shared_by_threads():
    items = [
        Item(id=str(n), title=f"North Korea sent {n} shells to Russia", text="네, 북한이 러시아에 포탄을. " * (n % 7))
        for n in range(60)
    ]
    alone = [ARMS.verdicts(item) for item in items]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ARMS.verdicts, items)) == alone


# ── what is left early loses nothing ────────────────────────────────────────────────────────────────────────────
class Patient(Judge):
    """A judge that looks at every sentence of whatever names the parties."""

    def _possible(self, mask: int) -> bool:
        return mask >= 0


def told(verdict: Verdict) -> tuple[object, ...]:
    return verdict.rank, verdict.score, verdict.stream, verdict.direction, verdict.kind


WORDS = [
    *sorted({term.anchor for term in ARMS.watchlists[0].terms if not term.spaced or term.whole}),
    ". ",
    "\n",
    "the",
]


PAIRS = [(m, Judge(m.watchlists[0]), Patient(m.watchlists[0])) for m in (ARMS, CABLES, IRAN)]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=6), st.lists(st.sampled_from(WORDS), max_size=30))
def test_leaving_early_where_no_rule_can_be_met_changes_no_verdict(title: list[str], text: list[str]):
    item = Item(id="i", title=" ".join(title), text=" ".join(text))
    scan = Scan(item.title, item.text)
    for matcher, judge, patient in PAIRS:
        (hits,) = matcher._shares(matcher._automaton.hits(scan.reading))
        assert told(judge.verdict(scan, hits)) == told(patient.verdict(scan, hits))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=6), st.lists(st.sampled_from(WORDS), max_size=30))
def test_looking_for_the_keys_first_changes_no_verdict(title: list[str], text: list[str]):
    item = Item(id="i", title=" ".join(title), text=" ".join(text))
    for matcher, _, _ in PAIRS:
        assert told(matcher.verdicts(item)[0]) == told(matcher.verdicts(item, trace=True)[0])


def test_looking_for_the_keys_first_changes_no_verdict_on_the_examples():
    items = [json.loads(line) for line in (ROOT / "watchlists/russia-dprk-arms.examples.jsonl").open(encoding="utf-8")]
    shut = 0
    for one in items[::3]:
        item = Item(id="i", title=one["title"], text=one["text"])
        brief, traced = ARMS.verdicts(item), ARMS.verdicts(item, trace=True)
        assert told(brief[0]) == told(traced[0])
        shut += "no other term was looked for" in brief[0].why
        assert (brief == traced) == ("no other term was looked for" not in brief[0].why)
    assert 5 < shut < len(items) / 3


@pytest.mark.parametrize(
    ("lists", "opened"),
    [
        (["russia-dprk-arms"], {"russia-dprk-arms": False}),
        (["russia-dprk-arms", "undersea-cables"], {"russia-dprk-arms": False, "undersea-cables": True}),
    ],
)
def test_a_list_without_its_keys_stays_shut_beside_one_that_opens(lists: list[str], opened: dict[str, bool]):
    matcher = Matcher([shipped(name).watchlists[0] for name in lists])
    found = matcher.verdicts(Item(id="i", title="Undersea cable cut in the Baltic, ship boarded", text=""))
    assert {one.watchlist: "no other term was looked for" not in one.why for one in found} == opened


def keyed(parties: str, scoring: str, rules: str) -> Keys | None:
    raw = (
        f'schema = 1\ntitle = "Doors"\n{parties}[concepts.many]\nlabel = "Many"\nterms.en = ["door", "gate", "bar"]\n'
        f'[concepts.few]\nlabel = "Few"\nterms.en = ["key"]\n[scoring]\n{scoring}\n{rules}'
    )
    return keys(load(raw.encode(), file="doors.toml"))


BOTH = '[[rules]]\nname = "both"\nall = ["many", "few"]\npoints = 4\n'
EITHER = BOTH + '[[rules]]\nname = "one"\nall = ["many"]\npoints = 4\n'


def test_the_keys_of_a_list_are_the_words_it_cannot_do_without():
    def words(found: Keys | None) -> list[str] | None:
        return found and sorted(term.anchor for term in found.terms)

    assert words(keyed("", "match = 4\nborderline = 2", BOTH)) == ["key"]
    assert words(keyed("", "match = 4\nborderline = 2", EITHER)) == ["bar", "door", "gate", "key"]
    assert keyed("", "match = 4\nborderline = 0", BOTH) is None
    found = keys(ARMS.watchlists[0])
    assert found is not None
    assert found.missing == "North Korea"


def test_what_cannot_meet_any_rule_says_which_word_is_missing():
    verdict = judge("Moscow and Pyongyang")
    assert verdict.rank != "match"
    none = judge("Tehran and Moscow talk of bread", matcher=IRAN)
    assert none.rank == "none"
    assert "no word for" in none.missing
    assert any(line.startswith("no rule can be met") for line in none.why)


# ── wide windows ask for firmness ───────────────────────────────────────────────────────────────────────────────
FIRM = Matcher(
    [
        load(
            b"""
schema = 1
title = "Widgets"
[concepts.widget]
terms.en = ["widget*", "gizmo*"]
[concepts.alpha]
terms.en = ["alphaland*"]
[concepts.sale]
terms.en = ["sold", "sells"]
[[rules]]
name = "all in front"
all = ["widget", "alpha", "sale"]
within = "front"
points = 10
firm = ["widget", "alpha"]
[scoring]
match = 10
borderline = 4
""",
            file="firm.toml",
        )
    ]
)


@pytest.mark.parametrize(
    ("title", "text", "rank"),
    [
        ("News from Alphaland", "A house was sold. The new owner collects widgets.", "none"),
        ("Alphaland sells", "There will be widgets. There will be gizmos.", "match"),
        ("Alphaland sells", "There will be widgets of all sorts.", "none"),
        ("Something was sold", "It was an Alphaland widget.", "match"),
        ("Alphaland sells", "There will be widget gizmos.", "none"),  # one phrase is one mention
    ],
)
def test_a_firm_rule_wants_its_words_together_or_said_twice(title: str, text: str, rank: str):
    assert judge(title, text, FIRM).rank == rank


@given(
    st.lists(
        st.sampled_from(["Arms went north. ", "He left", " at 5 p.m. ", "word " * 40, "\n", "U.S. aid. ", "終わり。"]),
        max_size=12,
    ),
    st.data(),
)
def test_the_sentence_around_a_place_is_the_one_of_the_whole_text(pieces: list[str], data: st.DataObject):
    text = "".join(pieces)
    place = data.draw(st.integers(0, max(0, len(text) - 1)))
    whole, near = Scan("Title. Two.", text), Scan("Title. Two.", text)
    head = len("Title. Two.") + 3
    spans = [span for span in whole.spans if span[0] <= head + place < span[1] and span[1] - span[0] < 400]
    if spans:
        assert near.around(head + place) == spans[0]
