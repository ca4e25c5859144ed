"""No secret in any log line at any level, no line that a title could forge, one line for each feed and delivery."""

from __future__ import annotations

import io
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import redirect_stderr
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.logs import configure, logger, mask, masker
from bot.model import Delivery
from bot.places import packaged
from bot.store import Store
from tests.fake_slack import TOKEN, FakeSlack, serving
from tests.servers import Server, feed

ROOT = Path(__file__).resolve().parents[2]
RSS = '<rss version="2.0"><channel><title>t</title><item><title>Ferry</title><guid>1</guid></item></channel></rss>'


@pytest.mark.criterion("R-71")
@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-12-abc-DEF",
        "xapp-1-A-2-b",
        "https://hooks.slack.com/services/T0/B0/zzz",
        "https://me:hunter22@feeds.example/rss",
        "Authorization: Bearer abcdef123456",
        "Authorization: Basic bWU6aHVudGVyMjI=",
        "https://feeds.example/rss?lang=ko&api_key=abc-DEF",
        "https://feeds.example/rss?sig=hunter22&x=1",
    ],
)
def test_what_looks_like_a_secret_is_masked(secret: str):
    said = mask(f"it failed with {secret} today")
    assert "***" in said
    assert not any(
        piece in said for piece in ("abc-DEF", "A-2-b", "zzz", "hunter22", "abcdef123456", "bWU6aHVudGVyMjI")
    )


def test_an_address_without_a_key_stays_as_it_is():
    said = "https://feeds.example/rss?monkey=1&lang=ko&outputType=xml&q=key+token&keywords=arms"
    assert mask(said) == said


@given(st.text("ABCDEFGH1234", min_size=4), st.text("abc \n"), st.text("xyz \r"))
def test_a_configured_secret_is_masked_wherever_it_stands(secret: str, before: str, after: str):
    text = f"{before}{secret}{after}"
    shown = json.dumps(masker([secret])({"a": text, secret: [text, {"c": (text, ValueError(text))}]}))
    assert secret not in shown
    assert "***" in shown


@pytest.mark.criterion("R-73")
def test_a_title_cannot_forge_a_line_and_libraries_are_masked_too():
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    out = io.StringIO()
    try:
        with redirect_stderr(out):
            configure(logging.DEBUG, secrets=["correct horse"])
            logger().info("polled", title='x\n{"level":"error","event":"forged"}', why=ValueError("pw correct horse"))
            logging.getLogger("urllib3").debug("GET /%s with %s\nsecond line", "correct horse", TOKEN)
    finally:
        logging.getLogger().handlers[:] = handlers
        logging.getLogger().setLevel(level)
    lines = out.getvalue().splitlines()
    assert len(lines) == 2
    assert json.loads(lines[0])["event"] == "polled"
    assert "correct horse" not in out.getvalue()
    assert TOKEN not in out.getvalue()


def owed() -> Delivery:
    line = {"type": "context", "elements": [{"type": "plain_text", "text": "A notice", "emoji": False}]}
    payload = {
        "text": "A notice",
        "blocks": [line],
        "unfurl_links": False,
        "unfurl_media": False,
        "fallback": "A notice",
    }
    metadata = {"event_type": "armswatch", "event_payload": {"key": "k"}}
    return Delivery(
        kind="notice", subject="n-1", channel="slack", target="C0123456789", part=1,
        payload=json.dumps({**payload, "metadata": metadata}),
    )  # fmt: skip


def until(log: Path, words: str, seconds: float = 40) -> str:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        text = log.read_text("utf-8")
        if words in text:
            return text
        time.sleep(0.05)  # waits for another process, never for ourselves
    raise AssertionError(log.read_text("utf-8")[-3000:])


@pytest.mark.criterion("R-71")
@pytest.mark.criterion("R-73")
def test_the_daemon_at_debug_logs_each_feed_and_delivery_and_no_secret(tmp_path: Path):
    log = tmp_path / "log"
    password = "s3cret-of-the-feed"
    notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notified.bind(str(tmp_path / "notify"))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with notified, Server() as server, serving(FakeSlack(enforce_pace=False)) as slack:
        server.routes["/feed"] = feed(RSS)
        server.routes["/ping/very-private"] = feed("ok")
        config = tmp_path / "config.toml"
        config.write_text(
            f"schema = 1\nwatchlists = [{json.dumps(str(packaged('watchlists/russia-dprk-arms.toml')))}]\n"
            f'[polling]\ntick = "1s"\n[network]\nallow = {json.dumps(sorted(server.allow))}\n'
            f'[slack]\nbase_url = "{slack.base_url}"\n[heartbeat]\nfile = "alive.json"\n[metrics]\nport = {port}\n'
            f'[[feeds]]\nurl = "{server.url("/feed")}"\nname = "Private"\nauth_env = "FEED_LOGIN"\n'
            '[[feeds]]\nurl = "http://127.0.0.1:9/rss"\nname = "Closed"\n'
            '[[subscriptions]]\nname = "team"\nchannel = "slack"\ntarget = "C0123456789"\n'
        )
        environ = {
            **os.environ, "PYTHONPATH": str(ROOT), "ARMSWATCH_NETWORK": "loopback", "ARMSWATCH_SLACK_TOKEN": TOKEN,
            "FEED_LOGIN": f"Basic {password}", "ARMSWATCH_SMTP_PASSWORD": "s3cret-of-the-mail",
            "NOTIFY_SOCKET": str(tmp_path / "notify"), "ARMSWATCH_HEARTBEAT_URL": server.url("/ping/very-private"),
        }  # fmt: skip
        words = [sys.executable, "-m", "bot", "--config", str(config)]
        with Store.opened(tmp_path / "armswatch.db") as store:
            store.outbox.promise(owed(), datetime.now(UTC))
        with log.open("wb") as out:
            daemon = subprocess.Popen([*words, "run", "--log", "debug"], env=environ, stdout=out, stderr=out)
            try:
                until(log, '"event": "round"')
                until(log, "127.0.0.1:9")
                until(log, '"event": "delivery"')
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
                    figures = answer.read().decode()
                end = time.monotonic() + 30
                while not server.seen("/ping/very-private") and time.monotonic() < end:
                    time.sleep(0.05)  # waits for another process
            finally:
                daemon.send_signal(signal.SIGTERM)
                daemon.wait(20)
                notified.settimeout(5)
                told = [notified.recv(64), notified.recv(64)]
        text = log.read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    good = next(line for line in lines if line.get("event") == "polled" and line["feed"].endswith("/feed"))
    assert {"status": "200", "new": 1, "level": "info"}.items() <= good.items()
    assert {"bytes", "ms", "next_check"} <= set(good)
    bad = next(line for line in lines if line.get("event") == "polled" and line["feed"].endswith(":9/rss"))
    assert bad["level"] == "warning"
    assert bad["error"]
    sent = next(line for line in lines if line.get("event") == "delivery")
    assert {"key": owed().key, "channel": "slack", "state": "sent", "attempts": 1}.items() <= sent.items()
    assert b"READY=1" in told
    assert 'armswatch_feed_polls_total{feed="' in figures
    assert server.seen("/feed")[0].header("authorization").endswith(password)
    assert server.seen("/ping/very-private")
    assert (tmp_path / "alive.json").exists()
    for secret in (password, TOKEN, "s3cret-of-the-mail", "very-private"):
        assert secret not in text
