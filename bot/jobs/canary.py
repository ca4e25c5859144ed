"""The canary: an invented entry that must come out as a match, sent down the whole road but the network."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeVar

from bot.core.evaluation import Example
from bot.core.lexicon import Lexicon
from bot.core.matches import Matcher
from bot.core.pacing import Limits
from bot.errors import ArmswatchError
from bot.jobs.judge import Judge
from bot.jobs.poll import Poller
from bot.jobs.read import Reader
from bot.model import Feed, Request, Response
from bot.ports import Clock, Parse
from bot.store import Store

T = TypeVar("T")
R = TypeVar("R")

_HOST: Final = "https://canary.invalid"
_FEED: Final = Feed(url=f"{_HOST}/feed.xml", name="canary", lang="en")
_FILLING: Final = (
    "This page was written by the watch itself, to find out whether what it is told to look for still comes out.",
    "It stands in no newspaper, was sent by nobody, and is thrown away as soon as the answer is known.",
    "If it does not come out as a match, then neither would a real one, and somebody should look at the watch today.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """Everything that the test needs, handed in. `folder` takes a database that is thrown away."""

    matcher: Matcher
    lexicon: Lexicon | None
    parse: Parse
    clock: Clock
    folder: Path

    def sing(self, watchlist: str, examples: Iterable[Example]) -> str:
        """Where the canary of one watchlist stopped, in words; "" if it came out.

        The canary is the longest labelled example whose page matches when it is judged alone: this tests the road,
        `watchlist test` tests the list.
        """
        told = [one for one in examples if one.label == "in" and one.text]
        wanted = max((one for one in told if self._matches(watchlist, one)), key=_length, default=None)
        if wanted is None:
            return f"stopped at the watchlist: of its {len(told)} examples labelled in, none is a match"
        database = self.folder / f"canary-{watchlist}.db"
        try:
            with Store.opened(database) as store:
                return self._down_the_road(store, watchlist, wanted)
        except ArmswatchError as error:
            return f"the road broke: {error}"
        finally:
            for tail in ("", "-wal", "-shm", ".writer", ".lock"):
                database.with_name(database.name + tail).unlink(missing_ok=True)

    def _matches(self, watchlist: str, example: Example) -> bool:
        text = "\n".join((example.text, *_FILLING))
        verdicts = self.matcher.verdicts(replace(example.item(), text=text))
        return any(one.watchlist == watchlist and one.rank == "match" for one in verdicts)

    def _down_the_road(self, store: Store, watchlist: str, example: Example) -> str:
        fetch = _Invented(example, self.clock)
        Poller(
            store=store, feeds=(_FEED,), fetch=fetch, parse=self.parse, gate=self.matcher.gate, clock=self.clock, map=_in_order,
            limits=Limits(),
        ).poll()  # fmt: skip
        if not store.entries.count():
            return "stopped at the feed: its entry was not read"
        judge = Judge(store=store, matcher=self.matcher, lexicon=self.lexicon)
        Reader(
            store=store, fetch=fetch, parse=self.parse, judge=judge, clock=self.clock, map=_in_order,
            feeds={_FEED.url: _FEED}, extractor="canary",
        ).work_off()  # fmt: skip
        stored = store.articles.since(self.clock() - timedelta(days=1))
        if not stored:
            return "stopped at the page: no text came out of it"
        verdict = next((one for one in store.articles.verdicts(stored[0].id) if one.watchlist == watchlist), None)
        if verdict is None or verdict.rank != "match":
            missing = f" ({verdict.missing})" if verdict and verdict.missing else ""
            return f"stopped at the watchlist: example {example.id} is labelled in, but is no match{missing}"
        story = store.stories.of_article(stored[0].id)
        if story is None or not store.stories.changes(story.id):
            return "stopped at the story: the match would be announced to nobody"
        return ""


class _Invented:
    """The Fetch port over one invented feed and its page."""

    def __init__(self, example: Example, clock: Clock) -> None:
        self._clock = clock
        page = f"{_HOST}/page.html"
        title, text = html.escape(example.title), html.escape(example.text)
        when = f"{clock() - timedelta(hours=1):%a, %d %b %Y %H:%M:%S} +0000"
        feed = (
            f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>canary</title><link>{_HOST}/</link>'
            f"<item><title>{title}</title><link>{page}</link><guid>{page}</guid><pubDate>{when}</pubDate>"
            f"<description>{text}</description></item></channel></rss>"
        )
        filling = "".join(f"<p>{line}</p>" for line in _FILLING)
        body = (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head><body><article>'
            f"<h1>{title}</h1><p>{text}</p>{filling}</article></body></html>"
        )
        self._answers = {_FEED.url: ("application/rss+xml", feed), page: ("text/html; charset=utf-8", body)}

    def __call__(self, request: Request, /) -> Response:
        kind, body = self._answers[request.url]
        return Response(
            url=request.url,
            status=200,
            headers=(("content-type", kind),),
            body=body.encode("utf-8", "replace"),
            fetched=self._clock(),
        )


def _in_order(function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
    return map(function, items)


def _length(example: Example) -> int:
    return len(example.title) + len(example.text)
