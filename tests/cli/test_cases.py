"""Case work, judgements, citations and evidence packs as an analyst types them."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.store import Store
from tests.cli.conftest import Run


@pytest.fixture
def ids(watch: Path) -> tuple[str, str, str]:
    """(story, claim, article) of one thing in the filled watch."""
    with Store.opened(watch.parent / "armswatch.db", readonly=True) as store:
        stories = store.stories.since(datetime(1990, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC))
        for story in stories:
            claims = store.stories.claims(story=story.id)
            if claims:
                found = store.stories.claim(claims[0].id)
                assert found is not None
                return story.id, claims[0].id, found[1]
    raise AssertionError("the demo has a story with a claim")


def test_a_case_collects_things_and_notes_with_author_and_time(watch: Path, ids: tuple[str, str, str], run: Run):
    story, claim, article = ids
    assert run("case", "new", "Voyages of the spring", "--by", "ana", config=watch).code == 0
    assert run("case", "add", "Voyages of the spring", story, claim, article, config=watch).code == 0
    assert "is in already" in run("case", "add", "Voyages of the spring", story, config=watch).out
    run("case", "note", "Voyages of the spring", "ask for imagery", "--on", claim, "--by", "ben", config=watch)
    shown = json.loads(run("case", "show", "Voyages of the spring", "--json", config=watch).out)
    assert [item["ref"] for item in shown["items"]] == sorted([story, claim, article])
    assert shown["notes"][0]["author"] == "ben"
    assert shown["notes"][0]["ref"] == claim
    listed = json.loads(run("case", "list", "--json", config=watch).out)
    assert listed[0]["id"] == shown["id"]
    assert shown["id"].startswith("k-")
    words = run("case", "show", shown["id"], config=watch).out
    assert "ben on" in words


def test_what_is_taken_out_of_a_case_can_come_back(watch: Path, ids: tuple[str, str, str], run: Run):
    run("case", "new", "c", config=watch)
    run("case", "add", "c", ids[0], config=watch)
    assert run("case", "remove", "c", ids[0], config=watch).code == 0
    assert run("case", "remove", "c", ids[0], config=watch).code == 1
    assert "added" in run("case", "add", "c", ids[0], config=watch).out


def test_mistakes_in_case_work_are_told_with_what_to_do(watch: Path, run: Run):
    for words, told in (
        (("case", "show", "nobody"), "case list"),
        (("case", "new", "  "), "needs a name"),
        (("cite", "a-000000000000"), "no such article"),
        (("judge", "s-000000000000", "in"), "no such story"),
        (("judge", "x", "perhaps"), "perhaps"),
    ):
        done = run(*words, config=watch)
        assert done.code in {1, 2}, words
        assert told in done.err, words
        assert "Traceback" not in done.err
    run("case", "new", "c", config=watch)
    assert run("case", "new", "C", config=watch).code == 2  # the same name but for its case
    assert "no such story" in run("case", "add", "c", "s-1", config=watch).err


def test_judgements_are_kept_undone_and_exported_as_examples(
    watch: Path, ids: tuple[str, str, str], run: Run, tmp_path: Path
):
    story, _, article = ids
    assert "in, said by ana" in run("judge", article, "in", "--by", "ana", "--note", "clear", config=watch).out
    assert "until" in run("judge", article, "mute", "7d", config=watch).out
    explained = run("explain", article, config=watch).out
    assert "muted until" in explained
    assert "judged in by ana" in explained
    assert "judged in by ana" in run("explain", story, config=watch).out  # of the article that founded the story
    wrong = run("judge", article, "mute", "soon", config=watch)
    assert wrong.code == 2
    assert "AGE" in wrong.err
    target = tmp_path / "judged.jsonl"
    run("review", "--export", str(target), config=watch)
    (line,) = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert (line["id"], line["label"]) == (article, "in")
    assert run("watchlist", "test", "--examples", str(target), config=watch).code == 0
    assert "1 labelled items" in run("watchlist", "test", "--from-judgements", config=watch).out
    run("judge", story, "--undo", config=watch)
    with Store.opened(watch.parent / "armswatch.db", readonly=True) as store:
        assert store.judgements.muted(datetime.now(UTC)) == {}
        assert [one.label for one in store.judgements.of(article)] == ["in"]
        assert [(one.label, one.undone) for one in store.judgements.history()] == [("in", False), ("mute", True)]
    assert run("judge", story, "--undo", config=watch).code == 2  # nothing stands any more
    listed = json.loads(run("judge", "--list", "--json", config=watch).out)
    assert [row["undone"] for row in listed] == [False, True]


def test_a_mute_ends(watch: Path, ids: tuple[str, str, str], run: Run):
    run("judge", ids[0], "mute", "2d", config=watch)
    with Store.opened(watch.parent / "armswatch.db", readonly=True) as store:
        (until,) = store.judgements.muted(datetime.now(UTC)).values()
        assert until is not None
        assert store.judgements.muted(until) == {}


def test_review_shows_near_misses_with_the_reason_and_leaves_out_what_was_judged(watch: Path, run: Run):
    first = json.loads(run("review", "--sample", "4", "--json", config=watch).out)
    assert first
    assert all(row["verdict"]["rank"] != "match" for row in first)
    assert all(row["verdict"]["missing"] for row in first)
    run("judge", first[0]["id"], "out", config=watch)
    second = json.loads(run("review", "--sample", "40", "--json", config=watch).out)
    assert first[0]["id"] not in {row["id"] for row in second}
    assert "missing:" in run("review", config=watch).out


def test_a_footnote_has_what_a_memo_needs(watch: Path, ids: tuple[str, str, str], run: Run):
    _, claim, article = ids
    with Store.opened(watch.parent / "armswatch.db", readonly=True) as store:
        stored = store.articles.get(article)
        found = store.stories.claim(claim)
    assert stored is not None
    assert found is not None
    line = run("cite", claim, config=watch).out
    assert stored.title in line
    assert stored.canonical_url in line
    assert found[0].quote in line
    assert "SHA-256" in line
    record = run("cite", article, "--format", "ris", config=watch).out
    assert record.startswith("TY  - NEWS\r\n")
    assert f"UR  - {stored.canonical_url}" in record
    assert "ER  - " in record
    fields = json.loads(run("cite", ids[0], "--format", "json", config=watch).out)
    assert fields[0]["id"] == ids[0]


def test_an_internal_pack_opens_without_the_network_and_holds(
    watch: Path, ids: tuple[str, str, str], run: Run, tmp_path: Path
):
    pack = tmp_path / "pack"
    assert run("story", ids[0], "--pack", str(pack), config=watch).code == 0
    assert run("verify", str(pack)).code == 0
    subprocess.run(["sha256sum", "--quiet", "--check", "SHA256SUMS"], cwd=pack, check=True)
    manifest = json.loads((pack / "manifest.json").read_text("utf-8"))
    claim = manifest["claims"][0]
    article = next(one for one in manifest["articles"] if one["id"] == claim["article"])
    text = (pack / "articles" / claim["article"] / "text.txt").read_text("utf-8")
    source = article["title"] if claim["where"] == "title" else text
    assert source[claim["start"] : claim["end"]] == claim["quote"]
    raw = next(record for record in article["records"] if record["what"] == "response")
    unpacked = subprocess.run(["gzip", "-dc", pack / raw["file"]], capture_output=True, check=True).stdout
    assert unpacked.startswith(b"WARC/1.1")
    assert b"HTTP/1.1 200" in unpacked


def test_whatever_is_changed_in_a_pack_is_found(watch: Path, ids: tuple[str, str, str], run: Run, tmp_path: Path):
    pack = tmp_path / "pack"
    run("story", ids[0], "--pack", str(pack), config=watch)
    text = next(pack.rglob("text.txt"))
    kept = text.read_bytes()
    text.write_bytes(kept + b"x")
    assert "was changed" in run("verify", str(pack)).out
    text.write_bytes(kept)
    (pack / "extra.txt").write_text("x")
    assert "was added" in run("verify", str(pack)).out
    (pack / "extra.txt").unlink()
    # Somebody who also mends the sums is caught by the quote and by the log.
    manifest = (pack / "manifest.json").read_text("utf-8")
    value = json.loads(manifest)
    value["claims"][0]["quote"] = "It never happened."
    value["articles"][0]["records"][0]["sha256"] = "0" * 64
    (pack / "manifest.json").write_text(json.dumps(value))
    sums = (pack / "SHA256SUMS").read_text("utf-8")
    old, new = (hashlib.sha256(body).hexdigest() for body in (manifest.encode(), (pack / "manifest.json").read_bytes()))
    (pack / "SHA256SUMS").write_text(sums.replace(old, new))
    done = run("verify", str(pack))
    assert done.code == 1
    assert "does not stand in the text" in done.out
    assert "stands in no log" in done.out


def test_the_seal_tells_a_pack_that_was_rewritten_with_all_its_sums(
    watch: Path, ids: tuple[str, str, str], run: Run, tmp_path: Path
):
    pack = tmp_path / "pack"
    made = run("story", ids[0], "--pack", str(pack), "--profile", "shareable", config=watch).out
    (seal,) = re.findall(r"\bseal ([0-9a-f]{64})", made)
    assert f"holds, seal {seal}" in run("verify", str(pack)).out
    manifest, sums = pack / "manifest.json", pack / "SHA256SUMS"
    before = hashlib.sha256(manifest.read_bytes()).hexdigest()
    manifest.write_text(manifest.read_text("utf-8").replace("White House", "Kremlin"), "utf-8")
    sums.write_text(sums.read_text("utf-8").replace(before, hashlib.sha256(manifest.read_bytes()).hexdigest()), "utf-8")
    assert seal not in run("verify", str(pack)).out


def test_a_text_that_was_exchanged_with_its_sum_is_not_the_one_that_was_judged(
    watch: Path, ids: tuple[str, str, str], run: Run, tmp_path: Path
):
    pack = tmp_path / "pack"
    run("story", ids[0], "--pack", str(pack), config=watch)
    text, sums = next(pack.rglob("text.txt")), pack / "SHA256SUMS"
    before = hashlib.sha256(text.read_bytes()).hexdigest()
    text.write_bytes(text.read_bytes() + b"One more sentence.")
    sums.write_text(sums.read_text("utf-8").replace(before, hashlib.sha256(text.read_bytes()).hexdigest()), "utf-8")
    done = run("verify", str(pack))
    assert (done.code, "is not the text that was judged" in done.out) == (1, True)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("manifest.json", "[]"),
        ("manifest.json", '{"articles": [{}]}'),
        ("manifest.json", "{"),
        ("hash-log.jsonl", "7\n"),
        ("SHA256SUMS", ""),
    ],
)
def test_a_pack_of_somebody_else_is_a_sentence_and_no_traceback(
    watch: Path, ids: tuple[str, str, str], run: Run, tmp_path: Path, name: str, text: str
):
    pack = tmp_path / "pack"
    run("story", ids[0], "--pack", str(pack), config=watch)
    (pack / name).write_text(text)
    done = run("verify", str(pack))
    assert (done.code, done.err) == (1, "")
    assert "problem" in done.out


def test_a_folder_that_cannot_be_made_is_named(watch: Path, ids: tuple[str, str, str], run: Run, tmp_path: Path):
    (tmp_path / "file").touch()
    done = run("story", ids[0], "--pack", str(tmp_path / "file" / "pack"), config=watch)
    assert (done.code, "Not a directory" in done.err, "Traceback" in done.err) == (1, True, False)


def test_a_shareable_pack_has_no_copy_no_name_and_no_feed(
    watch: Path, ids: tuple[str, str, str], run: Run, tmp_path: Path
):
    run("case", "new", "to share", "--by", "ana-secret-name", config=watch)
    run("case", "add", "to share", *ids, "--note", "a thought of ours", "--by", "ana-secret-name", config=watch)
    pack = tmp_path / "pack"
    assert run("case", "show", "to share", "--pack", str(pack), "--profile", "shareable", config=watch).code == 0
    assert run("verify", str(pack)).code == 0
    assert not list(pack.rglob("*.warc.gz"))
    assert not list(pack.rglob("text.txt"))
    everything = "".join(path.read_text("utf-8") for path in pack.rglob("*") if path.is_file())
    assert "ana-secret-name" not in everything
    assert "a thought of ours" not in everything
    manifest = json.loads((pack / "manifest.json").read_text("utf-8"))
    assert all("feed" not in article for article in manifest["articles"])
    assert all(len(claim["quote"]) <= 240 for claim in manifest["claims"])
    with Store.opened(watch.parent / "armswatch.db", readonly=True) as store:
        feeds = [status.url for status in store.feeds.statuses()]
    assert not [url for url in feeds if url in everything]


def test_a_pack_never_writes_into_a_folder_with_other_things(
    watch: Path, ids: tuple[str, str, str], run: Run, tmp_path: Path
):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    done = run("story", ids[0], "--pack", str(tmp_path / "mine"), config=watch)
    assert done.code == 2
    assert "not empty" in done.err


def test_corrections_are_entered_and_listed(watch: Path, ids: tuple[str, str, str], run: Run):
    assert run("corrections", ids[1], "the figure was of 2023", "--by", "ana", config=watch).code == 0
    listed = json.loads(run("corrections", "--json", config=watch).out)
    mine = next(row for row in listed if row["source"] == "entered")
    assert (mine["id"], mine["author"]) == (ids[1], "ana")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"nonsense\n", "line 1: no labelled example"),
        (b'{"id": "a", "label": "yes", "text": "x"}\n', "a label of in, borderline or out"),
        ('{"label": "in", "text": "Пример"}'.encode("cp1251"), "utf-8"),
    ],
)
def test_examples_that_cannot_be_read_are_bad_usage(run: Run, watch: Path, tmp_path: Path, written: bytes, said: str):
    path = tmp_path / "examples.jsonl"
    path.write_bytes(written)
    done = run("watchlist", "test", "--examples", str(path), config=watch)
    assert done.code == 2
    assert said in done.err
    assert str(path) in done.err


def test_no_examples_are_no_perfect_score(run: Run, watch: Path, tmp_path: Path):
    path = tmp_path / "none.jsonl"
    path.write_bytes(b"")
    done = run("watchlist", "test", "--examples", str(path), config=watch)
    assert done.code == 1
    assert "no labelled items" in done.err


def test_a_text_file_is_explained_in_its_charset_and_what_is_no_file_is_said(run: Run, watch: Path, tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_bytes("КНДР отправила России 8000 контейнеров боеприпасов.".encode("cp1251"))
    assert "MATCH" in run("explain", str(path), config=watch).out
    packed = tmp_path / "a.html.gz"
    packed.write_bytes(gzip.compress(b"<p>North Korea sent Russia shells.</p>" * 40)[:-20])
    for what, said in ((tmp_path / "nothing.txt", "no such file"), (tmp_path, "a folder"), (packed, "ended before")):
        done = run("explain", str(what), config=watch)
        assert (done.code, said in done.err) == (2, True)
