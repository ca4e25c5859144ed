"""The WARC that backfilling is measured on: real pages where they are, and pages of our own words in other bytes."""

from __future__ import annotations

import gzip
import html
import json
import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.core.matches import Matcher
from bot.core.necessities import Necessities
from bot.model import Item
from bot.places import packaged
from bot.store.articles import best_rank
from tests import disguises
from tests.archives import warc_record, warcinfo

FULL = 2000  # records of the file that the aim speaks of
RELEVANT = 0.02
BOTH_NAMED = 0.04  # of the other pages name both parties and match nothing, ONE_NAMED one party: as the real ones do
ONE_NAMED = 0.25
ROOT = Path(__file__).resolve().parents[1]
PAGES = Path(os.environ.get("ARMSWATCH_SHARED", ROOT / ".." / "shared")) / "data/pages/fundus"
EXAMPLES = packaged("watchlists/russia-dprk-arms.examples.jsonl")
ESCAPES: tuple[Callable[[str], str], ...] = (
    html.escape, disguises.decimal, disguises.hexadecimal, disguises.named, disguises.spaces, disguises.hyphenated, disguises.tagged,
    disguises.marked,
)  # fmt: skip
CHARSETS = ("cp1251", "koi8-r", "euc-kr", "shift_jis", "gb18030", "big5", "utf-16")


@dataclass(frozen=True)
class Pools:
    """Our own texts as (title, text): those that a watchlist wants, those that only name both parties, those that name one."""

    wanted: list[tuple[str, str]]
    naming: list[tuple[str, str]]
    others: list[tuple[str, str]]


def pools(matcher: Matcher) -> Pools:
    """The examples of the watchlist and the articles of the demo world, by what the full road says of them."""
    rows = [json.loads(line) for line in EXAMPLES.read_text(encoding="utf-8").splitlines()]
    texts = [(row["title"], row["text"]) for row in rows]
    for path in sorted((ROOT / "bot/serve/world/articles").glob("*.txt")):
        title, _, text = path.read_text(encoding="utf-8").partition("\n")
        texts.append((title, text.strip()))
    necessities = Necessities(matcher.watchlists)
    found = Pools([], [], [])
    for title, text in texts:
        rank = best_rank(matcher.verdicts(Item(id="", title=title, text=text)))
        if rank == "match":
            found.wanted.append((title, text))
        elif rank == "none":
            (found.naming if necessities.joins(f"{title}\n{text}") else found.others).append((title, text))
    return found


def write(path: Path, matcher: Matcher, records: int, *, shells: bool) -> tuple[Counter[str], list[str]]:
    """(composition, the addresses of the pages whose escapes the gate reads itself). `shells`: the variants are real pages in other bytes."""
    noise = random.Random(20231013)
    own = pools(matcher)
    paths = sorted(PAGES.rglob("*.html.gz")) if PAGES.exists() else []
    if records < FULL:  # a smaller file is composed alike
        paths = [paths[number * FULL // records] for number in range(len(paths) * records // FULL)]
    real = [gzip.decompress(one.read_bytes()).decode("utf-8", "replace") for one in paths]
    composition: Counter[str] = Counter()
    escaped: list[str] = []
    first = min(len(real), records - 1)
    relevant = set(noise.sample(range(first, records), max(1, int(records * RELEVANT))))
    with path.open("wb") as out:
        out.write(warcinfo())
        for number in range(records):
            url = f"https://paper{number % 97}.example/{number}"
            if number < first:
                name, body, kind = "real pages as they are", real[number].encode(), "text/html"
            elif number in relevant:
                name, body, kind = _relevant(*own.wanted[noise.randrange(len(own.wanted))], noise)
            elif shells and real:
                name, body, kind = _disguised(real[noise.randrange(len(real))], noise)
            else:
                name, body, kind = _ordinary(own, noise)
            composition[name] += 1
            if name.startswith("escaped"):
                escaped.append(url)
            out.write(warc_record(url, body, content_type=kind))
    return composition, escaped


def _relevant(title: str, text: str, noise: random.Random) -> tuple[str, bytes, str]:
    """Matching words in any disguise."""
    forms = disguises.bodies(title, f"{text}\n{text}")
    name, body, kind = forms[noise.randrange(len(forms))]
    return f"relevant, {'in a charset' if 'utf-8' not in name and '-ld' not in name else 'escaped'}", body, kind


def _ordinary(own: Pools, noise: random.Random) -> tuple[str, bytes, str]:
    """A news page of ordinary size about something else: an article, menus, teasers, styles and scripts."""
    lines = _NEUTRAL[noise.randrange(len(_NEUTRAL))]
    filler = [(lines[noise.randrange(len(lines))], lines[noise.randrange(len(lines))]) for _ in range(18)]
    paragraphs = [" ".join(noise.choices(lines, k=4)) for _ in range(9)]
    title, chance = filler[0][0].rstrip(".。"), noise.random()
    if chance < BOTH_NAMED + ONE_NAMED:
        pool = own.naming if chance < BOTH_NAMED else own.others
        title, text = pool[noise.randrange(len(pool))]
        paragraphs[0] = text
    escape = ESCAPES[noise.randrange(len(ESCAPES))]
    menu = "".join(f"<li><a href='/s/{n}?from=menu'>{word}</a></li>" for n, word in enumerate(_MENU))
    teasers = "".join(
        f"<article class='teaser t{n}'><h3><a href='/{n}.html'>{escape(one)}</a></h3><p>{escape(words[:120])}</p></article>"
        for n, (one, words) in enumerate(filler)
    )
    script = "".join(f"window.q{n}=function(a,b){{return a&&b?{noise.random()}:t{n}[a]||'{n:x}'}};" for n in range(900))
    style = "".join(f".c{n} a:hover{{color:#{n * 7919 % 0xFFFFFF:06x};margin:0 {n % 9}px}}" for n in range(400))
    head = f"<style>{style}</style><script>{script}</script>"
    body = "".join(f"<p>{escape(line)}</p>\n" for text in paragraphs for line in text.split("\n") if line.strip())
    charset = CHARSETS[noise.randrange(len(CHARSETS))] if noise.randrange(4) == 0 else "utf-8"
    page = (
        f"<!doctype html><html><head><meta charset='{charset}'><title>{escape(title)}</title>{head}</head><body><header><nav><ul>{menu}</ul>"
        f"</nav></header><main><article><h1>{escape(title)}</h1>{body}</article></main><aside>{teasers}</aside>"
        f"<footer>{menu}</footer><script>{script}</script></body></html>"
    )
    kind = f"text/html; charset={charset}"
    if charset != "utf-8":
        return "in other charsets, our words", page.encode(charset, "xmlcharrefreplace"), kind
    return "escaped and tagged, our words", page.encode(), kind


def _disguised(page: str, noise: random.Random) -> tuple[str, bytes, str]:
    """A real page in other bytes: references for its letters or another charset, with a line of its own."""
    page = page.replace("</body>", f"<p>Item {noise.random()}</p></body>", 1)
    form = noise.randrange(3)
    if form == 0:
        return (
            "escaped, real pages in decimal references",
            page.encode("ascii", "xmlcharrefreplace"),
            "text/html; charset=utf-8",
        )
    if form == 1:
        body = "".join(char if ord(char) < 128 else f"&#x{ord(char):X};" for char in page).encode()
        return "escaped, real pages in hexadecimal references", body, "text/html; charset=utf-8"
    charset = CHARSETS[noise.randrange(len(CHARSETS))]
    return "real pages in other charsets", page.encode(charset, "xmlcharrefreplace"), f"text/html; charset={charset}"


_MENU = [
    "Home", "World", "Europe", "Asia", "Africa", "Americas", "Business", "Markets", "Technology", "Science", "Health", "Climate", "Sport",
    "Football", "Tennis", "Cycling", "Culture", "Books", "Film", "Music", "Theatre", "Travel", "Food", "Style", "Opinion", "Letters", "Video",
    "Podcasts", "Newsletters", "Weather", "Archive", "Jobs", "Houses", "Motoring", "Contact", "Imprint", "Privacy", "Cookies", "Terms", "Help",
]  # fmt: skip
_NEUTRAL = (
    (
        "The library on the market square will stay open until nine on weekdays.", "A late goal gave the home side its third win of the month.",
        "Rain is expected along the coast from Thursday, with wind from the west.", "The council voted to plant four hundred trees along the ring road.",
        "Two bakeries shared the first prize for the best rye bread.", "The choir sang in the old brewery because the church roof is under repair.",
        "Ferry passengers should allow ten more minutes while the pier is rebuilt.", "House prices rose by two per cent, less than in the spring.",
        "The museum shows letters that a clockmaker wrote to his sister.", "Volunteers counted more herons on the river than a year ago.",
    ),
    (
        "Библиотека на рыночной площади теперь открыта до девяти вечера.", "Поздний гол принёс хозяевам третью победу за месяц.",
        "С четверга на побережье ожидаются дожди и ветер с запада.", "Совет решил посадить четыреста деревьев вдоль кольцевой дороги.",
        "Две пекарни разделили первый приз за лучший ржаной хлеб.", "Хор пел в старой пивоварне: крышу собора чинят.",
        "Пассажирам парома советуют приходить на десять минут раньше.", "Цены на жильё выросли на два процента, меньше, чем весной.",
        "В музее показывают письма часовщика к сестре.", "Добровольцы насчитали на реке больше цапель, чем год назад.",
    ),
    (
        "Die Bibliothek am Markt bleibt werktags bis neun Uhr geöffnet.", "Ein spätes Tor brachte den Gastgebern den dritten Sieg im Monat.",
        "Ab Donnerstag wird an der Küste Regen erwartet, dazu Wind aus West.", "Der Rat beschloss, vierhundert Bäume an der Ringstraße zu pflanzen.",
        "Zwei Bäckereien teilten sich den ersten Preis für das beste Roggenbrot.", "Der Chor sang in der alten Brauerei, weil das Kirchendach erneuert wird.",
        "Fahrgäste der Fähre sollten zehn Minuten mehr einplanen.", "Häuser wurden um zwei Prozent teurer, weniger als im Frühjahr.",
        "Das Museum zeigt Briefe eines Uhrmachers an seine Schwester.", "Freiwillige zählten am Fluss mehr Reiher als vor einem Jahr.",
    ),
    (
        "시장 광장의 도서관은 평일 밤 아홉 시까지 문을 연다.", "늦은 시간에 터진 골로 홈 팀이 이달 세 번째 승리를 거뒀다.", "목요일부터 해안에 비가 오고 서풍이 불겠다.",
        "시의회는 순환도로에 나무 사백 그루를 심기로 했다.", "빵집 두 곳이 호밀빵 부문 일등상을 나눠 가졌다.", "합창단은 오래된 양조장에서 노래했다.",
        "여객선 승객은 십 분 더 일찍 나오는 것이 좋다.", "집값은 이 퍼센트 올라 봄보다 덜 올랐다.",
    ),
    (
        "広場の図書館は平日の夜九時まで開いている。", "終盤のゴールで地元チームが今月三勝目をあげた。", "木曜日から海岸で雨が降り、西の風が吹く見込み。",
        "市議会は環状道路に四百本の木を植えることを決めた。", "二軒のパン屋がライ麦パンの一等賞を分け合った。", "合唱団は古い醸造所で歌った。",
        "フェリーの乗客は十分早く来るとよい。", "住宅の値段は二パーセント上がった。",
    ),
)  # fmt: skip
