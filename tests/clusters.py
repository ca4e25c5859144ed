"""A PostgreSQL of the tests' own: a temporary cluster of Debian's binaries, run by an unprivileged user, gone with the tests."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from bot.places import Server
from bot.store import Store

USER, PASSWORD = "watch", "correct horse"
_DEADLINE = 60.0  # seconds for a start or a stop
# What a process wrote outlives its kill -9 without fsync; who wants to see the cost of the disk says `durable`.
_HASTY = ("fsync=off", "full_page_writes=off")
_SETTINGS = ("listen_addresses=", "max_connections=100", "shared_buffers=32MB", "autovacuum=off", "timezone=Asia/Tokyo")


def binaries() -> Path | None:
    """The folder with initdb and postgres, the newest where there are several; None where there is none."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]), reverse=True
    )
    named = shutil.which("initdb")
    if named:
        found.append(Path(named).resolve())
    return next((path.parent for path in found if path.with_name("postgres").exists()), None)


def _unprivileged() -> dict[str, object]:
    """PostgreSQL refuses to run as root."""
    if os.getuid():
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _dies_with_us() -> None:
    # PR_SET_PDEATHSIG: a test run that is killed leaves no server behind.
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


@dataclass
class Cluster:
    """One server on a socket in a folder of its own; `database()` makes a database for one test."""

    durable: bool = False
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="armswatch-pg-", dir="/tmp")))
    _process: subprocess.Popen[bytes] | None = None
    _made: int = 0
    _stencil: bool = False  # a database with the tables of a store, of which the others are copies

    def make(self) -> None:
        """initdb; once."""
        bin_ = binaries()
        assert bin_ is not None
        if not os.getuid():
            os.chown(self.folder, pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)
        secret = self.folder / "secret"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        subprocess.run(
            [bin_ / "initdb", "-D", self.folder / "data", "-U", USER, "--pwfile", secret, "-A", "scram-sha-256",
             "--no-sync", "-E", "UTF8", "--locale", "C.UTF-8"],
            check=True, capture_output=True, timeout=_DEADLINE, env=os.environ | {"TZ": "UTC"}, cwd="/", **_unprivileged(),
        )  # type: ignore[call-overload]  # fmt: skip

    def start(self) -> None:
        """Start the server and wait until it answers."""
        bin_ = binaries()
        assert bin_ is not None
        options = [part for setting in (*_SETTINGS, *(() if self.durable else _HASTY)) for part in ("-c", setting)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [bin_ / "postgres", "-D", self.folder / "data", "-k", self.folder, *options],
                stdout=log, stderr=log, cwd="/", preexec_fn=_dies_with_us, **_unprivileged(),  # noqa: PLW1509
            )  # type: ignore[call-overload]  # fmt: skip
        end = time.monotonic() + _DEADLINE
        while True:
            try:
                self.session("postgres").close()
            except psycopg.OperationalError:
                assert self._process is not None
                assert self._process.poll() is None, (self.folder / "log").read_text(errors="replace")
                assert time.monotonic() < end, "the server does not answer"
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(0.05)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End the server: SIGINT in order, SIGQUIT as if it had crashed."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_DEADLINE)
            self._process = None

    def crash(self) -> None:
        """End the server without a farewell, and start it again."""
        self.stop(signal.SIGQUIT)
        self.start()

    def server(self, name: str) -> Server:
        """The address of a database of this cluster."""
        return Server(f"postgresql://{USER}@/{name}?host={self.folder}", PASSWORD)

    def session(self, name: str) -> psycopg.Connection[tuple[object, ...]]:
        """A session of the superuser."""
        return psycopg.connect(self.server(name).url, password=PASSWORD, autocommit=True)

    @contextmanager
    def database(self, *, empty: bool = False) -> Iterator[Server]:
        """A database for one test: with the tables of a store, or with nothing in it."""
        if not empty and not self._stencil:
            with self.session("postgres") as session:
                session.execute("CREATE DATABASE stencil TEMPLATE template0")
            Store(self.server("stencil")).close()
            self._stencil = True
        self._made += 1
        name = f"t{self._made}"
        with self.session("postgres") as session:
            session.execute(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else 'stencil'}")
        try:
            yield self.server(name)
        finally:
            with self.session("postgres") as session:
                session.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def remove(self) -> None:
        """Stop and leave nothing."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def running(*, durable: bool = False) -> Iterator[Cluster]:
    """A cluster for one `with` block."""
    cluster = Cluster(durable=durable)
    try:
        cluster.make()
        cluster.start()
        yield cluster
    finally:
        cluster.remove()
