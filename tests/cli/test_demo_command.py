"""`armswatch demo` as typed: it clears no folder but its own, and invented news goes to no account."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_doctor import environ
from tests.fake_slack import TOKEN, FakeSlack, serving


def test_a_folder_that_the_demo_did_not_write_is_left_alone(tmp_path: Path, run: Run):
    config = tmp_path / "config.toml"
    config.write_text("schema = 1  # a real watch\n")
    done = run("demo", "--out", str(tmp_path))
    assert (done.code, "holds other things" in done.err) == (2, True)
    assert config.read_text() == "schema = 1  # a real watch\n"


def test_its_own_folder_is_made_anew(world: Path, tmp_path: Path, run: Run):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "config.toml").write_text((world / "config.toml").read_text("utf-8"))
    (tmp_path / "d" / "old").touch()
    assert run("demo", "--out", str(tmp_path / "d")).code == 0
    assert not (tmp_path / "d" / "old").exists()
    assert (tmp_path / "d" / "report.html").exists()


def test_accounts_of_the_environment_get_no_invented_news(tmp_path: Path, run: Run):
    with environ(ARMSWATCH_SLACK_TOKEN=TOKEN):
        done = run("demo", "--out", str(tmp_path / "d"))
    assert (done.code, "'slack-preview': no Slack token" in done.out) == (0, True)


@pytest.mark.parametrize(
    ("url", "token", "said"),
    [
        ("https://slack.com/api/", TOKEN, "a Slack of this machine only"),
        ("not a url", TOKEN, "a Slack of this machine only"),
        ("http://127.0.0.1:1/api/", "", "needs a token"),
    ],
)
def test_only_a_stand_in_with_a_token_gets_it(tmp_path: Path, run: Run, url: str, token: str, said: str):
    with environ(ARMSWATCH_SLACK_TOKEN=token):
        done = run("demo", "--out", str(tmp_path / "d"), "--slack-url", url)
    assert (done.code, said in done.err) == (2, True), done.err
    assert not (tmp_path / "d").exists()


def test_a_stand_in_gets_the_digest_and_its_thread(tmp_path: Path, run: Run):
    with serving(FakeSlack()) as slack, environ(ARMSWATCH_SLACK_TOKEN=TOKEN):
        done = run("demo", "--out", str(tmp_path / "d"), "--slack-url", slack.base_url)
        (parent,) = slack.parents()
    assert done.code == 0
    assert f"2 of 2 messages sent at {slack.base_url}" in done.out
    assert len(slack.replies(parent["ts"])) == 1
