"""Gather a dated report from the store: stories, adjacent items, and how complete the backfills of the window are."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from bot.core.glosses import UNNAMED, figure_given, gloss
from bot.core.ledger import predecessor, records
from bot.core.reports import Report, ReportClaim, ReportLine, ReportRun, ReportStory
from bot.core.series import charts
from bot.core.standings import standings
from bot.core.units import Window
from bot.jobs.backfill import missed, partial, sum_of
from bot.model import Claim
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
    return Report(
        window=window,
        made=now,
        stories=stories,
        timeline=_timeline(store, stories),
        charts=charts(
            standings(Claims(store.connection).reported()),
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


def _timeline(store: Store, stories: tuple[ReportStory, ...]) -> tuple[ReportClaim, ...]:
    figures: dict[tuple[str, str], list[tuple[date | None, Claim]]] = {}
    found: dict[
        tuple[str, str], ReportClaim
    ] = {}  # by (what is told, quote): a later story may repeat an earlier one's
    for story in stories:
        lines = {line.article: line for line in story.lines}
        reports = [
            (line.when.date(), line.article, claim)
            for line in story.lines
            for claim in store.stories.claims(article=line.article)
            if claim.claimant not in UNNAMED or claim.quantity is not None
        ]
        for claim, carriers in records(reports):
            line = lines[carriers[0]]
            told = ReportClaim(
                claim=claim, told=gloss(claim, {}), before=_before(store, claim, line.when.date(), figures), story=story.story,
                line=line, carriers=len(carriers),
            )  # fmt: skip
            found.setdefault((told.told, claim.quote), told)
    return tuple(sorted(found.values(), key=lambda one: (one.line.when, one.claim.id)))


def _before(
    store: Store, claim: Claim, said: date, figures: dict[tuple[str, str], list[tuple[date | None, Claim]]]
) -> str:
    if claim.quantity is None:
        return ""
    key = (claim.direction or "", claim.unit)
    if key not in figures:
        ledger = store.stories.ledger(direction=key[0], unit=key[1], limit=100_000)
        figures[key] = [(when.date() if when else None, one) for one, when, _, _ in ledger]
    found = predecessor(claim, figures[key], said=said)
    if found is None:
        return ""
    given = next(when for when, one in figures[key] if one is found)
    return figure_given(found, given)


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
