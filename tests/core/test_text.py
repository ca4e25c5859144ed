"""Text as the watch reads it: folding with the way back, readings, sentences, hygiene."""

from __future__ import annotations

import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text import MAX_SENTENCE, clean, fold, one_line, read, sentences


def test_fullwidth_ligature_and_one_code_point_units_fold_to_plain_letters():
    assert fold("１５２㎜ ﬁre Ｋｉｍ").text == "152mm fire kim"


def test_yo_dashes_quotes_and_soft_hyphens_fold_to_one_form():
    assert fold("Съёмка").text == "съемка"
    assert fold("север\u00adо‑корейский «ё»").text == 'северо-корейский "е"'


def test_decomposed_and_composed_hangul_and_kana_are_the_same_text():
    word = "북한ガ"
    assert fold(unicodedata.normalize("NFD", word)).text == fold(word).text


def test_offsets_lead_back_through_what_folding_left_out_or_made_longer():
    text = "Strasse, Straße: 北\u200b朝鮮 １２㎜"
    folded = fold(text)
    start = folded.text.index("北朝鮮")
    assert text[slice(*folded.span(start, start + 3))] == "北\u200b朝鮮"
    start = folded.text.index("12mm")
    assert text[slice(*folded.span(start, start + 4))] == "１２㎜"
    start = folded.text.rindex("strasse")
    assert text[slice(*folded.span(start, start + 7))] == "Straße"


@given(st.text())
def test_every_place_of_folded_text_has_a_place_in_the_original(text: str):
    folded = fold(text)
    for place in range(len(folded.text)):
        start, end = folded.span(place, place + 1)
        assert 0 <= start < end <= len(text)


@given(st.text())
def test_folding_folded_text_changes_nothing(text: str):
    once = fold(text).text
    assert fold(once).text == once


@given(st.text(alphabet=st.characters(categories=["Ll", "Lu", "Nd", "Zs", "Pd", "Po"]), max_size=80))
def test_a_reading_keeps_the_order_of_places_and_its_two_forms_have_one_length(text: str):
    reading = read(fold(text))
    assert len(reading.bare) == len(reading.text) + 1
    places = [reading.span(i, i + 1)[0] for i in range(len(reading.text))]
    assert places == sorted(places)


def test_a_reading_makes_one_space_of_hyphens_line_ends_and_middle_dots():
    assert read(fold("North-Korea\n\nN.  Korea 북·러")).text == "north korea n. korea 북 러"


def test_a_text_of_combining_marks_only_is_folded_in_bounded_time():
    started = time.monotonic()
    fold("\u0301" * 300_000)
    fold("e" + "\u0301\u0323" * 150_000)
    assert time.monotonic() - started < 5


def test_lone_surrogates_and_right_to_left_overrides_do_no_harm():
    text = "\ud800\u202eNorth Korea\udfff"
    folded = fold(text)
    start = folded.text.index("north korea")
    assert text[slice(*folded.span(start, start + 11))] == "North Korea"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Gen. Kim met Mr. Lavrov. He left.", 2),
        ("U.S. officials said no. Kirby agreed.", 2),
        ("За год отправлено 5 млн. снарядов. Москва молчит.", 2),
        ("弾薬が渡った。ロシアは否定した。", 2),
        ("러시아가 밝혔다.북한은 부인했다. 끝", 3),
        ("Rund 3,5 Mio. Granaten z. B. aus Nordkorea. Ende.", 2),
        ("Korea wysłała ok. 3 tys. pocisków, np. kal. 152 mm, do Rosji. To dużo.", 2),
        ("Gen. Kim i płk. Iwanow z ul. Prostej byli tam. Według min. obrony to 10 mld. Tak.", 3),
        ("He said it was OK. Then he left.", 2),
        ("One line\nAnother line", 2),
        ("“Never,” he said. “Not once!” She left…", 3),
        ("朝鲜已运送炮弹！俄方否认？", 2),
        ("Version 3.5 of KN-23.2 flew", 1),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, count: int):
    assert len(sentences(text)) == count


@given(st.text(max_size=400))
def test_sentences_are_in_order_do_not_overlap_and_lose_only_white_space(text: str):
    spans = sentences(text)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    kept = "".join(text[start:end] for start, end in spans)
    assert "".join(kept.split()) == "".join(text.split())


def test_a_word_of_a_million_letters_is_cut_so_that_a_sentence_keeps_a_meaning():
    assert max(end - start for start, end in sentences("x" * 1_000_000)) <= MAX_SENTENCE


def test_clean_text_has_no_controls_surrogates_or_overrides_and_is_composed():
    assert clean("a\x00\ud800\u202eb\u200b e\u0301\r\nnext\x0b") == "ab é\nnext"
    assert one_line("two\n lines\tare  one", 9) == "two lines"
