"""`armswatch backfill` and `report` as typed: plans, windows, unknown names, keys, exit codes, a run over a local archive."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import cli
from bot.cli.report import report
from tests import archives
from tests.archives import BODY, TITLE
from tests.servers import Server

pytestmark = pytest.mark.skipif(os.name != "posix", reason="workers are POSIX processes")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text('schema = 1\nwatchlists = ["watchlists/russia-dprk-arms.toml"]\n')
    return tmp_path


def typed(home: Path, *words: str, **environ: str) -> Result:
    values = {"ARMSWATCH_NETWORK": "loopback", **environ}
    return CliRunner().invoke(
        cli, ["--config", str(home / "config.toml"), "backfill", *words], env=values, standalone_mode=False
    )


def ended(result: Result) -> int:
    """The exit code that `main` would give."""
    if result.exception is not None:
        return int(getattr(result.exception, "exit_code", 1))
    return result.return_value if isinstance(result.return_value, int) else 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--since", "2023-10-02", "--until", "2023-10-01"], "is after --until"),
        (["--since", "2099-01-01"], "in the future"),
        (["--since", "2023-01-01", "--until", "2099-01-01"], "the past ends today"),
        (["--since", "2023-01-01", "--source", "pigeons"], "no source 'pigeons'"),
        (["--since", "2023-01-01", "--base", "gdelt"], "a source and its address"),
        (["--since", "2023-01-01", "--source", "guardian"], "ARMSWATCH_GUARDIAN_KEY"),
        (["--since", "yesterday"], "a date such as"),
        ([], "--since says where the window begins"),
    ],
)
def test_bad_usage_is_told_and_ends_with_2(home: Path, words: list[str], said: str):
    result = typed(home, *words)
    assert ended(result) == 2
    assert said in str(result.exception) + getattr(result.exception, "message", "")


def test_files_give_matches_and_bad_ones_are_named(home: Path):
    (home / "in").mkdir()
    (home / "in" / "good.txt").write_text(f"{TITLE}\n\n{BODY}\n")
    result = typed(home, "files", str(home / "in"))
    assert ended(result) == 0, result.output
    assert "1 matches" in result.output
    (home / "in" / "bad.txt").write_bytes(b"")
    result = typed(home, "files", str(home / "in"))
    assert ended(result) == 1
    assert "bad.txt: empty file" in result.output
    assert "1 units done" in result.output


def test_a_dry_run_prints_the_plan_and_makes_no_run(home: Path):
    result = typed(home, "--since", "2023-10-01", "--until", "2023-10-02", "--source", "gdelt", "--dry-run")
    assert ended(result) == 0
    assert "96 units, about 384 requests" in result.output


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as opened:
        yield opened


def test_a_site_is_read_through_the_command_and_its_report_shows_it(home: Path, server: Server):
    base = server.url("")
    server.fallback = archives.WordPressSite(base, ["2023-10-13T08:00:00", "2023-10-14T08:00:00"])
    (home / "config.toml").write_text(
        f'schema = 1\nwatchlists = ["watchlists/russia-dprk-arms.toml"]\n[network]\nallow = ["127.0.0.1:{server.port}"]\n'
    )
    words = [
        "--since",
        "2023-10-01",
        "--until",
        "2023-10-31",
        "--source",
        "wordpress",
        "--site",
        base,
        "--rate",
        "1000",
    ]
    result = typed(home, *words)
    assert ended(result) == 0, result.output
    assert "1 matches" in result.output
    assert "complete" in result.output
    shown = CliRunner().invoke(
        report,
        ["--since", "2023-10-01", "--until", "2023-10-31", "--format", "json"],
        obj={"config": str(home / "config.toml")},
    )
    assert [line["url"] for story in json.loads(shown.output)["stories"] for line in story["lines"]] == [f"{base}/0/"]


def test_sanctions_lists_can_be_read_from_a_copy(home: Path, server: Server):
    from tests.servers import Reply
    from tests.sources.test_sanctions import REMARK, sdn

    server.routes["/sdn.xml"] = Reply(
        200, (("content-type", "text/xml"),), sdn(("1", "AEROVOST LLC", "RUSSIA-EO14024 DPRK4", REMARK))
    )
    (home / "config.toml").write_text(
        f'schema = 1\nwatchlists = ["watchlists/russia-dprk-arms.toml"]\n[network]\nallow = ["127.0.0.1:{server.port}"]\n'
    )
    result = typed(home, "sanctions", "--list", "ofac", "--base", f"ofac={server.url('/sdn.xml')}")
    assert ended(result) == 0, result.output
    assert "1 matches" in result.output


def test_a_pipe_and_a_link_to_itself_are_named_and_waited_for_by_nobody(home: Path):
    os.mkfifo(home / "pipe")
    (home / "loop").symlink_to("loop")
    (home / "a.txt").write_text("North Korea sent Russia shells.\n")
    result = typed(home, "files", str(home / "pipe"), str(home / "loop"), str(home / "a.txt"))
    assert ended(result) == 1
    assert "a pipe, a socket or a device" in result.output
    assert f"{home / 'loop'}: " in result.output
    assert ended(typed(home, "files", str(home / "loop"))) == 2
