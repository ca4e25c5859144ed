"""A copy from one database to another: the same rows, to and fro, however often it is broken off."""

from __future__ import annotations

import multiprocessing
import os
import signal
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import StoreError, UsageError
from bot.places import Server
from bot.store import Store
from bot.store.connection import connect
from bot.store.evidence import Record
from bot.store.moving import copy, digest, shapes
from tests.clusters import Cluster
from tests.fakes import START
from tests.store.test_contract import FEED, article, judged, polled

TEXTS = {
    1: "북한이 포탄을 보냈다",
    2: "поставки снарядов",
    3: "artillery shells for sale",
    4: "砲弾を供与した \u0301 𝔘",
}
ARTICLES = 503  # more than one helping


def fill(place: Path | Server, articles: int = 8) -> None:
    with Store.opened(place) as store:
        store.feeds.ensure([(FEED, "{}", START)])
        store.feeds.poll_done(polled(1, 2, 3), START)
        with store.connection.write():
            for number in range(1, articles + 1):
                record = Record(
                    what="response", record=bytes(range(256)) * 3, url=f"https://w.example/{number}", fetched=START
                )
                text = TEXTS.get(number, f"text {number}")
                store.articles.save(
                    judged(number, article=article(number, text=text), records=(record,) if number < 5 else ()), START
                )
        store.cases.new("a case", "ana", START)
        store.cases.note("a case", "first", "ana", START)
        store.judgements.say("a-0001", "in", "ana", START)


def all_digests(place: Path | Server) -> dict[str, tuple[int, str]]:
    with closing(connect(place, readonly=True)) as c:
        return {shape.name: digest(c, shape) for shape in shapes()}


def moved(source: Path | Server, target: Path | Server, breaks: int = 0) -> None:
    """Copy; break off after so many helpings."""
    told = 0

    def tell(table: str, rows: int) -> None:
        nonlocal told
        told += 1
        if told == breaks:
            raise KeyboardInterrupt

    with closing(connect(source, readonly=True)) as here, closing(connect(target, copying=True)) as there:
        copy(here, there, tell)


def test_a_file_goes_to_a_server_and_back_as_it_was(tmp_path: Path, cluster: Cluster):
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    fill(first, ARTICLES)
    with cluster.database(empty=True) as server:
        moved(first, server)
        moved(server, second)
        assert all_digests(first) == all_digests(server) == all_digests(second)
        assert all_digests(first)["articles"][0] == ARTICLES
        for place in (server, second):
            with Store.opened(place) as store:
                assert [hit.article for hit in store.articles.search("포탄")] == ["a-0001"]
                assert store.evidence.chain_holds()
                # What the database numbers goes on behind what came along.
                store.cases.note("a case", "second", "ben", START + timedelta(hours=1))
                assert [note.text for note in store.cases.get("a case").notes] == ["first", "second"]


@pytest.mark.parametrize("to_server", [True, False])
def test_a_copy_that_was_broken_off_goes_on_and_is_no_store_until_then(
    to_server: bool, tmp_path: Path, cluster: Cluster
):
    with cluster.database(empty=not to_server) as server:
        source, target = (tmp_path / "a.db", server) if to_server else (server, tmp_path / "a.db")
        fill(source)
        tables = sum(1 for rows, _ in all_digests(source).values() if rows)
        for _ in range(1, tables):
            with pytest.raises(KeyboardInterrupt):
                moved(source, target, 1)
            for readonly in (True, False):
                with pytest.raises(StoreError, match="broken off"):
                    Store(target, readonly=readonly)
        moved(source, target)
        assert all_digests(source) == all_digests(target)


def _killed(source: Path, target: Server, after: int) -> None:
    told = 0

    def tell(table: str, rows: int) -> None:
        nonlocal told
        told += 1
        if told == after:
            os.kill(os.getpid(), signal.SIGKILL)

    with closing(connect(source, readonly=True)) as here, closing(connect(target, copying=True)) as there:
        copy(here, there, tell)


def test_a_copy_goes_on_after_kill_9(tmp_path: Path, cluster: Cluster):
    source = tmp_path / "a.db"
    fill(source, ARTICLES)
    spawn = multiprocessing.get_context("spawn")
    with cluster.database(empty=True) as server:
        for after in (2, 3):
            child = spawn.Process(target=_killed, args=(source, server, after))
            child.start()
            child.join(60)
            assert child.exitcode == -signal.SIGKILL
        moved(source, server)
        assert all_digests(source) == all_digests(server)


def test_what_was_written_meanwhile_is_noticed_and_copied_by_the_next_try(tmp_path: Path, cluster: Cluster):
    source = tmp_path / "a.db"
    fill(source)
    with cluster.database(empty=True) as server:
        with pytest.raises(KeyboardInterrupt):
            moved(source, server, 6)
        with Store.opened(source) as store:
            changed = judged(1, article=replace(article(1, text="another text now"), revision=2))
            store.articles.save(changed, START + timedelta(hours=2))
        with pytest.raises(StoreError, match=r"was written to.*articles"):
            moved(source, server)
        moved(source, server)
        assert all_digests(source) == all_digests(server)
        with Store.opened(server) as store:
            assert [hit.article for hit in store.articles.search("another")] == ["a-0001"]
            assert store.articles.search("포탄") == []


def test_what_holds_a_watch_or_another_copy_is_left_alone(tmp_path: Path, cluster: Cluster):
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    fill(first)
    fill(second)
    with cluster.database() as server:
        fill(server)
        before = all_digests(server)
        with pytest.raises(UsageError, match="holds a watch already"):
            moved(first, server)
        assert all_digests(server) == before
    with cluster.database(empty=True) as server:
        with pytest.raises(KeyboardInterrupt):
            moved(first, server, 1)
        with pytest.raises(UsageError, match="unfinished copy of"):
            moved(second, server)


def test_every_table_has_a_key_to_be_paged_by():
    assert {"articles", "evidence", "hash_log", "outbox", "judgements"} <= {shape.name for shape in shapes()}
    assert all(shape.keys for shape in shapes())
