"""Words beside a party's name that say whether it gives or receives: prepositions, particles, endings of eleven languages."""

from __future__ import annotations

import re

# Folded text just before a party's name. A cue that is a bare genitive in its language says less.
FROM = (
    "from the ", "from ",
    "aus der ", "aus dem ", "aus ", "von ",
    "depuis la ", "depuis ", "venus de ", "venu de ", "venue de ", "partis de ", "parti de ", "en provenance de ",
    "desde ",
    "со стороны ", "из ", "от ", "з боку ", "від ", "із ", "зі ", "з ",
    "z ", "ze ", "od ",
    "来自", "來自", "从", "從", "自", "由",
)  # fmt: skip
# Whoever comes from a country as a guest hands nothing over: "a general from Moscow".
VISITOR = re.compile(
    r"(?:guests?|generals?|delegations?|envoys?|visitors?|officers?|officials?|buyers?|emissar\w+|ministers?"
    r"|гост[ьяиеюй]\w*|генерал\w*|делегаци\w+|посланник\w*|посланц\w*|офицер\w*|покупател\w+|представител\w+"
    r"|г[оі]ст[ьіяюе]?\w*|делегаці\w+|посланц\w*|офіцер\w*|покупц\w*|представник\w*"
    r"|gast\w*|gäste\w*|delegation\w*|gesandte\w*|offizier\w*|besucher\w*|abgesandte\w*|käufer\w*"
    r"|invités?|généra(?:l|ux)|délégations?|émissaires?|visiteurs?|envoyés?|officiers?|acheteurs?"
    r"|huésped\w*|general(?:es)?|delegaci(?:ón|ones)|enviad\w+|visitantes?|oficial(?:es)?|compradores"
    r"|goś(?:ć|cia|ciem|cie|ci|ciom)|generał\w*|delegacj\w+|wysłannik\w*|emisariusz\w*|oficer\w*|kupc\w+|przybysz\w*)"
    r" (?:from|out of|из|от|з|із|зі|від|aus|von|de|du|desde|depuis|z|ze|od) (?:the |la |el |der |dem )?$"
)
# Who did what the verb before says: gives if it gives, takes if it takes.
BY = (
    "by the ", "by ", "seitens ", "durch ", "par la ", "par le ", "par les ", "par l'", "par les forces ", "par ",
    "por parte de ", "por ", "por el ", "por los ", "por la ", "por las ", "por las tropas ",
    "ze strony ", "przez ", "被",
)  # fmt: skip
AT = ("у ", "in ", "w ", "в ", "en ")  # from whom, right after a verb of buying: "buys its missiles in …"
GENITIVE = ("of ", "of the ", "de la ", "de l'", "du ", "de ", "d'", "del ")
# A name that carries its own "towards": 対露, 대러, 对朝.
WHO = ("путин", "путін", "ким", "кім", "ким чен ын", "кім чен ин")  # whoever is asked stands in another case
FOR_WHOM = ("对", "對", "向", "给", "給")
TOWARDS = ("対", "대", "对", "對", "向", "给", "給", "予", "援")
VISITED = ("訪", "访", "방")  # a name that carries its own "visit": 訪朝, 방북
LOCATIVE = re.compile("[еиії]$")  # "в Пхеньяне" is where, "в Россию" is where to
_HIRED = r"(?:чвк|пвк|групп[аыу]|груп[аиу]|наемник\w*|найманц\w*|mercenaries of|mercenaires de|mercenarios de|söldner(?: der)?|najemnik\w*(?: z)?|grup[aęy]|gruppe|groupe|grupo|group) "
INSTRUMENTAL = re.compile("(?:[оеё]м|[оеі]ю|[еоі]й|єю)$")
WITH_OR_FROM = (" z ", " ze ", " з ", " із ", " зі ")  # with the instrumental "with", with the genitive "from"
WITH = (" with ", " mit ", " avec ", " con ")
WITH_WHOM = re.compile("(?:em|ą|im|[оеє]м|[оеє]ю|[иі]м)$")
SPANISH = re.compile("(?:^| )(?:el|los|las|de|del|que|su|más) ")
MADE_IN = re.compile(
    r"(?:made|built|сделан\w*|произвед\w*|изготов\w*|зроблен\w*|вироблен\w*|hergestellt|fabriqu\w*|fabricad\w*|wyprodukowan\w*) (?:in|в|у|en|w) $"
)
BETWEEN = re.compile(
    r"(?:between|zwischen|entre|между|між|między) (?:the |der |dem |la |el |le )?[^,.;]{0,24}$"
    r"|(?:between|zwischen|entre|между|між|między) [^,.;]{2,40} (?:and|und|et|y|и|й|і|та|a|i) [^,.;]{0,16}$"
)
ARMY = re.compile(  # a country's army stands for it: "dla armii rosyjskiej", "à l'armée russe"
    _HIRED
    + r"[\"']?$|(?:l')?(?:army|troops|forces|military|armee|streitkräfte|armée|armées|ejército|tropas|fuerzas|armii|wojsk|wojska|wojskom|sił"
    r"|армии|армию|войск\w*|армії|військ\w*) (?:de |of )?$"
)
DATIVE = re.compile("[ая]м$|(?<=н)у$")
ADJECTIVE = re.compile(
    "(?:[ei]an|ish|ese|isch(?:e[nrsm]?)?|sk(?:ie?|a|ich|iego|iej|imi?|ą|iemu)|é?en(?:ne)?s?|an[oa]s?|russes?|rus[oa]s?"
    "|ск(?:ий|ая|ое|ие|ого|ой|их|ими?|ую|ому)|ськ(?:ий|а|е|і|ого|ої|их|ими?|у|ому|ою))$"
)
TO = (
    "to the ", "to ", "into ", "for ", "support ", "help ", "aid ", "bolster ", "fuel ", "supports ", "helps ", "arm ", "arms ", "arming ", "armed ", "toward ", "towards ",
    "helping ", "helped ", "aids ", "assist ", "assists ", "teaches ", "teach ", "teaching ", "train ", "trains ",
    "hilft ", "helfen ", "half ", "hilfe für ", "bringt ", "lehrt ", "aide ", "aider ", "aider la ", "aide la ", "aident ", "aidé ",
    "ayuda a ", "ayudar a ", "ayudan a ", "ayudó a ", "enseña a ", "помогает ", "помогла ", "помочь ", "помогают ", "учит ",
    "допомагає ", "допомогла ", "допомогти ", "допомагають ", "вчить ", "pomaga ", "pomóc ", "pomogła ", "pomagają ", "uczy ",
    "助", "协助", "協助", "帮助", "幫助", "帮", "幫", "教",
    "an die ", "an ", "nach ", "für ", "ins ", "in die ", "nach der ",
    "à la ", "à ", "vers la ", "vers ", "au ", "pour la ", "pour ", "en ",
    "a la ", "al ", "a ", "para ", "hacia ",
    "в ", "во ", "для ", "до ", "в порт ",
    "do ", "dla ", "ku ",
    "向", "对", "對", "给", "給", "往", "予", "赴", "抵", "供", "援", "運抵", "运抵", "售", "到",
    "対", "대",
)  # fmt: skip
AGAINST = (" for ", " gegen ", " contre ", " por ", " за ", " za ")
WITH_AFTER = ("과 ", "와 ", "と", "과의", "와의")
OF_WHOM = ("a la ", "al ", "a ", "à la ", "à ", "au ")  # "comprar a", "acheter à": from whom
MADE_AFTER = (
    "산 ",
    "제 ",
    "산",
    "제",
    "製",
    "制",
    "产",
    "産",
    " made",
    "made",
    " produced",
    " manufactured",
    " supplied",
    " origin",
)
# A port stands for its country: 두나이항으로, 羅津港から.
FROM_AFTER = (
    "으로부터",
    "로부터",
    "에서",
    "에게서",
    "항에서",
    "항을 출발",
    "から",
    "より",
    "発",
    "發",
    "港から",
    "港発",
    "港を出",
)
TO_AFTER = (
    "로의",
    "으로의",
    "에 ",
    "에게",
    "에의",
    "에도",
    "로 ",
    "으로 ",
    "행 ",
    "항으로",
    "항에 도착",
    "港へ",
    "港に向",
    "港向け",
    "측에",
    "군에",
    "向け",
    "に",
    "へ",
    "側に",
    "軍に",
    "極東",
    "극동",
)
SUBJECT_AFTER = ("이 ", "가 ", "은 ", "는 ", "が", "は", "측이", "측은", "군이", "도 ", "측 ", "、", ",")
# People who travel give and receive nothing: a "to" beside such a word is no cue.
TRAVEL = (
    "visit", "mission", "deleg", "délég", "делегац", "envoy", "travel", "trip", "arriv", "flew", "fly", "went", "head", "tour", "return", "journey", "welcom", "invit",
    "besuch", "reis", "flog", "ankunft", "voyage", "passage", "rend", "déplac", "viaj", "visita", "lleg",
    "ездил", "їздил", "летал", "літал", "посети", "побывал", "побува", "відвіда", "訪", "访", "방문", "찾아", "찾은", "찾았",
    "wizyt", "uda", "podróż", "przyje", "pojed", "przyby", "поезд", "визит", "приб", "приех", "їде", "поїх", "приї",
)  # fmt: skip
# German: the verb comes last; Russian and Ukrainian: so may the traveller.
TRAVELS_AFTER = re.compile(
    r" (?:(?:zu )?(?:reis|flieg|flog|fahr|gereist|geflogen|abreis)|(?:отправил|отбыл|вылетел|прибыл|вирушил|прибул|полетіл|поїхал)\w* (?:\w+ )?"
    r"(?:делегаци|группа|миссия|министр|глава|представител|специалист|инженер|делегаці|група|місія|міністр|очільни|представни|фахівц|інженер))"
)
# What is launched from a place was not given by it: no cue for a giver.
LAUNCHED = re.compile(
    r"launch|fired|abgefeuert|gestartet|выпу[щс]|запу[щс]|стреля|випу[щс]|tiré|lancé|lanz|dispar|wystrzel|odpal|発射|撃|쏜|쏘|쐈|발사"
    r"|发射|發射|射向"
)

# "not built in A but in B": A is named only to be ruled out. A bare "not" rules nothing out: denials tell whom they are about.
NOT_BEFORE = re.compile(r"(?:\b(?:not|nicht|не|nie|pas|no)\b)[^,;.:]{0,26}$")
BUT_AFTER = re.compile(r"^[^.;:]{0,24}?(?:, ?| )(?:but|sondern|а|mais|sino|lecz|ale)\b")
BESIDE = re.compile(r"(?:cercan\w+|próxim\w+|junto|frente|vecin\w+) a (?:la |el )?$")  # Spanish says "near to"
