"""Page bytes become articles: text, title, date, language, quality, and everything that is no article."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import jsonld
from bot.core.articles import extract
from bot.core.languages import language, suits
from bot.errors import ExtractError
from bot.model import Page

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://news.example.org/a/1"
PARAGRAPHS = (
    "The harbour master said that four ships had left the eastern port during the night and had not been seen since.",
    "Officials in the capital would neither confirm nor deny the report, which was first carried by a local paper.",
    "Satellite pictures taken on Tuesday show the piers empty and the cranes folded back against the warehouses.",
    "Analysts who follow the route say that the next ships are not expected before the ice breaks in the spring.",
)
KOREAN = (
    "통일부 당국자는 어젯밤 동쪽 항구를 떠난 배 네 척이 그 뒤로 보이지 않는다고 밝혔다. 항구의 크레인도 모두 접혀 있었다.",
    "수도의 관리들은 지역 신문이 처음 전한 이 보도를 확인도 부인도 하지 않았다. 위성사진에는 빈 부두만 보였다.",
    "이 항로를 지켜보는 분석가들은 봄에 얼음이 녹기 전에는 다음 배가 오지 않을 것이라고 말했다. 창고도 비어 있었다.",
)


def page(
    *,
    title: str = "Four ships leave the port",
    paragraphs: tuple[str, ...] = PARAGRAPHS,
    head: str = "",
    lang: str = "en",
    body: str = "",
) -> str:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><title>{title} | The Paper</title>{head}</head><body>'
        f"<nav><a href='/'>Home</a><a href='/news'>News</a></nav><article><h1>{title}</h1>{text}</article>{body}"
        "<footer>All rights reserved</footer></body></html>"
    )


def read(
    body: str | bytes, *, headers: tuple[tuple[str, str], ...] = (("content-type", "text/html"),), url: str = URL
) -> Page:
    return extract(body.encode() if isinstance(body, str) else body, url=url, headers=headers, now=NOW)


def test_an_article_has_its_text_title_date_and_language():
    head = (
        '<meta property="article:published_time" content="2026-02-27T10:00:00+09:00"><link rel="canonical" href="/a/1?x=1">'
        '<meta property="og:site_name" content="The Paper">'
    )
    found = read(page(head=head))
    assert found.title == "Four ships leave the port"
    assert found.text.split("\n") == list(PARAGRAPHS)
    assert found.published == datetime(2026, 2, 27, 1, tzinfo=UTC)
    assert found.published_basis == "page"
    assert (found.lang, found.outlet, found.quality) == ("en", "The Paper", "full")
    assert found.url == "https://news.example.org/a/1?x=1"
    assert "Home" not in found.text


def test_json_ld_names_date_authors_and_outlet():
    head = """<script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"WebSite"},
    {"@type":["NewsArticle"],"headline":"Four ships leave the port","datePublished":"2026-02-27T10:00:00Z",
    "author":[{"@type":"Person","name":"A. Writer"},{"name":"B. Writer"}],"publisher":{"name":"The Paper"},}]}</script>"""
    found = read(page(head=head))
    assert found.published == datetime(2026, 2, 27, 10, tzinfo=UTC)
    assert found.authors == ("A. Writer", "B. Writer")
    assert found.outlet == "The Paper"


def test_a_page_without_an_html_tag_language_is_read_by_its_text():
    found = read(page(lang="").replace(' lang=""', ""))
    assert found.lang == "en"


def test_a_wrong_language_attribute_is_overruled_by_the_letters():
    found = read(page(paragraphs=KOREAN, title="배 네 척이 항구를 떠났다", lang="en"))
    assert found.lang == "ko"
    assert "declared en" in found.notes


def test_a_korean_page_date_without_a_zone_is_korean_time():
    head = '<meta property="article:published_time" content="2026-02-27 10:00:00">'
    found = read(page(paragraphs=KOREAN, title="배 네 척이 항구를 떠났다", lang="ko", head=head))
    assert found.published == datetime(2026, 2, 27, 1, tzinfo=UTC)


@pytest.mark.criterion("R-25")
def test_a_date_in_the_future_is_not_believed():
    head = '<meta property="article:published_time" content="2031-01-01T00:00:00Z">'
    assert read(page(head=head)).published is None


@pytest.mark.criterion("R-38")
@pytest.mark.parametrize(
    ("codec", "paragraphs"),
    [
        (
            "cp1251",
            ("Четыре корабля покинули восточный порт ночью, и с тех пор их никто не видел, сообщил начальник порта.",)
            * 4,
        ),
        (
            "koi8-r",
            ("Четыре корабля покинули восточный порт ночью, и с тех пор их никто не видел, сообщил начальник порта.",)
            * 4,
        ),
        ("euc-kr", KOREAN),
        (
            "shift_jis",
            ("夜のうちに四隻の船が東の港を出て、その後は誰も見ていないと港長が述べた。倉庫は空だった。",) * 4,
        ),
        ("big5", ("港務長說，四艘船在夜間離開了東部港口，此後再也沒有人見過它們。倉庫已經空了。",) * 4),
        ("gb18030", ("港务长说，四艘船在夜间离开了东部港口，此后再也没有人见过它们。仓库已经空了。",) * 4),
        ("utf-16", KOREAN),
    ],
)
@pytest.mark.parametrize("meta", ["right", "none", "utf-8", "iso-8859-1"])
def test_text_survives_its_charset(codec, paragraphs, meta):
    name = {"right": codec, "none": "", "utf-8": "utf-8", "iso-8859-1": "iso-8859-1"}[meta]
    body = page(paragraphs=paragraphs, head=f'<meta charset="{name}">' if name else "", lang="")
    assert paragraphs[0] in read(body.encode(codec)).text


@pytest.mark.criterion("R-39")
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"%PDF-1.7\n1 0 obj", "pdf"),
        (b"\x89PNG\r\n\x1a\n\x00", "image"),
        (b"\xff\xd8\xff\xe0", "image"),
        (b"GIF89a", "image"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image"),
        (b"\x00\x00\x00\x18ftypmp42", "video"),
        (b"ID3\x03", "audio"),
        (b"PK\x03\x04", "zip"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office"),
        (b"\x7fELF\x02", "binary"),
        (b'{"a": 1}', "json"),
        (b"<rss version='2.0'><channel/></rss>", "feed"),
        (b"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'/>", "feed"),
        (b"<html><body></body></html>", "empty"),
    ],
)
def test_what_is_no_article_is_an_error_whatever_the_header_says(body, reason):
    with pytest.raises(ExtractError) as caught:
        read(body)
    assert caught.value.reason == reason


@pytest.mark.criterion("R-39")
@pytest.mark.parametrize(
    ("kind", "reason"),
    [("application/pdf", "pdf"), ("image/jpeg", "image"), ("text/plain", "text"), ("application/json", "json")],
)
def test_a_declared_type_counts_where_the_bytes_are_silent(kind, reason):
    with pytest.raises(ExtractError) as caught:
        read(b"some bytes", headers=(("content-type", kind),))
    assert caught.value.reason == reason


@pytest.mark.criterion("R-18")
@pytest.mark.parametrize(
    "body",
    [
        "<html><head><title>Just a moment...</title></head><body>Checking</body></html>",
        "<html><head><title>Access denied</title></head><body>You are not allowed</body></html>",
        "<html><head><title>DDoS-Guard</title></head><body>Проверка</body></html>",
        "<html><head><title>x</title><script src='https://geo.captcha-delivery.com/c.js'></script></head><body>x</body></html>",
        "<html><body><div id='px-captcha'></div>Press and hold</body></html>",
    ],
)
def test_a_challenge_page_is_no_article(body):
    with pytest.raises(ExtractError) as caught:
        read(body)
    assert caught.value.reason == "challenge"


@pytest.mark.criterion("R-18")
def test_cloudflares_header_marks_a_challenge():
    with pytest.raises(ExtractError) as caught:
        read(page(), headers=(("cf-mitigated", "challenge"),))
    assert caught.value.reason == "challenge"


def test_an_article_about_captchas_is_an_article():
    assert read(page(title="Why captchas no longer work")).quality == "full"


def test_a_page_that_is_not_free_and_shows_little_is_paywalled():
    head = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Four ships leave the port","isAccessibleForFree":"False"}</script>'
    assert read(page(paragraphs=PARAGRAPHS[:2], head=head)).quality == "paywalled"


def test_a_paragraph_or_less_is_a_teaser():
    assert read(page(paragraphs=("The harbour master said that four ships had left.",))).quality == "teaser"


def test_text_hidden_in_json_ld_is_found():
    body = " ".join(PARAGRAPHS)
    head = f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"Four ships leave the port","articleBody":"{body}"}}</script>'
    found = read(page(paragraphs=(), head=head))
    assert PARAGRAPHS[2] in found.text


def test_one_article_never_loses_text_because_another_had_it():
    first = read(page())
    assert [read(page()).text for _ in range(5)] == [first.text] * 5


@pytest.mark.criterion("R-37")
def test_text_carries_nothing_that_a_sink_chokes_on():
    found = read(
        page(
            paragraphs=(PARAGRAPHS[0] + "\u202e\u200b\x00&#xD83D;", *PARAGRAPHS[1:]),
            title="Four\u202e ships leave the port",
        )
    )
    assert not set(found.text + found.title) & set("\u202e\u200b\x00\ud83d")


def test_ampersands_and_angle_brackets_stay_what_they_are():
    found = read(page(paragraphs=(PARAGRAPHS[0] + " A &amp;amp; B, 1 &lt; 2 &lt;b&gt;.", *PARAGRAPHS[1:])))
    assert "A & B, 1 < 2 <b>." in found.text


@pytest.mark.criterion("R-31")
@pytest.mark.parametrize(
    "script",
    [
        "[" * 100_000,
        '{"@type":"NewsArticle"',
        '{"@type":["NewsArticle",5,null],"author":{"name":[{"name":5}]},"headline":7}',
        "null",
        "x" * 600_000,
        '{"@graph":{"@graph":{"@type":1}}}',
    ],
)
def test_broken_json_ld_is_silence(script):
    assert jsonld.article([script]).headline == ""


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("ko-KR", "ko-KR"),
        ("EN_us", "en-US"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("ru", "ru"),
        ("english", ""),
        ("", ""),
        ("1", ""),
    ],
)
def test_language_tags_have_one_spelling(text, tag):
    assert language(text) == tag


def test_letters_tell_which_language_cannot_be():
    assert not suits("en", KOREAN[0])
    assert suits("ko", KOREAN[0])
    assert suits("ru", "short")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_page_or_an_extract_error(body):
    with suppress(ExtractError):
        assert isinstance(read(body), Page)


@pytest.mark.parametrize("depth", [30, 300, 20_000])
def test_a_page_whose_elements_stand_too_deep_for_the_parser_keeps_its_text(depth: int):
    words = "North Korea sent 3,000 artillery shells to Russia, South Korea said on Monday. " * 8
    page = (
        f"<html><head><title>Shells</title></head><body>{'<div>' * depth}<p>{words}</p>{'</div>' * depth}</body></html>"
    )
    assert "3,000 artillery shells" in read(page).text
