"""The filters that others measure with: one line in, one line out, in order, whatever the line holds."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
ENVIRON = {**os.environ, "ARMSWATCH_NETWORK": "loopback", "PYTHONPATH": str(ROOT)}

IN = {
    "id": "in",
    "title": "North Korea ships artillery shells to Russia",
    "text": "North Korea has delivered more than 1,000 containers of munitions to Russia, the White House said on Friday. The shells went by rail.",
    "date": "2023-10-13T18:00:00Z",
    "url": "https://wire.example/1",
}
OUT = {"id": 7, "title": "Ferry timetable changes", "text": "The harbour office has moved the evening ferry to eight."}


def armswatch(*words: str, stdin: bytes = b"", cwd: Path = ROOT, code: int = 0) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "bot", *words],
        input=stdin,
        cwd=cwd,
        env=ENVIRON,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stderr.decode()
    assert b"Traceback" not in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def lines(*rows: object) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def test_match_says_verdict_direction_kind_and_evidence_that_points_at_the_words():
    found = armswatch("match", "--jsonl", stdin=lines(IN, OUT))
    assert [row["id"] for row in found] == ["in", 7]
    match, none = found
    assert (match["verdict"], match["direction"], none["verdict"]) == ("match", "dprk>russia", "none")
    assert set(match) >= {
        "id",
        "verdict",
        "score",
        "watchlist",
        "direction",
        "kind",
        "stream",
        "evidence",
        "why",
        "also",
    }
    assert match["evidence"]
    for piece in match["evidence"]:
        whole = IN[piece["where"]]
        assert isinstance(whole, str)
        assert whole[piece["start"] : piece["end"]] == piece["term"]
        assert piece["quote"] in whole


def test_match_answers_every_line_in_order_and_ends_well():
    strange = [
        b"not json\n",
        b"[1]\n",
        b"\n",
        b"\xff\xfe\n",
        b'{"id": 1}\n',
        b'{"id": 2, "title": 5}\n',
        b'{"id": 3, "title": "a", "text": null}\n',
        lines(OUT),
    ]
    found = armswatch("match", "--jsonl", stdin=b"".join(strange))
    assert len(found) == len(strange)
    assert [("error" in row) for row in found] == [True, True, True, True, True, True, False, False]
    assert [row["id"] for row in found[4:]] == [1, 2, 3, 7]


@pytest.mark.parametrize(
    "text", ["x" * 1_000_000, "\u0301" * 200_000, "\ud83d\u202e" * 1000, "<!channel> " * 20_000, "북한" * 200_000]
)
def test_match_bounds_what_any_text_costs(text: str):
    (found,) = armswatch("match", "--jsonl", stdin=lines({"id": "x", "title": text[:500], "text": text}))
    assert found["verdict"] in {"match", "borderline", "none"}


@pytest.mark.parametrize(
    ("date", "ignored"),
    [
        ("2023-10-13", False),
        ("Fri, 13 Oct 2023 18:00:00 KST", False),
        (1697220000, False),
        ("1697220000000", False),
        ("soon", True),
    ],
)
def test_a_date_of_any_kind_is_read_or_ignored_with_a_word(date: object, ignored: bool):
    (found,) = armswatch("match", "--jsonl", stdin=lines({**OUT, "date": date}))
    assert any("date ignored" in why for why in found["why"]) == ignored


def test_match_takes_one_watchlist_and_names_those_it_has():
    (found,) = armswatch("match", "--jsonl", "--watchlist", "russia-dprk-arms", stdin=lines(IN))
    assert found["watchlist"] == "russia-dprk-arms"
    done = subprocess.run(
        [sys.executable, "-m", "bot", "match", "--jsonl", "--watchlist", "nobody"],
        input="",
        env=ENVIRON,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "russia-dprk-arms" in done.stderr


def test_the_filters_need_no_configuration(tmp_path: Path):
    (found,) = armswatch("match", "--jsonl", stdin=lines(IN), cwd=tmp_path)
    assert found["verdict"] == "match"


def test_stories_groups_copies_and_gives_everything_a_story():
    copy = {**IN, "id": "copy", "url": "https://other.example/2", "date": "2023-10-13T20:00:00Z"}
    found = armswatch("stories", "--jsonl", stdin=lines(IN, OUT, copy) + b"broken\n")
    assert [row["id"] for row in found] == ["in", 7, "copy", None]
    assert found[0]["story"] == found[2]["story"] != found[1]["story"]
    assert [row.get("copy_of") for row in found[:3]] == [None, None, "in"]
    assert "error" in found[3]


def test_claims_quotes_are_exact_substrings():
    (found, nothing) = armswatch("claims", "--jsonl", stdin=lines(IN, OUT))
    assert nothing == {"id": 7, "claims": []}
    assert found["claims"]
    for claim in found["claims"]:
        whole = IN[claim["where"]]
        assert isinstance(whole, str)
        assert whole[claim["start"] : claim["end"]] == claim["quote"]
        assert set(claim) >= {
            "claimant",
            "status",
            "direction",
            "materiel",
            "op",
            "quantity",
            "quantity_max",
            "unit",
            "kind",
            "route",
            "vessels",
            "period_start",
            "period_end",
            "basis",
            "hedge",
        }


def test_extract_gives_one_line_a_file_also_for_bad_ones(tmp_path: Path):
    html = (
        "<html lang='en'><head><title>Port news</title></head><body><article><h1>Port news</h1>"
        + "<p>The harbour office said that the pier will be repaired in spring, after years of delay.</p>" * 5
        + "</article></body></html>"
    )
    (tmp_path / "a.html").write_text(html)
    (tmp_path / "b.html.gz").write_bytes(gzip.compress(html.encode()))
    (tmp_path / "c.html").write_bytes(b"%PDF-1.7 not a page")
    (tmp_path / "d.html.gz").write_bytes(b"not gzip at all")
    names = [str(tmp_path / name) for name in ("a.html", "b.html.gz", "c.html", "d.html.gz", "missing.html")]
    found = armswatch("extract", "--jsonl", *names)
    assert [row["file"] for row in found] == names
    assert ["error" in row for row in found] == [False, False, True, True, True]
    assert set(found[0]) == {"file", "url", "title", "text", "date", "lang", "authors", "quality"}
    assert "harbour office" in found[1]["text"]


def test_feeds_parse_gives_a_line_an_entry_or_one_error(tmp_path: Path):
    (tmp_path / "a.xml").write_text(
        "<rss version='2.0'><channel><title>A</title><item><title>One</title><link>https://wire.example/1</link><guid>1</guid></item><item><title>Two</title><guid>2</guid></item></channel></rss>"
    )
    (tmp_path / "b.xml").write_text("<html><body>no feed</body></html>")
    (tmp_path / "c.xml").write_text("")
    found = armswatch(
        "feeds", "parse", "--jsonl", *(str(tmp_path / name) for name in ("a.xml", "b.xml", "c.xml", "none.xml"))
    )
    assert [row.get("title") for row in found[:2]] == ["One", "Two"]
    assert [("error" in row) for row in found] == [False, False, True, True, True]


@pytest.mark.shared
def test_every_real_feed_gives_entries_or_one_typed_error(shared: Path):
    folders = [shared / "feeds" / "netnewswire", shared / "feeds" / "feedparser_illformed"]
    files = [str(path) for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    found = armswatch("feeds", "parse", "--jsonl", *files)
    assert {row["file"] for row in found} == set(files)
    for row in found:
        assert "reason" in row if "error" in row else row["id"].startswith("e-")


@pytest.mark.shared
def test_the_five_seeds_match_with_the_right_direction(shared: Path):
    rows = [
        {"id": path.stem, "title": "", "text": path.read_text(encoding="utf-8")}
        for path in sorted((shared / "seeds").glob("*.txt"))
    ]
    found = armswatch("match", "--jsonl", stdin=lines(*rows))
    assert [row["verdict"] for row in found] == ["match"] * 5
    assert all(row["direction"] in {"dprk>russia", "both"} for row in found)


def test_an_unknown_command_suggests_the_near_one():
    done = subprocess.run(
        [sys.executable, "-m", "bot", "stroies"], env=ENVIRON, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "did you mean `stories`" in done.stderr
