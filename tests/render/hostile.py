"""Digests full of what feeds may bring: markup, mentions, overrides, controls, endless words, all scripts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from bot.model import AdjacentLine, Coverage, Digest, DigestNote, DigestStory, Origin

PAYLOADS = [
    "<!channel>", "<!here|x>", "<!everyone>", "<@U012AB3CD>", "<#C012AB3CD|general>", "<!subteam^S012|desk>",
    "<https://evil.example|Reuters>", "a|b>c", "*bold* _it_ ~no~ `code`", "```block```", "&lt;!here&gt;", "&amp;amp;",
    "\u202egnp.exe", "\u2066hidden\u2069", "zero\u200bwidth\u200d", "NUL\x00inside", "bell\x07", "esc\x1b[31mred",
    "line\r\nBcc: all@example.org", "tab\tand\x0bvt\x0cff", "sep\u2028para\u2029end\x85", "=?utf-8?q?fake?=", "=?utf-8?b?ZmFrZQ==?=",
    "👩‍👩‍👧‍👦👍🏽 :tada: :boom:", "e\u0301" * 40, "Z\u0351\u0352\u0353" * 60, "x" * 5000, "слово" * 900, "가" * 3000, "\ud800 lone",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '" onmouseover="x', "</td></table>", "{{ 7*7 }}", "{% raw %}",
    "<!--repeat-->", "]]>", "javascript:alert(1)", "", " ", "\n\n", ".", "..\r\n.\r\n", "From here on", "=1+1", "\ufeffBOM", "\uffff\ufdd0",
]  # fmt: skip
LINKS = [
    "https://example.org/a", "http://example.org/?a=b&c=d|e<f>", "https://user:secret@example.org/x", "javascript:alert(1)",
    "data:text/html,x", "ftp://example.org/", "//example.org/x", "https://пример.рф/путь?к=в", "https://example.org/" + "p" * 4000,
    "https://exa mple.org/", "https://example.org/a b\tc\n", 'https://example.org/"><script>', "", "not a link", "https://[::1]/x",
    "https://example.org:99999/", "https://xn--80ak6aa92e.com/", "HTTPS://EXAMPLE.ORG/UP", "https://example.org/\u202egnp", "https://", "http://[bad",
    "https://example.org/\ud800",
]  # fmt: skip

texts = st.one_of(
    st.sampled_from(PAYLOADS),
    st.text(max_size=300),
    st.builds(
        lambda one, two, three: one + two + three,
        st.sampled_from(PAYLOADS),
        st.text(max_size=20),
        st.sampled_from(PAYLOADS),
    ),
)
short = st.one_of(st.sampled_from(PAYLOADS), st.text(max_size=80))
links = st.one_of(st.sampled_from(LINKS), st.text(max_size=60).map(lambda text: f"https://example.org/{text}"))
moments = st.one_of(
    st.none(),
    st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 28), timezones=st.just(UTC)),  # noqa: DTZ001 # hypothesis adds the zone
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 # the same
)
origins = st.lists(st.builds(Origin, claimant=short, basis=short, carriers=st.integers(1, 10**6)), max_size=9).map(
    tuple
)
notes = st.lists(
    st.builds(
        DigestNote,
        badge=st.sampled_from(["NEW", "UPDATE", "DENIAL", "LATE", "PROMOTED", "CORRECTION"]),
        words=texts,
        outlet=short,
        url=links,
    ),
    max_size=7,
).map(tuple)
items = st.lists(st.tuples(short, texts, links), max_size=12).map(tuple)
stories = st.builds(
    DigestStory,
    story=st.from_regex(r"s-[0-9a-f]{12}", fullmatch=True),
    badge=st.sampled_from(["NEW", "UPDATE", "DENIAL", "LATE", "PROMOTED", "CORRECTION"]),
    watchlists=st.lists(short, max_size=3).map(tuple),
    title=texts,
    url=links,
    outlet=short,
    host=short,
    lang=st.sampled_from(["", "en", "ko", "ru", "zh-Hant", '"><b>']),
    quality=st.sampled_from(["full", "teaser", "headline-only", "paywalled", "blocked", "missing"]),
    direction=st.sampled_from([None, "dprk>russia"]),
    kind=st.sampled_from([None, "sanctions", "deal-talk"]),
    gloss=texts,
    quote=texts,
    published=moments,
    first_seen=moments,
    late_reason=short,
    origins=origins,
    carriers=st.integers(1, 10**6),
    predecessor=texts,
    follows=short,
    alerted=moments,
    also=items,
    direction_words=short,
    notes=notes,
    folded=st.booleans(),
    stream=short,
)
adjacent = st.builds(
    AdjacentLine,
    stream=short,
    label=short,
    count=st.integers(1, 5000),
    title=texts,
    url=links,
    outlet=short,
    missing=short,
    items=items,
)


@st.composite
def digests(draw: st.DrawFn, most: int = 30) -> Digest:
    """Any digest that the store could hand over, and many that it could not; folded stories stand last."""
    told = sorted(draw(st.lists(stories, max_size=most)), key=lambda one: one.folded)
    cutoff = datetime(2026, 5, 3, 7, 0, tzinfo=UTC)
    return Digest(
        id="d-0123456789ab",
        subscription=draw(short),
        local_date=date(2026, 5, 3),
        zone=draw(st.sampled_from(["UTC", "Europe/Kyiv", "Asia/Seoul", "America/Santiago"])),
        since=draw(st.sampled_from([None, cutoff - timedelta(days=1)])),
        cutoff=cutoff,
        stories=tuple(told),
        adjacent=tuple(draw(st.lists(adjacent, max_size=8))),
        passing=draw(st.integers(0, 10**6)),
        coverage=Coverage(
            by_lang=tuple(
                draw(
                    st.lists(
                        st.tuples(st.sampled_from(["ko", "ru", "en", ""]), st.integers(0, 9), st.integers(0, 9)),
                        max_size=6,
                    )
                )
            ),
            holes=tuple(draw(st.lists(texts, max_size=8))),
            items_read=draw(st.integers(0, 10**7)),
        ),
        in_scope=len(told),
        late_run=draw(texts),
        corrections=tuple(draw(st.lists(texts, max_size=8))),
        last_fact=draw(texts),
        title=draw(st.one_of(st.just("DPRK–Russia arms"), texts)),
        every=draw(st.sampled_from(["day", "week"])),
        ledger=tuple(draw(st.lists(st.tuples(texts, short, links), max_size=6))),
        chart=((date(2026, 5, 1), 4), (date(2026, 5, 2), 0)),
    )
