"""What a headline may hold, and what becomes of it in Slack, in the mail and in its subject: each with its named outcome."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from typing import Any

import pytest

from bot.core.digests import compose
from bot.model import Digest
from bot.render import email, mime, preview, slack, words
from bot.render.templates import filled
from tests import slack_rules
from tests.render.samples import CUTOFF, DAY, LABELS, MAIL, SEEN, SINCE, SLACK, candidate, many

# (what the feed brings, what a reader sees)
HEADLINES = {
    "mention": ("<!channel> shells for Russia", "<!channel> shells for Russia"),
    "masked link": ("<https://evil.example|Reuters> on shells", "<https://evil.example|Reuters> on shells"),
    "entities": ("&lt;!here&gt; &amp; shells", "&lt;!here&gt; &amp; shells"),
    "markdown": ("*bold* _it_ ~no~ `code` shells", "*bold* _it_ ~no~ `code` shells"),
    "encoded word": ("=?utf-8?q?Shells?= for Russia", "=?utf-8?q?Shells?= for Russia"),
    "line feed": ("Shells\r\nBcc: all@example.org", "Shells Bcc: all@example.org"),
    "line separator": ("Shells\u2028for\u2029Russia", "Shells for Russia"),
    "right to left": ("Shells \u202egnp.exe\u202c for \u2066Russia\u2069", "Shells gnp.exe for Russia"),
    "zero width": ("Sh\u200bells\ufeff for Russia", "Shells for Russia"),
    "controls": ("Shells\x00\x07\x1b[31m for Russia", "Shells[31m for Russia"),
    "script": ("<script>alert(1)</script> shells", "<script>alert(1)</script> shells"),
    "endless": ("shells " * 800, None),
    "template": ("{{ 7*7 }} {% raw %} shells", "{{ 7*7 }} {% raw %} shells"),
}


def digest_of(**more: Any) -> Digest:
    return compose(
        SLACK, [candidate("x", **more)], [], 0, SEEN, local_date=DAY, since=SINCE, cutoff=CUTOFF, labels=LABELS
    )


def leaves(block: Any) -> list[str]:
    """All text that Slack shows, as it shows it."""
    if isinstance(block, dict):
        own = [block["text"]] if isinstance(block.get("text"), str) else []
        return own + [text for value in block.values() for text in leaves(value)]
    return [text for one in block for text in leaves(one)] if isinstance(block, list) else []


class Shown(HTMLParser):
    """The words and links of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words, self.links, self.tags = "", list[str](), set[str]()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.criterion("S-2")
@pytest.mark.criterion("S-4")
@pytest.mark.criterion("M-20")
@pytest.mark.parametrize("name", sorted(HEADLINES))
def test_a_hostile_headline_is_shown_as_words_and_does_nothing(name: str):
    brought, seen = HEADLINES[name]
    seen = seen or words.shown(brought)
    digest = digest_of(title=brought)
    (head, *_) = slack.deliveries(digest, SLACK)
    message = json.loads(head.payload)
    assert seen in leaves(message["blocks"])
    assert slack_rules.mentions(message) == []
    assert slack_rules.faults(message) == []
    assert message["text"].startswith("DPRK–Russia arms, Sat 14 Oct: in scope 1 (1 new). 1) ")

    (promise,) = email.deliveries(digest, MAIL, email.MailIdentity(from_address="watch@example.org"))
    raw = mime.assembled(promise).as_bytes()
    mail = message_from_bytes(raw, policy=default)
    assert raw.split(b"\r\n\r\n", 1)[0].lower().count(b"\r\nsubject:") == 1
    assert mail["Bcc"] is None
    # A subject that looks encoded is pulled apart, so that no program decodes what was never encoded.
    assert words.shown(seen, 60).rstrip("…").replace("=?", "= ?") in str(mail["Subject"])
    page = Shown(json.loads(promise.payload)["html"])
    assert seen in page.words
    assert "script" not in page.tags
    assert seen in Shown(preview.slack_page([head.payload])).words.replace("\xa0", " ")


def test_five_thousand_characters_are_cut_with_an_ellipsis_between_whole_letters():
    brought = "ё" * 2500 + "👩‍👩‍👧‍👦" * 400
    shown = words.title(digest_of(title=brought).stories[0])
    assert len(shown) <= words.TITLE
    assert shown.endswith("…")
    assert not shown.rstrip("…").endswith("\u200d")


@pytest.mark.criterion("S-5")
@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,<script>", "file:///etc/passwd", "", "//x.example/"]
)
def test_a_link_that_is_none_is_left_out_and_its_headline_stays(url: str):
    digest = digest_of(title="Shells for Russia", url=url)
    digest = replace(digest, stories=(replace(digest.stories[0], url=url),))
    (head, *_) = slack.deliveries(digest, SLACK)
    assert "Shells for Russia" in leaves(json.loads(head.payload)["blocks"])
    assert '"type":"link"' not in head.payload
    page = Shown(email.page(digest, MAIL))
    assert "Shells for Russia" in page.words
    assert page.links == []


@pytest.mark.criterion("M-8")
@pytest.mark.parametrize("title", ["длинный заголовок о поставках снарядов " * 5, "포탄 " * 100, "<&\"'> " * 40])
def test_five_hundred_stories_make_a_mail_under_ninety_kilobytes(title: str):
    digest = many(500)
    digest = replace(digest, stories=tuple(replace(one, title=title, gloss="") for one in digest.stories))
    page = email.page(digest, MAIL)
    assert len(page.encode()) < 90_000
    shown = re.search(r"\+(\d+) more<", page)
    assert shown
    told = len(re.findall(r'class="badge"', page))
    assert told + int(shown[1]) == 500


# ── light and dark ────────────────────────────────────────────────────────────────────────────────────────────


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colours(css: str, selector: str, what: str) -> str:
    found = [
        match[2]
        for match in re.finditer(r"([^{}]+)\{([^{}]*)\}", css)
        if selector in [one.strip() for one in match[1].split(",")]
    ]
    value = re.search(rf"(?:^|[ ;]){what}: (#[0-9a-f]{{6}})", " ".join(found))
    assert value, (selector, what)
    return value[1]


@pytest.mark.criterion("M-22")
@pytest.mark.criterion("M-23")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_word_of_the_mail_can_be_read_in_the_light_and_in_the_dark(dark: bool):
    page = filled(
        "message.html.j2", link=email.linked, subject="", headline="", lines=[], quote="", title="", url="", small=[]
    )
    whole = page.split("<style>")[1].split("</style>")[0]
    start = whole.index("@media (prefers-color-scheme: dark) {") + len("@media (prefers-color-scheme: dark) {")
    css = whole[start : whole.index("@media (max-width")] if dark else whole[: whole.index("@media")]
    sheet = colours(css, ".sheet", "background")
    for selector in ("body", "a", ".muted", ".foot", "h2", ".badge"):
        assert contrast(colours(css, selector, "color"), sheet) >= 4.5, selector
    assert contrast(colours(css, ".hole", "color"), colours(css, ".hole", "background")) >= 4.5


KNOWN_TO_MAIL = {
    "background", "border", "border-color", "border-left", "border-left-color", "border-top", "border-top-color", "color", "display",
    "font-family", "font-size", "font-weight", "letter-spacing", "line-height", "margin", "max-height", "max-width", "overflow",
    "padding", "padding-left", "padding-right", "text-align", "text-decoration", "text-transform", "width",
}  # fmt: skip
"""Properties that mail programs have known for long, or ignore without harm (max-height and overflow hide the preheader)."""


@pytest.mark.criterion("M-25")
def test_the_mail_asks_for_nothing_that_mail_programs_do_not_know():
    page = email.page(many(3), MAIL)
    css = page.split("<style>")[1].split("</style>")[0] + " ".join(re.findall(r'style="([^"]*)"', page))
    assert set(re.findall(r"[{;\s]([a-z-]+)\s*:(?!/)", css)) - {"prefers-color-scheme", "max-width"} <= KNOWN_TO_MAIL
    assert not re.search(r"url\(|@import|@font-face|position|flex|grid|var\(", css)
