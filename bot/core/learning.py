"""Terms that example articles have more than other news: keyness against a background of counts, with sentences.

The background is a table of counts (how many texts of ordinary news hold a word or a pair of words). Keyness is the
log-likelihood ratio G² (Dunning 1993) over documents, signed, beside the smoothed ratio of shares.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.sentences import sentences
from bot.core.text import fold, read

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
KEY = 3.84  # of G²: chi-square with one degree of freedom at 5 %
_LONGEST = 3  # words in a phrase
# Words that begin or end no term; they may stand inside one.
_STOP = frozenset(
    (  # noqa: SIM905 - prose is easier to review than a hundred quoted strings
        "a an the of to in on at by for from with and or but as is are was were be been has have had it its he she they his her their "
        "this that these those not no will would can could may might also into over after before more most than then there which who whom "
        "what when where why how said says say we you i our your my s t one two all any some such if so about between during under up out "
        "only other new first last just like do does did very since while because through both each against"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Background:
    """Counts over ordinary news: how many texts in all, and how many hold each term. `made` is the command that made it."""

    texts: int
    counts: Mapping[str, int]
    made: str = ""

    @classmethod
    def from_json(cls, raw: bytes | str) -> Background:
        """The background in a shipped file. Raises ValueError when it is none."""
        table = json.loads(raw)
        if not isinstance(table, dict) or not isinstance(table.get("counts"), dict) or not int(table.get("texts", 0)):
            raise ValueError("no background: expected {texts, counts, made}")
        return cls(
            int(table["texts"]), {str(k): int(v) for k, v in table["counts"].items()}, str(table.get("made", ""))
        )

    def to_json(self) -> str:
        """The file that `from_json` reads, terms in order."""
        table = {"made": self.made, "texts": self.texts, "counts": dict(sorted(self.counts.items()))}
        return json.dumps(table, ensure_ascii=False, indent=0, sort_keys=False) + "\n"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One term that the examples have: in how many of them, how key it is, and sentences that show it."""

    term: str
    seeds: tuple[int, ...]  # numbers of the example texts that hold it
    count: int  # occurrences in all
    keyness: float  # G², positive where the examples have it more often
    ratio: float  # share of examples over share of the background, smoothed
    quotes: tuple[str, ...] = field(default=(), compare=False)


def phrases(text: str) -> Counter[str]:
    """How often each word and phrase of up to three words occurs, folded, none beginning or ending in a stop word."""
    found: Counter[str] = Counter()
    for start, end in sentences(text):
        words = _WORD.findall(read(fold(text[start:end])).text)
        words = [word.removesuffix("'s") for word in words]
        for size in range(1, _LONGEST + 1):
            for first in range(len(words) - size + 1):
                phrase = words[first : first + size]
                if (
                    phrase[0] in _STOP
                    or phrase[-1] in _STOP
                    or not any(map(str.isalpha, phrase[0][:1] + phrase[-1][:1]))
                ):
                    continue
                if size == 1 and len(phrase[0]) < 3 and phrase[0].isascii():
                    continue
                found[" ".join(phrase)] += 1
    return found


def count_background(texts: Iterable[str], *, made: str, least: int = 2) -> Background:
    """The background of many texts: terms held by at least `least` of them, so that no text can be read from it."""
    counts: Counter[str] = Counter()
    total = 0
    for text in texts:
        total += 1
        counts.update(phrases(text).keys())
    return Background(total, {term: count for term, count in counts.items() if count >= least}, made)


def propose(
    texts: Sequence[str], background: Background, *, least: float = KEY, most: int = 1000, quotes: int = 2
) -> list[Proposal]:
    """Terms of `texts` by keyness (at least `least`), best first; each with its texts and sentences that show it."""
    counted = [phrases(text) for text in texts]
    holders: dict[str, list[int]] = {}
    for number, counts in enumerate(counted):
        for term in counts:
            holders.setdefault(term, []).append(number)
    found: list[Proposal] = []
    for term, numbers in holders.items():
        count = sum(counts[term] for counts in counted)
        if len(numbers) == 1 and count < 2 and len(texts) > 1 and " " in term:
            continue
        others = background.counts.get(term, 0)
        score = keyness(len(numbers), len(texts), others, background.texts)
        ratio = ((len(numbers) + 0.5) / (len(texts) + 1)) / ((others + 0.5) / (background.texts + 1))
        if score >= least:
            found.append(Proposal(term, tuple(numbers), count, round(score, 2), round(ratio, 1)))
    found.sort(key=lambda p: (-p.keyness, -p.count, p.term))
    return [_quoted(proposal, texts, quotes) if quotes else proposal for proposal in found[:most]]


def keyness(hits: int, texts: int, others: int, background: int) -> float:
    """Signed G² of a term held by `hits` of `texts` examples and `others` of `background` texts."""
    total = texts + background
    both = hits + others
    if not both or not texts or not background:
        return 0.0

    def part(seen: int, size: int, share: float) -> float:
        expected = size * share
        return seen * math.log(seen / expected) if seen and expected else 0.0

    held, lacked = both / total, 1 - both / total
    value = 2 * (
        part(hits, texts, held)
        + part(others, background, held)
        + part(texts - hits, texts, lacked)
        + part(background - others, background, lacked)
    )
    return value if hits / texts >= others / background else -value


def _quoted(proposal: Proposal, texts: Sequence[str], most: int) -> Proposal:
    quotes: list[str] = []
    for number in proposal.seeds:
        text = texts[number]
        for start, end in sentences(text):
            words = " ".join(word.removesuffix("'s") for word in _WORD.findall(read(fold(text[start:end])).text))
            if f" {proposal.term} " in f" {words} ":
                quotes.append(text[start:end])
                break
        if len(quotes) >= most:
            break
    return Proposal(proposal.term, proposal.seeds, proposal.count, proposal.keyness, proposal.ratio, tuple(quotes))
