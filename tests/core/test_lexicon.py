"""The lexicon of claims: loading says all that is wrong, finding keeps to words, guards and languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.lexicon import Lexicon, load
from bot.errors import WatchlistError

FILE = Path(__file__).parents[2] / "watchlists" / "russia-dprk-arms.lexicon.toml"
HEAD = 'schema = 1\nparties = ["dprk", "russia"]\n'
PARTIES = '[[party]]\nname = "dprk"\nen = ["North Korea*"]\n[[party]]\nname = "russia"\nen = ["Russia*"]\n'


@pytest.fixture(scope="module")
def shipped() -> Lexicon:
    return load(FILE.read_bytes(), file=FILE.name)


def names(lexicon: Lexicon, text: str, kind: str, lang: str = "") -> list[str]:
    return [mention.canonical for mention in lexicon.find(text, lang=lang) if mention.kind == kind]


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("North Korean shells", "dprk"),
        ("N. Korea’s arms", "dprk"),
        ("북한이 포탄을", "dprk"),
        ("КНДР поставила", "dprk"),
        ("Північної Кореї", "dprk"),
        ("北朝鮮製砲弾", "dprk"),
        ("北韓砲彈", "dprk"),
        ("nordkoreanische Granaten", "dprk"),
        ("obus nord-coréens", "dprk"),
        ("proyectiles norcoreanos", "dprk"),
        ("broń z Korei Północnej", "dprk"),
        ("for Moscow", "russia"),
        ("러시아에", "russia"),
        ("в Россию", "russia"),
        ("ロシアへ", "russia"),
        ("俄羅斯", "russia"),
        ("dla Rosji", "russia"),
    ],
)
def test_the_parties_are_found_in_every_language(shipped, text, party):
    assert names(shipped, text, "party") == [party]


def test_a_stem_takes_its_whole_word_and_no_other(shipped):
    (mention,) = [one for one in shipped.find("Russian-made") if one.kind == "party"]
    assert (mention.start, mention.end) == (0, 7)
    assert names(shipped, "Prussian blue", "party") == []


def test_case_matters_where_the_file_says_so(shipped):
    assert names(shipped, "the US said", "party") == ["usa"]
    assert names(shipped, "they told us", "party") == []


@pytest.mark.parametrize(
    "text",
    [
        "The Angara rocket lifted off",
        "an Angara launch from Plesetsk",
        "a shell company in Cyprus",
        "cruise on the Danube from Vienna",
    ],
)
def test_guards_reject_the_other_meaning(shipped, text):
    assert not {"Angara", "artillery shells", "Dunay"} & {mention.canonical for mention in shipped.find(text)}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("the cargo ship Angara left the port", "Angara"),
        ("судно «Ангара» вышло из порта", "Angara"),
        ("from Najin to Danube in Primorye", "Dunay"),
        ("the vessel docked at Rason", "Najin"),
    ],
)
def test_guards_keep_the_meaning_that_is_meant(shipped, text, name):
    assert name in {mention.canonical for mention in shipped.find(text)}


def test_of_two_overlapping_mentions_of_a_kind_the_longer_stays(shipped):
    assert names(shipped, "short-range ballistic missiles", "materiel") == ["ballistic missiles"]


def test_common_words_of_another_latin_language_are_left_out(shipped):
    assert names(shipped, "an important envoy", "moving", lang="en") == []


def test_places_are_those_of_the_text_as_given(shipped):
    text = "１５２ｍｍ — “Северная Корея”, Ｒｕｓｓｉａ"
    spans = {text[one.start : one.end] for one in shipped.find(text) if one.kind == "party"}
    assert spans == {"Северная Корея", "Ｒｕｓｓｉａ"}


def test_the_gate_is_shut_only_where_a_party_is_missing(shipped):
    assert shipped.touches("north korea sends russia shells")
    assert not shipped.touches("south korea sends poland howitzers")


def test_an_identifier_names_its_source(shipped):
    held = [concept for concept in shipped.concepts if concept.get("identifier")]
    assert held
    assert all(concept.get("source").startswith("https://") for concept in held)


def test_every_problem_is_told_at_once():
    raw = 'schema = 2\nparties = ["dprk", "mars"]\n[[party]]\nname = "dprk"\nen = []\nfr = ["a*b"]\n[[pary]]\nname = "x"\n[[vessel]]\nname = "Y"\ncolour = "red"\n'
    with pytest.raises(WatchlistError) as error:
        load(raw.encode(), file="broken.toml")
    told = str(error.value)
    for part in ("schema", "party.dprk.en", "party.dprk.fr", "pary", "vessel.Y.colour", "mars"):
        assert part in told
    assert {problem.file for problem in error.value.problems} == {"broken.toml"}


def test_a_place_lies_on_one_of_the_two_sides():
    with pytest.raises(WatchlistError, match="side"):
        load((HEAD + PARTIES + '[[place]]\nname = "X"\nside = "mars"\nen = ["X"]\n').encode(), file="side.toml")


def test_two_entries_of_one_name_are_a_problem():
    with pytest.raises(WatchlistError, match="a second entry"):
        load((HEAD + PARTIES + '[[party]]\nname = "dprk"\nen = ["DPRK"]\n').encode(), file="twice.toml")


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"schema = ", b""])
def test_bytes_that_are_no_lexicon_are_refused(raw):
    with pytest.raises(WatchlistError):
        load(raw, file="x.toml")


def test_the_smallest_lexicon_loads():
    assert load((HEAD + PARTIES).encode(), file="small.toml").parties == ("dprk", "russia")
