"""Families, wires and carriage: one owner is one outlet, one agency is one voice."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.publishers import Carrier, carriage, load
from bot.errors import WatchlistError

FILE = Path(__file__).resolve().parents[2] / "watchlists" / "publishers.toml"
SHIPPED = load(FILE.read_bytes(), file=FILE.name)


@pytest.fixture
def shipped():
    return SHIPPED


@pytest.mark.parametrize(
    ("url", "outlet", "family"),
    [
        ("https://en.yna.co.kr/view/AEN1", "", "Yonhap"),
        ("https://wydarzenia.interia.pl/zagranica/a", "", "Polsat"),
        ("https://www.polsatnews.pl/wiadomosc/a", "", "Polsat"),
        ("https://news.google.com/rss/articles/abc", "The Wall Street Journal", "News Corp"),
        ("https://news.google.com/rss/articles/abc", "연합뉴스", "Yonhap"),
        ("http://www.msn.com/en-us/news/a", "https://feeds.nbcnews.com/nbcnews/public/news", "Comcast"),
        ("https://abcnews.go.com/a", "", "Disney"),
        ("https://www.example-paper.co.uk/a", "", "example-paper.co.uk"),
        ("", "An Unknown Gazette", "an unknown gazette"),
        ("http://127.0.0.1:8000/a", "An Unknown Gazette", "an unknown gazette"),
        ("http://127.0.0.1:8000/a", "", "127.0.0.1"),
        ("", "", ""),
    ],
)
def test_the_family_is_the_owner(shipped, url, outlet, family):
    assert shipped.family(url, outlet) == family


def test_a_states_voice_is_marked(shipped):
    assert shipped.side("https://tass.ru/a") == "russia"
    assert shipped.side("http://www.kcna.kp/en/article") == "dprk"
    assert shipped.side("https://www.reuters.com/a") == ""


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        ("(서울=연합뉴스) 홍길동 기자 = 배가 떠났다.", "Yonhap"),
        ("SEOUL, April 9 (Yonhap) -- A ship has left.", "Yonhap"),
        ("A ship has left the harbour. — AFP", "AFP"),
        ("TOKYO (AP) — A ship has left.", "AP"),
        ("По данным ТАСС, судно ушло.", "TASS"),
        ("Statek odpłynął - podała agencja Reutera.", "Reuters"),
        ("Statek odpłynął. /PAP/", "PAP"),
        ("【ソウル共同】船が出港した。", "Kyodo"),
        ("据新华社报道，货船已离港。", "Xinhua"),
        ("A ship has left the harbour, residents of the bay say.", ""),
        ("A ship seen from the pier on May 4, 2022. (Jane Roe/AFP via Getty Images)", ""),
    ],
)
def test_a_credit_line_names_the_wire(shipped, text, wire):
    assert shipped.wire("A ship leaves", text) == wire


def test_five_papers_on_one_wire_are_one_voice(shipped):
    items = [Carrier(f"a-{number}", f"paper{number}.example", wire="AP") for number in range(5)]
    told = carriage(items, shipped.wires)
    assert told.carriers == 5
    assert len(told.families) == 5
    assert told.voices == ("AP",)


def test_an_agencys_own_page_and_a_reprint_are_one_voice(shipped):
    told = carriage([Carrier("a-1", "Yonhap"), Carrier("a-2", "paper.example", wire="Yonhap")], shipped.wires)
    assert told.voices == ("Yonhap",)


def test_a_copy_speaks_with_the_voice_of_what_it_copied():
    told = carriage(
        [Carrier("a-1", "one.example"), Carrier("a-2", "two.example", copy_of="a-1"), Carrier("a-3", "three.example")]
    )
    assert told.voices == ("one.example", "three.example")


def test_a_domain_of_two_families_is_refused():
    raw = b'schema = 1\n[[family]]\nname = "A"\ndomains = ["x.example"]\n[[family]]\nname = "B"\ndomains = ["x.example"]\n'
    with pytest.raises(WatchlistError, match=r"x\.example"):
        load(raw, file="p.toml")


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff",
        b"schema = ",
        b"schema = 2",
        b'schema = 1\nfamily = "x"',
        b'schema = 1\n[[wire]]\nname = "W"\nfamily = "nobody"',
        b"schema = 1\n[[family]]\n",
    ],
)
def test_a_broken_file_says_what_is_wrong(raw):
    with pytest.raises(WatchlistError) as caught:
        load(raw, file="p.toml")
    assert caught.value.problems


@given(st.text(max_size=400), st.text(max_size=80), st.text(max_size=80))
def test_any_item_has_some_family_and_wire(text, url, outlet):
    assert isinstance(SHIPPED.family(url, outlet), str)
    assert isinstance(SHIPPED.wire(outlet, text), str)
