"""How much memory a backfill needs: the same for an archive of any size, under 1 GB for all its processes together."""

from __future__ import annotations

import base64
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.places import packaged
from tests import disguises
from tests.archives import BODY, TITLE, warc_record, warcinfo

ROOT = Path(__file__).resolve().parents[2]
MOST = 1_000_000_000  # bytes
PAGES, HEAVY = (
    120,
    180_000,
)  # different pages of an archive, and the bytes of script in each that no compression shrinks


def archive(path: Path, size: int) -> int:
    """A WARC of about `size` bytes: the same members again and again, one page in forty about arms; how many records."""
    noise = random.Random(20231013)
    members = []
    for number in range(PAGES):
        script = base64.b64encode(noise.randbytes(HEAVY * 3 // 4)).decode()
        title, text = (
            (TITLE, BODY)
            if number % 40 == 0
            else (f"Harbour festival {number}", "Ships berthed in the old harbour. " * 40)
        )
        page = disguises.page(f"{title} {number}", f"{text} {number}", head=f"<script>var a = '{script}'</script>")
        members.append(warc_record(f"https://paper.example/{number}", page.encode()))
    written = records = 0
    with path.open("wb") as out:
        written += out.write(warcinfo())
        while written < size:
            written += sum(out.write(member) for member in members)
            records += PAGES
    return records


def held(pid: int) -> int:
    """Bytes that a process and its descendants hold, what they share counted once."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    total = 0
    for one in parents:
        ancestor = one
        while ancestor not in (pid, 0):
            ancestor = parents.get(ancestor, 0)
        if ancestor == pid:
            try:
                lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
            except OSError:
                continue
            total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def peak(folder: Path, size: int) -> tuple[int, int, float]:
    """(most bytes held, records, seconds) of a backfill of an archive of that size, by the command."""
    config = folder / "config.toml"
    lists = json.dumps([str(packaged("watchlists/russia-dprk-arms.toml"))])
    config.write_text(f"schema = 1\nwatchlists = {lists}\n")
    records = archive(folder / "large.warc.gz", size)
    words = [
        sys.executable,
        "-m",
        "bot",
        "--config",
        str(config),
        "backfill",
        "files",
        str(folder / "large.warc.gz"),
        "--jobs",
        "2",
    ]
    environ = {**os.environ, "ARMSWATCH_NETWORK": "loopback", "PYTHONPATH": str(ROOT)}
    began, most = time.monotonic(), 0
    process = subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    while process.poll() is None:
        most = max(most, held(process.pid))
        time.sleep(0.2)  # waits for another process, never for ourselves
    said = process.stdout.read() if process.stdout else ""
    (folder / "large.warc.gz").unlink()
    assert process.returncode == 0, said
    assert f"{records} documents, 3 articles stored: 3 matches" in said, said
    return most, records, time.monotonic() - began


@pytest.mark.sampled
@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="no smaps_rollup: this kernel does not tell")
def test_a_backfill_of_three_hundred_megabytes_stays_under_a_gigabyte(tmp_path: Path):
    most, _, _ = peak(tmp_path, 300_000_000)
    assert most < MOST


@pytest.mark.torture
@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="no smaps_rollup: this kernel does not tell")
def test_an_archive_of_gigabytes_needs_no_more_memory_than_a_small_one(tmp_path: Path):
    table = []
    for size in (200_000_000, 800_000_000, 2_500_000_000):
        most, records, took = peak(tmp_path, size)
        (tmp_path / "armswatch.db").unlink()
        table.append((size, most))
        print(f"{size / 1e9:.1f} GB of WARC, {records} records: {most / 1e6:.0f} MB held at most, {took:.0f} s")
    assert all(most < MOST for _, most in table)
    assert table[-1][1] < 1.5 * table[0][1]
