"""What the fold takes for a space or for nothing is no obstacle to the patterns, in whatever way a page writes it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache

import re2

from bot.core import hiding
from bot.core.automata import Automaton
from bot.core.terms import compile_term
from bot.core.text import fold, read


def written(char: str) -> list[bytes]:
    """A character in UTF-8, as references and, where one escape does it, as JSON writes it."""
    point = ord(char)
    ways = [char.encode(), b"&#%d;" % point, b"&#x%x;" % point]
    return [*ways, b"\\u%04x" % point] if point < 0x10000 else ways


UNLIKELY = frozenset('!"#$%():;=>?@[\\]^{|}')  # between the letters of an abbreviation they are a program


@cache
def signs() -> list[str]:
    """All characters that are no letters or digits, not even in disguise (those have a pattern of their own), and begin no tag or reference."""
    points = map(chr, (*range(1, 0xD800), *range(0xE000, 0x20000), *range(0xE0000, 0xE0200)))
    assigned = (char for char in points if unicodedata.category(char) not in {"Cn", "Co"} and char not in "<&")
    return [char for char in assigned if not any(one.isalnum() for one in fold(char).text)]


def missed(phrase: str, *, utf8: bool, but: frozenset[str] = frozenset()) -> list[str]:
    """The signs between the words of a phrase that a reader takes for a space, and the pattern does not."""
    first, second = phrase.split(" ")
    ways = ("{0}{2}{1}", "{0}{2} {1}", "{0} {2}{1}", "{0}{2}\u00a0{2}{1}")
    return unfound(phrase, [way.format(first, second, "{0}") for way in ways], utf8=utf8, but=but)


def unfound(phrase: str, texts: Sequence[str], *, utf8: bool, but: frozenset[str] = frozenset()) -> list[str]:
    """The signs with which a reader finds a phrase in a text, and the pattern does not; `{0}` in a text stands for the sign."""
    automaton = Automaton([compile_term(phrase, lang="en", concept="kit")])
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.dot_nl = True
    pattern = re2.compile(hiding.words([(phrase, True)], left=True, utf8=utf8), options)
    found = []
    for char in signs():
        if char in but:
            continue
        for text in texts:
            if not automaton.hits(read(fold(f" {text.format(char)} "))):
                continue
            before, *after = text.split("{0}")
            for way in written(char):
                page = f" {before}".encode() + b"".join(way + one.encode() for one in after) + b" "
                if not pattern.search(page):
                    found.append(f"U+{ord(char):04X} {page!r}")
    return found


def test_a_letter_and_its_number_are_found_with_any_sign_between_them():
    assert missed("с 400", utf8=True, but=UNLIKELY) == []
    assert missed("s 400", utf8=True, but=UNLIKELY) == []
    assert missed("s 400", utf8=False, but=UNLIKELY) == []


def test_the_letters_of_an_abbreviation_are_found_with_any_sign_between_them():
    assert missed("n k", utf8=True, but=UNLIKELY) == []
    assert missed("n k", utf8=False, but=UNLIKELY) == []


def test_the_words_of_a_phrase_are_found_with_any_sign_between_them():
    assert missed("часов яр", utf8=True) == []
    assert missed("north korea", utf8=True) == []


def test_a_word_is_found_with_any_sign_before_and_behind_it():
    for utf8 in (True, False):
        assert unfound("nk", ["{0}nk", "nk{0}", "{0}nk{0}"], utf8=utf8) == []
        assert unfound("рф", ["{0}рф", "рф{0}", "{0}рф{0}"], utf8=utf8) == []


def test_a_word_is_found_with_any_mark_inside_it_that_nobody_sees():
    for utf8 in (True, False):
        assert unfound("kim", ["k{0}im", "k{0}i{0}m"], utf8=utf8) == []
        assert unfound("часов яр", ["ча{0}сов яр", "часо{0}в яр"], utf8=utf8) == []


def test_a_word_of_one_letter_does_not_hold_on_to_a_text_in_other_letters():
    """Such a pattern would remember every word that it had begun, and read a Russian page ten times slower."""
    pattern = re2.compile(hiding.words([("с 400", True)], left=True, utf8=True).decode("latin-1"))
    assert not pattern.search(" с начала года 400 ".encode().decode("latin-1"))
    assert pattern.search(" с\u00a0400 ".encode().decode("latin-1"))
