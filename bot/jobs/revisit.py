"""Read again what was shown, after a day, a week and a month: a changed headline or figure, or a page taken down, is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta

from bot.core.composition import FROM_FEED
from bot.core.edits import changed
from bot.core.evidence import response_record, validators
from bot.core.identities import text_sha
from bot.core.outcomes import challenged
from bot.core.shards import WHOLE, Shard
from bot.errors import ExtractError, FetchError, HostResting, WorkerError
from bot.jobs.judge import Judge
from bot.model import Article, Feed, Request
from bot.ports import Clock, Fetch, Parse
from bot.store import Store
from bot.store.evidence import Record
from bot.store.revisits import Revisit

PUT_OFF = timedelta(hours=6)
TRIES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Revisiter:
    """Everything that the silent-edit watch needs, handed in."""

    store: Store
    fetch: Fetch
    parse: Parse
    judge: Judge
    clock: Clock
    feeds: Mapping[str, Feed] = field(default_factory=dict)
    page_budget: int = 200  # pages a host and day, those of new articles among them
    shard: Shard = WHOLE
    stopping: Callable[[], bool] = lambda: False

    def run(self, limit: int = 50) -> list[str]:
        """Look at what is due; the corrections that were written."""
        said = []
        for revisit in self.store.revisits.due(self.clock(), limit):
            if self.stopping():
                break
            article = self.store.articles.get(revisit.article)
            if article is not None and article.url and not self.shard.has(article.url):
                continue
            if article is None or not article.url or article.extractor == "feed":
                self.store.revisits.settle(revisit, "no page of its own", self.clock())
                continue
            found = self._look(revisit, article)
            if found:
                said.append(found)
        return said

    def _look(self, revisit: Revisit, article: Article) -> str:
        now = self.clock()
        if not self.store.entries.spend(article.host, now.astimezone(UTC).date().isoformat(), self.page_budget):
            self.store.revisits.settle(revisit, "page budget used up", now, again=now + PUT_OFF)
            return ""
        feed = self.feeds.get(article.feed)
        try:
            response = self.fetch(
                Request(
                    url=article.url,
                    purpose="page",
                    user_agent=feed.user_agent if feed else "",
                    headers=self._validators(article),
                )
            )
        except FetchError as error:
            again = now + PUT_OFF if error.transient and revisit.tries + 1 < TRIES else None
            if isinstance(error, HostResting):
                again = max(error.retry_at, now + PUT_OFF)
            self.store.revisits.settle(revisit, str(error)[:200], now, again=again)
            return ""
        if response.status == 304:
            self.store.revisits.settle(revisit, "unchanged", now)
            return ""
        if response.status in {404, 410}:
            text = f"{article.outlet}: the page is gone (HTTP {response.status}): “{article.title}” {article.url}; our copy is {article.id}"
            self.store.revisits.settle(revisit, f"HTTP {response.status}", now, correction=text)
            return text
        if response.status != 200 or challenged(response):
            again = now + PUT_OFF if response.status >= 500 and revisit.tries + 1 < TRIES else None
            self.store.revisits.settle(revisit, f"HTTP {response.status}", now, again=again)
            return ""
        try:
            page = self.parse.page(response.body, url=response.url, headers=response.headers, now=now)
        except (ExtractError, WorkerError) as error:
            self.store.revisits.settle(revisit, str(error)[:200], now)
            return ""
        if page.quality not in {"full", article.quality}:
            # A wall or a consent form came before the text: that is no other wording of it.
            self.store.revisits.settle(revisit, f"{page.quality} now", now)
            return ""
        of_the_feed = FROM_FEED in article.notes  # the page never showed that text
        old_text, new_text = ("", "") if of_the_feed else (article.text, page.text)
        what = changed(article.title, old_text, page.title or article.title, new_text)
        if not what:
            self.store.revisits.settle(revisit, "unchanged", now)
            return ""
        fresh = replace(
            article,
            title=page.title or article.title,
            text=article.text if of_the_feed else page.text,
            text_sha=article.text_sha if of_the_feed else text_sha(page.text),
            revision=article.revision + 1,
            notes=(*article.notes, f"changed since shown: {what}"),
        )
        with self.store.alone():
            judgement = self.judge(fresh, now, previous=self.store.articles.verdicts(article.id))
            kept = Record(
                what="response",
                record=response_record(response, requested=article.url),
                url=response.url,
                fetched=response.fetched,
            )
            # What changed is told as a correction; the changed text brings no second NEW of the same article.
            self.store.articles.save(replace(judgement, changes=(), promises=(), records=(kept,)), now)
        text = f"{article.outlet}: {what} {article.url}; both versions: armswatch story {article.id}"
        self.store.revisits.settle(revisit, "changed", now, correction=text)
        return text

    def _validators(self, article: Article) -> tuple[tuple[str, str], ...]:
        """The headers that ask for the page only if it changed since what we keep of it was fetched."""
        kept = [record for record, _ in self.store.evidence.of(article.id) if record.what == "response"]
        return validators(kept[-1].record) if kept and kept[-1].url == article.url else ()
