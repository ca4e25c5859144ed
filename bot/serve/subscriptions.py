"""Stories as Atom or JSON Feed for others to subscribe to: those of the newest digests, of one watchlist or all."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.model import Digest
from bot.render.feed import atom, json_feed
from bot.store import Store

KINDS: Final = {"atom": "application/atom+xml; charset=utf-8", "json": "application/feed+json; charset=utf-8"}
DIGESTS: Final = 60
"""How many digests back a feed reaches."""


def feed_text(store: Store, form: str, *, watchlist: str = "", self_url: str = "") -> str:
    """The document in `form` atom or json. A story that several subscriptions were told stands in it once."""
    digests = _once(store.digests.recent(DIGESTS), watchlist)
    title = digests[0].title if digests else "armswatch"
    write = atom if form == "atom" else json_feed
    return write(digests, title=f"{title} ({watchlist})" if watchlist else title, self_url=self_url)


def _once(digests: list[Digest], watchlist: str) -> list[Digest]:
    told: set[str] = set()
    found = []
    for digest in digests:
        fresh = []
        for story in digest.stories:
            if watchlist and watchlist not in story.watchlists:
                continue
            names = set(story.changes) or {story.story}
            if not names <= told:
                told |= names
                fresh.append(story)
        found.append(replace(digest, stories=tuple(fresh)))
    return found
