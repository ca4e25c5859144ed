"""Which changes ring at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.core.alerts import Alert, decide, is_primary
from bot.core.digests import Candidate
from bot.model import Origin, OutletKind
from tests.render.samples import SLACK, article, candidate, claim

NOW = datetime(2023, 10, 14, 12, 0, tzinfo=UTC)
DESK = replace(SLACK, alerts=True)


def ringing(**more: Any) -> Candidate:
    """A designation on the designating ministry's own site."""
    settings: dict[str, Any] = {
        "kind": "sanctions", "at": NOW, "published": NOW - timedelta(minutes=6), "outlet": "Example Treasury", "host": "treasury.gov",
    }  # fmt: skip
    return candidate("law", "Treasury designates an air unit", **(settings | more))


def reason(one: Candidate, sent: tuple[datetime, ...] = (), now: datetime = NOW) -> str:
    found = decide(one, DESK, now, sent)
    return "" if found is None else f"held: {found.held}" if found.held else found.reason


def outlet(one: Candidate, kind: OutletKind) -> Candidate:
    return replace(one, article=replace(one.article, outlet_kind=kind))


def test_a_legal_act_on_its_own_authoritys_site_rings_as_single_primary_source():
    assert decide(ringing(), DESK, NOW, ()) == Alert(reason="legal act", label="SINGLE SOURCE (primary)")


def test_the_same_act_in_a_newspaper_waits_for_the_digest():
    assert reason(ringing(host="paper.example")) == ""


@pytest.mark.parametrize("host", ["state.gov", "mofa.go.kr", "gov.uk", "un.org", "kcna.kp", "gur.gov.ua"])
def test_hosts_on_which_a_government_speaks_for_itself_are_primary(host):
    assert is_primary(article("a", "t", host=host))


@pytest.mark.parametrize("host", ["notstate.gov.example", "fakeun.org", "xgov.uk", "government.ru.example"])
def test_a_host_that_only_looks_like_one_is_not(host):
    assert not is_primary(article("a", "t", host=host))


def test_imagery_of_a_named_source_rings():
    seen = claim("i", "Example Institute", "observed", "x", basis="satellite imagery", claimant_type="think-tank/ngo")
    one = outlet(ringing(kind="logistics-imagery", host="institute.example", claim=seen), "think-tank")
    assert reason(one) == "imagery"
    assert reason(outlet(one, "national-press")) == ""


def test_a_figure_rings_only_when_the_same_claimant_raised_it_by_a_tenth():
    figure = claim("f", "ROK DIA", "estimated", "x", quantity=33_000, op=">", unit="containers")
    one = ringing(kind="shipment-claim", badge="UPDATE", host="wire.example", claim=figure)
    assert reason(replace(one, previous=28_000.0, predecessor="28,000 containers")) == "figure up"
    assert reason(replace(one, previous=31_000.0, predecessor="31,000 containers")) == ""
    assert reason(replace(one, previous=5.0, predecessor="5 voyages")) == ""
    assert reason(one) == ""
    unread = replace(
        one, previous=28_000.0, predecessor="28,000 containers", article=replace(one.article, quality="headline-only")
    )
    assert reason(unread) == ""


def test_a_denial_rings_only_where_the_claim_was_shown():
    one = ringing(kind="denial", badge="DENIAL", host="kcna.kp")
    assert reason(replace(one, shown=True)) == "denial"
    assert reason(one) == ""


def test_a_first_party_statement_rings_and_deal_talk_never():
    said = claim("s", "Ukraine's HUR", "asserted", "x")
    assert reason(ringing(kind="shipment-claim", host="gur.gov.ua", claim=said)) == "first-party statement"
    assert reason(ringing(kind="deal-talk", host="kremlin.ru", claim=said)) == ""


@pytest.mark.criterion("A-9")
@pytest.mark.parametrize("policy", ["first_poll", "backfill", "watchlist_change", "relink"])
def test_what_is_not_live_never_rings(policy):
    one = ringing()
    assert reason(replace(one, change=replace(one.change, policy=policy))) == ""


@pytest.mark.criterion("A-8")
def test_old_news_never_rings():
    assert reason(ringing(published=NOW - timedelta(hours=73), at=NOW - timedelta(hours=72))) == ""
    assert reason(ringing(published=NOW - timedelta(hours=40))) == ""  # LATE
    assert reason(ringing(published=None)) == "legal act"


@pytest.mark.criterion("A-2")
def test_an_alerted_story_rings_again_only_for_a_material_change():
    assert reason(replace(ringing(), alerted=NOW)) == ""
    assert reason(replace(ringing(badge="UPDATE"), alerted=NOW)) == "legal act"


@pytest.mark.criterion("A-4")
def test_three_a_day_and_quiet_hours_hold_the_rest_for_the_digest():
    three = tuple(NOW - timedelta(hours=n) for n in (1, 2, 3))
    assert reason(ringing(), three) == "held: 3 alerts today already"
    assert reason(ringing(), tuple(one - timedelta(days=1) for one in three)) == "legal act"
    night = NOW.replace(hour=23)
    assert reason(ringing(at=night, published=night), now=night) == "held: quiet hours 22:00–07:00"
    awake = replace(DESK, quiet_hours=None)
    found = decide(ringing(at=night, published=night), awake, night, ())
    assert found is not None
    assert not found.held


def test_only_subscriptions_that_ask_for_alerts_on_this_watchlist_get_them():
    assert decide(ringing(), SLACK, NOW, ()) is None
    assert decide(ringing(), replace(DESK, watchlists=("other",)), NOW, ()) is None
    assert decide(ringing(), replace(DESK, watchlists=("arms",)), NOW, ()) is not None


def test_two_origins_are_not_called_a_single_source():
    both = (Origin(claimant="A", basis="imagery"), Origin(claimant="B", basis="legal act"))
    found = decide(ringing(origins=both), DESK, NOW, ())
    assert found is not None
    assert found.label == "2 origins"


def test_an_old_designation_in_the_background_is_no_second_origin():
    both = (Origin(claimant="US", basis="legal act"), Origin(claimant="Ukraine's HUR", basis="official figure"))
    said = claim("s", "Ukraine's HUR", "asserted", "x")
    found = decide(ringing(kind="shipment-claim", host="gur.gov.ua", claim=said, origins=both), DESK, NOW, ())
    assert found is not None
    assert found.label == "SINGLE SOURCE (primary)"
