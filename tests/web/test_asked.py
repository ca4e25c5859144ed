"""No two requests for one feed's document within a minute, whoever asks: by hand, a backfill, the watch (R-14)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.errors import HostResting
from bot.model import Request
from bot.web.asked import Asked
from bot.web.client import Client, ClientOptions
from tests.fakes import FakeClock
from tests.servers import Reply, Server, redirect
from tests.web.test_client import NOW

URL = "https://news.example.org/rss"


@pytest.mark.criterion("R-14")
def test_a_document_is_asked_for_once_a_minute_also_by_another_process(tmp_path: Path):
    clock = FakeClock(NOW)
    one, other = (Asked(tmp_path / "asked", clock) for _ in range(2))
    assert one.claim(URL) is None
    clock.advance(seconds=12)
    ago = other.claim(URL)
    assert ago is not None
    assert round(ago.total_seconds()) == 12
    assert other.claim(f"{URL}2") is None  # another document
    clock.advance(seconds=48)
    assert other.since(URL) is None
    assert other.claim(URL) is None


@pytest.mark.criterion("R-14")
def test_of_many_at_once_one_asks(tmp_path: Path):
    asked = Asked(tmp_path / "asked", FakeClock(NOW))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: asked.claim(URL), range(64)))
    assert sum(one is None for one in found) == 1


def test_what_is_older_than_a_minute_is_swept(tmp_path: Path):
    clock = FakeClock(NOW)
    asked = Asked(tmp_path / "asked", clock)
    for number in range(9):
        asked.claim(f"{URL}{number}")
    clock.advance(seconds=61)
    asked.claim(URL)
    assert len(list((tmp_path / "asked").iterdir())) == 1


def test_a_note_of_a_clock_that_ran_ahead_and_one_that_is_no_time_hold_nobody_up(tmp_path: Path):
    clock = FakeClock(NOW)
    asked = Asked(tmp_path / "asked", clock)
    asked.claim(URL)
    (note,) = (tmp_path / "asked").iterdir()
    for text in ("9999999999.000", "no time", ""):
        note.write_text(text)
        assert asked.claim(URL) is None


def test_a_folder_that_cannot_be_made_forbids_nothing(tmp_path: Path):
    (tmp_path / "asked").write_text("a file")
    asked = Asked(tmp_path / "asked", FakeClock(NOW))
    assert (asked.claim(URL), asked.since(URL)) == (None, None)


@pytest.mark.criterion("R-14")
def test_the_watch_waits_for_what_was_asked_by_hand_and_hand_for_hand(tmp_path: Path):
    clock = FakeClock(NOW)
    with Server({"/feed": Reply(200), "/moved": redirect("/feed")}) as server:
        options = ClientOptions(allow=server.allow, loopback_only=True, beside=tmp_path / "hosts")
        hand, watch = Client(options, clock), Client(options, clock)
        by_hand = Request(url=server.url("/feed"), purpose="feed", apart=True)
        rhythm = Request(url=server.url("/feed"), purpose="feed")
        assert hand(by_hand).status == 200
        clock.advance(seconds=20)
        for client, request in (
            (hand, by_hand),
            (watch, rhythm),
            (watch, Request(url=server.url("/moved"), purpose="feed")),
        ):
            with pytest.raises(HostResting, match="/feed was asked 20 s ago") as resting:
                client(request)
            assert (resting.value.retry_at - clock()).total_seconds() == pytest.approx(40)
        assert resting.value.sent  # the address that had moved was asked
        assert len(server.seen("/feed")) == 1
        clock.advance(seconds=41)
        assert watch(rhythm).status == hand(by_hand).status == 200
