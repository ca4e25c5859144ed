"""Workers: any bytes give a result or a typed error in time, and the next good page is answered at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.errors import ExtractError, FeedError, WorkerError
from bot.workers import Workers

NOW = datetime(2026, 3, 1, tzinfo=UTC)
URL = "https://news.example.org/a"
FEED = b"<rss version='2.0'><channel><title>N</title><item><guid>1</guid><title>T</title></item></channel></rss>"
GOOD = (
    b"<html lang='en'><head><title>Ships</title></head><body><article><h1>Ships</h1>"
    + b"<p>Four ships left the port. </p>" * 40
    + b"</article></body></html>"
)
LONG = GOOD.replace(b"</article>", b"<p>Many words. </p>" * 40_000 + b"</article>")
ATTRIBUTES = b"<html><body><p " + b" ".join(b'a%d="1"' % number for number in range(80_000)) + b">x</p></body></html>"
TOWERS = b"<html><body>" + (b"<div>" * 250 + b"x" + b"</div>" * 250) * 700 + b"</body></html>"
DATES = (
    b"<html><body>"
    + b"".join(b"<p>2023-%02d-%02d published</p>" % (number % 12 + 1, number % 28 + 1) for number in range(60_000))
    + b"</body></html>"
)
TABLE = b"<html><body><table>" + b"<tr><td>a</td><td>b</td></tr>" * 90_000 + b"</table></body></html>"


def until(true: Callable[[], bool], seconds: float = 5) -> bool:
    """Whether it came true before the deadline."""
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    return true()


def forgotten(workers: Workers, pid: int) -> bool:
    return pid not in workers.pids


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(1, deadline=timedelta(seconds=2)) as made:
        made.page(GOOD, url=URL, headers=(), now=NOW)
        yield made


def test_feeds_and_pages_come_back_as_values(workers):
    assert workers.feed(FEED, url=URL, headers=(), now=NOW).entries[0].title == "T"
    assert workers.page(GOOD, url=URL, headers=(), now=NOW).title == "Ships"


def test_errors_cross_the_process_border_whole(workers):
    with pytest.raises(FeedError) as feed:
        workers.feed(b"<html></html>", url=URL, headers=(), now=NOW)
    with pytest.raises(ExtractError) as page:
        workers.page(b"%PDF-1.4", url=URL, headers=(), now=NOW)
    assert (feed.value.reason, feed.value.subject) == ("html", URL)
    assert (page.value.reason, page.value.subject) == ("pdf", URL)


@pytest.mark.criterion("R-31")
def test_a_page_that_freezes_lxml_is_killed_and_the_next_good_one_answered_within_a_second(workers):
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(WorkerError) as caught:
            workers.page(ATTRIBUTES, url=URL, headers=(), now=NOW)
        assert caught.value.reason == "deadline"
        assert time.monotonic() - began < 3.5
        began = time.monotonic()
        workers.page(GOOD, url=URL, headers=(), now=NOW)
        assert time.monotonic() - began < 1
    began = time.monotonic()
    with pytest.raises(WorkerError) as caught:
        workers.page(ATTRIBUTES, url=URL, headers=(), now=NOW)
    assert caught.value.reason == "quarantined"
    assert time.monotonic() - began < 0.5


@pytest.mark.criterion("R-32")
def test_bytes_in_quarantine_as_a_page_may_still_be_tried_as_a_feed(workers):
    with pytest.raises((FeedError, WorkerError)) as caught:
        workers.feed(ATTRIBUTES, url=URL, headers=(), now=NOW)
    assert not (isinstance(caught.value, WorkerError) and caught.value.reason == "quarantined")


@pytest.mark.criterion("R-31")
def test_a_document_that_needs_too_much_memory_is_an_error():
    with Workers(1, deadline=timedelta(seconds=8), memory_limit=190_000_000) as workers:
        body = b"<html><body>" + b"<p>a</p>" * 600_000 + b"</body></html>"
        with pytest.raises((ExtractError, WorkerError)) as caught:
            workers.page(body, url=URL, headers=(), now=NOW)
        assert caught.value.subject == URL
        assert workers.page(GOOD, url=URL, headers=(), now=NOW).title == "Ships"


DEATHS = pytest.mark.parametrize("death", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS])
"""By an operator or the kernel; in a library written in C; by its own check (os.abort); by a disk that failed."""


@pytest.mark.criterion("R-32")
@DEATHS
def test_a_worker_that_dies_once_costs_nothing(death: signal.Signals):
    with Workers(1, deadline=timedelta(seconds=60)) as workers:
        workers.page(GOOD, url=URL, headers=(), now=NOW)
        (pid,) = workers.pids
        threading.Timer(0.2, lambda: os.kill(pid, death)).start()
        assert workers.page(LONG, url=URL, headers=(), now=NOW).title == "Ships"
        assert workers.killed == 1


@pytest.mark.criterion("R-32")
@DEATHS
def test_bytes_that_two_workers_died_of_are_not_tried_again(death: signal.Signals):
    with Workers(1, deadline=timedelta(seconds=60)) as workers:
        workers.page(GOOD, url=URL, headers=(), now=NOW)
        over = threading.Event()

        def kill() -> None:
            while not over.wait(0.7):  # long enough for a new worker to have begun
                for pid in workers.pids:
                    with suppress(ProcessLookupError):
                        os.kill(pid, death)

        killer = threading.Thread(target=kill)
        killer.start()
        with pytest.raises(WorkerError) as caught:
            workers.page(LONG, url=URL, headers=(), now=NOW)
        over.set()
        killer.join()
        assert caught.value.reason == "died"
        assert f"exit code {-death}" in str(caught.value)
        with pytest.raises(WorkerError) as caught:
            workers.page(LONG, url=URL, headers=(), now=NOW)
        assert caught.value.reason == "quarantined"
        asked = time.monotonic()
        assert workers.page(GOOD, url=URL, headers=(), now=NOW).title == "Ships"
        assert time.monotonic() - asked < 1


@pytest.mark.criterion("R-74")
def test_pools_broken_by_killing_idle_workers_leave_no_descriptor_behind():
    with Workers(1) as workers:
        workers.feed(FEED, url=URL, headers=(), now=NOW)
        before = open_files()
        for _ in range(6):
            (pid,) = workers.pids
            os.kill(pid, 9)
            assert until(partial(forgotten, workers, pid))
            workers.feed(FEED, url=URL, headers=(), now=NOW)
        assert until(lambda: open_files() <= before + 4)


def test_many_threads_share_the_workers():
    with Workers(2) as workers, ThreadPoolExecutor(8) as threads:
        titles = list(
            threads.map(
                lambda number: (
                    workers.feed(FEED.replace(b">T<", b">T%d<" % number), url=URL, headers=(), now=NOW).entries[0].title
                ),
                range(60),
            )
        )
    assert titles == [f"T{number}" for number in range(60)]


@pytest.mark.criterion("R-74")
def test_workers_are_recycled():
    with Workers(1, recycled_after=3) as workers:
        seen = set()
        for _ in range(10):
            workers.feed(FEED, url=URL, headers=(), now=NOW)
            seen |= set(workers.pids)
    assert len(seen) >= 3


def descendants(pid: int | str) -> list[str]:
    """Children and theirs."""
    children: list[str] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that has just ended
            children += (task / "children").read_text().split()
    return [one for child in children for one in (child, *descendants(child))]


@pytest.mark.criterion("R-74")
def test_a_worker_that_grew_is_replaced_before_its_time():
    many = FEED.replace(b"<item>", b"<item><title>%s</title></item>" % (b"word " * 4000) * 400 + b"<item>")
    with Workers(1, grown=8_000_000) as workers:
        workers.feed(FEED, url=URL, headers=(), now=NOW)
        (before,) = workers.pids
        workers.feed(FEED, url=URL, headers=(), now=NOW)
        assert workers.pids == (before,)
        workers.feed(many, url=URL, headers=(), now=NOW)
        workers.feed(FEED, url=URL, headers=(), now=NOW)
        assert before not in workers.pids
        assert workers.killed == 0


@pytest.mark.criterion("R-32")
def test_who_kills_the_process_with_the_parsers_costs_nothing():
    before = set(descendants("self"))
    with Workers(1) as workers:
        workers.feed(FEED, url=URL, headers=(), now=NOW)
        (worker,) = workers.pids
        for pid in set(descendants("self")) - before - {str(worker)}:
            os.kill(int(pid), 9)
        assert until(lambda: not workers.pids)
        assert workers.feed(FEED, url=URL, headers=(), now=NOW).entries[0].title == "T"
        assert workers.pids != (worker,)


RESTING = """
import sys
from datetime import timedelta
from pathlib import Path
from tests.test_workers import FEED, NOW, URL, Workers, until

def servers():
    found = [child for task in Path("/proc/self/task").iterdir() for child in (task / "children").read_text().split()]
    return [child for child in found if b"bot.workers.child" in Path(f"/proc/{child}/cmdline").read_bytes()]

if __name__ == "__main__":
    with Workers(1, rests_after=timedelta(seconds=0.3)) as workers:
        for _ in range(2):
            workers.feed(FEED, url=URL, headers=(), now=NOW)
            print(len(workers.pids), len(servers()), until(lambda: not workers.pids and not servers()))
"""


def test_idle_workers_end_with_their_fork_server_and_come_back_with_the_next_document():
    # In a process of its own: other tests' workers are not counted.
    done = subprocess.run([sys.executable, "-c", RESTING], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "1 1 True\n" * 2, done.stderr


def test_workers_that_rest_leave_those_of_others_alone(workers):
    workers.feed(FEED, url=URL, headers=(), now=NOW)
    before = workers.pids
    with Workers(1, rests_after=timedelta(seconds=0.1)) as resting:
        resting.feed(FEED, url=URL, headers=(), now=NOW)
        assert until(lambda: not resting.pids)
    workers.feed(FEED, url=URL, headers=(), now=NOW)
    assert workers.pids == before


def test_closed_workers_refuse_and_leave_no_process_behind():
    workers = Workers(1)
    workers.feed(FEED, url=URL, headers=(), now=NOW)
    (pid,) = workers.pids
    workers.close()
    with pytest.raises(WorkerError):
        workers.feed(FEED, url=URL, headers=(), now=NOW)
    stat = Path(f"/proc/{pid}/stat")
    assert until(lambda: not stat.exists() or ") Z " in stat.read_text())


@pytest.mark.torture
@pytest.mark.criterion("R-31")
@pytest.mark.parametrize("body", [ATTRIBUTES, TOWERS, DATES, TABLE], ids=["attributes", "towers", "dates", "table"])
def test_the_known_bombs_give_a_result_or_an_error_within_ten_seconds(body):
    with Workers(1) as workers:
        workers.page(GOOD, url=URL, headers=(), now=NOW)
        began = time.monotonic()
        with suppress(ExtractError, WorkerError):
            workers.page(body, url=URL, headers=(), now=NOW)
        assert time.monotonic() - began < 11.5
        began = time.monotonic()
        workers.page(GOOD, url=URL, headers=(), now=NOW)
        assert time.monotonic() - began < 1
