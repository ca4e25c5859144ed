"""Gather a dated report from the store: stories, adjacent items, and how complete the backfills of the window are."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from bot.core.reports import Report, ReportLine, ReportRun, ReportStory
from bot.core.units import Window
from bot.jobs.backfill import missed, partial, sum_of
from bot.store import Store
from bot.store.backfill import Backfills, Run
from bot.store.reports import Reports


def report(store: Store, window: Window, now: datetime, watchlist: str = "") -> Report:
    """Everything that the store knows of a window of published time, oldest story first."""
    reports = Reports(store.connection)
    by_story: dict[str, list[ReportLine]] = {}
    for story, line in reports.matches(window, watchlist):
        by_story.setdefault(story, []).append(line)
    return Report(
        window=window,
        made=now,
        stories=tuple(found for name, lines in by_story.items() if (found := _story(store, name, lines)) is not None),
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
