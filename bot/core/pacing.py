"""When to poll a feed next: a pure function of (state, outcome, now), polite first and never blind (R-1…R-14)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.core.feedstate import FeedState, from_json, jitter_of, to_json
from bot.core.outcomes import RESTING, PollOutcome, answered, body_sha, failed
from bot.model import Feed

__all__ = [
    "FeedState",
    "Limits",
    "PollOutcome",
    "after",
    "answered",
    "body_sha",
    "conditional_headers",
    "due",
    "failed",
    "first",
    "from_json",
    "to_json",
]

VOTES = 3  # permanent redirects must agree so many times in a row
DEAD_POINTS = 30.0  # from here one probe a week, for ever
HORIZON = timedelta(days=40)  # no next check is so far away, skipped days included, unless the clock was wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How often at most and at least. Only hosts on the loopback allow-list may have a lower floor (decision 25)."""

    floor: timedelta = timedelta(minutes=60)
    ceiling: timedelta = timedelta(hours=24)
    bare_floor: timedelta = timedelta(hours=3)  # for feeds without validators: each poll is a whole download
    sanity: timedelta = timedelta(days=7)  # one unconditional poll against servers whose 304 lies
    dead: timedelta = timedelta(days=7)
    gone: timedelta = timedelta(days=30)  # decision 26
    longest_rest: timedelta = timedelta(days=31)
    slot: timedelta = timedelta(minutes=30)  # a feed's polls start at its own place within these; R-13


DEFAULT = Limits()


def first(feed: Feed, now: datetime, jitter: float | None = None) -> FeedState:
    """The state of a feed never polled: due at once. `jitter` in [0, 1); from the URL unless given."""
    return FeedState(url=feed.url, jitter=jitter_of(feed.url) if jitter is None else jitter % 1.0, next_check=now)


def due(state: FeedState, now: datetime) -> bool:
    """Whether to poll now. A next check beyond the horizon (the clock was set back) counts as due (R-67)."""
    at = state.next_check
    return at is None or at <= now or at > now + HORIZON


def conditional_headers(state: FeedState, now: datetime, limits: Limits = DEFAULT) -> tuple[tuple[str, str], ...]:
    """The validators as the server gave them, or () once in seven days and a bit, when the 304s are put to the proof."""
    last = state.last_unconditional
    if last is None or last > now or now - last >= limits.sanity * (1 + state.jitter / 14):
        return ()
    given = (("If-None-Match", state.etag), ("If-Modified-Since", state.last_modified))
    return tuple((name, value) for name, value in given if value)


def after(
    state: FeedState,
    outcome: PollOutcome,
    now: datetime,
    *,
    feed: Feed | None = None,
    limits: Limits = DEFAULT,
    taken: Collection[str] = (),
) -> FeedState:
    """The state after a poll, with `next_check` set.

    `feed` brings a configured interval; `taken` the URLs of other feeds, which this one must not move onto (R-10).
    """
    if outcome.kind == RESTING:  # the host's other feeds or pages were told to wait; nothing was sent for this one
        at = min(outcome.retry_at or now, now + limits.longest_rest)
        asked = state.requests + outcome.sent  # by a redirect that led there
        return replace(state, requests=asked, next_check=_allowed(max(at, now + timedelta(minutes=1)), state))
    # Gathered first and put in at once: copying a state of fifty fields is what a 304 would cost most in here.
    counted: dict[str, Any] = {
        "first_poll": state.first_poll or now,
        "last_poll": now,
        "last_status": outcome.status,
        "final_url": outcome.final_url or state.final_url,
        "requests": state.requests + outcome.sent,
        "not_modified": state.not_modified + (outcome.status == 304),
        "unconditional": state.unconditional + (outcome.sent and not outcome.conditional),
        "early": state.early
        + (outcome.sent and state.next_check is not None and now < state.next_check <= now + HORIZON),
        "last_unconditional": state.last_unconditional if outcome.conditional or not outcome.sent else now,
    }
    if outcome.error:
        return _after_failure(replace(state, **counted), outcome, now, limits)
    known = _moved(replace(state, **counted, **_learned(state, outcome, now)), outcome, taken)
    interval = _own_interval(known, outcome, feed, limits)
    wait = max(interval, known.hint)
    wait = min(max(wait, limits.floor.total_seconds()), limits.ceiling.total_seconds())
    at = _allowed(_slotted(now + timedelta(seconds=wait), known, wait, limits), known)
    return replace(known, interval=interval, next_check=at)


def _learned(state: FeedState, outcome: PollOutcome, now: datetime) -> dict[str, Any]:
    """What a success changes."""
    hint = outcome.hint.total_seconds() if outcome.status != 304 or outcome.hint else state.hint
    known: dict[str, Any] = {
        "last_success": now,
        "last_error": "",
        "error_kind": "",
        "failures": 0,
        "points": 0.0,
        "gone": False,
        "resting_until": None,
        "last_new": now if outcome.new else state.last_new,
        "quiet_polls": 0 if outcome.new else state.quiet_polls + 1,
        "hint": hint,
    }
    if outcome.has_validators:
        # A 200 replaces both, also by nothing, even if the body is the old one; a 304 renews what it names.
        fresh = outcome.status != 304
        known |= {
            "etag": outcome.etag if fresh else outcome.etag or state.etag,
            "last_modified": outcome.last_modified if fresh else outcome.last_modified or state.last_modified,
            "body_sha": outcome.body_sha or state.body_sha,
        }
    if outcome.document_read:
        known |= {
            "title": outcome.title or state.title,
            "lang": outcome.lang or state.lang,
            "entries": outcome.entries,
            "newest": outcome.newest or state.newest,
            "usual_gap": outcome.usual_gap.total_seconds() or state.usual_gap,
            "window": outcome.window.total_seconds(),
            "hint": max(hint, outcome.ttl.total_seconds() if outcome.ttl else 0.0),
            "skip_hours": outcome.skip_hours,
            "skip_days": outcome.skip_days,
            "undated_polls": state.undated_polls + 1 if outcome.undated else 0,
            "foreign_polls": _foreign(state, outcome),
            "memory": outcome.memory,
        }
    return known


def _foreign(state: FeedState, outcome: PollOutcome) -> int:
    if outcome.foreign is None:
        return state.foreign_polls
    return state.foreign_polls + 1 if outcome.foreign else 0


def _own_interval(state: FeedState, outcome: PollOutcome, feed: Feed | None, limits: Limits) -> float:
    """Seconds: the feed's rhythm, stretched while it is quiet, never so long that entries could pass through unseen."""
    floor, ceiling = limits.floor.total_seconds(), limits.ceiling.total_seconds()
    if feed is not None and feed.interval is not None:
        return min(max(feed.interval.total_seconds(), floor), ceiling)
    start = min(max(state.usual_gap, floor), ceiling / 6)
    # Quiet polls in a row stretch the interval by a quarter each; news brings it back at once.
    interval = start * 1.25 ** min(state.quiet_polls, 40)
    quietest = min(max(state.usual_gap * 2, ceiling / 4), ceiling)
    interval = min(interval, quietest)
    if not state.etag and not state.last_modified:
        interval = max(interval, limits.bare_floor.total_seconds() if limits.floor >= DEFAULT.floor else floor)
    if state.window and state.entries >= 5 and outcome.new < state.entries:
        interval = min(interval, state.window / 3)
    elif outcome.new and outcome.new == outcome.entries and state.requests > 1 and outcome.entries >= 5:
        interval = floor  # everything was new: some may already have passed
    return min(max(interval, floor), ceiling)


def _after_failure(state: FeedState, outcome: PollOutcome, now: datetime, limits: Limits) -> FeedState:
    points = state.points + outcome.weight
    failures = state.failures + 1
    gone = state.gone or outcome.kind == "gone"
    known = replace(
        state,
        last_error=outcome.error,
        error_kind=outcome.kind,
        failures=failures,
        points=points,
        gone=gone,
        quiet_polls=0,
        # A feed that we followed to a new address and that fails there is looked for at its old one again.
        moved_to="" if state.moved_to and failures >= VOTES else state.moved_to,
        move_votes=0,
    )
    floor = limits.floor.total_seconds()
    if gone:
        at = now + limits.gone
    elif points >= DEAD_POINTS:
        at = now + limits.dead
    else:
        wait = max(floor * 2.0 ** min(points, 6.0), state.interval)
        if outcome.kind == "busy":
            wait = max(wait, floor * 2.0 ** min(failures, 6)) + 3600 * _scatter(state, failures) * min(
                1.0, floor / 3600
            )
        at = now + timedelta(seconds=min(wait, limits.ceiling.total_seconds()))
    rest = None
    if outcome.retry_at is not None:
        rest = _capped(outcome.retry_at, now, limits)
        at = max(at, rest)
    wait = (at - now).total_seconds()
    return replace(known, resting_until=rest, next_check=_allowed(_slotted(at, known, wait, limits), known))


def _moved(state: FeedState, outcome: PollOutcome, taken: Collection[str]) -> FeedState:
    target = outcome.permanent_url
    if not target or target in (state.address, state.url):
        if target == state.url and state.moved_to:  # it came home
            return replace(state, moved_to="", move_target="", move_votes=0)
        return replace(state, move_target="", move_votes=0) if state.move_target or state.move_votes else state
    votes = state.move_votes + 1 if target == state.move_target else 1
    if votes >= VOTES and target not in taken:
        return replace(state, moved_to=target, move_target="", move_votes=0)
    return replace(state, move_target=target, move_votes=min(votes, VOTES))


def _capped(at: datetime, now: datetime, limits: Limits) -> datetime:
    return min(max(at, now + limits.floor), now + limits.longest_rest)


def _slotted(at: datetime, state: FeedState, wait: float, limits: Limits) -> datetime:
    """The next moment from `at` on that is this feed's own place in the slot grid: never earlier, the same every time.

    The first time the grid is twice as wide: all feeds start together, and must not end up in the same half of the hour.
    """
    grid = limits.slot.total_seconds()
    if wait < 2 * grid:
        return at
    place = state.jitter * 2 * grid
    grid = 2 * grid if state.requests <= 1 else grid
    behind = (at.timestamp() - place) % grid
    return at + timedelta(seconds=grid - behind) if behind > 1 else at  # a second's grace: floats


def _allowed(at: datetime, state: FeedState) -> datetime:
    """The first moment from `at` on that is in none of the feed's skipHours and skipDays (GMT); all skipped means none (R-11)."""
    if len(state.skip_hours) >= 24 or len(state.skip_days) >= 7:
        return at
    for _ in range(24 * 8):
        if at.hour not in state.skip_hours and at.weekday() not in state.skip_days:
            return at
        at = (at + timedelta(hours=1)).replace(minute=int(state.jitter * 60), second=0, microsecond=0)
    return at


def _scatter(state: FeedState, failures: int) -> float:
    """A number in [0, 1) that differs from feed to feed and failure to failure, without chance."""
    return jitter_of(f"{state.url} {failures}")
