"""The wiring: settings in, ready jobs out; the only composition root.

Whoever asks what is joined to what reads it here; everything heavy is imported here or later.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from typing import Self

from bot.channels import Channels
from bot.core.lexicon import Lexicon
from bot.core.matches import Matcher
from bot.core.pacing import Limits
from bot.core.publishers import Publishers
from bot.core.shards import WHOLE, Shard
from bot.core.watchlists import Watchlist, words
from bot.engine.threads import Threads
from bot.jobs.alert import Alerter
from bot.jobs.behind import behind
from bot.jobs.beside import lexicon_beside, publishers_beside
from bot.jobs.coverage import coverage, watch_feeds
from bot.jobs.deliver import Deliverer
from bot.jobs.digest import Digester
from bot.jobs.judge import Judge
from bot.jobs.memory import remember
from bot.jobs.poll import Poller
from bot.jobs.read import Reader
from bot.jobs.recount import Recounter
from bot.jobs.reload import take_up, written
from bot.jobs.rematch import Rematcher
from bot.jobs.resign import Resigner
from bot.jobs.revisit import Revisiter
from bot.jobs.rounds import sentence
from bot.jobs.warn import Warner
from bot.model import Coverage, RoundReport
from bot.ports import Clock, Fetch, Mark, Parse, no_mark
from bot.settings import Settings
from bot.store import Store
from bot.store.rows import dump


def utc_now() -> datetime:
    """The Clock port of the real world."""
    return datetime.now(UTC)


class App:
    """One watch, wired. Tests and the demo hand in their own clock, network, workers or crash marks."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock = utc_now,
        fetch: Fetch | None = None,
        parse: Parse | None = None,
        channels: Channels | None = None,
        mark: Mark = no_mark,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self.settings = settings
        self.clock, self.mark, self.stopping = clock, mark, stopping
        self.store = Store(settings.store)
        self._fetch, self._parse = fetch, parse
        self.channels = channels or Channels(settings, clock)
        self.watchlists: tuple[Watchlist, ...] = settings.watchlists
        self._times = written(settings.watchlist_files)
        self.wake: Callable[[], None] = lambda: None

    # ── the world's side ──────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def fetch(self) -> Fetch:
        """The network, polite and bounded."""
        if self._fetch is not None:
            return self._fetch
        from bot.web.client import Client, ClientOptions

        table = self.settings.table
        return Client(
            ClientOptions(
                user_agent=self.settings.user_agent,
                allow=frozenset(table.network.allow),
                loopback_only=self.settings.loopback_only,
                proxy=table.network.proxy,
                gap=table.polling.host_gap,
                loopback_at_once=table.network.loopback_at_once,
                robots=table.polling.robots,
                beside=self.settings.database.with_name(f"{self.settings.database.name}.hosts"),
            ),
            self.clock,
            resting=self.store.hosts.resting(self.clock()),
            rested=self.store.hosts.rest,
            robots=self.store.hosts,
        )

    @cached_property
    def workers(self) -> Parse:
        """The killable processes that read foreign bytes."""
        if self._parse is not None:
            return self._parse
        from bot.workers import Workers

        table = self.settings.table.workers
        pages = any(feed.pages for feed in self.settings.feeds)
        return Workers(table.count, deadline=table.deadline, memory_limit=table.memory, pages=pages)

    @cached_property
    def map(self) -> Threads:
        """As many hosts at once as configured."""
        return Threads(self.settings.table.polling.concurrency)

    # ── what articles are read with; a digest and its delivery do without ───────────────────────────────────────

    @cached_property
    def matcher(self) -> Matcher:
        """The watchlists, compiled."""
        return Matcher(self.watchlists)

    @cached_property
    def lexicon(self) -> Lexicon | None:
        """The words of claims beside the first watchlist, or None."""
        return lexicon_beside(self.settings.watchlist_files[0]) if self.settings.watchlist_files else None

    # ── the jobs ──────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def judge(self) -> Judge:
        """Judges with the watchlists as they are now."""
        alerter = Alerter(
            store=self.store,
            subscriptions=self.channels.subscriptions,
            render=self.channels.alert(self.labels),
            clock=self.clock,
            publishers=self.publishers,
        )
        return Judge(
            store=self.store,
            matcher=self.matcher,
            lexicon=self.lexicon,
            publishers=self.publishers,
            promises=alerter,
        )

    @property
    def poller(self) -> Poller:
        """Polls the feeds that are due."""
        polling = self.settings.table.polling
        return Poller(
            store=self.store,
            feeds=self.settings.feeds,
            fetch=self.fetch,
            parse=self.workers,
            gate=self.matcher.gate,
            clock=self.clock,
            map=self.map,
            limits=Limits(floor=polling.floor, ceiling=polling.ceiling),
            trusted=frozenset(self.settings.table.network.allow),
            mark=self.mark,
            stopping=self.stopping,
        )

    @property
    def reader(self) -> Reader:
        """Reads the entries that wait."""
        return Reader(
            store=self.store,
            fetch=self.fetch,
            parse=self.workers,
            judge=self.judge,
            clock=self.clock,
            map=self.map,
            feeds={feed.url: feed for feed in self.settings.feeds},
            page_budget=self.settings.table.polling.page_budget,
            extractor=f"trafilatura {version('trafilatura')}",
            wake=self.wake,
            mark=self.mark,
            stopping=self.stopping,
        )

    @property
    def digester(self) -> Digester:
        """Makes the digests that are due."""
        return Digester(
            store=self.store,
            subscriptions=self.channels.subscriptions,
            render=self.channels.renderers,
            coverage=self.coverage,
            labels=self.labels,
            clock=self.clock,
            publishers=self.publishers,
            wake=self.wake,
            mark=self.mark,
        )

    @property
    def deliverer(self) -> Deliverer:
        """Sends what is owed."""
        return Deliverer(
            store=self.store,
            senders=self.channels.senders,
            reconcilers=self.channels.reconcilers,
            clock=self.clock,
            mark=self.mark,
        )

    @property
    def warner(self) -> Warner:
        """Tells of what readers would not see."""
        return Warner(
            store=self.store,
            subscriptions=self.channels.subscriptions,
            render=self.channels.notice,
            coverage=self.coverage,
            clock=self.clock,
        )

    @property
    def recounter(self) -> Recounter:
        """Counts carriers anew in what Slack shows."""
        return Recounter(
            store=self.store,
            carriers=lambda story: len(behind(self.store, story, self.publishers).first),
            update=self.channels.edit,
            clock=self.clock,
        )

    @property
    def revisiter(self) -> Revisiter:
        """Looks again at what was shown."""
        return Revisiter(
            store=self.store,
            fetch=self.fetch,
            parse=self.workers,
            judge=self.judge,
            clock=self.clock,
            feeds={feed.url: feed for feed in self.settings.feeds},
            page_budget=self.settings.table.polling.page_budget,
            stopping=self.stopping,
        )

    @property
    def resigner(self) -> Resigner:
        """Signs stored articles again after the algorithms of stories changed."""
        return Resigner(store=self.store, lexicon=self.lexicon, stopping=self.stopping)

    @property
    def rematcher(self) -> Rematcher:
        """Matches stored text again after a watchlist changed."""
        return Rematcher(store=self.store, judge=self.judge, clock=self.clock)

    @cached_property
    def publishers(self) -> Publishers:
        """Who owns whom, and how agencies sign."""
        return publishers_beside(self.settings.watchlist_files)

    @cached_property
    def labels(self) -> dict[str, str]:
        """The English words of all watchlists."""
        return words(self.watchlists)

    # ── one round ─────────────────────────────────────────────────────────────────────────────────────────────

    def round(self) -> RoundReport:
        """Poll what is due, read what waits; commits as it goes and reports at the end."""
        self.remember()
        report = self.part(WHOLE, self.stopping)
        self.resigner.run()
        self.note(report)
        return report

    def part(self, shard: Shard, stopping: Callable[[], bool]) -> RoundReport:
        """Poll what is due of a shard, read what waits of it, look again at what was shown of it."""
        started = self.clock()
        polled = replace(self.poller, shard=shard, stopping=stopping).poll()
        read = replace(self.reader, shard=shard, stopping=stopping).work_off()
        replace(self.revisiter, shard=shard, stopping=stopping).run()
        return replace(
            polled,
            started=started,
            ended=self.clock(),
            pages_fetched=read.pages_fetched,
            pages_failed=read.pages_failed,
            articles=read.articles,
            duplicates=read.duplicates,
            matches=read.matches,
            borderline=read.borderline,
        )

    def remember(self) -> None:
        """Known claims that ship beside the watchlists are in the ledger."""
        for path in self.settings.watchlist_files:
            remember(self.store, path, self.clock())

    def note(self, report: RoundReport) -> None:
        """What a round leaves behind for those who watch the watch: notices on feeds, a heartbeat."""
        self.watch()
        self.store.runs.beat("poll", self.clock(), note=sentence(report), report=dump(report))

    def watch(self) -> None:
        """Notices on feeds that fail, and on those that came back."""
        watch_feeds(self.settings.feeds, self.store, self.clock())

    def over(self, store: Store) -> Self:
        """The same watch over another connection to its store: network, workers and watchlists are shared."""
        _ = self.fetch, self.workers, self.map, self.matcher, self.lexicon, self.labels
        other = copy(self)
        other.store = store
        return other

    def reload(self) -> list[str]:
        """Take up changed watchlist files and match stored text again; what happened, in words."""
        files = self.settings.watchlist_files
        before, self._times = self._times, written(files)
        if before == self._times:
            return []
        taken = take_up(files, self.watchlists, self.store, self.clock())
        if [one.hash for one in taken.watchlists] == [one.hash for one in self.watchlists]:
            return [*taken.broken]
        self.watchlists = taken.watchlists
        self.matcher = Matcher(self.watchlists)
        self.lexicon = lexicon_beside(files[0])
        report = self.rematcher.run()
        counts = f"{len(report.gained)} gained, {len(report.lost)} lost"
        return [*taken.broken, f"changed; {report.read} stored articles matched again: {counts}"]

    def coverage(self, now: datetime) -> Coverage:
        """What the watch can see now."""
        return coverage(self.settings.feeds, self.store, now)

    def close(self) -> None:
        """End workers and threads, close the store."""
        self.map.close()
        if "workers" in self.__dict__ and self._parse is None:
            self.workers.close()  # type: ignore[attr-defined]
        if "fetch" in self.__dict__ and self._fetch is None:
            self.fetch.close()  # type: ignore[attr-defined]
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
