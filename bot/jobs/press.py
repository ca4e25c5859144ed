"""What a press on a button means for the store: the same judgements as `armswatch judge`, or the reason why a story is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.core.buttons import MUTED_DAYS, Press
from bot.errors import UsageError
from bot.ports import Clock
from bot.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """Takes presses; the words that it returns are for the presser alone."""

    store: Store
    clock: Clock

    def __call__(self, press: Press) -> str:
        """Record a judgement or explain; pressing the same again changes nothing that counts."""
        if press.meaning == "why":
            return self._why(press.subject)
        now = self.clock()
        author = f"slack:{press.name or press.user}"
        until = now + timedelta(days=MUTED_DAYS) if press.meaning == "mute" else None
        try:
            self.store.judgements.say(
                press.subject, press.meaning, author, now, until=until, note=f"pressed by {press.user}"
            )
        except UsageError as error:
            return str(error)
        said = {"in": "relevant", "out": "not relevant", "mute": f"muted for {MUTED_DAYS} days"}[press.meaning]
        return f"{press.subject}: {said}. `armswatch judge {press.subject} --undo` takes it back."

    def _why(self, subject: str) -> str:
        story = self.store.stories.get(subject)
        article = story.articles[0] if story and story.articles else subject
        for verdict in self.store.articles.verdicts(article):
            lines = [f"{verdict.watchlist}: {verdict.rank}", *verdict.why[:8]]
            lines += [f"“{piece.quote[:200]}”" for piece in verdict.evidence[:2]]
            return "\n".join(lines)
        return f"{subject} is not stored any more"
