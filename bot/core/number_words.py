"""Numbers that are written as words in nine languages: the words, and how they are put together."""

from __future__ import annotations

import re

from bot.core.numerals import SCALES

WORDS: dict[str, float] = {}
for _value, _words in {
    1: "a an",
    1.5: "полтора полторы півтора півтори półtora półtorej anderthalb eineinhalb",
    2: "two dwa dwie dwóch dwoma dwóm два две двух двумя двум дві двох двома двом zwei deux dos|a couple of|a pair of|un par de|une paire de",
    3: "three trzy trzech trzema trzem три трех тремя трем трьох трьома трьом drei trois tres",
    4: "four cztery czterech czterema четыре четырех четырьмя четырем чотири чотирьох чотирма vier quatre cuatro",
    5: "five pięć pięciu pięcioma пять пяти пятью п'ять п'яти п'ятьма fünf cinq cinco",
    6: "six sześć sześciu шесть шести шестью шість шістьма sechs seis",
    7: "seven siedem siedmiu семь сім сьома sieben sept siete",
    8: "eight osiem ośmiu восемь восьми восемью вісім вісьма acht huit ocho",
    9: "nine dziewięć dziewięciu девять девяти девятью дев'ять дев'яти дев'ятьма neun neuf nueve",
    10: "ten dziesięć dziesięciu dziesięcioma десять десяти десятью десятьма zehn dix diez",
    11: "eleven jedenaście jedenastu одиннадцать одиннадцати одинадцять elf onze once",
    12: "twelve dwanaście dwunastu двенадцать двенадцати дванадцять дванадцяти zwölf douze doce",
    13: "thirteen trzynaście trzynastu тринадцать тринадцати тринадцять dreizehn treize trece",
    14: "fourteen czternaście czternastu четырнадцать четырнадцати чотирнадцять vierzehn quatorze catorce",
    15: "fifteen piętnaście piętnastu пятнадцать пятнадцати п'ятнадцять fünfzehn quinze quince",
    16: "sixteen szesnaście szesnastu шестнадцать шестнадцати шістнадцять sechzehn dieciséis",
    17: "seventeen siedemnaście siedemnastu семнадцать семнадцати сімнадцять siebzehn dix-sept diecisiete",
    18: "eighteen osiemnaście osiemnastu восемнадцать восемнадцати вісімнадцять achtzehn dix-huit dieciocho",
    19: "nineteen dziewiętnaście dziewiętnastu девятнадцать девятнадцати дев'ятнадцять neunzehn dix-neuf diecinueve",
    20: "twenty dwadzieścia dwudziestu двадцать двадцати двадцять zwanzig vingt veinte",
    30: "thirty trzydzieści trzydziestu тридцать тридцати тридцять dreißig trente treinta",
    40: "forty czterdzieści czterdziestu сорок сорока vierzig quarante cuarenta",
    50: "fifty pięćdziesiąt pięćdziesięciu пятьдесят пятидесяти п'ятдесят fünfzig cinquante cincuenta",
    60: "sixty sześćdziesiąt sześćdziesięciu шестьдесят шестидесяти шістдесят sechzig soixante sesenta",
    70: "seventy siedemdziesiąt siedemdziesięciu семьдесят семидесяти сімдесят siebzig soixante-dix setenta",
    80: "eighty osiemdziesiąt osiemdziesięciu восемьдесят восьмидесяти вісімдесят achtzig quatre-vingts quatre-vingt ochenta",
    90: "ninety dziewięćdziesiąt dziewięćdziesięciu девяносто дев'яносто neunzig quatre-vingt-dix noventa",
    100: "sto stu сто ста hundert cien",
    200: "dwieście dwustu двести двухсот двісті двохсот zweihundert doscientos doscientas|deux cents",
    300: "trzysta trzystu триста трехсот трьохсот dreihundert trescientos trescientas|trois cents",
    400: "czterysta czterystu четыреста четырехсот чотириста vierhundert cuatrocientos cuatrocientas|quatre cents",
    500: "pięćset pięciuset пятьсот пятисот п'ятсот fünfhundert quinientos quinientas|cinq cents",
    600: "sześćset sześciuset шестьсот шестисот шістсот sechshundert seiscientos seiscientas|six cents",
    700: "siedemset siedmiuset семьсот семисот сімсот siebenhundert setecientos setecientas|sept cents",
    800: "osiemset ośmiuset восемьсот восьмисот вісімсот achthundert ochocientos ochocientas|huit cents",
    900: "dziewięćset dziewięciuset девятьсот девятисот дев'ятсот neunhundert novecientos novecientas|neuf cents",
}.items():
    _single, *_phrases = _words.split("|")
    for _word in (*_single.split(), *_phrases):
        WORDS.setdefault(_word, float(_value))
_GERMAN = ["ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"]
for _tens, _ten in enumerate(
    ["zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"], 2
):
    WORDS.update({f"{_unit}und{_ten}": 10.0 * _tens + _one for _one, _unit in enumerate(_GERMAN, 1)})
for _one, _word in enumerate(
    ["veintiuno", "veintidós", "veintitrés", "veinticuatro", "veinticinco", "veintiséis", "veintisiete"], 21
):
    WORDS[_word] = float(_one)
for _word in [
    "one",
    "jeden",
    "jedna",
    "jedną",
    "один",
    "одна",
    "одну",
    "одне",
    "ein",
    "eine",
    "einen",
    "un",
    "une",
    "uno",
    "una",
]:
    WORDS[_word] = 1.0  # counts only behind an operator ("at least one"), see numbers()
for _alone in ("a", "an", "once", "sept", "onze", "elf", "сьома"):  # too often another word
    WORDS.pop(_alone, None)
for _article in ("a", "one", "jeden", "один", "одна", "eine", "ein", "un", "una", "une"):
    for _scale, _factor in list(SCALES.items()):
        if not _scale.endswith("."):
            WORDS[f"{_article} {_scale}"] = _factor
for _bare in [
    "tysiąc",
    "milion",
    "miliona",
    "milionowi",
    "milionem",
    "тысяча",
    "тысячу",
    "миллион",
    "миллиона",
    "мільйон",
    "мільйона",
    "tausend",
    "mille",
    "mil",
    "thousand",
    "million",
    "hundred",
    "millón",
]:  # "tysiąc kontenerów", "milion pocisków": the scale word alone is the number
    WORDS.setdefault(_bare, SCALES.get(_bare, 1e6))

_AND_HALF = re.compile(r"[ -](?:and a half|i pół|с половиной|з половиною|einhalb|et demie?|y medi[oa])(?![^\W\d_])")


def _longest_first(words: dict[str, float]) -> str:
    return "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True))


_SPOKEN = re.compile(
    rf"[ -](?P<link>(?:and|und|y|et)[ -])?(?:(?P<scale>{_longest_first(SCALES)})|(?P<word>{_longest_first(WORDS)}))(?![^\W\d_])"
)


def spoken(text: str, start: int, end: int) -> tuple[float, int, float]:
    """(value, end, scale) of the number in words that begins with `text[start:end]`, a key of `WORDS`.

    "one thousand two hundred", "двадцять п'ять", "two and a half million"; `scale` is that of its last scale word, 1
    without one. A word that cannot go on the number ("five six") ends it.
    """
    done, current, last = 0.0, WORDS[text[start:end]], 1.0
    if current >= 1000:
        done, current, last = current, 0.0, current
    while True:
        if (half := _AND_HALF.match(text, end)) is not None:
            done, current = (done, current + 0.5) if last == 1.0 else (done + last / 2, current)
            end = half.end()
        found = _SPOKEN.match(text, end)
        if found is None:
            break
        if found["scale"]:
            scale = SCALES[found["scale"]]
            if found["link"] or not current or (current >= 100 and scale <= 100):
                break
            current, last = current * scale, scale
            if scale >= 1000:
                done, current = done + current, 0.0
        else:
            value = WORDS[found["word"]]
            if value >= _room(current, done):
                break
            current += value
        end = found.end()
    return done + current, end, last


def _room(current: float, done: float) -> float:
    """Below which value a further word must stay: units behind tens, tens behind hundreds, hundreds behind thousands."""
    if not current:
        return 1000.0 if done else 0.0
    if current >= 100:
        return 100.0 if current % 100 == 0 else 10.0 if current % 10 == 0 and current % 100 >= 20 else 0.0
    return 10.0 if current >= 20 and current % 10 == 0 else 0.0
