"""The wall of `ARMSWATCH_NETWORK=loopback` for outgoing messages: another host is refused before its name is looked up."""

from __future__ import annotations

import ipaddress

from bot.errors import SendRejected


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine by its name alone: a loopback address or `localhost`."""
    name = host.strip().strip("[]").rstrip(".").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def admit(host: str, *, loopback_only: bool) -> None:
    """Raises SendRejected where only this machine may be talked to and `host` is another."""
    if loopback_only and not is_loopback(host):
        raise SendRejected(
            f"{host or 'no host'}: only this machine may be reached (ARMSWATCH_NETWORK=loopback)",
            code="loopback-only",
            subject=host,
        )
