"""The daemon from outside: starts, says what fails, ends on SIGTERM within ten seconds, and never runs twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.places import packaged
from bot.store import Store
from bot.store.locks import holder
from tests import fake_socket
from tests.core.test_orders import command as typed_in_slack
from tests.fake_slack import ANSWERS, APP_TOKEN, TOKEN, FakeSlack, serving

ROOT = Path(__file__).resolve().parents[1]
ENVIRON = {**os.environ, "ARMSWATCH_NETWORK": "loopback", "PYTHONPATH": str(ROOT)}


def armswatch(*words: str, config: Path) -> list[str]:
    return [sys.executable, "-m", "bot", "--config", str(config), *words]


def configured(folder: Path) -> Path:
    config = folder / "config.toml"
    config.write_text(
        f"schema = 1\nwatchlists = [{json.dumps(str(packaged('watchlists/russia-dprk-arms.toml')))}]\n"
        '[polling]\ntick = "1s"\nfloor = "1s"\n[[feeds]]\nurl = "https://feeds.invalid/rss"\nname = "Nobody"\n'
        '[[feeds]]\nurl = "http://127.0.0.1:9/rss"\nname = "Closed"\n'
    )
    return config


def until(condition: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)  # waits for another process, never for ourselves
    return False


@pytest.fixture
def daemon(tmp_path: Path):
    config = configured(tmp_path)
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(armswatch("run", config=config), env=ENVIRON, stdout=log, stderr=log)
    assert until(lambda: holder(tmp_path / "armswatch.db") == process.pid), (tmp_path / "log").read_text()
    yield process, config
    process.kill()
    process.wait()
    log.close()


def beaten(database: Path) -> bool:
    try:
        with Store.opened(database, readonly=True) as store:
            return any(beat.job == "poll" for beat in store.runs.beats())
    except StoreError:
        return False  # it is just being made


@pytest.mark.criterion("R-69")
def test_without_network_it_names_what_failed_keeps_running_and_ends_cleanly(daemon, tmp_path: Path):
    process, config = daemon
    assert until(lambda: (tmp_path / "armswatch.db").exists() and beaten(tmp_path / "armswatch.db"))
    assert process.poll() is None
    assert until(lambda: "feeds.invalid" in (tmp_path / "log").read_text())
    status = subprocess.run(armswatch("status", "--json", config=config), env=ENVIRON, capture_output=True, check=True)
    assert json.loads(status.stdout)["daemon_pid"] == process.pid
    asked = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    assert time.monotonic() - asked < 10
    assert holder(tmp_path / "armswatch.db") is None


@pytest.mark.criterion("R-70")
def test_a_second_daemon_exits_3_and_names_the_pid(daemon, tmp_path: Path):
    process, config = daemon
    for command in ("run", "poll"):
        second = subprocess.run(
            armswatch(command, config=config), env=ENVIRON, capture_output=True, text=True, timeout=30, check=False
        )
        assert second.returncode == 3
        assert f"pid {process.pid}" in second.stderr


def test_readers_work_beside_the_daemon(daemon, tmp_path: Path):
    _, config = daemon
    assert until(lambda: beaten(tmp_path / "armswatch.db"))
    for words in (
        ("search", "anything"),
        ("stories",),
        ("claims",),
        ("outbox", "list"),
        ("feeds", "list"),
        ("digest", "--preview"),
    ):
        done = subprocess.run(
            armswatch(*words, config=config), env=ENVIRON, capture_output=True, text=True, timeout=30, check=False
        )
        assert done.returncode == 0, (words, done.stderr)


def test_one_poll_of_feeds_that_all_fail_says_so_and_exits_1(tmp_path: Path):
    config = configured(tmp_path)
    done = subprocess.run(
        armswatch("poll", config=config), env=ENVIRON, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "0 of 2 due feeds polled" in done.stdout
    assert "feeds.invalid" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [("--help",), ("status",)])
def test_help_and_status_answer_at_once(tmp_path: Path, words: tuple[str, ...]):
    config = configured(tmp_path)
    Store(tmp_path / "armswatch.db").close()
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", *armswatch(*words, config=config)[1:]],
        env=ENVIRON,
        capture_output=True,
        text=True,
        check=True,
    )
    modules = {
        line.rsplit("|", 1)[-1].strip() for line in loaded.stderr.splitlines() if line.startswith("import time:")
    }
    heavy = {
        "pydantic",
        "sqlite_utils",
        "trafilatura",
        "feedparser",
        "apscheduler",
        "slack_sdk",
        "rich",
        "urllib3",
        "numpy",
    }
    assert not modules & heavy


@pytest.mark.criterion("I-7")
@pytest.mark.criterion("I-9")
def test_what_is_typed_in_slack_is_answered_by_the_daemon_and_its_socket_delays_no_end(tmp_path: Path):
    config = configured(tmp_path)
    with serving(FakeSlack()) as slack, fake_socket.serving() as socket:
        slack.socket_url = socket.url
        config.write_text(
            config.read_text() + f'[slack]\nbase_url = "{slack.base_url}"\nallowed_users = ["U0123ABC"]\n',
            encoding="utf-8",
        )
        secrets = {"ARMSWATCH_SLACK_TOKEN": TOKEN, "ARMSWATCH_SLACK_APP_TOKEN": APP_TOKEN}
        log = (tmp_path / "log").open("wb")
        process = subprocess.Popen(armswatch("run", config=config), env=ENVIRON | secrets, stdout=log, stderr=log)
        try:
            socket.opened.get(timeout=30)
            typed = typed_in_slack("status", user_id="U0123ABC") | {
                "response_url": slack.base_url.replace("/api/", ANSWERS)
            }
            socket.type("E1", typed)
            socket.type("E2", typed | {"user_id": "U77"})
            # Each is acknowledged by a thread of its own: which comes first is nobody's promise.
            assert {socket.acknowledged.get(timeout=30) for _ in range(2)} == {"E1", "E2"}
            assert until(lambda: len(slack.answers) == 2), (tmp_path / "log").read_text()
            said = sorted(one["text"] for one in slack.answers)
            assert "Sources that answer" in said[0]
            assert "You are not among those" in said[1]
            asked = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(15) == 0
            assert time.monotonic() - asked < 10
        finally:
            process.kill()
            process.wait()
            log.close()
        assert APP_TOKEN not in (tmp_path / "log").read_text()
