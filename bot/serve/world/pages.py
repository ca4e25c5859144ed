"""A piece as its outlet's web site serves it: the article inside the furniture that real news pages carry."""

from __future__ import annotations

import json
from html import escape
from urllib.parse import urljoin

from bot.serve.world.manifest import Outlet, Piece

FOOTER = "Demo article written for armswatch"
"""Stands visibly on every page of the demo world, so that nobody takes one for news."""

_STYLE = (
    "body{font-family:Georgia,serif;max-width:60rem;margin:auto}nav ul{display:flex;gap:1rem;list-style:none}"
    ".consent{background:#eee;padding:1rem}.related{border-top:1px solid #999}"
)


def page(piece: Piece, base_url: str) -> bytes:
    """The HTML of one article in its outlet's encoding."""
    outlet = piece.outlet
    url = urljoin(base_url, piece.path)
    published = piece.published.astimezone(outlet.zone).isoformat()
    head = "\n".join(
        (
            f'<link rel="canonical" href="{escape(url)}">',
            f'<link rel="alternate" type="application/rss+xml" href="{escape(outlet.feed)}">',
            f'<meta name="description" content="{escape(piece.summary)}">',
            f'<meta name="author" content="{escape(piece.author or outlet.name)}">',
            '<meta property="og:type" content="article">',
            f'<meta property="og:title" content="{escape(piece.title)}">',
            f'<meta property="og:description" content="{escape(piece.summary)}">',
            f'<meta property="og:url" content="{escape(url)}">',
            f'<meta property="og:site_name" content="{escape(outlet.name)}">',
            f'<meta property="article:published_time" content="{published}">',
            f'<script type="application/ld+json">{_json_ld(piece, url, published)}</script>',
        )
    )
    paragraphs = "\n".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in piece.paragraphs)
    byline = f'<span class="byline">{escape(piece.author or outlet.name)}</span>'
    when = piece.published.astimezone(outlet.zone).strftime("%Y-%m-%d %H:%M")
    article = f"""<main><article>
<header><h1>{escape(piece.title)}</h1>
<div class="meta">{byline} <time datetime="{published}">{when} {escape(outlet.zone_name)}</time></div></header>
<p class="standfirst"><strong>{escape(piece.summary)}</strong></p>
<div class="article-body">
{paragraphs}
</div>
<ul class="share"><li><a href="#share">Share</a></li><li><a href="#print">Print</a></li></ul>
</article></main>"""
    return _shell(outlet, piece.title, head, article)


def front_page(outlet: Outlet, pieces: tuple[Piece, ...]) -> bytes:
    """The outlet's home page: headlines only."""
    rows = "\n".join(f'<li><a href="{escape(piece.link)}">{escape(piece.title)}</a></li>' for piece in pieces)
    link = f'<link rel="alternate" type="application/rss+xml" href="{escape(outlet.feed)}">'
    return _shell(outlet, outlet.name, link, f"<main><h1>{escape(outlet.name)}</h1><ul>{rows}</ul></main>")


def missing_page(outlet: Outlet | None) -> bytes:
    """What a publisher's server says of a page that it does not have; never empty, as in life."""
    words = "<main><h1>404</h1><p>The page you are looking for has moved or never was.</p></main>"
    if outlet is None:
        return f"<!DOCTYPE html><title>404</title>{words}<footer>{FOOTER}</footer>".encode()
    return _shell(outlet, "404", "", words)


def script_wall(outlet: Outlet) -> bytes:
    """What a single-page site answers under its feed's address: HTML with status 200 and no item in it."""
    return _shell(
        outlet, outlet.name, "", '<main><div id="app"></div><noscript>Please turn on scripts.</noscript></main>'
    )


def _json_ld(piece: Piece, url: str, published: str) -> str:
    """The JSON-LD of one article; `<` is escaped because it stands inside a script element."""
    words = json.dumps(
        {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": piece.title,
            "description": piece.summary,
            "inLanguage": piece.outlet.lang,
            "datePublished": published,
            "dateModified": published,
            "mainEntityOfPage": url,
            "author": [
                {"@type": "Person" if piece.author else "Organization", "name": piece.author or piece.outlet.name}
            ],
            "publisher": {"@type": "NewsMediaOrganization", "name": piece.outlet.name},
        },
        ensure_ascii=False,
    )
    return words.replace("<", "\\u003c")


def _shell(outlet: Outlet, title: str, head: str, body: str) -> bytes:
    nav = "".join(
        f'<li><a href="/{outlet.slug}/#{number}">{escape(label)}</a></li>' for number, label in enumerate(outlet.nav)
    )
    related = "".join(f'<li><a href="/{outlet.slug}/#more">{escape(headline)}</a></li>' for headline in outlet.related)
    document = f"""<!DOCTYPE html>
<html lang="{outlet.lang}">
<head>
<meta charset="{outlet.encoding}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} | {escape(outlet.name)}</title>
{head}
<style>{_STYLE}</style>
</head>
<body>
<div class="consent cookie-banner" role="dialog">{escape(outlet.cookie)} <button>{escape(outlet.accept)}</button></div>
<header class="site-header"><a class="logo" href="/{outlet.slug}/">{escape(outlet.name)}</a>
<span class="tagline">{escape(outlet.tagline)}</span></header>
<nav class="site-nav"><ul>{nav}</ul></nav>
{body}
<aside class="related"><h2>{escape(outlet.related_label)}</h2><ul>{related}</ul></aside>
<footer class="site-footer"><p>{FOOTER}</p><p>&copy; {escape(outlet.name)}</p></footer>
</body>
</html>
"""
    return document.encode(outlet.encoding, "xmlcharrefreplace")
