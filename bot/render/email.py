"""Digest → mail: a text part and an HTML part that say the same, with headers that stay the same on every attempt."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

import css_inline
from markupsafe import Markup, escape

from bot.model import AdjacentLine, Delivery, Digest, DigestStory, Subscription
from bot.render import chart, console, words
from bot.render.links import href
from bot.render.mime import domain_of, header_text, message_id
from bot.render.templates import filled

MAX_HTML: Final = 90_000
"""Bytes. Gmail clips a mail at about 102 KB and hides the rest."""

MAX_SHORT: Final = 50
_COLUMNS = 74

# One inliner for all mails: the rules stay in <style> for dark mode and small screens, and stand on the elements for
# programs that drop <style>.
_INLINER = css_inline.CSSInliner(keep_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailIdentity:
    """Who writes the mails and how one leaves them; from the configuration, the same for all recipients."""

    from_address: str = ""
    reply_to: str = ""
    unsubscribe_mailto: str = ""  # an address
    unsubscribe_url: str = ""  # https; says who leaves what by itself
    one_click: bool = False  # only where the URL honours a bare POST and the mail is signed (RFC 8058)


def deliveries(
    digest: Digest, subscription: Subscription, identity: MailIdentity | None = None
) -> tuple[Delivery, ...]:
    """The digest as one mail for this subscription's address; () on a quiet day for a reader who asked for nothing."""
    if words.is_silent(digest, subscription.quiet):
        return ()
    html, full, short = _fitting(digest, subscription)
    plain = console.text(digest, limit=full, width=_COLUMNS, short=short) + f"\n-- \n{_why(subscription)}\n"
    images = []
    if digest.chart:
        picture = base64.b64encode(chart.bars([count for _, count in digest.chart])).decode()
        images.append({"cid": _cid(digest), "type": "png", "base64": picture})
    return (
        promise(
            kind="digest",
            subject_id=digest.id,
            subscription=subscription,
            identity=identity or MailIdentity(),
            subject=subject(digest),
            date=digest.cutoff,
            plain=plain,
            html=html,
            images=images,
        ),
    )


def page(digest: Digest, subscription: Subscription) -> str:
    """The HTML page alone, its chart left out: a file has no second part to hold it."""
    return _fitting(replace(digest, chart=()), subscription)[0]


def _fitting(digest: Digest, subscription: Subscription) -> tuple[str, int, int]:
    """A page of at most `MAX_HTML` bytes, and how many stories it tells in full and in one line."""
    full, short = subscription.max_stories, MAX_SHORT
    while True:
        html = _page(digest, subscription, full, short)
        if len(html.encode()) <= MAX_HTML or (full <= 1 and short == 0):
            return html, full, short
        full, short = (max(1, full // 2), short) if full > 5 or not short else (full, short // 2)


def promise(
    *,
    kind: Literal["digest", "alert", "notice", "correction"],
    subject_id: str,
    subscription: Subscription,
    identity: MailIdentity,
    subject: str,
    date: datetime,
    plain: str,
    html: str,
    images: list[dict[str, str]] | None = None,
) -> Delivery:
    """One mail as a promise: everything in the payload but the mark of a second sending."""
    key = Delivery(kind=kind, subject=subject_id, channel="email", target=subscription.target, part=1, payload="").key
    payload: dict[str, Any] = {
        "from": identity.from_address,
        "to": subscription.target,
        "subject": header_text(subject),
        "date": date.isoformat(),
        "message_id": message_id(key, identity.from_address) if identity.from_address else "",
        "headers": _headers(subscription, identity),
        "plain": plain,
        "html": html,
        "images": images or [],
    }
    return Delivery(
        kind=kind,
        subject=subject_id,
        channel="email",
        target=subscription.target,
        part=1,
        payload=json.dumps(payload, ensure_ascii=False, separators=(",", ":")),
    )


def subject(digest: Digest) -> str:
    """`[DPRK–Russia arms] Sat 14 Oct: in scope 3 (2 new) — the top line`, at most 150 characters."""
    name = digest.title if digest.every == "day" else f"{digest.title}, week"
    hole = ", COVERAGE HOLE" if words.has_hole(digest) else ""
    top = f" — {words.said(digest.stories[0])}" if digest.stories else ""
    return words.shown(
        f"[{words.shown(name, 50)}] {words.day(digest.local_date)}: {words.in_scope(digest)}{hole}{top}", 150
    )


def linked(url: str, label: str) -> Markup:
    """An HTML link, or its label alone where the link is not one that may be printed."""
    target = href(url)
    return Markup('<a href="{}">{}</a>').format(target, label) if target else escape(label)


def inlined(page: str) -> str:
    """`page` with its style rules on the elements as well."""
    return _INLINER.inline(page)


def _headers(subscription: Subscription, identity: MailIdentity) -> list[tuple[str, str]]:
    slug = "".join(one if one.isascii() and one.isalnum() else "-" for one in subscription.name.lower())[:60]
    headers = [
        ("List-Id", f"<{slug.strip('-') or 'digest'}.{domain_of(identity.from_address)}>"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("Content-Language", "en"),
    ]
    ways = [f"<{identity.unsubscribe_url}>"] if identity.unsubscribe_url else []
    if identity.unsubscribe_mailto:
        ways.append(f"<mailto:{identity.unsubscribe_mailto}?subject=unsubscribe%20{slug}>")
    if ways:
        headers.append(("List-Unsubscribe", ", ".join(ways)))
        if identity.one_click and identity.unsubscribe_url.startswith("https://"):
            headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    if identity.reply_to:
        headers.append(("Reply-To", identity.reply_to))
    return headers


def _why(subscription: Subscription) -> str:
    return (
        f"You get this because the subscription “{words.shown(subscription.name, 60)}” names this address "
        f"({subscription.hour:02d}:00 {subscription.zone}, every {subscription.every})."
    )


def _page(digest: Digest, subscription: Subscription, limit: int, short: int) -> str:
    full, rest, folded = words.told(digest, limit)
    numbered = [_story(one, number, digest.zone) for number, one in enumerate((*full, *rest[:short]), 1)]
    chart_rows = [(words.day(day)[:-4], count) for day, count in digest.chart]
    return inlined(
        filled(
            "digest.html.j2",
            link=linked,
            subject=subject(digest),
            preheader=words.push(digest, 100),
            headline=words.headline(digest),
            counts=words.counts(digest),
            window=words.window(digest),
            late_run=words.shown(digest.late_run, 300),
            quiet=words.quiet(digest),
            holes=words.holes(digest),
            full=numbered[: len(full)],
            rest=numbered[len(full) :],
            more=max(0, len(rest) - short),
            folded=words.folded_line(folded) if folded else "",
            adjacent=[_adjacent(line) for line in digest.adjacent[:12]],
            corrections=[words.shown(one, 300) for one in digest.corrections[:20]],
            changed=words.changed(digest)[:20] if digest.every == "week" else [],
            chart=chart_rows,
            chart_cid=_cid(digest),
            chart_alt=", ".join(f"{label}: {count}" for label, count in chart_rows),
            ledger=[(words.shown(line, 400), words.shown(outlet, 60), url) for line, outlet, url in digest.ledger],
            coverage=words.coverage(digest),
            last_fact=words.shown(digest.last_fact, 200) if not digest.stories else "",
            why=_why(subscription),
            id=digest.id,
        )
    )


def _cid(digest: Digest) -> str:
    return f"chart.{digest.id}@armswatch.invalid"


def _story(story: DigestStory, number: int, zone: str) -> dict[str, Any]:
    said, title = words.said(story), words.title(story)
    return {
        "number": number,
        "badge": words.badge(story),
        "way": words.shown(story.direction_words, 60),
        "said": said,
        "retold": said != title,
        "title": title,
        "url": story.url,
        "lang": "".join(one for one in story.lang if one.isascii() and (one.isalnum() or one == "-"))[:12],
        "quote": words.quoted(story) if story.alerted is None else "",
        "source": words.source(story),
        "published": words.published(story, zone),
        "origins": words.origins(story),
        "remarks": words.remarks(story, zone),
        "notes": words.notes(story, 6)[0],
        "notes_more": words.notes(story, 6)[1],
        "also": words.also(story, 6)[0],
        "also_more": words.also(story, 6)[1],
    }


def _adjacent(line: AdjacentLine) -> dict[str, Any]:
    entries = line.items or ((line.outlet, line.title, line.url),)
    shown = [(words.shown(outlet, 60), words.shown(title, 160), url) for outlet, title, url in entries[:5]]
    return {
        "before": f"{words.shown(line.label, 40)} {line.count}",
        "missing": words.shown(line.missing, 80),
        "entries": shown,
        "more": max(0, line.count - len(shown)),
    }
