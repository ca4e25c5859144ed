"""Text without the secrets that may stand in it: for logs, metrics and error messages."""

from __future__ import annotations

import re

_SECRETS = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|(hooks\.slack\.com/(?:services|workflows)/)\S+|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
    r"|((?:Bearer|Basic) +)[\w.~+/=-]{8,}"
    # Feeds for subscribers carry their key in the address.
    r"|([?&](?:[\w-]*[_-])?(?:key|apikey|token|secret|password|passwd|signature|auth|pass|pw|sig|sid)=)[^&\s\"'<>]+",
    re.IGNORECASE,
)


def mask(text: str) -> str:
    """Text with tokens, webhook paths, logins, user info and keys in URLs replaced (R-71)."""
    return _SECRETS.sub(lambda found: (found[1] or found[2] or found[3] or "") + "***", text)
