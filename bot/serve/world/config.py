"""The configuration of the demo: the feeds of the invented outlets, and previews in place of accounts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from bot.serve.world.manifest import Outlet, read_outlets

FIRST_LINE = "# Written by `armswatch demo`: every feed below is served by this machine and invented."
"""By which the demo knows a folder as its own; it clears no other."""

_HEAD = """\
{first}
schema = 1
database = {database}
output = {output}

[polling]
host_gap = "0s" # all outlets share one address here; real hosts get their two seconds

[network]
allow = [{host}]

[[subscriptions]]
name = "desk"
channel = "console"

[[subscriptions]]
name = "slack-preview"
channel = "slack"
target = "C0123456789"

[[subscriptions]]
name = "mail-preview"
channel = "email"
target = "desk@example.org"
"""
_SLACK = """
[slack]
base_url = {url}
"""


def config_text(
    base_url: str, out_dir: Path | str, outlets: Sequence[Outlet] | None = None, *, slack_url: str = ""
) -> str:
    """A config.toml for the demo world at `base_url` that keeps its database and previews under `out_dir`.

    With `slack_url` the digest also goes to the Slack that answers there.
    """
    out = Path(out_dir)
    parts = [
        _HEAD.format(
            first=FIRST_LINE,
            database=_quoted(str(out / "armswatch.db")),
            output=_quoted(str(out)),
            host=_quoted(urlsplit(base_url).netloc),
        )
    ]
    if slack_url:
        parts.append(_SLACK.format(url=_quoted(slack_url)))
    for outlet in read_outlets() if outlets is None else outlets:
        rows = {
            "url": base_url.rstrip("/") + outlet.feed,
            "name": outlet.name,
            "lang": outlet.lang,
            "kind": outlet.kind,
            "tier": outlet.tier,
            "interval": "60m",  # the demo's second round comes after 61 minutes
        }
        lines = [f"{key} = {_quoted(value)}" for key, value in rows.items()]
        if not outlet.pages:
            lines.append("pages = false")
        parts.append("\n".join(("[[feeds]]", *lines, "")))
    return "\n".join(parts)


def _quoted(words: str) -> str:
    """A TOML basic string; JSON writes the same escapes."""
    return json.dumps(words, ensure_ascii=False)
