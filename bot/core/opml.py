"""OPML outlines in and out: the feed lists that other readers exchange."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from lxml import etree

from bot.core.text import one_line


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of an OPML list."""

    url: str
    name: str
    lang: str = ""
    folder: str = ""


def outlines(raw: bytes) -> list[Outline]:
    """The feeds of an OPML document in order, each URL once; ValueError where it is none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=False)
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"not well-formed XML: {error}") from error
    if etree.QName(root).localname.lower() != "opml":
        raise ValueError(f"the outermost element is <{etree.QName(root).localname}>, not <opml>")
    found: dict[str, Outline] = {}
    for node in root.iter("outline"):
        attributes = {str(key).lower(): str(value) for key, value in node.attrib.items()}
        url = attributes.get("xmlurl", "").strip()
        if not url.startswith(("http://", "https://")):
            continue
        parent = node.getparent()
        folder = (
            (parent.get("text") or parent.get("title") or "") if parent is not None and parent.tag == "outline" else ""
        )
        name = one_line(attributes.get("title") or attributes.get("text") or url, 200)
        found.setdefault(
            url, Outline(url=url, name=name, lang=attributes.get("language", ""), folder=one_line(folder, 200))
        )
    return list(found.values())


def document(feeds: Iterable[Outline], title: str) -> str:
    """An OPML 2.0 document of feeds."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"  <head><title>{one_line(title).replace('&', '&amp;').replace('<', '&lt;')}</title></head>",
        "  <body>",
    ]
    for feed in feeds:
        lang = f" language={quoteattr(feed.lang)}" if feed.lang else ""
        lines.append(
            f'    <outline type="rss" text={quoteattr(feed.name)} title={quoteattr(feed.name)} xmlUrl={quoteattr(feed.url)}{lang}/>'
        )
    return "\n".join([*lines, "  </body>", "</opml>", ""])
