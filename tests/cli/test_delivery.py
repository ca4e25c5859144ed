"""Delivery through the front door: what `digest --preview --check` finds before the first digest, and who is told of what is stuck."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from bot.places import packaged
from bot.store import Store
from tests.cli.conftest import Done, Run
from tests.cli.test_doctor import environ
from tests.fake_slack import TOKEN, FakeSlack
from tests.fake_slack import serving as slack_serving
from tests.fake_smtp import PASSWORD, USER, Certificates, Mailbox, certificates
from tests.fake_smtp import serving as mail_serving

LIST = packaged("watchlists/russia-dprk-arms.toml")
GOOD = "C0123456789"


@dataclass
class Desk:
    """A watch with one Slack and one mail subscription, and the servers that it is to use."""

    folder: Path
    slack: FakeSlack
    box: Mailbox
    run: Run
    token: str = TOKEN
    password: str = PASSWORD

    def __call__(self, *words: str, target: str = GOOD, address: str = "lena@example.org", ca: str = "") -> Done:
        config = self.folder / "config.toml"
        config.write_text(
            f"""schema = 1
watchlists = [{json.dumps(str(LIST))}]
[slack]
base_url = "{self.slack.base_url}"
[smtp]
host = "127.0.0.1"
port = {self.box.port}
user = "{USER}"
from = "watch@example.org"
ca_file = "{ca or self.box.ca_file}"
[[subscriptions]]
name = "desk"
channel = "slack"
target = "{target}"
[[subscriptions]]
name = "lena"
channel = "email"
target = "{address}"
quiet = "line"
""",
            encoding="utf-8",
        )
        hook = self.slack.hook_url
        secrets = {
            "ARMSWATCH_SLACK_TOKEN": self.token,
            "ARMSWATCH_SLACK_WEBHOOK": hook,
            "ARMSWATCH_SMTP_PASSWORD": self.password,
        }
        with environ(ARMSWATCH_NETWORK="loopback", **secrets):
            done = self.run(*words, config=config)
        assert "Traceback" not in done.err
        assert not any(secret in done.out + done.err for secret in (self.token, self.password, hook) if secret)
        return done

    def checked(self, **more: Any) -> list[str]:
        """What the check says, and that it posted and sent nothing."""
        done = self("digest", "--preview", "--check", **more)
        lines = [line.removeprefix("check     ") for line in done.out.splitlines() if line.startswith("check")]
        assert done.code == (0 if lines == ["every channel would take it"] else 1)
        assert not any(self.slack.messages.values())
        assert (self.slack.hooked, self.box.mails) == ([], [])
        return lines


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("papers"))


@pytest.fixture
def desk(tmp_path: Path, papers: Certificates, run: Run) -> Iterator[Desk]:
    box = Mailbox(ca_file=papers.ca_file)
    with slack_serving(FakeSlack()) as slack, mail_serving(box, starttls=papers.context):
        yield Desk(tmp_path, slack, box, run)


# ── before the first digest ───────────────────────────────────────────────────────────────────────────────────


def test_where_all_is_well_the_check_says_so(desk: Desk):
    assert desk.checked() == ["every channel would take it"]


@pytest.mark.criterion("S-37")
@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("C0ARCHIVED0", "slack: C0ARCHIVED0: the channel is archived: name another one"),
        ("C0STRANGER0", "slack: C0STRANGER0: the bot is not in the channel: /invite it there"),
        ("C0MISSING00", "slack: C0MISSING00: Slack answered channel_not_found"),
        ("U0123456789", "slack: U0123456789: name the channel by its id (C…)"),
        ("#arms-desk", "slack: #arms-desk: name the channel by its id (C…)"),
    ],
)
def test_a_channel_that_cannot_be_posted_to_is_found(desk: Desk, target: str, said: str):
    (line,) = desk.checked(target=target)
    assert line.startswith(said)


def test_a_wrong_token_is_found(desk: Desk):
    desk.token = "xoxb-wrong-token"
    (line,) = desk.checked()
    assert line.startswith("slack: Slack answered invalid_auth")


def test_a_missing_scope_is_found(desk: Desk):
    desk.slack.scopes = frozenset({"chat:write", "channels:read"})
    assert desk.checked() == ["slack: scope channels:history or groups:history is missing: reinstall the app with it"]


@pytest.mark.criterion("M-40")
@pytest.mark.parametrize(
    ("days", "host", "said"), [(-1, "127.0.0.1", "certificate has expired"), (30, "mail.example.org", "mismatch")]
)
def test_a_certificate_that_is_expired_or_of_another_host_is_found(
    desk: Desk, tmp_path: Path, days: int, host: str, said: str
):
    bad = certificates(tmp_path, days=days, host=host)
    desk.box = Mailbox(ca_file=bad.ca_file)
    with mail_serving(desk.box, starttls=bad.context):
        (line,) = desk.checked()
    assert said in line
    assert line.startswith("email: 127.0.0.1:")
    assert desk.box.logins == []


@pytest.mark.criterion("M-40")
def test_an_authority_that_is_not_known_is_found(desk: Desk, tmp_path: Path):
    other = certificates(tmp_path)
    (line,) = desk.checked(ca=other.ca_file)
    assert "certificate not accepted" in line


@pytest.mark.criterion("M-40")
def test_a_stripped_starttls_is_found_before_any_login(desk: Desk):
    desk.box = Mailbox(ca_file=desk.box.ca_file)
    with mail_serving(desk.box):
        (line,) = desk.checked()
    assert "does not offer what is configured (STARTTLS, or a login): nothing was sent" in line
    assert desk.box.logins == []


def test_a_wrong_password_is_found(desk: Desk):
    desk.password = "wrong-password"
    (line,) = desk.checked()
    assert "does not accept the login (535)" in line


def test_a_recipient_that_the_server_refuses_is_found_without_a_mail(desk: Desk):
    desk.box.faults["rcpt"].append("550 no such user")
    assert desk.checked(address="nobody@example.org") == [
        "email: the server refused the recipient nobody@example.org: 550 no such user"
    ]


def test_what_is_no_address_is_found(desk: Desk):
    done = desk("digest", "--preview", "--check", address="nobody")
    assert done.code != 0
    assert "nobody" in done.out + done.err


# ── when it is too late ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.criterion("R-56")
@pytest.mark.criterion("S-37")
@pytest.mark.criterion("S-38")
def test_slack_that_refuses_is_told_by_mail_and_retry_sends_what_was_kept(desk: Desk):
    done = desk("digest", "--send", "--now", target="C0ARCHIVED0")
    assert done.code == 1
    assert "1 parked" in done.err
    subjects = [str(message_from_bytes(raw, policy=default)["Subject"]) for _, _, raw in desk.box.mails]
    assert len(subjects) == 2
    assert subjects[1].startswith("[armswatch] Messages do not arrive: Slack does not take our messages to C0ARCHIVED0")
    assert "parked" in desk("outbox", "list", "--state", "parked").out
    desk("digest", "--send", target="C0ARCHIVED0")
    assert len(desk.box.mails) == 2  # told once

    desk.slack.channels["C0ARCHIVED0"]["is_archived"] = False
    assert "done" in desk("outbox", "retry", "--parked").out
    assert desk("digest", "--send", target="C0ARCHIVED0").code == 0
    assert len(desk.slack.parents("C0ARCHIVED0")) == 1
    assert desk("outbox", "retry", "--parked").out.strip() == "nothing is parked"


@pytest.mark.criterion("S-37")
def test_a_mail_that_is_refused_is_told_on_slack(desk: Desk):
    desk.box.faults["rcpt"].append("550 no such user")
    done = desk("digest", "--send", "--now")
    assert done.code == 1
    (*_, told) = desk.slack.parents()
    assert told["text"].startswith("Messages do not arrive. The mail server does not take our messages to lena@example")
    assert "550 no such user" in json.dumps(told["blocks"])
    assert desk.box.mails == []


def test_a_token_that_was_revoked_is_told_by_mail_without_its_value(desk: Desk):
    desk.token = "xoxb-revoked-token"
    desk("digest", "--send", "--now")
    texts = [raw.decode() for _, _, raw in desk.box.mails]
    assert sum("Messages do not arrive" in text for text in texts) == 1
    assert not any("xoxb-revoked" in text for text in texts)


def test_retry_wants_names_or_the_word(desk: Desk):
    assert desk("outbox", "retry").code == 2
    assert desk("outbox", "retry", "--parked", "some-key").code == 2


def test_a_cron_job_is_quiet_where_nothing_happened(desk: Desk):
    first = desk("digest", "--send", "--now")
    assert "2 digests made" in first.err
    again = desk("digest", "--send")
    assert (again.code, again.out, again.err) == (0, "", "")


def test_who_drops_a_message_drops_its_thread(desk: Desk):
    desk("digest", "--send", "--now", target="C0ARCHIVED0")
    with Store.opened(desk.folder / "armswatch.db") as store:
        (head,) = [one.delivery for one in store.outbox.listing(("parked",))]
        store.outbox.promise(replace(head, part=2, state="owed"), datetime.now(UTC))
    done = desk("outbox", "drop", head.key)
    assert done.out.count("done") == 2
    with Store.opened(desk.folder / "armswatch.db", readonly=True) as store:
        assert {one.delivery.part for one in store.outbox.listing(("dropped",))} == {1, 2}
