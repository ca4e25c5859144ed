"""The configuration of the demo: the feeds of the invented outlets, and previews in place of accounts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from bot.serve.world.manifest import Outlet, read_outlets

_HEAD = """\
# Written by `armswatch demo`: every feed below is served by this machine and invented.
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
target = "C00DEMO0001"

[[subscriptions]]
name = "mail-preview"
channel = "email"
target = "desk@example.org"
"""


def config_text(base_url: str, out_dir: Path | str, outlets: Sequence[Outlet] | None = None) -> str:
    """A config.toml for the demo world at `base_url` that keeps its database and previews under `out_dir`."""
    out = Path(out_dir)
    parts = [
        _HEAD.format(
            database=_quoted(str(out / "armswatch.db")),
            output=_quoted(str(out)),
            host=_quoted(urlsplit(base_url).netloc),
        )
    ]
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
