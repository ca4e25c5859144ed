"""OPML outlines in and out: the feed lists that other readers exchange."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from bot.core.languages import language
from bot.core.text import one_line

_OURS = frozenset({"type", "text", "title", "xmlurl", "language"})
_NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of an OPML list. `others` is what else somebody wrote about it: htmlUrl, category, description."""

    url: str
    name: str
    lang: str = ""
    folder: str = ""
    others: tuple[tuple[str, str], ...] = ()


def outlines(raw: bytes) -> list[Outline]:
    """The feeds of an OPML document in order, each URL once; ValueError where it is none."""
    found: dict[str, Outline] = {}
    for node in _tree(raw).iter("outline"):
        url = _url(node)
        if not url.startswith(("http://", "https://")):
            continue
        given = {str(key).lower(): str(value) for key, value in node.attrib.items()}
        others = tuple(
            (str(key), one_line(str(value)))
            for key, value in node.attrib.items()
            if str(key).lower() not in _OURS and _NAME.fullmatch(str(key))
        )
        parent = node.getparent()
        folder = (parent.get("text") or parent.get("title") or "") if parent.tag == "outline" else ""
        name = one_line(given.get("title") or given.get("text") or url, 200)
        found.setdefault(url, Outline(url, name, language(given.get("language", "")), one_line(folder, 200), others))
    return list(found.values())


def without(raw: bytes, url: str) -> bytes:
    """The same document without the outlines of a feed; all else is kept as others wrote it. ValueError where it is no OPML."""
    root = _tree(raw)
    for node in [node for node in root.iter("outline") if _url(node) == url]:
        parent, before = node.getparent(), node.getprevious()
        if node.tail and before is not None:
            before.tail = node.tail
        parent.remove(node)
    tree = root.getroottree()
    encoding = tree.docinfo.encoding or "UTF-8"
    if not raw.startswith(b"<?xml"):
        return bytes(etree.tostring(tree, xml_declaration=True, encoding=encoding))
    declaration = raw[: raw.index(b"?>") + 2]  # as it was, quotes and all
    return declaration + b"\n" + bytes(etree.tostring(tree, xml_declaration=False, encoding=encoding)) + b"\n"


def document(feeds: Iterable[Outline], title: str) -> str:
    """An OPML 2.0 document of feeds, those of a folder together."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"  <head><title>{escape(one_line(title))}</title></head>",
        "  <body>",
    ]
    folders: dict[str, list[Outline]] = {}
    for feed in feeds:
        folders.setdefault(feed.folder, []).append(feed)
    for folder, members in folders.items():
        if folder:
            lines.append(f"    <outline text={quoteattr(folder)} title={quoteattr(folder)}>")
        lines += [f"    {'  ' if folder else ''}{_element(feed)}" for feed in members]
        if folder:
            lines.append("    </outline>")
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _element(feed: Outline) -> str:
    given = {"type": "rss", "text": feed.name, "title": feed.name, "xmlUrl": feed.url, "language": feed.lang}
    given |= {key: one_line(value) for key, value in feed.others if key.lower() not in _OURS and _NAME.fullmatch(key)}
    return "<outline " + " ".join(f"{key}={quoteattr(value)}" for key, value in given.items() if value) + "/>"


def _tree(raw: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=False)
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ValueError(f"not well-formed XML: {error}") from error
    if etree.QName(root).localname.lower() != "opml":
        raise ValueError(f"the outermost element is <{etree.QName(root).localname}>, not <opml>")
    return root


def _url(node: Any) -> str:
    return next((str(value).strip() for key, value in node.attrib.items() if str(key).lower() == "xmlurl"), "")
