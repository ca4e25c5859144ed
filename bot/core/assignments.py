"""Stories, not articles: which development an item reports, what it copies, what it follows, and why."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.core.duplicates import Fingerprint, is_copy
from bot.core.duplicates import fingerprint as fingerprint_of
from bot.core.likeness import in_common, likeness
from bot.core.signatures import Signature
from bot.model import Item

Action = Literal["new", "joined", "copy", "also", "follows"]

JOIN = 0.3  # mean likeness to a story's members from which an item joins it
FOLLOW = 0.55  # likeness with time left out from which a new story follows an older one
FOLLOW_REACH = timedelta(days=45)
COPY_REACH = timedelta(days=30)  # the same text printed again later is no news, the same headline alone is
TITLE_REACH = timedelta(hours=72)
MEMBERS = 32  # members of one story that are compared: the first and the latest


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored story as the store hands it back.

    `members` are the signatures of its reports, oldest first, without copies; the first and the last 32 are enough.
    `prints` are (article id, its time, fingerprint) of articles of this story that share a band with the item.
    """

    story: str
    founded: datetime | None
    latest: datetime | None
    members: tuple[Signature, ...]
    prints: tuple[tuple[str, datetime | None, Fingerprint], ...] = ()


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where an item belongs. `story` is the id of the joined story, or the one that the item founds.

    `new` and `follows` found a story, the latter names in `follows` the development before it. `also` founds nothing
    for a reader: the item hangs on story `lead` (a live-blog, a newsletter, an analysis) and does not count; without a
    `lead` it stands alone. `copy` is the text of article `copy_of`. `why` says it in words.
    """

    action: Action
    story: str
    copy_of: str = ""
    follows: str = ""
    lead: str = ""
    likeness: float = 0.0
    why: tuple[str, ...] = ()


def story_id(item: Item) -> str:
    """`s-` + 12 hex of sha256 over the founding item: the same for ever, whatever joins later (decision 4)."""
    seed = "\0".join((item.id, item.title, item.text[:500]))
    return "s-" + hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def assign(
    item: Item, signature: Signature, candidates: Sequence[Candidate], *, print_: Fingerprint | None = None
) -> Assignment:
    """Where `item` belongs among `candidates`; pure, and the same for any order of the candidates.

    `print_` spares computing the item's fingerprint again.
    """
    own = story_id(item)
    ordered = sorted(
        candidates, key=lambda candidate: (candidate.founded is None, candidate.founded or 0, candidate.story)
    )
    mine = print_ or fingerprint_of(item.title, item.text)
    copied = _copied(mine, signature.when, ordered)
    if copied is not None:
        story, article, share = copied
        return Assignment(
            "copy", story, copy_of=article, likeness=share, why=(f"the same text as {article} ({share:.0%} of it)",)
        )
    best, score = _nearest(signature, ordered)
    if signature.alone and not (signature.alone == "analysis" and brings_evidence(signature)):
        why = (f"{signature.alone}: stands alone",)
        if best is not None and score > JOIN:
            return Assignment("also", own, lead=best.story, likeness=score, why=(*why, *_why(signature, best, score)))
        return Assignment("also", own, why=why)
    if best is not None and score > JOIN:
        return Assignment("joined", best.story, likeness=score, why=_why(signature, best, score))
    before, before_score = _before(signature, ordered)
    if before is not None:
        return Assignment(
            "follows",
            own,
            follows=before.story,
            likeness=before_score,
            why=("a later development", *_why(signature, before, before_score)),
        )
    return Assignment("new", own, likeness=score, why=("nothing like it in reach",))


def brings_evidence(signature: Signature) -> bool:
    """Whether an analysis brings imagery or a figure in its title or lead: then it is a development (decision 18)."""
    return any(name == "act:imagery" and weight >= 0.6 for name, weight in signature.features)


def _copied(mine: Fingerprint, when: datetime | None, candidates: Sequence[Candidate]) -> tuple[str, str, float] | None:
    found: list[tuple[bool, datetime | None, str, str, float]] = []
    for candidate in candidates:
        for article, at, theirs in candidate.prints:
            share = is_copy(mine, theirs)
            if share is not None and within(when, at, copy_reach(mine, theirs)):
                found.append((at is None, at, article, candidate.story, share))
    if not found:
        return None
    first = min(found, key=lambda entry: (entry[0], entry[1].timestamp() if entry[1] else 0.0, entry[2]))
    return first[3], first[2], first[4]


def copy_reach(a: Fingerprint, b: Fingerprint) -> timedelta:
    """How far apart in time two items may be for one to be the other's copy: less where only titles speak for it."""
    return COPY_REACH if a.total and b.total else TITLE_REACH


def within(a: datetime | None, b: datetime | None, reach: timedelta) -> bool:
    """Whether two times are within reach; a missing time is within any."""
    return a is None or b is None or abs(a - b) <= reach


def _compared(candidate: Candidate) -> tuple[Signature, ...]:
    members = candidate.members
    return members if len(members) <= MEMBERS else (members[0], *members[-(MEMBERS - 1) :])


def _nearest(signature: Signature, candidates: Sequence[Candidate]) -> tuple[Candidate | None, float]:
    best: Candidate | None = None
    score = 0.0
    for candidate in candidates:
        members = _compared(candidate)
        if not members:
            continue
        mean = sum(likeness(signature, member) for member in members) / len(members)
        if mean > score:
            best, score = candidate, mean
    return best, score


def _before(signature: Signature, candidates: Sequence[Candidate]) -> tuple[Candidate | None, float]:
    """The latest older story on the same matter, were it not for the time between."""
    best: Candidate | None = None
    score = 0.0
    if signature.when is None:
        return None, 0.0
    for candidate in candidates:
        if candidate.latest is None or not candidate.latest <= signature.when <= candidate.latest + FOLLOW_REACH:
            continue
        members = _compared(candidate)
        mean = sum(likeness(signature, member, days=0.5) for member in members) / len(members) if members else 0.0
        if mean >= FOLLOW and (
            best is None or mean > score + 0.05 or candidate.latest > (best.latest or candidate.latest)
        ):
            best, score = candidate, mean
    return best, score


def _why(signature: Signature, story: Candidate, score: float) -> tuple[str, ...]:
    closest = max(_compared(story), key=lambda member: likeness(signature, member))
    reasons = [f"mean likeness {score:.2f} to {min(len(story.members), MEMBERS)} of its reports"]
    shared = in_common(signature, closest)
    if shared:
        reasons.append("shares " + ", ".join(shared))
    if signature.when is not None and closest.when is not None:
        hours = abs((signature.when - closest.when).total_seconds()) / 3600
        reasons.append("the same day" if closest.whole_day or signature.whole_day else f"{hours:.0f} h apart")
    return tuple(reasons)
