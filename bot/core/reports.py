"""What a dated report holds: the stories of a window with their articles and claims, adjacent items, and what was not read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.series import Chart
from bot.core.units import Window
from bot.model import Claim, Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One article of a report."""

    article: str
    title: str
    url: str
    outlet: str
    lang: str
    quality: str
    published: datetime | None
    first_seen: datetime
    role: str = ""  # in its story
    copy_of: str = ""
    quiet: bool = False  # stored without being announced: backfill, first poll, …
    stream: str = ""  # of an adjacent item
    missing: str = ""

    @property
    def when(self) -> datetime:
        """Published, or first seen where nobody says when."""
        return self.published or self.first_seen


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportStory:
    """One development with what stands behind it, in the window."""

    story: str
    title: str
    watchlist: str
    direction: str | None
    kind: str | None
    first: datetime
    latest: datetime
    follows: str
    origins: tuple[Origin, ...]
    lines: tuple[ReportLine, ...]  # oldest first
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportClaim:
    """One statement of the timeline: told once, however many articles carry it."""

    claim: Claim
    told: str  # one English line from its fields
    before: str  # the same claimant's figure before it and when it was given; "" if none is known
    story: str
    line: ReportLine  # the first article that carries it
    carriers: int  # articles
    denied_by: tuple[str, ...] = ()  # claimants
    borne_out_by: tuple[str, ...] = ()  # claimants with another basis in the same story

    @property
    def day(self) -> str:
        """The day on which the first of them was published."""
        return f"{self.line.when:%Y-%m-%d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRun:
    """A backfill that touched the window: how far it came, and what it did not read."""

    run: str
    window: Window
    sources: tuple[str, ...]
    last: datetime
    done: int
    failed: int
    waiting: int
    documents: int
    matches: int
    missed: tuple[tuple[str, str], ...]  # (place, reason)
    partial: tuple[tuple[str, int], ...]  # (reason, units)

    @property
    def complete(self) -> bool:
        """Whether all that its sources hold of the window was read."""
        return not (self.failed or self.waiting or self.partial or self.missed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything known of a window of published time."""

    window: Window
    made: datetime
    stories: tuple[ReportStory, ...]
    adjacent: tuple[ReportLine, ...]
    runs: tuple[ReportRun, ...]
    charts: tuple[Chart, ...] = ()  # figures over time, one series a claimant
    timeline: tuple[
        ReportClaim, ...
    ] = ()  # by the day they were published; claims of nobody without a figure are left out

    @property
    def articles(self) -> int:
        """Articles in the stories."""
        return sum(len(story.lines) for story in self.stories)
