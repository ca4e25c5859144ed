"""Take up changed watchlist files while the watch runs (decision 10); a broken one keeps the old in force and is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.core.watchlists import Watchlist, load
from bot.errors import ArmswatchError
from bot.model import Notice
from bot.store import Store


@dataclass(frozen=True, slots=True)
class Taken:
    """The watchlists that are in force now, and what was wrong with files that are not, in words."""

    watchlists: tuple[Watchlist, ...]
    broken: tuple[str, ...]


def written(files: Sequence[Path]) -> tuple[int, ...]:
    """When each file was last written, in nanoseconds; 0 where it is gone."""
    return tuple(_written(path) for path in files)


def take_up(files: Sequence[Path], old: Sequence[Watchlist], store: Store, now: datetime) -> Taken:
    """Read the files anew; one that is broken keeps its old watchlist and raises a notice until it can be read again."""
    fresh: list[Watchlist] = []
    broken: list[str] = []
    for path, before in zip(files, old, strict=True):
        notice = f"watchlist:{path.name}"
        try:
            fresh.append(load(path.read_bytes(), file=str(path)))
        except (ArmswatchError, OSError) as error:
            fresh.append(before)
            broken.append(f"{path.name} is broken, the old one stays in force: {error}")
            store.runs.notice(Notice(id=notice, kind="watchlist", subject=str(path), text=broken[-1], at=now))
        else:
            store.runs.recover(notice, now)
    return Taken(tuple(fresh), tuple(broken))


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
