"""What a page says, by its bytes alone: without scripts, styles and tags, and with all that extraction may read; in doubt, more.

Extraction reads what stands between tags, JSON-LD and the values of meta elements. Of what it does not read, only that is
left out which every parser is sure not to show as text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import re2
from lxml import etree

from bot.core.jsonld import MAX_SCRIPT

_OPENING = re.compile(rb"<(?:(script|style|title|textarea|xmp|iframe|noembed|noframes|plaintext)(?=[\s/>])|!--)")
_CLOSING = {
    name: re.compile(rb"</" + name + rb"(?=[\s/>])")
    for name in (b"script", b"style", b"title", b"textarea", b"xmp", b"iframe", b"noembed", b"noframes", b"plaintext")
}
_ODD_TYPE = re.compile(rb"""\btype\s*=\s*["']?[^"'\s>]*&""")  # it may spell JSON-LD
_COMMENT_END = re.compile(rb"--!?>")  # some end at `--!>`, and `<!-->` is a whole one, for some
_TAG = re.compile(rb"<[!?/A-Za-z][^<>]*>")
_BREAKS = (
    b"address|article|aside|blockquote|body|br|caption|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]"
    b"|head|header|hr|html|legend|li|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|title|tr|ul"
)
_BLOCK = re.compile(rb"</?(?:" + _BREAKS + rb")(?=[\s/>])[^<>]*>", re.IGNORECASE)
_APART = re.compile(rb"</?(?:h[1-6]|p|li|td|th|title|tr|article|body)(?=[\s/>])[^<>]*>", re.IGNORECASE)
_OF_WORDS = re.compile(
    rb"""</?(?:a|abbr|b|em|i|mark|small|span|strong|sub|sup|u)(?:\s[^<>"']*(?:"[^<>"]*"[^<>"']*|'[^<>']*'[^<>"']*)*)?>""",
    re.IGNORECASE,
)
_CONTENT = re.compile(rb"""<meta\b[^<>]*?\bcontent\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)
_LEFT_OUT = b"<!s>"  # where a script or style stood
# A value, or its tag, that has not ended where a script was left out: the script was words of an attribute, and its end elsewhere.
_OPTIONS = re2.Options()
_OPTIONS.encoding = re2.Options.Encoding.LATIN1
_INSIDE_VALUE = re2.compile(rb"""=\s*(?:"[^"]*(?:"[^<>]*)?<!s>|'[^']*(?:'[^<>]*)?<!s>)""", _OPTIONS)
_JSON_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([nrtbf/\"]))")
# What `html.unescape` reads as one reference: decimal, hexadecimal, or a name of at most 32 characters.
_REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)")
_MANY = 100  # references from which a parser reads them faster than Python does


@dataclass(frozen=True, slots=True)
class Spoken:
    """A page's markup without its scripts and styles, and beside it what is text although it may look like markup. UTF-8."""

    markup: bytes
    words: tuple[bytes, ...]  # JSON-LD, values of meta elements, titles and text boxes

    def outline(self) -> bytes:
        """The words with `<>` for every tag: for patterns that let tags join and part words."""
        return b"\n".join((_TAG.sub(b"<>", self.markup), *self.words))

    def readings(self) -> Iterator[str]:
        """The words as text, references read, one way after the other, each made when it is asked for.

        Some readers let tags part words, some let them join them, some the breaks inside a headline; then what is text
        although it may look like markup.
        """
        marked = _TAG.sub(b"<>", _BLOCK.sub(b"<2>", _APART.sub(b"<1>", self.markup)))
        lines = marked.replace(b"<1>", b"\n")
        blocks = lines.replace(b"<2>", b"\n")
        seen: set[bytes] = set()
        for markup in (
            blocks.replace(b"<>", b" "),
            blocks.replace(b"<>", b""),
            lines.replace(b"<2>", b"").replace(b"<>", b""),
        ):
            if markup not in seen:
                seen.add(markup)
                yield _read(markup)
        said = b"\n".join(self.words).decode("utf-8", "replace")
        said = referred(referred(_unescaped(said)))
        yield said
        if "<" in said:
            yield _without_tags(said, "")
            yield _without_tags(said, " ")


def spoken(page: bytes) -> Spoken:
    """What a page in UTF-8 says."""
    markup, words, doubted = _unscripted(page)
    if doubted or _INSIDE_VALUE.search(markup):
        # Where parsers may see other beginnings and ends than we do, what looks like a tag or script may be text: all is read as text, too.
        markup, words = page, [*words, page.replace(b"<", b" ")]
    return Spoken(markup, (*words, *_contents(markup)))


def _contents(markup: bytes) -> Iterator[bytes]:
    for found in _CONTENT.finditer(markup):
        yield found[1] or found[2] or found[3] or b""


def _unscripted(page: bytes) -> tuple[bytes, list[bytes], bool]:
    """The page without the scripts and styles of which every parser knows where they begin, and the words of raw elements.

    An end that comes too early, or a script that stays, only leaves more.
    """
    low = page.lower()
    pieces: list[bytes] = []
    words: list[bytes] = []
    place = at = 0
    doubted = False
    while found := _OPENING.search(low, at):
        start, at, name = found.start(), found.end(), found[1]
        if _within_tag(low, start):
            doubted = True
            break
        if name is None:  # what a comment holds begins nothing
            ended = _COMMENT_END.search(low, at - 2)
            if ended is None:
                doubted = True
                break
            doubted = doubted or ended[0] != b"-->" or ended.start() < at
            at = ended.end()
            continue
        closing = _CLOSING[name].search(low, at)
        if closing is None:
            doubted = True
            break
        end = closing.start()
        head = low[at : low.find(b">", at) + 1]
        if name not in {b"script", b"style"}:
            # One parser reads "<" in it as text, another as markup: no matter where that is whole tags of words.
            inside = page[at:end]
            if b"<" in inside:
                doubted = doubted or b"<" in _OF_WORDS.sub(b"", inside)
                words.append(inside.replace(b"<", b" "))
            at = end
        elif b"ld+json" in head or b"settings+json" in head:
            script = page[at + len(head) : end]
            if (
                len(script) <= MAX_SCRIPT or len(script.decode("utf-8", "replace")) <= MAX_SCRIPT
            ):  # longer ones nobody reads
                words.append(script)
            pieces.append(page[place:start])
            place = at = end
        elif _sure(head, end - at) and not (b"<!--" in low[at:end] and b"<script" in low[at:end]):  # else it ends later
            pieces += [page[place:start], _LEFT_OUT]
            place = at = end
        else:
            doubted = True
            break
    pieces.append(page[place:])
    return b"".join(pieces), words, doubted


def _sure(head: bytes, size: int) -> bool:
    """Whether a script or style begins here for every parser: not closed in XML's way, a whole head."""
    odd = _ODD_TYPE.search(head) is not None
    whole = head.endswith(b">") and len(head) <= size and head.count(b'"') % 2 == 0 and head.count(b"'") % 2 == 0
    return whole and not head.endswith(b"/>") and not odd


def _within_tag(low: bytes, start: int) -> bool:
    """Whether a tag before this place is still open there."""
    before = low.rfind(b"<", 0, start)
    return before >= 0 and low.find(b">", before, start) < 0


def _read(words: bytes) -> str:
    """Text with its references read as a parser of HTML reads them."""
    if words.count(b"&") < _MANY:
        return referred(words.decode("utf-8", "replace"))
    safe = words.replace(b"<", b"&lt;").replace(b"\x00", b" ")
    root = etree.fromstring(
        b"<pre>" + safe + b"</pre>", etree.HTMLParser(encoding="utf-8", huge_tree=True, recover=True)
    )
    return "\n".join(root.itertext())


def referred(text: str) -> str:
    """`html.unescape`, which looks at each reference anew, and a page holds the same few thousands of times."""
    return _REFERENCE.sub(lambda found: _reference(found[0]), text) if "&" in text else text


@lru_cache(maxsize=4096)
def _reference(reference: str) -> str:
    return html.unescape(reference)


def _without_tags(text: str, by: str) -> str:
    return re.sub(r"<[!?/A-Za-z][^<>]*>", by, text)


def _unescaped(text: str) -> str:
    """JSON's escapes read; what stands outside of JSON hardly ever looks like one."""
    if "\\" not in text:
        return text

    def one(found: re.Match[str]) -> str:
        if found[1] or found[2]:
            return chr(int(found[1] or found[2], 16))
        return {"n": "\n", "r": "\n", "t": " ", "b": " ", "f": " "}.get(found[3], found[3])

    return _JSON_ESCAPE.sub(one, text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
