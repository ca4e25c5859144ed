"""A strict mail server on 127.0.0.1 with its own certificate authority, and faults at every stage of a transaction.

`python -m tests.fake_smtp [PORT]` serves it for a manual run, says what to write into the configuration, and prints what arrives.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import socket
import ssl
import sys
import tempfile
import threading
import time
import warnings
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "watch", "test-not-a-real-password"


@dataclass
class Mailbox:
    """What the server took, who logged in, and which faults come next.

    Faults by stage (`mail`, `rcpt`, `data`): an SMTP answer such as "451 busy", "drop", and for `data` also
    "store-drop" (takes the mail, then the line goes dead) and "store-hang".
    """

    mails: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    faults: dict[str, deque[str]] = field(default_factory=lambda: {"mail": deque(), "rcpt": deque(), "data": deque()})
    problems: list[str] = field(default_factory=list)
    hostname: str = "127.0.0.1"
    port: int = 0
    ca_file: str = ""

    def _next(self, stage: str) -> str:
        return self.faults[stage].popleft() if self.faults[stage] else ""

    # aiosmtpd's hooks

    async def handle_MAIL(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        return self._answer(server, self._next("mail")) or self._sender(envelope, address, options)

    def _sender(self, envelope: Envelope, address: str, options: list[str]) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._answer(server, self._next("rcpt"))
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        fault = self._next("data")
        raw = envelope.original_content or b""
        if fault and not fault.startswith("store"):
            return self._answer(server, fault)
        self._judge(raw, envelope)
        self.mails.append((envelope.mail_from or "", list(envelope.rcpt_tos), raw))
        if fault == "store-drop":
            return self._answer(server, "drop")
        if fault == "store-hang":
            await asyncio.sleep(5)
        return "250 taken"

    def _judge(self, raw: bytes, envelope: Envelope) -> None:
        if b"\n" in raw.replace(b"\r\n", b"") or b"\r" in raw.replace(b"\r\n", b""):
            self.problems.append("bare line end")
        if any(len(line) > 998 for line in raw.split(b"\r\n")):
            self.problems.append("line over 998 octets")
        head = raw.split(b"\r\n\r\n", 1)[0].lower()
        for name in (b"from", b"to", b"subject", b"date", b"message-id", b"mime-version"):
            if (b"\r\n" + head).count(b"\r\n" + name + b":") != 1:
                self.problems.append(f"header {name.decode()} not exactly once")
        if b"\r\nbcc:" in head:
            self.problems.append("Bcc on the wire")
        if len(envelope.rcpt_tos) != 1:
            self.problems.append("not one recipient a transaction")
        if not raw.isascii() and "SMTPUTF8" not in envelope.mail_options:
            self.problems.append("8-bit without leave")

    def _answer(self, server: Any, fault: str) -> str:
        if fault == "drop":
            server.transport.abort()
            return "421 gone"
        return fault

    def authenticate(self, server: Any, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        login, password = data.login.decode(), data.password.decode()
        self.logins.append((login, password))
        # handled=False makes the server answer a wrong password with 535 instead of leaving the client waiting.
        return AuthResult(success=(login, password) == (USER, PASSWORD), handled=False)


@dataclass(frozen=True)
class Certificates:
    """A certificate authority, and a server certificate that it signed."""

    ca_file: str
    context: ssl.SSLContext


def certificates(folder: Path, *, host: str = "127.0.0.1", days: int = 30) -> Certificates:
    """Fresh ones in `folder`; negative `days` makes the server's expired."""
    now = dt.datetime.now(dt.UTC)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "armswatch test root")])

    def built(subject: x509.Name, public: Any, start: dt.datetime, end: dt.datetime) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(root_name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
        )

    long_ago, later = now - dt.timedelta(days=365), now + dt.timedelta(days=365)
    root = (
        built(root_name, root_key.public_key(), long_ago, later)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    try:
        name: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        name = x509.DNSName(host)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "armswatch test server")])
    leaf = (
        built(subject, key.public_key(), long_ago + dt.timedelta(days=1), now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    ca_file, chain = folder / "ca.pem", folder / "server.pem"
    ca_file.write_bytes(root.public_bytes(pem))
    chain.write_bytes(
        leaf.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return Certificates(str(ca_file), context)


@contextmanager
def serving(
    mailbox: Mailbox,
    *,
    starttls: ssl.SSLContext | None = None,
    implicit: ssl.SSLContext | None = None,
    auth: bool = True,
    utf8: bool = True,
    size: int = 33_554_432,
    port: int = 0,
) -> Iterator[Mailbox]:
    """`mailbox` behind a real socket; its `port` is set."""
    loop = asyncio.new_event_loop()
    listener = socket.create_server(("127.0.0.1", port))
    mailbox.port = listener.getsockname()[1]

    def session() -> SMTP:
        with warnings.catch_warnings():
            # A server that offers a login without TLS is what the sender has to refuse.
            warnings.simplefilter("ignore", UserWarning)
            return made()

    def made() -> SMTP:
        return SMTP(
            mailbox,
            hostname="mail.test",
            ident="test",
            data_size_limit=size,
            enable_SMTPUTF8=utf8,
            tls_context=starttls,
            require_starttls=starttls is not None,
            auth_required=auth,
            auth_require_tls=False,
            authenticator=mailbox.authenticate if auth else None,
            timeout=5,
            loop=loop,
        )

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_forever()

    loop.set_exception_handler(lambda *_: None)  # dropped lines are what is being tested
    # Before the thread runs: a test that is done at once would else stop the loop while it is being set up.
    loop.run_until_complete(loop.create_server(session, sock=listener, ssl=implicit))
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield mailbox
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        listener.close()
        loop.close()


def main() -> None:
    """Serve until Ctrl-C."""
    with tempfile.TemporaryDirectory(prefix="fake-smtp-") as folder, suppress(KeyboardInterrupt):
        papers = certificates(Path(folder))
        box = Mailbox(ca_file=papers.ca_file)
        with serving(box, starttls=papers.context, port=int(sys.argv[1]) if len(sys.argv) > 1 else 8025):
            print(
                f"A mail server of this machine; for the watch:\n  export ARMSWATCH_SMTP_PASSWORD={PASSWORD}\nand in config.toml:\n"
                f'  [smtp]\n  host = "127.0.0.1"\n  port = {box.port}\n  security = "starttls"\n  user = "{USER}"\n'
                f'  from = "watch@example.org"\n  ca_file = "{box.ca_file}"',
                flush=True,
            )
            told = 0
            while True:
                for sender, recipients, body in box.mails[told:]:
                    subject = message_from_bytes(body, policy=default)["Subject"]
                    print(f"mail: {sender} → {', '.join(recipients)}: {subject}", flush=True)
                    told += 1
                time.sleep(0.2)


if __name__ == "__main__":
    main()
