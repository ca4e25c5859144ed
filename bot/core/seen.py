"""Which items of a feed document were read before, byte for byte: a changed feed costs what is new in it.

The memory of a document holds, for each item, a hash of its raw text, a hash of its identity and its date; and a hash of the
frame, which is everything around the items but the channel's own dates. An item with a known hash in a known frame is not
parsed again. That gives the same new entries as parsing everything, because a well-formed item means the same whatever stands
beside it, and where that may not hold there is no memory: documents that are not well-formed, items that share an identity with
an unread one, time zones guessed from the dates of all items together. Then the whole is parsed, as if there were no memory.
"""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.core.slices import Slices

# What a channel changes with every export and no item depends on. Only text without markup is passed over.
_VOLATILE = re.compile(
    r"<(?:[\w.-]+:)?(lastBuildDate|pubDate|updated|modified|date)\b[^<>]*>[^<>]*</(?:[\w.-]+:)?\1\s*>", re.IGNORECASE
)
_ROW = struct.Struct(">8s4sI")  # item hash, identity hash, published as seconds since 1970 (0: undated)
_VERSION = b"\x01"  # of this format and of what the readers make of an item: raised when either changes


@dataclass(frozen=True, slots=True)
class Sighting:
    """What is remembered of one item."""

    name: bytes  # 4 bytes of the hash of its identity
    published: datetime | None


@dataclass(frozen=True, slots=True)
class Memory:
    """A document as it was read last; `encoded` is short: 22 characters an item."""

    frame: bytes
    items: Mapping[bytes, Sighting]

    def encoded(self) -> str:
        """As text for the feed's state."""
        rows = (
            _ROW.pack(item, seen.name, int(seen.published.timestamp()) if seen.published else 0)
            for item, seen in self.items.items()
        )
        return base64.b64encode(_VERSION + self.frame + b"".join(rows)).decode()


def decoded(text: str) -> Memory | None:
    """The memory back; None for "" and for what another version wrote."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    if data[:1] != _VERSION or len(data) < 9 or (len(data) - 9) % _ROW.size:
        return None
    items = {
        item: Sighting(name, datetime.fromtimestamp(at, UTC) if at else None)
        for item, name, at in _ROW.iter_unpack(data[9:])
    }
    return Memory(data[1:9], items)


def frame_of(parts: Slices) -> bytes:
    """The hash of what surrounds the items, without the channel's own dates."""
    return _hash(_VOLATILE.sub("", parts.frame), 8)


def hashes(parts: Slices) -> list[bytes]:
    """The hash of each item's raw text, in document order."""
    return [_hash(parts.text[start:end], 8) for start, end in parts.spans]


def name_hash(name: str) -> bytes:
    """The hash of an identity: two items with different ones never share an identity."""
    return _hash(name, 4)


def remembered(parts: Slices, seen: Iterable[tuple[bytes, Sighting]]) -> Memory | None:
    """The memory of a document, or None if two of its items share an identity: their meaning depends on each other."""
    items: dict[bytes, Sighting] = {}
    names: set[bytes] = set()
    for item, sighting in seen:
        if item in items or sighting.name in names:
            return None
        items[item] = sighting
        names.add(sighting.name)
    return Memory(frame_of(parts), items)


def _hash(text: str, size: int) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=size).digest()
