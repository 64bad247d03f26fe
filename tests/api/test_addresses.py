"""Whose address a request counts for."""

from ipaddress import ip_address, ip_network

import pytest

from api.addresses import client_address, network_of

PROXIES = [ip_network("10.0.0.0/8"), ip_network("::1/128")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.1", "203.0.113.1", "192.0.2.1"),
        ("10.0.0.1", "203.0.113.1", "203.0.113.1"),
        ("10.0.0.1", "203.0.113.1, 192.0.2.5", "192.0.2.5"),
        ("10.0.0.1", "203.0.113.1, 10.0.0.2", "203.0.113.1"),
        ("10.0.0.1", "203.0.113.1, garbage", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.2", "10.0.0.2"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("::ffff:10.0.0.1", " [2001:db8::7] ", "2001:db8::7"),
        ("10.0.0.1", "::ffff:192.0.2.1", "192.0.2.1"),
        ("10.0.0.1", "fe80::1%eth0'; DROP", "fe80::1"),
    ],
)
def test_it_finds_the_rightmost_hop_that_is_not_trusted(peer: str, forwarded: str, expected: str) -> None:
    assert str(client_address(peer, forwarded, PROXIES)) == expected


def test_a_peer_without_an_address_is_nobody() -> None:
    assert client_address(None, "203.0.113.1", PROXIES) is None


def test_one_ipv6_customer_is_one_sender() -> None:
    assert network_of(ip_address("2001:db8::1")) == network_of(ip_address("2001:db8::2:3")) == "2001:db8::/64"
