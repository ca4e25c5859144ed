"""100,000 feeds on paper: the real pacing and sharding code against a simulated world, and what a row and a watchlist cost.

Nothing is sent and no clock is waited for; `docs/scale.md` quotes what this prints. Arguments of `simulate` are the
assumptions, printed with the result.
"""

from __future__ import annotations

import heapq
import json
import math
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import _feedserver
from bot.core import pacing
from bot.core.articles import extract
from bot.core.entries import parse as parse_feed
from bot.core.matches import Matcher
from bot.core.outcomes import PASSING, SOFT, PollOutcome
from bot.core.shards import bucket, rest
from bot.core.watchlists import Watchlist, load
from bot.model import Entry, Item
from bot.store import Store
from bot.store.feeds import NewEntry, PollResult
from tests.clusters import binaries, running

START = datetime(2026, 3, 2, tzinfo=UTC)
GAP = 2.0  # seconds between two requests to one host, as in [polling]
TICK = 5.0  # seconds between two looks for shards that are due, as in the cluster engine
TIMEOUT = 30.0  # seconds, as in [network]


@dataclass(frozen=True, slots=True)
class World:
    """What is assumed of the feeds: printed with every result."""

    feeds: int = 100_000
    hosts: int = 40_000
    latency: float = 0.3  # seconds, median; log-normal with sigma 0.7
    hanging: float = 0.005  # share of hosts that answer nothing until the timeout
    failing: float = 0.02  # share of feeds that fail at once
    validators: float = 0.75  # share of feeds that answer 304
    hours: float = 2.0  # median hours between two entries; log-normal with sigma 1.6
    entries: int = 30  # in a document


@dataclass(slots=True)
class Source:
    """One simulated feed."""

    state: pacing.FeedState
    host: int
    shard: int
    gap: float  # seconds between entries
    latency: float
    validators: bool
    failing: bool
    hanging: bool
    seen: float = 0.0  # until when its entries are known, seconds from the start


@dataclass(slots=True)
class Tally:
    """What happened after the warm-up."""

    lags: list[float] = field(default_factory=list)
    requests: int = 0
    unchanged: int = 0
    documents: int = 0
    new: int = 0
    jobs: int = 0
    busy: float = 0.0  # seconds of runs, over all workers
    early: int = 0


def simulate(
    world: World, *, shards: int, most: float, workers: int, jobs: int, connections: int, warm: float, hours: float
) -> Tally:
    """`hours` of polling after `warm` hours; `most` runs a second at most, `jobs` shards at once in each worker."""
    chance = random.Random(17)
    sources = list(_sources(world, shards, chance))
    due: list[list[tuple[float, int]]] = [[] for _ in range(shards)]
    for number, source in enumerate(sources):
        due[source.shard].append((0.0, number))
    for heap in due:
        heapq.heapify(heap)
    pause = rest(shards, most).total_seconds()
    free_from = [0.0] * shards  # when a shard may run again
    running = [False] * shards
    queue: list[int] = []
    slots = workers * jobs
    events: list[tuple[float, int, int]] = [(0.0, 0, -1)]  # (time, order, shard that ends | -1 for a tick)
    tally, end, begin = Tally(), (warm + hours) * 3600, warm * 3600
    order = 0
    hosts: dict[int, float] = {}  # when a host was last asked
    while events:
        now, _, ended = heapq.heappop(events)
        if now >= end:
            break
        if ended >= 0:
            running[ended] = False
            slots += 1
        else:
            waiting = set(queue)
            queue += [
                n for n in range(shards)
                if due[n] and due[n][0][0] <= now and not running[n] and free_from[n] <= now and n not in waiting
            ]  # fmt: skip
            order += 1
            heapq.heappush(events, (now + TICK, order, -1))
        while queue and slots:
            shard = queue.pop(0)
            slots -= 1
            running[shard] = True
            took = _run(shard, now, due, sources, connections // jobs, hosts, tally if now >= begin else None, chance)
            free_from[shard] = now + max(took, pause)
            if now >= begin:
                tally.jobs += 1
                tally.busy += took
            order += 1
            heapq.heappush(events, (now + took, order, shard))
    return tally


def _run(
    shard: int,
    now: float,
    due: list[list[tuple[float, int]]],
    sources: list[Source],
    connections: int,
    hosts: dict[int, float],
    tally: Tally | None,
    chance: random.Random,
) -> float:
    """Ask everything that is due in one shard, as many hosts at once as there are connections; how long it took, seconds."""
    mine: list[tuple[float, int]] = []
    while due[shard] and due[shard][0][0] <= now:
        mine.append(heapq.heappop(due[shard]))
    lines = [now] * max(1, connections)
    for at, number in mine:
        source = sources[number]
        begun = max(heapq.heappop(lines), hosts.get(source.host, -math.inf) + GAP)
        took = TIMEOUT if source.hanging else source.latency
        heapq.heappush(lines, begun + took)
        hosts[source.host] = begun
        outcome = _asked(source, begun + took, chance)
        moment = START + timedelta(seconds=begun + took)
        before = source.state.early
        source.state = pacing.after(source.state, outcome, moment)
        assert source.state.next_check is not None
        heapq.heappush(due[shard], ((source.state.next_check - START).total_seconds(), number))
        if tally is not None:
            tally.lags.append(begun - at)
            tally.requests += 1
            tally.unchanged += outcome.status == 304
            tally.documents += outcome.document_read
            tally.new += outcome.new
            tally.early += source.state.early - before
    return max(lines) - now


def _asked(source: Source, now: float, chance: random.Random) -> PollOutcome:
    """What a poll of a simulated feed brings."""
    if source.hanging:
        return PollOutcome(error="timed out", kind="timeout", weight=PASSING)
    if source.failing:
        return PollOutcome(error="HTTP 503", kind="status", status=503, weight=SOFT)
    new = min(30, _poisson((now - source.seen) / source.gap, chance))
    source.seen = now
    first = source.state.requests == 0
    conditional = bool(pacing.conditional_headers(source.state, START + timedelta(seconds=now)))
    if not new and not first and source.validators:
        return PollOutcome(status=304, conditional=conditional, has_validators=True, etag='"x"')
    return PollOutcome(
        status=200,
        conditional=conditional,
        has_validators=True,
        etag='"x"' if source.validators else "",
        document_read=bool(new) or first,
        new=0 if first else new,
        entries=30,
        usual_gap=timedelta(seconds=source.gap),
        window=timedelta(seconds=30 * source.gap),
    )


def _sources(world: World, shards: int, chance: random.Random) -> Iterator[Source]:
    hanging = {host for host in range(world.hosts) if chance.random() < world.hanging}
    for number in range(world.feeds):
        # A few hosts have hundreds of feeds, most have one.
        host = int(world.hosts * chance.random() ** 2)
        url = f"https://site{host}.example/feed{number}.xml"
        yield Source(
            state=pacing.FeedState(url=url, jitter=chance.random(), next_check=START),
            host=host,
            shard=bucket(f"site{host}.example") % shards,
            gap=min(max(chance.lognormvariate(math.log(world.hours * 3600), 1.6), 120), 90 * 86400),
            latency=chance.lognormvariate(math.log(world.latency), 0.7),
            validators=chance.random() < world.validators,
            failing=chance.random() < world.failing,
            hanging=host in hanging,
        )


def _poisson(mean: float, chance: random.Random) -> int:
    if mean > 30:
        return 30
    bound, product, count = math.exp(-mean), chance.random(), 0
    while product > bound:
        product *= chance.random()
        count += 1
    return count


def show(tally: Tally, hours: float, *, workers: int, jobs: int) -> str:
    """One line of the table."""
    seconds = hours * 3600
    lags = sorted(tally.lags)
    at = [lags[min(len(lags) - 1, int(len(lags) * q))] for q in (0.5, 0.99, 0.999)]
    return (
        f"{tally.requests / seconds:7.1f} {tally.unchanged / tally.requests:6.0%} {tally.new / seconds:7.2f} "
        f"{tally.jobs / seconds:7.2f} {at[0]:8.1f} {at[1]:8.1f} {at[2]:8.1f} {lags[-1]:8.1f} "
        f"{tally.busy / (seconds * workers * jobs):6.0%} {tally.early:6d}"
    )


def sizes(entries: int = 20_000, feeds: int = 400) -> float:
    """What a feed and an entry take in the database, on each backend that is here: bytes, indices included. Those of an entry."""
    print(
        f"   {'backend':<12} {'bytes a feed':>13} {'bytes an entry':>15}   ({feeds} feeds, {entries} entries without pages)"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "watch.db"
        with Store.opened(path) as store:
            empty = _file_bytes(store, path)
            _fill_feeds(store, feeds)
            with_feeds = _file_bytes(store, path)
            _fill_entries(store, entries, feeds)
            full = _file_bytes(store, path)
        an_entry = (full - with_feeds) / entries
        print(f"   {'SQLite':<12} {(with_feeds - empty) / feeds:13.0f} {an_entry:15.0f}")
    if binaries() is None:
        print("   PostgreSQL   not installed here (Debian: apt install postgresql)")
        return an_entry
    with running() as cluster, cluster.database() as server, Store.opened(server) as store:
        empty = _server_bytes(store)
        _fill_feeds(store, feeds)
        with_feeds = _server_bytes(store)
        _fill_entries(store, entries, feeds)
        full = _server_bytes(store)
        an_entry = (full - with_feeds) / entries
        print(f"   {'PostgreSQL':<12} {(with_feeds - empty) / feeds:13.0f} {an_entry:15.0f}")
    return an_entry


def _fill_feeds(store: Store, feeds: int) -> None:
    rows = []
    for n in range(feeds):
        url = f"https://site{n}.example/feed.xml"
        polled = pacing.after(
            pacing.FeedState(url=url),
            PollOutcome(
                status=200, has_validators=True, etag=f'"{n:032x}"', last_modified="Mon, 02 Mar 2026 00:00:00 GMT",
                document_read=True, entries=30, usual_gap=timedelta(hours=2), window=timedelta(hours=60), title=f"Site {n}",
                memory="x" * 700,
            ),
            START,
        )  # fmt: skip
        rows.append((url, pacing.to_json(polled), START))
    store.feeds.ensure(rows)


def _fill_entries(store: Store, entries: int, feeds: int) -> None:
    chance = random.Random(3)
    for first in range(0, entries, 1000):
        found = []
        for n in range(first, min(first + 1000, entries)):
            url = f"https://site{n % feeds}.example/2026/03/{n}-a-headline-in-the-address-of-the-page"
            words = " ".join(chance.choice(_WORDS) for _ in range(60))
            entry = Entry(
                id=f"{n:032x}", feed=f"https://site{n % feeds}.example/feed.xml", url=url, guid=url,
                title=words[:80], summary=words, published=START,
            )  # fmt: skip
            found.append(
                NewEntry(
                    entry=entry, alias=f"{n:032x}", canonical_url=url, host=f"site{n % feeds}.example", policy="live", state="done"
                )
            )  # fmt: skip
        result = PollResult(url="", state="{}", next_check=START, status="200", entries=tuple(found))
        store.feeds.poll_done(result, START)


def _file_bytes(store: Store, path: Path) -> int:
    store.connection.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.stat().st_size


def _server_bytes(store: Store) -> int:
    return int(store.connection.value("SELECT pg_database_size(current_database()) AS size"))


def watchlists() -> float:
    """What judging an article costs with many watchlists of ten terms each, from the words of the articles. Seconds with most."""
    chance = random.Random(5)
    texts = [" ".join(chance.choice(_WORDS) for _ in range(400)) for _ in range(200)]
    items = [Item(id=str(n), title=text[:80], text=text) for n, text in enumerate(texts)]
    print(
        f"   {'watchlists':>12} {'articles/s':>11} {'ms each':>8}   (400 words, one core; about 2 in 100 lists have both words)"
    )
    for count in (1, 10, 100, 1000):
        matcher = Matcher([_watchlist(n) for n in range(count)])
        started = time.process_time()
        for item in items:
            matcher.verdicts(item)
        took = (time.process_time() - started) / len(items)
        print(f"   {count:12d} {1 / took:11.0f} {took * 1000:8.2f}")
    return took


def reading(rounds: int = 40) -> tuple[float, float]:
    """CPU seconds of reading a whole feed document of 30 items, and of one page, in this process."""
    world = _feedserver.World(1, 1)
    body = world.answer("/feed/0", "").partition(b"\r\n\r\n")[2]
    started = time.process_time()
    for _ in range(rounds):
        parse_feed(body, url="https://site.example/feed", headers=(), now=START)
    feed = (time.process_time() - started) / rounds
    pages = [_feedserver.page(0, n) for n in range(rounds)]
    started = time.process_time()
    for page in pages:
        extract(page, url="https://site.example/page", headers=(), now=START)
    article = (time.process_time() - started) / rounds
    print(f"   a feed document of 30 items {feed * 1000:.1f} ms, a page {article * 1000:.1f} ms of one core")
    return feed, article


def paper(tally: Tally, hours: float, an_entry: float, judging: float, feed: float, page: float) -> None:
    """What a simulated world asks for, in a day and in cores."""
    seconds = hours * 3600
    entries = tally.new / seconds
    cores = {
        "feeds read": tally.documents / seconds * feed,
        "pages read": entries * page,
        "judged against 1,000 watchlists": entries * judging,
    }
    print(
        f"   {tally.requests / seconds * 86400 / 1e6:.1f} million requests for feeds a day, {entries * 86400 / 1e6:.1f} million entries"
    )
    print(
        f"   rows of entries {entries * 86400 * an_entry / 1e9:.1f} GB a day; 90 days of them {entries * 90 * 86400 / 1e6:.0f} million rows"
    )
    print(
        "   cores: "
        + ", ".join(f"{what} {used:.2f}" for what, used in cores.items())
        + f"; together {sum(cores.values()):.1f}"
    )


def _watchlist(number: int) -> Watchlist:
    chance = random.Random(number)
    # One term in forty is a word of the texts: about 2 lists in 100 find both their parties in an article.
    one, two = (
        [chance.choice(_WORDS) + (chance.choice(_ENDS) if chance.random() > 1 / 40 else "") for _ in range(5)]
        for _ in range(2)
    )
    raw = (
        f'schema = 1\ntitle = "Subject {number}"\n[parties.one]\nlabel = "One"\n[parties.two]\nlabel = "Two"\n'
        f'[concepts.one]\nlabel = "One"\nparty = "one"\n[concepts.one.terms]\nen = {json.dumps(one)}\n'
        f'[concepts.two]\nlabel = "Two"\nparty = "two"\n[concepts.two.terms]\nen = {json.dumps(two)}\n'
        '[[rules]]\nname = "both"\nall = ["one", "two"]\nwithin = "sentence"\npoints = 12\n'
        "[scoring]\nmatch = 10\nborderline = 5\n"
    )
    return load(raw.encode(), file=f"subject-{number}.toml")


_ENDS = ("ania", "burg", "stan", "ville", "ford", "ow", "mark", "heim", "pol")
_WORDS = [
    "harbour",
    "council",
    "rail",
    "budget",
    "strike",
    "grain",
    "price",
    "court",
    "minister",
    "vote",
    "storm",
    "bridge",
    "tariff",
    "wheat",
    "ferry",
    "museum",
    "border",
    "summit",
    "pipeline",
    "orchard",
    "league",
    "hospital",
    "reform",
    "satellite",
    "tunnel",
    "reactor",
    "drought",
    "airport",
    "lottery",
    "archive",
    "festival",
    "engine",
    "treaty",
    "witness",
    "cargo",
    "province",
    "signal",
    "ballot",
    "copper",
    "fishery",
    "glacier",
    "parliament",
    "railway",
    "vineyard",
    "census",
    "quarry",
    "turbine",
    "verdict",
    "canal",
    "refinery",
    "embassy",
    "strait",
    "monsoon",
    "lighthouse",
    "cathedral",
    "brewery",
    "observatory",
    "plateau",
    "dividend",
    "orchestra",
]


def main(feeds: int = 100_000) -> None:
    """The tables."""
    an_entry, judging, (feed, page) = sizes(), watchlists(), reading()
    world = World(feeds=feeds, hosts=feeds * 2 // 5)
    last: Tally | None = None
    print(f"   {world}")
    print(
        "   shards  runs/s  workers │ polls/s   304   new/s  jobs/s  lag p50      p99    p99.9      max   busy  early"
    )
    for shards, most, workers in ((64, 1.8, 3), (64, 1.8, 8), (1024, 1.8, 3), (1024, 30.0, 3)):
        started = time.process_time()
        tally = simulate(world, shards=shards, most=most, workers=workers, jobs=2, connections=16, warm=6, hours=6)
        print(
            f"   {shards:6d}  {most:6.1f}  {workers:7d} │ {show(tally, 6, workers=workers, jobs=2)}"
            f"   ({time.process_time() - started:.0f} s CPU)"
        )
        sys.stdout.flush()
        last = tally if last is None else last
    assert last is not None
    paper(last, 6, an_entry, judging, feed, page)


if __name__ == "__main__":
    main()
