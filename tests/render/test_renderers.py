"""Every renderer tells the same list, stays within its limits, and lets nothing of a headline become markup."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.model import Delivery, Digest, Origin
from bot.render import channels, console, email, feed, files, mime, preview, record, slack, words
from bot.render.links import href
from tests import slack_rules
from tests.render import hostile, samples

# A whole digest takes minutes to shrink; the faults name the place well enough.
CALM = settings(
    deadline=None,
    max_examples=30,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
HARD = settings(CALM, max_examples=250)
IDENTITY = email.MailIdentity(
    from_address="watch@example.org",
    reply_to="desk@example.org",
    unsubscribe_url="https://example.org/leave/" + "t" * 120,
    unsubscribe_mailto="leave@example.org",
    one_click=True,
)


class Reader(HTMLParser):
    """Collects what a page shows and where it leads; trips over anything active."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            assert not name.startswith("on"), name
            if name == "href":
                self.links.append(value or "")
            if name == "src":
                assert (value or "").startswith("cid:")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


ALLOWED = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "div",
    "table",
    "tbody",
    "tr",
    "td",
    "h1",
    "h2",
    "p",
    "a",
    "span",
    "strong",
    "br",
    "img",
}


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert set(reader.tags) <= ALLOWED, set(reader.tags) - ALLOWED
    assert all(link.startswith(("http://", "https://")) for link in reader.links)
    return reader


def mail(delivery: Delivery, **more: Any) -> EmailMessage:
    raw = mime.assembled(delivery, from_address="watch@example.org", **more).as_bytes()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert raw.isascii()
    parsed = message_from_bytes(raw, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def text_of(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    assert part is not None
    return str(part.get_content())


def valid(deliveries: tuple[Delivery, ...]) -> None:
    for delivery in deliveries:
        message = json.loads(delivery.payload)
        assert slack_rules.faults(message) == []
        assert slack_rules.mentions(message) == []
        assert slack_rules.markup_faults(message["fallback"], "/fallback") == []
        assert 0 < len(message["text"]) <= 300
        assert 0 < len(message["fallback"]) <= 4000
        delivery.payload.encode()  # a database stores it as UTF-8


# ── laws over hostile digests ─────────────────────────────────────────────────────────────────────────────────


def check_slack(digest: Digest) -> None:
    for target in ("C0123456789", "webhook"):
        valid(slack.deliveries(digest, replace(samples.SLACK, target=target)))


def check_mail(digest: Digest) -> None:
    (delivery,) = email.deliveries(digest, samples.MAIL, IDENTITY)
    message = mail(delivery)
    assert len(message.get_all("Subject", [])) == len(message.get_all("To", [])) == 1
    assert message["Bcc"] is None
    assert str(message["Subject"]) == json.loads(delivery.payload)["subject"]
    assert "=?" not in str(message["Subject"])
    page = text_of(message, "html")
    assert len(page.encode()) <= email.MAX_HTML
    assert read(page).tags.count("html") == 1
    delivery.payload.encode()


def check_rest(digest: Digest) -> None:
    shown = console.text(digest)
    assert not set(shown) & set("\x00\x07\x1b\u202e\u2066\u2028")
    shown.encode()
    ET.fromstring(feed.atom([digest], title="t", self_url="https://example.org/feed"))
    json.loads(feed.json_feed([digest], title="t"))
    json.loads(json.dumps(record.record(digest)))
    (delivery,) = files.deliveries(digest, replace(samples.SLACK, channel="file"))
    delivery.payload.encode()
    pages = [one.payload for one in slack.deliveries(digest, samples.SLACK)]
    assert "<script" not in preview.slack_page(pages)


@pytest.mark.criterion("S-1")
@pytest.mark.criterion("S-2")
@pytest.mark.criterion("S-3")
@pytest.mark.criterion("S-4")
@pytest.mark.criterion("S-6")
@pytest.mark.criterion("S-8")
@pytest.mark.criterion("T-2")
@pytest.mark.criterion("T-8")
@pytest.mark.criterion("R-40")
@pytest.mark.criterion("R-41")
@CALM
@given(hostile.digests())
def test_no_digest_makes_a_message_that_slack_refuses(digest):
    check_slack(digest)


@pytest.mark.criterion("M-2")
@pytest.mark.criterion("M-6")
@pytest.mark.criterion("M-20")
@pytest.mark.criterion("R-42")
@pytest.mark.criterion("R-43")
@CALM
@given(hostile.digests())
def test_no_digest_breaks_a_mail(digest):
    check_mail(digest)


@pytest.mark.criterion("R-44")
@CALM
@given(hostile.digests(most=8))
def test_no_digest_breaks_console_files_or_feeds(digest):
    check_rest(digest)


# In turns of their own: one engine would keep ten thousand digests in memory to know what it tried.
@pytest.mark.torture
@pytest.mark.criterion("R-40")
@pytest.mark.criterion("R-42")
@pytest.mark.parametrize("turn", range(40))
@HARD
@given(digest=hostile.digests())
def test_ten_thousand_digests_for_slack_mail_and_the_rest(turn: int, digest: Digest):
    check_slack(digest)
    check_mail(digest)
    check_rest(digest)


@pytest.mark.sampled
@HARD
@given(digest=hostile.digests())
def test_two_hundred_and_fifty_digests_for_the_gate(digest: Digest):
    check_slack(digest)
    check_mail(digest)


@given(st.one_of(hostile.links, st.text()))
def test_a_printed_link_is_ascii_without_user_or_markup_or_is_not_printed(url):
    made = href(url)
    assert made == "" or (made.startswith(("http://", "https://")) and made.isascii() and "@" not in made.split("/")[2])
    assert not set(made) & set(' <>"|\t\n')
    assert href(made) == made


@pytest.mark.criterion("S-5")
@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:pw@example.org/x", "https://example.org/x"),
        ("https://пример.рф/a b", "https://xn--e1afmkfd.xn--p1ai/a%20b"),
        ("http://example.org/?q=a|b", "http://example.org/?q=a%7Cb"),
        ("javascript:alert(1)", ""),
        ("https://example.org:99999/", ""),
        ("data:text/html,x", ""),
    ],
)
def test_links_are_shown_for_what_they_are(url, shown):
    assert href(url) == shown


@given(st.one_of(hostile.texts, st.text(max_size=1000)), st.integers(2, 300))
def test_shown_text_is_one_short_line(text, limit):
    line = words.shown(text, limit)
    assert len(line) <= limit
    assert "\n" not in line


# ── the same in every look ────────────────────────────────────────────────────────────────────────────────────


def leaves(payloads: list[str]) -> str:
    return "\n".join(json.dumps(json.loads(one)["blocks"], ensure_ascii=False) for one in payloads)


@pytest.mark.criterion("D-1")
def test_all_looks_tell_the_same_stories_in_the_same_order():
    digest = samples.busy()
    looks = {
        "slack": leaves([slack.deliveries(digest, samples.SLACK)[0].payload]),
        "console": console.text(digest, width=10_000),
        "mail": email.page(digest, samples.MAIL),
        "plain": console.text(digest, width=74).replace("\n   ", " "),
        "json": record.dumped(digest),
        "atom": feed.atom([digest], title="t"),
    }
    told = [words.title(story) for story in digest.stories if not story.folded]
    for name, look in looks.items():
        places = [look.find(title) for title in told]
        assert -1 not in places, name
        assert places == sorted(places), name
        if name not in ("json", "atom"):
            assert words.counts(digest) in look.replace("\n", " "), name


@pytest.mark.criterion("S-8")
@pytest.mark.criterion("M-8")
@pytest.mark.criterion("D-9")
@pytest.mark.parametrize("count", [11, 60, 500])
def test_five_hundred_stories_are_a_prefix_and_a_number(count):
    digest = samples.many(count)
    messages = slack.deliveries(digest, samples.SLACK)
    valid(messages)
    assert len(messages) <= slack.MAX_PARTS
    first = leaves([messages[0].payload])
    assert f"+{count - 10} more in the thread" in first
    page = email.page(digest, samples.MAIL)
    assert len(page.encode()) < email.MAX_HTML
    if count > 60:
        assert "more stories: armswatch digest --preview" in leaves([messages[-1].payload])
        assert f"+{count - 60} more" in page
        assert f"+{count - 60} more" in console.text(digest)


@pytest.mark.criterion("S-8")
def test_a_short_limit_moves_whole_stories_into_the_thread():
    digest = samples.busy()
    head, *rest = slack.deliveries(digest, replace(samples.SLACK, max_stories=2))
    assert "+4 more in the thread" in leaves([head.payload])
    assert words.title(digest.stories[2]) not in leaves([head.payload])
    assert words.title(digest.stories[2]) in leaves([one.payload for one in rest])


def test_a_thread_reply_is_marked_and_every_part_carries_its_key():
    messages = slack.deliveries(samples.busy(), samples.SLACK)
    for part, delivery in enumerate(messages, 1):
        payload = json.loads(delivery.payload)
        assert payload["thread"] is (part > 1)
        assert payload["metadata"]["event_payload"] | {"sha": ""} == {
            "key": delivery.key,
            "part": part,
            "parts": len(messages),
            "sha": "",
        }


@pytest.mark.criterion("M-2")
@pytest.mark.criterion("S-12")
def test_the_same_digest_gives_the_same_bytes():
    first, second = samples.weekly(), samples.weekly()
    one, two = email.deliveries(first, samples.MAIL, IDENTITY), email.deliveries(second, samples.MAIL, IDENTITY)
    assert one == two
    assert mime.assembled(one[0]).as_bytes() == mime.assembled(two[0]).as_bytes()
    assert slack.deliveries(samples.busy(), samples.SLACK) == slack.deliveries(samples.busy(), samples.SLACK)


# ── what is said ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.criterion("D-10")
def test_a_hole_in_the_coverage_stands_in_the_first_line_of_every_look():
    digest = samples.hole()
    head = json.loads(slack.deliveries(digest, samples.SLACK)[0].payload)
    assert "COVERAGE HOLE" in head["blocks"][0]["text"]["text"]
    assert "coverage hole" in head["text"]
    assert "COVERAGE HOLE" in console.text(digest).splitlines()[0]
    assert "COVERAGE HOLE" in email.subject(digest)
    assert "Do not read silence from Seoul as silence" in email.page(digest, samples.MAIL)
    assert "caught up: was due" in console.text(digest)


def test_a_language_without_any_feed_is_a_hole_even_if_nobody_says_so():
    digest = samples.quiet()
    blind = replace(digest, coverage=replace(digest.coverage, by_lang=(("ko", 0, 5), ("en", 3, 3))))
    assert words.holes(blind) == ["No feed answers in: ko. Do not read silence there as silence"]
    assert "blindness" in words.quiet(blind)


@pytest.mark.criterion("D-14")
def test_a_quiet_day_is_one_line_that_proves_work_or_nothing_at_all():
    digest = samples.quiet()
    assert "Read 1,912 items; all languages covered" in console.text(digest)
    assert "Last new fact: 3 days ago" in console.text(digest)
    silent = replace(samples.SLACK, quiet="nothing")
    for channel in ("slack", "email", "console", "file"):
        assert channels.deliveries(digest, replace(silent, channel=channel, target="a@b.example")) == ()
    assert slack.deliveries(samples.hole(), silent)
    assert slack.deliveries(replace(digest, coverage=samples.hole().coverage), silent)
    nothing = replace(digest, coverage=replace(digest.coverage, items_read=0))
    assert "do not read this as quiet" in words.quiet(nothing)
    assert slack.deliveries(nothing, silent), "a day on which nothing was read is no quiet day"


@pytest.mark.criterion("A-7")
def test_an_alerted_story_is_marked_not_repeated():
    digest = samples.busy()
    alerted = replace(digest.stories[1], alerted=samples.CUTOFF - timedelta(hours=5))
    again = replace(digest, stories=(digest.stories[0], alerted, *digest.stories[2:]))
    shown = console.text(again)
    assert "ALERTED" in shown
    assert "Alerted Sat 14 Oct 02:00" in shown
    assert "“Officials in Washington" not in shown
    assert "5 new, 1 update, 1 denial, 1 alerted before" in shown


def test_no_score_no_term_list_and_no_route_is_printed():
    for look in (console.text(samples.busy()), email.page(samples.busy(), samples.MAIL)):
        assert "score" not in look.lower()
        assert "matched" not in look.lower()


def test_what_was_only_a_headline_says_so():
    story = replace(samples.busy().stories[0], quality="headline-only")
    assert "Only the headline" in "\n".join(words.remarks(story, "UTC"))


def test_a_quote_that_only_repeats_the_headline_is_not_printed_twice():
    story = replace(samples.busy().stories[0], quote=samples.busy().stories[0].title)
    assert words.quote(story) == ""


# ── the mail ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.criterion("M-1")
@pytest.mark.criterion("M-4")
def test_a_mail_has_its_headers_once_and_its_two_parts():
    (delivery,) = email.deliveries(samples.busy(samples.MAIL), samples.MAIL, IDENTITY)
    message = mail(delivery)
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    for name in (
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "List-Id",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "Auto-Submitted",
    ):
        assert len(message.get_all(name, [])) == 1, name
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] == "Sat, 14 Oct 2023 07:00:00 +0000"
    assert message["Message-ID"] == mime.message_id(delivery.key, "watch@example.org")
    assert IDENTITY.unsubscribe_url in message["List-Unsubscribe"]
    raw = mime.assembled(delivery).as_bytes()
    assert f"List-Unsubscribe: <{IDENTITY.unsubscribe_url}>".encode() in raw


@pytest.mark.criterion("M-4")
def test_one_click_is_offered_only_where_it_can_be_honoured():
    for identity in (replace(IDENTITY, one_click=False), replace(IDENTITY, unsubscribe_url="http://example.org/leave")):
        (delivery,) = email.deliveries(samples.busy(samples.MAIL), samples.MAIL, identity)
        assert mail(delivery)["List-Unsubscribe-Post"] is None


@pytest.mark.criterion("M-30")
def test_the_text_part_says_what_the_page_says():
    digest = samples.busy(samples.MAIL)
    (delivery,) = email.deliveries(digest, samples.MAIL, IDENTITY)
    message = mail(delivery)
    page = " ".join("".join(read(text_of(message, "html")).words).split())
    plain = " ".join(text_of(message, "plain").split())
    for story in digest.stories:
        if not story.folded:
            for line in (words.title(story), words.said(story), words.origins(story), words.source(story)):
                assert line in page
                assert line in plain
    for line in (words.counts(digest), words.coverage(digest), digest.id, *digest.corrections):
        assert line in page
        assert line in plain
    assert "\n-- \n" in text_of(message, "plain").replace("\r\n", "\n")
    assert max(map(len, text_of(message, "plain").splitlines())) <= 120


def test_a_resend_is_the_same_mail_and_says_that_it_may_be_a_second_one():
    (delivery,) = email.deliveries(samples.busy(samples.MAIL), samples.MAIL, IDENTITY)
    first, second = mail(delivery), mail(delivery, resend=True)
    assert first["Message-ID"] == second["Message-ID"]
    assert (first["X-Armswatch-Repeat"], second["X-Armswatch-Repeat"]) == (None, "possible")
    for kind in ("plain", "html"):
        assert "Possible repeat" not in text_of(first, kind)
        assert "Possible repeat" in text_of(second, kind)


@pytest.mark.criterion("M-20")
def test_a_weekly_brief_has_its_chart_as_a_picture_in_the_mail():
    (delivery,) = email.deliveries(samples.weekly(), replace(samples.MAIL, every="week"), IDENTITY)
    message = mail(delivery)
    pictures = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert len(pictures) == 1
    assert f"cid:{pictures[0]['Content-ID'][1:-1]}" in text_of(message, "html")
    assert "What changed this week" in text_of(message, "html")
    assert "The week's claims" in text_of(message, "plain")
    page = preview.mail_page([delivery.payload])
    assert "data:image/png;base64," in page


@given(st.text(max_size=400))
def test_a_subject_survives_its_encoding(text):
    subject = mime.header_text(words.shown(text, 150)) or "x"
    message = EmailMessage(policy=mime.POLICY)
    message["Subject"] = subject
    raw = message.as_bytes()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert str(message_from_bytes(raw, policy=default)["Subject"]) == subject


@pytest.mark.parametrize("bad", ["", "nobody", "a@b@c d", "a@b\r\nBcc: x@y.z", "<a@b", "a,b@c.example"])
def test_what_is_no_address_is_refused(bad):
    with pytest.raises(ValueError, match="not a mail address"):
        mime.address(bad)


@pytest.mark.parametrize(
    ("written", "domain"),
    [
        ("a@example.org", "example.org"),
        ("Desk <a@example.org>", "example.org"),
        ("a@пример.рф", "xn--e1afmkfd.xn--p1ai"),
        ("", mime.NO_DOMAIN),
        ("x", mime.NO_DOMAIN),
    ],
)
def test_the_domain_of_a_sender_is_found_in_every_spelling(written, domain):
    assert mime.domain_of(written) == domain
    assert mime.message_id("k", written).endswith(f"@{domain}>")


def test_origins_that_bear_each_other_out_are_called_corroborated_and_others_are_not():
    told = replace(
        samples.busy().stories[0],
        origins=(
            Origin(claimant="White House", basis="imagery", corroborated=True),
            Origin(claimant="ROK NIS", basis="official figure", corroborated=True),
        ),
        carriers=11,
    )
    assert (
        words.origins(told) == "2 origins (White House: imagery; ROK NIS: official figure), corroborated, carried by 11"
    )
    alone = replace(told, origins=tuple(replace(one, corroborated=False) for one in told.origins))
    assert "corroborated" not in words.origins(alone)


def test_what_a_story_follows_is_named_by_its_headline_and_what_hangs_on_it_by_its_outlets():
    hanging = tuple((f"Outlet {number}", f"Title {number}", f"https://o{number}.example/a") for number in range(5))
    told = replace(
        samples.busy().stories[0], follows="s-9", follows_words="“Ships left Rajin” (3 Feb 2026)", also=hanging
    )
    digest = replace(samples.busy(), stories=(told,))
    for text in (console.text(digest), json.loads(email.deliveries(digest, samples.MAIL)[0].payload)["plain"]):
        assert "Follows “Ships left Rajin” (3 Feb 2026)" in text
        assert "s-9" not in text
        assert "Also: Outlet 0\n   https://o0.example/a" in text
        assert "+2 more outlets" in text
