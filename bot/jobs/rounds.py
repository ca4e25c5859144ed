"""What a round says of itself: one line for people."""

from __future__ import annotations

from bot.model import RoundReport


def sentence(report: RoundReport) -> str:
    """A round in one line."""
    words = [
        f"{report.feeds_polled} of {report.feeds_due} due feeds polled",
        f"{report.feeds_unchanged} unchanged",
        f"{report.feeds_failed} failed",
        *([f"{len(report.waits)} asked to wait"] if report.waits else []),
        f"{report.entries_new} new entries",
        f"{report.pages_fetched} pages read",
        f"{report.matches} matches, {report.borderline} adjacent, {report.duplicates} duplicates",
    ]
    return ", ".join(words)
