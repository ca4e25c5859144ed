"""WARCs of this machine: broken members, lying lengths, huge records, deadly ones; cut into units without losing a record."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.units import Finding, Missed, PageBytes, Read, Unit, Window
from bot.errors import WorkerError
from bot.sources import scanning
from bot.sources.files import Files
from bot.sources.scanners import Scanners
from bot.sources.scanning import Batch, next_member
from bot.sources.warcs import Warcs
from tests.archives import BODY, TITLE, article, warc_record, warcinfo
from tests.fakes import START, FakeClock
from tests.filling import WATCHLIST

SHARED = Path(os.environ.get("ARMSWATCH_SHARED", Path(__file__).resolve().parents[2] / ".." / "shared"))
SAMPLES = SHARED / "data/warc"
CLOCK = FakeClock(START)


class Words:
    """A gate that lets pages with the words pass."""

    def __call__(self, body: bytes, content_type: str = "") -> bool:
        return b"North Korea" in body or b"DEADLY" in body


def scan(
    path: Path, start: int, stop: int, *, since: datetime | None, whole: bool = True, limit: int = 20_000
) -> Batch:
    """The scanner without processes."""
    scanning.GATES[:] = [Words()]  # type: ignore[list-item]
    return scanning.scan(str(path), start, stop, since, whole, limit)


def records(count: int, *, bad: int = -1) -> list[bytes]:
    made = []
    for number in range(count):
        record = bytearray(
            warc_record(f"https://paper.example/{number}", article(f"{TITLE} {number}", f"{BODY} Item {number}."))
        )
        if number == bad:
            record[30:80] = b"\x00" * 50
        made.append(bytes(record))
    return made


def read(warcs: Warcs, path: Path, window: Window | None = None) -> list[Finding]:
    found: list[Finding] = []
    for unit in warcs.units(path, path.stat().st_size, 0):
        key = json.loads(unit.key)
        found.extend(warcs.read(path, key["start"], key["stop"], window or Window()))
    return found


def urls(found: list[Finding]) -> list[str]:
    return [one.url for one in found if isinstance(one, PageBytes)]


def test_a_file_cut_into_many_units_gives_every_record_once(tmp_path: Path):
    path = tmp_path / "a.warc.gz"
    path.write_bytes(warcinfo() + b"".join(records(60)))
    warcs = Warcs(scan, CLOCK, segment=3000)
    assert len(list(warcs.units(path, path.stat().st_size, 0))) > 5
    assert Counter(urls(read(warcs, path))) == Counter(f"https://paper.example/{number}" for number in range(60))


def test_a_bad_member_is_named_and_all_others_are_read(tmp_path: Path):
    path = tmp_path / "a.warc.gz"
    path.write_bytes(warcinfo() + b"".join(records(10, bad=4)))
    found = read(Warcs(scan, CLOCK), path)
    assert len(urls(found)) == 9
    assert len([one for one in found if isinstance(one, Missed)]) == 1


def test_a_truncated_file_gives_what_is_there_and_says_that_it_breaks_off(tmp_path: Path):
    path = tmp_path / "a.warc.gz"
    path.write_bytes((warcinfo() + b"".join(records(5)))[:-150])
    found = read(Warcs(scan, CLOCK), path)
    assert len(urls(found)) >= 4
    assert any("breaks off" in one.reason or "unreadable" in one.reason for one in found if isinstance(one, Missed))


def test_wherever_a_file_is_cut_it_says_so_unless_it_is_between_two_records(tmp_path: Path):
    members = list(records(3))
    for name, parts in (("a.warc.gz", members), ("b.warc", [gzip.decompress(one) for one in members])):
        whole = b"".join(parts)
        ends = [sum(map(len, parts[:number])) for number in range(len(parts) + 1)]
        path = tmp_path / name
        for cut in range(1, len(whole) + 1, 7):
            path.write_bytes(whole[:cut])
            silent = not any(isinstance(one, Missed) for one in read(Warcs(scan, CLOCK), path))
            # A plain record ends with four bytes that nobody misses.
            assert silent == any(end - (4 if name == "b.warc" else 0) <= cut <= end for end in ends), (name, cut)


def test_a_record_without_a_length_is_named_and_those_behind_it_are_read(tmp_path: Path):
    first, second, third = (gzip.decompress(one) for one in records(3))
    path = tmp_path / "a.warc"
    path.write_bytes(first + re.sub(rb"(?i)Content-Length: \d+\r\n", b"", second, count=1) + third)
    found = read(Warcs(scan, CLOCK), path)
    assert urls(found) == ["https://paper.example/0", "https://paper.example/2"]
    assert [one.reason for one in found if isinstance(one, Missed)] == ["its header breaks off, or has no length"]


def test_a_record_larger_than_a_page_may_be_is_named(tmp_path: Path, request: pytest.FixtureRequest):
    path = tmp_path / "a.warc.gz"
    huge = b"<html>" + b"North Korea " * 1_000_000
    path.write_bytes(warc_record("https://paper.example/huge", huge) + b"".join(records(1)))
    found = read(Warcs(scan, CLOCK), path)
    assert urls(found) == ["https://paper.example/0"]
    assert any("larger than 10 MB" in one.reason for one in found if isinstance(one, Missed))


def test_a_record_that_kills_its_reader_is_found_named_and_passed_over(tmp_path: Path):
    path = tmp_path / "a.warc.gz"
    parts = records(9)
    parts.insert(5, warc_record("https://paper.example/deadly", b"<html>DEADLY</html>"))
    path.write_bytes(b"".join(parts))
    place = sum(map(len, parts[:5]))

    def mortal(
        path: Path, start: int, stop: int, *, since: datetime | None, whole: bool = True, limit: int = 20_000
    ) -> Batch:
        batch = scan(path, start, stop, since=since, whole=whole, limit=limit)
        if any(b"DEADLY" in kept.body for kept in batch.kept):
            raise WorkerError("the reader died", reason="died")
        return batch

    found = read(Warcs(mortal, CLOCK), path)
    assert sorted(urls(found)) == [f"https://paper.example/{number}" for number in range(9)]
    assert [one.place for one in found if isinstance(one, Missed)] == [f"{path} at byte {place}"]


def test_what_was_crawled_before_the_window_is_not_looked_at(tmp_path: Path):
    path = tmp_path / "a.warc.gz"
    path.write_bytes(
        warc_record("https://paper.example/old", article(), date="2023-01-01T00:00:00Z") + b"".join(records(1))
    )
    found = read(Warcs(scan, CLOCK), path, Window(since=datetime(2023, 10, 1, tzinfo=UTC)))
    assert urls(found) == ["https://paper.example/0"]
    assert sum(one.documents for one in found if isinstance(one, Read)) == 1


def test_chunked_and_compressed_bodies_are_read(tmp_path: Path):
    page = article()
    path = tmp_path / "a.warc"
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(page), page)
    out = b""
    for number, (body, header) in enumerate(
        (
            (chunked, b"Transfer-Encoding: chunked"),
            (gzip.compress(page), b"Content-Encoding: gzip"),
            (page, b"Content-Encoding: gzip"),
        )
    ):
        payload = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + header + b"\r\n\r\n" + body
        out += (
            b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2023-10-13T00:00:00Z\r\nWARC-Target-URI: https://paper.example/%d\r\n"
            % number
        )
        out += (
            b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n" % len(payload)
            + payload
            + b"\r\n\r\n"
        )
    path.write_bytes(out)
    found = [one for one in read(Warcs(scan, CLOCK), path) if isinstance(one, PageBytes)]
    assert [one.response.body for one in found] == [page] * 3


def test_the_next_member_is_found_behind_any_byte(tmp_path: Path):
    path = tmp_path / "a.warc.gz"
    parts = [b"\x1f\x8b\x08 no member", *records(3)]
    path.write_bytes(b"".join(parts))
    assert next_member(path, 0) == len(parts[0])
    assert next_member(path, len(parts[0]) + 1) == len(parts[0]) + len(parts[1])
    assert next_member(path, path.stat().st_size - 5) is None


@pytest.mark.skipif(not SAMPLES.exists(), reason="real data folder ../shared is absent")
@pytest.mark.shared
def test_every_sample_file_ends_with_pages_or_a_reason():
    source = Files((SAMPLES,), CLOCK, Warcs(scan, CLOCK))
    read_ = 0
    for unit in list(source.plan(Window())):
        found = list(source.read(unit, Window()))
        read_ += sum(one.documents for one in found if isinstance(one, Read))
        assert found
    assert read_ > 60


@pytest.fixture
def scanners(tmp_path: Path) -> Iterator[Scanners]:
    pool = Scanners([(str(WATCHLIST), WATCHLIST.read_bytes())], tmp_path / "gate", 1)
    yield pool
    pool.close()


def test_scanning_processes_keep_their_patterns_and_survive_a_kill(tmp_path: Path, scanners: Scanners):
    import signal

    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"".join(records(3)))
    size = path.stat().st_size
    assert len(scanners.scan(path, 0, size, since=None).kept) == 3
    assert (tmp_path / "gate").exists()
    for worker in list(scanners._pool._pool_manager.worker_manager.workers):
        os.kill(worker, signal.SIGKILL)
    found = [one for one in Warcs(scanners.scan, CLOCK).read(path, 0, size, Window()) if isinstance(one, PageBytes)]
    assert len(found) == 3


def test_the_key_of_a_unit_says_in_words_which_part_it_is():
    key = {"path": "/data/a.warc.gz", "size": 5, "changed": 7, "start": 3, "stop": 5}
    assert Unit(source="files", key=json.dumps(key)).words() == "/data/a.warc.gz start 3"
