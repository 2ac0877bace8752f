"""Which addresses the outgoing guard lets through."""

import pytest

from connector.outgoing import Guard, OutgoingRefused

HOSTS = frozenset({"moodle.example", "пример.рф"})


def guard(*addresses: str, allow_private: bool = False) -> Guard:
    return Guard(HOSTS, allow_private, lambda host, port: addresses)


@pytest.mark.parametrize(
    "url",
    [
        "https://moodle.example/webservice/rest/server.php",
        "http://moodle.example:8080/",
        "https://MOODLE.example./x",
        "https://пример.рф/",
        "https://xn--e1afmkfd.xn--p1ai/",
    ],
)
def test_a_listed_host_passes(url: str) -> None:
    guard().check(url)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://moodle.example/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("https://other.example/", "host_not_allowed"),
        ("https://moodle.example.evil.example/", "host_not_allowed"),
        ("https://evil.example#@moodle.example/", "host_not_allowed"),
        ("https://moodle.example@evil.example/", "credentials_in_url"),
        ("https://user:secret@moodle.example/", "credentials_in_url"),
        ("https:///path", "host_not_allowed"),
        ("https://[::1", "bad_url"),
        ("https://moodle.example:99999/", "bad_url"),
        ("https://" + "ж" * 300 + "/", "bad_host"),
    ],
)
def test_anything_else_is_refused_with_a_reason(url: str, reason: str) -> None:
    with pytest.raises(OutgoingRefused) as refused:
        guard().check(url)

    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_addresses_inside_are_refused(address: str) -> None:
    with pytest.raises(OutgoingRefused, match="private_address"):
        guard(address).addresses("moodle.example", 443)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_pass(address: str) -> None:
    assert guard(address).addresses("moodle.example", 443) == [address]


def test_one_address_inside_forbids_the_host() -> None:
    with pytest.raises(OutgoingRefused):
        guard("8.8.8.8", "127.0.0.1").addresses("moodle.example", 443)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "::1", "fd00::1"])
def test_a_private_network_passes_where_it_is_allowed(address: str) -> None:
    assert guard(address, allow_private=True).addresses("moodle.example", 80) == [address]


@pytest.mark.parametrize("address", ["169.254.169.254", "0.0.0.0", "224.0.0.1", "fe80::1"])
def test_cloud_metadata_never_passes(address: str) -> None:
    with pytest.raises(OutgoingRefused):
        guard(address, allow_private=True).addresses("moodle.example", 80)


def test_a_guard_for_addresses_lists_their_hosts() -> None:
    made = Guard.for_urls("https://Moodle.example/site", "http://127.0.0.1:8099")

    assert made.hosts == {"moodle.example", "127.0.0.1"}
