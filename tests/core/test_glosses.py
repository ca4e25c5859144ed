"""English lines from fields alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.glosses import figure, gloss
from tests.render.samples import claim

BOXES = claim(
    "a", "White House", "asserted", "x", quantity=1000, op=">", unit="containers",
    materiel=("military equipment", "ammunition"), basis="satellite imagery", kind="cumulative", period_end="2023-10-01",
)  # fmt: skip


def test_a_figure_stands_with_what_it_counts_its_kind_its_end_and_its_basis():
    assert gloss(BOXES, {}) == (
        "White House asserts >1,000 containers of military equipment and ammunition, cumulative, to 1 Oct 2023. "
        "Basis: satellite imagery"
    )


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"status": "denied", "claimant": "Kremlin"}, "Kremlin denies a transfer of ammunition"),
        (
            {"status": "planned", "claimant": "officials (unnamed)"},
            "Officials (unnamed) speak of a planned transfer of ammunition",
        ),
        ({"status": "sanctioned", "entities": ("Unit A", "Ship B")}, "X imposes sanctions over Unit A and Ship B"),
        ({"status": "observed"}, "X observes a transfer of ammunition"),
        ({"claimant": "unattributed"}, "Unattributed: a transfer of ammunition"),
        ({"claimant": "unattributed", "status": "denied"}, "Unattributed denies a transfer of ammunition"),
        ({"materiel": ()}, "X asserts a transfer"),
        ({"via": "lawmaker Y", "status": "estimated"}, "X via lawmaker Y estimates a transfer of ammunition"),
        ({"hedge": "likely"}, "X asserts a transfer of ammunition (“likely”)"),
        ({"claimant": "Ukrainian lawmakers"}, "Ukrainian lawmakers assert a transfer of ammunition"),
        ({"claimant": "Reuters"}, "Reuters asserts a transfer of ammunition"),
        (
            {"period_start": "2023-09", "period_end": "2023-10-01"},
            "X asserts a transfer of ammunition, Sep 2023 – 1 Oct 2023",
        ),
        ({"period_end": "winter"}, "X asserts a transfer of ammunition, winter"),
        ({"period_end": "2023-13-45"}, "X asserts a transfer of ammunition, 2023-13-45"),
        ({"quantity": 200, "unit": "guns", "op": "~"}, "X asserts about 200 guns (ammunition)"),
        ({"quantity": 5, "quantity_max": 6, "unit": "shipments"}, "X asserts 5–6 shipments of ammunition"),
        (
            {"quantity": 5, "unit": "shells", "kind": "equivalent", "materiel": ()},
            "X asserts the equivalent of 5 shells",
        ),
        ({"quantity": 5, "unit": "ammunition"}, "X asserts 5 ammunition"),
        ({"quantity": 5, "unit": "shells", "status": "planned"}, "X speaks of plans for 5 shells (ammunition)"),
    ],
)
def test_what_the_fields_hold_is_said_and_nothing_else(change, line):
    assert gloss(replace(claim("a", "X", "asserted", "q", materiel=("ammunition",)), **change), {}) == line


def test_materiel_is_named_in_the_labels_of_the_watchlist():
    assert gloss(BOXES, {"ammunition": "munitions"}).count("munitions") == 1


def test_a_large_figure_keeps_all_its_digits():
    assert figure(replace(BOXES, quantity=15_000_000.0)) == ">15,000,000 containers"
    assert figure(replace(BOXES, quantity=None)) == ""
