"""Kept evidence as WARC records: the response as it came over the wire, and the feed entry as received (decision 22)."""

from __future__ import annotations

import gzip
import hashlib
import json
import uuid
import zlib
from datetime import UTC, datetime

from bot.model import Entry, Response

_LINE = "\r\n"
_HEAD = 256 * 1024  # bytes of a record in which all headers stand


def response_record(response: Response, *, requested: str) -> bytes:
    """A gzip-compressed WARC/1.1 `response` record: status line, headers and the decoded body, with the redirects."""
    reason = {200: "OK", 404: "Not Found"}.get(response.status, "Status")
    # The body is stored decoded; a transfer or content encoding in the kept headers would make it unreadable.
    dropped = {"content-encoding", "transfer-encoding", "content-length"}
    lines = [f"HTTP/1.1 {response.status} {reason}"]
    lines += [f"{_safe(name)}: {_safe(value)}" for name, value in response.headers if name not in dropped]
    lines += [f"content-length: {len(response.body)}", "", ""]
    payload = _LINE.join(lines).encode("utf-8", "replace") + response.body
    extra = {"WARC-Redirects": json.dumps(response.redirects)} if response.redirects else {}
    return _record("response", requested, response.fetched, "application/http; msgtype=response", payload, extra)


def validators(record: bytes) -> tuple[tuple[str, str], ...]:
    """The request headers that ask whether the page of a kept response is still the same; () where it named no version."""
    head = zlib.decompressobj(31).decompress(record, _HEAD).partition(b"HTTP/1.1 ")[2].partition(b"\r\n\r\n")[0]
    given = {}
    for line in head.decode("utf-8", "replace").split(_LINE)[1:]:
        name, _, value = line.partition(": ")
        given[name] = value
    asked = (("If-None-Match", given.get("etag", "")), ("If-Modified-Since", given.get("last-modified", "")))
    return tuple((name, value) for name, value in asked if value)


def entry_record(entry: Entry, now: datetime, as_json: str) -> bytes:
    """A gzip-compressed WARC/1.1 `metadata` record with the entry as it was read from its feed."""
    return _record("metadata", entry.url or entry.feed, now, "application/json", as_json.encode(), {})


def _record(kind: str, url: str, at: datetime, content_type: str, payload: bytes, extra: dict[str, str]) -> bytes:
    digest = hashlib.sha256(payload).hexdigest()
    headers = {
        "WARC-Type": kind,
        # Minted from the content, so that the same record has the same bytes on every run.
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{url} {at.isoformat()} {digest}')}>",
        "WARC-Date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "WARC-Target-URI": _safe(url),
        "WARC-Payload-Digest": f"sha256:{digest}",
        **extra,
        "Content-Type": content_type,
        "Content-Length": str(len(payload)),
    }
    head = "WARC/1.1" + _LINE + "".join(f"{name}: {value}{_LINE}" for name, value in headers.items()) + _LINE
    return gzip.compress(head.encode("utf-8", "replace") + payload + (_LINE * 2).encode(), mtime=0)


def _safe(value: str) -> str:
    return " ".join(value.split())
