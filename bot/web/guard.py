"""Which URLs and addresses a request may go to: schemes, ports, hosts, and the deny list of networks (R-45…R-51)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, urlsplit

from bot.core.urls import MAX_URL, host_of
from bot.errors import Refused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# On Python 3.11 `is_global` is true for these, and each reaches, or can reach, what is not the public internet.
_DENIED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",  # IPv4-compatible
        "64:ff9b::/96",  # NAT64: holds any IPv4 address, also 127.0.0.1
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",  # Teredo and other protocol assignments
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",  # site-local
        "ff00::/8",
    )
)
_UNFIT = re.compile(r"[\x00-\x20\x7f\\]")
_ODD_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """A checked URL, in the parts that a connection needs."""

    scheme: str
    host: str  # lower-case ASCII, IPv6 without brackets
    port: int
    path: str  # with query, never empty
    trusted: bool  # on the allow-list: its address is not checked

    @property
    def origin(self) -> tuple[str, str, int]:
        """What must stay equal for credentials to travel along a redirect."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"http": 80, "https": 443}[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Guard:
    """The rules; `check` before DNS, `approved` between DNS and connect.

    `allow` holds `host:port` of private or loopback servers that may be read; `ports` what is allowed beside 80 and 443;
    `loopback_only` refuses everything but this machine before any name is looked up (decision 25).
    """

    allow: frozenset[str] = frozenset()
    ports: frozenset[int] = field(default_factory=frozenset)
    loopback_only: bool = False

    def check(self, url: str) -> Target:
        """The URL in parts; raises Refused for anything that is no plain http(s) URL to an allowed place."""
        parts = _parts(url)
        host = host_of(parts)
        if not host:
            raise Refused("the host is no name or address", subject=url)
        try:
            port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        except ValueError:
            raise Refused("the port is no number up to 65535", subject=url) from None
        trusted = self.allowed(host, port)
        literal = _literal(host)
        if literal is None and _ODD_NUMBER.fullmatch(host.rsplit(".", maxsplit=1)[-1]):
            raise Refused("an address in an odd spelling", subject=url)
        if self.loopback_only and not (host == "localhost" or (literal is not None and literal.is_loopback)):
            raise Refused("only this machine may be reached (ARMSWATCH_NETWORK=loopback)", subject=url)
        if not trusted:
            if port not in (80, 443) and port not in self.ports:
                raise Refused(f"port {port} is not allowed", subject=url)
            if literal is not None and denied(literal):
                raise Refused("a private or special address", subject=url)
            if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
                raise Refused("a name of the local network", subject=url)
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        return Target(parts.scheme, host, port, quote(path, safe="/%:=&?~+!$,;'@()*[]|"), trusted)

    def allowed(self, host: str, port: int) -> bool:
        """Whether this very host and port is on the allow-list."""
        return f"{host}:{port}" in self.allow or f"[{host}]:{port}" in self.allow

    def approved(self, target: Target, addresses: Sequence[str]) -> tuple[str, ...]:
        """The addresses to dial; raises Refused if any of a host's addresses is denied: a mixed answer is a trap (R-47)."""
        found = [_literal(address.partition("%")[0]) for address in addresses]
        if not found or None in found:
            raise Refused("the name has no usable address", subject=target.host)
        if self.loopback_only and not all(address is not None and address.is_loopback for address in found):
            raise Refused("only this machine may be reached (ARMSWATCH_NETWORK=loopback)", subject=target.host)
        if not target.trusted and any(address is not None and denied(address) for address in found):
            raise Refused("the name leads to a private or special address", subject=target.host)
        return tuple(addresses)


def denied(address: Address) -> bool:
    """Whether an address is anything but an ordinary public unicast one."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if not address.is_global or address.is_multicast or address.is_reserved:
        return True
    return any(address.version == network.version and address in network for network in _DENIED)


def _parts(url: str) -> SplitResult:
    if len(url) > MAX_URL:
        raise Refused(f"the URL is longer than {MAX_URL} characters", subject=url[:200])
    if _UNFIT.search(url):
        raise Refused("the URL holds spaces, control characters or backslashes", subject=url)
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Refused("no URL", subject=url) from None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise Refused("only http and https are read", subject=url)
    if "@" in parts.netloc:
        raise Refused(
            "a URL with a user name or password", subject=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        )
    return parts


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
