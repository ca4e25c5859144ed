"""Whether a party is named: by the fewest terms that tell it, each looked for no further than it can reach."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from bot.core.automata import Automaton
from bot.core.necessities import find
from bot.core.readings import SCRIPTS
from bot.core.terms import Chunk, Term

NEAR = 18  # folded code points: nine in ten names of a party reach no further


_Found = tuple[Term, tuple[Chunk, ...]]
"""A term and its words."""


class Named:
    """Whether a party is named, by its terms alone. Holds nothing of a text; threads may share it."""

    def __init__(self, terms: Sequence[Term]) -> None:
        fewest = shortest(terms)
        self.reach = max((term.reach for term in fewest if term.reach <= NEAR), default=0)
        self.far = far_reaching(fewest)
        self.far_reach = max((term.reach for term in self.far), default=0)
        self._automaton = Automaton(fewest)
        self._sure = frozenset(
            number
            for number, term in enumerate(fewest)
            if not term.weak and not term.needs and term.script not in SCRIPTS
        )

    def certain(self, word: str, *, begins: bool, ends: bool) -> bool:
        """Whether a word, cut from its surroundings, names it whatever they are; `begins` and `ends` say where no letter can precede or follow."""
        found: set[int] = set()
        find(self._automaton, f"{'' if begins else 'x'}{word}{'' if ends else 'x'}", found)
        return any(not self._automaton.terms[number].guarded for number in found)

    def told(self, texts: Iterable[str], written: Callable[[str], bool] = bool) -> bool | None:
        """Whether some texts together name it; None where that hangs on what else stands around them.

        `written` says whether the page that they are parts of holds a script at all. No further text is asked for once it is sure.
        """
        found: set[int] = set()
        for text in texts:
            find(self._automaton, text, found)
            if not self._sure.isdisjoint(found):
                return True
        terms = [self._automaton.terms[number] for number in found]
        terms = [term for term in terms if term.script not in SCRIPTS or written(term.script)]
        return None if not all(term.weak for term in terms) or len({term.anchor for term in terms}) > 1 else False


def far_reaching(terms: Sequence[Term]) -> tuple[Term, ...]:
    """Those of the terms that are looked for further around a place than the others."""
    return tuple(term for term in terms if term.reach > NEAR)


def shortest(terms: Sequence[Term]) -> list[Term]:
    """The terms without those in which another one stands that counts wherever its letters do.

    "north korean missile*" is not needed beside "north korea*": who finds the one has found the other.
    """
    kept: list[Term] = []
    # Those that count by their letters alone, by the letters of their first word.
    beginning: dict[str, list[_Found]] = {}
    for term in sorted({term.key: term for term in terms}.values(), key=_length):
        words = _words(term)
        if term.regex is None and any(_stands(found, term, words, at) for found, at in _candidates(beginning, words)):
            continue
        kept.append(term)
        if not term.guarded:
            beginning.setdefault(words[0].text, []).append((term, words))
    return kept


def _length(term: Term) -> tuple[int, str]:
    return len(term.anchor) + sum(1 + len(chunk.text) for chunk in term.rest), term.anchor


def _words(term: Term) -> tuple[Chunk, ...]:
    *before, last = term.anchor.split(" ")
    return (*(Chunk(word, stem=False) for word in before), Chunk(last, term.stem), *term.rest)


def _candidates(beginning: dict[str, list[_Found]], words: Sequence[Chunk]) -> Iterator[tuple[_Found, int]]:
    """The terms whose first word stands in one of these words, and in which."""
    for at, word in enumerate(words):
        size = len(word.text)
        for first in range(size):
            for last in range(first + 1, size + 1):
                for found in beginning.get(word.text[first:last], ()):
                    if first == 0 or found[0].inside:
                        yield found, at


def _stands(found: _Found, term: Term, words: Sequence[Chunk], at: int) -> bool:
    """Whether a term stands, with its boundaries, wherever these words do that hold its first word."""
    short, wanted = found
    if at == 0 and ((term.inside and not short.inside) or (short.spaced and not term.spaced)):
        return False
    there = words[at : at + len(wanted)]
    if len(there) < len(wanted):
        return False
    last = len(wanted) - 1
    for number, (word, one) in enumerate(zip(there, wanted, strict=True)):
        if number == 0 and short.inside:
            # What stands behind a stem inside a word is its ending, and a whole word must end where that word does.
            if number < last or not one.stem:
                if word.text.endswith(one.text) and word.stem == one.stem:
                    continue
                return False
        elif number < last or not one.stem:
            if word != one:
                return False
        elif not word.text.startswith(one.text):
            return False
    return True
