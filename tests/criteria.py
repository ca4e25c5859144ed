"""`python -m tests.criteria`: which facts hold which criterion of the reference, as a table; read from the markers, nothing is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent


def marked() -> Iterator[tuple[str, str, str]]:
    """(criterion, file, fact) of every marker in the tests."""
    for path in sorted(HERE.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.criterion":
                        yield ast.literal_eval(mark.args[0]), path.relative_to(HERE.parent).as_posix(), node.name


def _order(criterion: str) -> tuple[str, int]:
    letters, number = re.fullmatch(r"(.*?)[- ]?(\d*)", criterion).groups()  # type: ignore[union-attr]  # matches anything
    return letters, int(number or 0)


def table() -> str:
    """The whole document."""
    found: dict[str, list[str]] = {}
    for criterion, file, name in marked():
        found.setdefault(criterion, []).append(f"`{file}` {name.removeprefix('test_').replace('_', ' ')}")
    lines = [
        "# Which fact holds which criterion",
        "",
        "Written by `python -m tests.criteria > docs/criteria.md` from the markers of the tests.",
        "",
        "| criterion | held by |",
        "|---|---|",
        *(f"| {criterion} | {'<br>'.join(found[criterion])} |" for criterion in sorted(found, key=_order)),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
