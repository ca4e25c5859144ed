"""What the demo world holds: `world.toml` and `articles/*.txt` → outlets and pieces, dated relative to a given time."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal, cast

from bot.model import OutletKind, Rank

FeedFormat = Literal["rss", "atom", "rdf", "json", "truncated", "html"]
Validators = Literal["both", "etag", "modified", "none"]

# Genitive where the language wants one after a day number.
_MONTHS: dict[str, str] = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
}
_CJK = {"ko": ("{y}년 ", "{m}월 {d}일"), "ja": ("{y}年", "{m}月{d}日"), "zh": ("{y}年", "{m}月{d}日")}
_DATE = re.compile(r"\{(date|fulldate):([+-]?\d+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One invented publisher: how it looks, how its feed is written and what its server can do."""

    slug: str
    name: str
    lang: str
    kind: OutletKind
    tier: str
    format: FeedFormat
    feed_path: str
    encoding: str
    zone: timezone
    zone_name: str  # as the feed writes it: GMT, MSK, KST, +0200
    validators: Validators
    full_text: bool  # the feed carries the whole article
    tagline: str
    nav: tuple[str, ...]
    cookie: str
    accept: str
    related_label: str
    related: tuple[str, ...]
    pages: bool

    @property
    def feed(self) -> str:
        """The path of the feed on the demo server."""
        return f"/{self.slug}/{self.feed_path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One article as its outlet publishes it, and what the watch is expected to think of it."""

    slug: str
    outlet: Outlet
    path: str  # on the demo server, without query
    link: str  # as the feed gives it: another path (a redirect) or the path with tracking parameters
    published: datetime  # aware UTC
    round: int  # the first round in which the feed and the server know it
    author: str
    title: str
    summary: str
    paragraphs: tuple[str, ...]
    gone: bool  # the feed names it, the page answers 404
    expect: Rank
    kind: str
    direction: str
    stream: str
    copy_of: str  # slug of the piece whose text this one repeats
    story: str  # slug of the piece that founds the development this one belongs to; its own where it stands alone
    why: str

    @property
    def text(self) -> str:
        """The body, paragraphs separated by an empty line."""
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class Manifest:
    """All outlets and all pieces of the demo world, pieces newest first."""

    outlets: tuple[Outlet, ...]
    pieces: tuple[Piece, ...]

    def of(self, outlet: Outlet, round_: int) -> tuple[Piece, ...]:
        """What the feed of one outlet lists in a round, newest first."""
        return tuple(piece for piece in self.pieces if piece.outlet == outlet and piece.round <= round_)


def read_outlets(folder: Traversable | None = None) -> tuple[Outlet, ...]:
    """The outlets alone, which no time touches."""
    folder = folder if folder is not None else files("bot.serve.world")
    document = tomllib.loads((folder / "world.toml").read_text(encoding="utf-8"))
    return tuple(_outlet(row) for row in document["outlets"])


def read_manifest(now: datetime, folder: Traversable | None = None) -> Manifest:
    """The demo world as it stands at `now` (aware; the time of the first round).

    `folder` holds `world.toml` and `articles/`; default: the one that comes with the package.
    """
    if now.tzinfo is None:
        raise ValueError("the demo world needs an aware time")
    folder = folder if folder is not None else files("bot.serve.world")
    document = tomllib.loads((folder / "world.toml").read_text(encoding="utf-8"))
    outlets = {row["slug"]: _outlet(row) for row in document["outlets"]}
    rows = {row["slug"]: row for row in document["articles"]}
    pieces = [_piece(row, rows, outlets, now.replace(microsecond=0), folder) for row in rows.values()]
    pieces.sort(key=lambda piece: piece.published, reverse=True)
    return Manifest(tuple(outlets.values()), tuple(pieces))


def _outlet(row: dict[str, Any]) -> Outlet:
    return Outlet(
        slug=row["slug"],
        name=row["name"],
        lang=row["lang"],
        kind=cast("OutletKind", row["kind"]),
        tier=row.get("tier", "A"),
        format=cast("FeedFormat", row["format"]),
        feed_path=row.get("feed_path", "feed.xml"),
        encoding=row.get("encoding", "utf-8"),
        zone=timezone(timedelta(hours=row.get("zone_hours", 0))),
        zone_name=row.get("zone_name", "GMT"),
        validators=cast("Validators", row.get("validators", "both")),
        full_text=row.get("full_text", False),
        tagline=row["tagline"],
        nav=tuple(row["nav"]),
        cookie=row["cookie"],
        accept=row["accept"],
        related_label=row["related_label"],
        related=tuple(row["related"]),
        pages=row.get("pages", True),
    )


def _piece(
    row: dict[str, Any], rows: dict[str, dict[str, Any]], outlets: dict[str, Outlet], now: datetime, folder: Traversable
) -> Piece:
    outlet = outlets[row["outlet"]]
    # A wire copy repeats its original to the letter, dates included.
    first = rows[row.get("copy_of", row["slug"])]
    written_on = (now - timedelta(minutes=first["minutes_ago"])).astimezone(outlets[first["outlet"]].zone)
    written = (folder / "articles" / f"{row.get('text', row['slug'])}.txt").read_text(encoding="utf-8")
    written = dated(written, written_on, outlet.lang)
    title, summary, *paragraphs = [block.replace("\n", " ").strip() for block in written.strip().split("\n\n")]
    path = f"/{outlet.slug}/{row['path']}"
    link = f"/{outlet.slug}/{row['redirect']}" if "redirect" in row else path
    return Piece(
        slug=row["slug"],
        outlet=outlet,
        path=path,
        link=f"{link}?{row['query']}" if "query" in row else link,
        published=now - timedelta(minutes=row["minutes_ago"]),
        round=row.get("round", 1),
        author=row.get("author", ""),
        title=row.get("title", title),
        summary=row.get("summary", summary),
        paragraphs=(*paragraphs, *row.get("closing", ())),
        gone=row.get("gone", False),
        expect=cast("Rank", row["expect"]),
        kind=row.get("kind", ""),
        direction=row.get("direction", ""),
        stream=row.get("stream", ""),
        copy_of=row.get("copy_of", ""),
        story=row.get("story", first["slug"]),
        why=row["why"],
    )


def dated(text: str, day: datetime, lang: str) -> str:
    """`text` with `{date:-3}` (three days before `day`) and `{fulldate:-3}` (with the year) written out in `lang`."""
    lang = lang.partition("-")[0]

    def write(found: re.Match[str]) -> str:
        that = day + timedelta(days=int(found[2]))
        year = found[1] == "fulldate"
        if lang in _CJK:
            first, rest = _CJK[lang]
            return (first.format(y=that.year) if year else "") + rest.format(m=that.month, d=that.day)
        months = _MONTHS.get(lang, _MONTHS["en"]).split()
        mark = "." if lang == "de" else "er" if lang == "fr" and that.day == 1 else ""
        words = f"{that.day}{mark} {months[that.month - 1]}"
        return f"{words} {that.year}" if year else words

    return _DATE.sub(write, text)
