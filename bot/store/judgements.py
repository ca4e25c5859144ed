"""What people say of the watch's verdicts: in, adjacent, out or mute; append-only, with author and time, undoable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from bot.errors import UsageError
from bot.model import Article, Verdict
from bot.store.articles import Articles
from bot.store.connection import Connection, Row
from bot.store.rows import known, load, moment, stamp
from bot.store.stories import Stories

Label = Literal["in", "adjacent", "out", "mute"]
LABELS: Final[tuple[Label, ...]] = ("in", "adjacent", "out", "mute")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """One judgement. `ref` is an article (a-…) or story (s-…); `until` is the end of a mute, None for ever."""

    seq: int
    ref: str
    label: str
    author: str
    at: datetime
    until: datetime | None = None
    note: str = ""
    undone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A stored article with what a person said of it, for examples."""

    article: Article
    label: str
    verdict: Verdict | None


class Judgements:
    """The judgements table. Every method is one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection
        self._articles = Articles(connection)
        self._stories = Stories(connection)

    def say(
        self, ref: str, label: Label, author: str, now: datetime, *, until: datetime | None = None, note: str = ""
    ) -> Opinion:
        """Write a judgement of a story or article; a mute of an article mutes its story. UsageError where there is none."""
        ref = self._ref(ref, label)
        with self._c.write() as c:
            c.run(
                """INSERT INTO judgements (ref, label, until, author, note, at)
                   VALUES (:ref, :label, :until, :author, :note, :now)""",
                {"ref": ref, "label": label, "until": stamp(until), "author": author, "note": note, "now": stamp(now)},
            )
            row = c.row("SELECT * FROM judgements ORDER BY seq DESC LIMIT 1")
        assert row is not None
        return _opinion(row, frozenset())

    def undo(self, ref: str, author: str, now: datetime, *, own: bool = False, only: str = "") -> Opinion:
        """Take back the latest judgement of a story or article; the record of both stays.

        With `own` the author's latest, with `only` the latest of that label. UsageError where none stands.
        """
        with self._c.write() as c:
            standing = self.of(ref) or self.of(self._story(ref))
            standing = [one for one in standing if (not own or one.author == author) and only in ("", one.label)]
            if not standing:
                what = f"no {only} of yours" if only else "nothing that you said of it" if own else "no judgement of it"
                raise UsageError(f"{ref}: there is {what} that stands")
            last = standing[-1]
            c.run(
                "INSERT INTO judgements (ref, label, author, at, undoes) VALUES (:ref, 'undo', :author, :now, :seq)",
                {"ref": last.ref, "author": author, "now": stamp(now), "seq": last.seq},
            )
        return last

    def of(self, ref: str) -> list[Opinion]:
        """The judgements of one thing that stand, oldest first."""
        return [one for one in self.history() if one.ref == ref and not one.undone]

    def history(self) -> list[Opinion]:
        """Every judgement ever made, oldest first, the undone ones marked."""
        rows = self._c.rows("SELECT * FROM judgements ORDER BY seq")
        undone = frozenset(row["undoes"] for row in rows if row["label"] == "undo")
        return [_opinion(row, undone) for row in rows if row["label"] != "undo"]

    def latest(self) -> int:
        """The number of the latest judgement or undoing, 0 where there is none: what was counted at it is counted."""
        return int(self._c.value("SELECT COALESCE(MAX(seq), 0) FROM judgements"))

    def votes(self, stories: Iterable[str]) -> dict[str, tuple[int, int]]:
        """How many people call each story relevant, and how many not: of each the last word that stands.

        Judgements of a story that was merged into another count for that one.
        """
        homes: dict[str, str] = {}

        def home(ref: str) -> str:
            if ref not in homes:
                found = self._stories.get(ref)
                homes[ref] = found.id if found else ref
            return homes[ref]

        words: dict[tuple[str, str], str] = {}
        for one in self.history():
            if one.ref.startswith("s-") and not one.undone and one.label != "mute":
                words[home(one.ref), one.author] = one.label
        found: dict[str, tuple[int, int]] = {}
        for story in stories:
            said = [label for (ref, _), label in words.items() if ref == home(story)]
            found[story] = (said.count("in"), said.count("out"))
        return found

    def muted(self, now: datetime) -> dict[str, datetime | None]:
        """Stories that are muted now, with the end of the mute (None: for ever). They are folded, never lost."""
        found: dict[str, datetime | None] = {}
        for one in self.history():
            if one.label == "mute" and not one.undone and (one.until is None or one.until > now):
                found[one.ref] = one.until
        return found

    def labelled(self) -> list[Labelled]:
        """Articles with the last label that stands; a story's label counts for all its articles that have none themselves."""
        labels: dict[str, str] = {}
        own: set[str] = set()
        for one in self.history():
            if one.undone or one.label == "mute":
                continue
            if one.ref.startswith("a-"):
                labels[one.ref] = one.label
                own.add(one.ref)
            else:
                story = self._stories.get(one.ref)
                labels.update(
                    {article: one.label for article in (story.articles if story else ()) if article not in own}
                )
        found = []
        for ref, label in labels.items():
            article = self._articles.get(ref)
            if article is not None:
                verdicts = self._articles.verdicts(ref)
                found.append(Labelled(article=article, label=label, verdict=verdicts[0] if verdicts else None))
        return found

    def unjudged(self, limit: int, since: datetime) -> list[tuple[Article, Verdict]]:
        """Articles worth a second look that nobody judged: half of them rejected although every party was named, half adjacent.

        Newest first within each half; where one half is short the other fills the place.
        """
        rejected, adjacent = (self._of_rank(rank, limit, since) for rank in ("none", "borderline"))
        share = max(limit - len(adjacent), (limit + 1) // 2)
        chosen = [*rejected[:share], *adjacent]
        return chosen[:limit]

    def _of_rank(self, rank: str, limit: int, since: datetime) -> list[tuple[Article, Verdict]]:
        # A verdict that stopped at the gate ("no word for Russia") is no near miss, whatever else the text says.
        rows = self._c.rows(
            """SELECT article, verdict_json FROM (
                 SELECT verdicts.article, verdict_json, verdicts.score, articles.first_seen,
                        ROW_NUMBER() OVER (PARTITION BY verdicts.article ORDER BY verdicts.score DESC, verdicts.watchlist) AS turn
                 FROM verdicts JOIN articles ON articles.id = verdicts.article
                 WHERE articles.rank = :rank AND verdicts.rank = :rank AND articles.first_seen >= :since AND articles.text <> ''
                   AND COALESCE({field:verdict_json; missing}, '') NOT LIKE 'no word for %'
                   AND verdicts.article NOT IN (SELECT ref FROM judgements)) AS best
               WHERE turn = 1 ORDER BY score DESC, first_seen DESC, article LIMIT :limit""",
            {"rank": rank, "since": stamp(since), "limit": limit},
        )
        found = []
        for row in rows:
            article = self._articles.get(row["article"])
            if article is not None:
                found.append((article, load(Verdict, row["verdict_json"])))
        return found

    def _ref(self, ref: str, label: Label) -> str:
        if ref.startswith("s-"):
            story = self._stories.get(ref)
            if story is not None:
                return story.id
        elif self._articles.get(ref) is not None:
            if label != "mute":
                return ref
            story_id = self._story(ref)
            if story_id:
                return story_id
            raise UsageError(f"{ref}: it is in no story, so there is nothing to mute")
        raise UsageError(f"{ref}: no such story (s-…) or article (a-…) in this database")

    def _story(self, article: str) -> str:
        found = self._stories.of_article(article)
        return found.id if found else ""


def _opinion(row: Row, undone: Sequence[int] | frozenset[int]) -> Opinion:
    return Opinion(
        seq=row["seq"],
        ref=row["ref"],
        label=row["label"],
        author=row["author"] or "",
        at=known(row["at"]),
        until=moment(row["until"]),
        note=row["note"] or "",
        undone=row["seq"] in undone,
    )
