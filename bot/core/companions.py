"""Slavic prepositions that are "with" before one form of a name and "from" before another."""

from __future__ import annotations

import re

from bot.core.passages import Passage

_WITH_CASE = re.compile(  # Slavic "z", "з", "с" with these forms is "with", not "from"
    r"rosją|moskwą|phenianem|pjongjangiem|kremlem|koreą północną|putinem|kimem|россией|москвой|пхеньяном|северной кореей|путиным|"
    r"ким чен ыном|росією|москвою|північною кореєю|путіним|кім чен ином"
)
_WITH_OR_FROM = re.compile(r"(?<!\w)(?:z|ze|з|із|с|со)(?= $)")


def with_not_from(passage: Passage) -> str:
    """`tagged` in which a Slavic "with" before a party is no "from": "handel z Moskwą" says not who gives."""
    tagged = passage.tagged
    for token in passage.tokens:
        if token.letter in "DR" and token.mention and _WITH_CASE.fullmatch(passage.words(token.mention).lower()):
            found = _WITH_OR_FROM.search(tagged[: token.at])
            if found is not None:
                tagged = tagged[: found.start()] + "ž" * len(found[0]) + tagged[found.end() :]
    return tagged
