"""When no news is a bad sign: days without a story while the watch saw less than it should (D-15)."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from bot.model import Notice

QUIET_FOR: Final = timedelta(days=3)
BLIND_SHARE: Final = 0.2
"""Share of feeds that do not answer from which silence is doubted."""

FEW_ITEMS: Final = 0.3
"""Share of the usual number of items below which silence is doubted; usual is the median of the last 14 days."""

LONG_GAP: Final = timedelta(hours=6)
"""How long ago the last round may have ended before silence is doubted."""

KIND: Final = "silence"


def silence(
    now: datetime,
    *,
    last_story: datetime,
    working: int,
    configured: int,
    items: int,
    usual: float,
    gap: timedelta = timedelta(0),
) -> Notice | None:
    """The notice that the silence may be blindness, or None where it is only quiet.

    `last_story` is when a digest last told of one (or when the first digest was made), `items` were read in the last day,
    `gap` is how long ago the last round ended. The notice's id follows from `last_story`: one for each silence.
    """
    if now - last_story < QUIET_FOR:
        return None
    signs = []
    if configured and (configured - working) / configured > BLIND_SHARE:
        signs.append(f"{configured - working} of {configured} feeds do not answer")
    if usual > 0 and items < usual * FEW_ITEMS:
        signs.append(f"{items:,} items read in a day instead of about {usual:,.0f}")
    if gap >= LONG_GAP:
        signs.append(f"no round for {gap // timedelta(hours=1)} hours")
    if not signs:
        return None
    return Notice(
        id="n-" + hashlib.sha256(f"silence\n{last_story.isoformat()}".encode()).hexdigest()[:12],
        kind=KIND,
        subject="watch",
        text=f"Nothing in scope for {(now - last_story).days} days, and this may be blindness: {'; '.join(signs)}",
        at=now,
    )
