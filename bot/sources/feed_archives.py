"""Archived and paged feeds (RFC 5005): from the subscription document backwards until the window begins."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from bot.core.politeness import NOT_AGAIN
from bot.core.units import Finding, Leads, Missed, Partial, Unit, Window
from bot.errors import FeedError, WorkerError
from bot.model import FeedDocument
from bot.ports import Clock, Fetch, Parse
from bot.sources.asking import Ask

CAP = 20 * 1024 * 1024  # bytes of one feed document


class FeedArchives:
    """One unit a feed document; each names the one before it. A loop ends because a unit is done once."""

    name = "feeds"

    def __init__(
        self,
        feeds: Sequence[str],
        fetch: Fetch,
        parse: Parse,
        clock: Clock,
        pause: Callable[[float], None],
        polled: Callable[[str], datetime | None] = lambda _: None,
    ) -> None:
        """`polled` tells when the watch itself asked for a feed: a minute lies between its request and ours (R-14)."""
        self._feeds, self._fetch, self._parse, self._clock, self._pause = feeds, fetch, parse, clock, pause
        self._polled = polled

    def plan(self, window: Window) -> Iterator[Unit]:
        """One unit a feed."""
        for url in self._feeds:
            yield self._unit(url=url, feed=url)

    def _unit(self, *, requests: int = 1, **key: str) -> Unit:
        return Unit(source=self.name, key=json.dumps(key), requests=requests, bytes=100_000)

    def read(self, unit: Unit, window: Window) -> Iterator[Finding]:
        """The entries of one document, and the document before it."""
        key = json.loads(unit.key)
        url, feed = key["url"], key["feed"]
        at = self._polled(url)
        if at is not None and timedelta(0) <= self._clock() - at < NOT_AGAIN:
            self._pause((NOT_AGAIN - (self._clock() - at)).total_seconds())
        ask = Ask(self._fetch, self._pause, purpose="feed", floor=NOT_AGAIN.total_seconds(), apart=True)
        answer = ask(url, cap=CAP)
        yield ask.read()
        if answer.status != 200:
            yield Missed(place=url, reason=f"HTTP {answer.status}")
            if url != feed:
                yield Partial(reason=f"the archive of {feed} breaks off: HTTP {answer.status}")
            return
        try:
            document = self._parse.feed(answer.body, url=feed, headers=answer.headers, now=self._clock())
        except (FeedError, WorkerError) as error:
            yield Missed(place=url, reason=str(error))
            return
        yield Leads(entries=document.entries, place=url)
        yield from self._before(document, url, feed, key.get("ids", ""), window)

    def _before(self, document: FeedDocument, url: str, feed: str, ids: str, window: Window) -> Iterator[Finding]:
        mine = digest(document)
        if ids and ids == mine:
            yield Partial(reason=f"{feed}: the server gives the same page again")
            return
        dates = [entry.published for entry in document.entries if entry.published]
        if dates and window.before(max(dates)):
            return
        if document.prev_archive and document.prev_archive != url:
            yield self._unit(url=document.prev_archive, feed=feed)
        elif document.next_page and document.next_page != url and document.entries:
            yield self._unit(url=document.next_page, feed=feed, ids=mine)
        elif window.since and (not dates or min(dates) > window.since):
            reach = f"reaches back to {min(dates):%Y-%m-%d}" if dates else "has no dates"
            yield Partial(reason=f"{feed}: {reach}, nothing older is offered")


def digest(document: FeedDocument) -> str:
    """Short hash of a document's entries: a server that does not know paging gives the same ones for ever."""
    return hashlib.sha256("\0".join(sorted(entry.id for entry in document.entries)).encode()).hexdigest()[:12]
