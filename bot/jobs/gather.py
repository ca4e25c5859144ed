"""Read one unit of backfill: its findings become articles that a watchlist wants, everything else becomes counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from bot.core.composition import from_entry, from_page
from bot.core.entry_names import entry_id
from bot.core.evidence import entry_record, response_record
from bot.core.languages import detected, language
from bot.core.matches import Matcher
from bot.core.text import clean, one_line
from bot.core.units import (
    FeedBytes,
    Finding,
    Leads,
    ListSeen,
    Missed,
    Outcome,
    PageBytes,
    Partial,
    Read,
    Source,
    Unit,
    Window,
    Words,
)
from bot.core.urls import canonical, host_of, registrable
from bot.errors import ArmswatchError, ExtractError, FeedError, FetchError, Refused, StoreError, WorkerError
from bot.model import Article, Entry, Feed, Policy, Quality, Request, Response
from bot.ports import Clock, Fetch, Parse
from bot.store import Store
from bot.store.articles import best_rank
from bot.store.evidence import Record
from bot.store.rows import dump

PAGE_CAP = 10 * 1024 * 1024  # bytes of one page over the wire
MAX_MISSED = 200  # named in a unit's outcome; more are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An article that a watchlist wants, with what is kept of where it came from."""

    article: Article
    records: tuple[Record, ...]
    urls: tuple[str, ...] = ()


@dataclass(slots=True)
class Gathered:
    """What a unit brought; filled while it is read, stored in one transaction."""

    unit: Unit
    candidates: list[Candidate] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)
    lists: list[ListSeen] = field(default_factory=list)
    unnamed: int = 0  # missed beyond MAX_MISSED
    documents: int = 0
    dropped: int = 0
    outside: int = 0
    duplicates: int = 0
    requests: int = 0
    bytes: int = 0
    partial: str = ""
    error: str = ""
    stopped: bool = False  # left in the middle: nothing of it counts

    def miss(self, place: str, reason: str) -> None:
        """Name something that was not read."""
        if len(self.missed) < MAX_MISSED:
            self.missed.append(Missed(place=place, reason=" ".join(reason.split())[:300]))
        else:
            self.unnamed += 1

    def outcome(self) -> Outcome:
        """The counts so far, before anything was stored."""
        partial = self.partial
        if self.unnamed:
            partial = "; ".join(filter(None, (partial, f"{self.unnamed} more things not read than are named")))
        return Outcome(
            state="failed" if self.error else "done",
            documents=self.documents,
            dropped=self.dropped,
            outside=self.outside,
            duplicates=self.duplicates,
            requests=self.requests,
            bytes=self.bytes,
            partial=partial,
            error=self.error,
            missed=tuple(self.missed),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gatherer:
    """Reads units, in any number of threads: touches the store only to ask whether a page is known."""

    sources: Mapping[str, Source]
    store: Store
    parse: Parse
    matcher: Matcher
    clock: Clock
    fetch: Fetch
    window: Window
    feeds: Mapping[str, Feed] = field(default_factory=dict)  # registrable domain → what the configuration calls it
    wants: Callable[[bytes, str], bool] = lambda *_: True  # the byte gate: may this page match?
    policy: Policy = "backfill"
    extractor: str = "trafilatura"
    stopping: Callable[[], bool] = lambda: False

    def __call__(self, unit: Unit) -> Gathered:
        """Everything that one unit holds. Whatever happens is in the value; only a broken store raises."""
        got = Gathered(unit)
        try:
            for finding in self.sources[unit.source].read(unit, self.window):
                if self.stopping():
                    got.stopped = True
                    return got
                self._take(finding, got)
        except StoreError:
            raise
        except ArmswatchError as error:
            got.error = " ".join(str(error).split())[:500]
        except Exception as error:  # noqa: BLE001 - one strange archive must not end the run
            got.error = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
        return got

    def _take(self, finding: Finding, got: Gathered) -> None:
        match finding:
            case Words():
                self._words(finding, got)
            case PageBytes():
                self._page(finding, got)
            case FeedBytes():
                self._feed(finding, got)
            case Leads():
                for entry in finding.entries:
                    self._lead(entry, finding, got)
            case Missed():
                got.miss(finding.place, finding.reason)
            case Partial():
                got.partial = finding.reason if not got.partial else f"{got.partial}; {finding.reason}"
            case Read():
                got.documents += finding.documents
                got.dropped += finding.dropped
                got.requests += finding.requests
                got.bytes += finding.bytes
            case ListSeen():
                got.lists.append(finding)
            case Unit():
                got.units.append(finding)

    # ── the four kinds of findings ────────────────────────────────────────────────────────────────────────────

    def _words(self, words: Words, got: Gathered) -> None:
        got.documents += 1
        url = canonical(words.url)
        host = registrable(host_of(url))
        known = self.feeds.get(host)
        feed = known or Feed(url="", name=words.outlet or host, kind="government" if words.primary else "other")
        text = clean(words.text)
        entry = Entry(
            id=entry_id(got.unit.source, words.url or words.place),
            feed=f"{got.unit.source}:",
            guid=words.place,
            url=words.url if url else "",
            title=one_line(words.title, 500),
            content=text,
            published=words.published,
            published_basis=words.published_basis,
            authors=words.authors,
            outlet=words.outlet or (known.name if known else ""),
            lang=language(words.lang) or detected(text or words.title),
            notes=words.notes,
        )
        policy: Policy = "first_poll" if words.quiet else self.policy
        article = from_entry(entry, replace(feed, url=""), quality=None, policy=policy, now=self.clock())
        quality: Quality = "full" if article.text else "headline-only"
        self._keep(replace(article, quality=quality), (self._as_received(entry),), got)

    def _page(self, page: PageBytes, got: Gathered) -> None:
        if not page.gated:
            got.documents += 1
            if page.bulk and not self.wants(page.response.body, page.response.header("content-type")):
                got.dropped += 1
                return
        host = registrable(host_of(page.url or page.response.url))
        entry = self._entry(page.url or page.response.url, page.title, page.place, got)
        entry = replace(
            entry,
            published=page.published,
            published_basis="given" if page.published else "none",
            outlet=page.outlet or (self.feeds[host].name if host in self.feeds else ""),
        )
        found = self._article(entry, page.response, page.place, got)
        if found is not None:
            self._keep(found, (self._evidence(page.response, page.url or page.response.url),), got)

    def _feed(self, document: FeedBytes, got: Gathered) -> None:
        got.documents += 1
        try:
            parsed = self.parse.feed(document.body, url=document.url, headers=document.headers, now=self.clock())
        except (FeedError, WorkerError) as error:
            got.miss(document.place, str(error))
            return
        got.documents -= 1  # its entries are what was looked at
        leads = Leads(entries=parsed.entries, place=document.place, pages=document.pages)
        name = parsed.title or registrable(host_of(document.url))
        for entry in parsed.entries:
            self._lead(entry, leads, got, name)

    def _lead(self, entry: Entry, leads: Leads, got: Gathered, name: str = "") -> None:
        """An entry: its own words are enough where they are the whole article, else its page is asked for."""
        got.documents += 1
        if not self.window.holds(entry.published):
            got.outside += 1
            return
        host = registrable(host_of(entry.url))
        feed = replace(self.feeds.get(host) or Feed(url="", name=name or host), url="")
        now = self.clock()
        own = from_entry(entry, feed, quality=None, policy=self.policy, now=now)
        kept = (self._as_received(entry),)
        wide = leads.all or self.matcher.gate(entry.title, entry.summary or entry.content[:2000])
        if not leads.pages or not own.url or own.quality == "full" or not wide:
            self._keep(own, kept, got)
            return
        if self.store.articles.by_url(own.canonical_url) is not None:
            got.duplicates += 1
            return
        response, quality, reason = self._ask(entry.url, leads.pages, got)
        if leads.all and response is not None and not self.wants(response.body, response.header("content-type")):
            got.dropped += 1
            return
        found = self._article(entry, response, entry.url, got, feed) if response is not None else None
        if found is not None and response is not None:
            self._keep(found, (*kept, self._evidence(response, response.url)), got)
            return
        if reason:
            got.miss(entry.url, reason)
        self._keep(from_entry(entry, feed, quality=quality, policy=self.policy, now=now, note=reason), kept, got)

    # ── parts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _ask(self, url: str, pages: str, got: Gathered) -> tuple[Response | None, Quality | None, str]:
        asked = pages.replace("{url}", url if not pages.partition("{url}")[0] else quote(url, safe=":/?&=%#"))
        got.requests += 1
        try:
            response = self.fetch(Request(url=asked, purpose="page", wire_cap=PAGE_CAP))
        except Refused as error:
            return None, "blocked", str(error)
        except FetchError as error:
            return None, None, str(error)
        got.bytes += len(response.body)
        if response.status != 200:
            gone = response.status in {404, 410}
            return (
                None,
                "missing" if gone else "blocked" if response.status in {401, 402, 403, 451} else None,
                (f"HTTP {response.status}"),
            )
        return response, None, ""

    def _article(
        self, entry: Entry, response: Response, place: str, got: Gathered, feed: Feed | None = None
    ) -> Article | None:
        now = self.clock()
        try:
            page = self.parse.page(response.body, url=entry.url or response.url, headers=response.headers, now=now)
        except (ExtractError, WorkerError) as error:
            got.miss(place, str(error))
            return None
        own = entry.url or page.url
        host = registrable(host_of(own))
        known = feed or replace(self.feeds.get(host) or Feed(url="", name=page.outlet or host), url="")
        # The page is judged under its own address, wherever its bytes were found.
        return from_page(
            replace(entry, url=own), known, page, replace(response, url=own), policy=self.policy, now=now,
            extractor=self.extractor,
        )  # fmt: skip

    def _keep(self, article: Article, records: tuple[Record, ...], got: Gathered) -> None:
        """Keep what a watchlist wants and drop the rest: a unit's memory is that of its matches."""
        if not self.window.holds(article.published):
            got.outside += 1
            return
        if best_rank(self.matcher.verdicts(article.item())) != "none":
            got.candidates.append(Candidate(article=article, records=records))

    def _entry(self, url: str, title: str, place: str, got: Gathered) -> Entry:
        return Entry(
            id=entry_id(got.unit.source, url or place), feed=f"{got.unit.source}:", guid=place, url=url, title=title
        )

    def _as_received(self, entry: Entry) -> Record:
        now = self.clock()
        return Record(
            what="entry", record=entry_record(entry, now, dump(entry)), url=entry.url or entry.guid, fetched=now
        )

    def _evidence(self, response: Response, url: str) -> Record:
        return Record(
            what="response", record=response_record(response, requested=url), url=url, fetched=response.fetched
        )
