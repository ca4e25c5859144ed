"""Short messages: an alert on one change, and a notice to the people who run the watch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from bot.core.alerts import Alert
from bot.core.storylines import Candidate, line_of
from bot.model import Delivery, DigestStory, Notice, Subscription
from bot.render import slack, words
from bot.render.blocks import Json, call, context, leaf, link, quoted, rich, section
from bot.render.email import MailIdentity, inlined, linked, promise
from bot.render.files import slug
from bot.render.links import href
from bot.render.templates import filled

Kind = Literal["alert", "notice"]

_HEADS: Final = {
    "delivery-parked": "Messages do not arrive",
    "silence": "This silence may be blindness",
    "watchlist": "A watchlist cannot be read",
    "canary": "A test article no longer comes out",
}
"""What a notice of a kind is about, for people."""


def alert(
    candidate: Candidate,
    decision: Alert,
    subscription: Subscription,
    *,
    labels: Mapping[str, str] | None = None,
    title: str = "DPRK–Russia arms",
    identity: MailIdentity | None = None,
) -> Delivery:
    """The alert on one change for one subscription.

    Its subject is the story, so that a story is alerted once; a later change of an alerted story, which has to be
    material to come here, has its own.
    """
    story, _ = line_of([candidate], labels or {})
    change = candidate.change
    subject = change.id if candidate.alerted is not None else candidate.story.id
    again = "UPDATE " if candidate.alerted is not None else ""
    seen = words.instant(change.at, "UTC")
    first = (
        f"{again}ALERT · {decision.reason} · {decision.label} · seen {seen} UTC, {_dated(story.published, change.at)}"
    )
    way = f"{words.shown(story.direction_words, 60)}  " if story.direction_words else ""
    source = decision.label.lower().replace(" (", ", ").rstrip(")")
    push = words.shown(f"{words.shown(title, 30)}: {words.said(story)} ({source})", 200)
    rest = [
        *words.remarks(story, "UTC"),
        "No further alert on this story unless a new act, figure or denial appears",
        f"{candidate.story.id} · {candidate.article.id}",
    ]
    if subscription.channel == "slack":
        blocks = _alert_blocks(story, first, way, rest, subscription.mention)
        via: slack.Via = "webhook" if subscription.target in ("", slack.WEBHOOK) else "slack"
        return slack.promises("alert", subject, via, subscription.target, [blocks], push, f"{first}\n{push}")[0]
    lines = [f"{way}{words.said(story)}", f"{words.source(story)} · {words.origins(story)}"]
    return _told(
        "alert", subject, subscription, identity, f"[ALERT] {push}", change.at, first, lines, rest,
        quote=words.quoted(story), title=words.title(story), url=story.url,
    )  # fmt: skip


def notice(notice: Notice, subscription: Subscription, *, identity: MailIdentity | None = None) -> Delivery:
    """One notice for one subscription; said again after it was over and came back, it is a message of its own."""
    subject = f"{notice.id}-{notice.at:%y%m%d%H%M%S}"
    head = _HEADS.get(notice.kind) or words.shown(notice.kind.replace("-", " ").capitalize(), 60) or "Notice"
    line, small = words.shown(notice.text, 600), f"{words.shown(notice.subject, 120)} · {words.instant(notice.at)} UTC"
    if subscription.channel == "slack":
        said = [leaf(f"⚠ {head}\n", bold=True), leaf(line)]
        blocks = [rich("notice", [section(said)]), context("foot", [small])]
        via: slack.Via = "webhook" if subscription.target in ("", slack.WEBHOOK) else "slack"
        return slack.promises("notice", subject, via, subscription.target, [blocks], f"{head}. {line}"[:250], line)[0]
    return _told(
        "notice", subject, subscription, identity, f"[armswatch] {head}: {line[:90]}", notice.at, f"⚠ {head}", [line], [small]
    )  # fmt: skip


def _dated(published: datetime | None, seen: datetime) -> str:
    if published is None:
        return "undated"
    same_day = published.date() == seen.date()
    return f"published {published:%H:%M}" if same_day else f"published {words.instant(published, 'UTC')}"


def _alert_blocks(story: DigestStory, first: str, way: str, rest: Sequence[str], mention: str) -> list[Json]:
    called = [call(mention), leaf(" ")] if mention else []
    lead = [*called, leaf(f"{first}\n", bold=True), leaf(way, bold=True), leaf(words.shown(words.said(story), 300))]
    source = [
        link(story.url, words.shown(story.title, 120) or "source"),
        leaf(f"\n{words.source(story)} · {words.shown(words.origins(story), 160)}"),
    ]
    quote = [quoted(words.quoted(story))] if words.quote(story) else []
    return [
        rich(f"al:{story.story}", [section(lead), *quote, section(source)]),
        context("foot", [words.shown(line, 120) for line in rest[-3:]]),
    ]


def _told(
    kind: Kind,
    subject: str,
    subscription: Subscription,
    identity: MailIdentity | None,
    mail_subject: str,
    at: datetime,
    headline: str,
    lines: Sequence[str],
    small: Sequence[str],
    *,
    quote: str = "",
    title: str = "",
    url: str = "",
) -> Delivery:
    """The message for mail, console or file."""
    body = [headline, *lines, *([quote] if quote else []), *([title] if title else [])]
    body += [href(url)] if href(url) else []
    plain = "\n".join([*body, "", *small]) + "\n"
    if subscription.channel == "email":
        page = filled(
            "message.html.j2", link=linked, subject=mail_subject, headline=headline, lines=lines, quote=quote,
            title=title, url=url, small=small,
        )  # fmt: skip
        return promise(
            kind=kind,
            subject_id=subject,
            subscription=subscription,
            identity=identity or MailIdentity(),
            subject=mail_subject,
            date=at,
            plain=plain,
            html=inlined(page),
        )
    if subscription.channel == "file":
        payload = json.dumps({"files": {f"{at:%Y-%m-%d}-{kind}-{slug(subject)}.txt": plain}})
    else:
        payload = json.dumps({"text": plain}, ensure_ascii=False)
    return Delivery(
        kind=kind, subject=subject, channel=subscription.channel, target=subscription.target, part=1, payload=payload
    )  # fmt: skip
