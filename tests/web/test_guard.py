"""Where a request may go: forty addresses, twelve spellings of this machine, and what a URL may hold."""

from __future__ import annotations

import ipaddress

import pytest

from bot.errors import Refused
from bot.web.guard import Guard, Target, denied

DENIED = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.8", "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2001:10::1", "2002:7f00:1::",
    "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "ff0e::1", "5f00::1",
]  # fmt: skip
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "100.128.0.1",
    "172.32.0.1",
    "192.169.0.1",
    "2606:4700::1111",
    "2a00:1450:4001::1",
    "::ffff:8.8.8.8",
]


@pytest.mark.criterion("R-47")
@pytest.mark.parametrize("address", DENIED)
def test_what_is_not_the_public_internet_is_denied(address):
    assert denied(ipaddress.ip_address(address))


@pytest.mark.criterion("R-47")
@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address):
    assert not denied(ipaddress.ip_address(address))


@pytest.mark.criterion("R-46")
@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f.1/", "http://0x7f000001/", "http://0177.0.0.1/",
        "http://0/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://localhost/", "http://LOCALHOST./",
        "http://127。0。0。1/", "http://１２７.0.0.1/", "http://printer.local/", "http://metadata.google.internal/",
    ],
)  # fmt: skip
def test_no_spelling_of_this_machine_or_the_local_network_passes(url):
    with pytest.raises(Refused):
        Guard().check(url)


@pytest.mark.criterion("R-48")
@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "javascript:alert(1)", "data:text/html,x", "example.org",
        "//example.org/", "http://", "http:///a", "http://user@example.org/", "http://user:secret@example.org/",
        "http://example.org:22/", "http://example.org:8080/", "http://example.org:99999/", "http://example.org:x/",
        "http://exa mple.org/", "http://example.org/a b", "http://example.org\\@evil.org/", "http://example.org/\r\nHost: x",
        "http://-example.org/", "http://exam ple/", "http://example..org/", "http://" + "a" * 300 + ".org/", "http://example.org/" + "a" * 3000,
    ],
)  # fmt: skip
def test_only_plain_web_urls_pass(url):
    with pytest.raises(Refused):
        Guard().check(url)


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "authority"),
    [
        ("http://example.org", "example.org", 80, "/", "example.org"),
        ("https://Example.ORG./a?b=c", "example.org", 443, "/a?b=c", "example.org"),
        (
            "https://пример.рф/новости",
            "xn--e1afmkfd.xn--p1ai",
            443,
            "/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8",
            "xn--e1afmkfd.xn--p1ai",
        ),
        ("http://[2606:4700::1111]:80/", "2606:4700::1111", 80, "/", "[2606:4700::1111]"),
        ("http://example.org:443/%7Ea", "example.org", 443, "/%7Ea", "example.org:443"),
    ],
)
def test_a_good_url_comes_in_parts(url, host, port, path, authority):
    target = Guard().check(url)
    assert (target.host, target.port, target.path, target.authority) == (host, port, path, authority)


@pytest.mark.criterion("R-47")
def test_one_denied_address_among_good_ones_rejects_the_host():
    target = Guard().check("http://example.org/")
    with pytest.raises(Refused):
        Guard().approved(target, ["8.8.8.8", "10.0.0.1"])
    assert Guard().approved(target, ["8.8.8.8", "1.1.1.1"]) == ("8.8.8.8", "1.1.1.1")


@pytest.mark.parametrize("addresses", [[], ["nonsense"], ["fe80::1%eth0"]])
def test_an_answer_without_a_usable_address_is_refused(addresses):
    with pytest.raises(Refused):
        Guard().approved(Guard().check("http://example.org/"), addresses)


@pytest.mark.criterion("R-49")
def test_the_allow_list_names_host_and_port_exactly():
    guard = Guard(allow=frozenset({"127.0.0.1:8000", "feeds.internal:8080"}))
    assert guard.check("http://127.0.0.1:8000/").trusted
    target = guard.check("http://feeds.internal:8080/")
    assert guard.approved(target, ["10.0.0.5"]) == ("10.0.0.5",)
    for url in ("http://127.0.0.1/", "http://127.0.0.1:8001/", "http://127.0.0.2:8000/", "http://feeds.internal/"):
        with pytest.raises(Refused):
            guard.check(url)


def test_more_ports_are_allowed_by_configuration_only():
    assert Guard(ports=frozenset({8080})).check("http://example.org:8080/").port == 8080


@pytest.mark.criterion("decision 25")
@pytest.mark.parametrize(
    "url", ["http://example.org/", "https://8.8.8.8/", "http://127.0.0.1.example.org/", "http://10.0.0.1/"]
)
def test_loopback_only_refuses_every_other_host_before_dns(url):
    with pytest.raises(Refused, match="ARMSWATCH_NETWORK"):
        Guard(loopback_only=True).check(url)


@pytest.mark.criterion("decision 25")
def test_loopback_only_does_not_trust_the_name_localhost_to_be_this_machine():
    guard = Guard(allow=frozenset({"localhost:8000"}), loopback_only=True)
    target = guard.check("http://localhost:8000/")
    assert guard.approved(target, ["127.0.0.1"]) == ("127.0.0.1",)
    with pytest.raises(Refused):
        guard.approved(target, ["93.184.216.34"])


@pytest.mark.criterion("R-50")
def test_a_refusal_does_not_repeat_the_password():
    with pytest.raises(Refused) as caught:
        Guard().check("https://user:hunter2@example.org/")
    assert "hunter2" not in str(caught.value) + caught.value.subject


def test_an_origin_is_scheme_host_and_port():
    one = Guard().check("https://example.org/a")
    assert one.origin == Guard().check("https://EXAMPLE.org:443/b").origin
    assert one.origin != Guard().check("http://example.org/a").origin
    assert isinstance(one, Target)
