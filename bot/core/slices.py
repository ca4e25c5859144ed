"""Where the items of a feed document stand in its text, found without parsing it: for caps and for skipping seen ones."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARKS = re.compile(r"<!\[CDATA\[|<!--|<(?P<close>/?)(?P<name>(?:[A-Za-z_][\w.-]{0,40}:)?(?:item|entry))(?=[\s/>])")

_OPENING = re.compile(r"<(?:[A-Za-z_][\w.-]{0,40}:)?(?:item|entry)(?=[\s/>])")
_CLOSING = re.compile(r"</(?:[A-Za-z_][\w.-]{0,40}:)?(?:item|entry)\s*>|/>\s*</(?:rdf:RDF|channel|rss|feed)")


@dataclass(frozen=True, slots=True)
class Slices:
    """The spans [start, end) of the items in `text`, in document order; what lies between and around is the frame."""

    text: str
    spans: tuple[tuple[int, int], ...]

    def keep(self, indexes: list[int]) -> str:
        """The document with these items only."""
        pieces = [self.text[: self.spans[0][0]]]
        pieces += [self.text[slice(*self.spans[index])] for index in indexes]
        pieces.append(self.text[self.spans[-1][1] :])
        return "\n".join(pieces)

    @property
    def frame(self) -> str:
        """The document without any item and with what stands between items: what the items' meaning may depend on."""
        pieces, place = [], 0
        for start, end in self.spans:
            pieces.append(self.text[place:start].strip())
            place = end
        pieces.append(self.text[place:].strip())
        return "\n".join(piece for piece in pieces if piece)


def slices(text: str) -> Slices | None:
    """The items of a feed document, or None where anything is odd: nested, unclosed, self-closing or none at all.

    Items inside CDATA and comments are text, not items. One pass, linear.
    """
    spans: list[tuple[int, int]] = []
    place, opened, name = 0, -1, ""
    while True:
        mark = _MARKS.search(text, place)
        if mark is None:
            break
        place = mark.end()
        if mark["name"] is None:
            stop = "]]>" if text.startswith("<![", mark.start()) else "-->"
            place = text.find(stop, place)
            if place < 0:
                return None
            place += len(stop)
        elif mark["close"]:
            end = text.find(">", place)
            if opened < 0 or mark["name"] != name or end < 0 or text[place:end].strip():
                return None
            spans.append((opened, end + 1))
            opened, place = -1, end + 1
        else:
            end = text.find(">", place)
            if opened >= 0 or (name and mark["name"] != name) or end < 0 or text[end - 1] == "/":
                return None
            opened, name, place = mark.start(), mark["name"], end + 1
    return Slices(text, tuple(spans)) if spans and opened < 0 else None


def without_cut_item(text: str) -> str:
    """The document without a last item that begins and never ends: half an entry would be taken for a new one."""
    opening = max((found.start() for found in _OPENING.finditer(text)), default=-1)
    if opening < 0 or _CLOSING.search(text, opening):
        return text
    return text[:opening]
