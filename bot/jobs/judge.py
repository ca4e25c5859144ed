"""From an article to everything that follows from it: verdicts, story, claims, changes. It decides; the caller stores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.claims import claims as read_claims
from bot.core.corroboration import origins
from bot.core.developments import news
from bot.core.duplicates import Fingerprint, fingerprint
from bot.core.identities import change_id
from bot.core.lexicon import Lexicon
from bot.core.matches import Matcher
from bot.core.publishers import Publishers
from bot.core.stories import Assignment, Signature, stands_apart
from bot.jobs.behind import NOBODY
from bot.jobs.place import Placer
from bot.jobs.resign import VERSION, seal_of
from bot.model import Article, Change, ChangeKind, Claim, Delivery, Item, Membership, Story, Verdict
from bot.store import Store
from bot.store.articles import Judgement, best_rank

MOST_KNOWN = 400
"""Claims of a story that a new one is held against, the latest ones."""

MOST_NEWS = 3
"""Changes that one article may bring to a story; the rest of what is new in it stands in the story."""

_BADGES: dict[str, ChangeKind] = {"denial": "DENIAL", "retraction": "CORRECTION"}
_HARD = frozenset({"legal-act", "retraction", "denial", "figure"})
"""Kinds of news that even a near-duplicate may bring: two readings of one text do not differ in them."""

_WEAK = frozenset({"claim", "entity"})
"""Kinds of news that count only if somebody stands behind them: a nameless sentence is no update."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """The pure rooms over the store's candidates."""

    store: Store
    matcher: Matcher
    lexicon: Lexicon | None
    publishers: Publishers = NOBODY
    promises: Callable[[Judgement], tuple[Delivery, ...]] = lambda _: ()

    def verdicts(self, article: Article) -> tuple[Verdict, ...]:
        """What the watchlists say of an article: pure, and most of a judgement's time."""
        return self.matcher.verdicts(article.item())

    def __call__(
        self,
        article: Article,
        now: datetime,
        *,
        previous: Sequence[Verdict] = (),
        verdicts: tuple[Verdict, ...] | None = None,
    ) -> Judgement:
        """The judgement of one article; `previous` are its verdicts before this revision, `verdicts` those of now where they are known."""
        item = article.item()
        verdicts = self.verdicts(article) if verdicts is None else verdicts
        rank = best_rank(verdicts)
        if rank == "none":
            return Judgement(article=article, verdicts=verdicts)
        print_ = fingerprint(article.title, article.text)
        seal = seal_of(article, self.lexicon)
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
        own = self.store.stories.standing(article.id)
        if own is not None:
            # A later revision of a member stays where it is; only what is new in it is told. A live-blog tells nothing.
            story_, held = own
            found = Assignment(
                "also" if held == "also" else "joined", story_, lead=story_, why=("an earlier revision belongs here",)
            )
        else:
            at = article.published or article.first_seen or now
            found = Placer(store=self.store)(item, seal, print_, claims, at)
        action, home = found.action, found.story
        if action == "also" or stands_apart(seal):
            judgement = _reports_nothing(judgement)
        if action == "also":
            # Without a lead it stands alone and is told as itself; with one it hangs on that story.
            action, home = ("also", found.lead) if found.lead else ("new", found.story)
        stored = self.store.stories.get(home)
        known = self.store.stories.claims(story=home, limit=MOST_KNOWN) if stored else []
        # What merely hangs on a story says nothing for it: it is shown under it and does not count.
        story = self._story(judgement, home, stored, found, known, () if action == "also" else claims, now)
        if stored is None:
            role = "founder"
        elif found.copy_of:
            role = "copy"
        else:
            role = "also" if action == "also" else "joined"
        membership = Membership(
            story=story.id,
            article=article.id,
            role=role,  # type: ignore[arg-type]
            copy_of=found.copy_of,
            wire=self.publishers.wire(article.title, article.text),
            why=found.why,
        )
        return replace(
            judgement,
            story=story,
            membership=membership,
            merges=found.merges,
            claims=claims,
            changes=self._changes(judgement, story, role, known, claims, before, now),
        )

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
        if role == "also":
            return ()
        # More outlets are never an update (decision 15): only what no claim of the story said before. A wire that sends its
        # text again with a higher figure has a copy's words and an update's news.
        told = [
            new
            for new in news(known, claims)
            if (new.kind not in _WEAK or _named(new.claim, claims)) and (role != "copy" or new.kind in _HARD)
        ]
        if not told and role == "joined" and _is_act(article, best):
            return (change("UPDATE", article.title),)
        return tuple(change(_BADGES.get(new.kind, "UPDATE"), new.fact, new.claim) for new in told[:MOST_NEWS])


def _reports_nothing(judgement: Judgement) -> Judgement:
    """A live-blog, a newsletter, an analysis: told after all that was reported, and no report ever joins it."""
    verdicts = tuple(
        replace(one, kind="analysis", why=(*one.why, "kind: reports no single event"))
        if one.rank == "match" and one.kind != "analysis"
        else one
        for one in judgement.verdicts
    )
    return replace(judgement, verdicts=verdicts, signature="", keys=())


def _named(claim: str, claims: Sequence[Claim]) -> bool:
    return any(one.id == claim and one.claimant not in {"", "unattributed", "anonymous"} for one in claims)


def _is_act(article: Article, best: Verdict) -> bool:
    """Whether it is an entry of a sanctions list, which has no page: a legal act (decision 15), whatever claims were read in it."""
    return best.kind == "sanctions" and article.outlet_kind == "government" and not article.url


def _best(verdicts: Sequence[Verdict]) -> Verdict:
    """The first match; the caller has made sure that there is one."""
    return next(verdict for verdict in verdicts if verdict.rank == "match")
