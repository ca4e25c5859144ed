"""Stories, not articles: which development an item reports, what it copies, what it follows, and why."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.core.duplicates import Fingerprint, is_copy
from bot.core.duplicates import fingerprint as fingerprint_of
from bot.core.likeness import in_common, likeness, mean_likeness, profile
from bot.core.signatures import Signature
from bot.core.voices import Kinship
from bot.model import Item

Action = Literal["new", "joined", "copy", "also", "follows"]

IN_TITLE = 0.8  # weight from which imagery stands in the title: further down, analyses tell what others saw
JOIN = 0.3  # mean likeness to a story's members from which an item joins it
ALIKE = 0.6  # the same where neither names whose word it rests on
SPAN = timedelta(
    days=4
)  # from a story's first to its last report; what comes later follows it (about 36 h is the rule)
STRONG, HUB, APART = 0.4, 4, 0.15  # a round-up: so like to so many stories, which are so unlike one another in the mean
FOLLOW = 0.55  # likeness with time left out from which a new story follows an older one
FOLLOW_REACH = timedelta(days=45)
COPY_REACH = timedelta(days=30)  # the same text printed again later is no news, the same headline alone is
TITLE_REACH = timedelta(hours=72)
PRINTS = 60  # fingerprints of one story that are checked, the earliest first: the rest are copies of these
MEMBERS = 20  # members of one story that are compared: the first and the latest
MERGE = 0.4  # mean likeness between two stories from which they are one: dearer than joining, for it cannot be undone
LINKED, NEAR = 6, 0.2  # to merge two stories: members compared of either, and how near the new item is to both


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored story as the store hands it back.

    `members` are the signatures of its reports, oldest first, without copies; the first and the last 20 are enough.
    `prints` are (article id, its time, fingerprint) of articles of this story that share a band with the item, the
    earliest first; of more than 60 the rest are not looked at. `kinship` says whether item and story rest on one
    voice: different ones are never joined, unknown ones only where they are much alike; None: nobody looked.
    """

    story: str
    founded: datetime | None
    latest: datetime | None
    members: tuple[Signature, ...]
    prints: tuple[tuple[str, datetime | None, Fingerprint], ...] = ()
    kinship: Kinship | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where an item belongs. `story` is the id of the joined story, or the one that the item founds.

    `new` and `follows` found a story, the latter names in `follows` the development before it. `also` founds nothing
    for a reader: the item hangs on story `lead` (a live-blog, a newsletter, an analysis) and does not count; without a
    `lead` it stands alone. `copy` is the text of article `copy_of`. `merges` are stories that this item shows to be the
    same one as `story`, which was founded first: their ids become aliases of it. `why` says it in words.
    """

    action: Action
    story: str
    copy_of: str = ""
    follows: str = ""
    lead: str = ""
    likeness: float = 0.0
    merges: tuple[str, ...] = ()
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
    apart = stands_apart(signature)
    # What only hangs on a story may rest on any voice.
    best, score = _nearest(signature, [replace(one, kinship=None) for one in ordered] if apart else ordered)
    reasons: tuple[str, ...] = _why(signature, best, score) if best is not None and score > JOIN else ()
    if apart:
        lead = best.story if best is not None and reasons else ""
        return Assignment(
            "also", own, lead=lead, likeness=score, why=(f"{signature.alone}: founds no story for a reader", *reasons)
        )
    if best is not None and reasons and _touches_many(signature, ordered):
        return Assignment(
            "also", own, lead=best.story, likeness=score, why=("touches several stories: a round-up", *reasons)
        )
    if best is not None and reasons:
        same = _same(signature, best, ordered)
        first, *rest = sorted([best, *same], key=ordered.index)
        merges = tuple(story.story for story in rest)
        if merges:
            reasons = (*reasons, "which shows to be one with " + ", ".join(merges))
        return Assignment("joined", first.story, likeness=score, merges=merges, why=reasons)
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


def stands_apart(signature: Signature) -> bool:
    """Whether an item reports no single event: a live-blog, a newsletter, an analysis that brings nothing new."""
    return signature.alone != "" and not (signature.alone == "analysis" and brings_evidence(signature))


def brings_evidence(signature: Signature) -> bool:
    """Whether an analysis announces imagery in its title: then it is a development (decision 18)."""
    return any(name == "act:imagery" and weight >= IN_TITLE for name, weight in signature.features)


def _copied(mine: Fingerprint, when: datetime | None, candidates: Sequence[Candidate]) -> tuple[str, str, float] | None:
    found: list[tuple[bool, datetime | None, str, str, float]] = []
    for candidate in candidates:
        for article, at, theirs in candidate.prints[:PRINTS]:
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
    """The likest story in reach: first among those that share a voice, of the others only one that is much alike."""
    best: Candidate | None = None
    score, rank = 0.0, 0
    own = profile(signature)
    for candidate in candidates:
        members = _compared(candidate)
        if candidate.kinship == "apart" or not members or not _in_span(signature, candidate):
            continue
        mean = mean_likeness(own, members)
        shared = int(candidate.kinship == "shared" and mean > JOIN)
        if (shared, mean) > (rank, score) and (candidate.kinship != "unknown" or mean > ALIKE):
            best, score, rank = candidate, mean, shared
    return best, score


def _touches_many(signature: Signature, candidates: Sequence[Candidate]) -> bool:
    """Whether an item resembles several stories that do not resemble one another."""
    near = [
        story.members[0] for story in candidates if story.members and likeness(signature, story.members[0]) >= STRONG
    ]
    pairs = [(a, b) for place, a in enumerate(near) for b in near[:place]]
    return len(near) >= HUB and sum(likeness(a, b) for a, b in pairs) < APART * len(pairs)


def _in_span(signature: Signature, story: Candidate) -> bool:
    times = [time for time in (signature.when, story.founded, story.latest) if time is not None]
    return not times or max(times) - min(times) <= SPAN


def _same(signature: Signature, joined: Candidate, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The other stories that are this one, seen with the new item in it."""
    found: list[Candidate] = []
    own = profile(signature)
    mine = (*joined.members[-(LINKED - 1) :], signature)
    for other in candidates:
        if other is joined or not other.members or other.kinship == "apart":
            continue
        theirs = other.members[-LINKED:]
        if mean_likeness(own, theirs) < NEAR:
            continue
        if sum(mean_likeness(profile(member), theirs) for member in mine) > (
            ALIKE if other.kinship == "unknown" else MERGE
        ) * len(mine):
            found.append(other)
    return found


def _before(signature: Signature, candidates: Sequence[Candidate]) -> tuple[Candidate | None, float]:
    """The latest older story on the same matter, were it not for the time between."""
    best: Candidate | None = None
    score = 0.0
    if signature.when is None:
        return None, 0.0
    own = profile(signature)
    for candidate in candidates:
        if (
            candidate.kinship == "apart"
            or candidate.latest is None
            or not candidate.latest <= signature.when <= candidate.latest + FOLLOW_REACH
        ):
            continue
        members = _compared(candidate)
        mean = mean_likeness(own, members, 0.5)
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
