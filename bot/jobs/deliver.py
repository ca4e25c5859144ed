"""Send what the outbox owes: begin, send, write the receipt; whatever crashes in between is found again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.core import outbox
from bot.errors import SendError, SendRejected
from bot.model import Delivery, Receipt
from bot.ports import Clock, Mark, Send, no_mark
from bot.store import Store

MOST_STEPS = 2
"""Steps of one promise in one pass."""

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
    """Everything that delivering needs, handed in: one sender a channel name, and who can be asked afterwards."""

    store: Store
    senders: Mapping[str, Send]
    reconcilers: Mapping[str, Reconcile]
    clock: Clock
    mark: Mark = no_mark

    def flush(self, limit: int = 500, *, way: str = "") -> DeliveryReport:
        """Work off everything that is due now, or what goes one way (`core.outbox.WAYS`).

        A promise gets one step a pass, or two: asked for, missing, sent again.
        """
        channels = outbox.WAYS[way] if way else ()
        ended: dict[str, Delivery] = {}
        steps: dict[str, int] = {}
        for _ in range(limit):
            waiting = [
                due
                for due in self.store.outbox.due(self.clock(), channels=channels)
                if steps.get(due.key, 0) < MOST_STEPS
            ]
            if not waiting:
                break
            one = waiting[0]
            ended[one.key] = self._step(one)
            # Only a doubt that was settled leads to a second step at once; everything else has had its turn.
            steps[one.key] = steps.get(one.key, 0) + (1 if one.state == "sending" else MOST_STEPS)
        states = [delivery.state for delivery in ended.values()]
        return DeliveryReport(
            sent=states.count("sent"),
            later=states.count("owed") + states.count("sending"),
            parked=states.count("parked"),
            errors=tuple(f"{one.key}: {one.error}" for one in ended.values() if one.error),
        )

    def _step(self, delivery: Delivery) -> Delivery:
        now = self.clock()
        match outbox.step(delivery, now):
            case "send":
                return self._send(delivery, outbox.begin(delivery, now))
            case "resend":
                return self._send(delivery, outbox.begin(delivery, now, resend=True))
            case "reconcile":
                return self._reconcile(delivery)
            case "park":
                return self._moved(delivery, outbox.parked(delivery, now))
            case _:
                return delivery

    def _send(self, before: Delivery, begun: Delivery) -> Delivery:
        sender = self.senders.get(before.channel)
        if sender is None:
            refusal = SendRejected(f"nothing is configured that sends to {before.channel}", code="not-configured")
            return self._moved(before, outbox.settle(begun, refusal, self.clock()))
        if outbox.may_be_disabled(before):
            ended = self.store.outbox.ended(before.channel, before.target, outbox.REFUSALS)
            if outbox.disabled(ended):
                return self._moved(before, outbox.untried(before))
        self.mark("deliver:before-begin")
        if not self.store.outbox.move(before, begun, self.clock()):
            return before
        self.mark("deliver:begun")
        outcome: Receipt | SendError
        try:
            outcome = sender(begun, resend=outbox.is_repeat(begun))
        except SendError as error:
            outcome = error
        self.mark("deliver:sent")
        settled = self._moved(begun, outbox.settle(begun, outcome, self.clock()))
        self.mark("deliver:settled")
        return settled

    def _reconcile(self, delivery: Delivery) -> Delivery:
        """It may have arrived: ask the other side (decision 19)."""
        ask = self.reconcilers.get(delivery.channel)
        if ask is None:
            return self._send(delivery, outbox.begin(delivery, self.clock(), resend=True))
        try:
            receipt = ask(delivery)
        except SendError as error:
            return self._moved(delivery, outbox.unreconciled(delivery, error, self.clock()))
        self.mark("deliver:reconciled")
        if receipt is not None:
            return self._moved(delivery, outbox.found(delivery, receipt))
        return self._moved(delivery, outbox.missing(delivery, self.clock()))

    def _moved(self, before: Delivery, after: Delivery) -> Delivery:
        self.store.outbox.move(before, after, self.clock())
        return after
