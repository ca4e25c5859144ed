"""One watchlist's judgement of one scanned item: guards, gate, sentence masks, points, kind, direction, trace."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from bot.core.directions import Mark, sense
from bot.core.readings import HEAD, TAIL, Scan
from bot.core.rules import Demand, Rule
from bot.core.watchlists import Watchlist
from bot.model import Evidence, Verdict

NEAR = 200  # code points within which `needs` and `unless` look for the other concept
MOST_EVIDENCE = 24
_MOST_HITS = 20_000  # of one watchlist in one item; a text of nothing but terms must stay cheap

Hit = tuple[int, int, int]  # start, end, number of the term


@dataclass(slots=True)
class Sentence:
    """One sentence with its concepts: `mask` after cancels, `raw` before."""

    number: int
    where: str
    mask: int = 0
    raw: int = 0
    hits: list[Hit] | None = None
    cancelled: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """Points that one rule gave, and the sentences it looked at."""

    points: float
    rule: str
    where: str
    sentences: tuple[int, ...]
    used: int


class Judge:
    """One watchlist, compiled for judging. Holds no state between items."""

    def __init__(self, watchlist: Watchlist, offset: int) -> None:
        self.watchlist, self.offset = watchlist, offset
        concepts = watchlist.concepts
        self._concept = tuple(concepts[term.concept] for term in watchlist.terms)
        self._bit = tuple(1 << concept.bit for concept in self._concept)
        self._guarded = tuple(bool(t.needs or t.unless) for t in watchlist.terms)
        self._needs = tuple(sum(1 << concepts[n].bit for n in t.needs) for t in watchlist.terms)
        self._unless = tuple(sum(1 << concepts[n].bit for n in t.unless) for t in watchlist.terms)
        self._masking = sum(1 << c.bit for c in concepts.values() if c.mask)
        self._party = {p: sum(1 << c.bit for c in concepts.values() if p in c.parties) for p in watchlist.parties}
        self._opening = sum(1 << c.bit for c in concepts.values() if c.parties or c.goods)
        sentence = [rule for rule in watchlist.rules if rule.within == "sentence"]
        self._sentence = tuple(sorted(sentence, key=lambda rule: -rule.points))
        self._pairs = tuple(rule for rule in watchlist.rules if rule.within == "sentences")
        self._paragraph = tuple(rule for rule in watchlist.rules if rule.within == "paragraph")
        self._single = tuple(rule for rule in watchlist.rules if rule.within in {"title", "front", "item"})

    def opens(self, number: int) -> bool:
        """Whether a term (by its number in the automaton) is a party or goods."""
        return bool(self._bit[number - self.offset] & self._opening)

    # ── hits ─────────────────────────────────────────────────────────────────────────────────────────────────

    def kept(self, scan: Scan, hits: list[Hit]) -> list[Hit]:
        """The hits that pass case, script, masks, neighbours and the rule for weak terms, in order."""
        terms, offset = self.watchlist.terms, self.offset
        hits = sorted((start, end, number - offset) for start, end, number in hits[:_MOST_HITS])
        kept: list[Hit] = []
        for hit in hits:
            term = terms[hit[2]]
            if term.script and not scan.written_in(term.script):
                continue
            if term.cased:
                start, end = scan.reading.span(hit[0], hit[1])
                if not scan.joined[start:end].startswith(term.cased):
                    continue
            kept.append(hit)
        if self._masking and any(self._bit[hit[2]] & self._masking for hit in kept):
            kept = self._unmasked(kept)
        if any(self._guarded[hit[2]] for hit in kept):
            kept = [hit for hit in kept if not self._guarded[hit[2]] or self._allowed(hit, kept)]
        return self._not_only_weak(kept)

    def _unmasked(self, hits: list[Hit]) -> list[Hit]:
        hidden = [(h[0], h[1]) for h in hits if self._bit[h[2]] & self._masking]
        starts = [start for start, _ in hidden]
        longest = max(end - start for start, end in hidden)

        def covered(hit: Hit) -> bool:
            at = bisect_left(starts, hit[0] - longest)
            while at < len(hidden) and hidden[at][0] < hit[1]:
                start, end = hidden[at]
                if start < hit[1] and hit[0] < end and end - start >= hit[1] - hit[0]:
                    return True
                at += 1
            return False

        return [hit for hit in hits if self._bit[hit[2]] & self._masking or not covered(hit)]

    def _allowed(self, hit: Hit, hits: list[Hit]) -> bool:
        near = 0
        at = bisect_left(hits, (hit[0] - NEAR, 0, 0))
        while at < len(hits) and hits[at][0] <= hit[1] + NEAR:
            if hits[at] is not hit:
                near |= self._bit[hits[at][2]]
            at += 1
        needs, unless = self._needs[hit[2]], self._unless[hit[2]]
        return (not needs or bool(near & needs)) and not near & unless

    def _not_only_weak(self, hits: list[Hit]) -> list[Hit]:
        terms = self.watchlist.terms
        weak: dict[int, set[str]] = {}
        strong = 0
        for _, _, number in hits:
            if terms[number].weak:
                weak.setdefault(self._bit[number], set()).add(terms[number].anchor)
            else:
                strong |= self._bit[number]
        dropped = sum(bit for bit, anchors in weak.items() if not bit & strong and len(anchors) < 2)
        return [h for h in hits if not (terms[h[2]].weak and self._bit[h[2]] & dropped)] if dropped else hits

    # ── the verdict ──────────────────────────────────────────────────────────────────────────────────────────

    def verdict(self, scan: Scan, hits: list[Hit]) -> Verdict:
        """The verdict of this watchlist on the scanned item."""
        kept = self.kept(scan, hits) if hits else []
        whole = 0
        for hit in kept:
            whole |= self._bit[hit[2]]
        absent = [self.watchlist.parties[p] for p, mask in self._party.items() if not whole & mask]
        if absent or not whole:
            return self._closed(scan, kept, absent)
        sentences = self._sentences(scan, kept)
        scores = self._scores(scan, sentences)
        return self._open(scan, kept, sentences, scores, whole)

    def _closed(self, scan: Scan, kept: list[Hit], absent: list[str]) -> Verdict:
        seen = sorted({self._concept[hit[2]].label for hit in kept})
        why = [f"gate: no word for {', none for '.join(absent)}" if absent else "gate: no term of this watchlist found"]
        if seen:
            why.append(f"found: {', '.join(seen[:12])}")
        chosen: dict[int, Hit] = {}
        for hit in kept:
            chosen.setdefault(self._bit[hit[2]], hit)
        evidence = tuple(self._evidence(scan, hit) for hit in list(chosen.values())[:6])
        return Verdict(
            watchlist=self.watchlist.name,
            watchlist_hash=self.watchlist.hash,
            rank="none",
            score=0.0,
            missing=f"no word for {', '.join(absent)}" if absent else "no term found",
            evidence=evidence,
            why=(*self._cut(scan), *why),
        )

    def _sentences(self, scan: Scan, kept: list[Hit]) -> list[Sentence]:
        scoring = self.watchlist.scoring
        found: dict[int, Sentence] = {}
        lead_end = len(scan.title) + 1 + scoring.lead_chars
        length = len(scan.joined)
        tail_at = length * (1 - scoring.tail_share) if length > scoring.body_chars else length + 1
        for hit in kept:
            at = scan.reading.span(hit[0], hit[1])[0]
            number = scan.sentence(at)
            sentence = found.get(number)
            if sentence is None:
                start = scan.starts[number]
                where = (
                    "title" if number < scan.titles
                    else "lead" if start < lead_end
                    else "tail" if start >= tail_at
                    else "body"
                )  # fmt: skip
                sentence = found[number] = Sentence(number, where, hits=[])
            sentence.raw |= self._bit[hit[2]]
            if sentence.hits is not None:
                sentence.hits.append(hit)
        ordered = [found[number] for number in sorted(found)]
        for sentence in ordered:
            sentence.mask = sentence.raw
            for cancel in self.watchlist.cancels:
                if cancel.demand.met(sentence.raw) and sentence.mask & cancel.drop:
                    sentence.mask &= ~cancel.drop
                    sentence.cancelled = cancel.name
        return ordered

    def _scores(self, scan: Scan, sentences: list[Sentence]) -> list[Score]:
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
        for rule in self._single:
            if rule.demand.met(masks[rule.within]):
                wanted = {"title": ("title",), "front": ("title", "lead"), "item": ("title", "lead", "body", "tail")}
                numbers = tuple(
                    s.number for s in sentences if s.where in wanted[rule.within] and s.mask & rule.demand.used()
                )  # fmt: skip
                scores.append(Score(rule.points, rule.name, rule.within, numbers[:4], rule.demand.used()))
        return scores

    def _best(self, scan: Scan, sentences: list[Sentence], position: int) -> Score | None:
        sentence = sentences[position]
        best: Score | None = None
        for rule in self._sentence:
            if best is not None and rule.points <= best.points:
                break
            if sentence.where in rule.fields and rule.demand.met(sentence.mask) and self._close(scan, rule, sentence):
                best = Score(rule.points, rule.name, sentence.where, (sentence.number,), rule.demand.used())
        for rule in self._pairs:
            if (best is None or rule.points > best.points) and sentence.where in rule.fields:
                mask, numbers = sentence.mask, [sentence.number]
                if position and sentences[position - 1].number == sentence.number - 1:
                    mask |= sentences[position - 1].mask
                    numbers.insert(0, sentence.number - 1)
                if rule.demand.met(mask) and sentence.mask & rule.demand.used():
                    best = Score(rule.points, rule.name, sentence.where, tuple(numbers), rule.demand.used())
        for rule in self._paragraph:
            if (best is None or rule.points > best.points) and sentence.where in rule.fields:
                mask, numbers = sentence.mask, [sentence.number]
                for other in sentences[max(0, position - 6) : position]:
                    if "\n" not in scan.joined[scan.starts[other.number] : scan.starts[sentence.number]]:
                        mask |= other.mask
                        numbers.append(other.number)
                if rule.demand.met(mask):
                    best = Score(rule.points, rule.name, sentence.where, tuple(sorted(numbers)), rule.demand.used())
        return best

    def _close(self, scan: Scan, rule: Rule, sentence: Sentence) -> bool:
        """Whether the concepts of a rule with a reach stand within that many words."""
        if not rule.reach or not sentence.hits:
            return True
        text = scan.reading.text
        hits = [hit for hit in sentence.hits if self._bit[hit[2]] & rule.demand.used()]
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

    def _open(self, scan: Scan, kept: list[Hit], sentences: list[Sentence], scores: list[Score], whole: int) -> Verdict:
        scoring = self.watchlist.scoring
        points = sum(score.points for score in scores)
        by_number = {sentence.number: sentence for sentence in sentences}
        counted = sorted((s for s in scores if s.points > 0), key=lambda s: -s.points)
        chosen: list[Sentence] = []
        for score in counted:
            for number in score.sentences:
                if number in by_number and by_number[number] not in chosen:
                    chosen.append(by_number[number])
        stream, missing = "", ""
        rank: str = "match" if points >= scoring.match else "none"
        if rank != "match":
            stream, missing = self._stream(sentences, whole)
            if stream and points < scoring.borderline and not any(s.name == stream for s in self.watchlist.streams):
                stream = ""
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
                missing = self._lacking(sentences)
        why = [*self._cut(scan)]
        for score in sorted(scores, key=lambda s: -abs(s.points)):
            why.append(f"{score.points:+.1f} {score.rule} ({score.where})")
        for sentence in sentences:
            if sentence.cancelled:
                why.append(f"cancelled in one sentence: {sentence.cancelled}")
        why = list(dict.fromkeys(why))[:14]
        why.append(f"{points:.1f} points; match from {scoring.match:g}, borderline from {scoring.borderline:g}")
        if rank != "match" and missing:
            why.append(f"missing: {missing}")
        direction = kind = None
        if rank == "match":
            direction, kind, more = self._meaning(scan, chosen)
            why.extend(more)
        evidence = self._chosen_evidence(scan, chosen or sentences[:3], counted)
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
        title = front = 0
        for sentence in sentences:
            if sentence.where == "title":
                title |= sentence.mask
            if sentence.where in {"title", "lead"}:
                front |= sentence.mask
        for stream in self.watchlist.streams:
            if stream.within in {"title", "front", "item"}:
                windows = [{"title": title, "front": front, "item": whole}[stream.within]]
            else:
                windows = [sentence.mask for sentence in sentences]
            if any(stream.demand.met(window) for window in windows):
                return stream.name, stream.missing
        return "", ""

    def _lacking(self, sentences: list[Sentence]) -> str:
        best: tuple[str, ...] | None = None
        for rule in self._sentence:
            if rule.points <= 0:
                continue
            for sentence in sentences:
                lacking = rule.demand.lacking(sentence.mask)
                if lacking and (best is None or len(lacking) < len(best)):
                    best = lacking
        return f"no sentence with {', '.join(best)}" if best else "too few sentences"

    def _meaning(self, scan: Scan, chosen: list[Sentence]) -> tuple[str | None, str | None, list[str]]:
        whole = 0
        parts: list[tuple[str, list[Mark]]] = []
        for sentence in chosen[:6]:
            whole |= sentence.mask
            hits = sentence.hits or []
            start, end = hits[0][0], hits[-1][1]
            start = max(0, start - 16)
            text = scan.reading.text[start : end + 40]
            parts.append((text, [self._mark(hit, start) for hit in self._longest(hits)]))
        kinds = [kind for kind in self.watchlist.kinds if kind.demand.met(whole)]
        ranked = sorted(kinds, key=lambda kind: -self._weight_of_kind(kind.demand, kind.points, chosen))
        kind = ranked[0] if ranked else None
        if kind is not None and kind.flow:
            parts.append(("", [Mark(0, 0, flow=kind.flow)]))
        exchange = any(c.name == "exchange" for c in self.watchlist.concepts.values() if whole & (1 << c.bit))
        found = sense(parts, tuple(self.watchlist.parties), exchange=exchange)
        more = [f"direction: {found.direction}" + "".join(f", {pair} {value:g}" for pair, value in found.points)]
        if kind is not None:
            more.append(f"kind: {kind.name}")
        return found.direction, kind.name if kind else None, more

    def _weight_of_kind(self, demand: Demand, points: float, chosen: list[Sentence]) -> float:
        met = sum({"title": 2.0, "lead": 1.5}.get(s.where, 1.0) for s in chosen[:6] if demand.met(s.mask))
        return points * (1.0 + 0.2 * met)

    def _longest(self, hits: list[Hit]) -> list[Hit]:
        """Hits of one concept that lie inside another hit of it are left out."""
        kept: list[Hit] = []
        for hit in hits:
            bit = self._bit[hit[2]]
            if kept and any(self._bit[k[2]] == bit and k[0] <= hit[0] and hit[1] <= k[1] for k in kept[-6:]):
                continue
            kept = [k for k in kept if not (self._bit[k[2]] == bit and hit[0] <= k[0] and k[1] <= hit[1])]
            kept.append(hit)
        return kept

    def _mark(self, hit: Hit, offset: int) -> Mark:
        concept = self._concept[hit[2]]
        return Mark(hit[0] - offset, hit[1] - offset, concept.parties, concept.voice, concept.goods, concept.flow)

    def _chosen_evidence(self, scan: Scan, chosen: list[Sentence], counted: list[Score]) -> tuple[Evidence, ...]:
        used = 0
        for score in counted:
            used |= score.used
        evidence: list[Evidence] = []
        for sentence in chosen:
            seen = 0
            for hit in self._longest(sentence.hits or []):
                bit = self._bit[hit[2]]
                if bit & seen or (used and not bit & used) or not bit & sentence.mask:
                    continue
                seen |= bit
                evidence.append(self._evidence(scan, hit))
                if len(evidence) >= MOST_EVIDENCE:
                    return tuple(evidence)
        return tuple(evidence)

    def _evidence(self, scan: Scan, hit: Hit) -> Evidence:
        start, end = scan.reading.span(hit[0], hit[1])
        where, first, last = scan.place(start, end)
        source = scan.title if where == "title" else scan.text
        begin, stop = scan.spans[scan.sentence(start)]
        _, quote_from, quote_to = scan.place(begin, stop)
        return Evidence(
            concept=self.watchlist.terms[hit[2]].concept,
            term=source[first:last],
            quote=source[quote_from:quote_to],
            where=where,
            start=first,
            end=last,
        )

    def _cut(self, scan: Scan) -> tuple[str, ...]:
        return (
            (f"read the first {HEAD:,} and last {TAIL:,} characters; {scan.cut:,} between them were not",)
            if scan.cut
            else ()
        )
