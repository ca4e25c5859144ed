"""Near-duplicates: the same text under another name is found, another text on the same matter is not."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.duplicates import VERSION, Fingerprint, copy_score, fingerprint, is_copy

TEXT = (
    "The harbour master said two grey freighters had tied up at the outer pier before dawn. Cranes worked without lights "
    "for most of the night, he added, and lorries left in pairs every quarter of an hour. By noon the pier was empty again. "
    "A spokesman for the ministry would not say what had been on board, where it had come from or who had paid for it. "
    "Fishermen in the next bay counted eleven such visits since the spring and kept a list on the wall of their hut."
)
OTHER = (
    "Lawmakers spent the afternoon arguing about the budget for coastal patrols. The opposition wants three new boats, the "
    "government offers one, and the navy says that it has no crews for either. A vote is expected next week, after the "
    "committee has heard the harbour master and two captains who retired last year."
)
KOREAN = (
    "항만 관계자는 회색 화물선 두 척이 새벽에 바깥 부두에 닿았다고 말했다. 크레인은 밤새 불을 끄고 움직였고 트럭은 십오 분마다 두 대씩 떠났다. "
    "정오 무렵 부두는 다시 비었다. 당국 대변인은 배에 무엇이 실렸는지 밝히지 않았다. 어민들은 봄부터 같은 일을 열한 번 보았다고 전했다."
)
CHINESE = (
    "港务人员说，两艘灰色货船在黎明前停靠外码头。起重机整夜不开灯作业，卡车每隔一刻钟成对离开。到了中午，码头又空了。"
    "发言人不愿说明船上装的是什么，也不说货物从哪里来、由谁付款。附近海湾的渔民说，从春天起这样的船来过十一次。"
)


def copied(title_a: str, text_a: str, title_b: str, text_b: str) -> bool:
    return is_copy(fingerprint(title_a, text_a), fingerprint(title_b, text_b)) is not None


def meet(a: Fingerprint, b: Fingerprint) -> bool:
    return bool(set(a.bands) & set(b.bands))


def test_the_same_text_under_another_title_is_a_copy():
    assert copied("Freighters at the pier", TEXT, "Night work in the harbour", TEXT)


def test_boilerplate_around_a_text_does_not_hide_it():
    around = (
        "Home News World Sport Log in\n"
        + TEXT
        + "\nSubscribe to our newsletter for more stories like this one. Contact the desk."
    )
    assert copied("Freighters at the pier", TEXT, "Freighters at the pier | Daily Post", around)


def test_a_teaser_is_a_copy_of_the_page_it_was_cut_from():
    page, teaser = (
        fingerprint("Freighters at the pier", TEXT + " " + OTHER),
        fingerprint("Freighters", TEXT[:230] + "…"),
    )
    assert is_copy(page, teaser) is not None
    assert meet(page, teaser)


def test_light_edits_stay_a_copy():
    edited = (
        TEXT.replace("two grey freighters", "two large freighters")
        .replace("By noon", "By midday")
        .replace("eleven", "a dozen")
    )
    a, b = fingerprint("Freighters at the pier", TEXT), fingerprint("Ships at the pier", edited)
    assert is_copy(a, b) is not None
    assert meet(a, b)


@pytest.mark.parametrize("text", [KOREAN, CHINESE])
def test_scripts_without_word_boundaries_have_copies_too(text):
    edited = text.replace("两艘", "三艘").replace("두 척", "세 척")
    a, b = fingerprint("甲", text), fingerprint("乙", "速報 속보 " + edited + " 記者 기자")
    assert is_copy(a, b) is not None
    assert meet(a, b)


def test_another_text_on_the_same_matter_is_no_copy():
    assert not copied("Freighters at the pier", TEXT, "Freighters at the pier again", OTHER)


def test_an_item_without_text_copies_what_has_its_very_title():
    assert copied(
        "Two grey freighters leave the outer pier at night",
        "",
        "Two grey freighters leave the outer pier at night",
        TEXT,
    )


def test_titles_that_differ_in_a_number_prove_nothing():
    assert not copied(
        "What we know on day 253 of the harbour dispute", "", "What we know on day 254 of the harbour dispute", ""
    )


def test_a_feeds_standing_line_under_other_titles_is_no_copy():
    line = "Our morning letter brings you the top headlines of the day."
    assert not copied("Harbour master resigns after a long night", line, "Snow closes three mountain passes", line)


def test_a_pictures_caption_is_not_the_articles_text():
    caption = "Visitors stand in front of the old customs house beside the outer pier, on May 4, 2022. (Jane Roe/AFP via Getty Images)"
    assert fingerprint("Customs strike ends", caption).text_sha == ""
    assert not copied("Customs strike ends", caption, "New pier opens for ferries next spring", caption)


def test_empty_items_copy_nothing():
    assert not copied("", "", "", "")


def test_a_fingerprint_survives_the_store():
    mine = fingerprint("Freighters", TEXT)
    assert Fingerprint.from_bytes(mine.to_bytes()) == mine
    assert mine.version == VERSION


def test_copy_score_is_the_share_of_the_shorter_text():
    assert copy_score(TEXT, TEXT + " " + OTHER) == 1.0
    assert copy_score(TEXT, OTHER) < 0.1
    assert copy_score("", TEXT) == 0.0


def test_a_long_text_is_estimated_about_right():
    rng = random.Random(4)
    words = [f"word{number}" for number in range(4000)]
    long = " ".join(rng.choice(words) for _ in range(6000))
    assert is_copy(fingerprint("A", long), fingerprint("B", long + " " + TEXT)) == pytest.approx(1.0, abs=0.06)
    other = " ".join(rng.choice(words) for _ in range(6000))
    assert is_copy(fingerprint("A", long), fingerprint("B", other)) is None


def test_200_kb_of_text_take_a_moment_only():
    started = time.perf_counter()
    fingerprint("Long", ("The quick ship (and its crew) sailed. " * 6000)[:200_000])
    fingerprint("Brackets", "(" * 200_000)
    fingerprint("Han", "漢字" * 100_000)
    assert time.perf_counter() - started < 3


def _documents(count: int, rng: random.Random) -> list[str]:
    words = [
        f"{a}{b}{c}"
        for a in "bdfgklmnprstv"
        for b in ("a", "e", "io", "u")
        for c in ("nt", "rk", "l", "sh", "m", "d", "st")
    ]
    return [
        ". ".join(" ".join(rng.choice(words) for _ in range(14)).capitalize() for _ in range(rng.randint(4, 12))) + "."
        for _ in range(count)
    ]


def test_planted_wire_copies_are_found_through_their_bands():
    rng = random.Random(11)
    texts = _documents(300, rng)
    planted = []
    for text in texts:
        sentences = text.split(". ")
        sentences[rng.randrange(len(sentences))] = _documents(1, rng)[0].split(".")[0]
        if len(sentences) > 5:
            del sentences[rng.randrange(len(sentences))]
        planted.append(". ".join(sentences))
    originals = [fingerprint("Original title of a wire story", text) for text in texts]
    copies = [fingerprint("Printed under quite another headline today", text) for text in planted]
    found = sum(meet(a, b) and is_copy(a, b) is not None for a, b in zip(originals, copies, strict=True))
    false = sum(is_copy(originals[place], copies[place - 1]) is not None for place in range(300))
    assert found / 300 >= 0.95
    assert false == 0


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=400), st.text(max_size=400), st.text(max_size=400))
def test_any_text_has_a_fingerprint_and_likeness_is_mutual(title, a, b):
    one, two = fingerprint(title, a), fingerprint(title, b)
    assert is_copy(one, two) == is_copy(two, one)
    assert len(one.bands) <= 60


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=600))
def test_a_long_enough_text_copies_itself(text):
    mine = fingerprint("Some title", text)
    if mine.total >= 16:
        assert is_copy(mine, mine) == 1.0
