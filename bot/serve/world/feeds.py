"""The feed of an outlet in the dialect that it speaks: RSS 2.0, Atom, RDF, JSON Feed, or one of the ways to be broken."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from html import escape
from urllib.parse import urljoin

from bot.serve.world.manifest import Outlet, Piece
from bot.serve.world.pages import script_wall

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def feed(outlet: Outlet, pieces: Sequence[Piece], base_url: str) -> tuple[str, bytes]:
    """(content type, body) of the outlet's feed listing `pieces`; the same pieces always give the same bytes."""
    if outlet.format == "html":
        return "text/html; charset=utf-8", script_wall(outlet)
    if outlet.format == "json":
        return "application/feed+json", _json_feed(outlet, pieces, base_url)
    if outlet.format == "atom":
        return "application/atom+xml; charset=utf-8", _atom(outlet, pieces, base_url)
    if outlet.format == "rdf":
        return "application/rdf+xml", _rdf(outlet, pieces, base_url)
    body = _rss(outlet, pieces, base_url)
    if outlet.format == "truncated":
        # A proxy gave up in the middle of the last item's headline.
        body = body[: body.rindex(b"<title>") + 24]
    return "application/rss+xml", body


def _xml(outlet: Outlet, words: str) -> bytes:
    return f'<?xml version="1.0" encoding="{outlet.encoding}"?>\n{words}\n'.encode(outlet.encoding, "xmlcharrefreplace")


def _rfc822(moment: datetime, outlet: Outlet) -> str:
    """The date as this outlet's feed writes it, its zone by name, whatever the locale of this machine."""
    at = moment.astimezone(outlet.zone)
    return f"{_DAYS[at.weekday()]}, {at.day:02} {_MONTHS[at.month - 1]} {at.year} {at:%H:%M:%S} {outlet.zone_name}"


def _html(piece: Piece) -> str:
    return "".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in piece.paragraphs)


def _guid(piece: Piece) -> str:
    return f"tag:{piece.outlet.slug}.example,2026:{piece.slug}"


def _rss(outlet: Outlet, pieces: Sequence[Piece], base_url: str) -> bytes:
    items = []
    for piece in pieces:
        full = f"<content:encoded>{escape(_html(piece))}</content:encoded>" if outlet.full_text else ""
        author = f"<dc:creator>{escape(piece.author)}</dc:creator>" if piece.author else ""
        items.append(
            f"<item>\n<title>{escape(piece.title)}</title>\n<link>{escape(urljoin(base_url, piece.link))}</link>\n"
            f'<guid isPermaLink="false">{_guid(piece)}</guid>\n<description>{escape(piece.summary)}</description>\n'
            f"{author}{full}<pubDate>{_rfc822(piece.published, outlet)}</pubDate>\n</item>"
        )
    built = f"<lastBuildDate>{_rfc822(pieces[0].published, outlet)}</lastBuildDate>" if pieces else ""
    return _xml(
        outlet,
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">\n<channel>\n'
        f"<title>{escape(outlet.name)}</title>\n<link>{urljoin(base_url, f'/{outlet.slug}/')}</link>\n"
        f"<description>{escape(outlet.tagline)}</description>\n<language>{outlet.lang}</language>\n<ttl>60</ttl>\n{built}\n"
        f'<atom:link href="{urljoin(base_url, outlet.feed)}" rel="self" type="application/rss+xml"/>\n'
        + "\n".join(items)
        + "\n</channel>\n</rss>",
    )


def _atom(outlet: Outlet, pieces: Sequence[Piece], base_url: str) -> bytes:
    entries = []
    for piece in pieces:
        stamp = piece.published.astimezone(outlet.zone).isoformat()
        full = f'<content type="html">{escape(_html(piece))}</content>\n' if outlet.full_text else ""
        entries.append(
            f'<entry>\n<id>{_guid(piece)}</id>\n<title type="text">{escape(piece.title)}</title>\n'
            f'<link rel="alternate" type="text/html" href="{escape(urljoin(base_url, piece.link))}"/>\n'
            f"<published>{stamp}</published>\n<updated>{stamp}</updated>\n"
            f"<author><name>{escape(piece.author or outlet.name)}</name></author>\n"
            f'<summary type="text">{escape(piece.summary)}</summary>\n{full}</entry>'
        )
    updated = pieces[0].published.astimezone(outlet.zone).isoformat() if pieces else "2026-01-01T00:00:00Z"
    return _xml(
        outlet,
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.lang}">\n'
        f"<id>tag:{outlet.slug}.example,2026:feed</id>\n<title>{escape(outlet.name)}</title>\n"
        f"<subtitle>{escape(outlet.tagline)}</subtitle>\n<updated>{updated}</updated>\n"
        f'<link rel="self" href="{urljoin(base_url, outlet.feed)}"/>\n'
        f'<link rel="alternate" href="{urljoin(base_url, f"/{outlet.slug}/")}"/>\n' + "\n".join(entries) + "\n</feed>",
    )


def _rdf(outlet: Outlet, pieces: Sequence[Piece], base_url: str) -> bytes:
    urls = [escape(urljoin(base_url, piece.link)) for piece in pieces]
    listed = "\n".join(f'<rdf:li rdf:resource="{url}"/>' for url in urls)
    items = "\n".join(
        f'<item rdf:about="{url}">\n<title>{escape(piece.title)}</title>\n<link>{url}</link>\n'
        f"<description>{escape(piece.summary)}</description>\n"
        f"<dc:date>{piece.published.astimezone(outlet.zone).isoformat()}</dc:date>\n</item>"
        for url, piece in zip(urls, pieces, strict=True)
    )
    return _xml(
        outlet,
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f'<channel rdf:about="{urljoin(base_url, outlet.feed)}">\n<title>{escape(outlet.name)}</title>\n'
        f"<link>{urljoin(base_url, f'/{outlet.slug}/')}</link>\n<description>{escape(outlet.tagline)}</description>\n"
        f"<dc:language>{outlet.lang}</dc:language>\n<items><rdf:Seq>\n{listed}\n</rdf:Seq></items>\n</channel>\n"
        f"{items}\n</rdf:RDF>",
    )


def _json_feed(outlet: Outlet, pieces: Sequence[Piece], base_url: str) -> bytes:
    items = []
    for piece in pieces:
        item = {
            "id": _guid(piece),
            "url": urljoin(base_url, piece.link),
            "title": piece.title,
            "summary": piece.summary,
            "date_published": piece.published.astimezone(outlet.zone).isoformat(),
            "language": outlet.lang,
            "authors": [{"name": piece.author or outlet.name}],
        }
        # The format demands a body in every item; an outlet that keeps its text for the page repeats the summary.
        item |= {"content_html": _html(piece)} if outlet.full_text else {"content_text": piece.summary}
        items.append(item)
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "description": outlet.tagline,
        "language": outlet.lang,
        "home_page_url": urljoin(base_url, f"/{outlet.slug}/"),
        "feed_url": urljoin(base_url, outlet.feed),
        "items": items,
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8")
