"""What a page says by its bytes holds every word that a parser's tree shows as text, however broken the markup is."""

from __future__ import annotations

import gzip
import html
import json
import os
import re
from pathlib import Path

import pytest
import trafilatura
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import jsonld, pagetree
from bot.core.charsets import decoded
from bot.core.pagetext import Spoken, referred, spoken

ROOT = Path(__file__).resolve().parents[2]
PAGES = Path(os.environ.get("ARMSWATCH_SHARED", ROOT / ".." / "shared")) / "data/pages/fundus"
real = pytest.mark.skipif(not PAGES.exists(), reason="real data folder ../shared is absent")
FRAGMENTS = (
    "<p>{}</p>", " {} ", "<!-- {} -->", "<!-- <script> -->", "<!--", "-->", "<!-->", "--!>", "<script>{}</script>", "<script>", "</script>",
    "<SCRIPT>", "</Script >", "<script src=x />", "<script-x>", "<script type='application/ld+json'>", "<style>p {{}}</style>", "</style>", "<title>{}",
    "</title>", "<textarea>", "</textarea>", '<a title="<script>">{}</a>', "<a title='<p><style>'>", "<a href=<script>x", '<a href="x>{}', '"', "'",
    '="', "='", "<", ">", "a < b", "<b", "</", "<![CDATA[ <script> ]]>", "<?php <script> ?>", "<iframe>", "</iframe>", "<noscript>", "<svg><style>", "</svg>",
    "<template>", "<xmp>", "</xmp>", "&lt;b&gt;", "&#x41;{}", "&nbsp;", "<br/>", "<b>{}</b>", "<td>", "<script>var a = '<!--<script>';</script>",
    "<script>a = '</scr' + 'ipt>'</script>", "<style><!-- </style>", '</p foo="<">',
)  # fmt: skip


def told(said: Spoken) -> str:
    """All ways of reading a page together."""
    return "\n".join(said.readings())


def shown(page: str) -> list[str]:
    """The words of the tree that extraction reads: text outside of scripts, styles and comments."""
    tree = trafilatura.load_html(page)
    if tree is None:
        return []
    texts: list[str] = []
    for node in tree.iter():
        if isinstance(node.tag, str) and node.tag not in {"script", "style"}:
            texts.append(node.text or "")
        texts.append(node.tail or "")
    texts += [value for value in pagetree.meta(tree).values() if len(value) < 5000]
    own = jsonld.article(pagetree.scripts(tree))
    return words(html.unescape(" ".join([*texts, own.headline, own.body])))


def words(text: str) -> list[str]:
    """The words of a text, references read as often as they were written; what is too long to be one is left out."""
    return [word for word in re.findall(r"[^\W_]+", html.unescape(text)) if len(word) < 40]


@given(st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=12))
@settings(max_examples=1000, deadline=None)
def test_no_broken_markup_hides_a_word_that_the_parser_shows(pieces: list[str]):
    page = "<html><body>" + " ".join(piece.format(f"word{n}") for n, piece in enumerate(pieces)) + " last</body></html>"
    said = spoken(page.encode())
    visible = {word for word in shown(page) if word.startswith(("word", "last"))}
    assert visible <= set(words(told(said))), page
    assert all(word.encode() in said.outline() for word in visible), page


def test_scripts_styles_and_addresses_are_left_out():
    page = b"<head><style>.moscow{}</style><script>var a = 'Pyongyang'</script></head><body><a href='/north-korea'>Harbour</a>"
    said = spoken(page)
    for word in ("moscow", "Pyongyang", "north-korea"):
        assert word not in told(said)
        assert word.encode() not in said.outline()
    assert "Harbour" in told(said)


def test_json_ld_and_descriptions_are_read():
    body = json.dumps({"@type": "NewsArticle", "headline": "H", "articleBody": "Снаряды"})
    page = f"<head><meta name=description content='Ракеты'><script type='application/ld+json'>{body}</script></head>"
    assert "Снаряды" in told(spoken(page.encode()))
    assert "Ракеты" in told(spoken(page.encode()))


def test_a_word_is_found_whether_a_tag_joins_or_parts_it():
    said = told(spoken(b"<h1>Nord<br>korea</h1><p>Russ<b>land</b></p><a>Kim</a><a>Putin</a>"))
    assert {"Nordkorea", "Russland", "Kim", "Putin"} <= set(words(said))


def test_a_joined_word_is_found_far_inside_a_long_page_and_little_else_is_read_twice():
    long = "<p>Boats came in before dawn.</p>\n" * 400
    page = f"{long}<p>Nord<b>korea</b> &#1050;<i>&#1048;</i>&#1052;</p>\n{long}<h1>Russ<div>land</div></h1>\n{long}"
    first, *others = spoken(page.encode()).readings()
    assert {"Nordkorea", "КИМ"} <= set(words(others[0]))
    assert "Russland" in words(others[1])
    assert len("".join(others)) < len(first) / 5


@pytest.mark.parametrize("space", [" ", "\n", "\x0b", "\x1c", "\u200b", "\u00a0", "&nbsp;", "\uf7d0", "\uf7d2"])
def test_no_space_beside_a_tag_hides_a_word(space: str):
    said = told(spoken(f"<p>Harbour{space}<b>news</b>{space}today</p>".encode()))
    assert [word for word in words(said) if word in {"Harbour", "news", "today"}][:3] == ["Harbour", "news", "today"]


def test_references_are_read_as_the_parser_reads_them():
    many = "&#1050;&#x418;&#1052; &amp;lt; " * 200
    assert "КИМ" in told(spoken(f"<p>{many}</p>".encode()))
    assert "КИМ" in told(spoken(b"<p>&#1050;&#x418;&#1052;</p>"))


@real
@pytest.mark.shared
def test_every_word_that_the_tree_of_a_real_page_shows_is_said():
    lost = {}
    total = 0
    for path in sorted(PAGES.rglob("*.html.gz"))[::4]:
        page = decoded(gzip.decompress(path.read_bytes())).text
        said = set(words(html.unescape(told(spoken(page.encode())))))
        visible = shown(page)
        total += len(visible)
        missing = sorted({word for word in visible if word not in said})
        if missing:
            lost[path.name] = missing[:8]
    assert total > 100_000
    assert not lost, lost


@given(
    st.lists(
        st.sampled_from(
            [*"&#xX;180a<\n é", "amp", "lt", "notit", "&amp;", "&#128;", "&#xD800;", "&#0;", "&#99999999;", "&acE;"]
        ),
        max_size=16,
    )
)
def test_references_are_read_as_the_standard_library_reads_them(parts: list[str]):
    text = "".join(parts)
    assert referred(text) == html.unescape(text)


def test_tags_of_words_in_a_title_make_nobody_doubt_where_scripts_begin():
    page = (
        b"<html><head><title>Har<em>bo</em>ur <b class='pyongyang'>news</b></title>"
        b"<script>var a = 'Moscow'</script></head><body>Quay</body></html>"
    )
    said = spoken(page)
    assert "Moscow" not in told(said)
    assert b"pyongyang" in said.outline()  # as text, for who reads a title as text
    assert {"Harbour", "news", "Quay"} <= set(words(told(said)))
    unclear = page.replace(b"<em>", b"<em title='<script>'>")
    assert "Moscow" in told(spoken(unclear))
