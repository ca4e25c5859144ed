"""One test message to a Slack channel, taken back at once: proof that posting works, and nothing that stays."""

from __future__ import annotations

import json
import ssl
import urllib.request
from typing import Any
from urllib.parse import urljoin, urlsplit

from bot.errors import SendError, SendRejected
from bot.send.loopback import admit
from bot.send.wire import Wire, asked

WORDS = "armswatch doctor: a test message, taken back at once"


def trial(token: str, target: str, *, base_url: str, loopback_only: bool = False, proxy: str = "") -> str:
    """Post to `target` and delete what was posted; what is wrong, in words, or "" if both worked."""
    try:
        admit(urlsplit(base_url).hostname or "", loopback_only=loopback_only)
        wire = Wire(ssl.create_default_context(), proxy, 15)
        said = {"type": "context", "elements": [{"type": "plain_text", "text": WORDS, "emoji": False}]}
        body = {"channel": target, "text": WORDS, "blocks": [said], "unfurl_links": False, "unfurl_media": False}
        posted = _call(wire, base_url, "chat.postMessage", token, body)
        channel = str(posted.get("channel") or target)
        _call(wire, base_url, "chat.delete", token, {"channel": channel, "ts": str(posted["ts"])})
    except SendError as error:
        return str(error)
    except KeyError:
        return "Slack took the message and named no ts, so it was not taken back"
    return ""


def _call(wire: Wire, base_url: str, method: str, token: str, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310 # scheme and host were admitted; the wire knows http(s) only
        urljoin(base_url, method),
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json; charset=utf-8", "Authorization": f"Bearer {token}"},
        method="POST",
    )
    answer = asked(lambda: wire.send(request), method)
    try:
        found = json.loads(answer.text)
    except ValueError:
        found = {}
    if not isinstance(found, dict) or not found.get("ok"):
        said = found.get("error", "") if isinstance(found, dict) else ""
        code = str(said) if said else f"http-{answer.status}"
        raise SendRejected(f"{method}: {code}", code=code, subject=method)
    return found
