"""Where sentences end, in eleven languages."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import sentences as room
from bot.core.sentences import MAX_SENTENCE, sentences


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
        ("Vom 5. bis 25. November lieferte Nordkorea Granaten. Moskau schweigt.", 2),
        (
            "Die 11. Armee und die 2. Division trafen am 3. Oktober ein. Das war 2024. Im Mai folgten 20. Mehr kam nie.",
            4,
        ),
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


def test_no_abbreviation_is_longer_than_what_is_looked_at():
    known = [*room._ABBREVIATIONS, *room._OFTEN_LAST]
    assert all(len(part) < room._LONGEST for one in known for part in one.split("."))


@given(st.text(alphabet=".!?…。！？\n\"' aB1)", max_size=40))
def test_the_fast_search_finds_the_stops_that_the_pattern_finds(text: str):
    assert list(room._stops(text)) == [found.span() for found in room._STOP.finditer(text)]
