"""From an article to everything that follows from it: verdicts, story, claims, changes. It decides; the caller stores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.claims import claims as read_claims
from bot.core.corroboration import origins
from bot.core.developments import news
from bot.core.duplicates import VERSION, Fingerprint, fingerprint
from bot.core.identities import change_id
from bot.core.lexicon import Lexicon
from bot.core.matches import Matcher
from bot.core.stories import Assignment, Candidate, Signature, assign, signature
from bot.core.voices import kinship
from bot.model import Article, Change, ChangeKind, Claim, Delivery, Item, Membership, Story, Verdict
from bot.store import Store
from bot.store.articles import Judgement, best_rank
from bot.store.stories import Member

REACH_BACK = timedelta(days=46)
"""How much older a story may be to be followed; the pure part looks 45 days back."""

REACH_ON = timedelta(days=3)
"""How much younger: backfill may insert an article before what is stored."""

ALIKE = 0.6
"""Likeness from which two whole articles that share no named voice report one development."""

SIGNED = 250
"""Code points of a text that sign it for stories."""

NEAR_STORIES = 25
"""Stories that are compared in full, those that share most with the article first."""


MOST_NEWS = 3
"""Changes that one article may bring to a story; the rest of what is new in it stands in the story."""

_BADGES: dict[str, ChangeKind] = {"denial": "DENIAL", "retraction": "CORRECTION"}
_WEAK = frozenset({"claim", "entity"})
"""Kinds of news that count only if somebody stands behind them: a nameless sentence is no update."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """The pure rooms over the store's candidates."""

    store: Store
    matcher: Matcher
    lexicon: Lexicon | None
    promises: Callable[[Judgement], tuple[Delivery, ...]] = lambda _: ()

    def __call__(self, article: Article, now: datetime, *, previous: Sequence[Verdict] = ()) -> Judgement:
        """The judgement of one article; `previous` are its verdicts before this revision."""
        item = article.item()
        verdicts = self.matcher.verdicts(item)
        rank = best_rank(verdicts)
        if rank == "none":
            return Judgement(article=article, verdicts=verdicts)
        print_ = fingerprint(article.title, article.text)
        # What an article reports stands in its title and lead; further down, all texts on a subject are alike.
        seal = signature(replace(item, text=item.text[:SIGNED]), self.lexicon)
        judgement = Judgement(
            article=article,
            verdicts=verdicts,
            fingerprint=print_.to_bytes().decode(),
            fingerprint_version=VERSION,
            bands=print_.bands,
            signature=seal.to_json(),
            keys=seal.keys(),
        )
        if rank == "borderline":
            return judgement  # stored with its evidence, but it founds no shown story (decision 9)
        claims = read_claims(item, self.lexicon) if self.lexicon else ()
        judgement = self._placed(
            judgement, item, seal, print_, claims, best_rank(previous) if previous else "none", now
        )
        return replace(judgement, promises=self.promises(judgement))

    def _placed(
        self, judgement: Judgement, item: Item, seal: Signature, print_: Fingerprint, claims: tuple[Claim, ...], before: str, now: datetime
    ) -> Judgement:  # fmt: skip
        article = judgement.article
        own = self.store.stories.of_article(article.id)
        if own is not None:
            # A later revision of a member stays where it is; only what is new in it is told.
            found = Assignment("joined", own.id, why=("an earlier revision belongs here",))
        else:
            at = article.published or article.first_seen or now
            found = self._assigned(item, seal, print_, claims, self._candidates(seal, print_, at, claims))
        action, home = found.action, found.story
        if action == "also":
            # Without a lead it stands alone and is told as itself; with one it hangs on that story.
            action, home = ("also", found.lead) if found.lead else ("new", found.story)
        stored = self.store.stories.get(home)
        known = self.store.stories.claims(story=home) if stored else []
        story = self._story(judgement, home, stored, found, known, claims, now)
        if stored is None:
            role = "founder"
        elif found.copy_of:
            role = "copy"
        else:
            role = "also" if action == "also" else "joined"
        membership = Membership(story=story.id, article=article.id, role=role, copy_of=found.copy_of, why=found.why)  # type: ignore[arg-type]
        return replace(
            judgement,
            story=story,
            membership=membership,
            merges=self._merges(home, found),
            claims=claims,
            changes=self._changes(judgement, story, role, known, claims, before, now),
        )

    def _assigned(
        self, item: Item, seal: Signature, print_: Fingerprint, claims: Sequence[Claim], candidates: list[Candidate]
    ) -> Assignment:
        """The story by likeness: first among those that share a voice; of the others only one that is much alike."""
        kin = [one for one in candidates if kinship(claims, self.store.stories.claims(story=one.story)) == "shared"]
        found = assign(item, seal, kin, print_=print_)
        if found.action in {"joined", "copy"}:
            return found
        found = assign(item, seal, candidates, print_=print_)
        return assign(item, seal, kin, print_=print_) if found.action == "joined" and found.likeness < ALIKE else found

    def _merges(self, home: str, found: Assignment) -> tuple[str, ...]:
        """The stories that turn out to be the same as `home`; never two that rest on different voices."""
        mine = self.store.stories.claims(story=home)
        return tuple(one for one in found.merges if kinship(mine, self.store.stories.claims(story=one)) == "shared")

    def _candidates(
        self, seal: Signature, print_: Fingerprint, at: datetime, claims: Sequence[Claim]
    ) -> list[Candidate]:
        shared = self.store.stories.candidates(
            seal.keys(), print_.bands, earliest=at - REACH_BACK, latest=at + REACH_ON
        )
        bands = set(print_.bands)
        near = [name for name in dict.fromkeys(member.story for member in shared) if name][:NEAR_STORIES]
        members: dict[str, list[tuple[Member, Signature, Fingerprint | None]]] = {name: [] for name in near}
        for member in self.store.stories.members(near):
            theirs = Fingerprint.from_bytes(member.fingerprint) if member.fingerprint else None
            members[member.story].append((member, Signature.from_json(member.signature), theirs))
        found: list[Candidate] = []
        for name, known in members.items():
            prints = tuple(
                (member.article, theirs.when, one) for member, theirs, one in known if one and bands & set(one.bands)
            )
            if not prints and kinship(claims, self.store.stories.claims(story=name)) == "apart":
                continue
            times = [theirs.when for _, theirs, _ in known if theirs.when]
            found.append(
                Candidate(
                    story=name,
                    founded=min(times, default=None),
                    latest=max(times, default=None),
                    members=tuple(theirs for member, theirs, _ in known if member.role not in {"copy", "also"}),
                    prints=prints,
                )
            )
        return found

    def _story(
        self, judgement: Judgement, home: str, stored: Story | None, found: Assignment, known: Sequence[Claim],
        claims: Sequence[Claim], now: datetime,
    ) -> Story:  # fmt: skip
        article, best = judgement.article, _best(judgement.verdicts)
        at = article.published or article.first_seen or now
        words = origins([*known, *claims])
        if stored is not None:
            return replace(stored, latest=max(stored.latest, at), origins=words)
        return Story(
            id=home,
            watchlist=best.watchlist,
            title=article.title,
            founded=at,
            latest=at,
            lang=article.lang,
            direction=best.direction,
            kind=best.kind,
            follows=found.follows,
            origins=words,
        )

    def _changes(
        self, judgement: Judgement, story: Story, role: str, known: Sequence[Claim], claims: Sequence[Claim], before: str, now: datetime
    ) -> tuple[Change, ...]:  # fmt: skip
        article, best = judgement.article, _best(judgement.verdicts)

        def change(kind: ChangeKind, fact: str = "", claim: str = "") -> Change:
            return Change(
                id=change_id(story.id, kind, article.id, fact),
                story=story.id,
                watchlist=best.watchlist,
                kind=kind,
                article=article.id,
                at=now,
                policy=article.policy,
                fact=fact,
                claim=claim,
            )

        if role == "founder":
            kind: ChangeKind = "PROMOTED" if before == "borderline" else "DENIAL" if best.kind == "denial" else "NEW"
            return (change(kind, claim=claims[0].id if claims else ""),)
        if role in {"copy", "also"}:
            return ()
        # More outlets are never an update (decision 15): only what no claim of the story said before.
        told = [new for new in news(known, claims) if new.kind not in _WEAK or _named(new.claim, claims)]
        return tuple(change(_BADGES.get(new.kind, "UPDATE"), new.fact, new.claim) for new in told[:MOST_NEWS])


def _named(claim: str, claims: Sequence[Claim]) -> bool:
    return any(one.id == claim and one.claimant not in {"", "unattributed", "anonymous"} for one in claims)


def _best(verdicts: Sequence[Verdict]) -> Verdict:
    """The first match; the caller has made sure that there is one."""
    return next(verdict for verdict in verdicts if verdict.rank == "match")
