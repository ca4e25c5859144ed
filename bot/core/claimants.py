"""Who says a sentence: the institution or person that a verb of saying, a colon or an attribution ties to it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.lexicon import Lexicon, Mention
from bot.core.passages import Passage, Token

_RANKS = {"analysts": 2}
_FIGURED = frozenset(["intelligence-service", "think-tank/ngo"])


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who asserts: short English name, its type, the party it belongs to ("" if none), and who relays it."""

    name: str
    type: str
    party: str = ""
    via: str = ""
    figures: str = ""  # how its figures are meant where the lexicon says: estimated | asserted
    rank: int = 0  # how much the name says: 5 person, 4 institution, 3 office, 2 state, 1 unnamed, 0 a paper or nobody


UNATTRIBUTED = Claimant("unattributed", "unattributed")

_SAID_AFTER = re.compile(
    # "K V", "K, spokesman of J, V", "K on Friday V"; no other sayer and no finite act between.
    r"^(?:'s|’s|s')?(?:(?:[ ,(-]|은|는|이|가|は|が)[^.;:GTUXVZDR]{0,70}?[ ,)-]?|)(?:,? )?V(?! to (?:stop|halt|end|cease|refrain|act|do|press|help|use))"
)
_SAID_AT_END = re.compile(  # Korean, Japanese and Chinese: the topic stands first, the verb of saying last
    r"^(?:의|の[^、。]{0,8}| (?=J))?\w{0,12}?(?:은|는|이|가|は|が|も)[^.。]*V|^[\u4e00-\u9fffJ\d]{0,8}V"
)
_SAID_SO = re.compile(r"^[\u4e00-\u9fffa-zが-힣]{0,8}(?:に|에 ?)V")  # "…によると", "…에 따르면"
_SO = frozenset(["よると", "よれば", "따르면", "의하면"])
_SAID_BEFORE = re.compile(r"V(?:\S* )?(?!that |that the )(?:[^.;:GTUCMVZDR]{0,70}?)$")
_CLOSED = re.compile(
    r"^(?:'s|’s)?(?: [\w'\"()]+){0,2} ?(?:[,.;:!)\"]|$|- |on |in |w |KK|K|J)"
)  # nothing finite follows a sayer behind the verb
_HEAD = re.compile(r"^(?:[^\w]|\w{0,12} ){0,2}$")
_COLON = re.compile(r"^[^:.;]{0,26}: ")
_QUOTE = re.compile(
    r"^ ?[\"「『‘']|^ [DR], (?=[^.;]*[\uac00-\ud7a3])"
)  # Korean and Japanese headlines: the sayer, then what is said in quotes
_TAIL = re.compile(r"(?:[:–—-] ?|- |, |\| |[\"”』」] ?|…|\.\.\.)$")
_CJK = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")
_OWN = re.compile(r"^(?:,? \w+){0,2},? V(?! to (?:stop|halt|end|cease|refrain|act|do|press|help|use))")
_TOGETHER = re.compile(r",? (?:and |i |oraz |и |та |und |et |y )?(?:the )?|, (?:the )?")
PREPOSITIONS = frozenset(
    [
        *(
            "according to",
            "laut",
            "nach angaben",
            "nach einschätzung",
            "nach erkenntnissen",
            "angaben",
            "selon",
            "d'après",
        ),
        *(
            "según",
            "zdaniem",
            "według",
            "по словам",
            "по данным",
            "по оценке",
            "за словами",
            "за даними",
            "за оцінками",
            "по оценкам",
            "по информации",
            "по мнению",
            "по подсчетам",
            "по сведениям",
            "согласно",
            "со слов",
            "за інформацією",
            "на думку",
            "за підрахунками",
            "згідно",
            "зі слів",
            "wg",
            "w ocenie",
            "de acuerdo con",
            "a juicio de",
            "den angaben zufolge",
            *("据", "據", "根据", "根據"),
        ),
    ]
)
"""Words of attribution that stand before whoever speaks."""
_NEAR = re.compile(r"[^.;:,GTUCDRV]{0,24}")
_COMPARED = re.compile(r"(?<!\w)(?:than|niż|als|чем|ніж) (?:V )?(?:the )?$")
_PASSIVE = re.compile(r"\b(?:are|is|was|were|been|be) V$")
_PLACED = re.compile(r"(?<!\w)(?:in|of|at|near|with|from|on|along) (?:the )?[DRO](?:'s)?(?!\w)")
_OBLIQUE = re.compile(
    r"(?<!\w)(?:in|against|for|to|on|with|of|from|near|over|w|we|na|od|z|ze|do|dla|o|przeciwko|przeciw|przez|в|у|на|по|из|от|для|до|о|об|за|с|со|против|проти|від|із|про|gegen|nach|aus|für|über|auf|von|"
    r"contre|sur|vers|dans|à|en|de|du|pour|par|avec|contra|sobre|hacia|a|al|del|para|con|desde)(?: the| la| le| les| der| die| das| den| el| los)? (?:l')?$"
)
_TITLES = re.compile(r" ?(?:의 ?|の)?(?:[\u4e00-\u9fff\uac00-\ud7a3]{1,4} ?)?")
_STATES = re.compile(
    r"(?:nearly |about |some |more than |over )?\d+ (?:countries|nations|states)(?=[^.;]{0,80}joint statement[^.;]{0,20}V)"
)
_BRIEFED = re.compile(r"briefed by|via lawmaker|비공개|정보위")


def claimant(passage: Passage, lexicon: Lexicon) -> Claimant | None:
    """The best attributed sayer of this sentence, or None where the sentence names none."""
    if "V" not in passage.tagged and passage.where == "text" and ":" not in passage.tagged[:30]:
        return None
    best: tuple[int, int, Claimant] | None = None
    relayer = ""
    own: Claimant | None = None
    for who, start, end in _candidates(passage, lexicon):
        strength = _strength(passage, start, end, state=who.rank == 2)
        if strength == 2 and who.rank < 4 and passage.where == "text" and "V" not in passage.tagged:
            continue  # "SEOUL: …" is where a report was written
        if not strength:
            continue
        if who.party in lexicon.parties:
            # What the two parties themselves say is mostly denial; their own plans count if nobody else is named.
            if strength == 3 and _OWN.match(passage.tagged[end:]):
                own = own or who
            continue
        if who.type == "media-investigation" and who.rank == 0:
            relayer = relayer or who.name
        key = (who.rank, strength)
        if best is None or key > best[:2]:
            best = (who.rank, strength, who)
    if best is None:
        return own
    who = best[2]
    via = relayer if relayer and relayer != who.name else ""
    if not via and who.type == "intelligence-service" and _BRIEFED.search(passage.tagged):
        via = "lawmaker"
    return Claimant(who.name, who.type, who.party, via, who.figures, who.rank)


def _strength(passage: Passage, start: int, end: int, *, state: bool) -> int:
    before, after = passage.tagged[:start], passage.tagged[end:]
    if _COMPARED.search(before) or (state and before.endswith((" a ", " an ")) and re.match(r" [a-z]", after)):
        return 0  # "more than the White House disclosed", "according to a U.S. think tank"
    if _according(passage, before) or _so(passage, end):
        return 4  # whose word it is, whoever else does something in the sentence
    said = _SAID_AFTER.match(after if state else _PLACED.sub("_", after))
    if said is not None and _PASSIVE.search(said[0]) and not _active(passage, end + said.end() - 1):
        said = None  # "munitions that are believed to be" believes nobody
    if said is not None and state:
        # "for use in Ukraine, US says": a state behind a preposition, or with another sayer before the verb, says nothing.
        said = None if re.search("[OKJ]", said[0]) or _OBLIQUE.search(before) else said
    if said is not None:
        return 3
    if _SAID_AT_END.match(after):
        return 2
    if "V" in before and _CLOSED.match(after) and _SAID_BEFORE.search(before):
        return 3
    if _HEAD.match(before) and (_COLON.match(after) or (not state and _QUOTE.match(after))):
        return 2
    if before.endswith(" ") and _CJK.search(before) and not re.search(r"\w", after):
        return 2
    if _TAIL.search(before) and re.fullmatch(r"[^\w]*(?: V.*)?", after):
        return 2
    return 0


def _word_of(passage: Passage, party: str) -> str:
    return next((passage.words(one) for one in passage.of("party") if one.canonical == party), party)


def _according(passage: Passage, before: str) -> bool:
    """Whether "according to" and its like stand right before: what follows them speaks, whatever comes behind."""
    at = before.rfind("V")
    if at < 0 or not _NEAR.fullmatch(before[at + 1 :]) or (mention := passage.token(at).mention) is None:
        return False
    return passage.words(mention).lower() in PREPOSITIONS


def _so(passage: Passage, end: int) -> bool:
    """Whether the Japanese and Korean "according to" stands right behind."""
    found = _SAID_SO.match(passage.tagged[end:])
    mention = passage.token(end + found.end() - 1).mention if found else None
    return mention is not None and passage.words(mention).lower() in _SO


def _active(passage: Passage, at: int) -> bool:
    if passage.tagged[at : at + 1] != "V" or (mention := passage.token(at).mention) is None:
        return True  # the places in the sentence were masked: take the verb as it stands
    return passage.words(mention).lower().endswith("ing")


def _candidates(passage: Passage, lexicon: Lexicon) -> list[tuple[Claimant, int, int]]:
    out: list[tuple[Claimant, int, int]] = []
    tokens = passage.tokens
    if (many := _STATES.search(passage.tagged)) is not None:
        name = "joint statement of " + many[0].strip()
        out.append((Claimant(name, "un-body/coalition", rank=4), many.start(), passage.tagged.index("V", many.end())))
    for index, token in enumerate(tokens):
        mention = token.mention
        if mention is None:
            continue
        if mention.kind == "claimant":
            concept = mention.concept
            kind = concept.get("type")
            rank = _RANKS.get(mention.canonical) or (1 if kind == "anonymous" else 5 if concept.get("person") else 4)
            out.append(
                (
                    Claimant(mention.canonical, kind, concept.get("party"), "", concept.get("figures"), rank),
                    token.at,
                    token.at + 1,
                )
            )
        elif mention.kind == "office":
            out.append(_office(passage, tokens, index, mention, lexicon))
        elif mention.kind == "media":
            out.append((Claimant(mention.canonical, "media-investigation"), token.at, token.at + 1))
        elif mention.kind == "party":
            out.append((_state(passage, tokens, index, lexicon), token.at, token.at + 1))
    return out


def _state(passage: Passage, tokens: tuple[Token, ...], index: int, lexicon: Lexicon) -> Claimant:
    """A state as sayer, or the states that say it together ("South Korea, the US and Japan")."""
    names = [_called(passage, tokens[index], lexicon)]
    last = tokens[index].at
    for token in reversed(tokens[:index]):
        before = passage.tagged[: token.at]
        if token.letter != "O" or not _TOGETHER.fullmatch(passage.tagged[token.at + 1 : last]):
            break
        if _OBLIQUE.search(before) and not before.endswith(("of ", "of the ")):
            break  # "for use in Ukraine, US says"
        names.insert(0, _called(passage, token, lexicon))
        last = token.at
    mention = tokens[index].mention
    if mention is not None and len(names) == 1:
        return Claimant(names[0], "government", mention.canonical, "", mention.concept.get("figures"), rank=2)
    return Claimant(f"{', '.join(names[:-1])} and {names[-1]}", "government", rank=2)


def _called(passage: Passage, token: Token, lexicon: Lexicon) -> str:
    mention = token.mention
    if mention is None:
        return ""
    if mention.canonical == "other":
        return passage.words(mention)
    label = lexicon.label("party", mention.canonical)
    return "North Korea" if label == "DPRK" else label


def _office(
    passage: Passage, tokens: tuple[Token, ...], index: int, mention: Mention, lexicon: Lexicon
) -> tuple[Claimant, int, int]:
    """An office with the party that stands before ("Seoul's spy agency") or after it ("intelligence of Ukraine")."""
    token = tokens[index]
    start, end = token.at, token.at + 1
    party = ""
    first = index
    while (
        first
        and tokens[first - 1].letter == "J"
        and _TITLES.fullmatch(passage.tagged[tokens[first - 1].at + 1 : tokens[first].at])
    ):
        first -= 1  # "미 정부 고위 관계자", "美国政府高级官员": the state stands before the first of them
    if first and (before := tokens[first - 1]).mention is not None and before.letter in "DRO":
        gap = passage.tagged[before.at + 1 : tokens[first].at]
        if re.fullmatch(r"(?:'s|s'|의)?[ -]?(?:(?!and )[\w-]+ ){0,2}", gap):
            party, start = before.mention.canonical, before.at
    if (
        not party
        and index + 1 < len(tokens)
        and (after := tokens[index + 1]).mention is not None
        and after.letter in "DRO"
    ):
        gap = passage.tagged[token.at + 1 : after.at]
        if re.fullmatch(
            r"[,a-zà-žа-џґ]* ?(?:(?:militaire|militar|extérieur|exterior|wojskow\w+|военн\w+|воєнн\w+|внешн\w+|зовнішн\w+) )?(?:of|in|from|w|di|de|der|des|von)? ?(?:the |la |einer )?",
            gap,
        ):
            party, end = after.mention.canonical, after.at + 1
    kind = mention.concept.get("type")
    if not party:
        name = {"intelligence-service": "intelligence service (unnamed)", "government": "officials (unnamed)"}.get(
            kind, mention.canonical
        )
        unnamed = mention.concept.get("unnamed")
        kind = "anonymous" if kind == "government" and not unnamed else kind
        return Claimant(unnamed or name, kind, "", "", mention.concept.get("figures"), 1 if unnamed else 0), start, end
    names = dict(pair.split("=", 1) for pair in mention.concept.get("names").split("|") if "=" in pair)
    label = lexicon.label("party", party) if party != "other" else _word_of(passage, "other")
    name = names.get(party) or f"{label} {mention.canonical}"
    if mention.canonical == "ambassador" and party not in names:
        name = label
    own = next((one.get("figures") for one in lexicon.concepts if one.kind == "party" and one.canonical == party), "")
    figures = mention.concept.get("figures") if kind in _FIGURED else own
    return Claimant(name, kind, party, "", figures, 3), start, end
