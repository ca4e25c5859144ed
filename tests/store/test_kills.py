"""kill -9 in the middle of writing: what was acknowledged is there, and the file is whole."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.store import Store

WRITER = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from bot.store import Store
until = datetime(2100, 1, 1, tzinfo=UTC)
with Store.opened(Path(sys.argv[1])) as store:
    number = int(sys.argv[2])
    while True:
        store.hosts.rest(f"host-{number}", until)
        print(number, flush=True)
        number += 1
"""


def killed_after(database: Path, first: int, count: int) -> int:
    """A process writes from `first` on and is killed once it acknowledged so many; the last number that it acknowledged."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(database), str(first)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert writer.stdout
    for _ in range(count):
        writer.stdout.readline()
    writer.kill()
    rest = writer.stdout.read().split("\n")
    writer.wait()
    writer.stdout.close()
    told = [int(line) for line in rest[:-1]]
    return told[-1] if told else first + count - 1


def kills(database: Path, turns: int) -> None:
    last = -1
    for turn in range(turns):
        acknowledged = killed_after(database, last + 1, 5 + turn * 7 % 40)
        assert acknowledged > last
        rows = sqlite3.connect(database)
        assert rows.execute("PRAGMA quick_check").fetchone() == ("ok",)
        found = {int(name.partition("-")[2]) for (name,) in rows.execute("SELECT host FROM resting")}
        rows.close()
        assert found >= set(range(acknowledged + 1))  # nothing acknowledged is lost
        assert len(found) <= acknowledged + 2  # and at most one more had been written
        last = max(found)
    with Store.opened(database) as store:
        assert len(store.hosts.resting(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=1))) == last + 1


@pytest.mark.criterion("R-62")
def test_four_kills_lose_nothing_that_was_acknowledged(tmp_path: Path):
    kills(tmp_path / "a.db", 4)


@pytest.mark.torture
@pytest.mark.criterion("R-62")
def test_sixty_kills_lose_nothing_that_was_acknowledged(tmp_path: Path):
    kills(tmp_path / "a.db", 60)
