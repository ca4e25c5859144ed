"""What a slash command gets for an answer: the state of the watch, the latest digest, what is stored; or a mute."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.buttons import Reply
from bot.core.orders import USAGE, Order
from bot.errors import UsageError
from bot.jobs.coverage import conditions
from bot.jobs.press import why
from bot.model import Coverage, Digest, Feed, Subscription
from bot.ports import Clock
from bot.render import words
from bot.store import Store

MOST_LINES = 10
"""Stories, hits, feeds or notices in one answer; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obeyer:
    """Everything that answering needs, handed in."""

    store: Store
    subscriptions: Sequence[Subscription]
    feeds: Sequence[Feed]
    coverage: Callable[[datetime], Coverage]
    clock: Clock

    def __call__(self, order: Order) -> Reply:
        """The answer, for the one who typed alone."""
        now = self.clock()
        match order.verb:
            case "status":
                return _lines(self._status(now))
            case "today":
                return _lines(self._today(order.channel))
            case "feeds":
                return _lines(self._feeds(now))
            case "why":
                return Reply(text=why(self.store, order.subject))
            case "search":
                return _lines(self._search(order.subject))
            case "mute" | "unmute":
                return self._mute(order, now)
            case _:
                return Reply(text=USAGE)

    def _status(self, now: datetime) -> Iterator[str]:
        beat = next((one for one in self.store.runs.beats() if one.job == "poll"), None)
        yield f"Last round {_ago(now - beat.at)}: {beat.note}" if beat else "No round yet."
        states = self.store.outbox.count()
        yield "Deliveries: " + (", ".join(f"{states[one]:,} {one}" for one in sorted(states)) or "none yet")
        yield from self._seen(now)
        notices = self.store.runs.open_notices()
        yield from (f"⚠ {words.shown(one.text, 300)}" for one in notices[:MOST_LINES])
        if len(notices) > MOST_LINES:
            yield f"+{len(notices) - MOST_LINES} more: armswatch status"

    def _seen(self, now: datetime) -> Iterator[str]:
        seen = self.coverage(now)
        langs = " ".join(f"{lang or '?'} {working}/{all_}" for lang, working, all_ in seen.by_lang)
        yield f"Sources that answer: {langs or 'none is configured'} · {seen.items_read:,} items in a day"
        yield from (f"⚠ {words.shown(hole, 300)}" for hole in seen.holes[:MOST_LINES])

    def _today(self, channel: str) -> Iterator[str]:
        digest = self._digest(channel)
        if digest is None:
            yield "There is no digest yet."
            return
        yield words.headline(digest)
        yield f"{words.window(digest)} · {words.counts(digest)}"
        for number, story in enumerate(digest.stories[:MOST_LINES], 1):
            yield f"{number}  {words.badge(story)} {words.shown(words.said(story), 200)} · {story.story}"
        if len(digest.stories) > MOST_LINES:
            yield f"+{len(digest.stories) - MOST_LINES} more"
        if words.quiet(digest):
            yield words.quiet(digest)

    def _digest(self, channel: str) -> Digest | None:
        """The latest digest that this channel got, else the latest of all."""
        here = [self.store.digests.last(one.name) for one in self.subscriptions if one.target == channel]
        found = [one for one in here if one is not None] or self.store.digests.recent(1)
        return max(found, key=lambda one: one.cutoff, default=None)

    def _feeds(self, now: datetime) -> Iterator[str]:
        yield from self._seen(now)
        ill = [one for one in conditions(self.feeds, self.store, now) if one.health.word not in ("ok", "new")]
        yield from (
            f"{words.shown(one.feed.name, 60)}: {', '.join(one.health.words)}; {words.shown(one.health.detail, 160)}"
            for one in ill[:MOST_LINES]
        )
        if len(ill) > MOST_LINES:
            yield f"+{len(ill) - MOST_LINES} more: armswatch feeds health"
        if not ill:
            yield "Nothing is wrong with any of them."

    def _search(self, typed: str) -> Iterator[str]:
        hits = self.store.articles.search(typed, MOST_LINES)
        if not hits:
            yield f"Nothing stored holds {typed!r}."
        for hit in hits:
            at = (hit.published or hit.first_seen).date().isoformat()
            where = f" · {hit.story}" if hit.story else ""
            yield f"{at} {words.shown(hit.outlet, 40)}: {words.shown(hit.title, 160)} · {hit.article}{where}"

    def _mute(self, order: Order, now: datetime) -> Reply:
        author = f"slack:{order.name or order.user}"
        try:
            if order.verb == "unmute":
                back = self.store.judgements.undo(order.subject, author, now, own=True, only="mute")
                return Reply(text=f"{back.ref}: no longer muted; both are on record.")
            until = now + timedelta(days=order.days)
            made = self.store.judgements.say(
                order.subject, "mute", author, now, until=until, note=f"typed by {order.user}"
            )
        except UsageError as error:
            return Reply(text=str(error))
        return Reply(text=f"{made.ref}: muted for {order.days} days.", undo=made.ref)


def _lines(lines: Iterator[str]) -> Reply:
    return Reply(text="\n".join(lines))


def _ago(span: timedelta) -> str:
    minutes = max(0, int(span.total_seconds() // 60))
    return f"{minutes} min ago" if minutes < 120 else f"{minutes // 60} h ago"
