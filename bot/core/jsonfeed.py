"""JSON Feed (jsonfeed.org 1 and 1.1) as items and hints; feedparser reads XML only."""

from __future__ import annotations

import json
import re
from typing import Any

from bot.core.items import MAX_ENTRIES, MAX_TITLE, Raw
from bot.core.languages import language
from bot.core.markup import plain_line
from bot.core.urls import safe_link
from bot.errors import FeedError
from bot.model import FeedDocument


def read(text: str, url: str) -> tuple[FeedDocument, list[Raw]]:
    """The document without entries, and its items as they stand; a FeedError with reason `json` for what is no JSON Feed."""
    try:
        found = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise FeedError(f"broken JSON: {str(error)[:120]}", reason="json", subject=url) from None
    if not isinstance(found, dict) or not isinstance(found.get("items"), list):
        raise FeedError("JSON, but no JSON Feed: it has no list of items", reason="json", subject=url)
    version = re.search(r"version/(\d)(?:\.(\d))?", str(found.get("version", "")))
    document = FeedDocument(
        version=f"json{version[1]}{version[2] or '0'}" if version else "json10",
        title=plain_line(_string(found.get("title")), MAX_TITLE),
        entries=(),
        link=safe_link(_string(found.get("home_page_url")), url),
        lang=language(_string(found.get("language"))),
        next_page=safe_link(_string(found.get("next_url")), url),
        notes=(f"{len(found['items'])} entries cut to {MAX_ENTRIES}",) if len(found["items"]) > MAX_ENTRIES else (),
    )
    return document, [_raw_json(item) for item in found["items"] if isinstance(item, dict)]


def _raw_json(item: dict[str, Any]) -> Raw:
    authors = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
    title = _string(item.get("title"))
    content = _string(item.get("content_html")) or _string(item.get("content_text"))
    return Raw(
        guid=_string(item.get("id")),
        link=_string(item.get("url")) or _string(item.get("external_url")),
        title=title or plain_line(content, 120),
        summary=_string(item.get("summary")),
        content=content,
        published=_string(item.get("date_published")),
        updated=_string(item.get("date_modified")),
        authors=tuple(_string(author.get("name")) for author in authors or [] if isinstance(author, dict)),
        lang=_string(item.get("language")),
    )


def _string(value: object) -> str:
    return (
        value
        if isinstance(value, str)
        else str(value)
        if isinstance(value, int | float) and not isinstance(value, bool)
        else ""
    )
