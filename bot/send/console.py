"""Puts deliveries on a terminal or any other text stream."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TextIO

from bot.errors import SendRetry
from bot.model import Delivery, Receipt
from bot.ports import Clock


@dataclass(frozen=True, slots=True)
class ConsoleSender:
    """A Send port that writes to `stream`; its receipt names the delivery, a terminal has no better one."""

    stream: TextIO
    clock: Clock

    def __call__(self, delivery: Delivery, /, *, resend: bool) -> Receipt:
        text: str = json.loads(delivery.payload)["text"]
        if resend:
            text = f"(possible repeat)\n{text}"
        # A terminal that cannot show a letter gets a question mark instead of no digest at all.
        encoding = self.stream.encoding or "utf-8"
        try:
            self.stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
            self.stream.flush()
        except OSError as error:
            raise SendRetry(f"the console cannot be written: {error.strerror}", code="console") from None
        return Receipt(id=delivery.key, at=self.clock())

    def check(self) -> tuple[str, ...]:
        """What is wrong with this way out, in words; a stream that is open is right."""
        return ("the console is closed",) if self.stream.closed else ()
