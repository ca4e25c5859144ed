"""Languages are told from scripts and by CLD3; where neither is sure, nothing is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.core.languages import detected, weight

EXAMPLES = Path(__file__).resolve().parents[2] / "watchlists" / "russia-dprk-arms.examples.jsonl"


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("국가정보원은 북한이 러시아에 포탄을 보냈다고 밝혔다", "ko"),
        ("防衛省は北朝鮮がロシアに砲弾を供与したとみている", "ja"),
        ("韓國國家情報院指出北韓向俄羅斯運送砲彈與飛彈", "zh"),
        ("韩国国家情报院称朝鲜向俄罗斯运送了炮弹和导弹", "zh"),
        ("Розвідка повідомила, що Північна Корея передала Росії снаряди", "uk"),
        ("Разведка сообщила, что Северная Корея передала России снаряды", "ru"),
        ("Nordkorea hat Russland nach Angaben aus Seoul Munition geliefert", "de"),
        ("שר הביטחון אמר כי צפון קוריאה העבירה תחמושת לרוסיה בחודשים האחרונים", "he"),
    ],
)
def test_a_sentence_is_enough(text: str, lang: str):
    assert detected(text) == lang


@pytest.mark.parametrize(
    "text",
    ["", "Rajin", "12 34 56 78 90 " * 5, "\x00" * 60, "\ud800" * 60, "🚢" * 60],
    ids=["empty", "a word", "digits", "zeros", "half characters", "pictures"],
)
def test_where_there_is_nothing_to_tell_from_nothing_is_said(text: str):
    assert detected(text) == ""


def test_a_character_of_the_east_says_as_much_as_two_and_a_half_letters():
    assert weight("abcd") == 4
    assert weight("砲弾供与") == 10
    assert weight("포탄 공급") == 11


def test_the_texts_of_our_own_examples_are_known_by_their_language():
    examples = [json.loads(line) for line in EXAMPLES.read_text("utf-8").splitlines()]
    texts = [(one["lang"].split("-")[0], one["text"]) for one in examples if weight(one["text"]) >= 80]
    wrong = [(lang, detected(text), text[:60]) for lang, text in texts if detected(text) not in {lang, ""}]
    unknown = [text for _, text in texts if not detected(text)]
    assert len(texts) > 400
    assert len(wrong) <= 0.005 * len(texts), wrong
    assert len(unknown) <= 0.01 * len(texts)
