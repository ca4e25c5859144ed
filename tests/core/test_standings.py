"""How statements of the ledger stand to each other: carried, preceded, denied, borne out; never added up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.standings import Reported, Standing, standings
from bot.model import Claim
from tests.core.test_ledger import claim, denial

NOON = datetime(2024, 11, 20, 12, tzinfo=UTC)


def told(one: Claim, name: str, *, day: int = 0, article: str = "a-1", story: str = "s-1", **more: object) -> Reported:
    from dataclasses import replace

    return Reported(claim=replace(one, id=name, **more), said=NOON + timedelta(days=day), article=article, story=story)  # type: ignore[arg-type]  # a test names any field


def by_id(*reports: Reported) -> dict[str, Standing]:
    return {one.claim.id: one for one in standings(reports)}


def test_one_statement_in_three_papers_is_one_record_with_three_carriers():
    (one,) = standings(
        [
            told(claim(), "c-a", article="a-1"),
            told(claim("White House (John Kirby)", basis="imagery"), "c-b", day=1, article="a-2", story="s-2"),
            told(claim("US", op="="), "c-c", day=2, article="a-3"),
        ]
    )
    assert (one.claim.id, one.ids, one.articles) == ("c-b", ["c-a", "c-b", "c-c"], ["a-1", "a-2", "a-3"])
    assert (one.stories, one.said) == (["s-1", "s-2"], NOON)


def test_the_same_figure_a_week_later_is_said_again():
    assert len(standings([told(claim(), "c-a"), told(claim(), "c-b", day=7)])) == 2


def test_a_figure_stands_beside_the_one_before_it_of_the_same_claimant():
    found = by_id(
        told(claim(quantity=900), "c-a"),
        told(claim("ROK NIS", party="south-korea", quantity=5000), "c-n", day=2),
        told(claim(quantity=1200), "c-b", day=5),
    )
    assert found["c-b"].before is not None
    assert (found["c-b"].before.quantity, found["c-b"].before_said) == (900, NOON.date())
    assert found["c-a"].before is None
    assert found["c-n"].before is None


def test_a_denial_answers_what_its_own_report_tells():
    found = by_id(
        told(claim(), "c-a", article="a-1"),
        told(claim("ROK NIS", party="south-korea", quantity=7000), "c-n", article="a-2"),
        told(denial(), "c-d", day=1, article="a-2"),
    )
    assert found["c-d"].answers == ("c-n",)
    assert (found["c-n"].denied_by, found["c-a"].denied_by) == (("c-d",), ())


def test_a_denial_by_itself_answers_the_latest_claim_of_the_two_months_before():
    found = by_id(
        told(claim(), "c-a", story="s-1"),
        told(claim(quantity=2000), "c-b", day=20, story="s-2"),
        told(denial(), "c-d", day=30, article="a-9", story="s-9"),
        told(denial("North Korea", party="dprk"), "c-late", day=300, article="a-10", story="s-10"),
    )
    assert found["c-d"].answers == ("c-b",)
    assert found["c-late"].answers == ()


def test_alternatives_keep_each_other_when_wordings_become_one():
    shells = claim(quantity=3e6, unit="shells", kind="equivalent")
    rockets = claim(quantity=5e5, unit="rockets", kind="equivalent")
    found = by_id(
        told(shells, "c-s", alternatives=("c-r",)),
        told(rockets, "c-r", alternatives=("c-s",)),
        told(shells, "c-s2", article="a-2", alternatives=("c-r2",), basis="imagery"),
        told(rockets, "c-r2", article="a-2", alternatives=("c-s2",), basis="imagery"),
    )
    assert set(found) == {"c-s2", "c-r2"}
    assert (found["c-s2"].alternatives, found["c-r2"].alternatives) == (("c-r2",), ("c-s2",))


def test_only_another_voice_with_another_basis_in_the_same_story_bears_a_claim_out():
    seen = claim("RUSI", party="", claimant_type="think-tank/ngo", status="observed", quantity=None, unit="", op="")
    found = by_id(
        told(claim(basis="official figure"), "c-a"),
        told(seen, "c-b", article="a-2", basis="imagery"),
        told(seen, "c-x", day=10, article="a-3", story="s-9", basis="imagery", materiel=("missiles",)),
    )
    assert (found["c-a"].borne_out_by, found["c-b"].borne_out_by) == (("c-b",), ("c-a",))
    assert found["c-x"].borne_out_by == ()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["White House", "US", "ROK NIS"]),
            st.sampled_from([1000.0, 1200.0, None]),
            st.integers(0, 9),
        ),
        max_size=25,
    )
)
def test_no_report_is_lost_and_no_number_is_new(rows):
    reports = [
        told(
            claim(who, quantity=value, unit="containers" if value else ""), f"c-{index}", day=day, article=f"a-{index}"
        )
        for index, (who, value, day) in enumerate(rows)
    ]
    found = standings(reports)
    assert sorted(name for one in found for name in one.ids) == sorted(one.claim.id for one in reports)
    assert {one.claim.quantity for one in found} == {value for _, value, _ in rows}
