"""The looks of the sample digests stay as somebody last approved them."""

from __future__ import annotations

import pytest

from tests.render import golden

LOOKS = dict(golden.looks())


@pytest.mark.criterion("S-12")
@pytest.mark.parametrize("name", sorted(LOOKS))
def test_a_look_is_what_it_was(name: str):
    wanted = (golden.FOLDER / name).read_text(encoding="utf-8")
    assert LOOKS[name] == wanted, (
        f"{name} looks different now. If that is what you wanted, run `python -m tests.render.golden`, "
        "look at the difference that git shows, and commit it with your change."
    )


def test_no_look_is_left_over():
    assert {one.name for one in golden.FOLDER.iterdir()} == set(LOOKS)
