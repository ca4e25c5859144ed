"""Imported by the process that workers are forked from: reads one small feed, so that no worker pays for the first time."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.core import entries

_ITEM = (
    "<item><title>Warm</title><link>https://example.org/1</link><guid>1</guid>"
    "<pubDate>Mon, 01 Jan 2024 00:00:00 GMT</pubDate><description>&lt;p&gt;It&lt;/p&gt; is warm.</description></item>"
)
_FEED = f"<rss version='2.0'><channel><title>Warm</title><link>https://example.org/</link>{_ITEM}</channel></rss>"

READY = entries.parse(
    _FEED.encode(), url="https://example.org/feed", headers=(), now=datetime(2024, 1, 1, tzinfo=UTC)
).entries
