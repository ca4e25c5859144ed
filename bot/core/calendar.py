"""Which local date's digest is due: exactly one a date, in every zone and at every hour, however late the watch wakes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.model import Subscription

PUNCTUAL = timedelta(minutes=30)
"""A digest that starts later than this after its hour says so; a tick is 30–60 s, a long round a few minutes."""

_STEP = {"day": timedelta(days=1), "week": timedelta(days=7)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One digest that is owed now: for which local date, since when it counts by the calendar, and what was missed."""

    local_date: date
    scheduled: datetime  # the instant at which it was due, UTC
    since: datetime  # where the time that it answers for begins by the calendar, UTC; a stored cut-off goes before it
    late: str = ""  # "caught up: was due 07:00 …" or ""


def scheduled(day: date, hour: int, zone: str) -> datetime:
    """The instant, aware UTC, at which the digest of local date `day` is due.

    An hour that the clocks skip is due when they have skipped it, still on the same date; one that they repeat is due
    the first time.
    """
    wall = datetime.combine(day, time(hour), tzinfo=ZoneInfo(zone))
    return wall.astimezone(UTC)


def due(subscription: Subscription, now: datetime, last_local_date: date | None) -> Due | None:
    """The digest that is owed at `now`, or None.

    `last_local_date` is the local date of the subscription's latest digest (None: there was none yet). However many
    dates were missed, one digest is owed, for the newest of them, and it says what it makes up for. A clock that was
    set back owes nothing until it has passed the last digest's date again. A weekly digest belongs to its Monday.
    """
    hour, zone = subscription.hour, subscription.zone
    step = _STEP[subscription.every]
    today = now.astimezone(ZoneInfo(zone)).date()
    day = today if subscription.every == "day" else today - timedelta(days=today.weekday())
    at = scheduled(day, hour, zone)
    if at > now:
        day -= step
        at = scheduled(day, hour, zone)
    if last_local_date is None:
        # The first digest waits for its own hour; a fresh start owes nobody yesterday's.
        return Due(local_date=day, scheduled=at, since=_before(day, step, hour, zone)) if day == today else None
    if day <= last_local_date:
        return None
    missed = (day - last_local_date) // step - 1
    since = scheduled(last_local_date, hour, zone)
    return Due(local_date=day, scheduled=at, since=since, late=_late(subscription, now, at, day, missed))


def _before(day: date, step: timedelta, hour: int, zone: str) -> datetime:
    return scheduled(day - step, hour, zone)


def _late(subscription: Subscription, now: datetime, at: datetime, day: date, missed: int) -> str:
    zone = ZoneInfo(subscription.zone)
    parts = []
    if now - at > PUNCTUAL:
        local = at.astimezone(zone)
        parts.append(f"was due {local:%a} {local.day} {local:%b} {local:%H:%M}")
    if missed > 0:
        unit = subscription.every
        parts.append(f"also covers {missed} missed {unit}{'s' if missed > 1 else ''} before {day.isoformat()}")
    return "caught up: " + "; ".join(parts) if parts else ""
