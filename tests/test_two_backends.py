"""The whole road, from feeds to deliveries, ends in the same rows and the same words on a file and on a server."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import App
from bot.cli import main
from bot.engine.threads import Threads
from bot.places import Server
from bot.serve.demo import DemoWorld
from bot.settings import load
from bot.store.connection import connect
from bot.store.locks import daemon_lock, holder
from bot.store.moving import Shape, shapes
from tests.clusters import PASSWORD, Cluster
from tests.fakes import InProcess, R, T


@dataclass(frozen=True)
class Walked:
    """One watch that went all the way."""

    config: Path
    place: Path | Server
    digest: str
    story: str
    article: str
    delivered: int


class InOrder(Threads):
    """Articles are placed in the order of the feeds, so that two walks can be compared."""

    def __call__(self, function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
        return map(function, items)


def walk(world: DemoWorld, folder: Path, server: Server | None) -> Walked:
    folder.mkdir()
    config = folder / "config.toml"
    url = f'\n[store]\nurl = "{server.url}"\n' if server else ""
    config.write_text(world.config_text(folder) + url, encoding="utf-8")
    settings = load(config)
    with App(settings, clock=lambda: world.clock, parse=InProcess()) as app:
        app.__dict__["map"] = InOrder(1)
        for number in (1, 2):
            world.round = number
            app.round()
        app.digester.run(force=True)
        delivered = app.deliverer.flush()
        found = app.store.digests.last("desk")
        assert found is not None
        story = app.store.stories.get(found.stories[0].story)
        assert story is not None
        app.store.judgements.say(story.id, "in", "ana", world.clock)
        app.store.cases.new("case-1", "ana", world.clock)
        app.store.cases.add("case-1", story.id, "ana", world.clock)
        return Walked(config, settings.store, found.id, story.id, story.articles[0], delivered.sent)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, cluster: Cluster) -> Iterator[tuple[Walked, Walked]]:
    folder = tmp_path_factory.mktemp("roads")
    now = datetime.now(UTC).replace(microsecond=0)
    os.environ["ARMSWATCH_STORE_PASSWORD"] = PASSWORD
    try:
        with cluster.database(empty=True) as server, DemoWorld(now=now) as world:
            yield walk(world, folder / "file", None), walk(world, folder / "server", server)
    finally:
        del os.environ["ARMSWATCH_STORE_PASSWORD"]


def rows(walked: Walked, shape: Shape) -> list[str]:
    keys = ", ".join(shape.keys)
    with closing(connect(walked.place, readonly=True)) as c:
        found = c.rows(f"SELECT * FROM {shape.name} ORDER BY {keys}")
    return [json.dumps(row, default=repr, sort_keys=True).replace(str(walked.config.parent), "…") for row in found]


def test_every_table_holds_the_same(both: tuple[Walked, Walked]):
    filled = 0
    for shape in shapes():
        here, there = rows(both[0], shape), rows(both[1], shape)
        assert here == there, shape.name
        filled += bool(here)
    assert filled >= 20
    assert both[0].digest == both[1].digest
    assert both[0].delivered == both[1].delivered >= 3


LISTINGS = (
    "stories --json", "story STORY --json", "claims --json",
    "feeds list --json", "outbox list --json", "corrections --json", "review --json", "case list --json", "case show case-1 --json",
    "cite STORY", "explain ARTICLE --json", "entity", "entity rajin --json", "digest --preview", "export feed --format json",
    "export csv matches", "export csv claims", "export json stories", "report --since 7d --format markdown",
    "prune --dry-run --json", "backfill runs --json",
)  # fmt: skip


@pytest.mark.parametrize("words", LISTINGS)
def test_every_listing_says_the_same(words: str, both: tuple[Walked, Walked], capsys: pytest.CaptureFixture[str]):
    here, there = (ended(words, walked, capsys) for walked in both)
    assert here == there
    assert here[0] == 0, here
    assert len(here[1]) > 2, "says something"


@pytest.mark.parametrize(
    "query", ["포탄", "ammun*", "north korea", '"north korea" containers', "снаряд*", "北韓", "KN-23", "nothing such"]
)
def test_a_search_finds_the_same(query: str, both: tuple[Walked, Walked], capsys: pytest.CaptureFixture[str]):
    # The best come first on both, but what is best is weighed by BM25 on the one, by ts_rank on the other.
    here, there = (json.loads(ended("search --json", walked, capsys, query)[1]) for walked in both)
    assert sorted(here, key=str) == sorted(there, key=str)
    assert bool(here) == (query != "nothing such")


def test_status_and_doctor_know_a_server(both: tuple[Walked, Walked], capsys: pytest.CaptureFixture[str]):
    here, there = (json.loads(ended("status --json", walked, capsys)[1]) for walked in both)
    assert there["database"] == str(both[1].place)
    assert PASSWORD not in json.dumps(there)
    assert there["bytes"] > 100_000
    for changing in ("database", "bytes", "copy", "last_round_age_s", "silent_s"):
        here.pop(changing), there.pop(changing)
    assert here == there
    checks = json.loads(ended("doctor --offline --json", both[1], capsys)[1])["checks"]
    (database,) = [one for one in checks if one["what"] == "database"]
    assert database["state"] == "ok"
    assert "PostgreSQL" in database["found"]


@pytest.mark.parametrize(
    ("words", "instead"),
    [("backup", "pg_dump"), ("restore copy.db --yes", "pg_restore"), ("browse", "armswatch store copy")],
)
def test_what_works_on_a_file_only_says_what_to_use_instead(
    words: str, instead: str, both: tuple[Walked, Walked], capsys: pytest.CaptureFixture[str]
):
    code, said = ended(words, both[1], capsys)
    assert code == 2
    assert instead in said
    assert PASSWORD not in said


def test_one_daemon_on_all_machines(both: tuple[Walked, Walked], capsys: pytest.CaptureFixture[str]):
    walked = both[1]
    with daemon_lock(walked.place):
        assert holder(walked.place) == os.getpid()
        code, said = ended("poll", walked, capsys)
        assert code == 3
        assert f"pid {os.getpid()}" in said
    assert holder(walked.place) is None


def ended(words: str, walked: Walked, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    words = words.replace("STORY", walked.story).replace("ARTICLE", walked.article)
    capsys.readouterr()
    try:
        main(["--config", str(walked.config), *words.split(), *more])
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    out, err = capsys.readouterr()
    return code, (out + err).replace(str(walked.config.parent), "…")
