"""Every error that armswatch raises on purpose, drawn as one tree.

    ArmswatchError
    ├── ConfigError            config.toml, environment or a feed file cannot be used      (exit 2)
    ├── WatchlistError         a watchlist file cannot be used                              (exit 2)
    ├── UsageError             the command line asks for something that cannot be           (exit 2)
    ├── LockHeld               another instance holds the daemon lock                       (exit 3)
    ├── StoreError             the database cannot be read or written                       (exit 1)
    │   ├── NewerDatabase      made by a newer version: refused, untouched
    │   └── StoreFull          disk full or read-only                            transient
    ├── FetchError             a URL gave no usable answer
    │   ├── Refused            by our own guard: private address, scheme, port, robots
    │   ├── Unreachable        DNS, connect, TLS or a broken transfer            transient
    │   │   └── HostResting    the host asked us to stay away: nothing was sent  transient
    │   ├── TimedOut           the total deadline passed                         transient
    │   └── TooLarge           over the wire or decoded cap
    ├── FeedError              bytes that are no readable feed
    ├── ExtractError           bytes that give no article
    ├── WorkerError            a worker died, hung or ran out of memory on an input
    └── SendError              a delivery was not accepted
        ├── SendRetry          for now: rate limit, busy server                  transient
        ├── SendAmbiguous      it may have arrived: reconcile before sending again
        └── SendRejected       for good: parked with the reason

`transient` on the class decides whether a later attempt makes sense. The message says what, where and what to
do; it never holds a secret. `subject` is the URL, file or key that the error is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class ArmswatchError(Exception):
    """Base of all errors raised on purpose; `exit_code` is what the command line ends with."""

    transient = False
    exit_code = 1

    def __init__(self, message: str, *, subject: str = "") -> None:
        super().__init__(message)
        self.subject = subject

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders (the workers); the default protocol would lose `subject`.
        return (_rebuild, (type(self), str(self), self.__dict__))


def _rebuild(cls: type[ArmswatchError], message: str, state: dict[str, object]) -> ArmswatchError:
    error = cls.__new__(cls)
    Exception.__init__(error, message)
    error.__dict__.update(state)
    return error


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file: where (file, key path, line), what was found, what is expected, a hint."""

    file: str
    key: str
    found: str
    expected: str
    hint: str = ""
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line is not None else self.file
        text = f"{place}: {self.key}: " if self.key else f"{place}: "
        text += f"found {self.found}; expected {self.expected}" if self.found else f"expected {self.expected}"
        return f"{text} ({self.hint})" if self.hint else text


class _Problems(ArmswatchError):
    """An error that carries all problems at once, so that one run shows everything there is to mend."""

    exit_code = 2

    def __init__(self, problems: list[Problem] | tuple[Problem, ...], *, subject: str = "") -> None:
        super().__init__("\n".join(str(problem) for problem in problems), subject=subject)
        self.problems = tuple(problems)


class ConfigError(_Problems):
    """config.toml, the environment or a feed file cannot be used."""


class WatchlistError(_Problems):
    """A watchlist file cannot be used."""


class UsageError(ArmswatchError):
    """The command line asks for something that cannot be."""

    exit_code = 2


class LockHeld(ArmswatchError):
    """Another instance holds the daemon lock; `pid` names it."""

    exit_code = 3

    def __init__(self, message: str, *, pid: int, subject: str = "") -> None:
        super().__init__(message, subject=subject)
        self.pid = pid


class StoreError(ArmswatchError):
    """The database cannot be read or written."""


class LeaseLost(StoreError):
    """A part of the work was given to another worker meanwhile; nothing was written."""


class NewerDatabase(StoreError):
    """The database was made by a newer version of armswatch; it is left untouched."""


class StoreFull(StoreError):
    """The disk is full or read-only."""

    transient = True


class FetchError(ArmswatchError):
    """A URL gave no usable answer. `sent` says whether anything of ours reached for a server, the first one of redirects included."""

    sent = True


class Refused(FetchError):
    """Our own guard refused the request before it was sent."""

    sent = False


class Unreachable(FetchError):
    """DNS, connect, TLS or a broken transfer."""

    transient = True


class HostResting(Unreachable):
    """The host asked us to stay away for a while (Retry-After); nothing was sent. `retry_at` says until when."""

    sent = False

    def __init__(self, message: str, *, retry_at: datetime, subject: str = "") -> None:
        super().__init__(message, subject=subject)
        self.retry_at = retry_at


class TimedOut(FetchError):
    """The total deadline of the request passed."""

    transient = True


class TooLarge(FetchError):
    """The answer is over the wire or decoded cap."""


class FeedError(ArmswatchError):
    """Bytes that are no readable feed; `reason` is a short stable word (html, empty, malformed, …)."""

    def __init__(self, message: str, *, reason: str = "malformed", subject: str = "") -> None:
        super().__init__(message, subject=subject)
        self.reason = reason


class ExtractError(ArmswatchError):
    """Bytes that give no article; `reason` is a short stable word (pdf, image, empty, challenge, …)."""

    def __init__(self, message: str, *, reason: str = "empty", subject: str = "") -> None:
        super().__init__(message, subject=subject)
        self.reason = reason


class WorkerError(ArmswatchError):
    """A worker died, hung or ran out of memory on an input; `reason` is died, deadline or memory."""

    def __init__(self, message: str, *, reason: str, subject: str = "") -> None:
        super().__init__(message, subject=subject)
        self.reason = reason


class SendError(ArmswatchError):
    """A delivery was not accepted; `code` is the other side's own word where there is one."""

    def __init__(self, message: str, *, code: str = "", retry_at: datetime | None = None, subject: str = "") -> None:
        super().__init__(message, subject=subject)
        self.code = code
        self.retry_at = retry_at


class SendRetry(SendError):
    """Not now: rate limit, busy server, connection refused. `retry_at` where the other side said when."""

    transient = True


class SendAmbiguous(SendError):
    """It may or may not have arrived: reconcile before sending again."""


class SendRejected(SendError):
    """Not ever: wrong token, unknown channel, refused recipient."""
