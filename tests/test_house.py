"""The house rules that no linter knows: small rooms, each with its one sentence, a pure core, words that stay out."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = sorted((ROOT / "bot").rglob("*.py"))
NAMED = [room for room in ROOMS if room.stat().st_size]
LONGEST = 350  # lines


@pytest.mark.parametrize("room", NAMED, ids=lambda room: str(room.relative_to(ROOT)))
def test_a_room_opens_with_one_sentence_and_stays_small(room: Path):
    text = room.read_text(encoding="utf-8")
    said = ast.get_docstring(ast.parse(text)) or ""
    assert said, "says what it is for"
    assert len(text.splitlines()) <= LONGEST or "One page on purpose" in said, "split it by noun, or say why it is long"


@pytest.mark.parametrize("room", NAMED, ids=lambda room: str(room.relative_to(ROOT)))
def test_no_room_has_a_name_that_says_nothing(room: Path):
    assert room.stem not in {"utils", "util", "helpers", "common", "manager", "handler", "data", "info", "misc", "base"}


FORBIDDEN_IN_CORE = {
    "socket",
    "sqlite3",
    "sqlite_utils",
    "urllib3",
    "random",
    "time",
    "subprocess",
    "threading",
    "os",
}


@pytest.mark.parametrize("folder", ["core", "render"])
def test_the_pure_rooms_touch_no_clock_file_socket_or_dice(folder: str):
    for room in sorted((ROOT / "bot" / folder).rglob("*.py")):
        tree = ast.parse(room.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            for name in names:
                assert name.partition(".")[0] not in FORBIDDEN_IN_CORE, f"{room.name} imports {name}"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in {"now", "utcnow", "today"} or node.args, (
                    f"{room.name}:{node.lineno} reads the clock"
                )


def test_no_unfinished_thing_lands():
    for room in [*ROOMS, *(ROOT / "tests").rglob("*.py")]:
        if room.name == "test_house.py":
            continue
        found = re.search(
            r"\b(TODO|FIXME|XXX|raise NotImplementedError)\b|unittest\.mock|monkeypatch",
            room.read_text(encoding="utf-8"),
        )
        assert not found, f"{room}: {found}"


def test_only_the_store_speaks_sql():
    statement = re.compile(r"\b(SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b")
    for room in ROOMS:
        if "store" in room.parts:
            continue
        for node in ast.walk(ast.parse(room.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not statement.search(node.value), f"{room}:{node.lineno}"
