"""Text as the watch reads it: folding with the way back, readings, hygiene."""

from __future__ import annotations

import time
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from bot.core.text import clean, fold, one_line, read


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


def test_clean_text_has_no_controls_surrogates_or_overrides_and_is_composed():
    assert clean("a\x00\ud800\u202eb\u200b e\u0301\r\nnext\x0b") == "ab é\nnext"
    assert one_line("two\n lines\tare  one", 9) == "two lines"
