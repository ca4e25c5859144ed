"""Imported by the process that workers are forked from: reads one small page, so that no worker pays for the first time."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.core import articles
from bot.core.languages import detected

_WHEN = datetime(2024, 1, 1, tzinfo=UTC)
_SENTENCE = "The parsers load their tables when they meet their first document, which is this one. "
_PAGE = f"<html lang='en'><head><title>Warm</title></head><body><article><h1>Warm</h1><p>{_SENTENCE * 8}</p></article></body></html>"


def _warmed() -> bool:
    articles.extract(_PAGE.encode(), url="https://example.org/", headers=(), now=_WHEN)
    return bool(detected(_SENTENCE))


READY = _warmed()
