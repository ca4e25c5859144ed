"""Backups: whole while somebody writes, checked before they count, N kept, made before a migration, and put back."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlite_utils

from bot.errors import NewerDatabase, StoreError
from bot.store import Store
from bot.store.backup import backup, before_migration, migrations, restore
from bot.store.copies import copies
from bot.store.rows import stamp
from bot.store.schema import MIGRATIONS
from tests.fakes import START
from tests.store.test_contract import judged

NAMES = [migration.name for migration in MIGRATIONS._migrations]


def filled(path: Path, *numbers: int) -> Path:
    with Store.opened(path) as store:
        for number in numbers:
            store.articles.save(judged(number), START)
    return path


def articles(path: Path) -> int:
    with Store.opened(path, readonly=True) as store:
        return sum(store.articles.count().values())


@pytest.mark.criterion("R-63")
def test_a_copy_is_whole_checked_private_and_named_after_its_time(tmp_path: Path):
    made = backup(filled(tmp_path / "watch.db", 1, 2), tmp_path / "copies", START)
    assert made.path.name == "watch-20260302T060000Z-by-hand.db"
    assert articles(made.path) == 2
    assert made.path.stat().st_mode & 0o077 == 0
    assert [path.name for path in (tmp_path / "copies").iterdir() if path.name.startswith(".")] == []


@pytest.mark.criterion("R-63")
def test_a_copy_taken_while_somebody_writes_holds_one_moment(tmp_path: Path):
    database = filled(tmp_path / "watch.db", 1)
    stop = threading.Event()

    def write() -> None:
        with Store.opened(database) as store:
            number = 2
            while not stop.is_set() and number < 2000:
                store.articles.save(judged(number), START)
                number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for minute in range(5):
            made = backup(database, tmp_path / "copies", START + timedelta(minutes=minute))
            with closing(sqlite3.connect(made.path)) as copy:
                assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                counted = copy.execute("SELECT COUNT(*) FROM articles").fetchone()[0]
                assert (
                    counted == copy.execute("SELECT COUNT(*) FROM verdicts").fetchone()[0]
                )  # one transaction, one moment
    finally:
        stop.set()
        writer.join()


def test_only_the_newest_of_each_kind_stay(tmp_path: Path):
    database = filled(tmp_path / "watch.db", 1)
    for day in range(5):
        backup(database, tmp_path / "copies", START + timedelta(days=day), why="daily", keep=2)
    backup(database, tmp_path / "copies", START, why="by-hand", keep=2)
    kept = [(copy.why, copy.at.day) for copy in copies(tmp_path / "copies", "watch")]
    assert kept == [("daily", 6), ("daily", 5), ("by-hand", 2)]


def test_copies_before_different_migrations_count_as_one_kind(tmp_path: Path):
    database = filled(tmp_path / "watch.db", 1)
    for day, name in enumerate(("before-0008-cases", "before-0009-judgements", "before-0010-views")):
        backup(database, tmp_path / "copies", START + timedelta(days=day), why=name, keep=2)
    assert [copy.why for copy in copies(tmp_path / "copies", "watch")] == [
        "before-0010-views",
        "before-0009-judgements",
    ]


def test_a_damaged_database_gives_no_copy(tmp_path: Path):
    database = tmp_path / "watch.db"
    database.write_bytes(b"this is no database" * 1000)
    with pytest.raises(StoreError):
        backup(database, tmp_path / "copies", START)
    assert list((tmp_path / "copies").iterdir()) == []


def test_without_a_database_there_is_nothing_to_copy(tmp_path: Path):
    with pytest.raises(StoreError, match="nothing to back up"):
        backup(tmp_path / "watch.db", tmp_path / "copies", START)


def of_version(path: Path, count: int) -> Path:
    """A database as the version with the first `count` migrations left it, with a feed in it."""
    raw = sqlite_utils.Database(path)
    MIGRATIONS.apply(raw, stop_before=NAMES[count])
    raw.table("feeds").insert({"url": "https://old.example/rss", "state_json": "{}", "next_check": stamp(START)})
    raw.close()
    return path


@pytest.mark.criterion("R-63")
@pytest.mark.parametrize("count", range(1, len(NAMES)), ids=NAMES[:-1])
def test_a_database_of_every_older_version_is_copied_and_then_brought_up_to_date(tmp_path: Path, count: int):
    database = of_version(tmp_path / "watch.db", count)
    with pytest.raises(StoreError, match="brings it up to date"), Store.opened(database, readonly=True):
        pass
    with Store.opened(database) as store:
        assert [status.url for status in store.feeds.statuses()] == ["https://old.example/rss"]
        store.articles.save(judged(1), START)
    assert set(migrations(database)) == set(NAMES)
    (copy,) = copies(tmp_path / "armswatch-backups", "watch")
    assert copy.why.startswith(f"before-{NAMES[count][:4]}")
    assert migrations(copy.path) == NAMES[:count]
    with Store.opened(database):  # a second opening has nothing to do
        pass
    assert len(copies(tmp_path / "armswatch-backups", "watch")) == 1


@pytest.mark.criterion("R-63")
def test_an_old_copy_can_be_restored_and_is_brought_up_to_date(tmp_path: Path):
    database = of_version(tmp_path / "watch.db", 5)
    with Store.opened(database) as store:
        store.articles.save(judged(1), START)
    (copy,) = copies(tmp_path / "armswatch-backups", "watch")
    restore(copy.path, database, tmp_path / "armswatch-backups", START)
    with Store.opened(database) as store:
        assert store.articles.count() == {}
        assert len(store.feeds.statuses()) == 1


def test_a_fresh_database_needs_no_copy_before_its_first_tables(tmp_path: Path):
    filled(tmp_path / "watch.db", 1)
    assert not (tmp_path / "armswatch-backups").exists()
    assert before_migration(tmp_path / "nothing.db", "0001_x", START) is None


@pytest.mark.criterion("R-63")
def test_restore_brings_the_copy_back_and_keeps_what_stood_there(tmp_path: Path):
    database = filled(tmp_path / "watch.db", 1)
    made = backup(database, tmp_path / "copies", START)
    filled(database, 2, 3)
    saved = restore(made.path, database, tmp_path / "copies", START + timedelta(hours=1))
    assert articles(database) == 1
    assert saved is not None
    assert articles(saved.path) == 3
    filled(database, 9)
    assert articles(database) == 2


def test_restore_leaves_no_log_of_the_old_file_behind(tmp_path: Path):
    database = filled(tmp_path / "watch.db", 1)
    made = backup(database, tmp_path / "copies", START)
    with Store.opened(database) as busy:  # keeps its write-ahead log open
        busy.articles.save(judged(2), START)
        restore(made.path, database, tmp_path / "copies", START + timedelta(hours=1))
        assert articles(database) == 1


def test_a_damaged_or_foreign_copy_is_refused_before_anything_is_touched(tmp_path: Path):
    database = filled(tmp_path / "watch.db", 1)
    made = backup(database, tmp_path / "copies", START)
    damaged = tmp_path / "damaged.db"
    whole = made.path.read_bytes()
    damaged.write_bytes(whole[: len(whole) // 2])
    foreign = tmp_path / "foreign.db"
    with closing(sqlite3.connect(foreign)) as other:
        other.execute("CREATE TABLE t (x)")
    for wrong in (damaged, foreign, tmp_path / "absent.db"):
        with pytest.raises(StoreError):
            restore(wrong, database, tmp_path / "copies", START)
    assert articles(database) == 1


def test_a_copy_of_a_newer_version_is_refused(tmp_path: Path):
    database = filled(tmp_path / "watch.db", 1)
    made = backup(database, tmp_path / "copies", START)
    with closing(sqlite3.connect(made.path)) as newer:
        newer.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('armswatch', '9999_future', '')"
        )
        newer.commit()
    with pytest.raises(NewerDatabase, match="9999_future"):
        restore(made.path, database, tmp_path / "copies", START)


def test_a_broken_database_is_kept_as_it_is_when_a_copy_replaces_it(tmp_path: Path):
    database = filled(tmp_path / "watch.db", 1)
    made = backup(database, tmp_path / "copies", START)
    shutil.copyfile(made.path, tmp_path / "keep.db")
    database.write_bytes(b"broken" * 5000)
    saved = restore(tmp_path / "keep.db", database, tmp_path / "copies", START + timedelta(hours=1))
    assert saved is not None
    assert saved.path.read_bytes() == b"broken" * 5000
    assert articles(database) == 1


def test_prune_drops_old_texts_that_never_matched_and_nothing_else(tmp_path: Path):
    with Store.opened(tmp_path / "watch.db") as store:
        store.articles.save(judged(1, "match"), START)
        store.articles.save(judged(2, "borderline"), START)
        store.articles.save(judged(3, "none"), START)
        store.articles.save(judged(4, "none"), START)
        store.judgements.say("a-0004", "in", "reader", START)
        young = store.retention.prunable(START)
        old = store.retention.prunable(START + timedelta(days=1))
        assert (young.bodies, old.bodies) == (0, 1)
        assert store.retention.prune(START + timedelta(days=1)) == 1
        texts = {number: store.articles.get(f"a-000{number}") for number in (1, 2, 3, 4)}
        assert [bool(one and one.text) for one in texts.values()] == [True, True, False, True]
        assert texts[3] is not None
        assert texts[3].title
