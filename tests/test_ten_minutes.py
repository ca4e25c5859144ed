"""The ten minutes in which an analyst judges the watch, line by line: an invented newsroom, real rooms from bytes to digest."""

from __future__ import annotations

import gzip
import html
import json
import re
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.model import Digest, Request, Response
from bot.places import packaged
from bot.render import console
from bot.settings import load
from tests.cli.conftest import Run, run
from tests.fakes import FakeClock, InProcess

__all__ = ["run"]  # fixture

LIST = packaged("watchlists/russia-dprk-arms.toml")
FEEDS = {
    "wire": ("Harbour Wire", "en", "wire"),
    "daily": ("Morning Ledger", "en", "national-press"),
    "post": ("Evening Post of the Strait", "en", "national-press"),
    "seoul": ("한강신문", "ko", "national-press"),
    "north": ("Voice of the Northern Agency", "en", "state-media"),
}


@dataclass
class Newsroom:
    """The Fetch port over feeds and pages that a test publishes; `dead` feeds answer 503."""

    clock: FakeClock
    items: dict[str, list[str]] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)

    def publish(self, outlet: str, slug: str, title: str, *paragraphs: str, url: str = "") -> str:
        url = url or f"https://{outlet}.example/{self.clock():%Y/%m/%d}/{slug}"
        when = f"{self.clock() - timedelta(minutes=20):%a, %d %b %Y %H:%M:%S} +0000"
        self.items.setdefault(outlet, []).append(
            f"<item><title>{html.escape(title)}</title><link>{url}</link><guid>{url}</guid><pubDate>{when}</pubDate></item>"
        )
        body = "".join(f"<p>{html.escape(line)}</p>" for line in paragraphs)
        self.pages[url] = (
            f'<!doctype html><html><head><meta charset="utf-8"><title>{html.escape(title)}</title></head>'
            f"<body><article><h1>{html.escape(title)}</h1>{body}</article></body></html>"
        )
        return url

    def __call__(self, request: Request, /) -> Response:
        host = request.url.split("/")[2].removesuffix(".example")
        status, kind, body = 404, "text/html", ""
        if request.url.endswith("/feed") and host in self.dead:
            status = 503
        elif request.url.endswith("/feed"):
            status, kind = 200, "application/rss+xml; charset=utf-8"
            newest = "".join(reversed(self.items.get(host, [])))
            body = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{host}</title>{newest}</channel></rss>'
        elif request.url in self.pages:
            status, kind, body = 200, "text/html; charset=utf-8", self.pages[request.url]
        return Response(
            url=request.url, status=status, headers=(("content-type", kind),), body=body.encode(), fetched=self.clock()
        )


@dataclass
class Watch:
    """A watch over the newsroom on a clock of its own."""

    app: App
    room: Newsroom
    clock: FakeClock

    def round(self) -> None:
        """An hour passes, the watch looks."""
        self.clock.advance(minutes=61)
        self.app.round()

    def round_until(self, url: str) -> None:
        """Rounds until a page was read: a feed that was empty before is asked less often."""
        for _ in range(24):
            self.round()
            if self.app.store.articles.by_url(url) is not None:
                return
        raise AssertionError(f"{url} was not read within a day")

    def digest(self) -> Digest:
        """What it would tell now."""
        return self.app.digester.draft(self.app.channels.subscriptions[0], self.clock())

    def tell(self) -> Digest:
        """It tells, and remembers that it did."""
        self.app.digester.run(force=True)
        last = self.app.store.digests.last("desk")
        assert last is not None
        return last

    def stories(self) -> list[Any]:
        return self.app.store.stories.since(datetime(1990, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC))


@pytest.fixture
def watch(tmp_path: Path):
    clock = FakeClock(datetime(2026, 3, 2, 6, 0, tzinfo=UTC))
    room = Newsroom(clock)
    feeds = "".join(
        f'[[feeds]]\nurl = "https://{slug}.example/feed"\nname = "{name}"\nlang = "{lang}"\nkind = "{kind}"\n'
        for slug, (name, lang, kind) in FEEDS.items()
    )
    config = tmp_path / "config.toml"
    config.write_text(
        f"schema = 1\nwatchlists = [{json.dumps(str(LIST))}]\n[polling]\nrobots = false\n"
        f'[[subscriptions]]\nname = "desk"\nchannel = "file"\n{feeds}'
    )
    for slug in FEEDS:
        room.publish(
            slug, "choir", "Harbour choir sings for sailors", "A choir sang for sailors on the quay on Sunday evening."
        )
    with App(load(config, {}), clock=clock, fetch=room, parse=InProcess()) as app:
        yield Watch(app, room, clock)


def shipped(watch: Watch) -> str:
    return watch.room.publish(
        "wire", "containers", "South Korea says North has sent Russia 28,000 containers of munitions",
        "SEOUL, March 2 (Harbour Wire) - North Korea has shipped more than 28,000 containers of artillery shells and other munitions "
        "to Russia as of mid-February, South Korea's Defence Intelligence Agency said on Monday.",
        "The agency gave the estimate in a written report to a lawmaker of the defence committee. It said that the containers left "
        "the port of Rajin. It did not say how it had counted them.",
    )  # fmt: skip


def test_minutes_0_to_2_the_digest_says_who_on_what_basis_and_what_could_be_seen(watch: Watch):
    shipped(watch)
    watch.round()
    said = console.text(watch.digest(), limit=10)
    # What is known of old is remembered from the first day: a figure that it has heard is no news, but it is told.
    assert any(f"1  {badge}" in said for badge in ("NEW", "UPDATE"))
    assert "North Korea→Russia  ROK DIA estimates >28,000 containers" in " ".join(said.split()).replace(
        "Russia ROK", "Russia  ROK"
    )
    assert "Basis: official figure" in said
    assert "[full]" in said, "how much of the page was read"
    assert "1 origin (ROK DIA), carried by 1" in said
    assert "Coverage: en 4/4 ko 1/1" in said


def test_minutes_0_to_2_what_nobody_says_is_called_so(watch: Watch):
    watch.room.publish(
        "wire", "shells-by-rail", "Trains with North Korean shells reach Russian depot",
        "KHABAROVSK, March 2 (Harbour Wire) - Three trains with artillery shells from North Korea have reached a Russian depot near "
        "Khabarovsk since January.",
    )  # fmt: skip
    watch.round()
    said = " ".join(console.text(watch.digest(), limit=10).split())
    assert "no claimant named" in said
    assert "Basis:" not in said


def test_minutes_2_to_4_links_are_the_publishers_and_quotes_stand_in_the_stored_copy(watch: Watch):
    url = shipped(watch)
    watch.round()
    (line,) = watch.digest().stories
    assert line.url == url, "the publisher's address, no redirector's"
    assert line.direction == "dprk>russia"
    stored = watch.app.store.articles.by_url(url)
    assert stored is not None
    assert line.quote
    assert line.quote in f"{stored.title}\n{stored.text}"
    kept = [record.record for record, _ in watch.app.store.evidence.of(stored.id)]
    assert any(line.quote in html.unescape(opened(record).decode()) for record in kept), (
        "word for word in the response as it came"
    )


def test_minutes_4_to_5_a_higher_figure_of_the_same_claimant_is_an_update_and_no_sum(watch: Watch):
    shipped(watch)
    watch.round()
    watch.tell()
    watch.clock.advance(days=3)
    watch.room.publish(
        "daily", "more-containers", "North's container count for Russia now 33,000, Seoul's intelligence agency says",
        "SEOUL, March 5 - North Korea has sent Russia more than 33,000 containers of munitions as of March 1, South Korea's Defence "
        "Intelligence Agency said on Thursday, raising its earlier estimate of 28,000.",
        "The agency said that shells of 152 mm calibre made up most of the shipments to Russia.",
    )  # fmt: skip
    watch.round()
    (line,) = watch.digest().stories
    assert line.badge == "UPDATE"
    said = " ".join(console.text(watch.digest(), limit=10).split())
    assert "ROK DIA estimates >33,000 containers of ammunition, 1 Mar 2026" in said
    assert "Before: >28,000 containers, Feb 2026 (2 Mar 2026)" in said, (
        "the same claimant, with the day it is of and the day it was said"
    )
    assert not re.search(r"(?<!\d)[56]1?,000", said), "neither a difference nor a sum"


def test_minutes_5_to_6_one_wire_under_three_addresses_and_a_korean_rewrite_are_one_story_of_one_origin(watch: Watch):
    first = shipped(watch)
    text = watch.room.pages[first]
    for outlet in ("daily", "post"):
        url = watch.room.publish(
            outlet, "wire-copy", "South Korea says North has sent Russia 28,000 containers of munitions"
        )
        watch.room.pages[url] = text
    watch.room.publish(
        "seoul", "국방정보본부-컨테이너", "국방정보본부 “북한, 러시아에 포탄 등 컨테이너 2만8천개 보내”",
        "(서울=한강신문) 북한이 2월 중순까지 러시아에 포탄 등 군수물자를 실은 컨테이너 2만8천여 개를 보낸 것으로 국방정보본부가 2일 "
        "국회 국방위원회 소속 의원에게 보고했다.",
        "국방정보본부는 컨테이너가 나진항에서 출발했다고 밝혔다. 북한은 러시아에 152㎜ 포탄을 계속 지원하고 있다고 덧붙였다.",
    )  # fmt: skip
    watch.round()
    (line,) = watch.digest().stories
    assert len(line.origins) == 1, line.origins
    assert line.carriers >= 4


def test_minutes_6_to_7_a_denial_stands_under_the_claim_and_the_claim_stays(watch: Watch):
    shipped(watch)
    watch.round()
    watch.tell()
    url = watch.room.publish(
        "north", "denial", "North Korea denies sending munitions to Russia",
        "PYONGYANG, March 2 - North Korea on Monday denied that it had shipped containers of munitions to Russia. The foreign ministry "
        "called the report of South Korea's Defence Intelligence Agency on 28,000 containers of artillery shells a fabrication.",
        '"We have never exported weapons or munitions to Russia and have no plan to do so," a spokesperson of the ministry said.',
    )  # fmt: skip
    watch.round_until(url)
    digest = watch.digest()
    badges = {line.badge for line in digest.stories} | {note.badge for line in digest.stories for note in line.notes}
    assert "DENIAL" in badges
    claims = [claim for story in watch.stories() for claim in watch.app.store.stories.claims(story=story.id)]
    assert any(claim.quantity == 28_000 and claim.status != "denied" for claim in claims)
    assert "disputed" not in console.text(digest, limit=10).lower()


OUT_AND_ADJACENT = [
    ("none", "rocket", "Angara rocket lifts off from Plesetsk with military satellite",
     ("MOSCOW - An Angara rocket carrying a satellite of the Russian defence ministry lifted off from the Plesetsk cosmodrome on Monday. "
     "It was the fifth launch of the heavy version. North Korea's state agency congratulated the crew.")),
    ("none", "shell-company", "Shell company hid Russian owner of two football clubs, court hears",
     ("LIMASSOL - A shell company registered in Cyprus hid the Russian owner of two football clubs, a court heard on Monday. "
     "The company had also paid for a delegation's journey to North Korea for a friendly match.")),
    ("none", "test", "North Korea fires ballistic missile into the sea off its east coast",
     ("SEOUL - North Korea fired a short-range ballistic missile into the sea off its east coast on Monday, South Korea's military said. "
     "Japan lodged a protest. The United States called on Pyongyang to refrain from further launches.")),
    ("borderline", "lavrov", "Lavrov arrives in Pyongyang for two days of talks",
     ("PYONGYANG - Russian Foreign Minister Sergei Lavrov arrived in Pyongyang on Monday for two days of talks with his North Korean "
     "counterpart Choe Son Hui. Both sides said that they would speak of a strategic partnership and of tourism.")),
    ("borderline", "veto", "Russia vetoes renewal of UN panel that monitors North Korea sanctions",
     ("NEW YORK - Russia on Monday vetoed a resolution to renew the mandate of the panel of experts that monitors the sanctions of the "
     "United Nations against North Korea. Thirteen members of the Security Council voted in favour, China abstained.")),
]  # fmt: skip


@pytest.mark.parametrize(("rank", "slug", "title", "text"), OUT_AND_ADJACENT, ids=[one[1] for one in OUT_AND_ADJACENT])
def test_minutes_7_to_8_traps_are_out_or_adjacent_with_one_readable_reason(
    watch: Watch, rank: str, slug: str, title: str, text: str
):
    url = watch.room.publish("wire", slug, title, text)
    watch.round()
    stored = watch.app.store.articles.by_url(url)
    assert stored is not None
    (verdict,) = watch.app.store.articles.verdicts(stored.id)
    assert verdict.rank == rank, verdict.why
    assert verdict.missing
    assert watch.digest().stories == ()


def test_minutes_8_to_9_when_the_korean_feed_dies_the_digest_says_what_it_is_blind_to(watch: Watch):
    shipped(watch)
    watch.round()
    watch.tell()
    watch.room.dead.add("seoul")
    for _ in range(40):
        watch.round()
    said = console.text(watch.digest(), limit=10)
    first, _, hole, *_ = said.splitlines()
    assert "COVERAGE HOLE" in first
    assert "may be blindness, not quiet" in hole
    assert re.search(r"^⚠ ko 0/1: 한강신문 failing since 2 Mar \d\d:\d\d UTC$", said, re.MULTILINE)


def opened(record: bytes) -> bytes:
    """A kept record, unpacked."""
    return gzip.decompress(record) if record[:2] == b"\x1f\x8b" else record


def test_minutes_9_to_10_a_pack_verifies_without_the_network_and_a_footnote_can_be_pasted(
    watch: Watch, tmp_path: Path, run: Run
):
    shipped(watch)
    watch.round()
    (story,) = watch.stories()
    config, pack = tmp_path / "config.toml", tmp_path / "pack"
    assert run("story", story.id, "--pack", str(pack), config=config).code == 0
    (raw,) = pack.rglob("*response.warc.gz")
    assert b"HTTP/1.1 200" in opened(raw.read_bytes())
    assert b"28,000 containers" in opened(raw.read_bytes())
    assert run("verify", str(pack)).code == 0
    # Whoever has no armswatch checks it with what every system brings.
    done = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=pack, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"")
    cited = run("cite", story.id, config=config).out
    assert all(part in cited for part in ("Harbour Wire", "https://wire.example/", story.id, "2 March 2026"))
