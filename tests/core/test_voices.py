"""Whose word it is: one voice under several names, a denial and what it denies, and voices that are apart."""

from __future__ import annotations

import pytest

from bot.core.voices import kinship, main_claims
from bot.model import Claim


def claim(claimant: str, *, status: str = "asserted", party: str = "", via: str = "", kind: str = "government", where: str = "title",
          start: int = 0) -> Claim:  # fmt: skip
    return Claim(
        id=f"c-{claimant}", claimant=claimant, claimant_type=kind, status=status, direction="dprk>russia",  # type: ignore[arg-type]
        party=party, via=via, where=where, start=start,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        (claim("White House"), claim("White House (John Kirby)"), "shared"),
        (claim("HUR", party="ukraine"), claim("HUR chief Kyrylo Budanov", party="ukraine"), "shared"),
        (claim("US", party="usa"), claim("White House", party="usa"), "shared"),
        (claim("US officials", via="New York Times"), claim("New York Times", kind="media"), "shared"),
        (claim("US officials", via="CBS News"), claim("South Korean officials", via="CBS News"), "shared"),
        (claim("North Korea", status="denied", party="dprk"), claim("White House", party="usa"), "shared"),
        (claim("South Korea, US and Japan"), claim("US, Japan and South Korea"), "shared"),
        (claim("US", party="usa"), claim("Iran and Russia"), "apart"),
        (claim("analysts", kind="expert"), claim("CSIS", kind="think-tank"), "unknown"),
        (claim("ROK NIS", party="south-korea"), claim("CSIS", kind="think-tank"), "apart"),
        (claim("US", party="usa"), claim("US Naval Institute", kind="think-tank", party="elsewhere"), "apart"),
        (claim("unattributed"), claim("White House"), "unknown"),
        (claim("Officials (unnamed)", kind="anonymous"), claim("White House"), "unknown"),
        (claim("White House", where="text", start=2000), claim("CSIS"), "unknown"),
    ],
)
def test_two_reports_rest_on_one_voice_on_none_that_is_known_or_on_different_ones(mine, theirs, expected):
    assert kinship([mine], [theirs]) == expected
    assert kinship([theirs], [mine]) == expected


def test_the_main_claims_are_named_and_stand_in_title_or_lead():
    said = claim("White House", where="text", start=299)
    assert main_claims([said, claim("CSIS", where="text", start=300), claim("")]) == (said,)
