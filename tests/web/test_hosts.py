"""One gate for each host: the gap, one at a time, and rest when a server asks for it."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.errors import HostResting, Unreachable
from bot.model import Request
from bot.web.client import Client, ClientOptions
from bot.web.hosts import Hosts
from tests.servers import Reply, Server

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Time:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def hosts(time: Time, gap: timedelta = timedelta(seconds=2)) -> Hosts:
    return Hosts(gap=gap, now=time.now, monotonic=time.monotonic, sleep=time.sleep)


@pytest.mark.criterion("R-12")
def test_fifty_requests_to_one_host_are_two_seconds_apart():
    time = Time()
    gates = hosts(time)
    at = []
    for _ in range(50):
        with gates.turn("example.org"):
            at.append(time.seconds)
    assert min(later - earlier for earlier, later in pairwise(at)) >= 2
    assert at[-1] <= 150


@pytest.mark.criterion("R-12")
@pytest.mark.criterion("R-14")
@pytest.mark.criterion("R-70")
def test_two_processes_of_one_watch_share_the_gap(tmp_path: Path):
    time = Time()
    daemon, backfill = (
        Hosts(now=time.now, monotonic=time.monotonic, sleep=time.sleep, beside=tmp_path / "hosts") for _ in range(2)
    )
    at = []
    for _ in range(5):
        for gates in (daemon, backfill):
            with gates.turn("example.org"):
                at.append(time.seconds)
    assert [later - earlier for earlier, later in pairwise(at)] == [2.0] * 9
    with backfill.turn("other.example"):
        assert time.seconds == at[-1]


@pytest.mark.criterion("R-12")
def test_two_processes_of_one_watch_do_not_ask_a_host_at_the_same_time(tmp_path: Path):
    script = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from bot.web.hosts import Hosts
with Hosts(now=lambda: datetime.now(UTC), beside=Path(sys.argv[1])).turn("example.org"):
    print("in", flush=True)
    sys.stdin.readline()
"""
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "hosts")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdin
    assert other.stdout
    assert other.stdout.readline() == "in\n"
    entered = threading.Event()

    def visit() -> None:
        with Hosts(now=lambda: NOW + timedelta(days=9999), beside=tmp_path / "hosts").turn("example.org"):
            entered.set()

    thread = threading.Thread(target=visit)
    thread.start()
    assert not entered.wait(0.3)
    other.kill()  # a process that dies lets go
    assert entered.wait(5)
    thread.join()
    other.wait()
    other.stdin.close()
    other.stdout.close()


def test_a_process_that_was_stopped_within_its_turn_holds_nobody_up_for_ever(tmp_path: Path):
    time = Time()
    stuck, gates = (Hosts(now=time.now, monotonic=time.monotonic, sleep=time.sleep, beside=tmp_path) for _ in range(2))
    with stuck.turn("example.org"), gates.turn("example.org"):
        assert 50 < time.seconds < 70


def test_where_nothing_can_be_written_the_gaps_of_this_process_still_hold(tmp_path: Path):
    (tmp_path / "hosts").write_text("no folder")
    time = Time()
    gates = Hosts(now=time.now, monotonic=time.monotonic, sleep=time.sleep, beside=tmp_path / "hosts")
    for _ in range(3):
        with gates.turn("example.org"):
            pass
    assert time.seconds == 4


def test_a_time_left_by_a_clock_far_ahead_holds_nobody_up(tmp_path: Path):
    time = Time()
    with Hosts(now=lambda: NOW + timedelta(days=400), sleep=time.sleep, beside=tmp_path).turn("example.org"):
        pass
    gates = Hosts(now=time.now, monotonic=time.monotonic, sleep=time.sleep, beside=tmp_path)
    with gates.turn("example.org"):
        assert time.seconds == 0


@pytest.mark.criterion("R-12")
def test_another_host_does_not_wait():
    time = Time()
    gates = hosts(time)
    for host in ("a.example.org", "b.example.org", "c.example.org"):
        with gates.turn(host):
            pass
    assert time.seconds == 0


@pytest.mark.criterion("R-12")
def test_only_one_connection_to_a_host_at_a_time():
    gates = Hosts(now=lambda: NOW, gap=timedelta(seconds=2), monotonic=lambda: 0.0, sleep=lambda _: None)
    inside, most = 0, 0
    lock = threading.Lock()
    gates._gap = 0.0  # the gap is another fact

    def visit() -> None:
        nonlocal inside, most
        with gates.turn("example.org"):
            with lock:
                inside += 1
                most = max(most, inside)
            threading.Event().wait(0.01)
            with lock:
                inside -= 1

    threads = [threading.Thread(target=visit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


@pytest.mark.criterion("decision 25")
def test_the_gap_shrinks_for_trusted_loopback_only():
    time = Time()
    gates = hosts(time, gap=timedelta(0))
    for _ in range(5):
        with gates.turn("127.0.0.1:8000", trusted=True):
            pass
    assert time.seconds == 0
    for _ in range(2):
        with gates.turn("example.org", trusted=True):
            pass
    assert time.seconds >= 2


@pytest.mark.criterion("R-12")
def test_a_crawl_delay_is_followed_up_to_thirty_seconds():
    time = Time()
    gates = hosts(time)
    gates.slow_down("example.org", timedelta(seconds=10))
    gates.slow_down("slow.example.org", timedelta(hours=1))
    for host in ("example.org", "slow.example.org"):
        began = time.seconds
        for _ in range(2):
            with gates.turn(host):
                pass
        assert time.seconds - began == (10 if host == "example.org" else 30)


@pytest.mark.criterion("R-8")
def test_a_resting_host_is_not_asked_until_its_time():
    time = Time()
    gates = hosts(time)
    gates.rest("example.org", NOW + timedelta(minutes=5))
    with pytest.raises(HostResting) as caught, gates.turn("example.org"):
        pass
    assert caught.value.retry_at == NOW + timedelta(minutes=5)
    assert isinstance(caught.value, Unreachable)
    assert gates.resting("example.org") == NOW + timedelta(minutes=5)
    time.seconds = 301
    with gates.turn("example.org"):
        pass
    assert gates.resting("example.org") is None


@pytest.mark.criterion("R-8")
@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ((("Retry-After", "600"),), timedelta(minutes=10)),
        (
            (("Date", "Sun, 01 Mar 2026 09:00:00 GMT"), ("Retry-After", "Sun, 01 Mar 2026 09:10:00 GMT")),
            timedelta(minutes=10),
        ),
        ((("Retry-After", "99999999999"),), timedelta(hours=24)),
    ],
)
def test_a_429_silences_the_whole_host(headers, wait):
    with Server({"/feed": Reply(429, headers), "/other": Reply(200)}) as server:
        fetch = Client(ClientOptions(allow=server.allow, loopback_only=True, robots=False), lambda: NOW)
        assert fetch(Request(url=server.url("/feed"))).status == 429
        with pytest.raises(HostResting) as caught:
            fetch(Request(url=server.url("/other")))
        assert caught.value.retry_at == NOW + wait
        assert len(server.requests) == 1


@pytest.mark.criterion("R-6")
@pytest.mark.criterion("R-8")
def test_a_restart_does_not_forget_who_asked_for_rest():
    noted: dict[str, datetime] = {}
    options = ClientOptions(loopback_only=True, robots=False)
    with Server({"/feed": Reply(429, (("Retry-After", "600"),)), "/other": Reply(200)}) as server:
        options = replace(options, allow=server.allow)
        Client(options, lambda: NOW, rested=noted.__setitem__)(Request(url=server.url("/feed")))
        assert noted == {f"127.0.0.1:{server.port}": NOW + timedelta(minutes=10)}
        again = Client(options, lambda: NOW, resting=noted)
        with pytest.raises(HostResting):
            again(Request(url=server.url("/other")))
        told = Client(options, lambda: NOW)  # another worker, which hears of it before its turn
        told.recall(noted)
        with pytest.raises(HostResting):
            told(Request(url=server.url("/other")))
        later = Client(options, lambda: NOW + timedelta(minutes=11), resting=noted)
        assert later(Request(url=server.url("/other"))).status == 200
    assert [request.path for request in server.requests] == ["/feed", "/other"]


def test_a_503_without_retry_after_silences_nobody():
    with Server({"/feed": Reply(503), "/other": Reply(200)}) as server:
        fetch = Client(ClientOptions(allow=server.allow, loopback_only=True, robots=False), lambda: NOW)
        fetch(Request(url=server.url("/feed")))
        assert fetch(Request(url=server.url("/other"))).status == 200
