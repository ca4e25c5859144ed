"""What every test stands on: no socket but loopback, a clock that is told the time, a store in a folder of its own."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot.places import Server
from bot.store import Store
from tests.clusters import Cluster, binaries, running
from tests.fakes import FakeClock

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("armswatch", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("armswatch")

_CONNECT = socket.socket.connect
_LOOPBACK = ("127.", "::1", "localhost")


def _guarded(self: socket.socket, address: object) -> None:
    host = address[0] if isinstance(address, tuple) else ""
    if self.family in {socket.AF_INET, socket.AF_INET6} and not str(host).startswith(_LOOPBACK):
        raise AssertionError(f"a test tried to reach {address!r}; only this machine is allowed")
    _CONNECT(self, address)  # type: ignore[arg-type]


def pytest_configure(config: pytest.Config) -> None:
    # Not a patch of our code: a wall around the test process, so that no test can reach a real host.
    os.environ["ARMSWATCH_NETWORK"] = "loopback"
    socket.socket.connect = _guarded  # type: ignore[method-assign, assignment]


SHARED = Path(os.environ.get("ARMSWATCH_SHARED", Path(__file__).resolve().parents[2] / "shared"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if SHARED.joinpath("data").is_dir():
        return
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(pytest.mark.skip(reason=f"the real data folder is absent ({SHARED}); set ARMSWATCH_SHARED"))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


BACKENDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server of this test process; started when the first test asks for it."""
    if binaries() is None:
        if os.environ.get("ARMSWATCH_CI"):
            pytest.fail("the gate must test PostgreSQL, and its binaries are absent")
        pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
    with running() as started:
        yield started


@pytest.fixture(params=BACKENDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | Server]:
    """Where a store may be made, on each backend."""
    if request.param == "sqlite":
        yield tmp_path / "watch.db"
        return
    made: Cluster = request.getfixturevalue("cluster")
    with made.database() as server:
        yield server


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.opened(tmp_path / "watch.db") as opened:
        yield opened


@pytest.fixture(scope="session")
def shared() -> Path:
    return SHARED / "data"
