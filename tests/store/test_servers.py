"""What a server can do to us, and what we say: refused, unreachable, gone in the middle, too slow, not ours to write to."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from bot.errors import LockHeld, StoreError, StoreFull, UsageError
from bot.places import Server, store_place
from bot.store import Store
from bot.store.connection import connect
from bot.store.postgresql import fit
from bot.store.server_lock import ServerLock, server_holder
from tests.clusters import PASSWORD, Cluster, running
from tests.fakes import START
from tests.store.test_contract import FEED, article, judged


@pytest.fixture
def server(cluster: Cluster) -> Iterator[Server]:
    with cluster.database() as made:
        yield made


def refused(place: Server) -> str:
    with pytest.raises(StoreError) as caught:
        Store(place)
    said = str(caught.value)
    assert "pw-secret" not in said
    assert PASSWORD not in said
    assert said.startswith(str(place)), "says where"
    return said


def test_a_wrong_password_is_told_without_it(server: Server):
    assert "ARMSWATCH_STORE_PASSWORD" in refused(Server(server.url, "pw-secret"))
    inside = server.url.replace("watch@", "watch:pw-secret@")
    assert "ARMSWATCH_STORE_PASSWORD" in refused(Server(inside))
    assert "ARMSWATCH_STORE_PASSWORD" in refused(Server(server.url))


def test_a_server_that_does_not_answer_is_told(tmp_path: Path):
    assert "is the server up" in refused(Server(f"postgresql://watch@/t?host={tmp_path}", "pw-secret"))
    assert "is the server up" in refused(Server("postgresql://watch:pw-secret@127.0.0.1:1/t"))


def test_a_database_that_is_not_there_is_told_with_how_to_make_it(cluster: Cluster):
    assert "createdb" in refused(cluster.server("nowhere"))


@pytest.mark.parametrize(
    "url", ["postgresql://watch:pw-secret@/t?no_such=1", "postgresql://watch:pw-secret@127.0.0.1:port/t"]
)
def test_a_url_that_libpq_does_not_take_is_told(url: str):
    assert "expected postgresql://" in refused(Server(url))


def test_another_machine_is_refused_on_loopback():
    assert "this machine only" in refused(Server("postgresql://watch:pw-secret@db.example:5432/t"))


def test_a_database_of_another_encoding_is_refused(cluster: Cluster):
    with cluster.session("postgres") as session:
        session.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    try:
        assert "UTF8" in refused(cluster.server("latin"))
    finally:
        with cluster.session("postgres") as session:
            session.execute("DROP DATABASE latin WITH (FORCE)")


def test_a_server_that_is_too_old_is_told_which_is_needed(server: Server):
    old = SimpleNamespace(info=SimpleNamespace(server_version=120022, parameter_status=lambda _: "UTF8"))
    with pytest.raises(StoreError, match=r"PostgreSQL 12 is too old; armswatch needs 13 or newer"):
        fit(server, old)  # type: ignore[arg-type]


def test_a_user_who_may_not_write_is_told(cluster: Cluster, server: Server):
    with psycopg.connect(server.url, password=PASSWORD, autocommit=True) as session:
        session.execute(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
        session.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    try:
        with Store.opened(Server(server.url.replace("watch@", "reader@"), PASSWORD)) as store:
            assert store.articles.count() == {}
            with pytest.raises(StoreFull, match="cannot write"):
                store.feeds.ensure([(FEED, "{}", START)])
    finally:
        with psycopg.connect(server.url, password=PASSWORD, autocommit=True) as session:
            session.execute("DROP OWNED BY reader")
            session.execute("DROP ROLE reader")


def test_a_reader_cannot_write(server: Server):
    with Store.opened(server, readonly=True) as store, pytest.raises(StoreFull, match="read-only"):
        store.feeds.ensure([(FEED, "{}", START)])


def test_without_the_driver_the_extra_is_named(tmp_path: Path):
    code = (
        "import sys; sys.modules['psycopg'] = None\nfrom bot.cli import main; main(['--config', sys.argv[1], 'status'])"
    )
    config = tmp_path / "config.toml"
    config.write_text('schema = 1\n[store]\nurl = "postgresql://watch@127.0.0.1/t"\n')
    done = subprocess.run([sys.executable, "-c", code, config], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert 'pip install "armswatch[cluster]"' in done.stderr


def test_a_place_in_the_environment_goes_before_the_configured_one(tmp_path: Path):
    config = tmp_path / "config.toml"
    config.write_text('schema = 1\n[store]\nurl = "postgresql://watch@one/t"\n')
    secret = tmp_path / "secret"
    secret.write_text("pw-secret\n")
    given = store_place(config, {"ARMSWATCH_STORE_PASSWORD_FILE": str(secret)})
    assert given == Server("postgresql://watch@one/t", "pw-secret")
    assert store_place(config, {"ARMSWATCH_STORE_URL": "postgresql://watch@two/t"}) == Server(
        "postgresql://watch@two/t"
    )
    config.write_text("schema = 1\n")
    assert store_place(config, {}) == tmp_path / "armswatch.db"


def test_a_connection_that_was_lost_between_two_transactions_is_opened_again():
    with running() as cluster, cluster.database() as server, Store.opened(server) as store:
        store.articles.save(judged(1), START)
        cluster.crash()
        assert store.articles.get("a-0001") == article(), "what was acknowledged is there"
        cluster.crash()
        store.articles.save(judged(2), START)
        cluster.stop()
        with pytest.raises(StoreError, match="is the server up"):
            store.articles.count()
        cluster.start()
        assert store.articles.count() == {"match": 2}


def test_what_is_lost_in_the_middle_of_a_transaction_is_not_written_and_can_be_done_again(
    cluster: Cluster, server: Server
):
    def end_all() -> None:
        with cluster.session("postgres") as session:
            session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [server.url.split("/")[3].split("?")[0]],
            )

    with Store.opened(server) as store:
        with pytest.raises(StoreError), store.connection.write():
            store.articles.save(judged(1), START)
            end_all()
            store.articles.save(judged(2), START)
        assert store.articles.count() == {}
        with pytest.raises(StoreError), store.connection.write():
            store.articles.save(judged(1), START)
            end_all()  # the commit is what finds out
        assert store.articles.count() == {}
        store.articles.save(judged(1), START)
        assert store.articles.count() == {"match": 1}


def test_who_stands_still_in_a_transaction_is_thrown_out_and_the_others_go_on(server: Server):
    with closing(connect(server)) as still, closing(connect(server)) as other:
        still.rows("SET idle_in_transaction_session_timeout = '300ms'")
        done = threading.Event()
        with pytest.raises(StoreError), still.write() as c:
            c.run("INSERT INTO budgets (host, day, pages) VALUES ('h', 'd', 1)")

            def go_on() -> None:
                with other.write() as d:
                    d.run("INSERT INTO budgets (host, day, pages) VALUES ('h', 'd', 2)")
                done.set()

            threading.Thread(target=go_on).start()
            assert done.wait(30)
            c.run("UPDATE budgets SET pages = 3")
        assert other.value("SELECT pages FROM budgets") == 2


def test_who_need_not_be_alone_writes_beside_others_and_who_must_be_waits_for_its_turn(server: Server):
    put = "INSERT INTO budgets (host, day, pages) VALUES (:host, 'd', 1)"
    with closing(connect(server)) as one, closing(connect(server)) as beside, closing(connect(server)) as next_:
        order: list[str] = []

        def wait_for_the_turn() -> None:
            with next_.write() as c:
                c.run(put, {"host": "next"})
            order.append("next")

        waiting = threading.Thread(target=wait_for_the_turn)
        with one.write() as c:
            c.run(put, {"host": "one"})
            with beside.write(alone=False) as d:
                d.run(put, {"host": "beside"})
            assert one.value("SELECT COUNT(*) FROM budgets") == 2
            waiting.start()
            waiting.join(0.3)
            order.append("one")
        waiting.join(30)
        assert order == ["one", "next"]
        with one.write(alone=False), pytest.raises(StoreError, match="must be alone"), one.write():
            pass


def test_the_daemon_lock_is_free_when_its_holder_died(server: Server):
    code = (
        "import os, sys\nfrom bot.places import Server\nfrom bot.store.server_lock import ServerLock\n"
        "lock = ServerLock(Server(*sys.argv[1:])); lock.acquire(); print(os.getpid(), flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, server.url, PASSWORD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    pid = int(child.stdout.readline())
    with pytest.raises(LockHeld) as caught:
        ServerLock(server).acquire()
    assert caught.value.pid == pid == server_holder(server)
    assert os.uname().nodename in str(caught.value)
    child.kill()
    child.communicate()
    with closing(connect(server)) as c:  # the server hears of it in its own time
        while c.value("SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory'"):
            c.rows("SELECT pg_sleep(0.02)")
    with ServerLock(server):
        assert server_holder(server) == os.getpid()


def until(true: Callable[[], bool]) -> None:
    """Wait for a condition, a minute at most."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        threading.Event().wait(0.02)


def test_the_daemon_lock_is_taken_again_when_the_server_comes_back():
    with running() as cluster, cluster.database() as server, ServerLock(server, every=0.05):
        cluster.crash()
        until(lambda: server_holder(server) == os.getpid())
        with pytest.raises(LockHeld):
            ServerLock(server).acquire()


def test_who_lost_the_daemon_lock_to_another_is_told_to_end(cluster: Cluster, server: Server):
    told = threading.Event()
    lock = ServerLock(server, every=0.05, patience=0.2, lost=told.set)
    with lock, closing(connect(server)) as other, closing(connect(server)) as third:
        # The other stands in the queue already, so that it has the lock at once when the holder's session ends.
        key = "hashtextextended('armswatch daemon ' || current_schema(), 0)"
        waiting = threading.Thread(target=other.rows, args=(f"SELECT pg_advisory_lock({key})",))
        waiting.start()
        until(lambda: third.value("SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == 1)
        with cluster.session("postgres") as session:
            session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'armswatch daemon%'"
            )
        waiting.join(60)
        assert told.wait(60)


def test_workers_hold_the_lock_together_and_keep_out_who_works_alone(server: Server):
    one, two = ServerLock(server, together=True), ServerLock(server, together=True)
    with one, two, pytest.raises(LockHeld):
        ServerLock(server).acquire()
    with ServerLock(server), pytest.raises(LockHeld):
        one.acquire()


def test_the_lock_is_free_at_once_for_who_starts_when_another_has_stopped(server: Server):
    for _ in range(40):
        with ServerLock(server, together=True), ServerLock(server, together=True):
            pass
        with ServerLock(server):
            pass


def test_two_schemas_of_one_database_are_two_watches(server: Server):
    with psycopg.connect(server.url, password=PASSWORD, autocommit=True) as session:
        session.execute("CREATE SCHEMA second")
    other = Server(server.url + "&options=-csearch_path%3Dsecond", PASSWORD)
    with Store.opened(server) as here, Store.opened(other) as there, here.connection.write():
        here.articles.save(judged(1), START)
        there.articles.save(judged(2), START)  # does not wait for the other's writer
        assert there.articles.get("a-0001") is None
    with ServerLock(server), ServerLock(other):
        assert server_holder(other) == os.getpid()


@pytest.mark.parametrize(
    ("url", "shown", "secrets"),
    [
        ("postgresql://w@h:5/t", "postgresql://w@h:5/t", []),
        ("postgresql://h:5/t", "postgresql://h:5/t", []),
        ("postgresql://w@/t?host=/tmp/x", "postgresql://w@/t?host=/tmp/x", []),
        ("postgresql://w:pw@h/t", "postgresql://w:***@h/t", ["pw"]),
        ("postgresql://w:p:w@h:5/t", "postgresql://w:***@h:5/t", ["p:w"]),
        ("postgresql://w:p/w@h/t", "postgresql://w:***@h/t", ["p/w"]),
        ("postgresql://w:p@w@h/t", "postgresql://w:***@h/t", ["p@w"]),
        (
            "postgresql://w@h/t?sslmode=require&password=pw&x=y",
            "postgresql://w@h/t?sslmode=require&password=***&x=y",
            ["pw"],
        ),
        ("postgresql://w:a@h/t?password=b", "postgresql://w:***@h/t?password=***", ["a", "b"]),
    ],
)
def test_a_password_is_hidden_wherever_it_stands(url: str, shown: str, secrets: list[str]):
    assert (str(Server(url)), Server(url).secrets) == (shown, secrets)
    assert repr(Server(url, "pw-secret")) == f"Server({shown})"


def test_what_is_no_file_says_so(server: Server):
    with Store.opened(server) as store, pytest.raises(UsageError, match="is no file"):
        _ = store.path
