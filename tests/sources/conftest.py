"""What sources leave in the store, they leave in every backend."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.places import Server
from bot.store import Store


@pytest.fixture
def store(place: Path | Server) -> Iterator[Store]:
    with Store.opened(place) as opened:
        yield opened
