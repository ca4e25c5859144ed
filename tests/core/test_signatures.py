"""Signatures: one event looks alike in any language, and the form of an item tells what is no report."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.likeness import alike, days_apart, in_common, likeness, profile
from bot.core.signatures import KEYS, Signature, signature
from bot.core.standalone import standalone
from bot.model import Item

AT = datetime(2024, 4, 9, 17, 5, tzinfo=UTC)


def sign(title: str, text: str = "", *, date: datetime | None = AT, lang: str = "en", url: str = "") -> Signature:
    return signature(Item(id="i", title=title, text=text, date=date, lang=lang, url=url), None)


def names(mine: Signature) -> set[str]:
    return {name for name, _ in mine.features}


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("en", "Lavrov arrives in Pyongyang with 2,400 containers on the agenda"),
        ("ru", "Лавров прибыл в Пхеньян, в повестке 2400 контейнеров"),
        ("ko", "라브로프 평양 도착…컨테이너 2400개 의제"),
        ("ja", "ラブロフ外相が平壌に到着 コンテナ2400個が議題"),
        ("zh", "拉夫罗夫抵达平壤 议程包括2400个集装箱"),
        ("pl", "Ławrow przybył do Pjongjangu, w planie 2400 kontenerów"),
        ("uk", "Лавров прибув до Пхеньяна, на порядку денному 2400 контейнерів"),
    ],
)
def test_a_title_has_the_same_concepts_and_figure_in_any_language(lang, title):
    assert {"who:lavrov", "land:dprk", "arm:container", "n:2400"} <= names(sign(title, lang=lang))


@pytest.mark.parametrize(
    ("text", "hint", "lang"),
    [
        ("The ship has left the harbour and is on its way to the east", "und", "en"),
        ("The ship has left the harbour and is on its way to the east", "pl", "en"),
        ("Statek wypłynął z portu i jest w drodze na wschód", "", "pl"),
        ("The paper Правда and the agency 연합뉴스 were quoted in the report", "en", "en"),
        ("Судно вышло из порта", "en", "ru"),
        ("Судно вийшло з порту й прямує на схід із вантажем", "", "uk"),
        ("貨物船が港を出た", "zh", "ja"),
        ("货船已经离开港口", "", "zh"),
        ("배가 항구를 떠났다", "", "ko"),
        ("Kim", "de", "de"),
        ("Kim", "und", ""),
    ],
)
def test_the_text_tells_its_language_and_the_hint_helps(text, hint, lang):
    assert sign(text, lang=hint).lang == lang


def test_stems_begin_at_a_words_beginning():
    assert "act:deny" not in names(sign("The garden yields plenty"))
    assert "act:deny" in names(sign("Moscow denies it"))
    assert "land:un" not in names(sign("Kim Jong Un visits a farm"))


def test_the_title_counts_more_than_the_lead_and_the_rest_least():
    late = "Nothing of note was said about the weather. " * 12 + "Tankers were mentioned at the end."
    assert (
        dict(sign("Lavrov speaks").features)["who:lavrov"]
        > dict(sign("He speaks", "Lavrov was there.").features)["who:lavrov"]
    )
    assert (
        dict(sign("He speaks", late).features)["act:shipline"]
        < dict(sign("He speaks", "Tankers came.").features)["act:shipline"]
    )


def test_a_signature_survives_the_store():
    mine = sign("Kim and Putin exchange letters", "State media published them on Monday.", lang="en-GB")
    assert Signature.from_json(mine.to_json()) == mine


def test_keys_are_few_and_the_rarest():
    mine = sign(
        "Russian freighter Angara unloads 300 containers at Dunay, satellite images show",
        "Kim Jong Un praised the crew. " * 20,
    )
    keys = mine.keys()
    assert len(keys) <= KEYS
    assert "land:russia" not in keys


def test_a_date_without_time_may_be_any_moment_of_its_day():
    day = sign("A", date=datetime(2024, 4, 9, tzinfo=UTC))
    evening = sign("A", date=datetime(2024, 4, 9, 22, tzinfo=UTC))
    next_noon = sign("A", date=datetime(2024, 4, 10, 12, tzinfo=UTC))
    assert day.whole_day
    assert days_apart(profile(day), profile(evening)) == 0
    assert days_apart(profile(day), profile(next_noon)) == 0.5


def test_zones_do_not_matter():
    seoul = sign("A", date=datetime(2024, 4, 10, 2, 5, tzinfo=timezone(timedelta(hours=9))))
    assert seoul.when == AT


def test_likeness_fades_with_time_and_ends_after_three_days():
    first = sign("White House says 2,400 containers left Najin for Russia", "Kirby showed satellite images.")
    again = "Kirby: 2,400 containers shipped from Najin to Russia, images show"
    scores = [likeness(first, sign(again, date=AT + timedelta(hours=hours))) for hours in (1, 24, 48, 73)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.6
    assert scores[-1] == 0


def test_items_that_only_share_the_subject_are_not_alike():
    assert likeness(sign("Russia and North Korea", "Arms."), sign("North Korean weapons in Russia", "War.")) < 0.3


def test_likeness_says_why():
    why = in_common(sign("Lavrov denies shipments of shells"), sign("Lavrov denies it"))
    assert "person lavrov" in why
    assert "act deny" in why


def test_undated_items_are_never_quite_alike():
    dated, undated = sign("Lavrov denies 300 containers"), sign("Lavrov denies 300 containers", date=None)
    assert alike(profile(dated), profile(undated)) < likeness(dated, dated)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Russia-Ukraine war live: talks go on in Geneva", "live"),
        ("War at a glance: what we know on day 700", "live"),
        ("Wojna w Ukrainie. Relacja na żywo", "live"),
        ("En direct, guerre en Ukraine : les faits du jour", "live"),
        ("Your Wednesday Briefing: a typhoon nears", "newsletter"),
        ("[북한단신] 청년 전시회 폐막", "newsletter"),
        ("Ports shut; ministers resign; rain ahead", "newsletter"),
        ("Why the shells matter", "analysis"),
        ("The price of friendship | Jane Roe", "analysis"),
        ("[사설] 포탄과 외교", "analysis"),
        ("Kim Jong Un visits a shipyard", ""),
        ("Live-fire drill begins in the East Sea", ""),
        ("White House explains new sanctions", ""),
    ],
)
def test_the_form_of_a_title_tells_what_is_no_report(title, kind):
    assert standalone(title, "") == kind


def test_an_address_of_an_opinion_page_tells_it_too():
    assert standalone("The shells matter", "", "https://news.example/opinion/2024/shells") == "analysis"
    assert standalone("The shells matter", "", "https://news.example/view/AEN2024") == ""


def test_200_kb_of_text_take_a_moment_only():
    started = time.perf_counter()
    sign("Long", "Containers left the port (and its cranes). " * 5000)
    sign("Han", "集装箱" * 70_000)
    assert time.perf_counter() - started < 2


@settings(deadline=None, max_examples=80)
@given(st.text(max_size=300), st.text(max_size=500))
def test_any_item_has_a_signature(title, text):
    mine = sign(title, text)
    assert Signature.from_json(mine.to_json()) == mine
    assert 0 <= likeness(mine, mine) <= 1
