"""A dated report as text, HTML, Markdown, JSON and CSV: the same stories in the same order, third-party text made harmless."""

from __future__ import annotations

import csv
import io
import json
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from bot.core.reports import Report, ReportClaim, ReportLine, ReportRun, ReportStory
from bot.core.text import one_line
from bot.model import Origin
from bot.render import plots
from bot.render.links import href
from bot.render.words import shown

WIDTH = 100
COPIES = 12  # further articles of a story that the screen names
TIMELINE = "Timeline of claims"
MISSED = 30  # things not read that text and pages name; JSON has all
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~])")
_COLUMNS = (
    "published", "story", "direction", "kind", "title", "outlet", "lang", "quality", "role", "copy_of", "url", "article",
    "first_seen", "announced", "adjacent_stream", "missing",
)  # fmt: skip


def console(report: Report) -> str:
    """For a terminal or a text file."""
    return "\n".join(_text(report)) + "\n"


def _text(report: Report) -> Iterator[str]:
    yield f"{_title(report)}"
    yield summary(report)
    if report.timeline:
        yield ""
        yield f"{TIMELINE}:"
        for one in report.timeline:
            yield from textwrap.wrap(
                f"  {_day(one.line.when)}  {shown(one.told, 300)}{_compared(one)}", WIDTH, subsequent_indent="    "
            )
    for story in report.stories:
        yield ""
        yield from textwrap.wrap(f"{_day(story.first)}  {shown(story.title)}", WIDTH, subsequent_indent="  ")
        yield f"  {story.story} · {story.direction or 'direction unclear'} · {story.kind or 'no kind'}" + _span(story)
        if story.follows:
            yield f"  follows {story.follows}"
        for origin in story.origins:
            yield f"  rests on {shown(origin.claimant, 80)} ({shown(origin.basis, 60)}){_firm(origin)}"
        for claim in story.claims[:5]:
            yield from textwrap.wrap(
                f"“{shown(claim.quote, 260)}”", WIDTH, initial_indent="  ", subsequent_indent="    "
            )
        for line in story.lines[:COPIES]:
            yield f"  {_day(line.when)}  {shown(line.outlet, 40)}{_marked(line)}  {href(line.url) or line.article}"
        if len(story.lines) > COPIES:
            yield f"  and {len(story.lines) - COPIES} more articles"
    if report.adjacent:
        yield ""
        yield f"Adjacent ({len(report.adjacent)}): " + _streams(report)
        for line in report.adjacent:
            yield f"  {_day(line.when)}  {line.stream}: {shown(line.title, 100)} — {shown(line.outlet, 40)}"
    for run in report.runs:
        yield ""
        yield _run_line(run)
        for reason, units in run.partial:
            yield f"  partial  {shown(reason, 200)}" + (f" ({units} units)" if units > 1 else "")
        for place, reason in run.missed[:MISSED]:
            yield f"  not read  {shown(place, 160)}: {shown(reason, 160)}"
        if len(run.missed) > MISSED:
            yield f"  and {len(run.missed) - MISSED} more; --format json has all"


def markdown(report: Report) -> str:
    """For a wiki or a note."""
    out = [f"# {_title(report)}", "", summary(report), ""]
    if report.timeline:
        out += [f"## {TIMELINE}", ""]
        for one in report.timeline:
            link, outlet = href(one.line.url), _mark(shown(one.line.outlet, 60))
            source = f"[{outlet}](<{link}>)" if link else outlet
            out.append(
                f"- {_day(one.line.when)} {_mark(shown(one.told, 300))}{_compared(one)} — {source}, `{one.claim.id}`"
            )
        out.append("")
    for story in report.stories:
        out += [f"## {_day(story.first)} · {_mark(shown(story.title))}", ""]
        out.append(
            f"`{story.story}` · {story.direction or 'direction unclear'} · {story.kind or 'no kind'}{_span(story)}"
        )
        if story.follows:
            out.append(f"follows `{story.follows}`")
        out.append("")
        out += [
            f"- rests on {_mark(shown(one.claimant, 80))} ({_mark(shown(one.basis, 60))}){_firm(one)}"
            for one in story.origins
        ]
        out += [f"> {_mark(shown(quote, 400))}\n" for quote in quotes(story)]
        for line in story.lines:
            link = href(line.url)
            title = _mark(shown(line.title))
            out.append(
                f"- {_day(line.when)} {f'[{title}](<{link}>)' if link else title} — {_mark(shown(line.outlet, 60))}{_marked(line)}"
            )
        out.append("")
    if report.adjacent:
        out += ["## Adjacent", ""]
        for line in report.adjacent:
            link, title = href(line.url), _mark(shown(line.title))
            out.append(
                f"- {_day(line.when)} {line.stream}: {f'[{title}](<{link}>)' if link else title} ({_mark(line.missing)})"
            )
        out.append("")
    if report.runs:
        out += ["## What was read", ""]
        for run in report.runs:
            out.append(f"- {_mark(_run_line(run))}")
            out += [f"  - partial: {_mark(shown(reason, 200))} ({units})" for reason, units in run.partial]
            out += [
                f"  - not read: {_mark(shown(place, 160))}: {_mark(shown(reason, 160))}"
                for place, reason in run.missed[:MISSED]
            ]
    return "\n".join(out).rstrip() + "\n"


@cache
def _template() -> Any:
    import jinja2

    folder = files("bot.render") / "templates"
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(day=_day, href=href, shown=shown)
    return environment.from_string((folder / "report.html.j2").read_text(encoding="utf-8"))


def html(report: Report) -> str:
    """One page without scripts or anything loaded from elsewhere."""
    values = {"report": report, "title": _title(report), "summary": summary(report), "streams": _streams(report), "most": MISSED,
              "plots": plots, "run_line": _run_line, "marked": _marked, "span": _span, "quotes": quotes, "compared": _compared, "timeline": TIMELINE}  # fmt: skip
    return str(_template().render(values))


def record(report: Report) -> str:
    """All of it as JSON; keys are only ever added, times are ISO 8601."""
    value = asdict(report)
    value["articles"] = report.articles
    for run, own in zip(value["runs"], report.runs, strict=True):
        run["complete"] = own.complete
    return json.dumps(value, ensure_ascii=False, indent=1, default=_iso) + "\n"


def _iso(value: date) -> str:
    """A day or a moment: a day's own method cannot read a moment, nor the other way round."""
    return value.isoformat()


def table(report: Report) -> str:
    """One line an article, adjacent ones below the matches."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for story in report.stories:
        for line in story.lines:
            writer.writerow(map(_cell, _row(line, story.story, story.direction or "", story.kind or "")))
    for line in report.adjacent:
        writer.writerow(map(_cell, _row(line, "", "", "")))
    return out.getvalue()


def _row(line: ReportLine, story: str, direction: str, kind: str) -> tuple[str, ...]:
    return (
        line.published.isoformat() if line.published else "", story, direction, kind, line.title, line.outlet, line.lang, line.quality,
        line.role, line.copy_of, href(line.url), line.article, line.first_seen.isoformat(), "no" if line.quiet else "yes", line.stream,
        line.missing,
    )  # fmt: skip


def _cell(value: str) -> str:
    # A headline that begins like a formula must not become one in a spreadsheet.
    text = one_line(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text


FORMATS: Mapping[str, Callable[[Report], str]] = {
    "console": console,
    "html": html,
    "markdown": markdown,
    "json": record,
    "csv": table,
}


def _title(report: Report) -> str:
    return f"What was reported from {report.window.words()}"


def summary(report: Report) -> str:
    """The counts, and when the report was made."""
    known = sum(not line.quiet for story in report.stories for line in story.lines)
    return (
        f"{len(report.stories)} stories, {report.articles} articles ({known} announced, {report.articles - known} quiet), "
        f"{len(report.adjacent)} adjacent · made {report.made:%Y-%m-%d %H:%M} UTC"
    )


def quotes(story: ReportStory) -> list[str]:
    """The sentences that the story's claims stand in, each once."""
    return list(dict.fromkeys(claim.quote for claim in story.claims if claim.quote))[:5]


def _firm(origin: Origin) -> str:
    return ", corroborated" if origin.corroborated else ""


def _span(story: ReportStory) -> str:
    return f" · to {_day(story.latest)}" if story.latest.date() != story.first.date() else ""


def _marked(line: ReportLine) -> str:
    notes = [
        note
        for note in (line.quality if line.quality != "full" else "", f"copy of {line.copy_of}" if line.copy_of else "")
        if note
    ]
    if line.published is None:
        notes.append("no date: by when it was read")
    return f" ({', '.join(notes)})" if notes else ""


def _streams(report: Report) -> str:
    found = Counter(line.stream or "unsure" for line in report.adjacent)
    return ", ".join(f"{name} {count}" for name, count in found.most_common())


def _compared(one: ReportClaim) -> str:
    notes = [
        f"before: {shown(one.before, 80)}" if one.before else "",
        f"borne out by {shown(', '.join(one.borne_out_by), 120)}" if one.borne_out_by else "",
        f"denial: {shown(', '.join(one.denied_by), 120)}" if one.denied_by else "",
        f"{one.carriers} articles" if one.carriers > 1 else "",
    ]
    told = "; ".join(filter(None, notes))
    return f" ({told})" if told else ""


def _run_line(run: ReportRun) -> str:
    state = "complete for what its sources hold" if run.complete else "not complete"
    left = f", {run.failed} failed" if run.failed else ""
    left += f", {run.waiting} wait" if run.waiting else ""
    sources = ", ".join(run.sources) or "nothing"
    return (
        f"backfill {run.run} ({sources}; {run.window.words()}), last worked on {run.last:%Y-%m-%d %H:%M} UTC: {run.done} units done{left}, "
        f"{run.documents} documents, {run.matches} matches: {state}"
    )


def _mark(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _MARKS.sub(r"\\\1", text)


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"
