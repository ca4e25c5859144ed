"""What makes two sightings of a feed's item the same entry: guid, link, title with date; ids minted from them (R-20…R-21)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from bot.core.text import fold
from bot.core.urls import alias
from bot.model import Entry

# Words that feeds put into every guid when they have none.
_EMPTY_GUIDS = frozenset({"", "0", "-", "none", "null", "undefined", "false", "true", "n/a", "#"})
RELINK_SHARE = 0.8  # above this share of old acquaintances among "new" entries, the guids changed, not the news


def named(entries: Iterable[Entry]) -> list[Entry]:
    """The entries with `guid`, `id` and `aliases` set, each identity once (the first in document order stays).

    The identity is the guid, else the link, else a hash of title and date. A guid that the document uses for several links is
    split by link. Guids and links that are URLs count without scheme, `www.` and tracking, so that a move to https keeps ids.
    """
    entries = list(entries)
    links: dict[str, set[str]] = {}
    for entry in entries:
        links.setdefault(_guid(entry), set()).add(alias(entry.url))
    seen: set[str] = set()
    kept = []
    for entry in entries:
        guid, link = _guid(entry), alias(entry.url)
        key = name_of(entry)
        if guid and len(links[guid]) > 1:
            key = f"{guid}|{link or title_key(entry)}"
        if not key or key in seen:
            continue
        seen.add(key)
        names = tuple(name for name in (link, title_key(entry)) if name)
        shown = entry.guid if guid else entry.url or title_key(entry)
        kept.append(replace(entry, id=entry_id(entry.feed, key), guid=shown, aliases=names))
    return kept


def name_of(entry: Entry) -> str:
    """What the item calls itself: its guid, else its link, else title and date."""
    return _guid(entry) or alias(entry.url) or title_key(entry)


def named_by_itself(entry: Entry) -> bool:
    """Whether it has a guid or link; else its name rests on its title and what its date was taken for."""
    return bool(_guid(entry) or alias(entry.url))


def entry_id(feed: str, key: str) -> str:
    """`e-` and 16 hex digits of sha256 over the feed's URL and the identity key."""
    return "e-" + hashlib.sha256(f"{feed}\0{key}".encode("utf-8", "replace")).hexdigest()[:16]


def title_key(entry: Entry) -> str:
    """A hash of the folded title and the day and time it was published, "" for an entry without a title."""
    if not entry.title:
        return ""
    moment = entry.published.isoformat() if isinstance(entry.published, datetime) else ""
    return "t:" + hashlib.sha256(f"{fold(entry.title).text}\0{moment}".encode("utf-8", "replace")).hexdigest()[:24]


def relinked(new: Collection[Entry], known: Collection[str]) -> tuple[str, ...]:
    """The ids of entries that are only new names of old ones, where the whole feed changed its guids (R-21); else ().

    `new` are the entries whose id the store has not seen, `known` the aliases that it has seen for this feed. More than 80 % of
    at least five must be known, or else each entry stands for itself.
    """
    known = frozenset(known)
    old = [entry.id for entry in new if any(name in known for name in entry.aliases)]
    return tuple(old) if len(new) >= 5 and len(old) > RELINK_SHARE * len(new) else ()


def _guid(entry: Entry) -> str:
    guid = entry.guid.strip()
    if guid.lower() in _EMPTY_GUIDS:
        return ""
    return alias(guid) or guid if guid.lower().startswith(("http://", "https://")) else guid
