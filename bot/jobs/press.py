"""What a press on a button means for the store: the same judgements as `armswatch judge`, or the reason why a story is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.core.buttons import MUTED_DAYS, Press, Reply
from bot.errors import UsageError
from bot.ports import Clock
from bot.store import Store

_SAID = {"in": "relevant", "out": "not relevant", "mute": "muted", "adjacent": "adjacent"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """Takes presses; the words that it returns are for the presser alone. `wake` says that there are votes to be shown."""

    store: Store
    clock: Clock
    wake: Callable[[], None] = lambda: None

    def __call__(self, press: Press) -> Reply:
        """Record a judgement or explain; pressing the same again changes nothing that counts."""
        if press.meaning == "why":
            return Reply(text=why(self.store, press.subject))
        now = self.clock()
        author = f"slack:{press.name or press.user}"
        try:
            if press.meaning == "undo":
                back = self.store.judgements.undo(press.subject, author, now, own=True)
                self.wake()
                return Reply(text=f"{back.ref}: no longer {_SAID[back.label]}; both are on record.")
            until = now + timedelta(days=MUTED_DAYS) if press.meaning == "mute" else None
            made = self.store.judgements.say(
                press.subject, press.meaning, author, now, until=until, note=f"pressed by {press.user}"
            )
        except UsageError as error:
            return Reply(text=str(error))
        self.wake()
        span = f" for {MUTED_DAYS} days" if press.meaning == "mute" else ""
        return Reply(text=f"{made.ref}: {_SAID[press.meaning]}{span}.", undo=made.ref)


def why(store: Store, subject: str) -> str:
    """Why a story or article is there, in lines: the verdict, its reasons, its evidence; or that it is not stored."""
    story = store.stories.get(subject)
    article = story.articles[0] if story and story.articles else subject
    for verdict in store.articles.verdicts(article):
        lines = [f"{verdict.watchlist}: {verdict.rank}", *verdict.why[:8]]
        lines += [f"“{piece.quote[:200]}”" for piece in verdict.evidence[:2]]
        return "\n".join(lines)
    return f"{subject} is not stored any more"
