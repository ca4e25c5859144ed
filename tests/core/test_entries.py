"""Feed bytes become entries: formats, identity, dates, caps, charsets, and everything that is no feed."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import entry_names
from bot.core.entries import parse
from bot.errors import FeedError
from bot.model import Entry, FeedDocument

SHARED = Path(os.environ.get("ARMSWATCH_SHARED", Path(__file__).resolve().parents[2] / ".." / "shared"))
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://news.example.org/rss"


def read(body: str | bytes, *, url: str = URL, content_type: str = "", now: datetime = NOW) -> FeedDocument:
    data = body.encode() if isinstance(body, str) else body
    headers = (("content-type", content_type),) if content_type else ()
    return parse(data, url=url, headers=headers, now=now)


def rss(*items: str, channel: str = "") -> str:
    body = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{channel}{body}</channel></rss>'


def item(guid: str = "", link: str = "", title: str = "T", more: str = "") -> str:
    return (
        (f"<guid>{guid}</guid>" if guid else "")
        + (f"<link>{link}</link>" if link else "")
        + f"<title>{title}</title>{more}"
    )


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ru"><title>Лента</title>
<link rel="alternate" href="https://news.example.org/"/><link rel="prev-archive" href="/archive/9"/>
<entry><id>urn:x:1</id><title type="html">Сделка &lt;b&gt;сорвана&lt;/b&gt;</title><link href="/a/1"/>
<updated>2026-03-01T10:00:00+03:00</updated><author><name>А. Б.</name></author>
<content type="html">&lt;p&gt;Первый.&lt;/p&gt;&lt;p&gt;Второй.&lt;/p&gt;</content></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://news.example.org/"><title>News</title></channel>
<item rdf:about="https://news.example.org/a/1"><title>One</title><link>https://news.example.org/a/1</link>
<dc:date>2026-02-28T10:00:00Z</dc:date></item></rdf:RDF>"""
JSON = """{"version":"https://jsonfeed.org/version/1.1","title":"News","language":"en","items":[
{"id":"1","url":"/a/1","title":"One","content_html":"<p>Text</p>","date_published":"2026-02-28T10:00:00Z",
"authors":[{"name":"A"}]},{"id":2,"content_text":"No title here"}]}"""


def test_rss_gives_title_link_date_and_plain_text():
    document = read(
        rss(
            item(
                "1",
                "https://news.example.org/a/1",
                "A &amp;amp; B",
                "<pubDate>Sun, 01 Mar 2026 10:00:00 MSK</pubDate><description>&lt;p&gt;One &lt;b&gt;two&lt;/b&gt;&lt;/p&gt;"
                "&lt;script&gt;x()&lt;/script&gt;&lt;p&gt;three&lt;/p&gt;</description>",
            )
        )
    )
    (entry,) = document.entries
    assert (entry.title, entry.url, entry.summary) == ("A & B", "https://news.example.org/a/1", "One two\nthree")
    assert entry.published == datetime(2026, 3, 1, 7, tzinfo=UTC)
    assert entry.published_basis == "entry"
    assert "date in MSK" in entry.notes
    assert document.version == "rss20"


def test_atom_rdf_and_json_are_read_alike():
    atom, rdf, json = read(ATOM), read(RDF), read(JSON)
    assert [document.version for document in (atom, rdf, json)] == ["atom10", "rss10", "json11"]
    assert atom.lang == "ru"
    assert atom.prev_archive == "https://news.example.org/archive/9"
    assert atom.entries[0].title == "Сделка сорвана"
    assert atom.entries[0].content == "Первый.\nВторой."
    assert atom.entries[0].url == "https://news.example.org/a/1"
    assert atom.entries[0].authors == ("А. Б.",)
    assert rdf.entries[0].published == datetime(2026, 2, 28, 10, tzinfo=UTC)
    assert [entry.title for entry in json.entries] == ["One", "No title here"]
    assert json.entries[0].url == "https://news.example.org/a/1"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n\x00 ", "empty"),
        (b"<!DOCTYPE html><html><body>Not found</body></html>", "html"),
        (b"<!-- x --><HTML><head></head></HTML>", "html"),
        (b"%PDF-1.7 ...", "pdf"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"PK\x03\x04", "zip"),
        (b"{}", "json"),
        (b'{"items": 5}', "json"),
        (b'{"items": [', "json"),
        (b"[" * 100_000, "json"),
        (b"<opml version='2.0'><body/></opml>", "opml"),
        (b"<urlset/>", "urlset"),
        (b"just some words", "malformed"),
        (b"<rss", "malformed"),
        (b"\xff\xfe\x00", "malformed"),
        (b"<data><row/></data>", "malformed"),
    ],
)
@pytest.mark.criterion("R-26")
def test_what_is_no_feed_is_an_error_with_its_reason(body, reason):
    with pytest.raises(FeedError) as caught:
        read(body)
    assert caught.value.reason == reason


@pytest.mark.criterion("R-26")
def test_an_empty_but_well_formed_feed_is_no_error():
    assert read(rss()).entries == ()


@pytest.mark.criterion("R-30")
@pytest.mark.parametrize(
    "reference", ["&#xD83D;", "&#x110000;", "&#xFFFFFFFF;", "&#0;", "&#x1;", "&#99999999999999999999;", "&nope;"]
)
def test_a_bad_character_reference_costs_one_character(reference):
    document = read(rss(item("1", title=f"One {reference} two"), item("2", title="Second")))
    assert [entry.guid for entry in document.entries] == ["1", "2"]


@pytest.mark.criterion("R-30")
def test_an_item_that_makes_the_parser_raise_costs_only_itself():
    bad = '<georss:where><gml:Point srsName="["><gml:pos>1 2</gml:pos></gml:Point></georss:where>'
    body = rss(item("1"), item("2", more=bad), item("3")).replace(
        '<rss version="2.0">',
        '<rss version="2.0" xmlns:georss="http://www.georss.org/georss" xmlns:gml="http://www.opengis.net/gml">',
    )
    guids = {entry.guid for entry in read(body).entries}
    assert {"1", "3"} <= guids


@pytest.mark.criterion("R-30")
@pytest.mark.parametrize("name", ["punycode", "undefined", "utf-7", "idna", "unicode_escape", "rot13", "no-such"])
def test_an_encoding_off_the_list_is_not_obeyed(name):
    body = f'<?xml version="1.0" encoding="{name}"?>' + rss(item("1", title="Ядро")).partition("?>")[2]
    assert read(body).entries[0].title == "Ядро"


@pytest.mark.criterion("R-36")
def test_external_and_nested_entities_are_never_followed():
    doctype = (
        '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">'
        '<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p; <!ENTITY c "C:\\data">]>'
    )
    body = rss(item("1", title="[&a;|&b;|&f;|&c;]")).replace("<rss", doctype + "<rss", 1)
    title = read(body).entries[0].title
    assert "root:" not in title
    assert title.count("a") <= 12


@pytest.mark.criterion("R-36")
def test_entity_amplification_is_bounded():
    doctype = f'<!DOCTYPE rss [<!ENTITY a "{"a" * 200}">]>'
    body = rss(item("1", title="T", more="<description>" + "&a;" * 100_000 + "</description>")).replace(
        "<rss", doctype + "<rss", 1
    )
    assert len(read(body).entries[0].summary) <= 20_000


def test_a_cut_off_document_keeps_its_whole_entries_only():
    body = rss(item("1"), item("2", title="The second one"))
    document = read(body[: body.index("second")])
    assert [entry.guid for entry in document.entries] == ["1"]
    assert any("truncated" in note for note in document.notes)


CHARSETS = [
    ("cp1251", "Северная граница закрыта, сообщили в министерстве"),
    ("koi8-r", "Северная граница закрыта, сообщили в министерстве"),
    ("euc-kr", "국경이 닫혔다고 통일부가 밝혔다 그리고 항구도 닫혔다"),
    ("shift_jis", "国境は閉じられたと防衛省が発表した。港も閉じた。"),
    ("euc_jp", "国境は閉じられたと防衛省が発表した。港も閉じた。"),
    ("gb18030", "国防部表示，边境已经关闭，港口也已经关闭。"),
    ("big5", "國防部表示，邊境已經關閉，港口也已經關閉。"),
    ("utf-16", "Граница закрыта"),
    ("utf-16-le", "Граница закрыта и порт закрыт"),
    ("utf-8-sig", "Граница закрыта"),
    ("cp1252", "Éte\u0301 à l’état".replace("e\u0301", "é")),
]


@pytest.mark.criterion("R-38")
@pytest.mark.parametrize(("codec", "title"), CHARSETS)
@pytest.mark.parametrize("declared", ["right", "none", "utf-8"])
def test_a_title_survives_its_charset(codec, title, declared):
    name = {"right": codec.replace("utf-8-sig", "utf-8"), "none": "", "utf-8": "utf-8"}[declared]
    declaration = f'<?xml version="1.0" encoding="{name}"?>' if name else '<?xml version="1.0"?>'
    body = (
        declaration
        + f"<rss version='2.0'><channel><title>x</title><item><guid>1</guid><title>{title}</title></item></channel></rss>"
    )
    assert read(body.encode(codec)).entries[0].title == title


def test_the_header_names_the_charset_where_the_document_does_not():
    body = rss(item("1", title="Граница")).encode("cp1251")
    assert read(body, content_type="application/xml; charset=windows-1251").entries[0].title == "Граница"


@pytest.mark.criterion("R-35")
def test_500_newest_entries_of_many_are_kept_with_a_note():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    items = [
        item(
            str(number),
            more=f"<pubDate>{(start + timedelta(minutes=number)).strftime('%a, %d %b %Y %H:%M:%S GMT')}</pubDate>",
        )
        for number in range(1200)
    ]
    document = read(rss(*items))
    assert [entry.guid for entry in document.entries[:2]] == ["1199", "1198"]
    assert len(document.entries) == 500
    assert document.notes == ("1200 entries cut to 500",)


@pytest.mark.criterion("R-35")
def test_long_titles_summaries_and_links_are_cut_with_a_note():
    document = read(
        rss(item("1", "https://example.org/" + "a" * 3000, "T" * 900, f"<description>{'s ' * 30_000}</description>"))
    )
    (entry,) = document.entries
    assert (len(entry.title), entry.url) == (500, "")
    assert len(entry.summary) <= 20_000
    assert set(entry.notes) >= {"title cut to 500", "summary cut to 20000", "link over 2048 dropped"}


@pytest.mark.criterion("R-37")
def test_titles_carry_nothing_that_a_sink_chokes_on():
    title = "a\u202eb\u200bc\u2028d &#x7f;ef"
    entry = read(rss(item("1", title=title))).entries[0]
    assert entry.title == "abc d ef"


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "mailto:a@example.org"]
)
def test_only_web_addresses_become_links(link):
    (entry,) = read(rss(item("1", link))).entries
    assert entry.url == ""
    assert "link is no web address" in entry.notes


def test_markup_in_titles_is_read_as_text():
    title = "&lt;script&gt;alert(1)&lt;/script&gt;Talks &lt;svg/onload=alert(1)&gt;resume 1 &lt; 2"
    assert read(rss(item("1", title=title))).entries[0].title == "Talks resume 1 < 2"


# ── identity ──────────────────────────────────────────────────────────────────────────────────────────────────


def ids(document: FeedDocument) -> list[str]:
    return [entry.id for entry in document.entries]


@pytest.mark.criterion("R-20")
def test_ids_come_from_content_and_stay():
    body = rss(item("1", "https://example.org/1"), item("2", "https://example.org/2"))
    assert ids(read(body)) == ids(read(body, now=NOW + timedelta(days=9)))
    assert ids(read(body)) != ids(read(body, url="https://other.example.org/rss"))
    assert all(one.startswith("e-") and len(one) == 18 for one in ids(read(body)))


@pytest.mark.criterion("R-20")
def test_a_retitled_entry_is_the_same_entry():
    assert ids(read(rss(item("1", title="Old")))) == ids(read(rss(item("1", title="New"))))


@pytest.mark.criterion("R-20")
def test_a_move_to_https_keeps_the_ids():
    before = rss(item("http://www.example.org/a/1"), item("", "http://example.org/a/2"))
    after = rss(item("https://example.org/a/1"), item("", "https://www.example.org/a/2/"))
    assert ids(read(before)) == ids(read(after))


@pytest.mark.criterion("R-20")
def test_a_repeated_guid_is_split_by_link():
    document = read(rss(*(item("same", f"https://example.org/{number}", f"T{number}") for number in range(3))))
    assert len(set(ids(document))) == 3


@pytest.mark.criterion("R-20")
def test_an_entry_listed_twice_is_one_entry():
    assert len(read(rss(item("1", "https://example.org/1"), item("1", "https://example.org/1"))).entries) == 1


@pytest.mark.criterion("R-20")
@pytest.mark.parametrize("guid", ["", " ", "0", "null", "None"])
def test_an_empty_guid_falls_back_to_the_link(guid):
    with_guid = read(rss(item(guid, "https://example.org/1?utm_source=rss")))
    without = read(rss(item("", "https://example.org/1")))
    assert ids(with_guid) == ids(without)


@pytest.mark.criterion("R-20")
def test_an_entry_with_neither_guid_nor_link_is_known_by_title_and_date():
    date = "<pubDate>Sun, 01 Mar 2026 10:00:00 GMT</pubDate>"
    assert ids(read(rss(item(title="One", more=date)))) == ids(read(rss(item(title="ONE", more=date))))
    assert ids(read(rss(item(title="One", more=date)))) != ids(read(rss(item(title="Two", more=date))))


@pytest.mark.criterion("R-20")
def test_a_changing_token_in_the_link_leaves_an_alias_that_stays():
    date = "<pubDate>Sun, 01 Mar 2026 10:00:00 GMT</pubDate>"
    one = read(rss(item("", "https://example.org/1?v=1", "Same title", date))).entries[0]
    two = read(rss(item("", "https://example.org/1?v=2", "Same title", date))).entries[0]
    assert set(one.aliases) & set(two.aliases)


@pytest.mark.criterion("R-21")
def test_a_whole_feed_guid_change_is_seen_as_such():
    old = read(rss(*(item(f"old-{n}", f"https://example.org/{n}", f"T{n}") for n in range(50)))).entries
    new = read(rss(*(item(f"new-{n}", f"https://example.org/{n}", f"T{n}") for n in range(50)))).entries
    known = [alias for entry in old for alias in entry.aliases]
    assert set(entry_names.relinked(new, known)) == {entry.id for entry in new}


@pytest.mark.criterion("R-21")
def test_ordinary_news_is_not_taken_for_a_guid_change():
    old = read(rss(*(item(f"{n}", f"https://example.org/{n}", f"T{n}") for n in range(50)))).entries
    new = read(rss(*(item(f"{n}", f"https://example.org/{n}", f"T{n}") for n in range(48, 60)))).entries
    known = [alias for entry in old for alias in entry.aliases]
    assert entry_names.relinked(new, known) == ()


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=12))
def test_no_two_entries_of_a_document_share_an_id(pairs):
    made = [Entry(id="", feed=URL, guid=guid, url=f"https://example.org/{link}", title="T") for guid, link in pairs]
    found = [entry.id for entry in entry_names.named(made)]
    assert len(found) == len(set(found))


# ── dates and hints ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.criterion("R-25")
def test_a_korean_feed_without_a_zone_is_in_korean_time():
    body = rss(item("1", more="<pubDate>2026-03-01 10:00:00</pubDate>"), channel="<language>ko</language>")
    assert read(body).entries[0].published == datetime(2026, 3, 1, 1, tzinfo=UTC)


@pytest.mark.criterion("R-25")
def test_a_korean_feed_that_calls_its_time_gmt_is_mended_when_it_shows():
    dates = ("Sun, 01 Mar 2026 20:30:00 GMT", "Sun, 01 Mar 2026 10:00:00 GMT")
    body = rss(
        *(item(str(n), more=f"<pubDate>{d}</pubDate>") for n, d in enumerate(dates)), channel="<language>ko</language>"
    )
    assert [entry.published for entry in read(body).entries] == [
        datetime(2026, 3, 1, 11, 30, tzinfo=UTC),
        datetime(2026, 3, 1, 1, 0, tzinfo=UTC),
    ]


@pytest.mark.criterion("R-25")
@pytest.mark.parametrize(
    "date",
    ["Sun, 01 Mar 2030 10:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "12:00", "?"],
)
def test_an_impossible_date_is_no_date(date):
    (entry,) = read(rss(item("1", more=f"<pubDate>{date}</pubDate>"))).entries
    assert entry.published is None
    assert "unreadable or impossible date ignored" in entry.notes


@pytest.mark.criterion("R-7")
@pytest.mark.parametrize(
    ("channel", "ttl"),
    [
        ("<ttl>90</ttl>", timedelta(minutes=90)),
        ("<ttl>0</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>often</ttl>", None),
        ("<ttl>9999999999999999999</ttl>", timedelta(days=366)),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", timedelta(minutes=30)),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0.1</sy:updateFrequency>", timedelta(hours=10)),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>-1</sy:updateFrequency>", None),
    ],
)
def test_the_feeds_own_wish_is_read(channel, ttl):
    body = rss(item("1"), channel=channel).replace(
        "<rss", '<rss xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"', 1
    )
    assert read(body).ttl == ttl


@pytest.mark.criterion("R-11")
def test_skip_hours_and_days_are_read():
    channel = "<skipHours><hour>0</hour><hour>23</hour><hour>99</hour></skipHours><skipDays><day>Sunday</day><day>Someday</day></skipDays>"
    document = read(rss(item("1"), channel=channel))
    assert document.skip_hours == {0, 23}
    assert document.skip_days == {6}


# ── real documents ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.shared
@pytest.mark.skipif(not (SHARED / "data/feeds").exists(), reason="real data folder ../shared is absent")
def test_every_real_feed_gives_entries_or_one_typed_error():
    read_well = 0
    for path in sorted((SHARED / "data/feeds").rglob("*")):
        if path.is_dir():
            continue
        with suppress(FeedError):
            document = read(path.read_bytes(), url="https://example.org/feed")
            read_well += 1
            assert all(entry.id for entry in document.entries), path
    assert read_well >= 50


@given(st.binary(max_size=300))
def test_any_bytes_give_a_document_or_a_feed_error(body):
    with suppress(FeedError):
        assert isinstance(read(body), FeedDocument)
