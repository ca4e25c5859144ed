"""Gather a dated report from the store: stories, adjacent items, and how complete the backfills of the window are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from bot.core.glosses import UNNAMED, figure_given, gloss
from bot.core.reports import Report, ReportClaim, ReportLine, ReportRun, ReportStory
from bot.core.series import charts
from bot.core.standings import Standing, standings
from bot.core.units import Window
from bot.jobs.backfill import missed, partial, sum_of
from bot.store import Store
from bot.store.backfill import Backfills, Run
from bot.store.claims import Claims
from bot.store.reports import Reports


def report(store: Store, window: Window, now: datetime, watchlist: str = "") -> Report:
    """Everything that the store knows of a window of published time, oldest story first."""
    reports = Reports(store.connection)
    by_story: dict[str, list[ReportLine]] = {}
    for story, line in reports.matches(window, watchlist):
        by_story.setdefault(story, []).append(line)
    stories = tuple(found for name, lines in by_story.items() if (found := _story(store, name, lines)) is not None)
    statements = standings(Claims(store.connection).reported())
    return Report(
        window=window,
        made=now,
        stories=stories,
        timeline=_timeline(statements, stories),
        charts=charts(
            statements,
            window.since.date() if window.since else None,
            window.until.date() if window.until else None,
        ),
        adjacent=tuple(reports.adjacent(window, watchlist)),
        runs=tuple(_run(store, run) for run in Backfills(store).runs() if _overlaps(run.window, window)),
    )


def _story(store: Store, name: str, lines: list[ReportLine]) -> ReportStory | None:
    story = store.stories.get(name)
    if story is None:
        return None
    within = {line.article for line in lines}
    claims = [claim for article in within for claim in store.stories.claims(article=article)]
    return ReportStory(
        story=story.id,
        title=story.title,
        watchlist=story.watchlist,
        direction=story.direction,
        kind=story.kind,
        first=lines[0].when,
        latest=lines[-1].when,
        follows=story.follows,
        origins=story.origins,
        lines=tuple(lines),
        claims=tuple(sorted(claims, key=lambda claim: claim.id)),
    )


def _timeline(statements: Sequence[Standing], stories: tuple[ReportStory, ...]) -> tuple[ReportClaim, ...]:
    """The statements that an article of the stories carries; of nobody without a figure says too little for a line."""
    lines = {line.article: (line, story.story) for story in stories for line in story.lines}
    voices = {one.claim.id: one.claim.claimant for one in statements}
    found = []
    for one in statements:
        carried = [lines[article] for article in one.articles if article in lines]
        if not carried or (one.claim.claimant in UNNAMED and one.claim.quantity is None):
            continue
        line, story = min(carried, key=lambda pair: (pair[0].when, pair[0].article))
        before = figure_given(one.before, one.before_said) if one.before else ""
        found.append(
            ReportClaim(
                claim=one.claim, told=gloss(one.claim, {}), before=before, story=story, line=line, carriers=len(carried),
                denied_by=tuple(dict.fromkeys(voices[claim] for claim in one.denied_by)),
                borne_out_by=tuple(dict.fromkeys(voices[claim] for claim in one.borne_out_by)),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda claim: (claim.line.when, claim.claim.id)))


def _run(store: Store, run: Run) -> ReportRun:
    ledger = Backfills(store)
    units = ledger.units(run.id)
    states = Counter(unit.state for unit in units)
    total = sum_of([unit.outcome for unit in units if unit.outcome])
    return ReportRun(
        run=run.id,
        window=run.window,
        sources=tuple(sorted({unit.unit.source for unit in units})),
        last=run.last,
        done=states["done"],
        failed=states["failed"],
        waiting=states["waiting"],
        documents=total.documents,
        matches=total.matches,
        missed=missed(units),
        partial=tuple(Counter(reason for _, reason in partial(units)).most_common()),
    )


def _overlaps(one: Window, other: Window) -> bool:
    starts_before = one.since is None or other.until is None or one.since < other.until
    ends_after = one.until is None or other.since is None or one.until > other.since
    return starts_before and ends_after
