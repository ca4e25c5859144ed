"""What words of exchange open: which part of a sentence tells what comes back, and what in it was only paid for."""

from __future__ import annotations

import re

from bot.core.passages import Passage

_PAID = re.compile(  # what was given for it: "the munitions (from A)"
    r"(?P<for> (?:for|für|за|за|pour|por|à|of|de))?(?: (?:the|its|their|die|den|das|la|las|los|les|des))?(?: [^\s,.;DRMGN]+){0,2}? ?(?:N )?M"
    r"(?: (?:from|aus|von|z|od|из|от|з|від|de|du|desde) (?:the |la |el )?[DR](?!\w))?"
)
_WITH_FOR = (" for", " за", " на", " za", " de", " für", " по")


def exchange_at(passage: Passage) -> int:
    """Where "in exchange for" stands in `tagged`, -1 if nowhere."""
    return passage.tagged.find("E")


def opens(passage: Passage) -> bool:
    """Whether it stands before every act of moving ("In return for shells, Moscow gave …")."""
    at = exchange_at(passage)
    return at >= 0 and not any(letter in "GTUCSF" for letter in passage.tagged[:at])


def paid(passage: Passage) -> tuple[int, int]:
    """[start, end) in `tagged` of an opening exchange with what was paid for; (0, 0) where none opens."""
    at = exchange_at(passage)
    if not opens(passage):
        return 0, 0
    mention = passage.token(at).mention
    found = _PAID.match(passage.tagged, at + 1)
    whole = mention is not None and passage.words(mention).lower().endswith(_WITH_FOR)
    return at, found.end() if found and (whole or found["for"]) else at + 1


def behind_exchange(passage: Passage, start: int) -> bool:
    """Whether what stands at `start` of the text is what comes back, or was paid for, not what the sentence moves."""
    at = exchange_at(passage)
    if at < 0:
        return False
    if not opens(passage):
        mention = passage.token(at).mention
        return mention is not None and start > mention.start
    first, end = paid(passage)
    return any(
        first <= token.at < end
        for token in passage.tokens
        if token.mention is not None and token.mention.start <= start < token.mention.end
    )
