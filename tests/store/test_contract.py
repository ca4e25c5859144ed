"""What the store promises, on every backend."""

from __future__ import annotations

import multiprocessing
import random
import string
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.text import clean
from bot.core.units import Unit, Window
from bot.core.urls import MAX_URL
from bot.errors import LockHeld, NewerDatabase, StoreError, StoreFull
from bot.model import Article, Change, Claim, Delivery, Evidence, Membership, Notice, Rank, RobotsFile, Story, Verdict
from bot.places import Server
from bot.store import Store
from bot.store.articles import Judgement
from bot.store.backfill import Backfills
from bot.store.evidence import Record
from bot.store.feeds import NewEntry, PollResult
from bot.store.locks import DaemonLock, holder
from tests.fakes import START, entry

FEED = "https://wire.example/feed"


def polled(*numbers: int, **changes: object) -> PollResult:
    fields: dict[str, object] = {
        "url": FEED,
        "state": "{}",
        "next_check": START + timedelta(hours=1),
        "status": "200",
        "entries": tuple(new(number) for number in numbers),
        **changes,
    }
    return PollResult(**fields)  # type: ignore[arg-type]


def new(number: int, *, alias: str = "", state: str = "new") -> NewEntry:
    item = entry(number)
    return NewEntry(entry=item, alias=alias, canonical_url=item.url, host="wire.example", policy="live", state=state)


def article(number: int = 1, **changes: object) -> Article:
    made = Article(
        id=f"a-{number:04d}",
        url=f"https://wire.example/{number}?utm_source=x",
        canonical_url=f"https://wire.example/{number}",
        title=f"Headline {number}",
        text=f"The body of article {number}.",
        quality="full",
        feed=FEED,
        entry=f"e-{number:04d}",
        outlet="Wire",
        host="wire.example",
        lang="en",
        published=START,
        first_seen=START,
        text_sha=f"sha{number}",
        authors=("A. Writer",),
        notes=("a note",),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def verdict(rank: Rank = "match") -> Verdict:
    piece = Evidence(concept="materiel", term="shells", quote="Shells moved.", where="text", start=0, end=6)
    return Verdict(
        watchlist="w",
        watchlist_hash="h",
        rank=rank,
        score=0.9,
        direction="dprk>russia",
        kind="shipment-claim",
        evidence=(piece,),
        why=("because",),
    )


def judged(number: int = 1, rank: Rank = "match", **changes: object) -> Judgement:
    one = article(number)
    story = Story(id=f"s-{number}", watchlist="w", title=one.title, founded=START, latest=START)
    fields: dict[str, object] = {
        "article": one,
        "verdicts": (verdict(rank),),
        "entry": one.entry,
        "story": story,
        "membership": Membership(story=story.id, article=one.id, role="founder", why=("first",)),
        "signature": "[]",
        "keys": ("k1", f"k{number}"),
        "fingerprint": "[]",
        "fingerprint_version": "v1",
        "bands": ("b1",),
        "changes": (Change(id=f"x-{number}", story=story.id, watchlist="w", kind="NEW", article=one.id, at=START),),
        "claims": (
            Claim(
                id=f"c-{number}",
                claimant="White House",
                claimant_type="government",
                status="asserted",
                direction="dprk>russia",
                quantity=1000,
                unit="containers",
                quote="q",
            ),
        ),
        **changes,
    }
    return Judgement(**fields)  # type: ignore[arg-type]


@pytest.mark.criterion("R-4")
def test_a_poll_commits_entries_and_validators_together(store: Store):
    store.feeds.ensure([(FEED, "first", START)])
    assert store.feeds.poll_done(polled(1, 2, state="second"), START) == ["e-0001", "e-0002"]
    assert [work.entry.id for work in store.entries.workable(START)] == ["e-0001", "e-0002"]
    assert store.feeds.left(store.feeds.due(START + timedelta(hours=2), [FEED]))[0].state == "second"


def test_an_entry_is_new_only_once(store: Store):
    store.feeds.ensure([(FEED, "", START)])
    store.feeds.poll_done(polled(1), START)
    assert store.feeds.poll_done(polled(1, 2), START) == ["e-0002"]


@pytest.mark.criterion("R-21")
def test_a_feed_that_changes_all_guids_brings_nothing_new(store: Store):
    store.feeds.ensure([(FEED, "", START)])
    store.feeds.poll_done(polled(entries=(new(1, alias="same page and title"),)), START)
    assert store.feeds.poll_done(polled(entries=(new(2, alias="same page and title"),)), START) == []


def test_a_feed_is_due_only_when_its_time_has_come_and_it_is_configured(store: Store):
    store.feeds.ensure([(FEED, "", START)])
    assert store.feeds.due(START - timedelta(seconds=1), [FEED]) == []
    assert store.feeds.due(START, [FEED]) == [FEED]
    assert store.feeds.due(START, []) == []


@pytest.mark.criterion("R-67")
def test_a_next_check_that_a_clock_far_ahead_left_behind_is_due(store: Store):
    store.feeds.ensure([(FEED, "", START)])
    store.feeds.poll_done(polled(next_check=START + timedelta(days=30)), START)
    assert store.feeds.due(START + timedelta(days=1), [FEED]) == []
    assert store.feeds.due(START - timedelta(days=365), [FEED]) == [FEED]


def test_feeds_without_a_row_are_told_from_those_with_one(store: Store):
    store.feeds.ensure([(FEED, "", START)])
    assert store.feeds.missing([FEED, "https://other.example/feed"]) == ["https://other.example/feed"]


def test_an_article_arrives_with_all_that_follows_from_it(store: Store):
    store.feeds.ensure([(FEED, "", START)])
    store.feeds.poll_done(polled(1), START)
    store.articles.save(
        judged(promises=(Delivery(kind="alert", subject="s-1", channel="slack", target="C1", part=1, payload="{}"),)),
        START,
    )
    assert store.articles.get("a-0001") == article()
    assert store.articles.verdicts("a-0001") == (verdict(),)
    assert store.entries.workable(START) == []
    found = store.stories.get("s-1")
    assert found is not None
    assert found.articles == ("a-0001",)
    assert [claim.quantity for claim in store.stories.claims(story="s-1")] == [1000]
    assert [change.kind for change in store.stories.changes("s-1")] == ["NEW"]
    assert [due.key for due in store.outbox.due(START)] == ["alert:s-1:C1:1"]


def test_nothing_of_an_article_is_stored_if_any_part_fails(store: Store):
    broken = judged(claims=(Claim(id="c-1", claimant=None, claimant_type="", status="asserted", direction=None),))  # type: ignore[arg-type]
    with pytest.raises(Exception, match=r"(?i)not.null"):
        store.articles.save(broken, START)
    assert store.articles.get("a-0001") is None
    assert store.stories.get("s-1") is None


def test_an_article_is_found_by_each_url_that_led_to_it(store: Store):
    store.articles.save(judged(urls=("https://short.example/x",)), START)
    for url in ("https://wire.example/1", "https://short.example/x"):
        found = store.articles.by_url(url)
        assert found is not None
        assert found.id == "a-0001"
    assert store.articles.by_url("") is None


def test_a_duplicate_leaves_a_sighting_and_ends_the_entry(store: Store):
    store.feeds.ensure([(FEED, "", START)])
    store.feeds.poll_done(polled(1, 2), START)
    store.articles.save(judged(1), START)
    store.articles.duplicate(
        "a-0001",
        entry="e-0002",
        feed=FEED,
        url="https://other.example/2",
        outlet="Other",
        canonical_url="https://other.example/2",
        how="text",
        now=START,
    )
    assert store.entries.workable(START) == []
    assert [one.outlet for one in store.stories.sightings("s-1")] == ["Other", "Wire"]


def test_a_revision_keeps_what_was_there_before(store: Store):
    store.articles.save(judged(), START)
    store.articles.save(judged(article=article(title="Changed", revision=2)), START + timedelta(hours=1))
    found = store.articles.get("a-0001")
    assert found is not None
    assert (found.title, found.revision, found.first_seen) == ("Changed", 2, START)
    assert store.connection.value("SELECT title FROM revisions WHERE article = 'a-0001'") == "Headline 1"


@pytest.mark.criterion("decision 22")
def test_the_hash_log_shows_when_evidence_was_touched(store: Store):
    record = Record(what="response", record=b"bytes as received", url="https://wire.example/1", fetched=START)
    store.articles.save(judged(records=(record,)), START)
    assert store.evidence.chain_holds()
    with store.connection.write() as c:
        c.run("UPDATE evidence SET record = :other", {"other": b"bytes as wished"})
    assert not store.evidence.chain_holds()


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("북한", ["a-0001"]),
        ("포탄", ["a-0001"]),
        ("снаряд*", ["a-0002"]),
        ('"artillery shells"', ["a-0003"]),
        ("shells artillery", ["a-0003"]),
        ('"shells artillery"', []),
        ("砲弾", ["a-0004"]),
        ('" OR 1', []),
        ("NEAR(", []),
    ],
)
def test_search_finds_words_of_any_script(store: Store, query: str, hits: list[str]):
    texts = {1: "북한이 포탄을 보냈다", 2: "поставки снарядов", 3: "artillery shells for sale", 4: "砲弾を供与した"}
    for number, text in texts.items():
        store.articles.save(judged(number, article=article(number, text=text)), START)
    assert [hit.article for hit in store.articles.search(query)] == hits


def test_only_titles_of_what_did_not_match_are_searchable(store: Store):
    store.articles.save(judged(1, rank="none", article=article(1, title="Weather", text="sunny spells")), START)
    assert store.articles.search("sunny") == []
    assert [hit.article for hit in store.articles.search("weather")] == ["a-0001"]


@pytest.mark.criterion("decision 20")
def test_a_part_is_due_only_after_the_receipt_of_the_part_before(store: Store):
    one = Delivery(kind="digest", subject="d-1", channel="slack", target="C1", part=1, payload="{}")
    two = replace(one, part=2)
    assert store.outbox.promise(one, START)
    assert store.outbox.promise(two, START)
    assert not store.outbox.promise(one, START)
    assert [due.part for due in store.outbox.due(START)] == [1]
    sending = replace(one, state="sending", attempts=1, next_try=START + timedelta(seconds=20))
    assert store.outbox.move(one, sending, START)
    assert not store.outbox.move(one, sending, START)
    assert store.outbox.due(START) == []
    assert [due.state for due in store.outbox.due(START + timedelta(seconds=20))] == ["sending"]
    store.outbox.move(sending, replace(sending, state="sent", receipt="17.1", next_try=None), START)
    assert [(due.part, due.parent) for due in store.outbox.due(START)] == [(2, "17.1")]


def test_a_parked_promise_waits_for_a_person(store: Store):
    one = Delivery(kind="digest", subject="d-1", channel="slack", target="C1", part=1, payload="{}")
    store.outbox.promise(one, START)
    store.outbox.move(one, replace(one, state="parked", error="channel_not_found"), START)
    assert store.outbox.due(START) == []
    found = store.outbox.get(one.key)
    assert found is not None
    assert (found.state, found.error) == ("parked", "channel_not_found")
    assert store.outbox.count() == {"parked": 1}


def test_a_thread_whose_head_is_parked_is_not_due_and_nobody_waits_for_it(store: Store):
    one = Delivery(kind="digest", subject="d-1", channel="slack", target="C1", part=1, payload="{}")
    store.outbox.promise(one, START)
    store.outbox.promise(replace(one, part=2), START)
    assert store.outbox.next_due() == START
    store.outbox.move(one, replace(one, state="parked", error="is_archived"), START)
    assert store.outbox.next_due() is None
    assert store.outbox.due(START + timedelta(days=1)) == []


def test_an_alert_does_not_wait_behind_the_mails_of_a_digest(store: Store):
    mail = Delivery(kind="digest", subject="d-1", channel="email", target="a@b.example", part=1, payload="{}")
    ring = Delivery(kind="alert", subject="s-1", channel="slack", target="C1", part=1, payload="{}")
    store.outbox.promise(mail, START)
    store.outbox.promise(ring, START + timedelta(minutes=1))
    assert [due.kind for due in store.outbox.due(START + timedelta(minutes=2))] == ["alert", "digest"]


def test_a_notice_is_said_once_until_it_recovered(store: Store):
    notice = Notice(id="silent:x", kind="silent", subject="x", text="x is silent", at=START)
    assert store.runs.notice(notice)
    assert not store.runs.notice(notice)
    assert store.runs.recover("silent:x", START)
    assert store.runs.open_notices() == []
    assert store.runs.notice(notice)


def test_a_page_budget_is_spent_per_host_and_day(store: Store):
    assert [store.entries.spend("wire.example", "2026-03-02", 2) for _ in range(3)] == [True, True, False]
    assert store.entries.spend("wire.example", "2026-03-03", 2)


@given(st.text(max_size=300))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@pytest.mark.criterion("R-37")
def test_any_text_that_passed_the_door_can_be_stored_and_searched(store: Store, text: str):
    tidy = clean(text)
    store.articles.save(judged(1, article=article(1, title=tidy, text=tidy)), START)
    found = store.articles.get("a-0001")
    assert found is not None
    assert found.text == tidy
    store.articles.search(text)


def test_the_longest_urls_have_their_place(store: Store):
    # Of characters in no order: what is packed densely is the hardest for an index.
    dice = random.Random(7)
    longest = "https://wire.example/" + "".join(dice.choices(string.ascii_letters + string.digits, k=MAX_URL - 21))
    store.feeds.ensure([(FEED, "", START)])
    item = replace(new(1), canonical_url=longest, alias=longest, entry=replace(entry(1), url=longest))
    assert store.feeds.poll_done(polled(entries=(item,)), START) == ["e-0001"]
    store.articles.save(judged(1, article=article(1, url=longest, canonical_url=longest)), START)
    found = store.articles.by_url(longest)
    assert found is not None
    units = Backfills(store)
    units.begin("r", "archives", Window(since=None, until=START), {}, START)
    assert units.add("r", [Unit(source="sitemaps", key=longest)] * 2) == 1


def test_a_character_that_one_database_cannot_hold_stops_nothing(store: Store):
    store.feeds.ensure([(FEED, "", START)])
    store.feeds.poll_done(polled(1, status="failed", error="bytes \0 of somebody else"), START)
    (status,) = store.feeds.statuses()
    assert status.error in {"bytes \0 of somebody else", "bytes \ufffd of somebody else"}


def test_a_text_of_more_words_than_an_index_has_places_is_found_to_its_end(store: Store):
    text = " ".join(f"word{number}" for number in range(40_000)) + " artillery shells at last " + "포탄" * 20_000
    store.articles.save(judged(1, article=article(1, text=text)), START)
    for query in ('"word39998 word39999"', '"artillery shells"', "word3999*", '"포탄포탄"', "shells 포탄"):
        assert [hit.article for hit in store.articles.search(query)] == ["a-0001"], query
    assert store.articles.search('"shells artillery"') == []


@pytest.mark.criterion("R-60")
@pytest.mark.criterion("R-61")
def test_every_connection_to_a_file_keeps_the_promised_pragmas(tmp_path: Path):
    with Store.opened(tmp_path / "watch.db") as store:
        assert store.connection.value("PRAGMA journal_mode") == "wal"
        assert store.connection.value("PRAGMA synchronous") == 2
        assert store.connection.value("PRAGMA mmap_size") == 0  # it made the bug of old WALs worse
        assert store.connection.value("PRAGMA foreign_keys") == 1


def test_a_write_outside_of_a_transaction_is_refused(store: Store):
    with pytest.raises(StoreError, match="outside of a transaction"):
        store.connection.run("DELETE FROM feeds")


def test_a_database_of_a_newer_version_is_refused_and_untouched(place: Path | Server):
    table = "_sqlite_migrations" if isinstance(place, Path) else "_migrations"
    with Store.opened(place) as opened, opened.connection.write() as c:
        c.run(f"INSERT INTO {table} (migration_set, name, applied_at) VALUES ('armswatch', '9999_future', 'x')")
    before = place.read_bytes() if isinstance(place, Path) else b""
    for readonly in (False, True):
        with pytest.raises(NewerDatabase, match="9999_future"):
            Store(place, readonly=readonly)
    if isinstance(place, Path):
        assert place.read_bytes() == before


def test_a_file_that_is_no_database_is_named(tmp_path: Path):
    path = tmp_path / "watch.db"
    path.write_bytes(b"this is no database, however long it goes on and on" * 50)
    with pytest.raises(StoreError, match=r"watch\.db"):
        Store(path)


@pytest.mark.criterion("R-64")
def test_a_full_disk_is_told_and_damages_nothing(tmp_path: Path):
    with Store.opened(tmp_path / "watch.db") as store:
        store.articles.save(judged(1), START)
        pages = store.connection.value("PRAGMA page_count")
        store.connection.rows(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreFull, match="free some space"):
            for number in range(2, 200):
                store.articles.save(judged(number, article=article(number, text="x" * 5000)), START)
        store.connection.rows("PRAGMA max_page_count = 1000000")
        assert store.connection.value("PRAGMA quick_check") == "ok"
        assert store.articles.get("a-0001") == article()
        store.articles.save(judged(500), START)


def test_a_reader_beside_a_writer_sees_committed_rows_only(store: Store):
    store.articles.save(judged(1), START)
    with Store.opened(store.place, readonly=True) as reader:
        assert reader.articles.count() == {"match": 1}
        with store.connection.write() as c:
            c.run("DELETE FROM articles")
            assert reader.articles.count() == {"match": 1}
        assert reader.articles.count() == {}


def test_a_second_daemon_is_told_the_pid_of_the_first(tmp_path: Path):
    path = tmp_path / "watch.db"
    with DaemonLock(path):
        with pytest.raises(LockHeld) as caught:
            DaemonLock(path).acquire()
        assert caught.value.pid == holder(path) != 0
    assert holder(path) is None
    DaemonLock(path).acquire()


def _count_up(place: Path | Server, rounds: int) -> None:
    with Store.opened(place) as store:
        for _ in range(rounds):
            with store.connection.write() as c:
                found = c.value("SELECT pages FROM budgets WHERE host = 'h'") or 0
                c.run(
                    "INSERT INTO budgets (host, day, pages) VALUES ('h', 'd', :n) ON CONFLICT (host, day) DO UPDATE SET pages = :n",
                    {"n": found + 1},
                )


@pytest.mark.criterion("R-60")
@pytest.mark.criterion("R-61")
def test_two_processes_that_read_then_write_never_lose_a_turn(place: Path | Server):
    Store(place).close()
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_count_up, args=(place, 300)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    with Store.opened(place) as store:
        assert store.connection.value("SELECT pages FROM budgets") == 600


@pytest.mark.criterion("R-8")
def test_a_hosts_wish_for_rest_outlives_the_connection_and_the_longest_counts(store: Store):
    for hours in (2, 5, 1):
        store.hosts.rest("wire.example", START + timedelta(hours=hours))
    assert store.hosts.resting(START) == {"wire.example": START + timedelta(hours=5)}
    assert store.hosts.resting(START + timedelta(hours=5)) == {}


@pytest.mark.criterion("R-17")
def test_a_robots_txt_outlives_the_connection_for_as_long_as_it_counts(store: Store):
    first = RobotsFile(origin="https://a.example", rule="closed", until=START + timedelta(hours=1))
    text = "User-agent: *\nDisallow: /п\n"
    then = RobotsFile(origin="https://a.example", rule="rules", text=text, until=START + timedelta(hours=24))
    other = RobotsFile(origin="http://a.example", rule="open", until=START + timedelta(hours=2))
    for file in (first, then, other):
        store.hosts.keep_robots(file, START)
    assert store.hosts.robots("https://a.example", START) == then
    assert store.hosts.robots("http://a.example", START) == other
    assert store.hosts.robots("http://a.example", START + timedelta(hours=2)) is None
    store.hosts.keep_robots(first, START + timedelta(hours=3))  # what counts no longer is forgotten
    assert store.connection.value("SELECT COUNT(*) FROM robots") == 1
