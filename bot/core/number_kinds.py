"""What a number counts, read from the words around it: a calibre, a date or a distance is no quantity."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal[
    "count",
    "percent",
    "money",
    "people",
    "calibre",
    "distance",
    "duration",
    "year",
    "date",
    "clock",
    "ordinal",
    "designation",
]

_LETTERS = "a-zß-öø-žа-џґ"
_PERCENT = re.compile(
    r" ?(?:%|percent|per cent|pct|퍼센트|％|процент|відсот|prozent|procent|proc\b|pour cent|por ciento|パーセント|割(?!り)|成(?=\W|$|[的以左炮砲弹彈武军軍是由])|할(?=[ 을이가의은는]|$))"
)
_MONEY_AFTER = re.compile(
    r" ?(?:u\.?s\.? )?(?:dollar|usd\b|euro|won\b|roubles|rubles|рубл|долл|дол\b|евро|євро|달러|유로|루블|ドル|ユーロ|美元|歐元|欧元|盧布|卢布|zł|złotych|\$|€)"
)
_MONEY_BEFORE = re.compile(r"(?:us\$|[$€£¥₩]|usd|eur) ?$")
_CALIBRE = re.compile(r"[ -]?(?:mm\b|мм\b|-?millim|milimetr|миллиметр|міліметр|毫米|公釐|ミリ|밀리|mm(?=[^\x00-\x7f]))")
_DISTANCE = re.compile(
    r"[ -]?(?:km\b|км\b|kilomet|kilómet|kilometr|километр|кілометр|miles?\b|mil\b(?= od)|nautical|met(?:er|re)s?\b|feet\b|ft\b|"
    r"м\b|метр|킬로|km(?=[^\x00-\x7f])|キロ(?!トン)|メートル|公里|公尺|海里|knots)"
)
_DURATION = re.compile(
    r"[ -]?(?:days?|weeks?|months?|years?|hours?|minutes?|seconds?|decades?)\b|[ -](?:dni|dniach|tygodni|miesi|lat\b|latach|lata\b|godzin|minut|"
    r"rok\b|roku\b|дн|недел|тижн|месяц|місяц|лет\b|лет|років|роки|рік|годин|час|минут|хвилин|tage|woche|monat|jahr|stunde|minute|jour|semaine|mois|"
    r"ans\b|année|heure|día|semana|mes\b|meses|año|hora)|(?:일간|개월|주간|주년|주 |년간|년 만|시간|日間|か月|ヶ月|カ月|週間|年間|時間|周年|个月|個月|天|小时|小時|年来|年來)"
)
_YEARISH = re.compile(r"(?:년|年|г\.|год|року|рік|roku|r\.)|[ ](?:г\.|г\b|год|року|рік|roku|r\.|p\.)")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|"
    r"stycz\w+|lut\w+|mar(?:ca|zec|cu)|kwie\w+|maj[au]?|czerw\w+|lip(?:iec|ca|cu)|sierp\w+|wrze\w+|paździer\w+|listopad\w*|grud\w+|"
    r"январ\w+|феврал\w+|март\w*|апрел\w+|ма[йяе]|июн\w+|июл\w+|август\w*|сентябр\w+|октябр\w+|ноябр\w+|декабр\w+|"
    r"січ\w+|лют\w+|берез\w+|квіт\w+|трав\w+|черв\w+|лип\w+|серп\w+|верес\w+|жовт\w+|листопад\w*|груд\w+|"
    r"januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|"
    r"enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)"
)
_DATE_BEFORE = re.compile(rf"(?<![^\W\d_]){_MONTH}\.? (?:the )?(?:\d{{1,2}} ?- ?)?$")
_DATE_AFTER = re.compile(
    rf"(?:st|nd|rd|th|\.)?(?: of)? ?(?:-\d{{1,2}} )?(?:de )?{_MONTH}(?![^\W\d_])|월|일(?!간)|月(?!球)|日(?!間)|号(?=\D)"
)
_CLOCK = re.compile(r":\d{2}| ?(?:a\.?m\.?|p\.?m\.?|uhr|o'clock|gmt|utc|시 |時 |点)(?![^\W\d_])|h\d{2}")
_ORDINAL_AFTER = re.compile(
    r"(?:st|nd|rd|th)\b|-(?:й|я|е|го|м|ій|ї|та|а|th|lec|let|ме|ої|ого|x)\w*|\.(?= [a-zäöü])(?<=\d\.)|e\b|[ªº]|호|번째|차\b|号|號|番目|회|届|屆|次"
)
_DESIGNATED_BEFORE = re.compile(
    rf"(?:[{_LETTERS}]-|[{_LETTERS}]|[\uac00-\ud7a3\u30a1-\u30fa\u4e00-\u9fff][-‐–]|ミグ|スホイ|火星|미그|수호이|화성|米格|苏|蘇|#|№ ?|[{_LETTERS}]-\d+/|第 ?|제 ?|(?:決議|决议|결의) ?|(?<![{_LETTERS}])"
    r"(?:n[o°º]\.? ?|day |dzień |(?:resolution|rezolucj\w+|резолюци\w+|resolución|résolution|order|article|art\.|"
    r"artykuł\w*|стать\w+|artikel|section|chapter|group of|covid|unit|brigade|type|typ|mk|mark|model|no\.|nr|nr\.|"
    r"boeing|flight|hwasong|channel|rosja|kanal) ))$"
)
_DESIGNATED_AFTER = re.compile(rf"[{_LETTERS}](?:\d|-)|-[a-zа-я](?![^\W\d_])|[{_LETTERS}](?![{_LETTERS}])|式")
_ADJECTIVE = (  # a word between the number and the people that it counts: no preposition, nothing that is counted itself
    r"(?!(?:for|to|of|and|with|by|in|from|on|at|с|со|для|на|в|и|z|ze|dla|w|i|mit|für|und|avec|pour|et|de|con|para|y|containers?|shells?|rounds?|"
    r"missiles?|tons?|tonnes?|контейнер\w*|снаряд\w*|ракет\w*|kontener\w*|pocisk\w*)[- ])[^\W\d_]+"
)
_PEOPLE = re.compile(
    rf"(?:,000)?[ -]?(?:{_ADJECTIVE}[- ]){{0,3}}?(?:troops?|soldiers?|people|persons?|personnel|refugees|workers?|men\b|engineers|sappers|casualties|"
    r"deaths|dead|killed|wounded|prisoners|civilians|officials?|officers|leaders?|lawmakers|experts?|advisers?|defectors|students|members|"
    r"countries|states|nations|nationals|individuals|lawyers|strong|żołnierz\w*|osób|osob\w*|ludzi|uchodźc\w+|robotnik\w+|pracownik\w+|"
    r"krajów|państw|солдат\w*|военных|военнослужащ\w+|человек|людей|рабочих|бойцов|беженц\w+|стран|військов\w+|людин|робітник\w+|"
    r"soldaten|menschen|personen|arbeiter|flüchtlinge|länder|soldats|hommes|personnes|travailleurs|pays|soldados|personas|trabajadores|"
    r"tropas|países|militaires)\b|[ ]?(?:여 ?)?(?:명|名|人|병력|개국|カ国|か国|个国家|個國家)|余?(?:名|人)"
)
_UNITISH = re.compile(
    r" (?:shipping |freight |artillery |railway )?(?:container|shell|round|missile|rocket|ton|munition|wagon|railcar|kontener|pocisk|rakiet|контейнер|снаряд|"
    r"ракет|granate|obus|conteneur|contenedor|proyectil)|(?: ?여)?(?: ?개| ?발|個|发|發|発)"
)


def kind_of(text: str, first: tuple[int, int], last: tuple[int, int], *, bare: float | None, op: str) -> Kind:
    """The kind of the number (or of the range `first` to `last`) at these spans of folded `text`.

    `bare` is its value where it is written in digits only: only such a number can be a year, date or designation.
    """
    before, after = text[max(0, first[0] - 24) : first[0]], text[last[1] : last[1] + 48]
    if _PERCENT.match(after) or "%" in text[first[1] : last[0]]:
        return "percent"
    if _CALIBRE.match(after):
        return "calibre"
    if _MONEY_BEFORE.search(before) or _MONEY_AFTER.match(after):
        return "money"
    if bare is not None and (kind := _named(before, after, bare, op, first)) is not None:
        return kind
    if _DISTANCE.match(after):
        return "distance"
    if _DURATION.match(after):
        return "duration"
    if _PEOPLE.match(after):
        return "people"
    return "count"


def _named(before: str, after: str, bare: float, op: str, span: tuple[int, int]) -> Kind | None:
    if _CLOCK.match(after) or (before.endswith(":") and before[-2:-1].isdigit()):
        return "clock"
    if bare <= 31 and (_DATE_BEFORE.search(before) or _DATE_AFTER.match(after)):
        return "date"
    if _ORDINAL_AFTER.match(after):
        return "ordinal"
    if _DESIGNATED_BEFORE.search(before) or _DESIGNATED_AFTER.match(after):
        return "designation"
    four = span[1] - span[0] == 4 and 1900 <= bare <= 2099  # "2,000" has five characters, "over 2000" an operator
    if four and (_YEARISH.match(after) or (op == "=" and not _UNITISH.match(after))):
        return "year"
    return None
