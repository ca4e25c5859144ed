"""Extraction on real pages of 130 outlets: titles, text and dates do not get worse than the pinned floors."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.core.articles import extract
from bot.core.dates import parse_date
from bot.model import Page

SHARED = Path(os.environ.get("ARMSWATCH_SHARED", Path(__file__).resolve().parents[2] / ".." / "shared"))
PAGES = SHARED / "data/pages/fundus"
NOW = datetime(2026, 11, 1, tzinfo=UTC)

# Pinned a little under what was measured on 2026-11-25 on the sample (0.955, 0.791, 0.969, 0.946). Raise them with the extraction.
TEXT_F1 = 0.95
TITLE_SAME = 0.78
DATE_SAME_DAY = 0.96
DATE_SAME_MINUTE = 0.93

pytestmark = [pytest.mark.shared, pytest.mark.skipif(not PAGES.exists(), reason="real data folder ../shared is absent")]


@dataclass(frozen=True, slots=True)
class Judged:
    name: str
    page: Page
    title: str
    text: str
    published: datetime | None
    f1: float


@cache
def judged() -> tuple[Judged, ...]:
    # Every second page: the whole takes half a minute and says the same (0.953, 0.802, 0.977, 0.942).
    return tuple(_judged(path) for path in sorted(PAGES.glob("*/*.html.gz"))[::2])


def _judged(path: Path) -> Judged:
    body = gzip.decompress(path.read_bytes())
    url = json.loads((path.parent / "meta.info").read_text()).get(path.name, {}).get("url", "")
    page = extract(body, url=url, headers=(("content-type", "text/html"),), now=NOW)
    expected = path.parent / f"{path.name.rsplit('_', 3)[0]}.json"
    versions = (
        [version for version in json.loads(expected.read_text()).values() if isinstance(version, dict)]
        if expected.exists()
        else []
    )
    scored = [
        (_f1(f"{page.title} {page.text}", f"{version.get('title', '')} {_body(version)}"), version)
        for version in versions
    ]
    # One outlet's file holds one expectation for each of its layouts; the page belongs to the one it resembles.
    f1, best = max(scored, key=lambda one: one[0], default=(0.0, {}))
    return Judged(
        path.name, page, str(best.get("title") or ""), _body(best), parse_date(best.get("publishing_date")), f1
    )


def _body(version: dict[str, Any]) -> str:
    body = version.get("body") or {}
    parts = list(body.get("summary") or [])
    for section in body.get("sections") or []:
        parts += (section.get("headline") or []) + (section.get("paragraphs") or [])
    return "\n".join(parts)


def _units(text: str) -> Counter[str]:
    if re.search("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]", text):
        return Counter(character for character in text if not character.isspace())
    return Counter(re.findall(r"\w+", text.casefold()))


def _f1(one: str, two: str) -> float:
    first, second = _units(one), _units(two)
    shared = sum((first & second).values())
    return 2 * shared / (first.total() + second.total()) if shared else 0.0


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def test_every_page_gives_an_article():
    assert len(judged()) >= 125
    assert all(one.page.title for one in judged())


def test_the_text_is_the_articles_text():
    scores = [one.f1 for one in judged() if one.text]
    mean = sum(scores) / len(scores)
    worst = sorted((round(one.f1, 2), one.name) for one in judged() if one.text)[:5]
    assert mean >= TEXT_F1, f"mean F1 {mean:.3f} over {len(scores)} pages; worst: {worst}"


def test_the_title_is_the_headline():
    titled = [one for one in judged() if one.title]
    same = sum(_letters(one.title) == _letters(one.page.title) for one in titled) / len(titled)
    assert same >= TITLE_SAME, f"{same:.3f} of {len(titled)} titles are the expected ones"


def test_the_date_is_the_day_of_publication_and_mostly_the_minute():
    dated = [(one.page.published, one.published) for one in judged() if one.published is not None]
    near = [abs(found - expected) for found, expected in dated if found]
    day = sum(distance < timedelta(hours=26) for distance in near) / len(dated)
    minute = sum(distance < timedelta(minutes=2) for distance in near) / len(dated)
    assert day >= DATE_SAME_DAY, f"{day:.3f} of {len(dated)} dates are within a day"
    assert minute >= DATE_SAME_MINUTE, f"{minute:.3f} of {len(dated)} dates are within two minutes"


@pytest.mark.torture
def test_all_258_pages_are_within_the_floors():
    every = [_judged(path) for path in sorted(PAGES.glob("*/*.html.gz"))]
    scores = [one.f1 for one in every if one.text]
    assert len(every) == 258
    assert sum(scores) / len(scores) >= TEXT_F1
