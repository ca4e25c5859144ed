"""Mailboxes and single mails of newsletters: one mail is one article, its subject the headline."""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from email import message_from_binary_file, policy
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

from bot.core.charsets import decoded
from bot.core.dates import plausible, read_date
from bot.core.markup import plain
from bot.core.text import clean, one_line
from bot.core.units import Missed, Words

MAX_MAIL = 20 * 1024 * 1024  # bytes
MAX_TEXT = 400_000  # code points


def mbox(path: Path, now: datetime) -> Iterator[Words | Missed]:
    """Every mail of an mbox file, in its order."""
    with closing(mailbox.mbox(path, create=False)) as box:
        for number, key in enumerate(box.iterkeys(), start=1):
            place = f"{path}, mail {number}"
            with box.get_file(key) as stream:
                yield _mail(stream, place, now)


def single(path: Path, now: datetime) -> Words | Missed:
    """One .eml file."""
    with path.open("rb") as stream:
        return _mail(stream, str(path), now)


def _mail(stream: object, place: str, now: datetime) -> Words | Missed:
    try:
        message = message_from_binary_file(stream, policy=policy.default)  # type: ignore[call-overload]
        return _article(message, place, now)
    except Exception as error:  # noqa: BLE001 - the email package raises many kinds on mangled mails
        return Missed(place=place, reason=f"unreadable mail: {type(error).__name__}: {str(error)[:120]}")


def _article(message: EmailMessage, place: str, now: datetime) -> Words | Missed:
    text = _text(message)
    subject = one_line(str(message.get("subject", "")), 500)
    if not text and not subject:
        return Missed(place=place, reason="a mail with neither subject nor text")
    name, address = parseaddr(str(message.get("from", "")))
    reading = read_date(str(message.get("date", "")))
    published = plausible(reading.at, now) if reading else None
    return Words(
        title=subject,
        text=text,
        place=place,
        published=published,
        published_basis="given" if published else "none",
        outlet=one_line(name or address.partition("@")[2], 120),
    )


def _text(message: EmailMessage) -> str:
    """The longer of what the plain and the HTML parts say: many newsletters put one line into the plain part."""
    found = {"text/plain": "", "text/html": ""}
    for part in message.walk():
        kind = part.get_content_type()
        if kind not in found or part.get_content_disposition() == "attachment" or found[kind]:
            continue
        raw = part.get_payload(decode=True)
        if not isinstance(raw, bytes) or len(raw) > MAX_MAIL:
            continue
        text = decoded(raw, str(part.get("content-type", ""))).text
        found[kind] = plain(text, MAX_TEXT) if kind == "text/html" else clean(text, MAX_TEXT)
    return max(found.values(), key=len)
