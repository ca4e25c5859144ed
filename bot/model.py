"""The nouns that travel through the house: frozen values with natural keys, no database ids, no clock, no I/O.

    Feed ─▶ Entry ─▶ Article ─▶ Verdict ─▶ Story ─▶ Digest ─▶ Delivery
                         └────────▶ Claim ────┘

One page on purpose, however long: whoever looks for a noun finds it here. All datetimes are aware UTC. Every value is immutable and slotted; collections are tuples.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

OutletKind = Literal[
    "wire", "national-press", "state-media", "government", "think-tank", "specialist-press", "aggregator", "other"
]
Quality = Literal["full", "teaser", "headline-only", "paywalled", "blocked", "missing"]
Rank = Literal["match", "borderline", "none"]
Where = Literal["title", "text"]
DateBasis = Literal["entry", "page", "url", "text", "first-seen", "given", "none"]
Policy = Literal["live", "first_poll", "backfill", "watchlist_change", "relink"]
"""The announce policy of one stored thing (decision 16): `live`, or why it is quiet."""
ChangeKind = Literal["NEW", "UPDATE", "DENIAL", "LATE", "PROMOTED", "CORRECTION"]
ClaimStatus = Literal["asserted", "estimated", "observed", "planned", "denied", "sanctioned"]
DeliveryState = Literal["owed", "sending", "sent", "parked", "dropped"]


# ── what comes in ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed as the configuration names it; polling state lives in the store, by `url`."""

    url: str
    name: str
    lang: str = ""  # BCP 47, a hint only
    kind: OutletKind = "other"
    tier: str = "B"
    pages: bool = True  # False: match on the feed's own text, never fetch the page (decision 24, robots)
    user_agent: str = ""
    auth_env: str = ""  # name of the environment variable that holds the Authorization value
    interval: timedelta | None = None
    catch_up: timedelta | None = None  # on the first poll, what is up to so old is told as LATE (decision 16)
    watchlists: tuple[str, ...] = ()  # empty: all


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed document, cleaned (R-37) but not yet judged.

    `id` is minted from content (decision 4): `e-` + 16 hex of sha256 over (feed url, identity key).
    """

    id: str
    feed: str  # the configured URL of its feed
    guid: str  # the identity key as found: guid, else link, else a hash
    url: str  # absolute http(s) link or ""
    title: str
    summary: str = ""  # plain text
    content: str = ""  # plain text of content:encoded / atom:content
    published: datetime | None = None
    published_basis: DateBasis = "none"
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    outlet: str = ""  # the entry's own <source> (Google News), else ""
    lang: str = ""
    notes: tuple[str, ...] = ()  # what was mended or cut: "title cut to 500", "date in MSK", …
    aliases: tuple[str, ...] = ()  # other names of the same entry (link, title with date) for when guids change


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDocument:
    """What one parsed feed document says: entries newest first, and the hints for pacing."""

    version: str  # feedparser's word: rss20, atom10, rss10 (RDF), json11, …
    title: str
    entries: tuple[Entry, ...]
    link: str = ""
    lang: str = ""
    ttl: timedelta | None = None  # rss ttl or sy:update*
    skip_hours: frozenset[int] = frozenset()  # GMT
    skip_days: frozenset[int] = frozenset()  # Monday = 0
    prev_archive: str = ""  # RFC 5005
    next_page: str = ""
    bozo: str = ""  # why the document is not well-formed, "" if it is
    notes: tuple[str, ...] = ()
    known: tuple[datetime | None, ...] = ()  # published dates of items that were read before and left out of `entries`
    memory: str = ""  # opaque: by it the next reading leaves out what it has seen (core.seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What extraction made of one page's bytes."""

    title: str
    text: str
    url: str = ""  # rel=canonical or og:url as found, absolute http(s) or ""
    published: datetime | None = None
    published_basis: DateBasis = "none"
    lang: str = ""
    authors: tuple[str, ...] = ()
    outlet: str = ""
    quality: Quality = "full"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What the pure part judges: the least that any source can give. Offsets refer to these very strings."""

    id: str
    title: str
    text: str
    url: str = ""
    date: datetime | None = None
    lang: str = ""
    outlet: str = ""
    outlet_kind: OutletKind = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One stored article. `id` is `a-` + 12 hex of sha256 over its canonical URL (or its text where it has none)."""

    id: str
    url: str
    canonical_url: str
    title: str
    text: str
    quality: Quality
    feed: str = ""
    entry: str = ""  # the id of the entry that brought it first
    outlet: str = ""
    outlet_kind: OutletKind = "other"
    host: str = ""  # registrable domain
    lang: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    published_basis: DateBasis = "none"
    first_seen: datetime | None = None
    text_sha: str = ""  # sha256 of the folded text, "" where there is none
    extractor: str = ""  # name and version
    revision: int = 1
    policy: Policy = "live"
    notes: tuple[str, ...] = ()

    def item(self) -> Item:
        """The article as the pure part sees it."""
        return Item(
            id=self.id,
            title=self.title,
            text=self.text,
            url=self.canonical_url or self.url,
            date=self.published or self.first_seen,
            lang=self.lang,
            outlet=self.outlet,
            outlet_kind=self.outlet_kind,
        )


# ── the network's side ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One polite GET. `headers` holds only what the caller must add (validators, Accept)."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    user_agent: str = ""
    purpose: Literal["feed", "page", "robots", "archive"] = "page"
    wire_cap: int = 5 * 1024 * 1024  # bytes
    decoded_cap: int = 10 * 1024 * 1024  # bytes
    deadline: timedelta = timedelta(seconds=30)
    apart: bool = False  # outside of a feed's rhythm, by hand or for a backfill: once a minute at most


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsFile:
    """What one origin's robots.txt said when it was read, for as long as that counts."""

    origin: str  # scheme://host[:port]
    rule: Literal["rules", "open", "closed"]  # as the text says; there is none; it could not be read, which means no
    text: str = ""
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The answer to a Request after redirects. Header names are lower-case; repeated ones are joined by ', '."""

    url: str  # final
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    redirects: tuple[tuple[int, str], ...] = ()  # (status, location) in order
    fetched: datetime
    elapsed: timedelta = timedelta(0)

    def header(self, name: str) -> str:
        """The value of a header, or ''."""
        return next((value for key, value in self.headers if key == name.lower()), "")


# ── what the watch thinks ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One term that counted. `item.<where>[start:end] == term`; `quote` is the sentence it stands in, verbatim."""

    concept: str
    term: str
    quote: str
    where: Where
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one watchlist says of one article revision (decision 8)."""

    watchlist: str
    watchlist_hash: str
    rank: Rank
    score: float  # 0–1, for `explain`, never for readers
    direction: str | None = None  # "dprk>russia" | "russia>dprk" | "both" | "unclear" | None
    kind: str | None = None
    stream: str | None = None  # of a borderline: which adjacent stream
    missing: str = ""  # of a borderline: the missing leg in words
    evidence: tuple[Evidence, ...] = ()
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who says what moved, how much, which way, when and on what basis (decision 14). Empty is allowed, guessed is not.

    `id` is `c-` + 12 hex, minted from (article, where, start, claimant, figure).
    """

    id: str
    claimant: str  # short English name, or "unattributed"
    claimant_type: str
    status: ClaimStatus
    direction: str | None
    materiel: tuple[str, ...] = ()
    op: str = ""  # "=", ">", ">=", "~", "<=", "<" or ""
    quantity: float | None = None
    quantity_max: float | None = None
    unit: str = ""
    kind: str = ""  # cumulative | increment | stock | equivalent | ""
    route: tuple[str, ...] = ()
    vessels: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    period_start: str = ""  # ISO date, or month or year where that is the precision
    period_end: str = ""
    basis: str = "none stated"
    via: str = ""
    hedge: str = ""  # the source's own words
    quote: str = ""
    where: Where = "text"
    start: int = 0
    end: int = 0
    party: str = ""  # the state that the claimant speaks for, by its name in the lexicon; "" if none
    alternatives: tuple[str, ...] = ()  # ids of claims whose figure the source gives instead of this one ("or")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whose word a story rests on: a distinct (claimant, basis) and how many outlets carry it."""

    claimant: str
    basis: str
    carriers: int = 1
    corroborated: bool = False  # another voice bears it out on another basis (decision 13)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One development (decision 13). `id` comes from its founding item and never changes."""

    id: str
    watchlist: str
    title: str
    founded: datetime  # event or published time of the founding item
    latest: datetime
    lang: str = ""
    direction: str | None = None
    kind: str | None = None
    follows: str = ""
    state: Literal["open", "closed"] = "open"
    articles: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Where an article stands in a story, and why."""

    story: str
    article: str
    role: Literal["founder", "joined", "copy", "also"]
    copy_of: str = ""
    wire: str = ""  # the agency whose credit line the article carries
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One announceable thing that happened to a story; a digest selects changes, never articles.

    `id` is `x-` + 12 hex minted from (story, kind, article, fact), so that repeating the work makes no second one.
    """

    id: str
    story: str
    watchlist: str
    kind: ChangeKind
    article: str
    at: datetime  # when we knew
    policy: Policy = "live"
    fact: str = ""  # what is new, in words built from fields
    claim: str = ""


# ── what goes out ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Who gets what, when (decision 17)."""

    name: str
    channel: Literal["slack", "email", "console", "file"]
    target: str  # channel id, mail address, or "" for the console
    watchlists: tuple[str, ...] = ()  # empty: all
    zone: str = "UTC"
    hour: int = 7
    every: Literal["day", "week"] = "day"
    max_stories: int = 10
    quiet: Literal["line", "nothing"] = "line"
    alerts: bool = False
    mention: str = ""  # id of a Slack user group that an alert calls; never from content
    in_scope_streams: tuple[str, ...] = ()
    alerts_per_day: int = 3
    quiet_hours: tuple[int, int] | None = (22, 7)  # local hours [from, to) in which alerts are held for the digest


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestNote:
    """A further change of a story that has its numbered line already: a denial under a claim, a second figure."""

    badge: ChangeKind
    words: str
    outlet: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestStory:
    """One numbered story of a digest, everything a renderer may print about it."""

    story: str
    badge: ChangeKind
    watchlists: tuple[str, ...]
    title: str
    url: str
    outlet: str
    host: str
    lang: str
    quality: Quality
    direction: str | None
    kind: str | None
    gloss: str = ""  # one English line built from fields and labels (decision 21)
    quote: str = ""  # an exact substring of the stored text
    quote_cut: tuple[bool, bool] = (False, False)  # whether its sentence begins before it, goes on after it
    published: datetime | None = None
    first_seen: datetime | None = None
    late_reason: str = ""
    origins: tuple[Origin, ...] = ()
    carriers: int = 1
    predecessor: str = ""  # the same claimant's figure before this one, in words
    others: tuple[str, ...] = ()  # the latest figures of other claimants, in words: beside it, never added
    answers: str = ""  # of a denial: the numbers in this digest of what it denies
    follows: str = ""
    follows_words: str = ""  # the same in words: the headline and the day of the earlier story
    alerted: datetime | None = None
    changes: tuple[str, ...] = ()  # ids of the changes that this line announces
    also: tuple[tuple[str, str, str], ...] = ()  # (outlet, title, url) of what hangs on it
    direction_words: str = ""  # the direction in the labels of the watchlist
    notes: tuple[DigestNote, ...] = ()
    folded: bool = False  # deal talk beyond two lines: counted and listed, not told
    stream: str = ""  # an adjacent stream that this subscription declared in scope, with its missing leg in words


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjacentLine:
    """One stream of borderline items: how many, the top one, and which leg is missing."""

    stream: str
    label: str
    count: int
    title: str
    url: str
    outlet: str
    missing: str
    articles: tuple[str, ...] = ()
    items: tuple[tuple[str, str, str], ...] = ()  # (outlet, title, url) of all of them, newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the watch could see: feeds that answer, counted by language, and the holes in words."""

    by_lang: tuple[tuple[str, int, int], ...]  # (lang, working, configured)
    holes: tuple[str, ...] = ()
    items_read: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One frozen digest of one subscription; every renderer shows a prefix of this one ranked list."""

    id: str  # "d-" + 12 hex of (subscription, local date)
    subscription: str
    local_date: date
    zone: str
    since: datetime | None
    cutoff: datetime
    stories: tuple[DigestStory, ...]
    adjacent: tuple[AdjacentLine, ...]
    passing: int
    coverage: Coverage
    in_scope: int
    late_run: str = ""  # "caught up: was due 07:00" where a run was missed
    corrections: tuple[str, ...] = ()
    last_fact: str = ""
    title: str = "DPRK–Russia arms"
    every: Literal["day", "week"] = "day"
    ledger: tuple[tuple[str, str, str], ...] = ()  # the week's claims: (gloss, outlet, url)
    chart: tuple[tuple[date, int], ...] = ()  # the week's local dates and how many changes in scope each brought


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One rendered promise: key (kind, subject, target, part) as in decision 20; `payload` is what the wire sends."""

    kind: Literal["digest", "alert", "notice", "correction"]
    subject: str  # digest id, story id, …
    channel: Literal["slack", "webhook", "email", "console", "file"]
    target: str
    part: int
    payload: str  # JSON
    state: DeliveryState = "owed"
    attempts: int = 0
    next_try: datetime | None = None
    receipt: str = ""
    error: str = ""
    parent: str = ""  # the receipt of part 1, filled in when a later part is read: a thread hangs on it
    doubts: int = 0  # how often it was sent again after an unclear outcome

    @property
    def key(self) -> str:
        """One string that names the delivery for ever; goes into message metadata and Message-IDs."""
        return f"{self.kind}:{self.subject}:{self.target}:{self.part}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The other side's own proof that it took a delivery (Slack ts, Message-ID, file path)."""

    id: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that the people who run the watch should know once (a feed fell silent, a watchlist broke)."""

    id: str
    kind: str
    subject: str
    text: str
    at: datetime
    recovered: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundReport:
    """What one round of polling did; counts only, printed by `poll` and logged by the daemon."""

    started: datetime
    ended: datetime
    feeds_due: int = 0
    feeds_polled: int = 0
    feeds_unchanged: int = 0
    feeds_failed: int = 0
    entries_new: int = 0
    pages_fetched: int = 0
    pages_failed: int = 0
    articles: int = 0
    duplicates: int = 0
    matches: int = 0
    borderline: int = 0
    failures: tuple[tuple[str, str], ...] = field(default=())  # (feed url, why)
    waits: tuple[tuple[str, str], ...] = field(default=())  # (feed url, why): not asked now, and no fault of theirs
