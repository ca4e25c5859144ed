"""Stories: one development is one story, whatever the order; nothing bad ever makes one giant of them."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.clusters import clusters
from bot.core.duplicates import fingerprint
from bot.core.stories import Assignment, Candidate, assign, group, signature, story_id
from bot.model import Item

AT = datetime(2024, 4, 9, 17, 5, tzinfo=UTC)
FIGURE = "White House: North Korea shipped 2,400 containers of shells to Russia"
FIGURE_TEXT = "National security spokesman John Kirby showed satellite images of the port of Najin."
FIGURE_KO = '백악관 "북한, 러시아에 포탄 컨테이너 2400개 보내"'
FIGURE_KO_TEXT = "존 커비 조정관이 나진항 위성사진을 공개했다."
LETTERS = "Kim Jong Un and Putin exchange letters on an anniversary"
LETTERS_TEXT = "State media published the messages, in which both congratulate each other."
DENIAL = "North Korea denies shipping shells, calls the US claim groundless"
PARADE = "Military parade in Pyongyang shows new drones"
VETO = "Russia vetoes UN resolution on the sanctions panel"


def item(title: str, text: str = "", *, hours: float | None = 0, lang: str = "en", id: str = "", url: str = "") -> Item:  # noqa: A002 -- the field's own name
    date = None if hours is None else AT + timedelta(hours=hours)
    return Item(id=id or f"{title[:20]}|{hours}|{lang}", title=title, text=text, date=date, lang=lang, url=url)


def stored(*items: Item, prints: bool = True) -> Candidate:
    times = [one.date for one in items if one.date]
    return Candidate(
        story=story_id(items[0]),
        founded=min(times, default=None),
        latest=max(times, default=None),
        members=tuple(signature(one, None) for one in items),
        prints=tuple((one.id, one.date, fingerprint(one.title, one.text)) for one in items) if prints else (),
    )


def assigned(one: Item, *candidates: Candidate) -> Assignment:
    return assign(one, signature(one, None), candidates)


def stories(items: Sequence[Item]) -> list[str]:
    return [line.story for line in group(items, None)]


# ── one item and the store ────────────────────────────────────────────────────────────────────────────────────


def test_the_first_item_founds_a_story_with_an_id_of_its_own():
    first = item(FIGURE, FIGURE_TEXT)
    told = assigned(first)
    assert told.action == "new"
    assert told.story == story_id(first)
    assert told.story.startswith("s-")
    assert len(told.story) == 14


def test_another_newsroom_in_another_language_joins_and_the_reason_can_be_read():
    told = assigned(item(FIGURE_KO, FIGURE_KO_TEXT, hours=2, lang="ko"), stored(item(FIGURE, FIGURE_TEXT)))
    assert told.action == "joined"
    assert any("figure 2400" in line for line in told.why)
    assert any("2 h apart" in line for line in told.why)


def test_the_same_text_is_a_copy_of_the_earliest_article_that_has_it():
    text = (
        FIGURE_TEXT
        + " He said the containers had left since January and that most of them went by sea to the Russian coast."
    )
    first, second = item(FIGURE, text), item("Kirby shows images of Najin", text, hours=3)
    told = assigned(item("Images of Najin port shown", text, hours=5), stored(second, first))
    assert told.action == "copy"
    assert told.copy_of == first.id


def test_another_development_of_the_same_day_founds_its_own_story():
    told = assigned(item(LETTERS, LETTERS_TEXT, hours=4), stored(item(FIGURE, FIGURE_TEXT)))
    assert told.action == "new"


def test_the_next_week_follows():
    before = item(FIGURE, FIGURE_TEXT)
    told = assigned(item(FIGURE.replace("2,400", "3,100"), FIGURE_TEXT, hours=24 * 7), stored(before, prints=False))
    assert told.action == "follows"
    assert told.follows == story_id(before)
    assert told.story != told.follows


def test_a_live_blog_hangs_on_a_story_and_does_not_count():
    told = assigned(
        item("Ukraine war live: " + FIGURE, "Kirby spoke of the port of Najin. Elsewhere, talks went on.", hours=1),
        stored(item(FIGURE, FIGURE_TEXT)),
    )
    assert told.action == "also"
    assert told.lead == story_id(item(FIGURE, FIGURE_TEXT))
    assert told.story != told.lead


@pytest.mark.criterion("decision 18")
def test_an_analysis_that_brings_imagery_is_a_development():
    told = assigned(item("Analysis: satellite images show 300 railcars at Tumangang", "The think tank counted them."))
    assert told.action == "new"


def test_the_order_of_candidates_does_not_matter():
    pool = [
        stored(item(FIGURE, FIGURE_TEXT)),
        stored(item(LETTERS, LETTERS_TEXT)),
        stored(item(PARADE)),
        stored(item(VETO)),
    ]
    new = item(FIGURE_KO, FIGURE_KO_TEXT, hours=2, lang="ko")
    told = {assigned(new, *random.Random(seed).sample(pool, len(pool))) for seed in range(8)}
    assert len(told) == 1


def test_two_stories_that_an_item_shows_to_be_one_are_merged_into_the_first():
    early = stored(item(FIGURE, FIGURE_TEXT), prints=False)
    late = stored(item(FIGURE, FIGURE_TEXT + " It was said on Tuesday.", hours=1), prints=False)
    told = assigned(item(FIGURE + ", Kirby says", FIGURE_TEXT, hours=2), late, early)
    assert told.action == "joined"
    assert told.story == early.story
    assert told.merges == (late.story,)


def test_an_undated_item_joins_nothing_far_and_breaks_nothing():
    assert assigned(item(FIGURE, hours=None), stored(item(LETTERS, LETTERS_TEXT))).action == "new"
    assert assigned(item(FIGURE), stored(item(LETTERS, hours=None))).action == "new"


def test_a_story_closes_after_four_days():
    old = replace(stored(item(FIGURE, FIGURE_TEXT), prints=False), latest=AT + timedelta(days=3, hours=20))
    assert assigned(item(FIGURE + ", Kirby says", FIGURE_TEXT, hours=24 * 4 + 1), old).action != "joined"


def test_an_item_of_next_year_does_not_join_today():
    assert (
        assigned(item(FIGURE, FIGURE_TEXT, hours=24 * 400), stored(item(FIGURE, FIGURE_TEXT), prints=False)).action
        == "new"
    )


def test_an_item_from_the_past_may_be_put_in_before():
    told = assigned(item(FIGURE_KO, FIGURE_KO_TEXT, hours=-3, lang="ko"), stored(item(FIGURE, FIGURE_TEXT)))
    assert told.action == "joined"


# ── a batch ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_batch_gives_one_line_an_item_in_input_order():
    items = [
        item(LETTERS, LETTERS_TEXT, hours=9),
        item(FIGURE, FIGURE_TEXT),
        item(FIGURE_KO, FIGURE_KO_TEXT, hours=2, lang="ko"),
    ]
    lines = group(items, None)
    assert [line.id for line in lines] == [one.id for one in items]
    assert lines[1].story == lines[2].story == story_id(items[1])
    assert lines[0].story == story_id(items[0])


def test_copy_of_names_the_earliest_copy():
    text = (
        FIGURE_TEXT
        + " He said the containers had left since January and that most of them went by sea to the Russian coast."
    )
    items = [item("Third", text, hours=5), item("First", text, hours=1), item("Second", text, hours=3)]
    assert [line.copy_of for line in group(items, None)] == [items[1].id, "", items[1].id]


def test_no_items_no_stories():
    assert group([], None) == []


def test_ten_developments_and_a_live_blog_on_all_of_them_stay_ten():
    acts = {
        FIGURE: FIGURE_TEXT,
        LETTERS: LETTERS_TEXT,
        PARADE: "Spectators filled the square as launchers rolled past the leader's tribune.",
        VETO: "Thirteen members voted in favour, China abstained, and the panel of experts ends in April.",
        "Seoul and Warsaw sign a contract on howitzers": "The Polish minister praised the Korean maker.",
        "Lavrov to visit Wonsan next week": "The foreign minister will be received at a new beach resort, his ministry said.",
        "Hackers breach a Moscow bank": "Investigators traced the theft of cryptocurrency to a group in Pyongyang.",
        "Prices of rice double at the markets of Hyesan": "Daily NK asked four traders.",
        "Floods destroy a railway bridge near Sinuiju": "Helicopters rescued thousands of residents from the islands.",
        "Prosecutors in Seoul indict a former colonel": "The court will hear the case of leaked codenames in June.",
    }
    items = [item(title, text, hours=number / 4) for number, (title, text) in enumerate(acts.items())]
    assert len(set(stories(items))) == 10
    blog = item("War live: the day's events", ". ".join(acts), hours=3)
    summary = item("The day in arms and talks", ". ".join(acts), hours=3)
    assert len(set(stories([*items, blog]))) == 11
    assert len(set(stories([*items, summary]))) == 11
    told = assigned(summary, *(stored(one) for one in items))
    assert told.action == "also"
    assert told.lead


def test_a_chain_of_neighbours_is_no_giant_story():
    items = [item(f"{FIGURE} on day {number}", FIGURE_TEXT, hours=20 * number, id=str(number)) for number in range(40)]
    sizes = [stories(items).count(story) for story in set(stories(items))]
    assert max(sizes) <= 5


def test_ten_thousand_identical_items_are_one_story_quickly():
    items = [item(FIGURE, FIGURE_TEXT + " " + LETTERS_TEXT, id=str(number)) for number in range(10_000)]
    started = time.process_time()
    lines = group(items, None)
    assert {line.copy_of for line in lines[1:]} == {"0"}
    assert len({line.story for line in lines}) == 1
    assert time.process_time() - started < 30


def test_ten_thousand_items_without_words_stay_apart_or_are_one_but_take_no_time():
    items = [item("", "", hours=None, id=str(number)) for number in range(2_000)]
    assert len(set(stories(items))) == 2_000


def test_undated_items_on_different_matters_stay_apart():
    items = [item(title, hours=None) for title in (FIGURE, LETTERS, PARADE, VETO, "OFAC sanctions an airline")]
    assert len(set(stories(items))) == 5


def test_200_kb_of_text_take_a_moment_only():
    started = time.process_time()
    told = group([item(FIGURE, (FIGURE_TEXT + " ") * 2_400), item(LETTERS, "(" * 200_000)], None)
    assert len({line.story for line in told}) == 2
    assert time.process_time() - started < 5


def test_an_address_that_points_at_somebody_elses_article_changes_nothing():
    elsewhere = "https://other.example/article/1"
    items = [
        item(FIGURE, FIGURE_TEXT, url=elsewhere),
        item(LETTERS, LETTERS_TEXT, url=elsewhere),
        item(PARADE, url=elsewhere),
    ]
    assert len(set(stories(items))) == 3


def test_the_order_of_the_input_changes_nothing_but_ties():
    titles = [
        FIGURE,
        FIGURE + ", Kirby says",
        LETTERS,
        "Putin writes a letter to Kim",
        DENIAL,
        "Pyongyang denies it sent shells",
        PARADE,
        VETO,
    ]
    items = [item(title, hours=3 * number) for number, title in enumerate(titles)]
    expected = {line.id: line.story for line in group(items, None)}
    for seed in range(6):
        shuffled = random.Random(seed).sample(items, len(items))
        assert {line.id: line.story for line in group(shuffled, None)} == expected


def test_the_cost_of_an_item_grows_no_faster_than_the_logarithm():
    rng = random.Random(7)
    acts = [FIGURE, LETTERS, DENIAL, PARADE, VETO]
    words = [f"word{number}" for number in range(500)]

    def cost(count: int) -> float:
        items = [
            item(f"{rng.choice(acts)} {rng.choice(words)} {rng.choice(words)}", " ".join(rng.sample(words, 20)), hours=rng.random() * count / 2, id=str(number))
            for number in range(count)
        ]  # fmt: skip
        started = time.process_time()
        group(items, None)
        return (time.process_time() - started) / count

    cost(100)
    assert cost(1_600) < 3 * cost(400)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.builds(
            item,
            st.sampled_from([FIGURE, LETTERS, DENIAL, PARADE, VETO, ""]) | st.text(max_size=40),
            st.text(max_size=80),
            hours=st.none() | st.floats(-2000, 2000),
            id=st.integers(0, 10_000).map(str),
        ),
        max_size=14,
    )
)
def test_every_item_has_a_story_founded_by_one_of_the_batch(items):
    lines = group(items, None)
    founders = {story_id(one) for one in items}
    assert len(lines) == len(items)
    assert all(line.story in founders for line in lines)
    assert all(line.copy_of in {one.id for one in items} | {""} for line in lines)


@given(st.integers(1, 12), st.data())
def test_clusters_do_not_depend_on_the_order_of_edges(size, data):
    pairs = [(a, b) for a in range(size) for b in range(a + 1, size)]
    weights = data.draw(st.lists(st.floats(0, 1), min_size=len(pairs), max_size=len(pairs)))
    edges = [(a, b, value) for (a, b), value in zip(pairs, weights, strict=True)]
    turned = [(b, a, value) for a, b, value in reversed(edges)]
    found = clusters(size, edges, 0.3)
    assert found == clusters(size, turned, 0.3)
    assert all(found[found[number]] == found[number] <= number for number in range(size))


def test_a_bridge_between_two_clusters_does_not_join_them():
    left = [(a, b, 0.9) for a in range(4) for b in range(a + 1, 4)]
    right = [(a, b, 0.9) for a in range(4, 8) for b in range(a + 1, 8)]
    assert len(set(clusters(8, [*left, *right, (3, 4, 0.95)], 0.3))) == 2


def test_an_id_depends_on_the_founding_item_only():
    first = item(FIGURE, FIGURE_TEXT)
    assert story_id(first) == story_id(replace(first, outlet="another", url="https://x.example/"))
    assert story_id(first) != story_id(replace(first, id="another"))
