"""kill -9 at every marked step of a delivery, by bot, webhook and mail: nothing lost, nothing doubled but what is marked."""

from __future__ import annotations

import json
import random
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from bot.serve.demo import DemoWorld
from bot.store import Store
from tests.crash import ROOT, Starter
from tests.fake_slack import TOKEN, FakeSlack
from tests.fake_slack import serving as slack_serving
from tests.fake_smtp import PASSWORD, USER, Mailbox, certificates
from tests.fake_smtp import serving as mail_serving
from tests.send import dying

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
WAITS = [timedelta(minutes=1), *(timedelta(minutes=11) * n for n in range(1, 7))]
WAYS = ("bot", "webhook", "mail")
ANY_MOMENT = "any moment"
RECONCILED = "deliver:reconciled"
"""Only a second start after a kill passes it, and only where somebody can be asked: the bot."""

CASES = [*((way, point) for way in WAYS for point in (*dying.POINTS, ANY_MOMENT)), ("bot", RECONCILED)]
TURNS = 50


@dataclass
class Tally:
    """What many kills at one step came to."""

    kills: int = 0
    lost: int = 0
    doubled: int = 0  # repeats that do not say so, or more than one for one kill
    marked: int = 0  # repeats that say that they may be one

    def add(self, other: Tally) -> None:
        """Count another kill."""
        for name in ("kills", "lost", "doubled", "marked"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass
class Ways:
    """A Slack and a mail server that outlive the processes that are killed, and a watch that has read its feeds."""

    base: Path
    slack: FakeSlack
    box: Mailbox
    start: Starter
    _unbroken: dict[str, set[str]] = field(default_factory=dict)
    _took: dict[str, float] = field(default_factory=dict)  # seconds of a start in which nobody is killed, by way

    def fresh(self, folder: Path) -> Path:
        """A copy of the watch; the other side forgets what it had."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copy(self.base / "armswatch.db", folder / "armswatch.db")
        self.slack.messages.clear()
        self.slack.hooked.clear()
        self.box.mails.clear()
        return folder

    def begin(self, folder: Path, way: str, now: datetime, **order: Any) -> int:
        """One start of the delivery; its exit code."""
        return self.start(
            config=str(self.base / "config.toml"), folder=str(folder), way=way, now=now.isoformat(), **order
        )

    def settle(self, folder: Path, way: str) -> None:
        """Start again until nothing is open; the clock goes on, past every doubt."""
        counts: dict[str, int] = {}
        for wait in WAITS:
            assert self.begin(folder, way, NOW + wait) == 0
            with Store.opened(folder / "armswatch.db", readonly=True) as store:
                counts = store.outbox.count()
            if not counts.get("owed") and not counts.get("sending"):
                assert set(counts) == {"sent"}, counts
                return
        raise AssertionError(f"still open after {len(WAITS)} starts: {counts}")

    def unbroken(self, way: str) -> set[str]:
        """What arrives where nobody is killed."""
        if way not in self._unbroken:
            folder = self.fresh(self.base.parent / f"unbroken-{way}")
            began = time.monotonic()
            self.settle(folder, way)
            self._took[way] = time.monotonic() - began
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

    def killed(self, folder: Path, way: str, point: str, nth: int = 1, after: float = 0) -> Tally:
        """Kill one delivery at one step, or after a share of the time that it takes; let the next start go on, and count what arrived."""
        wanted = self.unbroken(way)
        self.fresh(folder)
        if point == ANY_MOMENT:
            began = time.monotonic()
            code = self.begin(folder, way, NOW, after=after * self._took[way])
            if code == 0:  # it had ended already: the first measure was taken on a busier machine
                self._took[way] = min(self._took[way], time.monotonic() - began)
        elif point == RECONCILED:
            assert self.begin(folder, way, NOW, point="deliver:sent") == -9
            code = self.begin(folder, way, NOW + timedelta(minutes=1), point=point)
        else:
            code = self.begin(folder, way, NOW, point=point, nth=nth)
        if nth == 1 and point != ANY_MOMENT:
            assert code == -9, f"{point} was never passed"
        self.settle(folder, way)
        assert self.box.problems == []
        return self._counted(way, wanted, killed=code == -9)

    def _counted(self, way: str, wanted: set[str], *, killed: bool) -> Tally:
        arrived = self.arrived(way)
        marks = {what: [marked for each, marked in arrived if each == what] for what, _ in arrived}
        repeats = [found for found in marks.values() if len(found) > 1]
        fair = [found for found in repeats if way != "bot" and found == [False, True]][:1]
        return Tally(
            kills=int(killed), lost=len(wanted - set(marks)), doubled=len(repeats) - len(fair), marked=len(fair)
        )


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
        config = base / "config.toml"
        config.write_text(world.config_text(base), encoding="utf-8")
        with Starter("tests.crash") as read:
            assert read(config=str(config), folder=str(base), now=(NOW - timedelta(hours=2)).isoformat()) == 0
        text = re.sub(r"(?ms)^\[\[subscriptions\]\].*?(?=^\[|\Z)", "", config.read_text(encoding="utf-8"))
        text += f'\n[slack]\nbase_url = "{slack.base_url}"\n'
        text += f'\n[smtp]\nhost = "127.0.0.1"\nport = {box.port}\nuser = "{USER}"\nfrom = "watch@example.org"\nca_file = "{papers.ca_file}"\n'
        config.write_text(text, encoding="utf-8")
        secrets = {
            "ARMSWATCH_SLACK_TOKEN": TOKEN,
            "ARMSWATCH_SLACK_WEBHOOK": slack.hook_url,
            "ARMSWATCH_SMTP_PASSWORD": PASSWORD,
        }
        with Starter("tests.send.dying", config, secrets) as start:
            yield Ways(base, slack, box, start)


def clean(tally: Tally) -> None:
    assert (tally.lost, tally.doubled) == (0, 0), tally
    assert tally.marked <= tally.kills


@pytest.mark.criterion("R-52")
@pytest.mark.criterion("R-53")
@pytest.mark.criterion("R-58")
@pytest.mark.criterion("S-35")
@pytest.mark.criterion("M-43")
@pytest.mark.parametrize(("way", "point"), CASES)
def test_a_kill_at_any_step_loses_nothing_and_doubles_nothing(ways: Ways, tmp_path: Path, way: str, point: str):
    clean(ways.killed(tmp_path / "watch", way, point, after=0.5))


@pytest.mark.sampled  # a rotating passing of each step, and rotating moments
@pytest.mark.parametrize(("way", "point"), CASES)
def test_a_kill_at_a_later_passing_is_no_different(ways: Ways, tmp_path: Path, way: str, point: str):
    dice = random.Random(f"{datetime.now(UTC):%Y-%m-%d %H} {way} {point}")
    for _ in range(2):
        nth = dice.randint(1, 3) if point.startswith("deliver") and point != RECONCILED else 1
        clean(ways.killed(tmp_path / "watch", way, point, nth, after=dice.uniform(0.01, 1)))


@pytest.mark.torture
@pytest.mark.parametrize(("way", "point"), CASES)
def test_fifty_kills_at_each_step(ways: Ways, tmp_path: Path, way: str, point: str):
    """Its table is written to artefacts/crash-matrix.md; docs/crashes.md holds the last one that was committed."""
    dice, tally, starts = random.Random(f"{way} {point}"), Tally(), 0
    later = point.startswith("deliver") and point != RECONCILED
    while tally.kills < TURNS:
        # A mail has one part and passes each step once; at a random moment a start may have ended already.
        nth = 1 if not later or way == "mail" else starts % 3 + 1
        tally.add(ways.killed(tmp_path / "watch", way, point, nth, after=dice.uniform(0.01, 1)))
        starts += 1
        assert starts < 5 * TURNS, tally
    folder = ROOT / "artefacts"
    folder.mkdir(exist_ok=True)
    with (folder / "crash-matrix.md").open("a", encoding="utf-8") as table:
        table.write(f"| {way} | {point} | {tally.kills} | {tally.lost} | {tally.doubled} | {tally.marked} |\n")
    clean(tally)
