"""kill -9 at every marked point of a round, then a restart: nothing lost, nothing twice."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.serve.demo import DemoWorld
from bot.store import Store
from tests import crash

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
Start = Callable[..., int]
OFTEN = dict.fromkeys(crash.POINTS, 9) | {
    "poll:before-save": 1,  # the whole round of so few feeds is one group
    "poll:saved": 1,
    "read:before-duplicate": 1,
    "read:duplicate-noted": 1,
    "digest:before-save": 3,
    "digest:saved": 3,
    "deliver:before-begin": 3,
    "deliver:begun": 3,
    "deliver:sent": 3,
    "deliver:settled": 3,
}


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """`start(folder, point, nth)`: one round, digest and delivery of the demo's world there; the exit code."""
    config = tmp_path_factory.mktemp("world") / "config.toml"
    with DemoWorld(now=NOW) as world:
        config.write_text(world.config_text(config.parent), encoding="utf-8")
        with crash.Starter("tests.crash", config) as starter:
            yield lambda folder, point="", nth=1: starter(
                config=str(config), folder=str(folder), now=NOW.isoformat(), point=point, nth=nth
            )


def left(folder: Path) -> dict[str, object]:
    """Everything that must be the same however often the watch died."""
    with Store.opened(folder / "armswatch.db") as store:
        assert store.connection.value("PRAGMA quick_check") == "ok"
        assert store.evidence.chain_holds()
        found: dict[str, object] = {
            name: store.connection.rows(question)
            for name, question in {
                "entries": "SELECT id, state, article FROM entries ORDER BY id",
                "articles": "SELECT id, rank, revision FROM articles ORDER BY id",
                "sightings": "SELECT article, entry FROM sightings ORDER BY 1, 2",
                "members": "SELECT article, COUNT(*) AS n FROM members GROUP BY 1 ORDER BY 1",
                "digests": "SELECT id FROM digests ORDER BY id",
                "told": "SELECT subscription, COUNT(*) AS n FROM told GROUP BY 1 ORDER BY 1",
                "outbox": "SELECT key, state FROM outbox ORDER BY key",
            }.items()
        }
    found["files"] = sorted(path.name for path in folder.glob("*.txt"))
    return found


@pytest.fixture(scope="module")
def unbroken(start: Start, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    folder = tmp_path_factory.mktemp("unbroken")
    assert start(folder) == 0
    return left(folder)


def killed_and_restarted(start: Start, folder: Path, point: str, nth: int) -> dict[str, object]:
    assert start(folder, point, nth) == -9, f"{point} was never passed {nth} times"
    assert start(folder) == 0
    return left(folder)


def same(found: dict[str, object], wanted: dict[str, object]) -> None:
    for name, rows in wanted.items():
        assert found[name] == rows, name


@pytest.mark.criterion("R-52")
@pytest.mark.parametrize("point", crash.POINTS)
def test_a_kill_at_any_marked_point_loses_nothing_and_doubles_nothing(
    start: Start, unbroken: dict[str, object], tmp_path: Path, point: str
):
    same(killed_and_restarted(start, tmp_path, point, 1), unbroken)


@pytest.mark.sampled
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("point", crash.POINTS)
def test_a_kill_at_a_later_passing_is_no_different(
    start: Start, unbroken: dict[str, object], tmp_path: Path, point: str, seed: int
):
    nth = random.Random(f"{datetime.now(UTC):%Y-%m-%d %H} {point} {seed}").randint(1, OFTEN[point])
    same(killed_and_restarted(start, tmp_path, point, nth), unbroken)


@pytest.mark.torture
@pytest.mark.parametrize("turn", range(50))
@pytest.mark.parametrize("point", crash.POINTS)
def test_fifty_kills_at_each_point(start: Start, unbroken: dict[str, object], tmp_path: Path, point: str, turn: int):
    same(killed_and_restarted(start, tmp_path, point, turn % OFTEN[point] + 1), unbroken)
