"""Digest → JSON, for programs: the same list in the same order, nothing that readers do not see."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from bot.model import Digest, DigestStory
from bot.render.links import href


def record(digest: Digest) -> dict[str, Any]:
    """The digest as JSON values. Keys are only ever added; times are ISO 8601 in UTC."""
    return {
        "id": digest.id,
        "subscription": digest.subscription,
        "title": digest.title,
        "every": digest.every,
        "local_date": digest.local_date.isoformat(),
        "zone": digest.zone,
        "since": _time(digest.since),
        "cutoff": _time(digest.cutoff),
        "late_run": digest.late_run,
        "in_scope": digest.in_scope,
        "adjacent_total": sum(line.count for line in digest.adjacent),
        "passing": digest.passing,
        "stories": [_story(story, number) for number, story in enumerate(digest.stories, 1)],
        "adjacent": [
            {
                "stream": line.stream,
                "label": line.label,
                "count": line.count,
                "missing": line.missing,
                "items": [
                    {"outlet": outlet, "title": title, "url": href(url)}
                    for outlet, title, url in line.items or ((line.outlet, line.title, line.url),)
                ],
            }
            for line in digest.adjacent
        ],
        "corrections": list(digest.corrections),
        "coverage": {
            "items_read": digest.coverage.items_read,
            "languages": {lang: [working, all_] for lang, working, all_ in digest.coverage.by_lang},
            "holes": list(digest.coverage.holes),
        },
        "last_fact": digest.last_fact,
        "ledger": [{"claim": line, "outlet": outlet, "url": href(url)} for line, outlet, url in digest.ledger],
        "chart": {day.isoformat(): count for day, count in digest.chart},
    }


def dumped(digest: Digest) -> str:
    """`record` as indented JSON text."""
    return json.dumps(record(digest), ensure_ascii=False, indent=2) + "\n"


def _story(story: DigestStory, number: int) -> dict[str, Any]:
    return {
        "number": number,
        "story": story.story,
        "badge": story.badge,
        "folded": story.folded,
        "watchlists": list(story.watchlists),
        "title": story.title,
        "url": href(story.url),
        "outlet": story.outlet,
        "host": story.host,
        "lang": story.lang,
        "quality": story.quality,
        "direction": story.direction,
        "kind": story.kind,
        "stream": story.stream,
        "gloss": story.gloss,
        "quote": story.quote,
        "published": _time(story.published),
        "first_seen": _time(story.first_seen),
        "late_reason": story.late_reason,
        "origins": [
            {
                "claimant": one.claimant,
                "basis": one.basis,
                "carriers": one.carriers,
                "corroborated": one.corroborated,
            }
            for one in story.origins
        ],
        "carriers": story.carriers,
        "predecessor": story.predecessor,
        "others": list(story.others),
        "answers": story.answers,
        "follows": story.follows,
        "alerted": _time(story.alerted),
        "notes": [
            {"badge": note.badge, "words": note.words, "outlet": note.outlet, "url": href(note.url)}
            for note in story.notes
        ],
        "also": [{"outlet": outlet, "title": title, "url": href(url)} for outlet, title, url in story.also],
    }


def _time(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
