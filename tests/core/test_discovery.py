"""Which feeds a page offers."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.discovery import offers

URL = "https://news.example.org/world/"


def found(body: str) -> list[tuple[str, str, str]]:
    return [(offer.url, offer.kind, offer.title) for offer in offers(body.encode(), url=URL)]


def test_declared_feeds_come_first_and_once():
    body = """<html><head><link rel="alternate" type="application/rss+xml" title="News &amp; more" href="/rss.xml">
    <LINK REL='alternate' TYPE='application/atom+xml; charset=utf-8' HREF='https://feeds.example.org/atom'>
    <link rel="alternate" type="application/feed+json" href="feed.json"><link rel="stylesheet" type="text/css" href="/rss.css">
    <link rel="alternate" hreflang="ko" href="/ko/"></head><body><a href="/rss.xml">RSS</a><a href="/feeds/defence">Defence</a></body>"""
    assert found(body) == [
        ("https://news.example.org/rss.xml", "rss", "News & more"),
        ("https://feeds.example.org/atom", "atom", ""),
        ("https://news.example.org/world/feed.json", "json", ""),
        ("https://news.example.org/feeds/defence", "", ""),
    ]


@pytest.mark.parametrize(
    "body",
    [
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">',
        '<link rel="alternate" type="application/rss+xml">',
        '<a href="https://elsewhere.example.com/rss">not ours</a>',
        '<a href="/feed/index.html">a page</a>',
        '<a href="/feedback">words</a>',
        '<a href="/class-rsswriter">code</a>',
        "<p>no links</p>",
        "",
    ],
)
def test_what_is_no_feed_of_this_site_is_not_offered(body):
    assert found(body) == []


def test_a_base_counts_and_other_charsets_are_read():
    body = '<base href="https://cdn.example.org/x/"><link type="application/rss+xml" title="Лента" href="rss">'
    assert [(offer.url, offer.title) for offer in offers(body.encode("cp1251"), url=URL)] == [
        ("https://cdn.example.org/x/rss", "Лента")
    ]


@given(st.text(max_size=300))
def test_no_page_makes_it_raise(text):
    assert len(found(f"<a href={text}>")) <= 50


@pytest.mark.parametrize(
    "body",
    [
        "<a href='" * 100_000,
        '<link "' * 100_000,
        "<a " + "x=1 " * 200_000,
        "<link " * 200_000,
        "<a href=/rss>" * 50_000,
    ],
)
def test_no_page_takes_long(body):
    began = time.process_time()
    offers(body.encode(), url=URL)
    assert time.process_time() - began < 3
