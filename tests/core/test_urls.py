"""One name for one page: the table and the laws of canonical URLs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.urls import MAX_URL, alias, canonical, host_of, registrable, safe_link, same_site

TABLE = [
    ("http://Example.ORG", "http://example.org/"),
    ("HTTPS://example.org:443/a", "https://example.org/a"),
    ("http://example.org:80/a", "http://example.org/a"),
    ("http://example.org:8080/a", "http://example.org:8080/a"),
    ("https://example.org./a", "https://example.org/a"),
    ("https://user:secret@example.org/a", "https://example.org/a"),
    ("https://example.org/a?utm_source=x&id=5&UTM_Medium=y", "https://example.org/a?id=5"),
    ("https://example.org/a?fbclid=1&gclid=2&oc=5&yclid=3", "https://example.org/a"),
    ("https://example.org/news.php?lang=en&id=5", "https://example.org/news.php?id=5&lang=en"),
    ("https://example.org/?p=12", "https://example.org/?p=12"),
    ("https://example.org/?article=12&unknown=yes", "https://example.org/?article=12&unknown=yes"),
    ("https://example.org/a;jsessionid=AB12?x=1", "https://example.org/a?x=1"),
    ("https://example.org/a?jsessionid=AB12", "https://example.org/a"),
    ("https://example.org/a#:~:text=missile", "https://example.org/a"),
    ("https://example.org/a#comments", "https://example.org/a"),
    ("https://example.org/#!/story/5", "https://example.org/#!/story/5"),
    ("https://example.org/#/story/5", "https://example.org/#/story/5"),
    ("https://example.org/a/../b/./c", "https://example.org/b/c"),
    ("https://example.org/../../b", "https://example.org/b"),
    ("https://example.org/a/..", "https://example.org/"),
    ("https://example.org/%7euser/%d0%b0", "https://example.org/~user/%D0%B0"),
    ("https://example.org/новости", "https://example.org/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8"),
    ("https://example.org/a b", "https://example.org/a%20b"),
    ("https://example.org/100%", "https://example.org/100%25"),
    ("https://пример.рф/a", "https://xn--e1afmkfd.xn--p1ai/a"),
    ("https://example.org/a?b", "https://example.org/a?b"),
    ("https://example.org/a?b=", "https://example.org/a?b="),
    ("https://example.org/a?&&b=1&", "https://example.org/a?b=1"),
    ("https://example.org/a?b=2&a=1&a=0", "https://example.org/a?a=1&a=0&b=2"),
    ("  https://example.org/a\n", "https://example.org/a"),
    ("https://exa\tmple.org/a", "https://example.org/a"),
    ("https:\\\\example.org\\a", "https://example.org/a"),
    ("https://example.org/a//b", "https://example.org/a//b"),
    ("https://[2606:4700:0:0::1111]/a", "https://[2606:4700::1111]/a"),
    ("javascript:alert(1)", ""),
    ("ftp://example.org/a", ""),
    ("//example.org/a", ""),
    ("https:///a", ""),
    ("https://exa mple.org/a", ""),
    ("https://example.org:99999/a", ""),
    ("https://example.org/" + "a" * MAX_URL, ""),
    ("", ""),
    ("not a url", ""),
]


@pytest.mark.criterion("R-23")
@pytest.mark.parametrize(("url", "expected"), TABLE)
def test_a_url_has_one_name(url, expected):
    assert canonical(url) == expected


@pytest.mark.criterion("R-23")
@given(st.text(max_size=200))
def test_naming_any_text_twice_changes_nothing(text):
    once = canonical(text)
    assert canonical(once) == once


URLS = st.builds(
    lambda scheme, host, path, query, fragment: f"{scheme}://{host}/{path}?{query}#{fragment}",
    st.sampled_from(["http", "https", "HTTP"]),
    st.sampled_from(["example.org", "WWW.Example.org.", "пример.рф", "example.org:8080", "u@example.org", "[::1]"]),
    st.text(max_size=60),
    st.text(max_size=60),
    st.text(max_size=20),
)


@pytest.mark.criterion("R-23")
@given(URLS)
def test_naming_a_url_twice_changes_nothing(url):
    once = canonical(url)
    assert canonical(once) == once
    assert once == "" or once.startswith(("http://", "https://"))
    assert once.isascii()
    assert alias(once) == alias(url)


@given(URLS)
def test_a_safe_link_is_safe_in_every_sink_and_stays_itself(url):
    link = safe_link(url)
    assert safe_link(link) == link
    assert not set(link) & set(' <>"|\\^`{}\n\r\t')
    assert canonical(link) == canonical(url)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("http://www.example.org/a/", "https://example.org/a"),
        ("https://example.org/a?id=1&utm_source=rss", "http://www.example.org/a?id=1"),
        ("https://example.org", "http://example.org/"),
    ],
)
@pytest.mark.criterion("R-20")
def test_a_page_that_moved_to_https_keeps_its_alias(one, two):
    assert alias(one) == alias(two) != ""


def test_different_pages_keep_different_aliases():
    assert alias("https://example.org/a?id=1") != alias("https://example.org/a?id=2")
    assert alias("https://example.org/a") != alias("https://example.com/a")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("news.bbc.co.uk", "bbc.co.uk"),
        ("en.yna.co.kr", "yna.co.kr"),
        ("www.example.org", "example.org"),
        ("https://a.b.example.com.ua/x?y=1", "example.com.ua"),
        ("someone.blogspot.com", "someone.blogspot.com"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("", ""),
    ],
)
def test_the_registrable_domain_follows_the_public_suffix_list(host, expected):
    assert registrable(host) == expected


@pytest.mark.criterion("R-24")
def test_only_one_registrable_domain_is_one_site():
    assert same_site("https://m.example.co.uk/a", "https://www.example.co.uk/b")
    assert not same_site("https://evil.co.uk/a", "https://example.co.uk/b")
    assert not same_site("", "")


@pytest.mark.parametrize(
    ("url", "base", "expected"),
    [
        ("/a?x=1", "https://example.org/feed", "https://example.org/a?x=1"),
        ("a|b<c>", "https://example.org/", "https://example.org/a%7Cb%3Cc%3E"),
        ("javascript:alert(1)", "https://example.org/", ""),
        ("data:text/html,x", "https://example.org/", ""),
        ("https://u:p@example.org/a", "", "https://example.org/a"),
        ("https://example.org/a?utm_source=x#top", "", "https://example.org/a?utm_source=x#top"),
    ],
)
def test_a_link_is_made_absolute_and_harmless_or_dropped(url, base, expected):
    assert safe_link(url, base) == expected


@pytest.mark.parametrize("host", ["exa_mple.org", "1.2.3.4", "xn--e1afmkfd.xn--p1ai"])
def test_real_hosts_are_hosts(host):
    assert host_of(f"http://{host}/") == host


PLAIN = st.builds(
    lambda scheme, host, segments: f"{scheme}://{host}/{'/'.join(segments)}",
    st.sampled_from(["http", "https"]),
    st.from_regex(r"[a-z0-9.-]{1,30}\.[a-z]{2,4}", fullmatch=True),
    st.lists(st.from_regex(r"[A-Za-z0-9_~.-]{0,8}", fullmatch=True), max_size=4),
)


@given(PLAIN)
def test_the_short_way_for_plain_links_says_what_the_long_way_says(url):
    # An empty query takes the long way and changes nothing else.
    assert canonical(url) == canonical(f"{url}?")
    assert safe_link(url) == safe_link(f"{url}?")
    assert host_of(url) == host_of(f"{url}?")
