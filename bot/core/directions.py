"""Which way a sentence moves things: prepositions, subjects, objects and origins vote for the giving party."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.companions import with_not_from
from bot.core.passages import Passage

_ART = r"(?:the |la |le |les |l'|el |los |las |der |die |das |den |dem |its neighbou?r |their |mr\.? |przywódc\w+ |reżim\w* )?"
_FROM = r"(?:from|out of|z|ze|od|из|от|з|із|від|aus|von|de|du|desde|del)"
_TO = r"(?:to|into|toward|towards|for|against|do|dla|в|во|для|к|до|an|nach|für|à|a(?= [DR](?:[.,;]|$| y | para | en | con | de ))|para|hacia|pour|vers|al)"
_GO = "".join(f"(?<!{word} )" for word in ("traveled", "travelled", "traveling", "went", "arrived", "trips", "visits"))
_NO_PREPOSITION = "".join(
    f"(?<!(?<![^ ]){word} .)"
    for word in (
        "nach",
        "an",
        "to",
        "in",
        "from",
        "do",
        "w",
        "z",
        "dla",
        "до",
        "в",
        "из",
        "для",
        "з",
        "на",
        "à",
        "en",
        "de",
        "a",
        "aus",
    )
)
_LIST = r"(?:O(?:,| and| oraz| i| lub| czy| or|, and| и| та| und| et| y| e) ?)*"


@dataclass(frozen=True, slots=True)
class _Cue:
    pattern: re.Pattern[str]
    weight: int
    gives: bool  # the captured party is the giver (else the receiver)
    why: str


def _cue(pattern: str, weight: int, why: str, *, gives: bool) -> _Cue:
    return _Cue(re.compile(pattern), weight, gives, why)


_CUES = (
    # Prepositions say it outright.
    _cue(
        rf"[MNYPGTSXCF][^.;]{{0,60}}?(?<!\w)(?<!wurden )(?<!wurde )(?<!werden ){_FROM} {_ART}{_LIST}(?P<p>[DR])(?!\w| Y| ship| vessel|-flag| port)",
        3,
        "from",
        gives=True,
    ),
    _cue(
        rf"[MNYGSXCF][^.;ZV]{{0,70}}?(?<!\w)(?<!visit )(?<!trip )(?<!travel ){_GO}{_TO} {_ART}{_LIST}(?P<p>[DR])(?!'s (?:war|invasion|visit|trip)| visit| trip)(?!\w)",
        3,
        "to",
        gives=False,
    ),
    # Objects: "supplying Russia with", "sends Russia rounds", "help North Korea build".
    _cue(
        rf"(?<!by )G {_ART}(?P<p>[DR])(?!'s)(?= |,|\.|;|$)(?![^.;]{{0,90}}(?<!\w)(?:an|nach) {_ART}[DR](?!\w))",
        4,
        "object",
        gives=False,
    ),
    # German: "Im Oktober lieferte A Granaten an B", "An B hat A geliefert", "wurden von A an B geliefert".
    _cue(
        rf"(?<!\w)G {_ART}(?P<p>[DR]) [^.;]{{0,90}}(?<!\w)(?:an|nach) {_ART}(?!(?P=p))[DR](?!\w)",
        4,
        "subject behind",
        gives=True,
    ),
    _cue(
        rf"(?:^|[,:] )(?:an|nach) {_ART}(?P<p>[DR]) (?:hat|haben|hatte|wurden?|wird|gingen|ging|soll)(?!\w)",
        5,
        "to, in front",
        gives=False,
    ),
    _cue(rf"(?:wurden?|werden|wird|worden) von {_ART}(?P<p>[DR]) [^.;]{{0,40}}?G(?!\w)", 5, "by", gives=True),
    _cue(
        rf"(?:^|[,:] )(?:von|aus|из|от|у|з|із|від|z|ze|od|de|desde|from) {_ART}(?P<p>[DR]) [^.;V]*?[TF](?!\w)",
        3,
        "from, in front",
        gives=True,
    ),
    _cue(rf"T {_ART}(?P<p>[DR]) auf(?!\w)", 7, "hopes for", gives=False),
    _cue(rf"T {_ART}(?P<p>[DR])(?:'s help)? (?:for|to G|um|o|о|про|pour|por|de)(?!\w)", 7, "asks", gives=True),
    _cue(rf"T (?:\S+ ){{0,3}}?M (?:в|у|in|en|w|bei) {_ART}(?P<p>[DR])(?!\w)", 6, "buys in", gives=True),
    _cue(r"(?:向|跟|與|与|同)(?P<p>[DR])[^，。DR]{0,6}T", 7, "buys from", gives=True),
    # "acheter des obus à la D", "comprar proyectiles a D": from whom.
    _cue(rf"T (?:[^.;DR]{{0,40}} )?(?:à|au|aux|a|al) {_ART}(?P<p>[DR])(?!\w)", 5, "buys of", gives=True),
    _cue(rf"(?<!\w)(?:arms|weapons) {_ART}(?P<p>[DR])(?= with| to)", 2, "object", gives=False),
    _cue(
        rf"(?:support\w*|aid\w*|back\w*|wspiera\w+|sponsor\w*)(?: for| to| of)? {_ART}(?P<p>[DR])(?:'s)? (?:\w+ ){{0,2}}M(?! U| strike| attack| launch| test| barrage)",
        4,
        "support for",
        gives=False,
    ),
    _cue(
        rf"G {_ART}(?P<p>[DR])'s (?:\w+ )?(?:M )?(?:attack|war|effort|militar|army|invasion|forces|campaign|aggression)",
        4,
        "object",
        gives=False,
    ),
    _cue(
        rf"(?<!\w)(?:with|z|с|з|ž+|mit|avec|con) {_ART}(?P<p>[DR]) (?:(?:\w+ ){{0,2}}T|(?:(?!(?:über|про|о|об|o|sobre|about|on|de)\b)\w+ ){{0,2}}[SX])",
        5,
        "buys from",
        gives=True,
    ),
    _cue(
        r"(?<!an )(?<!nach )[DR] (?:hat|habe|haben|hatte|soll|wird|würde) (?P<p>[DR]) (?:[^\s.;]+ ){0,4}?[MN]",
        7,
        "object",
        gives=False,
    ),
    _cue(r"G [^.;]{0,30}(?P<p>[DR]) P[^.;]{0,80} with [^.;]{0,30}M", 4, "object", gives=False),
    _cue(r"(?<!\w)S (?P<p>R) (?:\w+ ){0,2}M", 3, "object", gives=False),  # Slavic: "sale (to) Moscow (of) arms"
    _cue(r"N (?:\w+ )?of (?:the |all )?(?P<p>[DR])'s (?:\w+ )?M", 4, "share of what it has", gives=False),
    # Subjects, active and passive.
    _cue(
        r"(?P<p>[DR])"
        + _NO_PREPOSITION
        + r"(?:'s|')?(?! M)(?! (?:for|in|on|with|over|about|at|from|of|amid|and|i|und|et|y|w|na|z|dla|в|на|с|о)\b)(?:,? [^\s.;:DRVZXS]+){0,5} G(?!\w)",
        2,
        "subject of giving",
        gives=True,
    ),
    _cue(r"(?P<p>[DR])" + _NO_PREPOSITION + r"(?: [^\s.;:DRVZ]+){0,1} G(?!\w)", 1, "subject of giving", gives=True),
    _cue(
        r"(?P<p>[DR]) (?:\w+ ){0,2}(?:been|being|be|is|was) (?:\w+ )?G(?= with)",
        5,
        "subject of being given",
        gives=False,
    ),
    _cue(
        r"(?P<p>[DR])(?:'s|')?(?:,? [^\s.;:DRVZ]+){0,6} T(?!\w)(?=[^.;]{0,44}?[MNY])",
        3,
        "subject of getting",
        gives=False,
    ),
    _cue(rf"[GS](?: \S+){{0,1}} (?:by|przez|von|por|par) {_ART}(?P<p>[DR])", 4, "by", gives=True),
    _cue(rf"T(?: \S+){{0,3}} (?:by|przez|von|por|par) {_ART}(?P<p>[DR])", 4, "by", gives=False),
    _cue(
        r"M (?:that |which |, które |, что )?(?P<p>[DR]) (?:\w+ ){0,2}T(?!\w)",
        3,
        "getting what stands before",
        gives=False,
    ),
    _cue(
        r"(?P<p>[DR])" + _NO_PREPOSITION + r" (?:[^\s.;]+ ){0,3}[MN][^.;DR]{0,30} T(?!\w)",
        3,
        "subject of getting",
        gives=False,
    ),  # German
    _cue(
        r"(?:made|manufactured|produced|built|wyprodukowan\w*|произведен\w*|изготовлен\w*|сделан\w*|зроблен\w*|виготовлен\w*|hergestellt\w*|fabriqu\w*|fabricad\w*)"
        r" (?:in|by|w|в|у|en|von|au) (?:\w+ )?(?P<p>[DR])",
        6,
        "made in",
        gives=True,
    ),
    _cue(r"N[^.;]{0,90}M (?:that |which )?(?P<p>[DR]) (?:\w+ ){0,2}U(?!\w)", 2, "share of what it uses", gives=False),
    _cue(
        r"(?<!\w)[GS] (?:\w+ )?M (?P<p>[DR])(?=[.,;]|$)", 3, "object", gives=False
    ),  # Slavic: "delivery (of) arms (to) Russia"
    _cue(
        r"(?:dass|wonach|ob|weil|wie|obwohl|nachdem) [DR] (?P<p>[DR]) (?:[^\s.;]+ ){0,5}?[MNY][^.;]{0,30}? G(?!\w)",
        9,
        "object",
        gives=False,
    ),
    _cue(r"(?:hat|habe|haben|hatte) [DR] (?P<p>[DR]) (?:[^\s.;]+ ){0,4}?[MNY]", 7, "object", gives=False),
    _cue(r"(?:與|与|同|跟|和)(?P<p>[DR])[^，。DR]{0,8}[TX]", 5, "buys from", gives=True),
    # Origin: "North Korean shells", "North Korea's export of missiles".
    _cue(
        r"(?<!G )(?<!and )(?P<p>D)(?:'s|s'|-made|-produced|-supplied)? (?:(?![DRGTUVZE])\S+ ){0,2}?M(?! factor| plant| depot| industr)",
        2,
        "origin",
        gives=True,
    ),
    _cue(
        r"(?<![GS] )(?<!and )(?P<p>R)(?:'s|s'|-made|-produced|-supplied)? (?:(?![DRGTUVZE])\S+ ){0,2}?M(?! factor| plant| depot| industr)",
        2,
        "origin",
        gives=True,
    ),
    _cue(r"(?P<p>[DR])'s (?:(?![DRVZ])\S+ ){0,2}?[GS]", 3, "whose delivery", gives=True),
    _cue(r"(?P<p>[DR]) (?:(?!for |in |on |to |of |at |with |[DRVZ])\S+ ){0,1}?[SX]", 1, "whose deal", gives=True),
    _cue(r"M (?:\w+ )?(?P<p>[DR])(?=[ .,;]|$)", 1, "origin", gives=True),  # French, Spanish: the adjective behind
    _cue(r"M (?:of|z) (?P<p>[DR]) (?:origin|production)", 2, "origin", gives=True),
    _cue(r"M (?:\S+ )?(?:виробництва|производства|produkcji) (?P<p>[DR])", 3, "origin", gives=True),
    # Korean, Japanese, Chinese.
    _cue(
        r"(?:^|[\"“‘「『…])[^\w]*(?P<p>[DR])(?:, |、)(?=[^.;]*[\u3040-\u9fff\uac00-\ud7a3])(?=[^.;]*G)",
        4,
        "doer of a headline",
        gives=True,
    ),
    _cue(
        r"^[^\w]*(?P<p>[DR])(?:, |、)(?=[^.;]*[\u3040-\u9fff\uac00-\ud7a3])(?=[^.;]*T)",
        4,
        "doer of a headline",
        gives=False,
    ),
    _cue(r"(?P<p>[DR])(?:이|가|은|는|は|が)[^.;DR]{0,60}?(?:R|D)?[^.;]{0,40}?G", 2, "subject of giving", gives=True),
    _cue(r"(?P<p>[DR])(?:이|가|은|는|は|が)[^.;G]{0,60}?T", 3, "subject of getting", gives=False),
    _cue(r"(?P<p>[DR])(?:군)?(?:에게|에 |로 |측에|へ|に(?!よ|お|対す|は)|向け)", 3, "to", gives=False),
    _cue(r"(?P<p>[DR])(?:에서|으로부터|로부터|から|산(?=[ 이인으])|제(?= )|製|産)", 3, "from", gives=True),
    _cue(r"(?P<p>[DR])(?:에게|에 |측에|に(?!向|よ|お))[^.;DRG]{0,30}?T", 7, "asks of", gives=True),
    _cue(
        r"(?P<p>[DR])(?:의 | ?|の)M[^.;DR]{0,8}?(?:생산|제조|개발|生産|製造|開発)(?:을|를|を)? ?G",
        7,
        "what it makes itself",
        gives=False,
    ),
    _cue(r"T(?:고 | ?)(?:있는 )?(?P<p>[DR])(?:이|가|은|는)", 4, "subject of getting", gives=False),
    _cue(r"(?:从|從|由|自)(?P<p>[DR])", 3, "from", gives=True),
    _cue(r"(?:向|给|給|至|往|对|對|予|対|援|赴|대)(?P<p>[DR])", 3, "to", gives=False),
    _cue(r"G(?P<p>[DR])(?![a-zа-яёіїєґ])", 2, "to", gives=False),
    _cue(r"(?P<p>[DR])[^.;。，,DRa-zа-я]{0,12}G", 1, "subject of giving", gives=True),
    _cue(r"(?P<p>[DR])の?M", 1, "origin", gives=True),
)
_USE = re.compile(
    r"[DR](?:'s)?(?: [^\s.;:DR]+){0,6}? U (?:(?![.;]|amid |over |after |while )\S+ ){0,5}?(?P<p>[DR])(?:'s|-made)? (?:\S+ ){0,2}?M"
)
_ARRIVES = re.compile(r"(?P<c>[DR])[^.;]{0,140}?C (?:in|at|from) (?P<p>[DR])(?:'s)?")
_WAR = re.compile(  # names that hold a party without giving it a part in the act
    r"R-O (?:\w+ )?(?:war|conflict|invasion|recap|latest|live|border)|R's (?:\w+ ){0,2}(?:war|invasion|aggression|assault)|R war|"
    r"(?:from|in|on|near) the R(?: far east)? border|M (?:of|z) O(?!(?:,| and| i| oraz| lub| czy| or) )|[DR]-[DR](?= )"
)
_PAIR = re.compile(  # "North Korea and Russia are in talks": neither is the giver
    r"(?:D(?:'s)?(?:,| and| i| und| et| y| и| і| та|-|–)[ ]?(?:the )?R|R(?:'s)?(?:,| and| i| und| et| y| и| і| та|-|–)[ ]?(?:the )?D)(?![\w'])(?! [MP])"
)
_LOADED = re.compile(r"Y[^.;]{0,30}C (?:on|onto|aboard|into|at)|C[^.;]{0,30}Y[^.;]{0,40}(?:on|onto|aboard|at)(?!\w)")
_DATIVE = re.compile(
    r"россиянам|росіянам|rosjanom|россии|росії|rosji|москве|москві|moskwie|кремлю|kremlowi|путину|путінові|путіну|putinowi|пхеньяну|пхеньянові|pjongjangowi|phenianowi|"
    r"северной корее|північній кореї|korei północnej|korei płn\.?|ким чен ыну|кім чен ину|kim dzong unowi|kimowi"
)
_SUBJECTS = re.compile(
    r"corea del norte|rusia|moscú|pionyang|россия|росія|rosja|москва|moskwa|северная корея|північна корея|korea północna"
)
_NOMINATIVE = re.compile(
    r"россия|росія|rosja|москва|moskwa|кремль|kreml|путин|путін|putin|пхеньян|pjongjang|phenian|кндр|krld|северная корея|північна корея|"
    r"korea północna|korea płn\.?|ким чен ын|кім чен ин|kim dzong un|рф"
)
_GOVERNED = re.compile(
    r"(?<!\w)(?:в|во|у|из|от|для|по|о|об|к|с|со|до|з|із|від|на|w|we|z|ze|do|od|dla|o|ku|przeciw\w*) $|[SXYJ] $"
)
_FROM_PLACE = re.compile(
    r"(?<!\w)(?:from|out of|z|ze|od|из|от|з|із|від|aus|von|de|desde)(?: the| порта| порту| port| portu| puerto de| hafen)? (?:of )?$"
)
_TWICE = re.compile(r"R(?:'s)? (?=R)|D(?:'s)? (?=D)")  # "Russia's Wagner group" is one receiver


def direction(passage: Passage, span: tuple[int, int] | None = None) -> tuple[str, int, tuple[str, ...]]:
    """(giver letter "D" | "R" | "", margin of the vote, the cues that voted) for the tagged text, or a part of it."""
    tagged = with_not_from(passage)
    tagged = tagged if span is None else tagged[span[0] : span[1]]
    tagged = _WAR.sub(lambda found: "_" * len(found[0]), tagged)
    tagged = _PAIR.sub("both", _TWICE.sub("", tagged))
    votes = {"D": 0, "R": 0}
    why: list[str] = []
    for cue in _CUES:
        seen: set[str] = set()
        for found in cue.pattern.finditer(tagged):
            party = found["p"]
            giver = party if cue.gives else ("R" if party == "D" else "D")
            if giver not in seen:
                seen.add(giver)
                votes[giver] += cue.weight
                why.append(f"{cue.why} {party}: {giver} +{cue.weight}")
    if (used := _USE.search(tagged)) is not None:
        votes[used["p"]] += 4
        why.append(f"use of {used['p']}")
    if (came := _ARRIVES.search(tagged)) is not None and came["c"] != came["p"]:
        # A carrier of one side that loads or calls at the other takes goods away from there.
        votes[came["p"]] += 2
        why.append(f"carrier of {came['c']} at {came['p']}")
    _cases(passage, span, votes, why)
    _places(passage, votes, why)
    margin = votes["D"] - votes["R"]
    return ("D" if margin > 0 else "R" if margin < 0 else ""), abs(margin), tuple(why)


def _cases(passage: Passage, span: tuple[int, int] | None, votes: dict[str, int], why: list[str]) -> None:
    """Slavic endings say who gives to whom in any order: "Снаряды России поставила КНДР", "Rosji amunicję sprzedaje"."""
    start, end = span or (0, len(passage.tagged))
    if "G" not in passage.tagged[start:end]:
        return
    named = [token for token in passage.tokens if start <= token.at < end and token.letter in "DR" and token.mention]
    for token in named:
        # Spanish gives "a" somebody, Slavic tongues in the dative: such a name right behind the verb is its subject.
        if (
            token.mention
            and _SUBJECTS.fullmatch(passage.words(token.mention).lower())
            and passage.tagged[: token.at].endswith("G ")
        ):
            votes[token.letter] += 10
            why.append(f"subject behind {token.letter}: {token.letter} +10")
    forms = [(token.letter, passage.words(token.mention).lower(), token.at) for token in named if token.mention]
    dative = {
        letter for letter, word, at in forms if _DATIVE.fullmatch(word) and not _GOVERNED.search(passage.tagged, 0, at)
    }
    nominative = {letter for letter, word, _ in forms if _NOMINATIVE.fullmatch(word)}
    if len(dative) == 1 and nominative == {"D", "R"} - dative:
        giver = next(iter(nominative))
        votes[giver] += 20
        why.append(f"cases: {giver} +20")


def _whence(passage: Passage) -> str:
    """The side of the place that the sentence names last as whence something came ("…, brought there from Rajin")."""
    found = [
        place.concept.get("side")
        for place in passage.of("place")
        if place.concept.get("side") and _FROM_PLACE.search(passage.text.lower(), 0, place.start - passage.start)
    ]
    return found[-1] if found else ""


def _places(passage: Passage, votes: dict[str, int], why: list[str]) -> None:
    sides = [place.concept.get("side") for place in passage.of("place") if place.concept.get("side")]
    if not sides or not passage.has("C", "G", "S", "T"):
        return
    giver = "DR"[passage.parties.index(_whence(passage) or sides[0])]
    if len(set(sides)) == 2:
        votes[giver] += 2
        why.append(f"route from {sides[0]}")
    elif _LOADED.search(passage.tagged):
        votes[giver] += 1
        why.append(f"loaded at {sides[0]}")
