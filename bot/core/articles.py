"""Page bytes in, article out: text, title, date, language, quality; the only room that knows trafilatura."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import trafilatura

from bot.core import jsonld, pagetree
from bot.core.charsets import Decoded, decoded
from bot.core.dates import LOCAL_ZONE, plausible, read_date
from bot.core.languages import detected, language, suits, weight
from bot.core.markup import plain, plain_line
from bot.core.text import clean
from bot.errors import ExtractError
from bot.model import DateBasis, Page, Quality

MAX_TITLE = 500
MAX_TEXT = 400_000  # code points kept; matching reads a head and a tail of it
DEEPEST = 200  # elements inside each other; the parser drops all that stands deeper than 255
_DIVISIONS = re.compile(r"<(/?)(?:div|span|section|font|center)\b[^<>]*>", re.IGNORECASE)
SHORT = 350  # weighed characters: less than this is a teaser, not an article (see `languages.weight`)
WALLED = 1800  # a page that says it is not free and shows less than this is a wall, not an article

_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"BM", "image"),
    (b"PK\x03\x04", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"\x00\x00\x00\x18ftyp", "video"),
    (b"\x00\x00\x00\x1cftyp", "video"),
    (b"\x00\x00\x00\x20ftyp", "video"),
    (b"\x1aE\xdf\xa3", "video"),
    (b"ID3", "audio"),
    (b"OggS", "audio"),
    (b"Rar!", "zip"),
    (b"7z\xbc\xaf", "zip"),
    (b"\xd0\xcf\x11\xe0", "office"),
    (b"\x7fELF", "binary"),
)
_TYPES = (
    ("application/pdf", "pdf"),
    ("image/", "image"),
    ("video/", "video"),
    ("audio/", "audio"),
    ("application/zip", "zip"),
)
# Words of the pages that stand in the door: never text of an article, and such a page is short.
_DOOR = re.compile(
    r"<title>\s*(?:Just a moment|Attention Required! \| Cloudflare|DDoS-Guard|Access denied|Access to this page has been denied|"
    r"Please Wait\.\.\. \| Cloudflare|Checking your browser|Robot Check|Are you a robot|Human Verification|Security Check|"
    r"Pardon Our Interruption|Один момент|403 Forbidden|Доступ ограничен|Проверка браузера)|"
    r"cdn-cgi/challenge-platform/h/|captcha-delivery\.com|id=[\"']px-captcha|_Incapsula_Resource|__qrator|"
    r"<script[^>]+src=[\"'][^\"']*(?:hcaptcha\.com|recaptcha/api\.js)[^>]*>.{0,4000}(?:verify you are human|not a robot)",
    re.IGNORECASE | re.DOTALL,
)
_SITE_TAIL = re.compile(r"\s+(?:[|–—·•::]|-|::|«|\|\|)\s+[^|–—·•«]{2,60}$")


def extract(body: bytes, *, url: str, headers: tuple[tuple[str, str], ...], now: datetime) -> Page:
    """The article of one page. `now` bounds its date (R-25).

    Raises ExtractError, and nothing else, with reason `empty`, `pdf`, `image`, `video`, `audio`, `zip`, `gzip`, `office`,
    `binary`, `json`, `text`, `feed`, `challenge`, `memory` or `unreadable`.
    """
    try:
        return _extract(body, url, dict(headers), now)
    except ExtractError:
        raise
    except MemoryError:
        raise ExtractError("the page needs more memory than a worker has", reason="memory", subject=url) from None
    except (Exception, RecursionError) as error:  # noqa: BLE001 - R-31: any bytes give a result or an ExtractError
        raise ExtractError(
            f"unreadable page: {type(error).__name__}: {str(error)[:200]}", reason="unreadable", subject=url
        ) from None


def refusal(body: bytes, headers: Mapping[str, str]) -> str:
    """Why these bytes are no article page, in one word, or "": by their first bytes, then their declared type (R-39)."""
    head = body[:64].lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    if not head:
        return "empty"
    for magic, reason in _MAGIC:
        if body.startswith(magic) or head.startswith(magic):
            return reason
    if body[:4] == b"RIFF":
        return "image" if body[8:12] == b"WEBP" else "video"
    declared = headers.get("content-type", "").split(";")[0].strip().lower()
    if head.startswith(b"<"):
        return ""
    for prefix, reason in _TYPES:
        if declared.startswith(prefix):
            return reason
    if declared.endswith("json") or head.startswith((b"{", b"[{")):
        return "json"
    # Text without a single tag gives nothing to tell the article from the rest.
    return (
        "text"
        if declared == "text/plain" and not re.search(rb"<(?:html|body|p|div)\b", body[:2000], re.IGNORECASE)
        else ""
    )


def _extract(body: bytes, url: str, headers: Mapping[str, str], now: datetime) -> Page:
    reason = refusal(body, headers)
    if reason:
        raise ExtractError(f"no article page: {reason}", reason=reason, subject=url)
    read = decoded(body, headers.get("content-type", ""))
    start = read.text[:1000].lstrip("\ufeff \t\r\n\x00")
    if re.match(r"(?:<\?xml[^>]*>\s*)?<(?:rss|feed|rdf:RDF)\b", start):
        raise ExtractError("a feed, not a page", reason="feed", subject=url)
    if headers.get("cf-mitigated", "").lower() == "challenge" or (
        len(read.text) < 60_000 and _DOOR.search(read.text[:60_000])
    ):
        raise ExtractError("a challenge page stands in front of the article", reason="challenge", subject=url)
    tree = trafilatura.load_html(read.text)
    if (tree is None or weight(str(tree.text_content())) < SHORT) and _depth(read.text) > DEEPEST:
        read = Decoded(
            _DIVISIONS.sub(" ", read.text), read.codec, "nested too deep for the parser: read without its divisions"
        )
        tree = trafilatura.load_html(read.text)
    if tree is None:
        raise ExtractError("no HTML in it", reason="empty", subject=url)
    own = jsonld.article(pagetree.scripts(tree))
    pagetree.without_long_scripts(tree)
    meta = pagetree.meta(tree)
    found = _run(tree, url, now, fast=True)
    text = plain_text(found)
    notes = [read.note] if read.note else []
    description = plain(meta.get("og:description", "") or meta.get("description", ""), 2000)
    if weight(text) < SHORT or pagetree.paragraphs(tree) > 2 * len(text) + 500:
        text, note = _second_try(tree, url, now, text, own, description)
        notes += [note] if note else []
    title = _title(tree, meta, own, found)
    text = _without_headline(text, title)
    if not text and not title:
        raise ExtractError("neither a title nor text", reason="empty", subject=url)
    lang, note = _language(tree, meta, own, text or title)
    published, basis = _published(tree, meta, own, found, now, LOCAL_ZONE.get(lang.split("-")[0]))
    notes += [note] if note else []
    outlet = meta.get("og:site_name", "") or own.publisher or str(getattr(found, "sitename", "") or "")
    return Page(
        title=title,
        text=text[:MAX_TEXT],
        url=pagetree.canonical(tree, meta, url),
        published=published,
        published_basis=basis,
        lang=lang,
        authors=_authors(own, found),
        outlet="" if outlet and outlet in url else plain_line(outlet, 120),
        quality=_quality(text, description, own, read.text),
        notes=tuple(notes),
    )


def _depth(page: str) -> int:
    """How deep divisions and spans stand in each other, by their tags; 0 where there are too few to matter."""
    if page.count("<div") + page.count("<span") <= DEEPEST:
        return 0
    depth = deepest = 0
    for found in _DIVISIONS.finditer(page):
        depth = max(0, depth - 1) if found[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _run(tree: Any, url: str, now: datetime, *, fast: bool) -> Any:
    return trafilatura.bare_extraction(
        tree,
        url=url or None,
        fast=fast,
        favor_recall=not fast,
        include_comments=False,
        deduplicate=False,  # True would share one LRU over all pages: one article would lose what another had
        with_metadata=fast,
        date_extraction_params={
            "original_date": True,
            "extensive_search": False,
            "max_date": (now + timedelta(days=1)).strftime("%Y-%m-%d"),
        },
    )


def plain_text(found: Any) -> str:
    """Trafilatura's text as clean lines; "" for none."""
    lines = (line.strip() for line in clean(getattr(found, "text", None) or "").split("\n"))
    return "\n".join(line for line in lines if line)


def _without_headline(text: str, title: str) -> str:
    """The text without a first line that only repeats the title: it would count twice as evidence."""
    first, _, rest = text.partition("\n")
    return rest if rest and _same(first, title) and len(first) <= len(title) + 10 else text


def _second_try(tree: Any, url: str, now: datetime, text: str, own: jsonld.Self, description: str) -> tuple[str, str]:
    """More text where the fast way found next to none: the page's own JSON-LD, then the wide net, then its description."""
    body = plain(own.body, MAX_TEXT)
    if weight(body) > max(SHORT, 2 * weight(text)):
        return body, "text from JSON-LD"
    wide = plain_text(_run(tree, url, now, fast=False))
    if weight(wide) > max(SHORT, 1.5 * weight(text)):
        return wide, "text by the wide net"
    dense = pagetree.densest(tree)
    if weight(dense) > max(SHORT, 1.5 * weight(text)):
        return dense, "text by its paragraphs"
    return (description, "text is the page's description") if weight(description) > weight(text) else (text, "")


def _title(tree: Any, meta: Mapping[str, str], own: jsonld.Self, found: Any) -> str:
    """The headline: what the page calls itself, confirmed by a heading where there is one."""
    headings = [plain_line("".join(node.itertext()), MAX_TITLE) for node in list(tree.iter("h1"))[:5]]
    headings = [heading for heading in headings if heading]
    page_title = plain_line(str(tree.findtext(".//title") or ""), MAX_TITLE)
    said = [
        plain_line(value, MAX_TITLE)
        for value in (
            own.headline,
            meta.get("og:title", ""),
            str(getattr(found, "title", "") or ""),
            meta.get("twitter:title", ""),
        )
    ]
    said = [value for value in said if value]
    for heading in headings:
        if len(heading) >= 8 and any(_same(heading, other) for other in (*said, page_title)):
            return heading
    for value in said:
        if len(value) >= 5:
            return _SITE_TAIL.sub("", value) if value == meta.get("og:title") and len(value) > 30 else value
    return headings[0] if headings else _SITE_TAIL.sub("", page_title)


def _same(heading: str, other: str) -> bool:
    """One contains the other, letters and digits only: site names and quotes around a headline do not matter."""
    one, two = (re.sub(r"\W+", "", text).casefold() for text in (heading, other))
    return bool(one) and (one in two or (len(two) > 10 and two in one))


def _published(
    tree: Any, meta: Mapping[str, str], own: jsonld.Self, found: Any, now: datetime, zone: timedelta | None
) -> tuple[datetime | None, DateBasis]:
    times = [str(node.get("datetime")) for node in list(tree.iterfind(".//time[@datetime]"))[:3]]
    names = (
        "article:published_time",
        "og:published_time",
        "datepublished",
        "pubdate",
        "publishdate",
        "dc.date.issued",
        "date",
        "dc.date",
        "sailthru.date",
        "parsely-pub-date",
    )
    day = plausible(reading.at, now) if (reading := read_date(str(getattr(found, "date", "") or ""))) else None
    for text in (own.published, *(meta.get(name, "") for name in names), *times):
        reading = read_date(text, zone=zone)
        at = plausible(reading.at, now) if reading else None
        if at is None or (text in times and day is not None and abs(at - day) > timedelta(days=2)):
            continue
        return at, "page"
    return (day, "page") if day else (None, "none")


def _language(tree: Any, meta: Mapping[str, str], own: jsonld.Self, text: str) -> tuple[str, str]:
    """The page's language: its html attribute, JSON-LD or og:locale unless the letters of the text contradict; else detected."""
    root = tree if tree.tag == "html" else tree.getroottree().getroot()
    for value in (
        str(root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""),
        own.lang,
        meta.get("og:locale", ""),
    ):
        declared = language(value)
        if declared:
            return (declared, "") if suits(declared, text) else (detected(text) or declared, f"declared {declared}")
    return detected(text), ""


def _authors(own: jsonld.Self, found: Any) -> tuple[str, ...]:
    names = own.authors or tuple(str(getattr(found, "author", "") or "").split("; "))
    cleaned = (plain_line(name, 120) for name in names[:10])
    return tuple(dict.fromkeys(name for name in cleaned if name and not name.startswith("http")))


def _quality(text: str, description: str, own: jsonld.Self, page: str) -> Quality:
    size = weight(text)
    if not size:
        return "headline-only"
    if own.free is False and size < WALLED:
        return "paywalled"
    if (
        size < WALLED
        and re.search(
            r"[\"'](?:[\w -]*\s)?(?:paywall|piano-offer|subscriber-only|premium-wall)(?:[\s_-][\w -]*)?[\"']", page
        )
        and size < 2 * SHORT
    ):
        return "paywalled"
    return "teaser" if size < SHORT or text == description else "full"
