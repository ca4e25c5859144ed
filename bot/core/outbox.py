"""What happens to a promise next: owed → sending → sent | parked, and what an unclear outcome allows (decision 19)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal

from bot.errors import SendAmbiguous, SendError, SendRejected
from bot.model import Delivery, Notice, Receipt

Step = Literal["wait", "send", "reconcile", "resend", "park"]

_MINUTE: Final = timedelta(minutes=1)

DOUBT_AFTER: Final[Mapping[str, timedelta]] = {
    "slack": timedelta(seconds=20),  # longer than the request's own deadline of 15 s
    "webhook": timedelta(seconds=20),
    "email": 10 * _MINUTE,  # a server that took the mail needs time to show it, and a receiver to drop the twin
    "console": timedelta(0),
    "file": timedelta(0),
}
"""How long a promise may be `sending` before its outcome counts as unclear."""

_BACK_OFF: Final[Mapping[str, tuple[timedelta, ...]]] = {
    "slack": (
        timedelta(seconds=15),
        timedelta(seconds=30),
        _MINUTE,
        2 * _MINUTE,
        5 * _MINUTE,
        10 * _MINUTE,
        30 * _MINUTE,
    ),
    "email": (5 * _MINUTE, 15 * _MINUTE, 45 * _MINUTE, 60 * _MINUTE),
}
_TRIES: Final[Mapping[str, int]] = {
    "slack": 54,  # about 24 hours with the steps above
    "email": 9,  # about 6 hours
}
WAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "slack": ("slack", "webhook"),
    "mail": ("email",),
    "here": ("console", "file"),
}
"""Ways out that never wait for each other, by the channels that they serve: a mail server that hangs delays no alert."""

PARKED: Final = "delivery-parked"
"""The kind of a notice on parked promises."""

_ACCOUNT: Final = frozenset((
    "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope", "not-configured", "auth",
    "tls", "no-connection", "timeout", "closed", "not-offered", "no-host", "ca-file", "plaintext", "loopback-only",
))  # fmt: skip
"""Codes that lie with the account or the server, whoever the target is."""

_SINKS: Final = {"slack": "Slack", "email": "The mail server", "file": "The output folder", "console": "The console"}

REFUSALS: Final = 3
"""Mails to one address refused for good, one after the other, after which no further one is tried (M-44)."""

_REFUSED: Final = "rcpt-5"  # how the codes of a server's final no to a recipient begin
_DISABLED: Final = "disabled"

PACED: Final = "paced"
"""The code of a SendRetry that only keeps the distance between two messages: no attempt is counted for it."""


def step(delivery: Delivery, now: datetime) -> Step:
    """What is to be done with a promise at `now`.

    `send` and `resend` mean: `begin` it, store that, call the sender, `settle`. `reconcile` means: ask the other side
    whether it has the message, then `found` or `missing`. A promise that is still `sending` when its time has come
    was cut off by a crash or by a lost answer; both are treated alike.
    """
    if delivery.state == "owed":
        return "send" if delivery.next_try is None or delivery.next_try <= now else "wait"
    if delivery.state != "sending" or (delivery.next_try is not None and delivery.next_try > now):
        return "wait"
    if delivery.channel in ("slack", "file"):
        return "reconcile"
    return "resend" if delivery.doubts == 0 else "park"


def begin(delivery: Delivery, now: datetime, *, resend: bool = False) -> Delivery:
    """The promise as it is stored before its sender is called; `next_try` is when silence becomes doubt."""
    return replace(
        delivery,
        state="sending",
        attempts=delivery.attempts + 1,
        doubts=delivery.doubts + (1 if resend else 0),
        next_try=now + DOUBT_AFTER[delivery.channel],
    )


def settle(delivery: Delivery, outcome: Receipt | SendError, now: datetime) -> Delivery:
    """The promise after its sender returned a receipt or raised."""
    if isinstance(outcome, Receipt):
        return replace(delivery, state="sent", receipt=outcome.id, error="", next_try=None)
    told = _told(outcome)
    if isinstance(outcome, SendRejected):
        return replace(delivery, state="parked", error=told, next_try=None)
    if isinstance(outcome, SendAmbiguous):
        if delivery.channel not in ("slack", "file") and delivery.doubts > 0:
            return parked(replace(delivery, error=told), now)
        return replace(delivery, state="sending", error=told, next_try=now + DOUBT_AFTER[delivery.channel])
    if outcome.code == PACED:
        at = max(outcome.retry_at or now, now)
        return replace(delivery, state="owed", attempts=max(0, delivery.attempts - 1), next_try=at)
    if delivery.attempts >= _TRIES.get(_family(delivery), 9):
        return replace(
            delivery, state="parked", error=f"{told} (gave up after {delivery.attempts} attempts)", next_try=None
        )
    return replace(delivery, state="owed", error=told, next_try=max(outcome.retry_at or now, now + _pause(delivery)))


def found(delivery: Delivery, receipt: Receipt) -> Delivery:
    """Reconciling showed that the other side has it."""
    return replace(delivery, state="sent", receipt=receipt.id, error="", next_try=None)


def missing(delivery: Delivery, now: datetime) -> Delivery:
    """Reconciling showed that the other side does not have it: owed again, at once the first time, later more slowly."""
    if delivery.attempts >= _TRIES[_family(delivery)]:
        return replace(delivery, state="parked", error=f"{delivery.error} ({_gave_up(delivery)})", next_try=None)
    return replace(delivery, state="owed", next_try=now if delivery.attempts <= 1 else now + _pause(delivery))


def unreconciled(delivery: Delivery, error: SendError, now: datetime) -> Delivery:
    """Reconciling itself failed.

    Asked again later where that may help. Where it never will (no history scope), what holds for a webhook holds
    here: one marked repeat (`owed` with a doubt counted: call the sender with `resend`), then parked.
    """
    told = _told(error)
    if isinstance(error, SendRejected):
        if delivery.doubts > 0:
            return parked(replace(delivery, error=told), now)
        return replace(delivery, state="owed", doubts=1, error=told, next_try=now)
    return replace(delivery, error=told, next_try=max(error.retry_at or now, now + _pause(delivery)))


def is_repeat(delivery: Delivery) -> bool:
    """Whether the sender has to mark the message as a possible repeat; only a reconciled Slack message never needs it."""
    return delivery.doubts > 0


def parked(delivery: Delivery, now: datetime) -> Delivery:
    """Given up with the reason: it was sent twice without an answer and may have arrived."""
    reason = f"no clear answer to two attempts, it may have arrived; parked {now.isoformat(timespec='seconds')}"
    return replace(delivery, state="parked", error=f"{delivery.error}; {reason}".removeprefix("; "), next_try=None)


def may_be_disabled(delivery: Delivery) -> bool:
    """Whether it matters what its address did with the last ones: a mail that is tried for the first time.

    A promise that somebody retries is tried in any case: its receipt is what enables the address again.
    """
    return delivery.channel == "email" and not delivery.attempts and not delivery.error


def disabled(ended: Sequence[Delivery]) -> bool:
    """Whether an address refused the last mails for good; `ended` are those that came to an end, newest first."""
    last = ended[:REFUSALS]
    refused = (_REFUSED, f"{_DISABLED}: ")
    return len(last) == REFUSALS and all(one.state == "parked" and one.error.startswith(refused) for one in last)


def untried(delivery: Delivery) -> Delivery:
    """A promise to a disabled address: kept, with the reason and what to do."""
    told = f"it refused {REFUSALS} mails for good, one after the other, so no further one is tried until one that is retried arrives"
    return replace(delivery, state="parked", error=f"{_DISABLED}: {told}", next_try=None)


def retried(delivery: Delivery, now: datetime) -> Delivery:
    """A parked or dropped promise that somebody wants sent after all: owed, with its counters at zero."""
    return replace(delivery, state="owed", attempts=0, doubts=0, next_try=now)


def parked_notice(delivery: Delivery, now: datetime) -> Notice:
    """What another channel is told of a parked promise; one notice a target and reason, however many promises park."""
    code = delivery.error.partition(":")[0]
    family = "slack" if delivery.channel == "webhook" else delivery.channel
    target = "" if code in _ACCOUNT else delivery.target
    seed = f"parked\n{family}\n{target}\n{code}"
    where = f"{_SINKS.get(family, family)} does not take our messages"
    return Notice(
        id="n-" + hashlib.sha256(seed.encode()).hexdigest()[:12],
        kind=PARKED,
        subject=f"{family}:{target}",
        text=(
            f"{where}{f' to {target}' if target else ''}: {delivery.error.removeprefix(f'{code}: ')}. What could not be "
            "sent is kept: armswatch outbox list shows it, armswatch outbox retry --parked sends it after mending"
        ),
        at=now,
    )


def _told(error: SendError) -> str:
    return f"{error.code}: {error}" if error.code else str(error)


def _gave_up(delivery: Delivery) -> str:
    return f"gave up after {delivery.attempts} attempts"


def _family(delivery: Delivery) -> str:
    return "slack" if delivery.channel in ("slack", "webhook") else "email"


def _pause(delivery: Delivery) -> timedelta:
    steps = _BACK_OFF[_family(delivery)]
    return steps[min(max(delivery.attempts, 1), len(steps)) - 1]
