"""Points of one item: its sentences as masks of concepts, cancels sentence by sentence, rules, fields, shares."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from bot.core.guards import Hit
from bot.core.readings import Scan
from bot.core.rules import Rule
from bot.core.watchlists import Watchlist

MOST_MASKS = 20_000  # remembered sets of concepts; news says the same things again and again
APART = 2  # code points between two mentions: "artillery shells" is one
_WINDOWS = {"title": ("title",), "front": ("title", "lead"), "item": ("title", "lead", "body", "tail")}


@dataclass(slots=True)
class Sentence:
    """One sentence with its concepts: `mask` after cancels, `raw` before."""

    number: int
    where: str
    mask: int
    cancelled: str  # the cancel that took concepts away, or ""
    raw: int
    hits: list[Hit]


@dataclass(frozen=True, slots=True)
class Score:
    """Points that one rule gave, and the sentences it looked at."""

    points: float
    rule: str
    where: str
    sentences: tuple[int, ...]
    used: int


def _holding(rule: Rule, sentences: list[Sentence]) -> tuple[int, ...]:
    """At most four sentences of the rule's window that hold most of what it asks for, in order."""
    used = rule.demand.used
    held = [s for s in sentences if s.where in _WINDOWS[rule.within] and s.mask & used]
    held.sort(key=lambda s: -sum(bool(s.mask & group) for group in rule.demand.all))
    return tuple(sorted(s.number for s in held[:4]))


class Scorer:
    """The rules of one watchlist, compiled for scoring. Remembers which rules a set of concepts meets, nothing of an item."""

    def __init__(self, watchlist: Watchlist) -> None:
        self.watchlist = watchlist
        self._bit = tuple(1 << watchlist.concepts[term.concept].bit for term in watchlist.terms)
        sentence = [rule for rule in watchlist.rules if rule.within == "sentence"]
        self._sentence = tuple(sorted(sentence, key=lambda rule: -rule.points))
        pairs = [rule for rule in watchlist.rules if rule.within == "sentences"]
        self._pairs = tuple(sorted(pairs, key=lambda rule: -rule.points))
        self._paragraph = tuple(rule for rule in watchlist.rules if rule.within == "paragraph")
        # The group of each cancel that few concepts meet: most sentences need no closer look.
        self._triggers = 0
        for cancel in watchlist.cancels:
            self._triggers |= min(cancel.demand.all, key=int.bit_count, default=-1)
        self._met: dict[int, tuple[tuple[Rule, ...], tuple[Rule, ...]]] = {}  # rules by what a sentence holds
        self._left: dict[int, tuple[int, str]] = {}  # what cancels leave of it
        # Those that look at more than sentences, with the group that few concepts meet: most are settled by one look at it.
        self._single = tuple(
            (rule, rule.within, min(rule.demand.all, key=int.bit_count, default=-1))
            for rule in watchlist.rules
            if rule.within in _WINDOWS
        )

    def sentences(self, scan: Scan, kept: list[Hit]) -> list[Sentence]:
        """The sentences that hold hits (given in order), in order."""
        scoring = self.watchlist.scoring
        found: list[Sentence] = []
        lead_end = len(scan.title) + 3 + scoring.lead_chars
        length = len(scan.joined)
        tail_at = length * (1 - scoring.tail_share) if length > scoring.body_chars else length + 1
        bits, starts = self._bit, scan.starts
        places = scan.reading.sources([hit[0] for hit in kept])
        triggers, titles, count = self._triggers, scan.titles, len(starts)
        first = 0
        while first < len(kept):
            number = max(0, bisect_right(starts, places[first]) - 1)
            until = starts[number + 1] if number + 1 < count else length
            last = max(first + 1, bisect_left(places, until, first))
            hits, raw = kept[first:last], 0
            for hit in hits:
                raw |= bits[hit[2]]
            mask, cancelled = self._uncancelled(raw) if raw & triggers else (raw, "")
            start = starts[number]
            where = (
                "title" if number < titles else "lead" if start < lead_end else "tail" if start >= tail_at else "body"
            )
            found.append(Sentence(number, where, mask, cancelled, raw, hits))
            first = last
        return found

    def _uncancelled(self, raw: int) -> tuple[int, str]:
        """What is left of a sentence's concepts, and the last cancel that took some away."""
        left = self._left.get(raw)
        if left is None:
            mask, name = raw, ""
            for cancel in self.watchlist.cancels:
                if cancel.demand.met(raw) and mask & cancel.drop:
                    mask &= ~cancel.drop
                    name = cancel.name
            if len(self._left) > MOST_MASKS:
                self._left.clear()
            left = self._left[raw] = mask, name
        return left

    def scores(self, scan: Scan, sentences: list[Sentence]) -> list[Score]:
        scoring = self.watchlist.scoring
        by_field: dict[str, list[Score]] = {}
        for position, sentence in enumerate(sentences):
            best = self._best(scan, sentences, position)
            if best is not None:
                by_field.setdefault(sentence.where, []).append(best)
        scores: list[Score] = []
        share = min(1.0, scoring.body_chars / max(1, len(scan.joined)))
        for where, found in by_field.items():
            found.sort(key=lambda score: -score.points)
            weight = scoring.weight(where) * (share if where in {"body", "tail"} else 1.0)
            taken = found[: 1 if where == "title" else scoring.most]
            scores.extend(Score(s.points * weight, s.rule, s.where, s.sentences, s.used) for s in taken)
        masks = {"title": 0, "front": 0, "item": 0}
        for sentence in sentences:
            masks["item"] |= sentence.mask
            if sentence.where in {"title", "lead"}:
                masks["front"] |= sentence.mask
            if sentence.where == "title":
                masks["title"] |= sentence.mask
        scores.extend(
            Score(rule.points, rule.name, rule.within, _holding(rule, sentences), rule.demand.used)
            for rule, within, rare in self._single
            if masks[within] & rare
            and rule.demand.met(masks[within])
            and (not rule.firm or self._firm(rule, sentences))
        )
        return scores

    def _firm(self, rule: Rule, sentences: list[Sentence]) -> bool:
        """Whether the rule's first firm group meets the second in one sentence of its window, or is mentioned twice."""
        first, second = rule.firm
        mentions, end = 0, -APART
        for sentence in sentences:
            if sentence.where not in _WINDOWS[rule.within] or not sentence.mask & first:
                continue
            if sentence.mask & second:
                return True
            for hit in sentence.hits:
                if self._bit[hit[2]] & sentence.mask & first:
                    mentions += hit[0] >= end + APART
                    end = max(end, hit[1])
        return mentions > 1

    def _best(self, scan: Scan, sentences: list[Sentence], position: int) -> Score | None:
        sentence = sentences[position]
        best: Score | None = None
        mask, numbers = sentence.mask, [sentence.number]
        for rule in self._rules(mask)[0]:
            if sentence.where in rule.fields and self._close(scan, rule, sentence):
                best = Score(rule.points, rule.name, sentence.where, (sentence.number,), rule.demand.used)
                break
        if position and sentences[position - 1].number == sentence.number - 1:
            mask |= sentences[position - 1].mask
            numbers.insert(0, sentence.number - 1)
        for rule in self._rules(mask)[1]:
            if best is not None and rule.points <= best.points:
                break
            if sentence.where in rule.fields and sentence.mask & rule.demand.used:
                best = Score(rule.points, rule.name, sentence.where, tuple(numbers), rule.demand.used)
        for rule in self._paragraph:
            if (best is None or rule.points > best.points) and sentence.where in rule.fields:
                mask, numbers = sentence.mask, [sentence.number]
                for other in sentences[max(0, position - 6) : position]:
                    if "\n" not in scan.joined[scan.starts[other.number] : scan.starts[sentence.number]]:
                        mask |= other.mask
                        numbers.append(other.number)
                if rule.demand.met(mask):
                    best = Score(rule.points, rule.name, sentence.where, tuple(sorted(numbers)), rule.demand.used)
        return best

    def _rules(self, mask: int) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
        """The rules for one sentence and for two in a row that these concepts meet, best first."""
        found = self._met.get(mask)
        if found is None:
            if len(self._met) > MOST_MASKS:
                self._met.clear()
            found = self._met[mask] = (
                tuple(rule for rule in self._sentence if rule.demand.met(mask)),
                tuple(rule for rule in self._pairs if rule.demand.met(mask)),
            )
        return found

    def _close(self, scan: Scan, rule: Rule, sentence: Sentence) -> bool:
        """Whether the concepts of a rule with a reach stand within that many words."""
        if not rule.reach or not sentence.hits:
            return True
        text = scan.reading.text
        hits = [hit for hit in sentence.hits if self._bit[hit[2]] & rule.demand.used]
        for first in range(len(hits)):
            mask = 0
            for hit in hits[first:]:
                between = text[hits[first][0] : hit[1]]
                if between.count(" ") > rule.reach or len(between) > rule.reach * 9:
                    break
                mask |= self._bit[hit[2]]
                if all(mask & group for group in rule.demand.all):
                    return True
        return False
