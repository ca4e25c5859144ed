"""Hands deliveries to a mail server: verified TLS before the password, one transaction a recipient, every stage named."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from email.message import EmailMessage
from typing import Final, Literal

from bot.errors import SendAmbiguous, SendError, SendRejected, SendRetry
from bot.model import Delivery, Receipt
from bot.ports import Clock
from bot.render.mime import POLICY, address, assembled, domain_of
from bot.send.loopback import admit, is_loopback

Security = Literal["starttls", "implicit", "none"]
TIMEOUT: Final = 20.0  # seconds for each answer of the server
_LONGEST: Final = 998  # octets of a line, RFC 5322


class MailSender:
    """A Send port for e-mail. There is no opportunistic mode: without the configured TLS no byte of a login is sent."""

    def __init__(
        self,
        *,
        host: str,
        clock: Clock,
        port: int = 587,
        security: Security = "starttls",
        user: str = "",
        password: str = "",
        ca_file: str = "",
        from_address: str = "",
        envelope_from: str = "",
        loopback_only: bool = False,
        allow_plaintext: bool = False,
        timeout: float = TIMEOUT,
    ) -> None:
        self._host, self._port, self._security = host, port, security
        self._user, self._password, self._ca_file = user, password, ca_file
        self._from, self._envelope_from = from_address, envelope_from
        self._clock, self._loopback_only, self._timeout = clock, loopback_only, timeout
        self._allow_plaintext = allow_plaintext

    def __repr__(self) -> str:
        return f"MailSender({self._host}:{self._port}, {self._security})"

    def __call__(self, delivery: Delivery, /, *, resend: bool) -> Receipt:
        try:
            mail = assembled(delivery, from_address=self._from, resend=resend)
            sender = _envelope(self._envelope_from or str(mail["From"].addresses[0].addr_spec))
            recipient = _envelope(str(mail["To"].addresses[0].addr_spec))
        except (ValueError, IndexError) as error:
            raise SendRejected(
                f"the mail cannot be written: {error}", code="address", subject=delivery.target
            ) from None
        utf8 = not (sender + recipient).isascii()
        body = _octets(mail, utf8=utf8)
        server = self._session(delivery.target)
        try:
            return self._transfer(server, delivery, sender, recipient, body, str(mail["Message-ID"]), utf8=utf8)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def check(self, targets: Sequence[str] = ()) -> tuple[str, ...]:
        """What is wrong with addresses, server, TLS, login and recipients, in words; () if all is well. Sends no mail."""
        found: list[str] = []
        known: dict[str, str] = {}
        for one in (*targets, *(each for each in (self._from, self._envelope_from) if each)):
            try:
                known[one] = _envelope(str(address(one).addr_spec))
            except ValueError as error:
                found.append(str(error))
        if not self._from:
            found.append("no sender address is configured")
        try:
            server = self._session(self._host)
        except SendError as error:
            return (*found, str(error))
        sender = known.get(self._envelope_from or self._from, "")
        with suppress(OSError, smtplib.SMTPException):
            if sender:
                found += self._refusals(server, sender, [known[one] for one in targets if one in known])
            server.quit()
        server.close()
        return tuple(found)

    def _refusals(self, server: smtplib.SMTP, sender: str, recipients: Sequence[str]) -> list[str]:
        """What the server says to sender and recipients, asked up to the point where a mail would begin, and taken back."""
        found = []
        for recipient in recipients:
            options = [] if (sender + recipient).isascii() else ["SMTPUTF8"]
            if options and not server.has_extn("smtputf8"):
                found.append(f"{recipient}: the server has no SMTPUTF8 and cannot take this address")
                continue
            try:
                _accept(server.mail(sender, options), f"the sender {sender}", recipient)
                _accept(server.rcpt(recipient), f"the recipient {recipient}", recipient)
            except SendError as error:
                found.append(str(error))
            server.rset()
        return found

    # ── the stages ────────────────────────────────────────────────────────────────────────────────────────────

    def _session(self, subject: str) -> smtplib.SMTP:
        """A greeted, encrypted and logged-in connection."""
        if not self._host:
            raise SendRejected("no mail server is configured", code="no-host", subject=subject)
        admit(self._host, loopback_only=self._loopback_only)
        if self._security == "none" and not is_loopback(self._host) and (self._password or not self._allow_plaintext):
            raise SendRejected(
                f"{self._host}: mail without TLS is for this machine only, and never with a password",
                code="plaintext",
                subject=subject,
            )
        where = f"{self._host}:{self._port}"
        try:
            context = ssl.create_default_context(cafile=self._ca_file or None)
        except OSError:
            raise SendRejected(
                f"the CA file cannot be read: {self._ca_file}", code="ca-file", subject=subject
            ) from None
        server: smtplib.SMTP | None = None
        # Without a name smtplib would look our own host up in the DNS.
        name = domain_of(self._from) if self._from else "[127.0.0.1]"
        try:
            if self._security == "implicit":
                server = smtplib.SMTP_SSL(self._host, self._port, name, timeout=self._timeout, context=context)
            else:
                server = smtplib.SMTP(self._host, self._port, name, timeout=self._timeout)
            server.ehlo_or_helo_if_needed()
            if self._security == "starttls":
                server.starttls(context=context)
                server.ehlo()
            if self._user or self._password:
                server.login(self._user, self._password)
        except BaseException as error:
            if server is not None:
                server.close()
            if isinstance(error, OSError | smtplib.SMTPException):
                raise _before(error, where, subject) from None
            raise
        return server

    def _transfer(
        self,
        server: smtplib.SMTP,
        delivery: Delivery,
        sender: str,
        recipient: str,
        body: bytes,
        message_id: str,
        *,
        utf8: bool,
    ) -> Receipt:
        subject, where = delivery.target, f"{self._host}:{self._port}"
        if utf8 and not server.has_extn("smtputf8"):
            raise SendRejected(
                f"{where} has no SMTPUTF8 and cannot take the address {recipient}", code="smtputf8", subject=subject
            )
        limit = server.esmtp_features.get("size", "")
        if limit.isdigit() and 0 < int(limit) < len(body):
            raise SendRejected(f"{where} takes {limit} bytes, the mail has {len(body)}", code="size", subject=subject)
        options = ["SMTPUTF8", "BODY=8BITMIME"] if utf8 else []
        try:
            _accept(server.mail(sender, options), "the sender", subject)
            _accept(server.rcpt(recipient), RECIPIENT, subject)
            code, text = server.docmd("DATA")
            if code != 354:
                raise _refused(code, text, "the mail", subject)
        except (OSError, smtplib.SMTPException) as error:
            raise _before(error, where, subject) from None
        try:
            server.send(body + b".\r\n")
            code, text = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            # From here on the server may have the whole mail.
            raise SendAmbiguous(
                f"{where} gave no answer to the mail itself ({type(error).__name__})",
                code="after-data",
                subject=subject,
            ) from None
        if not 200 <= code < 300:
            raise _refused(code, text, "the mail", subject)
        return Receipt(id=message_id, at=self._clock(), note=_words(text))


RECIPIENT = "the recipient"


def _octets(mail: EmailMessage, *, utf8: bool) -> bytes:
    """The mail on the wire: CRLF, leading dots doubled, no line over 998 octets."""
    raw = mail.as_bytes(policy=POLICY.clone(utf8=True) if utf8 else POLICY)
    raw = re.sub(rb"\r\n|\r|\n", b"\r\n", raw)
    if not raw.endswith(b"\r\n"):
        raw += b"\r\n"
    if any(len(line) > _LONGEST for line in raw.split(b"\r\n")):
        raise SendRejected("a line of the mail is longer than 998 octets", code="line-length", subject=str(mail["To"]))
    return re.sub(rb"(?m)^\.", b"..", raw)


def _envelope(spec: str) -> str:
    """An address as the server wants it: the domain in ASCII, no way to smuggle a second command."""
    local, at, domain = spec.rpartition("@")
    if not (local and at and domain) or re.search(r"[\s<>\x00-\x1f]", spec):
        raise ValueError(f"not a mail address: {spec[:100]!r}")
    return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode('ascii')}"


def _accept(answer: tuple[int, bytes], what: str, subject: str) -> None:
    code, text = answer
    if not 200 <= code < 300:
        raise _refused(code, text, what, subject)


def _refused(code: int, text: bytes | str, what: str, subject: str) -> SendError:
    said = f"the server refused {what}: {code} {_words(text)}"
    kind = SendRetry if 400 <= code < 500 or code < 0 else SendRejected
    # A refused recipient says something of the address; everything else of the account or of this one mail.
    return kind(said, code=f"{'rcpt' if what == RECIPIENT else 'smtp'}-{code}", subject=subject)


def _before(error: BaseException, where: str, subject: str) -> SendError:
    """The error for a failure before the mail itself was sent: nothing can have arrived."""
    match error:
        case smtplib.SMTPAuthenticationError():
            kind = SendRetry if 400 <= error.smtp_code < 500 else SendRejected
            # The server's own text may repeat what it was given.
            return kind(f"{where} does not accept the login ({error.smtp_code})", code="auth", subject=subject)
        case ssl.SSLCertVerificationError():
            return SendRetry(f"{where}: certificate not accepted ({error.verify_message})", code="tls", subject=subject)
        case ssl.SSLError():
            return SendRetry(f"{where}: TLS failed ({error.reason})", code="tls", subject=subject)
        case smtplib.SMTPNotSupportedError():
            return SendRetry(
                f"{where} does not offer what is configured (STARTTLS, or a login): nothing was sent",
                code="not-offered",
                subject=subject,
            )
        case smtplib.SMTPResponseException():
            return _refused(error.smtp_code, error.smtp_error, "the connection", subject)
        case TimeoutError():
            return SendRetry(f"{where} did not answer in time", code="timeout", subject=subject)
        case OSError() if not isinstance(error, smtplib.SMTPException):
            return SendRetry(
                f"{where}: {error.strerror or type(error).__name__}", code="no-connection", subject=subject
            )
    return SendRetry(f"{where} closed the connection ({type(error).__name__})", code="closed", subject=subject)


def _words(text: bytes | str) -> str:
    line = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return " ".join("".join(one for one in line if one.isprintable() or one.isspace()).split())[:200]
