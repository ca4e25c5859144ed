"""Send what the outbox owes: begin, send, write the receipt; whatever crashes in between is found again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.core.outbox import Outcome, after, recovered
from bot.errors import SendAmbiguous, SendError, SendRejected, SendRetry
from bot.model import Delivery, Notice, Receipt
from bot.ports import Clock, Mark, Send, no_mark
from bot.store import Store
from bot.store.outbox import Promise

Reconcile = Callable[[Delivery], Receipt | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """What one pass over the outbox did."""

    sent: int = 0
    later: int = 0
    parked: int = 0
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliverer:
    """Everything that delivering needs, handed in. One sender a channel name."""

    store: Store
    senders: Mapping[str, Send]
    reconcilers: Mapping[str, Reconcile]
    clock: Clock
    mark: Mark = no_mark

    def recover(self) -> int:
        """At the start: what was being sent when somebody stopped is ambiguous; returns how many."""
        stuck = self.store.outbox.sending()
        for promise in stuck:
            self._ambiguous(promise, "stopped while it was being sent")
        return len(stuck)

    def flush(self, limit: int = 200) -> DeliveryReport:
        """Send everything that is owed now."""
        sent = later = parked = 0
        errors: list[str] = []
        for _ in range(limit):
            owed = self.store.outbox.owed(self.clock(), limit=1)
            if not owed:
                break
            after_ = self._send(owed[0])
            sent += after_.state == "sent"
            parked += after_.state == "parked"
            later += after_.state == "owed"
            if after_.error:
                errors.append(f"{after_.key}: {after_.error}")
        return DeliveryReport(sent=sent, later=later, parked=parked, errors=tuple(errors))

    def _send(self, promise: Promise) -> Delivery:
        delivery, now = promise.delivery, self.clock()
        sender = self.senders.get(delivery.channel)
        if sender is None:
            return self._settle(promise, Outcome.rejected(f"nothing is configured that sends to {delivery.channel}"), now)
        self.mark("deliver:before-begin")
        if not self.store.outbox.begin(delivery.key, now):
            return delivery
        self.mark("deliver:begun")
        try:
            receipt = sender(self._threaded(delivery), resend=promise.resend)
        except SendAmbiguous as error:
            return self._ambiguous(promise, str(error))
        except SendRetry as error:
            return self._settle(promise, Outcome.retry(str(error), error.retry_at), self.clock())
        except (SendRejected, SendError) as error:
            return self._settle(promise, Outcome.rejected(str(error)), self.clock())
        self.mark("deliver:sent")
        settled = self._settle(promise, Outcome.sent(receipt), self.clock())
        self.mark("deliver:settled")
        return settled

    def _ambiguous(self, promise: Promise, why: str) -> Delivery:
        """It may have arrived: ask the other side where it can be asked, else resend once by decision 19."""
        reconcile = self.reconcilers.get(promise.delivery.channel)
        if reconcile is not None:
            try:
                receipt = reconcile(promise.delivery)
            except SendError as error:
                return self._settle(promise, Outcome.unknown(f"{why}; asking failed: {error}"), self.clock())
            self.mark("deliver:reconciled")
            outcome = Outcome.sent(receipt) if receipt else Outcome.absent(why)
            return self._settle(promise, outcome, self.clock())
        return self._settle(promise, Outcome.unknown(why), self.clock())

    def _settle(self, promise: Promise, outcome: Outcome, now: datetime) -> Delivery:
        step = after(promise.delivery, outcome, now, resent=promise.resend)
        self.store.outbox.settle(step.delivery, now, resend=step.resend)
        if step.delivery.state == "parked":
            notice = Notice(
                id=f"parked:{step.delivery.key}",
                kind="delivery",
                subject=step.delivery.target,
                text=f"not delivered to {step.delivery.channel} {step.delivery.target}: {step.delivery.error}; "
                f"mend it, then `armswatch outbox retry {step.delivery.key}`",
                at=now,
            )
            self.store.runs.notice(notice)
        return step.delivery

    def _threaded(self, delivery: Delivery) -> Delivery:
        return delivery
