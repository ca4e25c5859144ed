"""What a digest says, in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import quotes, ranking
from bot.core.digests import Candidate, compose, digest_id
from bot.core.storylines import line_of
from bot.model import Article, Coverage, Digest, Evidence, Origin, Verdict
from bot.render import console
from tests.render.samples import (
    BOXES,
    CUTOFF,
    DAY,
    LABELS,
    NEAR,
    SEEN,
    SINCE,
    SLACK,
    adjacent,
    article,
    busy,
    candidate,
    candidates,
    claim,
    many,
    weekly,
)


def made(found: Sequence[Candidate], near: Sequence[tuple[Article, Verdict]] = ()) -> Digest:
    return compose(SLACK, found, near, 0, SEEN, local_date=DAY, since=SINCE, cutoff=CUTOFF, labels=LABELS)


@pytest.mark.criterion("D-3")
@pytest.mark.criterion("decision 18")
def test_evidence_stands_above_statements_and_those_above_talk():
    found = [
        candidate("analysis", "A long read", kind="analysis"),
        candidate("talk", "Talks about talks", kind="deal-talk"),
        candidate("ship", "Arms moved, a source says", kind="shipment-claim"),
        candidate("deny", "Not true", kind="denial", badge="DENIAL"),
        candidate("figure", "Figure", claim=claim("f", "ROK JCS", "estimated", "x", quantity=5, unit="shells")),
        candidate("image", "Seen from above", kind="logistics-imagery"),
        candidate("law", "Listed", kind="sanctions"),
    ]
    assert [one.story for one in made(found).stories] == [
        "s-law", "s-image", "s-figure", "s-deny", "s-ship", "s-talk", "s-analysis",
    ]  # fmt: skip


def test_an_analysis_that_brings_imagery_is_an_observation():
    seen = claim(
        "i", "Example Institute", "observed", "x", basis="commercial satellite imagery", claimant_type="think-tank/ngo"
    )
    report = candidate("report", "Report", kind="analysis", claim=seen)
    assert line_of([report], LABELS)[1] == ranking.OBSERVATION
    assert line_of([candidate("essay", "Essay", kind="analysis")], LABELS)[1] == ranking.ANALYSIS


def test_a_figure_that_is_only_planned_or_unofficial_is_no_official_figure():
    planned = claim("p", "US", "planned", "x", quantity=5, unit="shells")
    press = claim("m", "Example Post", "asserted", "x", quantity=5, unit="shells", claimant_type="media-investigation")
    for one in (planned, press):
        assert ranking.evidential("NEW", "shipment-claim", one) == ranking.SHIPMENT


def test_new_fact_then_origins_then_recency_decide_within_a_class():
    two = (Origin(claimant="A", basis="imagery"), Origin(claimant="B", basis="debris"))
    found = [
        candidate("old", "old", published=CUTOFF - timedelta(hours=20)),
        candidate("young", "young", published=CUTOFF - timedelta(hours=2)),
        candidate("two", "two", origins=two),
        candidate("fact", "fact", fact="new period"),
    ]
    assert [one.story for one in made(found).stories] == ["s-fact", "s-two", "s-young", "s-old"]


@pytest.mark.criterion("decision 17")
def test_several_changes_of_one_story_are_one_line_and_nothing_is_lost():
    found = [
        candidate(
            "a",
            "The claim",
            story="s-1",
            text=BOXES,
            claim=claim("a", "White House", "asserted", BOXES, quantity=1000, op=">", unit="boxes"),
        ),
        candidate(
            "b",
            "The denial",
            story="s-1",
            badge="DENIAL",
            kind="denial",
            claim=claim("b", "Kremlin", "denied", "nothing", materiel=("arms",)),
        ),
        candidate("c", "An update", story="s-1", badge="UPDATE", fact="new period: to 1 October"),
    ]
    digest = made(found)
    (story,) = digest.stories
    assert (story.badge, story.title, digest.in_scope) == ("NEW", "The claim", 1)
    assert [(note.badge, note.outlet) for note in story.notes] == [
        ("DENIAL", "Example Wire"),
        ("UPDATE", "Example Wire"),
    ]
    assert set(story.changes) == {"x-a", "x-b", "x-c"}


@pytest.mark.criterion("D-13")
def test_a_denial_of_a_story_shown_before_leads_its_line():
    found = [
        candidate("u", "Update", story="s-1", badge="UPDATE"),
        candidate("d", "No", story="s-1", badge="DENIAL", kind="denial"),
    ]
    assert made(found).stories[0].badge == "DENIAL"


@pytest.mark.criterion("D-2")
@pytest.mark.criterion("decision 16")
def test_what_was_published_long_before_we_knew_is_late_with_a_reason():
    def badge(**more: Any) -> tuple[str, str]:
        (story,) = made([candidate("x", "t", **more)]).stories
        return story.badge, story.late_reason

    known = CUTOFF
    assert badge(at=known, published=known - timedelta(hours=36)) == ("NEW", "")
    assert badge(at=known, published=known - timedelta(hours=37)) == ("LATE", "found 37 hours after it was published")
    assert badge(at=known, published=known - timedelta(days=5)) == ("LATE", "found 5 days after it was published")
    assert badge(at=known, published=None) == ("NEW", "")
    assert badge(at=known, published=known - timedelta(days=5), badge="UPDATE") == ("UPDATE", "")
    late = replace(candidate("x", "t", at=known, published=known - timedelta(days=5)))
    edited = replace(late, change=replace(late.change, policy="watchlist_change"))
    assert made([edited]).stories[0].late_reason == "found by an edit of the watchlist"


def test_deal_talk_is_two_lines_and_the_rest_is_folded_at_the_end():
    digest = busy()
    talk = [one for one in digest.stories if one.kind == "deal-talk"]
    assert [one.folded for one in talk] == [False, False, True, True]
    assert [one.folded for one in digest.stories][-2:] == [True, True]
    assert digest.in_scope == len(digest.stories) == 8
    assert {change for one in digest.stories for change in one.changes} == {one.change.id for one in candidates()}


@pytest.mark.criterion("D-8")
@pytest.mark.criterion("D-10")
def test_the_three_numbers_hold_whatever_stream_an_item_is_in():
    digest = busy()
    assert (digest.in_scope, sum(line.count for line in digest.adjacent), digest.passing) == (8, 5, 11)
    assert [(line.stream, line.count) for line in digest.adjacent] == [
        ("diplomacy", 2),
        ("monitoring", 1),
        ("routes", 1),
        ("personnel", 1),
    ]
    assert digest.adjacent[0].missing == "no weapons sentence"


def test_a_stream_declared_in_scope_is_numbered_with_its_missing_leg():
    desk = replace(SLACK, in_scope_streams=("monitoring",))
    digest = compose(desk, candidates()[:1], NEAR, 0, SEEN, local_date=DAY, since=SINCE, cutoff=CUTOFF, labels=LABELS)
    assert digest.stories[-1].stream == "monitoring (no weapons sentence)"
    assert digest.in_scope == 2
    assert "monitoring" not in {line.stream for line in digest.adjacent}


def test_the_item_that_stands_for_its_stream_was_read_in_full():
    newest = (
        replace(article("n", "newest", quality="headline-only"), published=CUTOFF),
        adjacent("n", "routes", "x")[1],
    )
    digest = made([], [newest, adjacent("o", "routes", "older but read")])
    assert digest.adjacent[0].title == "older but read"
    assert [title for _, title, _ in digest.adjacent[0].items] == ["newest", "older but read"]


def test_an_alerted_story_keeps_the_time_of_its_alert():
    at = CUTOFF - timedelta(hours=5)
    digest = made([replace(candidates()[4], alerted=at)])
    assert digest.stories[0].alerted == at


def test_direction_is_written_in_the_labels_of_the_watchlist():
    digest = made(
        [candidate("a", "t"), candidate("b", "t", direction="both"), candidate("c", "t", direction="unclear")]
    )
    assert {one.story: one.direction_words for one in digest.stories} == {
        "s-a": "DPRK→Russia",
        "s-b": "both ways",
        "s-c": "",
    }


def test_a_digest_is_the_same_value_whatever_order_its_changes_come_in():
    forward, backward = made(candidates(), NEAR), made(candidates()[::-1], NEAR[::-1])
    assert forward == backward
    assert forward.id == digest_id("arms-desk", DAY) == "d-f53113334fb3"


def test_the_weekly_brief_carries_the_claims_and_a_count_for_each_day():
    digest = weekly()
    assert len(digest.ledger) == len({line for line, _, _ in digest.ledger}) == 4
    assert dict(digest.chart)[DAY - timedelta(days=1)] == 8
    assert len(digest.chart) == 8
    assert busy().ledger == ()
    assert busy().chart == ()


def test_five_hundred_stories_are_all_in_the_digest():
    assert len(many(500).stories) == 500


# ── quotes ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.criterion("D-4")
def test_a_quote_that_is_not_in_the_stored_text_is_never_printed():
    piece = article("a", "A title", "The stored text says this. And that.")
    invented = claim("i", "X", "asserted", "The stored text says something else.")
    assert quotes.quote_of(piece, invented, ()) == ""
    real = Evidence(concept="c", term="that", quote="And that.", where="text", start=31, end=35)
    assert quotes.quote_of(piece, invented, [real]) == "And that."


def test_of_the_evidence_the_sentence_where_most_concepts_meet_is_quoted():
    text = "Shells were named. Shells went to Russia by ship."
    found = [
        Evidence(concept="materiel", term="Shells", quote="Shells were named.", where="text", start=0, end=6),
        Evidence(
            concept="materiel", term="Shells", quote="Shells went to Russia by ship.", where="text", start=19, end=25
        ),
        Evidence(
            concept="party", term="Russia", quote="Shells went to Russia by ship.", where="text", start=34, end=40
        ),
    ]
    assert quotes.quote_of(article("a", "t", text), None, found) == "Shells went to Russia by ship."


@given(st.text(max_size=900), st.integers(1, 300), st.text(max_size=6))
def test_a_cut_quote_is_a_short_substring_on_one_line(text, limit, keep):
    cut = quotes.cut(text, limit, keep)
    assert cut in text
    assert len(cut) <= limit
    assert "\n" not in cut
    if text.strip() and not text.isspace():
        assert cut or all(not line.strip() for line in text.split("\n")) or len(text) > limit


def test_a_long_quote_is_cut_on_a_word_border_around_its_term():
    text = "word " * 80 + "ammunition " + "word " * 80
    cut = quotes.cut(text, 240, "ammunition")
    assert "ammunition" in cut
    assert len(cut) <= 240
    assert cut.split()[0] == "word"
    assert cut.split()[-1] == "word"


def test_nothing_read_is_not_called_quiet():
    digest = compose(SLACK, [], [], 0, Coverage(by_lang=()), local_date=DAY, since=None, cutoff=CUTOFF)
    assert digest.in_scope == 0
    assert digest.title == "DPRK–Russia arms"


def test_a_new_story_is_told_by_what_it_is_about_not_by_its_background():
    seen = claim("s", "Example Institute", "observed", "Ships were seen.", basis="satellite imagery")
    old = claim("o", "US", "sanctioned", "The ship was sanctioned before.", basis="legal act")
    report = candidate(
        "r", "Imagery", kind="logistics-imagery", claim=old, text="Ships were seen. The ship was sanctioned before."
    )
    assert made([report]).stories[0].gloss == ""
    assert made([replace(report, claims=(old, seen))]).stories[0].gloss.startswith("Example Institute observes")


@pytest.mark.criterion("D-6")
def test_the_same_figure_of_the_same_claimant_is_said_once():
    again = [
        candidate(f"n{n}", f"Paper {n}", story="s-1", badge="UPDATE" if n else "NEW",
                  claim=claim(f"n{n}", "White House", "asserted", "x", quantity=1000, op=">" if n else ">=", unit="boxes"))
        for n in range(4)
    ]  # fmt: skip
    assert made(again).stories[0].notes == ()


@pytest.mark.criterion("decision 14")
def test_a_figure_before_stands_only_beside_a_figure_in_its_own_unit():
    def before(fact: str, predecessor: str = "", quantity: float | None = 33_000) -> str:
        figure = claim("f", "ROK DIA", "estimated", "x", quantity=quantity, unit="containers")
        one = candidate("f", "t", badge="UPDATE", fact=fact, claim=figure)
        return made([replace(one, predecessor=predecessor)]).stories[0].predecessor

    assert before("ROK DIA: 33,000 containers (was 28,000 containers)") == "28,000 containers"
    assert before("", "28,000 containers (13 Jul 2025)") == "28,000 containers (13 Jul 2025)"
    fact = "ROK DIA: 33,000 containers (was 28,000 containers)"
    assert before(fact, "28,000 containers (13 Jul 2025)") == "28,000 containers (13 Jul 2025)"
    assert before(fact, "20,000 containers (13 Jul 2024)") == "28,000 containers"
    assert before("", "12 m shells (13 Jul 2025)") == ""
    assert before("", "33,000 containers (1 Mar 2026)") == ""
    assert before("", "28,000 containers", None) == ""


@pytest.mark.criterion("decision 14")
def test_a_figure_of_the_same_day_has_the_time_at_which_it_was_given():
    figure = claim("f", "ROK DIA", "estimated", "x", quantity=33_000, unit="containers")
    before = claim("b", "ROK DIA", "estimated", "x", quantity=28_000, unit="containers")
    other = claim("o", "HUR", "estimated", "x", quantity=28_000, unit="containers")
    one = candidate("f", "t", badge="UPDATE", fact="ROK DIA: 33,000 containers (was 28,000 containers)", claim=figure)
    known = ((before, CUTOFF - timedelta(hours=9)), (other, CUTOFF - timedelta(hours=1)))
    (story,) = made([replace(one, earlier=known)]).stories
    at = CUTOFF - timedelta(hours=9)
    assert story.predecessor == f"28,000 containers ({at.day} {at:%b %Y, %H:%M} UTC)"


def test_a_new_development_that_raises_a_known_figure_is_an_update_with_both_figures():
    """The second estimate of one claimant months after the first: no sum, no difference, both with their dates."""
    figure = claim(
        "f",
        "ROK DIA",
        "estimated",
        "x",
        quantity=33_000,
        op=">",
        unit="containers",
        kind="cumulative",
        period_end="2026-03-01",
    )
    one = replace(candidate("f", "t", claim=figure), predecessor=">28,000 containers (13 Jul 2025)")
    denied = candidate("d", "No", story="s-f", badge="DENIAL", kind="denial")
    (story,) = made([denied, one]).stories
    assert story.badge == "UPDATE"
    assert story.gloss == "ROK DIA estimates >33,000 containers, cumulative, to 1 Mar 2026"
    assert story.predecessor == ">28,000 containers (13 Jul 2025)"
    assert [note.badge for note in story.notes] == ["DENIAL"]
    assert "5,000" not in str(story)


# ── what stands beside what ───────────────────────────────────────────────────────────────────────────────────


def day_of_two_claims() -> list[Candidate]:
    """Washington and Seoul speak of containers on one day, and Moscow denies."""
    us = claim("us", "White House", "asserted", "x", quantity=1200, op=">", unit="containers", basis="imagery")
    nis = claim("nis", "ROK NIS", "estimated", "y", quantity=31_000, op=">", unit="containers", basis="official figure")
    no = claim("no", "Kremlin", "denied", "z", materiel=("ammunition",))
    return [
        candidate("us", "White House: 1,200", claim=us),
        candidate("nis", "NIS: 31,000", claim=nis),
        candidate("no", "Kremlin: no", badge="DENIAL", kind="denial", claim=no),
    ]


@pytest.mark.criterion("D-13")
def test_a_denial_names_the_number_of_what_it_answers():
    us, nis, no = day_of_two_claims()
    told = {one.story: one for one in made([us, nis, no]).stories}
    assert told["s-no"].answers == "1 and 2"
    # The denial's own article says whose word it is about.
    repeated = claim("again", "White House", "asserted", "x", quantity=1200, op=">", unit="containers")
    told_apart = made([us, nis, replace(no, claims=(*no.claims, repeated))])
    number = [one.story for one in told_apart.stories].index("s-us") + 1
    assert {one.story: one.answers for one in told_apart.stories} == {"s-us": "", "s-nis": "", "s-no": str(number)}
    assert f"Answers {number}" in console.text(told_apart)


def test_who_denies_everything_in_sight_answers_nothing_in_particular():
    us, nis, no = day_of_two_claims()
    third = candidate("third", "t", claim=claim("t", "Ukraine's HUR", "asserted", "x", materiel=("ammunition",)))
    assert {one.answers for one in made([us, nis, third, no]).stories} == {""}


@pytest.mark.criterion("decision 14")
def test_the_figures_of_others_stand_beside_a_figure_and_never_its_own_again():
    us, *_ = day_of_two_claims()
    nis = claim("nis", "ROK NIS", "estimated", "y", quantity=31_000, op=">", unit="containers")
    own = claim("old", "US", "asserted", "y", quantity=1200, op=">", unit="containers")
    own = replace(own, party="usa", claimant_type="government")
    speaking = replace(us, claims=(replace(us.claims[0], party="usa"),), others=((nis, CUTOFF.date()), (own, None)))
    (story,) = made([speaking]).stories
    assert story.others == ("ROK NIS >31,000 containers (14 Oct 2023)",)
    assert "Others, not comparable: ROK NIS >31,000 containers (14 Oct 2023)" in console.text(made([speaking]))
    assert "32,200" not in console.text(made([speaking]))


@pytest.mark.criterion("decision 15")
def test_of_two_figures_that_one_claimant_gave_on_one_day_the_later_one_leads():
    first = claim("f", "White House", "asserted", BOXES, quantity=1200, op=">", unit="containers")
    later = claim(
        "l", "White House", "asserted", "Now it is more than 1,500.", quantity=1500, op=">", unit="containers"
    )
    found = [
        candidate("f", "1,200", story="s-1", claim=first, text=BOXES, published=CUTOFF - timedelta(hours=9)),
        candidate(
            "l", "1,500", story="s-1", claim=later, text="Now it is more than 1,500.", badge="UPDATE", published=CUTOFF - timedelta(hours=2),
            fact="White House: >1,500 containers (was >1,200 containers)",
        ),
    ]  # fmt: skip
    (story,) = made(found).stories
    assert (story.badge, story.title, story.predecessor) == ("NEW", "1,500", ">1,200 containers")
    assert story.gloss.startswith("White House asserts >1,500 containers")
    assert story.quote == "Now it is more than 1,500."
    assert story.notes == ()
    assert set(story.changes) == {"x-f", "x-l"}
    rang = [replace(one, alerted=CUTOFF - timedelta(hours=8)) for one in found]
    (overtaken,) = made(rang).stories
    assert (overtaken.badge, overtaken.alerted, overtaken.title) == ("UPDATE", None, "1,500")


def test_a_figure_of_one_voice_under_two_names_is_said_once():
    one = replace(claim("w", "White House", "asserted", "x", quantity=1200, op=">", unit="containers"), party="usa")
    two = replace(claim("u", "US", "asserted", "x", quantity=1200, op=">", unit="containers"), party="usa")
    found = [
        candidate("w", "t", story="s-1", claim=one),
        candidate("u", "t2", story="s-1", claim=two, badge="UPDATE", fact="US: >1,200 containers"),
    ]
    assert made(found).stories[0].notes == ()


def test_what_somebody_muted_stands_last_and_numbers_follow_the_list():
    us, nis, no = day_of_two_claims()
    digest = compose(
        SLACK, [us, nis, no], [], 0, SEEN, local_date=DAY, since=SINCE, cutoff=CUTOFF, labels=LABELS, muted={"s-us"}
    )
    assert [one.story for one in digest.stories] == ["s-nis", "s-no", "s-us"]
    assert (digest.stories[-1].folded, digest.stories[-1].stream) == (True, "muted")
    assert digest.stories[1].answers == "1 and 3"


@pytest.mark.parametrize(
    ("text", "quote", "cut"),
    [
        ("One. Two went on. Three.", "Two went on.", (False, False)),
        ("One. Two went on. Three.", "Two went", (False, True)),
        ("One. He said two went on. Three.", "two went on", (True, False)),
        ("Shells went by ship to Rajin and back", "went by ship", (True, True)),
        ("말했다. 북한이 보냈다. 끝.", "북한이 보냈다.", (False, False)),
        ("“No,” he said. “We never did.”", "We never did.", (False, False)),
        ("Line one\nLine two\nLine three", "Line two", (False, False)),
        ("Other words", "not in it", (False, False)),
    ],
)
def test_a_quote_shows_where_its_sentence_was_cut(text: str, quote: str, cut: tuple[bool, bool]):
    assert quotes.is_cut(article("a", "t", text), quote) == cut


@pytest.mark.criterion("decision 13")
def test_a_line_rests_on_who_says_it_not_on_who_is_named_in_its_background():
    law, seoul = Origin(claimant="US", basis="legal act"), Origin(claimant="ROK NIS", basis="official figure")
    seen = candidate("v", "New voyages", kind="logistics-imagery", origins=(law, seoul))
    nobody = claim("v", "unattributed", "observed", "x", quantity=6, unit="voyages", basis="imagery")
    assert made([seen]).stories[0].origins == (seoul,)
    assert made([replace(seen, claims=(nobody,))]).stories[0].origins == ()
    assert made([candidate("l", "Listed", kind="sanctions", origins=(law, seoul))]).stories[0].origins == (law, seoul)
