"""Upkeep and pulse: a copy and a canary a day, notices that come and go, and a heartbeat that can fail without harm."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import Unreachable
from bot.jobs.pulse import Pulse
from bot.jobs.upkeep import Upkeep
from bot.model import Response
from bot.store import Store
from bot.store.copies import copies
from tests.fakes import START, FakeClock, FakeFetch
from tests.store.test_contract import judged

ON_A_FILE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)
URL = "https://ping.example/secret-path"


def upkeep(store: Store, clock: FakeClock, folder: Path, answers: list[tuple[str, str]]) -> Upkeep:
    return Upkeep(store=store, clock=clock, folder=folder, canary=lambda: answers, keep=2)


@ON_A_FILE
def test_one_copy_a_day_also_over_restarts(store: Store, clock: FakeClock, tmp_path: Path):
    folder = tmp_path / "copies"
    for _ in range(4):
        for _ in range(3):
            upkeep(store, clock, folder, []).run()  # a fresh object each time: the daemon was started again
            clock.advance(hours=8)
    kept = copies(folder, store.path.stem)
    assert [copy.why for copy in kept] == ["daily", "daily"]
    assert kept[0].at - kept[1].at >= timedelta(days=1)


@ON_A_FILE
def test_a_copy_that_fails_is_a_notice_until_one_works(store: Store, clock: FakeClock, tmp_path: Path):
    blocked = tmp_path / "copies"
    blocked.write_text("a file where the folder should be")
    assert "no copy" in upkeep(store, clock, blocked, []).run()[0]
    assert [notice.kind for notice in store.runs.open_notices()] == ["backup"]
    blocked.unlink()
    upkeep(store, clock, blocked, []).run()
    assert store.runs.open_notices() == []


def test_the_canary_is_sent_once_a_day_and_its_silence_is_a_notice(store: Store, clock: FakeClock, tmp_path: Path):
    answers = [("arms", "stopped at the page")]
    assert any("arms" in line for line in upkeep(store, clock, tmp_path / "c", answers).run())
    assert upkeep(store, clock, tmp_path / "c", answers).run() == []
    (notice,) = store.runs.open_notices()
    assert "did not come out" in notice.text
    clock.advance(days=1)
    upkeep(store, clock, tmp_path / "c", [("arms", "")]).run()
    assert store.runs.open_notices() == []


@ON_A_FILE
def test_old_bodies_go_and_a_clock_set_back_stops_nothing(store: Store, clock: FakeClock, tmp_path: Path):
    store.articles.save(judged(1, "none"), START)
    clock.advance(days=181)
    assert any("dropped" in line for line in upkeep(store, clock, tmp_path / "c", []).run())
    clock.advance(days=-400)
    assert any("copy" in line for line in upkeep(store, clock, tmp_path / "c", []).run())


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_server_makes_its_own_copies_and_its_old_bodies_go(store: Store, clock: FakeClock, tmp_path: Path):
    store.articles.save(judged(1, "none"), START)
    clock.advance(days=181)
    assert upkeep(store, clock, tmp_path / "c", []).run() == ["1 old texts that never matched dropped"]
    assert not (tmp_path / "c").exists()


@pytest.mark.criterion("R-72")
def test_the_pulse_is_a_whole_file_and_a_request_no_more_often_than_asked(clock: FakeClock, tmp_path: Path):
    fetch = FakeFetch({URL: b"OK"}, clock)
    pulse = Pulse(clock=clock, fetch=fetch, file=tmp_path / "alive.json", url=URL, every=timedelta(minutes=5))
    for _ in range(10):
        assert pulse.beat("a round") == ""
        clock.advance(minutes=1)
    assert len(fetch.asked) == 2
    assert json.loads((tmp_path / "alive.json").read_text())["at"] == (START + timedelta(minutes=9)).isoformat()
    assert [path.name for path in tmp_path.iterdir()] == ["alive.json"]


def test_a_service_that_is_down_is_told_without_its_address(clock: FakeClock, tmp_path: Path):
    down = Pulse(clock=clock, fetch=FakeFetch({URL: Unreachable(f"{URL}: no route")}, clock), url=URL)
    failing = Response(url=URL, status=500, headers=(), body=b"", fetched=START)
    for pulse in (down, Pulse(clock=clock, fetch=FakeFetch({URL: failing}, clock), url=URL)):
        said = pulse.beat()
        assert "dead-man" in said
        assert "secret-path" not in said + repr(pulse)
    nowhere = Pulse(clock=clock, fetch=FakeFetch({}, clock), file=tmp_path / "no" / "such" / "folder")
    assert "heartbeat file" in nowhere.beat()
