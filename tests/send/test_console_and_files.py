"""The two ways out that need no account."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import SendRejected, SendRetry
from bot.model import Delivery
from bot.render import channels
from bot.send.console import ConsoleSender
from bot.send.files import FileSender
from bot.send.loopback import is_loopback
from tests.render import samples

NOW = datetime(2023, 10, 14, 7, 0, tzinfo=UTC)


def clock() -> datetime:
    return NOW


def promise(channel: str) -> Delivery:
    subscription = replace(samples.SLACK, channel=channel, target="")  # type: ignore[arg-type] # parametrised below
    return channels.deliveries(samples.busy(), subscription)[0]


def test_the_console_shows_the_digest_and_marks_a_repeat():
    stream = io.StringIO()
    send = ConsoleSender(stream, clock)
    receipt = send(promise("console"), resend=False)
    assert receipt.id == promise("console").key
    assert "White House" in stream.getvalue()
    assert "possible repeat" not in stream.getvalue()
    send(promise("console"), resend=True)
    assert "possible repeat" in stream.getvalue()
    assert send.check() == ()


def test_a_terminal_that_cannot_show_a_letter_still_shows_the_digest():
    raw = io.BytesIO()
    terminal = io.TextIOWrapper(raw, encoding="ascii")
    ConsoleSender(terminal, clock)(promise("console"), resend=False)
    assert b"White House" in raw.getvalue()


def test_files_are_written_whole_and_found_again(tmp_path: Path):
    send = FileSender(tmp_path / "out", clock)
    assert send.check() == ()
    assert send.reconcile(promise("file")) is None
    receipt = send(promise("file"), resend=False)
    names = sorted(one.name for one in (tmp_path / "out").iterdir())
    assert names == ["2023-10-14-arms-desk.html", "2023-10-14-arms-desk.json", "2023-10-14-arms-desk.txt"]
    found = send.reconcile(promise("file"))
    assert found is not None
    assert found.id == receipt.id
    (tmp_path / "out" / names[0]).write_text("changed")
    assert send.reconcile(promise("file")) is None


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", ".hidden", "", "a/b", "x" * 300])
def test_a_name_that_leaves_the_folder_is_rejected(tmp_path: Path, name: str):
    import json

    bad = replace(promise("file"), payload=json.dumps({"files": {name: "x"}}))
    with pytest.raises(SendRejected):
        FileSender(tmp_path, clock)(bad, resend=False)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_is_a_retry(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    send = FileSender(tmp_path / "file" / "out", clock)
    with pytest.raises(SendRetry) as caught:
        send(promise("file"), resend=False)
    assert caught.value.code == "folder"
    assert send.check()


@pytest.mark.criterion("decision 25")
def test_only_this_machine_is_loopback_by_name():
    assert all(map(is_loopback, ["localhost", "LOCALHOST.", "127.0.0.1", "127.8.9.1", "::1", "[::1]"]))
    assert not any(
        map(
            is_loopback,
            ["", "localhost.example", "127.0.0.1.example", "10.0.0.1", "0.0.0.0", "slack.com", "2130706433"],
        )
    )
