"""From an article to everything that follows from it: verdicts, story, claims, changes. It decides; the caller stores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.claims import claims as read_claims
from bot.core.duplicates import VERSION, fingerprint
from bot.core.lexicon import Lexicon
from bot.core.matches import Matcher
from bot.core.signatures import signature
from bot.model import Article, Delivery, Verdict
from bot.store import Store
from bot.store.articles import Judgement, best_rank

WINDOW = timedelta(days=10)
"""How far apart in time two articles may be to be weighed for one story or its sequel."""


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
        mark = signature(item, self.lexicon)
        common = {
            "article": article,
            "verdicts": verdicts,
            "fingerprint": print_.to_bytes().decode(),
            "fingerprint_version": VERSION,
            "bands": print_.bands,
            "signature": mark.to_json(),
            "keys": mark.keys(),
        }
        if rank == "borderline":
            # Stored with its evidence, but it founds no shown story (decision 9).
            return Judgement(**common)  # type: ignore[arg-type]
        found = read_claims(item, self.lexicon) if self.lexicon else ()
        judgement = self._placed(article, verdicts, mark, print_, found, previous, now, common)
        promised = self.promises(judgement)
        return judgement if not promised else Judgement(**{**_fields(judgement), "promises": promised})  # type: ignore[arg-type]
