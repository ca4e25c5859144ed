"""One watchlist's judgement of one scanned item: gate, points, rank, stream, evidence and a trace a person can read."""

from __future__ import annotations

from bot.core.guards import Guards, Hit
from bot.core.meanings import Meaning, longest
from bot.core.necessities import demanded
from bot.core.readings import HEAD, TAIL, Scan
from bot.core.rules import FIELDS
from bot.core.scoring import Score, Scorer, Sentence
from bot.core.terms import word_end
from bot.core.watchlists import Watchlist
from bot.model import Evidence, Verdict

MOST_EVIDENCE = 24
FEW = 8  # pieces of evidence for what is no match


class Judge:
    """One watchlist, compiled for judging. Holds no state between items."""

    def __init__(self, watchlist: Watchlist) -> None:
        self.watchlist = watchlist
        concepts = watchlist.concepts
        self._bit = tuple(1 << concepts[term.concept].bit for term in watchlist.terms)
        self._guards, self._scorer, self._meaning = Guards(watchlist), Scorer(watchlist), Meaning(watchlist)
        self._party = {party: watchlist.named_by(party) for party in watchlist.parties}
        self._label = tuple(watchlist.labels[term.concept] for term in watchlist.terms)
        self._opening = sum(1 << c.bit for c in concepts.values() if c.parties or c.goods)
        demands = demanded(watchlist)
        # Each demand's groups, the rarest first; () where no words are needed to reach the thresholds.
        free = min(watchlist.scoring.match, watchlist.scoring.borderline) <= 0
        stating = [rule for rule in watchlist.rules if rule.within == "sentence" and rule.points > 0]
        self._best = max(stating, key=lambda rule: rule.points).demand if stating else None
        self._demands = () if free else tuple(tuple(sorted(set(groups), key=int.bit_count)) for groups in demands)

    def opens(self, number: int) -> bool:
        """Whether a term (by its number in the watchlist) is a party or goods."""
        return bool(self._bit[number] & self._opening)

    def verdict(self, scan: Scan, hits: list[Hit]) -> Verdict:
        """The verdict of this watchlist on the scanned item."""
        # Guards and cancels only take away: what lacks a party, or a leg of every rule, before them lacks it after.
        mask = self._mask(hits)
        if not hits or self._absent(mask) or not self._possible(mask):
            return self._closed(scan, hits)
        kept = self._guards.kept(scan, hits)
        whole = self._mask(kept)
        if self._absent(whole):
            return self._closed(scan, kept)
        sentences = self._scorer.sentences(scan, kept)
        return self._open(scan, sentences, self._scorer.scores(scan, sentences), whole)

    def shut(self, scan: Scan, missing: str) -> Verdict:
        """The verdict on an item that holds none of the watchlist's keys (`necessities.keys`): nothing else was looked for."""
        return self._none(
            scan, [], f"no word for {missing}", [f"gate: no word for {missing}", "no other term was looked for"]
        )

    def _mask(self, hits: list[Hit]) -> int:
        mask = 0
        for hit in hits:
            mask |= self._bit[hit[2]]
        return mask

    def _absent(self, mask: int) -> list[str]:
        return [self.watchlist.parties[party] for party, bits in self._party.items() if not mask & bits]

    def _possible(self, mask: int) -> bool:
        """Whether an item with these concepts, wherever they stand, can meet any rule that gives points, or a stream."""
        if not self._demands:
            return True
        for groups in self._demands:
            for group in groups:
                if not mask & group:
                    break
            else:
                return True
        return False

    def _closed(self, scan: Scan, kept: list[Hit]) -> Verdict:
        mask = self._mask(kept)
        absent = self._absent(mask)
        if kept and not absent:
            lacking = self._lacking([mask]).removeprefix("no sentence with ")
            return self._none(scan, kept, f"no word for {lacking}", [f"no rule can be met: no word for {lacking}"])
        labels = self._label
        seen = sorted({labels[hit[2]] for hit in kept})
        why = [f"gate: no word for {', none for '.join(absent)}" if absent else "gate: no term of this watchlist found"]
        if seen:
            why.append(f"found: {', '.join(seen[:12])}")
        missing = f"no word for {', '.join(absent)}" if absent else "no term found"
        return self._none(scan, kept, missing, why)

    def _none(self, scan: Scan, kept: list[Hit], missing: str, why: list[str]) -> Verdict:
        """The verdict on an item that was not looked at sentence by sentence."""
        chosen: dict[int, Hit] = {}
        for hit in kept:
            chosen.setdefault(self._bit[hit[2]], hit)
        return Verdict(
            watchlist=self.watchlist.name,
            watchlist_hash=self.watchlist.hash,
            rank="none",
            score=0.0,
            missing=missing,
            evidence=tuple(self._evidence(scan, hit) for hit in sorted(chosen.values())[:2]),
            why=(*self._cut(scan), *why),
        )

    def _open(self, scan: Scan, sentences: list[Sentence], scores: list[Score], whole: int) -> Verdict:
        scoring = self.watchlist.scoring
        points = sum(score.points for score in scores)
        by_number = {sentence.number: sentence for sentence in sentences}
        counted = sorted((s for s in scores if s.points > 0), key=lambda s: -s.points)
        numbers = dict.fromkeys(number for score in counted for number in score.sentences if number in by_number)
        chosen = [by_number[number] for number in numbers]
        stream, missing = "", ""
        rank: str = "match" if points >= scoring.match else "none"
        if rank != "match":
            stream, missing = self._stream(sentences, whole)
            if stream or points >= scoring.borderline:
                rank = "borderline"
                if not stream:
                    stream = "passing-mention" if not any(s.where in {"title", "lead"} for s in counted) else "unsure"
                    missing = (
                        "too few sentences, or not in front"
                        if stream == "passing-mention"
                        else "no clear statement of a transfer"
                    )
            elif not missing:
                missing = self._lacking([sentence.mask for sentence in sentences])
        why = [*self._cut(scan)]
        ranked = sorted(scores, key=lambda s: -abs(s.points))
        why.extend(f"{score.points:+.1f} {score.rule} ({score.where})" for score in ranked)
        why.extend(f"cancelled in one sentence: {s.cancelled}" for s in sentences if s.cancelled)
        why = list(dict.fromkeys(why))[:14]
        why.append(f"{points:.1f} points; match from {scoring.match:g}, borderline from {scoring.borderline:g}")
        if rank != "match" and missing:
            why.append(f"missing: {missing}")
        direction = kind = None
        if rank == "match":
            titles = [s for s in sentences if s.where == "title" and s.number not in numbers]
            direction, kind, more = self._meaning.of(scan, chosen, titles)
            why.extend(more)
        most = MOST_EVIDENCE if rank == "match" else FEW
        evidence = self._chosen_evidence(scan, chosen or sentences[:3], counted, most)
        return Verdict(
            watchlist=self.watchlist.name,
            watchlist_hash=self.watchlist.hash,
            rank=rank,  # type: ignore[arg-type]  # one of the three words above
            score=round(max(0.0, min(1.0, points / (2 * scoring.match))), 3) if scoring.match else 1.0,
            direction=direction,
            kind=kind,
            stream=stream or None,
            missing=missing,
            evidence=evidence,
            why=tuple(why),
        )

    def _stream(self, sentences: list[Sentence], whole: int) -> tuple[str, str]:
        fields = dict.fromkeys(FIELDS, 0)
        for sentence in sentences:
            fields[sentence.where] |= sentence.mask
        wide = {"title": fields["title"], "front": fields["title"] | fields["lead"], "item": whole}
        for stream in self.watchlist.streams:
            if stream.within in wide:
                if stream.demand.met(wide[stream.within]):
                    return stream.name, stream.missing
                continue
            # What all its sentences together do not hold, none of them does.
            together = 0
            for where in stream.fields:
                together |= fields[where]
            if stream.demand.held(together) and any(
                stream.demand.met(sentence.mask) for sentence in sentences if sentence.where in stream.fields
            ):
                return stream.name, stream.missing
        return "", ""

    def _lacking(self, masks: list[int]) -> str:
        """What the best of these sets of concepts lacks for the rule that gives most."""
        demand = self._best
        if demand is None or not masks:
            return "too few sentences"
        asked = demand.all
        best = max(dict.fromkeys(masks), key=lambda mask: sum([bool(mask & group) for group in asked]))
        labels, groups = self.watchlist.labels, self.watchlist.groups
        words = [
            " or ".join(dict.fromkeys(labels[groups.get(name, (name,))[0]] for name in names))
            for names, group in zip(demand.words, demand.all, strict=True)
            if not best & group
        ]
        return f"no sentence with {', '.join(words)}" if words else "too few sentences"

    def _chosen_evidence(
        self, scan: Scan, chosen: list[Sentence], counted: list[Score], most: int
    ) -> tuple[Evidence, ...]:
        used = 0
        for score in counted:
            used |= score.used
        evidence: list[Evidence] = []
        for sentence in chosen:
            seen = 0
            quote = ""
            for hit in longest(self.watchlist, sentence.hits):
                bit = self._bit[hit[2]]
                if bit & seen or (used and not bit & used) or not bit & sentence.mask:
                    continue
                seen |= bit
                quote = quote or self._quote(scan, *scan.spans[sentence.number])
                evidence.append(self._evidence(scan, hit, quote))
                if len(evidence) >= most:
                    return tuple(evidence)
        return tuple(evidence)

    def _evidence(self, scan: Scan, hit: Hit, quote: str = "") -> Evidence:
        """A hit with its sentence, `quote` where that is known."""
        start, end = scan.reading.span(hit[0], word_end(scan.reading.text, hit[1]))
        where, first, last = scan.place(start, end)
        term = (scan.title if where == "title" else scan.text)[first:last]
        if term not in quote:
            begin, stop = scan.around(start)
            quote = self._quote(scan, begin, max(stop, end))  # words in a row may cross the end of a line
        return Evidence(
            concept=self.watchlist.terms[hit[2]].concept,
            term=term,
            quote=quote,
            where=where,
            start=first,
            end=last,
        )

    @staticmethod
    def _quote(scan: Scan, begin: int, stop: int) -> str:
        where, first, last = scan.place(begin, stop)
        return (scan.title if where == "title" else scan.text)[first:last]

    def _cut(self, scan: Scan) -> tuple[str, ...]:
        return (
            (f"read the first {HEAD:,} and last {TAIL:,} characters; {scan.cut:,} between them were not",)
            if scan.cut
            else ()
        )
