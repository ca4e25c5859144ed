"""Which copies of a database lie in a folder, and which are too many; light, so that `status` can look."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

KEEP = 7
"""How many copies of one kind are kept: a week of daily ones."""

_NAME = re.compile(r"^(?P<stem>.+)-(?P<at>\d{8}T\d{6}Z)-(?P<why>[a-z0-9-]+)\.db$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One checked copy of a database."""

    path: Path
    at: datetime
    why: str  # "daily", "by-hand", "before-0008-cases", "before-restore"
    bytes: int


def copies(folder: Path, stem: str) -> list[Copy]:
    """The copies of a database called `<stem>.db` in a folder, newest first."""
    found = []
    for path in folder.glob("*.db") if folder.is_dir() else ():
        named = _NAME.match(path.name)
        if named and named["stem"] == stem:
            at = datetime.strptime(named["at"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            found.append(Copy(path=path, at=at, why=named["why"], bytes=path.stat().st_size))
    return sorted(found, key=lambda copy: (copy.at, copy.path.name), reverse=True)


def rotate(folder: Path, stem: str, *, why: str, keep: int) -> list[Path]:
    """Remove all but the newest `keep` copies of one kind (those before migrations count as one kind); what was removed."""
    kind = _kind(why)
    mine = [copy for copy in copies(folder, stem) if _kind(copy.why) == kind]
    gone = [copy.path for copy in mine[max(keep, 1) :]]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def _kind(why: str) -> str:
    return "before-migration" if re.match(r"before-\d", why) else why
