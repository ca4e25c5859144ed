"""Acts of law in a text: who designates whom, for which movement of materiel."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.core.amounts import amounts
from bot.core.claimants import Claimant
from bot.core.directions import direction
from bot.core.drafts import PRONOUN, Context, Draft, event_text, facts, hedge_of
from bot.core.lexicon import Mention
from bot.core.passages import Passage
from bot.core.periods import period

_SANCTIONS = re.compile(
    r"(?:^|[:;] )\W*(?:the )?(?P<who>[OK]) sanctions (?=[RDNYJP]|two |three |more |new |groups|individuals|people|firms|entities|ships|vessels|a |an )"
)
_NOUN = re.compile(
    r"(?i)(?:new )?sanctions (?:on|against)|new sanctions|sankcje|sanciones contra|sanctions contre|санкци|sanktionen gegen"
)
_DONE = re.compile(
    r"(?i)\b(?:impos|announc|slap|unveil|levi|issu|adopt|introduc|hit|expand|designat|blacklist|nałoż|wprowadz|ввел|ввод|запров|verhäng|impus|impone|a imposé)"
)
_THREAT = re.compile(
    r"(?i)\b(?:threat|consider|could|may|might|would|urg|call(?:s|ed)? for|lift|eas(?:e|ing)|violat|evad|unwilling|defy)"
)
_ADJECTIVE = re.compile(r"(?:^|\b(?:a|an|the|heavily|already|previously|newly|other|many|of|by|with|from|to) |-)$")


def sanction(context: Context, index: int) -> list[Draft] | None:
    """An act of law with its reason in the same sentence, or in the next one that refers back to it."""
    passage = context.passages[index]
    law = next(iter(passage.of("legal")), None) or _headline_act(passage)
    if law is None:
        return None
    if _NOUN.match(passage.words(law)) and (not _DONE.search(passage.text) or _THREAT.search(passage.text)):
        return None  # "threatens sanctions on", "UN sanctions against": no act
    before = passage.text[max(0, law.start - passage.start - 60) : law.start - passage.start]
    if passage.words(law).lower().startswith(("impose ", "imposing ", "sanctioning")) and _THREAT.search(before):
        return None  # "unwilling to impose sanctions on"
    if "sanctioned" in passage.words(law) and _ADJECTIVE.search(passage.text[: law.start - passage.start].lower()):
        return None  # "a sanctioned Russian missile maker" tells of no new act
    follower = context.after(index)
    scope = [passage]
    things = passage.of("materiel")
    if not things and follower is not None and follower.of("materiel") and PRONOUN.match(follower.tagged):
        scope.append(follower)
        things = follower.of("materiel")
    letters = {letter for one in scope for letter in "DR" if letter in one.tagged}
    if not letters:
        return None
    letters |= {letter for one in context.passages for letter in "DR" if one.where == "title" and letter in one.tagged}
    if not things or letters != {"D", "R"}:
        return None
    issuer = [
        one
        for one in passage.mentions
        if one.kind in {"party", "claimant"}
        and one.start <= law.start
        and one.concept.get("party", one.canonical) not in context.lexicon.parties
        and one.canonical not in context.lexicon.parties
    ]
    last = max(issuer, key=lambda one: (one.kind == "claimant", one.start), default=None)
    who = _issuer(context, last.canonical, last.kind) if last else context.spoken[index]
    giver, margin, why = direction(scope[-1])
    if not giver and len(scope) > 1:
        giver, margin, why = direction(passage)
    counted = [one for one in amounts(passage, context.lexicon, lawful=True) if one.unit == "companies"]
    base = facts(context, scope[-1], index, who)
    return [
        replace(
            base,
            start=passage.start,
            end=scope[-1].end,
            status="sanctioned",
            giver=giver,
            firm=margin,
            why=why,
            materiel=tuple(dict.fromkeys(one.canonical for one in things)),
            amount=replace(counted[0], unit="sanctioned companies") if counted else None,
            entities=tuple(dict.fromkeys(one.canonical for part in scope for one in part.of("entity"))),
            period=period(event_text(passage), context.date),
            basis="legal act",
            hedge=hedge_of(scope[-1], planned=False),
        )
    ]


def _headline_act(passage: Passage) -> Mention | None:
    """The verb of headlines ("US sanctions Russian firms"), which looks like the noun."""
    found = _SANCTIONS.search(passage.tagged)
    if found is None:
        return None
    who = passage.token(found.start("who")).mention
    place = re.search(r"(?i)\bsanctions\b", passage.text)
    if who is None or place is None:
        return None
    return Mention("sanctions", "legal", passage.start + place.start(), passage.start + place.end(), who.concept)


def _issuer(context: Context, name: str, kind: str) -> Claimant:
    concept = next(one for one in context.lexicon.concepts if one.kind == kind and one.canonical == name)
    if kind == "party":
        return Claimant(concept.label, "government", name, rank=2)
    return Claimant(name, concept.get("type"), concept.get("party"), "", concept.get("figures"), 4)
