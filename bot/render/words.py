"""The words that all renderers share, so that Slack, mail, console and feed say the same of a digest."""

from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.core.digests import MUTED
from bot.core.glosses import UNNAMED
from bot.core.text import one_line
from bot.model import AdjacentLine, ChangeKind, Digest, DigestStory
from bot.render.links import host_of, href

TITLE: Final = 200
QUOTE: Final = 260  # the quote itself is cut to 240 in core, on a word border
NOTES: Final = 3  # further changes of one story on the first screen
ALSO: Final = 3
"""Outlets that hang on a story and are named with their link where there is no thread; the rest is counted."""
ADJACENT_LINES: Final = 3
"""Adjacent streams on the first screen (decision 9)."""

_COUNTED: Final[tuple[tuple[ChangeKind, str], ...]] = (
    ("NEW", "new"),
    ("UPDATE", "update"),
    ("DENIAL", "denial"),
    ("PROMOTED", "promoted"),
    ("LATE", "late"),
    ("CORRECTION", "correction"),
)


def shown(text: str, limit: int = TITLE) -> str:
    """Third-party text on one line, without controls and bidi overrides, cut with "…" between whole characters (S-4)."""
    line = one_line(text)
    if len(line) <= limit:
        return line
    at = limit - 1
    while at > 0 and (unicodedata.combining(line[at]) or line[at] in "\u200d\ufe0e\ufe0f" or line[at - 1] == "\u200d"):
        at -= 1
    return line[: at or limit - 1].rstrip() + "…"


def day(value: date, *, year: bool = False) -> str:
    """`Sat 14 Oct`, with the year where asked; English whatever the machine's locale says."""
    weekday = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[value.weekday()]
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[value.month - 1]
    return f"{weekday} {value.day} {month}" + (f" {value.year}" if year else "")


def instant(value: datetime, zone: str = "UTC", *, year: bool = False) -> str:
    """`Sat 14 Oct 07:00` in `zone`, without its name."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local.date(), year=year)} {local:%H:%M}"


def headline(digest: Digest) -> str:
    """The first line: what is watched and for which date."""
    what = digest.title if digest.every == "day" else f"{digest.title}, weekly brief"
    hole = " · ⚠ COVERAGE HOLE" if has_hole(digest) else ""
    return f"{shown(what, 60)} · {day(digest.local_date, year=True)}{hole}"


def window(digest: Digest) -> str:
    """`since Fri 13 Oct 07:00 Europe/Kyiv`, or `first digest` where there is no earlier cut-off."""
    if digest.since is None:
        return f"first digest, up to {instant(digest.cutoff, digest.zone)} {digest.zone}"
    return f"since {instant(digest.since, digest.zone)} {digest.zone}"


def counts(digest: Digest) -> str:
    """The three numbers, always all of them: in scope, adjacent, passing; and how much was read."""
    return f"{in_scope(digest)} · adjacent {adjacent_total(digest)} · passing {digest.passing:,}"


def in_scope(digest: Digest) -> str:
    """`in scope 3 (2 new, 1 denial)`, or `nothing new in scope`."""
    if not digest.in_scope:
        return "nothing new in scope"
    badges = Counter(story.badge for story in digest.stories if story.alerted is None)
    parts = [f"{badges[badge]} {word}" for badge, word in _COUNTED if badges[badge]]
    alerted = sum(1 for story in digest.stories if story.alerted is not None)
    if alerted:
        parts.append(f"{alerted} alerted before")
    return f"in scope {digest.in_scope:,}" + (f" ({', '.join(parts)})" if parts else "")


def adjacent_total(digest: Digest) -> int:
    """All adjacent items of the digest, over all streams."""
    return sum(line.count for line in digest.adjacent)


def has_hole(digest: Digest) -> bool:
    """Whether the watch could not see everything: a hole in words, or a language none of whose feeds answers."""
    return bool(holes(digest))


def holes(digest: Digest) -> list[str]:
    """What the watch could not see, a line each."""
    told = [shown(hole, 300) for hole in digest.coverage.holes]
    blind = [lang for lang, working, configured in digest.coverage.by_lang if configured and not working]
    if blind and not told:
        told.append(f"No feed answers in: {', '.join(blind)}. Do not read silence there as silence")
    return told


def languages(digest: Digest) -> str:
    """`ko 5/5 ru 4/4 uk 3/3`: feeds that answer of those configured, by language."""
    return " ".join(f"{lang or '?'} {working}/{all_}" for lang, working, all_ in digest.coverage.by_lang)


def coverage(digest: Digest) -> str:
    """The coverage line."""
    read = f"{digest.coverage.items_read:,} items read"
    # A quiet day has named the languages in its proof of work.
    named = languages(digest) if digest.stories or has_hole(digest) else ""
    return f"Coverage: {named} · {read}" if named else f"Coverage: {read}"


def quiet(digest: Digest) -> str:
    """What a day without news proves: that the watch read and what it could see. "" on other days."""
    if digest.stories:
        return ""
    read = f"Read {digest.coverage.items_read:,} items"
    if has_hole(digest):
        return f"{read}; not everything could be seen, so this may be blindness, not quiet"
    if not digest.coverage.by_lang or not digest.coverage.items_read:
        return f"{read}: nothing shows that the watch could see, so do not read this as quiet"
    if all(working == configured for _, working, configured in digest.coverage.by_lang):
        return f"{read}; all languages covered ({languages(digest)}), so this is quiet, not blind"
    return f"{read}; every language has feeds that answer ({languages(digest)}), so this is quiet, not blind"


def badge(story: DigestStory) -> str:
    """The word before a story; a story that was alerted is not NEW a second time (A-7)."""
    return "ALERTED" if story.alerted is not None else story.badge


def said(story: DigestStory) -> str:
    """The line that a story is told in: its gloss, else its title."""
    return shown(story.gloss, 400) or title(story)


def title(story: DigestStory) -> str:
    """The headline as the source wrote it."""
    return shown(story.title) or "(no title)"


def quote(story: DigestStory) -> str:
    """The verbatim quote, "" where it would only repeat the headline."""
    line = shown(story.quote, QUOTE)
    return "" if line == title(story) else line


def quoted(story: DigestStory) -> str:
    """The quote in its marks, with "…" where its sentence begins before it or goes on after it; "" where there is none."""
    line = quote(story)
    begun, goes_on = story.quote_cut
    return f"“{'… ' if begun else ''}{line}{' …' if goes_on else ''}”" if line else ""


def source(story: DigestStory) -> str:
    """`Reuters (reuters.com) [full]`: outlet, the host that the link leads to, how much of it was read; language."""
    host = host_of(href(story.url)) or shown(story.host, 80)
    name = shown(story.outlet, 60) or host or "unknown outlet"
    where = f" ({host})" if host and host.casefold() != name.casefold() else ""
    lang = f"{shown(story.lang, 12)}, " if story.lang and not story.lang.lower().startswith("en") else ""
    return f"{name}{where} [{lang}{story.quality}]"


def published(story: DigestStory, zone: str) -> str:
    """`published Fri 13 Oct 19:00`, and when the watch first saw it where that is another day."""
    if story.published is None:
        seen = f", first seen {instant(story.first_seen, zone)}" if story.first_seen else ""
        return f"undated{seen}"
    line = f"published {instant(story.published, zone, year=_far(story.published, story.first_seen))}"
    if story.first_seen and abs((story.first_seen - story.published).total_seconds()) > 6 * 3600:
        line += f", first seen {instant(story.first_seen, zone)}"
    return line


def _far(value: datetime, other: datetime | None) -> bool:
    return other is not None and abs((other - value).days) > 180


def origins(story: DigestStory) -> str:
    """`2 origins (White House: imagery; ROK NIS: official figure), corroborated, carried by 38`: whose word it is and
    whether two of them bear each other out, apart from how many repeat it (decision 13).
    """
    carried = f"carried by {story.carriers:,}"
    named = [one for one in story.origins if one.claimant not in UNNAMED]
    if not named:
        return f"no claimant named, {carried}"
    names = [_origin(one.claimant, one.basis, len(named) > 1) for one in named[:3]]
    more = f" +{len(named) - 3}" if len(named) > 3 else ""
    firm = ", corroborated" if any(one.corroborated for one in named) else ""
    return f"{len(named)} origin{'s' if len(named) > 1 else ''} ({'; '.join(names)}{more}){firm}, {carried}"


def _origin(claimant: str, basis: str, several: bool) -> str:
    who = shown(claimant, 60) or "?"
    return f"{who}: {shown(basis, 60)}" if several and basis and basis != "none stated" else who


def remarks(story: DigestStory, zone: str) -> list[str]:
    """What else must be said of a story, a line each: the figure before, why it is late, what it follows."""
    lines = []
    if story.alerted is not None:
        lines.append(f"Alerted {instant(story.alerted, zone)}; not repeated here")
    if story.stream:
        lines.append(f"In scope for this subscription: {shown(story.stream, 100)}")
    if story.badge == "LATE" and story.late_reason:
        lines.append(f"Late: {shown(story.late_reason, 140)}")
    if story.answers:
        lines.append(f"Answers {shown(story.answers, 40)}")
    if story.predecessor:
        lines.append(f"Before: {shown(story.predecessor, 200)}")
    if story.others:
        lines.append(f"Others, not comparable: {' · '.join(shown(one, 100) for one in story.others[:3])}")
    if story.quality in ("headline-only", "paywalled", "blocked", "missing"):
        lines.append("Only the headline or a teaser was read: no figure in it was checked in the text")
    if story.follows:
        lines.append(f"Follows {shown(story.follows_words or story.follows, 200)}")
    return lines


def also(story: DigestStory, limit: int) -> tuple[list[tuple[str, str]], int]:
    """The first outlets that hang on a story as (name, link), and how many more there are."""
    made = [(shown(outlet, 60) or "source", url) for outlet, _, url in story.also[:limit]]
    return made, max(0, len(story.also) - limit)


def notes(story: DigestStory, limit: int) -> tuple[list[tuple[str, str, str, str]], int]:
    """The first further changes of a story as (word, what is said, outlet, link), and how many more there are.

    What else is said of a story that the reader sees for the first time updates nothing that was shown: it is ALSO.
    """
    fresh = story.badge in ("NEW", "PROMOTED", "LATE")
    made: list[tuple[str, str, str, str]] = [
        (
            "ALSO" if fresh and note.badge == "UPDATE" else note.badge,
            shown(note.words, 300),
            shown(note.outlet, 60),
            note.url,
        )
        for note in story.notes[:limit]
    ]
    return made, len(story.notes) - len(made)


def adjacent_line(line: AdjacentLine) -> tuple[str, str]:
    """What stands before the link of an adjacent stream, and after it."""
    missing = f" ({shown(line.missing, 80)})" if line.missing else ""
    outlet = f" — {shown(line.outlet, 60)}" if line.outlet else ""
    return f"{shown(line.label, 40)} {line.count}", f"{outlet}{missing}"


def told(
    digest: Digest, limit: int
) -> tuple[tuple[DigestStory, ...], tuple[DigestStory, ...], tuple[DigestStory, ...]]:
    """(told in full, told in one line, folded deal talk): together the digest's one list, in its order."""
    full = [story for story in digest.stories if not story.folded]
    folded = tuple(story for story in digest.stories if story.folded)
    return tuple(full[:limit]), tuple(full[limit:]), folded


def folded_line(folded: tuple[DigestStory, ...]) -> str:
    """`Deal talk: 4 more — headline (outlet) · headline (outlet)`; what somebody muted is counted and named, too."""
    muted = tuple(one for one in folded if one.stream == MUTED)
    talk = tuple(one for one in folded if one.stream != MUTED)
    return "; ".join(_listed(name, group) for name, group in (("Deal talk", talk), ("Muted", muted)) if group)


def _listed(name: str, group: tuple[DigestStory, ...]) -> str:
    heads = [f"{shown(one.title, 80)} ({shown(one.outlet, 40)})" for one in group[:3]]
    more = " more" if name == "Deal talk" else ""
    return f"{name}: {len(group)}{more} — " + " · ".join(heads) + (" …" if len(group) > 3 else "")


def is_silent(digest: Digest, quiet_policy: str) -> bool:
    """Whether nothing is sent: a day without stories and corrections, full sight, and a reader who asked for nothing."""
    proven = bool(digest.coverage.by_lang) and digest.coverage.items_read > 0
    return (
        quiet_policy == "nothing"
        and proven
        and not (digest.stories or digest.corrections or has_hole(digest) or digest.late_run)
    )


def push(digest: Digest, limit: int) -> str:
    """One line for a lock screen: what, which date, how many, then the top three."""
    start = f"{shown(digest.title, 60)}, {day(digest.local_date)}: {in_scope(digest)}"
    if has_hole(digest):
        start += ", coverage hole"
    heads = [f"{number}) {shown(said(one), 90).rstrip('.')}" for number, one in enumerate(digest.stories[:3], 1)]
    return shown(f"{start}. {'; '.join(heads)}" if heads else start, limit)


def changed(digest: Digest) -> list[str]:
    """What the week changed, a line each: updates, denials, corrections, promotions, with the figure before."""
    lines = []
    for number, story in enumerate(digest.stories, 1):
        if story.badge in ("UPDATE", "DENIAL", "CORRECTION", "PROMOTED"):
            before = f" (before: {shown(story.predecessor, 200)})" if story.predecessor else ""
            lines.append(f"{number}  {story.badge}: {said(story)}{before}")
        lines += [f"{number}  {note.badge}: {shown(note.words)}" for note in story.notes]
    return lines
