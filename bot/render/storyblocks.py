"""One story → Slack blocks: its place in the channel, and the detail that hangs in the thread."""

from __future__ import annotations

from bot.model import DigestStory, Origin
from bot.render import words
from bot.render.blocks import Json, leaf, link, moment, quoted, rich, section


def story_block(story: DigestStory, number: int, zone: str) -> Json:
    """One story: what is new and who says so, the verbatim quote, the source, what must be said with it."""
    lead: list[Json] = [leaf(f"{number}  ", bold=True), leaf(words.badge(story), code=True), leaf(" ")]
    if story.direction_words:
        lead.append(leaf(f"{words.shown(story.direction_words, 60)}  ", bold=True))
    said, title = words.said(story), words.title(story)
    lead.append(link(story.url, title, bold=True) if said == title else leaf(said, bold=True))
    elements = [section(lead)]
    if story.alerted is None and words.quote(story):
        elements.append(quoted(words.quoted(story)))
    basis: list[Json] = [] if said == title else [link(story.url, title), leaf("\n")]
    basis.append(leaf(f"{words.source(story)} · "))
    basis += [moment(story.published)] if story.published else [leaf("undated")]
    basis.append(leaf(f" · {words.origins(story)}"))
    basis += [leaf(f"\n{line}", italic=True) for line in words.remarks(story, zone)]
    notes, more = words.notes(story, words.NOTES)
    for badge, told, outlet, url in notes:
        basis += [leaf("\n"), leaf(badge, code=True), leaf(f" {told} "), *_outlet(outlet, url)]
    if more:
        basis.append(leaf(f"\n+{more} more statements"))
    elements.append(section(basis))
    return rich(f"st:{number}:{story.story}", elements)


def _outlet(outlet: str, url: str) -> list[Json]:
    return [link(url, outlet)] if outlet else []


def detail_block(story: DigestStory, number: int, zone: str) -> Json:
    """What the thread adds to a story of the first message: every origin, the carriers, the dates, the ids."""
    leaves = [leaf(f"{number}  {words.said(story)}\n", bold=True)]
    leaves += [leaf(f"{_basis(one)} · carried by {one.carriers:,}\n") for one in story.origins[:8]]
    leaves += [
        leaf(f"{badge}: {told} — {outlet}\n") for badge, told, outlet, _ in words.notes(story, 12)[0][words.NOTES :]
    ]
    leaves.append(leaf(f"{words.published(story, zone)} {zone}"))
    for outlet, title, url in story.also[:8]:
        leaves += [leaf(f"\nalso {words.shown(outlet, 60)}: "), link(url, words.shown(title, 120))]
    if len(story.also) > 8:
        leaves.append(leaf(f"\n+{len(story.also) - 8} more"))
    lists = ", ".join(words.shown(name, 40) for name in story.watchlists)
    leaves.append(leaf(f"\n{words.shown(story.story, 60)} · {lists}", italic=True))
    return rich(f"de:{number}:{story.story}", [section(leaves)])


def _basis(origin: Origin) -> str:
    firm = ", corroborated" if origin.corroborated else ""
    return f"{words.shown(origin.claimant, 60) or 'unattributed'} · basis: {words.shown(origin.basis, 80) or 'none stated'}{firm}"
