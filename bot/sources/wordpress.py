"""WordPress sites: the REST interface page by page, else the feed's own `?paged=N`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from bot.core.dates import parse_date
from bot.core.markup import plain, plain_line
from bot.core.units import Finding, Leads, Missed, Partial, Unit, Window, Words
from bot.errors import FeedError, FetchError, WorkerError
from bot.ports import Clock, Fetch, Parse
from bot.sources.asking import Ask
from bot.sources.feed_archives import digest

PER_PAGE = 100  # the most that WordPress gives
MAX_TEXT = 400_000
_DISABLED = frozenset({401, 403, 404, 405, 410, 501})


class WordPress:
    """One unit a page of a site's posts, oldest first, so that new posts shift nothing."""

    name = "wordpress"

    def __init__(
        self, sites: Sequence[str], fetch: Fetch, parse: Parse, clock: Clock, pause: Callable[[float], None]
    ) -> None:  # fmt: skip
        self._sites = [site.rstrip("/") for site in sites]
        self._fetch, self._parse, self._clock, self._pause = fetch, parse, clock, pause

    def plan(self, window: Window) -> Iterator[Unit]:
        """The first page of each site says how many there are."""
        for site in self._sites:
            yield self._unit(url=site, page=1)

    def _unit(self, **key: Any) -> Unit:
        return Unit(source=self.name, key=json.dumps(key), requests=1, bytes=1_000_000)

    def read(self, unit: Unit, window: Window) -> Iterator[Finding]:
        """The posts of one page."""
        key = json.loads(unit.key)
        if "paged" in key:
            yield from self._feed(key["url"], key["paged"], key.get("ids", ""), window)
        else:
            yield from self._rest(key["url"], key["page"], window)

    def _rest(self, site: str, page: int, window: Window) -> Iterator[Finding]:
        query: dict[str, object] = {
            "per_page": PER_PAGE,
            "page": page,
            "orderby": "date",
            "order": "asc",
            "_fields": "id,date_gmt,modified_gmt,link,title,content",
        }
        # WordPress reads these in the site's own zone: a day more on either side, the window decides later.
        if window.since:
            query["after"] = _local(window.since, -1)
        if window.until:
            query["before"] = _local(window.until, 1)
        ask = Ask(self._fetch, self._pause, purpose="page")
        url = f"{site}/wp-json/wp/v2/posts?{urlencode(query)}"
        answer = ask(url)
        posts = None
        if answer.status == 200:
            try:
                posts = ask.parsed(answer)
            except FetchError:
                posts = None
        elif answer.status == 400:
            yield ask.read()
            if b"rest_post_invalid_page_number" not in answer.body:
                raise FetchError(f"{url}: HTTP 400", subject=url)
            return  # the list became shorter since it was counted
        elif answer.status not in _DISABLED:
            raise FetchError(f"{url}: HTTP {answer.status}", subject=url)
        yield ask.read()
        if not isinstance(posts, list):
            if page == 1:
                yield self._unit(url=site, paged=1)
            else:
                raise FetchError(f"{url}: no list of posts any more", subject=url)
            return
        for post in posts:
            yield _post(post, site)
        if page == 1:
            total = answer.header("x-wp-totalpages")
            for number in range(2, (int(total) if total.isdigit() else 1) + 1):
                yield self._unit(url=site, page=number)

    def _feed(self, site: str, paged: int, ids: str, window: Window) -> Iterator[Finding]:
        ask = Ask(self._fetch, self._pause, purpose="feed")
        url = f"{site}/feed/?paged={paged}"
        answer = ask(url)
        yield ask.read()
        if answer.status in {404, 410}:
            if paged == 1:
                yield Missed(place=site, reason="no WordPress: neither its interface nor its feed answers")
            return
        if answer.status != 200:
            yield Missed(place=url, reason=f"HTTP {answer.status}")
            yield Partial(reason=f"{site}: the feed breaks off at page {paged}")
            return
        try:
            document = self._parse.feed(answer.body, url=f"{site}/feed/", headers=answer.headers, now=self._clock())
        except (FeedError, WorkerError) as error:
            yield Missed(place=url, reason=str(error))
            return
        mine = digest(document)
        dates = [entry.published for entry in document.entries if entry.published]
        if not document.entries or mine == ids:
            if mine == ids and window.since and paged == 2:
                yield Partial(reason=f"{site}: its feed has no older pages")
            return
        yield Leads(entries=document.entries, place=url)
        if not dates or not window.before(max(dates)):
            yield self._unit(url=site, paged=paged + 1, ids=mine)


def _post(post: Any, site: str) -> Words | Missed:
    if not isinstance(post, dict):
        return Missed(place=site, reason="a post that is no object")
    title = plain_line(_rendered(post.get("title")), 500)
    text = plain(_rendered(post.get("content")), MAX_TEXT)
    given = str(post.get("date_gmt") or "")
    published = parse_date(given if given.endswith("Z") or not given else f"{given}Z")
    link = str(post.get("link") or "")
    if not title and not text:
        return Missed(place=link or f"{site} post {post.get('id')}", reason="a post without words")
    return Words(
        title=title,
        text=text,
        place=f"{site} post {post.get('id')}",
        url=link,
        published=published,
        published_basis="given" if published else "none",
    )


def _rendered(value: Any) -> str:
    return str(value.get("rendered") or "") if isinstance(value, dict) else str(value or "")


def _local(at: datetime, days: int) -> str:
    from datetime import timedelta

    return (at.astimezone(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S")
