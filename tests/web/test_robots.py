"""robots.txt before every page: the rules of RFC 9309, case by case."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import Refused, StoreFull
from bot.model import Request, Response, RobotsFile
from bot.web.client import Client, ClientOptions
from bot.web.robots import Robots, parse, token
from tests.servers import Reply, Server, html, redirect

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AGENT = "armswatch/1 (+https://example.org/bot)"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def robots(body: str | bytes) -> Reply:
    return Reply(200, (("Content-Type", "text/plain"),), body.encode() if isinstance(body, str) else body)


def fetcher(server: Server, clock: Clock | None = None) -> Client:
    return Client(ClientOptions(user_agent=AGENT, allow=server.allow, loopback_only=True), clock or Clock())


RULES = [
    ("User-agent: *\nDisallow: /", False),
    ("User-agent: *\nDisallow:", True),
    ("User-agent: other\nDisallow: /", True),
    ("User-agent: *\nDisallow: /\n\nUser-agent: armswatch\nDisallow: /private", True),
    ("User-agent: ArmsWatch\nDisallow: /a/", False),
    ("User-agent: armswatch\nAllow: /b\n\nUser-agent: armswatch\nDisallow: /a", False),  # groups are merged
    ("User-agent: *\nDisallow: /a\nAllow: /a/1", True),  # the longest match wins
    ("User-agent: *\nDisallow: /a/1\nAllow: /a/1", True),  # a tie goes to allow
    ("User-agent: *\nDisallow: /*/1$", False),
    ("User-agent: *\nDisallow: /*.pdf$", True),
    ("\ufeffUser-agent: *\nDisallow: /", False),  # a byte order mark hides nothing
    ("<!DOCTYPE html><html><body>Not found</body></html>", True),
    ("User-agent: *\r\nDisallow: /a\r\n", False),
    ("User-agent: *\nDisallow: " + "/x" * 50_000 + "\nDisallow: /a", False),
    ("", True),
]


@pytest.mark.criterion("R-17")
@pytest.mark.parametrize(("body", "allowed"), RULES)
def test_the_rules_are_followed(body, allowed):
    with Server({"/robots.txt": robots(body), "/a/1": html("<p>x")}) as server:
        fetch = fetcher(server)
        if allowed:
            assert fetch(Request(url=server.url("/a/1"))).status == 200
        else:
            with pytest.raises(Refused, match="robots"):
                fetch(Request(url=server.url("/a/1")))
            assert server.seen("/a/1") == []


@pytest.mark.criterion("R-17")
@pytest.mark.parametrize(
    ("reply", "allowed"),
    [
        (Reply(404), True),
        (Reply(403), True),
        (Reply(401), True),
        (Reply(410), True),
        (Reply(500), False),
        (Reply(503), False),
        (Reply(429), False),
        (Reply(drop="accept"), False),
        (redirect("/robots.txt"), False),
        (redirect("/other-robots.txt"), True),
    ],
)
def test_what_cannot_be_read_means_yes_for_4xx_and_no_for_all_else(reply, allowed):
    with Server(
        {"/robots.txt": reply, "/other-robots.txt": robots("User-agent: *\nDisallow:"), "/a": html("<p>x")}
    ) as server:
        fetch = fetcher(server)
        if allowed:
            assert fetch(Request(url=server.url("/a"))).status == 200
        else:
            with pytest.raises(Refused, match="robots"):
                fetch(Request(url=server.url("/a")))


@pytest.mark.criterion("R-17")
def test_robots_txt_is_asked_for_once_a_day_under_our_name():
    clock = Clock()
    with Server({"/robots.txt": robots("User-agent: *\nDisallow: /no"), "/a": html("<p>x")}) as server:
        fetch = fetcher(server, clock)
        for _ in range(5):
            fetch(Request(url=server.url("/a")))
        assert len(server.seen("/robots.txt")) == 1
        assert server.seen("/robots.txt")[0].header("User-Agent") == AGENT
        clock.now += timedelta(hours=25)
        fetch(Request(url=server.url("/a")))
        assert len(server.seen("/robots.txt")) == 2


@pytest.mark.criterion("R-17")
def test_a_no_by_silence_is_asked_again_after_an_hour():
    clock = Clock()
    with Server({"/robots.txt": Reply(500), "/a": html("<p>x")}) as server:
        fetch = fetcher(server, clock)
        for _ in range(3):
            with pytest.raises(Refused):
                fetch(Request(url=server.url("/a")))
        server.routes["/robots.txt"] = Reply(404)
        clock.now += timedelta(minutes=61)
        assert fetch(Request(url=server.url("/a"))).status == 200
        assert len(server.seen("/robots.txt")) == 2


def test_a_page_behind_a_redirect_is_asked_for_too():
    with Server(
        {"/robots.txt": robots("User-agent: *\nDisallow: /no"), "/go": redirect("/no/1"), "/no/1": html("<p>x")}
    ) as server:
        with pytest.raises(Refused, match="robots"):
            fetcher(server)(Request(url=server.url("/go")))
        assert server.seen("/no/1") == []


@pytest.mark.parametrize("purpose", ["feed", "archive"])
def test_feeds_are_meant_for_readers_and_need_no_leave(purpose):
    with Server({"/robots.txt": robots("User-agent: *\nDisallow: /"), "/feed": Reply(200)}) as server:
        fetcher(server)(Request(url=server.url("/feed"), purpose=purpose))
        assert server.seen("/robots.txt") == []


@pytest.mark.criterion("R-17")
def test_the_first_500_kib_of_an_endless_robots_txt_count_and_cost_little():
    body = b"User-agent: *\nDisallow: /first\n" + b"Disallow: /filler\n" * 250_000 + b"Disallow: /last\n"
    with Server({"/robots.txt": robots(body), "/first": html("x"), "/last": html("<p>x")}) as server:
        fetch = fetcher(server)
        with pytest.raises(Refused, match="forbids"):
            fetch(Request(url=server.url("/first")))
        assert fetch(Request(url=server.url("/last"))).status == 200
    began = time.process_time()
    parse(body)
    assert time.process_time() - began < 1.5


def test_wildcards_cannot_be_made_to_hang():
    rules = parse(b"User-agent: *\nDisallow: /" + b"*a" * 1000 + b"b")
    began = time.process_time()
    rules.can_fetch("http://example.org/" + "a" * 2000, "armswatch")
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("agent", "name"),
    [("armswatch/1 (+x)", "armswatch"), ("Other-Bot", "Other-Bot"), ("", "armswatch"), ("123", "armswatch")],
)
def test_the_product_token_is_what_robots_txt_names(agent, name):
    assert token(agent) == name


# ── across restarts ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Memory:
    """What a store would keep."""

    kept: dict[str, RobotsFile] = field(default_factory=dict)
    full: bool = False

    def robots(self, origin: str, now: datetime) -> RobotsFile | None:
        if self.full:
            raise StoreFull("the disk is full")
        return self.kept.get(origin)

    def keep_robots(self, file: RobotsFile, now: datetime) -> None:
        if self.full:
            raise StoreFull("the disk is full")
        self.kept[file.origin] = file


@pytest.mark.criterion("R-17")
@pytest.mark.parametrize(
    ("answer", "allowed", "hours"),
    [
        (robots("User-agent: *\nDisallow: /a\nCrawl-delay: 7"), False, 24),
        (robots("User-agent: *\nDisallow: /b"), True, 24),
        (Reply(404), True, 24),
        (Reply(503), False, 1),
    ],
)
def test_a_restart_does_not_ask_for_robots_txt_again_while_it_counts(answer, allowed, hours):
    clock, memory = Clock(), Memory()
    with Server({"/robots.txt": answer, "/a/1": html("<p>x")}) as server:
        options = ClientOptions(user_agent=AGENT, allow=server.allow, loopback_only=True)

        def restarted() -> bool:
            try:
                Client(options, clock, robots=memory)(Request(url=server.url("/a/1")))
            except Refused:
                return False
            return True

        assert [restarted() for _ in range(3)] == [allowed] * 3
        assert len(server.seen("/robots.txt")) == 1
        clock.now += timedelta(hours=hours)
        assert restarted() == allowed
        assert len(server.seen("/robots.txt")) == 2


@pytest.mark.criterion("R-12")
def test_a_crawl_delay_that_was_remembered_is_kept():
    slowed: list[tuple[str, timedelta]] = []
    memory = Memory()
    text = "User-agent: *\nCrawl-delay: 7"
    memory.keep_robots(
        RobotsFile(origin="https://a.example", rule="rules", text=text, until=NOW + timedelta(hours=3)), NOW
    )

    def fetch(_: Request) -> Response:
        raise AssertionError("nothing is to be asked")

    Robots(fetch, Clock(), lambda host, delay: slowed.append((host, delay)), memory).check("https://a.example/1", AGENT)
    assert slowed == [("a.example", timedelta(seconds=7))]


def test_a_full_disk_costs_no_page():
    with Server({"/robots.txt": robots("User-agent: *\nDisallow: /b"), "/a/1": html("<p>x")}) as server:
        options = ClientOptions(user_agent=AGENT, allow=server.allow, loopback_only=True)
        assert Client(options, Clock(), robots=Memory(full=True))(Request(url=server.url("/a/1"))).status == 200
