"""Every command that the documentation shows can be typed: it is run here, on a filled watch, with ids that exist."""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest

from bot.cli import COMMANDS
from bot.settings_schema import ConfigTable, Table
from bot.store import Store
from tests.cli.conftest import Done, Run, run, watch, world

__all__ = ["run", "watch", "world"]  # fixtures

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
COMMAND = re.compile(r"^\s*(?:\$ )?(?:\.venv/bin/)?armswatch +(?P<rest>.*)$")
# These do not end, or need a server; they have tests of their own.
FOREVER = {"run", "worker", "cluster", "browse", "store"}
MAY_FAIL = {"poll", "doctor", "backfill", "digest"}  # they ask hosts that no test may reach, and may end with 1
MADE_BY_THE_READER = ("deploy/secrets/", "docs/performance.md")


def commands(page: Path) -> Iterator[tuple[int, list[str]]]:
    """(line, words) of every command in a code block but those between the marks of a trial (tests/test_trial.py)."""
    fenced = trial = False
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
        trial = line == "<!-- trial -->" or (trial and line != "<!-- /trial -->")
        if trial:
            continue
        if line.lstrip().startswith("```"):
            fenced = not fenced
            continue
        found = COMMAND.match(line) if fenced or line.startswith("    ") else None
        # What follows a comment sign, or two spaces, is said to people; [what stands in brackets] may be left out.
        typed = re.split(r" {2,}|\s#", found["rest"])[0] if found else ""
        words = shlex.split(re.sub(r"\[[^\]]*\]", "", typed))
        if words:
            yield number, words


ALL = [(page, number, words) for page in PAGES for number, words in commands(page)]


@pytest.fixture
def names(watch: Path, tmp_path: Path) -> dict[str, str]:
    """What the placeholders of the documentation stand for in this watch."""
    with Store.opened(watch.parent / "armswatch.db", readonly=True) as store:
        stories = store.stories.since(datetime(1990, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC))
        story = next(one for one in stories if store.stories.claims(story=one.id))
        claim = store.stories.claims(story=story.id)[0]
        article = store.articles.get(story.articles[0])
    assert article is not None
    text = tmp_path / "article.txt"
    text.write_text("North Korea has sent Russia more artillery shells, Seoul said.\n" * 5)
    shutil.copyfile(ROOT / "watchlists" / "russia-dprk-arms.examples.jsonl", tmp_path / "judged.jsonl")
    return {
        "STORY": story.id, "CLAIM": claim.id, "ARTICLE": article.id, "ID": article.id, "URL": article.canonical_url,
        "FILE": str(text), "FILE…": str(text), "PATH…": str(text), "FILE|URL|ID": article.id, "judged.jsonl": str(tmp_path / "judged.jsonl"),
        "pack": str(tmp_path / "pack"), "for-print": str(tmp_path / "for-print"), "stories.atom": str(tmp_path / "s.atom"),
        "DIR": str(tmp_path / "dir"), "report.html": str(tmp_path / "report.html"), "CASE": "Voyages of the spring",
    }  # fmt: skip


def prepared(words: list[str], names: dict[str, str], watch: Path, run: Run) -> list[str]:
    """The command with real names, after what the page had the reader do before it."""
    if words[0] == "case" and words[1] != "new":
        run("case", "new", "Voyages of the spring", config=watch)
    if words[0] == "verify":
        run("story", names["STORY"], "--pack", names["pack"], config=watch)
    if "--undo" in words:
        run("judge", names["STORY"], "mute", config=watch)
    if "COPY" in words:
        run("backup", config=watch)
        names["COPY"] = str(next((watch.parent / "armswatch-backups").glob("*.db")))
    return [names.get(word, word) for word in words]


@pytest.mark.parametrize(
    ("page", "number", "words"), ALL, ids=[f"{page.name}:{number} {' '.join(words)}" for page, number, words in ALL]
)
def test_a_command_in_the_documentation_works(
    page: Path, number: int, words: list[str], names: dict[str, str], watch: Path, run: Run, tmp_path: Path
):
    assert words[0] in COMMANDS or words[0].startswith("-"), f"{page.name}:{number}: there is no such command"
    archives = words[0] == "backfill" and words[1] != "files"  # days of asking others; tests/sources has them
    if words[0] in FOREVER or archives:
        done: Done = run(words[0], "--help")
        assert all(word in done.out for word in words[1:] if word.startswith("--") or word.isalpha()), done.out
        return
    if words[0] == "init":
        done = run("--config", str(tmp_path / "fresh" / "config.toml"), *words)
    else:
        done = run(*prepared(words, names, watch, run), config=watch)
    told = f"{page.name}:{number}: armswatch {' '.join(words)}\n{done.out}\n{done.err}"
    assert "Traceback" not in done.err, told
    # `watchlist test` ends with 1 while there is a miss to name.
    allowed = {0, 1} if words[0] in MAY_FAIL or words[:2] == ["watchlist", "test"] else {0}
    assert done.code in allowed, told


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_target_and_module_that_the_documentation_names_exists(page: Path):
    text = page.read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    typed = re.findall(r"(?:^\s*(?:\$ )?|`|sudo )make (?:-C \S+ )?([a-z-]+)", text, re.MULTILINE)
    assert set(typed) <= targets
    for module in re.findall(r"python -m ((?:tests|benchmarks|bot)[\w.]*)", text):
        assert importlib.util.find_spec(module), module
    for name in re.findall(r"python -m benchmarks (\w+)", text):
        assert (ROOT / "benchmarks" / f"{name}.py").exists(), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_inside_the_documentation_leads_somewhere(page: Path):
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"
    for path in re.findall(r"`((?:deploy|docs|bot|watchlists|benchmarks)/[\w./-]+)`", page.read_text("utf-8")):
        assert path.startswith(MADE_BY_THE_READER) or (ROOT / path).exists(), f"{page.name}: {path}"


def test_every_key_of_the_configuration_stands_in_the_shipped_one_and_every_table_in_the_readme():
    shipped, readme = (ROOT / "config.toml").read_text("utf-8"), (ROOT / "README.md").read_text("utf-8")
    for name, one in ConfigTable.model_fields.items():
        table = next(
            (
                part
                for part in (one.annotation, *get_args(one.annotation))
                if isinstance(part, type) and issubclass(part, Table)
            ),
            None,
        )
        if table is None:
            assert f"`{name}`" in readme or name == "schema_", name
            continue
        assert f"[{name}]" in readme, name
        for key, field in table.model_fields.items():
            written = field.alias or key
            assert re.search(rf"^#? ?{written} *=", shipped, re.MULTILINE), f"{name}.{written}"
