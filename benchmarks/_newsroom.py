"""An invented newsroom: any number of items about developments that are reported, copied and followed up, the same for one seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.model import Item

BEGAN = datetime(2020, 1, 1, tzinfo=UTC)

_LANGUAGES = ("en", "ru", "ko", "de")
_WHO = (
    ("White House", "Белый дом", "백악관", "Weißes Haus"),
    ("Pentagon", "Пентагон", "펜타곤", "Pentagon"),
    ("Treasury", "Минфин", "재무부", "Treasury"),
    ("Kremlin spokesman Peskov", "Песков", "페스코프", "Kremlsprecher Peskow"),
    ("Lavrov", "Лавров", "라브로프", "Lawrow"),
    ("Seoul's spy agency", "Разведка Сеула", "국정원", "Seouls Geheimdienst"),
    ("Budanov", "Буданов", "부다노프", "Budanow"),
    ("Kim Yo Jong", "Ким Ё Чжон", "김여정", "Kim Yo Jong"),
    ("UN panel of experts", "Эксперты ООН", "유엔 전문가패널", "UN-Experten"),
    ("Japan's defence minister", "Министр обороны Японии", "일본 방위상", "Japans Verteidigungsminister"),
)
_DEED = (
    ("says {n} {thing} were shipped", "сообщает об отправке: {n} {thing}", "“{thing} {n} 보내”", "meldet {n} {thing}"),
    ("denies sending {thing}", "опровергает поставки: {thing}", "{thing} 제공 부인", "dementiert: {thing}"),
    ("condemns deal on {thing}", "осуждает сделку: {thing}", "{thing} 거래 규탄", "verurteilt Handel mit: {thing}"),
    ("shows satellite images of {thing}", "публикует снимки: {thing}", "{thing} 위성사진 공개", "zeigt Satellitenbilder: {thing}"),
    ("sanctions carriers of {thing}", "вводит санкции за {thing}", "{thing} 운송 제재", "verhängt Sanktionen wegen: {thing}"),
    ("warns of more {thing}", "предупреждает о новых поставках: {thing}", "{thing} 추가 제공 경고", "warnt vor mehr: {thing}"),
    ("counts {n} {thing} on trains", "насчитал {n} {thing} в поездах", "열차에 {thing} {n}개", "zählt {n} {thing} auf Zügen"),
    ("finds debris of {thing}", "нашел обломки: {thing}", "{thing} 잔해 발견", "findet Trümmer: {thing}"),
)  # fmt: skip
_THING = (
    ("containers", "контейнеры", "컨테이너", "Container"),
    ("shells", "снаряды", "포탄", "Granaten"),
    ("ballistic missiles", "баллистические ракеты", "탄도미사일", "ballistische Raketen"),
    ("rocket launchers", "реактивные установки", "방사포", "Raketenwerfer"),
    ("howitzers", "гаубицы", "곡사포", "Haubitzen"),
    ("drones", "дроны", "드론", "Drohnen"),
    ("air defence systems", "системы ПВО", "방공체계", "Flugabwehr"),
    ("fuel tankers", "танкеры с нефтью", "유류 탱커", "Öltanker"),
)
_PLACE = (
    ("Najin", "Раджин", "나진", "Najin"),
    ("Vostochny", "Восточный", "보스토치니", "Wostotschny"),
    ("Khasan", "Хасан", "하산", "Chassan"),
    ("Vladivostok", "Владивосток", "블라디보스토크", "Wladiwostok"),
    ("Kharkiv", "Харьков", "하르키우", "Charkiw"),
    ("Kursk", "Курск", "쿠르스크", "Kursk"),
    ("Belgorod", "Белгород", "벨고로드", "Belgorod"),
    ("Wonsan", "Вонсан", "원산", "Wonsan"),
)
_SOUNDS = ("ba", "ko", "ri", "ven", "ta", "mo", "lus", "ke", "dor", "na", "shi", "par", "ul", "gor", "em", "zan")
_TELLING = ("It was said in {name} on the day.", "The report names {name}.", "Witnesses near {name} confirmed it.")


@dataclass(frozen=True, slots=True)
class Told:
    """One item, the development that it reports, and the earlier item whose text it carries ("" for none)."""

    item: Item
    development: str
    copy_of: str = ""


@dataclass(slots=True)
class _Development:
    name: str
    began: datetime
    parts: tuple[int, int, int, int]  # who, deed, thing, place
    number: int
    names: tuple[str, str]  # words that nobody else uses


def newsroom(count: int, *, a_day: float, seed: int = 7) -> Iterator[Told]:
    """`count` items in order of time, `a_day` of them a day in the mean; about five a development, one in five a copy."""
    dice = random.Random(seed)
    at = BEGAN
    running: list[_Development] = []
    written: dict[str, list[Item]] = {}
    for number in range(count):
        at += timedelta(days=dice.expovariate(a_day))
        running = [one for one in running if at - one.began < timedelta(hours=36)]
        if not running or dice.random() < 0.2:
            running.append(_begun(dice, at, number))
        told = dice.choice(running[-40:])
        earlier = written.setdefault(told.name, [])
        if earlier and dice.random() < 0.2:
            first = dice.choice(earlier)
            item = Item(id=f"i{number}", title=first.title, text=f"{first.text} Read more", date=at, lang=first.lang)
            yield Told(item, told.name, first.id)
            continue
        item = _item(dice, told, at, number)
        earlier.append(item)
        yield Told(item, told.name)


def _begun(dice: random.Random, at: datetime, number: int) -> _Development:
    parts = (
        dice.randrange(len(_WHO)),
        dice.randrange(len(_DEED)),
        dice.randrange(len(_THING)),
        dice.randrange(len(_PLACE)),
    )
    return _Development(f"d{number}", at, parts, dice.randrange(20, 9000), (_name(dice), _name(dice)))  # fmt: skip


def _name(dice: random.Random) -> str:
    return "".join(dice.choice(_SOUNDS) for _ in range(3)).title()


def _item(dice: random.Random, told: _Development, at: datetime, number: int) -> Item:
    tongue = dice.randrange(len(_LANGUAGES))
    who, deed, thing, place = told.parts
    act = _DEED[deed][tongue].format(
        n=f"{told.number:,}".replace(",", "" if tongue else ","), thing=_THING[thing][tongue]
    )
    title = f"{_WHO[who][tongue]} {act}, {_PLACE[place][tongue]}"
    text = " ".join(
        dice.choice(_TELLING).format(name=name) + " " + " ".join(_name(dice).lower() for _ in range(12)) + "."
        for name in told.names
    )
    return Item(id=f"i{number}", title=title, text=text, date=at, lang=_LANGUAGES[tongue])
