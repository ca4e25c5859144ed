"""One item as the matcher reads it: title and text in one folded string, with sentences, fields and the way back."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

from bot.core.sentences import sentences
from bot.core.text import fold, read
from bot.model import Where

SCRIPTS = {
    "kana": re.compile("[\u3041-\u3096\u30a1-\u30fa]"),
    "hangul": re.compile("[\u1100-\u11ff\uac00-\ud7a3]"),  # also taken apart into jamo
    "latin": re.compile("[A-Za-z]"),
    "cyrillic": re.compile("[\u0400-\u052f]"),
}
HEAD = 200_000  # code points of a text that are read from its beginning (decision 11)
_AROUND = (150, 600)  # code points to either side in which `around` looks for a sentence, first near, then far
_SEAM = "\n\x1f\n"  # between title, head and tail: no term and no sentence reaches across
TAIL = 20_000  # and from its end


class Scan:
    """Title, head and tail of an item, folded together once. Places are those of `reading.text` until `place`."""

    def __init__(self, title: str, text: str) -> None:
        self.title, self.text = title[:HEAD], text
        self.cut = max(0, len(text) - HEAD - TAIL)
        parts = (self.title, text) if not self.cut else (self.title, text[:HEAD], text[-TAIL:])
        self.joined = _SEAM.join(parts)
        self.reading = read(fold(self.joined))
        self._head = len(self.title) + len(_SEAM)
        self._scripts: dict[str, bool] = {}

    def place(self, start: int, end: int) -> tuple[Where, int, int]:
        """Where [start, end) of the joined original lies: title or text, in code points of the item as given."""
        if start < self._head:
            return "title", start, min(end, len(self.title))
        start, end = start - self._head, end - self._head
        if self.cut and start > HEAD:
            shift = len(self.text) - TAIL - HEAD - len(_SEAM)
            return "text", start + shift, end + shift
        return "text", start, min(end, HEAD) if self.cut else end

    def written_in(self, script: str) -> bool:
        """Whether the item holds letters of a script; `han` means Han without kana and Hangul: Chinese."""
        if script not in self._scripts:
            if script == "han":
                self._scripts[script] = not (self.written_in("kana") or self.written_in("hangul"))
            else:
                self._scripts[script] = bool(SCRIPTS[script].search(self.joined))
        return self._scripts[script]

    def around(self, place: int) -> tuple[int, int]:
        """The sentence that holds a place, split from its surroundings alone while the whole is not needed."""
        if "spans" in self.__dict__:
            return self.spans[self.sentence(place)]
        first, last = (0, len(self.title)) if place < self._head else (self._head, len(self.joined))
        for reach in _AROUND:
            left, stop = max(first, place - reach), min(last, place + reach)
            spans = sentences(self.joined[left:stop], past=place - left)
            for number, (start, end) in enumerate(spans):
                if left + end > place:
                    # What a window's edge cuts is not known to be whole.
                    whole = (number or left == first) and (number + 1 < len(spans) or stop == last)
                    if whole or reach == _AROUND[-1]:
                        return left + start, left + end
                    break
        return place, place

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """The sentences of the joined original, in order."""
        return sentences(self.joined)

    @cached_property
    def starts(self) -> list[int]:
        """Where each sentence begins."""
        return [start for start, _ in self.spans]

    @cached_property
    def titles(self) -> int:
        """How many of the sentences belong to the title."""
        return bisect_right(self.starts, self._head - 1)

    def sentence(self, place: int) -> int:
        """The number of the sentence that holds a place of the joined original."""
        return max(0, bisect_right(self.starts, place) - 1)
