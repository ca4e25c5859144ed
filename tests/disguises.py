"""One article as pages that say the same in other bytes: charsets, entities, escapes, tags, spaces, soft hyphens."""

from __future__ import annotations

import html
import html.entities
import json
import re
import unicodedata
from collections.abc import Callable

_SHY = "\u00ad"
LONG = 7  # letters from which a word is hyphenated


def page(
    title: str, text: str, *, charset: str = "utf-8", head: str = "", escape: Callable[[str], str] = html.escape
) -> str:
    """A plain page: title, heading, paragraphs."""
    paragraphs = "".join(f"<p>{escape(line)}</p>\n" for line in text.split("\n") if line.strip())
    return (
        f'<!doctype html><html><head><meta charset="{charset}"><title>{escape(title)}</title>{head}</head>\n'
        f"<body><header><nav><a href='/'>Start</a> <a href='/sport'>Sport</a></nav></header><main><article><h1>{escape(title)}</h1>\n"
        f"{paragraphs}</article></main><footer>Imprint</footer></body></html>"
    )


def decimal(text: str) -> str:
    """Every letter beyond ASCII as a decimal reference."""
    return "".join(char if ord(char) < 128 else f"&#{ord(char)};" for char in html.escape(text))


def hexadecimal(text: str) -> str:
    """Every letter beyond ASCII as a hexadecimal reference, upper and lower case in turn."""
    out = []
    for number, char in enumerate(html.escape(text)):
        out.append(char if ord(char) < 128 else (f"&#x{ord(char):X};" if number % 2 else f"&#x{ord(char):04x};"))
    return "".join(out)


def all_references(text: str) -> str:
    """Every letter, ASCII ones too, as a reference."""
    return "".join(f"&#{ord(char)};" if char.isalpha() else html.escape(char) for char in text)


def taken_apart(text: str) -> str:
    """Letters and their marks apart (NFD), those beyond ASCII as references."""
    return hexadecimal(unicodedata.normalize("NFD", text))


def named(text: str) -> str:
    """Accents as named entities, as old editors wrote them."""
    return (
        html.escape(text).encode("ascii", "xmlcharrefreplace").decode()
        if text.isascii()
        else "".join(
            f"&{html.entities.codepoint2name[ord(char)]};" if ord(char) in html.entities.codepoint2name else char
            for char in text
        )
    )


def spaces(text: str) -> str:
    """No-break spaces between all words."""
    return html.escape(text).replace(" ", "&nbsp;")


def raw_spaces(text: str) -> str:
    """No-break spaces as characters, sometimes two, sometimes with a line break."""
    return re.sub(" ", lambda found: ("\u00a0", "\u00a0 ", "\n  ")[found.start() % 3], html.escape(text))


def hyphenated(text: str) -> str:
    """Soft hyphens inside all longer words."""
    return re.sub(rf"[^\W\d_]{{{LONG},}}", lambda found: _SHY.join(_syllables(found[0])), html.escape(text))


def hyphenated_named(text: str) -> str:
    """The same as `&shy;`."""
    return hyphenated(text).replace(_SHY, "&shy;")


def _syllables(word: str) -> list[str]:
    return [word[start : start + 3] for start in range(0, len(word), 3)]


def tagged(text: str) -> str:
    """Every second word in an inline element of its own."""
    words = html.escape(text).split(" ")
    return " ".join(
        f'<b class="x y">{word}</b>'
        if n % 3 == 1
        else f"<a href='/t/{n}?a=1&amp;b=2'>{word}</a>"
        if n % 3 == 2
        else word
        for n, word in enumerate(words)
    )


def linked_spaces(text: str) -> str:
    """The space of a phrase inside of a tag's element."""
    return html.escape(text).replace(" ", "<span> </span>")


def initials(text: str) -> str:
    """The first letter of each word in an element: drop capitals and highlights."""
    return " ".join(
        f"<span>{word[0]}</span>{word[1:]}" if word[:1].isalpha() and len(word) > 3 else word
        for word in html.escape(text).split(" ")
    )


def marked(text: str) -> str:
    """Letters in the middle of each word in an element, as a search hit is shown."""
    return " ".join(
        f"{word[:3]}<em>{word[3:5]}</em>{word[5:]}" if word.isalpha() and len(word) > 5 else word
        for word in html.escape(text).split(" ")
    )


def zero_width(text: str) -> str:
    """A zero-width space inside all longer words."""
    return re.sub(rf"[^\W\d_]{{{LONG},}}", lambda found: found[0][:4] + "\u200b" + found[0][4:], html.escape(text))


def json_ld(title: str, text: str, *, ascii_only: bool = True) -> str:
    """A page whose article stands only in its JSON-LD, as those for applications do."""
    body = json.dumps({"@type": "NewsArticle", "headline": title, "articleBody": text}, ensure_ascii=ascii_only)
    return (
        f'<!doctype html><html><head><title>News</title><script type="application/ld+json">{body}</script></head>'
        '<body><div id="app"></div></body></html>'
    )


def described(title: str, text: str) -> str:
    """A page whose words stand only in its description."""
    said = html.escape(f"{title}. {text}", quote=True)
    return f'<html><head><meta property="og:description" content="{said}"></head><body></body></html>'


ESCAPES: tuple[Callable[[str], str], ...] = (
    html.escape, decimal, hexadecimal, all_references, taken_apart, named, spaces, raw_spaces, hyphenated, hyphenated_named, tagged,
    linked_spaces, initials, marked, zero_width, str.upper,
)  # fmt: skip
CHARSETS = (
    "cp1252", "cp1250", "cp1251", "koi8-r", "koi8-u", "iso8859-5", "cp866", "iso8859-2", "euc_kr", "cp949", "shift_jis",
    "euc_jp", "iso2022_jp", "gb18030", "gbk", "big5", "utf-16", "utf-16-le", "utf-16-be",
)  # fmt: skip


LABELS = {"euc_kr": "euc-kr", "euc_jp": "euc-jp", "iso2022_jp": "iso-2022-jp"}  # what pages call them


def bodies(title: str, text: str) -> list[tuple[str, bytes, str]]:
    """(name, bytes, content type) of every disguise that can write the article at all."""
    found = [
        (f"utf-8 {escape.__name__}", page(title, text, escape=escape).encode(), "text/html; charset=utf-8")
        for escape in ESCAPES
    ]
    found.append(("utf-8 undeclared", page(title, text, charset="").encode(), "text/html"))
    found.append(("json-ld escaped", json_ld(title, text).encode(), "text/html"))
    found.append(("json-ld raw", json_ld(title, text, ascii_only=False).encode(), "text/html"))
    found.append(("description", described(title, text).encode(), "text/html"))
    for charset in CHARSETS:
        label = LABELS.get(charset, charset)
        try:
            body = page(title, text, charset=label).encode(charset)
        except UnicodeEncodeError:
            continue
        found.append((charset, body, f"text/html; charset={label}"))
    return found
