"""What stands around a place in a page tells as much of a term there as the whole page does."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.pagetext import Spoken, spoken
from bot.core.surroundings import near
from tests.core.test_prefilter import EXAMPLES, gate, stacked

TAGS = (
    "<b>",
    "</b>",
    "<p>",
    "</p>",
    "<a href='/x?a=1&amp;b=2'>",
    "</a>",
    "<li>",
    "<br>",
    "<!-- aside -->",
    "<td class='c'>",
)
SIGNS = (
    "&nbsp;",
    "&#1055;",
    "&shy;",
    "&amp;",
    " ",
    "\n",
    "\u00ad",
    "\u3000",
    "é",
    "북",
    "北",
    "word",
    "<",
    ">",
    "&#x200b;",
)


def texts(page: str, word: str, letters: int) -> list[str]:
    markup = page.encode()
    place = markup.index(word.encode())
    return list(near(Spoken(markup), [(place, place + len(word.encode()))], letters))


@given(st.lists(st.sampled_from(TAGS + SIGNS), max_size=120), st.lists(st.sampled_from(TAGS + SIGNS), max_size=120))
def test_at_least_so_many_letters_are_read_on_either_side_or_all_there_are(before: list[str], behind: list[str]):
    page = f"{''.join(before)} QQQ {''.join(behind)}"
    whole = next(iter(Spoken(page.encode()).readings()))
    left, _, right = whole.partition("QQQ")
    # The last text that holds the word is read as far as was asked for.
    read = [text for text in texts(page, "QQQ", 30) if "QQQ" in text and "\ufffd" not in text]
    widest = max(read, key=len, default=whole).partition("QQQ")
    for seen, there in ((widest[0], left), (widest[2], right)):
        assert sum(map(str.isalnum, seen)) >= min(30, sum(map(str.isalnum, there)))


def test_a_part_cuts_no_tag():
    page = f"<a title='{'x' * 300}'>one</a> QQQ <a title='{'y' * 300}'>two</a>" + "<i></i>" * 400
    assert not [text for text in texts(page, "QQQ", 4) if "xx" in text or "yy" in text]


@pytest.mark.sampled
def test_what_the_gate_drops_holds_nothing_of_what_the_watchlist_asks_and_what_it_lets_pass_names_all():
    noise = random.Random()
    rows = [json.loads(line) for line in EXAMPLES.read_text(encoding="utf-8").splitlines()]
    wrong = []
    passed = 0
    for row in noise.sample(rows, 40):
        others = noise.sample(rows, 3)
        aside = "".join(f"<li><a href='/{other['id']}'>{other['title']}</a></li>" for other in others)
        body, how = stacked(row["title"], row["text"], noise)
        body = body.replace(
            b"</body>", f"<ul>{aside}</ul>{'<li><a href=/s>Sport</a></li>' * noise.randint(0, 90)}</body>".encode()
        )
        whole = "\n\x1f\n".join(spoken(body).readings())
        passes = gate().second(body, "text/html")
        passed += passes
        if (not passes and gate().text(whole)) or (passes and not gate().joins(whole)):
            wrong.append((row["id"], how, passes))
    assert not wrong
    assert passed
