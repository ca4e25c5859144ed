"""Whether a feed still tells us something, in words, and what the watch cannot see: coverage by language."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.core.feedstate import FeedState
from bot.core.pacing import DEAD_POINTS
from bot.core.urls import same_site
from bot.model import Coverage, Feed, Notice

Word = Literal[
    "ok",
    "new",
    "gone",
    "dead",
    "blocked",
    "html",
    "failing",
    "frozen",
    "silent",
    "thin",
    "undated",
    "flipped",
    "moved",
    "elsewhere",
]

FAILING_AFTER = 3  # failures in a row before anybody is told
SILENT_GAPS = 5  # usual gaps without news
SILENT_LEAST = timedelta(days=2)  # … but never sooner: weekends and holidays are no silence
SILENT_UNKNOWN = timedelta(days=14)  # for feeds whose rhythm is not known
FROZEN_AFTER = timedelta(days=7)  # answers, always with the same bytes, although it used to change daily
COVERAGE = "coverage"  # kind of the notices on languages
THIN = 3  # entries: fewer in a document is a stub or a broken export
DEFINITE = 3  # documents in a row without dates or in foreign letters

_BLIND = frozenset({"gone", "dead", "blocked", "html", "failing", "frozen", "silent", "flipped"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """One feed's condition. `words` are ordered, worst first; `detail` is a sentence for people; `blind`: it tells us nothing."""

    url: str
    words: tuple[Word, ...]
    detail: str

    @property
    def word(self) -> Word:
        """The worst of the words."""
        return self.words[0]

    @property
    def blind(self) -> bool:
        """Nothing comes through from it: it does not count as working."""
        return any(word in _BLIND for word in self.words)


def health(feed: Feed, state: FeedState, now: datetime) -> Health:
    """The condition of one feed, from its state alone."""
    found: list[tuple[Word, str]] = []
    if state.last_poll is None:
        return Health(url=feed.url, words=("new",), detail="not polled yet")
    if state.gone:
        found.append(("gone", "the publisher says it is gone for good (410); asked once a month"))
    elif state.last_error:
        found.append(_failing(state))
    if not state.last_error:
        found += _stale(state, now)
        if state.entries and state.entries < THIN:
            found.append(("thin", f"only {state.entries} entries in it"))
        if state.undated_polls >= DEFINITE:
            found.append(("undated", "none of its entries has a readable date"))
        if state.foreign_polls >= DEFINITE:
            found.append(("flipped", f"its titles are in letters that {feed.lang} is not written in"))
    if state.moved_to:
        found.append(("moved", f"moved for good: set its url to {state.moved_to}"))
    elif state.final_url and not same_site(state.final_url, feed.url) and not state.last_error:
        found.append(("elsewhere", f"answers come from another domain: {state.final_url[:120]}"))
    if not found:
        return Health(url=feed.url, words=("ok",), detail="")
    order = Word.__args__  # type: ignore[attr-defined]  # the literal's own order is the severity
    found.sort(key=lambda one: (one[0] not in _BLIND, order.index(one[0])))
    return Health(
        url=feed.url, words=tuple(word for word, _ in found), detail="; ".join(text for _, text in found if text)
    )


def coverage(pairs: Iterable[tuple[Feed, FeedState]], now: datetime, *, items_read: int = 0) -> Coverage:
    """What the watch can see: (language, working, configured) sorted by language, and the holes in words.

    A feed that was never polled counts as working, and one that has answered before and failed fewer than three times in a row.
    """
    working: dict[str, int] = {}
    configured: dict[str, int] = {}
    blind: dict[str, list[str]] = {}
    for feed, state in pairs:
        lang = feed.lang.partition("-")[0] or "?"
        configured[lang] = configured.get(lang, 0) + 1
        condition = health(feed, state, now)
        weather = condition.word == "failing" and state.failures < FAILING_AFTER and state.last_success is not None
        if condition.blind and not weather:
            blind.setdefault(lang, []).append(f"{feed.name or feed.url} {condition.word}{_blind_since(state)}")
        else:
            working[lang] = working.get(lang, 0) + 1
    by_lang = tuple((lang, working.get(lang, 0), configured[lang]) for lang in sorted(configured))
    holes = tuple(
        f"{lang} {good}/{total}: {', '.join(blind[lang][:4])}{' …' if len(blind[lang]) > 4 else ''}"
        for lang, good, total in by_lang
        if good * 2 <= total and good < total
    )
    return Coverage(by_lang=by_lang, holes=holes, items_read=items_read)


def _blind_since(state: FeedState) -> str:
    """` since 5 Mar 07:10 UTC`: the last answer of a feed that fails, the last news of one that answers; "" if there was none."""
    at = (
        state.last_success
        if state.last_error or state.gone
        else max(filter(None, (state.newest, state.last_new)), default=None)
    )
    return f" since {at.day} {at:%b %H:%M} UTC" if at else ""


def notices(
    conditions: Iterable[Health], opened: Mapping[str, Notice], now: datetime, names: Mapping[str, str]
) -> tuple[Notice, ...]:
    """The notices to write now: one when a feed goes blind, one when it is back; none while nothing changes.

    `opened` are the notices not yet recovered, by feed URL; `names` the feeds' names by URL. Conditions must be past their
    threshold already: see `noteworthy`.
    """
    found = []
    for condition in conditions:
        before = opened.get(condition.url)
        name = names.get(condition.url, condition.url)
        if condition.blind and before is None:
            found.append(
                Notice(
                    id=_notice_id(condition.url, condition.word, now),
                    kind=f"feed-{condition.word}",
                    subject=condition.url,
                    text=f"{name}: {condition.detail}",
                    at=now,
                )
            )
        elif not condition.blind and before is not None and condition.word != "new":
            text = f"{name}: back again, after {_span(now - before.at)}"
            found.append(
                Notice(id=before.id, kind=before.kind, subject=before.subject, text=text, at=before.at, recovered=now)
            )
    return tuple(found)


def language_notices(
    conditions: Iterable[tuple[Feed, Health]], opened: Mapping[str, Notice], now: datetime
) -> tuple[Notice, ...]:
    """One when half of a language's feeds or more tell us nothing, one when more than half do again.

    `opened` are such notices not yet recovered, by language; only blindness past its threshold counts (`noteworthy`). A language
    that is no longer configured has recovered.
    """
    total: dict[str, int] = {}
    blind: dict[str, list[str]] = {}
    for feed, condition in conditions:
        lang = feed.lang.partition("-")[0] or "?"
        total[lang] = total.get(lang, 0) + 1
        if condition.blind:
            blind.setdefault(lang, []).append(f"{feed.name or feed.url} {condition.word}")
    found = []
    for lang in sorted({*total, *opened}):
        silent, before = blind.get(lang, []), opened.get(lang)
        hole = bool(silent) and len(silent) * 2 >= total[lang]
        if hole and before is None:
            text = f"{lang}: only {total[lang] - len(silent)} of {total[lang]} feeds tell us anything: {', '.join(silent[:6])}"
            found.append(Notice(id=_notice_id(lang, COVERAGE, now), kind=COVERAGE, subject=lang, text=text, at=now))
        elif not hole and before is not None:
            text = f"{lang}: most feeds are back, after {_span(now - before.at)}"
            found.append(Notice(id=before.id, kind=COVERAGE, subject=lang, text=text, at=before.at, recovered=now))
    return tuple(found)


def noteworthy(condition: Health, state: FeedState) -> bool:
    """Past the threshold: a single failure is weather, three in a row or any other blindness is a condition."""
    return not condition.blind or condition.word != "failing" or state.failures >= FAILING_AFTER


def _failing(state: FeedState) -> tuple[Word, str]:
    since = f" since {state.last_success:%Y-%m-%d}" if state.last_success else ""
    if state.error_kind == "blocked":
        return "blocked", f"blocked here? {state.last_error}"
    if state.points >= DEAD_POINTS:
        return "dead", f"no answer that we can use{since}: {state.last_error}; asked once a week"
    if state.error_kind == "html" and state.failures >= FAILING_AFTER:
        return "html", f"an HTML page instead of a feed{since}"
    return "failing", f"{state.failures} failures in a row: {state.last_error}"


def _stale(state: FeedState, now: datetime) -> list[tuple[Word, str]]:
    """Frozen (the same bytes for a week) or silent (its newest entry far older than its rhythm says)."""
    latest = max((at for at in (state.newest, state.last_new) if at), default=None)
    if state.entries == 0 and state.last_success and state.undated_polls == 0 and state.body_sha:
        return [("silent", "there is no entry in it")]
    if latest is None:
        return []
    quiet = now - latest
    usual = timedelta(seconds=state.usual_gap)
    allowed = max(SILENT_GAPS * usual, SILENT_LEAST) if usual else SILENT_UNKNOWN
    if quiet <= allowed:
        return []
    if (
        usual
        and usual < timedelta(days=1)
        and quiet > FROZEN_AFTER
        and state.quiet_polls >= DEFINITE
        and _answers_alike(state)
    ):
        return [("frozen", f"the same content for {_span(quiet)}; it used to change every {_span(usual)}")]
    rhythm = f"; usually every {_span(usual)}" if usual else ""
    return [("silent", f"nothing new for {_span(quiet)}{rhythm}")]


def _answers_alike(state: FeedState) -> bool:
    return state.not_modified > 0 or bool(state.body_sha)


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    if minutes < 120:
        return f"{max(minutes, 1)} min"
    return f"{minutes // 60} h" if minutes < 60 * 48 else f"{minutes // 1440} days"


def _notice_id(url: str, word: str, now: datetime) -> str:
    return "n-" + hashlib.sha256(f"{url}\0{word}\0{now.isoformat()}".encode("utf-8", "replace")).hexdigest()[:12]
