"""Figures for Prometheus: well-formed, on this machine only, and honest where the database is gone."""

from __future__ import annotations

import re
import socket
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core import pacing
from bot.model import Feed
from bot.serve.metrics import Metrics, alive, exposition
from bot.serve.systemd import notify
from bot.store import Store
from tests.fakes import START, FakeClock

LINE = re.compile(r'^[a-z_]+(\{([a-z_]+="(?:[^"\\\n]|\\.)*",?)*\})? -?[0-9.e+]+$')
NASTY = 'https://feeds.example/"quoted"\\back?key=for-subscribers'


@pytest.fixture
def database(tmp_path: Path) -> Path:
    feed = Feed(url=NASTY, name="n")
    with Store.opened(tmp_path / "watch.db") as store:
        store.feeds.ensure([(feed.url, pacing.to_json(pacing.first(feed, START)), START)])
        store.runs.beat("poll", START)
    return tmp_path / "watch.db"


def test_every_line_is_a_comment_or_a_sample_and_every_family_is_typed(database: Path):
    lines = exposition(database, START).splitlines()
    for line in lines:
        assert line.startswith("# ") or LINE.match(line), line
    names = {line.split("{")[0].split(" ")[0] for line in lines if not line.startswith("#")}
    typed = {line.split(" ")[2] for line in lines if line.startswith("# TYPE")}
    assert names <= typed
    assert f'armswatch_heartbeat_timestamp_seconds{{job="poll"}} {START.timestamp():.17g}' in lines
    assert "armswatch_up 1" in lines
    assert "for-subscribers" not in "".join(lines)


def test_without_a_database_it_is_down_and_says_so(tmp_path: Path):
    assert "armswatch_up 0" in exposition(tmp_path / "none.db", START).splitlines()
    assert not alive(tmp_path / "none.db", START)


def test_the_endpoint_answers_on_this_machine_only_and_knows_a_stale_watch(database: Path, clock: FakeClock):
    with Metrics(database, 0, clock) as metrics:
        base = metrics.url.removesuffix("/metrics")
        with urllib.request.urlopen(metrics.url, timeout=10) as answer:
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            assert b"armswatch_up 1" in answer.read()
        with urllib.request.urlopen(f"{base}/healthz", timeout=10) as answer:
            assert answer.status == 200
        clock.advance(minutes=16)
        with pytest.raises(urllib.error.HTTPError, match="503"):
            urllib.request.urlopen(f"{base}/healthz", timeout=10)
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{base}/etc/passwd", timeout=10)
        assert "//127.0.0.1:" in metrics.url
    assert alive(database, START + timedelta(minutes=15))
    with Store.opened(database) as store:  # a long round that moves
        store.runs.beat("alive", START + timedelta(minutes=40))
    assert alive(database, START + timedelta(minutes=50))


def test_systemd_is_told_where_it_listens_and_nothing_happens_elsewhere(tmp_path: Path):
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.settimeout(5)
        assert notify("READY=1", {"NOTIFY_SOCKET": address})
        assert systemd.recv(64) == b"READY=1"
    assert not notify("READY=1", {})
    assert not notify("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "nobody")})
    assert not notify("READY=1", {"NOTIFY_SOCKET": "http://elsewhere"})
