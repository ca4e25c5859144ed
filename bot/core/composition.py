"""One article from what the feed said and what the page said: which title, which text, which date, which quality."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core.duplicates import copy_score
from bot.core.identities import article_id, plain, text_sha
from bot.core.urls import canonical, host_of, registrable, same_site
from bot.model import Article, Entry, Feed, Page, Policy, Quality, Response

SAME_WORDS = 0.5  # share of the shorter text from which two pages of one name are one article
FROM_FEED = "text from the feed"
FULL_TEXT = 1500  # code points of a feed's own text from which it counts as the whole article


def from_entry(
    entry: Entry, feed: Feed, *, quality: Quality | None, policy: Policy, now: datetime, note: str = ""
) -> Article:
    """An article from the feed's own words alone; `quality` says what became of its page, None: there was none to fetch."""
    text = max((entry.content, entry.summary), key=len)
    if plain(text) == plain(entry.title):
        text = ""
    by_text: Quality = "full" if len(text) >= FULL_TEXT else "teaser" if text else "headline-only"
    # A feed that carries the whole text needs no page: its quality is that of what we read.
    chosen = by_text if quality is None or by_text == "full" else quality
    name = canonical(entry.url)
    return Article(
        id=article_id(name, entry.title, text),
        url=entry.url,
        canonical_url=name,
        title=entry.title,
        text=text,
        quality=chosen,
        feed=feed.url,
        entry=entry.id,
        outlet=entry.outlet or feed.name,
        outlet_kind=feed.kind,
        host=registrable(host_of(entry.url)),
        lang=entry.lang or feed.lang,
        authors=entry.authors,
        published=entry.published,
        published_basis=entry.published_basis,
        first_seen=now,
        text_sha=text_sha(text),
        extractor="feed",
        policy=policy,
        notes=(*entry.notes, *((note,) if note else ())),
    )


def from_page(
    entry: Entry, feed: Feed, page: Page, response: Response, *, policy: Policy, now: datetime, extractor: str
) -> Article:
    """An article from its page, mended by the feed where the page gave less."""
    own = max((entry.content, entry.summary), key=len)
    text, quality, notes = page.text, page.quality, page.notes
    if len(own) > len(text):
        # The feed carried more than the page shows (a paywall, a script-only page).
        text, notes = own, (*notes, FROM_FEED)
        quality = "full" if len(own) >= FULL_TEXT else quality if quality != "full" else "teaser"
    name = _page_name(entry, page, response)
    return Article(
        id=article_id(name, page.title or entry.title, text),
        url=response.url or entry.url,
        canonical_url=name,
        title=page.title or entry.title,
        text=text,
        quality=quality,
        feed=feed.url,
        entry=entry.id,
        outlet=entry.outlet or feed.name,
        outlet_kind=feed.kind,
        host=registrable(host_of(response.url or entry.url)),
        lang=page.lang or entry.lang or feed.lang,
        authors=page.authors or entry.authors,
        published=entry.published or page.published,
        published_basis=entry.published_basis if entry.published else page.published_basis,
        first_seen=now,
        text_sha=text_sha(text),
        extractor=extractor,
        policy=policy,
        notes=(*entry.notes, *notes),
    )


def under_own_name(article: Article, found: Article | None, name: str) -> Article:
    """The article as it is, or under `name` (where it was read) if the page whose name it claims is another article.

    `found` is what is stored under the claimed name. A print or AMP page has its words or its headline; a template that
    writes one rel=canonical into all pages of a site does not, and would make one article of them.
    """
    if found is None or not name or article.canonical_url == name or found.text_sha == article.text_sha != "":
        return article
    if plain(found.title) == plain(article.title) or copy_score(found.text, article.text) >= SAME_WORDS:
        return article
    return replace(article, id=article_id(name, article.title, article.text), canonical_url=name)


def _page_name(entry: Entry, page: Page, response: Response) -> str:
    """The page's one name: its own rel=canonical only where that stays on the same registrable domain (R-24)."""
    landed = canonical(response.url or entry.url)
    claimed = canonical(page.url)
    path = claimed.partition("://")[2].partition("/")[2]
    # A home page as rel=canonical is a template error of the outlet: it would merge everything it prints.
    return claimed if claimed and path and same_site(claimed, landed) else landed
