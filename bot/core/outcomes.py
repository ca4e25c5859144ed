"""What came of polling one feed, in the terms that pacing and health understand."""

from __future__ import annotations

import hashlib
import re
import statistics
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise

from bot.core.dates import parse_date
from bot.core.languages import fits, script
from bot.errors import (
    ArmswatchError,
    ExtractError,
    FeedError,
    FetchError,
    HostResting,
    Refused,
    TimedOut,
    TooLarge,
    Unreachable,
    WorkerError,
)
from bot.model import Feed, FeedDocument, Response

# R-9, as Media Cloud weighs them: a hard failure counts whole, one that feeds come back from half, a passing one a quarter.
RESTING = "resting"  # the kind of an outcome where nobody may be asked just now
HARD, SOFT, PASSING = 1.0, 0.5, 0.25
_PERMANENT = frozenset({301, 308})
_LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOutcome:
    """One poll. `error` is "" for a success; `document_read` is False for a 304 and for a body that was seen before."""

    status: int = 0  # 0: no answer
    error: str = ""
    kind: str = (
        ""  # dns, timeout, connect, tls, status, blocked, gone, html, malformed, too-large, refused, worker, resting
    )
    weight: float = 0.0
    sent: bool = (
        True  # whether a server was asked anything; not by a name that is not found, nor by what our guard refused
    )
    conditional: bool = False
    retry_at: datetime | None = None
    final_url: str = ""
    permanent_url: str = ""  # where permanent redirects alone lead, "" if nowhere else
    has_validators: bool = False
    etag: str = ""
    last_modified: str = ""
    body_sha: str = ""
    hint: timedelta = timedelta(0)  # max(max-age, Expires) of the headers
    document_read: bool = False
    new: int = 0
    entries: int = 0
    newest: datetime | None = None
    usual_gap: timedelta = timedelta(0)
    window: timedelta = timedelta(0)
    ttl: timedelta | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    title: str = ""
    lang: str = ""
    undated: bool = False
    memory: str = ""  # of core.seen, for the next reading
    foreign: bool | None = (
        None  # its titles are in letters that the configured language is not written in; None: no telling
    )


def body_sha(body: bytes) -> str:
    """The hash by which an unchanged body is known without parsing it."""
    return hashlib.sha256(body).hexdigest()


def answered(
    feed: Feed, response: Response, document: FeedDocument | None, *, new: int, conditional: bool
) -> PollOutcome:
    """The outcome of an HTTP answer. `document` is None for a 304, for an unchanged body and for an error status."""
    status = response.status
    if status != 304 and not 200 <= status < 300:
        kind, weight, words = _status(response)
        return PollOutcome(
            status=status,
            error=words,
            kind=kind,
            weight=weight,
            conditional=conditional,
            retry_at=retry_at(response),
            final_url=response.url,
        )
    titles = " ".join(entry.title for entry in document.entries[:30]) if document else ""
    written = script(titles) if feed.lang else ""
    seen = [*(entry.published for entry in document.entries), *document.known] if document else []
    dates = sorted(at for at in seen if at)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(dates)]
    return PollOutcome(
        status=status,
        conditional=conditional,
        final_url=response.url,
        permanent_url=_permanent(response),
        has_validators=status != 304 or bool(response.header("etag") or response.header("last-modified")),
        etag=response.header("etag"),
        last_modified=response.header("last-modified"),
        body_sha=body_sha(response.body) if status != 304 else "",
        hint=freshness(response),
        document_read=document is not None,
        new=new,
        entries=len(seen),
        memory=document.memory if document else "",
        newest=dates[-1] if dates else None,
        usual_gap=timedelta(seconds=statistics.median(gaps)) if gaps else timedelta(0),
        window=dates[-1] - dates[0] if len(dates) > 1 else timedelta(0),
        ttl=document.ttl if document else None,
        skip_hours=tuple(sorted(document.skip_hours)) if document else (),
        skip_days=tuple(sorted(document.skip_days)) if document else (),
        title=document.title if document else "",
        lang=document.lang if document else "",
        undated=bool(seen) and not dates,
        foreign=not fits(feed.lang, written) if written else None,
    )


def failed(error: ArmswatchError, *, conditional: bool, response: Response | None = None) -> PollOutcome:
    """The outcome of an error, with the answer it came from where there was one (a 200 that is no feed)."""
    kind, weight = _kind(error)
    return PollOutcome(
        status=response.status if response else 0,
        error=str(error)[:300],
        kind=kind,
        weight=weight,
        sent=error.sent if isinstance(error, FetchError) else True,
        conditional=conditional,
        retry_at=error.retry_at if isinstance(error, HostResting) else None,
        final_url=response.url if response else "",
    )


def freshness(response: Response) -> timedelta:
    """How long the answer says it stays fresh: Cache-Control max-age, else Expires against Date; nonsense is zero."""
    found = re.search(r"\bmax-age\s*=\s*\"?(\d{1,18})", response.header("cache-control").lower())
    if found:
        return min(timedelta(seconds=min(int(found[1]), 10**9)), _LONGEST)
    expires, date = parse_date(response.header("expires")), parse_date(response.header("date")) or response.fetched
    return max(min(expires - date, _LONGEST), timedelta(0)) if expires else timedelta(0)


def retry_at(response: Response) -> datetime | None:
    """When Retry-After says to come back, in seconds or as a date against the server's own Date; None if it says nothing."""
    value = response.header("retry-after").strip()
    if value.isdigit():
        return response.fetched + timedelta(seconds=min(int(value[:10]), _LONGEST.total_seconds()))
    try:
        named = parsedate_to_datetime(value)
        served = parsedate_to_datetime(response.header("date")) if response.header("date") else response.fetched
        return response.fetched + min(max(named - served, timedelta(0)), _LONGEST)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def challenged(response: Response) -> bool:
    """A wall that wants a browser, whatever its status (R-18)."""
    return response.header("cf-mitigated").lower() == "challenge" or (
        response.status in (403, 429, 503)
        and re.search(
            rb"challenge-platform|captcha|ddos-guard|qrator|_Incapsula_", response.body[:65536], re.IGNORECASE
        )
        is not None
    )


def _status(response: Response) -> tuple[str, float, str]:
    status = response.status
    if challenged(response):
        return "blocked", HARD, f"HTTP {status}: a challenge page that wants a browser"
    if status == 410:
        return "gone", HARD, "HTTP 410: gone"
    if status in (401, 402, 403, 451):
        return "blocked", HARD, f"HTTP {status}: refused to us"
    if status in (429, 503):
        return "busy", PASSING, f"HTTP {status}: asked to slow down" if status == 429 else f"HTTP {status}"
    if status == 404 or status >= 500:
        return "status", SOFT, f"HTTP {status}"
    return "status", HARD, f"HTTP {status}"


def _kind(error: ArmswatchError) -> tuple[str, float]:
    if isinstance(error, HostResting):
        return RESTING, 0.0
    if isinstance(error, FeedError | ExtractError):
        return ("html", SOFT) if error.reason == "html" else ("malformed", SOFT)
    if isinstance(error, WorkerError):
        return "worker", SOFT
    if isinstance(error, TooLarge):
        return "too-large", SOFT
    if isinstance(error, Refused):
        return "refused", HARD
    if isinstance(error, TimedOut):
        return "timeout", PASSING
    if isinstance(error, Unreachable):
        words = str(error)
        return ("dns", PASSING) if "name" in words else ("tls", HARD) if "TLS" in words else ("connect", PASSING)
    return "error", SOFT


def _permanent(response: Response) -> str:
    url = ""
    for status, target in response.redirects:
        if status not in _PERMANENT:
            break
        url = target
    return url
