"""kill -9 at every marked step of a delivery, by bot, webhook and mail: nothing lost, nothing doubled but what is marked."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from bot.serve.demo import DemoWorld
from bot.store import Store
from tests import crash
from tests.fake_slack import TOKEN, FakeSlack
from tests.fake_slack import serving as slack_serving
from tests.fake_smtp import PASSWORD, USER, Mailbox, certificates
from tests.fake_smtp import serving as mail_serving
from tests.send import dying

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
WAITS = [timedelta(0), *(timedelta(minutes=11) * n for n in range(1, 7))]
WAYS = ("bot", "webhook", "mail")
CASES = [(way, point) for way in WAYS for point in dying.POINTS]


class Ways:
    """A Slack and a mail server that outlive the processes that are killed, and a watch that has read its feeds."""

    def __init__(self, base: Path, config: str, slack: FakeSlack, box: Mailbox) -> None:
        self.base, self.config, self.slack, self.box = base, config, slack, box
        self._unbroken: dict[str, set[str]] = {}
        self.secrets = {
            "ARMSWATCH_SLACK_TOKEN": TOKEN,
            "ARMSWATCH_SLACK_WEBHOOK": slack.hook_url,
            "ARMSWATCH_SMTP_PASSWORD": PASSWORD,
        }

    def watch(self, folder: Path, way: str) -> Path:
        """A fresh copy of the watch with one subscription."""
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.base / "armswatch.db", folder / "armswatch.db")
        channel, target = {
            "bot": ("slack", "C0123456789"),
            "webhook": ("slack", "webhook"),
            "mail": ("email", "desk@example.org"),
        }[way]
        text = self.config.replace(str(self.base), str(folder))
        # A few stories in the channel, the rest in the thread: several parts to be killed between.
        text += (
            f'\n[[subscriptions]]\nname = "crash-desk"\nchannel = "{channel}"\ntarget = "{target}"\nmax_stories = 2\n'
        )
        config = folder / "config.toml"
        config.write_text(text, encoding="utf-8")
        self.slack.messages.clear()
        self.slack.hooked.clear()
        self.box.mails.clear()
        return config

    def unbroken(self, way: str) -> set[str]:
        """What arrives where nobody is killed."""
        if way not in self._unbroken:
            settled(self, self.watch(self.base.parent / f"unbroken-{way}", way))
            self._unbroken[way] = {what for what, _ in self.arrived(way)}
            assert self._unbroken[way]
        return self._unbroken[way]

    def arrived(self, way: str) -> list[tuple[str, bool]]:
        """(what it is, whether it says that it may be a repeat) of everything that the other side has."""
        if way == "mail":
            parsed = [message_from_bytes(raw, policy=default) for _, _, raw in self.box.mails]
            return [(str(one["Message-ID"]), one["X-Armswatch-Repeat"] == "possible") for one in parsed]
        if way == "webhook":
            return [(self._told(one), "Possible repeat" in json.dumps(one)) for one in self.slack.hooked]
        keys = [one["metadata"]["event_payload"]["key"] for one in self.slack.messages["C0123456789"]]
        return [(key, False) for key in keys]

    @staticmethod
    def _told(message: dict[str, Any]) -> str:
        return json.dumps([block for block in message["blocks"] if block.get("block_id") != "repeat"])


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ways]:
    base = tmp_path_factory.mktemp("base")
    papers = certificates(tmp_path_factory.mktemp("papers"))
    slack, box = FakeSlack(enforce_pace=False), Mailbox(ca_file=papers.ca_file)
    with (
        DemoWorld(now=NOW - timedelta(hours=2)) as world,
        slack_serving(slack),
        mail_serving(box, starttls=papers.context),
    ):
        (base / "config.toml").write_text(world.config_text(base), encoding="utf-8")
        assert crash.run(base / "config.toml", NOW - timedelta(hours=2)) == 0
        text = re.sub(
            r"(?ms)^\[\[subscriptions\]\].*?(?=^\[|\Z)", "", (base / "config.toml").read_text(encoding="utf-8")
        )
        text = re.sub(r"(?ms)^\[(slack|smtp)\].*?(?=^\[|\Z)", "", text)
        text += f'\n[slack]\nbase_url = "{slack.base_url}"\n'
        text += f'\n[smtp]\nhost = "127.0.0.1"\nport = {box.port}\nuser = "{USER}"\nfrom = "watch@example.org"\nca_file = "{papers.ca_file}"\n'
        yield Ways(base, text, slack, box)


def settled(ways: Ways, config: Path, first: datetime = NOW) -> None:
    """Start again until nothing is open; the clock is eleven minutes on each time, past every doubt."""
    for wait in WAITS:
        assert dying.run(config, first + wait, ways.secrets) == 0
        with Store.opened(config.parent / "armswatch.db") as store:
            counts = store.outbox.count()
        if not counts.get("owed") and not counts.get("sending"):
            return
    raise AssertionError(f"still open after {len(WAITS)} starts: {counts}")


def killed(ways: Ways, folder: Path, way: str, point: str, nth: int) -> None:
    wanted = ways.unbroken(way)
    config = ways.watch(folder, way)
    code = dying.run(config, NOW, ways.secrets, point, nth)
    if nth == 1:
        assert code == -9, f"{point} was never passed"
    # A later step may come only in a later start: a kill that did not happen leaves nothing to show.
    settled(ways, config, NOW + timedelta(minutes=1))
    arrived = ways.arrived(way)
    assert len({what for what, _ in arrived}) == len(wanted), "something was lost"
    twice = [what for what, count in Counter(what for what, _ in arrived).items() if count > 1]
    if way == "bot":
        assert twice == [], "the bot doubled"
        assert {what for what, _ in arrived} == wanted
    assert len(twice) <= 1, "more than one repeat for one kill"
    for what in twice:
        assert [marked for each, marked in arrived if each == what] == [False, True], "a repeat that is not marked"
    with Store.opened(config.parent / "armswatch.db") as store:
        states = store.outbox.count()
    assert set(states) == {"sent"}, states
    assert ways.box.problems == []


@pytest.mark.criterion("R-52")
@pytest.mark.criterion("R-53")
@pytest.mark.criterion("R-58")
@pytest.mark.parametrize("way", WAYS)
def test_a_kill_between_the_post_and_its_receipt(ways: Ways, tmp_path: Path, way: str):
    killed(ways, tmp_path, way, "deliver:sent", 1)


@pytest.mark.sampled  # each point three times, once a way
@pytest.mark.parametrize(("way", "point"), CASES)
def test_a_kill_at_any_step(ways: Ways, tmp_path: Path, way: str, point: str):
    nth = random.Random(f"{datetime.now(UTC):%Y-%m-%d %H} {way} {point}").randint(1, 2)
    killed(ways, tmp_path, way, point, nth if point.startswith("deliver") else 1)


@pytest.mark.torture
@pytest.mark.parametrize("turn", range(50))
@pytest.mark.parametrize(("way", "point"), CASES)
def test_fifty_kills_at_each_step(ways: Ways, tmp_path: Path, way: str, point: str, turn: int):
    killed(ways, tmp_path, way, point, turn % 2 + 1 if point.startswith("deliver") else 1)
