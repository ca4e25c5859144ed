"""Rows: what polling writes without pydantic is what pydantic would have written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.model import Entry
from bot.store.rows import dump, load

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=9)), timezone(-timedelta(hours=3, minutes=30))])
MOMENTS = st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=ZONES)  # noqa: DTZ001
ENTRIES = st.builds(
    Entry,
    id=WORDS,
    feed=WORDS,
    guid=WORDS,
    url=WORDS,
    title=WORDS,
    content=WORDS,
    published=MOMENTS,
    published_basis=st.sampled_from(["none", "given"]),
    updated=MOMENTS,
    authors=st.lists(WORDS, max_size=3).map(tuple),
)


@given(ENTRIES)
def test_an_entry_is_written_as_ever_and_comes_back(entry):
    text = dump(entry)
    assert text == TypeAdapter(Entry).dump_json(entry).decode()
    assert load(Entry, text) == entry
