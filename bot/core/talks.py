"""Talks of the two parties about deliveries: who talks with whom says nothing of who gives, what they talk about does."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.core.acts import Act
from bot.core.directions import direction
from bot.core.passages import Passage

_WITH = r"(?:with|mit|avec|con|с|з|із|z|ze)"
_TITLE = r"(?:the |mr\.? |president |prezydentem |президентом |président |presidente |präsident |władimirem |владимиром |володимиром )*"
_TALKERS = re.compile(
    rf"[DR](?!\w)(?P<one>[^.;]{{0,90}}?(?<!\w){_WITH} {_TITLE}[DR])(?!\w)|"
    r"(?P<both>[DR](?:'s)?(?: \w+)?(?:,| and| i| oraz| und| et| y| и| і| та|과|와|と|和|与|與) ?(?:the )?[DR])(?![\w']*-)|"
    r"[DR][^.;]{0,40}(?P<two>[DR](?:氏)?(?:과|와|と))|[DR][^.;]{0,30}(?P<zh>(?:与|與|和|同|跟)[DR])"
)
_TALK = re.compile(
    r"(?<!\w)(?:discuss|talk(?!ed up)|negotiat|confer\b|sprech|besprech|verhandel|beraten|parler|discut|négoci|hablar|hablará|convers|negoci|"
    r"rozmawia|omówi|omawia|negocj|dyskut|обсуд|обсужд|обговор|говорить о|поговорить|переговор|перемовин|веде)\w*|"
    r"논의|협의|협상|회담|協議|会談|會談|話し合|交渉|讨论|討論|商讨|商討|商谈|商談|会谈|洽谈|洽談"
)
_CLEAR = 2


def talked_over(passage: Passage, live: list[Act]) -> tuple[str, int, tuple[str, ...]] | None:
    """The direction of what the two talk over, None where the sentence is of no such talks.

    Where the words about it name neither giver nor receiver, nothing is guessed: "".
    """
    if not all(act.letter in "GSX" and act.planned for act in live) or "E" in passage.tagged:
        return None
    found = _TALKERS.search(passage.tagged)
    if found is None or _TALK.search(passage.text.lower()) is None:
        return None
    group = next(name for name, text in found.groupdict().items() if text)
    start, end = found.span() if group in {"both", "one"} else found.span(group)
    if group == "one":
        start = found.start()
    if not {"D", "R"} <= set(passage.tagged[found.start() : found.end()]):
        return None
    if any(start <= act.at < end for act in live):
        return None
    rest = replace(passage, tagged=passage.tagged[:start] + "_" * (end - start) + passage.tagged[end:])
    giver, margin, why = direction(rest)
    return (giver, margin, why) if margin >= _CLEAR else ("", 0, why)
