"""Digests → an Atom feed and a JSON Feed of stories, for those who read feeds themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from xml.etree import ElementTree as ET

from bot.model import Digest, DigestStory
from bot.render import words
from bot.render.links import href

ATOM: Final = "http://www.w3.org/2005/Atom"
LIMIT: Final = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def atom(digests: Sequence[Digest], *, title: str, self_url: str = "", home_url: str = "") -> str:
    """An Atom 1.0 document: the stories of the newest digests in their order, at most `LIMIT` entries.

    An entry's id follows from story and digest, so that a story which comes back as UPDATE is an entry of its own.
    """
    ET.register_namespace("", ATOM)
    feed = ET.Element(f"{{{ATOM}}}feed")
    _put(feed, "id", "urn:armswatch:feed")
    _put(feed, "title", words.shown(title))
    _put(feed, "updated", max((one.cutoff for one in digests), default=_EPOCH).isoformat())
    author = ET.SubElement(feed, f"{{{ATOM}}}author")
    _put(author, "name", "armswatch")
    for rel, url in (("self", self_url), ("alternate", home_url)):
        if href(url):
            ET.SubElement(feed, f"{{{ATOM}}}link", {"rel": rel, "href": href(url)})
    for digest, story in _entries(digests):
        entry = ET.SubElement(feed, f"{{{ATOM}}}entry")
        _put(entry, "id", f"urn:armswatch:{_token(story.story)}:{digest.id}")
        _put(entry, "title", _title(story))
        _put(entry, "updated", digest.cutoff.isoformat())
        if story.published:
            _put(entry, "published", story.published.isoformat())
        if href(story.url):
            ET.SubElement(entry, f"{{{ATOM}}}link", {"rel": "alternate", "href": href(story.url)})
        _put(entry, "summary", _summary(story, digest.zone), {"type": "text"})
    return ET.tostring(feed, encoding="unicode", xml_declaration=True) + "\n"


def json_feed(digests: Sequence[Digest], *, title: str, self_url: str = "", home_url: str = "") -> str:
    """The same as JSON Feed 1.1."""
    items: list[dict[str, Any]] = []
    for digest, story in _entries(digests):
        item = {
            "id": f"urn:armswatch:{_token(story.story)}:{digest.id}",
            "url": href(story.url),
            "title": _title(story),
            "content_text": _summary(story, digest.zone),
            "date_published": story.published.isoformat() if story.published else "",
            "date_modified": digest.cutoff.isoformat(),
            "tags": [one for one in (story.badge, story.kind or "", *story.watchlists) if one],
        }
        items.append({key: value for key, value in item.items() if value})
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": words.shown(title),
        "home_page_url": href(home_url),
        "feed_url": href(self_url),
        "items": items,
    }
    return (
        json.dumps({key: value for key, value in document.items() if value != ""}, ensure_ascii=False, indent=2) + "\n"
    )


def _entries(digests: Iterable[Digest]) -> list[tuple[Digest, DigestStory]]:
    newest = sorted(digests, key=lambda one: (one.cutoff, one.id), reverse=True)
    return [(digest, story) for digest in newest for story in digest.stories][:LIMIT]


def _title(story: DigestStory) -> str:
    way = f"{words.shown(story.direction_words, 60)}: " if story.direction_words else ""
    return f"{words.badge(story)} {way}{words.said(story)}"


def _summary(story: DigestStory, zone: str) -> str:
    lines = [words.title(story)] if words.said(story) != words.title(story) else []
    if words.quote(story):
        lines.append(words.quoted(story))
    lines.append(f"{words.source(story)} · {words.published(story, zone)} {zone} · {words.origins(story)}")
    lines += words.remarks(story, zone)
    lines += [f"{note.badge}: {words.shown(note.words)}" for note in story.notes]
    return "\n".join(lines)


def _token(text: str) -> str:
    return "".join(one if one.isascii() and (one.isalnum() or one in "-_.") else "-" for one in text)


def _put(parent: ET.Element, name: str, text: str, attributes: dict[str, str] | None = None) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes or {}).text = text
