"""The XML reader that feedparser is given: expat with its text buffered, so that escaped HTML does not come in crumbs."""

from __future__ import annotations

from typing import Any
from xml.sax.expatreader import ExpatParser


class BufferedReader(ExpatParser):
    """As the standard library's, but one piece of text is one call instead of one for each entity and line."""

    _parser: Any

    def reset(self) -> None:
        """Begin a document."""
        super().reset()
        self._parser.buffer_text = True


def create_parser() -> BufferedReader:
    """What xml.sax asks of a module of readers."""
    return BufferedReader()
