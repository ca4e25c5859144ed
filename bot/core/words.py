"""Terms in running text: one Aho-Corasick pass, word boundaries by script, guards, and the language of Latin text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, MatchKind

WITHIN = 80  # code points to each side in which a guard looks, unless the entry says otherwise
UNSPACED = "\u0590"  # the first code point of scripts that put no spaces, or none that bound a term, between words
CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_SIGNS = ".,;:!?'\"()[]{}-/\\*_|<>=+&#@\n\t\u2026\u00a0"  # one space each: "U.S." and "U S" are one, places stay


@dataclass(frozen=True, slots=True)
class Concept:
    """One entry of the lexicon file: what its words mean, and what must or must not stand around them."""

    kind: str
    canonical: str
    label: str
    attributes: tuple[tuple[str, str], ...] = ()
    near: tuple[str, ...] = ()
    not_near: tuple[str, ...] = ()
    before_not: tuple[str, ...] = ()
    after_not: tuple[str, ...] = ()
    within: int = WITHIN

    def get(self, key: str, default: str = "") -> str:
        """The value of an attribute, or `default`."""
        return next((value for name, value in self.attributes if name == key), default)


@dataclass(frozen=True, slots=True)
class Term:
    """One spelling of a concept, and what must hold at its edges."""

    concept: Concept
    left: bool  # must start a word
    right: bool  # must end a word
    stem: bool  # names the whole word that it begins
    exact: str  # the spelling itself, where case matters ("US", "NIS")
    lang: str  # of a common word in Latin script; "" where it holds in every text


@dataclass(frozen=True, slots=True)
class Automaton:
    """One Aho-Corasick automaton and the terms that each of its patterns stands for."""

    terms: tuple[tuple[Term, ...], ...]
    matcher: AhoCorasick
    spaced: bool

    def hits(self, low: str, begin: int, end: int) -> Iterator[tuple[Term, int, int]]:
        """(term, start, end) in [begin, end) of folded text, word boundaries held, guards not yet looked at."""
        length = len(low)
        part = low if end - begin == length else low[begin:end]
        hay = f" {bare(part)}" if self.spaced else bare(part)
        shift = begin - 1 if self.spaced else begin
        for pattern, first, last in self.matcher.find_matches_as_indexes(hay, overlapping=True):
            start, stop = first + shift, last + shift
            for term in self.terms[pattern]:
                place = start + 1 if self.spaced and term.left else start
                if not self.spaced and term.left and place and low[place - 1] < UNSPACED and low[place - 1].isalnum():
                    continue
                if term.right and stop < length and low[stop] < UNSPACED and low[stop].isalnum():
                    continue
                yield term, place, stop


def bare(low: str) -> str:
    """Folded text with one space for every sign of punctuation; as long as before."""
    for sign in _SIGNS:
        if sign in low:
            low = low.replace(sign, " ")
    return low


_STOPWORDS = {
    "en": re.compile(r"(?<![^\W\d_])(?:the|of|and|to|in|is|that|for|with|has|from|on|by|its|as|at)(?![^\W\d_])"),
    "de": re.compile(
        r"(?<![^\W\d_])(?:der|die|und|das|den|dem|nicht|von|mit|im|auf|eine?|hat|zu|aus|für|an)(?![^\W\d_])"
    ),
    "fr": re.compile(r"(?<![^\W\d_])(?:le|la|les|des|et|une?|dans|que|est|pour|du|au|aux|sur|par|à)(?![^\W\d_])"),
    "es": re.compile(r"(?<![^\W\d_])(?:el|la|los|las|que|en|una?|por|con|del|al|y|se|ha|más)(?![^\W\d_])"),
    "pl": re.compile(r"(?<![^\W\d_])(?:w|z|na|się|do|że|jest|nie|o|i|po|za|od|przez)(?![^\W\d_])|[łżśąęźćń]"),
}


def latin_language(low: str) -> str:
    """Which of en, de, fr, es, pl the folded text is written in, "" where its small words do not tell."""
    counts = sorted(((len(words.findall(low[:600])), lang) for lang, words in _STOPWORDS.items()), reverse=True)
    return counts[0][1] if counts[0][0] >= 2 and counts[0][0] > 1.3 * counts[1][0] else ""


_TAIL = re.compile("[^\\W_\u0590-\U0010ffff]*")  # letters and digits of the scripts below UNSPACED


def word_end(low: str, end: int) -> int:
    """Where the word ends that an open stem has matched up to `end`."""
    found = _TAIL.match(low, end)
    return found.end() if found else end


def guarded(concept: Concept, low: str, start: int, end: int) -> bool:
    """Whether the words around folded [start, end) let this be the concept meant."""
    if concept.after_not and low[end : end + 24].lstrip(" -").startswith(concept.after_not):
        return False
    if concept.before_not and low[max(0, start - 24) : start].rstrip(" -").endswith(concept.before_not):
        return False
    if concept.near or concept.not_near:
        around = low[max(0, start - concept.within) : start] + " " + low[end : end + concept.within]
        if any(word in around for word in concept.not_near):
            return False
        if concept.near and not any(word in around for word in concept.near):
            return False
    return True


def automaton(patterns: dict[str, list[Term]], *, spaced: bool) -> Automaton:
    """The automaton of these folded, bare patterns; `spaced` where a space in front stands for a word's beginning."""
    matcher = AhoCorasick(list(patterns), matchkind=MatchKind.Standard)
    return Automaton(tuple(tuple(terms) for terms in patterns.values()), matcher, spaced)
