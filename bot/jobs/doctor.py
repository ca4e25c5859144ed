"""What is wrong with the watch and how to mend it: every check is a value, so that a table, JSON and an exit code agree."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from statistics import median
from typing import Final, Literal
from urllib.parse import urlsplit

from bot.core import pacing
from bot.errors import ArmswatchError, FeedError, FetchError, NewerDatabase, Refused, StoreError, WorkerError
from bot.jobs import sanctions
from bot.model import Feed, Request
from bot.places import Server
from bot.ports import Clock, Fetch, Map, Parse
from bot.store import Store
from bot.store.backup import verify
from bot.store.copies import copies
from bot.store.feeds import FeedStatus

State = Literal["ok", "warn", "bad", "skip"]
_WORST: Final[tuple[State, ...]] = ("bad", "warn", "skip", "ok")

SKEW_WARN: Final = timedelta(minutes=2)
SKEW_BAD: Final = timedelta(minutes=15)
"""A clock that is off by this much puts items into the wrong digest."""

DISK_WARN: Final = 1_000_000_000
DISK_BAD: Final = 100_000_000
"""Free bytes; a copy of the database needs its own size on top."""

WAL_MENDED: Final = (3, 51, 3)
"""The SQLite from which on a write beside a reset of the WAL damages nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at: what, its state, what was found, how to mend it."""

    what: str
    subject: str
    state: State
    found: str
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What asking one feed brought: its check, a page to ask robots.txt about, and how far our clock is from the server's."""

    check: Check
    page: str = ""
    skew: timedelta | None = None
    reached: bool | None = None  # whether its server answered; None: it was not asked


def worst(checks: Sequence[Check]) -> State:
    """The worst state of all."""
    return min((check.state for check in checks), key=_WORST.index, default="ok")


# ── feeds ─────────────────────────────────────────────────────────────────────────────────────────────────────


def ask_feeds(
    feeds: Sequence[Feed], statuses: Mapping[str, FeedStatus], *, fetch: Fetch, parse: Parse, map_: Map, clock: Clock, floor: timedelta,
    environ: Mapping[str, str],
) -> list[Asked]:  # fmt: skip
    """One polite request to every feed, in the order of the configuration; one that was polled within `floor` is not asked again."""

    def ask(feed: Feed) -> tuple[str, Asked]:
        return feed.url, _ask(feed, statuses.get(feed.url), fetch, parse, clock, floor, environ)

    answers = dict(map_(ask, feeds))
    return [answers[feed.url] for feed in feeds]


def _ask(
    feed: Feed, known: FeedStatus | None, fetch: Fetch, parse: Parse, clock: Clock, floor: timedelta, environ: Mapping[str, str]
) -> Asked:  # fmt: skip
    name, state = f"feed {feed.name}", pacing.from_json(known.state) if known else None
    if feed.auth_env and not environ.get(feed.auth_env):
        mend = f"set the environment variable {feed.auth_env}"
        return Asked(
            check=Check(what=name, subject=feed.url, state="bad", found="it needs a login that is not set", mend=mend)
        )
    if known and known.last_polled and clock() - known.last_polled < floor and not known.error:
        found = f"answered {_span(clock() - known.last_polled)} ago, so it is not asked again"
        return Asked(check=Check(what=name, subject=feed.url, state="ok", found=found))
    secret = environ.get(feed.auth_env, "") if feed.auth_env else ""
    request = Request(
        url=state.address if state else feed.url,
        headers=(("Authorization", secret),) if secret else (),
        user_agent=feed.user_agent,
        purpose="feed",
    )
    try:
        response = fetch(request)
    except FetchError as error:
        mend = "try it in a browser; if it is gone, `armswatch feeds remove`"
        if isinstance(error, Refused):
            mend = "allow it under [network] allow, or remove the feed"
        if "ARMSWATCH_NETWORK" in str(error):
            mend = "`unset ARMSWATCH_NETWORK` lets the watch reach the web"
        check = Check(what=name, subject=feed.url, state="bad", found=str(error), mend=mend)
        return Asked(check=check, reached=None if isinstance(error, Refused) else False)
    skew = _skew(response.header("date"), response.fetched)
    if response.status != 200:
        mend = "the publisher refuses us here: a contact in [polling] helps, a proxy may" if response.status in {401, 403, 429, 451} else "look for its new address"  # fmt: skip
        check = Check(what=name, subject=feed.url, state="bad", found=f"HTTP {response.status}", mend=mend)
        return Asked(check=check, skew=skew, reached=True)
    try:
        document = parse.feed(response.body, url=response.url, headers=response.headers, now=clock())
    except (FeedError, WorkerError) as error:
        mend = "the address answers, but with no feed: look for its new address"
        return Asked(
            check=Check(what=name, subject=feed.url, state="bad", found=str(error), mend=mend), skew=skew, reached=True
        )
    page = next((entry.url for entry in document.entries if entry.url), "")
    if not document.entries:
        check = Check(
            what=name, subject=feed.url, state="warn", found="a feed without entries", mend="look at it in a browser"
        )
    elif response.redirects and {status for status, _ in response.redirects} <= {301, 308}:
        check = Check(
            what=name, subject=feed.url, state="warn", found=f"moved for good; {len(document.entries)} entries",
            mend=f'write url = "{response.url}" in the configuration',
        )  # fmt: skip
    else:
        check = Check(
            what=name, subject=feed.url, state="ok", found=f"{len(document.entries)} entries, {document.version}"
        )
    return Asked(check=check, page=page if feed.pages else "", skew=skew, reached=True)


def network_check(asked: Sequence[Asked]) -> list[Check]:
    """One line where not one of several servers could be reached: then it is not the feeds."""
    tried = [answer.reached for answer in asked if answer.reached is not None]
    if len(tried) < 3 or any(tried):
        return []
    mend = "is this machine online? behind a firewall, write its proxy into [network] proxy"
    return [
        Check(
            what="network", subject="", state="bad", found=f"none of {len(tried)} servers could be reached", mend=mend
        )
    ]


def robots(feeds: Sequence[Feed], asked: Sequence[Asked], allowed: Callable[[str, str], None]) -> list[Check]:
    """Whether each host lets us read its article pages; one robots.txt a host. `allowed` raises Refused where it does not."""
    found: dict[str, Check] = {}
    for feed, answer in zip(feeds, asked, strict=True):
        host = urlsplit(answer.page).netloc
        if not host or host in found:
            continue
        try:
            allowed(answer.page, feed.user_agent)
        except ArmswatchError as error:
            mend = f'set pages = false on feed "{feed.name}": it is then matched on its own text'
            found[host] = Check(what="robots.txt", subject=host, state="warn", found=str(error), mend=mend)
        else:
            found[host] = Check(what="robots.txt", subject=host, state="ok", found="pages may be read")
    return list(found.values())


def clock_check(asked: Sequence[Asked]) -> Check:
    """Our clock against those of the publishers' servers: the median, so that one wrong server says nothing."""
    skews = [answer.skew.total_seconds() for answer in asked if answer.skew is not None]
    if len(skews) < 3:
        return Check(what="clock", subject="UTC", state="skip", found="too few servers answered to compare it with")
    off = timedelta(seconds=abs(median(skews)))
    state: State = "bad" if off > SKEW_BAD else "warn" if off > SKEW_WARN else "ok"
    found = f"{off.total_seconds():.0f} s away from {len(skews)} servers"
    return Check(what="clock", subject="UTC", state=state, found=found, mend="" if state == "ok" else "switch NTP on (timedatectl)")  # fmt: skip


def _skew(date: str, now: datetime) -> timedelta | None:
    try:
        return now - parsedate_to_datetime(date) if date else None
    except (ValueError, TypeError):
        return None


# ── this machine ──────────────────────────────────────────────────────────────────────────────────────────────


def disk(database: Path) -> Check:
    """Room for the database, its log and one copy."""
    folder = next(parent for parent in database.absolute().parents if parent.exists())
    free = shutil.disk_usage(folder).free
    size = database.stat().st_size if database.exists() else 0
    state: State = "bad" if free < max(DISK_BAD, size) else "warn" if free < max(DISK_WARN, 3 * size) else "ok"
    mend = "" if state == "ok" else "free some space, `armswatch prune`, or move `database` to another disk"
    return Check(what="disk", subject=str(folder), state=state, found=f"{free / 1e9:.1f} GB free, database {size / 1e6:.0f} MB", mend=mend)  # fmt: skip


def database(path: Path | Server) -> list[Check]:
    """Version, integrity and the chain of evidence of what is stored."""
    subject = str(path)
    if isinstance(path, Path) and not path.exists():
        found = "there is none yet"
        return [Check(what="database", subject=subject, state="warn", found=found, mend="`armswatch poll` makes it")]
    try:
        if isinstance(path, Path):
            verify(path)
        with Store.opened(path, readonly=True) as store:
            unbroken = store.evidence.chain_holds()
            articles, version = sum(store.articles.count().values()), store.connection.version()
    except NewerDatabase as error:
        return [Check(what="database", subject=subject, state="bad", found=str(error), mend="install that version")]
    except StoreError as error:
        older = "brings it up to date" in str(error)
        mend = (
            "`armswatch backup --list`, then `armswatch restore COPY`"
            if isinstance(path, Path)
            else "see docs/operations.md"
        )
        mend = "`armswatch poll` or `run`" if older else mend
        return [Check(what="database", subject=subject, state="warn" if older else "bad", found=str(error), mend=mend)]
    found = f"{'whole' if isinstance(path, Path) else 'it answers'}, {articles} articles, {version}"
    checks = [Check(what="database", subject=subject, state="ok", found=found)]
    kept = "every record is as it was received"
    broken = "a kept record was changed or is gone"
    mend = (
        ""
        if unbroken
        else "keep this file as it is and ask who wrote to it; earlier copies are in `armswatch backup --list`"
    )
    checks.append(
        Check(
            what="evidence",
            subject="hash log",
            state="ok" if unbroken else "bad",
            found=kept if unbroken else broken,
            mend=mend,
        )
    )
    return [*checks, *sqlite_check(version)]


def sqlite_check(version: str) -> list[Check]:
    """A warning about a SQLite whose WAL two writers can damage, such as "SQLite 3.40.1"; nothing for any other database (R-61)."""
    name, _, number = version.partition(" ")
    parts = tuple(int(part) for part in number.split(".") if part.isdigit())
    if name != "SQLite" or not parts or parts >= WAL_MENDED:
        return []
    found = "two writers at once can damage the file, in rare cases; armswatch's own stand in one line"
    mend = f"let no other program write to the database, or install SQLite {'.'.join(map(str, WAL_MENDED))}"
    return [Check(what="database", subject=version, state="warn", found=found, mend=mend)]


def copies_check(folder: Path, database_: Path | Server, now: datetime, every: timedelta) -> Check:
    """Whether the newest copy of the database is fresh."""
    if isinstance(database_, Server):
        found = "the server's own means make copies: pg_dump, or `armswatch store copy` to a file"
        return Check(what="backup", subject=str(database_), state="skip", found=found)
    kept = copies(folder, database_.stem)
    if not database_.exists():
        return Check(what="backup", subject=str(folder), state="skip", found="nothing to copy yet")
    if not kept:
        return Check(what="backup", subject=str(folder), state="warn", found="no copy yet", mend="`armswatch backup`")
    age = now - kept[0].at
    late = age > 2 * every + timedelta(hours=2)
    found = f"the newest copy is {_span(age)} old, {len(kept)} kept"
    mend = "`armswatch backup`; the daemon makes one a day while it runs" if late else ""
    return Check(what="backup", subject=str(folder), state="warn" if late else "ok", found=found, mend=mend)


def lists_check(path: Path | Server, now: datetime, names: Sequence[str], every: timedelta) -> Check:
    """When the sanctions lists were looked at last, and whether they could be read."""
    subject = ", ".join(names)
    if not names:
        found = 'none is looked at; lists = ["ofac", "un", …] under [sanctions] makes the daemon do it'
        return Check(what="sanctions lists", subject="", state="skip", found=found)
    try:
        with Store.opened(path, readonly=True) as store:
            last = next((beat for beat in store.runs.beats() if beat.job == sanctions.JOB), None)
    except StoreError:
        last = None
    if last is None:
        found = "not looked at yet: the daemon does it ten minutes after its start"
        return Check(what="sanctions lists", subject=subject, state="skip", found=found)
    failed, late = last.note.startswith(sanctions.FAILED), now - last.at > 2 * every + timedelta(hours=2)
    mend = "`armswatch backfill sanctions` says more; a copy of a list goes into [sanctions] urls" if failed else ""
    mend = mend or ("the daemon looks while it runs" if late else "")
    found = f"{last.note} ({_span(now - last.at)} ago)"
    return Check(what="sanctions lists", subject=subject, state="warn" if mend else "ok", found=found, mend=mend)


def heartbeat(path: Path | Server, now: datetime, max_age: timedelta, pid: int | None) -> Check:
    """When the last round ended, and whether a daemon runs."""
    alive = f"daemon runs (pid {pid})" if pid else "no daemon runs"
    try:
        with Store.opened(path, readonly=True) as store:
            last = next((beat for beat in store.runs.beats() if beat.job == "poll"), None)
    except StoreError:
        if isinstance(path, Server) or path.exists():
            return Check(
                what="heartbeat", subject="poll", state="skip", found=f"the database says nothing now; {alive}"
            )
        last = None
    if last is None:
        return Check(what="heartbeat", subject="poll", state="bad" if pid else "warn", found=f"no round yet; {alive}", mend="`armswatch poll`, or `armswatch run`")  # fmt: skip
    age = now - last.at
    stale = age > max_age
    mend = "look at its log, then start `armswatch run` again" if stale else ""
    return Check(what="heartbeat", subject="poll", state="bad" if stale else "ok", found=f"last round {_span(age)} ago; {alive}", mend=mend)  # fmt: skip


def outbox(path: Path | Server, now: datetime) -> Check:
    """Deliveries that are parked, or owed for longer than a day."""
    try:
        with Store.opened(path, readonly=True) as store:
            listed = store.outbox.listing(("owed", "sending", "parked"))
    except StoreError:
        return Check(what="outbox", subject="deliveries", state="skip", found="there is no database that could be read")
    parked = [one for one in listed if one.delivery.state == "parked"]
    late = [
        one
        for one in listed
        if one.created and one.delivery.state != "parked" and now - one.created > timedelta(days=1)
    ]
    if parked:
        found = f"{len(parked)} parked: {parked[0].delivery.error[:120]}"
        return Check(what="outbox", subject="deliveries", state="bad", found=found, mend="mend the cause, then `armswatch outbox retry KEY`")  # fmt: skip
    if late:
        found = f"{len(late)} owed for more than a day: {late[0].delivery.error[:120] or 'never tried'}"
        return Check(what="outbox", subject="deliveries", state="bad", found=found, mend="`armswatch run`, or `armswatch digest --send`")  # fmt: skip
    return Check(what="outbox", subject="deliveries", state="ok", found="nothing is parked or late")


def _span(age: timedelta) -> str:
    minutes = max(int(age.total_seconds() // 60), 0)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 60 * 48 else f"{minutes // 1440} days"
