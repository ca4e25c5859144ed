"""Reading only what is new gives what reading everything gives: by law, by mutation and on real feeds."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import seen
from bot.core.charsets import decoded
from bot.core.entries import parse
from bot.core.slices import slices
from bot.errors import FeedError
from bot.model import Entry, FeedDocument

SHARED = Path(os.environ.get("ARMSWATCH_SHARED", Path(__file__).resolve().parents[2] / ".." / "shared"))
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://news.example.org/rss"


def read(body: str, memory: str = "", now: datetime = NOW) -> FeedDocument:
    return parse(body.encode(), url=URL, headers=(), now=now, memory=memory)


def rss(items: list[str], *, channel: str = "", built: str = "") -> str:
    date = f"<lastBuildDate>{built}</lastBuildDate>" if built else ""
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>N</title>{channel}{date}{"".join(items)}</channel></rss>'


def item(number: int, *, title: str = "", day: int = 1, guid: str = "") -> str:
    return (
        f"<item><guid>{guid or f'g-{number}'}</guid><link>https://news.example.org/a/{number}</link><title>{title or f'Title {number}'}</title>"
        f"<pubDate>{day:02d} Feb 2026 10:{number % 60:02d}:00 GMT</pubDate><description>&lt;p&gt;Text {number}&lt;/p&gt;</description></item>"
    )


def test_only_new_items_are_read_and_the_rest_is_counted():
    first = read(rss([item(n) for n in range(20)], built="A"))
    assert first.memory
    second = read(rss([item(n) for n in range(-2, 18)], built="B"), first.memory)
    assert {entry.guid for entry in second.entries} == {"g--1", "g--2"}
    assert len(second.known) == 18
    assert second.title == "N"
    third = read(rss([item(n) for n in range(-2, 18)], built="C"), second.memory)
    assert third.entries == ()
    assert len(third.known) == 20


def test_a_changed_item_is_read_again():
    first = read(rss([item(1), item(2)]))
    second = read(rss([item(1, title="Retitled"), item(2)]), first.memory)
    assert [(entry.id, entry.title) for entry in second.entries] == [
        (next(e.id for e in first.entries if e.guid == "g-1"), "Retitled")
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace("<title>N</title>", "<title>M</title>"),
        lambda body: body.replace("<channel>", '<channel xml:base="https://other.example.org/">'),
        lambda body: body.replace('version="2.0"', 'version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'),
        lambda body: body.replace("</channel>", "<language>ko</language></channel>"),
    ],
)
def test_a_changed_frame_means_reading_everything(change):
    body = rss([item(1), item(2)])
    assert len(read(change(body), read(body).memory).entries) == 2


@pytest.mark.parametrize(
    "body",
    [
        rss([item(1), "<item><title>No name"]),  # cut off
        rss([item(1), "<item><guid>x</guid><title>A <b>bold</title></item>"]),  # not well-formed
        rss([item(1, guid="same"), item(2, guid="same")]),  # items that share a name
        rss([item(1), item(1)]),  # an item listed twice
        rss([item(1), "<item><title>Neither guid nor link</title></item>"]),
        rss([item(1)], channel="<language>ko</language>"),  # its GMT may be Korean time
        rss([item(n) for n in range(501)]),
        '{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "title": "T"}]}',
    ],
)
def test_what_depends_on_the_whole_leaves_no_memory(body):
    assert read(body).memory == ""


def test_a_new_item_with_a_known_items_name_means_reading_everything():
    first = read(rss([item(1), item(2)]))
    second = read(rss([item(3, guid="g-1"), item(1), item(2)]), first.memory)
    assert second.known == ()
    assert {entry.id for entry in second.entries} == {
        entry.id for entry in read(rss([item(3, guid="g-1"), item(1), item(2)])).entries
    }


def test_a_malformed_new_item_means_reading_everything():
    first = read(rss([item(1), item(2)]))
    second = read(rss(["<item><guid>x</guid><title>A <b>bold</title></item>", item(1), item(2)]), first.memory)
    assert second.known == ()
    assert len(second.entries) == 3


@pytest.mark.parametrize("memory", ["", "nonsense", "AAAA", "AQ==", "/////////////w=="])
def test_a_memory_that_cannot_be_read_is_no_memory(memory):
    assert seen.decoded(memory) is None
    assert len(read(rss([item(1)]), memory).entries) == 1


def test_a_memory_is_short_and_comes_back():
    document = read(rss([item(n) for n in range(30)]))
    assert len(document.memory) < 700
    memory = seen.decoded(document.memory)
    assert memory is not None
    assert memory.encoded() == document.memory
    assert sorted(sighting.published for sighting in memory.items.values() if sighting.published) == sorted(
        entry.published for entry in document.entries if entry.published
    )


FRAGMENTS = [
    *(item(n) for n in range(6)),
    item(1, title="Other title"),
    item(7, guid="g-2"),
    "<item><guid isPermaLink='true'>https://news.example.org/p/1</guid><title>P</title></item>",
    "<item><link>/relative/1</link><title><![CDATA[<b>R</b> <item> &amp;]]></title></item>",
    "<item><guid>8</guid><title>&#xD83D; &nbsp; &eacute;</title></item>",
    "<item><guid>9</guid><title>A & B</title></item>",
    "<item><guid>10</guid><!-- <item> --><title>C</title></item>",
    "<item><guid>11</guid><title>D</title><item><title>nested</title></item></item>",
    "<item><title>Nameless</title></item>",
    "<item/>",
    "<item></item>",
    "<item><guid>12</guid><title>E</title><pubDate>Sun, 01 Mar 2026 20:30:00 GMT</pubDate></item>",
    "<item><guid>13</guid><title>F<i></title></item>",
    "<item><guid>14</guid><dc:creator xmlns:dc='http://purl.org/dc/elements/1.1/'>X</dc:creator><title>G</title></item>",
    "<item><guid>15</guid><title>unclosed",
    "<entry><id>16</id><title>H</title></entry>",
    "text between",
    "<image><title>I</title></image>",
    "<pubDate>01 Feb 2026 10:00:00 GMT</pubDate>",
]
FRAMES = [
    "",
    "<language>ko</language>",
    "<language>en</language>",
    "<lastBuildDate>1</lastBuildDate>",
    "<lastBuildDate>2</lastBuildDate>",
]
DOCUMENTS = st.builds(
    lambda parts, channel: rss(parts, channel=channel),
    st.lists(st.sampled_from(FRAGMENTS), max_size=8),
    st.sampled_from(FRAMES),
)


@given(st.lists(DOCUMENTS, min_size=2, max_size=5))
@settings(max_examples=60, deadline=None)
def test_with_and_without_memory_the_same_entries_are_ever_seen(documents):
    memory = ""
    with_memory: dict[str, Entry] = {}
    without: dict[str, Entry] = {}
    for number, body in enumerate(documents):
        now = NOW + timedelta(hours=number)
        with suppress(FeedError):
            whole = read(body, now=now)
            part = read(body, memory, now=now)
            memory = part.memory
            # What is left out was seen, equal in every field, in an earlier reading.
            left_out = [entry for entry in whole.entries if entry not in part.entries]
            assert all(with_memory.get(entry.id) == entry for entry in left_out)
            assert all(entry in whole.entries for entry in part.entries)
            assert len(part.known) + len(part.entries) >= len(whole.entries)
            with_memory |= {entry.id: entry for entry in part.entries}
            without |= {entry.id: entry for entry in whole.entries}
    assert with_memory == without


@pytest.mark.shared
@pytest.mark.skipif(not (SHARED / "data/feeds").exists(), reason="real data folder ../shared is absent")
def test_on_real_feeds_dropping_and_bringing_back_items_changes_nothing():
    tried = 0
    for path in sorted((SHARED / "data/feeds/netnewswire").iterdir()):
        body = path.read_bytes()
        with suppress(FeedError):
            text = decoded(body).text
            body = text.encode()
            whole = parse(body, url=URL, headers=(), now=NOW)
            parts = slices(text)
            if not whole.memory or parts is None or len(parts.spans) < 4:
                continue
            fewer = parts.keep(list(range(1, len(parts.spans), 2))).encode()
            before = parse(fewer, url=URL, headers=(), now=NOW)
            after = parse(body, url=URL, headers=(), now=NOW, memory=before.memory)
            known = {entry.id: entry for entry in before.entries}
            assert {**known, **{entry.id: entry for entry in after.entries}} == {
                entry.id: entry for entry in whole.entries
            }, path
            assert not before.memory or len(after.known) > 0, path
            tried += 1
    assert tried >= 15


def test_an_unchanged_item_costs_a_small_part_of_a_new_one():
    items = [item(n) for n in range(60)]
    memory = read(rss(items)).memory

    def cost(given: str) -> float:
        body = rss([item(-1), *items])
        began = time.process_time()
        for _ in range(5):
            read(body, given)
        return time.process_time() - began

    assert cost(memory) * 3 < cost("")


@pytest.mark.torture
@given(st.lists(DOCUMENTS, min_size=2, max_size=6))
@settings(max_examples=3000, deadline=None)
def test_the_law_holds_three_thousand_times(documents):
    test_with_and_without_memory_the_same_entries_are_ever_seen.hypothesis.inner_test(documents)  # type: ignore[attr-defined]  # hypothesis keeps the function there
