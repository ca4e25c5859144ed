"""Which links may be printed: http and https only, no hidden target, nothing that a sink could read as markup (S-5)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

LIMIT: Final = 2000
"""Longest link that is printed. Slack takes 3,000 characters, mail clients break links from about 2,000."""

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\.?|\[[0-9a-f:.]+\]")
_SAFE: Final = "!#$%&'()*+,/:;=?@[]~-._"


def href(url: str) -> str:
    """`url` as a link that is safe in a Slack element, an HTML attribute and plain text; "" if it cannot be one.

    User names are dropped, international host names shown in their ASCII form, white space and `<>"|` and everything
    outside ASCII percent-encoded, so that a label cannot hide where a link goes.
    """
    try:
        parts = urlsplit(url.strip())
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError:
        return ""
    if scheme not in ("http", "https"):
        return ""
    host = _ascii(host)
    if not host:
        return ""
    netloc = host if port is None else f"{host}:{port}"
    try:
        path = quote(parts.path, safe=_SAFE.replace("?", "").replace("#", ""))
        query = quote(parts.query, safe=_SAFE.replace("#", ""))
        fragment = quote(parts.fragment, safe=_SAFE)
    except UnicodeEncodeError:  # a lone surrogate: no browser would follow it either
        return ""
    made = urlunsplit((scheme, netloc, path, query, fragment))
    return made if len(made) <= LIMIT else ""


def host_of(url: str) -> str:
    """The host that a printed link leads to, without `www.`."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def _ascii(host: str) -> str:
    host = host.lower()
    if ":" in host:
        host = f"[{host}]"
    elif not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    return host if len(host) <= 253 and _HOST.fullmatch(host) else ""
