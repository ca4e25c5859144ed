"""Who may touch the network: a walk over the syntax tree of every file in bot/ (R-45, decision 26)."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

import pytest

BOT = Path(__file__).resolve().parents[1] / "bot"

# Outgoing sockets: reading in web/, writing in send/, PostgreSQL in store/. Listening: serve/ only.
OUTGOING = ("web", "send")
LISTENING = ("serve",)
DATABASE = ("store", "engine")

# Modules that open connections when used; `urllib.parse` and `urllib3.exceptions` do not.
CLIENTS = (
    *(
        "socket",
        "ssl",
        "http.client",
        "urllib.request",
        "urllib3",
        "requests",
        "httpx",
        "aiohttp",
        "pycurl",
        "ftplib",
        "smtplib",
    ),
    *(
        "telnetlib",
        "poplib",
        "imaplib",
        "nntplib",
        "xmlrpc.client",
        "websockets",
        "websocket",
        "curl_cffi",
        "niquests",
        "slack_sdk",
    ),
)
SERVERS = ("http.server", "socketserver", "wsgiref", "xmlrpc.server", "uvicorn", "asyncio.start_server")
DRIVERS = ("psycopg", "procrastinate", "asyncpg", "psycopg2")

# A library's own downloader: no caps, no address check, no deadline.
DOWNLOADERS = {
    "trafilatura": {"fetch_url", "fetch_response", "buffered_downloads", "downloads", "spider", "sitemaps", "feeds"},
    "feedparser": {"http"},
    "htmldate": {"fetch_url", "utils"},
    "courlan": {"fetch_url", "network"},
    "publicsuffixlist": {"update"},
    "sqlite_utils": set(),
}
SAFE_PARTS = {"urllib.parse", "urllib3.exceptions", "urllib.robotparser", "slack_sdk.errors"}


def files() -> list[Path]:
    return sorted(BOT.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(BOT).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def within(name: str, modules: Iterable[str]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def uses(names: set[str], modules: tuple[str, ...]) -> set[str]:
    return {name for name in names if within(name, modules) and not within(name, SAFE_PARTS)}


def test_the_walk_sees_what_it_looks_for():
    planted = "import socket\nfrom urllib import request\nimport urllib.parse\nfrom urllib3 import PoolManager\nfrom urllib3.exceptions import HTTPError"
    assert uses(imports(ast.parse(planted)), CLIENTS) == {"socket", "urllib.request", "urllib3", "urllib3.PoolManager"}


@pytest.mark.criterion("R-45")
@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(BOT)))
def test_only_web_and_send_open_outgoing_connections(path):
    names = imports(ast.parse(path.read_text()))
    allowed = OUTGOING + LISTENING
    if room(path) not in allowed:
        assert not uses(names, CLIENTS), f"{path} opens connections; hand it a Fetch or a Send instead"
    if room(path) not in LISTENING:
        assert not uses(names, SERVERS), f"{path} listens; only serve/ does"
    if room(path) not in DATABASE:
        assert not uses(names, DRIVERS), f"{path} talks to a database; only store/ and engine/ do"


@pytest.mark.criterion("R-45")
@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(BOT)))
def test_nobody_calls_a_librarys_own_downloader(path):
    tree = ast.parse(path.read_text())
    names = imports(tree)
    for library, parts in DOWNLOADERS.items():
        assert not {f"{library}.{part}" for part in parts} & names, path
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert node.attr not in DOWNLOADERS.get(node.value.id, set()), (
                f"{path}:{node.lineno}: {node.value.id}.{node.attr}"
            )


@pytest.mark.criterion("R-45")
def test_feedparser_is_given_streams_only():
    calls = []
    for path in files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("feedparser."):
                calls.append(node)
                first = node.args[0]
                assert isinstance(first, ast.Call), (
                    f"{path}:{node.lineno}: a str or bytes would be opened as a URL or path"
                )
                assert ast.unparse(first.func) in ("io.BytesIO", "BytesIO"), f"{path}:{node.lineno}"
    assert calls


@pytest.mark.criterion("R-15")
@pytest.mark.parametrize(
    "path", [path for path in files() if room(path) in OUTGOING], ids=lambda path: str(path.relative_to(BOT))
)
def test_nothing_that_reads_the_network_takes_proxies_or_passwords_from_the_environment(path):
    nodes = (
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute | ast.Name | ast.Call | ast.keyword)
    )
    said = {ast.unparse(node) for node in nodes}
    for word in (
        "netrc",
        "getproxies",
        "trust_env",
        "ProxyManager",
        "CERT_NONE",
        "_create_unverified_context",
        "verify=False",
    ):
        assert not any(word in text for text in said), (path, word)
