"""Feed text made safe and readable for an XML parser: no DOCTYPE, no traps in entities, no characters XML forbids."""

from __future__ import annotations

import html.entities
import re

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DECLARATION = re.compile(r"<\?xml\b[^>]{0,500}\?>", re.IGNORECASE)
# XML's own five names stay as they are, and are most of what a feed of escaped HTML is made of.
_REFERENCE = re.compile(
    r"&(?!(?:lt|gt|amp|quot|apos);)"
    r"(?:#[xX](?P<hex>[0-9a-fA-F]+)|#(?P<number>[0-9]+)|(?P<name>[A-Za-z][A-Za-z0-9]{1,31}));"
)
_ENTITY = re.compile(r"""<!ENTITY\s+([A-Za-z][\w.-]{0,31})\s+(?:"([^"<&%\\]{0,200})"|'([^'<&%\\]{0,200})')\s*>""")
_HTML_NAMES = {
    name.rstrip(";"): text
    for name, text in html.entities.html5.items()
    if name.endswith(";") and not set(text) & set("<>&\"'")
}
MAX_ENTITIES = 100  # declarations in a DOCTYPE that are followed; R-36


def mended(text: str) -> tuple[str, str]:
    """The document without XML declaration and DOCTYPE, and the DOCTYPE that was cut out ("" if none).

    References to characters that XML forbids (surrogates, beyond U+10FFFF) become U+FFFD; HTML's names and up to 100 simple
    internal entities are put in place; everything external, nested or parametric is dropped unread (R-36). Inside CDATA the
    same is done: there such a reference is HTML and means the same character.
    """
    text = _FORBIDDEN.sub("", text)
    text = _DECLARATION.sub("", text, count=1).lstrip()
    text, doctype = _without_doctype(text)
    entities = _declared(doctype)
    budget = 1_000_000  # characters that declared entities may add: no amplification worth the name

    def replaced(found: re.Match[str]) -> str:
        name = found["name"]
        if name:
            nonlocal budget
            if name in entities:
                budget -= len(entities[name])
                return entities[name] if budget > 0 else "\ufffd"
            return _HTML_NAMES.get(name) or found[0]
        digits = found["hex"] or found["number"]
        point = int(digits, 16 if found["hex"] else 10) if len(digits) < 12 else -1
        if (
            point in (0x9, 0xA, 0xD)
            or 0x20 <= point <= 0xD7FF
            or 0xE000 <= point <= 0xFFFD
            or 0x10000 <= point <= 0x10FFFF
        ):
            return found[0]
        return "\ufffd"

    return _REFERENCE.sub(replaced, text), doctype


def root_name(text: str) -> str:
    """The local name of the first element in lower case, "" if there is none in the first 20,000 characters."""
    place = 0
    head = text[:20_000]
    while True:
        opening = head.find("<", place)
        if opening < 0:
            return ""
        if head.startswith("<!--", opening):
            place = head.find("-->", opening)
            if place < 0:
                return ""
            continue
        found = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)").match(head, opening)
        if found:
            return found[1].lower()
        place = opening + 1


def _without_doctype(text: str) -> tuple[str, str]:
    head = text[:20_000]
    found = re.search(r"<!DOCTYPE\b", head, re.IGNORECASE)
    if not found or re.search(r"<[A-Za-z]", head[: found.start()]):
        return text, ""
    start, depth, quote, place = found.start(), 0, "", found.end()
    while place < len(text):
        character = text[place]
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif text.startswith("<!--", place):
            end = text.find("-->", place)
            place = end + 2 if end > 0 else len(text)
        elif character == "[":
            depth += 1
        elif character == "]":
            depth -= 1
        elif character == ">" and depth <= 0:
            return text[:start] + text[place + 1 :], text[start : place + 1]
        place += 1
        if place - start > 200_000:
            break
    # Unbalanced or endless: cut at the first ">" so that at least the items can be read.
    end = text.find(">", start)
    return (text[:start] + text[end + 1 :], text[start : end + 1]) if end > 0 else (text[:start], text[start:])


def _declared(doctype: str) -> dict[str, str]:
    found = {}
    for number, match in enumerate(_ENTITY.finditer(doctype)):
        if number >= MAX_ENTITIES:
            break
        found[match[1]] = match[2] or match[3] or ""
    return found
