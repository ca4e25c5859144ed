"""The front door: every command explains itself, every listing speaks JSON, colours can be switched off, help is instant."""

from __future__ import annotations

import inspect
import json
import os
import pty
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest

from bot.cli import COMMANDS, cli
from bot.model import Notice
from bot.store import Store
from tests.cli.conftest import Run
from tests.store.test_contract import judged

ROOT = Path(__file__).resolve().parents[2]
ENVIRON = {**os.environ, "ARMSWATCH_NETWORK": "loopback", "PYTHONPATH": str(ROOT)}
INSTANT = 0.3  # seconds of processor time


def tree(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from tree(command, (*path, name))
        else:
            yield (*path, name), command


ALL = dict(tree(cli))


@pytest.mark.parametrize("words", sorted(ALL), ids=" ".join)
def test_every_command_explains_itself_and_each_of_its_options(words: tuple[str, ...], run: Run):
    done = run(*words, "--help")
    assert done.code == 0
    assert ALL[words].help
    if len(words) == 1:
        assert COMMANDS[words[0]][2].endswith((".", "?"))


def test_every_listing_can_be_read_by_a_program():
    for words, command in ALL.items():
        callback: Any = inspect.unwrap(command.callback)  # type: ignore[arg-type]
        if re.search(r"\blisting\(", inspect.getsource(callback)) and words[0] != "export":
            assert "as_json" in {parameter.name for parameter in command.params}, f"{' '.join(words)} has no --json"


LISTINGS = [
    ("status",), ("stories",), ("claims",), ("search", "Russia"), ("feeds", "list"), ("outbox", "list"), ("case", "list"),
    ("judge", "--list"), ("corrections",), ("review",), ("backup", "--list"), ("watchlist", "show"), ("prune", "--dry-run"),
]  # fmt: skip


@pytest.mark.parametrize("words", LISTINGS, ids=" ".join)
def test_json_is_json_and_nothing_else(words: tuple[str, ...], world: Path, run: Run):
    done = run(*words, "--json", config=world / "config.toml")
    assert done.code == 0
    assert isinstance(json.loads(done.out), list | dict)


@pytest.mark.parametrize("words", LISTINGS, ids=" ".join)
def test_a_listing_is_readable_without_json_too(words: tuple[str, ...], world: Path, run: Run):
    done = run(*words, config=world / "config.toml")
    assert done.code == 0
    assert done.out.strip()
    assert "\x1b" not in done.out, "no terminal, no control sequences"


def on_a_terminal(*words: str, typed: str = "", **environ: str) -> str:
    """What a command prints on a terminal of its own."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", *words], env={**ENVIRON, "TERM": "xterm-256color", **environ}, stdout=theirs, stderr=theirs,
        stdin=theirs,
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, typed.encode())
    said = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the terminal is gone with its last program
            break
        if not piece:
            break
        said += piece
    os.close(ours)
    assert process.wait(30) == 0
    return said.decode("utf-8", "replace")


def test_no_color_means_no_colour(world: Path):
    said = on_a_terminal("--config", str(world / "config.toml"), "stories", NO_COLOR="1")
    assert "s-" in said
    assert not re.search(r"\x1b\[[0-9;]*(3|4|9|10)[0-9](;[0-9;]*)?m", said)


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("status",)], ids=" ".join)
def test_what_is_asked_most_answers_at_once(words: tuple[str, ...], world: Path):
    spent = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        config = ("--config", str(world / "config.toml")) if words[0] == "status" else ()
        subprocess.run(
            [sys.executable, "-m", "bot", *config, *words], env=ENVIRON, check=True, capture_output=True, timeout=60
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(spent) < INSTANT


def test_commands_and_options_complete_in_the_shell():
    for typed, index, wanted in (
        ("armswatch sta", "1", "plain,status"),
        ("armswatch digest --pre", "2", "plain,--preview"),
    ):
        environ = {**ENVIRON, "_ARMSWATCH_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": index}
        done = subprocess.run(
            [sys.executable, "-m", "bot"], env=environ, capture_output=True, text=True, timeout=60, check=False
        )
        assert wanted in done.stdout.splitlines()
    for shell in ("bash", "zsh", "fish"):
        environ = {**ENVIRON, "_ARMSWATCH_COMPLETE": f"{shell}_source"}
        done = subprocess.run(
            [sys.executable, "-m", "bot"], env=environ, capture_output=True, text=True, timeout=60, check=False
        )
        assert "_ARMSWATCH_COMPLETE" in done.stdout


def test_a_mistyped_command_is_answered_with_the_likely_one(run: Run):
    done = run("storys")
    assert done.code == 2
    assert "did you mean `stories`" in done.err or "did you mean `story`" in done.err


def test_init_writes_what_was_answered_and_it_loads(tmp_path: Path, run: Run):
    config = tmp_path / "watch" / "config.toml"
    done = run(
        "init", "--contact", "desk@example.org", "--zone", "Europe/Kyiv", "--hour", "6", "--slack", "C0123456789",
        "--mail", "desk@example.org", "--smtp", "smtp.example.org", config=config,
    )  # fmt: skip
    assert done.code == 0
    assert "ARMSWATCH_SLACK_TOKEN" in done.out
    from bot.settings import load

    settings = load(config, {})
    assert [(one.name, one.channel, one.zone, one.hour) for one in settings.subscriptions] == [
        ("console", "console", "Europe/Kyiv", 6),
        ("team-slack", "slack", "Europe/Kyiv", 6),
        ("team-mail", "email", "Europe/Kyiv", 6),
    ]
    assert settings.table.polling.contact == "desk@example.org"
    shipped = (ROOT / "config.toml").read_text("utf-8")
    comments = [line for line in shipped.splitlines() if line.startswith("# ")]
    assert all(line in config.read_text("utf-8") for line in comments), "every explanation is still there"
    assert run("init", config=config).code == 2


def test_init_on_a_terminal_asks_and_enter_leaves_open(tmp_path: Path):
    config = tmp_path / "config.toml"
    answers = ["desk@example.org", "Seoul", "Asia/Seoul", "8", "general", "", "lena@example.org", "smtp.example.org"]
    said = on_a_terminal("--config", str(config), "init", typed="".join(f"{answer}\n" for answer in answers))
    assert "How can publishers reach you" in said
    assert "'Seoul': a zone of the IANA list" in said, "what cannot be is asked again"
    assert "'general': the channel's id" in said
    from bot.settings import load

    settings = load(config, {})
    assert [(one.channel, one.zone, one.hour) for one in settings.subscriptions] == [
        ("console", "Asia/Seoul", 8),
        ("email", "Asia/Seoul", 8),
    ]
    assert settings.table.smtp.host == "smtp.example.org"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--zone", "Mars/Phobos"), "IANA"),
        (("--slack", "#general"), "not its name"),
        (("--mail", "lena"), "a mail address"),
        (("--contact", "me"), "a URL or a mail address"),
        (("--slack-url", "ftp://slack"), "config.toml: slack.base_url"),
        (("--smtp", "mail.example.org:587"), "its port goes into config.toml"),
    ],
)
def test_init_with_an_answer_that_cannot_be_leaves_nothing_behind(
    tmp_path: Path, run: Run, words: tuple[str, ...], said: str
):
    done = run("init", *words, config=tmp_path / "config.toml")
    assert (done.code, said in done.err) == (2, True), done.err
    assert list(tmp_path.iterdir()) == []
    assert run("init", "--yes", config=tmp_path / "config.toml").code == 0


def test_a_copy_is_made_listed_and_put_back_from_the_command_line(watch: Path, run: Run):
    made = run("backup", config=watch)
    assert "checked" in made.out
    (row,) = json.loads(run("backup", "--list", "--json", config=watch).out)
    with Store.opened(watch.parent / "armswatch.db") as store:
        before = sum(store.articles.count().values())
        store.articles.save(judged(77), datetime.now(UTC))
    done = run("restore", row["copy"], "--yes", config=watch)
    assert done.code == 0
    assert f"{before} articles" in done.out
    kept = {one["why"] for one in json.loads(run("backup", "--list", "--json", config=watch).out)}
    assert kept == {"by-hand", "before-restore"}


@pytest.mark.criterion("R-70")
def test_restore_waits_for_nobody_while_a_daemon_runs(watch: Path, run: Run):
    from bot.store.locks import DaemonLock

    run("backup", config=watch)
    (row,) = json.loads(run("backup", "--list", "--json", config=watch).out)
    holding = DaemonLock(watch.parent / "armswatch.db")
    with holding:
        done = run("restore", row["copy"], "--yes", config=watch)
    assert done.code == 3


def test_prune_says_what_would_go_before_it_goes(watch: Path, run: Run):
    with Store.opened(watch.parent / "armswatch.db") as store:
        store.articles.save(judged(77, "none"), datetime.now(UTC) - timedelta(days=400))
        from dataclasses import replace

        old = judged(78, "none")
        aged = replace(old, article=replace(old.article, first_seen=datetime.now(UTC) - timedelta(days=400)))
        store.articles.save(aged, datetime.now(UTC))
    before = json.loads(run("prune", "--dry-run", "--json", config=watch).out)
    assert before["dropped"] == 0
    assert before["bodies"] >= 1
    after = json.loads(run("prune", "--json", config=watch).out)
    assert after["dropped"] == before["bodies"]
    assert json.loads(run("prune", "--json", config=watch).out)["bodies"] == 0
    assert run("prune", "--older", "3", config=watch).code == 2


def test_a_copy_is_put_back_by_its_name_and_only_when_somebody_says_so(watch: Path, run: Run):
    run("backup", config=watch)
    (row,) = json.loads(run("backup", "--list", "--json", config=watch).out)
    name = Path(row["copy"]).name
    asked = run("restore", name, config=watch)
    assert (asked.code, "say --yes" in asked.err) == (2, True)
    assert f"is {name} again" in run("restore", name, "--yes", config=watch).out
    assert "no such copy" in run("restore", "other.db", "--yes", config=watch).err


def test_status_forecasts_its_size_and_knows_the_newest_copy(watch: Path, run: Run):
    with Store.opened(watch.parent / "armswatch.db") as store:
        from dataclasses import replace

        old = judged(78, "none")
        aged = replace(old, article=replace(old.article, first_seen=datetime.now(UTC) - timedelta(days=10)))
        store.articles.save(aged, datetime.now(UTC))
    said = run("status", config=watch).out
    assert "MB in a year" in said
    assert "backup    none yet" in said
    run("backup", config=watch)
    assert "backup    latest" in run("status", config=watch).out


def test_a_canary_that_did_not_come_out_turns_status_red(watch: Path, run: Run):
    now = datetime.now(UTC)
    with Store.opened(watch.parent / "armswatch.db") as store:
        store.runs.beat("poll", now)
        assert run("status", "--max-age", "2h", config=watch).code == 0
        store.runs.notice(Notice(id="canary:arms", kind="canary", subject="arms", text="it did not come out", at=now))
        done = run("status", "--max-age", "2h", config=watch)
        assert done.code == 1
        assert done.out.splitlines()[0] == "RED       it did not come out"
        assert json.loads(run("status", "--json", config=watch).out)["red"] == ["it did not come out"]
        store.runs.recover("canary:arms", now)
    assert run("status", "--max-age", "2h", config=watch).code == 0
