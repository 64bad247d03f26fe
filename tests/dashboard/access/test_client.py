"""Whose address a request came from."""

from ipaddress import ip_network

import pytest

from dashboard.access.client import client_address, throttle_address

PROXIES = (ip_network("10.0.0.0/8"), ip_network("::1/128"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.1", "192.0.2.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::1", "2001:db8::5", "2001:db8::5"),
        ("::ffff:192.0.2.1", "", "192.0.2.1"),
        ("fe80::1%eth0", "", "fe80::1"),
        (None, "198.51.100.1", None),
        ("", "", None),
    ],
)
def test_only_trusted_proxies_name_the_client(peer: str | None, forwarded: str, address: str | None) -> None:
    assert client_address(peer, forwarded, PROXIES) == address


def test_ipv6_is_throttled_by_customer() -> None:
    assert throttle_address("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::"
    assert throttle_address("192.0.2.1") == "192.0.2.1"
    assert throttle_address(None) is None
