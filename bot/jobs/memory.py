"""Memory on the first day: the known claims that ship beside a watchlist go into the ledger, once a version."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, time
from pathlib import Path

from bot.core.ledger import known
from bot.store import Store

JOB = "known-claims"


def remember(store: Store, watchlist: Path, now: datetime) -> int:
    """Put the claims of `<name>.known-claims.jsonl` into the ledger; how many, 0 where this version is there already.

    Raises WatchlistError with every line that cannot be read.
    """
    path = watchlist.with_name(f"{watchlist.stem}.known-claims.jsonl")
    if not path.exists():
        return 0
    raw = path.read_bytes()
    version = hashlib.sha256(raw).hexdigest()[:12]
    job = f"{JOB}:{watchlist.stem}"
    if any(beat.job == job and beat.note == version for beat in store.runs.beats()):
        return 0
    lines = [
        (one.claim, datetime.combine(one.said, time(12), tzinfo=UTC) if one.said else None, one.source)
        for one in known(raw, file=str(path))
        if one.claim is not None
    ]
    store.stories.remember(lines)
    store.runs.beat(job, now, note=version)
    return len(lines)
