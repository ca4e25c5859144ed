"""The mail sender against a strict server: TLS before everything, every stage with its own outcome."""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from bot.core import outbox
from bot.errors import SendAmbiguous, SendRejected, SendRetry
from bot.model import Delivery
from bot.render import email as look
from bot.send.email import MailSender
from tests.fake_smtp import PASSWORD, USER, Certificates, Mailbox, certificates, serving
from tests.render import samples
from tests.send.test_slack import Hand, drive

NOW = datetime(2023, 10, 14, 7, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def papers(tmp_path_factory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("papers"))


@pytest.fixture
def mailbox(papers: Certificates) -> Iterator[Mailbox]:
    with serving(Mailbox(ca_file=papers.ca_file), starttls=papers.context) as box:
        yield box
    assert box.problems == []


def sender(box: Mailbox, **more: Any) -> MailSender:
    settings: dict[str, Any] = {
        "host": "127.0.0.1", "port": box.port, "clock": lambda: NOW, "user": USER, "password": PASSWORD, "ca_file": box.ca_file,
        "from_address": "watch@example.org", "loopback_only": True, "timeout": 3.0,
    }  # fmt: skip
    return MailSender(**(settings | more))


def promise(target: str = "desk@example.org", identity: look.MailIdentity | None = None) -> Delivery:
    subscription = replace(samples.MAIL, target=target)
    return look.deliveries(samples.busy(subscription), subscription, identity)[0]


@pytest.mark.criterion("M-41")
def test_a_mail_goes_out_over_verified_tls_with_a_login(mailbox):
    receipt = sender(mailbox)(promise(), resend=False)
    ((sent_from, recipients, raw),) = mailbox.mails
    assert (sent_from, recipients, mailbox.logins) == ("watch@example.org", ["desk@example.org"], [(USER, PASSWORD)])
    message = message_from_bytes(raw, policy=default)
    assert message["Message-ID"] == receipt.id
    assert message["From"] == "watch@example.org"
    assert receipt.note == "taken"
    assert sender(mailbox).check(["desk@example.org"]) == ()


def test_implicit_tls_works_too(papers):
    with serving(Mailbox(ca_file=papers.ca_file), implicit=papers.context) as box:
        assert sender(box, security="implicit")(promise(), resend=False).id
        assert len(box.mails) == 1


@pytest.mark.criterion("M-40")
@pytest.mark.parametrize("security", ["starttls", "implicit"])
@pytest.mark.parametrize(("host", "days"), [("127.0.0.1", -1), ("mail.example.org", 30)], ids=["expired", "wrong host"])
def test_a_bad_certificate_gets_no_login(tmp_path, host, days, security):
    bad = certificates(tmp_path, host=host, days=days)
    way: dict[str, Any] = {"starttls": bad.context} if security == "starttls" else {"implicit": bad.context}
    with serving(Mailbox(ca_file=bad.ca_file), **way) as box:
        with pytest.raises(SendRetry) as caught:
            sender(box, security=security)(promise(), resend=False)
        assert caught.value.code == "tls"
        assert "certificate" in sender(box, security=security).check()[0]
        assert (box.logins, box.mails) == ([], [])


@pytest.mark.criterion("M-40")
def test_an_unknown_authority_gets_no_login(mailbox):
    with pytest.raises(SendRetry) as caught:
        sender(mailbox, ca_file="")(promise(), resend=False)
    assert caught.value.code == "tls"
    assert mailbox.logins == []


@pytest.mark.criterion("M-40")
def test_a_stripped_starttls_gets_no_login_and_no_mail():
    with serving(Mailbox()) as box:
        with pytest.raises(SendRetry) as caught:
            sender(box)(promise(), resend=False)
        assert caught.value.code == "not-offered"
        assert (box.logins, box.mails) == ([], [])


def test_a_wrong_password_is_for_good_and_never_shown(mailbox):
    with pytest.raises(SendRejected) as caught:
        sender(mailbox, password="wrong-secret")(promise(), resend=False)
    assert caught.value.code == "auth"
    assert "wrong-secret" not in f"{caught.value!r}"
    assert "login" in sender(mailbox, password="wrong-secret").check()[0]


@pytest.mark.criterion("M-42")
@pytest.mark.parametrize(
    ("stage", "answer", "error", "code"),
    [
        ("mail", "421 closing", SendRetry, "smtp-421"),
        ("mail", "550 not you", SendRejected, "smtp-550"),
        ("rcpt", "451 greylisted", SendRetry, "rcpt-451"),
        ("rcpt", "452 full", SendRetry, "rcpt-452"),
        ("rcpt", "550 no such user", SendRejected, "rcpt-550"),
        ("data", "451 busy", SendRetry, "smtp-451"),
        ("data", "554 spam", SendRejected, "smtp-554"),
        ("mail", "drop", SendRetry, "closed"),
        ("rcpt", "drop", SendRetry, "closed"),
        ("data", "store-drop", SendAmbiguous, "after-data"),
    ],
)
def test_every_stage_has_its_own_outcome(mailbox, stage, answer, error, code):
    mailbox.faults[stage].append(answer)
    with pytest.raises(error) as caught:
        sender(mailbox)(promise(), resend=False)
    assert caught.value.code == code


def test_a_server_that_is_silent_after_the_mail_leaves_a_doubt(mailbox):
    mailbox.faults["data"].append("store-hang")
    with pytest.raises(SendAmbiguous):
        sender(mailbox, timeout=0.5)(promise(), resend=False)


@pytest.mark.criterion("R-58")
@pytest.mark.criterion("decision 19")
def test_a_lost_answer_leads_to_one_marked_repeat_with_the_same_id(mailbox):
    hand = Hand()
    mailbox.faults["data"].append("store-drop")
    (row,) = drive(sender(mailbox, clock=hand), [promise()], hand)
    assert row.state == "sent"
    first, second = (message_from_bytes(raw, policy=default) for _, _, raw in mailbox.mails)
    assert first["Message-ID"] == second["Message-ID"]
    assert (first["X-Armswatch-Repeat"], second["X-Armswatch-Repeat"]) == (None, "possible")
    assert hand.now - NOW >= timedelta(minutes=10)


@pytest.mark.criterion("decision 19")
def test_two_lost_answers_park_the_mail(mailbox):
    hand = Hand()
    mailbox.faults["data"].extend(["store-drop", "store-drop"])
    (row,) = drive(sender(mailbox, clock=hand), [promise()], hand)
    assert row.state == "parked"
    assert len(mailbox.mails) == 2


@pytest.mark.criterion("M-5")
def test_one_refused_recipient_takes_nobody_else_along(mailbox):
    mailbox.faults["rcpt"].append("550 no such user")
    send = sender(mailbox)
    with pytest.raises(SendRejected):
        send(promise("gone@example.org"), resend=False)
    assert send(promise("desk@example.org"), resend=False).id
    assert [recipients for _, recipients, _ in mailbox.mails] == [["desk@example.org"]]


@pytest.mark.criterion("M-7")
def test_a_foreign_local_part_needs_a_server_that_can(papers):
    who = "деск@example.org"
    with serving(Mailbox(ca_file=papers.ca_file), starttls=papers.context) as box:
        sender(box)(promise(who), resend=False)
        assert box.mails[0][1] == [who]
        assert box.problems == []
    with serving(Mailbox(ca_file=papers.ca_file), starttls=papers.context, utf8=False) as box:
        with pytest.raises(SendRejected) as caught:
            sender(box)(promise(who), resend=False)
        assert caught.value.code == "smtputf8"


def test_a_foreign_domain_is_written_in_ascii(mailbox):
    sender(mailbox)(promise("desk@пример.рф"), resend=False)
    assert mailbox.mails[0][1] == ["desk@xn--e1afmkfd.xn--p1ai"]


def test_a_mail_over_the_servers_size_is_rejected_before_it_is_sent(papers):
    with serving(Mailbox(ca_file=papers.ca_file), starttls=papers.context, size=2000) as box:
        with pytest.raises(SendRejected) as caught:
            sender(box)(promise(), resend=False)
        assert caught.value.code == "size"


@pytest.mark.parametrize("target", ["nobody", "a@b@c d", "a@b.example\r\nRCPT TO:<x@y.example>", ""])
def test_what_is_no_address_is_rejected_before_a_connection(target):
    with pytest.raises(SendRejected) as caught:
        sender(Mailbox(port=9))(promise(target), resend=False)
    assert caught.value.code == "address"


@pytest.mark.criterion("decision 25")
@pytest.mark.parametrize("host", ["smtp.example.org", "192.0.2.1", "localhost.example.org"])
def test_with_loopback_only_no_other_host_is_reached(host):
    with pytest.raises(SendRejected) as caught:
        sender(Mailbox(port=25), host=host)(promise(), resend=False)
    assert caught.value.code == "loopback-only"


def test_mail_without_tls_is_for_this_machine_only():
    away = {"host": "192.0.2.1", "security": "none", "loopback_only": False}
    for more in ({}, {"allow_plaintext": True}):
        with pytest.raises(SendRejected) as caught:
            sender(Mailbox(port=25), **away, **more)(promise(), resend=False)
        assert caught.value.code == "plaintext"
    with serving(Mailbox(), auth=False) as box:
        assert sender(box, security="none", user="", password="")(promise(), resend=False).id


def test_nobody_listening_is_a_retry():
    with pytest.raises(SendRetry) as caught:
        sender(Mailbox(port=9))(promise(), resend=False)
    assert caught.value.code == "no-connection"
    assert sender(Mailbox(port=9)).check()


def test_the_senders_address_of_the_promise_wins_and_none_is_a_named_error(mailbox):
    sender(mailbox)(promise(identity=look.MailIdentity(from_address="Desk <other@example.org>")), resend=False)
    assert mailbox.mails[0][0] == "other@example.org"
    with pytest.raises(SendRejected) as caught:
        sender(mailbox, from_address="")(promise(), resend=False)
    assert caught.value.code == "address"
    assert "no sender address is configured" in sender(mailbox, from_address="").check()


@pytest.mark.criterion("M-46")
def test_an_envelope_sender_for_bounces_is_used_on_the_wire_only(mailbox):
    sender(mailbox, envelope_from="bounce@example.org")(promise(), resend=False)
    assert mailbox.mails[0][0] == "bounce@example.org"
    assert message_from_bytes(mailbox.mails[0][2], policy=default)["From"] == "watch@example.org"


@pytest.mark.criterion("M-6")
def test_a_line_with_one_dot_arrives_as_it_was(mailbox):
    payload = json.loads(promise().payload) | {"plain": "one\n.\n..two\n.\n"}
    sender(mailbox)(replace(promise(), payload=json.dumps(payload)), resend=False)
    message = message_from_bytes(mailbox.mails[0][2], policy=default)
    part = message.get_body(preferencelist=("plain",))
    assert part is not None
    assert part.get_content().replace("\r\n", "\n") == "one\n.\n..two\n.\n"


@pytest.mark.criterion("R-71")
def test_no_password_in_any_log_or_name(mailbox, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        sender(mailbox)(promise(), resend=False)
        mailbox.faults["data"].append("554 no")
        with pytest.raises(SendRejected):
            sender(mailbox)(promise(), resend=False)
    assert PASSWORD not in caplog.text + "".join(capfd.readouterr()) + repr(sender(mailbox))


def test_a_ca_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(SendRejected) as caught:
        sender(Mailbox(port=9), ca_file=str(tmp_path / "absent.pem"))(promise(), resend=False)
    assert caught.value.code == "ca-file"
    assert isinstance(ssl.create_default_context(), ssl.SSLContext)
    assert outbox.settle(outbox.begin(promise(), NOW), caught.value, NOW).state == "parked"
