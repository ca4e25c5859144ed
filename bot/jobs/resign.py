"""Sign stored articles again after the algorithms of copies and stories changed: what was written by an older one finds nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.core import duplicates, signatures
from bot.core.lexicon import Lexicon
from bot.core.stories import Signature
from bot.model import Article
from bot.store import Store

VERSION = f"{duplicates.VERSION} {signatures.VERSION}"
"""Under which fingerprints and signatures are stored together."""

SIGNED = 250
"""Code points of a text that sign it for stories: what an article reports stands in its title and lead."""

A_ROUND = 500
"""Articles that are signed again in one round: about a second of work."""


def seal_of(article: Article, lexicon: Lexicon | None) -> Signature:
    """The signature of an article; further down, all texts on a subject are alike."""
    item = article.item()
    return signatures.signature(replace(item, text=item.text[:SIGNED]), lexicon)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resigner:
    """Brings fingerprints, bands, signatures and keys up to the present version, some in each round."""

    store: Store
    lexicon: Lexicon | None
    stopping: Callable[[], bool] = lambda: False

    def run(self, limit: int = A_ROUND) -> int:
        """How many articles were signed again; 0 as long as nothing changed."""
        done = 0
        for name in self.store.stories.signed_otherwise(VERSION, limit=limit):
            article = self.store.articles.get(name)
            if article is None or self.stopping():
                break
            print_ = duplicates.fingerprint(article.title, article.text)
            seal = seal_of(article, self.lexicon)
            self.store.stories.sign(
                name, version=VERSION, fingerprint=print_.to_bytes().decode(), bands=print_.bands,
                signature=seal.to_json(), keys=seal.keys(),
            )  # fmt: skip
            done += 1
        return done
