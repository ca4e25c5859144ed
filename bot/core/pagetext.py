"""What a page says, by its bytes alone: without scripts, styles and tags, and with all that extraction may read; in doubt, more.

Extraction reads what stands between tags, JSON-LD and the values of meta elements. Of what it does not read, only that is
left out which every parser is sure not to show as text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

import re2
from lxml import etree

from bot.core.jsonld import MAX_SCRIPT

_NAMES = ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "plaintext")
_OPTIONS = re2.Options()
_OPTIONS.encoding = re2.Options.Encoding.LATIN1


def _either(word: str) -> str:
    """A pattern for a word in either case: re2 jumps to the sign before it, which it cannot do if told to ignore case."""
    return "".join(f"[{char}{char.upper()}]" for char in word)


# re2 finds the next "<" a whole block of bytes at a time, so that long scripts cost next to nothing.
_OPENING = re2.compile(rf"<(?:(?:{'|'.join(map(_either, _NAMES))})[\t-\r />]|!--)".encode(), _OPTIONS)
_ENDS = {name.encode(): re.compile(rf"(?i:</{name})[\t-\r />]".encode()).match for name in _NAMES}
_CLOSING = {name.encode(): re2.compile(rf"</{_either(name)}[\t-\r />]".encode(), _OPTIONS) for name in _NAMES}
_CLOSING_OR_COMMENT = {
    name: re2.compile(rf"<(?:/{_either(name.decode())}[\t-\r />]|!--)".encode(), _OPTIONS)
    for name in (b"script", b"style")
}
_EXCLAMATION, _TAG_END = ord("!"), ord(">")
WIDEST = 4  # bytes of a character
_ODD_TYPE = re.compile(rb"""\btype\s*=\s*["']?[^"'\s>]*&""")  # it may spell JSON-LD
_COMMENT_END = re.compile(rb"--!?>")  # some end at `--!>`, and `<!-->` is a whole one, for some
TAG = re.compile(rb"(<[!?/A-Za-z][^<>]*>)")
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
# Private code points stand for tags, so that one pass reads the references for all ways to read the tags.
_TAG_MARK, _BLOCK_MARK, _APART_MARK = "\uf7d0", "\uf7d1", "\uf7d2"
_AS_TAG, _AS_BLOCK, _AS_APART = (mark.encode() for mark in (_TAG_MARK, _BLOCK_MARK, _APART_MARK))
# Behind white space a tag changes nothing. (What is looked for begins with a mark, as the search for one letter is fast.)
_JOINT = re.compile(rf"{_TAG_MARK}(?<=[^ \t\n\r\f{_TAG_MARK}]{_TAG_MARK}){_TAG_MARK}*(?=[^ \t\n\r\f])")
# White space to Python; articles lose them, and what they parted is one word.
_NO_SPACES = "\x0b\x0c\x1c\x1d\x1e\x1f"
REACH = 400  # characters: no term is longer
_LEFT_OUT = b"<!s>"  # where a script or style stood
_SPACES = 64  # bytes between "=" and a value
_BLANKS = b" \t\n\f\r"
_BEFORE_VALUE = _BLANKS + b"="
_JSON_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([nrtbf/\"]))")
# What `html.unescape` reads as one reference: decimal, hexadecimal, or a name of at most 32 characters.
_REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)")
_MANY = 100  # references from which a parser reads them faster than Python does


class Spoken:
    """A page's markup without its scripts and styles, and beside it what is text although it may look like markup. UTF-8."""

    def __init__(self, markup: bytes, words: Sequence[bytes] = ()) -> None:
        self.markup = markup
        self.words = words  # JSON-LD, titles and text boxes

    @cached_property
    def raw(self) -> bytes:
        """All that may be read, as it stands, for patterns that read past tags and references."""
        return b"\n".join((self.markup, *self.words)) if self.words else self.markup

    def outline(self) -> bytes:
        """The words with `<>` for every tag: for patterns that let tags join and part words."""
        return b"\n".join((b"<>".join(self._pieces[::2]), *self.aside))

    def readings(self) -> Iterator[str]:
        """The words as text, references read, one way after the other, each made when it is asked for.

        First all of them, tags parting words. Then what stands around the tags that join words for some readers, and
        around the breaks inside a headline for others. Then what is text although it may look like markup.
        """
        yield from ways(self._pieces)
        yield from self.beside()

    def beside(self) -> Iterator[str]:
        """The words that stand beside the markup, in each way."""
        if not any(self.aside):
            return
        said = b"\n".join(self.aside).decode("utf-8", "replace")
        said = referred(referred(_unescaped(said)))
        yield said
        if "<" in said:
            yield _without_tags(said, "")
            yield _without_tags(said, " ")

    @cached_property
    def _pieces(self) -> list[bytes]:
        """The markup as text, tag, text, tag, ..., text."""
        return TAG.split(self.markup)

    @cached_property
    def aside(self) -> tuple[bytes, ...]:
        """The words that stand beside the markup, with the values of its meta elements."""
        return (*self.words, *_contents(self.markup))


def ways(pieces: Sequence[bytes]) -> Iterator[str]:
    """Text, tag, text, tag, ..., text in each way to read the tags."""
    if len(pieces) == 1:
        yield _spaced(_read(pieces[0]))
        return
    marked = [*pieces]
    marked[1::2] = map(_marked, pieces[1::2])
    text = _read(b"".join(marked)).replace(_APART_MARK, "\n")
    blocks = text.replace(_BLOCK_MARK, "\n")
    yield _spaced(blocks.replace(_TAG_MARK, " "))
    for joined in (_joined(blocks), _joined(text.replace(_BLOCK_MARK, _TAG_MARK))):
        if joined:
            yield _spaced(joined)


@lru_cache(maxsize=4096)
def _marked(tag: bytes) -> bytes:
    """The mark of what a tag may part: cells and paragraphs, other blocks, nothing."""
    return _AS_APART if _APART.match(tag) else _AS_BLOCK if _BLOCK.match(tag) else _AS_TAG


def _spaced(text: str) -> str:
    """The text with single spaces for white space: where tags stood there is much of it, which costs those who read on."""
    return text if any(char in text for char in _NO_SPACES) else " ".join(text.split())


def _joined(text: str) -> str:
    """The text without its marks for tags, as far around those that stood between two letters or signs as a term reaches."""
    spans: list[list[int]] = []
    place = marks = 0
    for found in _JOINT.finditer(text):
        first = found.start()
        marks += text.count(_TAG_MARK, place, first)
        place = first
        at = first - marks  # in the text without marks
        if spans and at - REACH <= spans[-1][1]:
            spans[-1][1] = at + REACH
        else:
            spans.append([max(0, at - REACH), at + REACH])
    bare = text.replace(_TAG_MARK, "") if spans else ""
    return "\n".join(bare[first:last] for first, last in spans)


def spoken(page: bytes) -> Spoken:
    """What a page in UTF-8, or in a charset whose signs below 0x40 are those of ASCII, says."""
    markup, words, doubted = _unscripted(page)
    if doubted:
        # Where parsers may see other beginnings and ends than we do, what looks like a tag or script may be text: all is read as text, too.
        markup, words = page, [*words, page.replace(b"<", b" ")]
    return Spoken(markup, words)


def _contents(markup: bytes) -> Iterator[bytes]:
    for found in _CONTENT.finditer(markup):
        yield found[1] or found[2] or found[3] or b""


def _unscripted(page: bytes) -> tuple[bytes, list[bytes], bool]:
    """The page without the scripts and styles of which every parser knows where they begin, the words of raw elements, and
    whether parsers may read the page otherwise.

    An end that comes too early, or a script that stays, only leaves more.
    """
    pieces: list[bytes] = []
    words: list[bytes] = []
    place = at = since = 0
    doubted = False
    while found := _OPENING.search(page, at):
        start, at = found.span()
        at -= 1
        if page[start - 1] != _TAG_END and within_tag(page, start):
            doubted = True
            break
        if page[start + 1] == _EXCLAMATION:  # what a comment holds begins nothing
            ended = _COMMENT_END.search(page, at - 1)
            if ended is None:
                doubted = True
                break
            doubted = doubted or ended[0] != b"-->" or ended.start() <= at
            at = ended.end()
            continue
        name = page[start + 1 : at].lower()
        end = _closed(page, at, name)
        if end < 0:
            doubted = True
            break
        if name not in {b"script", b"style"}:
            # One parser reads "<" in it as text, another as markup: no matter where that is whole tags of words.
            inside = page[at:end]
            if b"<" in inside:
                doubted = doubted or b"<" in _OF_WORDS.sub(b"", inside)
                words.append(inside.replace(b"<", b" "))
            at = end
            continue
        head = b">" if page[at] == _TAG_END else page[at : page.find(b">", at) + 1].lower()
        if len(head) > 1 and (b"ld+json" in head or b"settings+json" in head):
            script = page[at + len(head) : end]
            if len(script) <= MAX_SCRIPT or (len(script) <= WIDEST * MAX_SCRIPT and not script.isascii()):
                words.append(script)  # longer ones nobody reads
            pieces.append(page[place:start])
            place = at = end
        elif _sure(head, end - at):
            pieces.append(page[place:start])
            # Inside a value the script was words of an attribute, and its end elsewhere. (A value that began before another
            # script was found there.)
            doubted = doubted or _within_value(b"".join(pieces[since:]))
            pieces.append(_LEFT_OUT)
            since = len(pieces)
            place = at = end
        else:
            doubted = True
            break
    pieces.append(page[place:])
    return b"".join(pieces), words, doubted


def _closed(page: bytes, at: int, name: bytes) -> int:
    """Where the raw element that was opened before `at` ends; -1 where it does not, or where parsers differ on it."""
    end = page.find(b"<", at)
    if _ENDS[name](page, end):  # nearly always the first "<" is the end
        return end
    found = _CLOSING_OR_COMMENT.get(name, _CLOSING[name]).search(page, at)
    commented = found is not None and page[found.start() + 1] == _EXCLAMATION
    if commented:
        found = _CLOSING[name].search(page, found.start())
    if found is None:
        return -1
    end = found.start()
    # A script that begins another in a comment ends later.
    return -1 if commented and b"<script" in page[at:end].lower() else end


def _sure(head: bytes, size: int) -> bool:
    """Whether a script or style begins here for every parser: not closed in XML's way, a whole head."""
    if head == b">":
        return size > 0
    odd = _ODD_TYPE.search(head) is not None
    whole = head.endswith(b">") and len(head) <= size and head.count(b'"') % 2 == 0 and head.count(b"'") % 2 == 0
    return whole and not head.endswith(b"/>") and not odd


def within_tag(page: bytes, start: int) -> bool:
    """Whether a tag before this place is still open there."""
    before = page.rfind(b"<", 0, start)
    return before >= 0 and page.find(b">", before, start) < 0


def _within_value(markup: bytes) -> bool:
    """Whether a value, or the tag that it stands in, is still open at the end of some markup."""
    edge = -1
    for quote in (b'"', b"'"):
        last = markup.rfind(quote)
        while last > 0:
            if _opens(markup, last):
                return True
            edge = edge if edge >= 0 else max(markup.rfind(b"<"), markup.rfind(b">"))
            if last <= edge:
                break
            last = markup.rfind(quote, 0, last)  # it may be the end of a value in a tag that goes on
    return False


def _opens(markup: bytes, quote: int) -> bool:
    """Whether the sign at a place may begin a value: "=" stands before it, or more white space than is looked at."""
    if markup[quote - 1] not in _BEFORE_VALUE:
        return False
    before = markup[max(0, quote - _SPACES) : quote].rstrip(_BLANKS)
    return before.endswith(b"=") or (not before and quote > _SPACES)


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
