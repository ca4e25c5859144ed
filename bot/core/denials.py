"""Who denies in a sentence, and where the denial begins in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.claimants import Claimant, claimant
from bot.core.lexicon import Lexicon
from bot.core.passages import Passage, Token

_BOTH = re.compile(
    r"\bboth (?:states|countries|sides|D and R|R and D|parties)|(?:both |neither )?(?:D and R|R and D|D i R|R i D)|оба|обе сторон|양측|双方|雙方|beide|les deux|ambos"
)
_ADJECTIVE = re.compile(
    r"baseless|groundless|absurd|беспочвенн|голословн|безпідставн|bezpodstawn|haltlos|infundad|sans fondement"
)
_TOPIC = re.compile(r"^ ?[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]{0,6}?(?:은|는|は)(?![\uac00-\ud7a3])")
_DOUBLE = re.compile(r"Z(?! (?:evidence|proof))[^.;]{0,60}?(?:n't|\bnot\b|\bnever\b|\bnie\b|(?<!\w)не(?!\w)|\bnicht\b)")
_AGAIN = re.compile(r", (?:but|while|although|though|ale|однако|но|але|aber|mais|pero) |; ")
_BEFORE_NAME = re.compile(
    r"(?<!\w)(?:from|to|with|against|z|ze|od|do|dla|из|от|с|для|до|з|від|із|aus|von|nach|an|mit|de|du|à|avec|desde|a|con|hacia|al) (?:the |la |el |l')?$|(?:从|從|向|与|與|和|对|對)$"
)
_BEHIND_NAME = re.compile(r"(?:군)?(?:으로부터|로부터|에서|에게|에 |와의|과의|와 |과 |から|に|へ|との|と(?!は)|向け)")
_ITS_ARMS = re.compile(r"(?:'s|s')? ?M")
_DENIER_BEHIND = re.compile(r"Z(?:(?: \w+){0,6} by |\W{2,6})(?P<p>[DRK])")  # "rejected by D", "«Это Z»: R …"
_TURN = re.compile(
    r", (?:which|who|but|while|although|though|adding that|even though|despite|a claim|claims|charges|allegations|something|an accusation|and)|; |, co |, czemu | - |—|,? but |, lo que|, ce que|, was "
)


@dataclass(frozen=True, slots=True)
class Denial:
    """The denier, and the place in `tagged` from which on (and up to which) nothing is asserted."""

    who: Claimant
    clause: int
    resumes: int


def denial(passage: Passage, lexicon: Lexicon) -> Denial | None:
    """The denial that one of the two parties (or one of its people) makes here; None for anybody else's, or a double one."""
    tagged = passage.tagged
    if _DOUBLE.search(tagged):
        return None
    at = tagged.index("Z")
    who = _denier(passage, lexicon, at)
    if who is None:
        return None
    turns = [one.start() for one in _TURN.finditer(tagged[:at])]
    heads = "".join(letter for letter in tagged[: turns[-1]] if letter in "GTUCSXF") if turns else ""
    again = _AGAIN.search(tagged, at)
    return Denial(who, turns[-1] if turns and heads else 0, again.start() if again else len(tagged))


def _oblique(tagged: str, at: int) -> bool:
    """Whether a preposition or a Korean or Japanese particle says that the name is whence or whither, not who denies."""
    return bool(
        _BEFORE_NAME.search(tagged, max(0, at - 16), at)
        or _BEHIND_NAME.match(tagged, at + 1)
        or _ITS_ARMS.match(tagged, at + 1)  # "North Korean shells": of what, not who
    )


def _leads(passage: Passage, token: Token, at: int) -> bool:
    """Whether who opens the sentence is the denier: "KP: … to plotki", a Korean headline, an adjective of denial."""
    after = passage.tagged[token.at + 1 :]
    opens = not re.search(r"\w", passage.tagged[: token.at])
    return bool(
        _ADJECTIVE.match(_word(passage, at))
        or (opens and re.match(r":|, [^,]*[\uac00-\ud7a3]|[은는이가はが、]", after))
    )


def _word(passage: Passage, at: int) -> str:
    mention = passage.token(at).mention
    return passage.words(mention).lower() if mention is not None else ""


def _denier(passage: Passage, lexicon: Lexicon, at: int) -> Claimant | None:
    if _BOTH.search(passage.tagged[:at]):
        return Claimant("North Korea and Russia", "government", lexicon.parties[0], rank=2)
    near = [token for token in passage.tokens if token.letter in "DROK" and token.mention is not None and token.at < at]
    named = [token for token in near if at - token.at < 90]
    topics = [token for token in named if token.letter in "DRK" and _TOPIC.match(passage.tagged[token.at + 1 :])]
    if topics:
        named = topics[:1]  # Korean and Japanese mark who speaks
    chosen = None
    if named and named[0].letter in "DR" and _leads(passage, named[0], at):
        named = named[:1]  # "defends arms sales against groundless criticism": who opens the sentence says so
    upright = [token for token in named if not _oblique(passage.tagged, token.at)]
    for token in reversed(upright or named):
        gap = passage.tagged[token.at + 1 : at]
        if re.search(r"[.;:]", gap) and token is not named[0]:
            continue
        chosen = token
        break
    if chosen is None:
        later = _DENIER_BEHIND.search(passage.tagged)
        chosen = passage.token(later.start("p")) if later else None
    if chosen is None or chosen.mention is None or (not upright and not topics):
        own = claimant(passage, lexicon)  # "the charges are absurd, said the Kremlin"
        if own is not None and own.party in lexicon.parties:
            return own
        if chosen in named and not upright and not topics:
            return None  # "a deal with Moscow is absurd": nobody of the two says so here
    if chosen is None or chosen.mention is None:
        return None
    mention = chosen.mention
    best = next(
        (
            one
            for one in passage.of("claimant")
            if one.concept.get("party") in lexicon.parties
            and one.start - passage.start < len(passage.text)
            and abs(one.start - mention.start) < 60
        ),
        None,
    )
    if mention.kind == "party" and mention.canonical not in lexicon.parties and best is None:
        return None
    if best is not None and (mention.kind == "claimant" or mention.canonical == best.concept.get("party")):
        rank = 5 if best.concept.get("person") else 4
        return Claimant(best.canonical, best.concept.get("type"), best.concept.get("party"), rank=rank)
    if mention.kind == "party" and mention.canonical in lexicon.parties:
        label = lexicon.label("party", mention.canonical)
        return Claimant("North Korea" if label == "DPRK" else label, "government", mention.canonical, rank=2)
    return None
