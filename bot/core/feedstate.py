"""What the watch remembers of polling one feed: a frozen value that the store keeps as JSON by configured URL."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """All durations are seconds, all times aware UTC; "" and None mean "not known"."""

    url: str  # as configured
    jitter: float = 0.0  # in [0, 1), stable for the feed: its place among all feeds
    next_check: datetime | None = None  # None: at once

    # validators, opaque, back byte for byte
    etag: str = ""
    last_modified: str = ""
    body_sha: str = ""
    last_unconditional: datetime | None = None

    # what happened
    first_poll: datetime | None = None
    last_poll: datetime | None = None
    last_success: datetime | None = None  # 200 that parses, or 304
    last_new: datetime | None = None  # something new was in it
    last_status: int = 0
    last_error: str = ""  # "" after a success
    error_kind: str = ""  # dns, timeout, connect, status, html, malformed, blocked, gone, …
    failures: int = 0  # in a row
    points: float = 0.0  # weighed failures in a row
    gone: bool = False  # 410: probed once a month
    resting_until: datetime | None = None  # Retry-After

    # how often
    interval: float = 0.0  # our own, before hints
    hint: float = 0.0  # max-age, Expires, ttl, sy:update*
    quiet_polls: int = 0  # successful polls in a row without anything new
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()

    # where it is
    moved_to: str = ""  # polled instead of `url`; shown with the line to change
    move_target: str = ""  # permanent redirects point here …
    move_votes: int = 0  # … in so many polls in a row
    final_url: str = ""  # where the last answer came from

    # what it is like
    title: str = ""
    lang: str = ""
    entries: int = 0  # in the last document
    newest: datetime | None = None  # published date of its newest entry
    usual_gap: float = 0.0  # median time between entries
    window: float = 0.0  # age difference between its oldest and newest entry
    undated_polls: int = 0  # documents in a row without a single date
    foreign_polls: int = 0  # documents in a row in letters of another language

    memory: str = ""  # which items were read, byte for byte (core.seen)

    # for the politeness report
    requests: int = 0
    not_modified: int = 0
    unconditional: int = 0
    early: int = 0  # polls before `next_check`

    @property
    def address(self) -> str:
        """The URL to poll."""
        return self.moved_to or self.url


def to_json(state: FeedState) -> str:
    """The state as one JSON object; unset fields are left out."""
    values = zip(_DEFAULTS.items(), _values(state), strict=True)
    return _encoder.encode({name: value for (name, default), value in values if value != default})


def from_json(text: str) -> FeedState:
    """The state back. Keys of other versions are ignored, so that a database survives going back one version."""
    given = {name: value for name, value in json.loads(text).items() if name in _DEFAULTS}
    for name in _MOMENTS & given.keys():
        given[name] = datetime.fromisoformat(given[name]) if given[name] else None
    for name in _LISTS & given.keys():
        given[name] = tuple(given[name])
    return FeedState(**given)


def jitter_of(url: str) -> float:
    """A number in [0, 1) that is the same for one URL on every machine and day."""
    return int.from_bytes(hashlib.sha256(url.encode("utf-8", "replace")).digest()[:6], "big") / 2**48


def _as_text(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()


_encoder = json.JSONEncoder(default=_as_text, ensure_ascii=False, sort_keys=True)  # making one for each feed shows
_DEFAULTS: Mapping[str, object] = {one.name: one.default for one in fields(FeedState)}
_MOMENTS = frozenset(one.name for one in fields(FeedState) if "datetime" in str(one.type))
_LISTS = frozenset(one.name for one in fields(FeedState) if str(one.type).startswith("tuple"))
_values = attrgetter(*_DEFAULTS)
