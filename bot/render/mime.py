"""A mail promise → its bytes: the same bytes every time, so that a second sending is recognised as the same mail."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any, Final

from bot.model import Delivery

_WHOLE: Final = frozenset(
    {"list-id", "list-unsubscribe", "list-unsubscribe-post", "message-id", "in-reply-to", "references"}
)
_WORD: Final = 39  # octets of text in one encoded word: with its frame and the name of the header one line of 73


class _Policy(EmailPolicy):
    """EmailPolicy that folds without harm.

    The standard one turns a long link in List-Unsubscribe into encoded words, which no mail program follows, and
    loses letters of long Cyrillic subjects.
    """

    def fold(self, name: str, value: str) -> str:
        text = str(value)
        if name.lower() in _WHOLE and text.isascii():
            return f"{name}: {text}{self.linesep}"
        if name.lower() == "subject":
            first, *rest = text.split(" ") if text.isascii() else _encoded_words(text)
            return self.linesep.join(_folded(f"{name}: {first}", rest)) + self.linesep
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("utf-8" if self.utf8 else "ascii", "surrogateescape")


def _encoded_words(text: str) -> Iterator[str]:
    word = b""
    for letter in (one.encode() for one in text):
        if len(word) + len(letter) > _WORD:
            yield f"=?utf-8?b?{base64.b64encode(word).decode()}?="
            word = b""
        word += letter
    yield f"=?utf-8?b?{base64.b64encode(word).decode()}?="


def _folded(line: str, more: Iterable[str]) -> list[str]:
    """`line` and the words after it in lines of at most 76 characters, each later one with its leading space."""
    lines = [line]
    for word in more:
        if word and len(lines[-1]) + len(word) > 75:
            lines.append(f" {word}")
        else:
            lines[-1] += f" {word}"
    return lines


POLICY: Final = _Policy(linesep="\r\n", max_line_length=76)
NO_DOMAIN: Final = "armswatch.invalid"
"""The right side of a Message-ID where no sender address is known; RFC 6761 reserves it."""

_REPEAT: Final = "Possible repeat: the server's answer to the first attempt was lost."


def message_id(key: str, from_address: str) -> str:
    """`<armswatch.HASH@domain>` of one delivery key: equal on every attempt (M-2)."""
    return f"<armswatch.{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain_of(from_address)}>"


def domain_of(from_address: str) -> str:
    """The domain of `a@b` or `Name <a@b>` in ASCII, `NO_DOMAIN` where there is none."""
    try:
        return address(from_address).domain
    except ValueError:
        return NO_DOMAIN


def header_text(text: str, limit: int = 150) -> str:
    """Text that cannot end a header or pose as encoded words: one line, `=?` broken up (R-42)."""
    line = " ".join(text.split())
    line = re.sub(r"=(?=\?)", "= ", line)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def assembled(delivery: Delivery, *, from_address: str = "", resend: bool = False) -> EmailMessage:
    """The mail of one promise.

    `from_address` stands in where the promise names no sender. A resend has the same Message-ID and says in the text
    and in `X-Armswatch-Repeat` that it may be a second copy.
    """
    promise: dict[str, Any] = json.loads(delivery.payload)
    sender = promise["from"] or from_address
    mail = EmailMessage(policy=POLICY)
    mail["From"] = address(sender)
    mail["To"] = address(promise["to"])
    mail["Subject"] = promise["subject"]
    mail["Date"] = format_datetime(datetime.fromisoformat(promise["date"]))
    mail["Message-ID"] = promise["message_id"] or message_id(delivery.key, sender)
    for name, value in promise["headers"]:
        mail[name] = value
    plain, page = promise["plain"], promise["html"]
    if resend:
        mail["X-Armswatch-Repeat"] = "possible"
        plain = f"{_REPEAT}\n\n{plain}"
        page = page.replace("<!--repeat-->", f"<p>{_REPEAT}</p>", 1)
    mail.set_content(plain, cte=_encoding(plain))
    mail.add_alternative(page, subtype="html", cte=_encoding(page))
    html_part = mail.get_payload()[1]  # type: ignore[index] # a multipart's payload is its list of parts
    for image in promise.get("images", ()):
        html_part.add_related(  # type: ignore[union-attr] # the same list
            base64.b64decode(image["base64"]), "image", image["type"], cid=f"<{image['cid']}>", disposition="inline"
        )
    _settle(mail, delivery.key)
    return mail


def address(text: str) -> Address:
    """One mail address as a header value; ValueError where it is none. `Name <a@b>` keeps its name."""
    name, bracket, rest = text.strip().rpartition("<")
    spec = rest.removesuffix(">") if bracket and rest.endswith(">") else text.strip()
    local, at, domain = spec.rpartition("@")
    if not domain.isascii():
        domain = domain.encode("idna").decode("ascii")
    if not (local and at and domain) or any(one.isspace() or one in '<>,;:\\"' for one in spec):
        raise ValueError(f"not a mail address: {text[:100]!r}")
    return Address(display_name=name.strip().strip('"'), username=local, domain=domain)


def _encoding(text: str) -> str:
    """Quoted-printable while most of the text is ASCII, base64 for the rest; never 8bit (M-6)."""
    foreign = sum(1 for one in text if one > "\x7f")
    return "base64" if foreign * 10 > len(text) * 3 else "quoted-printable"


def _settle(mail: EmailMessage, key: str) -> None:
    """Give every multipart a boundary of its own that follows from the key."""
    for depth, part in enumerate(one for one in mail.walk() if one.is_multipart()):
        part.set_boundary(f"=_armswatch_{hashlib.sha256(f'{key}/{depth}'.encode()).hexdigest()[:24]}")
