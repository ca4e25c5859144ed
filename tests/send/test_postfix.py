"""One true delivery: a private postfix with STARTTLS and a login takes our mail and puts it into a mailbox."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from bot.errors import SendRejected, SendRetry
from bot.render import email as look
from bot.send.email import MailSender
from tests.fake_smtp import PASSWORD, USER, certificates
from tests.render import samples

POSTFIX = shutil.which("postfix", path="/usr/sbin:/usr/bin")
SASL = shutil.which("saslpasswd2", path="/usr/sbin:/usr/bin")
READY = bool(POSTFIX and SASL and os.geteuid() == 0)
DOMAIN = "example.org"

MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/state
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {home}/log
maillog_file_prefixes = {home}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.test
mydestination =
mynetworks =
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {home}/mail
virtual_mailbox_maps = inline:{{desk@{domain}=desk/}}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
smtpd_tls_cert_file = {home}/server.pem
smtpd_tls_key_file = {home}/server.pem
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = mail.test
smtpd_sasl_security_options = noanonymous
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
"""

MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


def test_the_gate_has_a_postfix():
    if os.environ.get("ARMSWATCH_CI"):
        assert READY, "the gate installs postfix and sasl2-bin and runs as root; skipping would hide the true delivery"


@dataclass(frozen=True)
class Server:
    home: Path
    port: int
    ca_file: str

    def sender(self, password: str = PASSWORD, security: str = "starttls") -> MailSender:
        return MailSender(
            host="127.0.0.1",
            port=self.port,
            clock=lambda: datetime.now(UTC),
            user=USER + "@mail.test",
            password=password,
            ca_file=self.ca_file,
            from_address="armswatch <watch@example.org>",
            security=security,  # type: ignore[arg-type] # one of the three words
            loopback_only=True,
        )


@pytest.fixture(scope="module")
def postfix() -> Iterator[Server]:
    assert POSTFIX
    assert SASL
    # Not pytest's folder: postfix drops its rights and has to reach its files.
    home = Path(tempfile.mkdtemp(prefix="armswatch-postfix-"))
    home.chmod(0o755)
    owner = pwd.getpwnam("postfix")
    for name in ("etc", "etc/sasl", "queue", "state", "mail"):
        (home / name).mkdir()
    for name in ("state", "mail"):
        os.chown(home / name, owner.pw_uid, owner.pw_gid)
    papers = certificates(home)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    values = {"home": home, "domain": DOMAIN, "uid": owner.pw_uid, "gid": owner.pw_gid, "port": port}
    (home / "etc" / "main.cf").write_text(MAIN.format(**values))
    (home / "etc" / "master.cf").write_text(MASTER.format(**values))
    (home / "etc" / "sasl" / "smtpd.conf").write_text(
        f"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {home}/sasldb\nmech_list: PLAIN LOGIN\n"
    )
    subprocess.run(
        [SASL, "-p", "-c", "-u", "mail.test", "-f", str(home / "sasldb"), USER],
        input=PASSWORD.encode(),
        check=True,
        timeout=30,
    )
    os.chown(home / "sasldb", owner.pw_uid, owner.pw_gid)
    command = [POSTFIX, "-c", str(home / "etc")]
    subprocess.run([*command, "start"], check=True, capture_output=True, timeout=60)
    try:
        _wait(lambda: _listens(port), "postfix does not listen")
        yield Server(home, port, papers.ca_file)
    finally:
        subprocess.run([*command, "stop"], check=False, capture_output=True, timeout=60)
        shutil.rmtree(home, ignore_errors=True)


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def _wait(condition, what: str, seconds: float = 30.0) -> None:
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not condition():
        assert time.monotonic() < deadline, what
        pause.wait(0.05)  # a process of another house: there is nothing of ours to wake us


def taken(server: Server) -> list[Path]:
    return sorted((server.home / "mail" / "desk" / "new").glob("*"))


needed = pytest.mark.skipif(not READY, reason="needs root, postfix and sasl2-bin (apt-get install postfix sasl2-bin)")


@needed
@pytest.mark.criterion("M-40")
def test_a_digest_arrives_in_a_mailbox_as_it_was_written(postfix: Server):
    (delivery,) = look.deliveries(samples.busy(samples.MAIL), samples.MAIL)
    assert postfix.sender().check() == ()
    receipt = postfix.sender()(delivery, resend=False)
    _wait(lambda: len(taken(postfix)) == 1, "the mail did not arrive")
    message = message_from_bytes(taken(postfix)[0].read_bytes(), policy=default)
    assert message["Message-ID"] == receipt.id
    assert "ESMTPSA" in str(message["Received"])  # TLS and a login, in postfix's own words
    assert str(message["Subject"]) == look.subject(samples.busy(samples.MAIL))
    plain, page = message.get_body(preferencelist=("plain",)), message.get_body(preferencelist=("html",))
    assert plain is not None
    assert page is not None
    assert "백악관" in plain.get_content()
    assert "доказательств передачи боеприпасов" in page.get_content()


@needed
def test_a_real_server_refuses_a_wrong_password_a_stranger_and_a_session_without_tls(postfix: Server):
    (delivery,) = look.deliveries(samples.busy(samples.MAIL), samples.MAIL)
    with pytest.raises(SendRejected) as caught:
        postfix.sender(password="wrong")(delivery, resend=False)
    assert caught.value.code == "auth"
    stranger = replace(samples.MAIL, target="nobody@example.org")
    with pytest.raises(SendRejected) as refused:
        postfix.sender()(look.deliveries(samples.busy(stranger), stranger)[0], resend=False)
    assert refused.value.code == "rcpt-550"
    with pytest.raises((SendRejected, SendRetry)):
        postfix.sender(security="none")(delivery, resend=False)
